"""Published precision: what leaves the restricted tables is rounded before it leaves.

Means, gaps and their intervals have one decimal, shares whole percent, and under 20 a share is the
count of the count: then ``value`` is exactly count divided by n, and the attack treats it so. (The
network's share weighs municipalities and is no count of a count.)
"""

from __future__ import annotations

import numpy as np
import pandas as pd

DECIMALS = {
    "mean": 1,
    "gap": 1,
    "change": 1,
    "share": 2,
    "share_change": 2,
    "rank": 0,
    "index": 1,
    "months": 1,
    "correlation": 2,
    "class": 0,
}
COUNT_OF_COUNT_BELOW = 20


def round_half_away(values: np.ndarray, decimals: int) -> np.ndarray:
    """Round halves away from zero, as readers do; NaN stays.

    Args:
        values: Numbers, any shape.
        decimals: Decimals kept.

    Returns:
        Rounded numbers. A value that is a half but for the last bits of its float counts as a half,
        so that equal counts give equal figures on every machine.
    """
    scale = 10.0**decimals
    scaled = np.abs(np.asarray(values, dtype=np.float64)) * scale
    return np.sign(values) * np.floor(scaled + 0.5 + 1e-9) / scale + 0.0


def half_unit(unit: str) -> float:
    """Largest distance between a published and an unrounded value of a unit."""
    return 0.5 * 10.0 ** -DECIMALS[unit]


def round_published(frame: pd.DataFrame, units: np.ndarray) -> pd.DataFrame:
    """Round value and interval of each row to its published precision.

    Args:
        frame: Rows with value, lower, upper, n and numerator.
        units: Unit of each row, as ``RuleBook.unit`` gives it.

    Returns:
        A copy with value, lower and upper rounded.
    """
    out = frame.copy()
    n = frame["n"].to_numpy(dtype=np.float64, na_value=np.nan)
    count = frame["numerator"].to_numpy(dtype=np.float64, na_value=np.nan)
    for unit in sorted(set(units)):
        rows = units == unit
        for column in ("value", "lower", "upper"):
            values = out[column].to_numpy(dtype=np.float64, copy=True)
            values[rows] = round_half_away(values[rows], DECIMALS[unit])
            out[column] = values
    exact = (units == "share") & (n < COUNT_OF_COUNT_BELOW) & (n > 0) & ~np.isnan(count)
    with np.errstate(divide="ignore", invalid="ignore"):
        exact &= np.abs(count / n - frame["value"].to_numpy(dtype=np.float64)) < 1e-9
    values = out["value"].to_numpy(dtype=np.float64, copy=True)
    values[exact] = count[exact] / n[exact]
    out["value"] = values
    return out
