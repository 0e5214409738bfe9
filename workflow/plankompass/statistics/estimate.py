"""The shapes that results take, and the checks and quantiles that every method shares."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

NO_POPULATION = float("inf")
"""Population of an estimate whose target is not a finite group of persons."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """One number with its uncertainty.

    Attributes:
        estimate: The point estimate, in the unit of the values.
        se: Standard error; NaN where one observation gives none, 0 when everybody answered.
        lower: Lower limit of the interval.
        upper: Upper limit of the interval.
        n: Number of valid values behind the estimate.
        population: Size of the finite population, ``inf`` without one.
        df: Degrees of freedom of the t interval; NaN where the interval is not a t interval.
    """

    estimate: float
    se: float
    lower: float
    upper: float
    n: int
    population: float
    df: float


@dataclass(frozen=True, slots=True)
class CellEstimates:
    """The same as ``Estimate`` for many cells at once; every field is an array of one shape.

    Attributes:
        estimate: Point estimates, shape (cells,) or (cells, variables).
        se: Standard errors.
        lower: Lower limits.
        upper: Upper limits.
        n: Numbers of valid values (integers).
        population: Population sizes, ``inf`` without one.
        df: Degrees of freedom.
    """

    estimate: FloatArray
    se: FloatArray
    lower: FloatArray
    upper: FloatArray
    n: IntArray
    population: FloatArray
    df: FloatArray


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference between two estimates.

    Attributes:
        estimate: First minus second (for change: after minus before).
        se: Standard error of the difference.
        lower: Lower limit of the interval.
        upper: Upper limit of the interval.
        df: Degrees of freedom.
        p_value: Two-sided p-value of no difference; NaN where ``se`` is NaN.
    """

    estimate: float
    se: float
    lower: float
    upper: float
    df: float
    p_value: float


def as_vector(values: ArrayLike, name: str) -> FloatArray:
    """Turn values into a float vector without infinities.

    Args:
        values: Numbers, shape (n,); missing is NaN or None.
        name: What the values are, for the error.

    Returns:
        Float array of shape (n,).

    Raises:
        ValueError: If the values are not one-dimensional, or an infinity is among them.
    """
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1:
        raise ValueError(f"{name}: expected one dimension, got {array.ndim}")
    if np.isinf(array).any():
        raise ValueError(f"{name}: holds an infinite value; missing values are NaN")
    return array


def as_matrix(values: ArrayLike, name: str) -> FloatArray:
    """Turn values into a float matrix without infinities.

    Args:
        values: Numbers, shape (rows, columns); missing is NaN or None.
        name: What the values are, for the error.

    Returns:
        Float array of shape (rows, columns).

    Raises:
        ValueError: If the values are not two-dimensional, or an infinity is among them.
    """
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 2:
        raise ValueError(f"{name}: expected two dimensions, got {array.ndim}")
    if np.isinf(array).any():
        raise ValueError(f"{name}: holds an infinite value; missing values are NaN")
    return array


def check_population(n: ArrayLike, population: ArrayLike | None) -> FloatArray:
    """Return the population sizes as floats after checking them against the numbers of answers.

    Args:
        n: Numbers of valid values.
        population: Sizes of the populations; None or ``inf`` where the target is not finite.

    Returns:
        Float array broadcast to the shape of ``n``.

    Raises:
        ValueError: If a population is missing (NaN), not positive, or smaller than its ``n``.
    """
    counts = np.asarray(n, dtype=np.float64)
    size = NO_POPULATION if population is None else population
    sizes = np.broadcast_to(np.asarray(size, dtype=np.float64), counts.shape)
    if np.isnan(sizes).any():
        raise ValueError(
            "population: missing in some cell; give its size, or inf where no finite population "
            "is meant"
        )
    if (sizes <= 0).any():
        raise ValueError("population: must be positive")
    too_many = counts > sizes
    if too_many.any():
        places = np.flatnonzero(too_many.ravel())[:5].tolist()
        raise ValueError(
            f"population: smaller than the number of respondents in {int(too_many.sum())} cell(s) "
            f"(first positions: {places}); check the register and the duplicates"
        )
    return sizes


def check_confidence(confidence: float) -> float:
    """Return the confidence level after checking that it lies between 0 and 1.

    Args:
        confidence: Level of the interval, for example 0.95.

    Returns:
        The same level.

    Raises:
        ValueError: If it is not strictly between 0 and 1.
    """
    if not 0 < confidence < 1:
        raise ValueError("confidence: must lie between 0 and 1, for example 0.95")
    return float(confidence)


def t_quantile(df: ArrayLike, confidence: float = 0.95) -> FloatArray:
    """Two-sided quantile of Student's t.

    Args:
        df: Degrees of freedom, any shape; NaN or not positive gives NaN, ``inf`` gives the normal.
        confidence: Level of the interval.

    Returns:
        Quantiles in the shape of ``df``.
    """
    probability = (1 + check_confidence(confidence)) / 2
    degrees = np.asarray(df, dtype=np.float64)
    unique, where = np.unique(degrees, return_inverse=True)
    with np.errstate(invalid="ignore"):
        finite = special.stdtrit(np.where(unique > 0, unique, np.nan), probability)
    quantile = np.where(np.isposinf(unique), special.ndtri(probability), finite)
    return quantile[where].reshape(degrees.shape)


def t_interval(
    estimate: ArrayLike, se: ArrayLike, df: ArrayLike, confidence: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """Interval of Student's t around estimates.

    Args:
        estimate: Point estimates.
        se: Standard errors; 0 gives an interval of no width whatever ``df`` is.
        df: Degrees of freedom.
        confidence: Level of the interval.

    Returns:
        Lower and upper limits.
    """
    centre = np.asarray(estimate, dtype=np.float64)
    error = np.asarray(se, dtype=np.float64)
    half = np.where(error == 0, 0.0, t_quantile(df, confidence) * error)
    return centre - half, centre + half


def t_p_value(estimate: ArrayLike, se: ArrayLike, df: ArrayLike) -> FloatArray:
    """Two-sided p-value of the hypothesis that the target is zero.

    Args:
        estimate: Point estimates.
        se: Standard errors; with 0 the p-value is 1 for an estimate of 0 and 0 otherwise.
        df: Degrees of freedom; ``inf`` gives the normal.

    Returns:
        P-values; NaN where the standard error is NaN.
    """
    value = np.abs(np.asarray(estimate, dtype=np.float64))
    error = np.asarray(se, dtype=np.float64)
    degrees = np.asarray(df, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = -value / error
        with_t = 2 * special.stdtr(np.where(np.isfinite(degrees), degrees, np.nan), ratio)
    p_value = np.where(np.isposinf(degrees), 2 * special.ndtr(ratio), with_t)
    return np.where(error == 0, np.where(value == 0, 1.0, 0.0), p_value)
