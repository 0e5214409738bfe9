"""The blocks a report section is made of: text, tables, and one kind for every figure.

A figure block carries typed rows. The renderers draw the figure from the raw rounded numbers and
set the table beside it from the texts (``reports/tabulate.py``), so that both say the same.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, model_validator

from plankompass.reports.schema_parts import (
    GapVerdict,
    ReportModel,
    Sentence,
    Shown,
    Table,
    Verdict,
)

_ID = r"^[a-z][a-z0-9-]*$"


class Block(ReportModel):
    """What all blocks have."""

    id: str = Field(pattern=_ID, description="Unique in the document; the anchor in HTML")
    title: str = Field(default="", description="Heading; empty when the block needs none")
    intro: list[Sentence] = Field(default_factory=list, description="Findings, before the block")
    notes: list[str] = Field(
        default_factory=list, description="Caveats and reading help, below the block"
    )


class FigureBlock(Block):
    """A block with a figure."""

    title: str = Field(min_length=1, description="Heading of the figure")
    alt: str = Field(min_length=20, description="Text alternative that says what the figure shows")


class TextBlock(Block):
    """Paragraphs and findings."""

    kind: Literal["text"] = "text"
    paragraphs: list[str] = Field(default_factory=list, description="Plain text")


class TableBlock(Block):
    """A plain table."""

    kind: Literal["table"] = "table"
    table: Table


class RankedBarrier(ReportModel):
    """One barrier as one group ranks it."""

    label: str = Field(min_length=1, description="The item in words")
    mean: Shown = Field(description="Mean severity with interval")
    rank: Shown = Field(description="Rank interval: text '1–3', value is the rank, lower and upper")
    share: Shown | None = Field(default=None, description="Share answering at least the threshold")
    peer_mean: Shown | None = Field(default=None, description="Mean of the other municipalities")
    verdict: Verdict = Field(default="none")
    verdict_text: str = Field(default="", description="Verdict in words")
    focus: bool = Field(default=False, description="An assumed barrier (annual cycle, budget)")
    interviews: str = Field(default="", description="What the interviews say, in words")


class RankedBarriers(FigureBlock):
    """Barriers ranked by one group, with rank intervals; rows from highest mean to lowest."""

    kind: Literal["ranked_barriers"] = "ranked_barriers"
    group: str = Field(min_length=1, description="The group in words")
    scale_min: float
    scale_max: float
    scale_labels: tuple[str, str] = Field(description="Words at the ends of the scale")
    rows: list[RankedBarrier] = Field(min_length=2)


class ChainStage(ReportModel):
    """One stage of the steering chain."""

    id: str
    label: str = Field(min_length=1, description="Name of the stage, for instance Handlingsdel")
    count: Shown = Field(description="Goals found at this stage: text '9 av 14', value the count")


class ChainStep(ReportModel):
    """One goal at one stage."""

    found: bool | None = Field(description="Found, not found, or not confirmed (None)")
    text: str = Field(min_length=1, description="In words: 'ja, s. 14', 'nei', 'ikke bekreftet'")


class ChainGoal(ReportModel):
    """One goal and how far it comes."""

    number: str = Field(default="", description="The goal's number as printed")
    text: str = Field(min_length=1, description="The goal as printed")
    page: str = Field(default="", description="Page reference: 's. 12'")
    area: str = Field(default="", description="Satsingsområde")
    steps: list[ChainStep] = Field(min_length=1, description="One for every stage, in order")


class SteeringChain(FigureBlock):
    """Every goal and how far it comes through the steering chain."""

    kind: Literal["steering_chain"] = "steering_chain"
    start_label: str = Field(min_length=1, description="Where the goals stand: 'Samfunnsdelen'")
    start_count: Shown = Field(description="Number of goals: text '14 mål'")
    stages: list[ChainStage] = Field(min_length=1)
    all_stages: Shown | None = Field(default=None, description="Goals found at every stage")
    goals: list[ChainGoal]

    @model_validator(mode="after")
    def _steps_match(self) -> SteeringChain:
        for goal in self.goals:
            if len(goal.steps) != len(self.stages):
                raise ValueError(f"goal {goal.number or goal.text[:20]}: one step for every stage")
        return self


class Duty(ReportModel):
    """One statutory duty, its deadline and what happened."""

    label: str = Field(min_length=1, description="The duty: 'Planstrategi'")
    law: str = Field(default="", description="Where it stands in the law: 'pbl § 10-1'")
    start: date | None = Field(default=None, description="From when time counts")
    due: date | None = Field(default=None, description="Deadline, when there is one")
    due_text: str = Field(default="", description="Deadline in words; empty when there is none")
    done: list[date] = Field(default_factory=list, description="Days of decision")
    done_text: str = Field(min_length=1, description="In words: '17. juni 2020', 'Ikke innhentet'")
    status: Literal["in_time", "late", "done", "not_done", "not_yet_due", "unknown"]
    status_text: str = Field(min_length=1, description="In words: 'Innen fristen'")


class Timeline(FigureBlock):
    """Statutory dates of the council term."""

    kind: Literal["timeline"] = "timeline"
    first_day: date
    last_day: date
    cutoff: date = Field(description="Cut-off date (skjæringsdato)")
    cutoff_text: str = Field(description="In words: 'Skjæringsdato 31. mai 2023'")
    rows: list[Duty] = Field(min_length=1)


class GroupValue(ReportModel):
    """One group's value."""

    group: str = Field(description="Group id; decides marker and colour")
    label: str = Field(min_length=1, description="Group in words")
    shown: Shown


