"""What earlier releases told, over the groups as they were then."""

from __future__ import annotations

import numpy as np
import pandas as pd

from plankompass.disclosure.ledger import changed_answers, digest
from plankompass.disclosure.published_interval import (
    attack_target,
    class_interval,
    display_bounds,
)
from plankompass.disclosure.rounding import half_unit
from plankompass.disclosure.row_rules import row_units
from plankompass.disclosure.rows import records
from plankompass.disclosure.rules import RuleBook
from plankompass.disclosure.study_cells import (
    Cell,
    EstimateRow,
    StudySystem,
    coefficients_of,
    find_cell,
    is_protected,
    target_of,
)
from plankompass.disclosure.study_structure import add_structure
from plankompass.disclosure.system import Target


def add_release(study: StudySystem, release: int, earlier: pd.DataFrame, rules: RuleBook) -> None:
    """Add what an earlier release told, over the groups as they were then.

    A group whose answers have changed since is another atom; the answers that came late, were
    withdrawn or corrected are what the two differ by, and are protected when they are few.

    Args:
        study: The system of the release to come.
        release: Number of the earlier release.
        earlier: Its rows in the ledger.
        rules: Thresholds.
    """
    frame = earlier.assign(unit_of_value=row_units(earlier, rules))
    then = StudySystem(system=study.system)
    values = records(frame, list(frame.columns))
    rows = [EstimateRow(at, row, rules) for at, row in enumerate(values)]
    for row in rows:
        if row.municipal and row.statistic is not None:
            _add_earlier_cell(study, then, release, row, rules)
    _add_earlier_structure(study, then, rules)
    for row in rows:
        if row.values["status"] != "published":
            _add_earlier_target(study, then, release, row)
            continue
        if np.isnan(row.value):
            _add_earlier_class(study, then, release, row)
            continue
        made_of = coefficients_of(then, row)
        if made_of is None:
            continue
        single = len(made_of.weights) == 1
        half = half_unit(row.unit_of_value)
        # unrounded numbers of earlier releases are not kept: an aggregate's exact distance from its
        # cells is unknown, so only single numbers bound anything
        interval = (row.value - half, row.value + half) if single else (-np.inf, np.inf)
        study.system.add(
            (f"release {release}", *row.label),
            made_of.weights,
            over=made_of.over,
            interval=interval,
            known=True,
        )


def _add_earlier_target(
    study: StudySystem, then: StudySystem, release: int, row: EstimateRow
) -> None:
    """A gap, a change or an aggregate that was hidden then stays so, whatever is told of it today.

    Cells are protected where they are made; a row of today's groups alone is today's to protect.
    """
    if not is_protected(row):
        return
    made_of = coefficients_of(then, row)
    if made_of is None or len(made_of.weights) == 1:
        return
    if any(a not in study.truth for a in made_of.weights):
        study.system.add(
            (f"release {release}", *row.label),
            made_of.weights,
            over=made_of.over,
            target=target_of(study.system, row, made_of),
        )


def _add_earlier_structure(study: StudySystem, then: StudySystem, rules: RuleBook) -> None:
    """What everyone knew of the groups as they were then: a scale is the mean of its items, and so on.

    Only where something has changed since; elsewhere it is known already of the groups of today.
    """
    changed = {place for (_, place), cell in then.cells.items() if cell.atom not in study.truth}
    cells = {key: cell for key, cell in then.cells.items() if key[1] in changed}
    add_structure(StudySystem(system=study.system, cells=cells, truth=study.truth), rules)


def _add_earlier_class(
    study: StudySystem, then: StudySystem, release: int, row: EstimateRow
) -> None:
    """At least three interviews, or fewer: no equation, but it bounds what came later."""
    interval = class_interval(row.values["class_value"], row.n)
    made_of = coefficients_of(then, row)
    if interval is None or made_of is None:
        return
    study.system.add(
        (f"release {release}", *row.label),
        made_of.weights,
        over=made_of.over,
        interval=interval,
        known=True,
        linear=False,
    )


def _add_earlier_cell(
    study: StudySystem, then: StudySystem, release: int, row: EstimateRow, rules: RuleBook
) -> None:
    now = find_cell(study, row, row.statistic, row.place)
    about = row.statistic
    if now is not None and row.values["digest"] == digest(now.value, now.n):
        cell = now
    else:
        low, high = row.range
        name = ("release", release, row.values["digest"], about, row.place)
        atom = study.system.atom(name, row.n, low, high, people=row.place)
        cell = Cell(atom, row.n, row.population, np.nan)
        if row.values["display"]:
            study.system.bounds[atom] = display_bounds(row.values["display"], row.n)
        if is_protected(row):
            study.system.add((f"release {release}", *row.label), {atom: 1},
                             target=attack_target(row.values, row.range, row.n, row.unit_of_value))  # fmt: skip
        if now is not None:
            _add_difference(study, release, row, cell, now, rules)
    then.cells[(about, row.place)] = cell
    then.members[(about, *row.place[1:])][row.place[0]] = cell


def _add_difference(
    study: StudySystem, release: int, row: EstimateRow, old: Cell, now: Cell, rules: RuleBook
) -> None:
    low, high = row.range
    answers = changed_answers(old.n, now.n)
    corrected = old.n == now.n
    late = study.system.atom(
        ("late", release, row.statistic, row.place),
        answers,
        *((low - high, high - low) if corrected else (low, high)),
        people=("late", release, row.place),
    )
    sign = -1 if now.n >= old.n else 1
    study.system.add(
        ("late answers since release", release, *row.label),
        {now.atom: now.n, old.atom: -old.n, late: sign * answers},
        interval=(0.0, 0.0),
        known=True,
    )
    if answers < rules.config.min_n:
        study.system.add(
            ("answers changed since release", release, *row.label),
            {late: 1},
            target=Target((high - low) * (2 if corrected else 1)),
        )
