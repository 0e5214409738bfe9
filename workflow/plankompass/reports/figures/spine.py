"""The profile's strips: the municipality against the range of its peers, one strip a row."""

from __future__ import annotations

from collections.abc import Sequence

from plankompass.reports.catalogue import Catalogue
from plankompass.reports.figures.canvas import Canvas
from plankompass.reports.figures.parts import Chart, Key, Scale, make_chart, value_mark
from plankompass.reports.schema import SpineGroup
from plankompass.reports.style import AXIS, FJORD, INK, MIDDLE, MUTED, RANGE, RULE

WIDTH = 140.0
_PAD = 9.0
_BELOW = 7.4  # the network's mark, below the middle: clear of the range, and of the row below


def spine_keys(text: Catalogue) -> tuple[Key, ...]:
    """Legend of the profile.

    Args:
        text: The catalogue of the report's language.

    Returns:
        The entries.
    """
    return (
        Key(text("profile.key_own"), "interval", FJORD),
        Key(text("profile.key_range"), "box", AXIS, fill=RANGE),
        Key(text("profile.key_middle"), "box", AXIS, fill=MIDDLE),
        Key(text("profile.key_mean"), "tick", INK),
        Key(text("profile.key_network"), "triangle", MUTED),
        Key(text("profile.key_open"), "circle", FJORD, filled=False),
    )


def draw_spine(group: SpineGroup, text: Catalogue, prefix: str, heights: Sequence[float]) -> Chart:
    """Strips of one group of the profile, without text.

    Args:
        group: Rows in order.
        text: The catalogue of the report's language.
        prefix: Makes ids unique on the page.
        heights: Height of each row.

    Returns:
        The chart.
    """

    def strip(canvas: Canvas, i: int, middle: float) -> None:
        row = group.rows[i]
        scale = Scale(row.scale_min, row.scale_max, _PAD, WIDTH - _PAD)
        canvas.line([scale.left, scale.right], [middle, middle], RULE, 0.8)
        for x in (scale.left, scale.right):
            canvas.line([x, x], [middle - 3, middle + 3], AXIS, 0.8)
        for low, high, fill in (
            (row.peers_min, row.peers_max, RANGE),
            (row.peers_q1, row.peers_q3, MIDDLE),
        ):
            if low is not None and high is not None:
                width = max(scale(high) - scale(low), 1.0)
                canvas.box(scale(low), middle - 4.5, width, 9, fill, AXIS, 0.6)
        if row.network_mean is not None and row.network_mean.value is not None:
            canvas.marker(scale(row.network_mean.value), middle + _BELOW, "triangle", MUTED, 5.0)
        if row.peer_mean is not None and row.peer_mean.value is not None:
            x = scale(row.peer_mean.value)
            canvas.line([x, x], [middle - 8, middle + 8], INK, 1.5)
        # Filled when the row stands apart from its peers, open when that cannot be said.
        apart = row.verdict in ("above", "below")
        value_mark(canvas, scale, row.own, middle, "circle", FJORD, size=9, filled=apart)

    return make_chart(prefix, WIDTH, heights, strip, keys=spine_keys(text), together=46)
