from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from math import comb

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy import stats

from plankompass.statistics.finite_population import (
    change_overlapping,
    difference,
    mean_fpc,
    share_interval,
    share_intervals,
    worst_case_bounds,
)

answers = st.lists(st.integers(1, 5).map(float), min_size=2, max_size=30)


def test_mean_of_the_council_equals_r_survey(council):
    result = mean_fpc(council["y"], 27)
    assert result.estimate == pytest.approx(672.066666666667, rel=1e-12)
    assert result.se == pytest.approx(23.2096920702639, rel=1e-12)
    assert (result.lower, result.upper) == pytest.approx(
        (622.286828083693, 721.84650524964), rel=1e-12
    )
    assert (result.n, result.population, result.df) == (15, 27, 14)


def test_mean_of_apisrs_equals_r_survey(reference):
    result = mean_fpc(reference("apisrs")["api00"], 6194)
    assert result.estimate == pytest.approx(656.585, rel=1e-12)
    assert result.se == pytest.approx(9.24972203928281, rel=1e-12)
    assert (result.lower, result.upper) == pytest.approx(
        (638.344950092127, 674.825049907873), rel=1e-12
    )


def test_variance_is_unbiased_over_all_samples():
    population = np.array([1.0, 2, 2, 4, 5, 5, 3])
    samples = [mean_fpc(population[list(s)], 7) for s in combinations(range(7), 4)]
    true_variance = np.var([s.estimate for s in samples])
    assert np.mean([s.se**2 for s in samples]) == pytest.approx(true_variance, rel=1e-12)


@given(answers)
def test_without_population_it_is_the_ordinary_t_interval(values):
    result = mean_fpc(values, None)
    sem = stats.sem(values)
    assert result.se == pytest.approx(sem, abs=1e-12)
    if sem > 0:
        low, high = stats.t.interval(0.95, len(values) - 1, np.mean(values), sem)
        assert (result.lower, result.upper) == pytest.approx((low, high), rel=1e-9)


@given(answers, st.randoms(use_true_random=False), st.floats(0.5, 10), st.floats(-5, 5))
def test_mean_ignores_order_and_follows_a_change_of_unit(values, random, scale, shift):
    plain = mean_fpc(values, 40)
    shuffled = list(values)
    random.shuffle(shuffled)
    moved = mean_fpc([scale * v + shift for v in shuffled], 40)
    assert moved.estimate == pytest.approx(scale * plain.estimate + shift, abs=1e-9)
    assert moved.se == pytest.approx(scale * plain.se, abs=1e-9)


def test_missing_values_are_left_out():
    assert mean_fpc([1, np.nan, 3, None, 5], 9) == mean_fpc([1, 3, 5], 9)


def test_one_respondent_gives_a_mean_without_an_interval():
    result = mean_fpc([4.0], 27)
    assert result.estimate == 4
    assert result.n == 1
    assert np.isnan([result.se, result.lower, result.upper]).all()


@pytest.mark.parametrize("values", [[3.0], [1.0, 5.0, 2.0]])
def test_everybody_answered_leaves_no_uncertainty(values):
    result = mean_fpc(values, len(values))
    assert result.se == 0
    assert result.lower == result.upper == result.estimate == np.mean(values)


@pytest.mark.parametrize("values", [[], [np.nan, np.nan]])
def test_nothing_valid_gives_nan(values):
    result = mean_fpc(values, 27)
    assert result.n == 0
    assert np.isnan([result.estimate, result.se, result.lower, result.upper, result.df]).all()


def test_all_equal_gives_an_interval_without_width():
    result = mean_fpc([4.0] * 6, 27)
    assert (result.se, result.lower, result.upper) == (0, 4, 4)


