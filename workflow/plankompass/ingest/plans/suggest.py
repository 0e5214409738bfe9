"""Suggestions for every goal and measure of one municipality, with page and quotation side by side.

What people confirm stands in the goal register; these suggestions are what they start from, and what
precision and recall are measured on. They never reach an indicator.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from plankompass.ingest.plans.chain import ChainGoal, ChainIndex, LinkCandidate
from plankompass.ingest.plans.goal_candidates import find_goals
from plankompass.ingest.plans.goal_models import GoalCandidate
from plankompass.ingest.plans.models import Block
from plankompass.study.codebook_models import Measure

TOP = 3
_COUPLING_NEEDED = {
    "i_handlingsdel": ("with_measure", "with_money"),
    "med_budsjettlinje": ("with_money",),
    "i_arsmelding": ("reported",),
    "i_samfunnsdel": ("mentioned", "with_measure", "with_money"),
}
_FACTS = {
    "mal_med_indikator": "indicator",
    "mal_med_ansvarlig": "responsible",
    "mal_med_frist": "deadline",
    "fn_mal_koblet": "sdg",
}


@dataclass(frozen=True)
class Suggestion:
    """What the machine suggests for one goal and measure.

    Attributes:
        goal: Goal id.
        measure: Measure id.
        suggested: Yes or no; None when no document of the kind can be read, and instead of no when
            pages of it have no text (case D2): silence is no answer.
        candidates: The best passages, best first.
    """

    goal: str
    measure: str
    suggested: bool | None
    candidates: tuple[LinkCandidate, ...] = ()


def blocks_of(frame: pd.DataFrame) -> list[Block]:
    """The blocks of one document from rows of the ``blocks`` table."""
    columns = ("page", "order", "kind", "level", "text")
    return [
        Block(int(p), int(o), k, int(v), t)
        for p, o, k, v, t in zip(*(frame[c] for c in columns), strict=True)
    ]


class MunicipalitySuggestions:
    """Makes the suggestions of one municipality.

    Args:
        documents: The municipality's rows of the ``documents`` table.
        blocks: Their rows of the ``blocks`` table.
    """

    def __init__(self, documents: pd.DataFrame, blocks: pd.DataFrame) -> None:
        self._index: dict[str, list[ChainIndex]] = {}
        self._goals: dict[str, list[GoalCandidate]] = {}
        self._in_part: set[str] = set()
        for row in documents[documents["used"].fillna(False)].itertuples():
            own = blocks_of(blocks[blocks["document"] == row.document])
            if not own:
                continue  # a scan: people read it, the machine suggests nothing
            if pd.notna(row.pages) and row.pages_with_text < row.pages:
                self._in_part.add(row.kind)
            self._index.setdefault(row.kind, []).append(ChainIndex(own, row.kind))
            if row.kind in ("samfunnsdel", "handlingsdel"):
                self._goals.setdefault(row.kind, []).extend(find_goals(own))

    def suggest(self, goals: Sequence[ChainGoal], measures: Sequence[Measure]) -> list[Suggestion]:
        """Suggest an answer for each goal and measure.

        Args:
            goals: Goals of one register.
            measures: Measures at goal level that belong to it.

        Returns:
            One suggestion a goal and measure, in the order given.
        """
        return [self._one(goal, measure) for goal in goals for measure in measures]

    def _one(self, goal: ChainGoal, measure: Measure) -> Suggestion:
        if measure.id in _FACTS:
            return self._from_facts(goal, measure)
        needed = next((c for end, c in _COUPLING_NEEDED.items() if measure.id.endswith(end)), ())
        kinds = self._kinds(measure)
        indexes = [index for kind in kinds for index in self._index.get(kind, [])]
        if not indexes:
            return Suggestion(goal.goal, measure.id, None)
        found = [c for index in indexes for c in index.search(goal, top=TOP)]
        found.sort(key=lambda c: (c.coupling not in needed, -c.score, c.place))
        suggested: bool | None = any(c.suggested and c.coupling in needed for c in found)
        if not suggested and self._in_part & set(kinds):
            suggested = None
        return Suggestion(goal.goal, measure.id, suggested, tuple(found[:TOP]))

    def _kinds(self, measure: Measure) -> list[str]:
        """Kinds of documents to look in; the economic plan stands in for an action part it has become."""
        kinds = list(measure.documents[1:])
        if measure.id.startswith("plattform") and "samfunnsdel" in kinds:
            kinds.append("planstrategi")
        if (
            "handlingsdel" in kinds
            and "handlingsdel" not in self._index
            and "okonomiplan" not in kinds
        ):
            kinds.append("okonomiplan")
        return kinds

    def _from_facts(self, goal: ChainGoal, measure: Measure) -> Suggestion:
        """Indicator, responsible unit, deadline and UN goals stand beside the goal itself."""
        kinds = [k for k in measure.documents if k in self._goals]
        if not kinds:
            return Suggestion(goal.goal, measure.id, None)
        found: list[LinkCandidate] = []
        for candidate in (c for kind in kinds for c in self._goals[kind]):
            if not _same_goal(goal, candidate):
                continue
            value = getattr(candidate, _FACTS[measure.id])
            if value:
                shown = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
                found.append(LinkCandidate(
                    goal.goal, len(found) + 1, 1.0, candidate.page, shown[:400], ("beside",), True,
                    "mentioned", (candidate.page, candidate.order),
                ))  # fmt: skip
        return Suggestion(goal.goal, measure.id, bool(found), tuple(found[:TOP]))


def _same_goal(goal: ChainGoal, candidate: GoalCandidate) -> bool:
    def squeezed(text: str) -> str:
        return re.sub(r"\W+", "", text.casefold())

    same_text = squeezed(goal.text) == squeezed(candidate.text)
    same_number = bool(goal.number) and goal.number == candidate.number and "." in goal.number
    return same_text or same_number


def chain_goals(goals: pd.DataFrame) -> list[ChainGoal]:
    """Goals to look for, from rows of the ``goals`` table of one municipality and register.

    A goal's number is its id where the id is a number as plans print it («1.2»).
    """
    return [
        ChainGoal(g, g if re.fullmatch(r"\d{1,2}(?:\.\d{1,2}){1,3}", g) else "", text, area)
        for g, text, area in zip(goals["goal"], goals["text"], goals["area"], strict=True)
    ]


def measures_of(register: str, measures: Mapping[str, Measure]) -> list[Measure]:
    """Measures at goal level that belong to a register (``samfunnsdel`` or ``plattform``)."""
    return [
        m
        for m in measures.values()
        if m.level == "goal" and (m.documents[0] == "plattform") == (register == "plattform")
    ]
