"""Blocks of a Word document: headings by style, lists, tables row by row, heads and feet of pages."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from plankompass.ingest.plans.docx_elements import (
    TBL,
    VAL,
    P,
    T,
    W,
    is_bold,
    largest_size,
    paragraph_text,
    runs_with_text,
    table_rows,
)
from plankompass.ingest.plans.docx_numbers import DocxNumbers
from plankompass.ingest.plans.docx_styles import DocxStyles
from plankompass.ingest.plans.mend import join_lines, mend_characters
from plankompass.ingest.plans.models import CELL, Block, BlockKind, PlanRefusedError, PlanText
from plankompass.ingest.safe_archive import ArchiveRefusedError, SafeArchive

_HEADING = re.compile(r"^(?:heading|overskrift|tittel)\s*(\d)?$", re.IGNORECASE)
_TITLE = {"title", "tittel"}
_CONTENTS = re.compile(r"^(?:toc|inh|innholdsfortegnelse|innhaldsliste)\b", re.IGNORECASE)
_LIST = re.compile(r"^(?:list|liste|punktliste|nummerert)", re.IGNORECASE)


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
    from docx.exceptions import PythonDocxError
    from docx.opc.exceptions import OpcError
    from docx.oxml.exceptions import XmlchemyError
    from lxml.etree import LxmlError

    try:
        document = docx.Document(str(path))
        rows = list(_rows(document))
    except (PythonDocxError, XmlchemyError, OpcError, LxmlError, KeyError, ValueError, AttributeError,
            zipfile.BadZipFile, RecursionError, OSError, IndexError, NotImplementedError, EOFError):  # fmt: skip
        raise PlanRefusedError("no Word document that can be read: the file is damaged") from None
    except Exception as error:  # zlib.error is no subclass of the above
        if type(error).__module__ != "zlib":
            raise
        raise PlanRefusedError("no Word document that can be read: the file is damaged") from None
    blocks = [Block(1, order, kind, level, text) for order, (kind, level, text) in enumerate(rows)]
    return PlanText("docx", blocks=blocks)


def _rows(document: Any) -> Iterator[tuple[BlockKind, int, str]]:
    seen: set[str] = set()
    for section in document.sections:
        for part in (section.first_page_header, section.header, section.footer):
            for paragraph in part.paragraphs:
                text = _clean(paragraph_text(paragraph._p))
                if text and text not in seen:
                    seen.add(text)
                    yield "running_head", 0, text
    styles, numbers = DocxStyles(document.part), DocxNumbers(document)
    body = document.element.body
    largest = max(map(largest_size, body.iterchildren(P)), default=0.0)
    # the largest size set by hand is a title's when it is 16 points or more
    title_size = largest if largest >= 16 else 0.0
    for element in body.iterchildren(P, TBL):
        if element.tag == P:
            yield from _paragraph(element, styles, numbers, title_size)
        else:
            for row in table_rows(element):
                cells = [_clean(" ".join(cell.text.split("\n"))) for cell in row]
                if any(cells):
                    yield "table_row", 0, CELL.join(cells)
    # a contents list made by Word stands in a content control of its own
    for control in body.iter(f"{W}sdt"):
        gallery = control.find(f"{W}sdtPr/{W}docPartObj/{W}docPartGallery")
        is_contents = gallery is not None and "Contents" in (gallery.get(VAL) or "")
        for node in control.iter(P):
            text = _clean("".join(t.text or "" for t in node.iter(T)))
            if text:
                yield ("contents" if is_contents else "paragraph"), 0, text


def _paragraph(
    paragraph: Any, styles: DocxStyles, numbers: DocxNumbers, title_size: float
) -> Iterator[tuple[BlockKind, int, str]]:
    text = _clean(paragraph_text(paragraph))
    if not text:
        return
    style = styles.of(paragraph)
    heading = _HEADING.match(style.name)
    number = numbers.number(paragraph, style)
    if number and not text.startswith(number.rstrip(".")):
        text = f"{number} {text}"
    if style.name.lower() in _TITLE:
        yield "heading", 1, text
    elif heading:
        yield "heading", max(1, int(heading.group(1) or 1)), text
    elif _CONTENTS.match(style.name):
        yield "contents", 0, text
    elif _is_bold_line(paragraph, text) and (number != "" or not _LIST.match(style.name)):
        large = title_size > 0 and largest_size(paragraph) == title_size
        yield "heading", 1 if large else 7, text
    elif _LIST.match(style.name) or number is not None:
        yield "list_item", 0, text
    else:
        yield "paragraph", 0, text


def _is_bold_line(paragraph: Any, text: str) -> bool:
    """A short line all in bold is a heading made by hand."""
    if len(text) > 120 or text.endswith((".", ",", ";")):
        return False
    runs = runs_with_text(paragraph)
    return bool(runs) and all(map(is_bold, runs))


def _clean(text: str) -> str:
    return join_lines(mend_characters(part, breaks_are_hyphens=False) for part in text.splitlines())
