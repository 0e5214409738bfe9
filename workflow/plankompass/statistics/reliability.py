"""May these answers be averaged: over items into a scale, over persons into a municipality?"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from plankompass.statistics.cells import cell_codes, cell_moments
from plankompass.statistics.estimate import (
    FloatArray,
    IntArray,
    as_matrix,
    as_vector,
    check_confidence,
)
from plankompass.statistics.factor import one_factor


@dataclass(frozen=True, slots=True)
class Alpha:
    """Cronbach's alpha.

    Attributes:
        estimate: Alpha; NaN when undefined.
        se: Asymptotic standard error (Duhachek and Iacobucci 2004).
        lower: Lower limit of Feldt's interval.
        upper: Upper limit of Feldt's interval.
        n: Respondents with at least one valid item.
        items: Items used: those with variation.
        if_dropped: Alpha without each item, shape (items given,); NaN for items without variation
            and when fewer than three are used.
        item_rest: Correlation of each item with the sum of the others, shape (items given,).
    """

    estimate: float
    se: float
    lower: float
    upper: float
    n: int
    items: int
    if_dropped: FloatArray
    item_rest: FloatArray


@dataclass(frozen=True, slots=True)
class Omega:
    """Omega total from a model with one factor.

    Attributes:
        estimate: Omega; NaN when the model could not be fitted.
        se: Standard error by the delta method.
        lower: Lower limit, estimate less z times se.
        upper: Upper limit; can exceed 1 in small samples.
        n: Respondents with all items valid.
        loadings: Loadings in the items' units (variances with divisor n), shape (items,).
        converged: Whether the model could be fitted.
        proper: False when an error variance is negative: do not use the number then.
    """

    estimate: float
    se: float
    lower: float
    upper: float
    n: int
    loadings: FloatArray
    converged: bool
    proper: bool


@dataclass(frozen=True, slots=True)
class WithinGroup:
    """Agreement within groups, one number a group.

    Attributes:
        groups: Sorted labels of the groups, shape (groups,).
        estimate: rwg(j) of each group between 0 and 1; NaN with fewer than two respondents.
        lindell: r*wg(j), which does not grow with the number of items; below 0 in split groups.
        n: Respondents with all items valid in each group.
        mean: Mean of ``estimate`` over groups; NaN without any.
        median: Median of ``estimate`` over groups.
    """

    groups: np.ndarray
    estimate: FloatArray
    lindell: FloatArray
    n: IntArray
    mean: float
    median: float


@dataclass(frozen=True, slots=True)
class IccOneTwo:
    """How much of the variation lies between groups, and how reliable group means are.

    Attributes:
        icc1: ICC(1), the share of variance between groups; can be negative.
        icc2: ICC(2), the reliability of the group means.
        lower: Lower limit of ICC(1).
        upper: Upper limit of ICC(1).
        f: Mean square between over mean square within.
        df_between: Degrees of freedom between.
        df_within: Degrees of freedom within.
        p_value: P-value of no difference between groups.
        group_size: Mean number of respondents in a group.
    """

    icc1: float
    icc2: float
    lower: float
    upper: float
    f: float
    df_between: int
    df_within: int
    p_value: float
    group_size: float

    @property
    def estimate(self) -> float:
        """ICC(1), under the name that all results share."""
        return self.icc1


def cronbach_alpha(items: ArrayLike, *, confidence: float = 0.95) -> Alpha:
    """Cronbach's alpha with Feldt's interval.

    ``k/(k - 1) (1 - sum of variances / variance of the sum)`` from covariances over pairwise valid
    answers (Cronbach 1951). Interval ``1 - (1 - alpha) F`` with n - 1 and (n - 1)(k - 1) degrees
    of freedom (Feldt 1965; Feldt, Woodruff and Salih 1987). Reverse items before.

    Args:
        items: Shape (respondents, items), all turned the same way; NaN is missing.
        confidence: Level of the interval.

    Returns:
        Alpha. Items that everybody answered alike carry no information and are left out. NaN with
        fewer than two items left, two respondents, or a sum without variation; also when a pair of
        items was never answered by two respondents together. Alpha can be negative.
    """
    matrix = as_matrix(items, "items")
    matrix = matrix[~np.isnan(matrix).all(axis=1)]
    n, given = matrix.shape
    covariance = _pairwise_covariance(matrix)
    spread = np.diag(covariance)
    used = np.flatnonzero(spread > 1e-12 * (1 + np.nanmax(np.abs(matrix), axis=0, initial=0) ** 2))
    k = used.size
    nothing = np.full(given, np.nan)
    if k < 2 or n < 2:
        return Alpha(np.nan, np.nan, np.nan, np.nan, n, k, nothing, nothing.copy())
    covariance = covariance[np.ix_(used, used)]
    alpha = _alpha_of(covariance)
    probabilities = np.array([1 + check_confidence(confidence), 1 - confidence]) / 2
    quantiles = special.fdtri(n - 1, (n - 1) * (k - 1), probabilities)
    lower, upper = 1 - (1 - alpha) * quantiles
    if_dropped, item_rest = nothing.copy(), nothing.copy()
    for position, item in enumerate(used):
        others = np.delete(np.arange(k), position)
        rest = covariance[np.ix_(others, others)]
        if_dropped[item] = _alpha_of(rest) if k > 2 else np.nan
        with np.errstate(divide="ignore", invalid="ignore"):
            item_rest[item] = covariance[position, others].sum() / np.sqrt(
                covariance[position, position] * rest.sum()
            )
    return Alpha(
        alpha, _alpha_se(covariance, n), float(lower), float(upper), n, k, if_dropped, item_rest
    )


def _pairwise_covariance(matrix: FloatArray) -> FloatArray:
    """Covariances over the rows where both items are valid, with these rows' own means."""
    valid = (~np.isnan(matrix)).astype(np.float64)
    # Centring by the column means first keeps the products small and the digits safe.
    with np.errstate(invalid="ignore", divide="ignore"):
        centre = np.nan_to_num(matrix).sum(axis=0) / valid.sum(axis=0)
        filled = np.where(valid > 0, matrix - centre, 0.0)
        n = valid.T @ valid
        total = filled.T @ valid
        covariance = (filled.T @ filled - total * total.T / n) / (n - 1)
    return np.where(n > 1, covariance, np.nan)


