from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from plankompass.statistics.multiplicity import benjamini_hochberg

p_values = st.lists(st.floats(0, 1), min_size=1, max_size=30)


@given(p_values)
def test_equals_statsmodels(values):
    result = benjamini_hochberg(values)
    rejected, adjusted, _, _ = multipletests(values, alpha=0.10, method="fdr_bh")
    np.testing.assert_allclose(result.adjusted, adjusted, atol=1e-15)
    assert result.rejected.tolist() == rejected.tolist()


@given(p_values, st.integers(0, 30))
def test_comparisons_not_made_are_no_members_of_the_family(values, place):
    with_gap = np.insert(np.array(values), min(place, len(values)), np.nan)
    result = benjamini_hochberg(with_gap)
    plain = benjamini_hochberg(values)
    kept = ~np.isnan(with_gap)
    np.testing.assert_array_equal(result.adjusted[kept], plain.adjusted)
    assert not result.rejected[~kept].any()
    assert result.tested == plain.tested == len(values)


def test_worked_example():
    """Benjamini and Hochberg (1995), section 3.2: four of fifteen stand at 5 %."""
    values = [
        0.0001,
        0.0004,
        0.0019,
        0.0095,
        0.0201,
        0.0278,
        0.0298,
        0.0344,
        0.0459,
        0.3240,
        0.4262,
        0.5719,
        0.6528,
        0.7590,
        1.0,
    ]
    assert benjamini_hochberg(values, level=0.05).rejected.sum() == 4


def test_shape_is_kept_and_nothing_tested():
    result = benjamini_hochberg(np.full((2, 3), np.nan))
    assert result.adjusted.shape == (2, 3)
    assert result.tested == 0
    assert not result.rejected.any()


@pytest.mark.parametrize(("values", "level"), [([1.2], 0.1), ([-0.1], 0.1), ([0.5], 1.0)])
def test_impossible_levels_are_refused(values, level):
    with pytest.raises(ValueError, match="between 0 and 1"):
        benjamini_hochberg(values, level=level)


def test_false_flags_are_rare_when_nothing_differs():
    """20 indicators without any difference: at p < .05 64 % of reports flag one, here at most 10 %."""
    rng = np.random.default_rng(4)
    reports = rng.random((3000, 20))
    flagged = np.mean([benjamini_hochberg(report).rejected.any() for report in reports])
    assert (reports.min(axis=1) < 0.05).mean() == pytest.approx(0.64, abs=0.03)
    assert flagged == pytest.approx(0.10, abs=0.02)
