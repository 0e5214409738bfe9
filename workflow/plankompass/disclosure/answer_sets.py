"""How many sets of answers go with what is published of one item in one group.

A mean and a standard deviation to one decimal pin down the whole set of five answers in most cases.
Intervals of small groups therefore come from a few steps of the spread pooled over municipalities
(``statistics.spread``); where an interval comes from the group's own spread, tells its step, or a
share of high answers stands beside the mean, the sets that are left are counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import special

from plankompass.disclosure.components import part_of
from plankompass.disclosure.rounding import DECIMALS, half_unit, round_half_away
from plankompass.disclosure.rows import row_tuples
from plankompass.disclosure.rules import RESIDENTS, SURVEY_GROUPS, RuleBook
from plankompass.statistics.spread import FEW_STEPS, STEPS, STEPS_BELOW

FEWEST_SETS = 3
"""Sets of answers that must be left, so that no single one is told."""

LARGEST_COUNTED = 40
"""Above this many answers a mean, a spread and a share leave hundreds of sets."""

CONFIDENCE = 0.95

STEPPED = "_stepped_sd"
"""End of the method's name where the spread is a step of the pooled one."""


@lru_cache(maxsize=64)
def count_vectors(n: int, points: int) -> np.ndarray:
    """Every way to spread n answers over the points of a scale.

    Args:
        n: Answers.
        points: Points of the scale.

    Returns:
        Counts, shape (ways, points).
    """
    if points == 1:
        return np.array([[n]], dtype=np.int16)
    parts = [
        np.column_stack([np.full(len(rest), first, np.int16), rest])
        for first in range(n + 1)
        for rest in [count_vectors(n - first, points - 1)]
    ]
    return np.concatenate(parts)


def sets_left(
    n: int,
    low: int,
    high: int,
    *,
    mean: tuple[float, float],
    spread: tuple[float, float] | None = None,
    at_least: tuple[float, int] | None = None,
) -> int:
    """Count the sets of answers that go with what is published.

    Args:
        n: Answers.
        low: Lowest answer.
        high: Highest answer.
        mean: Lowest and highest mean that goes with the published one.
        spread: Lowest and highest standard deviation, when it can be worked out.
        at_least: A threshold and how many answered at least that.

    Returns:
        Number of different sets (how many gave each answer).
    """
    sets = _answer_sets(n, low, high)
    ends = np.searchsorted(sets.total, [n * mean[0] - 1e-9, n * mean[1] + 1e-9])
    about = slice(*ends.tolist())
    fits = np.ones(len(sets.total[about]), bool)
    if at_least is not None:
        high_enough = np.arange(low, high + 1) >= at_least[0]
        fits &= sets.ways[about][:, high_enough].sum(axis=1) == at_least[1]
    if spread is not None and n > 1:
        deviation = sets.deviation[about]
        fits &= (deviation >= spread[0] - 1e-9) & (deviation <= spread[1] + 1e-9)
    return int(fits.sum())


def spread_from_interval(
    lower: float, upper: float, n: int, population: float
) -> tuple[float, float]:
    """The standard deviations that go with a published interval made from the group's own spread.

    Args:
        lower: Published lower limit.
        upper: Published upper limit.
        n: Answers.
        population: Size of the group; infinite or NaN when not finite.

    Returns:
        Lowest and highest standard deviation.
    """
    left = 1.0 if not np.isfinite(population) else max(1 - n / population, 0.0)
    if left == 0.0 or n < 2:
        return 0.0, np.inf
    unit = special.stdtrit(n - 1, (1 + CONFIDENCE) / 2) * np.sqrt(left / n)
    half, slack = (upper - lower) / 2, half_unit("mean")
    return max(half - slack, 0.0) / unit, (half + slack) / unit


