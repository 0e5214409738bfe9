"""Worked examples of the statistics; every figure is computed here by plain arithmetic."""

from __future__ import annotations

from collections.abc import Callable
from math import comb, sqrt

import numpy as np
from scipy import special

from plankompass.commands.method_pages.example import Example, number
from plankompass.statistics.agreement import cohen_kappa, gwet_ac1, krippendorff_alpha
from plankompass.statistics.finite_population import (
    change_overlapping,
    difference,
    mean_fpc,
    share_interval,
    worst_case_bounds,
)
from plankompass.statistics.linearisation import post_stratified_mean
from plankompass.statistics.multiplicity import benjamini_hochberg
from plankompass.statistics.peers import peer_differences
from plankompass.statistics.pooling import fay_herriot
from plankompass.statistics.ranking import kendall_tau_b
from plankompass.statistics.reliability import cronbach_alpha, icc_one_two, rwg_j, van_der_eijk_a
from plankompass.statistics.scores import score_scale
from plankompass.statistics.spread import council_mean_interval
from plankompass.statistics.weighting import rake


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)


def _variance(values: list[float]) -> float:
    return sum((v - _mean(values)) ** 2 for v in values) / (len(values) - 1)


def _t(df: float) -> float:
    return float(special.stdtrit(df, 0.975))


def _score() -> Example:
    kept = (5 + 4 + (6 - 2)) / 3
    return Example(
        (
            "Four items from 1 to 5, the fourth asked the other way; one person answers 5, 4, don't know, 2. "
            f"Turned round the last is 6 - 2 = 4. Three valid items are enough: (5 + 4 + 4)/3 = {number(kept)}.",
        ),
        (kept,),
        (
            float(
                score_scale([[5, 4, np.nan, 2]], min_valid=3, reverse=[3])[0],
            ),
        ),
        "score_scale([[5, 4, nan, 2]], min_valid=3, reverse=[3])",
    )


def _mean_fpc() -> Example:
    y, size = [2.0, 3, 3, 4, 5], 9
    m, v = _mean(y), _variance(y)
    se = sqrt((1 - 5 / 9) * v / 5)
    half = _t(4) * se
    found = mean_fpc(y, size)
    return Example(
        (
            f"Five of nine councillors answer 2, 3, 3, 4, 5. Mean 17/5 = {number(m)}; squared deviations sum to "
            f"{number(4 * v)}, so s² = {number(4 * v)}/4 = {number(v)}. Variance of the mean (1 - 5/9) × {number(v)}/5 = "
            f"{number(se**2)}, standard error {number(se)}. With t(4) = {number(_t(4))} the interval is {number(m)} ± "
            f"{number(half)}.",
        ),
        (m, se, m - half, m + half),
        (found.estimate, found.se, found.lower, found.upper),
        "mean_fpc([2, 3, 3, 4, 5], 9)",
    )


def _share() -> Example:
    def tail(k: int) -> float:
        return sum(comb(k, x) * comb(9 - k, 5 - x) for x in range(4, 6)) / comb(9, 5)

    low = next(k for k in range(4, 9) if tail(k) >= 0.025)
    found = share_interval(4, 5, 9)
    return Example(
        (
            "Four of five answers are yes, in a council of nine. K of the nine would say yes. At least four of five yes "
            f"has probability {number(tail(4))} when K = 4, which is 0.025 or more: K = 4 stays. At the other end K "
            "can be 8 at most, since one has said no; four or fewer of five then has probability "
            f"{number(1 - comb(8, 5) * comb(1, 0) / comb(9, 5))}, so K = 8 stays. Every K from {low} to 8 stays: "
            f"{number(low / 9)} to {number(8 / 9)}.",
        ),
        (0.8, low / 9, 8 / 9),
        (found.estimate, found.lower, found.upper),
        "share_interval(4, 5, 9)",
    )


def _bounds() -> Example:
    found = worst_case_bounds(3.4, 5, 9, 1, 5)
    return Example(
        (
            "Five of nine have the mean 3.4 on a scale from 1 to 5. Were the four silent ones all at 1, the council's mean "
            f"would be (17 + 4)/9 = {number(21 / 9)}; all at 5, (17 + 20)/9 = {number(37 / 9)}.",
        ),
        (21 / 9, 37 / 9),
        (float(found.lower), float(found.upper)),
        "worst_case_bounds(3.4, 5, 9, 1, 5)",
    )


