"""Method quality in the network report: response, reliability of the scales, agreement of the coders."""

from __future__ import annotations

from plankompass.reports import formats
from plankompass.reports.network_blocks import MEMBERS, STAFF, names
from plankompass.reports.publishable import absent
from plankompass.reports.schema_blocks import BarRow, Bars, GroupValue, TableBlock
from plankompass.reports.schema_parts import Column, Row, Shown, Table
from plankompass.reports.writer import Writer


def response_bars(writer: Writer) -> Bars:
    """Share who answered, councillors and administration side by side, municipalities by name."""
    voice, say = writer.voice, writer.voice.say
    rows = []
    for name, kid in names(writer):
        values = []
        for group in (MEMBERS, STAFF):
            found = writer.data.rows("response", kommune_id=kid, wave=writer.wave, group=group)
            values.append(
                GroupValue(group=group, label=voice.group(group), shown=_response(writer, found))
            )
        rows.append(BarRow(label=name, values=values))
    shares = [v.shown.value for row in rows for v in row.values if v.shown.value is not None]
    ends = (
        [formats.per_cent(f(shares) / 100, voice.language) for f in (min, max)]
        if shares
        else ["", ""]
    )
    title = say("network_text.response")
    return Bars(
        id="response",
        title=title,
        alt=say("network_text.response_alt", count=len(rows), low=ends[0], high=ends[1]),
        unit=say("profile_text.unit_share"),
        corner=say("multiples.municipality"),
        rows=rows,
        notes=[say("network_text.no_ranking")],
    )


def _response(writer: Writer, found) -> Shown:
    """How many answered, with the share that the bar shows."""
    if not found:
        return Shown(text=writer.voice.say("common.none"), status="not_collected")
    row = found[0]
    if row.status != "published" or absent(row.n):
        return Shown(text=writer.voice.say("reason.too_few_answers"), status="hidden")
    text = formats.count_of(int(row.n), int(row.population), writer.language)
    return Shown(text=text, value=formats.rounded(100 * row.n / row.population, 0))


def quality_table(writer: Writer) -> TableBlock | None:
    """Reliability of the scales in the report's wave."""
    voice, say = writer.voice, writer.voice.say
    rows = []
    for row in writer.data.rows("scale_quality", wave=writer.wave):
        limits = say("common.none")
        if not absent(row.alpha_lower) and not absent(row.alpha_upper):
            limits = formats.interval(row.alpha_lower, row.alpha_upper, writer.language, 2)
        verdict = say("network_text.usable" if row.acceptable else "network_text.not_usable")
        rows.append(
            Row(
                header=voice.indicator(row.indicator),
                sub=voice.group(row.group),
                cells=[
                    _decimal(writer, row.alpha),
                    limits,
                    _decimal(writer, row.omega),
                    _decimal(writer, row.rwg_j),
                    _decimal(writer, row.icc1),
                    verdict,
                ],
            )
        )
    if not rows:
        return None
    names = ("network_text.alpha", "profile.interval", "network_text.omega", "network_text.rwg",
             "network_text.icc")  # fmt: skip
    columns = [Column(label=say(name), align="right") for name in names]
    columns.append(Column(label=say("network_text.use"), width=1.6))
    title = say("network_text.scales")
    table = Table(caption=title, corner=say("network_text.scale"), columns=columns, rows=rows)
    return TableBlock(
        id="scales-quality", title=title, table=table, notes=[say("network_text.scales_note")]
    )


def agreement_table(writer: Writer) -> TableBlock | None:
    """Agreement between the coders, by code."""
    _voice, say = writer.voice, writer.voice.say
    rows = []
    for row in writer.data.rows("coder_agreement"):
        if row.code not in writer.book.codes:
            continue
        limits = say("common.none")
        if not absent(row.lower) and not absent(row.upper):
            limits = formats.interval(row.lower, row.upper, writer.language, 2)
        code = writer.book.codes[row.code]
        parent = writer.book.codes[code.parent].text(writer.language) if code.parent else ""
        rows.append(
            Row(
                header=code.text(writer.language), sub=parent,
                cells=[_decimal(writer, row.alpha), limits, _decimal(writer, row.gwet_ac1)],
            )
        )  # fmt: skip
    if not rows:
        return None
    labels = ("network_text.krippendorff", "profile.interval", "network_text.gwet")
    columns = [Column(label=say(label), align="right") for label in labels]
    title = say("network_text.coders")
    table = Table(caption=title, corner=say("codes_text.code"), columns=columns, rows=rows)
    return TableBlock(
        id="coder-agreement", title=title, table=table, notes=[say("network_text.coders_note")]
    )


def goal_agreement_table(writer: Writer) -> TableBlock | None:
    """Agreement between the coders on the goal register, by measure and for the index."""
    say = writer.voice.say
    given = {row.measure: row for row in writer.data.rows("goal_agreement") if row.goals}
    rows = []
    for measure in [*(m for m in writer.book.measures if m in given), *(given.keys() & {"index"})]:
        row = given[measure]
        limits = say("common.none")
        if not absent(row.alpha_lower) and not absent(row.alpha_upper):
            limits = formats.interval(row.alpha_lower, row.alpha_upper, writer.language, 2)
        name = say("network_text.all_measures")
        if measure != "index":
            name = writer.book.measures[measure].text(writer.language)
        cells = [
            formats.number(row.goals, writer.language, 0), _decimal(writer, row.alpha), limits,
            _decimal(writer, row.icc),
        ]  # fmt: skip
        rows.append(Row(header=name, cells=cells))
    if not rows:
        return None
    labels = ("network_text.double_coded", "network_text.krippendorff", "profile.interval",
              "network_text.share_icc")  # fmt: skip
    columns = [Column(label=say(label), align="right") for label in labels]
    title = say("network_text.goal_coders")
    table = Table(caption=title, corner=say("network_text.measure"), columns=columns, rows=rows)
    return TableBlock(
        id="goal-agreement", title=title, table=table, notes=[say("network_text.goal_coders_note")]
    )


def _decimal(writer: Writer, value: float | None) -> str:
    if absent(value):
        return writer.voice.say("common.none")
    return formats.number(value, writer.language, 2)
