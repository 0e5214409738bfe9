"""Review forms: one workbook a municipality and coder, with goals and candidates side by side.

People answer yes, no or unsure; :mod:`plankompass.ingest.plans.review_answers` reads the forms back. The
bytes of a form depend on its content alone.
"""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from plankompass.ingest.plans.suggest import (
    TOP,
    MunicipalitySuggestions,
    Suggestion,
    chain_goals,
    measures_of,
)
from plankompass.study.codebook import Codebook
from plankompass.study.strict_yaml import load_yaml

FORM_VERSION = "1"
KEY_COLUMNS = ("register", "goal_id", "measure_id")
META_SHEET = "_form"
HEADER_ROW = 1
_TEXTS = Path(__file__).with_name("review_texts.yaml")
_FIXED_TIME = datetime(2020, 1, 1)
_WIDTHS = {"goal": 8, "text": 44, "area": 22, "page": 7, "question": 34, "suggested": 12,
           "candidate": 48, "answer": 11, "evidence_page": 10, "comment": 36}  # fmt: skip


@dataclass(frozen=True)
class FormRow:
    """One goal and question of a form.

    Attributes:
        register, goal, measure: What is asked about.
        text, area, page: The goal.
        suggestion: What the machine suggests.
    """

    register: str
    goal: str
    measure: str
    text: str
    area: str
    page: int | None
    suggestion: Suggestion


def form_rows(
    goals: pd.DataFrame, documents: pd.DataFrame, blocks: pd.DataFrame, codebook: Codebook
) -> list[FormRow]:
    """The rows of one municipality's form.

    Args:
        goals: The municipality's rows of the ``goals`` table.
        documents: Its rows of the ``documents`` table.
        blocks: Rows of the ``blocks`` table of its documents.
        codebook: The instrument.

    Returns:
        Rows by register, goal and the codebook's order of measures.
    """
    maker = MunicipalitySuggestions(documents, blocks)
    rows: list[FormRow] = []
    for register in ("samfunnsdel", "plattform"):
        own = goals[goals["register"] == register]
        known = {r.goal: r for r in own.itertuples()}
        for made in maker.suggest(chain_goals(own), measures_of(register, codebook.measures)):
            goal = known[made.goal]
            page = None if pd.isna(goal.page) else int(goal.page)
            rows.append(
                FormRow(register, made.goal, made.measure, goal.text, goal.area, page, made)
            )
    return rows


@lru_cache(maxsize=1)
def form_texts() -> Mapping[str, Any]:
    """The form's texts by key and written norm."""
    return load_yaml(_TEXTS)


def keys_digest(keys: Sequence[tuple[str, str, str]]) -> str:
    """A digest of a form's (register, goal, measure) keys, to find rows that went missing."""
    return hashlib.sha256("\n".join("\t".join(k) for k in sorted(keys)).encode()).hexdigest()[:16]


def write_review_form(
    path: Path, rows: Sequence[FormRow], *, study: str, kommune_id: str, name: str, coder: str,
    language: str, codebook: Codebook,
) -> None:  # fmt: skip
    """Write one coder's form of one municipality.

    Args:
        path: The workbook to write; the folder is made.
        rows: The form's rows.
        study: Study id.
        kommune_id: The municipality.
        name: Its name, for the guide.
        coder: Who will fill it in.
        language: ``nb`` or ``nn``.
        codebook: The instrument, for questions and rules.
    """
    from openpyxl import Workbook

    texts = form_texts()
    book = Workbook()
    guide = book.active
    guide.title = texts["sheet_guide"][language]
    _write_guide(guide, texts, language, name, codebook)
    sheet = book.create_sheet(texts["sheet_form"][language])
    _write_rows(sheet, rows, texts, language, codebook)
    meta = book.create_sheet(META_SHEET)
    keys = [(r.register, r.goal, r.measure) for r in rows]
    for pair in (
        ("form_version", FORM_VERSION), ("study", study), ("kommune_id", kommune_id),
        ("coder", coder), ("language", language), ("rows", len(rows)), ("keys", keys_digest(keys)),
    ):  # fmt: skip
        meta.append(pair)
    meta.sheet_state = "veryHidden"
    book.active = 1
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_same_bytes(book))


