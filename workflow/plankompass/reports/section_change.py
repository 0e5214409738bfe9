"""Utvikling: change between waves where the rules allow it."""

from __future__ import annotations

from plankompass.reports import formats
from plankompass.reports.profile import profile_numbers
from plankompass.reports.publishable import TOTAL, Estimate
from plankompass.reports.schema import Section
from plankompass.reports.schema_blocks import TableBlock, TextBlock
from plankompass.reports.schema_parts import Column, Row, Sentence, Table
from plankompass.reports.writer import Writer


def _year(writer: Writer, wave: str) -> str:
    return str(writer.params["waves"][wave]["as_of"])[:4]


def _changes(writer: Writer) -> list[tuple[Estimate, str]]:
    """Shown changes into the report's wave, with the earlier wave, in the profile's order."""
    found = []
    for indicator, group, component in profile_numbers(writer):
        for wave in sorted(writer.params["waves"]):
            change = writer.own(indicator, group, f"change:{wave}|{component}")
            if (
                change is not None
                and change.shown
                and change.lower is not None
                and change.upper is not None
            ):
                found.append((change, wave))
    return found


def _sentence(writer: Writer, change: Estimate, before: str) -> Sentence:
    slots = {"fra": _year(writer, before), "til": _year(writer, writer.wave)}
    lower, upper = change.lower or 0.0, change.upper or 0.0
    if lower <= 0 <= upper:
        return writer.rule("change_unclear", change, lead=_lead(writer, change), **slots)
    direction = writer.voice.say("change_text.higher" if lower > 0 else "change_text.lower")
    better = writer.book.indicators[change.key.indicator].direction
    tone = "neutral"
    if better == "higher_is_better":
        tone = "positive" if lower > 0 else "negative"
    return writer.rule(
        "change_clear",
        change,
        lead=_lead(writer, change),
        tone=tone,
        retning=direction,
        **slots,  # type: ignore[arg-type]
    )


def _lead(writer: Writer, change: Estimate) -> str:
    group = writer.voice.group(change.key.group).lower()
    return f"{writer.voice.indicator(change.key.indicator)}, {group}:"


def clear_changes(writer: Writer) -> list[Sentence]:
    """Sentences on changes whose whole interval lies on one side of zero, largest first."""
    clear = [(c, w) for c, w in _changes(writer) if not (c.lower or 0.0) <= 0 <= (c.upper or 0.0)]
    clear.sort(key=lambda pair: (-abs(pair[0].value or 0.0), pair[0].key))
    return [_sentence(writer, change, wave) for change, wave in clear]


def change_section(writer: Writer) -> Section | None:
    """The section on change between waves.

    Args:
        writer: The report's writer.

    Returns:
        The section; None when no change may be shown. The territory's change is named.
    """
    voice = writer.voice
    changes = _changes(writer)
    municipality = writer.data.municipality(writer.kommune_id)
    intro = []
    if municipality.territory_note:
        day = formats.long_date(municipality.territory_from.date(), writer.language)
        intro.append(voice.say(f"territory.{municipality.territory_note}", day=day))
    if not changes:
        if not intro:
            return None
        return Section(id="change", title=voice.say("section.change"), intro=intro)
    clear = [(c, w) for c, w in changes if not _covers_zero(c)]
    unclear = len(changes) - len(clear)
    if not clear:
        years = {"fra": _year(writer, changes[0][1]), "til": _year(writer, writer.wave)}
        sentence = writer.rule("change_unclear", **years)
        block = TextBlock(id="changes", intro=[sentence], notes=[voice.say("change_text.note")])
        return Section(id="change", title=voice.say("section.change"), intro=intro, blocks=[block])
    columns = [
        Column(label=voice.say("change_text.years"), align="right"),
        Column(label=voice.say("change.change"), align="right"),
        Column(label=voice.say("profile.interval"), align="right"),
    ]
    table = Table(
        caption=voice.say("change_text.title"),
        corner=voice.say("change.indicator"),
        corner_width=3.0,
        columns=columns,
        rows=[_row(writer, change, before) for change, before in clear],
    )
    block = TableBlock(
        id="changes",
        title=voice.say("change_text.title"),
        table=table,
        notes=[voice.say("change_text.others", count=unclear), voice.say("change_text.note")],
    )
    return Section(id="change", title=voice.say("section.change"), intro=intro, blocks=[block])


def _row(writer: Writer, change: Estimate, before: str) -> Row:
    """One clear change, with its sign."""
    voice, key = writer.voice, change.key
    shown = voice.shown(change)
    text = shown.text
    if (change.value or 0.0) > 0 and not text.startswith("+"):
        text = f"+{text}"
    years = f"{_year(writer, before)}{formats.EN_DASH}{_year(writer, writer.wave)}"
    return Row(
        header=voice.component(key.indicator, _changed(key.component)),
        sub=voice.group(key.group),
        cells=[years, text, shown.interval],
    )


def _covers_zero(change: Estimate) -> bool:
    return (change.lower or 0.0) <= 0 <= (change.upper or 0.0)


def _changed(component: str) -> str:
    return component.partition("|")[2] or TOTAL
