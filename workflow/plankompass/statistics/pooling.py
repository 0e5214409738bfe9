"""Partial pooling of means between municipalities, by area (Fay-Herriot) and by person.

Intervals of small councils, which borrow the spread and not the mean, come from ``spread`` and can be
imported from here too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, special

from plankompass.statistics.cells import cell_codes, cell_moments
from plankompass.statistics.estimate import FloatArray, IntArray, as_vector, check_confidence
from plankompass.statistics.spread import (
    council_mean_interval,
    floored_sd_mean_interval,
    pooled_sd_mean_interval,
)

__all__ = [
    "FayHerriot",
    "RandomIntercept",
    "council_mean_interval",
    "fay_herriot",
    "floored_sd_mean_interval",
    "pooled_sd_mean_interval",
    "random_intercept",
]


@dataclass(frozen=True, slots=True)
class FayHerriot:
    """Partially pooled area means.

    Attributes:
        estimate: Empirical best linear unbiased predictor of each area, shape (areas,).
        se: Root of its mean squared error after Prasad and Rao.
        lower: Lower limit, estimate less z times se.
        upper: Upper limit.
        mse: Mean squared error of each area.
        shrinkage: Weight of the area's own estimate, 0 (all from the model) to 1 (all its own).
        beta: Coefficients of the design, shape (columns,).
        beta_se: Their standard errors.
        area_variance: Variance A between areas beyond the design; 0 at the boundary.
    """

    estimate: FloatArray
    se: FloatArray
    lower: FloatArray
    upper: FloatArray
    mse: FloatArray
    shrinkage: FloatArray
    beta: FloatArray
    beta_se: FloatArray
    area_variance: float


@dataclass(frozen=True, slots=True)
class RandomIntercept:
    """A model with one common mean and a random intercept for each group.

    Attributes:
        groups: Sorted labels of the groups with a valid value, shape (groups,).
        estimate: Predicted mean of each group.
        se: Conditional standard deviation of the group's intercept, variances as if known.
        lower: Lower limit, estimate less z times se.
        upper: Upper limit.
        n: Valid values in each group.
        grand_mean: Common mean.
        grand_mean_se: Its standard error.
        between: Variance between groups; 0 at the boundary.
        within: Variance within groups.
    """

    groups: np.ndarray
    estimate: FloatArray
    se: FloatArray
    lower: FloatArray
    upper: FloatArray
    n: IntArray
    grand_mean: float
    grand_mean_se: float
    between: float
    within: float


def fay_herriot(
    y: ArrayLike, variance: ArrayLike, design: ArrayLike, *, confidence: float = 0.95
) -> FayHerriot:
    """Area-level partial pooling of Fay and Herriot (1979), variance between areas by REML.

    ``y_d = x_d' beta + u_d + e_d`` with known ``var(e_d)`` and ``var(u_d) = A``. Mean squared
    error g1 + g2 + 2 g3 (Prasad and Rao 1990; Datta and Lahiri 2000), as R's ``sae`` has it.

    Args:
        y: Direct estimate of each area, shape (areas,).
        variance: Its known sampling variance, shape (areas,), above 0.
        design: Shape (areas, columns) with the intercept as a column of 1; a vector of areas is
            taken as one column.
        confidence: Level of the intervals.

    Returns:
        Predictions. With A at 0 each area gets the model's value alone and ``shrinkage`` is 0.

    Raises:
        ValueError: If values are missing, a variance is not positive, the design is not of full
            rank, or there are no more areas than columns. Areas without an estimate must be left
            out by the caller.
    """
    direct, known = as_vector(y, "y"), as_vector(variance, "variance")
    x = np.asarray(design, dtype=np.float64)
    x = x[:, None] if x.ndim == 1 else x
    if not direct.shape == known.shape == x.shape[:1]:
        raise ValueError("y, variance, design: need one row for each area; lengths differ")
    if np.isnan(direct).any() or np.isnan(known).any() or not np.isfinite(x).all():
        raise ValueError("y, variance, design: missing values; leave those areas out")
    if (known <= 0).any():
        raise ValueError("variance: must be above 0; an area that answered in full needs no model")
    if direct.size <= x.shape[1] or np.linalg.matrix_rank(x) < x.shape[1]:
        raise ValueError("design: needs full rank and fewer columns than areas")
    # The scale of y must not decide how sharply the variance is found.
    unit = float(np.median(known))
    a = unit * _reml_variance(direct / np.sqrt(unit), known / unit, x)
    weight = 1 / (a + known)
    inverse = np.linalg.inv((x * weight[:, None]).T @ x)
    beta = inverse @ (x * weight[:, None]).T @ direct
    model = x @ beta
    shrinkage = a * weight
    estimate = model + shrinkage * (direct - model)
    rest = known * weight
    g1 = known * shrinkage
    g2 = rest**2 * np.einsum("ij,jk,ik->i", x, inverse, x)
    g3 = rest**2 * weight * 2 / (weight**2).sum()
    mse = g1 + g2 + 2 * g3
    half = special.ndtri((1 + check_confidence(confidence)) / 2) * np.sqrt(mse)
    return FayHerriot(
        estimate=estimate,
        se=np.sqrt(mse),
        lower=estimate - half,
        upper=estimate + half,
        mse=mse,
        shrinkage=shrinkage,
        beta=beta,
        beta_se=np.sqrt(np.diag(inverse)),
        area_variance=a,
    )


def _reml_variance(direct: FloatArray, known: FloatArray, x: FloatArray) -> float:
    """The variance between areas that maximises the restricted likelihood, 0 or above."""
    basis, _ = np.linalg.qr(x)

    def score(a: float) -> float:
        weight = 1 / (a + known)
        wx = basis * weight[:, None]
        inverse = np.linalg.inv(basis.T @ wx)
        projected = weight * (direct - basis @ (inverse @ (wx.T @ direct)))
        trace = weight.sum() - np.trace(inverse @ (wx.T @ wx))
        return float(projected @ projected - trace)

    def loss(a: float) -> float:
        weight = 1 / (a + known)
        wx = basis * weight[:, None]
        cross = basis.T @ wx
        residual = direct - basis @ np.linalg.solve(cross, wx.T @ direct)
        logs = -np.log(weight).sum() + np.linalg.slogdet(cross)[1]
        return float(logs + (weight * residual**2).sum())

    return _positive_root(score, loss, float(np.var(direct)) + float(known.max()))


def _positive_root(score, loss, start: float) -> float:
    """The best of all points where the score falls through 0, and of 0 itself."""
    top = start
    while score(top) > 0:
        top *= 4
    # The restricted likelihood can have more than one top: look at every change of sign.
    grid = np.concatenate([[0.0], top * np.logspace(-8, 0, 65)])
    slope = np.array([score(point) for point in grid])
    tops = [0.0] if slope[0] <= 0 else []
    for left in np.flatnonzero((slope[:-1] > 0) & (slope[1:] <= 0)):
        low, high = grid[left], grid[left + 1]
        tops.append(
            float(optimize.brentq(score, low, high, xtol=1e-300, rtol=8.9e-16, maxiter=500))
        )
    return min(tops, key=loss)


def random_intercept(
    values: ArrayLike, groups: ArrayLike, *, confidence: float = 0.95
) -> RandomIntercept:
    """Group means shrunk to the common mean, variances by REML.

    ``y_ij = mu + u_j + e_ij``; predictions as ``lme4::lmer(y ~ 1 + (1 | group))`` gives
    (Harville 1977; Bates, Mächler, Bolker and Walker 2015).

    Args:
        values: Shape (respondents,); NaN is left out.
        groups: Label of each respondent's group, shape (respondents,).
        confidence: Level of the intervals.

    Returns:
        Predictions of the groups with at least one valid value. The intervals take the variances
        and the common mean as known, which is too narrow with few groups.

    Raises:
        ValueError: If lengths differ, there are fewer than two groups, no group of two, or no
            variation within groups.
    """
    vector = as_vector(values, "values")
    labels = np.asarray(groups)
    if labels.shape != vector.shape:
        raise ValueError("groups: need one label for each respondent")
    valid = ~np.isnan(vector)
    codes, names = cell_codes(labels[valid])
    count, mean, squares = cell_moments(vector[valid][:, None], codes, names.size)
    n, means, inside = count[:, 0], mean[:, 0], float(squares.sum())
    total = int(n.sum())
    if names.size < 2 or total == names.size:
        raise ValueError("groups: need at least two groups and one of them with two respondents")
    if not inside > 0:
        raise ValueError("values: do not vary within groups; there is nothing to pool")

    # With ratio = between/within, the within variance has a closed form: one search is left.
    def pieces(ratio: float) -> tuple[FloatArray, float, float]:
        weight = n / (1 + n * ratio)
        centre = float((weight * means).sum() / weight.sum())
        return weight, centre, inside + float((weight * (means - centre) ** 2).sum())

    def loss(ratio: float) -> float:
        weight, _, square = pieces(ratio)
        return float(
            (total - 1) * np.log(square) + np.log1p(n * ratio).sum() + np.log(weight.sum())
        )

    def score(ratio: float) -> float:
        weight, centre, square = pieces(ratio)
        fall = (total - 1) * (weight**2 * (means - centre) ** 2).sum() / square
        return float(fall - weight.sum() + (weight**2).sum() / weight.sum())

    ratio = _positive_root(score, loss, 1.0)
    weight, centre, square = pieces(ratio)
    within = square / (total - 1)
    shrinkage = n * ratio / (1 + n * ratio)
    estimate = centre + shrinkage * (means - centre)
    se = np.sqrt(within * ratio / (1 + n * ratio))
    half = special.ndtri((1 + check_confidence(confidence)) / 2) * se
    return RandomIntercept(
        groups=names,
        estimate=estimate,
        se=se,
        lower=estimate - half,
        upper=estimate + half,
        n=n,
        grand_mean=centre,
        grand_mean_se=float(np.sqrt(within / weight.sum())),
        between=float(within * ratio),
        within=float(within),
    )
