from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from plankompass.statistics.finite_population import mean_fpc
from plankompass.statistics.linearisation import (
    domain_mean,
    post_stratified_mean,
    share_limits,
    stratified_mean,
    weighted_mean,
    weighted_share,
)
from plankompass.statistics.weighting import rake

answers = st.lists(st.integers(1, 5).map(float), min_size=2, max_size=20)


def test_apistrat_equals_r_survey(reference):
    table = reference("apistrat")
    sizes = dict(zip(table["stype"], table["fpc"].astype(float), strict=True))
    result = weighted_mean(table["api00"], table["pw"], strata=table["stype"], population=sizes)
    assert result.estimate == pytest.approx(662.287363159321, rel=1e-12)
    assert result.se == pytest.approx(9.40894080278458, rel=1e-12)
    assert (result.lower, result.upper) == pytest.approx(
        (643.732188272086, 680.842538046555), rel=1e-12
    )
    assert result.df == 197
    # The file's weights are rounded in the ninth digit; from the sizes themselves:
    whole = stratified_mean(table["api00"], table["stype"], sizes)
    assert whole.estimate == pytest.approx(662.287363159321, rel=1e-8)


def test_logit_share_of_the_council_equals_r_survey(council):
    result = weighted_share(council["p"], np.ones(15), population=27, method="logit")
    assert result.estimate == pytest.approx(0.533333333333333, rel=1e-12)
    assert result.se == pytest.approx(0.0888888888888889, rel=1e-12)
    assert (result.lower, result.upper) == pytest.approx(
        (0.346952076702147, 0.710852216932434), rel=1e-9
    )


@given(answers, st.integers(0, 30), st.floats(0.1, 9))
def test_equal_weights_give_the_plain_mean(values, silent, weight):
    population = len(values) + silent
    plain = mean_fpc(values, population)
    result = weighted_mean(values, np.full(len(values), weight), population=population)
    assert result.estimate == pytest.approx(plain.estimate, rel=1e-12)
    assert result.se == pytest.approx(plain.se, rel=1e-9, abs=1e-12)
    assert result.df == plain.df


def test_stratified_mean_by_hand():
    values, strata = [1.0, 2, 4, 5, 5, 3], ["a", "a", "a", "b", "b", "b"]
    result = stratified_mean(values, strata, {"a": 10, "b": 30})
    one, two = mean_fpc(values[:3], 10), mean_fpc(values[3:], 30)
    assert result.estimate == pytest.approx(0.25 * one.estimate + 0.75 * two.estimate)
    assert result.se == pytest.approx(np.hypot(0.25 * one.se, 0.75 * two.se))
    assert result.df == 4


def test_stratified_variance_is_unbiased_over_all_samples():
    first, second = np.array([1.0, 2, 5, 3]), np.array([4.0, 4, 1])
    results = [
        stratified_mean(
            np.concatenate([first[list(a)], second[list(b)]]), [0, 0, 1, 1], {0: 4, 1: 3}
        )
        for a in combinations(range(4), 2)
        for b in combinations(range(3), 2)
    ]
    spread = np.var([result.estimate for result in results])
    assert np.mean([result.se**2 for result in results]) == pytest.approx(spread, rel=1e-12)


def test_domain_by_the_textbook():
    """Cochran (1977), 2.13: variance (1 - f) n/(n - 1) sum (y - m)² / n_d²."""
    values = np.array([1.0, 2, 4, 5, 5, 3, 2])
    women = np.array([1, 0, 1, 1, 0, 0, 1], dtype=bool)
    result = domain_mean(values, women, 20)
    own = values[women]
    variance = (1 - 7 / 20) * 7 / 6 * ((own - own.mean()) ** 2).sum() / 16
    assert result.estimate == own.mean()
    assert result.se == pytest.approx(np.sqrt(variance), rel=1e-12)
    assert (result.n, result.df) == (4, 3)


def test_missing_answers_are_a_domain():
    values = np.array([1.0, np.nan, 4, 5, np.nan])
    filled = np.nan_to_num(values, nan=3)
    with_gap = weighted_mean(values, np.ones(5), population=12)
    as_domain = domain_mean(filled, ~np.isnan(values), 12)
    assert with_gap == as_domain


