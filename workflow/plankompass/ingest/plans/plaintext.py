"""Blocks of Markdown and plain text, also where a PDF was flattened to lines without any marks.

Pages begin at form feeds and marks such as «[side 3]» or an HTML comment «side 3». Without Markdown
headings, a short line by itself that does not end a sentence is taken for a heading.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from plankompass.ingest.plans.labels import read_label, split_number
from plankompass.ingest.plans.layout import BULLET, CONTENTS_TITLE, NUMBERED_ITEM
from plankompass.ingest.plans.markup import decode_text
from plankompass.ingest.plans.mend import is_bullet_only, join_lines, mend_characters
from plankompass.ingest.plans.models import CELL, Block, BlockKind, PlanRefusedError, PlanText

_PAGE_MARK = re.compile(
    r"^\s*(?:\[|<!--|-{2,}|={2,}|#{1,6}\s)\s*(?:side|page|seksjon|section|s\.)\s+(\d{1,4})"
    r"(?:\s*(?:av|/|of)\s*\d{1,4})?\s*(?:\]|-->|-{2,}|={2,})?\s*$",
    re.IGNORECASE,
)
_RULE = re.compile(r"^\s*(?:[-=_*]\s*){3,}$")
_TABLE_RULE = re.compile(r"^\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?\s*$")
_LONE_CELL = re.compile(r"^\s*\|\s+[^|\s][^|]*$")
"""A cell that lost its row: a bar, and text without another."""
_HEADING = re.compile(r"^(#{1,6})\s+(.+?)\s*#*\s*$")
_INLINE_BULLET = re.compile(r"\s*[•●▪◦‣\uf020-\uf0ff]\s+")
_INLINE_DASH = re.compile(r"(?<=[.!?])\s+[-–]\s+(?=[A-ZÆØÅ])")
_SENTENCE_END = (".", "!", "?", ":", ";")
_LONGEST_HEADING = 95
_SDG_LINE = re.compile(r"^(?:fns? )?b[æe]rekraftsmål\w*\s*[:\d]", re.IGNORECASE)


@dataclass
class _Line:
    page: int
    text: str
    role: str = "body"


def read_text(data: bytes, *, markdown: bool = False) -> PlanText:
    """Read plain text or Markdown.

    Args:
        data: The file's bytes.
        markdown: Whether the file calls itself Markdown.

    Returns:
        The text; pages are None when there are no page marks.

    Raises:
        PlanRefusedError: The bytes are no text, or there is none.
    """
    text, _ = decode_text(data)
    if not text.strip():
        raise PlanRefusedError("the file is empty")
    lines, pages = _lines(text.replace("\r\n", "\n").replace("\r", "\n"))
    _mark_running_heads(lines)
    _mark_contents(lines)
    marked = sum(bool(_HEADING.match(x.text)) for x in lines)
    builder = _Builder(flat=marked <= max(1, (pages or 1) // 4))
    for line in lines:
        builder.take(line)
    builder.flush()
    return PlanText("markdown" if markdown else "text", pages=pages, blocks=builder.blocks)


def _lines(text: str) -> tuple[list[_Line], int | None]:
    lines: list[_Line] = []
    page, marked, last = 1, False, 1
    for number, chunk in enumerate(text.split("\f")):
        if number:
            page, marked = page + 1, True
        for line in chunk.split("\n"):
            if mark := _PAGE_MARK.match(line):
                # marks that go backwards would give two blocks one place
                page, marked = max(last, int(mark.group(1))), True
                lines.append(_Line(page, ""))
            else:
                lines.append(_Line(page, line))
            last = max(last, page)
    return lines, last if marked else None


def _by_page(lines: Iterable[_Line]) -> dict[int, list[_Line]]:
    pages: dict[int, list[_Line]] = {}
    for line in lines:
        if line.text.strip():
            pages.setdefault(line.page, []).append(line)
    return pages


def _pattern(text: str) -> str:
    return re.sub(r"\d+", "#", text.strip().casefold())


def _mark_running_heads(lines: Sequence[_Line]) -> None:
    """Lines that repeat at the beginning or end of pages, and page numbers; labels are neither."""
    pages = _by_page(lines)
    counts: Counter[str] = Counter()
    edges = {page: [*own[:3], *own[-3:]] for page, own in pages.items()}
    for edge in edges.values():
        counts.update({_pattern(x.text) for x in edge if len(x.text) <= 160})
    needed = max(3, len(pages) // 4)
    for edge in edges.values():
        for line in edge:
            number = re.fullmatch(
                r"\s*(?:side\s+)?\d{1,4}(?:\s*(?:av|/)\s*\d{1,4})?\s*", line.text, re.I
            )
            repeated = counts[_pattern(line.text)] >= needed and not number
            if repeated and read_label(line.text):
                continue  # «Hovedmål:» on every page
            if (number and len(pages) > 1) or repeated:
                line.role = "running_head"


def _mark_contents(lines: Sequence[_Line]) -> None:
    """From the title of the contents to the end of its page, when numbers stand among the lines."""
    for own in _by_page(lines).values():
        start = next((i for i, x in enumerate(own) if CONTENTS_TITLE.match(x.text.strip())), None)
        if start is None:
            continue
        rest = own[start:]
        numbered = sum(bool(re.search(r"(?:^|\D)\d{1,3}\s*$", x.text)) for x in rest)
        if numbered >= 3 and numbered >= 0.25 * len(rest):
            for line in rest:
                if line.role == "body":
                    line.role = "contents"


class _Builder:
    """Groups lines to blocks."""

    def __init__(self, *, flat: bool) -> None:
        self.blocks: list[Block] = []
        self._flat = flat
        self._page = 1
        self._open: list[str] = []
        self._kind: BlockKind = "paragraph"

    def take(self, line: _Line) -> None:
        if line.page != self._page:
            self.flush()
            self._page = line.page
        text = line.text
        if line.role != "body":
            self.flush()
            self._add(line.role, 0, text)  # type: ignore[arg-type]
        elif not text.strip() or _RULE.match(text):
            self.flush()
        elif heading := _HEADING.match(text):
            self.flush()
            self._add("heading", len(heading.group(1)), heading.group(2))
        elif (text.strip().startswith("|") or text.count("|") >= 2) and not _LONE_CELL.match(text):
            self.flush()
            if not _TABLE_RULE.match(text):
                cells = [c.strip() for c in text.strip().strip("|").split("|")]
                self._add("table_row", 0, CELL.join(_plain(c) for c in cells))
        else:
            self._take_text(text.strip().lstrip("| ") if _LONE_CELL.match(text) else text)

    def _take_text(self, text: str) -> None:
        pieces = _INLINE_BULLET.split(text) if not is_bullet_only(text) else [text]
        starts_item = bool(BULLET.match(text))
        if starts_item or len(pieces) > 1 or self._kind == "list_item":
            pieces = [q for p in pieces for q in _INLINE_DASH.split(p)]
        for position, piece in enumerate(pieces):
            is_item = (position > 0 or starts_item) and bool(piece.strip())
            if position == 0 and starts_item:
                piece = BULLET.sub("", piece, count=1)
            if not piece.strip():
                continue
            chapter = self._flat and position == 0 and not starts_item and _is_chapter(piece)
            if chapter:
                self.flush()
                self._add("heading", 1, piece)
            elif is_item or NUMBERED_ITEM.match(piece):
                self.flush()
                self._kind, self._open = "list_item", [piece]
            elif self._open and not self._begins_anew(piece):
                self._open.append(piece)
            else:
                self.flush()
                self._open = [piece]

    def _begins_anew(self, text: str) -> bool:
        """Whether a line begins a block of its own though no blank line stands before it."""
        first = text.strip()[:1]
        if first.islower():
            return False
        last = self._open[-1].rstrip()
        label = read_label(text)
        if label or split_number(text)[0] or text.strip().isupper():
            return True
        if self._kind == "list_item":
            return last.endswith(_SENTENCE_END) or len(last) < 0.6 * len(text)
        alone = (
            len(self._open) == 1 and _may_head(last) and not (_labelled(last) and text[0].isdigit())
        )
        named = read_label(last)
        return last.endswith(_SENTENCE_END) or alone or (named is not None and not named.rest)

    def flush(self) -> None:
        if not self._open:
            return
        text = join_lines(mend_characters(x) for x in self._open)
        kind, level = self._kind, 0
        last = self.blocks[-1] if self.blocks else None
        if self._flat and kind == "paragraph" and last is not None and self._goes_on(last, text):
            last.text = join_lines([last.text, text])
            if last.kind == "heading" and not _may_head(last.text):
                last.kind, last.level = "paragraph", 0
            self._open = []
            return
        if self._flat and kind == "paragraph" and len(self._open) == 1 and _may_head(text):
            kind, level = "heading", _flat_level(text)
        self._open, self._kind = [], "paragraph"
        self._add(kind, level, text)

    def _goes_on(self, last: Block, text: str) -> bool:
        """Whether a text is the rest of the one above, though a blank line parts them."""
        return (
            text[:1].islower() and last.page == self._page and last.kind in ("paragraph", "heading")
            and not last.text.endswith((*_SENTENCE_END, ",")) and len(last.text) < _LONGEST_HEADING
        )  # fmt: skip

    def _add(self, kind: BlockKind, level: int, text: str) -> None:
        clean = join_lines([mend_characters(_plain(text), breaks_are_hyphens=False)])
        if not clean:
            return
        last = self.blocks[-1] if self.blocks else None
        order = last.order + 1 if last and last.page == self._page else 0
        self.blocks.append(Block(self._page, order, kind, level, clean))


def _may_head(text: str) -> bool:
    """Whether a line by itself may be a heading: short, begins large, ends no sentence."""
    text = text.strip()
    if not 3 <= len(text) <= _LONGEST_HEADING or text.endswith((".", ",", ";", ":", "!")):
        return False
    if not re.match(r"[A-ZÆØÅ«\"\d]", text) or len(text.split()) > 14:
        return False
    label = read_label(text)
    if (label and label.level in ("indicator", "responsible", "deadline")) or _SDG_LINE.match(text):
        return False
    return bool(re.search(r"[^\W\d_]{3}", text))


def _labelled(text: str) -> bool:
    label = read_label(text)
    return label is not None and bool(label.rest)


def _is_chapter(text: str) -> bool:
    """«9. Mål og strategi»: a numbered chapter, and no numbered goal."""
    number, rest = split_number(text)
    if not number or "." in number or not _may_head(rest):
        return False
    return len(rest.split()) <= 7 and not re.search(r"\b(?:skal|vil|er|har)\b", rest)


def _flat_level(text: str) -> int:
    number, _ = split_number(text)
    if number:
        return 1 + number.count(".")
    if text.isupper():
        return 2
    return 3 if read_label(text) else 4


def _plain(text: str) -> str:
    """Text without Markdown's marks for links and emphasis."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    return re.sub(r"(\*\*|__|`)(.+?)\1", r"\2", text)