def intervals_that_tell(frame: pd.DataFrame, rules: RuleBook) -> np.ndarray:
    """Rows whose interval would leave too few sets of answers.

    An interval from the group's own spread tells that spread; one in steps of the pooled spread
    tells which step was taken. The latter is kept back when any step that the number of answers and
    their mean allow would leave too few sets, whichever was taken: kept back for one step only, its
    absence would tell that step. Where a mean's interval is kept back, so are those of the gaps and
    changes made of it.

    Args:
        frame: Rows with ``unit_of_value``.
        rules: Scales of the items.

    Returns:
        One flag a row.
    """
    told = np.zeros(len(frame), bool)
    half = half_unit("mean")
    printed = round_half_away(frame["value"].to_numpy(np.float64), DECIMALS["mean"]).tolist()
    pooled = pooled_spread(frame).tolist()
    for at, row in _single_items(frame, rules):
        own = row.method in ("mean_fpc", "mean") or row.method.endswith("_floored_sd")
        stepped = row.method.endswith(STEPPED)
        if not (own or stepped) or np.isnan(row.lower):
            continue
        low, high = rules.item_range[part_of(row.component).base]
        if stepped:
            told[at] = _a_step_tells(row.n, int(low), int(high), printed[at], pooled[at])
            continue
        endless = np.isnan(row.population) or not row.method.startswith("mean_fpc")
        size = np.inf if endless else float(row.population)
        spread = spread_from_interval(row.lower, row.upper, int(row.n), size)
        left = sets_left(
            int(row.n),
            int(low),
            int(high),
            mean=(row.value - half, row.value + half),
            spread=spread,
        )
        told[at] = left < FEWEST_SETS
    return told | made_of(frame, told)


def pooled_spread(frame: pd.DataFrame) -> np.ndarray:
    """The pooled SD behind each row in steps: the smallest over the municipalities of its component.

    The pooled variance is a mean of the municipalities' own, so some of them take the first step.

    Args:
        frame: Rows with method, standard error, n and population.

    Returns:
        One SD a row; NaN where the spread is not in steps.
    """
    stepped = frame["method"].str.endswith(STEPPED).to_numpy()
    n = frame["n"].to_numpy(np.float64, na_value=np.nan)
    size = frame["population"].to_numpy(np.float64, na_value=np.inf)
    size = np.where(frame["method"].str.startswith("mean_fpc"), size, np.inf)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = frame["se"].to_numpy(np.float64) / np.sqrt((1 - n / size) / n)
    spread = pd.Series(np.where(stepped & np.isfinite(spread), spread, np.nan))
    keys = ["indicator", "wave", "group", "gathering", "component"]
    cells = frame.groupby(keys, sort=False, dropna=False).ngroup().to_numpy()
    return spread.groupby(cells).transform("min").to_numpy()


@lru_cache(maxsize=1 << 16)
def _a_step_tells(n: int, low: int, high: int, shown: float, pooled: float) -> bool:
    """Whether some step of the spread, beside the printed mean, leaves a few sets of answers only."""
    if np.isnan(pooled):
        return False
    sets = _answer_sets(n, low, high)
    half = half_unit("mean")
    ends = [n * (shown - half) - 1e-9, n * (shown + half) + 1e-9]
    first, last = np.searchsorted(sets.total, ends)
    begins, steps = FEW_STEPS if n < STEPS_BELOW else STEPS
    # A spread of exactly a step stays below it, as in the interval itself.
    step = np.searchsorted(np.array(begins) * pooled, sets.deviation[first:last] - 1e-8)
    counts = np.bincount(step, minlength=len(steps))
    return bool(((counts > 0) & (counts < FEWEST_SETS)).any())


class _AnswerSets(NamedTuple):
    """Every set of n answers, in the order of their sums.

    Attributes:
        ways: How many gave each answer, shape (sets, points).
        total: Sum of the answers.
        deviation: Their standard deviation.
    """

    ways: np.ndarray
    total: np.ndarray
    deviation: np.ndarray


