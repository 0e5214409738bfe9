"""One common factor by maximum likelihood: loadings, error variances, their covariance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from plankompass.statistics.estimate import FloatArray, as_matrix

_MAX_STEPS = 600
_NO_MAXIMUM = 50.0
"""A loading or error variance beyond this, for items of variance 1, runs away without end."""


@dataclass(frozen=True, slots=True)
class OneFactor:
    """A fitted model with one factor of variance 1.

    Attributes:
        loadings: Loading of each item in the item's unit, shape (items,); NaN when not fitted.
        uniquenesses: Error variance of each item; below 0 in an improper solution.
        covariance: Covariance of loadings and uniquenesses in this order,
            shape (2 items, 2 items), from expected information; NaN when not fitted.
        n: Respondents with all items valid.
        converged: Whether the maximum was found.
        proper: Whether all error variances are 0 or more.
    """

    loadings: FloatArray
    uniquenesses: FloatArray
    covariance: FloatArray
    n: int
    converged: bool
    proper: bool


def one_factor(items: ArrayLike) -> OneFactor:
    """Fit one factor to the covariances of items by maximum likelihood (Jöreskog 1967).

    Fisher scoring with step halving on the correlations, then scaled back. Error variances are
    not held above 0, as in lavaan.

    Args:
        items: Shape (respondents, items); respondents with a missing item are left out. At least
            three items.

    Returns:
        The fit. Not converged, and NaN throughout, with fewer than three items, no more complete
        respondents than items, an item without variation, items that determine each other, or
        correlations that no single factor can give.
    """
    matrix = as_matrix(items, "items")
    matrix = matrix[~np.isnan(matrix).any(axis=1)]
    n, k = matrix.shape
    if k < 3 or n <= k:
        return _not_fitted(n, k)
    centred = matrix - matrix.mean(axis=0)
    covariance = centred.T @ centred / n
    spread = np.sqrt(np.diag(covariance))
    if (spread <= 1e-12 * (1 + np.abs(matrix).max(axis=0))).any():
        return _not_fitted(n, k)
    correlation = covariance / np.outer(spread, spread)
    if np.linalg.eigvalsh(correlation)[0] < 1e-10:
        return _not_fitted(n, k)
    parameters = _maximise(correlation)
    if parameters is None:
        return _not_fitted(n, k)
    loadings, unique = parameters[:k], parameters[k:]
    if loadings.sum() < 0:
        loadings = -loadings
    information = _information(loadings, unique)
    scale = np.concatenate([spread, spread**2])
    inverse = np.linalg.inv(information) * (2 / n) * np.outer(scale, scale)
    return OneFactor(
        loadings=loadings * spread,
        uniquenesses=unique * spread**2,
        covariance=inverse,
        n=n,
        converged=True,
        proper=bool((unique >= 0).all()),
    )


def _not_fitted(n: int, k: int) -> OneFactor:
    gap = np.full(k, np.nan)
    return OneFactor(gap, gap.copy(), np.full((2 * k, 2 * k), np.nan), n, False, False)


def _maximise(correlation: FloatArray) -> FloatArray | None:
    """Loadings and error variances at the maximum, or None where there is none."""
    k = correlation.shape[0]
    root, vector = np.linalg.eigh(correlation)
    first = vector[:, -1] * np.sqrt(root[-1])
    loadings = first * min(0.95, np.sqrt(max((root[-1] - 1) / (k - 1), 0.05)) / np.abs(first).max())
    parameters = np.concatenate([loadings, 1 - loadings**2])
    fit = _discrepancy(parameters, correlation)
    for _ in range(_MAX_STEPS):
        loadings, unique = parameters[:k], parameters[k:]
        inverse = np.linalg.inv(np.outer(loadings, loadings) + np.diag(unique))
        residual = inverse @ (correlation @ inverse) - inverse
        slope = np.concatenate([-2 * residual @ loadings, -np.diag(residual)])
        if np.abs(slope).max() < 1e-11:
            return parameters
        information = _information(loadings, unique)
        try:
            step = np.linalg.solve(information, slope)
        except np.linalg.LinAlgError:
            return None
        size = 1.0
        while size > 1e-8:
            trial = parameters - size * step
            trial_fit = _discrepancy(trial, correlation)
            if trial_fit <= fit + 1e-14:
                break
            size /= 2
        else:
            # No step downhill left: at the limit of precision, or nowhere near a maximum.
            return parameters if np.abs(slope).max() < 1e-7 else None
        parameters, fit = trial, trial_fit
        if np.abs(parameters).max() > _NO_MAXIMUM:
            return None
    return parameters if np.abs(slope).max() < 1e-7 else None


def _discrepancy(parameters: FloatArray, correlation: FloatArray) -> float:
    k = correlation.shape[0]
    loadings, unique = parameters[:k], parameters[k:]
    model = np.outer(loadings, loadings) + np.diag(unique)
    try:
        lower = np.linalg.cholesky(model)
    except np.linalg.LinAlgError:
        return np.inf
    half = np.linalg.solve(lower, correlation)
    trace = np.trace(np.linalg.solve(lower.T, half))
    return float(2 * np.log(np.diag(lower)).sum() + trace)


def _information(loadings: FloatArray, unique: FloatArray) -> FloatArray:
    """``tr(S^-1 dS_i S^-1 dS_j)`` for all pairs of parameters; n/2 times it is the information."""
    k = loadings.size
    inverse = np.linalg.inv(np.outer(loadings, loadings) + np.diag(unique))
    projected = inverse @ loadings
    result = np.empty((2 * k, 2 * k))
    result[:k, :k] = 2 * (np.outer(projected, projected) + inverse * float(loadings @ projected))
    result[:k, k:] = 2 * inverse * projected[None, :]
    result[k:, :k] = result[:k, k:].T
    result[k:, k:] = inverse**2
    return result
