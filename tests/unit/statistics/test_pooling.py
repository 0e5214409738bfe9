from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, stats

from plankompass.statistics.cells import means_by_cell
from plankompass.statistics.pooling import (
    fay_herriot,
    floored_sd_mean_interval,
    pooled_sd_mean_interval,
    random_intercept,
)

DYESTUFF = [
    [1545, 1440, 1440, 1520, 1580],
    [1540, 1555, 1490, 1560, 1495],
    [1595, 1550, 1605, 1510, 1560],
    [1445, 1440, 1595, 1465, 1545],
    [1595, 1630, 1515, 1635, 1625],
    [1520, 1455, 1450, 1480, 1445],
]


def _dense_reml(y, covariance_of, x, scale):
    """Restricted likelihood with whole matrices: slow, and written another way."""

    def loss(log_variance):
        v = covariance_of(np.exp(log_variance))
        inverse = np.linalg.inv(v)
        cross = x.T @ inverse @ x
        p = inverse - inverse @ x @ np.linalg.solve(cross, x.T @ inverse)
        return np.linalg.slogdet(v)[1] + np.linalg.slogdet(cross)[1] + y @ p @ y

    grid = np.log(scale) + np.linspace(-12, 6, 60)
    start = grid[np.argmin([loss(point) for point in grid])]
    best = optimize.minimize_scalar(
        loss, bracket=(start - 0.4, start, start + 0.4), options={"xtol": 1e-12}
    )
    return np.exp(best.x), best.fun


def _milk(reference):
    table = reference("milk")
    area = table["MajorArea"].to_numpy()
    design = np.column_stack([np.ones(area.size)] + [(area == j) * 1.0 for j in (2, 3, 4)])
    return table["yi"].to_numpy(), table["SD"].to_numpy() ** 2, design


def test_milk_equals_the_published_coefficients(reference):
    """R's sae 1.3, example of eblupFH; printed after a stop at a relative change of 1e-4."""
    result = fay_herriot(*_milk(reference))
    assert result.beta == pytest.approx([0.9681890, 0.1327801, 0.2269462, -0.2413011], abs=1e-6)
    assert result.beta_se == pytest.approx([0.069362, 0.103001, 0.092330, 0.081617], abs=1e-6)
    assert result.area_variance == pytest.approx(0.01855022, rel=2e-5)


def test_milk_equals_an_independent_reml(reference):
    y, variance, x = _milk(reference)
    result = fay_herriot(y, variance, x)
    a, _ = _dense_reml(y, lambda a: np.diag(a + variance), x, variance.mean())
    assert result.area_variance == pytest.approx(a, rel=1e-6)
    # At the solution found, matrices give the same prediction and error to the last digits.
    a = result.area_variance
    v_inverse = np.diag(1 / (a + variance))
    q = np.linalg.inv(x.T @ v_inverse @ x)
    beta = q @ x.T @ v_inverse @ y
    gamma = np.diag(a / (a + variance))
    eblup = x @ beta + gamma @ (y - x @ beta)
    np.testing.assert_allclose(result.estimate, eblup, rtol=1e-10)
    rest = np.diag(variance / (a + variance))
    g = np.diag(gamma @ np.diag(variance)) + np.diag(rest @ x @ q @ x.T @ rest)
    g3 = variance**2 / (a + variance) ** 3 * 2 / (1 / (a + variance) ** 2).sum()
    np.testing.assert_allclose(result.mse, g + 2 * g3, rtol=1e-10)
    p = v_inverse - v_inverse @ x @ q @ x.T @ v_inverse
    assert y @ p @ p @ y == pytest.approx(np.trace(p), rel=1e-10)


@given(st.integers(0, 10_000))
def test_fay_herriot_finds_the_top_of_the_likelihood(seed):
    rng = np.random.default_rng(seed)
    variance = rng.uniform(0.05, 0.6, 15)
    y = 3 + rng.normal(0, rng.choice([0.0, 0.3, 1.0]), 15) + rng.normal(0, np.sqrt(variance))
    x = np.column_stack([np.ones(15), rng.normal(size=15)])

    def loss(a):
        v_inverse = np.diag(1 / (a + variance))
        cross = x.T @ v_inverse @ x
        p = v_inverse - v_inverse @ x @ np.linalg.solve(cross, x.T @ v_inverse)
        return np.log(a + variance).sum() + np.linalg.slogdet(cross)[1] + y @ p @ y

    found = fay_herriot(y, variance, x).area_variance
    grid = np.concatenate([[0.0], np.logspace(-5, 2, 200)])
    assert loss(found) <= min(loss(a) for a in grid) + 1e-9


