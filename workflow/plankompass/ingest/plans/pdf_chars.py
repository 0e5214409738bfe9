"""Place and font of single characters of a PDF page, asked of pdfium at the least cost.

The library's own bindings check and convert every argument of every call; a page takes hundreds of
calls. Here the same functions are called with addresses that were looked up once, and the places of
a whole line or of all its words are asked for in one go.
"""

from __future__ import annotations

import ctypes
import math
import re
from ctypes import byref, c_char, c_double, c_float, c_int, c_uint, c_void_p
from typing import Any

import pypdfium2.raw as raw

from plankompass.ingest.plans.mend import SOFT_HYPHEN
from plankompass.ingest.plans.open_tables import Word

_SPACE = re.compile(r"\s")
_HEAVY = re.compile(rb"bold|black|heavy|demi", re.IGNORECASE)
_DOUBLE = ctypes.sizeof(c_double)
_new_word = tuple.__new__  # a named tuple's own constructor takes as long as asking for the place


def plain_function(function: Any, result: Any) -> Any:
    """A function of the library that takes its arguments unchecked.

    Args:
        function: The function as the library's bindings have it.
        result: Type of its result.

    Returns:
        The function; addresses are given as ``c_void_p``, other arguments are C integers.
    """
    address = ctypes.cast(function, c_void_p).value
    return ctypes.CFUNCTYPE(result)(address)


def _quick_function(function: Any, result: Any) -> Any:
    """As :func:`plain_function`, for what takes less time than letting other threads go on meanwhile."""
    return ctypes.PYFUNCTYPE(result)(ctypes.cast(function, c_void_p).value)


_origin = _quick_function(raw.FPDFText_GetCharOrigin, c_int)
_box = _quick_function(raw.FPDFText_GetCharBox, c_int)
_font_size = _quick_function(raw.FPDFText_GetFontSize, c_double)
_matrix = _quick_function(raw.FPDFText_GetMatrix, c_int)
_weight = _quick_function(raw.FPDFText_GetFontWeight, c_int)
_font_info = _quick_function(raw.FPDFText_GetFontInfo, ctypes.c_ulong)
_text_object = _quick_function(raw.FPDFText_GetTextObject, c_void_p)
_font_of = _quick_function(raw.FPDFTextObj_GetFont, c_void_p)
_index_of = _quick_function(raw.FPDFText_GetCharIndexFromTextIndex, c_int)


class PageCharacters:
    """The characters of one open text page.

    Args:
        text_page: Address of the page's text; it must stay open while this is used.
        height: The page's height: places are told from its upper edge.
        same_index: Whether position in the text and position in the page are the same.
    """

    def __init__(self, text_page: c_void_p, height: float, *, same_index: bool) -> None:
        # as an argument that is ready for every call; an address would be made into one each time
        self._page = byref(c_char.from_address(text_page.value or 0))
        self._height = height
        self._same_index = same_index
        self._values = (c_double * 4)()
        self._at = tuple(byref(self._values, n * _DOUBLE) for n in range(4))
        self._six = (c_float * 6)()
        self._six_at = byref(self._six)
        self._name = ctypes.create_string_buffer(96)
        self._name_at = byref(self._name)
        self._flags = c_uint()
        self._flags_at = byref(self._flags)
        self._heavy: dict[int, bool] = {}
        self._sizes: dict[tuple[float, float, float], float] = {}

    def _index(self, position: int) -> int:
        return position if self._same_index else _index_of(self._page, position)

    def baseline(self, position: int) -> float | None:
        """Baseline of a character in page coordinates, from the lower edge."""
        index = self._index(position)
        at = self._at
        if index < 0 or not _origin(self._page, index, at[0], at[1]):
            return None
        return self._values[1]

    def edges(self, position: int) -> tuple[float, float] | None:
        """Left and right edge of a character's ink in page coordinates."""
        index = self._index(position)
        if index < 0 or not _box(self._page, index, *self._at):
            return None
        return self._values[0], self._values[1]

    def line(self, first: int, last: int) -> tuple[float, float, float] | None:
        """Where a line stands.

        Args:
            first: Position of its first character.
            last: Position of its last one.

        Returns:
            Left edge, right edge, and baseline from the page's upper edge; None without a place.
        """
        if not self._same_index:
            first, last = _index_of(self._page, first), _index_of(self._page, last)
            if first < 0 or last < 0:
                return None
        at, values = self._at, self._values
        if not _origin(self._page, first, at[0], at[1]):
            return None
        left, baseline = values[0], values[1]
        if not _box(self._page, last, at[0], at[1], at[2], at[3]):
            return None
        right = values[1]
        return left, right if right > left else left, self._height - baseline

    def words(
        self, first: int, text: str, size: float, *, plain: bool = False
    ) -> tuple[list[int], list[Word]]:
        """The words of a line.

        Args:
            first: Position of the line's first character.
            text: The line.
            size: Its font size.
            plain: Whether it has no spaces but single ones and no soft hyphens.

        Returns:
            Position of each word and the words; words without a place are left out.
        """
        parts = text.split(" ")
        if not plain and len(text.split()) != len(parts):
            parts = _SPACE.sub(" ", text).split(" ")  # other spaces, or several in a row
        page, values, height, same_index = self._page, self._values, self._height, self._same_index
        at_0, at_1, at_2, at_3 = self._at
        hyphens = not plain and SOFT_HYPHEN in text
        starts: list[int] = []
        words: list[Word] = []
        if same_index and not hyphens:  # nearly always
            for part in parts:
                start, first = first, first + len(part) + 1
                if part and _origin(page, start, at_0, at_1):
                    left, baseline = values[0], height - values[1]
                    if _box(page, first - 2, at_0, at_1, at_2, at_3):
                        right = values[1]
                        starts.append(start)
                        right = right if right > left else left
                        words.append(_new_word(Word, (part, left, right, baseline, size)))
            return starts, words
        for part in parts:
            start, first = first, first + len(part) + 1
            if not part:
                continue
            begin, end = start, first - 2
            if hyphens:
                end = start + len(part.rstrip(SOFT_HYPHEN)) - 1
            if not same_index:
                begin, end = _index_of(page, begin), _index_of(page, end)
            if begin < 0 or end < 0 or not _origin(page, begin, at_0, at_1):
                continue
            left, baseline = values[0], height - values[1]
            if _box(page, end, at_0, at_1, at_2, at_3):
                right = values[1]
                starts.append(start)
                words.append(
                    _new_word(Word, (part, left, right if right > left else left, baseline, size))
                )
        return starts, words

    def font(self, position: int) -> tuple[float, bool]:
        """Font size in points and whether the font is heavy."""
        index = self._index(position)
        if index < 0:
            return 0.0, False
        page = self._page
        size = _font_size(page, index)
        if _matrix(page, index, self._six_at):
            scale = (size, self._six[2], self._six[3])
            known = self._sizes.get(scale)
            if known is None:
                known = self._sizes[scale] = round(size * math.hypot(*scale[1:]), 1)
            size = known
        else:
            size = round(size, 1)
        thing = _text_object(page, index)
        font = _font_of(c_void_p(thing)) if thing else None
        if font is None:
            return size, self._is_heavy(index)
        heavy = self._heavy.get(font)
        if heavy is None:
            heavy = self._heavy[font] = self._is_heavy(index)
        return size, heavy

    def _is_heavy(self, index: int) -> bool:
        if _weight(self._page, index) >= 600:
            return True
        length = _font_info(self._page, index, self._name_at, ctypes.c_ulong(96), self._flags_at)
        return bool(0 < length <= 96 and _HEAVY.search(self._name.value))
