"""Agreement between coders: can another researcher find the same codes in the same interviews?"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from plankompass.indicators.code_presence import coded_interviews
from plankompass.statistics.agreement import krippendorff_alpha
from plankompass.statistics.kappa import gwet_ac1
from plankompass.study.codebook import load_codebook
from plankompass.study.config_models import StatisticsConfig
from plankompass.tables import empty_table, read_table, write_table

log = logging.getLogger(__name__)


def assess_coders(
    inputs: Mapping[str, Path], outputs: Mapping[str, Path], params: Mapping[str, Any]
) -> None:
    """Compute the coders' agreement on every code, over the double-coded interviews.

    Args:
        inputs: ``interviews``, ``segments``.
        outputs: ``coder_agreement``.
        params: ``statistics``, ``codebook``.
    """
    codebook = load_codebook(params["codebook"])
    settings = StatisticsConfig.model_validate(params.get("statistics") or {})
    codes = [code.id for code in codebook.codes.values() if not code.descriptive]
    table = coder_agreement(
        read_table("interviews", inputs["interviews"]),
        read_table("segments", inputs["segments"]),
        codes,
        tentative=float(codebook.coding_rules["reliability"]["tentative"]),
        settings=settings,
    )
    log.info("%d codes, %d usable", len(table), int(table["usable"].sum()))
    write_table("coder_agreement", table, outputs["coder_agreement"])


def coder_ratings(
    interviews: pd.DataFrame, segments: pd.DataFrame, codes: Sequence[str]
) -> dict[str, NDArray[np.float64]]:
    """Which coder set which code in which double-coded interview.

    A coder counts as a coder of an interview when any of their selections lies in it.

    Args:
        interviews: Table ``interviews``.
        segments: Table ``segments``.
        codes: Codes.

    Returns:
        Code to ratings of shape (coders, interviews): 1 set, 0 not set, NaN not coded by them.
    """
    double = coded_interviews(interviews)
    double = double[double["coders"] >= 2]
    inside = segments[segments["interview"].isin(set(double["interview"]))]
    coders = sorted(inside["coder"].unique())
    who = pd.Index(coders).get_indexer(inside["coder"])
    where = pd.Index(double["interview"]).get_indexer(inside["interview"])
    base = np.full((len(coders), len(double)), np.nan)
    base[who, where] = 0.0
    ratings = {}
    for code in codes:
        matrix = base.copy()
        mine = (inside["code"] == code).to_numpy()
        matrix[who[mine], where[mine]] = 1.0
        ratings[code] = matrix
    return ratings


def coder_agreement(
    interviews: pd.DataFrame,
    segments: pd.DataFrame,
    codes: Sequence[str],
    *,
    tentative: float,
    settings: StatisticsConfig,
) -> pd.DataFrame:
    """Krippendorff's alpha and Gwet's AC1 of each code, nominal, interview by interview.

    Args:
        interviews: Table ``interviews``.
        segments: Table ``segments``.
        codes: Codes to judge.
        tentative: Least alpha at which a code may be used (codebook).
        settings: Draws, seed and level of the bootstrap interval.

    Returns:
        Rows of ``coder_agreement``. Alpha is missing where coders never varied; such a code is
        usable when they never disagreed. Without double-coded interviews nothing can be said, and
        no code counts as unusable.
    """
    rows = []
    for code, matrix in coder_ratings(interviews, segments, codes).items():
        alpha = krippendorff_alpha(
            matrix,
            "nominal",
            replicates=settings.bootstrap_draws,
            seed=settings.seed,
            confidence=settings.confidence,
        )
        rated = matrix[:, (~np.isnan(matrix)).sum(axis=0) >= 2]
        ac1 = gwet_ac1(rated, categories=[0, 1]).estimate if rated.size else np.nan
        rows.append(
            {
                "code": code,
                "coders": rated.shape[0] if rated.size else 0,
                "interviews_double_coded": rated.shape[1],
                "alpha": alpha.estimate,
                "lower": alpha.lower,
                "upper": alpha.upper,
                "gwet_ac1": ac1,
                "usable": not alpha.estimate < tentative,
            }
        )
    return pd.DataFrame(rows) if rows else empty_table("coder_agreement")


def unusable_codes(
    interviews: pd.DataFrame, segments: pd.DataFrame, codes: Sequence[str], *, tentative: float
) -> set[str]:
    """Codes whose agreement is below the least the codebook accepts.

    Args:
        interviews: Table ``interviews``.
        segments: Table ``segments``.
        codes: Codes to judge.
        tentative: Least alpha at which a code may be used.

    Returns:
        The codes; none where agreement cannot be computed.
    """
    ratings = coder_ratings(interviews, segments, codes)
    return {
        code
        for code, matrix in ratings.items()
        if krippendorff_alpha(matrix, "nominal", replicates=0).estimate < tentative
    }
