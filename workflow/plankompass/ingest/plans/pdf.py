"""Pages and lines of a PDF, by pdfium: text in reading order, with place, font size and weight.

Only a few characters of each line are asked for their place and font, so that the cost stays near
that of bare text extraction; lines that look like table rows are walked character by character.
"""

from __future__ import annotations

import ctypes
import itertools
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from plankompass.ingest.plans.mend import BREAK_MARKS, SOFT_HYPHEN, mend_characters
from plankompass.ingest.plans.models import CELL, PlanPage, PlanRefusedError, TextLine
from plankompass.ingest.plans.open_tables import Shape, Word, open_tables
from plankompass.ingest.plans.tables import table_rows

_ERRORS = {
    raw.FPDF_ERR_FORMAT: "not a PDF that can be read: the file is damaged or cut off",
    raw.FPDF_ERR_PASSWORD: "the PDF is encrypted and an empty password does not open it; "
    "ask for a copy without a password",
    raw.FPDF_ERR_SECURITY: "the PDF is encrypted in a way that is not supported; "
    "ask for a copy without protection",
    raw.FPDF_ERR_FILE: "the file cannot be opened",
}
_WIDE = 0.60
"""Width of a line per character and point of font size from which gaps are looked for."""
_GAP = 0.95
"""Gap between two glyphs, in font sizes, that parts two cells."""
_SURE_GAP = 2.2
"""Gap that parts two cells even where every gap of the line is wide."""
_HEAVY = re.compile(rb"bold|black|heavy|demi", re.IGNORECASE)
_MOST_OBJECTS = 20_000
"""Drawn things of one page that are looked at for ruling lines."""
_LONGEST_PAGE = 400_000
"""Characters of one page that are read; more is no printed page."""


class PdfReader:
    """A PDF that was opened.

    Args:
        path: The file.

    Attributes:
        pages: Physical pages.
        encrypted: Whether the file is encrypted and the empty password opened it.

    Raises:
        PlanRefusedError: The file is no PDF, damaged, or needs a password.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._document = pdfium.PdfDocument(path)
        except pdfium.PdfiumError as error:
            reason = _ERRORS.get(getattr(error, "err_code", None), _ERRORS[raw.FPDF_ERR_FORMAT])
            raise PlanRefusedError(reason) from None
        self.pages = len(self._document)
        if self.pages == 0:
            raise PlanRefusedError("the PDF has no pages")
        self.encrypted = raw.FPDF_GetSecurityHandlerRevision(self._document) >= 0
        self._outline = self._read_outline()

    def _read_outline(self) -> dict[int, list[tuple[int, str]]]:
        found: dict[int, list[tuple[int, str]]] = {}
        try:
            for count, mark in enumerate(self._document.get_toc()):
                if count > 5_000:
                    break
                target = mark.get_dest()
                index = target.get_index() if target else None
                title = mend_characters(mark.get_title() or "")
                if index is not None and title:
                    found.setdefault(index, []).append((mark.level + 1, title[:300]))
        except (pdfium.PdfiumError, ValueError, UnicodeError):
            return found
        return found

    def read_pages(self) -> Iterator[PlanPage | int]:
        """Read page by page.

        Yields:
            A page, or the page's number where it cannot be read.
        """
        for index in range(self.pages):
            try:
                yield self._read_page(index)
            except (pdfium.PdfiumError, AssertionError, ValueError, OSError):
                yield index + 1

    def _read_page(self, index: int) -> PlanPage:
        page = self._document[index]
        try:
            width, height = page.get_size()
            text_page = page.get_textpage()
            try:
                lines = _Lines(page, text_page, height).read()
            finally:
                text_page.close()
            share = 0.0
            if sum(len(line.text.split()) for line in lines) < 40:
                share = _picture_share(page, width * height)
            return PlanPage(
                index + 1, round(width, 1), round(height, 1), lines, share,
                self._outline.get(index, []),
            )  # fmt: skip
        finally:
            page.close()

    def draw(self, page: int, target: Path) -> bool:
        """Draw one page as a picture for OCR, 300 dots an inch, grey.

        Args:
            page: Page from 1.
            target: PNG file to write.

        Returns:
            Whether it could be drawn; pages larger than a poster are not.
        """
        try:
            sheet = self._document[page - 1]
            width, height = sheet.get_size()
            if not 0 < width * height <= 3000 * 3000:
                return False
            bitmap = sheet.render(scale=300 / 72, grayscale=True)
            bitmap.to_pil().save(target)
        except (pdfium.PdfiumError, ValueError, OSError, MemoryError, IndexError):
            return False
        return True

    def close(self) -> None:
        """Let go of the file."""
        self._document.close()


def _picture_share(page: pdfium.PdfPage, area: float) -> float:
    largest = 0.0
    for count, thing in enumerate(page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=3)):
        if count > 200 or area <= 0:
            break
        left, bottom, right, top = thing.get_bounds()
        largest = max(largest, abs(right - left) * abs(top - bottom) / area)
    return round(min(largest, 1.0), 3)


@dataclass(slots=True)
class _Spot:
    """A line with the place of its characters in the page's text."""

    line: TextLine
    text: str
    first: int


