from __future__ import annotations

import pickle

import krippendorff
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from plankompass.statistics.agreement import icc_agreement, krippendorff_alpha
from plankompass.statistics.ratings import Patterns

ALPHAS = {
    "nominal": 0.743421052631579,
    "ordinal": 0.815387503754881,
    "interval": 0.849107142857143,
    "ratio": 0.797402774711612,
}
# Shrout and Fleiss (1979): four judges, six targets.
JUDGES = np.array(
    [[9, 6, 8, 7, 10, 6], [2, 1, 4, 1, 5, 2], [5, 3, 6, 2, 6, 4], [8, 2, 8, 6, 9, 7]], dtype=float
)

rating = st.one_of(st.just(np.nan), st.integers(1, 4).map(float))
ratings = hnp.arrays(float, st.tuples(st.integers(2, 4), st.integers(2, 8)), elements=rating)


def alpha_by_pairs(table: np.ndarray, level: str) -> float:
    """Alpha from its definition: mean distance of pairs within units and of all pairs."""
    units = [column[~np.isnan(column)] for column in table.T]
    units = [unit for unit in units if len(unit) > 1]
    values = np.concatenate(units) if units else np.array([])
    if len(set(values)) < 2:
        return np.nan
    counts = {value: (values == value).sum() for value in set(values)}

    def distance(a, b):
        if level == "nominal":
            return float(a != b)
        if level == "interval":
            return (a - b) ** 2
        if level == "ratio":
            return ((a - b) / (a + b)) ** 2
        low, high = min(a, b), max(a, b)
        between = sum(number for value, number in counts.items() if low <= value <= high)
        return (between - (counts[a] + counts[b]) / 2) ** 2 if a != b else 0.0

    within = sum(
        sum(distance(a, b) for a in unit for b in unit) / (len(unit) - 1) for unit in units
    ) / len(values)
    everywhere = sum(distance(a, b) for a in values for b in values) / (
        len(values) * (len(values) - 1)
    )
    return 1 - within / everywhere


@pytest.mark.parametrize("level", ALPHAS)
def test_krippendorffs_example(kripp_units, level):
    result = krippendorff_alpha(kripp_units, level)
    assert result.estimate == pytest.approx(ALPHAS[level], rel=1e-13)
    # The last unit has one rating only.
    assert (result.units, result.coders) == (11, 4)
    assert result.lower < result.estimate < result.upper


@pytest.mark.parametrize("level", ALPHAS)
def test_example_from_the_reference_file(reference, level):
    table = reference("kripp_units").to_numpy()
    assert krippendorff_alpha(table, level).estimate == pytest.approx(ALPHAS[level], rel=1e-13)


def test_two_coders_binary():
    binary = [[0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]]
    result = krippendorff_alpha(binary, "nominal")
    assert result.estimate == pytest.approx(0.0952380952380952, rel=1e-13)


@pytest.mark.parametrize(
    ("name", "alpha"),
    [("kripp_binary", 0.0952380952380952), ("kripp_nominal2", 0.691964285714286)],
)
def test_two_coders_from_the_reference_files(reference, name, alpha):
    result = krippendorff_alpha(reference(name).to_numpy(), "nominal")
    assert result.estimate == pytest.approx(alpha, rel=1e-13)


def test_nominal_example_inline():
    first = [1, 1, 2, 2, 4, 3, 3, 3, 5, 4, 4, 1]
    second = [2, 1, 2, 2, 2, 3, 3, 3, 5, 4, 4, 4]
    numbers = krippendorff_alpha([first, second], "nominal").estimate
    letters = [[".abcde"[value] for value in row] for row in (first, second)]
    assert numbers == pytest.approx(0.691964285714286, rel=1e-13)
    assert krippendorff_alpha(letters, "nominal").estimate == numbers


def test_diagnoses_and_anxiety(reference):
    diagnoses = reference("irr_diagnoses").to_numpy().T
    anxiety = reference("irr_anxiety").to_numpy().T
    assert krippendorff_alpha(diagnoses, "nominal").estimate == pytest.approx(
        0.433409828282029, rel=1e-13
    )
    assert krippendorff_alpha(anxiety, "ordinal").estimate == pytest.approx(
        0.228386945292322, rel=1e-13
    )
    assert krippendorff_alpha(anxiety, "interval").estimate == pytest.approx(
        0.170098607888631, rel=1e-13
    )


