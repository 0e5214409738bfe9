"""What every chart that stands in a table shares: its strips, and the scale behind them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from plankompass.reports.catalogue import Catalogue
from plankompass.reports.figures.canvas import Canvas
from plankompass.reports.figures.parts import (
    Chart,
    Key,
    Scale,
    axis_numbers,
    grid,
    make_chart,
    scale_words,
)
from plankompass.reports.style import WASH

Item = TypeVar("Item")
DrawRow = Callable[[Canvas, int, float], None]
_PAD = 8.0  # points between the ends of a scale and the edges of its strip
_HEAD = 14.0


@dataclass(frozen=True)
class Strips:
    """The strips of one chart, before anything is drawn.

    Attributes:
        text: The catalogue of the report's language.
        prefix: Makes ids unique on the page.
        width: Width of the strips in points.
        heights: Height of each row in points.
    """

    text: Catalogue
    prefix: str
    width: float
    heights: Sequence[float]

    def scale(self, low: float, high: float, left: float = _PAD, right: float = _PAD) -> Scale:
        """A scale as wide as the strips.

        Args:
            low: Value at the left end.
            high: Value at the right end.
            left: Points left free at the left.
            right: Points left free at the right.

        Returns:
            The scale.
        """
        return Scale(low, high, left, self.width - right)

    def ends(self, i: int, middle: float) -> list[float]:
        """Top and bottom of a row, given the height of its middle."""
        return [middle - self.heights[i] / 2, middle + self.heights[i] / 2]

    def draw(self, row: DrawRow, **options: Any) -> Chart:
        """Draw the rows; options as in :func:`plankompass.reports.figures.parts.make_chart`."""
        return make_chart(self.prefix, self.width, self.heights, row, **options)

    def on_scale(
        self, scale: Scale, row: DrawRow, keys: Sequence[Key], words: Sequence[str] = ()
    ) -> Chart:
        """Draw rows on one scale: grid lines behind each, the scale's values in the head.

        Args:
            scale: The scale.
            row: Draws row ``i`` around the height of its middle, over the grid.
            keys: Legend.
            words: Reading help.

        Returns:
            The chart.
        """

        def over_grid(canvas: Canvas, i: int, middle: float) -> None:
            grid(canvas, scale, *self.ends(i, middle))
            row(canvas, i, middle)

        return self.draw(
            over_grid, keys=keys, words=words, head_height=_HEAD,
            head=lambda canvas: axis_numbers(canvas, scale, 10, self.text.language),
        )  # fmt: skip

    @staticmethod
    def ends_in_words(block: Any, middle: str = "") -> str:
        """What the ends of a block's answer scale mean, and its middle where that has a name.

        Args:
            block: A block with ``scale_min``, ``scale_max`` and ``scale_labels``.
            middle: Words at the middle of the scale.

        Returns:
            ``"1 = Helt uenig, 5 = Helt enig"``.
        """
        words = scale_words(block.scale_min, block.scale_max, block.scale_labels)
        if middle:
            value = (block.scale_min + block.scale_max) / 2
            words = words.replace(", ", f", {value:g} = {middle}, ", 1)
        return words

    def heading(self, canvas: Canvas, i: int, middle: float) -> None:
        """The quiet surface of a row that is a heading."""
        canvas.box(0, self.ends(i, middle)[0], self.width, self.heights[i], WASH)


def with_headings(items: Iterable[Item], heading: Callable[[Item], str]) -> list[Item | str]:
    """Rows in reading order, and before the first row of each group its heading.

    Args:
        items: The rows.
        heading: A row's heading; empty for none.

    Returns:
        Rows, and headings as texts.
    """
    rows: list[Item | str] = []
    last = ""
    for item in items:
        words = heading(item)
        if words and words != last:
            last = words
            rows.append(words)
        rows.append(item)
    return rows
