"""One page of a PDF, opened by pdfium with its text, at the least cost.

The library's own page objects keep track of each other, so that they can be closed in any order; a
page that is opened, read and closed again does without.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from ctypes import byref, c_float, c_int, c_void_p
from types import TracebackType
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from plankompass.ingest.plans.pdf_chars import plain_function

_FLOAT = ctypes.sizeof(c_float)
_MOST_PICTURES = 200
_DEPTH = 3
"""Levels of forms within forms that are searched for pictures."""

_load_page = plain_function(raw.FPDF_LoadPage, c_void_p)
_close_page = plain_function(raw.FPDF_ClosePage, None)
_width = plain_function(raw.FPDF_GetPageWidthF, c_float)
_height = plain_function(raw.FPDF_GetPageHeightF, c_float)
_load_text = plain_function(raw.FPDFText_LoadPage, c_void_p)
_close_text = plain_function(raw.FPDFText_ClosePage, None)
_count_chars = plain_function(raw.FPDFText_CountChars, c_int)
_text_index = plain_function(raw.FPDFText_GetTextIndexFromCharIndex, c_int)
_get_text = plain_function(raw.FPDFText_GetText, c_int)
_count_objects = plain_function(raw.FPDFPage_CountObjects, c_int)
_get_object = plain_function(raw.FPDFPage_GetObject, c_void_p)
_count_in_form = plain_function(raw.FPDFFormObj_CountObjects, c_int)
_get_in_form = plain_function(raw.FPDFFormObj_GetObject, c_void_p)
_object_type = plain_function(raw.FPDFPageObj_GetType, c_int)
_object_bounds = plain_function(raw.FPDFPageObj_GetBounds, c_int)


class OutsidePlaneError(ValueError):
    """A page has text outside Unicode's basic plane: its characters have no places."""


class OpenPage:
    """A page that is open, with its text; use as a context manager.

    Args:
        document: The document.
        index: Page from 0.

    Attributes:
        width, height: Size in points.
        text_address: Address of its text, for :class:`~plankompass.ingest.plans.pdf_chars.PageCharacters`.

    Raises:
        PdfiumError: The page cannot be opened.
    """

    def __init__(self, document: pdfium.PdfDocument, index: int) -> None:
        page = _load_page(ctypes.cast(document.raw, c_void_p), index)
        if not page:
            raise pdfium.PdfiumError("Failed to load page.")
        self._page = c_void_p(page)
        text = _load_text(self._page)
        if not text:
            _close_page(self._page)
            raise pdfium.PdfiumError("Failed to load text page.")
        self.text_address = c_void_p(text)
        self.width: float = _width(self._page)
        self.height: float = _height(self._page)

    def __enter__(self) -> OpenPage:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        _close_text(self.text_address)
        _close_page(self._page)

    def text(self, most: int) -> tuple[str, int]:
        r"""The page's text.

        Args:
            most: Characters that are read at most.

        Returns:
            The text, lines parted by ``\r\n``, and the number of the page's characters it stands for:
            the library leaves some out of the text, and puts others in.

        Raises:
            OutsidePlaneError: The text has characters outside the basic plane.
        """
        page = self.text_address
        count = min(_count_chars(page), most)
        if count <= 0:
            return "", 0
        first, last = 0, count - 1
        while first <= last and (begin := _text_index(page, first)) == -1:
            first += 1
        while first <= last and (end := _text_index(page, last)) == -1:
            last -= 1
        if first > last:
            return "", count
        room = end - begin + 2
        buffer = (ctypes.c_ushort * (2 * room))()
        used = _get_text(page, first, last - first + 1, byref(buffer))
        if used > room:
            raise OutsidePlaneError
        return bytes(memoryview(buffer)[: used - 1]).decode("utf-16-le", "ignore"), count

    def path_bounds(self, most: int) -> list[tuple[float, float, float, float]]:
        """Bounds of the drawn paths.

        Args:
            most: Drawn things that are looked at.

        Returns:
            Left, bottom, right and top of each path in page coordinates, in the order of the file.
        """
        page = self._page
        values = (c_float * 4)()
        at = tuple(byref(values, n * _FLOAT) for n in range(4))
        found = []
        for index in range(min(_count_objects(page), most)):
            thing = c_void_p(_get_object(page, index))
            if _object_type(thing) == raw.FPDF_PAGEOBJ_PATH and _object_bounds(thing, *at):
                found.append((values[0], values[1], values[2], values[3]))
        return found

    def picture_share(self) -> float:
        """Share of the page that its largest picture covers, at most 1.

        Raises:
            PdfiumError: The page's content is damaged.
        """
        area = self.width * self.height
        if area <= 0:
            return 0.0
        values = (c_float * 4)()
        at = tuple(byref(values, n * _FLOAT) for n in range(4))
        largest = 0.0
        for count, thing in enumerate(_pictures(self._page, _count_objects, _get_object, _DEPTH)):
            if count > _MOST_PICTURES:
                break
            if not _object_bounds(thing, *at):
                raise pdfium.PdfiumError("Failed to locate pageobject.")
            largest = max(largest, abs(values[2] - values[0]) * abs(values[3] - values[1]) / area)
        return round(min(largest, 1.0), 3)


def _pictures(
    parent: c_void_p, count: Callable[..., int], get: Callable[..., Any], depth: int
) -> Iterator[c_void_p]:
    number = count(parent)
    if number < 0:
        raise pdfium.PdfiumError("Failed to get number of pageobjects.")
    for index in range(number):
        address = get(parent, index)
        if not address:
            raise pdfium.PdfiumError("Failed to get pageobject.")
        thing = c_void_p(address)
        kind = _object_type(thing)
        if kind == raw.FPDF_PAGEOBJ_IMAGE:
            yield thing
        elif kind == raw.FPDF_PAGEOBJ_FORM and depth > 1:
            yield from _pictures(thing, _count_in_form, _get_in_form, depth - 1)
