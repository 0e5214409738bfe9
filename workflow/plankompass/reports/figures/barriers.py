"""Ranked barriers: mean severity with interval, and the places each barrier may have."""

from __future__ import annotations

from plankompass.reports.figures.canvas import Canvas
from plankompass.reports.figures.parts import Chart, Key, Scale, axis_numbers, grid, value_mark
from plankompass.reports.figures.strips import Strips
from plankompass.reports.schema_blocks import RankedBarriers
from plankompass.reports.style import AXIS, FJORD, INK, MIDDLE, MUTED, TYPE

_HEAD = 26.0
_RANKS = 94.0  # points from the left where the places begin


def draw_barriers(block: RankedBarriers, strips: Strips) -> Chart:
    """Barriers from highest to lowest mean, with rank intervals at the right.

    Args:
        block: The block.
        strips: Where to draw.

    Returns:
        The chart.
    """
    text, count = strips.text, len(block.rows)
    ranked = any(row.rank.value is not None for row in block.rows)
    # Where no place may be shown, the means have the whole strip.
    means = Scale(block.scale_min, block.scale_max, 8, 78 if ranked else strips.width - 8)
    ranks = strips.scale(1, count, _RANKS, 7)

    def head(canvas: Canvas) -> None:
        canvas.text(4, 9, text("barriers.mean"), TYPE.small, weight=600)
        axis_numbers(canvas, means, _HEAD - 4, text.language)
        if not ranked:
            return
        canvas.text(ranks.left - 5, 9, text("barriers.rank"), TYPE.small, weight=600)
        for place in sorted({1, (count + 1) // 2, count}):
            x = ranks(place)
            canvas.text(x, _HEAD - 4, str(place), TYPE.small, colour=MUTED, align="center")

    def row(canvas: Canvas, i: int, middle: float) -> None:
        barrier = block.rows[i]
        grid(canvas, means, *strips.ends(i, middle))
        if barrier.mean.value is None:
            return
        if barrier.peer_mean is not None and barrier.peer_mean.value is not None:
            x = means(barrier.peer_mean.value)
            canvas.line([x, x], [middle - 7, middle + 7], INK, 1.5)
        value_mark(canvas, means, barrier.mean, middle, "circle", FJORD)
        rank = barrier.rank
        if rank.lower is not None and rank.upper is not None:
            left, right = ranks(rank.lower), ranks(rank.upper)
            canvas.box(left - 3, middle - 4, right - left + 6, 8, MIDDLE, AXIS, 0.7)
        if rank.value is not None:
            canvas.marker(ranks(rank.value), middle, "diamond", INK, 6)

    keys = [Key(text("barriers.key_mean"), "interval", FJORD)]
    if any(r.peer_mean and r.peer_mean.value is not None for r in block.rows):
        keys.append(Key(text("barriers.key_peers"), "tick", INK))
    if ranked:
        keys.append(Key(text("barriers.key_rank"), "box", AXIS, fill=MIDDLE))
    words = [strips.ends_in_words(block)]
    return strips.draw(row, head=head, head_height=_HEAD, keys=keys, words=words)
