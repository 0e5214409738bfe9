"""Figures of the reports: a block of report.json in, clean SVG out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from plankompass.reports.catalogue import Catalogue
from plankompass.reports.figures.barriers import draw_barriers
from plankompass.reports.figures.bars import BAR, draw_bars, draw_distribution
from plankompass.reports.figures.chain import draw_chain
from plankompass.reports.figures.groups import draw_change, draw_gaps, draw_who_decides
from plankompass.reports.figures.multiples import draw_multiples
from plankompass.reports.figures.parts import KEY_SIZE, Chart, Drawing, Key, Part, key_icon
from plankompass.reports.figures.spine import WIDTH as SPINE_WIDTH
from plankompass.reports.figures.spine import draw_spine, spine_keys
from plankompass.reports.figures.strips import Strips
from plankompass.reports.figures.timeline import draw_timeline
from plankompass.reports.schema_blocks import FigureBlock

__all__ = [
    "BAR", "CHARTS", "KEY_SIZE", "SPINE_WIDTH", "Chart", "Drawing", "Key", "Part",
    "draw_chart", "draw_multiples", "draw_spine", "key_icon", "spine_keys",
]  # fmt: skip


@dataclass(frozen=True)
class Kind:
    """How one kind of chart is drawn.

    Attributes:
        draw: Draws a block's strips.
        width: Width of the strips in points.
        least: Smallest height of a row in points.
    """

    draw: Callable[..., Chart]
    width: float
    least: float


CHARTS = {
    "ranked_barriers": Kind(draw_barriers, 140.0, 17.0),
    "steering_chain": Kind(draw_chain, 206.0, 13.5),
    "timeline": Kind(draw_timeline, 196.0, 20.0),
    "who_decides": Kind(draw_who_decides, 190.0, 25.0),
    "gaps": Kind(draw_gaps, 156.0, 18.0),
    "answer_distribution": Kind(draw_distribution, 214.0, 19.0),
    "bars": Kind(draw_bars, 176.0, 14.0),
    "change": Kind(draw_change, 160.0, 22.0),
}


def draw_chart(block: FigureBlock, text: Catalogue, heights: Sequence[float]) -> Chart:
    """Draw the strips of a figure block, one a row of its table.

    Args:
        block: A block of one of the kinds in :data:`CHARTS`.
        text: The catalogue of the report's language.
        heights: Height of each row in points.

    Returns:
        The chart; its ids carry the block's id.
    """
    kind = CHARTS[block.kind]
    return kind.draw(block, Strips(text, block.id, kind.width, heights))
