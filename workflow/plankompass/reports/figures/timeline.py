"""Statutory duties on a time line: deadline, decision, cut-off date."""

from __future__ import annotations

from datetime import date

from plankompass.reports.figures.canvas import Canvas, text_width
from plankompass.reports.figures.parts import Chart, Key
from plankompass.reports.figures.strips import Strips
from plankompass.reports.schema_blocks import Timeline
from plankompass.reports.style import AXIS, FJORD, INK, MISSING, MUTED, RANGE, RULE, TYPE

_HEAD = 14.0


def draw_timeline(block: Timeline, strips: Strips) -> Chart:
    """One lane a duty between the first and the last day.

    Args:
        block: The block.
        strips: Where to draw.

    Returns:
        The chart.
    """
    text = strips.text
    scale = strips.scale(block.first_day.toordinal(), block.last_day.toordinal())
    years = range(block.first_day.year + 1, block.last_day.year + 1)
    starts = [scale(date(year, 1, 1).toordinal()) for year in years]
    cutoff = scale(block.cutoff.toordinal())

    def head(canvas: Canvas) -> None:
        for year in range(block.first_day.year, block.last_day.year + 1):
            left = scale(max(date(year, 1, 1), block.first_day).toordinal())
            right = scale(min(date(year, 12, 31), block.last_day).toordinal())
            if right - left > text_width(str(year), TYPE.small) + 2:
                x = (left + right) / 2
                canvas.text(x, 10, str(year), TYPE.small, colour=MUTED, align="center")

    def row(canvas: Canvas, i: int, middle: float) -> None:
        duty = block.rows[i]
        ends = strips.ends(i, middle)
        for x in starts:
            canvas.line([x, x], ends, RULE, 0.7)
        canvas.line([cutoff, cutoff], ends, MUTED, 1.0, dashes=(2, 2))
        if duty.due is not None:
            due = scale(duty.due.toordinal())
            if duty.start is not None:
                start = scale(duty.start.toordinal())
                canvas.box(start, middle - 3.5, max(due - start, 1), 7, RANGE, AXIS, 0.6)
            canvas.line([due, due], [middle - 8, middle + 8], INK, 1.8)
        for day in duty.done:
            late = duty.due is not None and day > duty.due
            kind, colour = ("diamond", MISSING) if late else ("circle", FJORD)
            canvas.marker(scale(day.toordinal()), middle, kind, colour, 8)

    keys = [
        Key(text("timeline.key_period"), "box", AXIS, fill=RANGE),
        Key(text("timeline.key_due"), "tick", INK),
        Key(text("timeline.key_done"), "circle", FJORD),
    ]
    if any(d.due is not None and day > d.due for d in block.rows for day in d.done):
        keys.append(Key(text("timeline.key_late"), "diamond", MISSING))
    keys.append(Key(block.cutoff_text, "dashes", MUTED))
    return strips.draw(row, head=head, head_height=_HEAD, keys=keys)
