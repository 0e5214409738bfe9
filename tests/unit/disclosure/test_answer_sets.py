"""How much a mean with a standard deviation gives away, against the figures of the design."""

from __future__ import annotations

from math import factorial, prod

import numpy as np
import pytest
from tests.unit.disclosure.made_study import estimate_row, rule_book

from plankompass.disclosure.answer_sets import (
    FEWEST_SETS,
    count_vectors,
    intervals_that_tell,
    sets_left,
)


@pytest.mark.parametrize(("n", "share"), [(5, 0.64), (8, 0.15)])
def test_mean_and_spread_to_one_decimal_pin_down_the_answers(n, share):
    # With equally likely answers: 64 % of samples of five and 15 % of eight.
    values = np.arange(1, 6)
    pinned = total = 0
    for way in count_vectors(n, 5):
        answers = np.repeat(values, way)
        mean, spread = round(answers.mean() + 1e-9, 1), round(answers.std(ddof=1) + 1e-9, 1)
        weight = factorial(n) // prod(factorial(int(k)) for k in way)
        left = sets_left(
            n,
            1,
            5,
            mean=(mean - 0.05, mean + 0.05 - 1e-6),
            spread=(spread - 0.05, spread + 0.05 - 1e-6),
        )
        total += weight
        pinned += weight * (left == 1)
    assert pinned / total == pytest.approx(share, abs=0.005)


def test_every_way_to_answer_is_counted_once():
    ways = count_vectors(6, 5)
    assert len(ways) == 210  # C(10, 4)
    assert len({tuple(w) for w in ways}) == 210
    assert (ways.sum(axis=1) == 6).all()


def test_a_share_narrows_what_a_mean_leaves():
    # Mean 1.8 of five: sum 9. With two answers of 4 or 5 at least, only 4,2,1,1,1 would need 9 ...
    assert sets_left(5, 1, 5, mean=(1.75, 1.85), at_least=(4, 2)) == 0
    assert sets_left(5, 1, 5, mean=(1.75, 1.85), at_least=(4, 1)) == 2  # 5,1,1,1,1 and 4,2,1,1,1
    assert sets_left(5, 1, 5, mean=(1.75, 1.85)) > 2


def test_an_interval_from_the_groups_own_spread_is_kept_back_when_it_tells():
    import pandas as pd

    answers = np.array([1, 1, 1, 4, 5, 5])
    spread = answers.std(ddof=1)
    half = 2.570581835636305 * spread * np.sqrt((1 - 6 / 20) / 6)  # t(5), population 20
    mean = answers.mean()
    row = estimate_row(component="ps_prioriterer", value=mean, lower=mean - half, upper=mean + half,
                       n=6, population=20, method="mean_fpc")  # fmt: skip
    pooled = row | {"unit": "k02", "method": "mean_fpc_pooled_sd"}
    frame = pd.DataFrame([row, pooled]).assign(unit_of_value="mean")
    left = sum(
        1
        for way in count_vectors(6, 5)
        for s in [np.repeat(np.arange(1, 6), way)]
        if abs(s.mean() - mean) <= 0.05 and abs(s.std(ddof=1) - spread) <= 0.05
    )
    assert left < FEWEST_SETS, "the case is chosen so that the spread tells the answers"
    assert intervals_that_tell(frame, rule_book()).tolist() == [True, False]
