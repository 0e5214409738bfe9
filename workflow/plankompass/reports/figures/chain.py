"""The steering chain: how many goals come how far, and each goal by name."""

from __future__ import annotations

from plankompass.reports.catalogue import Catalogue
from plankompass.reports.figures.canvas import Canvas, wrap
from plankompass.reports.figures.parts import Drawing, Key, legend, row_rule
from plankompass.reports.schema_blocks import ChainGoal, SteeringChain
from plankompass.reports.style import (
    AXIS,
    FJORD,
    FLOW,
    FULL_WIDTH,
    MISSING,
    MUTED,
    TYPE,
)

MOST_GOALS = 26  # more do not fit on a page beside their names; the table has all
_NAME = 232.0
_BAND = 46.0
_HEAD = 108.0


def _columns(stages: int) -> list[float]:
    first, last = _NAME + 34, FULL_WIDTH - 36
    return [first + (last - first) * i / stages for i in range(stages + 1)]


def _flow(canvas: Canvas, block: SteeringChain, xs: list[float], top: float) -> None:
    """The flow of all goals: as high at each stage as its share of the goals."""
    total = block.start_count.value or len(block.goals)
    counts = [block.start_count, *(s.count for s in block.stages)]
    labels = [block.start_label, *(s.label for s in block.stages)]
    heights = [_BAND * (c.value / total) if c.value is not None and total else 0.0 for c in counts]
    middle = top + _BAND / 2
    for i in range(len(xs) - 1):
        a, b = heights[i] / 2, heights[i + 1] / 2
        if counts[i].value is None or counts[i + 1].value is None:
            continue
        left, right = xs[i] + 4, xs[i + 1] - 4
        canvas.polygon(
            [(left, middle - a), (right, middle - b), (right, middle + b), (left, middle + a)],
            FLOW, FJORD,
        )  # fmt: skip
    for x, high, label, count in zip(xs, heights, labels, counts, strict=True):
        if high:
            canvas.box(x - 4, middle - high / 2, 8, high, FJORD, FJORD)
        lines = wrap(label, 74, TYPE.head, 600, 2)
        canvas.paragraph(x, top - 28, lines, TYPE.head, weight=600, align="center")
        canvas.text(x, top - 7, count.text, TYPE.small, colour=MUTED, align="center")


def _goal(canvas: Canvas, goal: ChainGoal, xs: list[float], middle: float) -> None:
    reached = [True, *(step.found for step in goal.steps)]
    for i in range(len(xs) - 1):
        if reached[i] and reached[i + 1]:
            canvas.line([xs[i], xs[i + 1]], [middle, middle], FJORD, 2.2)
        else:
            canvas.line([xs[i], xs[i + 1]], [middle, middle], AXIS, 0.8, dashes=(1.5, 2.5))
    for x, found in zip(xs, reached, strict=True):
        if found is None:
            canvas.marker(x, middle, "square", AXIS, 7, filled=False)
        elif found:
            canvas.marker(x, middle, "circle", FJORD, 8.5)
        else:
            canvas.marker(x, middle, "circle", MISSING, 7.5, filled=False)


def draw_chain(block: SteeringChain, text: Catalogue, prefix: str) -> Drawing:
    """The flow of all goals above, and below it each goal with the stages it is found at.

    Args:
        block: The block.
        text: The catalogue of the report's language.
        prefix: Makes ids unique on the page.

    Returns:
        The figure; at most :data:`MOST_GOALS` goals by name.
    """
    goals = block.goals[:MOST_GOALS]
    names = [wrap(f"{g.number} {g.text}".strip(), _NAME, TYPE.small + 0.4, 400, 2) for g in goals]
    heights = [22.0 if len(n) > 1 else 15.5 for n in names]
    height = _HEAD + sum(heights) + 6
    canvas = Canvas(FULL_WIDTH, height)
    xs = _columns(len(block.stages))
    keys = [
        Key(text("chain.key_found"), "circle", FJORD),
        Key(text("chain.key_missing"), "circle", MISSING, filled=False),
    ]
    if any(s.found is None for g in goals for s in g.steps):
        keys.append(Key(text("chain.key_unknown"), "square", AXIS, filled=False))
    for i, key in enumerate(keys):
        legend(canvas, [key], 0, 48 + 13 * i, _NAME)
    _flow(canvas, block, xs, 44)
    y = _HEAD
    for goal, lines, high in zip(goals, names, heights, strict=True):
        row_rule(canvas, y)
        canvas.paragraph(0, y + high / 2, lines, TYPE.small + 0.4)
        _goal(canvas, goal, xs, y + high / 2)
        y += high
    return Drawing(canvas.svg(prefix), FULL_WIDTH, height)
