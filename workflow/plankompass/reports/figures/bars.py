"""Shares: bars by group, and answers spread around the middle."""

from __future__ import annotations

from plankompass.reports.catalogue import Catalogue
from plankompass.reports.figures.canvas import Canvas, text_width, wrap
from plankompass.reports.figures.groups import group_keys
from plankompass.reports.figures.parts import (
    Drawing,
    Key,
    Scale,
    grid,
    legend,
    legend_height,
    row_rule,
)
from plankompass.reports.schema_blocks import AnswerDistribution, Bars
from plankompass.reports.style import (
    AXIS,
    DIVERGING,
    DIVERGING_TEXT,
    FULL_WIDTH,
    INK,
    MUTED,
    TYPE,
    group_colour,
    group_marker,
)


def draw_bars(block: Bars, text: Catalogue, prefix: str) -> Drawing:
    """Horizontal bars, one a group in each row, with the value in words at the end.

    Args:
        block: The block.
        text: The catalogue of the report's language.
        prefix: Makes ids unique on the page.

    Returns:
        The figure.
    """
    label, bar = 190.0, 11.0
    keys = group_keys([r.values for r in block.rows])
    if block.comparison_label and any(
        r.comparison and r.comparison.value is not None for r in block.rows
    ):
        keys.append(Key(block.comparison_label, "tick", INK))
    names = [wrap(r.label, label, TYPE.label, 400, 3) for r in block.rows]
    heights = [
        max(bar * len(r.values) + 8, 10.2 * len(n) + 6)
        for r, n in zip(block.rows, names, strict=True)
    ]
    head = 34.0 + legend_height(keys, FULL_WIDTH)
    height = head + sum(heights) + 4
    canvas = Canvas(FULL_WIDTH, height)
    legend(canvas, keys, 0, 9, FULL_WIDTH)
    scale = Scale(0, block.maximum, label + 16, FULL_WIDTH - 84)
    grid(canvas, scale, head - 3, height - 2, text.language)
    if block.unit:
        canvas.text(scale.right + 12, head - 6, block.unit, TYPE.small, colour=MUTED)
    y = head
    for row, lines, high in zip(block.rows, names, heights, strict=True):
        row_rule(canvas, y)
        canvas.paragraph(0, y + high / 2, lines)
        top = y + (high - bar * len(row.values)) / 2
        for i, value in enumerate(row.values):
            middle = top + bar * (i + 0.5)
            end = scale.left
            if value.shown.value is not None:
                end = scale(value.shown.value)
                colour = group_colour(value.group)
                canvas.box(scale.left, middle - 4, end - scale.left, 8, colour)
                canvas.marker(end, middle, group_marker(value.group), colour, 7)
            if row.comparison is not None and row.comparison.value is not None:
                end = max(end, scale(row.comparison.value))
            known = value.shown.value is not None
            canvas.text(
                end + 7, middle + 2.8, value.shown.text, TYPE.small, colour=INK if known else MUTED
            )
        if row.comparison is not None and row.comparison.value is not None:
            x = scale(row.comparison.value)
            canvas.line([x, x], [top - 1.5, top + bar * len(row.values) + 1.5], INK, 1.5)
        y += high
    return Drawing(canvas.svg(prefix), FULL_WIDTH, height)


def draw_distribution(block: AnswerDistribution, text: Catalogue, prefix: str) -> Drawing:
    """Diverging bars: disagreement to the left of the middle, agreement to the right.

    Args:
        block: The block.
        text: The catalogue of the report's language.
        prefix: Makes ids unique on the page.

    Returns:
        The figure.
    """
    label, right_column = 176.0, 62.0
    colours = _colours(len(block.categories))
    keys = [
        Key(name, "box", AXIS, fill=fill)
        for name, (fill, _) in zip(block.categories, colours, strict=True)
    ]
    head = 30.0 + legend_height(keys, FULL_WIDTH)
    names = [wrap(r.label, label, TYPE.label, 400, 3) for r in block.rows]
    heights = [max(24.0, 10.2 * len(n) + 7) for n in names]
    height = head + sum(heights) + 4
    canvas = Canvas(FULL_WIDTH, height)
    legend(canvas, keys, 0, 9, FULL_WIDTH)
    left, right = label + 14, FULL_WIDTH - right_column - 10
    sides = [_sides(r.shares) for r in block.rows if r.shares is not None]
    low = max((s[0] for s in sides), default=50.0)
    high_side = max((s[1] for s in sides), default=50.0)
    unit = (right - left) / max(low + high_side, 1.0)
    centre = left + low * unit
    canvas.text(
        FULL_WIDTH,
        head - 5,
        text("distribution.dont_know"),
        TYPE.small,
        colour=MUTED,
        align="right",
    )
    canvas.line([centre, centre], [head, height - 2], INK, 0.9)
    y = head
    for row, lines, high in zip(block.rows, names, heights, strict=True):
        middle = y + high / 2
        row_rule(canvas, y)
        canvas.paragraph(0, middle, lines)
        canvas.text(FULL_WIDTH, middle + 2.8, row.dont_know, TYPE.small, align="right")
        if row.shares is None:
            canvas.text(left, middle + 2.8, " ".join(row.texts), TYPE.small, colour=MUTED)
        else:
            x = centre - _sides(row.shares)[0] * unit
            for share, words, (fill, ink) in zip(row.shares, row.texts, colours, strict=True):
                width = share * unit
                if width > 0:
                    canvas.box(x, middle - 7, width, 14, fill, AXIS, 0.6)
                shown = words.replace("\u00a0%", "").replace("%", "")
                if width > text_width(shown, TYPE.small) + 4:
                    canvas.text(
                        x + width / 2, middle + 2.8, shown, TYPE.small, colour=ink, align="center"
                    )
                x += width
        y += high
    return Drawing(canvas.svg(prefix), FULL_WIDTH, height)


def _sides(shares: list[float]) -> tuple[float, float]:
    """Per cent left and right of the middle; the middle answer is split in two."""
    half, odd = divmod(len(shares), 2)
    middle = shares[half] / 2 if odd else 0.0
    return sum(shares[:half]) + middle, sum(shares[half + odd :]) + middle


def _colours(count: int) -> list[tuple[str, str]]:
    pairs = list(zip(DIVERGING, DIVERGING_TEXT, strict=True))
    if count == 5:
        return pairs
    if count == 4:
        return [pairs[0], pairs[1], pairs[3], pairs[4]]
    if count == 3:
        return [pairs[0], pairs[2], pairs[4]]
    return [pairs[round(4 * i / (count - 1))] for i in range(count)]
