"""Own made data, with the numbers R gives for them (tests/reference/make_reference.R).

Closed forms agree to a relative difference of 1e-8, iterative fits to 1e-6.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from plankompass.statistics.agreement import (
    cohen_kappa,
    fleiss_kappa,
    gwet_ac1,
    icc_agreement,
    krippendorff_alpha,
    weighted_kappa,
)
from plankompass.statistics.cells import cell_codes, means_by_cell
from plankompass.statistics.congruence import congruence_between_groups
from plankompass.statistics.finite_population import (
    change_overlapping,
    difference,
    mean_fpc,
    share_interval,
)
from plankompass.statistics.linearisation import (
    domain_mean,
    post_stratified_mean,
    stratified_mean,
    weighted_mean,
    weighted_share,
)
from plankompass.statistics.multiplicity import benjamini_hochberg
from plankompass.statistics.ordinal import ordinal_model
from plankompass.statistics.pooling import (
    fay_herriot,
    pooled_sd_mean_interval,
    random_intercept,
)
from plankompass.statistics.ranking import kendall_tau_b
from plankompass.statistics.reliability import cronbach_alpha, icc_one_two, omega_total, rwg_j
from plankompass.statistics.survival import kaplan_meier_median
from plankompass.statistics.weighting import rake

FOLDER = Path(__file__).parents[2] / "reference"
EXPECTED: dict[str, Any] = json.loads((FOLDER / "expected.json").read_text(encoding="utf-8"))
CLOSED, ITERATIVE = 1e-8, 1e-6
SIZES = {"n": 5200, "s": 3100, "v": 2400, "o": 800}


def _table(name: str) -> pd.DataFrame:
    return pd.read_csv(FOLDER / f"{name}.csv")


def _same(found: Any, wanted: Any, rel: float = CLOSED) -> None:
    np.testing.assert_allclose(np.asarray(found, float), np.asarray(wanted, float), rtol=rel)


def _holds(result: Any, key: str, rel: float = CLOSED) -> None:
    """Every number R gives is the field of that name."""
    for name, wanted in EXPECTED[key].items():
        _same(getattr(result, name), wanted, rel)


@pytest.fixture(scope="module")
def council() -> pd.DataFrame:
    return _table("council")


@pytest.fixture(scope="module")
def residents() -> pd.DataFrame:
    return _table("residents")


def test_means_of_a_council(council):
    _holds(mean_fpc(council["before"], 47), "mean_fpc")
    _holds(mean_fpc(council["before"], None), "mean_culture")
    _holds(domain_mean(council["before"], council["gender"] == "k", 47), "domain")
    targets = {"a": 20, "b": 17, "c": 10}
    _holds(post_stratified_mean(council["before"], council["bloc"], targets), "post_stratified")


def test_shares_of_a_council(council):
    ones = np.ones(len(council))
    for method, key in (("logit", "share_logit"), ("korn-graubard", "share_beta")):
        _holds(weighted_share(council["yes"], ones, method=method, population=47), key)
    for case in EXPECTED["hypergeometric"]:
        found = share_interval(case["successes"], case["n"], case["population"])
        _same([found.lower, found.upper], [case["lower"], case["upper"]])
    case = EXPECTED["clopper_pearson"]
    found = share_interval(case["successes"], case["n"], None)
    _same([found.lower, found.upper], [case["lower"], case["upper"]])


def test_differences_and_changes(council):
    women, men = (council.loc[council["gender"] == g, "before"] for g in "km")
    _holds(difference(mean_fpc(women, None), mean_fpc(men, None)), "welch")
    _holds(change_overlapping(council["before"], council["after"], 47), "panel_change")
    before, after = council["before"].to_numpy().copy(), council["after"].to_numpy().copy()
    before[20:], after[:9] = np.nan, np.nan
    _holds(change_overlapping(before, after, 47), "overlap_change")


def test_strata_weights_and_clusters(residents):
    y, w = residents["y"], residents["weight"]
    _holds(stratified_mean(y, residents["stratum"], SIZES), "stratified")
    _holds(weighted_mean(y, w, population=11_500), "weighted")
    for method, key in (
        ("logit", "weighted_share_logit"),
        ("korn-graubard", "weighted_share_beta"),
    ):
        _holds(weighted_share(residents["yes"], w, method=method, population=11_500), key)
    clusters = {"n": 40, "s": 30, "v": 25, "o": 12}
    found = weighted_mean(
        y, w, strata=residents["stratum"], clusters=residents["cluster"], population=clusters
    )
    _holds(found, "clustered")


def test_raking(residents):
    margins = [residents["age"], residents["education"]]
    targets = [{"18-39": 4000, "40-66": 5000, "67+": 2500}, {"low": 6500, "high": 5000}]
    for base, key in ((residents["weight"], "raked"), (None, "raked_equal")):
        found = rake(margins, targets, base=base, tolerance=1e-13)
        wanted = EXPECTED[key]
        _same(found.weights, wanted["weights"], ITERATIVE)
        mean = weighted_mean(residents["y"], found.weights, calibrated_on=margins, base=base)
        _same([mean.estimate, mean.se], [wanted["estimate"], wanted["se"]], ITERATIVE)


def test_many_cells_equal_svyby():
    table = _table("cells")
    codes, names = cell_codes(table["council"])
    sizes = table.groupby("council")["size"].first().reindex(names).to_numpy(float)
    values = table[["a", "b", "c"]].to_numpy(float)
    found = means_by_cell(values, codes, sizes)
    for column, wanted in enumerate(EXPECTED["cells"]):
        _same(found.estimate[:, column], wanted["estimate"])
        _same(found.se[:, column], wanted["se"])
    pooled = pooled_sd_mean_interval(values[:, 0], codes, sizes, below=None)
    n = np.bincount(codes)
    _same(pooled.se, EXPECTED["pooled_sd"]["sd"] * np.sqrt((1 - n / sizes) / n))
    _same(pooled.df, np.full(n.shape, EXPECTED["pooled_sd"]["df"]))


def test_reliability():
    items = _table("scales").drop(columns="group").to_numpy(float)
    _holds(cronbach_alpha(items), "alpha")
    complete = items[~np.isnan(items).any(axis=1)]
    _holds(cronbach_alpha(complete), "alpha_complete")
    _holds(omega_total(items), "omega", ITERATIVE)
    assert omega_total(items).n == len(complete)


def test_may_persons_be_averaged():
    table = _table("scales")
    items = table.drop(columns="group").to_numpy(float)
    found = rwg_j(items, table["group"], 5)
    wanted = EXPECTED["rwg"]
    assert found.groups.tolist() == wanted["groups"]
    for name in ("estimate", "lindell", "n"):
        _same(getattr(found, name), wanted[name])
    whole = ~np.isnan(items).any(axis=1)
    score, group = items[whole].mean(axis=1), table["group"][whole]
    _holds(icc_one_two(score, group), "icc")
    fit = random_intercept(score, group)
    wanted = EXPECTED["random_intercept"]
    assert fit.groups.tolist() == wanted["groups"]
    for name in ("grand_mean", "grand_mean_se", "between", "within", "estimate", "se"):
        _same(getattr(fit, name), wanted[name], ITERATIVE)


def test_congruence_and_order_of_items():
    items = _table("scales").drop(columns="group").to_numpy(float)
    items = items[~np.isnan(items).any(axis=1)]
    first, second = items[::2], items[1::2]
    found = congruence_between_groups(first, second, replicates=0, seed=1)
    _same(found.estimate, EXPECTED["congruence"], ITERATIVE)
    tau = kendall_tau_b(first.mean(axis=0), second.mean(axis=0))
    _same(tau.estimate, EXPECTED["kendall"])


def test_partial_pooling_of_areas():
    table = _table("areas")
    design = np.column_stack([np.ones(len(table)), table["x"]])
    _holds(fay_herriot(table["y"], table["variance"], design), "fay_herriot", ITERATIVE)


def test_ordered_item():
    table = _table("ordinal")
    found = ordinal_model(table["answer"], table[["leader", "years"]], table["group"])
    _holds(found, "ordinal", ITERATIVE)


def test_coders():
    table = _table("coders")
    ratings = table[["c1", "c2", "c3", "c4"]].to_numpy(float).T
    for level, wanted in EXPECTED["krippendorff"].items():
        _same(krippendorff_alpha(ratings, level, replicates=0).estimate, wanted)
    pair = table[["f1", "f2"]].to_numpy().T
    cohen, weighted = cohen_kappa(pair), weighted_kappa(pair, categories=[1, 2, 3, 4])
    wanted = EXPECTED["cohen"]
    _same([cohen.estimate, cohen.se], [wanted["estimate"], wanted["se"]])
    _same([weighted.estimate, weighted.se], [wanted["weighted"], wanted["weighted_se"]])
    whole = table[["f1", "f2", "f3", "f4"]].to_numpy().T
    _same(fleiss_kappa(whole, replicates=0).estimate, EXPECTED["fleiss"])
    _same(gwet_ac1(whole, categories=[1, 2, 3, 4]).estimate, EXPECTED["gwet"])
    icc = icc_agreement(table[["s1", "s2", "s3"]].to_numpy().T)
    wanted = EXPECTED["icc_coders"]
    _same([icc.single.estimate, icc.average.estimate], [wanted["single"], wanted["average"]])
    limits = [wanted["single_lower"], wanted["single_upper"]]
    _same([icc.single.lower, icc.single.upper], limits)


def test_months_to_an_event_and_many_comparisons():
    table = _table("events")
    found = kaplan_meier_median(table["months"], table["adopted"])
    wanted = EXPECTED["survival"]
    _same(
        [found.estimate, found.lower, found.upper],
        [wanted[k] for k in ("estimate", "lower", "upper")],
    )
    _same(found.times, wanted["times"])
    _same(found.survival, wanted["survival"])
    _same(found.se, wanted["greenwood"])
    family = EXPECTED["benjamini_hochberg"]
    _same(benjamini_hochberg(family["p"]).adjusted, family["adjusted"])


def test_the_data_are_what_the_script_makes(tmp_path, monkeypatch):
    from tests.reference import make_data

    monkeypatch.setattr(make_data, "FOLDER", tmp_path)
    make_data.main()
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(
        p.name for p in FOLDER.glob("*.csv")
    )
    for path in tmp_path.iterdir():
        assert path.read_bytes() == (FOLDER / path.name).read_bytes(), path.name
