"""Orders with honest uncertainty: which barriers are surely larger, and do two orders agree.

Only items within one group are ordered. Municipalities are never ranked: at these sample sizes
their ranks hold no information.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from plankompass.statistics.bootstrap import rao_wu_weights
from plankompass.statistics.estimate import (
    FloatArray,
    IntArray,
    as_matrix,
    as_vector,
    check_confidence,
    check_population,
)


@dataclass(frozen=True, slots=True)
class Ranking:
    """An order of items with intervals for the ranks; rank 1 is the largest mean.

    Attributes:
        mean: Mean of each item over valid answers, shape (items,); NaN without answers.
        rank: Rank of each mean; equal means share the smallest rank; NaN where the mean is NaN.
        lower: Best rank that the data allow.
        upper: Worst rank that the data allow.
        place: Shared place: items joined by overlapping intervals have the same place.
        n: Number of valid answers of each item.
    """

    mean: FloatArray
    rank: FloatArray
    lower: FloatArray
    upper: FloatArray
    place: FloatArray
    n: IntArray


@dataclass(frozen=True, slots=True)
class RankAgreement:
    """Agreement of two orders of the same items.

    Attributes:
        estimate: Kendall's tau-b from -1 to 1; NaN when an order ties all items.
        se: Bootstrap standard error; NaN without a bootstrap.
        lower: Lower percentile limit.
        upper: Upper percentile limit.
        items: Number of items in both orders.
    """

    estimate: float
    se: float
    lower: float
    upper: float
    items: int


def rank_intervals(
    items: ArrayLike,
    population: float | None,
    *,
    replicates: int = 2000,
    seed: int,
    confidence: float = 0.95,
) -> Ranking:
    """Order items by mean with percentile intervals of the ranks from a bootstrap over persons.

    Persons are resampled with Rao-Wu weights, so the intervals shrink to the ranks themselves when
    everybody answered. The intervals hold one item at a time, not all jointly, and are too short
    where means are almost tied; ``rank_confidence_sets`` mends both and is the safer choice.

    Args:
        items: Answers, shape (persons, items); NaN is missing. Persons without any answer are
            left out.
        population: Number of persons in the group; None for no correction.
        replicates: Number of bootstrap replicates.
        seed: Seed of the random numbers.
        confidence: Level of the interval.

    Returns:
        The order. Items without answers are NaN throughout. With one person of several every
        rank interval is the whole order.

    Raises:
        ValueError: If more persons answered than the population holds.
    """
    check_confidence(confidence)
    prepared = _Prepared(items, population)
    if prepared.usable.size == 0 or prepared.persons < 2:
        return prepared.without_information()
    drawn = prepared.replicate_means(replicates, seed)
    above = (drawn[:, None, :] > drawn[:, :, None]).sum(axis=2)
    not_below = (drawn[:, None, :] >= drawn[:, :, None]).sum(axis=2)
    tail = (1 - confidence) / 2
    # Ties inside a replicate stretch over all ranks that they share.
    low = np.quantile(above + 1, tail, axis=0, method="lower")
    high = np.quantile(not_below, 1 - tail, axis=0, method="higher")
    rank = _ranks(prepared.mean[prepared.usable])
    return prepared.ranking(np.minimum(low, rank), np.maximum(high, rank))


def rank_confidence_sets(
    items: ArrayLike,
    population: float | None,
    *,
    replicates: int = 2000,
    seed: int,
    confidence: float = 0.95,
) -> Ranking:
    """Order items by mean with confidence sets that hold all true ranks jointly.

    All pairs of items are compared within persons; the critical value is the quantile of the
    largest standardised difference over Rao-Wu replicates. An item can rank no better than 1 plus
    the number of items surely above it, and no worse than the number of items not surely below it
    (Mogstad, Romano, Shaikh and Wilhelm 2024; Klein, Wright and Wieczorek 2020).

    Args:
        items: Answers, shape (persons, items); NaN is missing. Persons without any answer are
            left out.
        population: Number of persons in the group; None for no correction.
        replicates: Number of bootstrap replicates.
        seed: Seed of the random numbers.
        confidence: Joint level of all the sets.

    Returns:
        The order. Items without answers are NaN throughout. With one person of several every set
        is the whole order. With n = N the sets are the ranks themselves.

    Raises:
        ValueError: If more persons answered than the population holds.
    """
    check_confidence(confidence)
    prepared = _Prepared(items, population)
    if prepared.usable.size == 0 or prepared.persons < 2:
        return prepared.without_information()
    mean = prepared.mean[prepared.usable]
    first, second = np.triu_indices(mean.size, k=1)
    gap = mean[first] - mean[second]
    spread = prepared.pair_se(first, second)
    drawn = prepared.replicate_means(replicates, seed)
    shift = np.abs(drawn[:, first] - drawn[:, second] - gap)
    known = spread <= 1e-12
    largest = (shift[:, ~known] / spread[~known]).max(axis=1, initial=0.0)
    critical = np.quantile(largest, confidence, method="higher") if largest.size else 0.0
    # Where every person answers two items alike, their difference is as it is.
    limit = np.where(known, 1e-12, critical * spread)
    surely = np.zeros((mean.size, mean.size), dtype=int)
    surely[first, second] = gap > limit
    surely[second, first] = -gap > limit
    return prepared.ranking(1 + surely.sum(axis=0), mean.size - surely.sum(axis=1))


def kendall_tau_b(first: ArrayLike, second: ArrayLike) -> RankAgreement:
    """Kendall's tau-b between two lists of the same items, without an interval.

    Args:
        first: One number an item, shape (items,); items with NaN in either list are left out.
        second: The other list in the same order of items.

    Returns:
        Tau-b with NaN for ``se`` and limits; NaN with fewer than two items or an all-tied list.

    Raises:
        ValueError: If the lengths differ.
    """
    one, two = as_vector(first, "first"), as_vector(second, "second")
    if one.shape != two.shape:
        raise ValueError("first, second: lengths differ")
    both = ~(np.isnan(one) | np.isnan(two))
    tau = _tau_b(one[None, both], two[None, both])[0]
    return RankAgreement(float(tau), np.nan, np.nan, np.nan, int(both.sum()))


def rank_agreement(
    first: ArrayLike,
    second: ArrayLike,
    *,
    populations: tuple[float | None, float | None] = (None, None),
    replicates: int = 2000,
    seed: int,
    confidence: float = 0.95,
) -> RankAgreement:
    """Kendall's tau-b between the item means of two samples, with a bootstrap over both.

    For example barriers by mean answer in the survey and by share of interviews that mention them.
    The items are taken as given; persons and interviews are resampled, each sample on its own.

    Args:
        first: First sample, shape (persons, items); NaN is missing.
        second: Second sample, shape (interviews, items), same items; 1 where mentioned, else 0.
        populations: Sizes of the two populations; None for no correction.
        replicates: Number of bootstrap replicates.
        seed: Seed of the random numbers.
        confidence: Level of the percentile interval.

    Returns:
        Tau-b over the items that have a mean in both, with its interval. Limits NaN when a sample
        has fewer than two rows. Replicates where an order is all tied are left out.

    Raises:
        ValueError: If the numbers of items differ or a sample exceeds its population.
    """
    check_confidence(confidence)
    one, two = _Prepared(first, populations[0]), _Prepared(second, populations[1])
    if one.mean.size != two.mean.size:
        raise ValueError("first, second: numbers of items differ")
    point = kendall_tau_b(one.mean, two.mean)
    if min(one.persons, two.persons) < 2 or point.items < 2:
        return point
    shared = np.intersect1d(one.usable, two.usable)
    drawn_one = one.replicate_means(replicates, seed)[:, np.isin(one.usable, shared)]
    drawn_two = two.replicate_means(replicates, seed + 1)[:, np.isin(two.usable, shared)]
    drawn = _tau_b(drawn_one, drawn_two)
    drawn = drawn[~np.isnan(drawn)]
    if drawn.size < 2 or np.isnan(point.estimate):
        return point
    tail = (1 - confidence) / 2
    lower, upper = np.quantile(drawn, [tail, 1 - tail])
    return RankAgreement(
        point.estimate, float(drawn.std(ddof=1)), float(lower), float(upper), point.items
    )


class _Prepared:
    """Answers with what both kinds of rank intervals need."""

    def __init__(self, items: ArrayLike, population: float | None) -> None:
        matrix = as_matrix(items, "items")
        matrix = matrix[~np.isnan(matrix).all(axis=1)]
        self.persons = matrix.shape[0]
        self.population = float(check_population(self.persons, population))
        self.valid = ~np.isnan(matrix)
        self.filled = np.where(self.valid, matrix, 0.0)
        self.n = self.valid.sum(axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            self.mean = self.filled.sum(axis=0) / self.n
        self.usable = np.flatnonzero(self.n > 0)

    def replicate_means(self, replicates: int, seed: int) -> FloatArray:
        """Bootstrap means of the usable items, shape (replicates, usable)."""
        rng = np.random.default_rng(seed)
        weights = rao_wu_weights(self.persons, self.population, replicates, rng)
        # Deviations from the mean: a draw without any answer to an item leaves its mean alone.
        deviation = np.where(self.valid, self.filled - np.nan_to_num(self.mean), 0.0)
        total = weights @ deviation[:, self.usable]
        number = weights @ self.valid[:, self.usable].astype(np.float64)
        shift = np.divide(total, number, out=np.zeros_like(total), where=number > 1e-9)
        return np.round(self.mean[self.usable] + shift, 12)

    def pair_se(self, first: IntArray, second: IntArray) -> FloatArray:
        """Standard errors of differences between item means by linearisation."""
        use = self.usable
        part = np.where(self.valid, self.filled - np.nan_to_num(self.mean), 0.0)[:, use]
        part = part / self.n[use]
        gap = part[:, first] - part[:, second]
        factor = (1 - self.persons / self.population) * self.persons / (self.persons - 1)
        return np.sqrt(factor * ((gap - gap.mean(axis=0)) ** 2).sum(axis=0))

    def without_information(self) -> Ranking:
        """Every rank possible; the order itself when the one person is everybody."""
        count = self.usable.size
        if self.persons == self.population:
            rank = _ranks(self.mean[self.usable])
            worst = (self.mean[self.usable][None, :] >= self.mean[self.usable][:, None]).sum(axis=1)
            return self.ranking(rank, worst)
        return self.ranking(np.ones(count), np.full(count, count))

    def ranking(self, lower: ArrayLike, upper: ArrayLike) -> Ranking:
        """Put ranks and limits of the usable items back among all items."""

        def spread(numbers: ArrayLike) -> FloatArray:
            full = np.full(self.mean.shape, np.nan)
            full[self.usable] = numbers
            return full

        return Ranking(
            mean=self.mean,
            rank=spread(_ranks(self.mean[self.usable])),
            lower=spread(lower),
            upper=spread(upper),
            place=spread(shared_places(lower, upper)),
            n=self.n,
        )


def shared_places(lower: ArrayLike, upper: ArrayLike) -> FloatArray:
    """Give items whose rank intervals overlap the same place, through chains of overlaps too.

    Args:
        lower: Best rank of each item, shape (items,).
        upper: Worst rank of each item.

    Returns:
        Place of each item: 1 plus the number of items in chains wholly above its own.
    """
    best = np.asarray(lower, dtype=np.float64)
    worst = np.asarray(upper, dtype=np.float64)
    place = np.empty(best.shape)
    current, reach = 1, -np.inf
    for position, item in enumerate(np.lexsort((worst, best))):
        if best[item] > reach:
            current = position + 1
        place[item] = current
        reach = max(reach, worst[item])
    return place


def _ranks(mean: FloatArray) -> IntArray:
    return 1 + (mean[None, :] > mean[:, None]).sum(axis=1)


def _tau_b(first: FloatArray, second: FloatArray) -> FloatArray:
    """Tau-b of each pair of rows; the definition (Kendall 1945), for few items and many rows."""
    left, right = np.triu_indices(first.shape[1], k=1)
    one = np.sign(first[:, left] - first[:, right])
    two = np.sign(second[:, left] - second[:, right])
    with np.errstate(divide="ignore", invalid="ignore"):
        bottom = np.sqrt((one**2).sum(axis=1) * (two**2).sum(axis=1))
        return np.where(bottom > 0, (one * two).sum(axis=1) / bottom, np.nan)
