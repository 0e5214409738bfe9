from __future__ import annotations

import numpy as np
import pytest

from plankompass.statistics import bootstrap
from plankompass.statistics.bootstrap import bootstrap_means, rao_wu_weights, replicate_means
from plankompass.statistics.cells import means_by_cell


def _made(seed: int = 0, missing: float = 0.0):
    rng = np.random.default_rng(seed)
    values = rng.integers(1, 6, (240, 3)).astype(float)
    values[rng.random(values.shape) < missing] = np.nan
    return values, np.repeat(np.arange(12), 20), np.linspace(20, 59, 12).round()


def test_multipliers_have_mean_one_and_variance_one_and_look_like_poisson():
    counts = np.array(bootstrap._POISSON_COUNTS)
    draws = np.arange(counts.size)
    assert counts.sum() == 256
    assert (draws * counts).sum() == 256
    assert ((draws - 1) ** 2 * counts).sum() == 256
    poisson = np.array([1, 1, 1 / 2, 1 / 6, 1 / 24, 1 / 120]) / np.e
    assert np.abs(counts / 256 - poisson).max() < 0.012


def test_rao_wu_weights_sum_to_n_and_reproduce_the_variance():
    rng = np.random.default_rng(1)
    values = rng.integers(1, 6, 15).astype(float)
    weights = rao_wu_weights(15, 27, 200_000, np.random.default_rng(2))
    np.testing.assert_allclose(weights.sum(axis=1), 15)
    expected = (1 - 15 / 27) * values.var(ddof=1) / 15
    assert (weights @ values / 15).var() == pytest.approx(expected, rel=0.02)


@pytest.mark.parametrize("method", ["poisson", "exact"])
def test_variance_equals_the_formula(method):
    values, codes, sizes = _made()
    result = bootstrap_means(values, codes, sizes, replicates=4000, seed=3, method=method)
    formula = means_by_cell(values, codes, sizes)
    np.testing.assert_allclose(result.estimate, formula.estimate)
    assert (result.se[0] == 0).all()  # 20 of 20
    ratio = (result.se[1:] / formula.se[1:]) ** 2
    assert ratio.mean() == pytest.approx(1, abs=0.02)
    assert np.abs(ratio - 1).max() < 0.15


def test_missing_answers_use_the_variables_own_n():
    values, codes, sizes = _made(missing=0.3)
    result = bootstrap_means(values, codes, sizes, replicates=4000, seed=4)
    ratio = (result.se / means_by_cell(values, codes, sizes).se) ** 2
    assert ratio.mean() == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("method", ["poisson", "exact"])
def test_variables_share_their_draws(method):
    rng = np.random.default_rng(5)
    x = rng.normal(size=30)
    values = np.column_stack([x, -x, 2 * x + 1])
    result = bootstrap_means(
        values, np.zeros(30, dtype=int), [60], seed=6, method=method, keep=True
    )
    drawn = result.replicates[0]
    assert drawn.shape == (3, 1000)
    np.testing.assert_allclose(drawn[0], -drawn[1], atol=1e-5)
    np.testing.assert_allclose(drawn[2], 2 * drawn[0] + 1, atol=1e-5)


def test_limits_are_the_percentiles_of_the_replicates():
    values, codes, sizes = _made()
    result = bootstrap_means(values, codes, sizes, replicates=501, seed=7, keep=True)
    low, high = np.quantile(result.replicates.astype(float), [0.025, 0.975], axis=2)
    np.testing.assert_allclose(result.lower, low, rtol=1e-5)
    np.testing.assert_allclose(result.upper, high, rtol=1e-5)
    np.testing.assert_allclose(result.se, result.replicates.std(axis=2, ddof=1), atol=1e-5)


def test_same_seed_same_numbers_and_a_cell_alone():
    values, codes, sizes = _made()
    once = bootstrap_means(values, codes, sizes, seed=8)
    again = bootstrap_means(values, codes, sizes, seed=8)
    np.testing.assert_array_equal(once.lower, again.lower)
    only = bootstrap_means(values, np.where(codes == 5, 5, -1), sizes, seed=8)
    np.testing.assert_array_equal(only.lower[5], once.lower[5])
    assert np.isnan(only.estimate[4]).all()
    other = bootstrap_means(values, codes, sizes, seed=9)
    assert (other.lower[5] != once.lower[5]).any()


def test_blocks_of_weights_do_not_change_the_variance(monkeypatch):
    values, codes, sizes = _made()
    monkeypatch.setattr(bootstrap, "_WEIGHTS_AT_ONCE", 3 * 2000)
    result = bootstrap_means(values, codes, sizes, replicates=2000, seed=10)
    ratio = (result.se[1:] / means_by_cell(values, codes, sizes).se[1:]) ** 2
    assert ratio.mean() == pytest.approx(1, abs=0.03)


def test_replicates_come_cell_by_cell():
    values, codes, sizes = _made()
    cells = [
        cell
        for cell, _, drawn in replicate_means(values, codes, sizes, seed=1)
        if drawn.shape == (1000, 3)
    ]
    assert cells == list(range(12))


@pytest.mark.parametrize("method", ["poisson", "exact"])
def test_one_respondent_everybody_and_nobody(method):
    values = np.array([3.0, 4.0, 5.0, np.nan, 2.0])
    codes = np.array([0, 1, 1, 2, 4])
    result = bootstrap_means(values, codes, [9, 2, 5, 6, 1], seed=1, method=method)
    assert result.estimate[0, 0] == 3
    assert np.isnan(result.se[0, 0])
    assert (result.se[1, 0], result.lower[1, 0]) == (0, 4.5)
    assert np.isnan(result.estimate[2, 0])
    assert np.isnan(result.estimate[3, 0])
    assert (result.estimate[4, 0], result.se[4, 0]) == (2, 0)


def test_no_respondents_at_all():
    result = bootstrap_means(np.empty((0, 2)), np.empty(0, dtype=int), [5, 6], seed=1, keep=True)
    assert result.estimate.shape == (2, 2)
    assert np.isnan(result.replicates).all()


def test_what_cannot_be_resampled_is_refused():
    with pytest.raises(ValueError, match="two respondents"):
        rao_wu_weights(1, 27, 10, np.random.default_rng(0))
    with pytest.raises(ValueError, match="smaller than"):
        rao_wu_weights(5, 4, 10, np.random.default_rng(0))
    with pytest.raises(ValueError, match="poisson or exact"):
        bootstrap_means([1.0, 2], np.array([0, 0]), [5], seed=1, method="bayes")
