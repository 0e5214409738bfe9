"""Tables without a full grid: columns from white rivers, rows from the order of the file.

Words of a table come cell by cell, row after row, in nearly every file; a row begins where the order
goes back to the first column. Where that does not hold, wider steps between baselines part the rows.
"""

from __future__ import annotations

import itertools
import re
from bisect import bisect_right
from collections.abc import Sequence
from operator import itemgetter
from typing import NamedTuple

from plankompass.ingest.plans.mend import join_lines, mend_characters
from plankompass.ingest.plans.models import CELL, TextLine

_RIVER = 0.6
"""Narrowest river, in font sizes, when it runs through several lines."""
_RIVER_OF_ONE_LINE = 1.2
_NARROW = 0.2
"""Narrowest river where words are set flush to its right edge on several lines."""
_FLUSH = 4
_SIGNALS = 2
"""Wide gaps or steps back up the page that a table without lines must show."""


class Word(NamedTuple):
    """One word with its place: left and right edge, baseline from the page's upper edge, font size."""

    text: str
    x0: float
    x1: float
    baseline: float
    size: float


class Shape(NamedTuple):
    """The bounds of a drawn shape, from the page's upper left corner."""

    x0: float
    top: float
    x1: float
    bottom: float


Interval = tuple[float, float]
Place = tuple[Word, float, float]
_left_edge = itemgetter(1)
_reading_place = itemgetter(3, 1)


_LETTER = re.compile(r"[^\W\d_]")


def is_number(text: str) -> bool:
    """Whether a word has digits and no letters."""
    return not _LETTER.search(text) and any(map(str.isdigit, text))


def column_of(edges: Sequence[float], word: Word) -> int:
    """The column, from 0, that the middle of a word falls into."""
    middle = (word.x0 + word.x1) / 2
    return bisect_right(edges, middle, 1, max(1, len(edges) - 1)) - 1