def test_post_stratified_mean_by_hand():
    values, groups = np.array([1.0, 3, 4, 5, 2, 5]), np.array(list("kkkmmm"))
    result = post_stratified_mean(values, groups, {"k": 10, "m": 20})
    k, m = values[:3], values[3:]
    mean = (10 * k.mean() + 20 * m.mean()) / 30
    weights = np.repeat([10 / 3, 20 / 3], 3) / 30
    parts = weights * (values - np.repeat([k.mean(), m.mean()], 3))
    variance = (1 - 6 / 30) * 6 / 5 * (parts**2).sum()
    assert result.estimate == pytest.approx(mean, rel=1e-12)
    assert result.se == pytest.approx(np.sqrt(variance), rel=1e-12)


def test_post_strata_that_explain_everything_leave_no_error():
    result = post_stratified_mean([2.0, 2, 5, 5], [0, 0, 1, 1], {0: 9, 1: 9})
    assert result.estimate == 3.5
    assert result.se == pytest.approx(0, abs=1e-12)


def test_empty_post_stratum_is_refused():
    with pytest.raises(ValueError, match="no respondent"):
        post_stratified_mean([2.0, 3], ["k", "k"], {"k": 9, "m": 9})


def test_clusters_by_hand():
    values = np.array([1.0, 2, 4, 5, 3, 3, 2])
    clusters = np.array([1, 1, 2, 2, 2, 3, 3])
    result = weighted_mean(values, np.ones(7), clusters=clusters, population=10)
    totals = np.array([(values[clusters == c] - values.mean()).sum() for c in (1, 2, 3)]) / 7
    assert result.se == pytest.approx(np.sqrt(0.7 * 3 / 2 * (totals**2).sum()))
    assert result.df == 2


def test_weighted_variance_against_simulation():
    """Unequal chances: the linearised variance is that of the weighted mean over samples."""
    rng = np.random.default_rng(0)
    size = rng.uniform(1, 4, 4000)
    y = 2 + 0.5 * size + rng.normal(size=4000)
    chance = size / size.sum()
    results = []
    for _ in range(600):
        chosen = rng.choice(4000, 80, p=chance)
        results.append(weighted_mean(y[chosen], 1 / chance[chosen]))
    spread = np.std([result.estimate for result in results])
    assert np.mean([result.se for result in results]) == pytest.approx(spread, rel=0.06)
    hits = [result.lower <= y.mean() <= result.upper for result in results]
    assert np.mean(hits) == pytest.approx(0.95, abs=0.03)


def test_raked_variance_against_simulation():
    """Calibration on what explains the answers must show in the standard error."""
    rng = np.random.default_rng(1)
    sex, age = rng.integers(0, 2, 3000), rng.integers(0, 3, 3000)
    y = 2.0 * sex + age + rng.normal(size=3000)
    targets = [
        {value: float((codes == value).sum()) for value in np.unique(codes).tolist()}
        for codes in (sex, age)
    ]
    results, plain = [], []
    for _ in range(300):
        chosen = rng.choice(3000, 150, replace=False)
        margins = [sex[chosen], age[chosen]]
        weights = rake(margins, targets).weights
        results.append(weighted_mean(y[chosen], weights, population=3000, calibrated_on=margins))
        plain.append(mean_fpc(y[chosen], 3000).se)
    spread = np.std([result.estimate for result in results])
    assert np.mean([result.se for result in results]) == pytest.approx(spread, rel=0.1)
    assert np.mean(plain) > 1.3 * spread


def test_korn_and_graubard_of_a_plain_sample_is_clopper_and_pearson():
    """Without weights and correction the effective sample size is n - 1 of n: take it so."""
    hits = np.repeat([1.0, 0.0], [12, 28])
    result = weighted_share(hits, np.ones(40))
    effective = 0.3 * 0.7 / result.se**2
    assert effective == pytest.approx(39)
    assert result.lower == pytest.approx(stats.beta.ppf(0.025, 0.3 * 39, 0.7 * 39 + 1))
    assert result.upper == pytest.approx(stats.beta.ppf(0.975, 0.3 * 39 + 1, 0.7 * 39))


