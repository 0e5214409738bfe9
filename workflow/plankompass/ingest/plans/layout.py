"""From the lines of printed pages to blocks: headings, paragraphs, list items, table rows.

Running heads, page numbers and contents pages are recognised from what repeats and from leaders, so
that they neither count in readability nor become goals.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Sequence

from plankompass.ingest.plans.mend import SOFT_HYPHEN, is_bullet_only, join_lines
from plankompass.ingest.plans.models import CELL, Block, BlockKind, PlanPage, TextLine

BULLET = re.compile(r"^\s*([•●○◦▪■□▫►▶➢➤✓✔‣⁃∙·\uf020-\uf0ff]|[–—−*-](?=\s))\s*")
NUMBERED_ITEM = re.compile(r"^\s*(?:\d{1,2}[.)]|[a-zæøå][.)]|\(?[ivx]{1,4}[.)])\s+(?=\S)")
SECTION_NUMBER = re.compile(r"^\s*(\d{1,2}(?:\.\d{1,2}){0,4})\.?\s+(?=[^\W\d_])")
_LEADER = re.compile(r"(?:\.\s?|…\s?|_\s?|·\s?){4,}\s*\d{1,3}\s*$")
_LEADING = ".…_·"
_PAGE_TAIL = 16
"""Characters at a line's end that a page number is looked for in."""
_ENDS_IN_PAGE = re.compile(r"\D\s*\d{1,3}\s*$")
CONTENTS_TITLE = re.compile(
    r"^(innhald|innhold|innhaldsliste|innholdsfortegnelse|innhaldsforteikning|innholdsoversikt)\W*$",
    re.IGNORECASE,
)
_PAGE_NUMBER = re.compile(
    r"^(?:side|s\.)?\s*\|?\s*\d{1,4}\s*(?:(?:av|/|of)\s*\d{1,4})?$", re.IGNORECASE
)
_ENDS_IN_SIDE = re.compile(r"\bside\s+\d{1,4}(?:\s*(?:av|/)\s*\d{1,4})?$", re.IGNORECASE)
_TWO_LETTERS = re.compile(r"[^\W\d_]{2}")
_DIGITS = re.compile(r"\d+")
_WORDLIKE = re.compile(r"\w")
_OWN_LINE = re.compile(
    r"^(?:indikator|ansvar|frist|tidsfrist|tiltak|strategi|hove?d-?mål|hovudmål|delmål|mål|status|"
    r"fns? b[æe]rekraftsmål|b[æe]rekraftsmål|satsingsområde|kostnad|finansiering)\w*[^:.]{0,25}:",
    re.IGNORECASE,
)
"""Labels that begin a line of their own, however the lines are set."""
_CODE_FIRST = re.compile(r"^[HDMST][MT]?\s?\d{1,2}\.\d{1,2}\.?\s+[A-ZÆØÅ]")
"""A goal's code at the beginning of a line: «D1.2 Skolene ...»."""
_EDGE = 0.12
"""Share of the page, from above and below, where running heads stand."""
_LONGEST_HEADING = 200


def build_blocks(pages: Sequence[PlanPage]) -> tuple[list[Block], list[int]]:
    """Build the blocks of a document with printed pages.

    A page lacks text when it has no words, or when nothing but running heads stands over a picture of
    the whole page: a scan that was stamped.

    Args:
        pages: The pages in order, with their lines.

    Returns:
        Blocks by page and position, heading levels counted from 1 without gaps; and the numbers of the
        pages that hold no text layer of their own.
    """
    edges = [_edge_patterns(page) for page in pages]
    repeated = _repeated(pages, edges)
    heads = list(map(_running_heads, pages, edges, itertools.repeat(repeated)))
    missing = _without_text(pages, heads)
    body = _body_size(pages, heads)
    if small := _small_edge_lines(pages, edges, body):
        repeated |= small
        heads = list(map(_running_heads, pages, edges, itertools.repeat(repeated)))
    levels = _heading_sizes(pages, heads, body)
    blocks: list[Block] = []
    contents_open = False
    for page, running in zip(pages, heads, strict=True):
        kinds, contents_open = _line_kinds(page, running, contents_open)
        blocks += _PageBuilder(page, kinds, body, levels).build()
    return _without_level_gaps(blocks), missing


