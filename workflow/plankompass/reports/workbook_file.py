"""Sheets to files: XLSX with openpyxl, and CSV as Norwegian spreadsheets open it.

openpyxl makes everything but the body rows: those are written straight into the sheets' XML, which
takes a tenth of the time, with the style numbers that openpyxl gave out. The bytes depend on the
sheets alone: no clock, no order of creation.
"""

from __future__ import annotations

import csv
import io
import math
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from xml.sax.saxutils import escape

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from plankompass.reports.workbook_sheets import (
    Cell,
    Number,
    Sheet,
    SheetColumn,
    SheetRow,
    safe_text,
)

HEADING_ROW = 4
_INK, _MUTED, _FJORD, _HAIR, _CLAY = "16232B", "4A5862", "00546B", "C9D3D8", "B4500C"
_FORMATS = ("0", "0.0", "0.00", "0.000")
_EARLIEST = (1980, 1, 1, 0, 0, 0)
_WIDEST_TITLE = 31
_WIDER = 1.2  # bold letters and unfilled line ends beside the width of a digit
_NO_NAME = re.compile(r"[\[\]:*?/\\]")
_DIMENSION = re.compile(r'<dimension ref="[^"]*"\s*/>')
_CORE, _BOOK = "docProps/core.xml", "xl/workbook.xml"
_SHEETS = {f"xl/worksheets/sheet{place}.xml": place for place in range(1, 100)}
_TITLE, _CREATOR, _LANGUAGE = "plankompass-title-", "plankompass-creator-", "plankompass-language-"
_UNREACHED = 1_040_000
_CSV_BETWEEN, _CSV_END = ";", "\r\n"
_ROW = b"\0"  # stands for a row's number; no text of a cell has such a character
_CELLS_KEPT = 1 << 12
_CSV_CELLS_KEPT = 1 << 14
_STAMPS = re.compile(r"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:\2>)")


_FONTS = {
    "plain": {"color": _INK},
    "marked": {"color": _INK, "bold": True},
    "muted": {"color": _MUTED, "italic": True},
}


def _body_styles(book: Workbook) -> dict[tuple[str, str], int]:
    """Style numbers of body cells by kind of row and kind of cell."""
    scratch = book.create_sheet()
    numbers: dict[tuple[str, str], int] = {}
    line = Border(bottom=Side("hair", color=_HAIR))
    for row_kind, look in _FONTS.items():
        font = Font(name="Calibri", size=10, **look)
        for kind in ("text", "wrap", *map(str, range(len(_FORMATS)))):
            # a cell of its own: openpyxl keeps the style object that it was given
            cell = scratch.cell(1, len(numbers) + 1)
            cell.font, cell.border = font, line
            cell.alignment = Alignment(vertical="top", wrap_text=kind == "wrap")
            cell.number_format = _FORMATS[int(kind)] if kind.isdigit() else "@"
            numbers[row_kind, kind] = cell.style_id
    book.remove(scratch)
    return numbers


_WRITTEN = tuple(f"{{:.{places}f}}".format for places in range(len(_FORMATS)))


def _plain(number: Number) -> str:
    """A number with its decimals and a decimal point."""
    return _WRITTEN[number.places](number.value + 0.0)


def _text_xml(text: str) -> str:
    """A text as the content of a cell."""
    clean = safe_text(text)
    space = ' xml:space="preserve"' if clean != clean.strip() or "\n" in clean else ""
    return f"<is><t{space}>{escape(clean)}</t></is>"


class _CellTexts(dict[Cell, bytes]):
    """The cells of one column in one look as XML in UTF-8, with a mark for the row's number.

    Most texts and many numbers stand in many rows and in every municipality's workbook: each is put
    together once.
    """

    def __init__(self, letter: str, text_style: int, number_styles: Sequence[int]) -> None:
        super().__init__()
        self._at = f'<c r="{letter}{_ROW.decode()}"'
        self._text_style, self._number_styles = text_style, number_styles

    def __missing__(self, cell: Cell) -> bytes:
        if cell is None or cell == "":
            made = ""
        elif isinstance(cell, str):
            made = f'{self._at} s="{self._text_style}" t="inlineStr">{_text_xml(cell)}</c>'
        else:
            made = f'{self._at} s="{self._number_styles[cell.places]}"><v>{_plain(cell)}</v></c>'
        if len(self) >= _CELLS_KEPT:
            self.clear()
        self[cell] = made.encode()
        return self[cell]


