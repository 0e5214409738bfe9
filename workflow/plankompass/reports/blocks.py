"""Blocks that several sections use: tables of numbers, bars by group, codes seen, steering chains."""

from __future__ import annotations

import re
from collections.abc import Sequence

from plankompass.reports import formats
from plankompass.reports.confirmations import confirmed_notes
from plankompass.reports.publishable import TOTAL, Estimate, absent
from plankompass.reports.schema_blocks import (
    BarRow,
    Bars,
    ChainGoal,
    ChainStage,
    ChainStep,
    GroupValue,
    SteeringChain,
    TableBlock,
    TextBlock,
)
from plankompass.reports.schema_parts import Column, Row, Shown, Table
from plankompass.reports.writer import Writer

_GOALS = "samfunnsdel"
_PLATFORM = "plattform"
GOAL_STAGES = ("mal_i_handlingsdel", "mal_med_budsjettlinje", "mal_i_arsmelding")
PLATFORM_STAGES = (
    "plattform_i_samfunnsdel",
    "plattform_i_handlingsdel",
    "plattform_med_budsjettlinje",
)


def numbers_table(
    writer: Writer, block_id: str, indicators: Sequence[str], *, parts: bool = True
) -> TableBlock:
    """Some indicators with value, interval, n, the others' mean and the verdict in words.

    Args:
        writer: The report's writer.
        block_id: Anchor of the block.
        indicators: Indicator ids.
        parts: Whether components are listed under each indicator.

    Returns:
        The table; a number that is not shown says why.
    """
    say = writer.voice.say
    rows = []
    for indicator in indicators:
        entry = writer.book.indicators[indicator]
        for group in entry.groups:
            found = writer.data.components(
                indicator, "municipality", writer.kommune_id, writer.wave, group
            )
            wanted = [c for c in found if ":" not in c and "|" not in c]
            wanted.sort(key=lambda c: (c != TOTAL, _place(entry.inputs, c)))
            for component in wanted if parts else wanted[:1]:
                estimate = writer.own(indicator, group, component)
                comparison = writer.comparison(estimate)
                shown = writer.shown(estimate)
                mean = writer.voice.peer_mean(comparison, indicator, component)
                verdict = writer.voice.verdict(comparison, estimate)
                rows.append(
                    Row(
                        header=writer.voice.component(indicator, component),
                        sub=writer.voice.group(group) if len(entry.groups) > 1 else "",
                        cells=[
                            shown.text,
                            shown.interval or say("common.none"),
                            mean.text if mean else say("common.none"),
                            verdict[1]
                            if verdict[0] not in ("none", "hidden")
                            else say("common.none"),
                        ],
                        marked=component == TOTAL and len(wanted) > 1,
                    )
                )
    columns = [
        Column(label=say("table_text.value"), align="right"),
        Column(label=say("profile.interval"), align="right"),
        Column(label=say("profile.peers"), align="right"),
        Column(label=say("profile.verdict"), width=1.6),
    ]
    names = formats.joined([writer.voice.indicator(i) for i in indicators], writer.language)
    table = Table(
        caption=names, corner=say("profile.indicator"), corner_width=3.0, columns=columns, rows=rows
    )
    return TableBlock(
        id=block_id, title=names, table=table,
        notes=[*(writer.voice.caveat(i) for i in indicators), *confirmed_notes(writer, indicators)],
    )  # fmt: skip


def any_shown(writer: Writer, indicator: str) -> bool:
    """Whether any number of an indicator is shown for the municipality."""
    return any(
        estimate is not None and estimate.shown
        for group in writer.book.indicators[indicator].groups
        for component in writer.data.components(
            indicator, "municipality", writer.kommune_id, writer.wave, group
        )
        for estimate in (writer.own(indicator, group, component),)
    )


def broken_scale(writer: Writer, block_id: str, indicator: str) -> list[TableBlock]:
    """The items of a scale that may not be shown as one number for some group; empty for others.

    Args:
        writer: The report's writer.
        block_id: Anchor of the block.
        indicator: A scale.

    Returns:
        At most one table.
    """
    totals = [writer.own(indicator, g) for g in writer.book.indicators[indicator].groups]
    if any(total is not None and total.status == "unreliable" for total in totals):
        return [scale_table(writer, block_id, indicator)]
    return []


