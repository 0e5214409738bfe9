"""Change between waves under the codebook's rules."""

from __future__ import annotations

import math
import statistics

import pytest
from tests.unit.indicators.made_study import MadeStudy, one

ITEM = "bo_agenda"
BEFORE = [1, 2, 3, 4, 5, 3, 2, 4, 3, 3, 2, 4, 5, 1, 3, 4]
AFTER = [2, 2, 4, 4, 5, 4, 2, 5, 3, 4, 3, 4, 5, 2, 3, 5]


def _wave(
    study: MadeStudy, unit: str, wave: str, values: list[int], shift: int = 0, **rest
) -> None:
    for number, value in enumerate(values):
        study.answer(
            unit, wave, "folkevalgte", {ITEM: value}, person=f"{unit}-{number + shift}", **rest
        )


def _change(study: MadeStudy, to: str, since: str, unit: str = "k01"):
    frame = study.compute("locus_profile")
    return one(frame, unit=unit, wave=to, group="folkevalgte", component=f"change:{since}|{ITEM}")


def test_persons_who_answered_twice_sharpen_the_change_within_a_term(study: MadeStudy) -> None:
    study.municipality("k01", seats=27)
    _wave(study, "k01", "T1", BEFORE)
    _wave(study, "k01", "T2", AFTER, shift=2)  # persons 2 ... 15 answered twice
    row = _change(study, "T2", "T1")
    twice = [(BEFORE[k], AFTER[k - 2]) for k in range(2, 16)]
    covariance = statistics.covariance(*zip(*twice, strict=True))
    v1, v2 = ((1 - 16 / 27) * statistics.variance(v) / 16 for v in (BEFORE, AFTER))
    se = math.sqrt(v1 + v2 - 2 * (14 / 256 - 1 / 27) * covariance)
    assert row["value"] == pytest.approx(statistics.mean(AFTER) - statistics.mean(BEFORE))
    assert row["se"] == pytest.approx(se, rel=1e-10)
    assert row["method"] == "change_overlapping"


def test_no_person_is_followed_across_the_election(study: MadeStudy) -> None:
    study.municipality("k01", seats=27)
    _wave(study, "k01", "T0", BEFORE)
    _wave(study, "k01", "T1", AFTER)
    row = _change(study, "T1", "T0")
    v1, v2 = ((1 - 16 / 27) * statistics.variance(v) / 16 for v in (BEFORE, AFTER))
    assert row["se"] == pytest.approx(math.sqrt(v1 + v2), rel=1e-10)
    assert row["method"] == "change_independent"


def test_small_council_changes_with_the_pooled_spread(study: MadeStudy) -> None:
    for unit in ("k01", "k02"):
        study.municipality(unit, seats=27)
    _wave(study, "k01", "T1", [3, 3, 3, 3])
    _wave(study, "k01", "T2", [4, 4, 4, 4])
    _wave(study, "k02", "T1", BEFORE)
    _wave(study, "k02", "T2", AFTER)
    row = _change(study, "T2", "T1")
    assert row["value"] == pytest.approx(1)
    assert row["method"] == "change_independent_stepped_sd"
    assert row["se"] > 0.3  # its own spread is 0 and would claim certainty


def test_merged_territory_has_no_before(study: MadeStudy) -> None:
    study.municipality("k01", territory_from="2020-01-01")
    study.municipality("k02")
    _wave(study, "k01", "T0", BEFORE, before_merger=True)
    _wave(study, "k01", "T1", AFTER)
    _wave(study, "k02", "T0", BEFORE)
    _wave(study, "k02", "T1", AFTER)
    row = _change(study, "T1", "T0")
    assert (row["status"], row["reason"]) == ("not_applicable", "territory_changed")
    network = _change(study, "T1", "T0", "network")
    assert network["municipalities"] == 1
    assert network["value"] == pytest.approx(_change(study, "T1", "T0", "k02")["value"])


def test_new_wording_has_no_before(study: MadeStudy) -> None:
    study.municipality("k01")
    _wave(study, "k01", "T1", BEFORE)
    _wave(study, "k01", "T2", AFTER, wording="2023")
    for unit in ("k01", "network"):
        row = _change(study, "T2", "T1", unit)
        assert (row["status"], row["reason"]) == ("not_applicable", "wording_changed")


def test_network_change_weighs_councils_by_their_seats(study: MadeStudy) -> None:
    study.municipality("k01", seats=20)
    study.municipality("k02", seats=40)
    for unit, step in (("k01", 0), ("k02", 1)):
        _wave(study, unit, "T1", BEFORE)
        _wave(study, unit, "T2", [min(v + step, 5) for v in BEFORE])
    k02 = statistics.mean(min(v + 1, 5) for v in BEFORE) - statistics.mean(BEFORE)
    assert _change(study, "T2", "T1", "network")["value"] == pytest.approx(k02 * 40 / 60)


def test_change_of_a_share_joins_the_two_exact_intervals(study: MadeStudy) -> None:
    study.municipality("k01", seats=27)
    for wave, agree in (("T1", 4), ("T2", 11)):
        for number in range(15):
            value = 5 if number < agree else 1
            study.answer("k01", wave, "folkevalgte", {"gr_faerre_mal": value})
    frame = study.compute("strategy_uptake")
    place = {"unit": "k01", "group": "folkevalgte"}
    old = one(frame, **place, wave="T1", component="gr_faerre_mal")
    new = one(frame, **place, wave="T2", component="gr_faerre_mal")
    row = one(frame, **place, wave="T2", component="change:T1|gr_faerre_mal")
    assert row["value"] == pytest.approx(7 / 15)
    below = math.hypot(new["value"] - new["lower"], old["upper"] - old["value"])
    assert row["lower"] == pytest.approx(7 / 15 - below)
    assert new["lower"] - old["upper"] < row["lower"] < row["value"]
