from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats

from plankompass.statistics.reliability import (
    cronbach_alpha,
    icc_one_two,
    omega_total,
    rwg_j,
    van_der_eijk_a,
)

from .test_agreement import JUDGES

complete = hnp.arrays(
    float, st.tuples(st.integers(3, 15), st.integers(2, 5)), elements=st.integers(1, 5).map(float)
)


def _scale(n: int, loadings, errors, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    common = rng.normal(size=(n, 1))
    return common * loadings + rng.normal(size=(n, len(loadings))) * np.sqrt(errors)


@given(complete)
def test_alpha_is_hoyts_ratio_of_mean_squares(items):
    """Alpha from a two-way analysis of variance: 1 - MS(error)/MS(persons)."""
    items = items[:, np.ptp(items, axis=0) > 0]
    n, k = items.shape
    result = cronbach_alpha(items)
    if k < 2 or np.ptp(items.sum(axis=1)) == 0:
        assert np.isnan(result.estimate)
        return
    persons = k * ((items.mean(axis=1) - items.mean()) ** 2).sum() / (n - 1)
    rest = items - items.mean(axis=1, keepdims=True) - items.mean(axis=0) + items.mean()
    error = (rest**2).sum() / ((n - 1) * (k - 1))
    assert result.estimate == pytest.approx(1 - error / persons, abs=1e-9)
    quantile = stats.f(n - 1, (n - 1) * (k - 1)).ppf
    assert result.lower == pytest.approx(1 - (1 - result.estimate) * quantile(0.975), rel=1e-9)
    assert result.upper == pytest.approx(1 - (1 - result.estimate) * quantile(0.025), rel=1e-9)


def test_if_dropped_and_item_rest_by_hand():
    items = _scale(50, [0.9, 0.7, 0.8, 0.3], [0.4, 0.5, 0.3, 0.9], 1)
    result = cronbach_alpha(items)
    for item in range(4):
        others = np.delete(items, item, axis=1)
        assert result.if_dropped[item] == pytest.approx(cronbach_alpha(others).estimate)
        rest = np.corrcoef(items[:, item], others.sum(axis=1))[0, 1]
        assert result.item_rest[item] == pytest.approx(rest)


def test_alpha_uses_pairwise_covariances():
    items = _scale(40, [0.9, 0.7, 0.8], [0.4, 0.5, 0.3], 2)
    items[:5, 0] = np.nan
    items[3:9, 2] = np.nan
    covariance = np.empty((3, 3))
    for a in range(3):
        for b in range(3):
            both = ~np.isnan(items[:, [a, b]]).any(axis=1)
            covariance[a, b] = np.cov(items[both, a], items[both, b])[0, 1]
    expected = 1.5 * (1 - np.trace(covariance) / covariance.sum())
    result = cronbach_alpha(items)
    assert result.estimate == pytest.approx(expected, rel=1e-12)
    assert result.n == 40


def test_standard_error_of_alpha_by_the_delta_method():
    """Second method: gradient of alpha, covariance of a normal sample's covariances."""
    items = _scale(80, [0.9, 0.7, 0.8, 0.5], [0.4, 0.5, 0.3, 0.9], 3)
    covariance = np.cov(items.T)
    k = 4

    def alpha(flat):
        matrix = flat.reshape(k, k)
        return k / (k - 1) * (1 - np.trace(matrix) / matrix.sum())

    flat = covariance.ravel()
    gradient = np.array([(alpha(flat + h) - alpha(flat - h)) / 2e-6 for h in np.eye(k * k) * 1e-6])
    spread = np.einsum("ac,bd->abcd", covariance, covariance) + np.einsum(
        "ad,bc->abcd", covariance, covariance
    )
    variance = gradient @ spread.reshape(k * k, k * k) @ gradient / 80
    assert cronbach_alpha(items).se == pytest.approx(np.sqrt(variance), rel=1e-6)


def test_feldts_interval_covers():
    truth_loadings, errors = np.full(4, 0.8), np.full(4, 0.6)
    truth = 4 / 3 * (1 - 4 * 1.24 / (16 * 0.64 + 4 * 0.6))
    hits = sum(
        (r := cronbach_alpha(_scale(15, truth_loadings, errors, seed))).lower <= truth <= r.upper
        for seed in range(600)
    )
    assert 0.93 <= hits / 600 <= 0.97


def test_constant_items_are_left_out():
    items = _scale(30, [0.9, 0.7, 0.8], [0.4, 0.5, 0.3], 4)
    with_constant = np.column_stack([items[:, :1], np.full(30, 3.0), items[:, 1:]])
    result, plain = cronbach_alpha(with_constant), cronbach_alpha(items)
    assert (result.estimate, result.items) == (plain.estimate, 3)
    assert np.isnan(result.item_rest[1])


def test_identical_items_have_alpha_one():
    answers = np.array([1.0, 2, 5, 4])
    result = cronbach_alpha(np.stack([answers] * 3, axis=1))
    assert (result.estimate, result.lower, result.upper) == pytest.approx((1, 1, 1))


@pytest.mark.parametrize(
    "items",
    [
        np.empty((0, 3)),
        np.full((4, 3), np.nan),
        [[1.0, 2, 3]],
        np.ones((5, 3)),
        [[1.0], [2.0]],
        [[1.0, np.nan], [np.nan, 2.0], [3.0, np.nan], [np.nan, 4.0]],
        [[1.0, 5], [2, 4], [3, 3]],
    ],
)
def test_undefined_alpha_is_nan(items):
    result = cronbach_alpha(items)
    assert np.isnan([result.estimate, result.se, result.lower, result.upper]).all()


def test_omega_equals_statsmodels():
    from statsmodels.multivariate.factor import Factor

    items = _scale(300, [0.8, 0.6, 0.5, 0.9, 0.4], [0.25, 0.5, 1, 0.16, 1.2], 5)
    fit = Factor(items, 1, method="ml").fit()
    spread = items.std(axis=0)
    loadings = fit.loadings[:, 0] * spread
    errors = (1 - fit.loadings[:, 0] ** 2) * spread**2
    expected = loadings.sum() ** 2 / (loadings.sum() ** 2 + errors.sum())
    assert omega_total(items).estimate == pytest.approx(expected, rel=1e-6)


def test_omega_of_three_items_has_a_closed_form():
    items = _scale(200, [0.8, 0.7, 0.9], [0.4, 0.5, 0.3], 6)
    covariance = np.cov(items.T)
    loadings = np.sqrt(
        [
            covariance[0, 1] * covariance[0, 2] / covariance[1, 2],
            covariance[0, 1] * covariance[1, 2] / covariance[0, 2],
            covariance[0, 2] * covariance[1, 2] / covariance[0, 1],
        ]
    )
    expected = loadings.sum() ** 2 / covariance.sum()
    assert omega_total(items).estimate == pytest.approx(expected, rel=1e-10)


def test_omega_finds_the_planted_value_and_knows_its_error():
    loadings, errors = np.array([0.8, 0.7, 0.6, 0.9]), np.array([0.4, 0.5, 0.6, 0.3])
    truth = loadings.sum() ** 2 / (loadings.sum() ** 2 + errors.sum())
    fits = [omega_total(_scale(250, loadings, errors, seed)) for seed in range(200)]
    found = np.array([fit.estimate for fit in fits])
    assert found.mean() == pytest.approx(truth, abs=0.005)
    assert np.mean([fit.se for fit in fits]) == pytest.approx(found.std(), rel=0.12)


def test_omega_is_alpha_when_items_are_alike():
    items = np.empty((400, 4))
    rng = np.random.default_rng(7)
    items[:] = rng.normal(size=(400, 1)) + rng.normal(size=(400, 4))
    assert omega_total(items).estimate == pytest.approx(cronbach_alpha(items).estimate, abs=0.005)


@given(st.permutations(range(4)), st.floats(0.1, 20))
def test_omega_ignores_order_and_unit(order, scale):
    items = _scale(60, [0.8, 0.7, 0.6, 0.9], [0.4, 0.5, 0.6, 0.3], 8)
    plain, moved = omega_total(items), omega_total(items[::-1][:, order] * scale)
    assert moved.estimate == pytest.approx(plain.estimate, rel=1e-8)
    assert moved.se == pytest.approx(plain.se, rel=1e-6)


@pytest.mark.parametrize(
    "items",
    [
        _scale(20, [0.8, 0.7], [0.4, 0.5], 9),
        _scale(3, [0.8, 0.7, 0.9], [0.4, 0.5, 0.3], 9),
        np.column_stack([_scale(20, [0.8, 0.7], [0.4, 0.5], 9), np.ones(20)]),
        np.column_stack([_scale(20, [0.8, 0.7], [0.4, 0.5], 9)] * 2),
        np.full((9, 3), np.nan),
    ],
    ids=["two items", "few respondents", "constant item", "doubled items", "all missing"],
)
def test_omega_that_cannot_be_fitted_is_nan(items):
    result = omega_total(items)
    assert not result.converged
    assert np.isnan([result.estimate, result.se, result.lower, result.upper]).all()


def test_improper_solution_is_told():
    covariance = np.array([[1, 0.9, 0.6], [0.9, 1, 0.5], [0.6, 0.5, 1]])
    rng = np.random.default_rng(10)
    white = rng.normal(size=(50, 3))
    white = (white - white.mean(axis=0)) @ np.linalg.inv(np.linalg.cholesky(np.cov(white.T))).T
    result = omega_total(white @ np.linalg.cholesky(covariance).T)
    # 0.9 * 0.6 / 0.5 = 1.08: the first item would explain more than its variance (divisor n).
    assert result.converged
    assert not result.proper
    assert result.loadings[0] ** 2 == pytest.approx(1.08 * 49 / 50, rel=1e-6)


def test_rwg_by_hand():
    items = np.array([[4.0, 5], [4, 4], [5, 4], [1, 5], [5, 1], [3, 3]])
    result = rwg_j(items, ["b", "b", "b", "a", "a", "c"], 5)
    assert result.groups.tolist() == ["a", "b", "c"]
    ratio = (1 / 3) / 2
    assert result.estimate[1] == pytest.approx(2 * (1 - ratio) / (2 * (1 - ratio) + ratio))
    assert result.estimate[0] == 0  # more spread than evenly spread answers
    assert result.lindell[0] == pytest.approx(1 - 8 / 2)
    assert np.isnan(result.estimate[2])
    assert result.n.tolist() == [2, 3, 1]
    assert result.mean == pytest.approx(result.estimate[1] / 2)


@given(complete, st.data())
def test_rwg_equals_a_loop_over_groups(items, data):
    groups = data.draw(
        st.lists(st.integers(0, 2), min_size=len(items), max_size=len(items)).map(np.array)
    )
    result = rwg_j(items, groups, 5)
    for position, group in enumerate(result.groups):
        own = items[groups == group]
        if len(own) < 2:
            assert np.isnan(result.estimate[position])
            continue
        variance = min(own.var(axis=0, ddof=1).mean(), 2.0)
        j = items.shape[1]
        top = j * (1 - variance / 2)
        assert result.estimate[position] == pytest.approx(top / (top + variance / 2), abs=1e-12)


def test_rwg_of_full_agreement_is_one_and_incomplete_rows_drop_out():
    items = [[4.0, 5, 2], [4, 5, 2], [1, np.nan, 1]]
    result = rwg_j(items, [1, 1, 1], 5)
    assert result.estimate.tolist() == [1]
    assert result.n.tolist() == [2]


def test_rwg_refuses_what_does_not_fit():
    with pytest.raises(ValueError, match="one label"):
        rwg_j([[1.0, 2]], [1, 2], 5)
    with pytest.raises(ValueError, match="two points"):
        rwg_j([[1.0, 2]], [1], 1)


def test_icc_of_shrout_and_fleiss():
    """ICC(1,1) = .17 with interval -.133 to .72, ICC(1,4) = .44."""
    values, targets = JUDGES.T.ravel(), np.repeat(np.arange(6), 4)
    result = icc_one_two(values, targets)
    assert result.icc1 == pytest.approx(0.17, abs=5e-3)
    assert result.icc2 == pytest.approx(0.44, abs=5e-3)
    assert (result.lower, result.upper) == pytest.approx((-0.133, 0.72), abs=5e-3)
    assert result.p_value == pytest.approx(0.16477, abs=5e-6)
    assert result.estimate == result.icc1


@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(1, 5)), min_size=6, max_size=40),
    st.randoms(use_true_random=False),
)
def test_icc_against_scipys_analysis_of_variance(rows, random):
    random.shuffle(rows)
    groups, values = np.array(rows).T
    parts = [values[groups == g].astype(float) for g in np.unique(groups)]
    result = icc_one_two(values, groups)
    if len(parts) < 2 or len(values) == len(parts):
        assert np.isnan(result.icc1)
        return
    inside = sum(((p - p.mean()) ** 2).sum() for p in parts)
    if inside < 1e-9:
        assert np.isnan(result.icc1) or result.icc1 == pytest.approx(1)
        return
    f = stats.f_oneway(*parts)
    assert result.f == pytest.approx(f.statistic, rel=1e-8, abs=1e-12)
    assert result.p_value == pytest.approx(f.pvalue, rel=1e-8)
    size = len(values) / len(parts)
    assert result.icc1 == pytest.approx((f.statistic - 1) / (f.statistic + size - 1), abs=1e-9)
    if f.statistic > 1e-9:
        assert result.icc2 == pytest.approx(1 - 1 / f.statistic, rel=1e-7)


