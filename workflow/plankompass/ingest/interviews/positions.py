"""Which unit a coding program counts positions in, found by checking, and positions in code points.

Programs disagree: code points, UTF-16 code units or UTF-8 bytes; with Windows line ends kept or
counted as one. The reading under which most selections begin and end at the edge of a word (or give
the text that the program stored beside them) is the one used. Two readings are taken only where they
are clearly better: line ends counted as two that were lost on the way (XML turns them into one), and
a byte order mark counted as a character.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from plankompass.ingest.interviews.model import OffsetUnit, QdaProject, QdaSelection

# Programs whose files were seen to count UTF-16 code units; the standard itself says code points.
_UTF16_TOOLS = ("nvivo",)
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")

DecidedBy = Literal["format", "same either way", "checked", "tool", "standard", "no text"]


@dataclass(frozen=True)
class Reading:
    """One way to count positions.

    Attributes:
        unit: What one step is.
        crlf_as_one: Whether a Windows line end counts as one character.
        lf_as_two: Whether a single line end counts as two.
        shift: Characters counted before the text: 1 for a byte order mark.
    """

    unit: OffsetUnit
    crlf_as_one: bool = False
    lf_as_two: bool = False
    shift: int = 0


class TextPositions:
    """Turns positions of one text, counted in some unit, into code points.

    Args:
        text: The text as stored.
        reading: How positions are counted.
    """

    def __init__(self, text: str, reading: Reading) -> None:
        self.length = len(text)
        wide: list[tuple[int, int]] = []  # code point index, extra units beyond one
        if reading.unit == "utf16" and not text.isascii():
            wide = [(m.start(), 1) for m in _ASTRAL.finditer(text)]
        elif reading.unit == "utf8" and not text.isascii():
            wide = [
                (m.start(), len(m.group().encode("utf-8", "surrogatepass")) - 1)
                for m in re.finditer(r"[^\x00-\x7f]", text)
            ]
        if reading.crlf_as_one and "\r\n" in text:
            # the line feed is the character without width: a passage before the line end stays whole
            wide += [(m.start() + 1, -1) for m in re.finditer("\r\n", text)]
        if reading.lf_as_two:
            wide += [(m.start(), 1) for m in re.finditer(r"(?<!\r)\n", text)]
        wide.sort()
        self._shift = reading.shift
        # after code point i the count of units is i + the extras before it
        self._ends: list[int] = []
        self._extras: list[int] = []
        self._inner: list[int] = []
        extra = 0
        for index, more in wide:
            begin = index + extra
            extra += more
            self._inner.append(begin)
            self._ends.append(index + 1 + extra)
            self._extras.append(extra)

    def code_point(self, position: int) -> int | None:
        """A position in code points.

        Args:
            position: The position as counted by the program.

        Returns:
            Code points before it; None when it falls inside a character or outside the text.
        """
        position -= self._shift
        if position < 0:
            return None
        at = bisect_left(self._ends, position + 1)
        extra = self._extras[at - 1] if at else 0
        if at < len(self._inner) and self._inner[at] < position < self._ends[at]:
            return None
        index = position - extra
        return index if index <= self.length else None


def on_word_edges(text: str, start: int, end: int) -> bool:
    """Whether a passage neither begins nor ends inside a word.

    Args:
        text: The text.
        start: First code point.
        end: After the last code point.

    Returns:
        True when both edges lie beside something that is no letter or digit.
    """

    def edge(at: int) -> bool:
        return at == 0 or at == len(text) or not (text[at - 1].isalnum() and text[at].isalnum())

    return edge(start) and edge(end)


@dataclass(frozen=True)
class Positions:
    """What checking the positions of a project gave.

    Attributes:
        unit: Unit used; ``unknown`` when no selection could be checked against a text.
        crlf_as_one: Whether Windows line ends count as one.
        decided_by: Why this unit.
        spans: Selection index to (start, end) in code points of the source's text as stored.
        checked: Codings on selections with a text to check against.
        bad: Codings on selections that do not fit their text.
        bad_selections: Indices of those selections.
        on_edges: Selections that lie on word edges.
        checked_selections: Selections with a text to check against.
    """

    unit: OffsetUnit | Literal["unknown"]
    crlf_as_one: bool
    decided_by: DecidedBy
    spans: dict[int, tuple[int, int]]
    checked: int
    bad: int
    bad_selections: frozenset[int]
    on_edges: int
    checked_selections: int


def _span(positions: TextPositions, selection: QdaSelection) -> tuple[int, int] | None:
    start = positions.code_point(selection.start)
    end = positions.code_point(selection.end)
    if start is None or end is None or start >= end:
        return None
    return start, end


def _spans(
    project: QdaProject, places: Sequence[int], reading: Reading
) -> dict[int, tuple[int, int] | None]:
    by_source: dict[str, TextPositions] = {}
    out = {}
    for index in places:
        selection = project.selections[index]
        if selection.source not in by_source:
            text = project.sources[selection.source].text or ""
            by_source[selection.source] = TextPositions(text, reading)
        out[index] = _span(by_source[selection.source], selection)
    return out


def _score(project: QdaProject, spans: dict[int, tuple[int, int] | None]) -> tuple[int, int, int]:
    """Stored passages found again, passages on word edges, passages that fit: more is better."""
    equal = edges = fits = 0
    for index, span in spans.items():
        if span is None:
            continue
        fits += 1
        selection = project.selections[index]
        text = project.sources[selection.source].text or ""
        edges += on_word_edges(text, *span)
        equal += selection.quoted is not None and text[slice(*span)] == selection.quoted
    return equal, edges, fits


def _candidates(project: QdaProject, places: Sequence[int]) -> tuple[list[Reading], DecidedBy]:
    """Readings that may differ for this project, the most likely one first."""
    if project.fixed_unit:
        return [Reading(project.fixed_unit)], "format"
    sources = {project.selections[i].source for i in places}
    texts = [project.sources[key].text or "" for key in sorted(sources)]
    astral = any(not t.isascii() and _ASTRAL.search(t) for t in texts)
    crlf = any("\r\n" in t for t in texts)
    if not astral and not crlf:
        return [Reading("codepoint")], "same either way"
    tool = any(name in project.tool.casefold() for name in _UTF16_TOOLS)
    units: list[OffsetUnit] = ["utf16", "codepoint"] if tool else ["codepoint", "utf16"]
    if not astral:
        units = ["codepoint"]
    readings = [Reading(unit) for unit in units]
    if crlf:
        readings += [Reading(unit, crlf_as_one=True) for unit in units]
    return readings, "tool" if tool and astral else "standard"


def _unusual(project: QdaProject, places: Sequence[int], usual: Reading) -> list[Reading]:
    """Readings that a program's mistake explains, in the unit found."""
    sources = {project.selections[i].source for i in places}
    texts = [project.sources[key].text or "" for key in sorted(sources)]
    shifted = replace(usual, shift=1)
    if not any("\n" in t and "\r\n" not in t for t in texts):
        return [shifted]
    return [replace(usual, lf_as_two=True), shifted]


