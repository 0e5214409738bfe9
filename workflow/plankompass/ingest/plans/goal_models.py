"""One candidate for a goal, area, strategy, measure or platform point."""

from __future__ import annotations

from dataclasses import dataclass, field

from plankompass.ingest.plans.labels import Level


@dataclass
class GoalCandidate:
    """One candidate.

    Attributes:
        level: ``area``, ``main_goal``, ``goal``, ``sub_goal``, ``strategy``, ``measure`` or ``point``
            (a point of a political platform).
        number: Number as printed, empty when there is none.
        text: The text without label and number.
        page, order: Where its block stands.
        quotation: The block's text, at most 400 characters.
        area: Heading of the satsingsområde it stands under.
        parent: Index in the list of the goal or area it stands under; -1 when none.
        counts: Whether it is one goal by the rule ``goal_unit`` (or one point).
        indicator, responsible, deadline: What the text beside it says, empty when nothing.
        sums: Sums of four years as printed, in the table's unit; empty when there are none.
        sdg: Numbers of the UN goals named beside it.
    """

    level: Level | str
    number: str
    text: str
    page: int
    order: int
    quotation: str
    area: str = ""
    parent: int = -1
    counts: bool = False
    indicator: str = ""
    responsible: str = ""
    deadline: str = ""
    sums: tuple[float, ...] = ()
    sdg: tuple[int, ...] = field(default=())
