"""What a workbook is made of before it becomes a file: sheets, columns, rows, cells."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

# Spreadsheets read a text that begins with one of these as a formula (the wide forms too).
_FORMULA_STARTS = frozenset("=+-@\t\r\n＝＋－＠")
# Not allowed in XML 1.0, so a file with one of them does not open.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
LONGEST_TEXT = 32_767


class Number(NamedTuple):
    """A number with the decimals it is shown with."""

    value: float
    places: int = 0


Cell = str | Number | None


@dataclass(frozen=True)
class SheetColumn:
    """One column.

    Attributes:
        label: Heading.
        width: Width in characters.
        wrap: Whether long text is broken into lines.
        printed: Whether the column is on paper too; ids for machines are not.
    """

    label: str
    width: float
    wrap: bool = False
    printed: bool = True


class SheetRow(NamedTuple):
    """One row.

    Attributes:
        cells: One cell a column.
        marked: Set in bold: a total or a heading.
        muted: Set in grey: there is no number.
    """

    cells: tuple[Cell, ...]
    marked: bool = False
    muted: bool = False


@dataclass(frozen=True)
class Sheet:
    """One sheet.

    Attributes:
        name: Name on the tab, at most 31 characters.
        title: First line of the sheet.
        subtitle: Second line: study, wave, and the word for made-up data.
        columns: Columns from the left.
        rows: Rows from the top.
        frozen: Columns that stay when the reader scrolls sideways.
        filters: Whether the heading offers filters.
    """

    name: str
    title: str
    subtitle: str
    columns: tuple[SheetColumn, ...]
    rows: list[SheetRow] = field(default_factory=list)
    frozen: int = 0
    filters: bool = True


@lru_cache(maxsize=1 << 14)
def safe_text(text: str) -> str:
    """A text that no spreadsheet takes for a formula and any XML reader accepts.

    Args:
        text: Any text, for instance a goal copied from a plan.

    Returns:
        The text without control characters, cut at what a cell can hold; an apostrophe stands before
        it where it would begin a formula.
    """
    clean = _CONTROL.sub("", text)
    if clean[:1] in _FORMULA_STARTS and clean:
        clean = f"'{clean}"
    return clean[:LONGEST_TEXT]
