from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize

from plankompass.statistics.weighting import post_stratify, rake, trim

ROWS = np.array([0, 0, 0, 1, 1, 2, 2, 2, 2])
COLUMNS = np.array([0, 1, 1, 0, 1, 0, 0, 1, 1])
ROW_TARGETS = {0: 40.0, 1: 25.0, 2: 35.0}
COLUMN_TARGETS = {0: 30.0, 1: 70.0}


def test_post_strata_weigh_persons_by_respondents():
    result = post_stratify(["m", "k", "m", "m"], {"k": 12, "m": 15})
    assert result.weights == pytest.approx([5, 12, 5, 5])
    assert result.iterations == 1
    assert result.effective_n == pytest.approx(27**2 / (3 * 25 + 144))


def test_raking_meets_both_margins():
    result = rake([ROWS, COLUMNS], [ROW_TARGETS, COLUMN_TARGETS])
    for codes, targets in ((ROWS, ROW_TARGETS), (COLUMNS, COLUMN_TARGETS)):
        sums = np.bincount(codes, weights=result.weights)
        assert sums == pytest.approx(list(targets.values()), rel=1e-9)


def test_raking_is_the_least_change_of_the_weights():
    """Second method: minimise the Kullback-Leibler distance from the base under the margins."""
    base = np.linspace(1, 2, 9)
    margins = np.array([ROWS == 0, ROWS == 1, ROWS == 2, COLUMNS == 0, COLUMNS == 1], dtype=float)
    targets = np.array([40, 25, 35, 30, 70], dtype=float)
    dual = optimize.minimize(
        lambda lam: (base * np.exp(lam @ margins)).sum() - lam @ targets,
        np.zeros(5),
        jac=lambda lam: margins @ (base * np.exp(lam @ margins)) - targets,
        method="BFGS",
        options={"gtol": 1e-10},
    )
    expected = base * np.exp(dual.x @ margins)
    result = rake([ROWS, COLUMNS], [ROW_TARGETS, COLUMN_TARGETS], base=base)
    np.testing.assert_allclose(result.weights, expected, rtol=1e-6)


@given(st.permutations(range(9)))
def test_order_of_respondents_and_margins_does_not_matter(order):
    order = np.array(order)
    plain = rake([ROWS, COLUMNS], [ROW_TARGETS, COLUMN_TARGETS]).weights
    moved = rake([COLUMNS[order], ROWS[order]], [COLUMN_TARGETS, ROW_TARGETS]).weights
    np.testing.assert_allclose(moved, plain[order], rtol=1e-8)


def test_equal_weights_have_no_design_effect():
    result = post_stratify([1, 2, 2], {1: 10, 2: 20})
    assert result.design_effect == pytest.approx(1)


@pytest.mark.parametrize(
    ("margins", "targets", "message"),
    [
        ([["m", "m"]], [{"m": 3, "k": 4}], r"no respondent in \['k'\]"),
        ([["m", "x"]], [{"m": 3}], r"no target in \['x'\]"),
        ([["m", "k"], [1, 2]], [{"m": 3, "k": 4}, {1: 3, 2: 5}], "different populations"),
        ([["m", "k"], [1]], [{"m": 3, "k": 4}, {1: 7}], "lengths differ"),
        ([], [], "one table of targets"),
    ],
)
def test_margins_that_do_not_fit_are_refused(margins, targets, message):
    with pytest.raises(ValueError, match=message):
        rake(margins, targets)


def test_contradicting_margins_are_refused():
    with pytest.raises(ValueError, match="merge small categories"):
        rake([[0, 0, 1], [0, 0, 1]], [{0: 5, 1: 5}, {0: 6, 1: 4}])


def test_base_weights_must_be_positive():
    with pytest.raises(ValueError, match="base"):
        post_stratify([1, 1], {1: 4}, base=[1, 0])


@given(st.lists(st.floats(0.01, 100), min_size=1, max_size=20), st.floats(1, 5))
def test_trimming_keeps_the_sum_under_the_limit(weights, limit):
    result = trim(weights, limit=limit)
    assert result.sum() == pytest.approx(sum(weights), rel=1e-9)
    assert result.max() <= limit * np.mean(weights) * (1 + 1e-9)
    assert (np.argsort(np.argsort(result)) >= 0).all()


def test_weights_within_the_limit_are_left_alone():
    assert trim([1, 2, 3], limit=2).tolist() == [1, 2, 3]
    with pytest.raises(ValueError, match="limit"):
        trim([1.0], limit=0.5)
    with pytest.raises(ValueError, match="above 0"):
        trim([1.0, np.nan])
