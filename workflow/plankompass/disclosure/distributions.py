"""Distributions of answers: published whole or not at all, and never where they tell the answers.

A distribution has one row for each part of the scale (under, at and over its middle). One part that
only a few gave would tell of them, and one part left out would follow from the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from plankompass.disclosure.answer_sets import (
    FEWEST_SETS,
    LARGEST_COUNTED,
    STEPPED,
    pooled_spread,
    spread_from_interval,
)
from plankompass.disclosure.components import ANSWERS, TOTAL, answered_item, part_of
from plankompass.disclosure.rounding import half_unit
from plankompass.disclosure.rows import plain_values, row_tuples
from plankompass.disclosure.rules import RESIDENTS, RuleBook
from plankompass.statistics.spread import FEW_STEPS, STEPS, STEPS_BELOW

_USED = ("component", "interval_tells", "lower", "method", "n", "numerator", "population", "value")
_PLACE = ["indicator", "level", "unit", "wave", "group", "gathering"]


def distributions(frame: pd.DataFrame) -> dict[tuple, list[int]]:
    """Rows of each distribution.

    Args:
        frame: Estimates.

    Returns:
        Indicator, level, unit, wave, group, gathering and item to positions, in the frame's order.
    """
    at = np.flatnonzero(frame["component"].str.startswith(f"{ANSWERS}:").to_numpy())
    found: dict[tuple, list[int]] = {}
    keys = row_tuples(frame.iloc[at], [*_PLACE, "component"])
    for row, (*place, component) in zip(at.tolist(), keys, strict=True):
        found.setdefault((*place, answered_item(component)), []).append(row)
    return found


def not_whole(frame: pd.DataFrame, shown: np.ndarray) -> list[int]:
    """Shown rows of distributions of which another row is not shown.

    Args:
        frame: Estimates.
        shown: Whether each row is shown.

    Returns:
        Positions.
    """
    return [
        at
        for rows in distributions(frame).values()
        if not shown[rows].all()
        for at in rows
        if shown[at]
    ]


def distributions_that_tell(frame: pd.DataFrame, rules: RuleBook) -> list[int]:
    """Distributions that, beside the item's mean and its interval, leave too few sets of answers.

    Args:
        frame: Rows with status, ``unit_of_value`` and ``interval_tells``.
        rules: Scales of the items.

    Returns:
        Positions of their rows.
    """
    return sorted(
        at
        for rows, _, left in _beside_means(frame, rules)
        if min(left.values()) < FEWEST_SETS
        for at in rows
    )


def intervals_beside_distributions(frame: pd.DataFrame, rules: RuleBook) -> np.ndarray:
    """Means whose interval gives way, so that the distribution of the same answers may be shown.

    A mean, its spread and a distribution together tell the answers of most councils; the mean and the
    distribution do not. The interval is kept, and the distribution will give way instead, where more
    rests on it: for items that groups are compared on, and for those of a scale that is shown item by
    item.

    Args:
        frame: Rows with status, ``unit_of_value`` and ``interval_tells``.
        rules: Scales of the items, and which are compared between groups.

    Returns:
        One flag a row.
    """
    told = np.zeros(len(frame), bool)
    by_item = _shown_by_item(frame)
    for _, key, left in _beside_means(frame, rules):
        indicator, _, _, wave, group, *_ = key
        if key[-1] in rules.compared or (indicator, wave, group) in by_item:
            continue
        if left[""] >= FEWEST_SETS > min(left.values()):
            told[[at for at in left if at != ""]] = True
    return told


def _shown_by_item(frame: pd.DataFrame) -> set[tuple]:
    """Indicator, wave and group of the scales that are too unreliable to be shown as a total."""
    weak = (frame["component"] == TOTAL) & (frame["status"] == "unreliable")
    return set(row_tuples(frame[weak], ["indicator", "wave", "group"]))


def _beside_means(
    frame: pd.DataFrame, rules: RuleBook
) -> Iterator[tuple[list[int], tuple, dict[int | str, int]]]:
    """Small shown distributions: rows, key, and sets left beside the mean, alone and with intervals.

    The sets are counted for the mean alone (key ``""``) and for each shown row of the mean with its
    interval; an item's mean may stand in several indicators.
    """
    shown = (frame["status"] == "published").to_numpy()
    wanted = {
        key: rows
        for key, rows in distributions(frame).items()
        if shown[rows].all() and key[1] == "municipality" and key[4] != RESIDENTS
    }
    if not wanted:
        return
    means: dict[tuple, list[int]] = {}
    mean_rows = np.flatnonzero((frame["unit_of_value"] == "mean").to_numpy() & shown)
    keys = row_tuples(frame.iloc[mean_rows], [*_PLACE[1:], "component"])
    for at, (*place, component) in zip(mean_rows.tolist(), keys, strict=True):
        means.setdefault((*place, part_of(component).base), []).append(at)
    pooled = pooled_spread(frame)
    column = {name: plain_values(frame[name]) for name in _USED}
    for key, rows in wanted.items():
        n = column["n"][rows[0]]
        beside = [at for at in means.get(key[1:], []) if column["n"][at] == n]
        if not beside or n > LARGEST_COUNTED:
            continue
        low, high = rules.item_range[key[-1]]
        counts = {
            column["component"][at].partition("|")[0]: int(column["numerator"][at]) for at in rows
        }
        totals, deviations = _sets(counts, int(low), int(high), n)
        half = half_unit("mean") + 1e-9
        value = column["value"][beside[0]]
        deviations = deviations[np.abs(totals / n - value) <= half]
        left: dict[int | str, int] = {"": len(deviations)}
        for at in beside:
            mean = {name: values[at] for name, values in column.items()}
            left[at] = _fewest(mean, deviations, float(pooled[at]))
        yield rows, key, left


def _sets(counts: dict[str, int], low: int, high: int, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Sum and standard deviation of every set of answers with so many in each part of the scale."""
    middle = (low + high) / 2
    levels = np.arange(low, high + 1)
    parts = {"lower": levels[levels < middle], "middle": levels[levels == middle],
             "upper": levels[levels > middle]}  # fmt: skip
    totals, squares = np.zeros(1), np.zeros(1)
    for name, within in parts.items():
        ways = _ways(counts.get(f"{ANSWERS}:{name}", 0), len(within))
        totals = (totals[:, None] + (ways @ within)[None, :]).ravel()
        squares = (squares[:, None] + (ways @ within**2)[None, :]).ravel()
    variance = np.maximum(squares - totals**2 / n, 0) / max(n - 1, 1)
    return totals, np.sqrt(variance)


