"""Parts that several figures share: scales, value marks, legends."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import ceil

from plankompass.reports.figures.canvas import Canvas
from plankompass.reports.schema_parts import Shown
from plankompass.reports.style import INK, MUTED, RULE, TYPE

KEY_SIZE = (22.0, 12.0)  # points
MOST_TOGETHER = 68.0  # points: rows that stay together on a page


@dataclass(frozen=True)
class Scale:
    """A linear scale from values to points.

    Attributes:
        low: Value at the left end.
        high: Value at the right end.
        left: Left end in points.
        right: Right end in points.
    """

    low: float
    high: float
    left: float
    right: float

    def __call__(self, value: float) -> float:
        """Position of a value, held inside the scale.

        Args:
            value: A value in the scale's unit.

        Returns:
            Abscissa in points.
        """
        span = self.high - self.low or 1.0
        share = min(max((value - self.low) / span, 0.0), 1.0)
        return self.left + share * (self.right - self.left)

    def steps(self) -> list[float]:
        """Whole values on the scale for grid lines: at most nine."""
        span = self.high - self.low
        step = next(s for s in (0.25, 0.5, 1, 2, 5, 10, 20, 25, 50, 100, 1000) if span / s <= 8)
        if span >= 2:
            step = max(step, 1)
        count = int(span / step + 1e-9)
        return [self.low + i * step for i in range(count + 1)]


def interval_line(canvas: Canvas, scale: Scale, shown: Shown, y: float, colour: str) -> None:
    """The interval of a value as a line, when there is one.

    Args:
        canvas: Where to draw.
        scale: The scale.
        shown: The value.
        y: Height.
        colour: Line colour.
    """
    if shown.lower is not None and shown.upper is not None:
        canvas.line([scale(shown.lower), scale(shown.upper)], [y, y], colour, 2.0, round_ends=True)


def value_mark(
    canvas: Canvas, scale: Scale, shown: Shown, y: float, marker: str, colour: str,
    *, size: float = 8.0, filled: bool = True,
) -> None:  # fmt: skip
    """A value with its interval; nothing when the value is not published.

    Args:
        canvas: Where to draw.
        scale: The scale.
        shown: The value.
        y: Height.
        marker: Marker name.
        colour: Colour.
        size: Size of the mark.
        filled: Whether the mark is filled.
    """
    if shown.value is None:
        return
    interval_line(canvas, scale, shown, y, colour)
    canvas.marker(scale(shown.value), y, marker, colour, size, filled=filled)


@dataclass(frozen=True)
class Key:
    """One entry of a legend.

    Attributes:
        label: What the mark means.
        marker: A marker name, or ``tick``, ``dashes``, ``box``, ``interval``.
        colour: Colour of the mark.
        filled: Whether a marker is filled.
        fill: Fill of a box.
    """

    label: str
    marker: str
    colour: str = INK
    filled: bool = True
    fill: str = "none"


@dataclass(frozen=True)
class Drawing:
    """A figure that stands by itself, as wide as the text.

    Attributes:
        svg: An ``<svg>`` element.
        width: Width in points.
        height: Height in points.
        keys: Legend.
        words: Reading help that belongs to the legend.
    """

    svg: str
    width: float
    height: float
    keys: tuple[Key, ...] = ()
    words: tuple[str, ...] = ()


@lru_cache(maxsize=256)
def key_icon(key: Key) -> str:
    """The mark of a legend entry as a small figure of :data:`KEY_SIZE`.

    Args:
        key: The entry.

    Returns:
        SVG; its ids start with ``tegn-``, to be made unique where it is used.
    """
    width, height = KEY_SIZE
    canvas = Canvas(width, height)
    middle = height / 2
    if key.marker == "tick":
        canvas.line([width / 2] * 2, [1, height - 1], key.colour, 1.5)
    elif key.marker == "dashes":
        canvas.line([width / 2] * 2, [0, height], key.colour, 1.0, dashes=(2, 2))
    elif key.marker == "box":
        canvas.box(2, middle - 4, width - 4, 8, key.fill, key.colour)
    elif key.marker == "interval":
        canvas.line([1.5, width - 1.5], [middle, middle], key.colour, 2.0, round_ends=True)
        canvas.marker(width / 2, middle, "circle", key.colour, 8, filled=key.filled)
    else:
        canvas.marker(width / 2, middle, key.marker, key.colour, 8, filled=key.filled)
    return canvas.svg("tegn")


@dataclass(frozen=True)
class Part:
    """Rows of a chart that stay together on a page.

    Attributes:
        svg: The strips of the rows, one below the other.
        heights: Height of each row in points.
    """

    svg: str
    heights: tuple[float, ...]


@dataclass(frozen=True)
class Chart:
    """Strips that stand in a table, one a row, with a head above and a legend.

    Attributes:
        width: Width of the strips in points.
        head: The head's SVG; empty when there is none.
        head_height: Height of the head in points.
        parts: Rows in order.
        keys: Legend.
        words: Sentences of reading help that belong to the legend.
    """

    width: float
    head: str
    head_height: float
    parts: tuple[Part, ...]
    keys: tuple[Key, ...]
    words: tuple[str, ...] = ()


def make_chart(
    prefix: str, width: float, heights: Sequence[float], row: Callable[[Canvas, int, float], None],
    *, head: Callable[[Canvas], None] | None = None, head_height: float = 0.0,
    keys: Sequence[Key] = (), words: Sequence[str] = (), together: float = MOST_TOGETHER,
    glued: Collection[int] = (),
) -> Chart:  # fmt: skip
    """Draw the strips of a chart, in parts that can stand on different pages.

    Args:
        prefix: Makes ids unique on the page.
        width: Width of the strips.
        heights: Height of each row.
        row: Draws row ``i`` around the height of its middle.
        head: Draws the head.
        head_height: Height of the head.
        keys: Legend.
        words: Reading help.
        together: Greatest height of one part.
        glued: Rows that stay with the row after them.

    Returns:
        The chart.
    """
    parts: list[Part] = []
    for first, last in _spans(heights, together, glued):
        own = heights[first:last]
        canvas = Canvas(width, sum(own))
        top = 0.0
        for i, height in enumerate(own, start=first):
            row(canvas, i, top + height / 2)
            top += height
        parts.append(Part(canvas.svg(f"{prefix}-{len(parts)}"), tuple(own)))
    above = ""
    if head is not None:
        canvas = Canvas(width, head_height)
        head(canvas)
        above = canvas.svg(f"{prefix}-hode")
    return Chart(width, above, head_height, tuple(parts), tuple(keys), tuple(words))


def _spans(
    heights: Sequence[float], together: float, glued: Collection[int]
) -> list[tuple[int, int]]:
    """Rows cut into parts of even height, none above ``together``."""
    total = sum(heights)
    count = max(1, ceil(total / together))
    spans, first, used = [], 0, 0.0
    for i, height in enumerate(heights):
        used += height
        full = used >= total * (len(spans) + 1) / count - 1e-6
        if (full and i not in glued) or i == len(heights) - 1:
            spans.append((first, i + 1))
            first = i + 1
    return [span for span in spans if span[1] > span[0]]


def grid(canvas: Canvas, scale: Scale, top: float, bottom: float) -> None:
    """Grid lines without labels.

    Args:
        canvas: Where to draw.
        scale: The scale.
        top: Upper end.
        bottom: Lower end.
    """
    xs: list[float] = []
    ys: list[float] = []
    for value in scale.steps():
        x = scale(value)
        xs += [x, x, float("nan")]
        ys += [top, bottom, float("nan")]
    canvas.line(xs, ys, RULE, 0.6)


def axis_numbers(canvas: Canvas, scale: Scale, baseline: float, language: str) -> None:
    """The values of a scale.

    Args:
        canvas: Where to draw.
        scale: The scale.
        baseline: Height of the baseline.
        language: Decides the decimal mark.
    """
    for value in scale.steps():
        label = f"{value:g}".replace("-", "\u2212")
        if language != "en":
            label = label.replace(".", ",")
        canvas.text(scale(value), baseline, label, TYPE.small, colour=MUTED, align="center")


def scale_words(low: float, high: float, labels: tuple[str, str]) -> str:
    """What the ends of a scale mean: ``"1 = Helt uenig, 5 = Helt enig"``.

    Args:
        low: Lower end.
        high: Upper end.
        labels: Words at the ends.

    Returns:
        The text.
    """
    return f"{low:g} = {labels[0]}, {high:g} = {labels[1]}"