def scale_table(writer: Writer, block_id: str, indicator: str) -> TableBlock:
    """A scale and its items, groups side by side with the others' mean.

    Args:
        writer: The report's writer.
        block_id: Anchor of the block.
        indicator: A scale.

    Returns:
        One row for the scale and one an item; a number that is not shown says why.
    """
    voice, say = writer.voice, writer.voice.say
    entry = writer.book.indicators[indicator]
    rows = []
    for component in (TOTAL, *entry.inputs.items):
        cells = []
        for group in entry.groups:
            estimate = writer.own(indicator, group, component)
            shown = writer.shown(estimate)
            mean = voice.peer_mean(writer.comparison(estimate), indicator, component)
            cells += [
                f"{shown.text} ({shown.interval})" if shown.interval else shown.text,
                mean.text if mean else say("common.none"),
            ]
        reverse = component in writer.book.items and writer.book.items[component].reverse
        rows.append(
            Row(
                header=voice.component(indicator, component),
                sub=say("table_text.reversed") if reverse else "",
                cells=cells,
                marked=component == TOTAL,
            )
        )
    columns = [
        column
        for group in entry.groups
        for column in (
            Column(label=voice.group(group), align="right", width=1.2),
            Column(label=say("profile.peers"), align="right", width=0.7),
        )
    ]
    name = voice.indicator(indicator)
    table = Table(
        caption=name, corner=say("gaps.statement"), corner_width=4.0, columns=columns, rows=rows
    )
    return TableBlock(id=block_id, title=name, table=table, notes=[voice.caveat(indicator)])


def _place(inputs, component: str) -> int:
    names = [*inputs.items, *inputs.measures, *inputs.codes]
    return names.index(component) if component in names else len(names)


def group_bars(
    writer: Writer, block_id: str, indicator: str, groups: Sequence[str], *, top: int | None = None
) -> Bars | None:
    """Shares of an indicator's parts as bars, groups side by side.

    Args:
        writer: The report's writer.
        block_id: Anchor of the block.
        indicator: An indicator of shares.
        groups: Groups shown.
        top: Show only that many rows, largest first by the first group that is shown.

    Returns:
        The block, or None when nothing is shown for any group.
    """
    voice = writer.voice
    components = _share_components(writer, indicator)
    rows: list[tuple[float, BarRow]] = []
    for component in components:
        estimates = [writer.own(indicator, group, component) for group in groups]
        if not any(e is not None and (e.shown or e.display) for e in estimates):
            continue
        values = [
            GroupValue(group=group, label=voice.group(group), shown=voice.shown(estimate))
            for group, estimate in zip(groups, estimates, strict=True)
        ]
        comparison = voice.peer_mean(writer.comparison(estimates[0]), indicator, component)
        size = next((v.shown.value for v in values if v.shown.value is not None), -1.0)
        rows.append(
            (
                size,
                BarRow(
                    label=voice.component(indicator, component),
                    values=values,
                    comparison=comparison,
                ),
            )
        )
    if not rows:
        return None
    if top is not None:
        rows = sorted(rows, key=lambda r: -r[0])[:top]
    bars = [row for _, row in rows]
    return Bars(
        id=block_id,
        title=voice.indicator(indicator),
        alt=voice.say(
            "bars_text.alt", indicator=voice.indicator(indicator), count=len(bars),
            first=bars[0].label, value=bars[0].values[0].shown.text, group=voice.group_named(groups[0]),
        ),
        unit=voice.say("profile_text.unit_share"),
        comparison_label=voice.say("profile.peers"),
        notes=[voice.caveat(indicator)],
        rows=bars,
    )  # fmt: skip


def _share_components(writer: Writer, indicator: str) -> list[str]:
    entry = writer.book.indicators[indicator]
    return [c for item in entry.inputs.items for c in writer.book.answer_columns(item)]


def codes_said(writer: Writer, block_id: str, indicator: str, prefix: str) -> TextBlock | None:
    """Which codes several of a municipality's interviews hold, and which few; None without interviews.

    Args:
        writer: The report's writer.
        block_id: Anchor of the block.
        indicator: An indicator of interview shares.
        prefix: Category of codes, for instance ``"grep/"``.

    Returns:
        One sentence for the codes that at least three interviews hold, and one for the others.
    """
    voice = writer.voice
    said: dict[str, list[tuple[str, Estimate]]] = {"code_seen": [], "code_not_seen": []}
    for code in writer.book.indicators[indicator].inputs.codes:
        estimate = writer.own(indicator, "intervju", code)
        if not code.startswith(prefix) or estimate is None or not estimate.shown:
            continue
        name = voice.component(indicator, code)
        rule = "code_seen" if estimate.class_value == "at_least_three" else "code_not_seen"
        said[rule].append((name[0].lower() + name[1:], estimate))
    sentences = [
        writer.rule(rule, found[0][1], kode=formats.joined([n for n, _ in found], writer.language))
        for rule, found in said.items()
        if found
    ]
    if not sentences:
        return None
    return TextBlock(id=block_id, intro=sentences, notes=[voice.caveat(indicator)])


