"""Groups beside each other on one scale: who decides, gaps, change between waves."""

from __future__ import annotations

from collections.abc import Sequence

from plankompass.reports.catalogue import Catalogue
from plankompass.reports.figures.canvas import Canvas, text_width, wrap
from plankompass.reports.figures.parts import (
    Drawing,
    Key,
    Scale,
    grid,
    legend,
    legend_height,
    row_rule,
    scale_ends,
    value_mark,
)
from plankompass.reports.schema_blocks import Change, Gaps, GroupValue, WhoDecides
from plankompass.reports.style import (
    AXIS,
    FJORD,
    FULL_WIDTH,
    MUTED,
    RANGE,
    TYPE,
    group_colour,
    group_marker,
)


def group_keys(rows: Sequence[Sequence[GroupValue]]) -> list[Key]:
    """Legend entries of the groups that have a value anywhere, in order of first appearance.

    Args:
        rows: Values of each row.

    Returns:
        The entries.
    """
    seen: dict[str, Key] = {}
    for row in rows:
        for value in row:
            if value.shown.value is not None and value.group not in seen:
                seen[value.group] = Key(
                    value.label, group_marker(value.group), group_colour(value.group)
                )
    return list(seen.values())


def draw_who_decides(block: WhoDecides, text: Catalogue, prefix: str) -> Drawing:
    """One row a stage; each group's profile is joined by a line from stage to stage.

    Args:
        block: The block.
        text: The catalogue of the report's language.
        prefix: Makes ids unique on the page.

    Returns:
        The figure.
    """
    label, row_height = 190.0, 32.0
    keys = group_keys([r.values for r in block.rows])
    peers = any(v.shown.value is not None for r in block.rows for v in r.peer_means)
    if peers:
        keys.append(Key(text("who_decides.key_peers"), "tick", AXIS))
    head = 50.0 + legend_height(keys, FULL_WIDTH)
    height = head + row_height * len(block.rows) + 4
    canvas = Canvas(FULL_WIDTH, height)
    legend(canvas, keys, 0, 9, FULL_WIDTH)
    scale = Scale(block.scale_min, block.scale_max, label + 16, FULL_WIDTH - 12)
    scale_ends(canvas, scale, block.scale_labels, head - 20)
    if block.middle_label:
        middle = (scale.left + scale.right) / 2
        canvas.text(middle, head - 20, block.middle_label, TYPE.small, colour=MUTED, align="center")
    grid(canvas, scale, head - 3, height - 2, text.language)
    groups = [k.label for k in keys]
    paths: dict[str, tuple[list[float], list[float]]] = {}
    for i, row in enumerate(block.rows):
        middle = head + row_height * (i + 0.5)
        row_rule(canvas, head + row_height * i)
        canvas.paragraph(0, middle, wrap(row.label, label, TYPE.label, 400, 2))
        shown = [v for v in row.values if v.shown.value is not None]
        if not shown:
            canvas.text(scale.left, middle + 3, row.values[0].shown.text, TYPE.small, colour=MUTED)
        for value in shown:
            xs, ys = paths.setdefault(value.group, ([], []))
            xs.append(scale(value.shown.value))
            ys.append(middle + _offset(value.label, groups))
        for value in row.peer_means:
            if value.shown.value is not None:
                x, y = scale(value.shown.value), middle + _offset(value.label, groups)
                canvas.line([x, x], [y - 5, y + 5], group_colour(value.group), 1.4)
    for group, (xs, ys) in paths.items():
        canvas.line(xs, ys, group_colour(group), 0.9, dashes=(3, 2))
    for i, row in enumerate(block.rows):
        middle = head + row_height * (i + 0.5)
        for value in row.values:
            value_mark(
                canvas, scale, value.shown, middle + _offset(value.label, groups),
                group_marker(value.group), group_colour(value.group), size=8.5,
            )  # fmt: skip
    return Drawing(canvas.svg(prefix), FULL_WIDTH, height)


def _offset(label: str, labels: Sequence[str]) -> float:
    """Groups stand a little apart in height, so that intervals do not cover each other."""
    place = labels.index(label) if label in labels else 0
    return (-6.0, 6.0, 0.0, 0.0)[min(place, 3)]


