"""Means of scales and items, against plain arithmetic and a second method."""

from __future__ import annotations

import math
import statistics

import numpy as np
import pytest
from scipy import stats
from tests.unit.indicators.made_study import MadeStudy, one

from plankompass.statistics.linearisation import stratified_mean
from plankompass.study.problems import StageFailedError

CAPACITY = "policy_implementation_capacity"
ITEMS = ["gj_valg_til_vedtak", "gj_tidlig_preg", "gj_vedtak_utfort", "gj_treghet"]


def _capacity(a: int, b: int | str, c: int | str, slow: int | str) -> dict[str, int | str]:
    return dict(zip(ITEMS, (a, b, c, slow), strict=True))


def test_scale_mean_is_the_mean_of_reversed_and_valid_items(study: MadeStudy) -> None:
    study.municipality("k01", seats=20)
    study.answer("k01", "T2", "folkevalgte", _capacity(4, 4, 4, 2))  # reversed 2 is 4: score 4
    study.answer("k01", "T2", "folkevalgte", _capacity(2, "dont_know", 3, 5))  # 2, 3, 1: score 2
    study.answer("k01", "T2", "folkevalgte", _capacity(5, "no_answer", "dont_know", 1))  # two only
    row = one(
        study.compute(CAPACITY), unit="k01", wave="T2", group="folkevalgte", component="total"
    )
    assert row["value"] == pytest.approx(3.0)
    assert row["n"] == 2
    assert row["population"] == 20
    # 2 + 3 + 2 + 1 valid answers of 12, 2 "don't know", 1 left blank
    assert row["dont_know"] == pytest.approx(2 / 11)
    assert row["status"] == "published"


def test_items_of_a_scale_are_given_as_asked(study: MadeStudy) -> None:
    study.municipality("k01")
    for slow in (5, 4, 4):
        study.answer("k01", "T2", "folkevalgte", _capacity(1, 1, 1, slow))
    frame = study.compute(CAPACITY)
    row = one(frame, unit="k01", wave="T2", group="folkevalgte", component="gj_treghet")
    assert row["value"] == pytest.approx(13 / 3)
    assert not row["unanimous"]
    same = one(frame, unit="k01", wave="T2", group="folkevalgte", component="gj_tidlig_preg")
    assert same["unanimous"]


def _two_councils(study: MadeStudy) -> dict[str, list[int]]:
    scores = {"k01": [1, 2, 2, 4, 5], "k02": [3, 3, 4, 4, 4, 5, 2]}
    for unit, seats in (("k01", 9), ("k02", 25)):
        study.municipality(unit, seats=seats)
        for value in scores[unit]:
            answers = {"bo_agenda": value}
            study.answer(unit, "T2", "folkevalgte", answers)
    return scores


def test_small_council_takes_its_interval_from_steps_of_the_pooled_spread(study: MadeStudy) -> None:
    scores = _two_councils(study)
    frame = study.compute("locus_profile")
    squares = sum((len(v) - 1) * statistics.variance(v) for v in scores.values())
    pooled = squares / sum(len(v) - 1 for v in scores.values())
    # k01 varies 1.30 times as much as both together, above 1.25; k02 less than they do
    for unit, seats, mean, step in (("k01", 9, 2.8, 1.75), ("k02", 25, 25 / 7, 1.0)):
        row = one(frame, unit=unit, wave="T2", group="folkevalgte", component="bo_agenda")
        n = len(scores[unit])
        se = step * math.sqrt((1 - n / seats) * pooled / n)
        half = stats.t.ppf(0.975, 10) * se
        assert row["se"] == pytest.approx(se, rel=1e-12)
        assert row["lower"] == pytest.approx(mean - half, rel=1e-12)
        assert row["upper"] == pytest.approx(mean + half, rel=1e-12)
        assert row["method"] == "mean_fpc_stepped_sd"


def test_network_takes_the_pooled_spread_as_it_is(study: MadeStudy) -> None:
    scores = _two_councils(study)
    row = one(
        study.compute("locus_profile"),
        unit="network", wave="T2", group="folkevalgte", component="bo_agenda",
    )  # fmt: skip
    squares = sum((len(v) - 1) * statistics.variance(v) for v in scores.values())
    pooled = squares / 10
    variance = (9 / 34) ** 2 * (1 - 5 / 9) * pooled / 5 + (25 / 34) ** 2 * (1 - 7 / 25) * pooled / 7
    assert row["se"] == pytest.approx(math.sqrt(variance), rel=1e-12)


def test_network_mean_counts_each_council_with_its_seats(study: MadeStudy) -> None:
    scores = _two_councils(study)
    study.statistics["pooled_sd_below"] = 2  # every council keeps its own spread, as in R's survey
    row = one(
        study.compute("locus_profile"),
        unit="network",
        wave="T2",
        group="folkevalgte",
        component="bo_agenda",
    )
    values = [v for unit in scores for v in scores[unit]]
    strata = [unit for unit in scores for _ in scores[unit]]
    reference = stratified_mean(values, strata, {"k01": 9, "k02": 25})
    assert row["value"] == pytest.approx(reference.estimate, rel=1e-12)
    assert row["value"] == pytest.approx((9 * 2.8 + 25 * 25 / 7) / 34, rel=1e-12)
    assert row["se"] == pytest.approx(reference.se, rel=1e-12)
    assert (row["n"], row["population"], row["municipalities"]) == (12, 34, 2)


