"""Shares of answers: exact intervals, denominators, and who was asked."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from scipy.stats import hypergeom
from tests.unit.indicators.made_study import MadeStudy, one


def test_share_has_the_interval_of_all_counts_that_are_not_rejected(study: MadeStudy) -> None:
    study.municipality("k01", seats=27)
    for value in [5] * 3 + [4] * 5 + [3] * 4 + [1] * 3:
        study.answer("k01", "T2", "folkevalgte", {"gr_faerre_mal": value})
    study.answer("k01", "T2", "folkevalgte", {"gr_faerre_mal": "dont_know"})
    row = one(
        study.compute("strategy_uptake"),
        unit="k01",
        wave="T2",
        group="folkevalgte",
        component="gr_faerre_mal",
    )
    kept = [
        k
        for k in range(28)
        if hypergeom.sf(7, 27, k, 15) > 0.025 and hypergeom.cdf(8, 27, k, 15) > 0.025
    ]
    assert row["value"] == pytest.approx(8 / 15)
    assert row["lower"] == pytest.approx(min(kept) / 27)
    assert row["upper"] == pytest.approx(max(kept) / 27)
    assert (row["numerator"], row["n"]) == (8, 15)
    assert row["dont_know"] == pytest.approx(1 / 16)
    assert row["method"] == "share_hypergeometric"


def test_alternatives_share_one_denominator(study: MadeStudy) -> None:
    study.municipality("k01")
    columns = study.codebook.answer_columns("st_behov")
    first = dict.fromkeys(columns, 0) | {"st_behov__nettverk": 1, "st_behov__verktoy": 1}
    second = dict.fromkeys(columns, 0) | {"st_behov__nettverk": 1}
    silent = dict.fromkeys(columns, "no_answer")
    for answers in (first, second, silent):
        study.answer("k01", "T2", "folkevalgte", answers)
    frame = study.compute("support_needs")
    here = {"unit": "k01", "wave": "T2", "group": "folkevalgte"}
    both = one(frame, **here, component="st_behov__nettverk")
    half = one(frame, **here, component="st_behov__verktoy")
    assert (both["value"], both["n"], both["unanimous"]) == (1.0, 2, True)
    assert (half["value"], half["n"], half["numerator"]) == (0.5, 2, 1)


def test_first_gathering_is_not_asked_about_what_came_before_it(study: MadeStudy) -> None:
    study.municipality("k01")
    for gathering, day, first in (("s1", "2023-02-10", True), ("s2", "2023-05-10", False)):
        study.add(
            "gatherings",
            gathering=gathering,
            wave="T2",
            held_on=day,
            homework_given=True,
            first=first,
        )
        study.add(
            "frames",
            kommune_id="k01",
            wave="T2",
            group="deltakere",
            gathering=gathering,
            population=12,
        )
        for value in (5, 4, 1):
            study.answer("k01", "T2", "deltakere", {"sv_tatt_i_bruk": value}, gathering=gathering)
    frame = study.compute("transfer_home")
    item = frame[frame["component"] == "sv_tatt_i_bruk"]
    first_row = one(item, unit="network", gathering="s1")
    assert (first_row["status"], first_row["reason"]) == ("not_applicable", "not_asked")
    later = one(item, unit="network", gathering="s2")
    assert (later["value"], later["n"]) == (pytest.approx(2 / 3), 3)
    municipal = one(item, unit="k01", gathering="s2")
    assert (municipal["status"], municipal["reason"]) == ("not_applicable", "network_only")


def test_weighted_share_of_residents_stays_within_the_unit_interval(study: MadeStudy) -> None:
    # No shipped indicator asks residents for a share: only YAML is changed.
    rng = np.random.default_rng(5)
    indicator = study.codebook.indicators["strategy_uptake"].model_copy(
        update={
            "groups": ["innbyggere"],
            "inputs": study.codebook.indicators["citizen_influence"].inputs,
        }
    )
    book = study.codebook
    study.municipality("k01")
    study.add("frames", kommune_id="k01", wave="T2", group="innbyggere", population=5000)
    values = [5] * 48 + [1] * 2
    weights = rng.uniform(0.5, 2, 50)
    for value, weight in zip(values, weights, strict=True):
        study.answer("k01", "T2", "innbyggere", {"in_kontakt": value}, weight=float(weight))
    row = one(
        study.compute_task(indicator, book),
        unit="k01",
        wave="T2",
        component="in_kontakt",
    )
    assert row["value"] == pytest.approx(weights[:48].sum() / weights.sum())
    assert 0 < row["lower"] < row["value"] < row["upper"] < 1
    assert row["numerator"] == 48


def test_network_share_has_an_interval_even_with_lone_respondents(study: MadeStudy) -> None:
    for unit, values in (("k01", [5, 5, 1, 2, 5, 4]), ("k02", [5]), ("k03", [1, 1, 4])):
        study.municipality(unit, seats=20)
        for wave in ("T1", "T2"):
            for value in values:
                study.answer(unit, wave, "folkevalgte", {"gr_faerre_mal": value})
    frame = study.compute("strategy_uptake")
    here = {"unit": "network", "wave": "T2", "group": "folkevalgte"}
    row = one(frame, **here, component="gr_faerre_mal")
    shares = {"k01": 4 / 6, "k02": 1.0, "k03": 1 / 3}
    assert row["value"] == pytest.approx(sum(shares.values()) / 3)
    squares = 6 * (4 / 6) * (2 / 6) + 3 * (1 / 3) * (2 / 3)
    pooled = squares / (5 + 2)
    variance = sum((1 - n / 20) * pooled / n for n in (6, 1, 3)) / 9
    assert row["se"] == pytest.approx(variance**0.5, rel=1e-10)
    odds = np.log(row["value"] / (1 - row["value"]))
    half = stats.t.ppf(0.975, 7) * row["se"] / (row["value"] * (1 - row["value"]))
    assert row["lower"] == pytest.approx(1 / (1 + np.exp(-(odds - half))))
    change = one(frame, **here, component="change:T1|gr_faerre_mal")
    assert change["value"] == pytest.approx(0)
    assert change["lower"] < 0 < change["upper"]
