from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats

from plankompass.statistics.ranking import (
    kendall_tau_b,
    rank_agreement,
    rank_confidence_sets,
    rank_intervals,
    shared_places,
)

METHODS = [rank_intervals, rank_confidence_sets]
item = st.one_of(st.just(np.nan), st.integers(1, 5).map(float))
answers = hnp.arrays(float, st.tuples(st.integers(1, 10), st.integers(1, 5)), elements=item)


def _barriers(persons: int, gap: float, seed: int = 0, items: int = 5) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.normal(0, 1, (persons, items)) - gap * np.arange(items)


@pytest.mark.parametrize("method", METHODS)
def test_items_far_apart_have_their_rank_alone(method):
    result = method(_barriers(20, 5.0), 43, seed=1)
    assert result.rank.tolist() == [1, 2, 3, 4, 5]
    assert result.lower.tolist() == result.upper.tolist() == [1, 2, 3, 4, 5]
    assert result.place.tolist() == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("method", METHODS)
def test_items_alike_share_every_rank(method):
    result = method(_barriers(12, 0.0, items=3), None, seed=1)
    assert result.place.tolist() == [1, 1, 1]


def test_two_clear_groups_share_two_places():
    data = _barriers(25, 0.0, seed=3, items=4)
    data[:, 2:] -= 6
    result = rank_confidence_sets(data, 43, seed=1)
    assert result.place.tolist() == [1, 1, 3, 3]


@pytest.mark.parametrize("method", METHODS)
def test_everybody_answered_leaves_only_the_ranks(method):
    result = method([[5.0, 3, 4], [4, 3, 5]], 2, seed=1)
    assert result.rank.tolist() == [1, 3, 1]
    assert (result.lower.tolist(), result.upper.tolist()) == ([1, 3, 1], [2, 3, 2])
    assert result.place.tolist() == [1, 3, 1]


@pytest.mark.parametrize("method", METHODS)
def test_one_person_of_several_tells_nothing(method):
    result = method([[5.0, 3, 1]], 27, seed=1)
    assert (result.lower.tolist(), result.upper.tolist()) == ([1, 1, 1], [3, 3, 3])
    whole = method([[5.0, 3, 3]], 1, seed=1)
    assert whole.lower.tolist() == [1, 2, 2]
    assert whole.upper.tolist() == [1, 3, 3]


@pytest.mark.parametrize("method", METHODS)
def test_item_without_answers_is_left_out(method):
    data = np.insert(_barriers(20, 5.0), 2, np.nan, axis=1)
    result = method(data, 43, seed=1)
    assert np.isnan(result.rank[2])
    assert np.isnan(result.lower[2])
    assert result.rank[[0, 1, 3, 4, 5]].tolist() == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("method", METHODS)
def test_no_answers_at_all(method):
    result = method(np.full((3, 2), np.nan), 27, seed=1)
    assert np.isnan(result.rank).all()
    assert result.n.tolist() == [0, 0]


@pytest.mark.parametrize("method", METHODS)
@given(data=answers, silent=st.integers(0, 9), seed=st.integers(0, 99))
def test_intervals_hold_the_rank_and_stay_in_the_order(method, data, silent, seed):
    persons = int((~np.isnan(data).all(axis=1)).sum())
    result = method(data, max(persons + silent, 1), replicates=100, seed=seed)
    known = ~np.isnan(result.rank)
    assert (result.lower[known] >= 1).all()
    assert (result.upper[known] <= known.sum()).all()
    assert (result.lower[known] <= result.rank[known]).all()
    assert (result.rank[known] <= result.upper[known]).all()


@pytest.mark.parametrize("method", METHODS)
def test_order_of_items_does_not_matter(method):
    data = _barriers(18, 0.5, seed=4)
    order = np.array([3, 0, 4, 1, 2])
    plain, moved = method(data, 43, seed=1), method(data[:, order], 43, seed=1)
    np.testing.assert_array_equal(moved.lower, plain.lower[order])
    np.testing.assert_array_equal(moved.upper, plain.upper[order])


@pytest.mark.parametrize("method", METHODS)
def test_same_seed_same_intervals(method):
    data = _barriers(18, 0.4, seed=5)
    one, two = method(data, 43, seed=9), method(data, 43, seed=9)
    np.testing.assert_array_equal(one.lower, two.lower)


def test_confidence_sets_hold_all_true_ranks_jointly():
    """Ten barriers, some nearly tied, 15 answers of 27: all true ranks inside in 95 of 100."""
    rng = np.random.default_rng(6)
    council = np.clip(np.round(rng.normal(3, 1, (27, 10)) + np.linspace(1, -1, 10)), 1, 5)
    truth = council.mean(axis=0)
    best = 1 + (truth[None] > truth[:, None] + 1e-9).sum(axis=1)
    worst = (truth[None] >= truth[:, None] - 1e-9).sum(axis=1)
    hits = 0
    for run in range(200):
        answered = council[rng.choice(27, 15, replace=False)]
        result = rank_confidence_sets(answered, 27, replicates=500, seed=run)
        # A tied item may stand at any rank of its tie: its set must reach one of them.
        hits += ((result.lower <= worst) & (best <= result.upper)).all()
    assert hits / 200 >= 0.92


def test_more_persons_than_the_population_are_refused():
    with pytest.raises(ValueError, match="smaller than"):
        rank_confidence_sets(_barriers(5, 1), 4, seed=1)


def test_places_follow_chains_of_overlaps():
    assert shared_places([1, 2, 4, 5], [2, 3, 4, 5]).tolist() == [1, 1, 3, 4]
    assert shared_places([5, 1, 3], [5, 2, 4]).tolist() == [3, 1, 2]
    assert shared_places([], []).tolist() == []


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=2, max_size=12))
def test_tau_equals_scipy(pairs):
    first, second = np.array(pairs, dtype=float).T
    expected = stats.kendalltau(first, second).statistic
    result = kendall_tau_b(first, second)
    assert result.estimate == pytest.approx(expected, abs=1e-12, nan_ok=True)


def test_items_missing_in_either_list_are_left_out():
    result = kendall_tau_b([1, 2, np.nan, 4], [1, 3, 2, 4])
    assert (result.estimate, result.items) == (1, 3)
    with pytest.raises(ValueError, match="lengths"):
        kendall_tau_b([1, 2], [1])


def test_agreement_of_survey_and_interviews():
    rng = np.random.default_rng(7)
    strength = np.linspace(0.9, 0.1, 10)
    survey = rng.normal(1 + 4 * strength, 0.7, (60, 10))
    interviews = (rng.random((40, 10)) < strength).astype(float)
    result = rank_agreement(survey, interviews, seed=1)
    expected = stats.kendalltau(survey.mean(axis=0), interviews.mean(axis=0)).statistic
    assert result.estimate == pytest.approx(expected)
    assert 0.3 < result.lower < result.upper <= 1
    assert result.items == 10
    wide = rank_agreement(survey[:6], interviews[:6], seed=1)
    assert wide.se > result.se


def test_agreement_without_enough_rows_has_no_interval():
    result = rank_agreement([[5.0, 3, 1]], np.array([[1.0, 0, 0], [1, 1, 0]]), seed=1)
    assert result.estimate == 1
    assert np.isnan([result.se, result.lower, result.upper]).all()
    with pytest.raises(ValueError, match="numbers of items"):
        rank_agreement([[5.0, 3]], [[1.0, 0, 0]], seed=1)
