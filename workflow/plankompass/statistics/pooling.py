"""Borrowing strength between municipalities: a common spread, and partial pooling of means."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from plankompass.statistics.cells import as_variables, cell_moments, check_codes, finish
from plankompass.statistics.estimate import CellEstimates, check_population


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
    matrix, single = as_variables(values)
    sizes = np.asarray(populations, dtype=np.float64)
    if sizes.ndim != 1:
        raise ValueError("populations: need one size for each cell")
    where = check_codes(codes, matrix.shape[0], sizes.size)
    count, mean, squares = cell_moments(matrix, where, sizes.size)
    size = check_population(count, sizes[:, None])
    degrees = np.maximum(count - 1, 0).sum(axis=0).astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        common = np.where(degrees > 0, squares.sum(axis=0) / degrees, np.nan)
        own = np.where(count > 1, squares / (count - 1), np.nan)
        pooled = np.ones(count.shape, dtype=bool) if below is None else count < below
        variance = np.where(pooled, common, own)
        se = np.sqrt((1 - count / size) * variance / count)
    se = np.where((count == size) & (count > 0), 0.0, se)
    df = np.where(pooled, degrees, count - 1.0)
    return finish(mean, se, count, size, df, confidence, single)
