"""What a survey file holds, without a study: for a person to read before trusting an import."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd

from plankompass.ingest.surveys.dates import read_times
from plankompass.ingest.surveys.model import RawSurvey, RawVariable, SurveyReadError, plain
from plankompass.ingest.surveys.nettskjema import codebook_variables
from plankompass.ingest.surveys.privacy import find_personal_data
from plankompass.ingest.surveys.readers import check_archive, check_file, read_survey
from plankompass.ingest.surveys.sheets import find_header
from plankompass.study.config_models import LimitConfig

_SUFFIXES = {
    ".sav": "sav", ".zsav": "zsav", ".por": "por", ".dta": "dta", ".csv": "csv", ".tsv": "csv",
    ".txt": "csv", ".xlsx": "xlsx", ".json": "json",
}  # fmt: skip
_MAGIC = {b"$FL2": "sav", b"$FL3": "zsav", b"<stata_dta>": "dta"}
_NETTSKJEMA_HEADER = ("$submission_id", "$created")
BLANK = "blank"


def inspect_survey(path: Path | str, limits: LimitConfig | None = None) -> dict[str, Any]:
    """Say what a survey file holds.

    Args:
        path: The file; its format is told by its first bytes, else by its ending.
        limits: Limits on what is read.

    Returns:
        Plain values for JSON: kind, format, rows, encoding, variables (name, label, type,
        value_labels, missing_codes, n_missing_by_code), multiple_response_sets and problems.
        Counts only, never an answer.

    Raises:
        SurveyReadError: The file cannot be read; the text says why.
    """
    path, limits = Path(path), limits or LimitConfig()
    check_file(path, path.name, limits)
    format_ = _format_of(path)
    if format_ == "json":
        return _inspect_codebook(path)
    options: dict[str, Any] = {}
    problems: list[str] = []
    if format_ == "xlsx":
        check_archive(path, path.name, limits)
        options["sheet"], options["header_row"], problems = find_header(path, path.name)
    survey = read_survey(path, format_, limits=limits, **options)
    if set(_NETTSKJEMA_HEADER) & set(survey.table.columns):
        book = _codebook_beside(path)
        survey = read_survey(path, "nettskjema", limits=limits, codebook=book)
        note = (
            f"labels from {book.name}" if book else "no codebook beside it: columns have no labels"
        )
        problems.append(note)
    problems += survey.notes
    variables = [_describe(survey, v, problems) for v in survey.variables]
    for found in find_personal_data(survey, no_phone=_tool_columns(survey)):
        problems.append(f"{found.column}: {found.rule} ({found.count} rows)")
    if survey.table.empty:
        problems.append("no rows")
    return {
        "kind": "survey",
        "format": survey.format,
        "rows": len(survey.table),
        "encoding": survey.encoding,
        "delimiter": survey.delimiter,
        "variables": variables,
        "multiple_response_sets": [
            {"name": s.name, "kind": s.kind, "variables": s.variables} for s in survey.sets
        ],
        "problems": problems,
    }


def _format_of(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(16)
    suffix = _SUFFIXES.get(path.suffix.lower())
    for magic, format_ in _MAGIC.items():
        if head.startswith(magic):
            return suffix if suffix in ("sav", "zsav") and format_ != "dta" else format_
    if head.startswith(b"PK\x03\x04"):
        return "xlsx"
    if suffix is None:
        raise SurveyReadError(
            f"{path.name}: unknown kind of survey file; known are "
            ".sav, .zsav, .por, .dta, .csv and .xlsx"
        )
    return suffix


def _codebook_beside(path: Path) -> Path | None:
    """The Nettskjema codebook that belongs to a report: JSON of the same form in the same folder."""
    form = re.split(r"[_-]", path.stem)[0]
    found = [
        other
        for other in sorted(path.parent.glob("*.json"))
        if re.search("codebook|kodebok", other.stem, re.IGNORECASE)
        and (other.stem.startswith(path.stem) or re.split(r"[_-]", other.stem)[0] == form)
    ]
    exact = [other for other in found if other.stem.startswith(path.stem)]
    found = exact or found
    return found[0] if len(found) == 1 else None


def _tool_columns(survey: RawSurvey) -> frozenset[str]:
    return frozenset(c for c in survey.table.columns if c.startswith("$"))


def _inspect_codebook(path: Path) -> dict[str, Any]:
    variables, sets = codebook_variables(path, path.name)
    return {
        "kind": "survey",
        "format": "nettskjema codebook",
        "rows": None,
        "encoding": "utf-8",
        "variables": [_declared(v) | {"n_missing_by_code": {}} for v in variables],
        "multiple_response_sets": [
            {"name": s.name, "kind": s.kind, "variables": s.variables} for s in sets
        ],
        "problems": ["a codebook without answers"],
    }


def _declared(variable: RawVariable) -> dict[str, Any]:
    return {
        "name": variable.name,
        "label": variable.label,
        "type": variable.type,
        "value_labels": {plain(value): text for value, text in variable.value_labels.items()},
        "missing_codes": [part.as_text() for part in variable.missing],
    }


def _describe(survey: RawSurvey, variable: RawVariable, problems: list[str]) -> dict[str, Any]:
    column = survey.column(variable.name)
    tags = survey.tags.get(variable.name)
    out = _declared(variable)
    counts: dict[str, int] = {}
    if variable.missing:
        for value, count in column.dropna().value_counts().items():
            if variable.is_user_missing(value):
                counts[plain(value)] = int(count)
    blank = column.isna()
    if tags is not None:
        for letter, count in tags.value_counts().items():
            counts[f".{letter}"] = int(count)
        out["missing_codes"] += [f".{letter}" for letter in sorted(set(tags.dropna()))]
        blank &= tags.isna()
    if left := int(blank.sum()) - variable.lost:
        counts[BLANK] = left
    out["n_missing_by_code"] = dict(sorted(counts.items()))
    if variable.type == "text":
        out["type"] = _type_of_text(survey, variable, column, problems)
    if survey.format != "nettskjema":
        _judge_labels(variable, column, problems)
    return out


def _type_of_text(
    survey: RawSurvey, variable: RawVariable, column: pd.Series, problems: list[str]
) -> str:
    """CSV cells are all text; say what they hold. Elsewhere numbers in text are a problem."""
    filled = column.dropna()
    if filled.empty:
        return "text"
    numbers = pd.to_numeric(filled.str.replace(",", "."), errors="coerce")
    # 0301 is a code, not a number
    coded = filled.str.match(r"^0\d").any()
    if numbers.notna().all() and not coded:
        if survey.format == "xlsx":
            problems.append(f"{variable.name}: numbers stored as text")
        return "number" if survey.format in ("csv", "nettskjema") else "text"
    if survey.format in ("csv", "nettskjema"):
        times, unread = read_times(filled)
        if not unread:
            return "date" if (times == times.dt.normalize()).all() else "datetime"
    return "text"


def _judge_labels(variable: RawVariable, column: pd.Series, problems: list[str]) -> None:
    if not variable.value_labels:
        return
    present = set(column.dropna().unique())
    numeric = {v for v in variable.value_labels if not isinstance(v, str)}
    if column.dtype == "float64" and numeric and not present & numeric and present:
        problems.append(f"{variable.name}: value labels for codes that no row holds")
