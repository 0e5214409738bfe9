"""XLSX exports: one sheet, a header row, numbers, dates and text as the cells hold them."""

from __future__ import annotations

import datetime
import zipfile
from pathlib import Path

import pandas as pd

from plankompass.ingest.surveys.model import RawSurvey, RawVariable, SurveyReadError, unique_names

_HINT = "save it anew as .xlsx, without password"


def read_xlsx_survey(
    path: Path, shown: str, *, sheet: str | None = None, header_row: int = 1
) -> RawSurvey:
    """Read a worksheet.

    Args:
        path: The file.
        shown: The file's name in messages.
        sheet: Name of the worksheet; the first when left out.
        header_row: Row of the header, from 1.

    Returns:
        The survey. A column is number, datetime or text by its cells; mixed cells become text.

    Raises:
        SurveyReadError: No readable workbook, no such sheet, or no header.
    """
    book = _open(path, shown)
    names = [ws.title for ws in book.worksheets]
    if not names:
        raise SurveyReadError(f"{shown}: the workbook has no worksheet")
    if sheet is not None and sheet not in names:
        raise SurveyReadError(f"{shown}: no worksheet '{sheet}'; there are {', '.join(names)}")
    chosen = book[sheet or names[0]]
    notes = []
    if sheet is None and len(names) > 1:
        notes.append(f"{len(names)} worksheets; the first, '{names[0]}', is read")
    rows = [list(row) for row in chosen.iter_rows(min_row=header_row, values_only=True)]
    if merged := sum(area.max_row >= header_row for area in chosen.merged_cells.ranges):
        notes.append(f"{merged} merged ranges; only a range's first cell has its value")
    if not rows or all(_blank(cell) for cell in rows[0]):
        raise SurveyReadError(f"{shown}: no header in row {header_row} of '{chosen.title}'")
    header, *body = rows
    width = max(i for i, cell in enumerate(header) if not _blank(cell)) + 1
    body = [row for row in body if not all(_blank(cell) for cell in row)]
    if any(not _blank(cell) for row in body for cell in row[width:]):
        raise SurveyReadError(
            f"{shown}: cells to the right of the header in row {header_row}; "
            "say the header's row with `header_row`"
        )
    columns, name_notes = unique_names("" if _blank(c) else str(c) for c in header[:width])
    frame, variables = {}, []
    for index, name in enumerate(columns):
        series, kind = _column([row[index] for row in body])
        frame[name] = series
        variables.append(RawVariable(name, type=kind))
    table = pd.DataFrame(frame, index=pd.RangeIndex(len(body)), columns=columns)
    return RawSurvey(shown, "xlsx", table, variables, encoding="utf-8", notes=notes + name_notes)


def _open(path: Path, shown: str):
    import openpyxl

    try:
        return openpyxl.load_workbook(path, read_only=False, data_only=True)
    except zipfile.BadZipFile:
        raise SurveyReadError(f"{shown}: not an .xlsx workbook, or damaged; {_HINT}") from None
    except Exception as error:  # openpyxl raises many kinds for damaged parts
        raise SurveyReadError(
            f"{shown}: the workbook cannot be read ({type(error).__name__}); {_HINT}"
        ) from None


def find_header(path: Path, shown: str) -> tuple[str, int, list[str]]:
    """Find the sheet and header row of a workbook that no configuration describes.

    Args:
        path: The file.
        shown: The file's name in messages.

    Returns:
        The sheet with most cells; the first of its first 20 rows that is as wide as any of them and
        holds text only; and what was decided, in words.

    Raises:
        SurveyReadError: No readable workbook, or no sheet with cells.
    """
    book = _open(path, shown)
    if not book.worksheets:
        raise SurveyReadError(f"{shown}: the workbook has no worksheet")
    sheet = max(book.worksheets, key=lambda ws: ws.max_row * ws.max_column)
    rows = list(sheet.iter_rows(max_row=20, values_only=True))
    widths = [sum(not _blank(cell) for cell in row) for row in rows]
    if not widths or not max(widths):
        raise SurveyReadError(f"{shown}: the workbook has no cells")
    texts = [all(_blank(c) or isinstance(c, str) for c in row) for row in rows]
    full = [i for i, width in enumerate(widths) if width == max(widths)]
    row = next((i for i in full if texts[i]), full[0]) + 1
    notes = []
    if len(book.worksheets) > 1:
        notes.append(
            f"{len(book.worksheets)} worksheets; '{sheet.title}' has most cells and is read"
        )
    if row > 1:
        notes.append(f"the header seems to stand in row {row} (header_row)")
    return sheet.title, row, notes


def _blank(cell: object) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _column(cells: list[object]) -> tuple[pd.Series, str]:
    cells = [None if _blank(cell) else cell for cell in cells]
    kinds = {type(cell) for cell in cells if cell is not None}
    if kinds and kinds <= {int, float}:
        return pd.Series([float("nan") if c is None else float(c) for c in cells]), "number"
    if kinds and kinds <= {datetime.datetime, datetime.date}:
        return pd.Series(pd.to_datetime(pd.Series(cells, dtype=object))), "datetime"
    texts = [None if c is None else _as_text(c) for c in cells]
    return pd.Series(texts, dtype="str"), "text"


def _as_text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime.datetime | datetime.date | datetime.time):
        return cell.isoformat()
    return str(cell)
