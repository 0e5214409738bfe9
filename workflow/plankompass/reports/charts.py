"""A chart and its table as one: label, strip and numbers of each row stand side by side.

Here the widths of the columns and the heights of the rows are set in points, so that a strip drawn
by matplotlib lies exactly beside the numbers that Typst sets.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from plankompass.reports.catalogue import Catalogue
from plankompass.reports.figures import BAR, CHART_WIDTHS, SPINE_WIDTH, Chart, draw_chart
from plankompass.reports.figures.canvas import text_width, wrap
from plankompass.reports.schema import SpineGroup
from plankompass.reports.schema_blocks import Bars, FigureBlock
from plankompass.reports.schema_parts import Row, Table
from plankompass.reports.style import FULL_WIDTH
from plankompass.reports.tabulate import table_of

LABEL_SIZE = 8.4  # points, as in templates/report.typ
SUB_SIZE = 7.4
CELL_SIZE = 7.8
_INSET = 3.0  # left and right of a cell
_PITCH = 1.14  # line pitch in type sizes
_PAD = 6.0  # above and below the lines of a row, together
_MOST_LABEL = 215.0
_LEAST_HEIGHT = {
    "ranked_barriers": 17.0,
    "steering_chain": 13.5,
    "timeline": 20.0,
    "who_decides": 27.0,
    "gaps": 18.0,
    "answer_distribution": 19.0,
    "bars": 14.0,
    "change": 22.0,
}
# Label, strip, own value, n, peer mean, network, verdict
SPINE_WIDTHS = (148.0, SPINE_WIDTH, 48.0, 36.0, 34.0, 42.0, 42.0)
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


def _width(text: str, size: float, weight: int = 400) -> float:
    return text_width(text, size, weight) * _SAFETY


def _longest_word(texts: Sequence[str], size: float, weight: int = 400) -> float:
    return max((_width(w, size, weight) for t in texts for w in t.split(" ")), default=0.0)


def column_widths(table: Table, strip: float) -> list[float]:
    """Widths of the columns: as few lines in the fullest cell as the page allows, no word broken.

    Args:
        table: The table.
        strip: Width of the strip column.

    Returns:
        Points for label, strip and each further column; they sum to the width of the text.
    """
    heavy = 600 if any(row.marked for row in table.rows) else 400
    # Longest word (a column is never narrower) and longest line, column by column.
    words, lines = [], []
    for i, column in enumerate(table.columns):
        texts = [row.cells[i] for row in table.rows]
        word = _longest_word(texts, CELL_SIZE, heavy)
        words.append(max(word, _longest_word([column.label], CELL_SIZE, 600)))
        lines.append(max((_width(text, CELL_SIZE, heavy) for text in texts), default=0.0))
    labels = [row.header for row in table.rows]
    words.insert(0, _longest_word(labels, LABEL_SIZE, heavy))
    lines.insert(0, max(_width(text, LABEL_SIZE, heavy) for text in labels))
    room = FULL_WIDTH - strip - 2 * _INSET * len(words)
    needed = words
    for quarter in range(4, 41):
        # A line is never filled to the end: words do not divide where one wants.
        fill = 1.0 if quarter == 4 else 0.86 * quarter / 4
        trial = [max(word, line / fill) for word, line in zip(words, lines, strict=True)]
        if sum(trial) <= room:
            needed = trial
            break
    rest = max(room - sum(needed), 0.0)
    widths = [width + 2 * _INSET for width in needed]
    # What is left goes to the label, but numbers should not drift away from their strip.
    share = rest if widths[0] + rest <= _MOST_LABEL else max(_MOST_LABEL - widths[0], 0.0)
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
        return len(wrap(text, (width - 2 * _INSET) / _SAFETY, size, heavy, 99)) if text else 0

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
        own = [f"{row.own.text} {row.own.interval}".strip(), row.own.n]
        as_row = Row(header=row.label, sub=row.sub, cells=[*own, row.verdict_text])
        widths = [label, SPINE_WIDTH, SPINE_WIDTHS[2], SPINE_WIDTHS[3], verdict]
        heights.append(row_height(as_row, widths, 26.0))
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
    widths = column_widths(table, CHART_WIDTHS[block.kind])
    least = _LEAST_HEIGHT[block.kind]
    heights = []
    for i, row in enumerate(table.rows):
        own = least
        if isinstance(block, Bars):
            own = max(least, BAR * len(block.rows[i].values) + 6)
        heights.append(row_height(row, widths, own))
    return ChartTable(draw_chart(block, text, heights), table, widths, heights)