class _RowWriter:
    """Writes the body rows of one sheet, for every workbook that has it."""

    def __init__(
        self, columns: Sequence[SheetColumn], styles: Mapping[tuple[str, str], int]
    ) -> None:
        self._known = {
            look: [
                _CellTexts(
                    get_column_letter(place),
                    styles[look, "wrap" if column.wrap else "text"],
                    [styles[look, str(places)] for places in range(len(_FORMATS))],
                )
                for place, column in enumerate(columns, start=1)
            ]
            for look in _FONTS
        }

    def write(self, row: SheetRow, index: int) -> bytes:
        """One row as XML in UTF-8."""
        known = self._known["marked" if row.marked else "muted" if row.muted else "plain"]
        cells = b"".join([made[cell] for made, cell in zip(known, row.cells, strict=True)])
        number = b"%d" % index
        return b'<row r="%b">%b</row>' % (number, cells.replace(_ROW, number))


@dataclass(frozen=True)
class _Frame:
    """What of a sheet is the same in every municipality's workbook.

    Attributes:
        name, columns, frozen, filters: As the sheet's.
        empty: Whether it has no rows.
    """

    name: str
    columns: tuple[SheetColumn, ...]
    frozen: int
    filters: bool
    empty: bool


def _title(place: int, line: int) -> str:
    """Stands for a line of a sheet's title until a workbook is finished."""
    return f"plankompass-title-{place}-{line}-"


def _last(place: int) -> int:
    """Stands for a sheet's last row until a workbook is finished: a row that no sheet reaches."""
    return _UNREACHED + place


def _lay_out(page: Worksheet, sheet: _Frame, place: int, example_word: str) -> None:
    """Everything of a sheet but its titles and its body rows."""
    title, subtitle = _title(place, 1), _title(place, 2)
    page["A1"], page["A2"] = title, subtitle
    page["A1"].font = Font(name="Calibri", size=16, bold=True, color=_FJORD)
    page["A2"].font = Font(name="Calibri", size=10, color=_MUTED)
    if example_word:
        page["A3"] = safe_text(example_word)
        page["A3"].font = Font(name="Calibri", size=11, bold=True, color=_CLAY)
    for nth, column in enumerate(sheet.columns, start=1):
        cell = page.cell(HEADING_ROW, nth, safe_text(column.label))
        cell.font = Font(name="Calibri", size=10, bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor=_FJORD)
        cell.alignment = Alignment(vertical="center", wrap_text=True)
        page.column_dimensions[get_column_letter(nth)].width = column.width
    lines = max(math.ceil(_WIDER * len(c.label) / c.width) for c in sheet.columns)
    page.row_dimensions[HEADING_ROW].height = 6 + 13.5 * max(lines, 2)
    last = _last(place)
    page.freeze_panes = f"{get_column_letter(sheet.frozen + 1)}{HEADING_ROW + 1}"
    if sheet.filters and not sheet.empty:
        page.auto_filter.ref = f"A{HEADING_ROW}:{get_column_letter(len(sheet.columns))}{last}"
    page.sheet_view.showGridLines = False
    page.print_title_rows = f"{HEADING_ROW}:{HEADING_ROW}"
    printed = [nth for nth, column in enumerate(sheet.columns, start=1) if column.printed]
    ends = get_column_letter(printed[0]), get_column_letter(printed[-1])
    page.print_area = f"{ends[0]}{HEADING_ROW}:{ends[1]}{last}"
    page.page_setup.orientation, page.page_setup.paperSize = "landscape", 9
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    page.page_margins.left = page.page_margins.right = 0.4
    page.oddHeader.left.text = _title(place, 3)
    page.oddHeader.right.text = example_word
    page.oddFooter.left.text = _title(place, 4)
    page.oddFooter.right.text = "&P / &N"


def write_xlsx(
    sheets: Sequence[Sheet], *, title: str, creator: str, dated: date, language: str,
    example_word: str = "",
) -> bytes:  # fmt: skip
    """Make a workbook.

    Args:
        sheets: The sheets in order; names must differ.
        title: Title in the file's properties.
        creator: Who publishes it.
        dated: Date in the file's properties; the report's own, never the clock's.
        language: Language in the file's properties.
        example_word: Word that every sheet and printed page carries when the data are made up.

    Returns:
        The file; equal sheets give equal bytes.
    """
    frames = tuple(
        _Frame(sheet.name, tuple(sheet.columns), sheet.frozen, sheet.filters, not sheet.rows)
        for sheet in sheets
    )
    parts, writers = _skeleton(frames, example_word)
    stamp = rf"\g<1>{dated.isoformat()}T00:00:00Z\g<3>"
    own = {
        _TITLE: title, _CREATOR: creator, _LANGUAGE: language,
    }  # fmt: skip
    result = io.BytesIO()
    with zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as new:
        for name, text in parts.items():
            if name in _SHEETS:
                place = _SHEETS[name]
                content = _with_rows(text, sheets[place - 1], place, writers[place - 1])
            else:
                if name == _BOOK:
                    for place, sheet in enumerate(sheets, start=1):
                        last = HEADING_ROW + len(sheet.rows)
                        text = text.replace(f"${_last(place)}", f"${last}")
                elif name == _CORE:
                    for mark, words in own.items():
                        text = text.replace(mark, escape(words))
                    text = _STAMPS.sub(stamp, text)
                content = text.encode()
            new.writestr(_entry(name), content)
    return result.getvalue()


