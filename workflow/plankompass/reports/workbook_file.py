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
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from xml.sax.saxutils import escape

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from plankompass.reports.workbook_sheets import Cell, Number, Sheet, SheetRow, safe_text

HEADING_ROW = 4
_INK, _MUTED, _FJORD, _HAIR, _CLAY = "16232B", "4A5862", "00546B", "C9D3D8", "B4500C"
_FORMATS = ("0", "0.0", "0.00", "0.000")
_EARLIEST = (1980, 1, 1, 0, 0, 0)
_WIDEST_TITLE = 31
_WIDER = 1.2  # bold letters and unfilled line ends beside the width of a digit
_NO_NAME = re.compile(r"[\[\]:*?/\\]")
_DIMENSION = re.compile(r'<dimension ref="[^"]*"\s*/>')
_CORE = "docProps/core.xml"
_STAMPS = re.compile(r"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:\2>)")


class _Styles:
    """Style numbers of body cells: kind of row by kind of cell."""

    def __init__(self, book: Workbook) -> None:
        scratch = book.create_sheet()
        self._numbers: dict[tuple[str, str], int] = {}
        line = Border(bottom=Side("hair", color=_HAIR))
        fonts = {
            "plain": Font(name="Calibri", size=10, color=_INK),
            "marked": Font(name="Calibri", size=10, color=_INK, bold=True),
            "muted": Font(name="Calibri", size=10, color=_MUTED, italic=True),
        }
        for row_kind, font in fonts.items():
            for kind in ("text", "wrap", *map(str, range(len(_FORMATS)))):
                # a cell of its own: openpyxl keeps the style object that it was given
                cell = scratch.cell(1, len(self._numbers) + 1)
                cell.font, cell.border = font, line
                cell.alignment = Alignment(vertical="top", wrap_text=kind == "wrap")
                cell.number_format = _FORMATS[int(kind)] if kind.isdigit() else "@"
                self._numbers[row_kind, kind] = cell.style_id
        book.remove(scratch)

    def of(self, row: SheetRow, kind: str) -> int:
        """Number of the style of a cell of that kind in that row."""
        return self._numbers["marked" if row.marked else "muted" if row.muted else "plain", kind]


def _plain(number: Number) -> str:
    """A number with its decimals and a decimal point."""
    return f"{number.value + 0.0:.{number.places}f}"


@lru_cache(maxsize=1 << 14)
def _text_xml(text: str) -> str:
    """A text as the content of a cell; most texts stand in many rows."""
    clean = safe_text(text)
    space = ' xml:space="preserve"' if clean != clean.strip() or "\n" in clean else ""
    return f"<is><t{space}>{escape(clean)}</t></is>"


def _row_xml(
    row: SheetRow,
    index: int,
    columns: Sequence[tuple[str, str]],
    styles: _Styles,
) -> str:
    parts = [f'<row r="{index}">']
    for (letter, kind), cell in zip(columns, row.cells, strict=True):
        if cell is None or cell == "":
            continue
        if isinstance(cell, Number):
            style = styles.of(row, str(cell.places))
            parts.append(f'<c r="{letter}{index}" s="{style}"><v>{_plain(cell)}</v></c>')
        else:
            style = styles.of(row, kind)
            parts.append(f'<c r="{letter}{index}" s="{style}" t="inlineStr">{_text_xml(cell)}</c>')
    parts.append("</row>")
    return "".join(parts)


