"""Means, shares and differences in a group of known, small size: a council, an administration.

Councillors who answer are treated as a simple random sample without replacement from the council,
so that the uncertainty shrinks to nothing when everybody has answered (Cochran 1977, ch. 2 and 3;
Lohr 2010, ch. 2). Give ``population=None`` when the target is not these persons but the culture
behind them; then there is no finite population correction.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from plankompass.statistics.estimate import (
    CellEstimates,
    Difference,
    Estimate,
    FloatArray,
    as_vector,
    check_confidence,
    check_population,
    t_interval,
    t_p_value,
)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What the mean of a whole group can be, whatever the silent would have said.

    Attributes:
        lower: The mean if all who are silent held the lowest value.
        upper: The mean if all who are silent held the highest value.
    """

    lower: FloatArray | float
    upper: FloatArray | float


def mean_fpc(values: ArrayLike, population: float | None, *, confidence: float = 0.95) -> Estimate:
    """Mean of a finite population from a simple random sample without replacement.

    Variance ``(1 - n/N) s²/n`` with the sample variance ``s²`` (divisor n - 1), t interval with
    n - 1 degrees of freedom. Near consensus the sample's own ``s`` is about 0 and the interval far
    too narrow: use ``pooling.pooled_sd_mean_interval`` where n is below 15.

    Args:
        values: One value a respondent, shape (n,), any unit; NaN is missing and left out.
        population: Number of persons in the group; None or ``inf`` for no correction.
        confidence: Level of the interval.

    Returns:
        The estimate. Without valid values everything but ``n`` is NaN. With one valid value of
        several persons ``se`` and limits are NaN. With n = N ``se`` is 0 and the interval is the
        estimate itself.

    Raises:
        ValueError: If there are more valid values than persons, or values are not one-dimensional.
    """
    array = as_vector(values, "values")
    array = array[~np.isnan(array)]
    n = array.size
    size = float(check_population(n, population))
    if n == 0:
        return Estimate(np.nan, np.nan, np.nan, np.nan, 0, size, np.nan)
    mean = array.mean()
    variance = ((array - mean) ** 2).sum() / (n - 1) if n > 1 else np.nan
    se = 0.0 if n == size else float(np.sqrt((1 - n / size) * variance / n))
    lower, upper = t_interval(mean, se, n - 1, confidence)
    return Estimate(float(mean), se, float(lower), float(upper), n, size, float(n - 1))


def share_intervals(
    successes: ArrayLike,
    n: ArrayLike,
    population: ArrayLike | None,
    *,
    confidence: float = 0.95,
) -> CellEstimates:
    """Shares with exact intervals for many cells.

    The interval holds every number K of persons with the property among N that neither tail of the
    hypergeometric distribution rejects at (1 - confidence)/2: K is kept when P(X >= x | K) and
    P(X <= x | K) are both at least that. Its coverage is never below ``confidence`` (Konijn 1973; Wendell
    and Schmee 1996). Without a finite population it is the interval of Clopper and Pearson (1934).

    Args:
        successes: Numbers of respondents with the property, whole numbers, any shape.
        n: Numbers of valid answers, whole numbers, same shape.
        population: Numbers of persons, whole numbers; None or ``inf`` without a finite population.
        confidence: Level of the interval.

    Returns:
        Estimates in the broadcast shape. ``se`` is ``sqrt((1 - n/N) p (1 - p) / (n - 1))`` and
        does not make the interval; it is NaN for n = 1 below N. ``df`` is NaN. Cells with n = 0
        are NaN. Where N is finite, ``lower * N`` and ``upper * N`` are whole numbers of persons.

    Raises:
        ValueError: If counts are not whole, negative, or out of order (x <= n <= N).
    """
    alpha = 1 - check_confidence(confidence)
    hits, counts = np.broadcast_arrays(
        np.asarray(successes, dtype=np.float64), np.asarray(n, dtype=np.float64)
    )
    _check_counts(hits, counts)
    size = check_population(counts, population)
    if (np.isfinite(size) & (size != np.floor(size))).any():
        raise ValueError("population: must be a whole number of persons")
    triples = np.stack([hits.ravel(), counts.ravel(), size.ravel()], axis=1)
    unique, where = np.unique(triples, axis=0, return_inverse=True)
    x, k, big = unique.T
    lower = np.full(x.shape, np.nan)
    upper = np.full(x.shape, np.nan)
    finite = np.isfinite(big) & (k > 0)
    lower[finite], upper[finite] = _invert_hypergeometric(x[finite], k[finite], big[finite], alpha)
    open_end = np.isinf(big) & (k > 0)
    lower[open_end], upper[open_end] = _clopper_pearson(x[open_end], k[open_end], alpha)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = x / k
        variance = (1 - k / big) * share * (1 - share) / (k - 1)
        se = np.where((k == big) & (k > 0), 0.0, np.sqrt(variance))

    def spread(values: FloatArray) -> FloatArray:
        return values[where.ravel()].reshape(hits.shape)

    return CellEstimates(
        estimate=spread(share),
        se=spread(np.where(np.isfinite(se), se, np.nan)),
        lower=spread(lower),
        upper=spread(upper),
        n=counts.astype(np.int64),
        population=np.array(size),
        df=np.full(hits.shape, np.nan),
    )


