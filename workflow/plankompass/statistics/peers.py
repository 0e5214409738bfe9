"""A municipality against the others: difference from the mean of its peers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from plankompass.statistics.estimate import FloatArray, IntArray, t_interval, t_p_value


@dataclass(frozen=True, slots=True)
class PeerDifferences:
    """Differences from peer means; every array has the shape of the estimates.

    Attributes:
        estimate: Own estimate less the peers' mean.
        se: Standard error of the difference.
        lower: Lower limit.
        upper: Upper limit.
        df: Degrees of freedom after Satterthwaite.
        p_value: Two-sided p-value of no difference, for ``multiplicity.benjamini_hochberg``.
        peer_mean: Unweighted mean of the peers.
        peers: Number of peers behind it.
    """

    estimate: FloatArray
    se: FloatArray
    lower: FloatArray
    upper: FloatArray
    df: FloatArray
    p_value: FloatArray
    peer_mean: FloatArray
    peers: IntArray


def peer_differences(
    estimate: ArrayLike,
    se: ArrayLike,
    df: ArrayLike,
    *,
    peers: NDArray[np.bool_] | None = None,
    min_peers: int = 5,
    confidence: float = 0.95,
) -> PeerDifferences:
    """Compare each municipality with the unweighted mean of its peers, itself left out.

    Variance ``V_i + sum_j V_j / m²`` over m peers; degrees of freedom after Satterthwaite (1946).

    Args:
        estimate: Shape (municipalities,) or (municipalities, indicators).
        se: Standard errors, same shape. Municipalities where estimate or ``se`` is NaN are no
            peers and get no difference.
        df: Degrees of freedom, same shape; ``inf`` where the variance is known.
        peers: Who is compared with whom, booleans of shape (municipalities, municipalities); None
            for all others. Nobody is a peer of itself.
        min_peers: Fewest peers for a comparison.
        confidence: Level of the intervals.

    Returns:
        The differences; NaN with fewer peers than ``min_peers``.

    Raises:
        ValueError: If shapes do not fit.
    """
    mean = np.asarray(estimate, dtype=np.float64)
    error = np.asarray(se, dtype=np.float64)
    degrees = np.asarray(df, dtype=np.float64)
    if not mean.shape == error.shape == degrees.shape or mean.ndim not in (1, 2):
        raise ValueError("estimate, se, df: need the same shape, municipalities first")
    count = mean.shape[0]
    links = np.ones((count, count), dtype=bool) if peers is None else np.array(peers, dtype=bool)
    if links.shape != (count, count):
        raise ValueError("peers: need a row and a column for each municipality")
    np.fill_diagonal(links, False)
    known = ~(np.isnan(mean) | np.isnan(error))
    variance = np.where(known, error, 0.0) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.where(variance > 0, variance**2 / degrees, 0.0)
        number = links.astype(np.float64) @ known.astype(np.float64)
        peer_mean = links.astype(np.float64) @ np.where(known, mean, 0.0) / number
        total = variance + links.astype(np.float64) @ variance / number**2
        freedom = total**2 / (spread + links.astype(np.float64) @ spread / number**4)
    shown = known & (number >= max(min_peers, 1))
    gap = np.where(shown, mean - peer_mean, np.nan)
    se_gap = np.where(shown, np.sqrt(total), np.nan)
    freedom = np.where(shown, freedom, np.nan)
    lower, upper = t_interval(gap, se_gap, freedom, confidence)
    return PeerDifferences(
        estimate=gap,
        se=se_gap,
        lower=lower,
        upper=upper,
        df=freedom,
        p_value=t_p_value(gap, se_gap, freedom),
        peer_mean=np.where(number >= max(min_peers, 1), peer_mean, np.nan),
        peers=number.astype(np.int64),
    )
