"""The table beside each figure, made of the same texts as the figure."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from plankompass.reports.catalogue import Catalogue
from plankompass.reports.figures.bars import distribution_rows
from plankompass.reports.figures.chain import chain_rows
from plankompass.reports.schema_blocks import (
    AnswerDistribution,
    Bars,
    Change,
    FigureBlock,
    Gaps,
    GroupValue,
    RankedBarriers,
    SmallMultiples,
    SteeringChain,
    Timeline,
    WhoDecides,
)
from plankompass.reports.schema_parts import Column, Row, Shown, Table
from plankompass.reports.style import group_rank


def cell(shown: Shown | None, *, with_n: bool = True) -> str:
    """A number as it stands in a table: value, in parentheses the interval, and n.

    Args:
        shown: The number, or None where there is none.
        with_n: Whether n belongs in the cell; not where it stands in a column of its own.

    Returns:
        The text; empty when there is no number. A count of a total (``7 av 11``) says its n itself.
    """
    if shown is None:
        return ""
    parts = [shown.text]
    if shown.interval:
        parts.append(f"({shown.interval})")
    if with_n and shown.n and not shown.text.endswith(f"\u00a0{_count(shown.n)}"):
        parts.append(shown.n)
    return " ".join(parts)


def _count(n: str) -> str:
    """The number in ``n = 14``."""
    return n.rpartition("\u00a0")[2]


def _right(*labels: str, width: float = 1.0) -> list[Column]:
    return [Column(label=label, align="right", width=width) for label in labels]


def _groups(rows: Iterable[list[GroupValue]]) -> dict[str, str]:
    """Group id to label, in the groups' usual order."""
    seen: dict[str, str] = {}
    for values in rows:
        for value in values:
            seen.setdefault(value.group, value.label)
    return {group: seen[group] for group in sorted(seen, key=group_rank)}


def _by_group(values: list[GroupValue], groups: Iterable[str]) -> list[str]:
    found = {v.group: cell(v.shown) for v in values}
    return [found.get(group, "") for group in groups]


def without_empty_columns(table: Table) -> Table:
    """A table without the columns that say nothing in any row.

    Args:
        table: The table.

    Returns:
        The table with at least one column left.
    """
    blank = {"", "–"}
    keep = [
        i for i in range(len(table.columns)) if any(row.cells[i] not in blank for row in table.rows)
    ] or [0]
    if len(keep) == len(table.columns):
        return table
    return table.model_copy(
        update={
            "columns": [table.columns[i] for i in keep],
            "rows": [
                row.model_copy(update={"cells": [row.cells[i] for i in keep]}) for row in table.rows
            ],
        }
    )


def _drop_empty(
    corner: str, columns: list[Column], rows: list[Row], caption: str, wide: float = 2.0
) -> Table:
    table = Table(caption=caption, corner=corner, corner_width=wide, columns=columns, rows=rows)
    return without_empty_columns(table)


def _same_in_all(table: Table, label: str, text: Catalogue) -> Table:
    """A column of words that are the same in every row becomes one line under the table."""
    places = [i for i, column in enumerate(table.columns) if column.label == label]
    if not places or len(table.rows) < 3 or len(table.columns) < 2:
        return table
    found = {row.cells[places[0]] for row in table.rows}
    if len(found) > 1:
        return table
    blanked = [
        row.model_copy(
            update={"cells": ["" if i == places[0] else c for i, c in enumerate(row.cells)]}
        )
        for row in table.rows
    ]
    note = text("common.all_rows", column=label, words=found.pop())
    return without_empty_columns(
        table.model_copy(update={"rows": blanked, "notes": [*table.notes, note]})
    )


def _barriers(block: RankedBarriers, text: Catalogue) -> Table:
    columns = [
        *_right(text("barriers.mean"), "n", text("barriers.share"), text("barriers.rank")),
        *_right(text("barriers.peers")),
        Column(label=text("barriers.verdict")),
        Column(label=text("barriers.interviews")),
    ]
    rows = []
    for row in block.rows:
        # The share is of the same answers as the mean unless it says otherwise.
        same = row.share is not None and row.share.n == row.mean.n
        cells = [
            cell(row.mean, with_n=False),
            _count(row.mean.n),
            cell(row.share, with_n=not same),
            row.rank.text,
            cell(row.peer_mean),
            row.verdict_text,
            row.interviews,
        ]
        sub = text("barriers.focus") if row.focus else ""
        rows.append(Row(header=row.label, sub=sub, cells=cells))
    table = _drop_empty(text("barriers.barrier"), columns, rows, block.title)
    for label in (text("barriers.verdict"), text("barriers.rank")):
        table = _same_in_all(table, label, text)
    return table


def _chain(block: SteeringChain, text: Catalogue) -> Table:
    columns = [
        Column(label=text("chain.page"), width=0.6),
        *(Column(label=stage.label, width=1.1) for stage in block.stages),
    ]
    blank = ["" for _ in columns]
    rows = []
    for goal in chain_rows(block):
        if isinstance(goal, str):
            rows.append(Row(header=goal, cells=blank, group=goal))
            continue
        cells = [goal.page, *(step.text for step in goal.steps)]
        rows.append(Row(header=f"{goal.number} {goal.text}".strip(), cells=cells))
    if block.all_stages is not None:
        # in the row's header: under the last stage it would read as that stage's count
        total = f"{text('chain.all_stages')}: {block.all_stages.text}"
        rows.append(Row(header=total, cells=blank, marked=True))
    return _drop_empty(text("chain.goal"), columns, rows, block.title, 3.0)


