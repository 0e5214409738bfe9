"""RQ4: what support the municipality wants, and what came of the gatherings."""

from __future__ import annotations

from plankompass.reports.blocks import group_bars, numbers_table
from plankompass.reports.publishable import Estimate
from plankompass.reports.schema import Question
from plankompass.reports.schema_blocks import AnyBlock, TableBlock
from plankompass.reports.schema_parts import Column, Row, Table
from plankompass.reports.writer import Writer, present

MEMBERS, STAFF, PARTICIPANTS = "folkevalgte", "administrasjon", "deltakere"


def gatherings(writer: Writer) -> list[str]:
    """Gatherings held until the wave's cut-off date, in order of time."""
    as_of = str(writer.params["waves"][writer.wave]["as_of"])
    rows = sorted(writer.data.rows("gatherings"), key=lambda g: g.held_on)
    return [g.gathering for g in rows if g.held_on.date().isoformat() <= as_of]


def gathering_numbers(writer: Writer, *, items: bool = True) -> TableBlock | None:
    """The latest gathering's evaluation in the whole network; None when nothing is shown.

    Args:
        writer: The report's writer.
        items: Whether the items of its value are listed under the scale.

    Returns:
        The table.
    """
    voice = writer.voice
    held = gatherings(writer)
    rows: list[Row] = []
    for indicator in ("gathering_value", "transfer_home"):
        for component in _components(writer, indicator):
            if component in _scale_items(writer, indicator) and not items:
                continue
            estimate = _latest(writer, indicator, component, held)
            shown = voice.shown(estimate)
            if estimate is not None and estimate.shown:
                rows.append(
                    Row(
                        header=voice.component(indicator, component),
                        cells=[shown.text, shown.interval or voice.say("common.none"), shown.n],
                        marked=component == "total",
                    )
                )
    if not rows:
        return None
    title = voice.say("support_text.gathering_title")
    columns = [
        Column(label=voice.say("table_text.value"), align="right"),
        Column(label=voice.say("profile.interval"), align="right"),
        Column(label=voice.say("trace.n"), align="right"),
    ]
    table = Table(
        caption=title,
        corner=voice.say("gaps.statement"),
        corner_width=4.0,
        columns=columns,
        rows=rows,
    )
    notes = [voice.caveat("gathering_value"), voice.caveat("transfer_home")]
    return TableBlock(id="gatherings", title=title, table=table, notes=notes)


def _scale_items(writer: Writer, indicator: str) -> list[str]:
    """Items of an indicator that has a total."""
    entry = writer.book.indicators[indicator]
    return list(entry.inputs.items) if entry.operator == "mean_of_items" else []


def _components(writer: Writer, indicator: str) -> list[str]:
    entry = writer.book.indicators[indicator]
    first = ["total"] if entry.operator == "mean_of_items" else []
    return [*first, *entry.inputs.items]


def _latest(writer: Writer, indicator: str, component: str, held: list[str]) -> Estimate | None:
    for gathering in reversed(held):
        for wave in sorted(writer.params["waves"], reverse=True):
            found = writer.data.network(indicator, wave, PARTICIPANTS, component, gathering)
            if found is not None and found.shown:
                return found
    return None


def support_questions(writer: Writer) -> list[Question]:
    """The plain questions of RQ4, answered.

    Args:
        writer: The report's writer.

    Returns:
        One question each of the codebook, in its order; a question that only the network's numbers
        answer says so.
    """
    text = {q.id: q.text(writer.language) for q in writer.book.research_questions["RQ4"].questions}
    needs: list[AnyBlock] = [
        b for b in (group_bars(writer, "needs", "support_needs", (MEMBERS, STAFF), top=5),) if b
    ]
    evaluation = gathering_numbers(writer, items=False)
    participation = numbers_table(writer, "attendance", ["network_participation"])
    blocks: list[AnyBlock] = [participation] if participation.table.rows else []
    value = _latest(writer, "gathering_value", "total", gatherings(writer))
    network_only = [writer.rule("network_only", value)] if evaluation else []
    return [
        Question(
            id="rq4_behov",
            title=text["rq4_behov"],
            answer=present(
                *(writer.finding(writer.own("support_needs", g)) for g in (MEMBERS, STAFF))
            ),
            blocks=needs,
        ),
        Question(
            id="rq4_samling",
            title=text["rq4_samling"],
            answer=network_only,
            blocks=[*blocks, *([evaluation] if evaluation else [])],
        ),
    ]
