"""Many comparisons in one report: how many flags may be false."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from plankompass.statistics.estimate import FloatArray


@dataclass(frozen=True, slots=True)
class Decisions:
    """What stands after allowing for the number of comparisons.

    Attributes:
        adjusted: Adjusted p-values in the shape that came in; NaN stays NaN.
        rejected: True where the adjusted p-value is at most the level; False where NaN.
        tested: Number of comparisons in the family (p-values that are not NaN).
    """

    adjusted: FloatArray
    rejected: NDArray[np.bool_]
    tested: int


def benjamini_hochberg(p_values: ArrayLike, *, level: float = 0.10) -> Decisions:
    """Control the share of false flags within one family (Benjamini and Hochberg 1995).

    The family is one report: every comparison of one municipality and group. Comparisons that
    could not be made (NaN) are no members of it.

    Args:
        p_values: Any shape; NaN where no comparison was made.
        level: Accepted expected share of false flags among the flags.

    Returns:
        Adjusted p-values and decisions.

    Raises:
        ValueError: If a p-value lies outside 0 to 1 or the level outside 0 to 1.
    """
    from scipy.stats import false_discovery_control

    if not 0 < level < 1:
        raise ValueError("level: must lie between 0 and 1")
    values = np.asarray(p_values, dtype=np.float64)
    given = ~np.isnan(values)
    if ((values[given] < 0) | (values[given] > 1)).any():
        raise ValueError("p_values: must lie between 0 and 1")
    adjusted = np.full(values.shape, np.nan)
    if given.any():
        adjusted[given] = false_discovery_control(values[given], method="bh")
    with np.errstate(invalid="ignore"):
        rejected = adjusted <= level
    return Decisions(adjusted, rejected, int(given.sum()))
