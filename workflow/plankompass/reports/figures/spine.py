"""The profile's strips: the municipality against the range of its peers, one strip a row."""

from __future__ import annotations

from plankompass.reports.figures.canvas import Canvas
from plankompass.reports.figures.parts import Drawing, Scale, value_mark
from plankompass.reports.schema import SpineGroup, SpineRow
from plankompass.reports.style import (
    AXIS,
    FJORD,
    INK,
    MIDDLE,
    MUTED,
    RANGE,
    RULE,
    STRIP_HEIGHT,
    STRIP_WIDTH,
)

_PAD = 9.0
KEY_SIZE = (24.0, 14.0)  # points


def _strip(canvas: Canvas, row: SpineRow, top: float) -> None:
    middle = top + STRIP_HEIGHT / 2
    scale = Scale(row.scale_min, row.scale_max, _PAD, STRIP_WIDTH - _PAD)
    canvas.line([scale.left, scale.right], [middle, middle], RULE, 0.8)
    for x in (scale.left, scale.right):
        canvas.line([x, x], [middle - 3, middle + 3], AXIS, 0.8)
    if row.peers_min is not None and row.peers_max is not None:
        left, right = scale(row.peers_min), scale(row.peers_max)
        canvas.box(left, middle - 4.5, max(right - left, 1.0), 9, RANGE, AXIS, 0.6)
    if row.peers_q1 is not None and row.peers_q3 is not None:
        left, right = scale(row.peers_q1), scale(row.peers_q3)
        canvas.box(left, middle - 4.5, max(right - left, 1.0), 9, MIDDLE, AXIS, 0.6)
    if row.network_mean is not None and row.network_mean.value is not None:
        canvas.marker(scale(row.network_mean.value), middle + 9.5, "triangle", MUTED, 5.0)
    if row.peer_mean is not None and row.peer_mean.value is not None:
        x = scale(row.peer_mean.value)
        canvas.line([x, x], [middle - 8, middle + 8], INK, 1.5)
    # Filled when the row stands apart from its peers, open when that cannot be said.
    apart = row.verdict in ("above", "below")
    value_mark(canvas, scale, row.own, middle, "circle", FJORD, size=9, filled=apart)


def spine_keys() -> dict[str, str]:
    """The marks of the legend, each as a small figure of :data:`KEY_SIZE`.

    Returns:
        Message key (``profile.<key>``) to SVG.
    """
    width, height = KEY_SIZE
    middle = height / 2
    keys: dict[str, str] = {}
    for key in ("key_own", "key_range", "key_middle", "key_mean", "key_network"):
        canvas = Canvas(width, height)
        if key == "key_own":
            canvas.line([1.5, width - 1.5], [middle, middle], FJORD, 2.0, round_ends=True)
            canvas.marker(width / 2, middle, "circle", FJORD, 9)
        elif key == "key_range":
            canvas.box(1, middle - 4.5, width - 2, 9, RANGE, AXIS, 0.6)
        elif key == "key_middle":
            canvas.box(4, middle - 4.5, width - 8, 9, MIDDLE, AXIS, 0.6)
        elif key == "key_mean":
            canvas.line([width / 2] * 2, [0, height], INK, 1.5)
        else:
            canvas.marker(width / 2, middle, "triangle", MUTED, 5.0)
        keys[key] = canvas.svg(f"tegn-{key[4:]}")
    return keys


def draw_spine(group: SpineGroup, prefix: str) -> Drawing:
    """Strips of one group of the profile, each :data:`STRIP_HEIGHT` high, without text.

    Args:
        group: Rows in order.
        prefix: Makes ids unique on the page.

    Returns:
        The figure; row ``i`` lies between ``i`` and ``i + 1`` strip heights.
    """
    height = STRIP_HEIGHT * len(group.rows)
    canvas = Canvas(STRIP_WIDTH, height)
    for i, row in enumerate(group.rows):
        _strip(canvas, row, i * STRIP_HEIGHT)
    return Drawing(canvas.svg(prefix), STRIP_WIDTH, height)