def test_icc_without_variation_within_groups_is_one():
    result = icc_one_two([1.0, 1, 4, 4], ["a", "a", "b", "b"])
    assert (result.icc1, result.icc2, result.lower, result.upper) == (1, 1, 1, 1)


@pytest.mark.parametrize(
    ("values", "groups"),
    [([1.0, 2, 3], [1, 1, 1]), ([1.0, 2], [1, 2]), ([3.0] * 4, [1, 1, 2, 2]), ([], [])],
)
def test_undefined_icc_is_nan(values, groups):
    result = icc_one_two(values, groups)
    assert np.isnan([result.icc1, result.icc2, result.lower, result.upper]).all()


def test_van_der_eijks_published_examples():
    """Van der Eijk (2001), p. 331, and the placements of two Dutch parties."""
    assert van_der_eijk_a([30, 40, 210, 130, 530, 50, 10]) == pytest.approx(0.6113333, abs=5e-8)
    assert van_der_eijk_a([2.4, 2.8, 3.2, 6.2, 13.5, 30.4, 41.6]) == pytest.approx(0.61, abs=5e-3)
    assert van_der_eijk_a([1.6, 2.6, 8.2, 21, 29.3, 27, 10.3]) == pytest.approx(0.48, abs=5e-3)
    assert van_der_eijk_a([2, 0, 1, 1]) == pytest.approx(1 / 12)


