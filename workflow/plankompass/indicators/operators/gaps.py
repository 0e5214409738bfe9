"""Perception gaps: the same questions asked of two groups."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from plankompass.indicators.survey_answers import GroupAnswers, read_answers
from plankompass.indicators.survey_estimates import (
    all_equal,
    municipal_means,
    municipal_parts,
    network_estimates,
    one_cell,
)
from plankompass.indicators.survey_rows import Variable, absence, add_rows
from plankompass.indicators.task import NETWORK, Rows, Task
from plankompass.statistics.congruence import congruence_between_groups
from plankompass.statistics.finite_population import difference

FAIR_CONGRUENCE = 0.85
"""Least congruence of loadings (Lorenzo-Seva and ten Berge 2006)."""

MIN_COMPLETE = 50
"""Fewest persons with all items valid, in each group, from which loadings are judged."""


def group_difference(task: Task) -> Rows:
    """Mean in one group minus the mean in another, item by item and for each parallel set.

    A person's value on a parallel set is the mean of their valid answers to its items. Sets with a
    single item get no row of their own, and a set whose items hang together differently in the two
    groups (Tucker's congruence of loadings below :data:`FAIR_CONGRUENCE` in the network) gets no
    gap. Both groups' means stand beside the gaps, so that a reader sees what was compared. At
    network level both means are taken over the municipalities where both groups answered.

    Args:
        task: The computation; the indicator's params ``contrasts`` and ``parallel_sets``.

    Returns:
        For every contrast a, b: rows of group a with component ``<item or set>|<b>``, ``n`` and
        population those of the group with fewer answers; for every group rows with component
        ``level:<item or set>``.
    """
    rows = Rows(task.indicator.id)
    items = task.indicator.inputs.items
    variables = [Variable(item, (item,)) for item in items]
    # Sets whose items may be summed; a set of one item is that item.
    for name in task.indicator.params["parallel_sets"]:
        members = tuple(i for i in items if task.codebook.items[i].parallel_set == name)
        if len(members) > 1:
            variables.append(Variable(name, members))
    series: dict[str, list[tuple[GroupAnswers, NDArray[np.float64]]]] = {}
    for group in task.indicator.groups:
        series[group] = []
        for answers in read_answers(task, group, items):
            values = np.column_stack([_person_means(answers, v) for v in variables])
            levels = [Variable(f"level:{v.component}", v.columns) for v in variables]
            add_rows(rows, task, answers, levels, values)
            series[group].append((answers, values))
    for a, b in task.indicator.params["contrasts"]:
        for first, second in zip(series[a], series[b], strict=True):
            _add_gaps(rows, task, variables, first, second)
    return rows


def _person_means(answers: GroupAnswers, variable: Variable) -> NDArray[np.float64]:
    values = answers.take(variable.columns)
    valid = ~np.isnan(values)
    number = valid.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(number > 0, np.where(valid, values, 0.0).sum(axis=1) / number, np.nan)


def _add_gaps(
    rows: Rows,
    task: Task,
    variables: list[Variable],
    first: tuple[GroupAnswers, NDArray[np.float64]],
    second: tuple[GroupAnswers, NDArray[np.float64]],
) -> None:
    (a, x), (b, y) = first, second
    cells_a, cells_b = municipal_means(a, x, task.settings), municipal_means(b, y, task.settings)
    equal = all_equal(a, x)[0] | all_equal(b, y)[0]
    both = (cells_a.n > 0) & (cells_b.n > 0)
    parts_a = municipal_parts(a, x, task.settings, cells_a)
    parts_b = municipal_parts(b, y, task.settings, cells_b)
    whole_a, behind = network_estimates(a, parts_a, task.settings, within=both)
    whole_b, _ = network_estimates(b, parts_b, task.settings, within=both)
    unlike = {v.component for v in variables if not _alike(a, b, v)}
    for number, variable in enumerate(variables):
        place = (a.occasion.wave, a.group, f"{variable.component}|{b.group}")
        for unit, name in [*enumerate(a.units), (None, NETWORK)]:
            missing = absence(task, a, variable, unit) or absence(task, b, variable, unit)
            at = (number,) if unit is None else (unit, number)
            one, two = (whole_a, whole_b) if unit is None else (cells_a, cells_b)
            if missing is None and min(one.n[at], two.n[at]) == 0:
                missing = ("hidden", "too_few_answers")
            if missing is None and variable.component in unlike:
                missing = ("unreliable", "scale_unreliable")
            if missing is not None:
                rows.add(name, *place, status=missing[0], reason=missing[1])
                continue
            gap = difference(
                one_cell(one, at), one_cell(two, at), confidence=task.settings.confidence
            )
            fewer = one if one.n[at] <= two.n[at] else two
            rows.add(
                name, *place, value=gap.estimate, lower=gap.lower, upper=gap.upper, se=gap.se,
                n=int(fewer.n[at]), population=float(fewer.population[at]),
                method="difference_satterthwaite",
                unanimous=bool(equal[at]) if unit is not None else False,
                municipalities=1 if unit is not None else int(behind[number]),
            )  # fmt: skip


def _alike(a: GroupAnswers, b: GroupAnswers, variable: Variable) -> bool:
    """Whether a set may be compared between groups; True where nothing speaks against it."""
    if len(variable.columns) < 3:
        return True
    found = congruence_between_groups(
        a.take(variable.columns), b.take(variable.columns), replicates=0, seed=0
    )
    return min(found.n) < MIN_COMPLETE or not found.estimate < FAIR_CONGRUENCE
