"""A chart and its table as one: label, strip and numbers of each row stand side by side.

Here the widths of the columns and the heights of the rows are set in points, so that a strip drawn
by matplotlib lies exactly beside the numbers that Typst sets.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from plankompass.reports.catalogue import Catalogue
from plankompass.reports.figures import BAR, CHARTS, SPINE_WIDTH, Chart, draw_chart
from plankompass.reports.figures.canvas import text_width
from plankompass.reports.schema import SpineGroup
from plankompass.reports.schema_blocks import Bars, FigureBlock
from plankompass.reports.schema_parts import Row, Table
from plankompass.reports.style import FULL_WIDTH
from plankompass.reports.tabulate import table_of

LABEL_SIZE = 8.2  # points, as in templates/report.typ
SUB_SIZE = 7.2
CELL_SIZE = 7.5
_INSET = 3.0  # left and right of a cell
_PITCH = 1.14  # line pitch in type sizes
_PAD = 2.8  # above and below the lines of a row, together
_MOST_LABEL = 215.0
_MANY_LINES = 3  # in one cell
# Label, strip, own value, n, peer mean, network, verdict
SPINE_WIDTHS = (146.0, SPINE_WIDTH, 50.0, 36.0, 36.0, 40.0, 62.0)
# A little more than measured: kerning and other line breaks of the typesetter.
_SAFETY = 1.03


@dataclass(frozen=True)
class ChartTable:
    """A chart with its table.

    Attributes:
        chart: Strips, head, legend.
        table: Texts of the same rows.
        widths: Width in points of label column, strip column and each further column.
        heights: Height in points of each row.
    """

    chart: Chart
    table: Table
    widths: list[float]
    heights: list[float]


def _words(text: str, size: float, weight: int) -> list[float]:
    """Widths of a text's words."""
    return [text_width(word, size, weight) * _SAFETY for word in text.split(" ")]


def _lines(words: Sequence[float], space: float, width: float) -> int:
    """Lines that words take in a column."""
    lines, used = 1, 0.0
    for word in words:
        if used and used + space + word > width + 1e-6:
            lines, used = lines + 1, word
        else:
            used += (space if used else 0.0) + word
    return lines


def _narrowest(words: Sequence[float], space: float, most: int) -> float:
    """Smallest width in which words take at most so many lines."""
    low, high = max(words), sum(words) + space * (len(words) - 1)
    if most <= 1:
        return high
    while high - low > 0.5:
        middle = (low + high) / 2
        if _lines(words, space, middle) <= most:
            high = middle
        else:
            low = middle
    return high if _lines(words, space, low) > most else low


@dataclass(frozen=True)
class _Cell:
    words: list[float]
    space: float


@lru_cache(maxsize=1 << 13)
def _cell(text: str, size: float, weight: int) -> _Cell:
    return _Cell(_words(text, size, weight), text_width(" ", size, weight) * _SAFETY)


def _cells(texts: Sequence[str], size: float, weight: int) -> list[_Cell]:
    return [_cell(text, size, weight) for text in texts if text]


def _most_lines(cells: Sequence[_Cell], width: float) -> int:
    return max((_lines(c.words, c.space, width) for c in cells), default=0)


def _even_out(
    columns: Sequence[Sequence[_Cell]], below: Sequence[int], widths: list[float], rest: float
) -> float:
    """Give room that is left over to cells of three lines and more, the cheapest first.

    Args:
        columns: Cells of each column, the label's first.
        below: Lines below each label.
        widths: Widths of the columns; changed.
        rest: Room that is left over.

    Returns:
        What is left of it.
    """
    while rest > 0:
        offers = []
        for k, cells in enumerate(columns):
            lines = _most_lines(cells, widths[k])
            if lines + (max(below) if k == 0 else 0) < _MANY_LINES:
                continue
            wider = max(_narrowest(c.words, c.space, lines - 1) for c in cells) + 0.6
            offers.append((wider - widths[k], k))
        if not offers or min(offers)[0] > rest:
            break
        more, k = min(offers)
        widths[k] += more
        rest -= more
    return rest