class ProfileStage(ReportModel):
    """One stage of the decision process."""

    label: str = Field(min_length=1)
    values: list[GroupValue] = Field(min_length=1)
    peer_means: list[GroupValue] = Field(default_factory=list)
    verdict_text: str = Field(default="", description="About the gap between the groups")


class WhoDecides(FigureBlock):
    """Who decides at each stage, as each group sees it."""

    kind: Literal["who_decides"] = "who_decides"
    scale_min: float
    scale_max: float
    scale_labels: tuple[str, str]
    middle_label: str = Field(default="", description="Words at the middle of the scale")
    rows: list[ProfileStage] = Field(min_length=1)


class GapRow(ReportModel):
    """One statement and how the groups see it."""

    label: str = Field(min_length=1)
    values: list[GroupValue] = Field(min_length=1)
    gap: Shown | None = Field(default=None, description="Difference with interval")
    gap_label: str = Field(default="", description="Which groups: 'Folkevalgte minus innbyggere'")
    verdict: GapVerdict = Field(default="none")
    verdict_text: str = Field(default="")


class Gaps(FigureBlock):
    """Dumbbells: the same question to several groups."""

    kind: Literal["gaps"] = "gaps"
    scale_min: float
    scale_max: float
    scale_labels: tuple[str, str]
    rows: list[GapRow] = Field(min_length=1)


class DistributionRow(ReportModel):
    """Answers to one item."""

    label: str = Field(min_length=1)
    group: str = Field(default="", description="The scale it belongs to: heading above its items")
    shares: list[float] | None = Field(
        description="Per cent for every answer in order, rounded; None when hidden"
    )
    texts: list[str] = Field(description="The shares in words; one text when hidden")
    n: str = Field(default="", description="Valid answers, the number alone")
    dont_know: str = Field(default="", description="Share of don't know in words")


class AnswerDistribution(FigureBlock):
    """Diverging bars: how the answers to each item spread."""

    kind: Literal["answer_distribution"] = "answer_distribution"
    group: str = Field(min_length=1, description="Group (and level) in words")
    categories: list[str] = Field(min_length=3, description="Answers from lowest to highest")
    rows: list[DistributionRow] = Field(min_length=1)

    @model_validator(mode="after")
    def _lengths(self) -> AnswerDistribution:
        for row in self.rows:
            if row.shares is not None and len(row.shares) != len(self.categories):
                raise ValueError(f"{row.label}: one share for every answer")
        return self


class BarRow(ReportModel):
    """One alternative and each group's share."""

    label: str = Field(min_length=1)
    values: list[GroupValue] = Field(min_length=1)
    comparison: Shown | None = Field(default=None, description="Peer mean or network value")


class Bars(FigureBlock):
    """Shares as horizontal bars, groups side by side."""

    kind: Literal["bars"] = "bars"
    maximum: float = Field(default=100.0, gt=0)
    unit: str = Field(default="", description="Unit at the axis: 'prosent'")
    comparison_label: str = Field(default="", description="What `comparison` is, in words")
    corner: str = Field(default="", description="What the rows are; alternatives when empty")
    rows: list[BarRow] = Field(min_length=1)


class WavePoint(ReportModel):
    """One wave's value."""

    wave: str = Field(min_length=1, description="Wave in words: '2021'")
    shown: Shown


class ChangeRow(ReportModel):
    """One indicator over the waves."""

    label: str = Field(min_length=1)
    sub: str = Field(default="", description="Group")
    scale_min: float
    scale_max: float
    points: list[WavePoint] = Field(default_factory=list, description="Wave values when shown")
    change: Shown | None = Field(default=None, description="The change, when that is what is shown")
    verdict: Literal["clear", "unclear", "none"] = "none"
    verdict_text: str = Field(min_length=1)


class Change(FigureBlock):
    """Change between waves: wave values or the change, never both (disclosure rule 7)."""

    kind: Literal["change"] = "change"
    waves: list[str] = Field(min_length=2, description="Waves in words, in order")
    rows: list[ChangeRow] = Field(min_length=1)

    @model_validator(mode="after")
    def _one_of_two(self) -> Change:
        for row in self.rows:
            if row.change is not None and len(row.points) > 1:
                raise ValueError(f"{row.label}: wave values or the change, not both")
        return self


class MultiplePoint(ReportModel):
    """One municipality in one panel."""

    label: str = Field(min_length=1)
    shown: Shown


class MultiplePanel(ReportModel):
    """One indicator for all municipalities, in alphabetical order."""

    title: str = Field(min_length=1)
    sub: str = Field(default="", description="Group and scale in words")
    scale_min: float
    scale_max: float
    mean: Shown | None = Field(default=None, description="Network value")
    points: list[MultiplePoint] = Field(min_length=1)


class SmallMultiples(FigureBlock):
    """One small panel an indicator, the same municipalities in the same order in each."""

    kind: Literal["small_multiples"] = "small_multiples"
    mean_label: str = Field(min_length=1, description="What the line is: 'Snitt for nettverket'")
    panels: list[MultiplePanel] = Field(min_length=1)


AnyBlock = Annotated[
    TextBlock
    | TableBlock
    | RankedBarriers
    | SteeringChain
    | Timeline
    | WhoDecides
    | Gaps
    | AnswerDistribution
    | Bars
    | Change
    | SmallMultiples,
    Field(discriminator="kind"),
]
