"""Agreement between coders, for codings of interviews and plans.

Every function takes ratings with one row a coder and one column a unit. Missing ratings are NaN
(or None among words).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from plankompass.statistics.estimate import FloatArray, IntArray, check_confidence

Level = Literal["nominal", "ordinal", "interval", "ratio"]


@dataclass(frozen=True, slots=True)
class Agreement:
    """A coefficient of agreement.

    Attributes:
        estimate: The coefficient; 1 is full agreement, 0 what chance gives; NaN when undefined.
        se: Standard error; NaN where the method or the data give none.
        lower: Lower limit of the interval.
        upper: Upper limit of the interval.
        units: Number of units used.
        coders: Number of coders with a rating in the units used.
    """

    estimate: float
    se: float
    lower: float
    upper: float
    units: int
    coders: int


def krippendorff_alpha(
    ratings: ArrayLike,
    level: Level,
    *,
    replicates: int = 1000,
    seed: int = 20190510,
    confidence: float = 0.95,
) -> Agreement:
    """Krippendorff's alpha for any number of coders, with missing ratings.

    ``1 - Do/De`` from the coincidence matrix of pairable values (Krippendorff 2011, "Computing
    Krippendorff's alpha-reliability"; Hayes and Krippendorff 2007). The interval comes from a
    bootstrap over units with expected disagreement computed anew in each draw (Zapf et al. 2016).

    Args:
        ratings: Shape (coders, units); numbers, or words when nominal. Units with fewer than two
            ratings are left out.
        level: "nominal", "ordinal" (by the values' order), "interval" or "ratio" (values >= 0).
        replicates: Number of bootstrap draws; 0 gives no interval.
        seed: Seed of the draws.
        confidence: Level of the percentile interval.

    Returns:
        Alpha with interval. NaN when no unit has two ratings, or when all pairable values are
        equal: without variation agreement cannot be told from a coder who always says the same.
        Draws without variation are left out of the interval.

    Raises:
        ValueError: If the level is unknown, words come with another level than nominal, or a
            ratio value is negative.
    """
    check_confidence(confidence)
    if level not in ("nominal", "ordinal", "interval", "ratio"):
        raise ValueError("level: must be nominal, ordinal, interval or ratio")
    counts, values, coders = count_values(ratings, numeric=level != "nominal")
    if level == "ratio" and (values < 0).any():
        raise ValueError("ratings: ratio values must be 0 or more")
    counts = counts[counts.sum(axis=1) >= 2]
    units = counts.shape[0]
    everyone = _alphas(counts, values, level, np.ones((1, units)))[0]
    if replicates < 2 or units < 2 or np.isnan(everyone):
        return Agreement(float(everyone), np.nan, np.nan, np.nan, units, coders)
    rng = np.random.default_rng(seed)
    weights = rng.multinomial(units, np.full(units, 1 / units), size=replicates)
    drawn = _alphas(counts, values, level, weights.astype(np.float64))
    se, lower, upper = _percentiles(drawn, confidence)
    return Agreement(float(everyone), se, lower, upper, units, coders)


def _percentiles(drawn: FloatArray, confidence: float) -> tuple[float, float, float]:
    """Standard error and limits from bootstrap draws, NaN draws left out."""
    drawn = drawn[~np.isnan(drawn)]
    if drawn.size < 2:
        return np.nan, np.nan, np.nan
    tail = (1 - confidence) / 2
    lower, upper = np.quantile(drawn, [tail, 1 - tail])
    return float(drawn.std(ddof=1)), float(lower), float(upper)


def count_values(ratings: ArrayLike, *, numeric: bool) -> tuple[IntArray, np.ndarray, int]:
    """Count how often each unit received each value.

    Args:
        ratings: Shape (coders, units); NaN or None is missing.
        numeric: Whether the values must be numbers.

    Returns:
        Counts of shape (units, values), the sorted distinct values, and the number of coders that
        have a rating in a unit rated at least twice.

    Raises:
        ValueError: If ratings are not two-dimensional, or words where numbers are needed.
    """
    array = np.asarray(ratings)
    if array.ndim != 2:
        raise ValueError("ratings: expected coders by units")
    if array.dtype.kind in "OUS":
        given = np.array([[_is_given(value) for value in row] for row in array], dtype=bool)
        given = given.reshape(array.shape)
        if numeric:
            try:
                array = np.where(given, array, np.nan).astype(np.float64)
            except (TypeError, ValueError):
                raise ValueError("ratings: words can only be nominal") from None
        else:
            array = np.where(given, array, "").astype(str)
    else:
        array = array.astype(np.float64)
        if np.isinf(array).any():
            raise ValueError("ratings: hold an infinite value; missing ratings are NaN")
        given = ~np.isnan(array)
    values, codes = np.unique(array[given], return_inverse=True)
    unit = np.broadcast_to(np.arange(array.shape[1]), array.shape)[given]
    counts = np.bincount(
        unit * values.size + codes, minlength=array.shape[1] * values.size
    ).reshape(array.shape[1], values.size)
    pairable = given[:, counts.sum(axis=1) >= 2]
    return counts.astype(np.int64), values, int(pairable.any(axis=1).sum())


def _is_given(value: object) -> bool:
    return value is not None and value == value and value != ""


def _alphas(counts: IntArray, values: np.ndarray, level: str, weights: FloatArray) -> FloatArray:
    """Alpha for each row of unit weights, shape (draws, units)."""
    if counts.size == 0:
        return np.full(weights.shape[0], np.nan)
    number = counts.sum(axis=1)
    # Coincidences of each unit, shape (units, values * values).
    size = values.size
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
