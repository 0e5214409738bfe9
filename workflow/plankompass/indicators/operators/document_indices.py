"""Indices of what documents hold: means of shares, and points reached."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from plankompass.indicators.documents import GROUP, Found, goal_answers, measure_value
from plankompass.indicators.operators.document_shares import add_found, common_reason
from plankompass.indicators.task import NETWORK, Rows, Task

TOTAL = "total"


def mean_of_shares(task: Task) -> Rows:
    """Unweighted mean of shares, each divided by its own largest value.

    With fewer than ``min_valid_items`` values there is no mean, and the first missing value tells
    why. The network's value is the unweighted mean of the municipalities'.

    Args:
        task: The computation; the indicator's param ``max_values``, where a measure is no share.

    Returns:
        Components ``total`` and every measure. Measures at goal level are given for the report
        wave, others for every wave.
    """
    rows = Rows(task.indicator.id)
    measures = [task.codebook.measures[m] for m in task.indicator.inputs.measures]
    largest = task.indicator.params.get("max_values", {})
    at_goals = all(m.level == "goal" for m in measures)
    for wave in [task.report_wave] if at_goals else task.waves:
        found: dict[str, dict[str, Found]] = {}
        for unit in task.tables.municipalities():
            if at_goals:
                ids = [m.id for m in measures]
                answers = goal_answers(task, unit, measures[0].documents[0], ids)
                found[unit] = {m: answers.share([m], only_needs_money=False) for m in ids}
            else:
                found[unit] = {
                    m.id: _scaled(measure_value(task, unit, wave, m), largest.get(m.id, m.range[1]))
                    for m in measures
                }
            found[unit][TOTAL] = _mean(found[unit], task.indicator.min_valid_items)
        _add(rows, wave, found, municipal="count_all")
    return rows


def additive_index(task: Task) -> Rows:
    """Number of components that reach their threshold; no index when one of them is missing.

    The network's value is the mean number over municipalities, and for each component the share of
    municipalities that reach it.

    Args:
        task: The computation; the indicator's param ``thresholds``.

    Returns:
        Components ``total`` and every measure (1 reached, 0 not), for every wave.
    """
    rows = Rows(task.indicator.id)
    thresholds = task.indicator.params["thresholds"]
    measures = [task.codebook.measures[m] for m in task.indicator.inputs.measures]
    for wave in task.waves:
        found: dict[str, dict[str, Found]] = {}
        for unit in task.tables.municipalities():
            values = {m.id: measure_value(task, unit, wave, m) for m in measures}
            reached = {
                m: f if f.missing else Found(float(f.value >= thresholds[m]))
                for m, f in values.items()
            }
            total = _mean(reached, task.indicator.min_valid_items)
            if total.missing is None:
                total = Found(float(sum(f.value for f in reached.values())))
            found[unit] = reached | {TOTAL: total}
        _add(rows, wave, found, municipal="count_reached")
    return rows


def _scaled(found: Found, largest: float) -> Found:
    return found if found.missing else Found(found.value / float(largest), found.n)


def _mean(found: Mapping[str, Found], least: int) -> Found:
    known = [f for f in found.values() if f.missing is None]
    if len(known) < least:
        return Found(missing=next(f.missing for f in found.values() if f.missing is not None))
    return Found(float(np.mean([f.value for f in known])), min(f.n for f in known))


def _add(rows: Rows, wave: str, found: dict[str, dict[str, Found]], *, municipal: str) -> None:
    for component in next(iter(found.values()), {}):
        one = {unit: parts[component] for unit, parts in found.items()}
        for unit, value in one.items():
            add_found(rows, unit, wave, component, value, method=municipal)
        known = [f for f in one.values() if f.missing is None]
        if not known:
            add_found(rows, NETWORK, wave, component, Found(missing=common_reason(one.values())))
            continue
        rows.add(
            NETWORK, wave, GROUP, component, value=float(np.mean([f.value for f in known])),
            n=sum(f.n for f in known), method="mean_of_municipalities", municipalities=len(known),
        )  # fmt: skip
