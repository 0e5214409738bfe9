from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize, special

from plankompass.statistics.ordinal import ordinal_model


def _made(seed: int, n: int = 300):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 2))
    latent = x @ [0.8, -0.5] + rng.logistic(size=n)
    return np.digitize(latent, [-1.0, 0.2, 1.5]) + 1.0, x, rng.integers(0, 25, n)


def test_equals_a_likelihood_and_sandwich_written_here():
    y, x, clusters = _made(1)
    result = ordinal_model(y, x, clusters)

    def each(params):
        cuts = np.concatenate([[-np.inf], params[2:], [np.inf]])
        level = y.astype(int)
        linear = x @ params[:2]
        return np.log(special.expit(cuts[level] - linear) - special.expit(cuts[level - 1] - linear))

    start = np.array([0.5, -0.5, -1, 0.2, 1.5])
    best = optimize.minimize(
        lambda p: -each(p).sum(), start, method="BFGS", options={"gtol": 1e-7}
    ).x
    assert result.estimate == pytest.approx(best[:2], abs=1e-5)
    assert result.thresholds == pytest.approx(best[2:], abs=1e-5)
    step = 1e-5 * np.eye(5)
    scores = np.array([(each(best + h) - each(best - h)) / 2e-5 for h in step]).T
    hessian = np.array(
        [
            [
                (
                    each(best + a + b).sum()
                    - each(best + a - b).sum()
                    - each(best - a + b).sum()
                    + each(best - a - b).sum()
                )
                / 4e-8
                for a in 10 * step
            ]
            for b in 10 * step
        ]
    )
    by_cluster = np.array([scores[clusters == c].sum(axis=0) for c in np.unique(clusters)])
    bread = np.linalg.inv(hessian)
    sandwich = bread @ by_cluster.T @ by_cluster @ bread
    ratio = result.se**2 / np.diag(sandwich)[:2]
    # Small-sample factor of the number of clusters, the same for both coefficients.
    assert ratio[0] == pytest.approx(ratio[1], rel=1e-3)
    assert ratio[0] == pytest.approx(1, abs=0.06)


def test_missing_rows_are_left_out():
    y, x, clusters = _made(2)
    plain = ordinal_model(y, x, clusters)
    y2, x2 = np.append(y, [np.nan, 2]), np.vstack([x, [[0, 0], [np.nan, 1]]])
    result = ordinal_model(y2, x2, np.append(clusters, [1, 1]))
    assert result.n == 300
    assert result.estimate == pytest.approx(plain.estimate, rel=1e-6)


def test_words_as_clusters_and_order_of_rows():
    y, x, clusters = _made(3)
    order = np.random.default_rng(0).permutation(300)
    plain = ordinal_model(y, x, clusters)
    moved = ordinal_model(y[order], x[order], np.array([f"k{c:02d}" for c in clusters])[order])
    assert moved.estimate == pytest.approx(plain.estimate, rel=1e-5)
    assert moved.se == pytest.approx(plain.se, rel=1e-5)


@pytest.mark.parametrize(
    ("y", "x", "clusters"),
    [
        (np.full(30, 3.0), np.arange(30.0)[:, None], np.arange(30)),
        (np.tile([1.0, 2], 15), np.arange(30.0)[:, None], np.zeros(30)),
        (np.tile([1.0, 2], 15), np.ones((30, 1)), np.arange(30)),
        (np.repeat([1.0, 2], 15), np.repeat([0.0, 1], 15)[:, None], np.arange(30)),
    ],
    ids=["constant answers", "one cluster", "constant variable", "separated"],
)
def test_what_cannot_be_fitted_is_nan(y, x, clusters):
    result = ordinal_model(y, x, clusters)
    assert np.isnan([result.estimate, result.se, result.lower, result.p_value]).all()


def test_lengths_that_differ_are_refused():
    with pytest.raises(ValueError, match="lengths"):
        ordinal_model([1.0, 2], [[1.0]], [1, 2])