def share_interval(
    successes: int, n: int, population: float | None, *, confidence: float = 0.95
) -> Estimate:
    """Share of a finite population with its exact interval; see ``share_intervals``.

    With n = 15 of N = 27 the lowest coverage over all true shares is 0.963.

    Args:
        successes: Number of respondents with the property.
        n: Number of valid answers.
        population: Number of persons; None or ``inf`` without a finite population.
        confidence: Level of the interval.

    Returns:
        The share between 0 and 1; NaN where n = 0.

    Raises:
        ValueError: If counts are not whole, negative, or out of order (x <= n <= N).
    """
    one = share_intervals([successes], [n], population, confidence=confidence)
    return Estimate(
        float(one.estimate[0]),
        float(one.se[0]),
        float(one.lower[0]),
        float(one.upper[0]),
        int(one.n[0]),
        float(one.population[0]),
        np.nan,
    )


def _check_counts(hits: FloatArray, counts: FloatArray) -> None:
    for name, numbers in (("successes", hits), ("n", counts)):
        if not (np.isfinite(numbers) & (numbers >= 0) & (numbers == np.floor(numbers))).all():
            raise ValueError(f"{name}: must be whole numbers of 0 or more, none missing")
    if (hits > counts).any():
        raise ValueError("successes: more than the number of valid answers n")


def _invert_hypergeometric(
    x: FloatArray, n: FloatArray, size: FloatArray, alpha: float
) -> tuple[FloatArray, FloatArray]:
    """Bisect for the smallest and largest K that neither tail rejects; all arrays (triples,)."""
    from scipy.stats import hypergeom

    # A tail of exactly alpha/2 (1 of 40) must not depend on rounding: it is kept.
    least = alpha / 2 * (1 - 1e-10)
    # P(X >= x) grows with K and is 1 at K = N - (n - x), the largest K that can be.
    low, high = x.copy(), size - (n - x)
    while (open_ := low < high).any():
        middle = np.floor((low + high) / 2)
        kept = hypergeom.sf(x - 1, size, middle, n) >= least
        high = np.where(open_ & kept, middle, high)
        low = np.where(open_ & ~kept, middle + 1, low)
    lower = low
    low, high = x.copy(), size - (n - x)
    while (open_ := low < high).any():
        middle = np.ceil((low + high) / 2)
        kept = hypergeom.cdf(x, size, middle, n) >= least
        low = np.where(open_ & kept, middle, low)
        high = np.where(open_ & ~kept, middle - 1, high)
    return lower / size, low / size


def _clopper_pearson(x: FloatArray, n: FloatArray, alpha: float) -> tuple[FloatArray, FloatArray]:
    with np.errstate(invalid="ignore"):
        lower = special.betaincinv(np.maximum(x, 1), n - x + 1, alpha / 2)
        upper = special.betaincinv(x + 1, np.maximum(n - x, 1), 1 - alpha / 2)
    return np.where(x == 0, 0.0, lower), np.where(x == n, 1.0, upper)


def difference(first: Estimate, second: Estimate, *, confidence: float = 0.95) -> Difference:
    """Difference between the means of two groups without persons in common.

    Variance ``V1 + V2``; degrees of freedom after Satterthwaite (1946):
    ``(V1 + V2)² / (V1²/df1 + V2²/df2)``. A group where everybody answered adds nothing to either.

    Args:
        first: Estimate of the first group, such as councillors.
        second: Estimate of the second group, such as the administration.
        confidence: Level of the interval.

    Returns:
        First minus second. NaN limits where either standard error is NaN. When both groups
        answered in full the difference is known: ``se`` 0, ``df`` NaN.
    """
    value = first.estimate - second.estimate
    se, df = satterthwaite(first.se, first.df, second.se, second.df)
    lower, upper = t_interval(value, se, df, confidence)
    p_value = t_p_value(value, se, df)
    return Difference(
        float(value), float(se), float(lower), float(upper), float(df), float(p_value)
    )