def _difference() -> Example:
    a, b = [2.0, 3, 3, 4, 5], [4.0, 4, 5, 4]
    v1 = (1 - 5 / 9) * _variance(a) / 5
    v2 = (1 - 4 / 6) * _variance(b) / 4
    df = (v1 + v2) ** 2 / (v1**2 / 4 + v2**2 / 3)
    found = difference(mean_fpc(a, 9), mean_fpc(b, 6))
    return Example(
        (
            "Councillors as above (variance of the mean "
            f"{number(v1)}, 4 degrees of freedom); four of six in the administration answer 4, 4, 5, 4 (mean 4.25, variance "
            f"(1 - 4/6) × {number(_variance(b))}/4 = {number(v2)}, 3 degrees of freedom). Difference 3.4 - 4.25 = -0.85, "
            f"standard error √({number(v1)} + {number(v2)}) = {number(sqrt(v1 + v2))}, degrees of freedom {number(df)}.",
        ),
        (-0.85, sqrt(v1 + v2), df),
        (found.estimate, found.se, found.df),
        "difference(mean_fpc([2, 3, 3, 4, 5], 9), mean_fpc([4, 4, 5, 4], 6))",
    )


def _change() -> Example:
    first, second = [2.0, 3, 4, 5], [3.0, 4, 4, 2]
    v1, v2 = ((1 - 4 / 10) * _variance(v) / 4 for v in (first, second))
    both = [(3.0, 3.0), (4.0, 4.0), (5.0, 4.0)]
    mx, my = _mean([x for x, _ in both]), _mean([y for _, y in both])
    cov = sum((x - mx) * (y - my) for x, y in both) / 2
    overlap = 3 / 16 - 1 / 10
    se = sqrt(v1 + v2 - 2 * overlap * cov)
    nan = np.nan
    found = change_overlapping([2, 3, 4, 5, nan], [nan, 3, 4, 4, 2], 10)
    return Example(
        (
            "Ten councillors. Before, four answer 2, 3, 4, 5; after, the last three of them answer 3, 4, 4 and a fifth "
            f"answers 2. Means 3.5 and 3.25, variances {number(v1)} and {number(v2)}. Covariance of the three who answered "
            f"twice: {number(cov)}. Overlap 3/(4 × 4) - 1/10 = {number(overlap)}. Variance {number(v1)} + {number(v2)} - 2 × "
            f"{number(overlap)} × {number(cov)} = {number(se**2)}.",
        ),
        (-0.25, se),
        (found.estimate, found.se),
        "change_overlapping([2, 3, 4, 5, nan], [nan, 3, 4, 4, 2], 10)",
    )


def _steps() -> Example:
    a, b = [1.0, 1, 5, 5, 1, 5, 1, 5], [3.0, 4, 4, 3, 4, 3, 4, 3]
    pooled = sqrt((7 * _variance(a) + 7 * _variance(b)) / 14)
    own = sqrt(_variance(a))
    half = _t(14) * 1.5 * pooled * sqrt((1 - 8 / 20) / 8)
    values, codes = np.array(a + b), np.repeat([0, 1], 8)
    found = council_mean_interval(values, codes, [20, 20])
    return Example(
        (
            "Two councils of twenty, eight answers each: one is split (1 and 5, four times each), one agrees (3 and 4). "
            f"Variances {number(_variance(a))} and {number(_variance(b))}, pooled SD √(({number(_variance(a))} + "
            f"{number(_variance(b))})/2) = {number(pooled)}. The split one has {number(own)}, {number(own / pooled)} times as "
            f"much: between 1 and 1.5, so it reckons with 1.5 × {number(pooled)}; half width t(14) × 1.5 × {number(pooled)} × "
            f"√((1 - 8/20)/8) = {number(half)}. The other one reckons with {number(pooled)}.",
        ),
        (half, half / 1.5),
        (
            float(found.upper[0] - found.estimate[0]),
            float(found.upper[1] - found.estimate[1]),
        ),
        "council_mean_interval(answers, council, [20, 20]): half widths",
    )


def _post() -> Example:
    found = post_stratified_mean([2.0, 3, 4, 4], ["a", "a", "b", "b"], {"a": 15, "b": 5})
    return Example(
        (
            "Two of fifteen in group a answer 2, 3; two of five in group b answer 4, 4. Each group weighs as its persons: "
            "(15 × 2.5 + 5 × 4)/20 = 2.875.",
        ),
        (2.875,),
        (found.estimate,),
        "post_stratified_mean([2, 3, 4, 4], ['a', 'a', 'b', 'b'], {'a': 15, 'b': 5})",
    )


def _rake() -> Example:
    found = rake([["k", "k", "m"], ["u", "v", "v"]], [{"k": 6, "m": 4}, {"u": 3, "v": 7}])
    return Example(
        (
            "Three answers: a woman under 40, a woman over, a man over. There are 6 women and 4 men, 3 under 40 and 7 "
            "over. The man must weigh 4 and the one under 40 must weigh 3; then the other woman weighs 6 - 3 = 3, and those "
            "over 40 sum to 3 + 4 = 7, as they must.",
        ),
        (3.0, 3.0, 4.0),
        tuple(float(round(w, 9)) for w in found.weights),
        "rake([['k', 'k', 'm'], ['u', 'v', 'v']], [{'k': 6, 'm': 4}, {'u': 3, 'v': 7}])",
    )


