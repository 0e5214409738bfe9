"""The other sheets: goals, response, municipalities side by side, codebook, about."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Any

from plankompass.reports import formats
from plankompass.reports.about import build_about, network_about
from plankompass.reports.blocks import goal_chain, platform_chain
from plankompass.reports.formats import norwegian_order
from plankompass.reports.profile import profile_numbers
from plankompass.reports.publishable import absent
from plankompass.reports.schema import About
from plankompass.reports.schema_blocks import SteeringChain
from plankompass.reports.wording import Voice, report_texts, unit_of
from plankompass.reports.workbook_components import part_of
from plankompass.reports.workbook_numbers import (
    PER_CENT_UNITS,
    RESEARCH_QUESTIONS,
    profile_estimates,
    value_cells,
)
from plankompass.reports.workbook_sheets import Cell, Number, Sheet, SheetColumn, SheetRow
from plankompass.reports.writer import Writer


def _columns(writer: Writer, *parts: tuple[str, float, bool]) -> tuple[SheetColumn, ...]:
    return tuple(
        SheetColumn(writer.voice.say(f"workbook.col_{name}"), width, wrap)
        for name, width, wrap in parts
    )


def goals_sheet(writer: Writer, title: str, subtitle: str) -> Sheet:
    """Every goal of the samfunnsdel and every point of the platform, and how far each comes.

    Args:
        writer: The municipality's writer.
        title: First line.
        subtitle: Second line.

    Returns:
        One row a goal and link of the chain; without registered goals one row that says so.
    """
    say = writer.voice.say
    rows: list[SheetRow] = []
    for register, chain in (
        ("samfunnsdel", goal_chain(writer)),
        ("plattform", platform_chain(writer)),
    ):
        if chain is not None:
            rows += _chain_rows(writer, say(f"chain_text.start_{register}"), chain)
    if not rows:
        rows = [SheetRow((say("reason.no_goals"), *[None] * 6), muted=True)]
    return Sheet(
        say("workbook.sheet_goals"), title, subtitle,
        _columns(writer, ("register", 20, True), ("goal_number", 8, False), ("goal", 70, True),
                 ("area", 26, True), ("goal_page", 9, False), ("link", 18, True), ("found", 20, True)),
        rows, frozen=3,
    )  # fmt: skip


def _chain_rows(writer: Writer, register: str, chain: SteeringChain) -> list[SheetRow]:
    rows = []
    for goal in chain.goals:
        for stage, step in zip(chain.stages, goal.steps, strict=True):
            cells = (register, goal.number, goal.text, goal.area, goal.page, stage.label, step.text)
            rows.append(SheetRow(cells, muted=step.found is None))
    counts = [(stage.label, stage.count.text) for stage in chain.stages]
    if chain.all_stages is not None:
        counts.append((writer.voice.say("chain.all_stages"), chain.all_stages.text))
    rows += [
        SheetRow((register, None, writer.voice.say("workbook.all_goals"), None, None, label, text), marked=True)
        for label, text in counts
    ]  # fmt: skip
    return rows


def response_sheet(writer: Writer, title: str, subtitle: str, towns: Iterable[Any]) -> Sheet:
    """Who answered, group by group, n of N.

    Args:
        writer: The report's writer.
        title: First line.
        subtitle: Second line.
        towns: Rows of the municipalities that are listed.

    Returns:
        One row a municipality, wave, group and gathering. Residents are a sample, so no rate.
    """
    say, voice = writer.voice.say, writer.voice
    groups = list(writer.book.groups)
    names = {town.kommune_id: town for town in towns}
    found = [row for name in names for row in writer.data.rows("response", kommune_id=name)]
    found.sort(
        key=lambda r: (
            names[r.kommune_id].name, r.kommune_id, groups.index(r.group), r.wave, r.gathering
        )
    )  # fmt: skip
    rows = []
    for row in found:
        visible = row.status == "published" and not absent(row.n)
        size = None if absent(row.population) else int(row.population)
        rate: Cell = None
        if visible and size and row.group != "innbyggere":
            rate = Number(formats.rounded(100 * int(row.n) / size, 0))
        town = names[row.kommune_id]
        rows.append(
            SheetRow(
                (
                    town.code,
                    town.name,
                    voice.group(row.group),
                    Number(int(str(writer.params["waves"][row.wave]["as_of"])[:4])),
                    row.gathering,
                    None if size is None or not visible else Number(size),
                    Number(int(row.n)) if visible else None,
                    rate,
                    say("status.published") if visible else say("reason.too_few_answers"),
                ),
                muted=not visible,
            )
        )
    return Sheet(
        say("workbook.sheet_response"), title, subtitle,
        _columns(writer, ("code", 10, False), ("municipality", 24, False), ("group", 24, True), ("wave", 10, False),
                 ("gathering", 10, False), ("population", 10, False), ("answers", 10, False),
                 ("rate", 12, True), ("status", 24, True)),
        rows, frozen=3,
    )  # fmt: skip


def municipalities_sheet(writer: Writer, title: str, subtitle: str) -> Sheet:
    """All municipalities side by side, by name: the numbers of the profile, or why one is not there.

    Args:
        writer: The network's writer.
        title: First line.
        subtitle: Second line.

    Returns:
        One row a municipality, one column a number.
    """
    voice = writer.voice
    numbers = profile_numbers(writer)
    columns = list(
        _columns(writer, ("code", 10, False), ("municipality", 24, False), ("county", 18, False),
                 ("peer_group", 20, False))
    )  # fmt: skip
    for indicator, group, component in numbers:
        name = voice.component(indicator, component)
        if name != voice.indicator(indicator):
            name = f"{voice.indicator(indicator)}: {name}"
        about = voice.group(group)
        if unit_of(writer.book, indicator, component) in PER_CENT_UNITS:
            about = f"{about}, {voice.say('profile_text.unit_share')}"
        columns.append(SheetColumn(f"{name} ({about})", 17, wrap=True))
    rows = []
    for town in sorted(
        writer.data.rows("municipalities"), key=lambda r: (norwegian_order(r.name), r.code)
    ):
        found = {
            (e.key.indicator, e.key.group, e.key.component): e
            for e in profile_estimates(writer, town.kommune_id)
        }
        cells: list[Cell] = [town.code, town.name, town.county, town.peer_group]
        for number in numbers:
            estimate = found.get(number)
            shown = voice.shown(estimate)
            if estimate is None:
                cells.append(shown.text)
                continue
            unit = unit_of(writer.book, number[0], number[2])
            value, words = value_cells(writer, estimate, shown, unit, part_of(number[2]))
            cells.append(value if value is not None else words or shown.text)
        rows.append(SheetRow(tuple(cells)))
    return Sheet(
        voice.say("workbook.sheet_municipalities"), title, subtitle, tuple(columns), rows, frozen=2
    )


def codebook_sheet(writer: Writer, title: str, subtitle: str) -> Sheet:
    """What every name in the workbook means: indicators, questions, alternatives, scales, codes, measures.

    Args:
        writer: The report's writer.
        title: First line.
        subtitle: Second line.

    Returns:
        One row an entry of the codebook.
    """
    say = writer.voice.say
    return Sheet(
        say("workbook.sheet_codebook"), title, subtitle,
        _columns(writer, ("entry", 16, False), ("id", 32, False), ("text", 46, True), ("definition", 46, True),
                 ("formula", 46, True), ("caveat", 40, True), ("inputs", 40, True), ("scale", 36, True),
                 ("asked", 26, True)),
        _codebook_rows(writer.voice), frozen=2,
    )  # fmt: skip


@lru_cache(maxsize=4)  # the same for every municipality
def _codebook_rows(voice: Voice) -> list[SheetRow]:
    return [
        *_indicator_rows(voice),
        *_item_rows(voice),
        *_scale_rows(voice),
        *_source_rows(voice),
    ]


def _indicator_rows(voice: Voice) -> list[SheetRow]:
    book = voice.book
    rows = []
    for entry in sorted(book.indicators.values(), key=lambda i: RESEARCH_QUESTIONS.index(i.rq)):
        inputs = entry.inputs
        parts = [*inputs.items, *inputs.codes, *inputs.measures, *inputs.indicators]
        span = formats.EN_DASH.join(str(x) for x in entry.range) if len(entry.range) == 2 else ", ".join(
            map(str, entry.range)
        )  # fmt: skip
        rows.append(
            SheetRow(
                (voice.say("workbook.entry_indicator"), entry.id, voice.indicator(entry.id),
                 voice.definition(entry.id), entry.formula, voice.caveat(entry.id), ", ".join(parts), span,
                 formats.joined([voice.group(g) for g in entry.groups], voice.language)),
                marked=True,
            )
        )  # fmt: skip
    return rows


def _item_rows(voice: Voice) -> list[SheetRow]:
    book = voice.book
    rows = []
    for item in book.items.values():
        battery = book.batteries[item.battery]
        stem = (battery.stem_nn if voice.language == "nn" else battery.stem_nb) or ""
        scale = book.scales[item.scale]
        labels = "; ".join(f"{v} = {scale.labels[v].text(voice.language)}" for v in scale.values)
        asked = formats.joined([voice.group(g) for g in item.groups], voice.language)
        turned = voice.say("table_text.reversed") if item.reverse else ""
        rows.append(
            SheetRow(
                (voice.say("workbook.entry_item"), item.id, voice.item(item.id), stem, turned, None,
                 battery.text(voice.language), labels, asked)
            )
        )  # fmt: skip
        rows += [
            SheetRow(
                (voice.say("workbook.entry_option"), f"{item.id}__{option.id}", option.text(voice.language),
                 *[None] * 6)
            )
            for option in item.options
        ]  # fmt: skip
    return rows


def _scale_rows(voice: Voice) -> list[SheetRow]:
    book = voice.book
    rows = []
    for name, scale in book.scales.items():
        labels = "; ".join(f"{v} = {scale.labels[v].text(voice.language)}" for v in scale.values)
        if labels:
            rows.append(SheetRow((voice.say("workbook.entry_scale"), name, labels, *[None] * 6)))
    rows += [
        SheetRow((voice.say("workbook.entry_missing"), str(code), entry.text(voice.language), *[None] * 6))
        for code, entry in book.missing_codes.items()
    ]  # fmt: skip
    return rows


def _source_rows(voice: Voice) -> list[SheetRow]:
    book = voice.book
    codes = [
        (voice.say("workbook.entry_code"), code.id, code.text(voice.language), code.definition)
        for code in book.codes.values()
    ]
    measures = [
        (voice.say("workbook.entry_measure"), m.id, m.text(voice.language), m.definition)
        for m in book.measures.values()
    ]
    return [SheetRow((*entry, *[None] * 5)) for entry in (*codes, *measures)]


def about_sheet(writer: Writer, title: str, subtitle: str) -> Sheet:
    """How to read the workbook, what is hidden and why, what may not be concluded.

    Args:
        writer: The report's writer; without a municipality the network's.
        title: First line.
        subtitle: Second line.

    Returns:
        Two columns, the same texts as the report's "Om tallene".
    """
    say, params = writer.voice.say, writer.params
    about = build_about(writer) if writer.kommune_id else network_about(writer)
    as_of = date.fromisoformat(str(params["waves"][writer.wave]["as_of"]))
    dated = date.fromisoformat(str(params["report"]["dated"]))
    facts = [
        (say("workbook.study"), report_texts(params, writer.language)),
        (say("common.wave"), say("front_text.wave", year=as_of.year)),
        (say("common.as_of"), formats.long_date(as_of, writer.language)),
        (say("common.dated"), formats.long_date(dated, writer.language)),
        (say("common.publisher"), str(params["report"]["publisher"])),
        *((fact.label, fact.value) for fact in about.facts),
    ]
    rows = [SheetRow(fact) for fact in facts]
    reading = ("read_values", "read_status", "read_csv")
    rows += [SheetRow((say("workbook.reading"), say(f"workbook.{key}"))) for key in reading]
    rows += [SheetRow((about.title, text)) for text in about.paragraphs]
    rows += _hidden_rows(about)
    rows += [SheetRow((about.never_claim_title, text)) for text in about.never_claim]
    columns = _columns(writer, ("topic", 34, True), ("content", 110, True))
    return Sheet(say("workbook.sheet_about"), title, subtitle, columns, rows, filters=False)


def _hidden_rows(about: About) -> list[SheetRow]:
    if about.hidden is None:
        return []
    return [
        SheetRow((about.hidden.caption, f"{row.header} ({row.cells[0]})"))
        for row in about.hidden.rows
    ]
