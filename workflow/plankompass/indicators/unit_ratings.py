"""Which coder set which code on which unit of text: the ratings that agreement is computed from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from plankompass.indicators.code_presence import coded_interviews
from plankompass.study.codebook import Codebook


def codes_below(codebook: Codebook) -> dict[str, frozenset[str]]:
    """Each code with those that count for it: itself, and its children for a category.

    Args:
        codebook: The codebook.

    Returns:
        Code id to code ids, categories and codes in the codebook's order.
    """
    below: dict[str, set[str]] = {code: {code} for code in codebook.codes}
    for code in codebook.codes.values():
        parent = code.parent
        while parent:
            below[parent].add(code.id)
            parent = codebook.codes[parent].parent
    return {code: frozenset(ids) for code, ids in below.items()}


@dataclass(frozen=True)
class UnitRatings:
    """Units of the double-coded interviews, and who set what on them.

    Attributes:
        units: Rows of ``text_units`` of these interviews, by interview and place.
        interviews: Number of each unit's interview, from 0, shape (units,).
        coders: Pseudonyms in order.
        rated: Whether a coder coded the unit's interview, shape (coders, units).
        marks: Code to (coder numbers, unit numbers) where it is set.
        coded_units: Units of all coded interviews, single-coded ones too.
    """

    units: pd.DataFrame
    interviews: NDArray[np.int64]
    coders: tuple[str, ...]
    rated: NDArray[np.bool_]
    marks: Mapping[str, tuple[NDArray[np.int64], NDArray[np.int64]]]
    coded_units: int

    def of(self, codes: frozenset[str]) -> NDArray[np.float64]:
        """Ratings of a code or category.

        Args:
            codes: The codes any of which counts.

        Returns:
            Shape (coders, units): 1 set, 0 not set, NaN where the coder did not code the interview.
        """
        out = np.where(self.rated, 0.0, np.nan)
        for code in codes & self.marks.keys():
            out[self.marks[code]] = 1.0
        return out


def rate_units(
    interviews: pd.DataFrame,
    segments: pd.DataFrame,
    transcripts: pd.DataFrame,
    text_units: pd.DataFrame,
) -> UnitRatings:
    """Lay every coder's selections over the units of the double-coded interviews.

    A code is set on a unit when a selection with it covers a letter or digit of the unit: the blank
    or full stop that a selection took along from the next one does not count. Codings without a
    place (on a whole source, a picture, a sound) are in no unit.

    Args:
        interviews: Table ``interviews``.
        segments: Table ``segments``.
        transcripts: Table ``transcripts``.
        text_units: Table ``text_units``.

    Returns:
        The ratings. A coder counts as a coder of an interview when any of their selections lies in it.
    """
    coded = coded_interviews(interviews)
    coded_units = int(text_units["interview"].isin(set(coded["interview"])).sum())
    double = set(coded.loc[coded["coders"] >= 2, "interview"])
    units = text_units[text_units["interview"].isin(double)]
    units = units.sort_values(["interview", "unit"]).reset_index(drop=True)
    texts = dict(zip(transcripts["interview"], transcripts["text"], strict=True))
    names = sorted(double & set(texts))
    # every interview gets a stretch of its own on one long line
    offsets = dict(zip(names, _starts([len(texts[n]) + 1 for n in names]), strict=True))
    shift = units["interview"].map(offsets).to_numpy(np.int64)
    starts = units["start"].to_numpy(np.int64) + shift
    ends = units["end"].to_numpy(np.int64) + shift
    inside = segments[segments["interview"].isin(set(names))]
    coders = sorted(inside["coder"].unique())
    who = pd.Index(coders).get_indexer(inside["coder"]).astype(np.int64)
    where = pd.Index(names).get_indexer(inside["interview"]).astype(np.int64)
    numbers = pd.Index(names).get_indexer(units["interview"]).astype(np.int64)
    took_part = np.zeros((len(coders), len(names)), dtype=bool)
    took_part[who, where] = True
    marks = _marks(inside, who, texts, offsets, starts, ends)
    return UnitRatings(units, numbers, tuple(coders), took_part[:, numbers], marks, coded_units)


def _starts(lengths: Sequence[int]) -> list[int]:
    return np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(int).tolist() if lengths else []


def _marks(
    inside: pd.DataFrame,
    who: NDArray[np.int64],
    texts: Mapping[str, str],
    offsets: Mapping[str, int],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
) -> dict[str, tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Code to the coders and units that it is set by and on."""
    placed = inside["start"].notna().to_numpy() & inside["end"].notna().to_numpy()
    rows = inside[placed]
    spans = [
        _worded(texts[interview], start, end, offsets[interview])
        for interview, start, end in zip(rows["interview"], rows["start"], rows["end"], strict=True)
    ]
    bounds = np.array(spans, dtype=np.int64).reshape(-1, 2)
    first = np.searchsorted(ends, bounds[:, 0], side="right")
    counts = np.maximum(np.searchsorted(starts, bounds[:, 1], side="left") - first, 0)
    total = int(counts.sum())
    within = np.arange(total) - np.repeat(np.cumsum(counts) - counts, counts)
    unit = np.repeat(first, counts) + within
    coder = np.repeat(who[placed], counts)
    codes, number = np.unique(
        np.repeat(rows["code"].to_numpy(object), counts).astype(str), return_inverse=True
    )
    order = np.argsort(number, kind="stable")
    edges = np.searchsorted(number[order], np.arange(len(codes) + 1))
    return {
        str(code): (coder[order[a:b]], unit[order[a:b]])
        for code, a, b in zip(codes, edges, edges[1:], strict=False)
    }


def _worded(text: str, start: int, end: int, offset: int) -> tuple[int, int]:
    """A selection cut back to its first and last letter or digit, on the long line."""
    while start < end and not text[start].isalnum():
        start += 1
    while end > start and not text[end - 1].isalnum():
        end -= 1
    return start + offset, end + offset