@given(ratings, st.sampled_from(sorted(ALPHAS)))
def test_equals_the_definition_by_pairs(table, level):
    result = krippendorff_alpha(table, level, replicates=0)
    assert result.estimate == pytest.approx(alpha_by_pairs(table, level), abs=1e-10, nan_ok=True)


@given(ratings, st.sampled_from(sorted(ALPHAS)), st.randoms(use_true_random=False))
def test_order_of_coders_and_units_does_not_matter(table, level, random):
    rows, columns = list(range(table.shape[0])), list(range(table.shape[1]))
    random.shuffle(rows)
    random.shuffle(columns)
    plain = krippendorff_alpha(table, level, replicates=0).estimate
    moved = krippendorff_alpha(table[rows][:, columns], level, replicates=0).estimate
    assert moved == pytest.approx(plain, abs=1e-10, nan_ok=True)


@given(ratings)
def test_relabelling_leaves_nominal_alpha(table):
    named = np.where(
        np.isnan(table),
        None,
        np.array(["", "d", "a", "c", "b"], dtype=object)[np.nan_to_num(table).astype(int)],
    )
    assert krippendorff_alpha(named, "nominal", replicates=0).estimate == pytest.approx(
        krippendorff_alpha(table, "nominal", replicates=0).estimate, abs=1e-12, nan_ok=True
    )


def test_full_agreement_is_one():
    result = krippendorff_alpha([[1, 2, 3, 3], [1, 2, 3, 3]], "ordinal")
    assert result.estimate == 1
    assert (result.lower, result.upper) == (1, 1)


@pytest.mark.parametrize(
    "table",
    [
        [[1, 1, 1], [1, 1, 1]],
        [[1, 2, 3], [np.nan, np.nan, np.nan]],
        np.full((2, 3), np.nan),
        np.empty((2, 0)),
        [[1, 2, 3]],
    ],
)
def test_undefined_alpha_is_nan(table):
    result = krippendorff_alpha(table, "nominal")
    assert np.isnan([result.estimate, result.se, result.lower, result.upper]).all()


def test_interval_is_the_same_every_time_and_shrinks_with_units(kripp_units):
    once, again = (krippendorff_alpha(kripp_units, "nominal", seed=3) for _ in range(2))
    assert once == again
    more = krippendorff_alpha(np.tile(kripp_units, 9), "nominal", seed=3)
    assert more.upper - more.lower < 0.5 * (once.upper - once.lower)


def test_bootstrap_interval_covers_a_planted_alpha():
    """Coders who repeat the truth with probability p, else guess one of four: alpha is p²."""
    rng = np.random.default_rng(5)
    p, hits = 0.8, 0
    for run in range(200):
        truth = rng.integers(0, 4, 80)
        coded = np.where(rng.random((2, 80)) < p, truth, rng.integers(0, 4, (2, 80)))
        result = krippendorff_alpha(coded, "nominal", replicates=300, seed=run)
        hits += result.lower <= p**2 <= result.upper
    assert 0.90 <= hits / 200 <= 0.99


@pytest.mark.parametrize(
    ("table", "level", "message"),
    [
        ([["a", "b"], ["a", "c"]], "ordinal", "words"),
        ([[1, 2], [1, 3]], "rank", "level"),
        ([1, 2], "nominal", "coders by units"),
        ([[-1, 2], [1, 3]], "ratio", "0 or more"),
        ([[np.inf, 2], [1, 3]], "interval", "infinite"),
    ],
)
def test_impossible_ratings_are_refused(table, level, message):
    with pytest.raises(ValueError, match=message):
        krippendorff_alpha(table, level)


def test_icc_of_shrout_and_fleiss():
    result = icc_agreement(JUDGES)
    assert result.single.estimate == pytest.approx(0.29, abs=5e-3)
    assert result.average.estimate == pytest.approx(0.62, abs=5e-3)
    assert (result.single.lower, result.single.upper) == pytest.approx((0.019, 0.761), abs=5e-4)


def test_icc_of_anxiety(reference):
    result = icc_agreement(reference("irr_anxiety").to_numpy().T)
    assert result.single.estimate == pytest.approx(0.197998259355962, rel=1e-12)
    assert result.average.estimate == pytest.approx(0.425498753117207, rel=1e-12)
    assert (result.units, result.coders) == (20, 3)


def test_average_follows_from_single_by_spearman_and_brown():
    result = icc_agreement(JUDGES)
    single = result.single.estimate
    assert result.average.estimate == pytest.approx(4 * single / (1 + 3 * single), rel=1e-12)