def _alpha() -> Example:
    items = [[2.0, 3], [3, 3], [4, 5], [5, 4]]
    v1, v2 = (_variance([row[k] for row in items]) for k in (0, 1))
    total = _variance([sum(row) for row in items])
    alpha = 2 / 1 * (1 - (v1 + v2) / total)
    return Example(
        (
            "Two items, four persons: (2, 3), (3, 3), (4, 5), (5, 4). Variances of the items "
            f"{number(v1)} and {number(v2)}; sums 5, 6, 9, 9 with variance {number(total)}. Alpha 2/(2 - 1) × (1 - "
            f"({number(v1)} + {number(v2)})/{number(total)}) = {number(alpha)}.",
        ),
        (alpha,),
        (cronbach_alpha(items).estimate,),
        "cronbach_alpha([[2, 3], [3, 3], [4, 5], [5, 4]])",
    )


def _rwg() -> Example:
    v = (_variance([3.0, 4, 4]) + _variance([4.0, 4, 5])) / 2
    rwg = 2 * (1 - v / 2) / (2 * (1 - v / 2) + v / 2)
    found = rwg_j([[3, 4], [4, 4], [4, 5]], ["k", "k", "k"], 5)
    return Example(
        (
            "Three members answer two items: (3, 4), (4, 4), (4, 5). Both items have variance "
            f"{number(_variance([3.0, 4, 4]))}. Answers spread evenly over five points would have (25 - 1)/12 = 2. Ratio "
            f"{number(v / 2)}; rwg(j) = 2 × {number(1 - v / 2)}/(2 × {number(1 - v / 2)} + {number(v / 2)}) = {number(rwg)}.",
        ),
        (rwg,),
        (float(found.estimate[0]),),
        "rwg_j([[3, 4], [4, 4], [4, 5]], ['k', 'k', 'k'], 5)",
    )


def _icc() -> Example:
    found = icc_one_two([2, 3, 4, 5], ["a", "a", "b", "b"])
    msb, msw = 2 * ((2.5 - 3.5) ** 2 + (4.5 - 3.5) ** 2) / 1, (0.5 + 0.5) / 2
    return Example(
        (
            "Two councils, two members each: 2, 3 and 4, 5. Mean square between 2 × (1 + 1)/1 = 4, within (0.5 + 0.5)/2 = "
            f"0.5. ICC(1) = (4 - 0.5)/(4 + 0.5) = {number((msb - msw) / (msb + msw))}; ICC(2) = (4 - 0.5)/4 = "
            f"{number((msb - msw) / msb)}.",
        ),
        ((msb - msw) / (msb + msw), (msb - msw) / msb),
        (found.icc1, found.icc2),
        "icc_one_two([2, 3, 4, 5], ['a', 'a', 'b', 'b'])",
    )


def _eijk() -> Example:
    return Example(
        (
            "Ten answers on five points: 0, 0, 2, 6, 2. One layer of height 2 over the last three points (0, 0, 1, 1, 1) "
            "holds six answers; a layer of height 4 on the fourth point holds four. The second has agreement 1. The first "
            "has one peak: its agreement is 1 × (1 - (3 - 1)/(5 - 1)) = 0.5. A = 0.6 × 0.5 + 0.4 × 1 = 0.7.",
        ),
        (0.7,),
        (van_der_eijk_a([0, 0, 2, 6, 2]),),
        "van_der_eijk_a([0, 0, 2, 6, 2])",
    )


def _krippendorff() -> Example:
    return Example(
        (
            "Two coders, four interviews, a code present (1) or not (0): 1 1 0 0 and 1 0 0 0. Three of the eight codings "
            "are 1. One pair of four differs, so the observed disagreement is 2/8; expected is 2 × 3 × 5/(8 × 7) = 30/56. "
            f"Alpha = 1 - 0.25/{number(30 / 56)} = {number(1 - 0.25 * 56 / 30)}.",
        ),
        (1 - 0.25 * 56 / 30,),
        (krippendorff_alpha([[1, 1, 0, 0], [1, 0, 0, 0]], "nominal").estimate,),
        "krippendorff_alpha([[1, 1, 0, 0], [1, 0, 0, 0]], 'nominal')",
    )


def _kappa() -> Example:
    chance = (2 / 4) * (1 / 4) + (2 / 4) * (3 / 4)
    return Example(
        (
            "The same codings. Observed agreement 3/4; by chance 2/4 × 1/4 + 2/4 × 3/4 = 0.5. Kappa = (0.75 - 0.5)/(1 - "
            "0.5) = 0.5.",
        ),
        ((0.75 - chance) / (1 - chance),),
        (cohen_kappa([[1, 1, 0, 0], [1, 0, 0, 0]]).estimate,),
        "cohen_kappa([[1, 1, 0, 0], [1, 0, 0, 0]])",
    )


