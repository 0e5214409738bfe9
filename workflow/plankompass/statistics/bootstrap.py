"""Resampling that knows the population is small: Rao-Wu weights with the finite correction."""

from __future__ import annotations

import numpy as np

from plankompass.statistics.estimate import FloatArray, check_population


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
