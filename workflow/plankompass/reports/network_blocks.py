"""Tables and figures of the network report."""

from __future__ import annotations

from collections.abc import Sequence

from plankompass.reports import formats
from plankompass.reports.publishable import TOTAL, Estimate
from plankompass.reports.schema_blocks import (
    BarRow,
    Bars,
    GroupValue,
    MultiplePanel,
    MultiplePoint,
    SmallMultiples,
    TableBlock,
)
from plankompass.reports.schema_parts import Column, Row, Table
from plankompass.reports.section_decide import places
from plankompass.reports.wording import INDEX, SHARE, YES_NO, unit_of
from plankompass.reports.writer import Writer

MEMBERS, STAFF = "folkevalgte", "administrasjon"
BARRIERS = "barrier_severity_ranking"


def names(writer: Writer) -> list[tuple[str, str]]:
    """Name and id of every municipality, by name: never by value."""
    rows = writer.data.rows("municipalities")
    return sorted(
        ((row.name, row.kommune_id) for row in rows),
        key=lambda pair: formats.norwegian_order(pair[0]),
    )


def _own(
    writer: Writer, kommune_id: str, indicator: str, group: str, component: str = TOTAL
) -> Estimate | None:
    return writer.data.own(kommune_id, indicator, writer.wave, group, component)


def multiples(
    writer: Writer,
    block_id: str,
    indicators: Sequence[str],
    group: str,
    components: Sequence[str] = (TOTAL,),
) -> SmallMultiples | None:
    """One small panel a number, all municipalities in the same order; None when nothing is shown."""
    voice = writer.voice
    panels = []
    for indicator in indicators:
        for component in components:
            points = [
                MultiplePoint(
                    label=name, shown=writer.shown(_own(writer, kid, indicator, group, component))
                )
                for name, kid in names(writer)
            ]
            if not any(p.shown.value is not None for p in points):
                continue
            unit = unit_of(writer.book, indicator, component)
            low, high = (float(x) for x in writer.book.indicators[indicator].range)
            low, high = (0.0, 100.0) if unit in (SHARE, INDEX, YES_NO) else (low, high)
            network = writer.network(indicator, group, component)
            mean = writer.shown(network) if network is not None and network.shown else None
            panels.append(
                MultiplePanel(
                    title=voice.component(indicator, component),
                    sub=f"{voice.group(group)}",
                    scale_min=low, scale_max=high, mean=mean, points=points,
                )
            )  # fmt: skip
    if not panels:
        return None
    title = voice.say("network_text.side_by_side", group=voice.group(group).lower())
    return SmallMultiples(
        id=block_id,
        title=title,
        alt=voice.say(
            "network_text.multiples_alt", panels=len(panels), count=len(panels[0].points),
            names=formats.joined([p.title for p in panels], writer.language),
        ),
        mean_label=voice.say("profile.network"),
        notes=[voice.say("network_text.no_ranking")],
        panels=panels,
    )  # fmt: skip


_OVERVIEW = (
    ("policy_implementation_capacity", MEMBERS, TOTAL),
    ("plan_steering_use", MEMBERS, TOTAL),
    ("interplay_quality", MEMBERS, TOTAL),
    ("interplay_quality", STAFF, TOTAL),
    ("goal_chain_share", "dokument", "all_of"),
    ("planning_strategy_on_time", "dokument", TOTAL),
)


def overview_table(writer: Writer) -> TableBlock:
    """Every municipality with some numbers, by name."""
    _voice, say = writer.voice, writer.voice.say
    rows = []
    for name, kid in names(writer):
        cells = []
        for indicator, group, component in _OVERVIEW:
            estimate = _own(writer, kid, indicator, group, component)
            if indicator == "planning_strategy_on_time" and estimate is not None and estimate.shown:
                cells.append(
                    say(
                        "network_text.said_yes"
                        if (estimate.value or 0) >= 1
                        else "network_text.said_no"
                    )
                )
            else:
                cells.append(writer.shown(estimate).text)
        rows.append(Row(header=name, cells=cells))
    columns = [
        Column(label=say(f"network_text.col_{k}"), align="right")
        for k in range(1, len(_OVERVIEW) + 1)
    ]
    title = say("network_text.table")
    return TableBlock(
        id="overview-table",
        title=title,
        table=Table(
            caption=title, corner=say("multiples.municipality"), columns=columns, rows=rows
        ),
        notes=[say("network_text.no_ranking")],
    )


