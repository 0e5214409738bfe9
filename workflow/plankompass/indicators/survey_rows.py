"""From arrays of estimates to rows: value, interval, n, or the reason a number is not there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plankompass.indicators.survey_answers import GroupAnswers
from plankompass.indicators.survey_estimates import (
    all_equal,
    dont_know_shares,
    municipal_means,
    municipal_parts,
    municipal_shares,
    network_estimates,
)
from plankompass.indicators.task import NETWORK, Rows, Task
from plankompass.statistics.cells import cell_moments
from plankompass.statistics.estimate import CellEstimates

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Variable:
    """One thing to estimate from a group's answers.

    Attributes:
        component: Component of the rows.
        columns: Item columns behind it.
        share: Whether the values are 1 and 0.
    """

    component: str
    columns: tuple[str, ...]
    share: bool = False


def absence(
    task: Task, answers: GroupAnswers, variable: Variable, unit: int | None
) -> tuple[str, str] | None:
    """Why a variable has no number in a municipality, or in the network, whatever was answered.

    Args:
        task: The computation.
        answers: The group's answers.
        variable: The variable.
        unit: Position of the municipality; None for the network.

    Returns:
        Status and reason, or None when there can be a number.
    """
    items = {column.split("__")[0] for column in variable.columns}
    if answers.occasion.first and any(task.codebook.items[i].not_first_gathering for i in items):
        return "not_applicable", "not_asked"
    level = "network" if unit is None else "municipality"
    if level not in task.indicator.levels:
        reason = "network_only" if level == "municipality" else "not_asked"
        return "not_applicable", reason
    if not answers.posed & set(variable.columns):
        return "not_collected", "not_asked"
    if unit is None:
        return None if answers.asked.any() else ("not_collected", "not_asked")
    if answers.merged[unit]:
        return "not_applicable", "territory_changed"
    return None if answers.asked[unit] else ("not_collected", "not_asked")


def mean_method(task: Task, answers: GroupAnswers, n: int, population: float) -> str:
    """Method of a municipality's mean, as a short stable text."""
    if answers.weighted:
        return "weighted_linearised"
    fpc = "mean_fpc" if np.isfinite(population) and answers.finite else "mean"
    # One word for all small ones: which step the spread was rounded up to would tell of a hidden one.
    return f"{fpc}_{'stepped_sd' if n < task.settings.pooled_sd_below else 'floored_sd'}"


def add_rows(
    rows: Rows,
    task: Task,
    answers: GroupAnswers,
    variables: Sequence[Variable],
    values: FloatArray,
) -> CellEstimates:
    """Estimate variables in every municipality and the network and note the rows.

    Args:
        rows: Where the rows go.
        task: The computation.
        answers: The group's answers.
        variables: What the columns of ``values`` are; all shares, or all means.
        values: Shape (persons, variables); NaN is missing.

    Returns:
        The municipalities' estimates, shape (units, variables).
    """
    share = variables[0].share
    cells = (municipal_shares if share else municipal_means)(answers, values, task.settings)
    parts = municipal_parts(answers, values, task.settings, None if share else cells)
    whole, behind = network_estimates(answers, parts, task.settings, share=share)
    unsure, unsure_all = dont_know_shares(answers, [list(v.columns) for v in variables])
    equal, equal_all = all_equal(answers, values)
    # Persons counted, also where shares are weighted: disclosure control asks for them.
    n, plain, _ = cell_moments(values, answers.codes, len(answers.units))
    counted = np.rint(np.nan_to_num(plain) * n).astype(int)
    for number, variable in enumerate(variables):
        for unit, name in enumerate(answers.units):
            missing = absence(task, answers, variable, unit)
            if missing is None and cells.n[unit, number] == 0:
                missing = ("hidden", "too_few_answers")
            numerator = int(counted[unit, number]) if share else None
            size = float(cells.population[unit, number])
            method = (
                _share_method(answers, size)
                if share
                else mean_method(task, answers, int(n[unit, number]), size)
            )
            _add(
                rows, answers, variable, name, missing, cells, (unit, number),
                dont_know=unsure[unit, number], method=method, numerator=numerator,
                unanimous=bool(equal[unit, number]), municipalities=1,
            )  # fmt: skip
        missing = absence(task, answers, variable, None)
        if missing is None and behind[number] == 0:
            missing = ("hidden", "too_few_answers")
        _add(
            rows, answers, variable, NETWORK, missing, whole, (number,),
            dont_know=unsure_all[number],
            method=_network_method(answers, share, float(whole.population[number])),
            numerator=int(counted[:, number].sum()) if share else None,
            unanimous=bool(equal_all[number]), municipalities=int(behind[number]),
        )  # fmt: skip
    return cells


def _share_method(answers: GroupAnswers, population: float) -> str:
    if answers.weighted:
        return "weighted_korn_graubard"
    finite = np.isfinite(population) and answers.finite
    return "share_hypergeometric" if finite else "share_clopper_pearson"


def _network_method(answers: GroupAnswers, share: bool, population: float) -> str:
    if answers.weighted:
        return "stratified_weighted_logit" if share else "stratified_weighted"
    kind = "share" if share else "mean"
    return f"stratified_{kind}" if np.isfinite(population) else f"pooled_persons_{kind}"


def _add(
    rows: Rows,
    answers: GroupAnswers,
    variable: Variable,
    unit: str,
    missing: tuple[str, str] | None,
    cells: CellEstimates,
    where: tuple[int, ...],
    *,
    dont_know: float,
    method: str,
    numerator: int | None,
    unanimous: bool,
    municipalities: int,
) -> None:
    place = (unit, answers.occasion.wave, answers.group, variable.component)
    gathering = answers.occasion.gathering
    if missing is not None:
        status, reason = missing
        asked = reason == "too_few_answers"
        rows.add(
            *place,
            gathering=gathering,
            status=status,
            reason=reason,
            n=0 if asked else None,
            population=float(cells.population[where]) if asked else None,
            dont_know=float(dont_know) if asked else np.nan,
        )
        return
    rows.add(
        *place,
        gathering=gathering,
        value=float(cells.estimate[where]),
        lower=float(cells.lower[where]),
        upper=float(cells.upper[where]),
        se=float(cells.se[where]),
        n=int(cells.n[where]),
        population=float(cells.population[where]),
        dont_know=float(dont_know),
        method=method,
        numerator=numerator,
        unanimous=unanimous,
        municipalities=municipalities,
    )
