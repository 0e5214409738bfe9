"""Who answered and who did not, by party block, gender and age: the network report's table and sheet."""

from __future__ import annotations

from typing import Any

from plankompass.reports import formats
from plankompass.reports.publishable import absent
from plankompass.reports.schema_blocks import TableBlock
from plankompass.reports.schema_parts import Column, Row, Table
from plankompass.reports.workbook_sheets import Cell, Number, Sheet, SheetColumn, SheetRow
from plankompass.reports.writer import Writer
from plankompass.study.codebook import Codebook

RESIDENTS = "innbyggere"
_COLUMNS = (
    "network_text.who_all", "quality.answered", "quality.response_rate", "network_text.who_all_share", "quality.answered_share",
)  # fmt: skip
_SHEET = (
    ("group", 24, True), ("wave", 10, False), ("background", 44, True), ("category", 24, True), ("population", 10, False),
    ("answers", 10, False), ("rate", 12, True), ("frame_share", 12, True), ("answered_share", 12, True), ("status", 24, True),
)  # fmt: skip


def _in_order(writer: Writer, **about: Any) -> list[Any]:
    """Rows by group, question, wave and alternative, as the codebook has them."""
    book = writer.book
    groups, items = list(book.groups), list(book.items)
    options = {i: [option.id for option in book.items[i].options] for i in items}
    return sorted(
        writer.data.rows("nonresponse", **about),
        key=lambda r: (
            groups.index(r.group), items.index(r.item), r.wave, options[r.item].index(r.category),
        ),
    )  # fmt: skip


def category_text(book: Codebook, item: str, category: str, language: str) -> str:
    """An alternative of a background item, as the reports say it."""
    options = {option.id: option for option in book.items[item].options}
    return options[category].text(language)


def _category(writer: Writer, row: Any) -> str:
    return category_text(writer.book, row.item, row.category, writer.language)


def _shares(row: Any) -> tuple[float | None, ...]:
    """Response rate, share of the frame and share of those who answered; residents are a sample."""
    rate = None if row.group == RESIDENTS else row.rate
    return tuple(None if absent(s) else s for s in (rate, row.frame_share, row.answered_share))


def who_answered_table(writer: Writer) -> TableBlock | None:
    """Those who answered beside the frame in the report's wave.

    Args:
        writer: The network's writer.

    Returns:
        The table; None where no frame knows its categories.
    """
    say, voice, language = writer.voice.say, writer.voice, writer.language
    rows = []
    found = _in_order(writer, wave=writer.wave)
    for row in found:
        hidden = row.status != "published"
        n = say(f"reason.{row.reason}") if hidden else formats.number(int(row.n), language, 0)
        shares = [
            say("common.none") if s is None else formats.per_cent(s, language) for s in _shares(row)
        ]
        about = f"{voice.group(row.group)}: {writer.book.items[row.item].text(language)}"
        cells = [formats.number(int(row.population), language, 0), n, *shares]
        rows.append(Row(header=_category(writer, row), group=about, cells=cells))
    if not rows:
        return None
    title = say("network_text.who_answered")
    notes = [say("network_text.who_answered_note")]
    if any(row.group == RESIDENTS for row in found):
        notes.append(say("network_text.who_answered_sample"))
    columns = [Column(label=say(name), align="right") for name in _COLUMNS]
    table = Table(caption=title, corner=say("quality.category"), columns=columns, rows=rows)
    return TableBlock(id="who-answered", title=title, table=table, notes=notes)


def who_answered_sheet(writer: Writer, title: str, subtitle: str) -> Sheet:
    """Those who answered beside the frame in every wave.

    Args:
        writer: The network's writer.
        title: First line.
        subtitle: Second line.

    Returns:
        One row a group, wave, question and alternative.
    """
    say = writer.voice.say
    rows = []
    for row in _in_order(writer):
        visible = row.status == "published"
        shares: list[Cell] = [
            None if s is None else Number(formats.rounded(100 * s, 0)) for s in _shares(row)
        ]
        rows.append(
            SheetRow(
                (
                    writer.voice.group(row.group),
                    Number(int(str(writer.params["waves"][row.wave]["as_of"])[:4])),
                    writer.book.items[row.item].text(writer.language),
                    _category(writer, row),
                    Number(int(row.population)),
                    Number(int(row.n)) if visible else None,
                    *shares,
                    say("status.published") if visible else say(f"reason.{row.reason}"),
                ),
                muted=not visible,
            )
        )
    columns = tuple(SheetColumn(say(f"workbook.col_{n}"), width, wrap) for n, width, wrap in _SHEET)
    return Sheet(say("workbook.sheet_who_answered"), title, subtitle, columns, rows, frozen=4)