def _chain(
    writer: Writer,
    register: str,
    indicator: str,
    stages: Sequence[str],
    block_id: str,
) -> SteeringChain | None:
    """Goals (or platform points) by name and how far each comes; None when none are registered."""
    voice, say = writer.voice, writer.voice.say
    goals = writer.data.rows("goals", kommune_id=writer.kommune_id, register=register)
    goals.sort(key=lambda goal: _in_order(goal.goal))
    if not goals:
        return None
    links = {
        (link.goal, link.measure): link
        for link in writer.data.rows("goal_links", kommune_id=writer.kommune_id)
    }
    rows = []
    for goal in goals:
        steps = [_step(writer, links.get((goal.goal, stage)), goal, stage) for stage in stages]
        page = "" if absent(goal.page) else say("chain_text.page", page=int(goal.page))
        rows.append(
            ChainGoal(
                number=_printed_number(goal.goal),
                text=goal.text,
                page=page,
                area=goal.area,
                steps=steps,
            )
        )
    parts = []
    for stage in stages:
        estimate = writer.own(indicator, "dokument", stage)
        parts.append(
            ChainStage(id=stage, label=say(f"chain_text.{stage}"), count=_count(writer, estimate))
        )
    joint = writer.own(indicator, "dokument", "all_of")
    said = "; ".join(f"{part.label}: {part.count.text}" for part in parts)
    return SteeringChain(
        id=block_id,
        title=voice.indicator(indicator),
        alt=say(f"chain_text.alt_{register}", count=len(rows), stages=said),
        notes=[voice.caveat(indicator), *confirmed_notes(writer, [indicator])],
        start_label=say(f"chain_text.start_{register}"),
        start_count=Shown(
            text=say(f"chain_text.count_{register}", count=len(rows)), value=float(len(rows))
        ),
        stages=parts,
        all_stages=_count(writer, joint) if joint is not None else None,
        goals=rows,
    )


def _in_order(goal_id: str) -> list[tuple[int, int, str]]:
    """Order of goals as a reader counts: 2 before 10, 1.2 before 1.10."""
    parts = re.findall(r"\d+|\D+", goal_id)
    return [(0, int(p), "") if p.isdigit() else (1, 0, p) for p in parts]


def _printed_number(goal_id: str) -> str:
    """The goal's number as the register gives it; letters that only name the register are dropped."""
    tail = goal_id.lstrip("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_")
    return tail or goal_id


def _step(writer: Writer, link, goal, stage: str) -> ChainStep:
    say = writer.voice.say
    if (
        stage == "plattform_med_budsjettlinje"
        and not absent(goal.needs_money)
        and not goal.needs_money
    ):
        return ChainStep(found=None, text=say("chain_text.no_money_needed"))
    if link is None or absent(link.confirmed):
        return ChainStep(found=None, text=say("chain_text.not_confirmed"))
    if not bool(link.confirmed):
        return ChainStep(found=False, text=say("chain_text.said_no"))
    page = link.evidence_page
    if absent(page):
        return ChainStep(found=True, text=say("chain_text.said_yes"))
    return ChainStep(found=True, text=say("chain_text.yes_page", page=int(page)))


def _count(writer: Writer, estimate) -> Shown:
    """A share of goals as "9 av 14": goals are public facts, so the count is always shown."""
    if estimate is None or not estimate.shown or estimate.n is None:
        return writer.shown(estimate)
    count = round((estimate.value or 0.0) * estimate.n)
    return Shown(text=formats.count_of(count, estimate.n, writer.language), value=float(count))


def goal_chain(writer: Writer) -> SteeringChain | None:
    """Every goal of the samfunnsdel and how far it comes."""
    return _chain(writer, _GOALS, "goal_chain_share", GOAL_STAGES, "goal-chain")


def platform_chain(writer: Writer) -> SteeringChain | None:
    """Every point of the political platform and how far it comes."""
    return _chain(writer, _PLATFORM, "mandate_chain_share", PLATFORM_STAGES, "platform-chain")