@pytest.mark.parametrize(
    ("values", "population", "message"),
    [
        ([1.0, 2, 3], 2, "smaller than the number of respondents"),
        ([1.0, 2], np.nan, "missing"),
        ([1.0, 2], 0, "positive"),
        ([[1.0, 2]], 9, "one dimension"),
        ([1.0, np.inf], 9, "infinite"),
    ],
)
def test_impossible_means_are_refused(values, population, message):
    with pytest.raises(ValueError, match=message):
        mean_fpc(values, population)


def test_error_never_shows_a_value():
    with pytest.raises(ValueError) as caught:
        mean_fpc([4711.5, 4711.5], 1)
    assert "4711" not in str(caught.value)


def _coverage(n: int, population: int) -> np.ndarray:
    hits = np.arange(n + 1)
    interval = share_intervals(hits, np.full(n + 1, n), population)
    low = np.rint(interval.lower * population)
    high = np.rint(interval.upper * population)
    truth = np.arange(population + 1)
    inside = (low[None] <= truth[:, None]) & (truth[:, None] <= high[None])
    return (stats.hypergeom.pmf(hits[None], population, truth[:, None], n) * inside).sum(axis=1)


def test_lowest_coverage_of_15_among_27_is_963():
    assert _coverage(15, 27).min() == pytest.approx(0.963, abs=5e-4)


@pytest.mark.parametrize("population", [17, 27, 43, 59])
def test_share_interval_never_covers_less_than_it_says(population):
    for n in range(1, population + 1):
        assert _coverage(n, population).min() >= 0.95 - 1e-9


def _tail(outcomes, population, k, n):
    """Probability of the outcomes as an exact fraction, by counting."""
    ways = sum(comb(k, x) * comb(population - k, n - x) for x in outcomes)
    return Fraction(ways, comb(population, n))


@given(
    st.integers(1, 30).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))),
    st.integers(0, 40),
)
@example((1, 1), 39)
def test_share_interval_holds_exactly_what_neither_tail_rejects(counts, silent):
    n, hits = counts
    population = n + silent
    kept = [
        k
        for k in range(hits, population - (n - hits) + 1)
        if _tail(range(hits, n + 1), population, k, n) >= Fraction(1, 40)
        and _tail(range(hits + 1), population, k, n) >= Fraction(1, 40)
    ]
    result = share_interval(hits, n, population)
    assert result.lower * population == pytest.approx(kept[0])
    assert result.upper * population == pytest.approx(kept[-1])
    assert result.lower <= result.estimate <= result.upper


@given(
    st.integers(1, 30).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))),
    st.integers(0, 40),
)
def test_share_interval_is_symmetric_in_yes_and_no(counts, silent):
    n, hits = counts
    yes = share_interval(hits, n, n + silent)
    no = share_interval(n - hits, n, n + silent)
    assert (yes.lower, yes.upper) == pytest.approx((1 - no.upper, 1 - no.lower), abs=1e-12)
    assert yes.se == pytest.approx(no.se, nan_ok=True)


def test_share_of_the_council(council):
    result = share_interval(int(council["p"].sum()), 15, 27)
    assert result.estimate == pytest.approx(0.533333333333333, rel=1e-12)
    assert result.se == pytest.approx(0.0888888888888889, rel=1e-12)
    assert (result.lower * 27, result.upper * 27) == pytest.approx((10, 19))


def test_without_population_it_is_clopper_and_pearson():
    for hits in range(13):
        result = share_interval(hits, 12, None)
        exact = stats.binomtest(hits, 12).proportion_ci(method="exact")
        assert (result.lower, result.upper) == pytest.approx((exact.low, exact.high), abs=1e-12)


def test_large_population_comes_close_to_clopper_and_pearson():
    near, limit = share_interval(7, 40, 10_000_000), share_interval(7, 40, None)
    assert (near.lower, near.upper) == pytest.approx((limit.lower, limit.upper), abs=1e-4)


