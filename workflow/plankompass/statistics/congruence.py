"""Does a scale mean the same to two groups: congruence of loadings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from plankompass.statistics.estimate import FloatArray, as_matrix, as_vector, check_confidence
from plankompass.statistics.factor import one_factor
from plankompass.statistics.ratings import percentiles


@dataclass(frozen=True, slots=True)
class Congruence:
    """Tucker's congruence of the loadings of two groups.

    Attributes:
        estimate: Congruence from -1 to 1; .95 and above counts as equal, .85 to .94 as fair
            (Lorenzo-Seva and ten Berge 2006). NaN when a group's factor could not be fitted.
        se: Bootstrap standard error.
        lower: Lower percentile limit.
        upper: Upper percentile limit.
        loadings: Loadings of both groups, shape (2, items).
        n: Respondents with all items valid in each group.
    """

    estimate: float
    se: float
    lower: float
    upper: float
    loadings: FloatArray
    n: tuple[int, int]


def tucker_congruence(first: ArrayLike, second: ArrayLike) -> float:
    """Tucker's coefficient: ``sum(a b) / sqrt(sum(a²) sum(b²))`` (Tucker 1951).

    Args:
        first: Loadings of one group, shape (items,).
        second: Loadings of the other, same items.

    Returns:
        The coefficient; NaN when a loading is missing or all are 0.

    Raises:
        ValueError: If the lengths differ.
    """
    a, b = as_vector(first, "first"), as_vector(second, "second")
    if a.shape != b.shape:
        raise ValueError("first, second: numbers of items differ")
    bottom = np.sqrt((a @ a) * (b @ b))
    return float(np.clip(a @ b / bottom, -1, 1)) if bottom > 0 else float("nan")


def congruence_between_groups(
    first: ArrayLike,
    second: ArrayLike,
    *,
    replicates: int = 200,
    seed: int,
    confidence: float = 0.95,
) -> Congruence:
    """Congruence of the one-factor loadings of two groups, with a bootstrap over respondents.

    Loadings are in the items' units, so that an item that varies more in one group is not taken
    for one that measures better.

    Args:
        first: Answers of one group, shape (respondents, items); respondents with a missing item
            are left out.
        second: Answers of the other group, same items.
        replicates: Number of bootstrap replicates; 0 gives no interval.
        seed: Seed of the random numbers.
        confidence: Level of the percentile interval.

    Returns:
        The congruence. NaN when either factor cannot be fitted (see ``factor.one_factor``).
        Replicates where that happens are left out of the interval; when they are more than one in
        five there is no interval.

    Raises:
        ValueError: If the numbers of items differ.
    """
    check_confidence(confidence)
    groups = []
    for answers, name in ((first, "first"), (second, "second")):
        matrix = as_matrix(answers, name)
        groups.append(matrix[~np.isnan(matrix).any(axis=1)])
    if groups[0].shape[1] != groups[1].shape[1]:
        raise ValueError("first, second: numbers of items differ")
    loadings = np.stack([one_factor(group).loadings for group in groups])
    point = tucker_congruence(*loadings)
    n = (groups[0].shape[0], groups[1].shape[0])
    if replicates < 2 or np.isnan(point):
        return Congruence(point, np.nan, np.nan, np.nan, loadings, n)
    rng = np.random.default_rng(seed)
    drawn = np.full(replicates, np.nan)
    for replicate in range(replicates):
        resampled = [group[rng.integers(0, len(group), len(group))] for group in groups]
        drawn[replicate] = tucker_congruence(*(one_factor(group).loadings for group in resampled))
    if np.isnan(drawn).mean() > 0.2:
        return Congruence(point, np.nan, np.nan, np.nan, loadings, n)
    return Congruence(point, *percentiles(drawn, confidence), loadings, n)
