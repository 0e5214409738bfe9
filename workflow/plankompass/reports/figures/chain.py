"""The steering chain: how many goals come how far, and each goal by name."""

from __future__ import annotations

from plankompass.reports.figures.canvas import Canvas, text_width, wrap
from plankompass.reports.figures.parts import Chart, Key
from plankompass.reports.figures.strips import Strips, with_headings
from plankompass.reports.schema_blocks import ChainGoal, SteeringChain
from plankompass.reports.style import AXIS, FJORD, FLOW, MISSING, MUTED, TYPE

_BAND = 28.0
_HEAD = 62.0
_COUNT = TYPE.small - 0.4
_SECOND_LINE = 8.5
_NAME_RISE = 3.0
_EDGE = 27.0  # half a label outside the first and the last stage


def chain_rows(block: SteeringChain) -> list[ChainGoal | str]:
    """Rows of the chain: goals, and before the first goal of each satsingsområde its name.

    Args:
        block: The block.

    Returns:
        Goals and names of areas in reading order.
    """
    return with_headings(block.goals, lambda goal: goal.area)


def _columns(stages: int, width: float) -> list[float]:
    return [_EDGE + (width - 2 * _EDGE) * i / stages for i in range(stages + 1)]


def _counts(block: SteeringChain, xs: list[float], width: float) -> list[list[str]]:
    """The counts above the stages; words that stand for one may take two lines."""
    rooms = [min(xs[1] - xs[0] - 2, 2 * x, 2 * (width - x)) for x in xs]
    texts = [block.start_count.text, *(s.count.text for s in block.stages)]
    return [wrap(text, room, _COUNT, 400, 2) for text, room in zip(texts, rooms, strict=True)]


def _flow(canvas: Canvas, block: SteeringChain, xs: list[float], top: float) -> None:
    """The flow of all goals: as high at each stage as its share of the goals."""
    lines = _counts(block, xs, canvas.width)
    below = _SECOND_LINE * (max(map(len, lines)) - 1)
    total = block.start_count.value or len(block.goals)
    counts = [block.start_count, *(s.count for s in block.stages)]
    labels = [block.start_label, *(s.label for s in block.stages)]
    heights = [_BAND * c.value / total if c.value is not None and total else 0.0 for c in counts]
    middle = top + _BAND / 2
    for i in range(len(xs) - 1):
        if counts[i].value is None or counts[i + 1].value is None:
            continue
        a, b = heights[i] / 2, heights[i + 1] / 2
        left, right = xs[i] + 3, xs[i + 1] - 3
        canvas.polygon(
            [(left, middle - a), (right, middle - b), (right, middle + b), (left, middle + a)],
            FLOW, FJORD,
        )  # fmt: skip
    for x, high, label, count in zip(xs, heights, labels, lines, strict=True):
        if high:
            canvas.box(x - 3, middle - high / 2, 6, high, FJORD, FJORD)
        pitch = xs[1] - xs[0] - 2
        word = max(text_width(w, 1.0, 600) for w in label.split(" "))
        size = min(TYPE.small - 0.4, pitch / word)
        names = wrap(label, pitch, size, 600, 2)
        # a second line of the name goes above the first, never down into the count
        above = top - 20 - below - _NAME_RISE * (len(names) - 1)
        canvas.paragraph(x, above, names, size, weight=600, align="center")
        canvas.paragraph(x, top - 8.5 - below / 2, count, _COUNT, colour=MUTED, align="center")


def draw_chain(block: SteeringChain, strips: Strips) -> Chart:
    """The flow of all goals in the head, and below it each goal with the stages it is found at.

    Args:
        block: The block.
        strips: Where to draw; rows as :func:`chain_rows` gives them, one more stands for the total.

    Returns:
        The chart.
    """
    text, rows = strips.text, chain_rows(block)
    xs = _columns(len(block.stages), strips.width)

    more = _SECOND_LINE * (max(map(len, _counts(block, xs, strips.width))) - 1)

    def head(canvas: Canvas) -> None:
        _flow(canvas, block, xs, 31 + more)

    def row(canvas: Canvas, i: int, middle: float) -> None:
        goal = rows[i] if i < len(rows) else None
        if isinstance(goal, str):
            strips.heading(canvas, i, middle)
        if not isinstance(goal, ChainGoal):
            return
        reached = [True, *(step.found for step in goal.steps)]
        for k in range(len(xs) - 1):
            both = reached[k] and reached[k + 1]
            ends, y = [xs[k], xs[k + 1]], [middle, middle]
            if both:
                canvas.line(ends, y, FJORD, 2.2)
            else:
                canvas.line(ends, y, AXIS, 0.8, dashes=(1.5, 2.5))
        for x, found in zip(xs, reached, strict=True):
            if found is None:
                canvas.marker(x, middle, "square", AXIS, 6.5, filled=False)
            elif found:
                canvas.marker(x, middle, "circle", FJORD, 8)
            else:
                canvas.marker(x, middle, "circle", MISSING, 7, filled=False)

    keys = [
        Key(text("chain.key_found"), "circle", FJORD),
        Key(text("chain.key_missing"), "circle", MISSING, filled=False),
    ]
    if any(step.found is None for goal in block.goals for step in goal.steps):
        keys.append(Key(text("chain.key_unknown"), "square", AXIS, filled=False))
    areas = {i for i, goal in enumerate(rows) if isinstance(goal, str)}
    return strips.draw(row, head=head, head_height=_HEAD + more, keys=keys, glued=areas)