def _clearly_better(
    score: tuple[int, int, int], usual: tuple[int, int, int], selections: int
) -> bool:
    """Whether a reading wins by more than chance could: a tenth of the selections, and five."""
    margin = max(5, selections // 10)
    return score[0] >= usual[0] and score[1] >= usual[1] + margin and score[2] >= usual[2]


def _unchecked(
    project: QdaProject, placed: Sequence[int], checked: set[int]
) -> dict[int, tuple[int, int] | None]:
    """Spans of a table of codings, which gives code points without the texts."""
    if project.fixed_unit != "codepoint":
        return {}
    out: dict[int, tuple[int, int] | None] = {}
    for index in placed:
        if index not in checked:
            start, end = project.selections[index].start, project.selections[index].end
            out[index] = (start, end) if 0 <= start < end else None
    return out


def check_positions(project: QdaProject) -> Positions:
    """Decide how a project counts positions, and give every selection in code points.

    Args:
        project: The project.

    Returns:
        The unit, why it was chosen, spans in code points, and how many selections do not fit.
    """
    placed = [
        index
        for index, s in enumerate(project.selections)
        if s.start is not None and s.end is not None
    ]
    places = [i for i in placed if project.sources[project.selections[i].source].text is not None]
    unchecked = _unchecked(project, placed, set(places))
    if not places:
        bad = frozenset(i for i, span in unchecked.items() if span is None)
        kept = {i: span for i, span in unchecked.items() if span is not None}
        lost = sum(len(project.selections[i].codings) for i in bad)
        return Positions("unknown", False, "no text", kept, lost, lost, bad, 0, len(unchecked))
    readings, decided_by = _candidates(project, places)
    results = [(_spans(project, places, reading), reading) for reading in readings]
    scores = [_score(project, spans) for spans, _ in results]
    best = max(range(len(results)), key=lambda i: (scores[i], -i))
    if len(readings) > 1 and any(scores[best] > s for i, s in enumerate(scores) if i != best):
        decided_by = "checked"
    spans, reading = results[best]
    if decided_by != "format" and scores[best][1] < len(places):
        usual = scores[best]
        for other in (o for base in readings for o in _unusual(project, places, base)):
            found = _spans(project, places, other)
            score = _score(project, found)
            if _clearly_better(score, usual, len(places)) and score > scores[best]:
                spans, reading, scores[best], decided_by = found, other, score, "checked"
    spans = unchecked | spans
    bad = frozenset(i for i, span in spans.items() if span is None)
    return Positions(
        unit=reading.unit,
        crlf_as_one=reading.crlf_as_one,
        decided_by=decided_by,
        spans={i: span for i, span in spans.items() if span is not None},
        checked=sum(len(project.selections[i].codings) for i in places),
        bad=sum(len(project.selections[i].codings) for i in bad),
        bad_selections=bad,
        on_edges=scores[best][1],
        checked_selections=len(places),
    )
