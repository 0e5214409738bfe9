"""Holding the goal register against the coders' filled-in forms: the register is a copy of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from plankompass.ingest.plans.goal_rows import GoalRow
from plankompass.ingest.plans.review_answers import read_review_form
from plankompass.study.config_models import LimitConfig
from plankompass.study.problems import ProblemLog

Key = tuple[str, str, str, str, str]


def form_files(folder: Path) -> list[Path]:
    """The review forms in a folder, ``<code>/<coder>.xlsx``, without lock files of open workbooks."""
    return sorted(p for p in folder.glob("*/*.xlsx") if not p.name.startswith("~$"))


def check_forms(
    folder: Path, rows: Sequence[GoalRow], register: str, limits: LimitConfig, log: ProblemLog
) -> None:
    """Compare the register's answers with the forms they were taken from.

    Args:
        folder: Folder of the forms.
        rows: The register's rows as read.
        register: The register's name in messages.
        limits: Limits on archives.
        log: Takes what is wrong with a form, answers that differ or are missing on one side (all
            failures), and coders whose answers have no form (noted).
    """
    said = {_key(row): row.confirmed for row in rows if row.measure and row.coder}
    with_form: set[tuple[str, str]] = set()
    for path in form_files(folder):
        own_log = ProblemLog(log.stage)  # a missing page was noted when the form was read back
        form = read_review_form(path, own_log, limits)
        log.extend(replace(p, file=_shown(path, folder)) for p in own_log.failures)
        if form is None:
            continue
        shown = _shown(path, folder)
        if (form.kommune_id, form.coder) in with_form:
            log.add("FORM", "fail", shown, "two forms of one coder and municipality",
                    row_key=f"{form.kommune_id}, {form.coder}", hint="keep the right one")  # fmt: skip
            continue
        with_form.add((form.kommune_id, form.coder))
        in_form: dict[Key, bool | None] = {
            (form.kommune_id, a.register, a.goal, a.measure, form.coder): a.confirmed
            for a in form.answers
        }
        own = {k: v for k, v in said.items() if (k[0], k[4]) == (form.kommune_id, form.coder)}
        differing = [
            key for key in sorted({*in_form, *own}) if in_form.get(key) != own.get(key)
        ]  # fmt: skip
        if differing:
            first = differing[0]
            log.add("FORM", "fail", shown, f"the answers are not those of {register}",
                    row_key=f"{first[2]}, {first[3]}", column="confirmed", count=len(differing),
                    hint="read the forms back (review --read) and put the register in the raw folder")  # fmt: skip
    without = {(k[0], k[4]) for k, v in said.items() if v is not None} - with_form
    for kommune, coder in sorted(without):
        log.add("FORM", "repair", register, "answers of a coder without a form; the register is used",
                row_key=f"{kommune}, {coder}", column="coder",
                hint="put the filled-in form in the folder of forms")  # fmt: skip


def _shown(path: Path, folder: Path) -> str:
    return path.relative_to(folder.parent).as_posix()


def _key(row: GoalRow) -> Key:
    return row.kommune_id, row.register, row.goal, row.measure, row.coder