def test_share_when_all_answered_and_when_none_did():
    whole = share_interval(4, 9, 9)
    assert whole.lower == whole.upper == whole.estimate == 4 / 9
    assert whole.se == 0
    nobody = share_interval(0, 0, 9)
    assert np.isnan([nobody.estimate, nobody.se, nobody.lower, nobody.upper]).all()
    one = share_interval(1, 1, 9)
    assert one.estimate == 1
    assert np.isnan(one.se)
    assert (one.lower * 9, one.upper) == pytest.approx((1, 1))


def test_many_cells_equal_one_by_one():
    rng = np.random.default_rng(1)
    size = rng.integers(17, 60, 400)
    n = (size * rng.uniform(0.2, 1, 400)).astype(int)
    hits = (n * rng.uniform(0, 1, 400)).astype(int)
    many = share_intervals(hits, n, size)
    for place in range(0, 400, 23):
        one = share_interval(hits[place], n[place], size[place])
        assert (many.estimate[place], many.lower[place], many.upper[place]) == (
            one.estimate,
            one.lower,
            one.upper,
        )
        assert many.se[place] == one.se


@pytest.mark.parametrize(
    ("hits", "n", "population", "message"),
    [
        (5, 4, 27, "more than"),
        (-1, 4, 27, "whole numbers"),
        (1.5, 4, 27, "whole numbers"),
        (1, 4, 3, "smaller than"),
        (1, 4, 27.5, "whole number of persons"),
        (np.nan, 4, 27, "whole numbers"),
    ],
)
def test_impossible_shares_are_refused(hits, n, population, message):
    with pytest.raises(ValueError, match=message):
        share_interval(hits, n, population)


def test_difference_without_population_is_welch():
    a, b = [1.0, 2, 2, 5, 4, 4], [3.0, 3, 4, 5, 5]
    result = difference(mean_fpc(a, None), mean_fpc(b, None))
    welch = stats.ttest_ind(a, b, equal_var=False)
    assert result.df == pytest.approx(welch.df, rel=1e-12)
    assert result.p_value == pytest.approx(welch.pvalue, rel=1e-12)
    low, high = welch.confidence_interval()
    assert (result.lower, result.upper) == pytest.approx((low, high), rel=1e-12)


def test_difference_when_one_group_answered_in_full():
    council, everybody = mean_fpc([1.0, 2, 4, 5], 9), mean_fpc([3.0, 3, 4], 3)
    result = difference(council, everybody)
    assert result.se == council.se
    assert result.df == pytest.approx(council.df)


def test_difference_of_two_full_groups_is_known():
    result = difference(mean_fpc([1.0, 2], 2), mean_fpc([3.0, 5], 2))
    assert (result.estimate, result.se, result.lower, result.upper) == (-2.5, 0, -2.5, -2.5)
    assert result.p_value == 0
    assert np.isnan(result.df)


def test_difference_with_one_respondent_has_no_interval():
    result = difference(mean_fpc([1.0], 9), mean_fpc([3.0, 5], 9))
    assert np.isnan([result.se, result.lower, result.upper, result.p_value]).all()


def test_change_in_a_full_panel_is_the_paired_test():
    before, after = np.array([1.0, 2, 4, 3, 5, 2]), np.array([2.0, 2, 5, 4, 4, 3])
    result = change_overlapping(before, after, None)
    paired = stats.ttest_rel(after, before)
    assert result.estimate == pytest.approx(np.mean(after - before))
    assert result.p_value == pytest.approx(paired.pvalue, rel=1e-10)
    assert result.df == 5


def test_change_variance_follows_the_formula():
    gap = np.nan
    before = np.array([1, 2, 4, 3, 5, gap, gap, 2])
    after = np.array([2, gap, 5, 4, 4, 3, 1, gap])
    x, y = before[[0, 2, 3, 4]], after[[0, 2, 3, 4]]
    s12 = np.cov(x, y)[0, 1]
    one, two = mean_fpc(before, 20), mean_fpc(after, 20)
    expected = one.se**2 + two.se**2 - 2 * (4 / (6 * 6) - 1 / 20) * s12
    result = change_overlapping(before, after, 20)
    assert result.se == pytest.approx(np.sqrt(expected), rel=1e-12)
    assert result.df == 5