def _alpha_of(covariance: FloatArray) -> float:
    k = covariance.shape[0]
    total = covariance.sum()
    if not total > 0:
        return float("nan")
    return float(k / (k - 1) * (1 - np.trace(covariance) / total))


def _alpha_se(covariance: FloatArray, n: int) -> float:
    k, total, trace = covariance.shape[0], covariance.sum(), np.trace(covariance)
    if not total > 0:
        return float("nan")
    square = covariance @ covariance
    # Items that are copies of each other leave 0 up to rounding.
    q = max(total * (np.trace(square) + trace**2) - 2 * trace * square.sum(), 0.0)
    return float(np.sqrt(2 * k**2 / ((k - 1) ** 2 * total**3) * q / n))


def omega_total(items: ArrayLike, *, confidence: float = 0.95) -> Omega:
    """McDonald's omega total from a one-factor model fitted by maximum likelihood.

    ``(sum of loadings)² / ((sum of loadings)² + sum of error variances)`` (McDonald 1999). Standard
    error by the delta method from expected information, as lavaan gives for a defined parameter.

    Args:
        items: Shape (respondents, items), all turned the same way; respondents with a missing
            item are left out.
        confidence: Level of the interval.

    Returns:
        Omega. NaN with fewer than three items, no more complete respondents than items, an item
        without variation, or correlations that one factor cannot give.
    """
    fit = one_factor(items)
    if not fit.converged:
        return Omega(np.nan, np.nan, np.nan, np.nan, fit.n, fit.loadings, False, False)
    common = fit.loadings.sum()
    error = fit.uniquenesses.sum()
    total = common**2 + error
    slope = np.concatenate(
        [
            np.full(fit.loadings.size, 2 * common * error / total**2),
            np.full(fit.loadings.size, -(common**2) / total**2),
        ]
    )
    se = float(np.sqrt(slope @ fit.covariance @ slope))
    z = float(special.ndtri((1 + check_confidence(confidence)) / 2))
    omega = float(common**2 / total)
    return Omega(omega, se, omega - z * se, omega + z * se, fit.n, fit.loadings, True, fit.proper)


def rwg_j(items: ArrayLike, groups: ArrayLike, scale_points: int) -> WithinGroup:
    """Within-group agreement on several items, against answers spread evenly over the scale.

    ``J (1 - v/u) / (J (1 - v/u) + v/u)`` with the mean item variance v within the group and
    ``u = (A² - 1)/12`` for A scale points (James, Demaree and Wolf 1984). Misleads where a split
    between parties is real: look at ``van_der_eijk_a`` too.

    Args:
        items: Shape (respondents, items); respondents with a missing item are left out.
        groups: Label of each respondent's group, shape (respondents,).
        scale_points: Number of points of the answer scale, such as 5.

    Returns:
        One number a group. A group that varies more than evenly spread answers gets 0. NaN with
        fewer than two complete respondents.

    Raises:
        ValueError: If lengths differ or there are fewer than two scale points.
    """
    matrix = as_matrix(items, "items")
    labels = np.asarray(groups)
    if labels.shape != (matrix.shape[0],):
        raise ValueError("groups: need one label for each respondent")
    if scale_points < 2:
        raise ValueError("scale_points: an answer scale has at least two points")
    codes, names = cell_codes(labels)
    codes = np.where(np.isnan(matrix).any(axis=1), -1, codes)
    count, _, squares = cell_moments(matrix, codes, names.size)
    n = count[:, 0] if matrix.shape[1] else np.bincount(codes, minlength=names.size)
    even = (scale_points**2 - 1) / 12
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.where(n > 1, (squares / (count - 1)).mean(axis=1), np.nan)
    lindell = 1 - variance / even
    ratio = np.minimum(variance, even) / even
    j = matrix.shape[1]
    estimate = j * (1 - ratio) / (j * (1 - ratio) + ratio)
    known = estimate[~np.isnan(estimate)]
    mean = float(known.mean()) if known.size else np.nan
    median = float(np.median(known)) if known.size else np.nan
    return WithinGroup(names, estimate, lindell, n, mean, median)


