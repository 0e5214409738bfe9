"""Intervals of small councils in steps of the pooled spread."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from plankompass.statistics.cells import means_by_cell
from plankompass.statistics.spread import (
    council_mean_interval,
    floored_sd_mean_interval,
    pooled_sd_mean_interval,
)


def _council(n: int, spread: float) -> np.ndarray:
    """Answers with mean 3 and exactly this standard deviation."""
    pattern = np.where(np.arange(n) % 2 == 0, 1.0, -1.0)
    pattern = pattern - pattern.mean()
    return 3 + spread * pattern / pattern.std(ddof=1)


@pytest.mark.parametrize(
    ("n", "own", "step"),
    [
        (6, 0.0, 1), (6, 1.2, 1), (6, 1.3, 1.75), (6, 3.0, 1.75),
        (8, 0.0, 1), (8, 0.99, 1), (8, 1.01, 1.5), (8, 1.49, 1.5), (8, 1.51, 2), (14, 2.5, 2),
    ],
)  # fmt: skip
def test_the_own_spread_chooses_a_step_of_the_pooled_one(n, own, step):
    # Many councils with a spread of 1 hold the pooled spread near 1, whatever the first one does.
    councils = [_council(n, own), *[_council(10, 1.0)] * 400]
    values = np.concatenate(councils)
    codes = np.repeat(np.arange(401), [len(c) for c in councils])
    sizes = np.full(401, 27.0)
    result = council_mean_interval(values, codes, sizes)
    squares = sum(((c - c.mean()) ** 2).sum() for c in councils)
    degrees = values.size - 401
    pooled = np.sqrt(squares / degrees)
    assert pooled == pytest.approx(1, abs=0.02)
    se = step * pooled * np.sqrt((1 - n / 27) / n)
    half = stats.t.ppf(0.975, degrees) * se
    assert result.se[0] == pytest.approx(se, rel=1e-12)
    assert result.upper[0] - result.estimate[0] == pytest.approx(half, rel=1e-10)
    assert result.df[0] == degrees


def test_from_fifteen_answers_the_own_spread_with_a_floor_is_used():
    rng = np.random.default_rng(3)
    values, codes = rng.normal(size=64), np.repeat([0, 1, 2, 3], 16)
    values[:16] = 3.0
    sizes = np.full(4, 27.0)
    result = council_mean_interval(values, codes, sizes)
    floored = floored_sd_mean_interval(values, codes, sizes, floor=0.5)
    own = means_by_cell(values, codes, sizes)
    np.testing.assert_allclose(result.lower, floored.lower, rtol=1e-12)
    assert own.se[0] == 0 < result.se[0]
    np.testing.assert_allclose(result.se[1:], own.se[1:], rtol=1e-12)
    never = council_mean_interval(values, codes, sizes, below=None)
    pooled = pooled_sd_mean_interval(values, codes, sizes, below=None)
    assert (np.isclose(never.se[:, None], pooled.se[:, None] * [1.0, 1.5, 2.0]).any(axis=1)).all()


@given(st.integers(0, 10_000))
def test_order_labels_and_unit_do_not_matter(seed):
    rng = np.random.default_rng(seed)
    values = rng.integers(1, 6, 60).astype(float)
    values[rng.random(60) < 0.1] = np.nan
    codes, sizes = rng.integers(0, 5, 60), np.full(5, 60.0)
    plain = council_mean_interval(values, codes, sizes)
    order, names = rng.permutation(60), rng.permutation(5)
    moved = council_mean_interval(10 * values[order] + 3, names[codes][order], sizes)
    np.testing.assert_allclose(moved.lower[names], 10 * plain.lower + 3, rtol=1e-9)
    np.testing.assert_allclose(moved.upper[names], 10 * plain.upper + 3, rtol=1e-9)


def test_edges():
    result = council_mean_interval([3.0, 4, 5, 2], np.array([0, 1, 1, 1]), [5, 9, 4, 1])
    pooled = pooled_sd_mean_interval([3.0, 4, 5, 2], np.array([0, 1, 1, 1]), [5, 9, 4, 1])
    assert result.se[0] == pooled.se[0] > 0  # one respondent: the spread of the others
    assert np.isnan([result.estimate[2], result.se[2], result.estimate[3]]).all()
    everybody = council_mean_interval([3.0, 4, 5], np.array([0, 1, 1]), [1, 2])
    assert everybody.se.tolist() == [0, 0]
    assert everybody.lower.tolist() == everybody.estimate.tolist()
    alone = council_mean_interval([3.0, 4.0], np.array([0, 1]), [5, 5])
    assert np.isnan(alone.lower).all()
    alike = council_mean_interval([3.0, 3, 4, 4], np.array([0, 0, 1, 1]), [5, 5])
    assert alike.se.tolist() == [0, 0]