def _timeline(block: Timeline, text: Catalogue) -> Table:
    columns = [
        Column(label=text("timeline.law")),
        Column(label=text("timeline.due")),
        Column(label=text("timeline.done"), width=1.6),
        Column(label=text("timeline.status")),
    ]
    rows = [
        Row(header=duty.label, cells=[duty.law, duty.due_text, duty.done_text, duty.status_text])
        for duty in block.rows
    ]
    return _drop_empty(text("timeline.duty"), columns, rows, block.title, 1.5)


def _who_decides(block: WhoDecides, text: Catalogue) -> Table:
    groups = _groups(row.values for row in block.rows)
    peers = _groups(row.peer_means for row in block.rows)
    columns = [
        *_right(*groups.values(), width=1.2),
        *_right(*(text("who_decides.peers", group=label) for label in peers.values())),
        Column(label=text("who_decides.verdict"), width=1.5),
    ]
    rows = [
        Row(
            header=row.label,
            cells=[
                *_by_group(row.values, groups),
                *_by_group(row.peer_means, peers),
                row.verdict_text,
            ],
        )
        for row in block.rows
    ]
    table = _drop_empty(text("who_decides.stage"), columns, rows, block.title)
    return _same_in_all(table, text("who_decides.verdict"), text)


def _gaps(block: Gaps, text: Catalogue) -> Table:
    groups = _groups(row.values for row in block.rows)
    names = {row.gap_label for row in block.rows}
    # Which groups are compared stands once, in the heading, when it is the same in every row.
    common = names.pop() if len(names) == 1 else ""
    columns = [
        *_right(*groups.values(), width=1.2),
        *_right(common or text("gaps.gap"), width=1.4),
        Column(label=text("gaps.verdict"), width=1.8),
    ]
    rows = [
        Row(
            header=row.label,
            sub="" if common else row.gap_label,
            cells=[*_by_group(row.values, groups), cell(row.gap), row.verdict_text],
        )
        for row in block.rows
    ]
    table = _drop_empty(text("gaps.statement"), columns, rows, block.title)
    return _same_in_all(table, text("gaps.verdict"), text)


def _distribution(block: AnswerDistribution, text: Catalogue) -> Table:
    columns = _right(*block.categories, text("distribution.dont_know"), "n")
    blank = ["" for _ in columns]
    rows = []
    for row in distribution_rows(block):
        if isinstance(row, str):
            rows.append(Row(header=row, cells=blank, group=row))
            continue
        gone = ["" for _ in block.categories[1:]]
        texts = row.texts if row.shares is not None else [row.texts[0], *gone]
        rows.append(Row(header=row.label, cells=[*texts, row.dont_know, row.n]))
    return _drop_empty(text("distribution.statement"), columns, rows, block.title, 2.6)


def _bars(block: Bars, text: Catalogue) -> Table:
    groups = _groups(row.values for row in block.rows)
    columns = [
        *_right(*groups.values()),
        *_right(block.comparison_label or text("profile.peers")),
    ]
    rows = [
        Row(header=row.label, cells=[*_by_group(row.values, groups), cell(row.comparison)])
        for row in block.rows
    ]
    corner = block.corner or text("bars.alternative")
    return _drop_empty(corner, columns, rows, block.title, 2.6)


def _change(block: Change, text: Catalogue) -> Table:
    columns = [
        *_right(*block.waves, width=1.2),
        *_right(text("change.change"), width=1.2),
        Column(label=text("change.verdict"), width=2.2),
    ]
    rows = []
    for row in block.rows:
        by_wave = {p.wave: cell(p.shown) for p in row.points}
        values = [by_wave.get(wave, "") for wave in block.waves]
        rows.append(
            Row(header=row.label, sub=row.sub, cells=[*values, cell(row.change), row.verdict_text])
        )
    return _drop_empty(text("change.indicator"), columns, rows, block.title)


def _multiples(block: SmallMultiples, text: Catalogue) -> Table:
    columns = _right(*(f"{p.title}. {p.sub}" if p.sub else p.title for p in block.panels))
    names = [p.label for p in max(block.panels, key=lambda p: len(p.points)).points]
    found = [{p.label: cell(p.shown) for p in panel.points} for panel in block.panels]
    rows = [Row(header=name, cells=[panel.get(name, "") for panel in found]) for name in names]
    means = [cell(panel.mean) for panel in block.panels]
    if any(means):
        rows.append(Row(header=block.mean_label, cells=means, marked=True))
    return _drop_empty(text("multiples.municipality"), columns, rows, block.title, 1.4)


_TABLES: dict[str, Callable[..., Table]] = {
    "ranked_barriers": _barriers,
    "steering_chain": _chain,
    "timeline": _timeline,
    "who_decides": _who_decides,
    "gaps": _gaps,
    "answer_distribution": _distribution,
    "bars": _bars,
    "change": _change,
    "small_multiples": _multiples,
}


def table_of(block: FigureBlock, text: Catalogue) -> Table:
    """The table that says what a figure shows.

    Args:
        block: A figure block.
        text: The catalogue of the report's language.

    Returns:
        The table, without columns that are empty in every row.
    """
    return _TABLES[block.kind](block, text)
