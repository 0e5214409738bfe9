"""Parts that every report document is built of: shown numbers, sentences, tables.

Everything here is final: text is written as the reader sees it, numbers are rounded as they are
shown. The renderers lay out and compute nothing that a reader could read as a result.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Language = Literal["nb", "nn", "en"]
Tone = Literal["positive", "negative", "neutral"]
ShownStatus = Literal[
    "published", "class", "hidden", "not_collected", "not_applicable", "not_yet_due", "unreliable"
]
Verdict = Literal[
    "above",
    "below",
    "indistinguishable",
    "clear",
    "unclear",
    "few_peers",
    "no_interval",
    "hidden",
    "none",
]
GapVerdict = Literal["clear", "unclear", "none"]


class ReportModel(BaseModel):
    """A part of a report document: frozen, and unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Shown(ReportModel):
    """One number as the reader sees it, or the words that stand in its place."""

    text: str = Field(
        min_length=1,
        description="Final text: '3,4', '62 prosent', '7 av 11', 'under 20 prosent', 'For få svar'",
    )
    value: float | None = Field(
        default=None,
        description="The number of `text`, rounded alike and in the scale's unit; shares as 0-100. "
        "None unless status is published",
    )
    lower: float | None = Field(default=None, description="Lower limit, rounded as in `interval`")
    upper: float | None = Field(default=None, description="Upper limit, rounded as in `interval`")
    interval: str = Field(default="", description="Interval in words: '2,9–3,8'; empty if none")
    n: str = Field(default="", description="Who is behind it: 'n = 14'; empty if not shown")
    status: ShownStatus = Field(
        default="published",
        description="published: a number; class: a share shown as a class; others: why there is none",
    )


class Trace(ReportModel):
    """Where a sentence comes from; shown on hovering (HTML) and in the appendix (PDF)."""

    rule: str = Field(description="Sentence rule of the codebook")
    indicator: str = Field(default="", description="Indicator id")
    indicator_name: str = Field(default="", description="Indicator's name in the report's language")
    group: str = Field(default="", description="Group in words")
    wave: str = Field(default="", description="Wave id")
    value: str = Field(default="", description="Value as shown")
    interval: str = Field(default="", description="Interval as shown")
    n: str = Field(default="", description="n as shown")


class Sentence(ReportModel):
    """One sentence that states a finding, with the rule that chose it."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$", description="Unique in the document, 's-001'")
    text: str = Field(min_length=1, description="The sentence, with full stop")
    tone: Tone = Field(default="neutral", description="Whether the finding is good news")
    trace: Trace = Field(description="Rule, indicator and numbers behind it")


class Fact(ReportModel):
    """A label and its value, for lists such as publisher, version, date."""

    label: str = Field(min_length=1)
    value: str = Field(min_length=1)


class Link(ReportModel):
    """A link to a file of the same delivery; never to another host."""

    label: str = Field(min_length=1)
    href: str = Field(pattern=r"^[A-Za-z0-9æøåÆØÅ._/#-]+$", description="Relative address")


class Column(ReportModel):
    """One column of a table, the row header not counted."""

    label: str = Field(description="Heading of the column")
    align: Literal["left", "right", "center"] = Field(default="left")
    width: float = Field(default=1.0, gt=0, description="Relative width beside the others")


class Row(ReportModel):
    """One row: its header and one cell for every column."""

    header: str = Field(description="Row header")
    sub: str = Field(default="", description="Smaller text under the header")
    cells: list[str] = Field(description="Cell texts; empty text means nothing applies")
    marked: bool = Field(default=False, description="Set apart by weight (own row, total)")
    group: str = Field(
        default="",
        description="Heading above the first row of each group; a row whose header is the group "
        "itself is that heading",
    )


class Table(ReportModel):
    """A plain table with row headers."""

    caption: str = Field(min_length=1, description="What the table shows")
    corner: str = Field(min_length=1, description="Heading of the row header column")
    corner_width: float = Field(default=2.0, gt=0, description="Relative width of that column")
    columns: list[Column] = Field(min_length=1)
    rows: list[Row]
    notes: list[str] = Field(default_factory=list, description="Notes under the table")
