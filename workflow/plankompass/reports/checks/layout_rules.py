"""Checks of how a report lies on its pages: nothing overlaps, is cut, stands alone or is too small."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pypdfium2.raw as pdfium

from plankompass.reports.checks.reading_pdf import (
    open_pdf,
    page_objects,
    read_pages,
    read_structure,
    text_of,
)
from plankompass.reports.figures.canvas import text_width
from plankompass.reports.view import View

#: Smallest type in points; the appendix is the smallest.
SMALLEST = 5.9
#: Least share of a page's height that is used, the last page aside.
FULL = 2 / 3
#: Where text may stand, in points: the margins of the page.
_SIDE, _TOP, _BOTTOM = 42.5, 52.4, 34.0
_HEIGHT = 841.89
_SHARED = 0.12  # of the smaller text's area: more is an overlap
_SLIVER = 0.9
_SPACE = 0.27
_ELLIPSIS = "…"
_SVG_SIZE = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')
_SVG_TEXT = re.compile(r'<text style="([^"]*)" x="(-?[\d.]+)" y="(-?[\d.]+)"[^>]*>(.*?)</text>', re.DOTALL)  # fmt: skip
_STYLE = re.compile(r"(font-size|font-weight|text-anchor): ([\w.]+?)(?:px)?(?:;|$)")
_TAG = re.compile(r"<[^>]+>")
_HEADINGS = ("H1", "H2", "H3", "H4")


class Placed(NamedTuple):
    """A piece of text and where it stands.

    Attributes:
        text: The text.
        size: Size of the type in points.
        box: Left, top, right, bottom in points from the upper left corner.
    """

    text: str
    size: float
    box: tuple[float, float, float, float]


def check_layout(raw: bytes, view: View) -> list[str]:
    """Look over a report's pages and figures.

    Args:
        raw: The PDF.
        view: The document with its figures.

    Returns:
        What is wrong, one line each with its page or figure; none when all is well.
    """
    found: list[str] = []
    pages = placed_texts(raw)
    for number, texts in enumerate(pages, start=1):
        place = f"page {number}"
        found += [
            f"{place}: {line}" for line in [*_overlaps(texts), *_small(texts), *_outside(texts)]
        ]
        if number < len(pages) and (used := _used(texts)) < FULL:
            found.append(f"{place}: only {used:.0%} of it is used")
    found += _alone(raw)
    for place, svg in _drawings(view):
        found += [f"{place}: {line}" for line in check_drawing(svg)]
    return found


def placed_texts(raw: bytes) -> list[list[Placed]]:
    """The texts of each page that are set as text, not drawn in a figure.

    Args:
        raw: A PDF.

    Returns:
        One list a page.
    """
    result = []
    for textpage, items in page_objects(raw):
        texts = []
        for item in items:
            if pdfium.FPDFPageObj_GetType(item) != pdfium.FPDF_PAGEOBJ_TEXT:
                continue
            raw_text = text_of(item, textpage)
            if text := raw_text.strip():
                size = _size(item)
                left, top, right, bottom = _box(item)
                # a space that hangs over the end of a line takes no ground
                right = max(left, right - _SPACE * size * (raw_text != raw_text.rstrip()))
                texts.append(Placed(text, size, (left, top, right, bottom)))
        result.append(texts)
    return result


def _box(item) -> tuple[float, float, float, float]:
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    pdfium.FPDFPageObj_GetBounds(item, left, bottom, right, top)
    return left.value, _HEIGHT - top.value, right.value, _HEIGHT - bottom.value


def _size(item) -> float:
    size, matrix = ctypes.c_float(), pdfium.FS_MATRIX()
    pdfium.FPDFTextObj_GetFontSize(item, size)
    pdfium.FPDFPageObj_GetMatrix(item, matrix)
    return size.value * abs(matrix.d)


def _overlaps(texts: list[Placed]) -> Iterator[str]:
    """Pairs of texts that share more than a sliver of ground."""
    if len(texts) < 2:
        return
    boxes = np.array([t.box for t in texts])
    wide = np.minimum.outer(boxes[:, 2], boxes[:, 2]) - np.maximum.outer(boxes[:, 0], boxes[:, 0])
    high = np.minimum.outer(boxes[:, 3], boxes[:, 3]) - np.maximum.outer(boxes[:, 1], boxes[:, 1])
    wide[wide < _SLIVER] = 0  # letters lean over each other a little
    shared = np.clip(wide, 0, None) * np.clip(high, 0, None)
    shared[np.minimum.outer(boxes[:, 2] - boxes[:, 0], boxes[:, 2] - boxes[:, 0]) <= 0] = 0
    area = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    smaller = np.minimum.outer(area, area)
    pairs = np.argwhere(np.triu(shared > _SHARED * smaller, k=1))
    for a, b in pairs[:5]:
        yield f"'{texts[a].text[:40]}' and '{texts[b].text[:40]}' overlap"


def _small(texts: list[Placed]) -> Iterator[str]:
    for text in texts:
        if text.size < SMALLEST:
            yield f"'{text.text[:40]}' is set in {text.size:.1f} points"
            return


def _outside(texts: list[Placed]) -> Iterator[str]:
    for text in texts:
        left, top, right, bottom = text.box
        if left < _SIDE - 1 or right > 595.28 - _SIDE + 1 or top < 20 or bottom > _HEIGHT - 10:
            yield f"'{text.text[:40]}' runs over the margin"


def _used(texts: list[Placed]) -> float:
    """Share of the page between head and foot down to the last text."""
    foot = _HEIGHT - _BOTTOM
    lowest = max((t.box[3] for t in texts if t.box[3] < foot), default=_TOP)
    return (lowest - _TOP) / (foot - _TOP)


def _alone(raw: bytes) -> Iterator[str]:
    """Headings whose first text stands on the next page."""
    with open_pdf(raw) as pdf:
        root, _ = read_structure(pdf, read_pages(raw))
    waiting: list[tuple[str, int]] = []
    for element in root.walk():
        pages = [p for p in element.pages if p >= 0]
        if element.kind in _HEADINGS:
            waiting.append((element.text().strip(), element.last_page()))
        elif pages and element.kind not in ("Figure", "Lbl") and element.own_text().strip():
            for heading, page in waiting:
                if page != pages[0]:
                    yield f"page {page + 1}: the heading '{heading}' stands without its text"
            waiting = []


def _drawings(view: View) -> Iterator[tuple[str, str]]:
    report = view.report
    titles = [g.title for g in report.profile.groups] if report.kind == "municipality" else []
    for title, chart in zip(titles, view.spines, strict=True):
        yield from ((f"profile, {title}", part.svg) for part in chart.parts)
    for key, item in view.charts.items():
        yield from ((f"figure {key}", part.svg) for part in item.chart.parts)
        if item.chart.head:
            yield f"head of figure {key}", item.chart.head
    for key, drawings in view.figures.items():
        yield from ((f"figure {key}", drawing.svg) for drawing in drawings)


def check_drawing(svg: str) -> list[str]:
    """Look over the texts in one drawing.

    Args:
        svg: The drawing.

    Returns:
        What is wrong: texts that overlap, leave the drawing, were cut, or are too small.
    """
    size = _SVG_SIZE.search(svg)
    width, height = (float(x) for x in size.groups()) if size else (0.0, 0.0)
    texts = drawn_texts(svg)
    found = [*_overlaps(texts), *_small(texts)]
    for text in texts:
        left, top, right, bottom = text.box
        if left < -0.5 or right > width + 0.5 or top < -0.5 or bottom > height + 0.5:
            found.append(f"'{text.text}' leaves the drawing")
        if text.text.endswith(_ELLIPSIS):
            found.append(f"'{text.text}' is cut")
    return found


def drawn_texts(svg: str) -> list[Placed]:
    """The texts of a drawing with the ground that their letters take.

    Args:
        svg: The drawing.

    Returns:
        The texts; widths are those of the font, kerning left out.
    """
    found = []
    for style, x, y, body in _SVG_TEXT.findall(svg):
        settings = dict(_STYLE.findall(style))
        text = _TAG.sub("", body).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
        points = float(settings.get("font-size", "0"))
        wide = text_width(text, points, int(settings.get("font-weight", "400")))
        shift = {"middle": 0.5, "end": 1.0}.get(settings.get("text-anchor", "start"), 0.0)
        left, base = float(x) - shift * wide, float(y)
        # letters stand on the line and reach some seven tenths of the type's size above it
        found.append(Placed(text, points, (left, base - 0.7 * points, left + wide, base)))
    return found
