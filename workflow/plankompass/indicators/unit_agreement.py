"""Agreement between coders on every code and category: interview by interview, and unit by unit."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from plankompass.indicators.code_presence import coded_interviews
from plankompass.indicators.interviews import coder_ratings
from plankompass.indicators.unit_ratings import UnitRatings, codes_below, rate_units
from plankompass.statistics.agreement import cohen_kappa, gwet_ac1, krippendorff_alpha
from plankompass.study.codebook import Codebook, load_codebook
from plankompass.study.config_models import StatisticsConfig
from plankompass.tables import empty_table, read_table, write_table

log = logging.getLogger(__name__)

RARE = 0.05
"""Share of ratings below which (or above one minus which) alpha falls with the slightest difference
and AC1 is the coefficient to look at."""
FEWEST_INTERVIEWS = 5
"""Interviews from which whole interviews are drawn for the interval; with fewer, single units."""


def assess_units(
    inputs: Mapping[str, Path], outputs: Mapping[str, Path], params: Mapping[str, Any]
) -> None:
    """Compute the coders' agreement on paragraphs or sentences beside that on whole interviews.

    Args:
        inputs: ``interviews``, ``segments``, ``transcripts``, ``text_units``.
        outputs: ``unit_agreement``.
        params: ``statistics``, ``codebook``.
    """
    codebook = load_codebook(params["codebook"])
    settings = StatisticsConfig.model_validate(params.get("statistics") or {})
    interviews, segments, transcripts, text_units = (
        read_table(name, inputs[name])
        for name in ("interviews", "segments", "transcripts", "text_units")
    )
    ratings = rate_units(interviews, segments, transcripts, text_units)
    table = unit_agreement(interviews, segments, ratings, codebook, settings)
    log.info("%d units of %d interviews coded by two", len(ratings.units), _interviews(ratings))
    write_table("unit_agreement", table, outputs["unit_agreement"])


def _interviews(ratings: UnitRatings) -> int:
    return int(ratings.units["interview"].nunique())


def unit_agreement(
    interviews: pd.DataFrame,
    segments: pd.DataFrame,
    ratings: UnitRatings,
    codebook: Codebook,
    settings: StatisticsConfig,
) -> pd.DataFrame:
    """Krippendorff's alpha, Gwet's AC1 and Cohen's kappa of every code and category.

    Args:
        interviews: Table ``interviews``.
        segments: Table ``segments``.
        ratings: Who set what on which unit.
        codebook: Codes; a child counts for its parent.
        settings: Draws, seed and level of alpha's bootstrap interval.

    Returns:
        Rows of ``unit_agreement``: first by interview, then by paragraph or sentence. Kappa is there
        for two coders; alpha and kappa are missing where nobody set the code.
    """
    rows = []
    below = codes_below(codebook)
    coded = coded_interviews(interviews)
    shares = {"interview": float((coded["coders"] >= 2).mean()) if len(coded) else np.nan}
    whole = coder_ratings(interviews, segments, sorted(set(segments["code"])))
    double = int((coded["coders"] >= 2).sum())
    kind = str(ratings.units["kind"].iloc[0]) if len(ratings.units) else ""
    if kind:
        shares[kind] = len(ratings.units) / ratings.coded_units
    for code, counting in below.items():
        matrix = _any_of([whole[c] for c in sorted(counting) if c in whole])
        if matrix is None:
            coders = segments.loc[segments["interview"].isin(set(coded["interview"])), "coder"]
            matrix = np.zeros((max(2, coders.nunique()), 0))
        base = {"code": code, "category": codebook.codes[code].descriptive}
        rows.append(
            {"unit": "interview", **base, "interviews": double, "interval": "interviews"}
            | _coefficients(matrix, settings, None)
            | {"share_double_coded": shares["interview"]}
        )
        if kind:
            number = _interviews(ratings)
            clusters = ratings.interviews if number >= FEWEST_INTERVIEWS else None
            rows.append(
                {"unit": kind, **base, "interviews": number}
                | {"interval": "interviews" if clusters is not None else "units"}
                | _coefficients(ratings.of(counting), settings, clusters)
                | {"share_double_coded": shares[kind]}
            )
    return pd.DataFrame(rows) if rows and double else empty_table("unit_agreement")


def _any_of(matrices: list[NDArray[np.float64]]) -> NDArray[np.float64] | None:
    """1 where any has 1; where one coder is missing all are."""
    return np.maximum.reduce(matrices) if matrices else None


def _coefficients(
    matrix: NDArray[np.float64], settings: StatisticsConfig, clusters: NDArray[np.int64] | None
) -> dict[str, Any]:
    paired = (~np.isnan(matrix)).sum(axis=0) >= 2
    rated = matrix[:, paired]
    rated = rated[(~np.isnan(rated)).any(axis=1)]
    alpha = krippendorff_alpha(
        matrix,
        "nominal",
        replicates=settings.bootstrap_draws,
        seed=settings.seed,
        confidence=settings.confidence,
        clusters=clusters,
    )
    coders, size = rated.shape[0], rated.shape[1] if rated.size else 0
    with_code = int((rated == 1).any(axis=0).sum())
    without = int((rated == 0).any(axis=0).sum())
    share = float(np.nanmean(rated)) if size else np.nan
    return {
        "coders": coders,
        "units": size,
        "units_with_code": with_code,
        "units_differing": with_code + without - size,
        "share_with_code": share,
        "alpha": alpha.estimate,
        "lower": alpha.lower,
        "upper": alpha.upper,
        "gwet_ac1": gwet_ac1(rated, categories=[0, 1]).estimate if size else np.nan,
        "cohen_kappa": _kappa(rated) if coders == 2 else np.nan,
        "rare": bool(share < RARE or share > 1 - RARE) if size else pd.NA,
    }


def _kappa(rated: NDArray[np.float64]) -> float:
    return cohen_kappa(rated, categories=[0, 1]).estimate
