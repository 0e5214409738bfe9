"""Change between waves, under the codebook's rules.

Waves are repeated cross-sections. The same persons are only followed within one council term, never
across an election, and no change is given where the territory or an item's wording has changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from plankompass.indicators.councils import councils_in_office
from plankompass.indicators.survey_answers import PARTICIPANTS, GroupAnswers
from plankompass.indicators.survey_estimates import all_equal, municipal_parts
from plankompass.indicators.survey_rows import Variable, absence
from plankompass.indicators.task import NETWORK, Rows, Task
from plankompass.statistics.estimate import CellEstimates, t_interval
from plankompass.statistics.finite_population import change_overlapping, satterthwaite
from plankompass.study.config_models import StatisticsConfig

FloatArray = NDArray[np.float64]
Answered = tuple[GroupAnswers, FloatArray, CellEstimates]


@dataclass(frozen=True)
class WaveEstimates:
    """One wave's answers, values and municipal estimates as they are shown; ``parts`` for sums.

    ``parts`` has the standard errors that aggregates are made of: the pooled spread as it is,
    without the guards of the intervals that are shown, and for shares (whose own intervals are
    exact) those of means of ones and zeros, which exist for one respondent too.

    Attributes:
        answers: Who answered, from where.
        values: Values of the variables, shape (persons, variables).
        cells: The municipalities' estimates as they are shown.
        parts: The same as parts of an aggregate.
    """

    answers: GroupAnswers
    values: FloatArray
    cells: CellEstimates
    parts: CellEstimates


def change_component(before: str, component: str) -> str:
    """Name the component of a change row.

    Args:
        before: The earlier wave; the row itself carries the later one.
        component: Component whose change it is.

    Returns:
        ``change:<earlier wave>|<component>``.
    """
    return f"change:{before}|{component}"


def same_territory(task: Task, before: str) -> NDArray[np.bool_]:
    """Whether each municipality had today's territory when an earlier wave began, shape (units,)."""
    table = task.tables.table("municipalities").sort_values("kommune_id")
    start = pd.Timestamp(task.waves[before].first_day)
    return (table["territory_from"] <= start).to_numpy(bool)


def same_council(task: Task, before: str, after: str) -> NDArray[np.bool_]:
    """Whether the council in office was the same at two waves' cut-off dates, shape (units,)."""
    councils = task.tables.table("councils")
    first, second = (
        councils_in_office(councils, task.waves[wave].as_of)["term"].to_dict()
        for wave in (before, after)
    )
    units = task.tables.municipalities()
    return np.array([unit in first and first[unit] == second.get(unit) for unit in units])


def add_changes(
    rows: Rows, task: Task, variables: Sequence[Variable], series: Sequence[Answered]
) -> None:
    """Note the change of each variable from each wave to the next.

    Councils with answers enough for their own SD use the covariance of persons who answered in both
    waves of one term (method ``change_overlapping``); smaller ones use the spread of the two means
    as they are shown and count as independent, which is cautious. Shares combine the two waves' exact intervals (Donner and Zou
    2012), since a normal interval fails at this size. The network's change is the municipalities'
    changes weighted by their number of persons in the later wave.

    Args:
        rows: Where the rows go.
        task: The computation.
        variables: What the columns of the values are.
        series: Answers, values and municipal estimates of each occasion, in order of time.
    """
    if not series or series[0][0].group == PARTICIPANTS:
        return
    share = variables[0].share
    waves = [
        WaveEstimates(a, v, c, municipal_parts(a, v, task.settings, None if share else c))
        for a, v, c in series
    ]
    for earlier, later in pairwise(waves):
        if earlier.answers.posed and later.answers.posed:
            for number, variable in enumerate(variables):
                _add_change(rows, task, variable, number, earlier, later)


def _add_change(
    rows: Rows,
    task: Task,
    variable: Variable,
    number: int,
    earlier: WaveEstimates,
    later: WaveEstimates,
) -> None:
    before, after, cells1, cells2 = earlier.answers, later.answers, earlier.cells, later.cells
    from_wave, to_wave = before.occasion.wave, after.occasion.wave
    component = change_component(from_wave, variable.component)
    place = (to_wave, after.group, component)
    comparable = same_territory(task, from_wave) & ~before.merged & ~after.merged
    panel = same_council(task, from_wave, to_wave)
    reworded = any(
        before.wording.get(c, frozenset()) != after.wording.get(c, frozenset())
        for c in variable.columns
    )
    sides = ((before, earlier.values), (after, later.values))
    equal = [all_equal(a, v[:, [number]])[0][:, 0] for a, v in sides]
    known: list[tuple[int, float, float, float]] = []
    for unit, name in enumerate(after.units):
        missing = absence(task, after, variable, unit) or absence(task, before, variable, unit)
        if not comparable[unit] and (missing is None or missing[1] != "network_only"):
            missing = ("not_applicable", "territory_changed")
        elif missing is None and reworded:
            missing = ("not_applicable", "wording_changed")
        n = int(min(cells1.n[unit, number], cells2.n[unit, number]))
        # Computed for the network even where the municipality's own row is left out.
        if comparable[unit] and not reworded and n > 0:
            result = municipal_change(
                task.settings, unit, number, earlier, later, bool(panel[unit]), variable.share
            )
            known.append((unit, *_part(unit, number, earlier, later, result)))
        if missing is None and n == 0:
            missing = ("hidden", "too_few_answers")
        if missing is not None:
            rows.add(name, *place, status=missing[0], reason=missing[1])
            continue
        value, se, _, lower, upper, method = result
        rows.add(
            name, *place, value=value, lower=lower, upper=upper, se=se, n=n,
            population=float(cells2.population[unit, number]), method=method,
            unanimous=bool(equal[0][unit] or equal[1][unit]), municipalities=1,
        )  # fmt: skip
    missing = absence(task, after, variable, None) or absence(task, before, variable, None)
    if missing is None and reworded:
        missing = ("not_applicable", "wording_changed")
    if missing is None and not known:
        missing = ("hidden", "too_few_answers")
    if missing is not None:
        rows.add(NETWORK, *place, status=missing[0], reason=missing[1])
        return
    _add_network_change(rows, task, place, number, known, cells1, cells2)


