"""Gaps between groups and changes between waves: which of them a report may call sure.

They stand in the same table and the same family as the comparisons with peers, so that the rate of
false statements is held over everything one report says.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from plankompass.study.codebook import Codebook
from plankompass.study.config_models import StatisticsConfig

NETWORK = "network"
_HALF_STEP = 0.05
"""Half of the published step of means; shares are held against the same, on their scale of 0 to 1."""


def is_gap(rows: pd.DataFrame, codebook: Codebook) -> pd.Series:
    """Whether each row is a difference between two groups."""
    gaps = {i.id for i in codebook.indicators.values() if i.operator == "group_difference"}
    return rows["indicator"].isin(gaps) & rows["component"].str.contains("|", regex=False)


def _is_change(rows: pd.DataFrame, codebook: Codebook) -> pd.Series:
    """Whether each row is the change of a scale."""
    scales = {i.id for i in codebook.indicators.values() if i.operator == "mean_of_items"}
    change = rows["component"].str.startswith("change:") & rows["component"].str.endswith("|total")
    return rows["indicator"].isin(scales) & change


def own_contrasts(
    primary: pd.DataFrame, codebook: Codebook, settings: StatisticsConfig, *, wave: str
) -> pd.DataFrame:
    """Gaps and changes of the report wave, each with a p-value of no difference.

    The p-value is read from the interval as it will be published, so that the two never contradict
    each other at the interval's own level: the distance from the value to the limit nearer nought is
    ``z`` standard errors, to which the variance of rounding is added. Without an interval there is
    none, and no verdict.

    Args:
        primary: Publishable estimates.
        codebook: The codebook.
        settings: ``confidence``.
        wave: The report wave.

    Returns:
        Columns of ``comparisons`` without ``verdict``, and ``sure``: whether the interval leaves out
        nought. No peers and no difference: the value itself is the difference.
    """
    rows = primary[(primary["wave"] == wave) & (primary["status"] == "published")]
    wanted = is_gap(rows, codebook) | _is_change(rows, codebook)
    rows = rows[wanted & rows["value"].notna() & rows["lower"].notna() & rows["upper"].notna()]
    value, lower, upper = (rows[c].to_numpy(float) for c in ("value", "lower", "upper"))
    z = stats.norm.ppf((1 + settings.confidence) / 2)
    reach = np.where(value >= 0, value - lower, upper - value)
    share = rows["method"].str.contains("share", regex=False).to_numpy()
    step = np.where(share, 0.1, 1.0) * _HALF_STEP
    se = np.sqrt((np.fmax(reach, step) / z) ** 2 + step**2 / 3)
    return pd.DataFrame(
        {
            "kommune_id": rows["unit"].to_numpy(object),
            **{
                c: rows[c].to_numpy(object)
                for c in ("wave", "group", "gathering", "indicator", "component")
            },
            "p_value": 2 * stats.norm.sf(np.abs(value) / se),
            "sure": (lower > 0) | (upper < 0),
        }
    )