@given(
    hnp.arrays(
        float,
        st.tuples(st.integers(2, 4), st.integers(2, 8)),
        elements=st.integers(0, 9).map(float),
    )
)
def test_icc_from_sums_of_squares_by_hand(table):
    """Two-way mean squares from totals, the way a calculator does it."""
    result = icc_agreement(table).single.estimate
    k, n = table.shape
    if np.ptp(table) == 0:
        assert np.isnan(result)
        return
    correction = table.sum() ** 2 / (n * k)
    units = (table.sum(axis=0) ** 2).sum() / k - correction
    coders = (table.sum(axis=1) ** 2).sum() / n - correction
    error = (table**2).sum() - correction - units - coders
    msr, msc, mse = units / (n - 1), coders / (k - 1), error / ((n - 1) * (k - 1))
    bottom = msr + (k - 1) * mse + k * (msc - mse) / n
    if abs(bottom) > 1e-9:
        assert result == pytest.approx((msr - mse) / bottom, abs=1e-8)


def test_units_without_all_coders_are_left_out():
    with_gap = np.column_stack([JUDGES, [3, np.nan, 3, 3]])
    assert icc_agreement(with_gap) == icc_agreement(JUDGES)


@pytest.mark.parametrize("table", [[[1.0, 2, 3]], [[1.0], [2.0]], np.ones((3, 4))])
def test_undefined_icc_is_nan(table):
    assert np.isnan(icc_agreement(table).single.estimate)


def test_coders_who_agree_fully_have_icc_one():
    result = icc_agreement([[1.0, 2, 4], [1.0, 2, 4]])
    assert result.single.estimate == result.average.estimate == 1


@pytest.mark.parametrize("level", ALPHAS)
def test_result_is_a_number_with_its_interval(kripp_units, level):
    result = krippendorff_alpha(kripp_units, level)
    assert abs(result - ALPHAS[level]) < 1e-12
    assert f"{result:.2f}" == f"{ALPHAS[level]:.2f}"
    assert float(result) == result.estimate
    again = pickle.loads(pickle.dumps(result))
    assert (again, again.lower, again.upper, again.units) == (
        result, result.lower, result.upper, result.units,
    )  # fmt: skip


def test_units_drawn_together_keep_what_is_alike_together(kripp_units):
    """The same unit nine times in one cluster tells no more than once."""
    once = krippendorff_alpha(kripp_units, "nominal", seed=3)
    repeated = np.repeat(kripp_units, 9, axis=1)
    names = np.repeat([f"c{n}" for n in range(12)], 9)
    together = krippendorff_alpha(repeated, "nominal", seed=3, clusters=names)
    apart = krippendorff_alpha(repeated, "nominal", seed=3)
    assert together.estimate == pytest.approx(apart.estimate, abs=1e-12)
    assert together.upper - together.lower == pytest.approx(once.upper - once.lower, rel=0.25)
    assert apart.upper - apart.lower < 0.5 * (once.upper - once.lower)


def test_one_cluster_gives_no_interval_and_unequal_lengths_are_refused(kripp_units):
    assert np.isnan(krippendorff_alpha(kripp_units, "nominal", clusters=np.zeros(12)).lower)
    with pytest.raises(ValueError, match="clusters"):
        krippendorff_alpha(kripp_units, "nominal", clusters=[1, 2])


@given(
    hnp.arrays(
        np.int64, st.tuples(st.integers(1, 9), st.integers(1, 4)), elements=st.integers(0, 3)
    )
)
def test_patterns_hold_every_unit(counts):
    patterns = Patterns.of(counts)
    assert (patterns.counts[patterns.pattern] == counts).all()
    assert patterns.sizes.sum() == len(counts)
    assert len(np.unique(patterns.counts, axis=0)) == len(patterns.counts)
    assert (patterns.drawn(5, 1).sum(axis=1) == len(counts)).all()


def test_patterns_of_many_values():
    counts = np.eye(70, dtype=np.int64)[[3, 3, 69]]
    assert sorted(Patterns.of(counts).sizes.tolist()) == [1, 2]


@given(ratings, st.sampled_from(sorted(ALPHAS)))
def test_equals_the_krippendorff_package(table, level):
    ours = krippendorff_alpha(table, level, replicates=0)
    if not np.isnan(ours):  # the package refuses what cannot be told
        theirs = krippendorff.alpha(reliability_data=table, level_of_measurement=level)
        assert ours == pytest.approx(theirs, abs=1e-9)
