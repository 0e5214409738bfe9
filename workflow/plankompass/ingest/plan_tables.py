"""Tables on a printed page: cells from the ruling lines, also where their text runs over lines.

Ruling lines are the edges of thin or filled shapes. Lines that cross make a grid; horizontal lines
alone make rows, and columns are then the white rivers that run through all of them.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

from plankompass.ingest.plan_mend import join_lines, mend_characters
from plankompass.ingest.plan_models import CELL, TextLine

_NEAR = 2.5
"""Points within which two edges count as one."""
_THIN = 2.5
_MOST_LINES = 4_000


@dataclass(frozen=True)
class Word:
    """One word with its place: left and right edge, baseline from the page's upper edge, font size."""

    text: str
    x0: float
    x1: float
    baseline: float
    size: float


@dataclass(frozen=True)
class Shape:
    """The bounds of a drawn shape, from the page's upper left corner."""

    x0: float
    top: float
    x1: float
    bottom: float


@dataclass
class _Grid:
    """Rows and columns of one table: edges in order."""

    xs: list[float]
    ys: list[float]
    rows: list[list[list[Word]]] = field(default_factory=list)


def table_rows(
    shapes: Sequence[Shape], words: Sequence[Word]
) -> list[tuple[Shape, list[TextLine]]]:
    """Find the tables of a page and read their rows.

    Args:
        shapes: Drawn shapes.
        words: The page's words.

    Returns:
        For each table with two columns or more its bounds and its rows, from above. A row's ``text``
        has its cells joined by :data:`CELL`; empty cells are kept, so that columns stay apart.
    """
    found = []
    for grid in _grids(shapes, words):
        bounds = Shape(grid.xs[0], grid.ys[0], grid.xs[-1], grid.ys[-1])
        inside = [w for w in words if _inside(w, bounds)]
        rows = _read_rows(grid, inside)
        if len(rows) >= 2 and max(line.cells for line in rows) >= 2:
            found.append((bounds, rows))
    return found


def _inside(word: Word, bounds: Shape) -> bool:
    middle = (word.x0 + word.x1) / 2
    height = word.baseline - 0.3 * word.size
    return (
        bounds.x0 - _NEAR <= middle <= bounds.x1 + _NEAR
        and bounds.top - _NEAR <= height <= bounds.bottom + _NEAR
    )


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


def _grids(shapes: Sequence[Shape], words: Sequence[Word]) -> list[_Grid]:
    horizontal, vertical = _edges(shapes)
    grids = [g for group in _components([*horizontal, *vertical]) if (g := _grid(group, words))]
    return sorted(grids, key=lambda g: (g.ys[0], g.xs[0]))


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
    flat = [i for i in order if edges[i].top == edges[i].bottom]
    for a, b in itertools.pairwise(flat):
        same = abs(edges[a].x0 - edges[b].x0) < _NEAR and abs(edges[a].x1 - edges[b].x1) < _NEAR
        if same and edges[b].top - edges[a].top < 120:
            parent[root(a)] = root(b)
    groups: dict[int, list[Shape]] = {}
    for i in range(len(edges)):
        groups.setdefault(root(i), []).append(edges[i])
    return list(groups.values())


def _grid(group: list[Shape], words: Sequence[Word]) -> _Grid | None:
    ys = _merged([e.top for e in group if e.top == e.bottom])
    xs = _merged([e.x0 for e in group if e.x0 == e.x1])
    if len(ys) < 2:
        return None
    left = min(e.x0 for e in group)
    right = max(e.x1 for e in group)
    if len(xs) < 3:
        if len(ys) < 3:
            return None
        bounds = Shape(left, ys[0], right, ys[-1])
        rivers = _rivers([w for w in words if _inside(w, bounds)], left, right)
        if len(rivers) < 3:
            return None
        xs = rivers
    else:
        xs = _merged([left, *xs, right])
    return _Grid(xs, ys)


def _rivers(words: Sequence[Word], left: float, right: float) -> list[float]:
    """Middles of the white rivers between columns, with the outer edges."""
    if not words:
        return []
    size = sorted(w.size for w in words)[len(words) // 2]
    edges = [left]
    reach = None
    for word in sorted(words, key=lambda w: w.x0):
        if reach is not None and word.x0 - reach > 0.7 * size:
            edges.append((reach + word.x0) / 2)
        reach = word.x1 if reach is None else max(reach, word.x1)
    return [*edges, right]


def _read_rows(grid: _Grid, words: Sequence[Word]) -> list[TextLine]:
    lines = []
    for top, bottom in itertools.pairwise(grid.ys):
        band = [w for w in words if top <= w.baseline - 0.3 * w.size < bottom]
        if not band:
            continue
        lines += [row for part in _split_band(grid, band) if (row := _row(grid, part))]
    return lines


def _split_band(grid: _Grid, band: list[Word]) -> list[list[Word]]:
    """Part a band that holds several rows without lines between them, by the baselines of its sums."""
    last_columns = [w for w in band if _column(grid, w) >= max(1, (len(grid.xs) - 1) // 2)]
    sums = _merged([w.baseline for w in last_columns if _is_number(w.text)])
    columns = {_column(grid, w) for w in last_columns if _is_number(w.text)}
    if len(sums) < 2 or len(columns) < 2:
        return [band]
    starts = [b - 2 * _NEAR for b in sums]
    starts[0] = float("-inf")
    parts: list[list[Word]] = [[] for _ in starts]
    for word in band:
        place = max(i for i, s in enumerate(starts) if word.baseline >= s)
        parts[place].append(word)
    return [p for p in parts if p]


def _is_number(text: str) -> bool:
    return any(c.isdigit() for c in text) and not any(c.isalpha() for c in text)


def _column(grid: _Grid, word: Word) -> int:
    middle = (word.x0 + word.x1) / 2
    return sum(x <= middle for x in grid.xs[1:-1])


def _row(grid: _Grid, words: Sequence[Word]) -> TextLine | None:
    cells: list[list[Word]] = [[] for _ in grid.xs[1:]]
    for word in words:
        cells[_column(grid, word)].append(word)
    texts = [_cell_text(cell) for cell in cells]
    if not any(texts):
        return None
    sizes = sorted(w.size for w in words)
    baseline = min(w.baseline for w in words)
    return TextLine(
        CELL.join(texts), round(grid.xs[0], 1), round(grid.xs[-1], 1),
        round(baseline - sizes[0], 1), round(max(w.baseline for w in words), 1),
        sizes[len(sizes) // 2], False, len(texts) if sum(map(bool, texts)) > 1 else 1,
    )  # fmt: skip


def _cell_text(words: Sequence[Word]) -> str:
    lines: list[tuple[float, list[Word]]] = []
    for word in sorted(words, key=lambda w: (w.baseline, w.x0)):
        if lines and word.baseline - lines[-1][0] <= 0.5 * word.size:
            lines[-1][1].append(word)
        else:
            lines.append((word.baseline, [word]))
    return join_lines(
        mend_characters(" ".join(w.text for w in sorted(line, key=lambda w: w.x0)))
        for _, line in lines
    )
