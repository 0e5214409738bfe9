"""May answers be averaged: over items into a scale, over persons into a municipality."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from plankompass.statistics.cells import cell_codes
from plankompass.statistics.reliability import (
    cronbach_alpha,
    icc_one_two,
    omega_total,
    rwg_j,
    van_der_eijk_a,
)
from plankompass.statistics.scores import reverse_item
from plankompass.study.codebook import Codebook, load_codebook
from plankompass.study.codebook_models import Indicator
from plankompass.study.config_models import StatisticsConfig
from plankompass.tables import empty_table, read_table, write_table

log = logging.getLogger(__name__)

MIN_COMPLETE = 10
"""Fewest persons with all items valid from which reliability is judged."""

MIN_MEMBERS, MIN_MUNICIPALITIES = 5, 5
"""Fewest persons of a municipality, and fewest such municipalities, whose agreement is looked at."""


def assess_scales(
    inputs: Mapping[str, Path], outputs: Mapping[str, Path], params: Mapping[str, Any]
) -> None:
    """Judge reliability and agreement of every scale of the codebook, by group and wave.

    Args:
        inputs: ``respondents``, ``answers``.
        outputs: ``scale_quality``.
        params: ``statistics``, ``codebook``.
    """
    codebook = load_codebook(params["codebook"])
    settings = StatisticsConfig.model_validate(params.get("statistics") or {})
    respondents = read_table("respondents", inputs["respondents"])
    items = {item for indicator in scales(codebook) for item in indicator.inputs.items}
    wanted = [("item", "in", items), ("missing", "==", "valid")]
    answers = read_table("answers", inputs["answers"], filters=wanted)
    parts = []
    for indicator in scales(codebook):
        own = answers[answers["item"].isin(indicator.inputs.items)]
        parts += scale_rows(indicator, codebook, respondents, own, settings)
    table = pd.DataFrame(parts) if parts else empty_table("scale_quality")
    log.info("%d scales by group and wave, %d acceptable", len(table), table["acceptable"].sum())
    write_table("scale_quality", table, outputs["scale_quality"])


def scales(codebook: Codebook) -> list[Indicator]:
    """Indicators that average several items of a person into one score."""
    return [i for i in codebook.indicators.values() if i.operator == "mean_of_items"]


def scale_rows(
    indicator: Indicator,
    codebook: Codebook,
    respondents: pd.DataFrame,
    answers: pd.DataFrame,
    settings: StatisticsConfig,
) -> list[dict[str, Any]]:
    """Reliability and agreement of one scale in each group and wave, over the whole network.

    Persons with all items valid count. Participants of a wave's gatherings are taken together. A
    scale is acceptable when alpha reaches the configured minimum among at least
    :data:`MIN_COMPLETE` persons; with fewer nobody can say, and the items are shown one by one.
    Agreement among a municipality's members says what its mean stands for: rwg(j) near 1 a view in
    common, A below 0 two camps; ICC(1) how much municipalities differ and ICC(2) how surely their
    means tell them apart. It hides nothing: councils are elected to disagree.

    Args:
        indicator: The scale.
        codebook: The codebook.
        respondents: Questionnaires.
        answers: Valid answers to the scale's items.
        settings: Least alpha and level of intervals.

    Returns:
        Rows of ``scale_quality``, one a group and wave in which anybody answered.
    """
    items = indicator.inputs.items
    wide = answers.pivot(index="respondent", columns="item", values="value").reindex(columns=items)
    joined = respondents.merge(wide, left_on="respondent", right_index=True, how="inner")
    rows = []
    for group in sorted(indicator.groups):
        for wave, members in joined[joined["group"] == group].groupby("wave", observed=True):
            matrix = members[items].to_numpy(float, na_value=np.nan, copy=True)
            for number, item in enumerate(items):
                if codebook.items[item].reverse:
                    levels = codebook.scales[codebook.items[item].scale].values
                    matrix[:, number] = reverse_item(matrix[:, number], min(levels), max(levels))
            whole = ~np.isnan(matrix).any(axis=1)
            home = members["kommune_id"].to_numpy(object)[whole]
            rows.append(
                {"indicator": indicator.id, "group": group, "wave": wave}
                | _reliability(matrix[whole], settings)
                | _agreement(matrix[whole], home, codebook, items[0], settings)
            )
    return rows


def _reliability(complete: np.ndarray, settings: StatisticsConfig) -> dict[str, Any]:
    n = len(complete)
    if n < 3:
        nothing = dict.fromkeys(("alpha", "alpha_lower", "alpha_upper", "omega"), np.nan)
        return {"n": n, **nothing, "acceptable": False}
    alpha = cronbach_alpha(complete, confidence=settings.confidence)
    omega = omega_total(complete, confidence=settings.confidence)
    return {
        "n": n,
        "alpha": alpha.estimate,
        "alpha_lower": alpha.lower,
        "alpha_upper": alpha.upper,
        "omega": omega.estimate,
        "acceptable": bool(n >= MIN_COMPLETE and alpha.estimate >= settings.alpha_minimum),
    }


def _agreement(
    complete: np.ndarray,
    home: np.ndarray,
    codebook: Codebook,
    item: str,
    settings: StatisticsConfig,
) -> dict[str, Any]:
    """How far members of one municipality agree, as medians over municipalities."""
    levels = codebook.scales[codebook.items[item].scale].values
    codes, names = cell_codes(home.astype(str))
    large = np.flatnonzero(np.bincount(codes, minlength=len(names)) >= MIN_MEMBERS)
    found: dict[str, Any] = {"municipalities": len(large)}
    if len(large) < MIN_MUNICIPALITIES:
        return found | dict.fromkeys(("rwg_j", "agreement_a", "icc1", "icc2"), np.nan)
    inside = np.isin(codes, large)
    answers, groups = complete[inside], codes[inside]
    given = np.stack([answers == level for level in sorted(levels)], axis=-1)
    order = np.argsort(groups, kind="stable")
    starts = np.searchsorted(groups[order], large)
    counts = np.add.reduceat(given[order], starts, axis=0, dtype=np.int64)
    apart = [np.mean([_agreement_of(tuple(item)) for item in own]) for own in counts.tolist()]
    icc = icc_one_two(answers.mean(axis=1), groups, confidence=settings.confidence)
    return found | {
        "rwg_j": rwg_j(answers, groups, len(levels)).median,
        "agreement_a": float(np.median(apart)),
        "icc1": icc.icc1,
        "icc2": icc.icc2,
    }


@lru_cache(maxsize=100_000)
def _agreement_of(counts: tuple[int, ...]) -> float:
    """Agreement A of one item's counts; a few members spread over a few answers in few ways."""
    return van_der_eijk_a(counts)
