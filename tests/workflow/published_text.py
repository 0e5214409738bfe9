"""Everything that can be read in a file that readers receive: text, attributes, cells, metadata."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pikepdf
import pypdfium2
from lxml import etree, html

#: Attributes that place or style something, or name it for the machine; they hold no text.
GEOMETRY = frozenset(
    [
        "aria-controls",
        "aria-describedby",
        "aria-labelledby",
        "class",
        "clip-path",
        "cx",
        "cy",
        "d",
        "dominant-baseline",
        "dx",
        "dy",
        "fill",
        "fill-opacity",
        "focusable",
        "for",
        "font-family",
        "font-size",
        "font-weight",
        "height",
        "href",
        "id",
        "lang",
        "marker-end",
        "media",
        "name",
        "opacity",
        "points",
        "preserveaspectratio",
        "r",
        "rel",
        "role",
        "rowspan",
        "colspan",
        "rx",
        "ry",
        "scope",
        "src",
        "stroke",
        "stroke-dasharray",
        "stroke-linecap",
        "stroke-linejoin",
        "stroke-opacity",
        "stroke-width",
        "style",
        "tabindex",
        "text-anchor",
        "transform",
        "type",
        "viewbox",
        "width",
        "x",
        "x1",
        "x2",
        "xlink:href",
        "xml:space",
        "y",
        "y1",
        "y2",
    ]
)


def html_texts(content: str) -> Iterator[str]:
    """Text nodes and the values of attributes that are read: alt, title, label, data."""
    for node in html.fromstring(content).iter():
        if not isinstance(node.tag, str):
            yield str(node.text or "")  # a comment
            continue
        if node.tag not in ("style", "script"):
            yield node.text or ""
        yield node.tail or ""
        for key, value in node.attrib.items():
            if key.lower() not in GEOMETRY:
                yield value


def pdf_texts(path: Path) -> Iterator[str]:
    """Text of each page, document information, XMP, alternative texts and bookmarks."""
    document = pypdfium2.PdfDocument(path)
    for page in document:
        yield page.get_textpage().get_text_bounded()
    document.close()
    with pikepdf.open(path) as pdf:
        yield from (str(v) for v in pdf.docinfo.values())
        if "/Metadata" in pdf.Root:
            found = etree.fromstring(pdf.Root.Metadata.read_bytes())
            yield from (str(t) for t in found.itertext())
        for item in pdf.objects:
            if isinstance(item, pikepdf.Dictionary):
                for key in ("/Alt", "/ActualText", "/Title", "/Contents", "/TU"):
                    value = item.get(key)
                    if isinstance(value, pikepdf.String):
                        yield str(value)


def xlsx_texts(path: Path) -> Iterator[str]:
    """Every cell of every sheet, hidden ones too, comments, and the document's properties."""
    book = openpyxl.load_workbook(path)
    for sheet in book.worksheets:
        yield sheet.title
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value is not None:
                    yield str(cell.value)
                if cell.comment is not None:
                    yield cell.comment.text
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.startswith("docProps/"):
                yield " ".join(etree.fromstring(archive.read(name)).itertext())


def json_texts(path: Path) -> Iterator[str]:
    """Every string and number of a report's JSON."""
    queue = [json.loads(path.read_text(encoding="utf-8"))]
    while queue:
        value = queue.pop()
        if isinstance(value, dict):
            queue += value.values()
        elif isinstance(value, list):
            queue += value
        elif isinstance(value, str):
            yield value
        elif isinstance(value, int | float) and not isinstance(value, bool):
            yield repr(value)


def texts_of(path: Path) -> list[str]:
    """Everything that can be read in a file.

    Args:
        path: An HTML, PDF, XLSX, JSON or text file.

    Returns:
        Its texts; empty ones left out.
    """
    readers = {".pdf": pdf_texts, ".xlsx": xlsx_texts, ".json": json_texts}
    if path.suffix in readers:
        found = readers[path.suffix](path)
    elif path.suffix == ".html":
        found = html_texts(path.read_text(encoding="utf-8"))
    else:
        found = iter([path.read_text(encoding="utf-8", errors="replace")])
    return [text for text in found if text.strip()]
