"""The goal register and the coded measures, as two coders and a machine left them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tests.study_factory.design import StudyDesign
from tests.study_factory.plan_facts import GOAL_MEASURES, PLATFORM_MEASURES, Goal, PlanFacts
from tests.study_factory.randomness import stream

REGISTER_COLUMNS = (
    "kommune_id", "register", "document", "goal_id", "goal_text", "area", "page", "needs_money",
    "measure_id", "suggested", "confirmed", "coder", "evidence_page",
)  # fmt: skip
CODED_COLUMNS = ("kommune_id", "wave", "measure_id", "value", "status", "coder")
HUMAN_ONLY = (
    "budsjett_alternativer",
    "prioritering_eksplisitt",
    "medvirkning_niva",
    "innspill_gjort_rede",
)
DOUBLE_CODED = 0.3
# How often the machine's suggestion agrees with the truth.
SUGGESTION_HIT, SUGGESTION_FALSE = 0.85, 0.12


@dataclass(frozen=True)
class LinkTruth:
    """What a correct reading of the register finds for one goal and measure.

    Attributes:
        kommune_id, goal, register, measure: Which link.
        true: What is so.
        confirmed: What the coders agreed on; None when unconfirmed or disagreed.
        coders: Coders who answered.
    """

    kommune_id: str
    goal: str
    register: str
    measure: str
    true: bool
    confirmed: bool | None
    coders: int


def _yes_no(value: bool | None) -> str:
    return "" if value is None else str(int(value))


def _rows_of_goal(
    design: StudyDesign,
    facts: PlanFacts,
    goal: Goal,
    document: str,
    pages: Mapping[tuple[str, str], int],
) -> tuple[list[tuple], list[LinkTruth]]:
    m = facts.municipality
    rng = stream(design.seed, "register", m.kommune_id, goal.register, goal.id)
    measures = GOAL_MEASURES if goal.register == "samfunnsdel" else PLATFORM_MEASURES
    double = bool(rng.random() < DOUBLE_CODED)
    rows, truths = [], []
    scanned = m.has("scanned_samfunnsdel") and goal.register == "samfunnsdel"
    for measure in measures:
        true = goal.links[measure]
        suggested: bool | None = bool(rng.random() < (SUGGESTION_HIT if true else SUGGESTION_FALSE))
        if scanned:
            suggested = None
        draws = rng.random(3)
        answers: dict[str, bool | None] = {"koder1": true}
        if double:
            # a disagreement now and then, in two municipalities only: the others settled theirs
            differs = draws[0] < 0.12 and m.number % 12 in (3, 9)
            answers["koder2"] = (not true) if differs else true
        if (
            design.faults
            and m.has("unconfirmed_goals")
            and measure == "mal_i_arsmelding"
            and draws[1] < 0.4
        ):
            answers = {"koder1": None}
        evidence = pages.get((m.kommune_id, f"{goal.id}:{measure}")) if true else None
        page = pages.get((m.kommune_id, f"{goal.id}:goal"))
        for coder, confirmed in answers.items():
            rows.append((
                m.kommune_id, goal.register, document, goal.id, goal.text, goal.area, page,
                int(goal.needs_money), measure, _yes_no(suggested), _yes_no(confirmed), coder,
                evidence if confirmed else None,
            ))  # fmt: skip
        given = {a for a in answers.values() if a is not None}
        truths.append(
            LinkTruth(
                m.kommune_id,
                goal.id,
                goal.register,
                measure,
                true,
                given.pop() if len(given) == 1 else None,
                sum(a is not None for a in answers.values()),
            )
        )
    return rows, truths


def register_rows(
    design: StudyDesign,
    facts: list[PlanFacts],
    documents: Mapping[tuple[str, str], str],
    pages: Mapping[tuple[str, str], int],
) -> tuple[list[tuple], list[LinkTruth]]:
    """Rows of ``goal_register.csv`` and what a correct reading of them finds.

    Args:
        design: The study.
        facts: Plan facts of every municipality.
        documents: (kommune_id, kind) to the file the goals stand in.
        pages: (kommune_id, "goal_id:measure" or "goal_id:goal") to page.

    Returns:
        Rows, and the truth of every link.
    """
    rows: list[tuple] = []
    truths: list[LinkTruth] = []
    for fact in facts:
        for goal in (*fact.goals, *fact.points):
            kind = "samfunnsdel" if goal.register == "samfunnsdel" else "plattform"
            document = documents.get((fact.municipality.kommune_id, kind), "")
            new_rows, new_truths = _rows_of_goal(design, fact, goal, document, pages)
            rows += new_rows
            truths += new_truths
    return rows, truths


def coded_rows(
    design: StudyDesign, facts: list[PlanFacts]
) -> tuple[list[tuple], dict[tuple[str, str, str], float | None]]:
    """Rows of ``coded_measures.csv`` and the value each measure should end with.

    Args:
        design: The study.
        facts: Plan facts of every municipality.

    Returns:
        Rows, and (kommune_id, wave, measure) to the agreed value; None when there is none.
    """
    rows: list[tuple] = []
    truth: dict[tuple[str, str, str], float | None] = {}
    for fact in facts:
        m = fact.municipality
        for wave, measures in fact.measures.items():
            for measure, (value, status) in sorted(measures.items()):
                shown = None if value is None else f"{value:g}"
                rows.append((m.kommune_id, wave, measure, shown, status, "koder1"))
                truth[(m.kommune_id, wave, measure)] = value
                if measure in HUMAN_ONLY and status != "confirmed":
                    rows.append((m.kommune_id, wave, measure, None, status, "koder2"))
                elif measure in HUMAN_ONLY:
                    other = value
                    if measure == "medvirkning_niva" and m.number % 12 == 9 and wave == "T2":
                        other = value - 1 if value > 1 else value + 1
                        truth[(m.kommune_id, wave, measure)] = None
                    rows.append((m.kommune_id, wave, measure, f"{other:g}", status, "koder2"))
    return rows, truth
