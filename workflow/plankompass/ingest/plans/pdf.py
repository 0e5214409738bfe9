"""Pages and lines of a PDF, by pdfium: text in reading order, with place, font size and weight.

Only a few characters of each line are asked for their place and font, so that the cost stays near
that of bare text extraction; lines that look like table rows are walked character by character.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from plankompass.ingest.plans.mend import (
    BREAK_MARKS,
    SOFT_HYPHEN,
    mend_characters,
    needs_no_mending,
)
from plankompass.ingest.plans.models import CELL, PlanPage, PlanRefusedError, TextLine
from plankompass.ingest.plans.open_tables import Shape, Word, open_tables
from plankompass.ingest.plans.pdf_chars import PageCharacters
from plankompass.ingest.plans.pdf_page import OpenPage, OutsidePlaneError
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
_KEY_WORD = re.compile(
    r"(?:(?:[Hh]ove?d-?|[Hh]ovud-?|[Dd]el-?)?[Mm]ål(?:sett?ing)?|Strategi(?:er|ar)?|Tiltak|Ambisjon|Hvorfor|Kvifor|Hvordan|"
    r"Korleis|Status|Ansvar|Indikator(?:er|ar)?|Utfordring(?:er|ar)?)\s+[^\W\d_]"
)
"""Words that often stand alone in the first of two columns without lines."""
_KEY_LETTERS = "AHIKMSTUDhdm"
"""Letters that :data:`_KEY_WORD` begins with."""
_LEADING = " .…_·"
"""Signs that lead to a number at the end of a line."""
_EDGE = 0.09
"""Share of the page, from above and below, where a single wide gap is a running head's."""
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
            self._document = pdfium.PdfDocument(path.read_bytes())  # the library reads bit by bit
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
        with OpenPage(self._document, index) as page:
            lines = _Lines(self._document, index, page).read()
            share = page.picture_share() if _has_few_words(lines) else 0.0
            return PlanPage(
                index + 1, round(page.width, 1), round(page.height, 1), lines, share,
                self._outline.get(index, []),
            )  # fmt: skip

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


def _has_few_words(lines: list[TextLine]) -> bool:
    words = 0
    for line in lines:
        words += len(line.text.split())
        if words >= 40:
            return False
    return True


@dataclass(slots=True)
class _Spot:
    """A line with the place of its characters in the page's text."""

    line: TextLine
    text: str
    first: int
    words: list[Word] | None = None
    starts: list[int] = field(default_factory=list)