def row_of(edges: Sequence[float], words: Sequence[Word]) -> TextLine | None:
    """One row of a table as a line whose cells are joined by :data:`CELL`, empty ones kept.

    Args:
        edges: Edges of the columns, from the left.
        words: The row's words.

    Returns:
        The line; None without text. ``cells`` is 1 where all text stands in one column.
    """
    cells: list[list[Word]] = [[] for _ in edges[1:]]
    last = max(1, len(edges) - 1)
    for word in words:
        cells[bisect_right(edges, (word.x0 + word.x1) / 2, 1, last) - 1].append(word)
    texts = [_cell_text(cell) for cell in cells]
    if not any(texts):
        return None
    sizes = sorted([w.size for w in words])
    baselines = [w.baseline for w in words]
    return TextLine(
        CELL.join(texts), round(edges[0], 1), round(edges[-1], 1),
        round(min(baselines) - sizes[0], 1), round(max(baselines), 1),
        sizes[len(sizes) // 2], False, len(texts) if sum(map(bool, texts)) > 1 else 1,
    )  # fmt: skip


def banded_tables(
    ys: Sequence[float], left: float, right: float, words: Sequence[Place]
) -> list[tuple[Shape, list[TextLine]]]:
    """Read the tables between horizontal lines of one width.

    Bands whose white rivers run on belong to one table; a band of running text, or one with the room
    that stands around a heading, ends it.

    Args:
        ys: The lines from above.
        left: Their left edge.
        right: Their right edge.
        words: The page's words in the order of the file, with their middles (:func:`places`).

    Returns:
        Bounds and rows of each table.
    """
    tables: list[tuple[Shape, list[TextLine]]] = []
    bands: list[tuple[float, float, list[Word]]] = []
    white: list[Interval] = []

    def close() -> None:
        if bands and len(_edges(white, left, right)) >= 3:
            edges = _edges(white, left, right)
            rows = [
                row
                for _, _, band in bands
                for part in split_rows(edges, band)
                if (row := row_of(edges, part))
            ]
            tables.append((Shape(left, bands[0][0], right, bands[-1][1]), rows))
        bands.clear()

    low, high, above, below = left - 3, right + 3, ys[0], ys[-1]
    within = [w for w, m, h in words if above <= h < below and low <= m <= high]
    for (top, bottom), band in zip(itertools.pairwise(ys), bands_of(ys, within), strict=True):
        if not band:
            continue
        own = _white(band, left, right)
        columns = len(_edges(own, left, right))
        if bands:
            both = _common(white, own, band[0].size)
            kept = len(_edges(both, left, right)) >= len(_edges(white, left, right))
            alike = abs(_size(band) - _size(bands[0][2])) < 0.08 * _size(band)
            if alike and not _is_loose(band, top, bottom):
                if kept:
                    white = both
                    bands.append((top, bottom, band))
                    continue
                if _line_count(band) == 1:  # a title over some columns
                    bands.append((top, bottom, band))
                    continue
                heads = all(_line_count(b) == 1 for _, _, b in bands)
                if heads and columns > len(_edges(white, left, right)):
                    white = own
                    bands.append((top, bottom, band))
                    continue
            close()
        if columns >= 3 and not _is_loose(band, top, bottom):
            bands.append((top, bottom, band))
            white = own
    close()
    return tables


def places(words: Sequence[Word]) -> list[Place]:
    """Words with the middle of their width and of their height.

    Args:
        words: Words in any order, which is kept.
    """
    return [(w, (w[1] + w[2]) / 2, w[3] - 0.3 * w[4]) for w in words]


def bands_of(ys: Sequence[float], words: Sequence[Word]) -> list[list[Word]]:
    """The words between each two lines, by the middle of their height.

    Args:
        ys: The lines from above.
        words: Words in any order, which is kept.

    Returns:
        One list of words a band; words above and below all lines are left out.
    """
    bands: list[list[Word]] = [[] for _ in ys]  # the first is for words above all lines
    for word in words:
        place = bisect_right(ys, word.baseline - 0.3 * word.size)
        if place < len(ys):
            bands[place].append(word)
    return bands[1:]


def open_tables(
    lines: Sequence[TextLine],
    words: Sequence[Sequence[Word]],
    taken: frozenset[int] | set[int] = frozenset(),
) -> list[tuple[range, list[TextLine]]]:
    """Find tables that have no lines at all.

    Args:
        lines: The page's lines in the order of the file.
        words: The words of each line.
        taken: Positions of lines that a table with lines holds already.

    Returns:
        Positions of the lines that a table takes, and its rows.
    """
    found: list[tuple[range, list[TextLine]]] = []
    width = max((x.x1 for x in lines), default=0) - min((x.x0 for x in lines if x.size), default=0)
    gapped = [_has_gap(line, own) for line, own in zip(lines, words, strict=True)]
    for run in _runs(lines, gapped, width):
        inside = [] if taken.intersection(run) else [w for i in run for w in words[i]]
        if not inside:
            continue
        left, right = min(w.x0 for w in inside), max(w.x1 for w in inside)
        edges = _edges(_white(inside, left, right), left, right)
        if len(edges) < 3:
            continue
        rows = [r for part in split_rows(edges, inside) if (r := row_of(edges, part))]
        if len(rows) >= 2 and sum(r.cells > 1 for r in rows) * 2 >= len(rows):
            found.append((run, rows))
    return found


def _has_gap(line: TextLine, words: Sequence[Word]) -> bool:
    """Whether a line has a gap that is wide beside its other gaps."""
    if line.cells > 1:
        return True
    if len(words) < 3:
        return False
    gaps = [b.x0 - a.x1 for a, b in itertools.pairwise(words)]
    widest = max(gaps)
    return widest > 0.95 * line.size and widest > 2.5 * max(min(gaps), 0.1)


def _runs(lines: Sequence[TextLine], gapped: Sequence[bool], width: float) -> list[range]:
    """Stretches of lines that may be a table: short lines with wide gaps or steps back up the page."""
    runs: list[range] = []
    start, signals = None, 0
    for i, line in enumerate([*lines, None]):
        before = lines[i - 1] if i else None
        step = bool(
            line and before and line.size
            and line.bottom < before.bottom - 0.5 * line.size and line.x0 > before.x0 + line.size
            and before.bottom - line.bottom < 12 * line.size
        )  # fmt: skip
        tabular = bool(line and line.size and (gapped[i] or step))
        fits = bool(
            line and line.size and (tabular or line.x1 - line.x0 < 0.6 * width)
            and (before is None or start is None or abs(line.size - before.size) < 1.0)
        )  # fmt: skip
        if fits and (start is not None or tabular):
            if start is None:
                start = i - 1 if step and i else i  # the cell before the step up
            signals += tabular
            continue
        if start is not None and signals >= _SIGNALS:
            runs.append(range(start, i))
        start, signals = (i, 1) if tabular else (None, 0)
    return runs


def split_rows(edges: Sequence[float], words: Sequence[Word]) -> list[list[Word]]:
    """Part the words of a table to rows.

    Args:
        edges: Edges of the columns.
        words: The words in the order of the file.

    Returns:
        Rows from above.
    """
    rows: list[list[Word]] = []
    reached, lowest = -1, 0.0
    rightmost, last = len(edges) - 2, max(1, len(edges) - 1)
    for word in words:
        _, x0, x1, baseline, size = word
        column = bisect_right(edges, (x0 + x1) / 2, 1, last) - 1
        back = column < reached or column == reached == rightmost
        if not rows or (back and baseline > lowest + 0.5 * size):
            rows.append([word])
            reached, lowest = column, baseline
            continue
        rows[-1].append(word)
        if column > reached:
            reached = column
        if baseline > lowest:
            lowest = baseline
    if _in_order(rows):
        return rows
    return _by_steps(words)


def _in_order(rows: Sequence[Sequence[Word]]) -> bool:
    """Whether rows lie under each other without overlap."""
    spans = [(min(w.baseline for w in r), max(w.baseline for w in r)) for r in rows]
    return all(b[0] > a[1] for a, b in itertools.pairwise(spans))


def _by_steps(words: Sequence[Word]) -> list[list[Word]]:
    order = sorted(words, key=_reading_place)
    lines: list[list[Word]] = []
    for word in order:
        if lines and word.baseline - lines[-1][0].baseline <= 0.5 * word.size:
            lines[-1].append(word)
        else:
            lines.append([word])
    steps = [b[0].baseline - a[0].baseline for a, b in itertools.pairwise(lines)]
    size = _size(words)
    tight = min((s for s in steps if s <= 1.45 * size), default=0.0)
    limit = 1.12 * tight if tight else 1.2 * size
    rows = [lines[0]] if lines else []
    for step, line in zip(steps, lines[1:], strict=True):
        if step > limit:
            rows.append(line)
        else:
            rows[-1] = [*rows[-1], *line]
    return rows


def _size(words: Sequence[Word]) -> float:
    return sorted(w.size for w in words)[len(words) // 2]


def _line_count(words: Sequence[Word]) -> int:
    return len({round(w.baseline) for w in words})


def _is_loose(band: Sequence[Word], top: float, bottom: float) -> bool:
    """Whether a band has more room than the rows of a table: a heading or text between two tables."""
    size = max(w.size for w in band)
    baselines = sorted({round(w.baseline) for w in band})
    steps = [b - a for a, b in itertools.pairwise(baselines)]
    above = baselines[0] - size - top
    below = bottom - baselines[-1]
    return above > 1.4 * size or below > 1.8 * size or max(steps, default=0) > 3.5 * size


def _white(words: Sequence[Word], left: float, right: float) -> list[Interval]:
    """White rivers through all words, between the edges; outer white is kept open-ended."""
    lines = len({round(w.baseline) for w in words})
    size = _size(words)
    least = (_RIVER if lines > 1 else _RIVER_OF_ONE_LINE) * size
    narrow = _NARROW * size
    gaps: list[Interval] = []
    reach = left - 1000.0
    for word in sorted(words, key=_left_edge):
        start, end = word[1], word[2]
        room = start - reach
        # a long word may nearly fill its column; then it takes words set flush to tell the next one
        if room > narrow and (room > least or _flush_lines(words, start) >= _FLUSH):
            gaps.append((reach, start))
        if end > reach:
            reach = end
    gaps.append((reach, right + 1000.0))
    return gaps


def _flush_lines(words: Sequence[Word], left: float) -> int:
    """Lines on which a word begins at one place."""
    place = round(left)
    return len({round(w.baseline) for w in words if round(w.x0) == place})


def _common(a: Sequence[Interval], b: Sequence[Interval], size: float) -> list[Interval]:
    """Rivers that two bands share."""
    out = []
    for x in a:
        for y in b:
            low, high = max(x[0], y[0]), min(x[1], y[1])
            if high - low > _NARROW * size:
                out.append((low, high))
    return sorted(out)


def _edges(white: Sequence[Interval], left: float, right: float) -> list[float]:
    """Column edges: the outer edges and the middles of the rivers between them."""
    inner = [
        max((low + high) / 2, high - 6.0)  # cells are set from the left: the edge is near the text
        for low, high in white
        if low > left and high < right
    ]
    return [left, *inner, right]


def _cell_text(words: Sequence[Word]) -> str:
    if not words:
        return ""
    baseline = words[0].baseline
    if all(word.baseline == baseline for word in words):  # nearly every cell stands on one line
        line = words if len(words) == 1 else sorted(words, key=_left_edge)
        text = mend_characters(" ".join([word[0] for word in line]))
        return text if text.isascii() else join_lines([text])
    lines: list[tuple[float, list[Word]]] = []
    for word in sorted(words, key=_reading_place):
        if lines and word.baseline - lines[-1][0] <= 0.5 * word.size:
            lines[-1][1].append(word)
        else:
            lines.append((word.baseline, [word]))
    return join_lines(
        mend_characters(" ".join([w.text for w in sorted(line, key=_left_edge)]))
        for _, line in lines
    )
