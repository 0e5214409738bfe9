from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plankompass.statistics.cells import cell_codes, means_by_cell
from plankompass.statistics.finite_population import mean_fpc

FIELDS = ("estimate", "se", "lower", "upper", "n", "df")


def _made(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    values = rng.integers(1, 6, (300, 4)).astype(float)
    values[rng.random(values.shape) < 0.3] = np.nan
    values[:, 3] = 4.0
    return values, rng.integers(-1, 25, 300), rng.integers(40, 60, 26).astype(float)


def test_cells_equal_one_by_one():
    values, codes, populations = _made(3)
    many = means_by_cell(values, codes, populations)
    for cell in range(26):
        for column in range(4):
            one = mean_fpc(values[codes == cell, column], populations[cell])
            for field in FIELDS:
                assert getattr(many, field)[cell, column] == pytest.approx(
                    getattr(one, field), rel=1e-12, nan_ok=True
                ), (cell, column, field)


def test_one_variable_comes_back_as_vectors():
    values, codes, populations = _made(4)
    flat = means_by_cell(values[:, 0], codes, populations)
    full = means_by_cell(values, codes, populations)
    for field in FIELDS:
        np.testing.assert_array_equal(getattr(flat, field), getattr(full, field)[:, 0])


@given(st.integers(0, 1000))
def test_order_of_rows_and_numbering_of_cells_do_not_matter(seed):
    values, codes, populations = _made(5)
    rng = np.random.default_rng(seed)
    order, renamed = rng.permutation(300), rng.permutation(26)
    moved = np.where(codes < 0, -1, renamed[codes])[order]
    sizes = np.empty(26)
    sizes[renamed] = populations
    plain = means_by_cell(values, codes, populations)
    other = means_by_cell(values[order], moved, sizes)
    np.testing.assert_allclose(other.lower[renamed], plain.lower, rtol=1e-12)


def test_duplicated_respondents_double_n():
    values, codes, _ = _made(6)
    once = means_by_cell(values, codes, np.full(26, np.inf))
    twice = means_by_cell(np.vstack([values, values]), np.tile(codes, 2), np.full(26, np.inf))
    np.testing.assert_array_equal(twice.n, 2 * once.n)
    np.testing.assert_allclose(twice.estimate, once.estimate)


def test_input_is_left_alone():
    values = np.array([1.0, 2.0, 5.0])
    means_by_cell(values, np.zeros(3, dtype=int), [9])
    assert values.tolist() == [1, 2, 5]


def test_near_consensus_keeps_its_digits():
    values = np.array([1e8, 1e8 + 1e-4, 1e8 + 2e-4])
    result = means_by_cell(values, np.zeros(3, dtype=int), [np.inf])
    assert result.se[0] == pytest.approx(np.std(values, ddof=1) / np.sqrt(3), rel=1e-6)


def test_empty_cell_and_no_rows():
    result = means_by_cell(np.array([2.0]), np.array([1]), [5, 1])
    assert np.isnan(result.estimate[0])
    assert np.isnan(result.df[0])
    assert (result.estimate[1], result.se[1]) == (2, 0)
    nobody = means_by_cell(np.empty((0, 2)), np.empty(0, dtype=int), [5.0])
    assert nobody.n.tolist() == [[0, 0]]


@pytest.mark.parametrize(
    ("codes", "message"),
    [([0, 2], "between -1"), ([0], "one for each"), ([0.0, 1.0], "integers")],
)
def test_wrong_codes_are_refused(codes, message):
    with pytest.raises(ValueError, match=message):
        means_by_cell([1.0, 2.0], np.array(codes), [5, 5])


def test_more_respondents_than_persons_names_the_cell():
    with pytest.raises(ValueError, match=r"1 cell\(s\) \(first positions: \[1\]\)"):
        means_by_cell([1.0, 2.0, 3.0], np.array([0, 1, 1]), [5, 1])


def test_codes_follow_sorted_labels():
    codes, names = cell_codes(["b", "a", "b"])
    assert codes.tolist() == [1, 0, 1]
    assert names.tolist() == ["a", "b"]
