"""Finite-population means of many variables in many cells (municipality by group and wave) at once.

The same numbers as ``finite_population.mean_fpc`` cell by cell, in time linear in the rows.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from plankompass.statistics.estimate import (
    CellEstimates,
    FloatArray,
    IntArray,
    check_population,
    t_interval,
)


def cell_codes(labels: ArrayLike) -> tuple[IntArray, np.ndarray]:
    """Number the cells 0, 1, 2 ... in the sorted order of their labels.

    Args:
        labels: One label a respondent, shape (n,), no missing ones.

    Returns:
        Codes of shape (n,), and the sorted labels that the codes point into.
    """
    names, codes = np.unique(np.asarray(labels), return_inverse=True)
    return codes.astype(np.int64), names


def check_codes(codes: ArrayLike, rows: int, cells: int) -> IntArray:
    """Check the cell codes of respondents.

    Args:
        codes: One code a respondent; -1 for a respondent in no cell.
        rows: Number of respondents.
        cells: Number of cells.

    Returns:
        Integer array of shape (rows,).

    Raises:
        ValueError: If the length differs from rows or a code lies outside -1 ... cells - 1.
    """
    array = np.asarray(codes)
    if array.shape != (rows,):
        raise ValueError("cell codes: need one for each respondent")
    if array.dtype.kind not in "iu":
        raise ValueError("cell codes: must be integers; number the labels with cell_codes")
    if rows and (array.min() < -1 or array.max() >= cells):
        raise ValueError("cell codes: must lie between -1 (no cell) and the number of cells less 1")
    return array.astype(np.int64)


def cell_moments(
    values: FloatArray, codes: IntArray, cells: int
) -> tuple[IntArray, FloatArray, FloatArray]:
    """Count, mean and sum of squared deviations of each variable in each cell.

    Args:
        values: Shape (respondents, variables); NaN is missing.
        codes: Shape (respondents,); -1 for no cell.
        cells: Number of cells.

    Returns:
        Three arrays of shape (cells, variables); the mean is NaN in empty cells.
    """
    # One spare cell at the end takes what belongs nowhere.
    place = np.where(codes < 0, cells, codes)
    variables = values.shape[1]
    count = np.empty((cells, variables), dtype=np.int64)
    mean = np.empty((cells, variables))
    squares = np.empty((cells, variables))
    for column in range(variables):
        value = values[:, column].copy()  # contiguous, and free to be changed below
        missing = np.isnan(value)
        if missing.any():
            where = np.where(missing, cells, place)
            value = np.where(missing, 0.0, value)
        else:
            where = place
        number = np.bincount(where, minlength=cells + 1)
        with np.errstate(invalid="ignore"):
            centre = np.bincount(where, weights=value, minlength=cells + 1) / number
        # Squared deviations from the cell's own mean: the shortcut with sums of squares loses
        # digits exactly where councils are near consensus.
        value -= centre[where]
        value *= value
        count[:, column] = number[:cells]
        mean[:, column] = centre[:cells]
        squares[:, column] = np.bincount(where, weights=value, minlength=cells + 1)[:cells]
    return count, mean, squares


def as_variables(values: ArrayLike) -> tuple[FloatArray, bool]:
    """Return values as a matrix, and whether they came as a vector.

    Args:
        values: Shape (respondents,) or (respondents, variables).

    Returns:
        The matrix and True for a vector.

    Raises:
        ValueError: If there are more than two dimensions or an infinity.
    """
    array = np.asarray(values, dtype=np.float64)
    if array.ndim not in (1, 2):
        raise ValueError("values: expected respondents, or respondents by variables")
    if np.isinf(array).any():
        raise ValueError("values: holds an infinite value; missing values are NaN")
    return (array[:, None], True) if array.ndim == 1 else (array, False)


def means_by_cell(
    values: ArrayLike,
    codes: ArrayLike,
    populations: ArrayLike,
    *,
    confidence: float = 0.95,
) -> CellEstimates:
    """Mean with interval of each variable in each cell.

    Args:
        values: Shape (respondents,) or (respondents, variables), any unit; NaN is missing.
        codes: Cell of each respondent, integers 0 ... cells - 1, -1 for none.
        populations: Number of persons in each cell, shape (cells,); ``inf`` for no correction.
        confidence: Level of the intervals.

    Returns:
        Estimates of shape (cells,) or (cells, variables), defined as in
        ``finite_population.mean_fpc``: NaN in empty cells, NaN limits for one of several.

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
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.where(count > 1, squares / (count - 1), np.nan)
        se = np.sqrt((1 - count / size) * variance / count)
    se = np.where((count == size) & (count > 0), 0.0, se)
    return finish(mean, se, count, size, count - 1.0, confidence, single)


def finish(
    mean: FloatArray,
    se: FloatArray,
    count: IntArray,
    size: FloatArray,
    df: FloatArray,
    confidence: float,
    single: bool,
) -> CellEstimates:
    """Add t intervals and bring the arrays into the shape that was asked for.

    Args:
        mean: Shape (cells, variables).
        se: Standard errors.
        count: Numbers of valid values.
        size: Population sizes.
        df: Degrees of freedom.
        confidence: Level of the intervals.
        single: Whether to drop the axis of variables.

    Returns:
        The estimates.
    """
    lower, upper = t_interval(mean, se, df, confidence)
    df = np.where(count > 0, df, np.nan)
    arrays = (mean, se, lower, upper, count, np.array(size), df)
    if single:
        arrays = tuple(array[:, 0] for array in arrays)
    return CellEstimates(*arrays)
