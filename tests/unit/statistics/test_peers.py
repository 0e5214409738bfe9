from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from plankompass.statistics.cells import means_by_cell
from plankompass.statistics.multiplicity import benjamini_hochberg
from plankompass.statistics.peers import peer_differences

MEANS = np.array([3.0, 3.5, 2.8, 4.1, 3.3, 3.9, 3.0])
ERRORS = np.array([0.2, 0.1, 0.3, 0.15, 0.25, 0.0, 0.2])
DEGREES = np.array([9.0, 14, 7, 12, 10, 5, np.inf])


def test_difference_by_hand():
    result = peer_differences(MEANS, ERRORS, DEGREES)
    for own in range(7):
        others = np.delete(np.arange(7), own)
        variance = ERRORS[own] ** 2 + (ERRORS[others] ** 2).sum() / 36
        parts = np.where(
            np.isfinite(DEGREES) & (ERRORS > 0), ERRORS**4 / np.where(DEGREES > 0, DEGREES, 1), 0
        )
        df = variance**2 / (parts[own] + parts[others].sum() / 6**4)
        gap = MEANS[own] - MEANS[others].mean()
        assert result.estimate[own] == pytest.approx(gap)
        assert result.se[own] == pytest.approx(np.sqrt(variance))
        assert result.df[own] == pytest.approx(df)
        assert result.lower[own] == pytest.approx(gap - stats.t.ppf(0.975, df) * np.sqrt(variance))
        p = 2 * stats.t.sf(abs(gap) / np.sqrt(variance), df)
        assert result.p_value[own] == pytest.approx(p)
    assert result.peers.tolist() == [6] * 7


def test_too_few_peers_give_no_comparison():
    result = peer_differences(MEANS[:5], ERRORS[:5], DEGREES[:5])
    assert np.isnan(result.estimate).all()
    assert np.isnan(result.peer_mean).all()
    assert result.peers.tolist() == [4] * 5
    allowed = peer_differences(MEANS[:5], ERRORS[:5], DEGREES[:5], min_peers=4)
    assert not np.isnan(allowed.estimate).any()


def test_municipality_without_an_estimate_is_nobodys_peer():
    gap = np.nan
    with_gap = peer_differences(
        np.append(MEANS, [gap, 3.0]), np.append(ERRORS, [0.2, gap]), np.append(DEGREES, [5, gap])
    )
    plain = peer_differences(MEANS, ERRORS, DEGREES)
    np.testing.assert_allclose(with_gap.estimate[:7], plain.estimate)
    np.testing.assert_allclose(with_gap.se[:7], plain.se)
    assert np.isnan(with_gap.estimate[7:]).all()
    # It can still be told what the others say on average.
    assert with_gap.peer_mean[7] == pytest.approx(MEANS.mean())


def test_own_choice_of_peers():
    links = np.zeros((7, 7), dtype=bool)
    links[0, [1, 2, 3, 4, 5]] = True
    result = peer_differences(MEANS, ERRORS, DEGREES, peers=links)
    assert result.peer_mean[0] == pytest.approx(MEANS[1:6].mean())
    assert np.isnan(result.estimate[1:]).all()
    links[0, 0] = True
    again = peer_differences(MEANS, ERRORS, DEGREES, peers=links)
    assert again.estimate[0] == result.estimate[0]


@given(st.permutations(range(7)))
def test_order_of_municipalities_does_not_matter(order):
    order = np.array(order)
    plain = peer_differences(MEANS, ERRORS, DEGREES)
    moved = peer_differences(MEANS[order], ERRORS[order], DEGREES[order])
    np.testing.assert_allclose(moved.p_value, plain.p_value[order], rtol=1e-9)


def test_many_indicators_equal_one_by_one():
    many = peer_differences(
        np.stack([MEANS, MEANS[::-1]], axis=1),
        np.stack([ERRORS, ERRORS[::-1]], axis=1),
        np.stack([DEGREES, DEGREES[::-1]], axis=1),
    )
    one = peer_differences(MEANS, ERRORS, DEGREES)
    np.testing.assert_allclose(many.lower[:, 0], one.lower)
    np.testing.assert_allclose(many.lower[:, 1], one.lower[::-1])


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="same shape"):
        peer_differences(MEANS, ERRORS[:5], DEGREES)
    with pytest.raises(ValueError, match="row and a column"):
        peer_differences(MEANS, ERRORS, DEGREES, peers=np.ones((2, 2), dtype=bool))


def test_false_flags_in_reports_when_no_council_differs():
    """Councils that all hold the same answers: at most one report in ten flags anything."""
    rng = np.random.default_rng(8)
    council = np.stack([rng.integers(1, 6, 27) for _ in range(20)], axis=1).astype(float)
    flagged = []
    for _ in range(40):
        answers = np.concatenate([council[rng.choice(27, 14, replace=False)] for _ in range(12)])
        cells = means_by_cell(answers, np.repeat(np.arange(12), 14), np.full(12, 27.0))
        result = peer_differences(cells.estimate, cells.se, cells.df)
        flagged += [benjamini_hochberg(row).rejected.any() for row in result.p_value]
    assert np.mean(flagged) <= 0.10
