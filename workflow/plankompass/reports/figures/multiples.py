"""Small multiples for the network: the same municipalities in the same order in every panel."""

from __future__ import annotations

import math

from plankompass.reports.catalogue import Catalogue
from plankompass.reports.figures.canvas import Canvas, text_width, wrap
from plankompass.reports.figures.parts import Drawing, Key, Scale, value_mark
from plankompass.reports.schema_blocks import MultiplePanel, SmallMultiples
from plankompass.reports.style import FJORD, FULL_WIDTH, INK, MUTED, RULE, TYPE

MOST_ROWS = 22  # municipalities of one figure: two figures fill a page, one fits below a heading
_COLUMNS = 3
_ROW = 12.5
_GAP = 12.0


def _panel(
    canvas: Canvas, panel: MultiplePanel, names: list[str], left: float, width: float, top: float
) -> None:
    title = wrap(panel.title, width, TYPE.head, 600, 2)
    for i, line in enumerate(title):
        canvas.text(left, top + 9 + 9.6 * i, line, TYPE.head, weight=600)
    canvas.text(left, top + 9.5 + 9.6 * len(title), panel.sub, TYPE.small - 0.4, colour=MUTED)
    scale = Scale(panel.scale_min, panel.scale_max, left + 5, left + width - 7)
    start = top + 36
    bottom = start + _ROW * len(names)
    points = {p.label: p.shown for p in panel.points}
    for x in (scale.left, scale.right):
        canvas.line([x, x], [start, bottom], RULE, 0.7)
    if panel.mean is not None and panel.mean.value is not None:
        x = scale(panel.mean.value)
        canvas.line([x, x], [start - 2, bottom + 2], INK, 1.3)
    for i, name in enumerate(names):
        y = start + _ROW * (i + 0.5)
        shown = points.get(name)
        if shown is None or shown.value is None:
            middle = (scale.left + scale.right) / 2
            canvas.text(middle, y + 2.6, "–", TYPE.small, align="center")
        else:
            canvas.line([scale.left, scale.right], [y, y], RULE, 0.5)
            value_mark(canvas, scale, shown, y, "circle", FJORD, size=6)
    low, high = f"{panel.scale_min:g}", f"{panel.scale_max:g}"
    canvas.text(scale.left, bottom + 9, low, TYPE.small - 0.4, colour=MUTED, align="center")
    canvas.text(scale.right, bottom + 9, high, TYPE.small - 0.4, colour=MUTED, align="center")


def draw_multiples(block: SmallMultiples, text: Catalogue, prefix: str) -> list[Drawing]:
    """Panels three in a row; the names of the municipalities stand once at the left of each row.

    Args:
        block: The block.
        text: The catalogue of the report's language.
        prefix: Makes ids unique on the page.

    Returns:
        One figure for each row of panels and each :data:`MOST_ROWS` municipalities; the first
        carries the legend.
    """
    everyone = [p.label for p in max(block.panels, key=lambda p: len(p.points)).points]
    keys = (Key(text("profile.key_own"), "interval", FJORD), Key(block.mean_label, "tick", INK))
    hidden = any(s.shown.value is None for p in block.panels for s in p.points)
    words = ("– " + text("profile.key_hidden"),) if hidden else ()
    figures: list[Drawing] = []
    # figures of one height, as few as hold everyone
    high = math.ceil(len(everyone) / max(math.ceil(len(everyone) / MOST_ROWS), 1)) or 1
    for first in range(0, len(everyone), high):
        names = everyone[first : first + high]
        for start in range(0, len(block.panels), _COLUMNS):
            panels = block.panels[start : start + _COLUMNS]
            abreast = min(_COLUMNS, len(block.panels))
            svg, height = _row_of_panels(panels, names, f"{prefix}-{len(figures)}", abreast)
            legend = ((), ()) if figures else (keys, words)
            figures.append(Drawing(svg, FULL_WIDTH, height, *legend))
    return figures


def _row_of_panels(
    panels: list[MultiplePanel], names: list[str], prefix: str, abreast: int
) -> tuple[str, float]:
    size = TYPE.small
    label = min(max(text_width(n, size) for n in names), 120.0) + 10
    width = (FULL_WIDTH - label - _GAP * (abreast - 1)) / abreast
    height = 36 + _ROW * len(names) + 16
    canvas = Canvas(FULL_WIDTH, height)
    for k, name in enumerate(names):
        middle = 36 + _ROW * (k + 0.5)
        canvas.paragraph(0, middle, wrap(name, label - 6, size, 400, 1), size)
    for i, panel in enumerate(panels):
        _panel(canvas, panel, names, label + (width + _GAP) * i, width, 0.0)
    return canvas.svg(prefix), height
