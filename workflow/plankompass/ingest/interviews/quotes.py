"""Quotations that somebody cleared for leaving the restricted folder, checked before they may.

A passage that seems to name a place or a person, or holds a number, is left out until whoever cleared
it has looked at just that and said so (column ``names_checked``).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from plankompass.ingest.interviews.lists import read_list
from plankompass.study.config_models import WaveConfig
from plankompass.study.problems import ProblemLog
from plankompass.tables import empty_table

_CASE = "quotes"
_NEEDED = ("passage", "cleared_by", "cleared_on")
_CHECKED = "names_checked"
_YES = {"yes", "ja", "1", "true", "x"}
_WORD = re.compile(r"[^\W\d_][\w'’-]*")
# After these a capital letter says nothing: a sentence or somebody's words begin.
_OPENING = re.compile(r"(?:^|[.!?…:]\s*|[\n«»\"“”(–—-]\s*)$")
# Names of institutions that point at nobody.
_KNOWN = {"KS", "Norge", "Noreg", "Stortinget", "Statsforvalteren", "Statsforvaltaren", "ROBEK"}


def read_cleared_quotes(
    path: Path,
    file: str,
    segments: pd.DataFrame,
    interviews: pd.DataFrame,
    texts: Mapping[str, str],
    places: Iterable[str],
    waves: Mapping[str, WaveConfig],
    log: ProblemLog,
) -> pd.DataFrame:
    """Read the list of cleared quotations.

    Args:
        path: CSV with columns ``passage`` (id as on the page of passages), ``cleared_by``,
            ``cleared_on`` (a date) and, where asked for, ``names_checked`` (yes).
        file: The file's name in problems.
        segments: Table ``segments``.
        interviews: Table ``interviews``.
        texts: Interview to text.
        places: Names of municipalities.
        waves: The study's waves; nothing can be cleared before its wave began.
        log: Where problems go. An unknown passage, a missing name or date stop the run; a passage
            that seems to name somebody is left out.

    Returns:
        Table ``cleared_quotes``.
    """
    first_rows = segments.drop_duplicates("segment").itertuples(index=False)
    known = {row.segment: row for row in first_rows}
    rows_of = segments.groupby("segment").indices
    wave_of = dict(zip(interviews["interview"], interviews["wave"], strict=True))
    finder = _NameFinder(places)
    found: dict[str, tuple[str, ...]] = {}
    what = "list of cleared quotations"
    for line, cells in read_list(path, file, _NEEDED, case=_CASE, what=what, log=log):
        passage = cells["passage"].casefold()
        place = f"line {line}"
        day = _day(cells["cleared_on"])
        wrong = _wrong(cells, passage, day, known, wave_of, waves)
        text = "" if wrong else _text(known[passage], texts)
        if not wrong and not text:
            wrong = [("passage", "the passage has no text in the projects")]
        if not wrong and passage in found:
            wrong = [("passage", "the passage stands twice")]
        for column, rule in wrong:
            log.add(
                _CASE, "fail", file, rule, row_key=place, column=column,
                hint=f"The columns are {', '.join(_NEEDED)}; ids stand on the page of passages",
            )  # fmt: skip
        if wrong:
            continue
        found[passage] = ()
        if seen := finder.find(text):
            checked = cells.get(_CHECKED, "").casefold() in _YES
            log.add(
                _CASE, "repair" if checked else "reject", file,
                f"holds what may be {' and '.join(seen)}"
                + ("; shown, since the list says it was checked" if checked else "; left out"),
                row_key=place, column="passage",
                hint="" if checked else f"Read it again; if it points at nobody, write yes in {_CHECKED}",
            )  # fmt: skip
            if not checked:
                continue
        codes = " ".join(sorted(set(segments["code"].iloc[rows_of[passage]])))
        wave = str(wave_of[known[passage].interview])
        found[passage] = (passage, wave, codes, text, cells["cleared_by"], cells["cleared_on"])
    kept = [row for row in found.values() if row]
    if not kept:
        return empty_table("cleared_quotes")
    columns = ["passage", "wave", "codes", "text", "cleared_by", "cleared_on"]
    return pd.DataFrame(kept, columns=columns).astype({"cleared_on": "datetime64[us]"})


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _wrong(
    cells: Mapping[str, str],
    passage: str,
    day: date | None,
    known: Mapping[str, Any],
    wave_of: Mapping[str, str],
    waves: Mapping[str, WaveConfig],
) -> list[tuple[str, str]]:
    """Column and rule of everything wrong in a row."""
    out = []
    if passage not in known:
        out.append(("passage", "no coded passage has this id"))
    if not cells["cleared_by"]:
        out.append(("cleared_by", "nobody is named who cleared the quotation"))
    if day is None:
        out.append(("cleared_on", "no date written as year-month-day"))
    elif passage in known:
        wave = waves.get(wave_of.get(str(known[passage].interview), ""))
        if wave is not None and day < wave.first_day:
            out.append(("cleared_on", "the date is before the interview's wave began"))
    return out


def _text(passage: Any, texts: Mapping[str, str]) -> str:
    text = texts.get(passage.interview)
    if text is None or pd.isna(passage.start):
        return ""
    return " ".join(text[int(passage.start) : int(passage.end)].split())


class _NameFinder:
    """Finds what may point at a place or a person."""

    def __init__(self, places: Iterable[str]) -> None:
        names = sorted({p for p in places if p}, key=lambda p: (-len(p), p))
        joined = "|".join(re.escape(n) for n in names)
        self._places = re.compile(rf"(?<!\w)(?:{joined})s?(?!\w)") if names else None

    def find(self, text: str) -> list[str]:
        """Kinds of what was found, in words; never the words themselves."""
        kinds = []
        if self._places and self._places.search(text):
            kinds.append("the name of a municipality")
        if any(
            m.group()[0].isupper()
            and m.group() not in _KNOWN
            and not _OPENING.search(text[: m.start()])
            for m in _WORD.finditer(text)
        ):
            kinds.append("a person's or place's name")
        if re.search(r"\d|@", text):
            kinds.append("a number or an address")
        return kinds


def place_names(municipalities: pd.DataFrame, register: Path) -> set[str]:
    """Names of the participating municipalities and of every municipality of the national register.

    Args:
        municipalities: Table ``municipalities``.
        register: CSV with columns ``name`` and ``official_name``.

    Returns:
        The names, and the parts of names in two languages.
    """
    with register.open(encoding="utf-8", newline="") as stream:
        rows = [(r["name"], r["official_name"]) for r in csv.DictReader(stream)]
    rows += list(municipalities[["name", "official_name"]].itertuples(index=False, name=None))
    return {part for names in rows for n in names for part in re.split(r"\s+[-–]\s+", n) if part}
