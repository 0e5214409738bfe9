"""Shares of answers: at least a value, or an alternative chosen."""

from __future__ import annotations

import numpy as np

from plankompass.indicators.changes import add_changes
from plankompass.indicators.survey_answers import read_answers
from plankompass.indicators.survey_rows import Variable, add_rows
from plankompass.indicators.task import Rows, Task


def share_at_least(task: Task) -> Rows:
    """Share of valid answers at or above a threshold, item by item, as the items are worded.

    Args:
        task: The computation; the indicator's param ``threshold``.

    Returns:
        One component an item, for each municipality and the network, with change between waves.
    """
    rows = Rows(task.indicator.id)
    items = task.indicator.inputs.items
    threshold = task.indicator.params["threshold"]
    variables = [Variable(item, (item,), share=True) for item in items]
    for group in task.indicator.groups:
        series = []
        for answers in read_answers(task, group, items):
            values = answers.take(items)
            hits = np.where(np.isnan(values), np.nan, (values >= threshold).astype(float))
            series.append((answers, hits, add_rows(rows, task, answers, variables, hits)))
        add_changes(rows, task, variables, series)
    return rows


def share_selected(task: Task) -> Rows:
    """Share who chose each alternative, of all who answered the question.

    Someone has answered the question when at least one of its alternatives holds a valid value.

    Args:
        task: The computation.

    Returns:
        One component an alternative (``item__option``), for each municipality and the network,
        with change between waves.
    """
    rows = Rows(task.indicator.id)
    for item in task.indicator.inputs.items:
        columns = task.codebook.answer_columns(item)
        variables = [Variable(column, (column,), share=True) for column in columns]
        for group in task.indicator.groups:
            series = []
            for answers in read_answers(task, group, columns):
                values = answers.values
                answered = ~np.isnan(values).all(axis=1)
                hits = np.where(answered[:, None], np.nan_to_num(values), np.nan)
                series.append((answers, hits, add_rows(rows, task, answers, variables, hits)))
            add_changes(rows, task, variables, series)
    return rows
