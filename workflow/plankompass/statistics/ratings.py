"""Ratings of units by coders: counting them, and the shape of an agreement coefficient."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Real

import numpy as np
from numpy.typing import ArrayLike

from plankompass.statistics.estimate import FloatArray, IntArray

BOOTSTRAP_SEED = 20190510
"""Seed of the bootstrap over units where the caller names none."""


class Agreement(float):
    """A coefficient of agreement: a number that also tells how sure it is.

    It computes, compares and formats as the coefficient itself.

    Args:
        estimate: The coefficient; 1 is full agreement, 0 what chance gives; NaN when undefined.
        se: Standard error; NaN where the method or the data give none.
        lower: Lower limit of the interval.
        upper: Upper limit of the interval.
        units: Number of units used.
        coders: Number of coders with a rating in the units used.

    Attributes:
        se, lower, upper, units, coders: As given.
    """

    __slots__ = ("coders", "lower", "se", "units", "upper")

    def __new__(
        cls, estimate: float, se: float, lower: float, upper: float, units: int, coders: int
    ) -> Agreement:
        """Make the number with what goes with it."""
        self = super().__new__(cls, estimate)
        self.se, self.lower, self.upper = float(se), float(lower), float(upper)
        self.units, self.coders = units, coders
        return self

    def __getnewargs__(self) -> tuple[float, float, float, float, int, int]:
        return (float(self), self.se, self.lower, self.upper, self.units, self.coders)

    @property
    def estimate(self) -> float:
        """The coefficient as a plain number."""
        return float(self)

    def __repr__(self) -> str:
        return (
            f"Agreement(estimate={float(self)}, se={self.se}, lower={self.lower}, "
            f"upper={self.upper}, units={self.units}, coders={self.coders})"
        )


@dataclass(frozen=True, slots=True)
class Counts:
    """How often each unit received each value.

    Attributes:
        counts: Shape (units, values); units without ratings have zeros only.
        values: Sorted distinct values, shape (values,).
        codes: Position of each rating's value, shape (coders, units); -1 where missing.
    """

    counts: IntArray
    values: np.ndarray
    codes: IntArray

    def coders_of(self, units: np.ndarray) -> int:
        """Number of coders that rated at least one of the units.

        Args:
            units: Which units, booleans of shape (units,).

        Returns:
            The number of coders.
        """
        return int((self.codes[:, units] >= 0).any(axis=1).sum())


def count_ratings(
    ratings: ArrayLike, *, numeric: bool, categories: ArrayLike | None = None
) -> Counts:
    """Count ratings by unit and value.

    Args:
        ratings: Shape (coders, units); NaN, None or an empty word is missing.
        numeric: Whether the values must be numbers.
        categories: All values that a rating can take, in order; None takes those that occur.

    Returns:
        The counts.

    Raises:
        ValueError: If ratings are not two-dimensional, words come where numbers are needed, or a
            rating is none of the categories.
    """
    array = np.asarray(ratings)
    if array.ndim != 2:
        raise ValueError("ratings: expected coders by units")
    if array.dtype.kind in "OUS":
        given = np.array([_is_given(value) for value in array.ravel()], dtype=bool)
        given = given.reshape(array.shape)
        # 1 and 1.0 are the same rating even in a column of objects.
        numbers = array.dtype.kind == "O" and all(isinstance(value, Real) for value in array[given])
        words = not (numeric or numbers)
        array = np.where(given, array, "").astype(str) if words else _numbers(array, given)
    else:
        array = array.astype(np.float64)
        given = ~np.isnan(array)
    if array.dtype.kind == "f" and np.isinf(array).any():
        raise ValueError("ratings: hold an infinite value; missing ratings are NaN")
    if categories is None:
        values, position = np.unique(array[given], return_inverse=True)
    else:
        values = np.asarray(categories).astype(array.dtype if array.dtype.kind == "f" else str)
        position = _positions(array[given], values)
    codes = np.full(array.shape, -1, dtype=np.int64)
    codes[given] = position
    unit = np.broadcast_to(np.arange(array.shape[1]), array.shape)[given]
    counts = np.bincount(
        unit * values.size + codes[given], minlength=array.shape[1] * values.size
    ).reshape(array.shape[1], values.size)
    return Counts(counts.astype(np.int64), values, codes)


def _numbers(array: np.ndarray, given: np.ndarray) -> FloatArray:
    try:
        return np.where(given, array, np.nan).astype(np.float64)
    except (TypeError, ValueError):
        raise ValueError("ratings: words can only be nominal") from None


def _positions(values: np.ndarray, categories: np.ndarray) -> IntArray:
    if np.unique(categories).size != categories.size:
        raise ValueError("categories: a value stands twice")
    order = np.argsort(categories, kind="stable")
    place = np.searchsorted(categories[order], values)
    found = order[np.minimum(place, categories.size - 1)]
    if not (categories[found] == values).all():
        raise ValueError("ratings: hold a value that is none of the categories")
    return found.astype(np.int64)


def _is_given(value: object) -> bool:
    return value is not None and value == value and value != ""


def percentiles(drawn: FloatArray, confidence: float) -> tuple[float, float, float]:
    """Standard error and percentile limits from bootstrap draws.

    Args:
        drawn: Values of the draws, shape (draws,); NaN draws are left out.
        confidence: Level of the interval.

    Returns:
        Standard error, lower and upper limit; NaN with fewer than two draws.
    """
    drawn = drawn[~np.isnan(drawn)]
    if drawn.size < 2:
        return np.nan, np.nan, np.nan
    tail = (1 - confidence) / 2
    lower, upper = np.quantile(drawn, [tail, 1 - tail])
    return float(drawn.std(ddof=1)), float(lower), float(upper)


def unit_weights(units: int, replicates: int, seed: int) -> FloatArray:
    """How often each unit is drawn in each bootstrap replicate.

    Args:
        units: Number of units.
        replicates: Number of replicates.
        seed: Seed of the draws.

    Returns:
        Weights of shape (replicates, units).
    """
    rng = np.random.default_rng(seed)
    return rng.multinomial(units, np.full(units, 1 / units), size=replicates).astype(np.float64)


@dataclass(frozen=True, slots=True)
class Patterns:
    """Units that received the same values, taken together.

    Attributes:
        counts: How often each value stands in a unit of the pattern, shape (patterns, values).
        pattern: Pattern of each unit, shape (units,).
        sizes: Units of each pattern, shape (patterns,).
    """

    counts: IntArray
    pattern: IntArray
    sizes: IntArray

    @classmethod
    def of(cls, counts: IntArray) -> Patterns:
        """Find the patterns of counts of shape (units, values)."""
        base = int(counts.max(initial=0)) + 1
        if base ** counts.shape[1] < 2**62:
            # each row as one number: sorting numbers is many times faster than sorting rows
            keys = counts @ (base ** np.arange(counts.shape[1], dtype=np.int64))
            _, first, pattern = np.unique(keys, return_index=True, return_inverse=True)
            rows = counts[first]
        else:
            rows, pattern = np.unique(counts, axis=0, return_inverse=True)
        pattern = pattern.reshape(-1)
        return cls(rows, pattern, np.bincount(pattern, minlength=len(rows)))

    def drawn(self, replicates: int, seed: int, clusters: IntArray | None = None) -> FloatArray:
        """How often each pattern comes in each bootstrap replicate.

        Args:
            replicates: Number of replicates.
            seed: Seed of the draws.
            clusters: Cluster of each unit, numbered from 0; the units of one are drawn together.
                None draws unit by unit.

        Returns:
            Shape (replicates, patterns).
        """
        if clusters is None:
            rng = np.random.default_rng(seed)
            units = len(self.pattern)
            return rng.multinomial(units, self.sizes / units, size=replicates).astype(np.float64)
        number = int(clusters.max()) + 1
        size = len(self.sizes)
        inside = np.bincount(clusters * size + self.pattern, minlength=number * size)
        return unit_weights(number, replicates, seed) @ inside.reshape(number, size)