def _gwet() -> Example:
    share = 3 / 8
    chance = 2 * share * (1 - share)
    return Example(
        (
            f"The same codings. The code is present in 3/8 of them; chance agreement 2 × 3/8 × 5/8 = {number(chance)}. AC1 = "
            f"(0.75 - {number(chance)})/(1 - {number(chance)}) = {number((0.75 - chance) / (1 - chance))}.",
        ),
        ((0.75 - chance) / (1 - chance),),
        (gwet_ac1([[1, 1, 0, 0], [1, 0, 0, 0]], categories=[0, 1]).estimate,),
        "gwet_ac1([[1, 1, 0, 0], [1, 0, 0, 0]], categories=[0, 1])",
    )


def _bh() -> Example:
    found = benjamini_hochberg([0.01, 0.20, 0.04, 0.60])
    return Example(
        (
            "Four comparisons in one report, p = 0.01, 0.20, 0.04, 0.60. In order of size times 4/rank: 0.01 × 4/1 = 0.04, "
            "0.04 × 4/2 = 0.08, 0.20 × 4/3 = 0.2667, 0.60 × 4/4 = 0.60. At a false discovery rate of 0.10 the first and the "
            "third are flagged.",
        ),
        (0.04, 0.2 * 4 / 3, 0.08, 0.6),
        tuple(found.adjusted.tolist()),
        "benjamini_hochberg([0.01, 0.20, 0.04, 0.60])",
    )


def _peers() -> Example:
    found = peer_differences([4.0, 3.0, 3.2, 2.8], [0.2] * 4, [10.0] * 4, min_peers=3)
    variance = 0.04 + 3 * 0.04 / 9
    return Example(
        (
            "Four municipalities at 4.0, 3.0, 3.2, 2.8, each with standard error 0.2. The peers of the first have the mean "
            f"3.0; the difference is 1.0 with variance 0.04 + 3 × 0.04/3² = {number(variance)}, standard error "
            f"{number(sqrt(variance))}.",
        ),
        (1.0, sqrt(variance)),
        (float(found.estimate[0]), float(found.se[0])),
        "peer_differences([4.0, 3.0, 3.2, 2.8], [0.2] * 4, [10] * 4, min_peers=3): the first",
    )


def _fay_herriot() -> Example:
    # With equal variances REML has a closed form: spread of the estimates less the sampling variance.
    y = [2.0, 3.0, 4.0]
    a = _variance(y) - 0.25
    pulled = 3 + a / (a + 0.25) * (2 - 3)
    found = fay_herriot(y, [0.25] * 3, np.ones(3))
    return Example(
        (
            "Three municipalities at 2, 3, 4, each with sampling variance 0.25. With equal variances A is the variance of "
            f"the three less 0.25: 1 - 0.25 = {number(a)}. The first keeps the share {number(a)}/(0.75 + 0.25) of its distance "
            f"from the mean: 3 + {number(a)} × (2 - 3) = {number(pulled)}.",
        ),
        (a, pulled),
        (found.area_variance, float(found.estimate[0])),
        "fay_herriot([2, 3, 4], [0.25] * 3, [1, 1, 1]): A, and the first",
    )


def _tau() -> Example:
    return Example(
        (
            "Four barriers by mean, 4.1, 3.6, 3.0, 2.2, and by share of interviews, 0.6, 0.7, 0.3, 0.1. Of six pairs five "
            "stand in the same order and one in the other: (5 - 1)/6 = 0.6667.",
        ),
        (4 / 6,),
        (kendall_tau_b([4.1, 3.6, 3.0, 2.2], [0.6, 0.7, 0.3, 0.1]).estimate,),
        "kendall_tau_b([4.1, 3.6, 3.0, 2.2], [0.6, 0.7, 0.3, 0.1])",
    )


EXAMPLES: dict[str, Callable[[], Example]] = {
    "score_scale": _score,
    "mean_fpc": _mean_fpc,
    "share_interval": _share,
    "worst_case_bounds": _bounds,
    "difference": _difference,
    "change_overlapping": _change,
    "council_mean_interval": _steps,
    "post_stratified_mean": _post,
    "rake": _rake,
    "cronbach_alpha": _alpha,
    "rwg_j": _rwg,
    "icc_one_two": _icc,
    "van_der_eijk_a": _eijk,
    "krippendorff_alpha": _krippendorff,
    "cohen_kappa": _kappa,
    "gwet_ac1": _gwet,
    "benjamini_hochberg": _bh,
    "peer_differences": _peers,
    "fay_herriot": _fay_herriot,
    "kendall_tau_b": _tau,
}
"""Name of a function to its worked example."""
