"""Which numbers a reader may meet: those of the publishable tables, and a short list of others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from plankompass.disclosure.rounding import round_half_away

_TOKEN = re.compile(
    r"(?<![\w,.])[−-]?(?P<number>\d{1,3}(?:[\u00a0\u202f]\d{3})+|\d+(?:[.,]\d+)?)"
    r"(?P<percent>[ \u00a0\u202f]?%)?"
)
# days, hashes, colours and versions; English puts a comma in thousands, and no number has three decimals
_ISO = re.compile(
    r"#[0-9a-fA-F]{6}\b|\d{4}-\d{2}-\d{2}(?:T[\d:.+Z-]+)?|[0-9a-f]{12,}|\d+(?:\.\d+){2,}"
)
_THOUSANDS = re.compile(r"(?<![\w,.])[1-9]\d{0,2}(?:,\d{3})+(?![\d,])")

Sets = dict[str, set[float]]


def tokens(text: str) -> Iterator[tuple[str, float]]:
    """The numbers of a text with their kind: ``decimal``, ``percent`` or ``whole``."""
    plain = _THOUSANDS.sub(lambda found: found[0].replace(",", ""), _ISO.sub(" ", text))
    for found in _TOKEN.finditer(plain):
        number = float(re.sub(r"[\u00a0\u202f]", "", found["number"]).replace(",", "."))
        if found["percent"]:
            yield "percent", number
        elif not number.is_integer() or "," in found["number"]:
            yield "decimal", number
        else:
            yield "whole", number


def _rounded(values: Iterable[float], decimals: int) -> set[float]:
    array = np.array([v for v in values if v is not None and not pd.isna(v)], np.float64)
    return {float(v) for v in np.round(round_half_away(np.abs(array), decimals), decimals)}


def _of_frame(frame: pd.DataFrame, sets: Sets) -> None:
    """Take in every number of a table: as it is, with one decimal, and as a percentage."""
    for column in frame.columns:
        if frame[column].dtype.kind in "fiu" or str(frame[column].dtype) in ("Int64", "Float64"):
            values = frame[column].astype("Float64").dropna().astype(float)
            # both ways of rounding a printed half: 2,25 of a published 2.25 stands as it is
            sets["decimal"] |= _rounded(values, 1) | _rounded(values, 2)
            share = values[values.abs() <= 1]
            sets["percent"] |= _rounded(100 * share, 0) | _rounded(100 * share, 1)
            sets["decimal"] |= _rounded(100 * share, 1)
            sets["whole"] |= _rounded(values, 0) | _rounded(100 * share, 0)
        else:
            for text in frame[column].dropna().astype(str).unique():
                for kind, number in tokens(text):
                    sets[kind].add(abs(number))


def _counts(estimates: pd.DataFrame, sets: Sets) -> None:
    """A share of few answers is printed as a count of a count."""
    few = estimates[(estimates["n"] < 1000) & estimates["value"].between(0, 1)]
    sets["whole"] |= _rounded((few["value"] * few["n"].astype(float)), 0)


def _derived(tables: dict[str, pd.DataFrame], sets: Sets) -> None:
    """What reports work out of published numbers alone; nothing else may be worked out.

    - persons asked and answers, added up over the municipalities where they are shown;
    - values repaired and rows left out, added up over the kinds of problems.
    """
    response = tables["response"]
    shown = response[response["status"] == "published"]
    for _, rows in shown.groupby(["wave", "group"]):
        n, size = rows["n"].sum(), rows["population"].sum()
        sets["whole"] |= {float(n), float(size)}
        sets["percent"].add(float(round_half_away(np.array([100 * n / size]), 0)[0]))
    for _, rows in tables["problem_counts"].groupby("severity"):
        sets["whole"].add(float(rows["count"].sum()))
    sets["whole"].add(float(tables["problem_counts"]["count"].sum()))


def add_positions(sets: Sets, publishable: Path) -> Sets:
    """The quarter points of the others' published numbers: where a figure's marks lie, never printed.

    Args:
        sets: From ``allowed``.
        publishable: The publishable folder.

    Returns:
        The same with these numbers, for a report's JSON alone.
    """
    own = pd.read_parquet(publishable / "estimates.parquet")
    more: set[float] = set()
    own = own[(own["level"] == "municipality") & (own["status"] == "published")]
    keys = ["wave", "group", "gathering", "indicator", "component"]
    for _, rows in own[own["value"].notna()].groupby(keys):
        values = rows["value"].to_numpy(np.float64)
        for at in range(len(values)):
            if len(others := np.delete(values, at)):
                for point in np.quantile(others, (0, 0.25, 0.5, 0.75, 1)):
                    more |= _rounded([point, 100 * point], 3)
                    more |= _rounded([point, 100 * point], 1)
    return sets | {"decimal": sets["decimal"] | more}


def allowed(publishable: Path, units: Iterable[str], texts: Iterable[str]) -> Sets:
    """The numbers that may stand in a report.

    Args:
        publishable: The publishable folder.
        units: kommune_id of the municipalities that the report is about; the network always counts.
        texts: Wordings that hold numbers of their own: codebook, message catalogues, configuration.

    Returns:
        Absolute numbers by kind.
    """
    wanted = {*units, "network"}
    sets: Sets = {"decimal": set(), "percent": set(), "whole": set()}
    tables = {path.stem: pd.read_parquet(path) for path in sorted(publishable.glob("*.parquet"))}
    _derived(tables, sets)
    for name, frame in tables.items():
        if "unit" in frame:
            frame = frame[frame["unit"].isin(wanted)]
        elif "kommune_id" in frame:
            frame = frame[frame["kommune_id"].isin(wanted)]
        _of_frame(frame, sets)
        if name == "estimates":
            _counts(frame, sets)
    for text in texts:
        for kind, number in tokens(text):
            sets[kind].add(abs(number))
    return sets


def strangers(texts: Iterable[str], sets: Sets) -> dict[tuple[str, float], str]:
    """Numbers of texts that are not allowed, each with a text it stands in.

    Args:
        texts: What can be read in a file.
        sets: From ``allowed``.

    Returns:
        Kind and number to an example.
    """
    found: dict[tuple[str, float], str] = {}
    for text in texts:
        for kind, number in tokens(text):
            if abs(number) not in sets[kind]:
                found.setdefault((kind, abs(number)), text[:90])
    return found
