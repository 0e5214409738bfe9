"""Tables on a printed page: cells from the ruling lines, also where their text runs over lines.

Ruling lines are the edges of thin or filled shapes. Lines that cross make a grid. Horizontal lines
alone bound bands of text; columns are then the white rivers that run through them, see
:mod:`plankompass.ingest.plans.open_tables`.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from plankompass.ingest.plans.models import TextLine
from plankompass.ingest.plans.open_tables import (
    Place,
    Shape,
    Word,
    banded_tables,
    bands_of,
    column_of,
    is_number,
    places,
    row_of,
)

_NEAR = 2.5
"""Points within which two edges count as one."""
_THIN = 2.5
_MOST_LINES = 4_000


@dataclass
class _Grid:
    """Rows and columns of one table: edges in order."""

    xs: list[float]
    ys: list[float]


def table_rows(
    shapes: Sequence[Shape], words: Sequence[Word]
) -> list[tuple[Shape, list[TextLine]]]:
    """Find the tables of a page that have ruling lines, and read their rows.

    Args:
        shapes: Drawn shapes.
        words: The page's words in the order of the file.

    Returns:
        For each table with two columns or more its bounds and its rows, from above. A row's ``text``
        has its cells joined by :data:`CELL`; empty cells are kept, so that columns stay apart.
    """
    horizontal, vertical = _edges(shapes)
    found = []
    placed = places(words) if horizontal else []
    for group in _components([*horizontal, *vertical]):
        ys = _merged([e.top for e in group if e.top == e.bottom])
        xs = _merged([e.x0 for e in group if e.x0 == e.x1])
        if len(ys) < 2:
            continue
        left, right = min(e.x0 for e in group), max(e.x1 for e in group)
        if len(xs) >= 3:
            grid = _Grid(_merged([left, *xs, right]), ys)
            bounds = Shape(left, ys[0], right, ys[-1])
            rows = _read_rows(grid, _inside(placed, bounds))
            tables = [(bounds, rows)]
        else:
            tables = banded_tables(ys, left, right, placed)
        found += [
            (bounds, rows)
            for bounds, rows in tables
            if len(rows) >= 2 and max(line.cells for line in rows) >= 2
        ]
    return sorted(found, key=lambda t: (t[0].top, t[0].x0))


def _inside(words: Sequence[Place], bounds: Shape) -> list[Word]:
    left, right = bounds.x0 - _NEAR, bounds.x1 + _NEAR
    top, bottom = bounds.top - _NEAR, bounds.bottom + _NEAR
    return [w for w, middle, height in words if left <= middle <= right and top <= height <= bottom]


def _merged(values: Sequence[float]) -> list[float]:
    """Edges that lie near each other as one, in order."""
    out: list[float] = []
    for value in sorted(values):
        if not out or value - out[-1] > _NEAR:
            out.append(value)
    return out


def _edges(shapes: Sequence[Shape]) -> tuple[list[Shape], list[Shape]]:
    """Horizontal and vertical edges as shapes without height or width."""
    horizontal: set[Shape] = set()
    vertical: set[Shape] = set()
    for s in shapes:
        width, height = s.x1 - s.x0, s.bottom - s.top
        if height <= _THIN and width > 12:
            y = round((s.top + s.bottom) / 2, 1)
            horizontal.add(Shape(s.x0, y, s.x1, y))
        elif width <= _THIN and height > 5:
            x = round((s.x0 + s.x1) / 2, 1)
            vertical.add(Shape(x, s.top, x, s.bottom))
        elif width > 12 and height > 5:
            horizontal |= {Shape(s.x0, s.top, s.x1, s.top), Shape(s.x0, s.bottom, s.x1, s.bottom)}
            vertical |= {Shape(s.x0, s.top, s.x0, s.bottom), Shape(s.x1, s.top, s.x1, s.bottom)}
    order = _joined(sorted(horizontal, key=lambda e: (e.top, e.x0, e.x1)))
    upright = sorted(vertical, key=lambda e: (e.x0, e.top, e.bottom))
    return order[:_MOST_LINES], upright[:_MOST_LINES]


def _joined(edges: list[Shape]) -> list[Shape]:
    """Horizontal edges that continue each other (one a cell) as one line."""
    lines: list[Shape] = []
    for edge in sorted(edges, key=lambda e: (round(e.top), e.x0)):
        last = lines[-1] if lines else None
        if last and abs(last.top - edge.top) <= _NEAR and edge.x0 <= last.x1 + _NEAR:
            lines[-1] = Shape(last.x0, last.top, max(last.x1, edge.x1), last.top)
        else:
            lines.append(edge)
    return sorted(lines, key=lambda e: (e.top, e.x0, e.x1))


def _touch(a: Shape, b: Shape) -> bool:
    return (
        a.x0 - _NEAR <= b.x1
        and b.x0 - _NEAR <= a.x1
        and a.top - _NEAR <= b.bottom
        and b.top - _NEAR <= a.bottom
    )


def _components(edges: list[Shape]) -> list[list[Shape]]:
    """Edges that hang together; horizontal lines of one width and left edge hang together too."""
    if len(edges) > 1_500:
        edges = edges[:1_500]
    parent = list(range(len(edges)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    order = sorted(range(len(edges)), key=lambda i: edges[i].top)
    active: list[int] = []
    for i in order:
        edge = edges[i]
        active = [j for j in active if edges[j].bottom + _NEAR >= edge.top]
        for j in active:
            if _touch(edges[j], edge):
                parent[root(j)] = root(i)
        active.append(i)
    columns: dict[int, set[float]] = {}
    for i in order:
        if edges[i].x0 == edges[i].x1:
            columns.setdefault(root(i), set()).add(edges[i].x0)
    # tables with columns of their own stay apart, though one stands right under the other
    ruled = {i for i in order if len(_merged(sorted(columns.get(root(i), ())))) >= 3}
    flat = [i for i in order if edges[i].top == edges[i].bottom and i not in ruled]
    for a, b in itertools.pairwise(flat):
        same = abs(edges[a].x0 - edges[b].x0) < _NEAR and abs(edges[a].x1 - edges[b].x1) < _NEAR
        if same and edges[b].top - edges[a].top < 120:
            parent[root(a)] = root(b)
    groups: dict[int, list[Shape]] = {}
    for i in range(len(edges)):
        groups.setdefault(root(i), []).append(edges[i])
    return list(groups.values())


def _read_rows(grid: _Grid, words: Sequence[Word]) -> list[TextLine]:
    lines = []
    for band in bands_of(grid.ys, words):
        if not band:
            continue
        lines += [row for part in _split_band(grid, band) if (row := _row(grid, part))]
    return lines


def _split_band(grid: _Grid, band: list[Word]) -> list[list[Word]]:
    """Part a band that holds several rows without lines between them, by the baselines of its sums."""
    numbers = [(w.baseline, column_of(grid.xs, w)) for w in band if is_number(w.text)]
    right = [n for n in numbers if n[1] >= max(1, (len(grid.xs) - 1) // 2)]
    sums = _merged([baseline for baseline, _ in right])
    columns = {column for _, column in right}
    if len(sums) < 2 or len(columns) < 2:
        return [band]
    starts = [b - 2 * _NEAR for b in sums]
    starts[0] = float("-inf")
    parts: list[list[Word]] = [[] for _ in starts]
    for word in band:
        place = max(i for i, s in enumerate(starts) if word.baseline >= s)
        parts[place].append(word)
    return [p for p in parts if p]


def _row(grid: _Grid, words: Sequence[Word]) -> TextLine | None:
    return row_of(grid.xs, words)
