"""Utvikling: change between waves where the rules allow it."""

from __future__ import annotations

from plankompass.reports import formats
from plankompass.reports.profile import profile_numbers
from plankompass.reports.publishable import TOTAL, Estimate
from plankompass.reports.schema import Section
from plankompass.reports.schema_blocks import AnyBlock, Change, ChangeRow, TextBlock
from plankompass.reports.schema_parts import Sentence, Tone
from plankompass.reports.writer import Writer


def _year(writer: Writer, wave: str) -> str:
    return str(writer.params["waves"][wave]["as_of"])[:4]


def _changes(writer: Writer) -> list[tuple[Estimate, str]]:
    """Changes into the report's wave of which something may be said, with the earlier wave."""
    return [
        (change, wave)
        for indicator, group, component in profile_numbers(writer)
        for wave in sorted(writer.params["waves"])
        if (change := writer.own(indicator, group, f"change:{wave}|{component}")) is not None
        and writer.sure(change) is not None
    ]


def _sentence(writer: Writer, change: Estimate, before: str) -> Sentence:
    slots = {"fra": _year(writer, before), "til": _year(writer, writer.wave)}
    if not writer.sure(change):
        return writer.rule("change_unclear", change, lead=_lead(writer, change), **slots)
    higher = (change.value or 0.0) > 0
    better = writer.book.indicators[change.key.indicator].direction
    tone: Tone = "neutral"
    if better == "higher_is_better":
        tone = "positive" if higher else "negative"
    direction = writer.voice.say("change_text.higher" if higher else "change_text.lower")
    return writer.rule(
        "change_clear", change, lead=_lead(writer, change), tone=tone, retning=direction, **slots
    )


def _lead(writer: Writer, change: Estimate) -> str:
    group = writer.voice.group(change.key.group).lower()
    return f"{writer.voice.indicator(change.key.indicator)}, {group}:"


def _clear(writer: Writer, changes: list[tuple[Estimate, str]]) -> list[tuple[Estimate, str]]:
    """Sure changes, largest first."""
    clear = [(change, wave) for change, wave in changes if writer.sure(change)]
    return sorted(clear, key=lambda pair: (-abs(pair[0].value or 0.0), pair[0].key))


def clear_changes(writer: Writer) -> list[Sentence]:
    """Sentences on sure changes, largest first."""
    return [_sentence(writer, c, wave) for c, wave in _clear(writer, _changes(writer))]


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
    if not changes and not intro:
        return None
    blocks = [_block(writer, changes)] if changes else []
    return Section(id="change", title=voice.say("section.change"), intro=intro, blocks=blocks)


def _block(writer: Writer, changes: list[tuple[Estimate, str]]) -> AnyBlock:
    """The sure changes as a figure, or the sentence that there are none."""
    say = writer.voice.say
    clear = _clear(writer, changes)
    note = say("change_text.note")
    if not clear:
        years = {"fra": _year(writer, changes[0][1]), "til": _year(writer, writer.wave)}
        largest = max(changes, key=lambda pair: (abs(pair[0].value or 0.0), pair[0].key))[0]
        sentence = writer.rule("change_unclear", largest, **years)
        return TextBlock(id="changes", intro=[sentence], notes=[note])
    rows = [_row(writer, change, before) for change, before in clear]
    return Change(
        id="changes",
        title=say("change_text.title"),
        alt=say(
            "change_text.alt", count=len(rows), first=f"{rows[0].label}, {rows[0].sub}",
            value=rows[0].change.text if rows[0].change else "",
        ),
        waves=sorted({_year(writer, wave) for _, wave in clear} | {_year(writer, writer.wave)}),
        rows=rows,
        notes=[*_others(writer, len(changes) - len(clear)), note],
    )  # fmt: skip


def _others(writer: Writer, count: int) -> list[str]:
    """How many other changes are not sure."""
    if count == 1:
        return [writer.voice.say("change_text.others_one")]
    return [writer.voice.say("change_text.others", count=count)] if count else []


def _row(writer: Writer, change: Estimate, before: str) -> ChangeRow:
    """One sure change, with its sign."""
    voice, key = writer.voice, change.key
    years = f"{_year(writer, before)}{formats.EN_DASH}{_year(writer, writer.wave)}"
    low, high = (float(end) for end in writer.book.indicators[key.indicator].range)
    direction = "change_text.higher" if (change.value or 0.0) > 0 else "change_text.lower"
    return ChangeRow(
        label=voice.component(key.indicator, key.component.partition("|")[2] or TOTAL),
        sub=f"{voice.group(key.group).lower()}, {years}",
        scale_min=low,
        scale_max=high,
        change=voice.shown(change),
        verdict="clear",
        verdict_text=voice.say(direction).capitalize(),
    )
