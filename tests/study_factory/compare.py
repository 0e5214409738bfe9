"""Comparing a pipeline's estimates with the planted truth: which intervals cover what they should."""

from __future__ import annotations

import itertools

import pandas as pd
from tests.study_factory.design import WAVES

from plankompass.study.codebook import Codebook

KEYS = ["indicator", "unit", "wave", "group", "gathering", "component"]


def expected_values(cells: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """The true value behind every survey estimate of a municipality, by the estimates' own names.

    Args:
        cells: Population quantities (:attr:`tests.study_factory.truth.StudyTruth.cells`).
        codebook: The instrument.

    Returns:
        Columns as in :data:`KEYS` and ``true``: means, shares, ``share:<item>`` of ranked items,
        gaps ``<item or set>|<group b>``, ``level:<item or set>`` beside them, and
        ``change:<earlier wave>|<component>``.
    """
    cells = cells.rename(columns={"kommune_id": "unit", "value": "true"})
    kinds = {i.id: i.kind for i in codebook.indicators.values()}
    operators = {i.id: i.operator for i in codebook.indicators.values()}
    gap = cells["indicator"].map(kinds) == "perception_gap"
    plain = cells[~gap].copy()
    ranked = plain["indicator"].map(operators) == "ranked_means"
    shares = ranked & (plain["quantity"] == "share_at_least")
    plain.loc[shares, "component"] = "share:" + plain.loc[shares, "component"]
    levels = _with_sets(cells[gap], codebook)
    parts = [
        plain,
        levels.assign(component="level:" + levels["component"]),
        _gaps(levels, codebook),
    ]
    expected = pd.concat([p[[*KEYS, "true"]] for p in parts], ignore_index=True)
    return pd.concat([expected, _changes(expected)], ignore_index=True)


def _with_sets(levels: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """Group means by item, and by parallel set (mean of its items)."""
    levels = levels[[*KEYS, "true"]]
    named = levels.assign(
        component=levels["component"].map(lambda i: codebook.items[i].parallel_set)
    )
    sets = named.groupby(KEYS, as_index=False)["true"].mean()
    return pd.concat([levels, sets], ignore_index=True)


def _gaps(levels: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """Group a minus group b, for the contrasts of each gap indicator."""
    shared = ["indicator", "unit", "wave", "gathering", "component"]
    parts = []
    for indicator, own in levels.groupby("indicator"):
        for first, second in codebook.indicators[indicator].params["contrasts"]:
            a, b = own[own["group"] == first], own[own["group"] == second]
            both = a.merge(b[[*shared, "true"]], on=shared, suffixes=("", "_b"))
            parts.append(
                both.assign(
                    true=both["true"] - both["true_b"], component=both["component"] + f"|{second}"
                )
            )
    return pd.concat(parts, ignore_index=True) if parts else levels.iloc[:0]


def _changes(expected: pd.DataFrame) -> pd.DataFrame:
    """Later wave minus the wave before, of everything that is not about a gathering."""
    lasting = expected[expected["gathering"] == ""]
    parts = []
    for earlier, later in itertools.pairwise(WAVES):
        before = lasting[lasting["wave"] == earlier].drop(columns="wave")
        after = lasting[lasting["wave"] == later]
        shared = [k for k in KEYS if k != "wave"]
        both = after.merge(before, on=shared, suffixes=("", "_before"))
        both["true"] -= both["true_before"]
        both["component"] = f"change:{earlier}|" + both["component"]
        parts.append(both[[*KEYS, "true"]])
    return pd.concat(parts, ignore_index=True)


def compare_with_truth(
    estimates: pd.DataFrame, cells: pd.DataFrame, codebook: Codebook
) -> pd.DataFrame:
    """Lay every interval of a municipality's survey estimates beside the truth.

    Args:
        estimates: Table ``estimates`` or ``publishable_estimates``, any part of it.
        cells: Population quantities of the planted truth.
        codebook: The instrument.

    Returns:
        The matched estimates that carry an interval, with ``true`` and ``covered``. About the
        confidence level of them should be covered; small groups' shares and means round a little
        above it.
    """
    own = estimates[(estimates["level"] == "municipality") & estimates["lower"].notna()]
    joined = own.merge(expected_values(cells, codebook), on=KEYS)
    inside = (joined["lower"] - 1e-9 <= joined["true"]) & (joined["true"] <= joined["upper"] + 1e-9)
    return joined.assign(covered=inside)