class _Lines:
    """The lines of one text page."""

    def __init__(self, document: pdfium.PdfDocument, index: int, page: OpenPage) -> None:
        self._document, self._index = document, index
        self._page = page
        self._height = page.height
        self._clean = self._broken = False

    def read(self) -> list[TextLine]:
        try:
            text, count = self._page.text(_LONGEST_PAGE)
        except OutsidePlaneError:  # no places, but the words
            whole = self._document[self._index].get_textpage().get_text_bounded()
            return [
                TextLine(mended) for line in whole.splitlines() if (mended := mend_characters(line))
            ]
        if not count:
            return []
        # nearly always one character of text is one character of the page; else the library translates
        self._characters = PageCharacters(
            self._page.text_address, self._height, same_index=len(text) == count
        )
        self._clean = needs_no_mending(text)
        self._broken = _has_mark(text)
        spots: list[_Spot] = []
        start = 0
        for part in text.split("\r\n"):
            pieces = self._unfolded(part, start) if self._broken else ((part, 0),)
            for piece, offset in pieces:
                if spot := self._spot(piece, start + offset):
                    spots.append(spot)
            start += len(part) + 2
        return self._with_tables(spots)

    def _unfolded(self, text: str, start: int) -> list[tuple[str, int]]:
        """Part a line where the library has joined a word broken over two lines."""
        if not _has_mark(text):
            return [(text, 0)]
        pieces = []
        begin = 0
        for offset in range(1, len(text) - 1):
            if text[offset] not in BREAK_MARKS:
                continue
            before = self._characters.baseline(start + offset - 1)
            after = self._characters.baseline(start + offset + 1)
            if before is not None and after is not None and abs(before - after) > 2.0:
                pieces.append((text[begin:offset] + SOFT_HYPHEN, begin))
                begin = offset + 1
        return [*pieces, (text[begin:], begin)]

    def _spot(self, text: str, start: int) -> _Spot | None:
        stripped = text.strip()
        if not stripped:
            return None
        clean = self._clean and not (self._broken and _has_mark(stripped))
        mended = stripped if clean else mend_characters(text)
        if not mended:
            return None
        first = start + (len(text) - len(text.lstrip()) if text[0] != stripped[0] else 0)
        inked = stripped.rstrip(SOFT_HYPHEN) if stripped[-1] == SOFT_HYPHEN else stripped
        place = self._characters.line(first, first + len(inked) - 1)
        if place is None:
            return _Spot(TextLine(mended), stripped, first)
        middle = len(stripped) // 2
        if not stripped[middle].isalnum():
            middle = _middle_letter(stripped)
        size, bold = self._characters.font(first + middle)
        # the baseline is the same for all letters of a line, the inked box is not
        left, right, baseline = place
        line = TextLine(  # in tenths of a point; the built-in rounding costs as much as all the rest
            mended, (left * 10 + 0.5) // 1 / 10, (right * 10 + 0.5) // 1 / 10,
            ((baseline - size) * 10 + 0.5) // 1 / 10, (baseline * 10 + 0.5) // 1 / 10, size, bold,
        )  # fmt: skip
        spot = _Spot(line, stripped, first)
        wide = line.x1 - line.x0 > _WIDE * size * len(stripped)
        if size > 0 and (wide or (stripped[0] in _KEY_LETTERS and _KEY_WORD.match(stripped))):
            cells = self._cells(spot)
            if len(cells) > 1:
                line.text = CELL.join(cells)
                line.cells = len(cells)
        return spot

    def _with_tables(self, spots: list[_Spot]) -> list[TextLine]:
        """Put rows read from ruling lines in the place of the lines they hold."""
        lines = [spot.line for spot in spots]
        jumps = sum(b.top < a.top - a.size and b.x0 > a.x0 for a, b in itertools.pairwise(lines))
        rows = sum(line.cells > 1 and not self._at_edge(line) for line in lines)
        if jumps < 2 and not rows:
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
        for run, rows in open_tables(lines, words, skipped):
            taken[run[0]] = rows
            skipped.update(run)
        result: list[TextLine] = []
        for i, line in enumerate(lines):
            result += taken.get(i, [])
            if i not in skipped:
                result.append(line)
        return result

    def _at_edge(self, line: TextLine) -> bool:
        """Whether a line stands where running heads do: one with a wide gap is no sign of a table."""
        edge = _EDGE * self._height
        return line.bottom < edge or line.top > self._height - edge

    def _shapes(self) -> list[Shape]:
        height = self._height
        return [
            Shape(_tenth(left), _tenth(height - top), _tenth(right), _tenth(height - bottom))
            for left, bottom, right, top in self._page.path_bounds(_MOST_OBJECTS)
        ]

    def _words(self, spot: _Spot) -> list[Word]:
        """The words of a line with their places; asked for once a line."""
        if spot.words is not None:
            return spot.words
        size = spot.line.size or 10.0
        plain = self._clean and not self._broken
        spot.starts, spot.words = self._characters.words(spot.first, spot.text, size, plain=plain)
        return spot.words

    def _cells(self, spot: _Spot) -> list[str]:
        """Part a line at its wide gaps; evenly spaced words are a justified line and stay whole."""
        size = spot.line.size
        words = self._words(spot)
        whole = all(word[2] - word[1] <= (len(word[0]) + 1) * size for word in words)
        if not whole:
            words = [
                part
                for word, start in zip(words, spot.starts, strict=True)
                for part in (
                    (word,)
                    if word[2] - word[1] <= (len(word[0]) + 1) * size
                    else self._parted(word, start, size)
                )
            ]
        gaps = [(b[1] - a[2]) / size for a, b in itertools.pairwise(words)]
        narrowest = min(gaps, default=0.0)
        cells = [word[0] for word in words[:1]]
        for word, gap in zip(words[1:], gaps, strict=True):
            if gap > _SURE_GAP or (gap > _GAP and gap > 2 * narrowest):
                cells.append(word[0])
            else:
                cells[-1] += f" {word[0]}"
        if whole and self._clean and not self._broken and len(words) == spot.text.count(" ") + 1:
            return cells  # as they stand in the page's text, which needs no mending
        return [clean for cell in cells if (clean := mend_characters(cell))]

    def _parted(self, word: Word, start: int, size: float) -> list[Word]:
        """A word parted where a wide gap stands inside it without a space in the text."""
        if len(word.text) < 2:
            return [word]
        parts: list[Word] = []
        begin, left, edge = 0, word.x0, word.x0
        for offset in range(len(word.text)):
            place = self._characters.edges(start + offset)
            if place and offset and place[0] - edge > _GAP * size:
                parts.append(Word(word.text[begin:offset], left, edge, word.baseline, size))
                begin, left = offset, place[0]
            edge = place[1] if place else edge
        return [*parts, Word(word.text[begin:], left, edge, word.baseline, size)]


def _has_mark(text: str) -> bool:
    return BREAK_MARKS[0] in text or BREAK_MARKS[1] in text


def _tenth(value: float) -> float:
    """A place in tenths of a point; the built-in rounding costs as much as all else of a line."""
    return (value * 10 + 0.5) // 1 / 10


def _middle_letter(text: str) -> int:
    """Position of the letter nearest the middle; spaces may be made by the library and have no font."""
    middle = len(text) // 2
    # leaders to a page number are long, and none of their signs is a letter
    before = middle - len(text[:middle].rstrip(_LEADING))
    after = len(text) - middle - len(text[middle + 1 :].lstrip(_LEADING))
    for distance in range(min(before + 1, after), middle + 1):  # the middle itself is none
        if text[middle - distance].isalnum():
            return middle - distance
        if middle + distance < len(text) and text[middle + distance].isalnum():
            return middle + distance
    return 0


def _is_inside(line: TextLine, bounds: Shape) -> bool:
    middle = line.bottom - 0.3 * line.size
    return (
        bounds.x0 - 3 <= line.x0 and line.x1 <= bounds.x1 + 3
        and bounds.top - 1 <= middle <= bounds.bottom + 1
    )  # fmt: skip
