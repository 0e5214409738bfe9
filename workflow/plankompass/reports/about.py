"""Om tallene: who answered, what is hidden and why, the method in plain words, what not to conclude."""

from __future__ import annotations

from plankompass.reports import formats
from plankompass.reports.publishable import absent
from plankompass.reports.schema import About, Answered
from plankompass.reports.schema_parts import Column, Fact, Row, Table
from plankompass.reports.writer import Writer

_GROUPS = ("folkevalgte", "administrasjon", "innbyggere")


def answered(writer: Writer) -> list[Answered]:
    """Who answered, group by group, n of N."""
    voice = writer.voice
    result = []
    for group in _GROUPS:
        rows = writer.data.rows(
            "response", kommune_id=writer.kommune_id, wave=writer.wave, group=group
        )
        if not rows:
            text = voice.say("reason.not_asked")
            result.append(Answered(group=group, label=voice.group(group), text=text))
            continue
        row = rows[0]
        if row.status != "published" or absent(row.n):
            text = voice.say("reason.too_few_answers")
            result.append(Answered(group=group, label=voice.group(group), text=text))
            continue
        count, size = int(row.n), int(row.population)
        # residents are a sample of the population, not all asked: no rate
        rate = "" if group == "innbyggere" else formats.per_cent(count / size, writer.language)
        result.append(
            Answered(
                group=group,
                label=voice.group(group),
                text=voice.say(f"about_text.answered_{'sample' if not rate else 'all'}",
                               n=formats.number(count, writer.language, 0),
                               size=formats.number(size, writer.language, 0)),
                rate=rate,
                rate_value=formats.rounded(100 * count / size, 0) if rate else None,
            )
        )  # fmt: skip
    return result


def response_table(writer: Writer) -> Table:
    """Response by group and wave, n of N."""
    voice = writer.voice
    rows = []
    for wave in sorted(writer.params["waves"]):
        year = str(writer.params["waves"][wave]["as_of"])[:4]
        cells = {}
        for row in writer.data.rows(
            "response", kommune_id=writer.kommune_id, wave=wave, gathering=""
        ):
            if row.status == "published" and not absent(row.n):
                n, size = int(row.n), int(row.population)
                cells[row.group] = formats.count_of(n, size, writer.language)
            else:
                cells[row.group] = voice.say("reason.too_few_answers")
        if cells:
            none = voice.say("common.none")
            rows.append(Row(header=year, cells=[cells.get(g, none) for g in _GROUPS]))
    columns = [Column(label=voice.group(g), align="right") for g in _GROUPS]
    return Table(
        caption=voice.say("about_text.response"), corner=voice.say("about_text.year"), corner_width=0.6, columns=columns,
        rows=rows, notes=[voice.say("about_text.response_note")],
    )  # fmt: skip


def hidden_table(writer: Writer) -> Table | None:
    """How many numbers are hidden, by reason; None when none are."""
    voice = writer.voice
    rows = []
    hidden = writer.data.rows("suppressed", level="municipality", unit=writer.kommune_id)
    for row in sorted(hidden, key=lambda r: (-int(r.count), r.reason)):
        key = f"reason_long.{row.reason}"
        words = voice.say(key) if key in voice.say.texts else voice.say(f"reason.{row.reason}")
        rows.append(Row(header=words, cells=[formats.number(int(row.count), writer.language, 0)]))
    if not rows:
        return None
    columns = [Column(label=voice.say("about_text.numbers"), align="right", width=0.5)]
    return Table(
        caption=voice.say("about_text.hidden"), corner=voice.say("about_text.why"), corner_width=4.0,
        columns=columns, rows=rows,
    )  # fmt: skip


def problems_paragraph(writer: Writer) -> str:
    """What was repaired or left out while reading the raw files, counted."""
    repaired = left_out = 0
    for row in writer.data.rows("problem_counts"):
        if row.severity == "repair":
            repaired += int(row.count)
        elif row.severity == "reject":
            left_out += int(row.count)
    number = {
        "repaired": formats.number(repaired, writer.language, 0),
        "left_out": formats.number(left_out, writer.language, 0),
    }
    return writer.voice.say("about_text.problems", **number)


