"""Figures of the reports: a block of report.json in, clean SVG out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from plankompass.reports.catalogue import Catalogue
from plankompass.reports.figures.barriers import WIDTH as BARRIERS_WIDTH
from plankompass.reports.figures.barriers import draw_barriers
from plankompass.reports.figures.bars import (
    BAR,
    BARS_WIDTH,
    SPREAD_WIDTH,
    draw_bars,
    draw_distribution,
)
from plankompass.reports.figures.chain import WIDTH as CHAIN_WIDTH
from plankompass.reports.figures.chain import draw_chain
from plankompass.reports.figures.groups import (
    CHANGE_WIDTH,
    GAPS_WIDTH,
    WHO_WIDTH,
    draw_change,
    draw_gaps,
    draw_who_decides,
)
from plankompass.reports.figures.multiples import draw_multiples
from plankompass.reports.figures.parts import KEY_SIZE, Chart, Drawing, Key, Part, key_icon
from plankompass.reports.figures.spine import WIDTH as SPINE_WIDTH
from plankompass.reports.figures.spine import draw_spine, spine_keys
from plankompass.reports.figures.timeline import WIDTH as TIMELINE_WIDTH
from plankompass.reports.figures.timeline import draw_timeline
from plankompass.reports.schema_blocks import FigureBlock

__all__ = [
    "BAR", "CHART_WIDTHS", "KEY_SIZE", "SPINE_WIDTH", "Chart", "Drawing", "Key", "Part",
    "draw_chart", "draw_multiples", "draw_spine", "key_icon", "spine_keys",
]  # fmt: skip

_DRAW: dict[str, Callable[..., Chart]] = {
    "ranked_barriers": draw_barriers,
    "steering_chain": draw_chain,
    "timeline": draw_timeline,
    "who_decides": draw_who_decides,
    "gaps": draw_gaps,
    "answer_distribution": draw_distribution,
    "bars": draw_bars,
    "change": draw_change,
}
CHART_WIDTHS = {
    "ranked_barriers": BARRIERS_WIDTH,
    "steering_chain": CHAIN_WIDTH,
    "timeline": TIMELINE_WIDTH,
    "who_decides": WHO_WIDTH,
    "gaps": GAPS_WIDTH,
    "answer_distribution": SPREAD_WIDTH,
    "bars": BARS_WIDTH,
    "change": CHANGE_WIDTH,
}


def draw_chart(block: FigureBlock, text: Catalogue, heights: Sequence[float]) -> Chart:
    """Draw the strips of a figure block, one a row of its table.

    Args:
        block: A block of one of the kinds in :data:`CHART_WIDTHS`.
        text: The catalogue of the report's language.
        heights: Height of each row in points.

    Returns:
        The chart; its ids carry the block's id.
    """
    return _DRAW[block.kind](block, text, block.id, heights)
