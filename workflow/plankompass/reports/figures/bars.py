"""Shares: bars by group, and answers spread around the middle."""

from __future__ import annotations

from plankompass.reports.figures.canvas import Canvas, text_width
from plankompass.reports.figures.groups import group_keys
from plankompass.reports.figures.parts import Chart, Key
from plankompass.reports.figures.strips import Strips, with_headings
from plankompass.reports.schema_blocks import AnswerDistribution, Bars, DistributionRow
from plankompass.reports.style import (
    AXIS,
    DIVERGING,
    DIVERGING_TEXT,
    INK,
    TYPE,
    group_colour,
    group_marker,
)

BAR = 9.5  # height of one group's bar with its air


def draw_bars(block: Bars, strips: Strips) -> Chart:
    """Horizontal bars, one a group in each row; a hidden value has no bar.

    Args:
        block: The block.
        strips: Where to draw.

    Returns:
        The chart.
    """
    scale = strips.scale(0, block.maximum, 6, 12)

    def row(canvas: Canvas, i: int, middle: float) -> None:
        bar = block.rows[i]
        half = BAR * len(bar.values) / 2
        for k, value in enumerate(bar.values):
            if value.shown.value is not None:
                y = middle - half + BAR * (k + 0.5)
                end, colour = scale(value.shown.value), group_colour(value.group)
                canvas.box(scale.left, y - 3.2, end - scale.left, 6.4, colour)
                canvas.marker(end, y, group_marker(value.group), colour, 7)
        if bar.comparison is not None and bar.comparison.value is not None:
            x = scale(bar.comparison.value)
            canvas.line([x, x], [middle - half - 2, middle + half + 2], INK, 1.5)

    keys = group_keys(r.values for r in block.rows)
    if block.comparison_label and any(
        r.comparison and r.comparison.value is not None for r in block.rows
    ):
        keys.append(Key(block.comparison_label, "tick", INK))
    words = [block.unit[:1].upper() + block.unit[1:]] if block.unit else []
    return strips.on_scale(scale, row, keys, words)


def draw_distribution(block: AnswerDistribution, strips: Strips) -> Chart:
    """Diverging bars: disagreement to the left of the middle, agreement to the right.

    Args:
        block: The block.
        strips: Where to draw.

    Returns:
        The chart.
    """
    colours = _colours(len(block.categories))
    sides = [_sides(r.shares) for r in block.rows if r.shares is not None] or [(50.0, 50.0)]
    low, high = max(s[0] for s in sides), max(s[1] for s in sides)
    unit = (strips.width - 8) / max(low + high, 1.0)
    centre = 4 + low * unit

    rows = distribution_rows(block)

    def row(canvas: Canvas, i: int, middle: float) -> None:
        answers = rows[i]
        if isinstance(answers, str):
            strips.heading(canvas, i, middle)
            return
        canvas.line([centre, centre], strips.ends(i, middle), INK, 0.9)
        shares = answers.shares
        if shares is None:
            return
        x = centre - _sides(shares)[0] * unit
        for share, words, (fill, ink) in zip(shares, answers.texts, colours, strict=True):
            width = share * unit
            if width > 0:
                canvas.box(x, middle - 6.5, width, 13, fill, AXIS, 0.6)
            # per cent with its sign, a count of a count as the count alone: never to be mixed up
            shown = words if "%" in words else words.replace("\u00a0", " ").split(" ")[0]
            if width > text_width(shown, TYPE.small) + 3:
                at = x + width / 2
                canvas.text(at, middle + 2.8, shown, TYPE.small, colour=ink, align="center")
            x += width

    keys = [
        Key(name, "box", AXIS, fill=fill)
        for name, (fill, _) in zip(block.categories, colours, strict=True)
    ]
    headings = {i for i, answers in enumerate(rows) if isinstance(answers, str)}
    return strips.draw(row, keys=keys, words=[block.group], glued=headings)


def distribution_rows(block: AnswerDistribution) -> list[DistributionRow | str]:
    """Rows of a distribution: items, and before the first item of each scale its name.

    Args:
        block: The block.

    Returns:
        Items and names of scales in reading order.
    """
    return with_headings(block.rows, lambda row: row.group)


def _sides(shares: list[float]) -> tuple[float, float]:
    """Per cent left and right of the middle; the middle answer is split in two."""
    half, odd = divmod(len(shares), 2)
    middle = shares[half] / 2 if odd else 0.0
    return sum(shares[:half]) + middle, sum(shares[half + odd :]) + middle


def _colours(count: int) -> list[tuple[str, str]]:
    pairs = list(zip(DIVERGING, DIVERGING_TEXT, strict=True))
    if count == 4:
        return [pairs[0], pairs[1], pairs[3], pairs[4]]
    return [pairs[round(4 * i / (count - 1))] for i in range(count)]
