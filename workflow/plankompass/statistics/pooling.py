"""Borrowing strength between municipalities: a common spread, and partial pooling of means."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, special

from plankompass.statistics.cells import (
    as_variables,
    cell_codes,
    cell_moments,
    check_codes,
    finish,
)
from plankompass.statistics.estimate import (
    CellEstimates,
    FloatArray,
    IntArray,
    as_vector,
    check_confidence,
    check_population,
    t_quantile,
)


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


def pooled_sd_mean_interval(
    values: ArrayLike,
    codes: ArrayLike,
    populations: ArrayLike,
    *,
    below: int | None = 15,
    confidence: float = 0.95,
) -> CellEstimates:
    """Means with intervals from the spread pooled within municipalities.

    ``s² = sum_g (n_g - 1) s_g² / sum_g (n_g - 1)``, variance ``(1 - n/N) s²/n``, t interval with
    ``sum_g (n_g - 1)`` degrees of freedom. In a council near consensus the own spread of a small
    sample is about 0 and its interval covers far too seldom; the pooled spread mends that, and the
    width of the interval no longer tells how alike the few answers were.

    Args:
        values: Shape (respondents,) or (respondents, variables), any unit; NaN is missing.
        codes: Municipality of each respondent, integers 0 ... cells - 1, -1 for none.
        populations: Number of persons in each municipality, shape (cells,); ``inf`` for none.
        below: Use the pooled spread where n is below this; None uses it everywhere. Other
            municipalities keep their own spread with n - 1 degrees of freedom.
        confidence: Level of the intervals.

    Returns:
        Estimates of shape (cells,) or (cells, variables). One respondent gets an interval too. NaN
        in empty cells, and all limits are NaN when no municipality has two respondents. ``se`` is
        0 where n = N. When all answers within every municipality are equal the spread is 0.

    Raises:
        ValueError: If a cell has more valid values than persons, or shapes do not fit.
    """
    cells = _Cells(values, codes, populations)
    pooled = np.ones(cells.count.shape, dtype=bool) if below is None else cells.count < below
    se = np.where(pooled, cells.pooled_se, cells.own_se)
    df = np.where(pooled, cells.degrees, cells.count - 1.0)
    return cells.finish(se, df, confidence)


def floored_sd_mean_interval(
    values: ArrayLike,
    codes: ArrayLike,
    populations: ArrayLike,
    *,
    floor: float = 0.5,
    confidence: float = 0.95,
) -> CellEstimates:
    """Means with the own spread, but never surer than half the pooled variance allows.

    Each interval is the wider of two: the municipality's own, ``t(n - 1) s``, and the pooled one
    from ``floor`` times the pooled variance. A council near consensus is guarded like with the
    pooled spread, and a council split in two keeps its own wide interval, which the pooled spread
    would cut short: simulated councils, ordinary, near consensus and split, are covered in 92 to
    99.5 % of samples, where the pooled spread covers fewer than 85 % of the split ones (see the
    tests).

    Args:
        values: Shape (respondents,) or (respondents, variables), any unit; NaN is missing.
        codes: Municipality of each respondent, integers 0 ... cells - 1, -1 for none.
        populations: Number of persons in each municipality, shape (cells,); ``inf`` for none.
        floor: Share of the pooled variance that no interval falls below, 0 (own spread only) to 1.
        confidence: Level of the intervals.

    Returns:
        Estimates of shape (cells,) or (cells, variables); ``se`` and ``df`` belong to the interval
        that was chosen. One respondent gets the interval of the whole pooled variance. Otherwise
        NaN and 0 as in ``pooled_sd_mean_interval``.

    Raises:
        ValueError: If a cell has more valid values than persons, shapes do not fit, or the floor
            lies outside 0 to 1.
    """
    if not 0 <= floor <= 1:
        raise ValueError("floor: must lie between 0 and 1")
    cells = _Cells(values, codes, populations)
    alone = cells.count == 1
    least = np.where(alone, 1.0, np.sqrt(floor)) * cells.pooled_se
    own_half = t_quantile(cells.count - 1.0, confidence) * cells.own_se
    least_half = t_quantile(cells.degrees, confidence) * least
    use_least = alone | (least_half > own_half)
    se = np.where(use_least, least, cells.own_se)
    df = np.where(use_least, cells.degrees, cells.count - 1.0)
    return cells.finish(se, df, confidence)


class _Cells:
    """Moments of the cells with both standard errors of the mean."""

    def __init__(self, values: ArrayLike, codes: ArrayLike, populations: ArrayLike) -> None:
        matrix, self.single = as_variables(values)
        sizes = np.asarray(populations, dtype=np.float64)
        if sizes.ndim != 1:
            raise ValueError("populations: need one size for each cell")
        where = check_codes(codes, matrix.shape[0], sizes.size)
        self.count, self.mean, squares = cell_moments(matrix, where, sizes.size)
        self.size = check_population(self.count, sizes[:, None])
        degrees = np.maximum(self.count - 1, 0).sum(axis=0).astype(np.float64)
        self.degrees = np.broadcast_to(degrees, self.count.shape)
        with np.errstate(divide="ignore", invalid="ignore"):
            common = np.where(degrees > 0, squares.sum(axis=0) / degrees, np.nan)
            own = np.where(self.count > 1, squares / (self.count - 1), np.nan)
        self.own_se = self._se(own)
        self.pooled_se = self._se(np.broadcast_to(common, self.count.shape))

    def _se(self, variance: FloatArray) -> FloatArray:
        with np.errstate(divide="ignore", invalid="ignore"):
            se = np.sqrt((1 - self.count / self.size) * variance / self.count)
        se = np.where(self.count > 0, se, np.nan)
        return np.where((self.count == self.size) & (self.count > 0), 0.0, se)

    def finish(self, se: FloatArray, df: FloatArray, confidence: float) -> CellEstimates:
        """Add the intervals."""
        return finish(self.mean, se, self.count, self.size, df, confidence, self.single)


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
