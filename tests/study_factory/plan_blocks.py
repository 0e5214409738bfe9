"""The blocks of a made-up plan document, independent of the file format it is written in."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Line:
    """A stretch of text, and what can be found in it.

    Attributes:
        text: The text.
        marks: Names of facts whose evidence stands here, for instance ``1.2:mal_med_frist``.
    """

    text: str
    marks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Block:
    """One block.

    Attributes:
        kind: ``heading``, ``paragraph``, ``bullets``, ``goal``, ``details`` or ``table``.
        level: Heading level from 1.
        lines: The text; for a table the cells' first column of each row carries the row's marks.
        rows: Rows of a table, the header first.
        number: Printed number of a goal.
    """

    kind: str
    lines: tuple[Line, ...] = ()
    level: int = 0
    rows: tuple[tuple[str, ...], ...] = ()
    number: str = ""


@dataclass
class PlanDocument:
    """One document.

    Attributes:
        kind: Kind in the codebook.
        title, period: As printed on the cover.
        municipality: Name on the cover.
        cover: Lines under the title: decision, example note.
        language: ``nb`` or ``nn``.
        contents_title: Heading of the contents page; empty for none.
        blocks: The text.
    """

    kind: str
    title: str
    period: str
    municipality: str
    cover: tuple[str, ...]
    language: str
    contents_title: str
    blocks: list[Block] = field(default_factory=list)

    def heading(self, level: int, text: str) -> None:
        """Add a heading."""
        self.blocks.append(Block("heading", (Line(text),), level=level))

    def paragraph(self, text: str, *marks: str) -> None:
        """Add a paragraph."""
        self.blocks.append(Block("paragraph", (Line(text, marks),)))

    def bullets(self, lines: list[Line]) -> None:
        """Add a list with bullets."""
        if lines:
            self.blocks.append(Block("bullets", tuple(lines)))

    def goal(self, number: str, text: str, *marks: str) -> None:
        """Add a numbered goal."""
        self.blocks.append(Block("goal", (Line(text, marks),), number=number))

    def details(self, lines: list[Line]) -> None:
        """Add the small print under a goal: indicator, responsible unit, deadline."""
        if lines:
            self.blocks.append(Block("details", tuple(lines)))

    def table(
        self, rows: list[tuple[str, ...]], marks: list[tuple[str, ...]] | None = None
    ) -> None:
        """Add a table; the first row is its header, ``marks`` belong to the other rows."""
        lines = tuple(
            Line(r[0], m) for r, m in zip(rows[1:], marks or [()] * len(rows[1:]), strict=True)
        )
        self.blocks.append(Block("table", lines, rows=tuple(rows)))
