"""The linear system of a study: each estimate about persons as a row over groups of persons.

An atom is one thing asked of one group of one municipality in one wave (or at one gathering); its
unknown is the group's mean. Public facts from documents are no part of it. What everyone knows
without being told is in it too: a scale is the mean of its items, a person chooses at most so many
alternatives, a share of high answers bounds the mean; and so is what earlier releases told.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from plankompass.disclosure.components import TOTAL
from plankompass.disclosure.ledger import earlier_releases
from plankompass.disclosure.published_interval import (
    attack_target,
    display_bounds,
    published_interval,
)
from plankompass.disclosure.rounding import round_published
from plankompass.disclosure.rows import records
from plankompass.disclosure.rules import INTERVIEWS, SURVEY_GROUPS, RuleBook
from plankompass.disclosure.study_cells import (
    Cell,
    EstimateRow,
    StudySystem,
    coefficients_of,
    is_protected,
    offset_of,
    target_of,
)
from plankompass.disclosure.study_releases import add_release
from plankompass.disclosure.study_structure import add_structure
from plankompass.disclosure.system import Combination

_READ = (
    "indicator", "component", "level", "unit", "wave", "group", "gathering", "unit_of_value", "n",
    "population", "value", "lower", "upper", "numerator", "class_value", "display", "status", "reason",
)  # fmt: skip
_TOLD = ("value", "lower", "upper")
_WORTH = {kind: rank for rank, kind in enumerate(("own", "level", "share", "gap", "change"))}
_PERSONS = frozenset({*SURVEY_GROUPS, INTERVIEWS})


def build_study_system(
    marked: pd.DataFrame,
    rules: RuleBook,
    published: pd.DataFrame | None = None,
    ledger: pd.DataFrame | None = None,
) -> StudySystem:
    """Build the system of all estimates about persons.

    Args:
        marked: Restricted rows with status and ``unit_of_value``, from ``mark_rows``.
        rules: Thresholds, codebook.
        published: The same rows as they will be published, in the same order; what a row gives
            away is read from them. Rounded from ``marked`` when left out.
        ledger: Earlier releases, whose numbers everyone has.

    Returns:
        The system, with protected rows as targets.
    """
    study = StudySystem()
    if published is None:
        published = round_published(marked, marked["unit_of_value"].to_numpy())
    numbers = marked["group"].isin(_PERSONS) & marked["value"].notna() & marked["n"].notna()
    at = np.flatnonzero(numbers.to_numpy())
    rows = [
        EstimateRow(place, row, rules)
        for place, row in zip(at.tolist(), records(marked.iloc[at], _READ), strict=True)
    ]
    told = dict(zip(at.tolist(), records(published.iloc[at], _TOLD), strict=True))
    for row in rows:
        if row.municipal and row.statistic is not None:
            _add_cell(study, row, rules)
    for row in rows:
        made_of = coefficients_of(study, row)
        if made_of is not None:
            _add_row(study, row, made_of, rules, told[row.at])
    add_structure(study, rules)
    for release, earlier in earlier_releases(ledger) if ledger is not None else ():
        add_release(study, release, earlier, rules)
    return study


def _add_cell(study: StudySystem, row: EstimateRow, rules: RuleBook) -> None:
    key = (row.statistic, row.place)
    known = study.cells.get(key)
    if known is not None and (known.n != row.n or abs(known.value - row.value) > 1e-9):
        # the same item counted over other persons (a battery that asks for more valid answers)
        row.statistic = (*row.statistic, row.indicator)
        key = (row.statistic, row.place)
        known = study.cells.get(key)
    if known is not None:
        return
    low, high = row.range
    atom = study.system.atom(key, row.n, low, high, people=row.place)
    if row.values["display"]:
        study.system.bounds[atom] = display_bounds(row.values["display"], row.n)
    cell = Cell(atom, row.n, row.population, row.value)
    study.cells[key] = cell
    study.members[(row.statistic, *row.place[1:])][row.place[0]] = cell
    study.truth[atom] = row.value


def _add_row(
    study: StudySystem,
    row: EstimateRow,
    made_of: Combination,
    rules: RuleBook,
    told: dict[str, Any],
) -> None:
    status = row.values["status"]
    order = rules.config.worth_order
    rank = order.index(row.values["level"]) if row.values["level"] in order else len(order)
    worth = (rank, _WORTH.get(row.part.kind, len(_WORTH)), row.part.base != TOTAL, -row.n)
    code_cell = row.municipal and row.values["group"] == INTERVIEWS
    interval = published_interval(row.values, told, row.unit_of_value, row.statistic, row.municipal)
    offset = offset_of(study, made_of, row.value)
    at = study.system.add(
        row.label,
        made_of.weights,
        over=made_of.over,
        worth=worth,
        interval=(interval[0] - offset, interval[1] - offset),
        linear=not code_cell,
        target=target_of(study.system, row, made_of) if is_protected(row) else None,
    )
    study.row_of[row.at] = at
    if status == "published":
        study.candidates.add(at)
    if code_cell and status == "published":
        # the class is published, the count is not: no attacker may find the count itself
        study.system.add(
            (*row.label, "count"),
            made_of.weights,
            over=made_of.over,
            target=attack_target(row.values, row.range, row.n, "code"),
        )
