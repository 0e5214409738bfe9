"""Reading filled-in review forms back, with checks, to rows of the goal register."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from plankompass.ingest.plans.goal_rows import REGISTER_COLUMNS
from plankompass.ingest.plans.review_forms import (
    ANSWER_COLUMNS,
    FORM_VERSION,
    HEADER_ROW,
    KEY_COLUMNS,
    META_SHEET,
    keys_digest,
)
from plankompass.ingest.safe_archive import ArchiveRefusedError, SafeArchive
from plankompass.study.config_models import LimitConfig
from plankompass.study.problems import ProblemLog

_ANSWERS = {
    "ja": True, "j": True, "yes": True, "1": True, "x": True,
    "nei": False, "n": False, "no": False, "0": False,
    "usikker": None, "unsure": None, "?": None, "": None,
}  # fmt: skip


@dataclass(frozen=True)
class ReviewAnswer:
    """One answer of one coder.

    Attributes:
        register, goal, measure: What was asked.
        confirmed: Yes or no; None when unsure or not answered.
        evidence_page: Page of the finding, when given.
        comment: The coder's comment.
    """

    register: str
    goal: str
    measure: str
    confirmed: bool | None
    evidence_page: int | None
    comment: str


@dataclass(frozen=True)
class ReviewForm:
    """One filled-in form."""

    study: str
    kommune_id: str
    coder: str
    answers: tuple[ReviewAnswer, ...]


def read_review_form(
    path: Path, log: ProblemLog, limits: LimitConfig | None = None
) -> ReviewForm | None:
    """Read one form back.

    Args:
        path: The workbook.
        log: Takes every error of the form: rows that are missing or were added, answers that are
            none, pages that are no numbers. Each is a failure, and the form is not used.
        limits: Limits on the archive.

    Returns:
        The form; None when it has errors.
    """
    limits = limits or LimitConfig()
    shown = path.name
    before = len(log.failures)
    sheets = _open(path, limits, log)
    if sheets is None:
        return None
    meta, rows = sheets
    if meta.get("form_version") != FORM_VERSION:
        log.add("FORM", "fail", shown, "no review form of this version",
                hint="write new forms and move the answers")  # fmt: skip
        return None
    answers = [a for line, row in rows if (a := _answer(shown, line, row, log))]
    keys = [(a.register, a.goal, a.measure) for a in answers]
    if len(set(keys)) < len(keys):
        log.add("FORM", "fail", shown, "a goal and question stands twice",
                hint="remove the copied row")  # fmt: skip
    elif keys_digest(keys) != meta.get("keys"):
        log.add("FORM", "fail", shown, "rows are missing, were added, or their ids were changed",
                count=abs(len(keys) - int(meta.get("rows", len(keys)))) or 1,
                hint="copy the answers into a fresh form")  # fmt: skip
    if len(log.failures) > before:
        return None
    return ReviewForm(meta["study"], meta["kommune_id"], meta["coder"], tuple(answers))


def _open(
    path: Path, limits: LimitConfig, log: ProblemLog
) -> tuple[dict[str, str], list[tuple[int, tuple[Any, ...]]]] | None:
    from openpyxl import load_workbook

    try:
        with SafeArchive(
            path,
            max_members=limits.archive_members,
            max_bytes=limits.megabytes_per_file * 1_000_000,
        ) as archive:
            for name in archive.names:
                archive.read(name)
        book = load_workbook(path, read_only=True, data_only=True)
        if META_SHEET not in book.sheetnames:
            raise KeyError(META_SHEET)
        meta = {str(k): str(v) for k, v, *_ in book[META_SHEET].iter_rows(values_only=True)}
        sheet = next(book[n] for n in reversed(book.sheetnames) if n != META_SHEET)
        rows = [
            (line, values)
            for line, values in enumerate(
                sheet.iter_rows(min_row=HEADER_ROW + 1, values_only=True), start=HEADER_ROW + 1
            )
            if any(v not in (None, "") for v in values)
        ]
    except FileNotFoundError:
        log.add("FORM", "fail", path.name, "the form does not exist")
        return None
    except ArchiveRefusedError as refusal:
        log.add("FORM", "fail", path.name, str(refusal).removeprefix(f"{path.name}: "))
        return None
    except (KeyError, ValueError, StopIteration, OSError, TypeError, AttributeError):
        log.add("FORM", "fail", path.name, "no review form: its sheets are missing or damaged",
                hint="use the workbook that was sent out, saved as XLSX")  # fmt: skip
        return None
    return meta, rows


def _answer(shown: str, line: int, row: Sequence[Any], log: ProblemLog) -> ReviewAnswer | None:
    def cell(column: str) -> str:
        position = ANSWER_COLUMNS[column] - 1
        value = row[position] if position < len(row) else None
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        return "" if value is None else str(value).strip()

    key = tuple(cell(c) for c in KEY_COLUMNS)
    place = f"row {line}"
    said = cell("answer").casefold().rstrip(".")
    page = cell("evidence_page")
    if said not in _ANSWERS:
        log.add("FORM", "fail", shown, "neither yes, no nor unsure", row_key=place, column="answer",
                hint="write ja, nei or usikker")  # fmt: skip
    if page and not (page.isdigit() and int(page) >= 1):
        log.add("FORM", "fail", shown, "not a page number", row_key=place, column="evidence_page",
                hint="write the page as a whole number; the rest goes in the comment")  # fmt: skip
        page = ""
    confirmed = _ANSWERS.get(said)
    if confirmed and not page:
        log.add("FORM", "repair", shown, "yes without the page of the finding; the answer counts",
                row_key=place, column="evidence_page", hint="add the page")  # fmt: skip
    return ReviewAnswer(
        key[0], key[1], key[2], confirmed, int(page) if page else None, cell("comment")
    )


def register_rows(
    forms: Iterable[ReviewForm], goals: pd.DataFrame, documents: pd.DataFrame,
    suggestions: Mapping[tuple[str, str, str, str], bool | None], log: ProblemLog,
) -> list[dict[str, str]]:  # fmt: skip
    """Rows of the goal register from filled-in forms.

    Args:
        forms: The forms, one a municipality and coder.
        goals: The ``goals`` table.
        documents: The ``documents`` table, for the names of files.
        suggestions: (kommune_id, register, goal, measure) to the machine's suggestion.
        log: Takes goals that are not in the register, and two forms of one coder; both are failures.

    Returns:
        Rows sorted by municipality, register, goal, measure and coder, ready for
        :func:`write_goal_register`.
    """
    known = {(g.kommune_id, g.register, g.goal): g for g in goals.itertuples()}
    files = dict(zip(documents["document"], documents["file"], strict=True))
    rows: list[dict[str, str]] = []
    seen: set[tuple[str, str]] = set()
    for form in sorted(forms, key=lambda f: (f.kommune_id, f.coder)):
        if (form.kommune_id, form.coder) in seen:
            log.add("FORM", "fail", "review", "two forms of one coder and municipality",
                    row_key=f"{form.kommune_id}, {form.coder}", hint="keep the right one")  # fmt: skip
            continue
        seen.add((form.kommune_id, form.coder))
        for answer in form.answers:
            goal = known.get((form.kommune_id, answer.register, answer.goal))
            if goal is None:
                log.add("FORM", "fail", "review", "a goal that is not in the register",
                        row_key=f"{form.kommune_id}, {answer.goal}",
                        hint="write the forms anew after changing the register")  # fmt: skip
                continue
            key = (form.kommune_id, answer.register, answer.goal, answer.measure)
            rows.append({
                "kommune_id": form.kommune_id, "register": answer.register,
                "document": files.get(goal.document, goal.document), "goal_id": answer.goal,
                "goal_text": goal.text, "area": goal.area,
                "page": "" if pd.isna(goal.page) else str(int(goal.page)),
                "needs_money": str(int(bool(goal.needs_money))), "measure_id": answer.measure,
                "suggested": _flag(suggestions.get(key)), "confirmed": _flag(answer.confirmed),
                "coder": form.coder,
                "evidence_page": str(answer.evidence_page) if answer.evidence_page and answer.confirmed else "",
            })  # fmt: skip
    return sorted(
        rows,
        key=lambda r: [r[c] for c in ("kommune_id", "register", "goal_id", "measure_id", "coder")],
    )


def _flag(value: bool | None) -> str:
    return "" if value is None else str(int(value))


def write_goal_register(path: Path, rows: Sequence[Mapping[str, str]]) -> None:
    """Write rows as a goal register (CSV with the register's columns)."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, REGISTER_COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(out.getvalue(), encoding="utf-8", newline="\n")