def build_about(writer: Writer) -> About:
    """The last part of a report.

    Args:
        writer: The report's writer.

    Returns:
        Method, response, hidden numbers, what may not be concluded, and where the numbers come from.
    """
    say = writer.voice.say
    disclosure = writer.params["disclosure"]
    paragraphs = [
        f"{say('about_text.method')} {say('answers_text.note')}",
        say("about_text.comparison", rate=formats.per_cent(writer.params["statistics"]["false_discovery_rate"], writer.language)),
        say("about_text.protection", n=disclosure["min_n"], size=disclosure["min_population"],
            residents=disclosure["min_n_residents"]),
        say("about_text.documents"),
        problems_paragraph(writer),
    ]  # fmt: skip
    if writer.params["example"]:
        paragraphs.insert(0, say("about_text.example"))
    params = writer.params
    facts = [
        Fact(label=say("about_text.version"), value=f"Plankompass {params['version']}"),
        Fact(label=say("about_text.inputs"), value=str(params["input_hash"])),
        Fact(label=say("about_text.codebook"), value=say("about_text.codebook_place")),
    ]
    return About(
        title=say("section.about"),
        paragraphs=paragraphs,
        response=response_table(writer),
        hidden=hidden_table(writer),
        never_claim_title=say("about_text.never_claim"),
        never_claim=[_claim(writer, claim) for claim in writer.book.never_claim.values()],
        facts=facts,
    )


def _claim(writer: Writer, claim) -> str:
    return getattr(claim, writer.language) or claim.nb


def network_answered(writer: Writer) -> list[Answered]:
    """Who answered in the whole network: municipalities' shown numbers added up."""
    voice = writer.voice
    result = []
    for group in _GROUPS:
        rows = writer.data.rows("response", wave=writer.wave, group=group)
        shown = [r for r in rows if r.status == "published" and not absent(r.n)]
        if not shown:
            result.append(
                Answered(group=group, label=voice.group(group), text=voice.say("reason.not_asked"))
            )
            continue
        count, size = (sum(int(getattr(r, c)) for r in shown) for c in ("n", "population"))
        sample = group == "innbyggere"
        text = voice.say(
            f"about_text.answered_{'sample' if sample else 'all'}",
            n=formats.number(count, writer.language, 0), size=formats.number(size, writer.language, 0),
        )  # fmt: skip
        rate = "" if sample else formats.per_cent(count / size, writer.language)
        value = None if sample else formats.rounded(100 * count / size, 0)
        result.append(
            Answered(group=group, label=voice.group(group), text=text, rate=rate, rate_value=value)
        )
    return result


def network_response_table(writer: Writer) -> Table:
    """Response of the whole network by wave; by municipality it stands with the method's quality."""
    voice = writer.voice
    rows = []
    for wave in sorted(writer.params["waves"]):
        cells = []
        for group in _GROUPS:
            found = writer.data.rows("response", wave=wave, group=group, gathering="")
            shown = [r for r in found if r.status == "published" and not absent(r.n)]
            n, size = (sum(int(getattr(r, c)) for r in shown) for c in ("n", "population"))
            none = voice.say("common.none")
            cells.append(formats.count_of(n, size, writer.language) if shown else none)
        rows.append(Row(header=str(writer.params["waves"][wave]["as_of"])[:4], cells=cells))
    columns = [Column(label=voice.group(g), align="right") for g in _GROUPS]
    return Table(
        caption=voice.say("about_text.response"), corner=voice.say("about_text.year"),
        columns=columns, rows=rows, notes=[voice.say("about_text.response_note")],
    )  # fmt: skip


def network_about(writer: Writer) -> About:
    """The last part of the network report."""
    about = build_about(writer)
    return about.model_copy(update={"response": network_response_table(writer), "hidden": None})