def test_residents_are_weighted(study: MadeStudy) -> None:
    rng = np.random.default_rng(3)
    study.municipality("k01")
    study.add("frames", kommune_id="k01", wave="T2", group="innbyggere", population=8000)
    values = rng.integers(1, 6, 40)
    weights = rng.uniform(0.4, 2.5, 40)
    for value, weight in zip(values, weights, strict=True):
        study.answer("k01", "T2", "innbyggere", {"in_kontakt": int(value)}, weight=float(weight))
    row = one(
        study.compute("citizen_influence"),
        unit="k01",
        wave="T2",
        group="innbyggere",
        component="in_kontakt",
    )
    mean = np.average(values, weights=weights)
    residual = weights * (values - mean) / weights.sum()
    se = math.sqrt((1 - 40 / 8000) * 40 / 39 * (residual**2).sum())
    assert row["value"] == pytest.approx(mean, rel=1e-12)
    assert row["se"] == pytest.approx(se, rel=1e-10)
    assert row["method"] == "weighted_linearised"


def test_every_cell_has_a_row_and_a_reason_where_there_is_no_number(study: MadeStudy) -> None:
    for unit in ("k01", "k02", "k03"):
        study.municipality(unit)
    study.add("frames", kommune_id="k02", wave="T2", group="administrasjon", population=9)
    study.answer("k01", "T2", "folkevalgte", _capacity(1, 2, 3, 4))
    study.answer("k02", "T2", "administrasjon", _capacity(1, 2, 3, 4))
    study.answer("k03", "T0", "folkevalgte", _capacity(1, 2, 3, 4), before_merger=True)
    frame = study.compute(CAPACITY)
    levels = frame[~frame["component"].str.contains("^(?:change:|answers:|own:)")]
    assert len(levels) == 2 * 3 * 4 * 5  # groups, waves, three municipalities and network, parts

    def why(unit: str, wave: str, group: str) -> tuple[str, str]:
        row = one(frame, unit=unit, wave=wave, group=group, component="total")
        return row["status"], row["reason"]

    assert why("k02", "T2", "folkevalgte") == ("hidden", "too_few_answers")
    assert why("k01", "T2", "administrasjon") == ("not_collected", "not_asked")
    assert why("k01", "T1", "folkevalgte") == ("not_collected", "not_asked")
    assert why("k03", "T0", "folkevalgte") == ("not_applicable", "territory_changed")
    assert why("network", "T2", "administrasjon") == ("published", "")
    gone = frame[frame["status"] != "published"]
    assert gone[["value", "lower", "upper", "se"]].isna().all(axis=None)
    assert (gone["reason"] != "").all()


def test_more_answers_than_seats_stops_and_names_every_place(study: MadeStudy) -> None:
    for unit in ("k01", "k02"):
        study.municipality(unit, seats=2)
        for _ in range(3):
            study.answer(unit, "T2", "folkevalgte", _capacity(1, 2, 3, 4))
    with pytest.raises(StageFailedError) as error:
        study.compute(CAPACITY)
    assert len(error.value.messages) == 2
    assert "k01, folkevalgte, T2" in error.value.messages[0]


def test_seats_are_those_of_the_council_in_office(study: MadeStudy) -> None:
    study.municipality("k01")
    study.rows["councils"][0]["seats"] = 31  # 2015-2019
    study.rows["councils"][1]["seats"] = 19  # 2019-2023
    for wave in ("T0", "T2"):
        study.answer("k01", wave, "folkevalgte", _capacity(1, 2, 3, 4))
    frame = study.compute(CAPACITY)
    sizes = {
        wave: one(frame, unit="k01", wave=wave, group="folkevalgte", component="total")[
            "population"
        ]
        for wave in ("T0", "T2")
    }
    assert sizes == {"T0": 31, "T2": 19}


def test_answers_are_spread_over_the_parts_of_the_scale(study: MadeStudy) -> None:
    study.municipality("k01", seats=20)
    for value in (1, 2, 2, 3, 4, 5, "dont_know", "no_answer"):
        study.answer("k01", "T2", "folkevalgte", {**_capacity(4, 4, 4, 2), "gj_tidlig_preg": value})
    study.answer("k01", "T1", "folkevalgte", _capacity(4, 4, 4, 2))
    study.answer("k01", "T2", "administrasjon", _capacity(5, 4, 4, 2))
    study.add("frames", kommune_id="k01", wave="T2", group="administrasjon", population=9)
    frame = study.compute(CAPACITY)
    spread = frame[frame["component"].str.startswith("answers:")]
    assert set(spread["wave"]) == {"T2"}  # the report's wave
    # as asked, not reversed; "don't know" is beside the valid answers
    found = {
        part: one(
            frame, unit="k01", wave="T2", group="folkevalgte",
            component=f"answers:{part}|gj_tidlig_preg",
        )
        for part in ("lower", "middle", "upper")
    }  # fmt: skip
    assert [row["numerator"] for row in found.values()] == [3, 1, 2]
    assert [row["value"] for row in found.values()] == pytest.approx([3 / 6, 1 / 6, 2 / 6])
    assert {row["n"] for row in found.values()} == {6}
    assert [row["dont_know"] for row in found.values()] == pytest.approx([1 / 7] * 3)
    staff = spread[spread["group"] == "administrasjon"]
    assert set(staff["level"]) == {"network"}