def _write_guide(
    sheet: Any, texts: Mapping[str, Any], language: str, name: str, codebook: Codebook
) -> None:
    from openpyxl.styles import Alignment, Font

    sheet.column_dimensions["A"].width = 100
    lines = [f"{texts['guide_title'][language]}: {name}"]
    lines += [line[language] for line in texts["guide"]]
    lines += ["", texts["rule_title"][language], str(codebook.document_rules["match_rule"])]
    for number, line in enumerate(lines, start=1):
        cell = sheet.cell(number, 1, line)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        if number == 1 or line == texts["rule_title"][language]:
            cell.font = Font(bold=True, size=13)


def _columns() -> list[str]:
    return [
        *KEY_COLUMNS, "goal", "text", "area", "page", "question", "suggested",
        *(f"candidate_{n}" for n in range(1, TOP + 1)), "answer", "evidence_page", "comment",
    ]  # fmt: skip


ANSWER_COLUMNS = {name: position for position, name in enumerate(_columns(), start=1)}
"""Column numbers of a form's sheet, from 1."""


def _write_rows(
    sheet: Any, rows: Sequence[FormRow], texts: Mapping[str, Any], language: str, codebook: Codebook
) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill, Protection
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    columns = _columns()
    fill = PatternFill("solid", start_color="FFF6D9")
    for position, column in enumerate(columns, start=1):
        base, _, number = (
            column.partition("_") if column.startswith("candidate_") else (column, "", "")
        )
        text = column if column in KEY_COLUMNS else texts[base][language].format(number=number)
        cell = sheet.cell(HEADER_ROW, position, text)
        cell.font = Font(bold=True)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        letter = get_column_letter(position)
        sheet.column_dimensions[letter].width = _WIDTHS.get(base, 12)
        if column in KEY_COLUMNS:
            sheet.column_dimensions[letter].hidden = True
    for line, row in enumerate(rows, start=HEADER_ROW + 1):
        values = _row_values(row, texts, language, codebook)
        for position, column in enumerate(columns, start=1):
            cell = sheet.cell(line, position, values.get(column))
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if column in ("answer", "evidence_page", "comment"):
                cell.protection = Protection(locked=False)
                cell.fill = fill
    letter = get_column_letter(ANSWER_COLUMNS["answer"])
    choices = ",".join(texts[k][language] for k in ("answer_yes", "answer_no", "answer_unsure"))
    allowed = DataValidation(type="list", formula1=f'"{choices}"', allow_blank=True)
    allowed.showErrorMessage = True
    allowed.add(f"{letter}{HEADER_ROW + 1}:{letter}{max(HEADER_ROW + 1, HEADER_ROW + len(rows))}")
    sheet.add_data_validation(allowed)
    sheet.freeze_panes = sheet.cell(HEADER_ROW + 1, ANSWER_COLUMNS["area"])
    sheet.protection.sheet = True  # keeps questions from being changed by accident; no password
    sheet.protection.formatColumns = sheet.protection.formatRows = False
    sheet.protection.autoFilter = sheet.protection.sort = False


def _row_values(
    row: FormRow, texts: Mapping[str, Any], language: str, codebook: Codebook
) -> dict[str, Any]:
    made = row.suggestion
    word = (
        "no_suggestion"
        if made.suggested is None
        else "answer_yes"
        if made.suggested
        else "answer_no"
    )
    values: dict[str, Any] = {
        "register": row.register, "goal_id": row.goal, "measure_id": row.measure,
        "goal": row.goal, "text": _safe(row.text), "area": _safe(row.area), "page": row.page,
        "question": codebook.measures[row.measure].text(language),
        "suggested": texts[word][language],
    }  # fmt: skip
    for number, candidate in enumerate(made.candidates[:TOP], start=1):
        values[f"candidate_{number}"] = _safe(
            texts["candidate_at"][language].format(
                page=candidate.page, quotation=candidate.quotation
            )
        )
    return values


def _safe(text: str) -> str:
    """Text that no spreadsheet takes for a formula, without characters it cannot hold."""
    clean = "".join(c for c in text if c >= " " or c in "\t\n")
    return f"'{clean}" if clean[:1] in "=+-@" else clean


def _same_bytes(book: Any) -> bytes:
    """The workbook as bytes without the time it was written."""
    book.properties.creator = "Plankompass"
    book.properties.created = book.properties.modified = _FIXED_TIME
    raw = io.BytesIO()
    book.save(raw)
    out = io.BytesIO()
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in sorted(source.namelist()):
            data = source.read(name)
            if name == "docProps/core.xml":
                data = _without_times(data)
            entry = zipfile.ZipInfo(name, date_time=(2020, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, data)
    return out.getvalue()


def _without_times(data: bytes) -> bytes:
    stamp = _FIXED_TIME.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    return re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z", stamp, data)
