"""Worked examples of the codebook's operators."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from math import comb

import numpy as np

from plankompass.commands.method_pages.example import Example, number
from plankompass.indicators.operators.events import add_months, whole_months
from plankompass.indicators.operators.triangulation import level
from plankompass.statistics.finite_population import difference, mean_fpc, share_interval
from plankompass.statistics.ranking import kendall_tau_b, rank_confidence_sets
from plankompass.statistics.scores import score_scale
from plankompass.statistics.survival import kaplan_meier_median

_NAN = float("nan")
_ITEMS = [[4, 4, 4, 2], [2, _NAN, 3, 5], [5, _NAN, _NAN, 1]]


def _mean_of_items() -> Example:
    scores = score_scale(_ITEMS, min_valid=3, reverse=[3])
    return Example(
        (
            "Three persons, four items, the fourth asked the other way: 4 4 4 2; 2 – 3 5; 5 – – 1. Turned round: 4 4 4 4; 2 – 3 "
            "1; 5 – – 5. Scores 16/4 = 4 and 6/3 = 2; the third has two valid items of the three needed and no score. Mean "
            "of the group (4 + 2)/2 = 3, n = 2.",
        ),
        (4.0, 2.0, 3.0),
        (float(scores[0]), float(scores[1]), mean_fpc(scores, 20).estimate),
        "mean_fpc(score_scale(answers, min_valid=3, reverse=[3]), 20): scores and mean",
    )


def _profile_of_means() -> Example:
    answers = np.array(_ITEMS)
    found = [mean_fpc(answers[:, k], 20).estimate for k in range(4)]
    return Example(
        ("The same three persons, item by item as asked: 11/3, 4/1, 7/2, 8/3.",),
        (11 / 3, 4.0, 3.5, 8 / 3),
        tuple(found),
        "mean_fpc(item, 20), item by item",
    )


def _ranked_means() -> Example:
    answers = [[5, 3, 3], [5, 2, 3], [4, 3, 2], [5, 3, 3]]
    order = rank_confidence_sets(answers, 4, replicates=200, seed=1)
    return Example(
        (
            "Four of four councillors judge three barriers: 5 3 3; 5 2 3; 4 3 2; 5 3 3. Means 4.75, 2.75, 2.75. Everybody has "
            "answered, so the order is known: rank 1, and the two others share ranks 2 to 3. With some silent, the ranks "
            "come from all differences that a bootstrap over persons makes sure jointly.",
        ),
        (4.75, 2.75, 2.75, 1, 2, 2, 1, 3, 3),
        (*order.mean.tolist(), *order.lower.tolist(), *order.upper.tolist()),
        "rank_confidence_sets(answers, 4): means, best ranks, worst ranks",
    )


def _share_at_least() -> Example:
    found = share_interval(3, 5, 9)

    def above(k: int) -> float:
        return sum(comb(k, x) * comb(9 - k, 5 - x) for x in range(3, 6)) / comb(9, 5)

    low = next(k for k in range(3, 8) if above(k) >= 0.025)
    high = max(
        k for k in range(3, 8) if 1 - above(k) + comb(k, 3) * comb(9 - k, 2) / comb(9, 5) >= 0.025
    )
    return Example(
        (
            "Five of nine councillors answer 5, 4, 3, 2, 4; threshold 4. Three of five, share 0.6. Numbers of the nine that "
            f"neither tail of the hypergeometric distribution rejects: {low} to {high}.",
        ),
        (0.6, low / 9, high / 9),
        (found.estimate, found.lower, found.upper),
        "share_interval(3, 5, 9)",
    )


def _share_selected() -> Example:
    return Example(
        (
            "Six persons may choose several alternatives. One chooses none and has left the question blank; of the five who "
            "answered it two chose this alternative: 2/5 = 0.4.",
        ),
        (2 / 5,),
        (share_interval(2, 5, 20).estimate,),
        "share_interval(2, 5, 20)",
    )


def _group_difference() -> Example:
    one, two = mean_fpc([4, 4, 5, 3], 25), mean_fpc([3, 2, 4], 8)
    return Example(
        (
            "Four councillors answer 4, 4, 5, 3 (mean 4), three in the administration 3, 2, 4 (mean 3): the gap is 4 - 3 = 1. "
            "Its variance is the sum of both means' variances.",
        ),
        (1.0, (one.se**2 + two.se**2) ** 0.5),
        (difference(one, two).estimate, difference(one, two).se),
        "difference(mean_fpc([4, 4, 5, 3], 25), mean_fpc([3, 2, 4], 8))",
    )


def _code_share() -> Example:
    return Example(
        ("Twelve interviews are coded to the end; the code is present in five of them: 5/12.",),
        (5 / 12,),
        (share_interval(5, 12, None).estimate,),
        "share_interval(5, 12, None)",
    )


def _ratio() -> Example:
    confirmed = [True, True, False, True, False, False, True, False]
    return Example(
        (
            "Eight goals of the samfunnsdel; coders confirmed a measure in handlingsdelen for four of them: 4/8. A link that "
            "only the program suggests does not count.",
        ),
        (0.5,),
        (sum(confirmed) / len(confirmed),),
        "sum(confirmed) / len(confirmed)",
    )


def _mean_of_shares() -> Example:
    return Example(
        (
            "Three parts of a document index: 6 of 8 goals have an indicator (0.75), 4 of 8 somebody responsible (0.5), and a "
            "coded measure has the value 1 of at most 2 (0.5). Mean (0.75 + 0.5 + 0.5)/3 = 0.5833.",
        ),
        (1.75 / 3,),
        (float(np.mean([6 / 8, 4 / 8, 1 / 2])),),
        "mean([6/8, 4/8, 1/2])",
    )


def _additive_index() -> Example:
    return Example(
        (
            "Five components, coded 1 1 0 1 0: the index is 3. With one of them not coded there is no index.",
        ),
        (3.0,),
        (float(sum([1, 1, 0, 1, 0])),),
        "sum([1, 1, 0, 1, 0])",
    )


def _within_deadline() -> Example:
    start, event = date(2019, 10, 17), date(2020, 10, 1)
    deadline = add_months(start, 12)
    return Example(
        (
            f"The council is constituted on {start}; the strategy is adopted on {event}. Twelve months later is {deadline}: in "
            "time, 1. Before the deadline and without adoption there is no number yet.",
        ),
        (1.0,),
        (float(event <= deadline),),
        "adopted <= add_months(constituted, 12)",
    )


def _months() -> Example:
    first = whole_months(date(2019, 10, 17), date(2021, 6, 10))
    median = kaplan_meier_median([12, 19, 30, 36], [1, 1, 1, 0])
    return Example(
        (
            "Constituted on 2019-10-17, adopted on 2021-06-10: twenty months would end on 2021-06-17, so 19 whole months. "
            "Four municipalities at 12, 19, 30 and more than 36 months: the curve falls to 3/4, 1/2, 1/4. It runs along one "
            "half from 19 to 30, and the median is the middle, 24.5.",
        ),
        (19.0, 24.5),
        (float(first), median.estimate),
        "whole_months(constituted, adopted); kaplan_meier_median([12, 19, 30, 36], [1, 1, 1, 0])",
    )


def _rank_agreement() -> Example:
    found = kendall_tau_b([4.1, 3.6, 3.0, 2.2], [0.6, 0.6, 0.3, 0.1]).estimate
    return Example(
        (
            "Four barriers by mean, 4.1, 3.6, 3.0, 2.2, and by share of interviews, 0.6, 0.6, 0.3, 0.1. Five pairs stand in "
            "the same order, one is tied in the second list: 5/√(6 × 5) = "
            f"{number(5 / 30**0.5)}.",
        ),
        (5 / 30**0.5,),
        (found,),
        "kendall_tau_b([4.1, 3.6, 3.0, 2.2], [0.6, 0.6, 0.3, 0.1])",
    )


def _convergence() -> Example:
    readings = [(3.7, (2.5, 3.5)), (0.1, (-0.2, 0.2)), (0.7, (0.33, 0.67))]
    levels = [level(value, cuts) for value, cuts in readings]
    return Example(
        (
            "Survey mean 3.7 (cut points 2.5 and 3.5): high. Interview balance 0.1 (-0.2 and 0.2): middle. Documents 0.7 (0.33 "
            "and 0.67): high. Highest less lowest is one step: *delvis*. With the survey's cut points 0.25 higher it would "
            "be middle, middle, high, and still *delvis*; the rows `sensitivity:` hold every such shift.",
        ),
        (2.0, 1.0, 2.0),
        tuple(float(x) for x in levels),
        "level(value, cut_points) for the three sources (0 low, 1 middle, 2 high)",
    )


EXAMPLES: dict[str, Callable[[], Example]] = {
    "mean_of_items": _mean_of_items,
    "ranked_means": _ranked_means,
    "profile_of_means": _profile_of_means,
    "share_at_least": _share_at_least,
    "share_selected": _share_selected,
    "group_difference": _group_difference,
    "share_of_interviews_with_code": _code_share,
    "ratio": _ratio,
    "mean_of_shares": _mean_of_shares,
    "additive_index": _additive_index,
    "within_deadline": _within_deadline,
    "months_to_event": _months,
    "rank_agreement": _rank_agreement,
    "convergence_class": _convergence,
}
"""Operator of the codebook to its worked example."""