def test_fewer_degrees_of_freedom_widen_korn_and_graubard():
    hits = np.tile([1.0, 0, 0, 1, 0], 12)
    plain = weighted_share(hits, np.ones(60))
    clustered = weighted_share(hits, np.ones(60), clusters=np.arange(60) % 7)
    assert clustered.df == 6
    factor = (stats.t.ppf(0.975, 59) / stats.t.ppf(0.975, 6)) ** 2
    effective = 0.4 * 0.6 / clustered.se**2 * factor
    assert clustered.lower == pytest.approx(
        stats.beta.ppf(0.025, 0.4 * effective, 0.6 * effective + 1)
    )
    assert plain.estimate == clustered.estimate


@pytest.mark.parametrize("method", ["korn-graubard", "logit"])
@pytest.mark.parametrize("answer", [0.0, 1.0])
def test_everybody_alike_keeps_an_honest_interval(method, answer):
    result = weighted_share(np.full(20, answer), np.ones(20), population=400, method=method)
    assert result.se == 0
    edge = 1 - 0.025 ** (1 / 20)
    expected = (0, edge) if answer == 0 else (1 - edge, 1)
    assert (result.lower, result.upper) == pytest.approx(expected)


@pytest.mark.parametrize("method", ["korn-graubard", "logit"])
def test_everybody_answered_is_known(method):
    result = weighted_share([1.0, 0, 1], np.ones(3), population=3, method=method)
    assert (result.lower, result.upper) == (result.estimate, result.estimate)


@given(st.integers(1, 19), st.sampled_from(["korn-graubard", "logit"]))
def test_share_limits_stay_inside_and_mirror(hits, method):
    values = np.repeat([1.0, 0.0], [hits, 20 - hits])
    yes = weighted_share(values, np.ones(20), population=100, method=method)
    no = weighted_share(1 - values, np.ones(20), population=100, method=method)
    assert 0 < yes.lower < yes.estimate < yes.upper < 1
    assert (yes.lower, yes.upper) == pytest.approx((1 - no.upper, 1 - no.lower), abs=1e-9)


def test_one_respondent_has_no_interval():
    result = weighted_share([1.0], [2.0], population=9)
    assert np.isnan([result.se, result.lower, result.upper]).all()
    lonely = stratified_mean([1.0, 2, 3], ["a", "b", "b"], {"a": 5, "b": 6})
    assert np.isnan(lonely.se)
    full = stratified_mean([1.0, 2, 3], ["a", "b", "b"], {"a": 1, "b": 6})
    assert full.se > 0


def test_nothing_valid_is_nan():
    assert np.isnan(weighted_mean([np.nan], [1.0]).estimate)
    assert np.isnan(stratified_mean([np.nan], ["a"], {"a": 3}).estimate)
    assert np.isnan(post_stratified_mean([np.nan], ["a"], {"a": 3}).estimate)
    assert np.isnan(domain_mean([1.0, 2], [False, False], 9).estimate)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"weights": [1.0]}, "lengths"),
        ({"weights": [1.0, 0]}, "above 0"),
        ({"strata": ["a", "b"], "population": 9}, "each stratum"),
        ({"strata": ["a", "b"], "population": {"a": 9}}, r"no size for strata \['b'\]"),
        ({"strata": ["a", "b"], "clusters": [1, 1]}, "two strata"),
        ({"domain": [True]}, "domain"),
        ({"population": 1}, "smaller than"),
    ],
)
def test_designs_that_do_not_fit_are_refused(arguments, message):
    given_ = {"weights": [1.0, 1.0], **arguments}
    with pytest.raises(ValueError, match=message):
        weighted_mean([1.0, 2.0], **given_)


def test_shares_must_be_nought_or_one():
    with pytest.raises(ValueError, match="0 or 1"):
        weighted_share([1.0, 2], [1.0, 1])
    with pytest.raises(ValueError, match="korn-graubard or logit"):
        share_limits(mean_fpc([1.0, 0], 9), method="wald")
