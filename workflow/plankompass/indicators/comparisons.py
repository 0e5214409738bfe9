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

from plankompass.indicators.own_contrasts import is_gap, own_contrasts
from plankompass.indicators.partial_pooling import COLUMNS as _POOLED
from plankompass.indicators.partial_pooling import check_pooled, pooled_means
from plankompass.statistics.estimate import t_interval, t_p_value
from plankompass.statistics.multiplicity import benjamini_hochberg
from plankompass.statistics.peers import PeerDifferences, peer_differences
from plankompass.study.codebook import Codebook, load_codebook
from plankompass.study.config_models import StatisticsConfig
from plankompass.tables import empty_table, read_table, write_table

log = logging.getLogger(__name__)

_CELL = ["wave", "group", "gathering", "indicator", "component"]
# Shares beside means of the same items say the same thing twice and would enlarge the family.
_NOT_COMPARED = ("answers:", "rank:", "share:", "change:", "level:", "source:", "sensitivity:")
_STEP = 0.1
"""Published means have one decimal: two of them differ by chance of rounding alone."""
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
    peer_groups: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Difference of each municipality's value from the unweighted mean of the others.

    The variance of the difference is the own variance plus that of the peers' mean, each with the
    variance of rounding to one decimal; degrees of freedom after Satterthwaite. For shares the own interval and the peers' are combined instead
    (Donner and Zou 2012), and the p-value is that of the peers' mean under the own share's standard
    error at that mean, since a share near 0 or 1 has a standard error near 0. A verdict of above or
    below needs both: the difference stands after Benjamini and Hochberg within the municipality's
    own report, and its interval does not hold 0. Fewer peers than ``min_peers``: no mean is given.
    Gaps between groups and changes of scales are in the same family: they are not compared with peers,
    but tested against nought (``own_contrasts``); the network's own make a family of their own.
    Documents are counted in full: the difference is shown without an interval, as is that of a
    municipality whose own interval disclosure control keeps back.

    Args:
        primary: Publishable estimates.
        municipalities: Participating municipalities.
        codebook: The codebook.
        settings: ``confidence``, ``false_discovery_rate``, ``min_peers``, ``pooled_sd_below``,
            ``partial_pooling``.
        wave: The report wave.
        peer_groups: Group of each municipality, when only those of the same group are peers; all
            others when left out, as the reports have it.

    Returns:
        Rows of ``comparisons``: one a municipality and component of the report wave.

    Raises:
        PlankompassError: ``partial_pooling`` names something that is no mean in the codebook.
    """
    rows = primary[(primary["level"] == "municipality") & (primary["wave"] == wave)]
    rows = rows[
        rows["unit"].isin(municipalities) & ~rows["component"].str.startswith(_NOT_COMPARED)
    ]
    rows = rows[rows["reason"] != "network_only"]
    rows = rows[_main_component(rows, codebook) & ~is_gap(rows, codebook)]
    pooled = check_pooled(settings, codebook)
    parts = [
        _compare_cell(cell, settings, pooled, peer_groups)
        for _, cell in rows.groupby(_CELL, observed=True, sort=True)
    ]
    contrasts = own_contrasts(primary, codebook, settings, wave=wave)
    contrasts = contrasts[contrasts["kommune_id"].isin([*municipalities, "network"])]
    if len(contrasts):
        parts.append(contrasts.assign(peers=0, verdict=""))
    if not parts:
        return empty_table("comparisons")
    table = pd.concat(parts, ignore_index=True).reindex(
        columns=["kommune_id", *_CELL, *_COLUMNS, "sure"]
    )
    table["verdict"] = _verdicts(table, settings)
    return table[["kommune_id", *_CELL, *_COLUMNS]]


_COLUMNS = ["peer_mean", "peers", "difference", "lower", "upper", "p_value", *_POOLED, "verdict"]


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


def _compare_cell(
    cell: pd.DataFrame,
    settings: StatisticsConfig,
    pooled: frozenset[str],
    peer_groups: Mapping[str, str] | None,
) -> pd.DataFrame:
    """One component over all municipalities; an empty verdict waits for the whole family."""
    cell = cell.sort_values("unit", kind="stable").reset_index(drop=True)
    value, se = cell["value"].to_numpy(float), cell["se"].to_numpy(float)
    published = (cell["status"] == "published").to_numpy() & ~np.isnan(value)
    plain = ((cell["class_value"] == "") & (cell["display"] == "")).to_numpy()
    used = published & plain
    # A mean over those for whom the event has happened would leave out the slow ones.
    censored = (published & (cell["class_value"] != "").to_numpy()).any()
    kept_back = used & np.isnan(se)
    sampled = (used & ~kept_back).any()
    if sampled:
        se = _filled(cell, se, kept_back)
    share = cell["method"].str.contains("share_|korn_graubard", regex=True).to_numpy()
    spread = np.sqrt(se**2 + np.where(share, 0.0, _STEP**2 / 12)) if sampled else np.zeros(len(se))
    found = peer_differences(
        np.where(used, value, np.nan),
        spread,
        _degrees(cell, used),
        peers=_same_group(cell["unit"], peer_groups),
        min_peers=settings.min_peers,
        confidence=settings.confidence,
    )
    few = found.peers < settings.min_peers
    shown = used & ~few & (not censored)
    lower, upper, p_value = found.lower, found.upper, found.p_value
    if share.any() and sampled:
        lower, upper, p_value = _shares(cell, share, found, settings)
    sure = shown & sampled & ~kept_back & ~np.isnan(p_value)
    verdict = np.select([~published | (cell["display"] != ""), few, sure], _WAITING, "no_interval")

    chosen = cell["indicator"].iat[0] in pooled
    drawn = pooled_means(
        np.where(used & chosen, value, np.nan), np.where(kept_back, np.nan, se), settings
    )

    def where(mask: np.ndarray, numbers: np.ndarray) -> np.ndarray:
        return np.where(mask, numbers, np.nan)

    return pd.DataFrame(
        {
            "kommune_id": cell["unit"],
            **{column: cell[column] for column in _CELL},
            "peer_mean": where(shown, found.peer_mean),
            "peers": found.peers,
            "difference": where(shown, found.estimate),
            "lower": where(sure, lower),
            "upper": where(sure, upper),
            "p_value": where(sure, p_value),
            **{column: drawn[column] for column in _POOLED},
            "verdict": verdict,
        }
    )


_WAITING = ["hidden", "few_peers", ""]


def _same_group(units: pd.Series, peer_groups: Mapping[str, str] | None) -> np.ndarray | None:
    if peer_groups is None:
        return None
    group = units.map(dict(peer_groups)).to_numpy(object)
    return group[:, None] == group[None, :]


def _filled(cell: pd.DataFrame, se: np.ndarray, kept_back: np.ndarray) -> np.ndarray:
    """Standard errors, those that disclosure control keeps back replaced by what the others suggest.

    A mean whose interval would tell the answers still counts among the peers: with the median spread
    of the municipalities that show theirs. Its own difference gets no verdict.
    """
    n = cell["n"].to_numpy(float, na_value=np.nan)
    size = _drawn_from(cell)
    with np.errstate(divide="ignore", invalid="ignore"):
        unit = np.sqrt((1 - n / size) / n)
        spread = np.where(unit > 0, se / unit, np.nan)
    typical = np.nanmedian(spread) if np.isfinite(spread).any() else 0.0
    return np.where(kept_back, typical * unit, se)


def _drawn_from(cell: pd.DataFrame) -> np.ndarray:
    """Size of the population behind each estimate; without end where the target is no finite group."""
    size = cell["population"].to_numpy(float, na_value=np.inf)
    finite = cell["method"].str.contains("fpc|hypergeometric", regex=True).to_numpy()
    return np.where(finite, size, np.inf)


def _degrees(cell: pd.DataFrame, used: np.ndarray) -> np.ndarray:
    """Degrees of freedom of each standard error.

    The spread in steps of the pooled SD rests at least on the published municipalities that share
    it; others on their own respondents.
    """
    n = cell["n"].to_numpy(float, na_value=np.nan)
    pooled = cell["method"].str.endswith("_stepped_sd").to_numpy()
    shared = float(np.nansum(np.where(used & pooled, n - 1, 0)))
    return np.where(pooled, max(shared, 1.0), np.fmax(n - 1, 1.0))


def _shares(
    cell: pd.DataFrame, share: np.ndarray, found: PeerDifferences, settings: StatisticsConfig
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Limits and p-values where the values are shares; see :func:`compare`."""
    value, se = cell["value"].to_numpy(float), cell["se"].to_numpy(float)
    low, high = cell["lower"].to_numpy(float), cell["upper"].to_numpy(float)
    n = cell["n"].to_numpy(float, na_value=np.nan)
    size = _drawn_from(cell)
    peer_variance = np.fmax(found.se**2 - se**2, 0.0)
    spread = t_interval(0.0, np.sqrt(peer_variance), np.inf, settings.confidence)[1]
    with np.errstate(divide="ignore", invalid="ignore"):
        null = (1 - n / size) * found.peer_mean * (1 - found.peer_mean) / n + peer_variance
    weighted = cell["method"].str.startswith("weighted").to_numpy()
    null = np.where(weighted, found.se**2, null)
    gap = found.estimate
    return (
        np.where(share, gap - np.hypot(value - low, spread), found.lower),
        np.where(share, gap + np.hypot(high - value, spread), found.upper),
        np.where(share, t_p_value(gap, np.sqrt(null), np.inf), found.p_value),
    )


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
        own = family["sure"].notna().to_numpy()
        clear = decided & family["sure"].eq(True).to_numpy()
        words = np.where(own, np.where(clear, "clear", "unclear"), words)
        verdict[rows] = np.where(open_, words, verdict[rows])
    return verdict