def _ways(count: int, levels: int) -> np.ndarray:
    """Every way to spread a count over one, two or more levels."""
    if levels <= 1:
        return np.full((1, levels), count)
    if levels == 2:
        first = np.arange(count + 1)
        return np.column_stack([first, count - first])
    return np.concatenate(
        [
            np.column_stack([np.full(len(rest), first), rest])
            for first in range(count + 1)
            for rest in [_ways(count - first, levels - 1)]
        ]
    )


def _fewest(mean: Mapping[str, Any], deviations: np.ndarray, pooled: float) -> int:
    """Fewest sets that an attacker may be left with, whichever spread the interval tells.

    It is asked of every spread that is possible: kept back for some only, the interval's absence would
    tell those.
    """
    if mean["interval_tells"] or np.isnan(mean["lower"]) or not len(deviations):
        return len(deviations)
    n = int(mean["n"])
    if mean["method"].endswith(STEPPED):
        if np.isnan(pooled):
            return len(deviations)
        begins, steps = FEW_STEPS if n < STEPS_BELOW else STEPS
        step = np.searchsorted(np.array(begins) * pooled, deviations - 1e-8)
        counts = np.bincount(step, minlength=len(steps))
        return int(counts[counts > 0].min())
    if not (mean["method"] in ("mean_fpc", "mean") or mean["method"].endswith("_floored_sd")):
        return len(deviations)  # a spread pooled over municipalities tells nothing of one
    size = float(mean["population"]) if mean["method"].startswith("mean_fpc") else np.inf
    low, high = spread_from_interval(0.0, 0.0, n, size)
    if not np.isfinite(high):
        return len(deviations)
    window = high - low + 1e-9
    spread = np.sort(deviations)
    within = np.searchsorted(spread, spread + window, "right")
    return int((within - np.searchsorted(spread, spread - window)).min())