def _without_text(pages: Sequence[PlanPage], heads: Sequence[frozenset[int]]) -> list[int]:
    return [
        page.number
        for page, running in zip(pages, heads, strict=True)
        if (len(running) == len(page.lines) and page.picture_share >= 0.5)
        or not any(map(_WORDLIKE.search, (line.text for line in page.lines)))
    ]


def _edge_patterns(page: PlanPage) -> dict[int, str]:
    """Patterns (digits replaced) of the lines at the page's edge, where running heads stand."""
    if page.height <= 0:
        return {}
    above, below = page.height * _EDGE, page.height * (1 - _EDGE)
    return {
        position: _DIGITS.sub("#", line.text.casefold())
        for position, line in enumerate(page.lines)
        if (line.bottom < above or line.top > below) and line.size > 0
    }


def _repeated(pages: Sequence[PlanPage], edges: Sequence[dict[int, str]]) -> set[str]:
    """Patterns that repeat at the edge of pages."""
    counts: Counter[str] = Counter()
    for page, edge in zip(pages, edges, strict=True):
        counts.update({p for i, p in edge.items() if len(page.lines[i].text) <= 160})
    needed = max(2, min(4, -(-len(edges) // 3)))
    return {pattern for pattern, count in counts.items() if count >= needed}


def _small_edge_lines(
    pages: Sequence[PlanPage], edges: Sequence[dict[int, str]], body: float
) -> set[str]:
    """Patterns of small print at the edge, for documents too short for anything to repeat."""
    if body <= 0 or len(pages) > 5:
        return set()
    return {
        pattern
        for page, edge in zip(pages, edges, strict=True)
        for position, pattern in edge.items()
        if page.lines[position].size <= 0.85 * body and len(page.lines[position].text) <= 160
    }


def _running_heads(page: PlanPage, edge: dict[int, str], repeated: set[str]) -> frozenset[int]:
    """Positions of a page's running heads among its lines; a label («Hovedmål:») is none."""
    return frozenset(
        position
        for position, pattern in edge.items()
        if (pattern in repeated and not _OWN_LINE.match(page.lines[position].text))
        or _PAGE_NUMBER.match(page.lines[position].text)
        or _ENDS_IN_SIDE.search(page.lines[position].text)
    )


def _body_size(pages: Sequence[PlanPage], heads: Sequence[frozenset[int]]) -> float:
    sizes: dict[float, int] = {}
    for page, running in zip(pages, heads, strict=True):
        for position, line in enumerate(page.lines):
            size = line.size
            if size > 0 and not line.cells and position not in running:
                sizes[size] = sizes.get(size, 0) + len(line.text)
    return min(sizes, key=lambda s: (-sizes[s], s)) if sizes else 0.0


def _heading_sizes(
    pages: Sequence[PlanPage], heads: Sequence[frozenset[int]], body: float
) -> dict[tuple[float, bool], int]:
    """Heading levels by size and weight: the largest is 1. At most six levels."""
    found: set[tuple[float, bool]] = set()
    for page, running in zip(pages, heads, strict=True):
        for position, line in enumerate(page.lines):
            style = (line.size, line.bold)
            if line.cells or style in found or position in running:
                continue
            if _heading_style(line, body):
                found.add(style)
    order = sorted(found, key=lambda style: (-style[0], not style[1]))
    return {style: min(level, 6) for level, style in enumerate(order, start=1)}


def _heading_style(line: TextLine, body: float) -> bool:
    if body <= 0 or line.size <= 0 or len(line.text) > _LONGEST_HEADING:
        return False
    larger = line.size >= body * 1.12
    if not larger and not (
        line.bold
        and line.size >= body * 0.95
        and len(line.text) <= 120
        and not line.text.endswith((".", ",", ";"))
    ):
        return False
    return bool(_TWO_LETTERS.search(line.text)) and not _bullet(line.text)


def _bullet(text: str) -> bool:
    """Whether a text begins with a bullet; letters and digits, nearly every line, begin none."""
    return not text[:1].isalnum() and bool(BULLET.match(text))


def _has_leader(text: str) -> bool:
    """Whether a line goes over dots to a page number; most lines that end in a number do not."""
    before = text.rstrip("0123456789 ")
    return (before == text or before[-1:] in _LEADING) and bool(_LEADER.search(text))


def _line_kinds(
    page: PlanPage, running: frozenset[int], contents_open: bool
) -> tuple[list[str], bool]:
    """A coarse kind for each line: running_head, contents or body; and whether contents go on."""
    lines = page.lines
    body = [i for i in range(len(lines)) if i not in running]
    numbers = {i: lines[i].text for i in body if lines[i].text[-1:].isdigit()}
    leaders = {i for i, text in numbers.items() if _has_leader(text)}
    numbered = {i for i, text in numbers.items() if _ENDS_IN_PAGE.search(text[-_PAGE_TAIL:])}
    titles = {i for i in body if lines[i].text[:1] in "iI" and CONTENTS_TITLE.match(lines[i].text)}
    tables = sum(lines[i].cells > 2 for i in body)
    mostly = bool(body) and (len(leaders) >= 0.5 * len(body) or (
        (bool(titles.intersection(body[:6])) or contents_open)
        and len(numbered) >= 0.5 * len(body) and tables < 0.3 * len(body)
    ))  # fmt: skip
    kinds = ["running_head"] * len(lines)
    in_contents = False
    for i in body:
        in_contents = in_contents or i in titles
        goes_on = in_contents and (i in titles or i in numbered)
        if mostly or goes_on or i in leaders:
            kinds[i] = "contents"
        else:
            kinds[i] = "body"
            in_contents = False
    return kinds, mostly


class _PageBuilder:
    """Groups the lines of one page to blocks."""

    def __init__(
        self, page: PlanPage, kinds: list[str], body: float, levels: dict[tuple[float, bool], int]
    ) -> None:
        self._page = page
        self._kinds = kinds
        self._body = body
        self._levels = levels
        self._outline = {_squeezed(title): level for level, title in page.outline}
        self._longest_title = max((2 * len(title) for _, title in page.outline), default=-1)
        self._blocks: list[Block] = []
        self._open: list[str] = []
        self._open_kind: BlockKind = "paragraph"
        self._open_level = 0
        self._last: TextLine | None = None
        running = [
            line
            for line, kind in zip(page.lines, kinds, strict=True)
            if kind == "body" and not line.cells and line.size > 0
        ]
        self._left = min((line.x0 for line in running), default=0.0)
        self._right = max((line.x1 for line in running), default=0.0)

    def build(self) -> list[Block]:
        pending_bullet = ""
        for line, coarse in zip(self._page.lines, self._kinds, strict=True):
            if coarse != "body":
                self._flush()
                self._emit(coarse, 0, line.text)  # type: ignore[arg-type]
                self._last = None
                continue
            if not line.text[:1].isalnum() and is_bullet_only(line.text):
                self._flush()
                pending_bullet = line.text.strip() + " "
                continue
            text = pending_bullet + line.text
            pending_bullet = ""
            self._take(line, text)
            self._last = line
        self._flush()
        return self._blocks

    def _take(self, line: TextLine, text: str) -> None:
        text, cells = _label_joined(text, line.cells)
        kind, level = self._kind(line, text, cells)
        if kind == "table_row":
            self._flush()
            self._emit(kind, 0, text)
            return
        if not self._continues(line, text, kind, level):
            self._flush()
            self._open_kind, self._open_level = kind, level
        self._open.append(BULLET.sub("", text, count=1) if kind == "list_item" else text)

    def _kind(self, line: TextLine, text: str, cells: int) -> tuple[BlockKind, int]:
        if cells > 1:
            return "table_row", 0
        titled = len(text) <= self._longest_title
        if titled and (level := self._outline.get(_squeezed(text))):
            return "heading", level
        if _bullet(text):
            return "list_item", 0
        if _heading_style(line, self._body) and (line.size, line.bold) in self._levels:
            return "heading", self._levels[(line.size, line.bold)]
        last = self._last
        if (
            self._open_kind == "heading" and self._open and last is not None and len(text) < 20
            and (line.size, line.bold) == (last.size, last.bold) and line.size >= 1.12 * self._body
        ):  # fmt: skip
            return "heading", self._open_level  # the rest of a title: «2029»
        if NUMBERED_ITEM.match(text):
            return "list_item", 0
        return "paragraph", 0

    def _continues(self, line: TextLine, text: str, kind: BlockKind, level: int) -> bool:
        last = self._last
        if not self._open or last is None:
            return False
        size = max(line.size, last.size, 1.0)
        gap = line.top - last.bottom
        close = line.size <= 0 or -1.5 * size < gap < 0.75 * size
        if self._open_kind == "heading":
            total = sum(len(t) for t in self._open)
            return (
                kind == "heading" and level == self._open_level and close
                and abs(line.size - last.size) < 1.0 and total + len(text) <= _LONGEST_HEADING and not SECTION_NUMBER.match(text)
                and _squeezed(join_lines(self._open)) not in self._outline
            )  # fmt: skip
        if kind != "paragraph" or not close:
            return False
        if line.size > 0 and gap < -0.5 * size and line.x0 < last.x1:
            return False  # back up the page: another column or box
        if text[:1].isupper() and (
            self._ended_short(last) or _OWN_LINE.match(text) or _CODE_FIRST.match(text)
        ):
            return False
        return abs(line.size - last.size) < 1.0

    def _ended_short(self, line: TextLine) -> bool:
        """Whether a line ends so far from the right edge that the next word had room beside it."""
        width = self._right - self._left
        return width > 0 and line.x1 > 0 and self._right - line.x1 > 0.3 * width

    def _flush(self) -> None:
        if self._open:
            text = join_lines(self._open) if len(self._open) > 1 else self._open[0]
            if text.strip():
                self._emit(self._open_kind, self._open_level, text)
        self._open = []
        self._open_kind, self._open_level = "paragraph", 0

    def _emit(self, kind: BlockKind, level: int, text: str) -> None:
        clean = text.strip().replace(SOFT_HYPHEN, "")
        self._blocks.append(Block(self._page.number, len(self._blocks), kind, level, clean))


def _label_joined(text: str, cells: int) -> tuple[str, int]:
    """Join a bullet or section number that stands apart from its text back to it."""
    if cells < 2:
        return text, cells
    head, rest = text.split(CELL, 1)
    if is_bullet_only(head) or re.fullmatch(
        r"(?:\d{1,2}(?:\.\d{1,2})*\.?\)?|[a-zæøå][.)]|\uf0b7|o)", head
    ):
        numbers = [c for c in rest.split(CELL) if re.fullmatch(r"[\d\s.,%–-]+", c)]
        if not numbers:
            joined = f"{head} {rest}"
            return joined, cells - 1
    return text, cells


def _squeezed(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())


def _without_level_gaps(blocks: list[Block]) -> list[Block]:
    used = sorted({b.level for b in blocks if b.kind == "heading"})
    rank = {level: position for position, level in enumerate(used, start=1)}
    for block in blocks:
        if block.kind == "heading":
            block.level = rank[block.level]
    return blocks