def _entry(name: str) -> zipfile.ZipInfo:
    """An entry of the archive, the same whenever and wherever it is made."""
    entry = zipfile.ZipInfo(name, _EARLIEST)
    entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 3
    entry.external_attr = 0o644 << 16
    return entry


@lru_cache(maxsize=8)
def _skeleton(
    frames: tuple[_Frame, ...], example_word: str
) -> tuple[dict[str, str], list[_RowWriter]]:
    """The archive's parts in openpyxl's order with marks for what is a municipality's own.

    Beside them a writer of rows for each sheet. Workbooks of one language have the same ones.
    """
    book = Workbook()
    first = book.active
    if first is None:
        raise ValueError("openpyxl gave a workbook without a sheet")
    styles = _body_styles(book)
    pages = [first, *(book.create_sheet() for _ in frames[1:])]
    for place, (page, frame) in enumerate(zip(pages, frames, strict=True), start=1):
        page.title = _NO_NAME.sub(" ", frame.name)[:_WIDEST_TITLE]
        _lay_out(page, frame, place, example_word)
    properties = book.properties
    properties.title, properties.creator, properties.language = _TITLE, _CREATOR, _LANGUAGE
    properties.keywords = example_word or None
    buffer = io.BytesIO()
    book.save(buffer)
    with zipfile.ZipFile(buffer) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    return parts, [_RowWriter(frame.columns, styles) for frame in frames]


def _with_rows(xml: str, sheet: Sheet, place: int, writer: _RowWriter) -> bytes:
    """A sheet's XML with its titles and its body rows, in UTF-8."""
    last = HEADING_ROW + len(sheet.rows)
    head, end, tail = xml.rpartition("</sheetData>")
    size = f'<dimension ref="A1:{get_column_letter(len(sheet.columns))}{last}"/>'
    # & is a command in headers and footers; doubled it is itself
    titles = (
        safe_text(sheet.title), safe_text(sheet.subtitle),
        sheet.title.replace("&", "&&"), sheet.subtitle.replace("&", "&&"),
    )  # fmt: skip
    for line, words in enumerate(titles, start=1):
        known = escape(words).encode("ascii", "xmlcharrefreplace").decode()
        mark = _title(place, line)
        head, tail = head.replace(mark, known), tail.replace(mark, known)
    tail = tail.replace(str(_last(place)), str(last))
    head = _DIMENSION.sub(size, head, count=1)
    rows = [writer.write(row, index) for index, row in enumerate(sheet.rows, start=HEADING_ROW + 1)]
    return b"".join([head.encode(), *rows, end.encode(), tail.encode()])


class _CsvTexts(dict[Cell, str]):
    """Cells as they stand in a line of a CSV file; a text in quotation marks where it needs them."""

    def __missing__(self, cell: Cell) -> str:
        if not isinstance(cell, str):
            made = "" if cell is None else _plain(cell).replace(".", ",")
        else:
            line = io.StringIO(newline="")
            writer = csv.writer(line, delimiter=_CSV_BETWEEN, lineterminator=_CSV_END)
            writer.writerow([safe_text(cell), ""])
            made = line.getvalue().removesuffix(_CSV_BETWEEN + _CSV_END)
        if len(self) >= _CSV_CELLS_KEPT:
            self.clear()
        self[cell] = made
        return made


_csv_texts = _CsvTexts()


def write_csv(sheet: Sheet) -> bytes:
    """One sheet as CSV: semicolon, decimal comma, UTF-8 with byte order mark, lines ended by CR LF.

    That is what a spreadsheet with Norwegian settings opens right at a double click; other programs
    are told ``sep=";", decimal=",", encoding="utf-8-sig"``.

    Args:
        sheet: The sheet; its title lines are left out, the headings are the first line.

    Returns:
        The file.
    """
    rows = ((column.label for column in sheet.columns), *(row.cells for row in sheet.rows))
    lines = [_CSV_BETWEEN.join([_csv_texts[cell] for cell in cells]) for cells in rows]
    return _CSV_END.join([*lines, ""]).encode("utf-8-sig")
