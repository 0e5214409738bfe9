"""What a tagged PDF says to a reader who does not see it, and to one who does."""

from __future__ import annotations

import ctypes
import io
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium


@dataclass
class Element:
    """One element of the structure tree.

    Attributes:
        kind: Its tag, without the slash.
        alt: Alternative text; None where there is none.
        scope: Scope of a header cell; empty where there is none.
        children: Elements below it, in order.
        content: Texts and elements below it, in order.
        pages: Index of the page of each text right below it.
    """

    kind: str
    alt: str | None = None
    scope: str = ""
    children: list[Element] = field(default_factory=list)
    content: list[str | Element] = field(default_factory=list)
    pages: list[int] = field(default_factory=list)

    def walk(self) -> Iterator[Element]:
        """This element and all below it, in reading order."""
        yield self
        for child in self.children:
            yield from child.walk()

    def own_text(self) -> str:
        """The text right below it."""
        return "".join(part for part in self.content if isinstance(part, str))

    def last_page(self) -> int:
        """Index of the last page that it has text on; -1 when it has none."""
        return max((page for element in self.walk() for page in element.pages), default=-1)

    def text(self, *, figures: bool = False) -> str:
        """All text below it in reading order.

        Args:
            figures: With the text inside figures.

        Returns:
            The text.
        """
        if self.kind == "Figure" and not figures:
            return ""
        return "".join(
            part if isinstance(part, str) else part.text(figures=figures) for part in self.content
        )


@dataclass
class PageText:
    """The text of one page.

    Attributes:
        marked: Text by its mark in the structure tree; the text of a figure stands under its mark.
        artifact: Text that is decoration: running heads, page numbers, signs.
        loose: Text that is neither.
        whole: All text as it is seen.
    """

    marked: dict[int, str]
    artifact: str
    loose: str
    whole: str


def text_of(item, textpage) -> str:
    """The text of one text object.

    Args:
        item: The object.
        textpage: The text of its page.

    Returns:
        The text as it is read.
    """
    length = pdfium.FPDFTextObj_GetText(item, textpage, None, 0)
    buffer = ctypes.create_string_buffer(length)
    pdfium.FPDFTextObj_GetText(
        item, textpage, ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)), length
    )
    # a hyphen at the end of a line is given as U+0002; the pages never divide words, so it belongs there
    return buffer.raw.decode("utf-16-le").rstrip("\0").replace("\x02", "-")


def _is_artifact(item) -> bool:
    for i in range(pdfium.FPDFPageObj_CountMarks(item)):
        mark = pdfium.FPDFPageObj_GetMark(item, i)
        size = ctypes.c_ulong()
        buffer = ctypes.create_string_buffer(40)
        name = ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort))
        pdfium.FPDFPageObjMark_GetName(mark, name, 40, size)
        if buffer.raw[: size.value].decode("utf-16-le").rstrip("\0") == "Artifact":
            return True
    return False


def _inside(item, textpage) -> str:
    """Text of a drawn object: of a form, all text in it."""
    kind = pdfium.FPDFPageObj_GetType(item)
    if kind == pdfium.FPDF_PAGEOBJ_TEXT:
        return text_of(item, textpage)
    if kind == pdfium.FPDF_PAGEOBJ_FORM:
        count = pdfium.FPDFFormObj_CountObjects(item)
        return "".join(
            _inside(pdfium.FPDFFormObj_GetObject(item, i), textpage) for i in range(count)
        )
    return ""


def page_objects(raw: bytes) -> Iterator[tuple[Any, list[Any]]]:
    """What is placed on each page.

    Args:
        raw: A PDF.

    Yields:
        The text of a page and its objects; both hold until the next page is asked for.
    """
    document = pypdfium2.PdfDocument(raw)
    try:
        for page in document:
            count = pdfium.FPDFPage_CountObjects(page)
            items = [pdfium.FPDFPage_GetObject(page, i) for i in range(count)]
            yield page.get_textpage(), items
    finally:
        document.close()


def read_pages(raw: bytes) -> list[PageText]:
    """The text of each page by its marks.

    Args:
        raw: A PDF.

    Returns:
        One entry a page.
    """
    pages = []
    for textpage, items in page_objects(raw):
        marked: dict[int, list[str]] = defaultdict(list)
        artifact, loose = [], []
        for item in items:
            text = _inside(item, textpage)
            if not text:
                continue
            mark = pdfium.FPDFPageObj_GetMarkedContentID(item)
            if mark >= 0:
                marked[mark].append(text)
            elif _is_artifact(item):
                artifact.append(text)
            else:
                loose.append(text)
        joined = {mark: "".join(parts) for mark, parts in marked.items()}
        whole = textpage.get_text_range()
        pages.append(PageText(joined, "".join(artifact), "".join(loose), whole))
    return pages


def read_structure(pdf: pikepdf.Pdf, pages: list[PageText]) -> tuple[Element, set[tuple[int, int]]]:
    """The structure tree with its text.

    Args:
        pdf: The document.
        pages: Its text by marks.

    Returns:
        The root, and the marks that the tree reaches as (page, mark).
    """
    numbers = {page.obj.objgen: i for i, page in enumerate(pdf.pages)}
    reached: set[tuple[int, int]] = set()

    def build(node: pikepdf.Object, page: int) -> Element:
        if "/Pg" in node:
            page = numbers.get(node.Pg.objgen, page)
        element = Element(str(node.get("/S", "/"))[1:], scope=_scope(node.get("/A")))
        if "/Alt" in node:
            element.alt = str(node.Alt)
        kids = node.get("/K")
        for kid in [] if kids is None else kids if isinstance(kids, pikepdf.Array) else [kids]:
            if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
                child = build(kid, page)
                element.children.append(child)
                element.content.append(child)
                continue
            mark, own = kid, page
            if isinstance(kid, pikepdf.Dictionary):
                if "/MCID" not in kid:
                    continue
                mark = kid.MCID
                own = numbers.get(kid.Pg.objgen, page) if "/Pg" in kid else page
            reached.add((own, int(mark)))
            element.pages.append(own)
            element.content.append(pages[own].marked.get(int(mark), "") if own >= 0 else "")
        return element

    return build(pdf.Root.StructTreeRoot, -1), reached


def _scope(attributes: pikepdf.Object | None) -> str:
    if attributes is None:
        return ""
    present = list(attributes) if isinstance(attributes, pikepdf.Array) else [attributes]
    for entry in present:
        if isinstance(entry, pikepdf.Dictionary) and "/Scope" in entry:
            return str(entry.Scope)[1:]
    return ""


def open_pdf(raw: bytes) -> pikepdf.Pdf:
    """Open a PDF from memory.

    Args:
        raw: The file.

    Returns:
        The document.
    """
    return pikepdf.open(io.BytesIO(raw))
