from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plankompass.statistics.congruence import congruence_between_groups, tucker_congruence

loadings = st.lists(st.floats(-2, 2), min_size=3, max_size=6)


def _group(n: int, weights, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, 1)) * weights + 0.6 * rng.normal(size=(n, len(weights)))


@given(loadings, st.floats(0.01, 100))
def test_proportional_loadings_are_congruent(first, factor):
    if np.linalg.norm(first) < 1e-3:
        return
    assert tucker_congruence(first, np.array(first) * factor) == pytest.approx(1)
    assert tucker_congruence(first, -np.array(first)) == pytest.approx(-1)


def test_congruence_is_a_cosine():
    assert tucker_congruence([1, 0, 0], [0, 1, 0]) == 0
    assert tucker_congruence([0.6, 0.8], [0.8, 0.6]) == pytest.approx(0.96)


def test_undefined_congruence():
    assert np.isnan(tucker_congruence([0, 0], [1, 1]))
    assert np.isnan(tucker_congruence([np.nan, 1], [1, 1]))
    with pytest.raises(ValueError, match="numbers of items"):
        tucker_congruence([1, 2], [1])


def test_same_structure_in_both_groups():
    weights = np.array([0.9, 0.7, 0.8, 0.6])
    result = congruence_between_groups(
        _group(200, weights, 1), _group(80, weights, 2), replicates=100, seed=3
    )
    assert result.estimate > 0.97
    assert result.lower > 0.9
    assert result.lower <= result.estimate <= result.upper <= 1
    assert result.n == (200, 80)


def test_other_structure_is_told():
    same, other = np.array([0.9, 0.9, 0.9, 0.2]), np.array([0.3, 0.9, 0.2, 0.9])
    result = congruence_between_groups(
        _group(3000, same, 1), _group(3000, other, 2), replicates=0, seed=3
    )
    truth = tucker_congruence(same, other)
    assert result.estimate == pytest.approx(truth, abs=0.03)
    assert np.isnan(result.lower)


def test_a_group_without_a_factor_has_no_congruence():
    result = congruence_between_groups(_group(50, [0.9, 0.8, 0.7], 1), np.full((9, 3), 4.0), seed=1)
    assert np.isnan([result.estimate, result.lower, result.upper]).all()
    with pytest.raises(ValueError, match="numbers of items"):
        congruence_between_groups(np.ones((5, 3)), np.ones((5, 4)), seed=1)
