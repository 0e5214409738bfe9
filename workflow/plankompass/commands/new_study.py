"""New: a study's configuration, raw folder and empty registers, ready to be filled in."""

from __future__ import annotations

import re
from pathlib import Path

from plankompass.study.problems import PlankompassError

_TEMPLATES = Path(__file__).with_name("templates")

#: Header of each empty register and plan table, by its path in the raw folder.
EMPTY_TABLES = {
    "registers/participants.csv": "kommune_id,code,name,county,peer_group,size_class,language",
    "registers/councils.csv": "kommune_id,term,seats,constituted_on",
    "registers/frames.csv": "kommune_id,wave,group,gathering,population",
    "registers/gatherings.csv": "gathering,wave,held_on,homework_given,first",
    "registers/attendance.csv": (
        "kommune_id,gathering,invited,political_leaders,administrative_leaders,homework_delivered_on"
    ),
    "registers/plan_dates.csv": "kommune_id,document_kind,event,date,source",
    "plans/documents.csv": "file,kommune_id,kind,title,period,adopted_on,status",
    "plans/goal_register.csv": (
        "kommune_id,register,document,goal_id,goal_text,area,page,needs_money,measure_id,"
        "suggested,confirmed,coder,evidence_page"
    ),
    "plans/coded_measures.csv": "kommune_id,wave,measure_id,value,status,coder",
}


def lay_out_study(study: str, root: Path) -> list[str]:
    """Write a new study's files; nothing that exists is touched.

    Args:
        study: Id of the study.
        root: The checkout.

    Returns:
        What was written and what to do next, a line each.

    Raises:
        PlankompassError: The id is not usable, or the study exists.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_-]*", study):
        raise PlankompassError(
            f"{study}: use small letters a-z, digits, - and _, beginning with a letter"
        )
    config = root / "config" / f"{study}.yaml"
    raw = root / "data" / "raw" / study
    for path in (config, raw):
        if path.exists():
            raise PlankompassError(
                f"{path.relative_to(root)}: is there already; nothing was changed"
            )
    config.parent.mkdir(parents=True, exist_ok=True)
    template = (_TEMPLATES / "study.yaml").read_text(encoding="utf-8")
    config.write_text(template.replace("STUDY", study), encoding="utf-8")
    for folder in ("registers", "surveys", "interviews", "plans"):
        (raw / folder).mkdir(parents=True)
    readme = (_TEMPLATES / "raw_readme.md").read_text(encoding="utf-8")
    (raw / "README.md").write_text(readme.replace("STUDY", study), encoding="utf-8")
    for name, header in EMPTY_TABLES.items():
        (raw / name).write_text(header + "\n", encoding="utf-8")
    return [
        f"Laid out {study}:",
        f"  {config.relative_to(root)}   the study's choices, with a comment on each",
        f"  {raw.relative_to(root)}/   raw files go here; its README says which",
        "Next:",
        f"  1. fill in {config.relative_to(root)} and the registers in {raw.relative_to(root)}/registers/",
        f"  2. ./plankompass check {study}   lists what is still missing",
        f"  3. ./plankompass build {study}   builds the reports",
    ]