class _Lines:
    """The lines of one text page."""

    def __init__(self, page: pdfium.PdfPage, text_page: pdfium.PdfTextPage, height: float) -> None:
        self._raw = text_page.raw
        self._sheet = page
        self._page = text_page
        self._height = height
        self._box = tuple(ctypes.c_double() for _ in range(4))
        self._refs = tuple(ctypes.byref(value) for value in self._box)
        self._matrix = raw.FS_MATRIX()
        self._name = ctypes.create_string_buffer(96)
        self._flags = ctypes.c_int()
        self._same_index = False

    def read(self) -> list[TextLine]:
        count = min(self._page.count_chars(), _LONGEST_PAGE)
        if count <= 0:
            return []
        try:
            text = self._page.get_text_range(0, count)
        except AssertionError:  # text outside the basic plane: no places, but the words
            return [
                TextLine(mended)
                for line in self._page.get_text_bounded().splitlines()
                if (mended := mend_characters(line))
            ]
        # nearly always one character of text is one character of the page; else the library translates
        self._same_index = len(text) == count
        spots: list[_Spot] = []
        start = 0
        for part in text.split("\r\n"):
            for piece, offset in self._unfolded(part, start):
                if spot := self._spot(piece, start + offset):
                    spots.append(spot)
            start += len(part) + 2
        return self._with_tables(spots)

    def _unfolded(self, text: str, start: int) -> list[tuple[str, int]]:
        """Part a line where the library has joined a word broken over two lines."""
        if not any(mark in text for mark in BREAK_MARKS):
            return [(text, 0)]
        pieces = []
        begin = 0
        for offset in range(1, len(text) - 1):
            if text[offset] not in BREAK_MARKS:
                continue
            before, after = self._origin(start + offset - 1), self._origin(start + offset + 1)
            if before and after and abs(before[1] - after[1]) > 2.0:
                pieces.append((text[begin:offset] + SOFT_HYPHEN, begin))
                begin = offset + 1
        return [*pieces, (text[begin:], begin)]

    def _spot(self, text: str, start: int) -> _Spot | None:
        stripped = text.strip()
        if not stripped:
            return None
        first = start + len(text) - len(text.lstrip())
        mended = mend_characters(text)
        if not mended:
            return None
        last = first + len(stripped.rstrip(SOFT_HYPHEN)) - 1
        origin = self._origin(first)
        edge = self._place(last)
        if origin is None or edge is None:
            return _Spot(TextLine(mended), stripped, first)
        size, bold = self._font(first + _middle_letter(stripped))
        # the baseline is the same for all letters of a line, the inked box is not
        baseline = self._height - origin[1]
        line = TextLine(
            mended, round(origin[0], 1), round(max(edge[2], origin[0]), 1),
            round(baseline - size, 1), round(baseline, 1), size, bold,
        )  # fmt: skip
        if size > 0 and line.x1 - line.x0 > _WIDE * size * len(stripped):
            cells = self._cells(stripped, first, size)
            if len(cells) > 1:
                line.text = CELL.join(cells)
                line.cells = len(cells)
        return _Spot(line, stripped, first)

    def _with_tables(self, spots: list[_Spot]) -> list[TextLine]:
        """Put rows read from ruling lines in the place of the lines they hold."""
        lines = [spot.line for spot in spots]
        jumps = sum(b.top < a.top - a.size and b.x0 > a.x0 for a, b in itertools.pairwise(lines))
        if jumps < 2 and not any(line.cells > 1 for line in lines):
            return lines
        words = [self._words(spot) for spot in spots]
        taken: dict[int, list[TextLine]] = {}
        skipped: set[int] = set()
        for bounds, rows in table_rows(self._shapes(), [w for line in words for w in line]):
            inside = [
                i for i, line in enumerate(lines)
                if i not in skipped and _is_inside(line, bounds)
            ]  # fmt: skip
            if inside:
                taken[inside[0]] = rows
                skipped.update(inside)
        for run, rows in open_tables(lines, words):
            if not skipped & set(run):
                taken[run[0]] = rows
                skipped.update(run)
        result: list[TextLine] = []
        for i, line in enumerate(lines):
            result += taken.get(i, [])
            if i not in skipped:
                result.append(line)
        return result

    def _shapes(self) -> list[Shape]:
        page = self._sheet.raw
        box = tuple(ctypes.c_float() for _ in range(4))
        refs = tuple(ctypes.byref(value) for value in box)
        shapes = []
        for index in range(min(raw.FPDFPage_CountObjects(page), _MOST_OBJECTS)):
            thing = raw.FPDFPage_GetObject(page, index)
            if raw.FPDFPageObj_GetType(thing) != raw.FPDF_PAGEOBJ_PATH:
                continue
            if raw.FPDFPageObj_GetBounds(thing, *refs):
                left, bottom, right, top = (value.value for value in box)
                shapes.append(Shape(
                    round(left, 1), round(self._height - top, 1),
                    round(right, 1), round(self._height - bottom, 1),
                ))  # fmt: skip
        return shapes

    def _words(self, spot: _Spot) -> list[Word]:
        words = []
        for match in re.finditer(r"\S+", spot.text):
            start = self._origin(spot.first + match.start())
            end = self._place(spot.first + len(spot.text[: match.end()].rstrip(SOFT_HYPHEN)) - 1)
            if start and end:
                words.append(Word(
                    match.group(), start[0], max(end[2], start[0]), self._height - start[1],
                    spot.line.size or 10.0,
                ))  # fmt: skip
        return words

    def _index(self, position: int) -> int:
        if self._same_index:
            return position
        return raw.FPDFText_GetCharIndexFromTextIndex(self._raw, position)

    def _origin(self, position: int) -> tuple[float, float] | None:
        """Where a character starts: left end of its baseline in page coordinates."""
        index = self._index(position)
        if index < 0 or not raw.FPDFText_GetCharOrigin(self._raw, index, *self._refs[:2]):
            return None
        return self._box[0].value, self._box[1].value

    def _place(self, position: int) -> tuple[float, float, float, float] | None:
        """Left, bottom, right, top of one character's ink in page coordinates."""
        index = self._index(position)
        if index < 0 or not raw.FPDFText_GetCharBox(self._raw, index, *self._refs):
            return None
        box = self._box
        return box[0].value, box[2].value, box[1].value, box[3].value

    def _font(self, position: int) -> tuple[float, bool]:
        index = self._index(position)
        if index < 0:
            return 0.0, False
        size = raw.FPDFText_GetFontSize(self._raw, index)
        if raw.FPDFText_GetMatrix(self._raw, index, self._matrix):
            size *= math.hypot(self._matrix.c, self._matrix.d)
        weight = raw.FPDFText_GetFontWeight(self._raw, index)
        return round(size, 1), weight >= 600 or self._named_bold(index)

    def _named_bold(self, index: int) -> bool:
        length = raw.FPDFText_GetFontInfo(self._raw, index, self._name, 96, self._flags)
        return bool(0 < length <= 96 and _HEAVY.search(self._name.value))

    def _cells(self, stripped: str, first: int, size: float) -> list[str]:
        """Part a line at its wide gaps; evenly spaced words are a justified line and stay whole."""
        words: list[str] = []
        gaps: list[float] = []
        edge: float | None = None
        for offset, character in enumerate(stripped):
            if character.isspace():
                continue
            place = self._place(first + offset)
            if edge is None:
                words.append(character)
            elif stripped[offset - 1].isspace():
                words.append(character)
                gaps.append((place[0] - edge) / size if place else 0.0)
            elif place and place[0] - edge > _GAP * size:
                words.append(character)
                gaps.append((place[0] - edge) / size)
            else:
                words[-1] += character
            edge = place[2] if place else edge if edge is not None else 0.0
        narrowest = min(gaps, default=0.0)
        cells = words[:1]
        for word, gap in zip(words[1:], gaps, strict=True):
            if gap > _SURE_GAP or (gap > _GAP and gap > 2 * narrowest):
                cells.append(word)
            else:
                cells[-1] += f" {word}"
        return [clean for cell in cells if (clean := mend_characters(cell))]


def _middle_letter(text: str) -> int:
    """Position of the letter nearest the middle; spaces may be made by the library and have no font."""
    middle = len(text) // 2
    for distance in range(len(text)):
        for position in (middle - distance, middle + distance):
            if 0 <= position < len(text) and text[position].isalnum():
                return position
    return 0


def _is_inside(line: TextLine, bounds: Shape) -> bool:
    middle = line.bottom - 0.3 * line.size
    return (
        bounds.x0 - 3 <= line.x0 and line.x1 <= bounds.x1 + 3
        and bounds.top - 1 <= middle <= bounds.bottom + 1
    )  # fmt: skip
