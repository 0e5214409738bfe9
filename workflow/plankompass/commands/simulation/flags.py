"""False flags against peers: reports that call a municipality different when it is not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from plankompass.commands.simulation.councils import RESPONSE, SHAPES, USUAL, council
from plankompass.commands.simulation.coverage import SETTINGS
from plankompass.disclosure.rounding import round_published
from plankompass.disclosure.rules import CLASS_COUNTS
from plankompass.indicators.comparisons import compare
from plankompass.indicators.survey_answers import GroupAnswers, Occasion
from plankompass.indicators.survey_estimates import municipal_means, municipal_shares
from plankompass.statistics.estimate import CellEstimates
from plankompass.study.codebook import Codebook

FloatArray = NDArray[np.float64]

MUNICIPALITIES = 30
MEANS, SHARES = 12, 8
SIZES = (20, 25, 30, 35, 40, 45, 50, 55)
"""Multiples of five, so that a true share can be the same in all of them."""

COMMON_SHARES = (0.2, 0.4, 0.6, 0.8)
LEAST_SHOWN = 8
_MEAN_INDICATOR, _SHARE_INDICATOR = "locus_profile", "strategy_uptake"


@dataclass(frozen=True)
class FlagResult:
    """What reports said.

    Attributes:
        reports: Reports with at least one comparison.
        false: Share of reports with at least one false flag.
        unadjusted: The same, had every p-value below 0.05 been a flag.
        false_among_flags: Share of false flags among all flags; NaN without flags.
        found: Share of the differences of the municipalities that were planted apart that were
            flagged, in the right direction; NaN without any.
        comparisons: Mean number of comparisons a report.
    """

    reports: int
    false: float
    unadjusted: float
    false_among_flags: float
    found: float
    comparisons: float


def flags(rounds: int, seed: int, book: Codebook, *, planted: float = 0.0) -> FlagResult:
    """Compare municipalities of a network that do not differ, or of which some do.

    Args:
        rounds: Networks to simulate.
        seed: Seed.
        book: The codebook.
        planted: Points by which one municipality in ten lies above the others on every mean.

    Returns:
        What the reports said. A flag is false when the municipality truly lies where its peers do, or
        on the other side of them.
    """
    rng = np.random.default_rng(seed)
    parts = []
    for number in range(rounds):
        table, truth = _network(rng, planted)
        units = sorted(truth)
        found = compare(table, units, book, SETTINGS, wave="T2")
        others = {u: np.mean([truth[v] for v in units if v != u]) for u in units}
        gap = found["kommune_id"].map({u: truth[u] - others[u] for u in units}).astype(float)
        gap = gap.where(found["indicator"] == _MEAN_INDICATOR, 0.0)
        parts.append(found.assign(gap=gap, report=f"{number}:" + found["kommune_id"]))
    table = pd.concat(parts, ignore_index=True)
    compared = table["p_value"].notna()
    flagged = table["verdict"].isin(["above", "below"])
    # Where some are planted apart, the others truly lie a little below their peers.
    gap = table["gap"].to_numpy()
    right = np.where(table["verdict"] == "above", gap > 1e-9, gap < -1e-9)
    false = flagged & ~right
    apart = gap > planted / 2 if planted else np.zeros(len(table), dtype=bool)
    loose = (table["p_value"] < 0.05) & (np.abs(gap) <= 1e-9)
    by_report = pd.DataFrame({"report": table["report"], "false": false, "loose": loose})
    reports = by_report[compared].groupby("report").any()
    return FlagResult(
        reports=len(reports),
        false=float(reports["false"].mean()),
        unadjusted=float(reports["loose"].mean()),
        false_among_flags=float(false.sum() / flagged.sum()) if flagged.any() else np.nan,
        found=float((flagged & right)[apart & compared].mean()) if planted else np.nan,
        comparisons=float(compared.sum() / len(reports)),
    )


def _network(rng: np.random.Generator, planted: float) -> tuple[pd.DataFrame, dict[str, float]]:
    """Publishable estimates of one network, and by how much each municipality truly differs."""
    size = rng.choice(SIZES, MUNICIPALITIES)
    response = rng.choice(RESPONSE, MUNICIPALITIES)
    shapes = rng.choice(len(SHAPES), MUNICIPALITIES, p=USUAL)
    shift = np.where(np.arange(MUNICIPALITIES) % 10 == 0, planted, 0.0)
    values, hits, codes = [], [], []
    for k in range(MUNICIPALITIES):
        answered = rng.permutation(size[k])[: max(2, round(response[k] * int(size[k])))]
        blocks = [council(SHAPES[shapes[k]], int(size[k]), rng) for _ in range(MEANS // 4)]
        everyone = np.hstack(blocks)
        # The mean over all members is the same in every municipality, but for what is planted.
        everyone += 3.0 + shift[k] - everyone.mean(axis=0)
        true = np.array([COMMON_SHARES[i % len(COMMON_SHARES)] for i in range(SHARES)])
        yes = np.arange(size[k])[:, None] < np.rint(true * size[k])
        values.append(everyone[answered])
        hits.append(rng.permuted(yes, axis=0)[answered].astype(float))
        codes.append(np.full(len(answered), k))
    answers = _answers(np.concatenate(values), np.concatenate(codes), size)
    units = list(answers.units)
    means = municipal_means(answers, answers.values, SETTINGS)
    shares = municipal_shares(answers, np.concatenate(hits), SETTINGS)
    table = pd.concat(
        [
            _rows(units, _MEAN_INDICATOR, means, share=False),
            _rows(units, _SHARE_INDICATOR, shares, share=True),
        ],
        ignore_index=True,
    )
    return table, dict(zip(units, shift, strict=True))


def _answers(values: FloatArray, codes: NDArray[np.int64], size: NDArray[np.int64]) -> GroupAnswers:
    return GroupAnswers(
        group="folkevalgte",
        occasion=Occasion("T2"),
        columns=tuple(f"m{k:02d}" for k in range(values.shape[1])),
        values=values,
        dont_know=np.zeros(values.shape, dtype=bool),
        codes=codes,
        units=tuple(f"k{k:02d}" for k in range(len(size))),
        population=size.astype(float),
        weight=np.ones(len(codes)),
        person=np.arange(len(codes)).astype(object),
        merged=np.zeros(len(size), dtype=bool),
    )


def _rows(units: list[str], indicator: str, cells: CellEstimates, *, share: bool) -> pd.DataFrame:
    """Rows as disclosure control lets them through: small groups and counts at the edge hidden."""
    unit, number = (axis.ravel() for axis in np.indices(cells.n.shape))
    n, value = cells.n.ravel(), cells.estimate.ravel()
    count = np.rint(value * n)
    hidden = n < LEAST_SHOWN
    if share:
        hidden |= (count <= CLASS_COUNTS) | (n - count <= CLASS_COUNTS)
    small = n < SETTINGS.pooled_sd_below
    method = np.where(small, "mean_fpc_stepped_sd", "mean_fpc_floored_sd")
    frame = pd.DataFrame(
        {
            "level": "municipality",
            "unit": np.array(units)[unit],
            "wave": "T2",
            "group": "folkevalgte",
            "gathering": "",
            "indicator": indicator,
            "component": [f"c{k:02d}" for k in number],
            "value": value,
            "class_value": "",
            "lower": cells.lower.ravel(),
            "upper": cells.upper.ravel(),
            "se": cells.se.ravel(),
            "n": n,
            "population": cells.population.ravel(),
            "numerator": count if share else np.full(n.shape, np.nan),
            "method": "share_hypergeometric" if share else method,
            "status": np.where(hidden, "hidden", "published"),
            "reason": np.where(hidden, "too_few_answers", ""),
            "display": "",
        }
    )
    frame = round_published(frame, np.full(len(frame), "share" if share else "mean"))
    frame.loc[hidden, ["value", "lower", "upper", "se"]] = np.nan
    return frame
