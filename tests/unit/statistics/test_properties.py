"""What every method does when rows are moved, renamed, doubled, alike, alone, missing or complete.

The same cases are in docs/method/statistics.md, worked out by the program.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plankompass.statistics.agreement import (
    cohen_kappa,
    fleiss_kappa,
    gwet_ac1,
    icc_agreement,
    krippendorff_alpha,
    weighted_kappa,
)
from plankompass.statistics.bootstrap import bootstrap_means
from plankompass.statistics.cells import means_by_cell
from plankompass.statistics.congruence import congruence_between_groups
from plankompass.statistics.finite_population import (
    change_overlapping,
    difference,
    mean_fpc,
    share_interval,
    worst_case_bounds,
)
from plankompass.statistics.linearisation import (
    domain_mean,
    post_stratified_mean,
    stratified_mean,
    weighted_mean,
    weighted_share,
)
from plankompass.statistics.ordinal import ordinal_model
from plankompass.statistics.pooling import fay_herriot, random_intercept
from plankompass.statistics.ranking import rank_confidence_sets
from plankompass.statistics.reliability import (
    cronbach_alpha,
    icc_one_two,
    omega_total,
    rwg_j,
    van_der_eijk_a,
)
from plankompass.statistics.spread import council_mean_interval
from plankompass.statistics.survival import kaplan_meier_median
from plankompass.statistics.weighting import post_stratify, rake

N, POPULATION = 24, 60
POPULATIONS = {0: 14, 1: 14, 2: 14}


def _sample(seed: int) -> dict[str, np.ndarray]:
    """Respondents in three groups with four items that hang together."""
    rng = np.random.default_rng(seed)
    person = rng.normal(0, 0.8, (N, 1))
    items = np.clip(np.round(3.2 + person + rng.normal(0, 0.7, (N, 4))), 1, 5)
    return {
        "items": items,
        "y": items.mean(axis=1),
        "second": np.round(items.mean(axis=1) + rng.normal(0.2, 0.3, N), 2),
        "group": np.arange(N) % 3,
        "weight": rng.uniform(0.5, 2, N),
        "yes": (items[:, 0] >= 4).astype(float),
    }


def _counts(values: np.ndarray) -> np.ndarray:
    return np.bincount(values.astype(int), minlength=6)[1:]


Sample = dict[str, np.ndarray]
BY_ROWS: dict[str, Callable[[Sample], Any]] = {
    "mean_fpc": lambda d: mean_fpc(d["y"], POPULATION),
    "change_overlapping": lambda d: change_overlapping(d["y"], d["second"], POPULATION),
    "weighted_mean": lambda d: weighted_mean(d["y"], d["weight"], population=POPULATION),
    "weighted_share": lambda d: weighted_share(d["yes"], d["weight"], population=POPULATION),
    "stratified_mean": lambda d: stratified_mean(d["y"], d["group"], POPULATIONS),
    "post_stratified_mean": lambda d: post_stratified_mean(d["y"], d["group"], POPULATIONS),
    "domain_mean": lambda d: domain_mean(d["y"], d["group"] == 1, POPULATION),
    "means_by_cell": lambda d: means_by_cell(d["y"], d["group"], [14, 14, 14]),
    "council_mean_interval": lambda d: council_mean_interval(d["y"], d["group"], [14, 14, 14]),
    "cronbach_alpha": lambda d: cronbach_alpha(d["items"]),
    "omega_total": lambda d: omega_total(d["items"]),
    "rwg_j": lambda d: rwg_j(d["items"], d["group"], 5),
    "icc_one_two": lambda d: icc_one_two(d["y"], d["group"]),
    "random_intercept": lambda d: random_intercept(d["y"] + d["group"], d["group"]),
    "van_der_eijk_a": lambda d: van_der_eijk_a(_counts(d["items"][:, 0])),
    "krippendorff_alpha": lambda d: krippendorff_alpha(d["items"].T, "ordinal", replicates=0),
    "fleiss_kappa": lambda d: fleiss_kappa(d["items"].T, replicates=0),
    "gwet_ac1": lambda d: gwet_ac1(d["items"].T, categories=[1, 2, 3, 4, 5]),
    "cohen_kappa": lambda d: cohen_kappa(d["items"][:, :2].T),
    "weighted_kappa": lambda d: weighted_kappa(d["items"][:, :2].T, categories=[1, 2, 3, 4, 5]),
    "icc_agreement": lambda d: icc_agreement(d["items"].T),
    "kaplan_meier_median": lambda d: kaplan_meier_median(d["y"], d["yes"]),
    "ordinal_model": lambda d: ordinal_model(d["items"][:, 0], d["weight"][:, None], d["group"]),
    "congruence": lambda d: congruence_between_groups(
        d["items"][d["group"] == 0], d["items"][d["group"] > 0], replicates=0, seed=1
    ),
}


def _numbers(result: Any) -> dict[str, np.ndarray]:
    """Every number of a result, those of results inside it too."""
    if isinstance(result, float):
        return {"": np.array(result)}
    out = {}
    for name in result.__slots__:
        value = getattr(result, name)
        if hasattr(value, "__slots__") and not isinstance(value, np.generic):
            out |= {f"{name}.{k}": v for k, v in _numbers(value).items()}
        elif name != "groups":
            out[name] = np.asarray(value, float)
    return out


def _equal(one: Any, two: Any, rtol: float = 1e-7) -> None:
    first, second = _numbers(one), _numbers(two)
    assert first.keys() == second.keys()
    for name, value in first.items():
        np.testing.assert_allclose(second[name], value, rtol=rtol, atol=1e-9, err_msg=name)


@pytest.mark.parametrize("name", BY_ROWS)
@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 1000))
def test_order_of_rows_does_not_matter(name, seed):
    sample = _sample(seed)
    order = np.random.default_rng(seed + 1).permutation(N)
    moved = {key: value[order] for key, value in sample.items()}
    _equal(BY_ROWS[name](sample), BY_ROWS[name](moved), 1e-4 if name == "ordinal_model" else 1e-7)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 1000))
def test_relabelling_groups_moves_the_numbers_with_the_labels(seed):
    d = _sample(seed)
    names = np.array(["c", "a", "b"])  # sorted in another order than 0, 1, 2
    labels, place = names[d["group"]], np.array([1, 2, 0])
    whole, renamed = rwg_j(d["items"], d["group"], 5), rwg_j(d["items"], labels, 5)
    np.testing.assert_allclose(renamed.estimate, whole.estimate[place])
    _equal(icc_one_two(d["y"], d["group"]), icc_one_two(d["y"], labels))
    fit, again = (random_intercept(d["y"] + d["group"], g) for g in (d["group"], labels))
    np.testing.assert_allclose(again.estimate, fit.estimate[place], rtol=1e-8)
    sizes = dict(zip(names, POPULATIONS.values(), strict=True))
    _equal(stratified_mean(d["y"], d["group"], POPULATIONS), stratified_mean(d["y"], labels, sizes))
    weights = post_stratify(labels, sizes).weights
    np.testing.assert_allclose(weights, post_stratify(d["group"], POPULATIONS).weights)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 1000))
def test_relabelling_answers(seed):
    ratings = _sample(seed)["items"].T
    mixed = np.array([0, 30, 10, 50, 20, 40])[ratings.astype(int)]
    stretched = np.array([0, 1, 4, 5, 9, 20])[ratings.astype(int)]
    for method in (
        lambda r: krippendorff_alpha(r, "nominal", replicates=0),
        lambda r: fleiss_kappa(r, replicates=0),
        lambda r: cohen_kappa(r[:2]),
    ):
        _equal(method(ratings), method(mixed))
    ordinal = krippendorff_alpha(ratings, "ordinal", replicates=0)
    _equal(ordinal, krippendorff_alpha(stretched, "ordinal", replicates=0))


def _twice(sample: Sample) -> Sample:
    return {key: np.concatenate([value, value]) for key, value in sample.items()}


@pytest.mark.parametrize(
    "name",
    ["cronbach_alpha", "omega_total", "van_der_eijk_a", "fleiss_kappa", "cohen_kappa", "gwet_ac1",
     "weighted_kappa", "weighted_mean", "weighted_share", "kaplan_meier_median", "congruence"],
)  # fmt: skip
def test_respondents_counted_twice_do_not_move_what_is_a_share_or_a_pattern(name):
    """Duplicates are taken for persons here; ingest finds and removes them."""
    for seed in range(5):
        sample = _sample(seed)
        one, two = _numbers(BY_ROWS[name](sample)), _numbers(BY_ROWS[name](_twice(sample)))
        np.testing.assert_allclose(
            two.get("estimate", two.get("")), one.get("estimate", one.get("")), rtol=1e-6
        )


def test_respondents_counted_twice_by_formula():
    d = _sample(3)
    one, two = (mean_fpc(x["y"], 100) for x in (d, _twice(d)))
    assert two.estimate == pytest.approx(one.estimate)
    # The spread loses a little (2n - 1 for 2n), the rest is n.
    ratio = (1 - 48 / 100) / 48 * (48 / 47) / ((1 - 24 / 100) / 24 * (24 / 23))
    assert (two.se / one.se) ** 2 == pytest.approx(ratio)
    plain, double = (icc_one_two(x["y"], x["group"]) for x in (d, _twice(d)))
    within = (N - 3) / (2 * N - 3) * 2  # of the mean square within; that between doubles
    assert double.f == pytest.approx(plain.f * 2 / within)
    several, more = (rwg_j(x["items"], x["group"], 5) for x in (d, _twice(d)))
    np.testing.assert_allclose(1 - more.lindell, (1 - several.lindell) * 16 / 15 * 7 / 8)
    first, again = (
        krippendorff_alpha(x["items"].T, "nominal", replicates=0) for x in (d, _twice(d))
    )
    pairs = 4 * N  # alpha counts without replacement: expected disagreement moves by (n - 1)/n
    assert (1 - again.estimate) / (1 - first.estimate) == pytest.approx(
        (2 * pairs - 1) / (2 * (pairs - 1))
    )


def _constant(sample: Sample) -> Sample:
    same = np.full((N, 4), 4.0)
    return sample | {"items": same, "y": same[:, 0], "second": same[:, 0], "yes": np.ones(N)}


@pytest.mark.parametrize(
    ("name", "estimate"),
    [
        ("mean_fpc", 4), ("weighted_mean", 4), ("stratified_mean", 4), ("means_by_cell", 4),
        ("council_mean_interval", 4), ("change_overlapping", 0), ("weighted_share", 1),
        ("cronbach_alpha", None), ("omega_total", None), ("icc_one_two", None),
        ("krippendorff_alpha", None), ("fleiss_kappa", None), ("cohen_kappa", None),
        ("weighted_kappa", None), ("gwet_ac1", 1), ("rwg_j", 1), ("van_der_eijk_a", 1),
        ("ordinal_model", None), ("congruence", None),
    ],
)  # fmt: skip
def test_everybody_answers_alike(name, estimate):
    """Without variation means are known to the sample; agreement and reliability cannot be told."""
    result = BY_ROWS[name](_constant(_sample(1)))
    found = result if isinstance(result, float) else result.estimate
    if estimate is None:
        assert np.isnan(np.asarray(found, float)).all()
    else:
        np.testing.assert_allclose(found, estimate)


def test_alike_items_leave_no_error_and_no_order():
    d = _constant(_sample(1))
    assert mean_fpc(d["y"], POPULATION).se == 0
    assert weighted_share(d["yes"], d["weight"], population=POPULATION).lower < 1
    order = rank_confidence_sets(d["items"], POPULATION, seed=1)
    assert (order.lower == 1).all() and (order.upper == 4).all()
    with pytest.raises(ValueError, match="do not vary"):
        random_intercept(d["y"], d["group"])
    draws = bootstrap_means(d["y"], d["group"], [14, 14, 14], seed=1)
    assert (draws.se == 0).all()


def test_one_respondent():
    y, none = np.array([4.0]), np.array([0])
    for one in (
        mean_fpc(y, POPULATION),
        weighted_mean(y, [1.0], population=POPULATION),
        stratified_mean(y, ["a"], {"a": POPULATION}),
        domain_mean(y, [True], POPULATION),
    ):
        assert one.estimate == 4
        assert np.isnan([one.se, one.lower, one.upper]).all()
    alone = council_mean_interval(y, none, [POPULATION])
    assert alone.estimate[0] == 4 and np.isnan(alone.lower[0])
    share = share_interval(1, 1, 40)
    assert (share.lower, share.upper) == (1 / 40, 1)
    row = np.array([[4.0, 3, 5, 4]])
    assert np.isnan(cronbach_alpha(row).estimate) and np.isnan(omega_total(row).estimate)
    assert np.isnan(rwg_j(row, ["a"], 5).estimate).all()
    assert np.isnan(icc_one_two(y, ["a"]).icc1)
    assert van_der_eijk_a([0, 0, 0, 1, 0]) == 1
    order = rank_confidence_sets(row, POPULATION, seed=1)
    assert (order.lower == 1).all() and (order.upper == 4).all()
    bounds = worst_case_bounds(4.0, 1, 5, 1, 5)
    assert (bounds.lower, bounds.upper) == (1.6, 4.8)
    gap = difference(mean_fpc(y, POPULATION), mean_fpc([1.0, 2, 3], POPULATION))
    assert gap.estimate == 2 and np.isnan(gap.p_value)


@pytest.mark.parametrize(
    "name",
    ["mean_fpc", "weighted_mean", "weighted_share", "stratified_mean", "post_stratified_mean",
     "domain_mean", "means_by_cell", "council_mean_interval", "cronbach_alpha", "omega_total", "rwg_j",
     "icc_one_two", "krippendorff_alpha", "fleiss_kappa", "gwet_ac1", "cohen_kappa", "weighted_kappa",
     "icc_agreement", "kaplan_meier_median", "ordinal_model", "congruence", "change_overlapping"],
)  # fmt: skip
def test_nothing_but_missing_answers_is_nan_and_no_error(name):
    sample = _sample(2)
    for key in ("items", "y", "second", "yes"):
        sample[key] = np.full(sample[key].shape, np.nan)
    if name == "kaplan_meier_median":
        sample["yes"] = np.ones(N)
    result = BY_ROWS[name](sample)
    single = getattr(result, "single", result)
    assert np.isnan(np.asarray(single.estimate, float)).all()


def test_everybody_has_answered():
    d = _sample(4)
    for whole in (
        mean_fpc(d["y"], N),
        weighted_mean(d["y"], np.ones(N), population=N),
        stratified_mean(d["y"], d["group"], {0: 8, 1: 8, 2: 8}),
    ):
        assert whole.estimate == pytest.approx(d["y"].mean())
        assert (whole.se, whole.lower, whole.upper) == (0, whole.estimate, whole.estimate)
    cells = council_mean_interval(d["y"], d["group"], [8, 8, 8])
    assert (cells.se == 0).all() and (cells.lower == cells.upper).all()
    draws = bootstrap_means(d["y"], d["group"], [8, 8, 8], seed=1)
    assert (draws.lower == draws.upper).all()
    share = share_interval(7, 10, 10)
    assert (share.lower, share.upper, share.se) == (0.7, 0.7, 0)
    change = change_overlapping(d["y"], d["second"], N)
    assert change.se == pytest.approx(0, abs=1e-12)
    bounds = worst_case_bounds(3.2, 10, 10, 1, 5)
    assert (bounds.lower, bounds.upper) == (pytest.approx(3.2), pytest.approx(3.2))
    gap = difference(mean_fpc(d["y"], N), mean_fpc(d["second"], N))
    assert gap.se == 0 and gap.p_value == 0
    order = rank_confidence_sets(d["items"] + [0, 1, 2, 3], N, seed=1)
    assert (order.lower == order.rank).all() and (order.upper == order.rank).all()
    with pytest.raises(ValueError, match="answered in full"):
        fay_herriot([3.0, 3.1, 2.9], [0.1, 0.0, 0.1], np.ones(3))


def test_weights_of_rows_moved_or_doubled():
    d = _sample(5)
    margins = [d["group"], d["yes"]]
    targets = [POPULATIONS, {0.0: 20, 1.0: 22}]
    plain = rake(margins, targets, tolerance=1e-12)
    order = np.random.default_rng(1).permutation(N)
    moved = rake([m[order] for m in margins], targets, tolerance=1e-12)
    np.testing.assert_allclose(moved.weights, plain.weights[order], rtol=1e-9)
    double = rake([np.concatenate([m, m]) for m in margins], targets, tolerance=1e-12)
    np.testing.assert_allclose(double.weights[:N], plain.weights / 2, rtol=1e-9)
