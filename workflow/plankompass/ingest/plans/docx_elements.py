"""Text, runs and table cells of Word XML: what python-docx gives, read from the elements themselves.

python-docx asks an XPath for every paragraph, run and cell, and makes an object for each; in a long
document that costs more than all else together.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
P, R, T, TBL = f"{W}p", f"{W}r", f"{W}t", f"{W}tbl"
VAL = f"{W}val"
_HYPERLINK = f"{W}hyperlink"
_BREAK, _BREAK_TYPE, _LINE_BREAK = f"{W}br", f"{W}type", "textWrapping"
_SIGNS = {f"{W}tab": "\t", f"{W}ptab": "\t", f"{W}cr": "\n", f"{W}noBreakHyphen": "-"}
_RUN_STYLE, _BOLD, _SIZE = f"{W}rPr", f"{W}b", f"{W}sz"
_ROW, _ROW_STYLE, _BEFORE = f"{W}tr", f"{W}trPr", f"{W}gridBefore"
_CELL, _CELL_STYLE, _SPAN, _MERGE = f"{W}tc", f"{W}tcPr", f"{W}gridSpan", f"{W}vMerge"


def paragraph_text(paragraph: Any) -> str:
    """The text of a paragraph, with that of its links; tabs and line breaks as characters.

    Args:
        paragraph: The element ``w:p``.

    Returns:
        The text that ``Paragraph.text`` of python-docx gives.
    """
    parts: list[str] = []
    for child in paragraph:
        tag = child.tag
        if tag == R:
            _add_run(child, parts)
        elif tag == _HYPERLINK:
            for run in child.iterchildren(R):
                _add_run(run, parts)
    return "".join(parts)


def runs_with_text(paragraph: Any) -> list[Any]:
    """The runs of a paragraph that hold more than spaces, without those of links.

    Args:
        paragraph: The element ``w:p``.

    Returns:
        Elements ``w:r``.
    """
    return [run for run in paragraph.iterchildren(R) if _run_text(run).strip()]


def is_bold(run: Any) -> bool:
    """Whether a run itself says that it is bold, whatever its style says.

    Args:
        run: The element ``w:r``.

    Returns:
        True when bold is on.
    """
    properties = run.find(_RUN_STYLE)
    bold = properties.find(_BOLD) if properties is not None else None
    return bold is not None and bool(bold.val)


def largest_size(paragraph: Any) -> float:
    """The largest font size that the runs of a paragraph set by hand.

    Args:
        paragraph: The element ``w:p``.

    Returns:
        Points; 0 when no run with text sets one.
    """
    largest = 0.0
    for run in paragraph.iterchildren(R):
        properties = run.find(_RUN_STYLE)
        size = properties.find(_SIZE) if properties is not None else None
        if size is not None and _run_text(run).strip():
            largest = max(largest, size.val.pt)
    return largest


class Cell(NamedTuple):
    """A cell of a table: how many columns it goes over, and its text, one line a paragraph."""

    span: int
    text: str


def table_rows(table: Any) -> Iterator[list[Cell]]:
    """The rows of a table, a cell merged over rows in each of them, a cell merged over columns once.

    Args:
        table: The element ``w:tbl``.

    Yields:
        The cells of each row.

    Raises:
        ValueError: A cell goes on from the row above, which has none that begins in its column.
    """
    above = None
    for element in table.iterchildren(_ROW):
        row = _Row(element)
        for cell in element.iterchildren(_CELL):
            span, goes_on = _merging(cell)
            if not goes_on:
                lines = [paragraph_text(paragraph) for paragraph in cell.iterchildren(P)]
                row.cells.append(Cell(_columns(span), "\n".join(lines)))
            elif above is not None:
                row.cells.append(above.beginning_in(row.end()))
            else:
                raise ValueError("a cell of the first row goes on from above")
            row.spans.append(span)
        above = row
        shown: list[Cell] = []
        for found in row.cells:
            # the same again is one cell that goes over rows and columns at once
            if found.span > 0 and not (shown and found is shown[-1]):
                shown.append(found)
        yield shown


class _Row:
    """A row as far as it is read: its cells, and what each says of the columns that it goes over."""

    def __init__(self, element: Any) -> None:
        self._element = element
        self.cells: list[Cell] = []
        self.spans: list[Any] = []

    def _start(self) -> int:
        properties = self._element.find(_ROW_STYLE)
        before = properties.find(_BEFORE) if properties is not None else None
        return 0 if before is None else int(before.val)

    def end(self) -> int:
        """The column after the last cell that is read."""
        return self._start() + sum(map(_columns, self.spans))

    def beginning_in(self, column: int) -> Cell:
        at = self._start()
        for cell, span in zip(self.cells, self.spans, strict=True):
            if at == column:
                return cell
            if at > column:
                break
            at += _columns(span)
        raise ValueError(f"no cell begins in column {column}")


def _run_text(run: Any) -> str:
    parts: list[str] = []
    _add_run(run, parts)
    return "".join(parts)


def _add_run(run: Any, parts: list[str]) -> None:
    for child in run:
        tag = child.tag
        if tag == T:
            parts.append(child.text or "")
        elif tag in _SIGNS:
            parts.append(_SIGNS[tag])
        elif tag == _BREAK and child.get(_BREAK_TYPE, _LINE_BREAK) == _LINE_BREAK:
            parts.append("\n")  # breaks of pages and columns are no text


def _merging(cell: Any) -> tuple[Any, bool]:
    """What a cell says of its columns, None for one column; and whether it goes on from above."""
    span = merge = None
    for properties in cell.iterchildren(_CELL_STYLE):
        for child in properties:
            if child.tag == _SPAN and span is None:
                span = child
            elif child.tag == _MERGE and merge is None:
                merge = child
        break
    return span, merge is not None and merge.get(VAL, "continue") == "continue"


def _columns(span: Any) -> int:
    return 1 if span is None else int(span.val)