def satterthwaite(
    se1: ArrayLike, df1: ArrayLike, se2: ArrayLike, df2: ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """Standard error and degrees of freedom of a difference between independent estimates.

    Args:
        se1: Standard errors of the first estimates, any shape.
        df1: Their degrees of freedom; ``inf`` where the variance is known.
        se2: Standard errors of the second estimates.
        df2: Their degrees of freedom.

    Returns:
        Standard errors and degrees of freedom; the latter NaN where both variances are 0.
    """
    v1 = np.asarray(se1, dtype=np.float64) ** 2
    v2 = np.asarray(se2, dtype=np.float64) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        part1 = np.where(v1 == 0, 0.0, v1**2 / np.asarray(df1, dtype=np.float64))
        part2 = np.where(v2 == 0, 0.0, v2**2 / np.asarray(df2, dtype=np.float64))
        df = (v1 + v2) ** 2 / (part1 + part2)
    return np.sqrt(v1 + v2), df


def change_overlapping(
    before: ArrayLike, after: ArrayLike, population: float | None, *, confidence: float = 0.95
) -> Difference:
    """Change of a mean between two waves in one population, some persons answering in both.

    Variance ``V1 + V2 - 2 (n12/(n1 n2) - 1/N) S12`` with the covariance ``S12`` among the n12
    persons of both waves (Kish 1965, 12.4; Tam 1984). ``S12`` is held within ``s1 s2``, which it
    can leave when few answered twice. With fewer than two persons in both waves the covariance is
    unknown and the waves count as independent. Degrees of freedom: min(n1, n2) - 1, which is
    exact for a full panel and cautious otherwise; Satterthwaite when the waves are independent.

    Args:
        before: Values in the first wave, shape (persons,), one place a person; NaN where the
            person did not answer in that wave.
        after: Values in the second wave, same order of persons.
        population: Number of persons in the group, the same in both waves; None for no correction.
        confidence: Level of the interval.

    Returns:
        After minus before. NaN limits where a wave has one valid value only, unless n = N.

    Raises:
        ValueError: If the lengths differ or more persons answered than the population holds.
    """
    first = as_vector(before, "before")
    second = as_vector(after, "after")
    if first.shape != second.shape:
        raise ValueError("before, after: need one place for each person in both; lengths differ")
    in_first, in_second = ~np.isnan(first), ~np.isnan(second)
    size = float(check_population(int((in_first | in_second).sum()), population))
    one = mean_fpc(first, size, confidence=confidence)
    two = mean_fpc(second, size, confidence=confidence)
    both = in_first & in_second
    n12 = int(both.sum())
    if n12 < 2:
        return difference(two, one, confidence=confidence)
    x, y = first[both], second[both]
    covariance = ((x - x.mean()) * (y - y.mean())).sum() / (n12 - 1)
    limit = np.nanstd(first, ddof=1) * np.nanstd(second, ddof=1)
    covariance = float(np.clip(covariance, -limit, limit))
    overlap = n12 / (one.n * two.n) - 1 / size
    variance = one.se**2 + two.se**2 - 2 * overlap * covariance
    # Rounding can leave a tiny negative number where all persons moved alike.
    se = float(np.sqrt(max(variance, 0.0)))
    value = two.estimate - one.estimate
    df = float(min(one.n, two.n) - 1)
    lower, upper = t_interval(value, se, df, confidence)
    return Difference(value, se, float(lower), float(upper), df, float(t_p_value(value, se, df)))


def worst_case_bounds(
    mean: ArrayLike, n: ArrayLike, population: ArrayLike, minimum: float, maximum: float
) -> Bounds:
    """Limits of a group's mean whatever those who are silent would have said.

    ``[(n m + (N - n) lo)/N, (n m + (N - n) hi)/N]`` (Manski 1995). No assumption on who answers.

    Args:
        mean: Means of those who answered, any shape, on the scale from minimum to maximum.
        n: Numbers of valid answers.
        population: Numbers of persons, finite.
        minimum: Lowest value of the scale (0 for a share).
        maximum: Highest value of the scale (1 for a share).

    Returns:
        The bounds; the whole scale where n = 0, the mean itself where n = N.

    Raises:
        ValueError: If a population is missing, infinite or smaller than n, or minimum > maximum.
    """
    if minimum > maximum:
        raise ValueError("minimum: greater than maximum")
    counts = np.asarray(n, dtype=np.float64)
    size = check_population(counts, population)
    if np.isinf(size).any():
        raise ValueError("population: bounds need a finite population")
    held = np.where(counts == 0, 0.0, counts * np.asarray(mean, dtype=np.float64))
    lower = (held + (size - counts) * minimum) / size
    upper = (held + (size - counts) * maximum) / size
    return Bounds(lower[()], upper[()])