def draw_gaps(block: Gaps, text: Catalogue, prefix: str) -> Drawing:
    """Dumbbells: the groups' values joined by a bar, and the verdict in words.

    Args:
        block: The block.
        text: The catalogue of the report's language.
        prefix: Makes ids unique on the page.

    Returns:
        The figure.
    """
    label, verdict = 190.0, 116.0
    keys = group_keys([r.values for r in block.rows])
    head = 50.0 + legend_height(keys, FULL_WIDTH)
    names = [wrap(r.label, label, TYPE.label, 400, 3) for r in block.rows]
    heights = [max(25.0, 10.2 * len(n) + 6) for n in names]
    height = head + sum(heights) + 4
    canvas = Canvas(FULL_WIDTH, height)
    legend(canvas, keys, 0, 9, FULL_WIDTH)
    scale = Scale(block.scale_min, block.scale_max, label + 22, FULL_WIDTH - verdict - 22)
    scale_ends(canvas, scale, block.scale_labels, head - 20)
    grid(canvas, scale, head - 3, height - 2, text.language)
    y = head
    for row, lines, high in zip(block.rows, names, heights, strict=True):
        middle = y + high / 2
        row_rule(canvas, y)
        canvas.paragraph(0, middle, lines)
        shown = sorted(
            (v for v in row.values if v.shown.value is not None), key=lambda v: v.shown.value or 0.0
        )
        if len(shown) > 1:
            left, right = scale(shown[0].shown.value), scale(shown[-1].shown.value)
            canvas.box(left, middle - 3, max(right - left, 0.5), 6, RANGE, AXIS, 0.6)
        for value in shown:
            canvas.marker(
                scale(value.shown.value), middle, group_marker(value.group),
                group_colour(value.group), 9,
            )  # fmt: skip
        if shown:
            _end_labels(canvas, scale, shown, middle)
        else:
            canvas.text(scale.left, middle + 3, row.values[0].shown.text, TYPE.small, colour=MUTED)
        clear = row.verdict == "clear"
        words = wrap(row.verdict_text, verdict, TYPE.small, 600 if clear else 400, 3)
        canvas.paragraph(
            FULL_WIDTH - verdict, middle, words, TYPE.small, weight=600 if clear else 400
        )
        y += high
    return Drawing(canvas.svg(prefix), FULL_WIDTH, height)


def _end_labels(canvas: Canvas, scale: Scale, shown: Sequence[GroupValue], middle: float) -> None:
    low, high = shown[0].shown, shown[-1].shown
    canvas.text(scale(high.value) + 7, middle + 2.8, high.text, TYPE.small)
    if len(shown) > 1:
        canvas.text(scale(low.value) - 7, middle + 2.8, low.text, TYPE.small, align="right")


def draw_change(block: Change, text: Catalogue, prefix: str) -> Drawing:
    """Wave values on each row's own scale, earlier waves open, the last one filled.

    Args:
        block: The block.
        text: The catalogue of the report's language.
        prefix: Makes ids unique on the page.

    Returns:
        The figure.
    """
    label, verdict, row_height, head = 178.0, 140.0, 31.0, 22.0
    height = head + row_height * len(block.rows) + 4
    canvas = Canvas(FULL_WIDTH, height)
    sizes = [6.0 + 1.5 * i for i in range(len(block.waves))]
    keys = [
        Key(wave, "circle", FJORD, filled=i == len(block.waves) - 1)
        for i, wave in enumerate(block.waves)
    ]
    legend(canvas, keys, label + 12, 9, FULL_WIDTH)
    left, right = label + 26, FULL_WIDTH - verdict - 26
    for i, row in enumerate(block.rows):
        middle = head + row_height * (i + 0.5)
        row_rule(canvas, head + row_height * i)
        names = wrap(row.label, label, TYPE.label, 400, 2)
        canvas.paragraph(0, middle - (5 if row.sub else 0), names)
        if row.sub:
            canvas.text(0, middle + 5 * len(names) + 4.5, row.sub, TYPE.small, colour=MUTED)
        scale = Scale(row.scale_min, row.scale_max, left, right)
        canvas.line([left, right], [middle, middle], AXIS, 0.6)
        for x, value in ((left, row.scale_min), (right, row.scale_max)):
            canvas.line([x, x], [middle - 3, middle + 3], AXIS, 0.8)
            canvas.text(
                x + (-5 if x == left else 5), middle + 2.7, f"{value:g}", TYPE.small,
                colour=MUTED, align="right" if x == left else "left",
            )  # fmt: skip
        _wave_points(canvas, block, row, scale, middle, sizes)
        clear = row.verdict == "clear"
        words = wrap(row.verdict_text, verdict, TYPE.small, 600 if clear else 400, 3)
        canvas.paragraph(
            FULL_WIDTH - verdict, middle, words, TYPE.small, weight=600 if clear else 400
        )
    return Drawing(canvas.svg(prefix), FULL_WIDTH, height)


def _wave_points(canvas, block: Change, row, scale: Scale, middle: float, sizes) -> None:
    points = [p for p in row.points if p.shown.value is not None]
    xs = [scale(p.shown.value) for p in points]
    if len(points) > 1:
        canvas.line(xs, [middle] * len(xs), FJORD, 2.0)
    for i, (point, x) in enumerate(zip(points, xs, strict=True)):
        place = block.waves.index(point.wave) if point.wave in block.waves else i
        last = place == len(block.waves) - 1
        canvas.marker(x, middle, "circle", FJORD, sizes[place], filled=last)
        text = point.shown.text
        half = text_width(text, TYPE.small) / 2
        near = any(abs(x - other) < half * 2 + 2 for other in xs[:i])
        canvas.text(x, middle + (13 if near else -7.5), text, TYPE.small, align="center")