def icc_one_two(values: ArrayLike, groups: ArrayLike, *, confidence: float = 0.95) -> IccOneTwo:
    """ICC(1) and ICC(2) from a one-way analysis of variance.

    ``ICC(1) = (MSB - MSW)/(MSB + (m - 1) MSW)`` with the mean group size m, and
    ``ICC(2) = (MSB - MSW)/MSB`` (Bliese 2000), as in R's ``multilevel``. Interval of ICC(1) after
    Searle, exact for groups of equal size.

    Args:
        values: Shape (respondents,); NaN is left out.
        groups: Label of each respondent's group, shape (respondents,).
        confidence: Level of the interval.

    Returns:
        Both coefficients. NaN with fewer than two groups or no group of two, and when no value
        differs from another. With variation between groups only, both are 1.

    Raises:
        ValueError: If lengths differ.
    """
    vector = as_vector(values, "values")
    labels = np.asarray(groups)
    if labels.shape != vector.shape:
        raise ValueError("groups: need one label for each respondent")
    valid = ~np.isnan(vector)
    codes, names = cell_codes(labels[valid])
    count, mean, squares = cell_moments(vector[valid][:, None], codes, names.size)
    n, means = count[:, 0], mean[:, 0]
    df_between, df_within = names.size - 1, int(n.sum()) - names.size
    size = float(n.mean()) if names.size else np.nan
    if df_between < 1 or df_within < 1:
        gap = np.nan
        return IccOneTwo(gap, gap, gap, gap, gap, df_between, df_within, gap, size)
    grand = (n * means).sum() / n.sum()
    between = (n * (means - grand) ** 2).sum() / df_between
    within = squares.sum() / df_within
    alpha = 1 - check_confidence(confidence)
    with np.errstate(divide="ignore", invalid="ignore"):
        f = np.divide(between, within)
        icc1 = (between - within) / (between + (size - 1) * within)
        icc2 = (between - within) / between
        low = f / special.fdtri(df_between, df_within, 1 - alpha / 2)
        high = f * special.fdtri(df_within, df_between, 1 - alpha / 2)
        lower, upper = (low - 1) / (low + size - 1), (high - 1) / (high + size - 1)
    if within == 0 and between > 0:
        lower = upper = 1.0
    return IccOneTwo(
        icc1=float(icc1),
        icc2=float(icc2),
        lower=float(lower),
        upper=float(upper),
        f=float(f),
        df_between=df_between,
        df_within=df_within,
        p_value=float(special.fdtrc(df_between, df_within, f)),
        group_size=size,
    )


def van_der_eijk_a(counts: ArrayLike) -> float:
    """Van der Eijk's agreement A, which tells a split council from an undecided one.

    The counts are taken apart into layers of equal height; each layer's agreement comes from its
    triples of categories, one-peaked (110, 011) against two-peaked (101); A is their mean weighted
    by size (van der Eijk 2001).

    Args:
        counts: Number of answers in each category of an ordered scale, in order, shape (K,) with
            K of 3 or more, empty categories included. Shares will do.

    Returns:
        From -1 (half at each end) over 0 (evenly spread) to 1 (all in one category). NaN without
        answers.

    Raises:
        ValueError: If there are fewer than three categories, or a count is negative or missing.
    """
    left = as_vector(counts, "counts").copy()
    k = left.size
    if k < 3:
        raise ValueError("counts: agreement needs a scale of at least three categories")
    if np.isnan(left).any() or (left < 0).any():
        raise ValueError("counts: must be 0 or more, none missing")
    total = float(left.sum())
    if total == 0:
        return float("nan")
    # a handful of categories: plain numbers are quicker than arrays
    counted, result = left.tolist(), 0.0
    while any(pattern := tuple(count > total * 1e-12 for count in counted)):
        height = min(count for count, in_layer in zip(counted, pattern, strict=True) if in_layer)
        result += height * sum(pattern) / total * _layer_agreement(pattern)
        counted = [
            count - height if in_layer else 0.0
            for count, in_layer in zip(counted, pattern, strict=True)
        ]
    return float(result)


@lru_cache(maxsize=4096)
def _layer_agreement(layer: tuple[bool, ...]) -> float:
    pattern = np.array(layer, dtype=np.int64)
    k, filled = pattern.size, int(pattern.sum())
    if filled == 1:
        return 1.0
    if filled == k:
        return 0.0
    before = np.cumsum(pattern) - pattern
    after = filled - before - pattern
    places_before = np.arange(k)
    two_peaks = ((1 - pattern) * before * after).sum()
    # A full middle with a full neighbour on one side and an empty place on the other.
    empty_before = places_before - before
    empty_after = (k - 1 - places_before) - after
    one_peak = (pattern * (before * empty_after + empty_before * after)).sum()
    shape = ((k - 2) * one_peak - (k - 1) * two_peaks) / ((k - 2) * (one_peak + two_peaks))
    return float(shape * (1 - (filled - 1) / (k - 1)))
