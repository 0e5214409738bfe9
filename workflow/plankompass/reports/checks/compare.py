"""Two readings of one report held against each other, sign by sign."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import accumulate

from plankompass.reports.checks.said import Said

_BLANK = re.compile(r"[\s\u00ad\u200b\ufffe•]+")
_MOST = 8
_AROUND = 24
_LONG = 1500


def squeeze(text: str) -> str:
    """Text without white space and list marks: each layout breaks its lines elsewhere.

    Args:
        text: Any text.

    Returns:
        The text in one word.
    """
    return _BLANK.sub("", text)


def differences(wanted: Sequence[Said], found: str) -> list[str]:
    """Where a page says something else than its report.

    Args:
        wanted: What it should say, in order.
        found: All that it says, in order.

    Returns:
        One line a difference with its place: what stands there, and what should. None when every
        number, word and sign stands in its order, and nothing else.
    """
    pieces = [squeeze(piece.text) for piece in wanted]
    expected, actual = "".join(pieces), squeeze(found)
    if expected == actual:
        return []
    head = _common(expected, actual)
    tail = _common(expected[head:][::-1], actual[head:][::-1])
    left, right = expected[head : len(expected) - tail], actual[head : len(actual) - tail]
    starts = [0, *accumulate(map(len, pieces))]

    def told(start: int, end: int, instead: str) -> str:
        at = min(bisect_right(starts, start) - 1, len(wanted) - 1)
        before = expected[max(0, start - _AROUND) : start]
        after = expected[end : end + _AROUND]
        is_there = f"…{before}[{instead[:120]}]{after}…"
        should = f"…{before}[{expected[start:end][:120]}]{after}…"
        return f"{wanted[at].place}: says '{is_there}' and should say '{should}'"

    if max(len(left), len(right)) > _LONG:
        at = bisect_right(starts, head)
        gone = [
            f"{piece.place}: '{piece.text[:120]}' is missing"
            for piece, text in zip(wanted[at - 1 :], pieces[at - 1 :], strict=True)
            if text and text not in right and text not in actual[len(actual) - tail :]
        ]
        return [told(head, head + _AROUND, right[:_AROUND]), *gone][:_MOST]
    changes = SequenceMatcher(None, left, right, autojunk=False).get_opcodes()
    lines = [told(head + a, head + b, right[c:d]) for tag, a, b, c, d in changes if tag != "equal"]
    return lines[:_MOST]


def _common(a: str, b: str) -> int:
    """Length of the common beginning."""
    low, high = 0, min(len(a), len(b))
    while low < high:
        middle = (low + high + 1) // 2
        if a[:middle] == b[:middle]:
            low = middle
        else:
            high = middle - 1
    return low