def test_change_variance_is_right_over_all_pairs_of_overlapping_samples():
    """Both waves drawn so that two of three persons answer twice: the formula is unbiased."""
    first = np.array([1.0, 2, 5, 4, 3, 1])
    second = np.array([2.0, 2, 4, 5, 3, 3])
    changes, variances = [], []
    for people in combinations(range(6), 4):
        for left in people:
            for right in people:
                if left == right:
                    continue
                before, after = np.full(6, np.nan), np.full(6, np.nan)
                in_first = [p for p in people if p != right]
                in_second = [p for p in people if p != left]
                before[in_first], after[in_second] = first[in_first], second[in_second]
                one, two = mean_fpc(before, 6), mean_fpc(after, 6)
                both = [p for p in in_first if p in in_second]
                s12 = np.cov(first[both], second[both])[0, 1]
                changes.append(two.estimate - one.estimate)
                variances.append(one.se**2 + two.se**2 - 2 * (len(both) / 9 - 1 / 6) * s12)
    assert np.mean(variances) == pytest.approx(np.var(changes), rel=1e-10)


def test_change_without_overlap_counts_the_waves_as_independent():
    gap = np.nan
    before, after = [1.0, 2, 4, gap, gap, gap], [gap, gap, gap, 3.0, 5, 5]
    result = change_overlapping(before, after, 20)
    apart = difference(mean_fpc(after, 20), mean_fpc(before, 20))
    assert (result.estimate, result.se, result.df) == (apart.estimate, apart.se, apart.df)


def test_change_when_everybody_answered_twice_is_known():
    result = change_overlapping([1.0, 2, 4], [2.0, 2, 5], 3)
    assert result.se == pytest.approx(0, abs=1e-12)


@given(
    st.lists(
        st.tuples(st.one_of(st.none(), st.integers(1, 5)), st.one_of(st.none(), st.integers(1, 5))),
        min_size=3,
        max_size=15,
    ),
    st.integers(0, 10),
)
def test_change_never_has_a_negative_variance(pairs, silent):
    before = np.array([a for a, _ in pairs], dtype=float)
    after = np.array([b for _, b in pairs], dtype=float)
    result = change_overlapping(before, after, len(pairs) + silent)
    assert result.se >= 0 or np.isnan(result.se)


def test_change_refuses_more_persons_than_the_population():
    with pytest.raises(ValueError, match="smaller than"):
        change_overlapping([1.0, 2, np.nan], [np.nan, 2, 3.0], 2)
    with pytest.raises(ValueError, match="lengths differ"):
        change_overlapping([1.0, 2], [1.0], 9)


@given(st.lists(st.integers(1, 5), min_size=1, max_size=20), st.lists(st.integers(1, 5)))
def test_bounds_hold_the_truth_whatever_the_silent_say(answered, silent):
    population = len(answered) + len(silent)
    bounds = worst_case_bounds(np.mean(answered), len(answered), population, 1, 5)
    truth = np.mean(answered + silent)
    assert bounds.lower - 1e-9 <= truth <= bounds.upper + 1e-9


def test_bounds_are_reached_when_the_silent_all_agree():
    bounds = worst_case_bounds([3.5, np.nan], [8, 0], [20, 10], 1, 5)
    assert bounds.lower == pytest.approx([(8 * 3.5 + 12) / 20, 1])
    assert bounds.upper == pytest.approx([(8 * 3.5 + 60) / 20, 5])


def test_bounds_need_a_finite_population():
    with pytest.raises(ValueError, match="finite"):
        worst_case_bounds(3, 5, np.inf, 1, 5)
    with pytest.raises(ValueError, match="minimum"):
        worst_case_bounds(3, 5, 9, 5, 1)
