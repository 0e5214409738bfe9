"""Units of an interview's text on which coders are compared: paragraphs or sentences.

Interviewers' turns are never coded (codebook, ``interviewer_turns``), so they are no units: counted
as passages where both coders set nothing, they would feign agreement.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Literal

import pandas as pd

from plankompass.ingest.plans.language import sentence_spans
from plankompass.study.config_models import InterviewConfig

Unit = Literal["paragraph", "sentence"]
Span = tuple[int, int]

_LINE = re.compile(r"[^\n\v\f\x85\u2028\u2029]+")
_SPEAKER = re.compile(r"\s*(?:\[?\d[\d:.,]*\]?\s+)?([^\W\d_][\w .\-]{0,30}?)\s*:(?=\s|$)")
_BLANK = re.compile(r"\S")


def text_units(text: str, unit: Unit, interviewers: Iterable[str] = ()) -> list[Span]:
    """Part an interview's text into units.

    A paragraph ends at a line end; in a text with hard line breaks inside sentences (taken from a
    PDF, say) it ends at an empty line. A turn begins with a speaker's name and a colon and lasts
    until the next speaker's.

    Args:
        text: The text, with line feeds as line ends.
        unit: ``paragraph`` or ``sentence``.
        interviewers: Speakers whose turns are no units, whatever the letters' case.

    Returns:
        Start and end (code points, end exclusive) of each unit, in order, without overlap; without
        white space at the ends, each with a letter or digit in it.
    """
    skipped = {" ".join(name.casefold().split()) for name in interviewers}
    spans: list[Span] = []
    speaker = ""
    for start, end in _paragraphs(text):
        named = _SPEAKER.match(text, start, end)
        if named:
            speaker = " ".join(named.group(1).casefold().split())
        if speaker in skipped:
            continue
        begin = named.end() if named else start
        parts = [(begin, end)]
        if unit == "sentence":
            parts = [(begin + a, begin + b) for a, b in sentence_spans(text[begin:end])]
        spans += (s for a, b in parts if (s := worded_span(text, a, b)) is not None)
    return spans


def unit_table(texts: Mapping[str, str], config: InterviewConfig) -> pd.DataFrame:
    """Units of all interviews.

    Args:
        texts: Interview to text.
        config: Which unit, and who the interviewers are.

    Returns:
        Table ``text_units``.
    """
    rows = [
        (interview, number, config.unit, start, end)
        for interview, text in sorted(texts.items())
        for number, (start, end) in enumerate(text_units(text, config.unit, config.interviewers))
    ]
    return pd.DataFrame(rows, columns=["interview", "unit", "kind", "start", "end"])


def worded_span(text: str, start: int, end: int) -> Span | None:
    """A span without white space and punctuation-only ends.

    Args:
        text: The text.
        start: First code point.
        end: After the last one.

    Returns:
        The span without white space at its ends; None where it holds no letter or digit.
    """
    part = text[start:end]
    inner = part.strip()
    if not any(c.isalnum() for c in inner):
        return None
    begin = start + part.index(inner[0])
    return begin, begin + len(inner)


def _paragraphs(text: str) -> Iterator[Span]:
    lines = [m.span() for m in _LINE.finditer(text) if _BLANK.search(m.group())]
    if not _hard_wrapped(text, lines):
        yield from lines
        return
    start: int | None = None
    for (begin, end), following in zip(lines, [*lines[1:], None], strict=True):
        start = begin if start is None else start
        if following is None or text.count("\n", end, following[0]) > 1:
            yield start, end
            start = None


def _hard_wrapped(text: str, lines: list[Span]) -> bool:
    """Whether most line ends fall inside sentences."""
    inside = sum(
        text[end - 1].isalnum() and text[begin].islower()
        for (_, end), (begin, _) in pairwise(lines)
    )
    return len(lines) > 3 and inside > len(lines) / 3
