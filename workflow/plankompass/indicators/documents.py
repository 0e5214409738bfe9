"""What the plan documents say of a municipality: coded measures, goals, and why a value is missing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from plankompass.indicators.task import Task
from plankompass.study.codebook_models import Measure

GROUP = "dokument"

Absence = tuple[str, str]

ABSENCES: dict[str, Absence] = {
    "absent": ("not_applicable", "no_document"),
    "not_collected": ("not_collected", "document_not_collected"),
    "several_in_force": ("not_applicable", "several_plans_in_force"),
    "disagreement": ("not_collected", "disagreement_coders"),
}
"""Status of a coded measure to status and reason of the estimate."""

NOT_COLLECTED = ABSENCES["not_collected"]


@dataclass(frozen=True)
class Found:
    """A value read from documents, or why there is none.

    Attributes:
        value: The value; NaN when missing.
        n: Goals (or 1) behind the value.
        missing: Status and reason when there is no value.
    """

    value: float = np.nan
    n: int = 1
    missing: Absence | None = None


def territory_absence(task: Task, unit: str, wave: str) -> Absence | None:
    """Say when a municipality did not yet exist with today's territory on a wave's cut-off date."""
    since = task.tables.rows("municipalities", kommune_id=unit)["territory_from"].iloc[0]
    later = since > pd.Timestamp(task.waves[wave].as_of)
    return ("not_applicable", "territory_changed") if later else None


def coded_measure(task: Task, unit: str, wave: str, measure: str) -> pd.Series | None:
    """The row of a measure coded by people, or None when nothing was registered."""
    rows = task.tables.rows("measures", kommune_id=unit, wave=wave, measure=measure)
    return None if rows.empty else rows.iloc[0]


def measure_value(task: Task, unit: str, wave: str, measure: Measure) -> Found:
    """Value of a document measure at a wave's cut-off date.

    Args:
        task: The computation.
        unit: kommune_id.
        wave: Wave id.
        measure: A measure whose unit is no date.

    Returns:
        The value, or the reason there is none: as registered, or from what the dates of the
        measure's documents say.
    """
    if missing := territory_absence(task, unit, wave):
        return Found(missing=missing)
    row = coded_measure(task, unit, wave, measure.id)
    if row is None:
        return Found(
            missing=document_absence(task, unit, measure.documents[0], wave) or NOT_COLLECTED
        )
    if row["status"] != "confirmed":
        return Found(missing=ABSENCES[row["status"]])
    if np.isnan(row["value"]):
        return Found(missing=("not_collected", "not_confirmed"))
    return Found(float(row["value"]))


def document_absence(task: Task, unit: str, kind: str, wave: str) -> Absence | None:
    """Why a municipality has no document of a kind, from the documents and the register of dates.

    Args:
        task: The computation.
        unit: kommune_id.
        kind: Kind of document.
        wave: Wave whose cut-off date counts.

    Returns:
        Status and reason; None when a document is in use or nothing says that one is missing.
    """
    mine = task.tables.rows("documents", kommune_id=unit, kind=kind)
    if mine["reason"].str.startswith("several").any():
        return ABSENCES["several_in_force"]
    if mine["used"].fillna(False).any():
        return None
    said = task.tables.rows("plan_dates", kommune_id=unit, document_kind=kind)
    day = pd.Timestamp(task.waves[wave].as_of)
    said = said[said["date"].isna() | (said["date"] <= day)]
    events = set(said["event"])
    if events & {"adopted", "readopted"}:
        return None if mine.empty else NOT_COLLECTED
    return next((ABSENCES[e] for e in ("absent", "not_collected") if e in events), None)


@dataclass(frozen=True)
class GoalAnswers:
    """Goals of one register and municipality, and what people confirmed about them.

    Attributes:
        goals: Goal ids, sorted.
        needs_money: Whether each goal needs money.
        confirmed: Measure to one answer a goal: 1, 0, or NaN until confirmed.
        missing: Why there are no goals.
    """

    goals: tuple[str, ...]
    needs_money: np.ndarray
    confirmed: dict[str, np.ndarray]
    missing: Absence | None = None

    def share(self, measures: list[str], *, only_needs_money: bool) -> Found:
        """Share of goals that have all of some measures.

        Args:
            measures: Measures at goal level.
            only_needs_money: Leave out goals that need no money.

        Returns:
            The share with the number of goals, or the reason there is none. All goals must be
            confirmed; anything else would let the machine's suggestion through.
        """
        if self.missing:
            return Found(n=0, missing=self.missing)
        chosen = self.needs_money if only_needs_money else np.ones(len(self.goals), dtype=bool)
        if not chosen.any():
            return Found(n=0, missing=("not_applicable", "no_goals"))
        answers = np.stack([self.confirmed[m][chosen] for m in measures])
        if np.isnan(answers).any():
            return Found(n=int(chosen.sum()), missing=("not_collected", "not_confirmed"))
        return Found(float(answers.min(axis=0).mean()), int(chosen.sum()))


def goal_answers(task: Task, unit: str, register: str, measures: list[str]) -> GoalAnswers:
    """Read a municipality's goals with what was confirmed about them.

    Args:
        task: The computation.
        unit: kommune_id.
        register: ``samfunnsdel`` or ``plattform``, which is also the kind of document.
        measures: Measures at goal level.

    Returns:
        The goals, or why there are none.
    """
    goals = task.tables.rows("goals", kommune_id=unit, register=register)
    registered = (coded_measure(task, unit, task.report_wave, m) for m in measures)
    said = [row["status"] for row in registered if row is not None]
    missing = next((ABSENCES[s] for s in said if s in ABSENCES), None)
    absent = document_absence(task, unit, register, task.report_wave)
    if absent == ABSENCES["several_in_force"]:
        missing = absent
    elif goals.empty and missing is None:
        used = task.tables.rows("documents", kommune_id=unit, kind=register)["used"].fillna(False)
        missing = absent or (("not_applicable", "no_goals") if used.any() else NOT_COLLECTED)
    names = tuple(goals["goal"])
    links = task.tables.rows("goal_links", kommune_id=unit)
    links = links[links["goal"].isin(names)]
    confirmed = {}
    for measure in measures:
        mine = links[links["measure"] == measure].set_index("goal")["confirmed"]
        confirmed[measure] = mine.reindex(names).astype("Float64").to_numpy(float, na_value=np.nan)
    needs = goals["needs_money"].fillna(True).to_numpy(bool)
    return GoalAnswers(names, needs, confirmed, missing)
