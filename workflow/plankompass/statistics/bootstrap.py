"""Resampling that knows the population is small: Rao-Wu weights with the finite correction."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from plankompass.statistics.cells import as_variables, cell_moments, check_codes
from plankompass.statistics.estimate import FloatArray, check_confidence, check_population

_POISSON_COUNTS = (94, 94, 49, 13, 5, 1)
"""How many of 256 equally likely bytes mean 0, 1, 2 ... draws.

Close to Poisson(1), and with mean and variance of exactly 1, so that replicates have the variance
they must have.
"""

_WEIGHTS_AT_ONCE = 4_000_000
"""Random weights held at one time: 16 MB."""


@dataclass(frozen=True, slots=True)
class BootstrapMeans:
    """Means of cells with what a bootstrap says about them.

    Attributes:
        estimate: Means, shape (cells, variables).
        se: Standard deviation over replicates.
        lower: Lower percentile limit.
        upper: Upper percentile limit.
        replicates: All replicates, shape (cells, variables, replicates), or None when not kept.
            The same respondents are drawn for all variables of a cell: differences and ratios of
            variables can be taken replicate by replicate.
    """

    estimate: FloatArray
    se: FloatArray
    lower: FloatArray
    upper: FloatArray
    replicates: np.ndarray | None


def rao_wu_weights(
    n: int, population: float | None, replicates: int, rng: np.random.Generator
) -> FloatArray:
    """Rescaled bootstrap weights for a simple random sample without replacement.

    Each replicate draws n - 1 of the n respondents with replacement and gives respondent i, drawn
    r_i times, the weight ``1 + sqrt(1 - n/N) (n/(n - 1) r_i - 1)`` (Rao and Wu 1988; Rao, Wu and
    Yue 1992). The variance of the weighted mean over replicates is then ``(1 - n/N) s²/n``.

    Args:
        n: Number of respondents.
        population: Number of persons; None or ``inf`` for no correction.
        replicates: Number of bootstrap replicates.
        rng: Random numbers, seeded by the caller.

    Returns:
        Weights of shape (replicates, n); each row sums to n. All 1 when n = N.

    Raises:
        ValueError: If n is 0, or 1 without being the whole population, or above the population.
    """
    size = float(check_population(n, population))
    if n < 1 or (n == 1 and size > 1):
        raise ValueError("n: resampling needs at least two respondents, or the whole population")
    if n == size:
        return np.ones((replicates, n))
    drawn = rng.integers(0, n, size=(replicates, n - 1))
    row = np.arange(replicates)[:, None] * n
    times = np.bincount((drawn + row).ravel(), minlength=replicates * n).reshape(replicates, n)
    return 1 + np.sqrt(1 - n / size) * (n / (n - 1) * times - 1)


def bootstrap_means(
    values: ArrayLike,
    codes: ArrayLike,
    populations: ArrayLike,
    *,
    replicates: int = 1000,
    seed: int,
    method: Literal["poisson", "exact"] = "poisson",
    confidence: float = 0.95,
    keep: bool = False,
) -> BootstrapMeans:
    """Bootstrap the means of many variables in many cells, jointly within each cell.

    "poisson" gives each respondent an independent multiplier r, close to Poisson(1) with mean and
    variance 1, and moves the mean by ``sqrt((1 - n/N) n/(n - 1)) sum (r_i - 1)(y_i - m) / n``;
    its variance is ``(1 - n/N) s²/n`` for each variable with its own n. "exact" uses
    ``rao_wu_weights`` with the mean of the valid answers in each replicate, some four times slower;
    its finite correction counts all rows of the cell, also those without an answer to a variable.
    Each cell has random numbers of its own, so that
    one cell can be remade alone.

    Args:
        values: Shape (respondents, variables), or (respondents,) for one; NaN is missing. The
            order of rows decides who gets which random number: sort by key before.
        codes: Cell of each respondent, integers 0 ... cells - 1, -1 for none.
        populations: Number of persons in each cell, shape (cells,); ``inf`` for no correction.
        replicates: Number of replicates.
        seed: Seed of the random numbers.
        method: "poisson" or "exact".
        confidence: Level of the percentile interval.
        keep: Whether to return all replicates (float32).

    Returns:
        Means and their bootstrap. NaN ``se`` and limits for a variable with one valid value of
        several persons, NaN throughout without any; no spread when n = N.

    Raises:
        ValueError: If a cell has more valid values than persons, or shapes do not fit.
    """
    tail = (1 - check_confidence(confidence)) / 2
    mean = None
    kept, se, lower, upper = None, None, None, None
    for cell, centre, drawn in replicate_means(
        values, codes, populations, replicates=replicates, seed=seed, method=method
    ):
        if mean is None:
            shape = (len(np.asarray(populations)), centre.size)
            mean, se = np.full(shape, np.nan), np.full(shape, np.nan)
            lower, upper = se.copy(), se.copy()
            kept = np.full((*shape, replicates), np.nan, dtype=np.float32) if keep else None
        mean[cell] = centre
        if kept is not None:
            kept[cell] = drawn.T
        # Around the mean, so that replicates that all equal it have a spread of exactly 0.
        se[cell] = (drawn - centre).std(axis=0, ddof=1)
        lower[cell], upper[cell] = _limits(drawn, tail)
    if mean is None:
        shape = (len(np.asarray(populations)), as_variables(values)[0].shape[1])
        mean, se, lower, upper = (np.full(shape, np.nan) for _ in range(4))
        kept = np.full((*shape, replicates), np.nan, dtype=np.float32) if keep else None
    return BootstrapMeans(mean, se, lower, upper, kept)


def replicate_means(
    values: ArrayLike,
    codes: ArrayLike,
    populations: ArrayLike,
    *,
    replicates: int = 1000,
    seed: int,
    method: Literal["poisson", "exact"] = "poisson",
) -> Iterator[tuple[int, FloatArray, FloatArray]]:
    """Yield the replicates of one cell after the other, for statistics of several variables.

    Args:
        values: As in ``bootstrap_means``.
        codes: As in ``bootstrap_means``.
        populations: As in ``bootstrap_means``.
        replicates: Number of replicates.
        seed: Seed of the random numbers.
        method: "poisson" or "exact".

    Yields:
        Cell, means of shape (variables,), replicates of shape (replicates, variables); cells
        without respondents are left out.

    Raises:
        ValueError: If the method is unknown, a cell has more valid values than persons, or shapes
            do not fit.
    """
    if method not in ("poisson", "exact"):
        raise ValueError("method: must be poisson or exact")
    matrix, _ = as_variables(values)
    sizes = np.asarray(populations, dtype=np.float64)
    if sizes.ndim != 1:
        raise ValueError("populations: need one size for each cell")
    where = check_codes(codes, matrix.shape[0], sizes.size)
    count, mean, _ = cell_moments(matrix, where, sizes.size)
    check_population(count, sizes[:, None])
    order = np.argsort(where, kind="stable")
    starts = np.searchsorted(where[order], np.arange(sizes.size + 1))
    draw = _poisson if method == "poisson" else _exact
    for cell in range(sizes.size):
        rows = order[starts[cell] : starts[cell + 1]]
        if rows.size == 0:
            continue
        block = matrix[rows] - mean[cell]
        valid = ~np.isnan(block)
        rng = np.random.default_rng([seed, cell])
        moved = draw(np.where(valid, block, 0.0), valid, sizes[cell], replicates, rng)
        number = count[cell]
        moved[:, (number < 2) & (number < sizes[cell])] = np.nan
        yield cell, mean[cell], mean[cell] + moved


def _poisson(
    deviation: FloatArray,
    valid: np.ndarray,
    size: float,
    replicates: int,
    rng: np.random.Generator,
) -> FloatArray:
    """How far each replicate moves each mean, shape (replicates, variables)."""
    table = np.repeat(np.arange(len(_POISSON_COUNTS), dtype=np.float32) - 1, _POISSON_COUNTS)
    small = deviation.astype(np.float32)
    moved = np.zeros((replicates, small.shape[1]))
    step = max(1, _WEIGHTS_AT_ONCE // replicates)
    for start in range(0, small.shape[0], step):
        part = small[start : start + step]
        needed = replicates * part.shape[0]
        words = rng.integers(0, 2**64, size=-(-needed // 8), dtype=np.uint64)
        # Little-endian bytes on every machine, so that a seed means the same everywhere.
        bytes_ = words.astype("<u8", copy=False).view(np.uint8)[:needed]
        moved += table.take(bytes_).reshape(replicates, part.shape[0]) @ part
    n = valid.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = np.sqrt(np.where(n > 1, (1 - n / size) * n / (n - 1), 0.0)) / np.maximum(n, 1)
    return moved * scale


def _exact(
    deviation: FloatArray,
    valid: np.ndarray,
    size: float,
    replicates: int,
    rng: np.random.Generator,
) -> FloatArray:
    rows = deviation.shape[0]
    if rows == 1:
        return np.zeros((replicates, deviation.shape[1]))
    weights = rao_wu_weights(rows, size, replicates, rng)
    number = weights @ valid
    total = weights @ deviation
    # Without missing answers each row of weights sums to n; else a draw may leave a variable bare.
    return np.divide(total, number, out=np.zeros_like(total), where=number > 1e-9)


def _limits(drawn: FloatArray, tail: float) -> tuple[FloatArray, FloatArray]:
    """Percentiles with linear interpolation; a partial sort is enough."""
    place = np.array([tail, 1 - tail]) * (drawn.shape[0] - 1)
    below = np.floor(place).astype(int)
    above = np.minimum(below + 1, drawn.shape[0] - 1)
    part = np.partition(drawn, np.unique([below, above]), axis=0)
    share = (place - below)[:, None]
    limits = part[below] * (1 - share) + part[above] * share
    return limits[0], limits[1]