@lru_cache(maxsize=64)
def _answer_sets(n: int, low: int, high: int) -> _AnswerSets:
    values = np.arange(low, high + 1)
    ways = count_vectors(n, len(values))
    total = ways @ values
    variance = np.maximum(ways @ values**2 - total**2 / n, 0) / max(n - 1, 1)
    order = np.argsort(total, kind="stable")
    return _AnswerSets(ways[order], total[order], np.sqrt(variance[order]))


def made_of(frame: pd.DataFrame, told: np.ndarray) -> np.ndarray:
    """Gaps and changes of means whose own interval is kept back.

    Args:
        frame: Rows with ``unit_of_value``.
        told: Whether each row's interval is kept back.

    Returns:
        One flag a row.
    """
    keys = ["indicator", "unit", "gathering", "wave", "group", "component"]
    hidden = set(row_tuples(frame[told], keys))
    found = np.zeros(len(frame), bool)
    if not hidden:
        return found
    derived = np.flatnonzero(frame["unit_of_value"].isin(["gap", "change"]).to_numpy())
    rows = row_tuples(frame.iloc[derived], keys)
    for at, (*same, wave, group, component) in zip(derived, rows, strict=True):
        part = part_of(component)
        sources = [(wave, group, f"level:{part.base}"), (wave, part.other, f"level:{part.base}")]
        if part.before:
            sources = [(w, group, part.base) for w in (wave, part.before)]
        found[at] = any((*same, *source) in hidden for source in sources)
    return found


def shares_that_tell(frame: pd.DataFrame, rules: RuleBook) -> list[int]:
    """Shares of high answers that, beside the item's mean, leave too few sets of answers.

    Args:
        frame: Rows with status and ``unit_of_value``.
        rules: Scales of the items and thresholds of the shares.

    Returns:
        Positions of such shares.
    """
    keys = ["indicator", "unit", "wave", "group", "gathering"]
    shown = (frame["status"] == "published").to_numpy()
    means = {
        (*(getattr(row, k) for k in keys), part_of(row.component).base): row
        for at, row in _single_items(frame, rules)
        if shown[at]
    }
    found = []
    shares = frame["component"].str.startswith("share:").to_numpy() & shown
    shares &= (frame["level"] == "municipality").to_numpy()
    at_share = np.flatnonzero(shares)
    rows = row_tuples(frame.iloc[at_share], [*keys, "component", "n", "numerator"])
    for at, (*place, component, n, numerator) in zip(at_share.tolist(), rows, strict=True):
        item = part_of(component).base
        mean = means.get((*place, item))
        if mean is None or mean.n != n or pd.isna(numerator):
            continue
        low, high = rules.item_range[item]
        threshold = float(rules.indicators[place[0]].params["threshold"])
        half = half_unit("mean")
        left = sets_left(
            int(mean.n), int(low), int(high),
            mean=(mean.value - half, mean.value + half),
            at_least=(threshold, int(numerator)),
        )  # fmt: skip
        if left < FEWEST_SETS:
            found.append(at)
    return found


class _ItemRow(NamedTuple):
    """What is looked at of a row that is the mean of one item."""

    indicator: str
    unit: str
    wave: str
    group: str
    gathering: str
    component: str
    value: float
    lower: float
    upper: float
    n: int
    population: Any
    method: str


def _single_items(frame: pd.DataFrame, rules: RuleBook) -> Iterator[tuple[int, _ItemRow]]:
    """Rows that are the mean of one item in one municipality's group, few enough to count."""
    rows = (frame["level"] == "municipality") & (frame["unit_of_value"] == "mean")
    rows &= frame["group"].isin(set(SURVEY_GROUPS) - {RESIDENTS}) & frame["value"].notna()
    rows &= frame["n"].fillna(0).between(1, LARGEST_COUNTED)
    at = np.flatnonzero(rows.to_numpy())
    for place, values in zip(
        at.tolist(), row_tuples(frame.iloc[at], _ItemRow._fields), strict=True
    ):
        row = _ItemRow(*values)
        if part_of(row.component).base in rules.item_range:
            yield place, row
