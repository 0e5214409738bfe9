"""Blocks of a Word document: headings by style, lists, tables row by row, heads and feet of pages."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from plankompass.ingest.plans.docx_numbers import DocxNumbers
from plankompass.ingest.plans.mend import join_lines, mend_characters
from plankompass.ingest.plans.models import CELL, Block, BlockKind, PlanRefusedError, PlanText
from plankompass.ingest.safe_archive import ArchiveRefusedError, SafeArchive

_HEADING = re.compile(r"^(?:heading|overskrift|tittel)\s*(\d)?$", re.IGNORECASE)
_TITLE = {"title", "tittel"}
_CONTENTS = re.compile(r"^(?:toc|inh|innholdsfortegnelse|innhaldsliste)\b", re.IGNORECASE)
_LIST = re.compile(r"^(?:list|liste|punktliste|nummerert)", re.IGNORECASE)
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def check_archive(path: Path, *, members: int, megabytes: int) -> None:
    """Refuse an archive that is broken, protected, or unpacks to more than the limits allow.

    Args:
        path: The zip file.
        members: Most members.
        megabytes: Largest unpacked size.

    Raises:
        PlanRefusedError: With the reason.
    """
    try:
        with SafeArchive(path, max_members=members, max_bytes=megabytes * 1_000_000) as archive:
            for name in archive.names:
                archive.read(name)  # counts what really comes out, and finds damaged members
    except ArchiveRefusedError as refusal:
        raise PlanRefusedError(str(refusal).removeprefix(f"{path.name}: ")) from None


def read_docx(path: Path) -> PlanText:
    """Read a Word document.

    Args:
        path: The .docx file, within the limits of :func:`check_archive`.

    Returns:
        The text; no physical pages, all blocks on page 1.

    Raises:
        PlanRefusedError: The file is no Word document or is damaged.
    """
    import docx
    from docx.opc.exceptions import OpcError
    from lxml.etree import LxmlError

    try:
        document = docx.Document(str(path))
        rows = list(_rows(document))
    except (OpcError, LxmlError, KeyError, ValueError, AttributeError, zipfile.BadZipFile,
            RecursionError, OSError, IndexError, NotImplementedError, EOFError):  # fmt: skip
        raise PlanRefusedError("no Word document that can be read: the file is damaged") from None
    except Exception as error:  # zlib.error is no subclass of the above
        if type(error).__module__ != "zlib":
            raise
        raise PlanRefusedError("no Word document that can be read: the file is damaged") from None
    blocks = [Block(1, order, kind, level, text) for order, (kind, level, text) in enumerate(rows)]
    return PlanText("docx", blocks=blocks)


def _rows(document: Any) -> Iterator[tuple[BlockKind, int, str]]:
    from docx.table import Table

    seen: set[str] = set()
    for section in document.sections:
        for part in (section.first_page_header, section.header, section.footer):
            for paragraph in part.paragraphs:
                text = _clean(paragraph.text)
                if text and text not in seen:
                    seen.add(text)
                    yield "running_head", 0, text
    numbers = DocxNumbers(document)
    largest = _largest_size(document)
    for item in document.iter_inner_content():
        if isinstance(item, Table):
            yield from _table_rows(item)
        else:
            yield from _paragraph(item, numbers, largest)
    # a contents list made by Word stands in a content control of its own
    for control in document.element.body.iter(f"{_W}sdt"):
        gallery = control.find(f"{_W}sdtPr/{_W}docPartObj/{_W}docPartGallery")
        is_contents = gallery is not None and "Contents" in (gallery.get(f"{_W}val") or "")
        for node in control.iter(f"{_W}p"):
            text = _clean("".join(t.text or "" for t in node.iter(f"{_W}t")))
            if text:
                yield ("contents" if is_contents else "paragraph"), 0, text


def _paragraph(
    paragraph: Any, numbers: DocxNumbers, largest: float
) -> Iterator[tuple[BlockKind, int, str]]:
    text = _clean(paragraph.text)
    if not text:
        return
    style = (paragraph.style.name if paragraph.style is not None else "") or ""
    heading = _HEADING.match(style)
    number = numbers.number(paragraph)
    if number and not text.startswith(number.rstrip(".")):
        text = f"{number} {text}"
    if style.lower() in _TITLE:
        yield "heading", 1, text
    elif heading:
        yield "heading", max(1, int(heading.group(1) or 1)), text
    elif _CONTENTS.match(style):
        yield "contents", 0, text
    elif _is_bold_line(paragraph, text) and (number != "" or not _LIST.match(style)):
        large = largest > 0 and _size(paragraph) == largest
        yield "heading", 1 if large else 7, text
    elif _LIST.match(style) or number is not None:
        yield "list_item", 0, text
    else:
        yield "paragraph", 0, text


def _size(paragraph: Any) -> float:
    sizes = [r.font.size.pt for r in paragraph.runs if r.text.strip() and r.font.size]
    return max(sizes, default=0.0)


def _largest_size(document: Any) -> float:
    """The largest font size set by hand, when it is a title's: 16 points or more."""
    largest = max((_size(p) for p in document.paragraphs), default=0.0)
    return largest if largest >= 16 else 0.0


def _is_bold_line(paragraph: Any, text: str) -> bool:
    """A short line all in bold is a heading made by hand."""
    if len(text) > 120 or text.endswith((".", ",", ";")):
        return False
    runs = [run for run in paragraph.runs if run.text.strip()]
    return bool(runs) and all(run.bold for run in runs)


def _table_rows(table: Any) -> Iterator[tuple[BlockKind, int, str]]:
    for row in table.rows:
        cells: list[str] = []
        last = None
        for cell in row.cells:
            if cell._tc is last:  # merged over columns: the same cell again
                continue
            last = cell._tc
            cells.append(_clean(" ".join(cell.text.split("\n"))))
        if any(cells):
            yield "table_row", 0, CELL.join(cells)


def _clean(text: str) -> str:
    return join_lines(mend_characters(part, breaks_are_hyphens=False) for part in text.splitlines())