def _lay_out(page: Worksheet, sheet: Sheet, example_word: str) -> None:
    """Everything of a sheet but its body rows."""
    page["A1"], page["A2"] = safe_text(sheet.title), safe_text(sheet.subtitle)
    page["A1"].font = Font(name="Calibri", size=16, bold=True, color=_FJORD)
    page["A2"].font = Font(name="Calibri", size=10, color=_MUTED)
    if example_word:
        page["A3"] = safe_text(example_word)
        page["A3"].font = Font(name="Calibri", size=11, bold=True, color=_CLAY)
    for place, column in enumerate(sheet.columns, start=1):
        cell = page.cell(HEADING_ROW, place, safe_text(column.label))
        cell.font = Font(name="Calibri", size=10, bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor=_FJORD)
        cell.alignment = Alignment(vertical="center", wrap_text=True)
        page.column_dimensions[get_column_letter(place)].width = column.width
    lines = max(math.ceil(_WIDER * len(c.label) / c.width) for c in sheet.columns)
    page.row_dimensions[HEADING_ROW].height = 6 + 13.5 * max(lines, 2)
    last = HEADING_ROW + len(sheet.rows)
    page.freeze_panes = f"{get_column_letter(sheet.frozen + 1)}{HEADING_ROW + 1}"
    if sheet.filters and sheet.rows:
        page.auto_filter.ref = f"A{HEADING_ROW}:{get_column_letter(len(sheet.columns))}{last}"
    page.sheet_view.showGridLines = False
    page.print_title_rows = f"{HEADING_ROW}:{HEADING_ROW}"
    printed = [place for place, column in enumerate(sheet.columns, start=1) if column.printed]
    ends = get_column_letter(printed[0]), get_column_letter(printed[-1])
    page.print_area = f"{ends[0]}{HEADING_ROW}:{ends[1]}{last}"
    page.page_setup.orientation, page.page_setup.paperSize = "landscape", 9
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    page.page_margins.left = page.page_margins.right = 0.4
    # & is a command in headers and footers; doubled it is itself
    page.oddHeader.left.text = sheet.title.replace("&", "&&")
    page.oddHeader.right.text = example_word
    page.oddFooter.left.text = sheet.subtitle.replace("&", "&&")
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
    book = Workbook()
    first = book.active
    if first is None:
        raise ValueError("openpyxl gave a workbook without a sheet")
    styles = _Styles(book)
    pages = [first, *(book.create_sheet() for _ in sheets[1:])]
    for page, sheet in zip(pages, sheets, strict=True):
        page.title = _NO_NAME.sub(" ", sheet.name)[:_WIDEST_TITLE]
        _lay_out(page, sheet, example_word)
    properties = book.properties
    properties.title, properties.creator, properties.language = title, creator, language
    properties.keywords = example_word or None
    buffer = io.BytesIO()
    book.save(buffer)
    return _finished(buffer, sheets, styles, dated)


def _finished(buffer: io.BytesIO, sheets: Sequence[Sheet], styles: _Styles, dated: date) -> bytes:
    """The archive written anew: body rows in their places, fixed times, entries in openpyxl's order."""
    stamp = rf"\g<1>{dated.isoformat()}T00:00:00Z\g<3>"
    result = io.BytesIO()
    with (
        zipfile.ZipFile(buffer) as old,
        zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as new,
    ):
        parts = {name: old.read(name) for name in old.namelist()}
        for place, sheet in enumerate(sheets, start=1):
            name = f"xl/worksheets/sheet{place}.xml"
            parts[name] = _with_rows(parts[name].decode(), sheet, styles).encode()
        parts[_CORE] = _STAMPS.sub(stamp, parts[_CORE].decode()).encode()
        for name, content in parts.items():
            entry = zipfile.ZipInfo(name, _EARLIEST)
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 3
            entry.external_attr = 0o644 << 16
            new.writestr(entry, content)
    return result.getvalue()


def _with_rows(xml: str, sheet: Sheet, styles: _Styles) -> str:
    """A sheet's XML with its body rows."""
    letters = [get_column_letter(n) for n in range(1, len(sheet.columns) + 1)]
    kinds = ["wrap" if column.wrap else "text" for column in sheet.columns]
    columns = list(zip(letters, kinds, strict=True))
    body = "".join(
        _row_xml(row, index, columns, styles)
        for index, row in enumerate(sheet.rows, start=HEADING_ROW + 1)
    )
    size = f'<dimension ref="A1:{letters[-1]}{HEADING_ROW + len(sheet.rows)}"/>'
    head, end, tail = xml.rpartition("</sheetData>")
    return _DIMENSION.sub(size, head, count=1) + body + end + tail


def _csv_cell(cell: Cell) -> str:
    if cell is None:
        return ""
    return _plain(cell).replace(".", ",") if isinstance(cell, Number) else safe_text(cell)


def write_csv(sheet: Sheet) -> bytes:
    """One sheet as CSV: semicolon, decimal comma, UTF-8 with byte order mark, lines ended by CR LF.

    That is what a spreadsheet with Norwegian settings opens right at a double click; other programs
    are told ``sep=";", decimal=",", encoding="utf-8-sig"``.

    Args:
        sheet: The sheet; its title lines are left out, the headings are the first line.

    Returns:
        The file.
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    writer.writerow([safe_text(column.label) for column in sheet.columns])
    writer.writerows([_csv_cell(cell) for cell in row.cells] for row in sheet.rows)
    return buffer.getvalue().encode("utf-8-sig")
