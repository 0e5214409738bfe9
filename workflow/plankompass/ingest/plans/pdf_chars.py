"""Place and font of single characters of a PDF page, asked of pdfium at the least cost.

The library's own bindings check and convert every argument of every call; a page takes hundreds of
calls. Here the same functions are called with addresses that were looked up once.
"""

from __future__ import annotations

import ctypes
import itertools
import math
import re
from ctypes import c_double, c_float, c_int, c_uint, c_void_p
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from plankompass.ingest.plans.mend import SOFT_HYPHEN

_WORD = re.compile(r"\S+")
_HEAVY = re.compile(rb"bold|black|heavy|demi", re.IGNORECASE)
_DOUBLE, _FLOAT = ctypes.sizeof(c_double), ctypes.sizeof(c_float)


def _function(function: Any, result: Any, *arguments: Any) -> Any:
    """A function of the library with plain addresses as arguments."""
    address = ctypes.cast(function, c_void_p).value
    return ctypes.CFUNCTYPE(result, *arguments)(address)


_origin = _function(raw.FPDFText_GetCharOrigin, c_int, c_void_p, c_int, c_void_p, c_void_p)
_box = _function(
    raw.FPDFText_GetCharBox, c_int, c_void_p, c_int, c_void_p, c_void_p, c_void_p, c_void_p
)
_font_size = _function(raw.FPDFText_GetFontSize, c_double, c_void_p, c_int)
_matrix = _function(raw.FPDFText_GetMatrix, c_int, c_void_p, c_int, c_void_p)
_weight = _function(raw.FPDFText_GetFontWeight, c_int, c_void_p, c_int)
_font_info = _function(
    raw.FPDFText_GetFontInfo, ctypes.c_ulong, c_void_p, c_int, c_void_p, ctypes.c_ulong, c_void_p
)
_text_object = _function(raw.FPDFText_GetTextObject, c_void_p, c_void_p, c_int)
_font_of = _function(raw.FPDFTextObj_GetFont, c_void_p, c_void_p)
_count_objects = _function(raw.FPDFPage_CountObjects, c_int, c_void_p)
_get_object = _function(raw.FPDFPage_GetObject, c_void_p, c_void_p, c_int)
_object_type = _function(raw.FPDFPageObj_GetType, c_int, c_void_p)
_object_bounds = _function(
    raw.FPDFPageObj_GetBounds, c_int, c_void_p, c_void_p, c_void_p, c_void_p, c_void_p
)
_index_of = _function(raw.FPDFText_GetCharIndexFromTextIndex, c_int, c_void_p, c_int)


class PageCharacters:
    """The characters of one open text page.

    Args:
        text_page: The page; it must stay open while this is used.
        same_index: Whether position in the text and position in the page are the same.
    """

    def __init__(self, text_page: pdfium.PdfTextPage, *, same_index: bool) -> None:
        self._page = ctypes.cast(text_page.raw, c_void_p).value
        self._same_index = same_index
        self._values = (c_double * 4)()
        first = ctypes.addressof(self._values)
        self._at = tuple(first + n * _DOUBLE for n in range(4))
        self._six = (c_float * 6)()
        self._six_at = ctypes.addressof(self._six)
        self._name = ctypes.create_string_buffer(96)
        self._name_at = ctypes.addressof(self._name)
        self._flags = c_uint()
        self._flags_at = ctypes.addressof(self._flags)
        self._heavy: dict[int, bool] = {}

    def _index(self, position: int) -> int:
        return position if self._same_index else _index_of(self._page, position)

    def origin(self, position: int) -> tuple[float, float] | None:
        """Where a character starts: left end of its baseline in page coordinates."""
        index = self._index(position)
        at = self._at
        if index < 0 or not _origin(self._page, index, at[0], at[1]):
            return None
        return self._values[0], self._values[1]

    def right_edge(self, position: int) -> float | None:
        """Right edge of a character's ink in page coordinates."""
        index = self._index(position)
        at = self._at
        if index < 0 or not _box(self._page, index, at[0], at[1], at[2], at[3]):
            return None
        return self._values[1]

    def edges(self, position: int) -> tuple[float, float] | None:
        """Left and right edge of a character's ink in page coordinates."""
        right = self.right_edge(position)
        return None if right is None else (self._values[0], right)

    def words(self, first: int, text: str) -> list[tuple[int, str, float, float, float]]:
        """The words of a line.

        Args:
            first: Position of the line's first character.
            text: The line.

        Returns:
            Position, text, left edge, right edge and baseline of each word in page coordinates;
            words without a place are left out.
        """
        parts = text.split(" ")
        if len(text.split()) == len(parts):
            starts = [0, *itertools.accumulate(len(part) + 1 for part in parts[:-1])]
        else:
            found = list(_WORD.finditer(text))
            parts, starts = [m.group() for m in found], [m.start() for m in found]
        page, values = self._page, self._values
        at_0, at_1, at_2, at_3 = self._at
        words = []
        for part, start in zip(parts, starts, strict=True):
            begin = first + start
            end = begin + len(part.rstrip(SOFT_HYPHEN)) - 1
            if not self._same_index:
                begin, end = _index_of(page, begin), _index_of(page, end)
            if begin < 0 or end < 0 or not _origin(page, begin, at_0, at_1):
                continue
            left, baseline = values[0], values[1]
            if _box(page, end, at_0, at_1, at_2, at_3):
                right = values[1]
                words.append((first + start, part, left, max(left, right), baseline))
        return words

    def font(self, position: int) -> tuple[float, bool]:
        """Font size in points and whether the font is heavy."""
        index = self._index(position)
        if index < 0:
            return 0.0, False
        size = _font_size(self._page, index)
        if _matrix(self._page, index, self._six_at):
            size *= math.hypot(self._six[2], self._six[3])
        thing = _text_object(self._page, index)
        font = _font_of(thing) if thing else None
        if font is None:
            return round(size, 1), self._is_heavy(index)
        heavy = self._heavy.get(font)
        if heavy is None:
            heavy = self._heavy[font] = self._is_heavy(index)
        return round(size, 1), heavy

    def _is_heavy(self, index: int) -> bool:
        if _weight(self._page, index) >= 600:
            return True
        length = _font_info(self._page, index, self._name_at, 96, self._flags_at)
        return bool(0 < length <= 96 and _HEAVY.search(self._name.value))


def path_bounds(page: pdfium.PdfPage, most: int) -> list[tuple[float, float, float, float]]:
    """Bounds of the drawn paths of a page.

    Args:
        page: The page.
        most: Drawn things that are looked at.

    Returns:
        Left, bottom, right and top of each path in page coordinates, in the order of the file.
    """
    address = ctypes.cast(page.raw, c_void_p).value
    values = (c_float * 4)()
    first = ctypes.addressof(values)
    at = tuple(first + n * _FLOAT for n in range(4))
    found = []
    for index in range(min(_count_objects(address), most)):
        thing = _get_object(address, index)
        if _object_type(thing) == raw.FPDF_PAGEOBJ_PATH and _object_bounds(thing, *at):
            found.append((values[0], values[1], values[2], values[3]))
    return found
