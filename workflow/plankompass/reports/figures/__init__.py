"""Figures of the reports: a block of report.json in, clean SVG out."""

from __future__ import annotations

from collections.abc import Callable

from plankompass.reports.catalogue import Catalogue
from plankompass.reports.figures.barriers import draw_barriers
from plankompass.reports.figures.bars import draw_bars, draw_distribution
from plankompass.reports.figures.chain import draw_chain
from plankompass.reports.figures.groups import draw_change, draw_gaps, draw_who_decides
from plankompass.reports.figures.multiples import draw_multiples
from plankompass.reports.figures.parts import Drawing
from plankompass.reports.figures.spine import KEY_SIZE, draw_spine, spine_keys
from plankompass.reports.figures.timeline import draw_timeline
from plankompass.reports.schema_blocks import FigureBlock

__all__ = ["KEY_SIZE", "Drawing", "draw_block", "draw_spine", "spine_keys"]

_DRAW: dict[str, Callable[..., Drawing]] = {
    "ranked_barriers": draw_barriers,
    "steering_chain": draw_chain,
    "timeline": draw_timeline,
    "who_decides": draw_who_decides,
    "gaps": draw_gaps,
    "answer_distribution": draw_distribution,
    "bars": draw_bars,
    "change": draw_change,
    "small_multiples": draw_multiples,
}


def draw_block(block: FigureBlock, text: Catalogue) -> Drawing:
    """Draw a figure block.

    Args:
        block: A block of one of the figure kinds.
        text: The catalogue of the report's language.

    Returns:
        The figure; its ids carry the block's id.
    """
    return _DRAW[block.kind](block, text, block.id)
