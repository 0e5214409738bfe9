"""The council's duties by the plan system's law, one row a duty: how many were kept, what is not due."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from plankompass.reports import formats
from plankompass.reports.publishable import absent
from plankompass.reports.schema_blocks import TableBlock
from plankompass.reports.schema_parts import Column, Row, Table
from plankompass.reports.writer import Writer

DUTIES = (
    "strategy_within_year",
    "new_decision",
    "action_part_revised",
    "budget_before_new_year",
    "public_inspection",
)
_NOTHING_SAID = ("not_collected", "not_yet_due")


def duties_table(writer: Writer) -> TableBlock | None:
    """What the law asks and what was done, on the wave's cut-off date.

    Args:
        writer: The report's writer.

    Returns:
        One row a duty; None when the council's constituting date is not known.
    """
    say = writer.voice.say
    known = writer.data.rows("plan_duties", kommune_id=writer.kommune_id, wave=writer.wave)
    rows = []
    for duty in DUTIES:
        own = [row for row in known if row.duty == duty]
        if not own:
            continue
        laws = list(
            dict.fromkeys(formats.law(row.law) for row in sorted(own, key=lambda r: r.period))
        )
        said = _one(writer, own[0]) if not own[0].period else _several(writer, own)
        rows.append(
            Row(
                header=say(f"duty_text.{duty}"),
                cells=[formats.joined(laws, writer.language), said],
            )
        )
    if not rows:
        return None
    title = say("duty_text.title")
    columns = [
        Column(label=say("duty_text.law"), width=1.2),
        Column(label=say("duty_text.result"), width=2.2),
    ]
    table = Table(
        caption=title, corner=say("duty_text.duty"), corner_width=1.8, columns=columns, rows=rows
    )
    return TableBlock(id="duties-kept", title=title, table=table, notes=[say("duty_text.note")])


def _one(writer: Writer, row: Any) -> str:
    """A duty that comes once a term: the day, the months it took, and how it stands."""
    say = writer.voice.say
    status = say(f"duty_text.{row.status}")
    route = say(f"duty_text.route_{row.route}") if row.route else ""
    if absent(row.done):
        return formats.sentence_join([status, route])
    months = formats.number(row.value, writer.language, 0)
    day = formats.long_date(row.done.date(), writer.language)
    return formats.sentence_join([say("duty_text.done", day=day, months=months), route or status])


def _several(writer: Writer, rows: Sequence[Any]) -> str:
    """A duty that comes again: how many times it was kept, and what cannot be said."""
    say = writer.voice.say
    judged = [row for row in rows if row.status not in _NOTHING_SAID]
    parts = []
    if judged:
        kept = sum(row.status == "met" for row in judged)
        parts.append(
            say("duty_text.kept", count=formats.count_of(kept, len(judged), writer.language))
        )
    for status in _NOTHING_SAID:
        count = sum(row.status == status for row in rows)
        if count:
            number = formats.number(count, writer.language, 0)
            parts.append(say(f"duty_text.count_{status}", count=number))
    return formats.sentence_join(parts)
