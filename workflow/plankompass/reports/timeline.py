"""Statutory dates of the council term as a timeline with its table."""

from __future__ import annotations

from datetime import date
from typing import Any

from plankompass.reports import formats
from plankompass.reports.publishable import absent
from plankompass.reports.schema_blocks import Duty, Timeline
from plankompass.reports.writer import Writer


def _day(value: Any) -> date | None:
    return None if absent(value) else value.date()


def _years_later(day: date, years: int) -> date:
    # 29 February has no anniversary in most years: the day after counts
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def council_in_office(writer: Writer) -> Any:
    """The council that sat on the wave's cut-off date, or None."""
    as_of = date.fromisoformat(str(writer.params["waves"][writer.wave]["as_of"]))
    councils = writer.data.rows("councils", kommune_id=writer.kommune_id)
    sitting = [c for c in councils if (_day(c.constituted_on) or date.max) <= as_of]
    return max(sitting, key=lambda c: c.constituted_on, default=None)


def duties_timeline(writer: Writer) -> Timeline | None:
    """Constituting meeting, planning strategy with its deadline, samfunnsdel, and yearly plans.

    Args:
        writer: The report's writer.

    Returns:
        The timeline; None when the constituting date is not known.
    """
    council = council_in_office(writer)
    if council is None:
        return None
    say, language = writer.voice.say, writer.language
    as_of = date.fromisoformat(str(writer.params["waves"][writer.wave]["as_of"]))
    constituted = _day(council.constituted_on)
    assert constituted is not None
    last = max(_years_later(constituted, 4), as_of)
    duties = [
        Duty(
            label=say("timeline_text.constituted"),
            law=formats.law(say("timeline_text.law_constituted")),
            start=constituted,
            done=[constituted],
            done_text=formats.long_date(constituted, language),
            status="done",
            status_text=say("timeline_text.held"),
        ),
        _duty(writer, "planstrategi", constituted, as_of, due=_years_later(constituted, 1)),
        _duty(writer, "samfunnsdel", constituted, as_of),
        _duty(writer, "okonomiplan", constituted, as_of),
        _duty(writer, "arsmelding", constituted, as_of),
    ]
    strategy = duties[1]
    return Timeline(
        id="duties",
        title=say("timeline_text.title"),
        alt=say(
            "timeline_text.alt", constituted=formats.long_date(constituted, language),
            due=strategy.due_text, done=strategy.done_text,
        ),
        notes=[writer.voice.caveat("planning_strategy_on_time")],
        first_day=constituted,
        last_day=last,
        cutoff=as_of,
        cutoff_text=say("timeline_text.cutoff", day=formats.long_date(as_of, language)),
        rows=duties,
    )  # fmt: skip


def _duty(
    writer: Writer, kind: str, constituted: date, as_of: date, *, due: date | None = None
) -> Duty:
    say, language = writer.voice.say, writer.language
    rows = writer.data.rows("plan_dates", kommune_id=writer.kommune_id, document_kind=kind)
    days = sorted(
        d
        for r in rows
        if r.event in ("adopted", "readopted")
        and (d := _day(r.date)) is not None
        and constituted <= d <= as_of
    )
    events = {r.event for r in rows}
    status, words, said = (
        "not_done",
        say("timeline_text.not_done"),
        say("timeline_text.no_decision"),
    )
    if days:
        said = formats.joined([formats.long_date(d, language) for d in days], language)
        status, words = "done", say("timeline_text.done")
        if due is not None:
            status = "in_time" if days[0] <= due else "late"
            words = say(f"timeline_text.{status}")
    elif "not_collected" in events:
        status, words = "unknown", say("reason.document_not_collected")
        said = say("reason.document_not_collected")
    elif "absent" in events:
        said = words = say("reason.no_document")
    elif due is not None and as_of < due:
        status, words = "not_yet_due", say("reason.before_deadline")
    return Duty(
        label=say(f"timeline_text.{kind}"),
        law=formats.law(say(f"timeline_text.law_{kind}")),
        start=constituted,
        due=due,
        due_text=formats.long_date(due, language) if due else "",
        done=days,
        done_text=said,
        status=status,  # type: ignore[arg-type]
        status_text=words,
    )
