"""Means of scales and of single items."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from plankompass.indicators.answer_shares import add_answer_shares
from plankompass.indicators.changes import add_changes
from plankompass.indicators.survey_answers import GroupAnswers, read_answers
from plankompass.indicators.survey_rows import Variable, add_rows
from plankompass.indicators.task import Rows, Task
from plankompass.statistics.scores import score_scale


def scale_scores(task: Task, answers: GroupAnswers) -> NDArray[np.float64]:
    """Score the indicator's items as one scale.

    Args:
        task: The computation.
        answers: Answers that hold the indicator's items.

    Returns:
        Scores of shape (persons,), reversed items turned; NaN with fewer valid items than the
        indicator's ``min_valid_items``.
    """
    items = task.indicator.inputs.items
    levels = task.codebook.scales[task.codebook.items[items[0]].scale].values
    return score_scale(
        answers.take(items),
        min_valid=task.indicator.min_valid_items,
        minimum=float(min(levels)),
        maximum=float(max(levels)),
        reverse=[k for k, item in enumerate(items) if task.codebook.items[item].reverse],
    )


def mean_of_items(task: Task) -> Rows:
    """Mean of persons' scale scores; the items as asked are given as components beside it.

    A person's score is the mean of valid items after reversing. Item components are not reversed:
    they are read with the item's own words when the scale may not be shown as one number.

    Args:
        task: The computation.

    Returns:
        Components ``total`` and every item, for each municipality and the network, with change
        between waves; and in the report's wave how the answers to each item spread.
    """
    items = task.indicator.inputs.items
    variables = [Variable("total", tuple(items)), *(Variable(i, (i,)) for i in items)]
    return _means(task, variables, with_total=True)


def profile_of_means(task: Task) -> Rows:
    """Mean of each item over persons, in a fixed order and without a total.

    Args:
        task: The computation.

    Returns:
        One component an item, for each municipality and the network, with change between waves.
    """
    variables = [Variable(item, (item,)) for item in task.indicator.inputs.items]
    return _means(task, variables, with_total=False)


def _means(task: Task, variables: list[Variable], *, with_total: bool) -> Rows:
    rows = Rows(task.indicator.id)
    items = task.indicator.inputs.items
    for group in task.indicator.groups:
        series = []
        for answers in read_answers(task, group, items):
            values = answers.take(items)
            if with_total:
                values = np.column_stack([scale_scores(task, answers), values])
            cells = add_rows(rows, task, answers, variables, values)
            series.append((answers, values, cells))
            if with_total:
                add_answer_shares(rows, task, answers)
        add_changes(rows, task, variables, series)
    return rows