def municipal_change(
    settings: StatisticsConfig,
    unit: int,
    number: int,
    earlier: WaveEstimates,
    later: WaveEstimates,
    panel: bool,
    share: bool,
) -> tuple[float, float, float, float, float, str]:
    """Change of one variable in one municipality.

    Args:
        settings: Level of intervals, and below which n the spread is pooled.
        unit: Position of the municipality.
        number: Position of the variable.
        earlier: The earlier wave.
        later: The later wave.
        panel: Whether persons may be followed from one to the other.
        share: Whether the variable is a share.

    Returns:
        Value, standard error, degrees of freedom, lower and upper limit, and method.
    """
    one, two, at = earlier.cells, later.cells, (unit, number)
    value = float(two.estimate[at] - one.estimate[at])
    parts = (later.parts, earlier.parts) if share else (two, one)
    se, df = (float(v) for v in satterthwaite(*(x for p in parts for x in (p.se[at], p.df[at]))))
    if share:
        below = np.hypot(two.estimate[at] - two.lower[at], one.upper[at] - one.estimate[at])
        above = np.hypot(two.upper[at] - two.estimate[at], one.estimate[at] - one.lower[at])
        return value, se, df, value - float(below), value + float(above), "change_share_mover"
    small = min(one.n[at], two.n[at]) < settings.pooled_sd_below
    before, after = earlier.answers, later.answers
    if panel and not small and not after.weighted and one.population[at] == two.population[at]:
        x, y = earlier.values[:, number], later.values[:, number]
        aligned = _aligned(before, x, after, y, unit)
        if len(aligned[0]) <= two.population[at]:
            size = float(two.population[at]) if after.finite else None
            change = change_overlapping(*aligned, size, confidence=settings.confidence)
            return (
                change.estimate, change.se, change.df, change.lower, change.upper,
                "change_overlapping",
            )  # fmt: skip
    lower, upper = (float(v) for v in t_interval(value, se, df, settings.confidence))
    stepped = "_stepped_sd" if small and not after.weighted else ""
    return value, se, df, lower, upper, f"change_independent{stepped}"


def _part(
    unit: int, number: int, earlier: WaveEstimates, later: WaveEstimates, shown: tuple[float, ...]
) -> tuple[float, float, float]:
    """Value, se and df of a municipality's change as part of the network's."""
    if shown[-1] == "change_overlapping":
        return shown[:3]
    one, two, at = earlier.parts, later.parts, (unit, number)
    se, df = satterthwaite(two.se[at], two.df[at], one.se[at], one.df[at])
    return shown[0], float(se), float(df)


def _aligned(
    before: GroupAnswers, x: FloatArray, after: GroupAnswers, y: FloatArray, unit: int
) -> tuple[FloatArray, FloatArray]:
    """One place a person with a valid value in either wave; NaN where silent in the other."""
    here, there = (before.codes == unit) & ~np.isnan(x), (after.codes == unit) & ~np.isnan(y)
    first = pd.Series(x[here], index=before.person[here])
    second = pd.Series(y[there], index=after.person[there])
    both = first.index.union(second.index)
    return first.reindex(both).to_numpy(float), second.reindex(both).to_numpy(float)


def _add_network_change(
    rows: Rows,
    task: Task,
    place: tuple[str, str, str],
    number: int,
    known: list[tuple[int, float, float, float]],
    one: CellEstimates,
    two: CellEstimates,
) -> None:
    units = np.array([k[0] for k in known])
    value, se, df = np.array([k[1:] for k in known]).T
    size = two.population[units, number]
    if np.isinf(size).any():
        size = two.n[units, number].astype(float)
    weight = size / size.sum()
    variance = (weight * se) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        below = np.where(variance == 0, 0.0, variance**2 / df).sum()
        freedom = variance.sum() ** 2 / below if below > 0 else np.nan
    mean, spread = float((weight * value).sum()), float(np.sqrt(variance.sum()))
    lower, upper = t_interval(mean, spread, freedom, task.settings.confidence)
    rows.add(
        NETWORK, *place, value=mean, lower=float(lower), upper=float(upper), se=spread,
        n=int(min(one.n[units, number].sum(), two.n[units, number].sum())),
        population=float(two.population[units, number].sum()), method="change_stratified",
        unanimous=False, municipalities=len(known),
    )  # fmt: skip
