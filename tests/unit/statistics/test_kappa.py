from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.inter_rater import fleiss_kappa as statsmodels_fleiss

from plankompass.statistics.kappa import cohen_kappa, fleiss_kappa, gwet_ac1, weighted_kappa

pairs = st.lists(st.tuples(st.integers(1, 4), st.integers(1, 4)), min_size=2, max_size=30)


def test_diagnoses_equal_irr(reference):
    table = reference("irr_diagnoses").to_numpy().T
    assert cohen_kappa(table[:2]).estimate == pytest.approx(0.651162790697674, rel=1e-12)
    assert fleiss_kappa(table).estimate == pytest.approx(0.430244520060141, rel=1e-12)


def test_anxiety_equals_irr(reference):
    table = reference("irr_anxiety").to_numpy().T
    assert weighted_kappa(table[:2]).estimate == pytest.approx(0.29676511954993, rel=1e-12)


@given(pairs)
def test_kappa_by_hand(rows):
    table = np.array(rows).T
    first, second = table
    observed = np.mean(first == second)
    chance = sum(np.mean(first == v) * np.mean(second == v) for v in range(1, 5))
    expected = (observed - chance) / (1 - chance) if chance < 1 else np.nan
    assert cohen_kappa(table).estimate == pytest.approx(expected, abs=1e-10, nan_ok=True)


@given(pairs)
def test_squared_weights_by_hand(rows):
    first, second = np.array(rows).T.astype(float)
    observed = np.mean((first - second) ** 2)
    chance = np.mean((first[:, None] - second[None, :]) ** 2)
    expected = 1 - observed / chance if chance > 0 else np.nan
    result = weighted_kappa([first, second], categories=[1, 2, 3, 4])
    assert result.estimate == pytest.approx(expected, abs=1e-10, nan_ok=True)


def test_linear_weights_by_hand():
    first, second = np.array([1.0, 2, 3, 4, 4]), np.array([1.0, 3, 3, 2, 4])
    chance = np.mean(np.abs(first[:, None] - second[None, :]))
    result = weighted_kappa([first, second], weights="linear")
    assert result.estimate == pytest.approx(1 - np.mean(np.abs(first - second)) / chance)


def test_a_point_nobody_used_counts_when_the_scale_is_given():
    table = [[1, 2, 5, 5, 1], [1, 5, 5, 2, 2]]
    without = weighted_kappa(table).estimate
    with_scale = weighted_kappa(table, categories=[1, 2, 3, 4, 5]).estimate
    assert with_scale < without - 0.01


def test_standard_error_of_kappa_against_simulation():
    rng = np.random.default_rng(1)

    def made(units):
        truth = rng.integers(0, 3, units)
        return np.where(rng.random((2, units)) < 0.8, truth, rng.integers(0, 3, (2, units)))

    results = [cohen_kappa(made(150)) for _ in range(300)]
    spread = np.std([result.estimate for result in results])
    assert np.mean([result.se for result in results]) == pytest.approx(spread, rel=0.12)
    assert results[0].upper - results[0].lower == pytest.approx(2 * 1.959964 * results[0].se)


@given(st.lists(st.lists(st.integers(0, 3), min_size=4, max_size=4), min_size=2, max_size=15))
def test_fleiss_equals_statsmodels(units):
    counts = np.array([[unit.count(value) for value in range(4)] for unit in units])
    share = counts.sum(axis=0) / counts.sum()
    expected = statsmodels_fleiss(counts) if share.max() < 1 else np.nan
    result = fleiss_kappa(np.array(units).T, replicates=0)
    assert result.estimate == pytest.approx(expected, abs=1e-10, nan_ok=True)


def test_incomplete_units_are_left_out_of_fleiss():
    complete = [[1, 2, 1, 3], [1, 2, 2, 3], [1, 1, 2, 3]]
    with_gap = [[1, 2, 1, 3, 1], [1, 2, 2, 3, np.nan], [1, 1, 2, 3, 1]]
    assert fleiss_kappa(with_gap) == fleiss_kappa(complete)


def test_gwets_example(kripp_units):
    """Gwet (2014), table of 4 raters and 12 units: AC1 .77544, standard error .14295."""
    result = gwet_ac1(kripp_units)
    assert result.estimate == pytest.approx(0.77544, abs=5e-6)
    assert result.se == pytest.approx(0.14295, abs=5e-6)
    assert result.lower == pytest.approx(0.461, abs=5e-4)
    assert result.upper == 1


def test_rare_code_keeps_ac1_where_kappa_collapses():
    first = np.zeros(100)
    second = np.zeros(100)
    first[:2], second[2:4] = 1, 1
    table = [first, second]
    assert cohen_kappa(table).estimate < 0
    assert gwet_ac1(table, categories=[0, 1]).estimate > 0.95


def test_code_that_nobody_used_is_full_agreement_for_ac1_and_undefined_for_kappa():
    table = np.zeros((2, 20))
    assert gwet_ac1(table, categories=[0, 1]).estimate == 1
    assert np.isnan(gwet_ac1(table).estimate)
    assert np.isnan(cohen_kappa(table, categories=[0, 1]).estimate)
    assert np.isnan(fleiss_kappa(table).estimate)


def test_standard_error_of_ac1_against_simulation():
    rng = np.random.default_rng(2)

    def made():
        truth = rng.random(60) < 0.15
        return np.where(rng.random((3, 60)) < 0.85, truth, rng.random((3, 60)) < 0.5).astype(float)

    results = [gwet_ac1(made(), categories=[0, 1]) for _ in range(300)]
    spread = np.std([result.estimate for result in results])
    assert np.mean([result.se for result in results]) == pytest.approx(spread, rel=0.12)


@given(pairs)
def test_words_and_numbers_agree(rows):
    table = np.array(rows).T
    words = [["xabcd"[value] for value in row] for row in table]
    for method in (cohen_kappa, gwet_ac1):
        assert method(words).estimate == pytest.approx(
            method(table).estimate, abs=1e-12, nan_ok=True
        )
    assert fleiss_kappa(words, replicates=0).estimate == pytest.approx(
        fleiss_kappa(table, replicates=0).estimate, abs=1e-12, nan_ok=True
    )


def test_one_and_one_point_nought_are_the_same_rating():
    mixed = np.array([[1, 2, 1, None], [1.0, 2.0, 2.0, 1.0]], dtype=object)
    assert cohen_kappa(mixed).estimate == cohen_kappa([[1, 2, 1], [1, 2, 2]]).estimate
    assert cohen_kappa(mixed).units == 3


@pytest.mark.parametrize("method", [cohen_kappa, weighted_kappa])
def test_two_coders_are_needed(method):
    with pytest.raises(ValueError, match="two coders"):
        method([[1, 2], [1, 2], [1, 2]])


def test_no_unit_coded_by_both_is_nan():
    table = [[1, np.nan, 2, np.nan], [np.nan, 1, np.nan, 2]]
    for method in (cohen_kappa, fleiss_kappa, gwet_ac1):
        result = method(table)
        assert np.isnan([result.estimate, result.se, result.lower, result.upper]).all()
        assert result.units == 0


def test_unknown_category_and_weights_are_refused():
    with pytest.raises(ValueError, match="none of the categories"):
        cohen_kappa([[1, 2], [1, 7]], categories=[1, 2])
    with pytest.raises(ValueError, match="squared or linear"):
        weighted_kappa([[1, 2], [1, 2]], weights="cubic")
    with pytest.raises(ValueError, match="twice"):
        gwet_ac1([[1, 2], [1, 2]], categories=[1, 2, 2])
