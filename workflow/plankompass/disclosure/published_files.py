"""Reading what was published, and nothing else: the publishable tables, or the reports' own CSV files.

The reports' numbers come in the readers' language. Columns are known by their place, groups by the
codebook's names, and what is hidden by the reason's own code.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from plankompass.disclosure.components import part_of
from plankompass.disclosure.rules import AT_LEAST_THREE, FEWER_THAN_THREE, INTERVIEWS
from plankompass.study.codebook import Codebook
from plankompass.study.problems import PlankompassError
from plankompass.tables import CONTRACTS, check_table, read_table

ESTIMATES = "estimates.parquet"
NUMBERS = "tall.csv"

# Places in the reports' CSV, the same in every language.
_GROUP, _YEAR, _GATHERING, _VALUE, _LOWER, _UPPER, _N, _SIZE = 4, 5, 6, 8, 9, 10, 11, 12
_WORDS, _CODE, _INDICATOR, _COMPONENT, _REASON = 14, 18, 20, 21, 22
_COUNT_OF_COUNT = re.compile(r"^(\d+)\D+(\d+)$")
# Reasons that stand for a number which is there and not shown; other reasons mean there is none.
HIDDEN_REASONS = frozenset(
    {
        "change_shown",
        "count_at_edge",
        "party_municipal",
        "party_one_municipality",
        "scale_unreliable",
        "secondary",
        "small_population",
        "too_few_answers",
        "too_few_interviews",
        "too_few_municipalities",
        "unanimous",
        "waves_shown",
    }
)
_CLASSES = {
    "under_20": ("under 20 prosent", "under 20 per cent"),
    "over_80": ("over 80 prosent", "over 80 per cent"),
    "under_50": ("under halvparten", "under half"),
    "over_50": ("over halvparten", "over half"),
}
_INTERVIEW_CLASSES = {
    AT_LEAST_THREE: ("minst tre intervju", "at least three interviews"),
    FEWER_THAN_THREE: ("færre enn tre", "fewer than three"),
}
# Interviews are no group of respondents, so the codebook has no name for them.
_INTERVIEW_NAMES = ("intervju", "interview", "interviews")


def read_published(folder: Path | str, book: Codebook) -> tuple[pd.DataFrame, list[str]]:
    """Read every published number about persons in a folder.

    Args:
        folder: A publishable folder, or a folder of reports (one folder a municipality).
        book: The codebook.

    Returns:
        Rows of the contract ``publishable_estimates``, and the files that were read.

    Raises:
        PlankompassError: The folder holds neither.
    """
    folder = Path(folder)
    if (folder / ESTIMATES).is_file():
        return read_table("publishable_estimates", folder / ESTIMATES), [ESTIMATES]
    files = sorted(folder.rglob(NUMBERS))
    if not files:
        raise PlankompassError(
            f"{folder.name}: no published numbers found; give a folder with {ESTIMATES} or with "
            f"reports that hold {NUMBERS}"
        )
    rows = [row for file in files for row in _csv_rows(file)]
    names = [file.relative_to(folder).as_posix() for file in files]
    return _as_estimates(rows, book), names


def _csv_rows(file: Path) -> list[list[str]]:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise PlankompassError(f"{file.name}: not UTF-8 text") from None
    rows = list(csv.reader(text.splitlines(), delimiter=";"))
    if not rows or len(rows[0]) <= _REASON:
        raise PlankompassError(f"{file.name}: line 1: not the columns of a report's numbers")
    return rows[1:]


def _number(text: str) -> float:
    text = text.replace(" ", "").replace(" ", "").replace("−", "-").replace(",", ".")
    try:
        return float(text) if text else np.nan
    except ValueError:
        return np.nan


def _as_estimates(rows: list[list[str]], book: Codebook) -> pd.DataFrame:
    groups = {
        name.lower(): key
        for key, group in book.groups.items()
        for name in (group.nb, group.nn, group.text("en"))
    } | dict.fromkeys(_INTERVIEW_NAMES, INTERVIEWS)
    rows = [r for r in rows if r[_INDICATOR] in book.indicators and r[_GROUP].lower() in groups]
    waves = _wave_of_year(rows)
    found: dict[tuple, dict] = {}
    for row in rows:
        level = "municipality" if row[_CODE] else "network"
        values = _values(row)
        record = {
            "level": level,
            "unit": row[_CODE] or "network",
            "wave": waves.get(row[_YEAR], row[_YEAR]),
            "group": groups[row[_GROUP].lower()],
            "gathering": row[_GATHERING],
            "indicator": row[_INDICATOR],
            "component": row[_COMPONENT],
            **values,
        }
        key = tuple(record[k] for k in CONTRACTS["publishable_estimates"].key)
        found.setdefault(key, record)
    return check_table("publishable_estimates", pd.DataFrame(list(found.values())))


def _wave_of_year(rows: list[list[str]]) -> dict[str, str]:
    """Years as the waves' ids, which stand in the components of changes, in order of time."""
    before = {part_of(r[_COMPONENT]).before for r in rows} - {""}
    years = sorted({r[_YEAR] for r in rows})
    ids = [*sorted(before), *(f"T{9 - i}" for i in range(9))]
    return dict(zip(years, ids[: len(before)], strict=False)) if before else {}


def _values(row: list[str]) -> dict:
    percent = row[7].lower() in ("prosent", "per cent", "percent")
    value, lower, upper = (
        _number(row[at]) / (100 if percent else 1) for at in (_VALUE, _LOWER, _UPPER)
    )
    if counted := _COUNT_OF_COUNT.match(row[_WORDS]):
        count, of = map(int, counted.groups())
        value = count / of if of else np.nan
    display = _told(row[_WORDS], _CLASSES) if np.isnan(value) else ""
    classed = _told(row[_WORDS], _INTERVIEW_CLASSES) if np.isnan(value) else ""
    reason = row[_REASON]
    gone = "hidden" if reason in HIDDEN_REASONS else "not_applicable"
    status = "published" if classed or not np.isnan(value) else gone
    n, size = _number(row[_N]), _number(row[_SIZE])
    return {
        "value": value if status == "published" else np.nan,
        "class_value": classed,
        "lower": lower if status == "published" else np.nan,
        "upper": upper if status == "published" else np.nan,
        "se": np.nan,
        "n": None if np.isnan(n) else int(n),
        "population": None if np.isnan(size) else int(size),
        "dont_know": np.nan,
        "method": "",
        "status": status,
        "reason": reason if status == "hidden" else "",
        "display": display,
    }


def _told(words: str, meanings: Mapping[str, tuple[str, ...]]) -> str:
    """What a text in a row means; empty when it is none of these."""
    said = words.strip().lower()
    return next((code for code, texts in meanings.items() if said in texts), "")
