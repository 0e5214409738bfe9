"""Parts that several figures share: scales, value marks, legends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from plankompass.reports.figures.canvas import Canvas, text_width
from plankompass.reports.schema_parts import Shown
from plankompass.reports.style import AXIS, INK, MUTED, RULE, TYPE


@dataclass(frozen=True)
class Drawing:
    """A finished figure.

    Attributes:
        svg: An ``<svg>`` element.
        width: Width in points.
        height: Height in points.
    """

    svg: str
    width: float
    height: float


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


def grid(canvas: Canvas, scale: Scale, top: float, bottom: float, language: str = "nb") -> None:
    """Grid lines with their values above.

    Args:
        canvas: Where to draw.
        scale: The scale.
        top: Upper end; the values stand right above.
        bottom: Lower end.
        language: Decides the decimal mark.
    """
    xs: list[float] = []
    ys: list[float] = []
    for value in scale.steps():
        x = scale(value)
        xs += [x, x, float("nan")]
        ys += [top, bottom, float("nan")]
        label = f"{value:g}".replace("-", "−")
        if language != "en":
            label = label.replace(".", ",")
        canvas.text(x, top - 3, label, TYPE.small, colour=MUTED, align="center")
    canvas.line(xs, ys, RULE, 0.6)


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
        marker: A marker name, or ``tick``, ``line``, ``box``.
        colour: Colour of the mark.
        filled: Whether a marker is filled.
        fill: Fill of a box.
    """

    label: str
    marker: str
    colour: str = INK
    filled: bool = True
    fill: str = "none"


def legend(canvas: Canvas, keys: Sequence[Key], x: float, y: float, right: float) -> float:
    """A legend in one or more lines.

    Args:
        canvas: Where to draw.
        keys: The entries.
        x: Left end.
        y: Baseline of the first line.
        right: Where a line must end.

    Returns:
        Height taken from the first baseline to the last.
    """
    at, line = x, 0
    for key in keys:
        width = 14 + text_width(key.label, TYPE.small) + 14
        if at > x and at + width - 14 > right:
            at, line = x, line + 1
        base = y + line * 12
        middle = base - 2.7
        if key.marker == "tick":
            canvas.line([at + 5, at + 5], [middle - 5, middle + 5], key.colour, 1.5)
        elif key.marker == "line":
            canvas.line([at, at + 10], [middle, middle], key.colour, 2.0, round_ends=True)
        elif key.marker == "dashes":
            canvas.line([at, at + 10], [middle, middle], key.colour, 1.0, dashes=(2, 2))
        elif key.marker == "box":
            canvas.box(at, middle - 3.5, 10, 7, key.fill, key.colour)
        else:
            canvas.marker(at + 5, middle, key.marker, key.colour, 7.5, filled=key.filled)
        canvas.text(at + 14, base, key.label, TYPE.small, colour=INK)
        at += width
    return line * 12


def legend_height(keys: Sequence[Key], width: float) -> float:
    """Height a legend will take below its first baseline.

    Args:
        keys: The entries.
        width: Width of a line.

    Returns:
        Height in points; 0 for one line.
    """
    at, line = 0.0, 0
    for key in keys:
        wide = 14 + text_width(key.label, TYPE.small) + 14
        if at > 0 and at + wide - 14 > width:
            at, line = 0.0, line + 1
        at += wide
    return line * 12


def scale_ends(canvas: Canvas, scale: Scale, labels: tuple[str, str], y: float) -> None:
    """The words at the ends of a scale.

    Args:
        canvas: Where to draw.
        scale: The scale.
        labels: Words at the lower and the upper end.
        y: Baseline.
    """
    canvas.text(scale.left - 4, y, labels[0], TYPE.small, colour=MUTED)
    canvas.text(scale.right + 4, y, labels[1], TYPE.small, colour=MUTED, align="right")


def row_rule(canvas: Canvas, y: float, left: float = 0.0, right: float | None = None) -> None:
    """A hairline between rows.

    Args:
        canvas: Where to draw.
        y: Height.
        left: Left end.
        right: Right end; the figure's width when left out.
    """
    canvas.line([left, canvas.width if right is None else right], [y, y], RULE, 0.5)


__all__ = [
    "AXIS", "Drawing", "Key", "Scale", "grid", "interval_line", "legend", "legend_height",
    "row_rule", "scale_ends", "value_mark",
]  # fmt: skip
