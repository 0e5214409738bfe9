"""Where two contents of one file first differ: the cell of a table, the sentence of a report."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

from plankompass.release.contents import Content

_LONGEST = 160


def first_difference(released: Content, made: Content, key: Sequence[str] = ()) -> str:
    """Say where two contents first differ.

    Args:
        released: What stood in the released file.
        made: What stands in the file that was made now.
        key: Names of the columns that identify a row; without them rows are aligned by their text.

    Returns:
        One line: the place, what was there and what is there now. Empty when the texts are equal
        (then layout or metadata differ).
    """
    for name in [*released.parts, *(n for n in made.parts if n not in released.parts)]:
        where = f"sheet {name}, " if name else ""
        if name not in made.parts:
            return f"sheet {name} stands only in the release"
        if name not in released.parts:
            return f"sheet {name} is not in the release"
        before, after = released.parts[name], made.parts[name]
        if before == after:
            continue
        if released.kind == "text":
            if said := _sentence([r[:2] for r in before], [r[:2] for r in after]):
                return where + said
            continue
        return where + _in_table(before, after, key)
    return ""


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _sentence(before: list[list[str]], after: list[list[str]]) -> str:
    texts, now = [row[1] for row in before], [row[1] for row in after]
    if texts == now:
        return ""
    start = next(
        (at for at, pair in enumerate(zip(texts, now, strict=False)) if pair[0] != pair[1]),
        min(len(texts), len(now)),
    )
    if start >= len(texts):
        place, text = after[start]
        return f"{place}: not in the release: «{_short(text)}»"
    place, text = before[start]
    if start >= len(now):
        return f"{place}: only in the release: «{_short(text)}»"
    more = _changed(texts, now) - 1
    others = f" (and {more} more)" if more > 0 else ""
    return f"{place}: was «{_short(text)}», is «{_short(now[start])}»{others}"


def _changed(before: Sequence[str], after: Sequence[str]) -> int:
    """How many lines are not alike; by position where it is much text."""
    if len(before) == len(after) or len(before) + len(after) > 20_000:
        pairs = sum(a != b for a, b in zip(before, after, strict=False))
        return pairs + abs(len(before) - len(after))
    steps = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    return sum(max(b - a, d - c) for tag, a, b, c, d in steps if tag != "equal")


def _in_table(before: list[list[str]], after: list[list[str]], key: Sequence[str]) -> str:
    columns, now = before[0] if before else [], after[0] if after else []
    if columns != now:
        gone = [c for c in columns if c not in now]
        new = [c for c in now if c not in columns]
        parts = [f"column {c} stands only in the release" for c in gone]
        parts += [f"column {c} is not in the release" for c in new]
        return "; ".join(parts) or "the columns stand in another order"
    at = [columns.index(c) for c in key if c in columns]
    if at:
        return _by_key(columns, before[1:], after[1:], at)
    for number, (row, other) in enumerate(zip(before[1:], after[1:], strict=False), start=1):
        if row != other:
            return f"row {number}, {_cell(columns, row, other)}"
    more, side = (
        (before, "stands only in the release")
        if len(before) > len(after)
        else (after, "is not in the release")
    )
    row = more[min(len(before), len(after))]
    return f"row {min(len(before), len(after))} {side}: {_short(', '.join(filter(None, row)))}"


def _by_key(
    columns: list[str], before: list[list[str]], after: list[list[str]], at: list[int]
) -> str:
    rows = {tuple(row[i] for i in at): row for row in before}
    others = {tuple(row[i] for i in at): row for row in after}
    differing = [k for k in sorted({*rows, *others}) if rows.get(k) != others.get(k)]
    if not differing:
        return "the rows stand in another order"
    first = differing[0]
    name = ", ".join(filter(None, first))
    more = f" (and {len(differing) - 1} more rows)" if len(differing) > 1 else ""
    if first not in others:
        return f"row {name}: stands only in the release{more}"
    if first not in rows:
        return f"row {name}: is not in the release{more}"
    return f"row {name}: {_cell(columns, rows[first], others[first])}{more}"


def _cell(columns: list[str], row: list[str], other: list[str]) -> str:
    width = max(len(row), len(other))
    row, other = [c + [""] * (width - len(c)) for c in (row, other)]
    at = next(i for i in range(width) if row[i] != other[i])
    name = columns[at] if at < len(columns) else str(at + 1)
    return f"column {name}: was {_short(row[at]) or 'empty'}, is {_short(other[at]) or 'empty'}"
