"""Perception gaps between groups, against Welch's t-test."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from tests.unit.indicators.made_study import MadeStudy, one

GAP = "politics_administration_gap"


def _answers(study: MadeStudy, unit: str, group: str, values: dict[str, list[int]]) -> None:
    for row in zip(*values.values(), strict=True):
        study.answer(unit, "T2", group, dict(zip(values, row, strict=True)))


def test_gap_is_welchs_when_the_populations_are_large(study: MadeStudy) -> None:
    rng = np.random.default_rng(1)
    study.statistics["pooled_sd_below"] = 2
    study.municipality("k01", seats=10**9)
    study.add("frames", kommune_id="k01", wave="T2", group="administrasjon", population=10**9)
    councillors = rng.integers(1, 6, 23)
    staff = rng.integers(2, 5, 11)
    _answers(study, "k01", "folkevalgte", {"bo_mal": councillors.tolist()})
    _answers(study, "k01", "administrasjon", {"bo_mal": staff.tolist()})
    row = one(study.compute(GAP), unit="k01", wave="T2", component="bo_mal|administrasjon")
    welch = stats.ttest_ind(councillors, staff, equal_var=False)
    interval = welch.confidence_interval()
    assert row["group"] == "folkevalgte"
    assert row["value"] == pytest.approx(councillors.mean() - staff.mean())
    assert row["lower"] == pytest.approx(interval.low, rel=1e-6)
    assert row["upper"] == pytest.approx(interval.high, rel=1e-6)
    assert (row["n"], row["population"]) == (11, 10**9)


def test_sets_are_summed_within_the_person_and_both_ends_are_shown(study: MadeStudy) -> None:
    study.municipality("k01")
    study.add("frames", kommune_id="k01", wave="T2", group="administrasjon", population=9)
    trust = ["sp_tillit_f_til_a", "sp_tillit_a_til_f"]
    _answers(study, "k01", "folkevalgte", dict(zip(trust, ([5, 4], [3, 4]), strict=True)))
    _answers(study, "k01", "administrasjon", dict(zip(trust, ([2, 1], [2, 3]), strict=True)))
    frame = study.compute(GAP)
    row = one(frame, unit="k01", wave="T2", component="tillit|administrasjon")
    assert row["value"] == pytest.approx(4 - 2)
    ends = {
        group: one(frame, unit="k01", wave="T2", group=group, component="level:tillit")["value"]
        for group in ("folkevalgte", "administrasjon")
    }
    assert ends == {"folkevalgte": 4.0, "administrasjon": 2.0}


def test_network_gap_uses_only_municipalities_where_both_groups_answered(study: MadeStudy) -> None:
    for unit in ("k01", "k02"):
        study.municipality(unit, seats=20)
    study.add("frames", kommune_id="k01", wave="T2", group="administrasjon", population=9)
    _answers(study, "k01", "folkevalgte", {"bo_mal": [2, 3]})
    _answers(study, "k01", "administrasjon", {"bo_mal": [4, 4]})
    _answers(study, "k02", "folkevalgte", {"bo_mal": [5, 5]})
    frame = study.compute(GAP)
    row = one(frame, unit="network", wave="T2", component="bo_mal|administrasjon")
    assert (row["value"], row["municipalities"]) == (pytest.approx(-1.5), 1)
    missing = one(frame, unit="k02", wave="T2", component="bo_mal|administrasjon")
    assert (missing["status"], missing["reason"]) == ("not_collected", "not_asked")


def test_a_single_item_set_is_not_given_twice(study: MadeStudy) -> None:
    study.municipality("k01")
    components = set(study.compute("citizen_perception_gap")["component"])
    assert "medvirkning|innbyggere" in components
    assert "lofter|innbyggere" not in components


@pytest.mark.parametrize(("mirrored", "status"), [(True, "unreliable"), (False, "published")])
def test_no_gap_on_a_set_whose_items_hang_together_differently(
    study: MadeStudy, mirrored: bool, status: str
) -> None:
    rng = np.random.default_rng(4)
    items = ["pa_hort", "pa_innspill_virker", "pa_forstaelig"]
    study.municipality("k01", seats=100)
    study.add("frames", kommune_id="k01", wave="T2", group="innbyggere", population=5000)
    for group in ("folkevalgte", "innbyggere"):
        for _ in range(90):
            trait = rng.normal()
            turned = -1 if mirrored and group == "innbyggere" else 1
            pushes = (trait, trait, turned * trait)
            values = [int(np.clip(round(3 + p + rng.normal(0, 0.5)), 1, 5)) for p in pushes]
            study.answer("k01", "T2", group, dict(zip(items, values, strict=True)))
    frame = study.compute("citizen_perception_gap")
    here = {"unit": "k01", "wave": "T2", "group": "folkevalgte"}
    assert one(frame, **here, component="medvirkning|innbyggere")["status"] == status
    assert one(frame, **here, component="pa_hort|innbyggere")["status"] == "published"
