"""Groups beside each other on one scale: who decides, gaps, change between waves."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from math import ceil

from plankompass.reports.figures.canvas import Canvas
from plankompass.reports.figures.parts import Chart, Key, value_mark
from plankompass.reports.figures.strips import Strips
from plankompass.reports.formats import number
from plankompass.reports.schema_blocks import Change, Gaps, GroupValue, WhoDecides
from plankompass.reports.style import (
    AXIS,
    FJORD,
    INK,
    MUTED,
    RANGE,
    TYPE,
    group_colour,
    group_marker,
    group_rank,
)

_MARK = 8.0  # points: marks nearer than this hide each other
_SHIFT = 3.6
# Marks of the latest wave, the one before it, and those before that.
_EARLIER = ("circle", "circle", "square", "diamond")


def group_keys(rows: Iterable[Sequence[GroupValue]]) -> list[Key]:
    """Legend entries of the groups that have a value anywhere, in the groups' usual order.

    Args:
        rows: Values of each row.

    Returns:
        The entries.
    """
    seen: dict[str, Key] = {}
    for values in rows:
        for value in values:
            if value.shown.value is not None and value.group not in seen:
                marker, colour = group_marker(value.group), group_colour(value.group)
                seen[value.group] = Key(value.label, marker, colour)
    return [seen[group] for group in sorted(seen, key=group_rank)]


def _offsets(groups: Sequence[str]) -> dict[str, float]:
    """Groups stand a little apart in height, so that intervals do not cover each other."""
    if len(groups) == 1:
        return {groups[0]: 0.0}
    gap = 11.0 if len(groups) == 2 else 8.0
    return {g: gap * (i - (len(groups) - 1) / 2) for i, g in enumerate(groups)}


def draw_who_decides(block: WhoDecides, strips: Strips) -> Chart:
    """One row a stage, one mark with interval a group, and the peers' mean as a tick.

    Args:
        block: The block.
        strips: Where to draw.

    Returns:
        The chart.
    """
    scale = strips.scale(block.scale_min, block.scale_max)
    groups = sorted({v.group for r in block.rows for v in r.values}, key=group_rank)
    offset = _offsets(groups)

    def row(canvas: Canvas, i: int, middle: float) -> None:
        stage = block.rows[i]
        for peer in stage.peer_means:
            if peer.shown.value is not None:
                x, y = scale(peer.shown.value), middle + offset.get(peer.group, 0.0)
                canvas.line([x, x], [y - 5, y + 5], INK, 1.4)
        for value in stage.values:
            value_mark(
                canvas, scale, value.shown, middle + offset[value.group],
                group_marker(value.group), group_colour(value.group),
            )  # fmt: skip

    keys = group_keys(r.values for r in block.rows)
    if any(v.shown.value is not None for r in block.rows for v in r.peer_means):
        keys.append(Key(strips.text("who_decides.key_peers"), "tick", INK))
    words = strips.ends_in_words(block, block.middle_label)
    return strips.on_scale(scale, row, keys, [words])


def draw_gaps(block: Gaps, strips: Strips) -> Chart:
    """Dumbbells: the groups' values joined by a bar.

    Args:
        block: The block.
        strips: Where to draw.

    Returns:
        The chart.
    """
    scale = strips.scale(block.scale_min, block.scale_max)

    def row(canvas: Canvas, i: int, middle: float) -> None:
        shown = [v for v in block.rows[i].values if v.shown.value is not None]
        if len(shown) > 1:
            places = [scale(v.shown.value) for v in shown]
            width = max(max(places) - min(places), 0.5)
            canvas.box(min(places), middle - 3, width, 6, RANGE, AXIS, 0.6)
        heights = _apart([scale(v.shown.value) for v in shown])
        for value, shift in zip(shown, heights, strict=True):
            marker, colour = group_marker(value.group), group_colour(value.group)
            canvas.marker(
                scale(value.shown.value), middle + shift, marker, colour, 9 - abs(shift) / 2
            )

    keys = group_keys(r.values for r in block.rows)
    return strips.on_scale(scale, row, keys, [strips.ends_in_words(block)])


def _apart(places: list[float]) -> list[float]:
    """Heights at which marks that would hide each other are both seen: in turn above and below."""
    shifts = [0.0] * len(places)
    order = sorted(range(len(places)), key=lambda k: places[k])
    for left, right in itertools.pairwise(order):
        if places[right] - places[left] < _MARK:
            shifts[left] = shifts[left] or -_SHIFT
            shifts[right] = -shifts[left]
    return shifts


def draw_change(block: Change, strips: Strips) -> Chart:
    """Wave values on each row's own scale, or the change around nought where only that is shown.

    Args:
        block: The block.
        strips: Where to draw.

    Returns:
        The chart.
    """
    last = len(block.waves) - 1
    # Marks of different waves on one spot stay visible: the earlier one is larger and open.
    sizes = [8.0 + 3.0 * min(last - i, 2) for i in range(len(block.waves))]
    kinds = [_EARLIER[min(last - i, len(_EARLIER) - 1)] for i in range(len(block.waves))]
    reach = _reach(block)

    def row(canvas: Canvas, i: int, middle: float) -> None:
        change = block.rows[i]
        points = [p for p in change.points if p.shown.value is not None]
        if not points and (change.change is None or change.change.value is None):
            return
        low, high = (change.scale_min, change.scale_max) if points else (-reach, reach)
        scale = strips.scale(low, high, 20, 20)
        canvas.line([scale.left, scale.right], [middle, middle], AXIS, 0.6)
        for x in (scale.left, scale.right):
            canvas.line([x, x], [middle - 3, middle + 3], AXIS, 0.8)
        for x, value, align in ((scale.left - 5, low, "right"), (scale.right + 5, high, "left")):
            label = number(
                value, strips.text.language, 0 if value == int(value) else 1, signed=not points
            )
            canvas.text(x, middle + 2.7, label, TYPE.small, colour=MUTED, align=align)
        if not points:
            zero = scale(0)
            canvas.line([zero, zero], [middle - 7, middle + 7], INK, 1.0)
            value_mark(canvas, scale, change.change, middle, "circle", FJORD)
            return
        places = [scale(p.shown.value) for p in points]
        if len(points) > 1:
            canvas.line(places, [middle] * len(places), FJORD, 2.0)
        for point, x in zip(points, places, strict=True):
            wave = block.waves.index(point.wave) if point.wave in block.waves else last
            canvas.marker(x, middle, kinds[wave], FJORD, sizes[wave], filled=wave == last)

    keys = [
        Key(wave, kinds[i], FJORD, filled=i == last)
        for i, wave in enumerate(block.waves)
        if any(p.wave == wave and p.shown.value is not None for r in block.rows for p in r.points)
    ]
    words = []
    if any(r.change is not None and r.change.value is not None for r in block.rows):
        keys.append(Key(strips.text("change.key_change"), "interval", FJORD))
        words.append(strips.text("change.zero"))
    return strips.draw(row, keys=keys, words=words)


def _reach(block: Change) -> float:
    """How far the scale of changes goes to either side: a whole or half step around the largest."""
    ends = [
        abs(limit)
        for row in block.rows
        if row.change is not None
        for limit in (row.change.value, row.change.lower, row.change.upper)
        if limit is not None
    ]
    return max(ceil(2 * max(ends, default=1.0)) / 2, 0.5)
