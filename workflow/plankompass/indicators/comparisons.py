"""Each municipality against the mean of the others: a difference with its interval, never a rank.

Only what disclosure control has let through is compared, so that no hidden number can be derived.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from plankompass.statistics.estimate import t_interval, t_p_value
from plankompass.statistics.multiplicity import benjamini_hochberg
from plankompass.study.codebook import Codebook, load_codebook
from plankompass.study.config_models import StatisticsConfig
from plankompass.tables import empty_table, read_table, write_table

log = logging.getLogger(__name__)

_CELL = ["wave", "group", "gathering", "indicator", "component"]
_NOT_COMPARED = ("rank:", "change:", "level:", "source:", "sensitivity:")
_SCALE_TOTAL = "total"


def compare_with_peers(
    inputs: Mapping[str, Path], outputs: Mapping[str, Path], params: Mapping[str, Any]
) -> None:
    """Compare every published municipality value of the report wave with its peers.

    Args:
        inputs: ``primary`` (contract ``publishable_estimates``), ``municipalities``.
        outputs: ``comparisons``.
        params: ``statistics``, ``report_wave``, ``codebook``.
    """
    settings = StatisticsConfig.model_validate(params.get("statistics") or {})
    table = compare(
        read_table("publishable_estimates", inputs["primary"]),
        sorted(read_table("municipalities", inputs["municipalities"])["kommune_id"]),
        load_codebook(params["codebook"]),
        settings,
        wave=params["report_wave"],
    )
    verdicts = table["verdict"].value_counts().sort_index().to_dict()
    log.info("%d comparisons: %s", len(table), verdicts)
    write_table("comparisons", table, outputs["comparisons"])


def compare(
    primary: pd.DataFrame,
    municipalities: list[str],
    codebook: Codebook,
    settings: StatisticsConfig,
    *,
    wave: str,
) -> pd.DataFrame:
    """Difference of each municipality's value from the unweighted mean of the others.

    The variance of the difference is the own variance plus that of the peers' mean; degrees of
    freedom after Satterthwaite. For shares the own interval and the peers' are combined instead
    (Donner and Zou 2012), and the p-value is that of the peers' mean under the own share's standard
    error at that mean, since a share near 0 or 1 has a standard error near 0. A verdict of above or
    below needs both: the difference stands after Benjamini and Hochberg within the municipality's
    own report, and its interval does not hold 0. Fewer peers than ``min_peers``: no mean is given.
    Documents are counted in full: the difference is shown without an interval.

    Args:
        primary: Publishable estimates.
        municipalities: Participating municipalities.
        codebook: The codebook.
        settings: ``confidence``, ``false_discovery_rate``, ``min_peers``, ``pooled_sd_below``.
        wave: The report wave.

    Returns:
        Rows of ``comparisons``: one a municipality and component of the report wave.
    """
    rows = primary[(primary["level"] == "municipality") & (primary["wave"] == wave)]
    rows = rows[
        rows["unit"].isin(municipalities) & ~rows["component"].str.startswith(_NOT_COMPARED)
    ]
    rows = rows[rows["reason"] != "network_only"]
    rows = rows[_main_component(rows, codebook)]
    parts = [
        _compare_cell(cell, settings) for _, cell in rows.groupby(_CELL, observed=True, sort=True)
    ]
    if not parts:
        return empty_table("comparisons")
    table = pd.concat(parts, ignore_index=True)
    table["verdict"] = _verdicts(table, settings)
    return table[["kommune_id", *_CELL, *_COLUMNS]]


_COLUMNS = ["peer_mean", "peers", "difference", "lower", "upper", "p_value", "verdict"]


def _main_component(rows: pd.DataFrame, codebook: Codebook) -> pd.Series:
    """Whether a row is what the report compares: the scale where it holds, its items where not.

    Comparing both would enlarge the family and weaken every verdict in it.
    """
    scales = {i.id for i in codebook.indicators.values() if i.operator == "mean_of_items"}
    totals = rows[rows["component"] == _SCALE_TOTAL]
    broken = totals.loc[totals["status"] == "unreliable", ["indicator", "group"]]
    unreliable = set(broken.itertuples(index=False, name=None))
    kept = []
    for indicator, group, component in rows[["indicator", "group", "component"]].itertuples(
        index=False, name=None
    ):
        if indicator in scales:
            kept.append((component == _SCALE_TOTAL) != ((indicator, group) in unreliable))
        else:
            kept.append(True)
    return pd.Series(kept, index=rows.index, dtype=bool)


def _compare_cell(cell: pd.DataFrame, settings: StatisticsConfig) -> pd.DataFrame:
    """One component over all municipalities; the verdict is left for later where it needs p."""
    cell = cell.sort_values("unit", kind="stable").reset_index(drop=True)
    value = cell["value"].to_numpy(float)
    plain = (cell["class_value"] == "") & (cell["display"] == "")
    published = (cell["status"] == "published").to_numpy()
    used = published & plain.to_numpy() & ~np.isnan(value)
    # A mean over those for whom the event has happened would leave out the slow ones.
    censored = bool((published & (cell["class_value"] != "").to_numpy() & ~np.isnan(value)).any())
    peers = used.sum() - used
    few = peers < settings.min_peers
    with np.errstate(divide="ignore", invalid="ignore"):
        peer_mean = (np.where(used, value, 0).sum() - np.where(used, value, 0)) / peers
    peer_mean = np.where(few | censored, np.nan, peer_mean)
    difference = np.where(used, value - peer_mean, np.nan)
    lower, upper, p_value = _uncertainty(cell, used, peers, peer_mean, settings)
    sure = ~np.isnan(difference) & ~np.isnan(p_value)
    verdict = np.select(
        [~(used | (published & censored)), few, sure], ["hidden", "few_peers", ""], "no_interval"
    )
    return pd.DataFrame(
        {
            "kommune_id": cell["unit"],
            **{column: cell[column] for column in _CELL},
            "peer_mean": np.where(used, peer_mean, np.nan),
            "peers": peers,
            "difference": difference,
            "lower": np.where(sure, lower, np.nan),
            "upper": np.where(sure, upper, np.nan),
            "p_value": np.where(sure, p_value, np.nan),
            "verdict": verdict,
        }
    )


def _uncertainty(
    cell: pd.DataFrame,
    used: np.ndarray,
    peers: np.ndarray,
    peer_mean: np.ndarray,
    settings: StatisticsConfig,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    value, se = cell["value"].to_numpy(float), cell["se"].to_numpy(float)
    n = cell["n"].to_numpy(float, na_value=np.nan)
    size = cell["population"].to_numpy(float, na_value=np.inf)
    pooled = cell["method"].str.endswith("pooled_sd").to_numpy()
    own_df = n - 1
    # What the pooled SD rests on at least: the published municipalities that share it.
    shared_df = float(np.nansum(np.where(used & pooled, n - 1, 0)))
    df = np.where(pooled, shared_df, own_df)
    variance = np.where(used, se**2, 0.0)
    known = used & ~np.isnan(se)
    everyone_known = (used & np.isnan(se)).sum() == 0
    with np.errstate(divide="ignore", invalid="ignore"):
        part = np.where(known & (df > 0), np.nan_to_num(variance) ** 2 / df, 0.0)
        peer_variance = (variance.sum() - variance) / peers**2
        peer_part = (part.sum() - part) / peers**4
        total = variance + peer_variance
        freedom = np.where(part + peer_part > 0, total**2 / (part + peer_part), np.nan)
    if not everyone_known:
        nothing = np.full(len(cell), np.nan)
        return nothing, nothing, nothing
    difference = value - peer_mean
    lower, upper = t_interval(difference, np.sqrt(total), freedom, settings.confidence)
    p_value = t_p_value(difference, np.sqrt(total), freedom)
    share = cell["method"].str.contains("share_|korn_graubard", regex=True).to_numpy()
    if share.any():
        low, high = cell["lower"].to_numpy(float), cell["upper"].to_numpy(float)
        z = t_interval(0.0, 1.0, np.inf, settings.confidence)[1]
        spread = z * np.sqrt(peer_variance)
        with np.errstate(divide="ignore", invalid="ignore"):
            null = (1 - n / size) * peer_mean * (1 - peer_mean) / n + peer_variance
        null = np.where(cell["method"].str.startswith("weighted"), total, null)
        p_share = t_p_value(difference, np.sqrt(null), np.inf)
        lower = np.where(share, difference - np.hypot(value - low, spread), lower)
        upper = np.where(share, difference + np.hypot(high - value, spread), upper)
        p_value = np.where(share, p_share, p_value)
    return lower, upper, p_value


def _verdicts(table: pd.DataFrame, settings: StatisticsConfig) -> np.ndarray:
    """Fill in the verdicts that rest on p-values, one family a municipality."""
    verdict = table["verdict"].to_numpy(object).copy()
    for rows in table.groupby("kommune_id").indices.values():
        family = table.iloc[rows]
        decided = benjamini_hochberg(
            family["p_value"].to_numpy(float), level=settings.false_discovery_rate
        ).rejected
        above = decided & (family["lower"] > 0).to_numpy()
        below = decided & (family["upper"] < 0).to_numpy()
        open_ = (family["verdict"] == "").to_numpy()
        words = np.select([above, below], ["above", "below"], "indistinguishable")
        verdict[rows] = np.where(open_, words, verdict[rows])
    return verdict
