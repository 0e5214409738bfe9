"""README of a made study's raw folder."""

from __future__ import annotations

from pathlib import Path

from tests.study_factory.design import StudyDesign
from tests.study_factory.faults import PlantedFault

_TEXT = """\
# Raw files of the study `{study}` (made-up data)

Everything here is made by `tests/study_factory` from a seed: no real person, municipality or plan.
{municipalities} municipalities, three waves (T0 2019, T1 2021, T2 2023). Make it again, byte for byte:

    python -m tests.study_factory --out {out} --municipalities {municipalities} --seed {seed} --study {study}

| folder | what | format |
|---|---|---|
| `registers/` | municipalities, codes over time, councils, populations, gatherings, attendance, plan dates | CSV, UTF-8, dates as YYYY-MM-DD |
| `surveys/` | councillors and administration, one file a wave | SPSS .sav, user-missing codes 8, 9, 97 |
| | residents, with the form's codebook | Nettskjema CSV and JSON |
| | gathering evaluations | XLSX, labels as text, title rows above the header |
| `interviews/` | one project a coder | REFI-QDA .qdpx, positions in UTF-16 units |
| | what the coders agreed on after meeting | CSV |
| `plans/<code>/` | plan documents | PDF (one a scan, one with a page as picture), DOCX |
| `plans/review/<code>/` | the two coders' review forms, filled in | XLSX |
| `plans/` | list of documents, goal register by two coders, coded measures | CSV |

`manifest.yaml` gives origin, date, licence and sha256 of each file. The pipeline only reads this folder.

## Faults planted on purpose
The files are as dirty as real ones. Each line is a case of the catalogue of dirty data that the pipeline
repairs or sets aside; none stops the run.

| case | outcome | file | rows or documents | what |
|---|---|---|---|---|
{faults}
"""


def write_readme(raw: Path, design: StudyDesign, planted: list[PlantedFault]) -> None:
    """Write ``README.md`` of the raw folder.

    Args:
        raw: The raw folder.
        design: The study.
        planted: Its planted faults.
    """
    rows = sorted(
        {f"| {p.case} | {p.outcome} | `{p.file}` | {p.count} | {p.note} |" for p in planted}
    )
    text = _TEXT.format(
        study=design.study,
        out=f"data/raw/{design.study}",
        municipalities=len(design.municipalities),
        seed=design.seed,
        faults="\n".join(rows) or "| none | | | | |",
    )
    (raw / "README.md").write_text(text, encoding="utf-8", newline="\n")
