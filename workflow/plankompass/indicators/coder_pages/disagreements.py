"""Where the coders of an interview differ: which code, who set it, on which words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from plankompass.indicators.unit_ratings import UnitRatings, rate_units

_CONTEXT = 240


@dataclass(frozen=True)
class Passage:
    """The words that a disagreement is about.

    Attributes:
        first, last: Numbers of the units, from 1; both 0 where the coding has no place in the text.
        before: What stands just before, for example the question; empty at the start.
        pieces: The passage's text in order, and whether each piece was selected.
    """

    first: int
    last: int
    before: str
    pieces: tuple[tuple[str, bool], ...]


@dataclass(frozen=True)
class Disagreement:
    """One code on which the coders of one interview differ.

    Attributes:
        interview: Id of the interview.
        code: The code.
        presence: True where some coder did not set it anywhere in the interview.
        set_by: Coders who set it on these passages.
        not_set_by: Coders of the interview who did not.
        passages: The passages.
        agreed: What the consensus list says of the code in the interview; None when nothing.
    """

    interview: str
    code: str
    presence: bool
    set_by: tuple[str, ...]
    not_set_by: tuple[str, ...]
    passages: tuple[Passage, ...]
    agreed: bool | None


def find_disagreements(
    interviews: pd.DataFrame,
    segments: pd.DataFrame,
    transcripts: pd.DataFrame,
    text_units: pd.DataFrame,
    consensus: pd.DataFrame,
) -> list[Disagreement]:
    """Find every disagreement in the double-coded interviews.

    Args:
        interviews: Table ``interviews``.
        segments: Table ``segments``.
        transcripts: Table ``transcripts``.
        text_units: Table ``text_units``.
        consensus: Table ``consensus``.

    Returns:
        By interview; within it those about presence first, then those about place, by code.
    """
    ratings = rate_units(interviews, segments, transcripts, text_units)
    texts = dict(zip(transcripts["interview"], transcripts["text"], strict=True))
    agreed = {
        (row.interview, row.code): bool(row.present) for row in consensus.itertuples(index=False)
    }
    double = interviews[(interviews["coders"] >= 2) & (interviews["source_kind"] == "interview")]
    inside = segments[segments["interview"].isin(set(double["interview"]))]
    places = _Places(ratings, texts, inside)
    out = []
    for interview, mine in inside.groupby("interview", sort=True):
        coders = sorted(mine["coder"].unique())
        setters = {code: sorted(set(part)) for code, part in mine.groupby("code")["coder"]}
        for code, who in sorted(setters.items()):
            key = (str(interview), str(code))
            if len(who) < len(coders):
                others = tuple(c for c in coders if c not in who)
                passages = places.of(*key, tuple(who)) or (Passage(0, 0, "", ()),)
                out.append(Disagreement(*key, True, tuple(who), others, passages, agreed.get(key)))
                continue
            for group, passages in places.apart(*key, coders):
                others = tuple(c for c in coders if c not in group)
                out.append(Disagreement(*key, False, group, others, passages, agreed.get(key)))
    return sorted(out, key=lambda d: (d.interview, not d.presence, d.code, d.set_by))


class _Places:
    """Passages of a code in an interview, by who set it on them."""

    def __init__(
        self, ratings: UnitRatings, texts: Mapping[str, str], segments: pd.DataFrame
    ) -> None:
        self._texts = texts
        self._units = {
            str(name): part[["unit", "start", "end"]].to_numpy(np.int64)
            for name, part in ratings.units.groupby("interview")
        }
        self._first = {
            str(name): int(part.index[0]) for name, part in ratings.units.groupby("interview")
        }
        self._setters: dict[tuple[str, str], dict[int, set[str]]] = {}
        names = ratings.units["interview"].to_numpy(object)
        for code, (who, where) in ratings.marks.items():
            for coder, unit in zip(who.tolist(), where.tolist(), strict=True):
                name = str(names[unit])
                found = self._setters.setdefault((name, code), {})
                found.setdefault(unit - self._first[name], set()).add(ratings.coders[coder])
        placed = segments[segments["start"].notna()]
        self._spans: dict[tuple[str, str], list[tuple[int, int]]] = {}
        for row in placed.itertuples(index=False):
            self._spans.setdefault((row.interview, row.code), []).append((row.start, row.end))

    def of(self, interview: str, code: str, who: tuple[str, ...]) -> tuple[Passage, ...]:
        """Every passage with the code."""
        found = self._setters.get((interview, code), {})
        return self._joined(interview, code, sorted(found))

    def apart(
        self, interview: str, code: str, coders: list[str]
    ) -> Iterator[tuple[tuple[str, ...], tuple[Passage, ...]]]:
        """Passages that some, not all, of the coders set the code on."""
        groups: dict[tuple[str, ...], list[int]] = {}
        for unit, who in self._setters.get((interview, code), {}).items():
            if len(who) < len(coders):
                groups.setdefault(tuple(sorted(who)), []).append(unit)
        for who, units in sorted(groups.items()):
            yield who, self._joined(interview, code, sorted(units))

    def _joined(self, interview: str, code: str, units: list[int]) -> tuple[Passage, ...]:
        """Neighbouring units as one passage."""
        out: list[Passage] = []
        run: list[int] = []
        for unit in [*units, None]:
            if run and (unit is None or unit != run[-1] + 1):
                out.append(self._passage(interview, code, run[0], run[-1]))
                run = []
            if unit is not None:
                run.append(unit)
        return tuple(out)

    def _passage(self, interview: str, code: str, first: int, last: int) -> Passage:
        text, units = self._texts[interview], self._units[interview]
        start, end = int(units[first, 1]), int(units[last, 2])
        begin = max(0, start - _CONTEXT)
        before = text[begin:start]
        if begin and (cut := before.find("\n")) >= 0:
            before = before[cut:]
        pieces = _pieces(text, start, end, self._spans.get((interview, code), []))
        numbers = int(units[first, 0]) + 1, int(units[last, 0]) + 1
        return Passage(*numbers, " ".join(before.split()), pieces)


def _pieces(
    text: str, start: int, end: int, spans: list[tuple[int, int]]
) -> tuple[tuple[str, bool], ...]:
    """A passage's text, parted where a selection begins or ends."""
    inside = [(max(a, start), min(b, end)) for a, b in spans if a < end and b > start]
    edges = sorted({start, end, *(edge for span in inside for edge in span)})
    out: list[tuple[str, bool]] = []
    for a, b in pairwise(edges):
        marked = any(x <= a and b <= y for x, y in inside)
        if out and out[-1][1] == marked:
            out[-1] = (out[-1][0] + text[a:b], marked)
        else:
            out.append((text[a:b], marked))
    return tuple(out)
