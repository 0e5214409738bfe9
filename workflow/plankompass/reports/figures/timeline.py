"""Statutory duties on a time line: deadline, decision, cut-off date."""

from __future__ import annotations

from datetime import date

from plankompass.reports.catalogue import Catalogue
from plankompass.reports.figures.canvas import Canvas, text_width, wrap
from plankompass.reports.figures.parts import Drawing, Key, Scale, legend, row_rule
from plankompass.reports.schema_blocks import Duty, Timeline
from plankompass.reports.style import (
    AXIS,
    FJORD,
    FULL_WIDTH,
    INK,
    MISSING,
    MUTED,
    RANGE,
    RULE,
    TYPE,
)

_LABEL = 128.0
_STATUS = 116.0
_ROW = 27.0
_HEAD = 44.0


def _duty(canvas: Canvas, duty: Duty, scale: Scale, middle: float) -> None:
    if duty.due is not None:
        due = scale(duty.due.toordinal())
        if duty.start is not None:
            start = scale(duty.start.toordinal())
            canvas.box(start, middle - 4, max(due - start, 1), 8, RANGE, AXIS, 0.6)
        canvas.line([due, due], [middle - 9, middle + 9], INK, 1.8)
    for day in duty.done:
        late = duty.due is not None and day > duty.due
        canvas.marker(
            scale(day.toordinal()), middle, "diamond" if late else "circle",
            MISSING if late else FJORD, 8.5,
        )  # fmt: skip


def draw_timeline(block: Timeline, text: Catalogue, prefix: str) -> Drawing:
    """One lane a duty between the first and the last day.

    Args:
        block: The block.
        text: The catalogue of the report's language.
        prefix: Makes ids unique on the page.

    Returns:
        The figure.
    """
    height = _HEAD + _ROW * len(block.rows) + 4
    canvas = Canvas(FULL_WIDTH, height)
    right = FULL_WIDTH - _STATUS - 14
    scale = Scale(block.first_day.toordinal(), block.last_day.toordinal(), _LABEL + 12, right)
    keys = [
        Key(text("timeline.key_period"), "box", AXIS, fill=RANGE),
        Key(text("timeline.key_due"), "tick", INK),
        Key(text("timeline.key_done"), "circle", FJORD),
        Key(text("timeline.cutoff") + ": " + block.cutoff_text, "dashes", MUTED),
    ]
    legend(canvas, keys, 0, 9, FULL_WIDTH)
    bottom = height - 2
    for year in range(block.first_day.year, block.last_day.year + 1):
        start = max(date(year, 1, 1), block.first_day)
        end = min(date(year, 12, 31), block.last_day)
        x0, x1 = scale(start.toordinal()), scale(end.toordinal())
        if start == date(year, 1, 1):
            canvas.line([x0, x0], [_HEAD - 14, bottom], RULE, 0.7)
        if x1 - x0 > text_width(str(year), TYPE.small) + 2:
            canvas.text(
                (x0 + x1) / 2, _HEAD - 6, str(year), TYPE.small, colour=MUTED, align="center"
            )
    x = scale(block.cutoff.toordinal())
    canvas.line([x, x], [_HEAD - 2, bottom], MUTED, 1.0, dashes=(2, 2))
    for i, duty in enumerate(block.rows):
        middle = _HEAD + _ROW * (i + 0.5)
        row_rule(canvas, _HEAD + _ROW * i)
        canvas.paragraph(0, middle, wrap(duty.label, _LABEL, TYPE.label, 400, 2))
        _duty(canvas, duty, scale, middle)
        lines = wrap(duty.status_text, _STATUS, TYPE.small, 600, 2)
        canvas.paragraph(FULL_WIDTH - _STATUS, middle, lines, TYPE.small, weight=600)
    return Drawing(canvas.svg(prefix), FULL_WIDTH, height)