@pytest.mark.parametrize(
    ("layer", "agreement"),
    [
        ("1111111", 0),
        ("1111110", 1 / 6),
        ("0111110", 2 / 6),
        ("0011110", 3 / 6),
        ("0011100", 4 / 6),
        ("0010100", 7 / 15),
        ("0000100", 1),
    ],
)
def test_layers_of_the_published_example(layer, agreement):
    assert van_der_eijk_a([int(c) for c in layer]) == pytest.approx(agreement, abs=1e-12)


def test_ends_of_the_scale():
    assert van_der_eijk_a([5, 0, 0, 0, 5]) == pytest.approx(-1)
    assert van_der_eijk_a([3, 3, 3, 3, 3]) == pytest.approx(0)
    assert van_der_eijk_a([0, 9, 0, 0, 0]) == 1
    assert np.isnan(van_der_eijk_a([0, 0, 0]))


@given(st.lists(st.integers(0, 20), min_size=3, max_size=7).filter(any), st.floats(0.01, 50))
def test_agreement_is_bounded_mirrored_and_free_of_size(counts, scale):
    a = van_der_eijk_a(counts)
    assert -1 - 1e-9 <= a <= 1 + 1e-9
    assert van_der_eijk_a(counts[::-1]) == pytest.approx(a, abs=1e-9)
    assert van_der_eijk_a(np.array(counts) * scale) == pytest.approx(a, abs=1e-9)


def test_impossible_counts_are_refused():
    with pytest.raises(ValueError, match="three categories"):
        van_der_eijk_a([1, 2])
    with pytest.raises(ValueError, match="0 or more"):
        van_der_eijk_a([1, -2, 3])
