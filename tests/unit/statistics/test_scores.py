from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from plankompass.statistics.scores import Scale, reverse_item, score_scale, score_scales

item = st.one_of(st.just(np.nan), st.integers(1, 5).map(float))
answers = hnp.arrays(float, st.tuples(st.integers(0, 12), st.just(6)), elements=item)


def _by_hand(row, items, reverse, min_valid):
    values = [6 - row[i] if i in reverse else row[i] for i in items]
    values = [value for value in values if not np.isnan(value)]
    return sum(values) / len(values) if len(values) >= min_valid else np.nan


@given(answers)
def test_scores_equal_a_loop_over_persons(matrix):
    scales = [
        Scale((0, 1, 2, 3), (3,), 3),
        Scale((4, 1), (), 1),
        Scale((5, 2, 0), (5, 0, 2), 2),
    ]
    result = score_scales(matrix, scales)
    assert result.shape == (len(matrix), 3)
    for person, row in enumerate(matrix):
        for number, scale in enumerate(scales):
            expected = _by_hand(row, scale.items, scale.reverse, scale.min_valid)
            assert result[person, number] == pytest.approx(expected, abs=1e-12, nan_ok=True)


def test_codebook_example():
    """Four items, the last reversed, at least three valid."""
    items = [[4, 5, 3, 2], [4, np.nan, 3, 2], [4, np.nan, np.nan, 2], [np.nan] * 4]
    result = score_scale(items, min_valid=3, reverse=[3])
    assert result[:2] == pytest.approx([4.0, 11 / 3])
    assert np.isnan(result[2:]).all()


@given(answers, st.integers(1, 6))
def test_reversing_everything_mirrors_the_score(matrix, min_valid):
    plain = score_scale(matrix, min_valid=min_valid)
    mirrored = score_scale(matrix, min_valid=min_valid, reverse=range(6))
    np.testing.assert_allclose(plain + mirrored, np.where(np.isnan(plain), np.nan, 6.0))


def test_many_rows_cross_the_blocks():
    rng = np.random.default_rng(0)
    matrix = rng.integers(1, 6, (40_000, 3)).astype(float)
    np.testing.assert_allclose(score_scale(matrix, min_valid=1), matrix.mean(axis=1))


def test_reverse_item_on_another_range():
    assert reverse_item([0, 10, np.nan], 0, 10).tolist()[:2] == [10, 0]


def test_input_is_left_alone():
    matrix = np.array([[1.0, np.nan, 3.0]])
    before = matrix.copy()
    score_scale(matrix, min_valid=1, reverse=[0])
    np.testing.assert_array_equal(matrix, before)


def test_missing_codes_among_answers_are_refused():
    with pytest.raises(ValueError, match=r"columns \[1\].*missing codes") as caught:
        score_scale([[1, 99.0], [2, 3]], min_valid=1)
    assert "99.0" not in str(caught.value)


@pytest.mark.parametrize(
    ("scale", "message"),
    [
        (Scale(()), "no items"),
        (Scale((0, 7)), "outside the 2 columns"),
        (Scale((0, 0)), "twice"),
        (Scale((0,), (1,)), "not its item"),
        (Scale((0, 1), (), 3), "min_valid"),
        (Scale((0, 1), (), 0), "min_valid"),
        (Scale((0,), minimum=5, maximum=5), "below maximum"),
    ],
)
def test_impossible_scales_are_refused(scale, message):
    with pytest.raises(ValueError, match=message):
        score_scales([[1.0, 2.0]], [scale])


def test_all_problems_are_told_at_once():
    with pytest.raises(ValueError, match=r"scale 0 .*scale 1 "):
        score_scales([[1.0, 2.0]], [Scale((9,)), Scale((0, 0))])