def barriers_table(writer: Writer) -> TableBlock | None:
    """Barriers in the whole network: mean and rank interval by group, and share of interviews."""
    voice, say = writer.voice, writer.voice.say
    rows: list[tuple[float, Row]] = []
    for item in writer.book.indicators[BARRIERS].inputs.items:
        cells = []
        size = 0.0
        for group in (MEMBERS, STAFF):
            mean, rank = (writer.network(BARRIERS, group, c) for c in (item, f"rank:{item}"))
            shown = writer.shown(mean)
            place = ""
            if rank is not None and rank.shown and None not in (rank.lower, rank.upper):
                place = places(round(rank.lower), round(rank.upper))
            cells += [shown.text, place or say("common.none")]
            if group == MEMBERS and mean is not None and mean.value is not None:
                size = mean.value
        code = f"barrierer/{item.removeprefix('hi_')}"
        cells.append(
            writer.shown(writer.network("implementation_interview_share", "intervju", code)).text
        )
        rows.append((size, Row(header=voice.item(item), cells=cells)))
    if not rows:
        return None
    rows.sort(key=lambda r: (-r[0], r[1].header))
    columns = [
        Column(label=f"{voice.group(g)}: {say(k)}", align="right")
        for g in (MEMBERS, STAFF)
        for k in ("barriers.mean", "barriers.rank")
    ]
    columns.append(Column(label=say("barriers.interviews"), align="right"))
    title = say("network_text.barriers")
    table = Table(
        caption=title, corner=say("barriers.barrier"), columns=columns, rows=[r for _, r in rows]
    )
    return TableBlock(id="barriers", title=title, table=table, notes=[voice.caveat(BARRIERS)])


def code_shares_table(
    writer: Writer, block_id: str, indicator: str, prefix: str
) -> TableBlock | None:
    """Share of interviews with each code, network level."""
    voice, say = writer.voice, writer.voice.say
    rows = []
    for code in writer.book.indicators[indicator].inputs.codes:
        estimate = writer.network(indicator, "intervju", code)
        if (
            code.startswith(prefix)
            and estimate is not None
            and (estimate.shown or estimate.display)
        ):
            shown = writer.shown(estimate)
            rows.append(
                Row(
                    header=voice.component(indicator, code),
                    cells=[shown.text, shown.interval or say("common.none")],
                )
            )
    if not rows:
        return None
    title = voice.indicator(indicator)
    if prefix:
        title = say("codes_text.title", category=voice.component(indicator, prefix.rstrip("/")))
    columns = [
        Column(label=say("codes_text.network"), align="right"),
        Column(label=say("profile.interval"), align="right"),
    ]
    table = Table(caption=title, corner=say("codes_text.code"), columns=columns, rows=rows)
    return TableBlock(id=block_id, title=title, table=table, notes=[voice.caveat(indicator)])


def quotes_table(writer: Writer, question: str) -> TableBlock | None:
    """Cleared quotations under the codes of one research question; None when there are none."""
    say, book = writer.voice.say, writer.book
    rows = []
    for quote in writer.data.rows("quotes"):
        codes = [code for code in quote.codes.split() if code in book.codes]
        if quote.wave != writer.wave or not codes or book.codes[codes[0]].rq != question:
            continue
        names = [book.codes[code].text(writer.language) for code in codes]
        rows.append(
            (
                (codes[0], quote.text),
                Row(
                    header=formats.joined(names, writer.language),
                    cells=[say("network_text.quote_words", text=quote.text)],
                ),
            )
        )
    if not rows:
        return None
    title = say("network_text.quotes")
    rows.sort(key=lambda pair: (list(book.codes).index(pair[0][0]), pair[0][1]))
    columns = [Column(label=say("network_text.quote"), width=5.0)]
    table = Table(
        caption=title, corner=say("codes_text.code"), columns=columns, rows=[r for _, r in rows]
    )
    return TableBlock(
        id=f"quotes-{question.lower()}",
        title=title,
        table=table,
        notes=[say("network_text.quotes_note")],
    )


def needs_bars(writer: Writer) -> Bars | None:
    """Support wanted, by group, in the whole network."""
    voice = writer.voice
    groups = (MEMBERS, STAFF)
    rows = []
    for component in writer.book.answer_columns("st_behov"):
        values = [
            GroupValue(
                group=g,
                label=voice.group(g),
                shown=voice.shown(writer.network("support_needs", g, component)),
            )
            for g in groups
        ]
        if any(v.shown.value is not None for v in values):
            rows.append(BarRow(label=voice.item(component), values=values))
    if not rows:
        return None
    rows.sort(key=lambda r: (-(r.values[0].shown.value or 0.0), r.label))
    return Bars(
        id="needs",
        title=voice.indicator("support_needs"),
        alt=voice.say(
            "bars_text.alt", indicator=voice.indicator("support_needs"), count=len(rows),
            first=rows[0].label, value=rows[0].values[0].shown.text, group=voice.group_named(MEMBERS),
        ),
        unit=voice.say("profile_text.unit_share"),
        notes=[voice.caveat("support_needs")],
        rows=rows,
    )  # fmt: skip


def attendance_table(writer: Writer) -> TableBlock | None:
    """Gatherings attended and homework delivered, by municipality."""
    voice, say = writer.voice, writer.voice.say
    measures = writer.book.indicators["network_participation"].inputs.measures
    rows = []
    for name, kid in names(writer):
        estimates = [_own(writer, kid, "network_participation", "dokument", m) for m in measures]
        if any(e is not None for e in estimates):
            rows.append(Row(header=name, cells=[writer.shown(e).text for e in estimates]))
    if not rows:
        return None
    title = voice.indicator("network_participation")
    columns = [
        Column(label=voice.component("network_participation", m), align="right") for m in measures
    ]
    table = Table(caption=title, corner=say("multiples.municipality"), columns=columns, rows=rows)
    return TableBlock(
        id="attendance", title=title, table=table, notes=[voice.caveat("network_participation")]
    )
