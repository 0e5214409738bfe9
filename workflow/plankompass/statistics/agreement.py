"""Agreement between coders, for codings of interviews and plans.

Every function takes ratings with one row a coder and one column a unit. Missing ratings are NaN
(or None among words). Kappas and Gwet's AC1 come from ``kappa``, so that one import gives all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from plankompass.statistics.estimate import FloatArray, IntArray, as_matrix, check_confidence
from plankompass.statistics.kappa import cohen_kappa, fleiss_kappa, gwet_ac1, weighted_kappa
from plankompass.statistics.ratings import (
    BOOTSTRAP_SEED,
    Agreement,
    Patterns,
    count_ratings,
    percentiles,
)

__all__ = [
    "Agreement",
    "IccAgreement",
    "cohen_kappa",
    "fleiss_kappa",
    "gwet_ac1",
    "icc_agreement",
    "krippendorff_alpha",
    "weighted_kappa",
]

Level = Literal["nominal", "ordinal", "interval", "ratio"]


@dataclass(frozen=True, slots=True)
class IccAgreement:
    """Agreement of coders on a score, coders seen as drawn from many.

    Attributes:
        single: ICC(A,1), the reliability of one coder's score.
        average: ICC(A,k), the reliability of the mean over these coders.
        units: Number of units rated by all coders.
        coders: Number of coders.
    """

    single: Agreement
    average: Agreement
    units: int
    coders: int


def krippendorff_alpha(
    ratings: ArrayLike,
    level: Level,
    *,
    replicates: int = 1000,
    seed: int = BOOTSTRAP_SEED,
    confidence: float = 0.95,
    clusters: ArrayLike | None = None,
) -> Agreement:
    """Krippendorff's alpha for any number of coders, with missing ratings.

    ``1 - Do/De`` from the coincidence matrix of pairable values (Krippendorff 2011, "Computing
    Krippendorff's alpha-reliability"; Hayes and Krippendorff 2007). The interval comes from a
    bootstrap over units with expected disagreement computed anew in each draw (Zapf et al. 2016).
    Units that belong together, such as the paragraphs of one interview, are drawn together when
    ``clusters`` says so: they are more alike than units of different interviews.

    Args:
        ratings: Shape (coders, units); numbers, or words when nominal. Units with fewer than two
            ratings are left out.
        level: "nominal", "ordinal" (by the values' order), "interval" or "ratio" (values >= 0).
        replicates: Number of bootstrap draws; 0 gives no interval.
        seed: Seed of the draws.
        confidence: Level of the percentile interval.
        clusters: What each unit belongs to, shape (units,); None for units on their own. With one
            cluster only there is no interval.

    Returns:
        Alpha with interval; the result is a number, its limits are attributes. NaN when no unit has two ratings, or when all pairable values are
        equal: without variation agreement cannot be told from a coder who always says the same.
        Draws without variation are left out of the interval.

    Raises:
        ValueError: If the level is unknown, words come with another level than nominal, or a
            ratio value is negative, or clusters and units are not equally many.
    """
    check_confidence(confidence)
    if level not in ("nominal", "ordinal", "interval", "ratio"):
        raise ValueError("level: must be nominal, ordinal, interval or ratio")
    counted = count_ratings(ratings, numeric=level != "nominal")
    values = counted.values
    if level == "ratio" and (values < 0).any():
        raise ValueError("ratings: ratio values must be 0 or more")
    pairable = counted.counts.sum(axis=1) >= 2
    groups = _numbered(clusters, pairable)
    patterns = Patterns.of(counted.counts[pairable])
    units, coders = int(pairable.sum()), counted.coders_of(pairable)
    everyone = _alphas(patterns.counts, values, level, patterns.sizes[None].astype(np.float64))[0]
    independent = units if groups is None or not units else int(groups.max()) + 1
    if replicates < 2 or independent < 2 or np.isnan(everyone):
        return Agreement(float(everyone), np.nan, np.nan, np.nan, units, coders)
    drawn = _alphas(patterns.counts, values, level, patterns.drawn(replicates, seed, groups))
    return Agreement(float(everyone), *percentiles(drawn, confidence), units, coders)


def _numbered(clusters: ArrayLike | None, kept: np.ndarray) -> IntArray | None:
    """Clusters of the kept units as numbers from 0."""
    if clusters is None:
        return None
    given = np.asarray(clusters)
    if given.shape != kept.shape:
        raise ValueError("clusters: must name one for each unit")
    return np.unique(given[kept], return_inverse=True)[1].reshape(-1)


def _alphas(counts: IntArray, values: np.ndarray, level: str, weights: FloatArray) -> FloatArray:
    """Alpha for each row of weights of the rows of counts, shape (draws, patterns)."""
    if counts.size == 0:
        return np.full(weights.shape[0], np.nan)
    number = counts.sum(axis=1)
    size = values.size
    # Coincidences of each row, shape (patterns, values * values).
    pairs = counts[:, :, None] * counts[:, None, :] - counts[:, :, None] * np.eye(size)
    pairs = (pairs / (number - 1)[:, None, None]).reshape(counts.shape[0], size * size)
    observed = (weights @ pairs).reshape(-1, size, size)
    totals = weights @ counts
    all_values = totals.sum(axis=1)
    delta = _distances(values, totals, level)
    expected = totals[:, :, None] * totals[:, None, :]
    with np.errstate(divide="ignore", invalid="ignore"):
        top = (observed * delta).sum(axis=(1, 2)) * (all_values - 1)
        bottom = (expected * delta).sum(axis=(1, 2))
        return np.where(bottom > 0, 1 - top / bottom, np.nan)


def _distances(values: np.ndarray, totals: FloatArray, level: str) -> FloatArray:
    """Squared differences between values, shape (draws or 1, values, values)."""
    size = values.size
    if level == "nominal":
        return (1 - np.eye(size))[None]
    if level == "ordinal":
        # Half of each end value and all between; the sums depend on the draw's own totals.
        middle = np.cumsum(totals, axis=1) - totals / 2
        return (middle[:, :, None] - middle[:, None, :]) ** 2
    gap = values[:, None] - values[None, :]
    if level == "interval":
        return (gap**2)[None]
    total = values[:, None] + values[None, :]
    return (np.divide(gap, total, out=np.zeros_like(gap), where=total > 0) ** 2)[None]


def icc_agreement(ratings: ArrayLike, *, confidence: float = 0.95) -> IccAgreement:
    """ICC(A,1) and ICC(A,k): absolute agreement in a two-way model with random coders.

    From the mean squares of units, coders and error; intervals after McGraw and Wong (1996,
    table 7), as in R's ``irr``.

    Args:
        ratings: Shape (coders, units); units without a rating from every coder are left out.
        confidence: Level of the intervals.

    Returns:
        Both coefficients; ``se`` is NaN. NaN with fewer than two coders or units, and when no
        rating differs from another.
    """
    matrix = as_matrix(ratings, "ratings").T
    matrix = matrix[~np.isnan(matrix).any(axis=1)]
    n, k = matrix.shape
    gap = Agreement(np.nan, np.nan, np.nan, np.nan, n, k)
    if n < 2 or k < 2 or not np.ptp(matrix) > 0:
        return IccAgreement(gap, gap, n, k)
    by_unit, by_coder, grand = matrix.mean(axis=1), matrix.mean(axis=0), matrix.mean()
    ms_unit = k * ((by_unit - grand) ** 2).sum() / (n - 1)
    ms_coder = n * ((by_coder - grand) ** 2).sum() / (k - 1)
    rest = matrix - by_unit[:, None] - by_coder[None, :] + grand
    ms_error = (rest**2).sum() / ((n - 1) * (k - 1))
    alpha = 1 - check_confidence(confidence)
    with np.errstate(divide="ignore", invalid="ignore"):
        single = (ms_unit - ms_error) / (
            ms_unit + (k - 1) * ms_error + k / n * (ms_coder - ms_error)
        )
        average = (ms_unit - ms_error) / (ms_unit + (ms_coder - ms_error) / n)
        low, high = _f_quantiles(single, ms_coder, ms_error, n, k, alpha)
        rest_of = k * ms_coder + (k * n - k - n) * ms_error
        single_limits = (
            n * (ms_unit - low * ms_error) / (low * rest_of + n * ms_unit),
            n * (high * ms_unit - ms_error) / (rest_of + n * high * ms_unit),
        )
        low, high = _f_quantiles(average, ms_coder, ms_error, n, k, alpha)
        average_limits = (
            n * (ms_unit - low * ms_error) / (low * (ms_coder - ms_error) + n * ms_unit),
            n * (high * ms_unit - ms_error) / (ms_coder - ms_error + n * high * ms_unit),
        )
    if single == 1:
        # Coders who agree fully leave no error to build an interval from.
        single_limits = average_limits = (np.nan, np.nan)
    return IccAgreement(
        Agreement(float(single), np.nan, *map(float, single_limits), n, k),
        Agreement(float(average), np.nan, *map(float, average_limits), n, k),
        n,
        k,
    )


def _f_quantiles(
    icc: float, ms_coder: float, ms_error: float, n: int, k: int, alpha: float
) -> tuple[float, float]:
    """Quantiles of F with Satterthwaite's degrees of freedom for coders plus error."""
    a = k * icc / (n * (1 - icc))
    b = 1 + k * icc * (n - 1) / (n * (1 - icc))
    df = (a * ms_coder + b * ms_error) ** 2 / (
        (a * ms_coder) ** 2 / (k - 1) + (b * ms_error) ** 2 / ((n - 1) * (k - 1))
    )
    return special.fdtri(n - 1, df, 1 - alpha / 2), special.fdtri(df, n - 1, 1 - alpha / 2)