@given(st.integers(0, 10_000), st.floats(0.001, 1000))
def test_fay_herriot_follows_order_and_unit(seed, scale):
    rng = np.random.default_rng(seed)
    variance = rng.uniform(0.05, 0.6, 12)
    y = rng.normal(0, 0.8, 12)
    order = rng.permutation(12)
    plain = fay_herriot(y, variance, np.ones(12))
    moved = fay_herriot(y[order] * scale, variance[order] * scale**2, np.ones((12, 1)))
    np.testing.assert_allclose(moved.estimate / scale, plain.estimate[order], rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(moved.mse / scale**2, plain.mse[order], rtol=1e-6)


def test_areas_alike_get_the_models_value():
    result = fay_herriot([2.0, 2.1, 1.9, 2.0], np.full(4, 1.0), np.ones(4))
    assert result.area_variance == 0
    assert result.estimate == pytest.approx(np.full(4, 2.0))
    assert (result.shrinkage == 0).all()


def test_pooled_means_lie_between_own_and_model_and_err_less():
    rng = np.random.default_rng(1)
    gain = []
    for _ in range(60):
        truth = rng.normal(3.5, 0.4, 60)
        variance = rng.uniform(0.1, 0.4, 60)
        y = truth + rng.normal(0, np.sqrt(variance))
        result = fay_herriot(y, variance, np.ones(60))
        gain.append(((result.estimate - truth) ** 2).mean() / ((y - truth) ** 2).mean())
        low, high = np.minimum(y, result.beta[0]), np.maximum(y, result.beta[0])
        assert ((low - 1e-9 <= result.estimate) & (result.estimate <= high + 1e-9)).all()
    assert np.mean(gain) < 0.6


def test_fay_herriots_intervals_cover():
    rng = np.random.default_rng(2)
    hits = []
    for _ in range(150):
        truth = rng.normal(3.5, 0.4, 60)
        variance = rng.uniform(0.1, 0.4, 60)
        result = fay_herriot(truth + rng.normal(0, np.sqrt(variance)), variance, np.ones(60))
        hits.append((result.lower <= truth) & (truth <= result.upper))
    assert np.mean(hits) == pytest.approx(0.95, abs=0.015)


@pytest.mark.parametrize(
    ("y", "variance", "design", "message"),
    [
        ([1.0, 2], [0.1, 0.2, 0.3], np.ones(2), "lengths"),
        ([1.0, np.nan, 2], np.ones(3), np.ones(3), "missing"),
        ([1.0, 2, 3], [0.1, 0.0, 0.2], np.ones(3), "above 0"),
        ([1.0, 2, 3], np.ones(3), np.ones((3, 2)), "full rank"),
        ([1.0], [1.0], np.ones(1), "fewer columns"),
    ],
)
def test_impossible_areas_are_refused(y, variance, design, message):
    with pytest.raises(ValueError, match=message):
        fay_herriot(y, variance, design)


def test_dyestuff_equals_lme4():
    """lmer(Yield ~ 1 + (1 | Batch)): variances 1764.05 and 2451.25, 1527.5 with error 19.38."""
    result = random_intercept(np.ravel(DYESTUFF), np.repeat(list("ABCDEF"), 5))
    assert result.between == pytest.approx(1764.05, rel=1e-10)
    assert result.within == pytest.approx(2451.25, rel=1e-10)
    assert result.grand_mean == pytest.approx(1527.5, rel=1e-12)
    assert result.grand_mean_se == pytest.approx(19.3834, rel=1e-5)
    # ranef() as printed by lme4 for these data.
    assert result.estimate - 1527.5 == pytest.approx(
        [-17.6068514, 0.3912634, 28.5622256, -23.0845385, 56.7331877, -44.9952868], abs=1e-6
    )


def test_dyestuff_of_the_reference_file_is_the_same(reference):
    table = reference("dyestuff")
    assert table["Yield"].tolist() == np.ravel(DYESTUFF).tolist()


@given(st.integers(0, 10_000))
def test_random_intercept_equals_dense_reml(seed):
    rng = np.random.default_rng(seed)
    groups = np.repeat(np.arange(6), rng.integers(1, 6, 6))
    if groups.size < 9:
        return
    y = rng.normal(0, rng.choice([0.0, 1.0]), 6)[groups] + rng.normal(size=groups.size)
    same = (groups[:, None] == groups[None, :]).astype(float)
    x = np.ones((groups.size, 1))
    result = random_intercept(y, groups)

    def loss(between, within):
        v = between * same + within * np.eye(groups.size)
        inverse = np.linalg.inv(v)
        cross = x.T @ inverse @ x
        p = inverse - inverse @ x @ np.linalg.solve(cross, x.T @ inverse)
        return np.linalg.slogdet(v)[1] + np.linalg.slogdet(cross)[1] + y @ p @ y

    best = loss(result.between, result.within)
    for between in np.concatenate([[0.0], result.between * np.array([0.8, 0.99, 1.01, 1.25])]):
        for within in result.within * np.array([0.8, 0.99, 1, 1.01, 1.25]):
            assert best <= loss(between, within) + 1e-8


def test_random_intercept_equals_statsmodels():
    import statsmodels.api as sm

    rng = np.random.default_rng(4)
    groups = np.repeat(np.arange(40), rng.integers(3, 20, 40))
    y = 3 + rng.normal(0, 0.5, 40)[groups] + rng.normal(size=groups.size)
    fit = sm.MixedLM(y, np.ones(y.size), groups).fit(reml=True)
    result = random_intercept(y, groups)
    assert result.between == pytest.approx(float(fit.cov_re[0, 0]), rel=1e-3)
    assert result.within == pytest.approx(fit.scale, rel=1e-3)
    assert result.grand_mean == pytest.approx(float(fit.params[0]), rel=1e-5)


def test_missing_values_and_words_as_groups():
    y = [1.0, np.nan, 2, 5, 6, 5, np.nan]
    result = random_intercept(y, ["a", "a", "a", "b", "b", "b", "c"])
    assert result.groups.tolist() == ["a", "b"]
    assert result.n.tolist() == [2, 3]


@pytest.mark.parametrize(
    ("values", "groups", "message"),
    [
        ([1.0, 2], ["a", "b"], "two respondents"),
        ([1.0, 2, 3], ["a"] * 3, "two groups"),
        ([1.0, 1, 2, 2], ["a", "a", "b", "b"], "do not vary"),
        ([1.0, 2], ["a"], "one label"),
    ],
)
def test_groups_that_cannot_be_pooled_are_refused(values, groups, message):
    with pytest.raises(ValueError, match=message):
        random_intercept(values, groups)


def test_pooled_spread_by_hand():
    values = np.array([1.0, 2, 3, 4, 4, 4, 4, 5])
    codes = np.array([0, 0, 0, 1, 1, 1, 1, 2])
    result = pooled_sd_mean_interval(values, codes, [9, 11, 20])
    pooled = (2 + 0 + 0) / (2 + 3 + 0)
    assert result.se == pytest.approx(
        np.sqrt([(1 - 3 / 9) * pooled / 3, (1 - 4 / 11) * pooled / 4, (1 - 1 / 20) * pooled])
    )
    assert result.df.tolist() == [5, 5, 5]
    half = stats.t.ppf(0.975, 5) * result.se
    np.testing.assert_allclose(result.upper - result.estimate, half)


def test_large_municipalities_keep_their_own_spread():
    rng = np.random.default_rng(5)
    values, codes = rng.normal(size=60), np.repeat([0, 1, 2], [10, 20, 30])
    own = means_by_cell(values, codes, [27, 27, 43])
    mixed = pooled_sd_mean_interval(values, codes, [27, 27, 43], below=15)
    np.testing.assert_allclose(mixed.se[1:], own.se[1:])
    assert mixed.df.tolist() == [57, 19, 29]
    assert mixed.se[0] != pytest.approx(own.se[0])
    everywhere = pooled_sd_mean_interval(values, codes, [27, 27, 43], below=None)
    assert everywhere.df.tolist() == [57, 57, 57]


def test_pooled_spread_covers_near_consensus_where_the_own_does_not():
    """Councils where two of 27 differ: the sample's own spread is often 0."""
    rng = np.random.default_rng(6)
    councils = np.array([[4.0] * 25 + [1, 2]] + [rng.integers(1, 6, 27) for _ in range(19)])
    truth = councils.mean(axis=1)
    own_hits, pooled_hits = [], []
    for _ in range(400):
        answered = rng.permuted(councils, axis=1)[:, :10]
        codes = np.repeat(np.arange(20), 10)
        for method, hits in ((means_by_cell, own_hits), (pooled_sd_mean_interval, pooled_hits)):
            result = method(answered.ravel(), codes, np.full(20, 27.0))
            hits.append((result.lower <= truth) & (truth <= result.upper))
    assert np.mean(own_hits, axis=0)[0] < 0.75
    assert np.mean(pooled_hits, axis=0)[0] > 0.93


def test_edges_of_pooling():
    result = pooled_sd_mean_interval([3.0, 4, 5], np.array([0, 1, 1]), [1, 2, 9])
    assert result.se[:2].tolist() == [0, 0]
    assert np.isnan(result.estimate[2])
    alone = pooled_sd_mean_interval([3.0, 4], np.array([0, 1]), [5, 5])
    assert alone.estimate.tolist() == [3, 4]
    assert np.isnan(alone.lower).all()
    alike = pooled_sd_mean_interval([3.0, 3, 4, 4], np.array([0, 0, 1, 1]), [5, 5])
    assert alike.se.tolist() == [0, 0]


def _councils(kind: str, rng: np.random.Generator) -> np.ndarray:
    """Scale scores of 27 councillors: means over four answers from 1 to 5."""
    if kind == "ordinary":
        answers = rng.normal(rng.normal(3.3, 0.4), 0.9, (27, 4))
    elif kind == "consensus":
        answers = 4 - 2.5 * (rng.random((27, 1)) < 0.08) + rng.normal(0, 0.3, (27, 4))
    else:
        side = np.where(rng.random((27, 1)) < 0.5, 1.6, 4.4)
        answers = side + rng.normal(0, 0.4, (27, 4))
    return np.clip(np.round(answers), 1, 5).mean(axis=1)


@pytest.mark.parametrize("n", [7, 20])
def test_floored_spread_covers_in_every_kind_of_council(n):
    rng = np.random.default_rng(7)
    kinds = np.array(["ordinary"] * 14 + ["consensus"] * 3 + ["split"] * 3)
    hits = {kind: [] for kind in ("ordinary", "consensus", "split")}
    pooled_hits = []
    for _ in range(300):
        councils = np.array([_councils(kind, rng) for kind in kinds])
        truth = councils.mean(axis=1)
        answered = rng.permuted(councils, axis=1)[:, :n].ravel()
        codes, sizes = np.repeat(np.arange(20), n), np.full(20, 27.0)
        result = floored_sd_mean_interval(answered, codes, sizes)
        inside = (result.lower <= truth + 1e-12) & (truth <= result.upper + 1e-12)
        for kind, found in hits.items():
            found.extend(inside[kinds == kind])
        pooled = pooled_sd_mean_interval(answered, codes, sizes, below=None)
        pooled_hits.extend(((pooled.lower <= truth) & (truth <= pooled.upper))[kinds == "split"])
    for kind, found in hits.items():
        assert 0.92 <= np.mean(found) <= 0.995, kind
    assert np.mean(pooled_hits) < 0.85


def test_floor_takes_the_wider_of_two_intervals():
    rng = np.random.default_rng(8)
    values, codes = rng.normal(size=40), np.repeat([0, 1, 2, 3], 10)
    values[:10] = 3.0
    sizes = [27, 27, 27, 10]
    own = means_by_cell(values, codes, sizes)
    pooled = pooled_sd_mean_interval(values, codes, sizes, below=None)
    result = floored_sd_mean_interval(values, codes, sizes, floor=0.5)
    half = result.upper - result.estimate
    wider = np.maximum(own.upper - own.estimate, np.sqrt(0.5) * (pooled.upper - pooled.estimate))
    np.testing.assert_allclose(half, wider)
    assert result.df.tolist() == [36, 9, 9, 9]
    without = floored_sd_mean_interval(values, codes, sizes, floor=0)
    np.testing.assert_allclose(without.se, own.se)


def test_floor_at_the_edges():
    result = floored_sd_mean_interval([3.0, 4, 5, 2], np.array([0, 1, 1, 1]), [5, 9, 4, 1])
    pooled = pooled_sd_mean_interval([3.0, 4, 5, 2], np.array([0, 1, 1, 1]), [5, 9, 4, 1])
    assert result.se[0] == pooled.se[0] > 0
    assert np.isnan([result.estimate[2], result.se[2], result.estimate[3]]).all()
    everybody = floored_sd_mean_interval([3.0, 4, 5], np.array([0, 1, 1]), [1, 2])
    assert everybody.se.tolist() == [0, 0]
    with pytest.raises(ValueError, match="floor"):
        floored_sd_mean_interval([3.0], np.array([0]), [5], floor=2)