def column_widths(table: Table, strip: float) -> list[float]:
    """Widths of the columns: the fewest lines in the fullest cell that the page allows.

    No word is broken. What is left over goes to cells of many lines, then to the label.

    Args:
        table: The table.
        strip: Width of the strip column.

    Returns:
        Points for label, strip and each further column; they sum to the width of the text.
    """
    weight = 600 if any(row.marked for row in table.rows) else 400
    columns = [_cells([row.header for row in table.rows], LABEL_SIZE, weight)]
    # A label with a line below it has one line less.
    below = [1 if row.sub else 0 for row in table.rows]
    heads = [max(_words(table.corner, CELL_SIZE, 600))]
    for i, column in enumerate(table.columns):
        columns.append(_cells([row.cells[i] for row in table.rows], CELL_SIZE, weight))
        heads.append(max(_words(column.label, CELL_SIZE, 600)))
    room = FULL_WIDTH - strip - 2 * _INSET * len(columns)
    needed = heads
    for most in range(1, 13):
        needed = []
        for k, cells in enumerate(columns):
            less = below if k == 0 else [0] * len(cells)
            narrow = max(
                (
                    _narrowest(c.words, c.space, max(most - fewer, 1))
                    for c, fewer in zip(cells, less, strict=True)
                ),
                default=0.0,
            )
            needed.append(max(narrow, heads[k]) + 0.6)
        if sum(needed) <= room:
            break
    rest = _even_out(columns, below, needed, room - sum(needed))
    widths = [width + 2 * _INSET for width in needed]
    # Numbers should not drift away from their strip: the label takes only so much.
    share = min(rest, max(_MOST_LABEL - widths[0], 0.0)) if rest > 0 else rest
    widths[0] += share
    extra = (rest - share) / max(len(widths) - 1, 1)
    return [round(w, 2) for w in (widths[0], strip, *(w + extra for w in widths[1:]))]


def row_height(row: Row, widths: Sequence[float], least: float) -> float:
    """Height of a row that holds its label and every cell.

    Args:
        row: The row.
        widths: As :func:`column_widths` gives them.
        least: Smallest height.

    Returns:
        Points.
    """
    weight = 600 if row.marked else 400

    def lines(text: str, width: float, size: float, heavy: int) -> int:
        room = width - 2 * _INSET
        return sum(_lines(c.words, c.space, room) for c in _cells([text], size, heavy))

    label = lines(row.header, widths[0], LABEL_SIZE, weight) * LABEL_SIZE
    label += lines(row.sub, widths[0], SUB_SIZE, 400) * SUB_SIZE
    cells = [
        lines(cell, width, CELL_SIZE, weight) * CELL_SIZE
        for cell, width in zip(row.cells, widths[2:], strict=True)
    ]
    return round(max(least, _PAD + _PITCH * max([label, *cells])), 1)


def spine_heights(group: SpineGroup) -> list[float]:
    """Heights of the profile's rows, for the widths in :data:`SPINE_WIDTHS`.

    Args:
        group: Rows of one group.

    Returns:
        Points, one a row.
    """
    heights = []
    for row in group.rows:
        label, verdict = SPINE_WIDTHS[0], SPINE_WIDTHS[-1]
        # Value and interval stand on lines of their own; the value may be set larger.
        own = [f"{row.own.text} {row.own.interval}".strip(), row.own.n]
        as_row = Row(header=row.label, sub=row.sub, cells=[*own, row.verdict_text])
        widths = [label, SPINE_WIDTH, SPINE_WIDTHS[2], SPINE_WIDTHS[3], verdict]
        heights.append(row_height(as_row, widths, 20.3))
    return heights


def chart_table(block: FigureBlock, text: Catalogue) -> ChartTable:
    """Lay out a figure block's chart beside its table.

    Args:
        block: A block of one of the chart kinds.
        text: The catalogue of the report's language.

    Returns:
        The chart with its table.
    """
    table = table_of(block, text)
    widths = column_widths(table, CHARTS[block.kind].width)
    least = CHARTS[block.kind].least
    heights = []
    for i, row in enumerate(table.rows):
        own = least
        if isinstance(block, Bars):
            own = max(least, BAR * len(block.rows[i].values) + 4)
        heights.append(row_height(row, widths, own))
    return ChartTable(draw_chart(block, text, heights), table, widths, heights)
