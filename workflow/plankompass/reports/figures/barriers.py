"""Ranked barriers: mean severity with interval, and the places each barrier may have."""

from __future__ import annotations

from plankompass.reports.catalogue import Catalogue
from plankompass.reports.figures.canvas import Canvas, wrap
from plankompass.reports.figures.parts import (
    Drawing,
    Key,
    Scale,
    grid,
    interval_line,
    legend,
    row_rule,
    scale_ends,
    value_mark,
)
from plankompass.reports.schema_blocks import RankedBarriers
from plankompass.reports.style import AXIS, FJORD, FULL_WIDTH, INK, MIDDLE, MUTED, TYPE

_LABEL = 168.0
_ROW = 22.0
_HEAD = 58.0


def draw_barriers(block: RankedBarriers, text: Catalogue, prefix: str) -> Drawing:
    """Barriers from highest to lowest mean, with rank intervals at the right.

    Args:
        block: The block.
        text: The catalogue of the report's language.
        prefix: Makes ids unique on the page.

    Returns:
        The figure.
    """
    count = len(block.rows)
    height = _HEAD + _ROW * count + 4
    canvas = Canvas(FULL_WIDTH, height)
    means = Scale(block.scale_min, block.scale_max, _LABEL + 14, 348)
    ranks = Scale(1, count, 384, FULL_WIDTH - 12)
    has_peers = any(r.peer_mean and r.peer_mean.value is not None for r in block.rows)
    keys = [Key(text("barriers.key_mean"), "circle", FJORD)]
    if has_peers:
        keys.append(Key(text("barriers.key_peers"), "tick", INK))
    keys.append(Key(text("barriers.key_rank"), "box", AXIS, fill=MIDDLE))
    legend(canvas, keys, 0, 9, FULL_WIDTH)
    canvas.text(means.left - 4, 29, text("barriers.axis_mean"), TYPE.head, weight=600)
    canvas.text(ranks.left - 8, 29, text("barriers.axis_rank"), TYPE.head, weight=600)
    scale_ends(canvas, means, block.scale_labels, 40)
    bottom = height - 2
    grid(canvas, means, _HEAD - 2, bottom, text.language)
    for place in range(1, count + 1):
        canvas.text(ranks(place), _HEAD - 5, str(place), TYPE.small, colour=MUTED, align="center")
    for i, row in enumerate(block.rows):
        middle = _HEAD + _ROW * (i + 0.5)
        row_rule(canvas, _HEAD + _ROW * i)
        weight = 600 if row.focus else 400
        lines = wrap(row.label, _LABEL, TYPE.label, weight, 2)
        canvas.paragraph(0, middle, lines, TYPE.label, weight=weight)
        if row.mean.value is None:
            canvas.text(means.left, middle + 3, row.mean.text, TYPE.small, colour=MUTED)
            continue
        if row.peer_mean is not None and row.peer_mean.value is not None:
            x = means(row.peer_mean.value)
            canvas.line([x, x], [middle - 7, middle + 7], INK, 1.5)
        interval_line(canvas, means, row.mean, middle, FJORD)
        value_mark(canvas, means, row.mean, middle, "circle", FJORD, size=8.5)
        if row.rank.lower is not None and row.rank.upper is not None:
            left, right = ranks(row.rank.lower), ranks(row.rank.upper)
            canvas.box(left - 5, middle - 4.5, right - left + 10, 9, MIDDLE, AXIS, 0.7)
        if row.rank.value is not None:
            canvas.marker(ranks(row.rank.value), middle, "diamond", INK, 6)
    return Drawing(canvas.svg(prefix), FULL_WIDTH, height)
