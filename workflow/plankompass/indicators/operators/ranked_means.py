"""Items ordered by mean, with rank intervals: which barriers are surely larger."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from plankompass.indicators.changes import add_changes
from plankompass.indicators.survey_answers import GroupAnswers, read_answers
from plankompass.indicators.survey_rows import Variable, absence, add_rows
from plankompass.indicators.task import NETWORK, Rows, Task
from plankompass.statistics.estimate import CellEstimates
from plankompass.statistics.ranking import Ranking, rank_confidence_sets


def ranked_means(task: Task) -> Rows:
    """Mean of each item over persons, with its rank among the items and the share at a threshold.

    Only persons with at least ``min_valid_items`` valid items count. Rank 1 is the largest mean.
    Rank intervals hold all ranks jointly (bootstrap over persons with the configured seed and
    draws); where they overlap, the report shows a shared place. Ranks are of items within one
    group, never of municipalities.

    Args:
        task: The computation; the indicator's param ``threshold``.

    Returns:
        Components ``<item>`` (mean), ``share:<item>`` (share >= threshold) and ``rank:<item>``
        (value = rank with interval), for each municipality and the network.
    """
    rows = Rows(task.indicator.id)
    items = task.indicator.inputs.items
    means = [Variable(item, (item,)) for item in items]
    shares = [Variable(f"share:{item}", (item,), share=True) for item in items]
    threshold = task.indicator.params["threshold"]
    for group in task.indicator.groups:
        series = []
        for answers in read_answers(task, group, items):
            values = answers.take(items)
            enough = (~np.isnan(values)).sum(axis=1) >= task.indicator.min_valid_items
            values = np.where(enough[:, None], values, np.nan)
            hits = np.where(np.isnan(values), np.nan, (values >= threshold).astype(float))
            cells = add_rows(rows, task, answers, means, values)
            add_rows(rows, task, answers, shares, hits)
            _add_ranks(rows, task, answers, means, values, cells)
            series.append((answers, values, cells))
        add_changes(rows, task, means, series)
    return rows


def _add_ranks(
    rows: Rows,
    task: Task,
    answers: GroupAnswers,
    variables: list[Variable],
    values: NDArray[np.float64],
    cells: CellEstimates,
) -> None:
    for unit, name in [*enumerate(answers.units), (None, NETWORK)]:
        here = values if unit is None else values[answers.codes == unit]
        persons = int((~np.isnan(here).all(axis=1)).sum())
        sizes = cells.population[cells.n.max(axis=1) > 0, 0] if unit is None else None
        population = float(sizes.sum()) if sizes is not None else float(cells.population[unit, 0])
        ranking: Ranking | None = None
        for number, variable in enumerate(variables):
            missing = absence(task, answers, variable, unit)
            if missing is None and not (~np.isnan(here[:, number])).any():
                missing = ("hidden", "too_few_answers")
            place = (name, answers.occasion.wave, answers.group, f"rank:{variable.component}")
            gathering = answers.occasion.gathering
            if missing is not None:
                rows.add(*place, gathering=gathering, status=missing[0], reason=missing[1])
                continue
            if ranking is None:
                ranking = rank_confidence_sets(
                    here,
                    population if answers.finite else None,
                    replicates=task.settings.bootstrap_draws,
                    seed=task.settings.seed,
                    confidence=task.settings.confidence,
                )
            rows.add(
                *place, gathering=gathering, value=float(ranking.rank[number]),
                lower=float(ranking.lower[number]), upper=float(ranking.upper[number]),
                n=persons, population=population, method="rank_confidence_set", unanimous=False,
                municipalities=1 if unit is not None else len(sizes),
            )  # fmt: skip
