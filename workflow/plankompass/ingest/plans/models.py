"""What reading a plan document gives: lines with their place, blocks with their kind, pages.

A *line* is what stands beside each other on a printed page; a *block* is a heading, a paragraph, a
list item or a table row. Formats without pages (DOCX, HTML, text without page marks) have page 1.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import Any, Literal

from plankompass.study.problems import PlankompassError

BlockKind = Literal["heading", "paragraph", "list_item", "table_row", "running_head", "contents"]

CELL = " | "
"""Stands between the cells of a table row in a block's text."""


class PlanRefusedError(PlankompassError):
    """A document that cannot be read at all; the text is the reason, without the file's name.

    Attributes:
        settled: Whether the same file is refused every time; a limit on time, or a crash, is not sure.
    """

    settled = True


@dataclass(slots=True)
class TextLine:
    """One printed line.

    Attributes:
        text: The text as extracted; cells of a table row are joined by :data:`CELL`.
        x0, x1: Left and right edge in points.
        top, bottom: Distance from the upper edge of the page in points.
        size: Font size in points; 0 when not known.
        bold: Whether the font is heavy.
        cells: Number of table cells; 0 outside tables.
    """

    text: str
    x0: float = 0.0
    x1: float = 0.0
    top: float = 0.0
    bottom: float = 0.0
    size: float = 0.0
    bold: bool = False
    cells: int = 0


@dataclass(slots=True)
class PlanPage:
    """One page of lines.

    Attributes:
        number: Page from 1, counted physically.
        width, height: Size in points.
        lines: Lines in reading order.
        picture_share: Share of the page that the largest picture covers.
        outline: Headings that the document's outline places on this page: (level from 1, title).
    """

    number: int
    width: float = 0.0
    height: float = 0.0
    lines: list[TextLine] = field(default_factory=list)
    picture_share: float = 0.0
    outline: list[tuple[int, str]] = field(default_factory=list)

    def to_plain(self) -> list[Any]:
        """The page as plain values, short and fast, to be sent between processes."""
        lines = [(x.text, x.x0, x.x1, x.top, x.bottom, x.size, x.bold, x.cells) for x in self.lines]
        return [self.number, self.width, self.height, self.picture_share, self.outline, lines]

    @classmethod
    def from_plain(cls, values: list[Any]) -> PlanPage:
        """The page from the plain values of :meth:`to_plain`."""
        number, width, height, share, outline, lines = values
        return cls(
            number, width, height, [TextLine(*line) for line in lines], share,
            [(level, title) for level, title in outline],
        )  # fmt: skip


@dataclass(slots=True)
class Block:
    """One block of text; see the ``blocks`` table for the columns."""

    page: int
    order: int
    kind: BlockKind
    level: int
    text: str


_block_values = attrgetter(*(f.name for f in fields(Block)))


@dataclass(slots=True)
class PlanText:
    """A document as it was read.

    Attributes:
        format: ``pdf``, ``docx``, ``html``, ``markdown`` or ``text``.
        pages: Physical pages; None where the format has none.
        blocks: Blocks in reading order.
        without_text: Pages without a text layer.
        unread: Pages that could not be read, or were not reached within the time limit.
        encrypted: Whether the file is encrypted (and opened with an empty password).
        problems: What a person should know, one sentence each.
        settled: Whether the same file gives the same every time; a limit on time is not sure.
    """

    format: str
    pages: int | None = None
    blocks: list[Block] = field(default_factory=list)
    without_text: list[int] = field(default_factory=list)
    unread: list[int] = field(default_factory=list)
    encrypted: bool = False
    problems: list[str] = field(default_factory=list)
    settled: bool = True

    @property
    def pages_with_text(self) -> int | None:
        """Pages that were read and have text; None where the format has no pages."""
        if self.pages is None:
            return None
        return self.pages - len(set(self.without_text) | set(self.unread))

    def to_plain(self) -> dict[str, Any]:
        """The document as plain values, to be sent between processes; blocks as short lists."""
        plain = {f.name: getattr(self, f.name) for f in fields(self)}
        return plain | {"blocks": list(map(_block_values, self.blocks))}

    @classmethod
    def from_plain(cls, values: dict[str, Any]) -> PlanText:
        """The document from the plain values of :meth:`to_plain`."""
        rest = {k: v for k, v in values.items() if k != "blocks"}
        return cls(blocks=[Block(*b) for b in values["blocks"]], **rest)
