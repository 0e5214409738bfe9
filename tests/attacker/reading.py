"""Reading what was published: a folder of reports, or a publishable folder. And the codebook."""

from __future__ import annotations

import csv
import math
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

PERSONS = ("folkevalgte", "administrasjon", "innbyggere", "deltakere")
#: Why a number that exists is not shown, as the files themselves say.
GONE = (
    "too_few_answers", "small_population", "unanimous", "count_at_edge", "too_few_municipalities",
)  # fmt: skip
_COUNT = re.compile(r"^(\d+)\D+(\d+)$")


@dataclass
class Row:
    """One published row: a number, or the reason it is not there."""

    unit: str
    wave: str
    group: str
    gathering: str
    indicator: str
    component: str
    value: float
    n: int | None
    size: int | None
    reason: str
    display: str = ""
    half: float = 0.05
    others: float = math.nan
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def place(self) -> tuple[str, str, str]:
        """Wave, group and gathering."""
        return self.wave, self.group, self.gathering


@dataclass(frozen=True)
class Book:
    """What the public codebook says: how each indicator is made, and the range of its answers."""

    operators: dict[str, str]
    items: dict[str, tuple[str, ...]]
    ranges: dict[str, tuple[float, float]]
    reverse: frozenset[str]
    parallel: dict[str, tuple[str, ...]]
    groups: dict[str, str]


def read_book(folder: Path) -> Book:
    """Read the codebook's YAML files by hand."""
    items = yaml.safe_load((folder / "items.yaml").read_text(encoding="utf-8"))
    indicators = yaml.safe_load((folder / "indicators.yaml").read_text(encoding="utf-8"))
    scales = {k: v.get("values") for k, v in items["scales"].items()}
    ranges, reverse, parallel = {}, set(), {}
    for item in items["items"]:
        values = scales.get(item["scale"])
        if values:
            ranges[item["id"]] = (float(min(values)), float(max(values)))
        if item.get("reverse"):
            reverse.add(item["id"])
        if item.get("parallel_set"):
            parallel.setdefault(item["parallel_set"], []).append(item["id"])
    names = {}
    for key, words in items["groups"].items():
        names |= {words[k].lower(): key for k in ("nb", "nn", "en")}
    entries = indicators["indicators"]
    return Book(
        {e["id"]: e["operator"] for e in entries},
        {e["id"]: tuple((e.get("inputs") or {}).get("items") or ()) for e in entries},
        ranges,
        frozenset(reverse),
        {k: tuple(v) for k, v in parallel.items()},
        names,
    )


def _number(text: str) -> float:
    text = re.sub(r"[ \u00a0\u202f]", "", text).replace("−", "-").replace(",", ".")
    try:
        return float(text)
    except ValueError:
        return math.nan


def _whole(value: Any) -> int | None:
    return None if value is None or pd.isna(value) else int(value)


def read_tables(folder: Path) -> list[Row]:
    """Rows of a publishable folder."""
    table = pd.read_parquet(folder / "estimates.parquet")
    others: dict[tuple, float] = {}
    if (folder / "comparisons.parquet").is_file():
        beside = pd.read_parquet(folder / "comparisons.parquet")
        for r in beside.itertuples(index=False):
            key = (r.kommune_id, r.wave, r.group, r.gathering, r.indicator, r.component)
            others[key] = float(r.peer_mean)
    rows = []
    for r in table[table["group"].isin(PERSONS)].itertuples(index=False):
        if r.status not in ("published", "hidden"):
            continue
        key = (r.unit, r.wave, r.group, r.gathering, r.indicator, r.component)
        rows.append(
            Row(*key, float(r.value), _whole(r.n), _whole(r.population), r.reason, r.display,
                others=others.get(key, math.nan))
        )  # fmt: skip
    return rows


def read_reports(folder: Path, book: Book, waves: dict[str, str]) -> list[Row]:
    """Rows of the CSV files beside the reports.

    Args:
        folder: The folder of reports.
        book: The codebook.
        waves: Year, as the files have it, to the wave's name.
    """
    found: dict[tuple, Row] = {}
    classes = {"under 20 prosent": "under_20", "over 80 prosent": "over_80",
               "under halvparten": "under_50", "over halvparten": "over_50"}  # fmt: skip
    for path in sorted(folder.rglob("tall*.csv")):
        lines = path.read_text(encoding="utf-8-sig").splitlines()
        for cells in list(csv.reader(lines, delimiter=";"))[1:]:
            group = book.groups.get(cells[4].lower())
            reason = cells[22]
            shown = _number(cells[8])
            percent = cells[7].startswith(("pros", "per"))
            counted = _COUNT.match(cells[14])
            if counted:
                shown, percent = int(counted[1]) / max(int(counted[2]), 1), False
            if group is None or (math.isnan(shown) and not reason):
                continue
            row = Row(
                cells[18] or "network", waves.get(cells[5], cells[5]), group, cells[6], cells[20],
                cells[21], shown / 100 if percent else shown, _whole(_number(cells[11])),
                _whole(_number(cells[12])), reason, classes.get(cells[14], ""),
                others=_number(cells[15]) / (100 if percent or counted else 1),
            )  # fmt: skip
            found.setdefault((row.unit, *row.place, row.indicator, row.component), row)
    return list(found.values())


def read_release(folder: Path, book: Book, waves: dict[str, str] | None = None) -> list[Row]:
    """Rows of one release, whichever kind of folder it is."""
    if (folder / "estimates.parquet").is_file():
        return read_tables(folder)
    return read_reports(folder, book, waves or {})
