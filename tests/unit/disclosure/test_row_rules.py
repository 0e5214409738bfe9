"""Each rule by itself: which rows it hides, with which reason, and what is left of them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from tests.unit.disclosure.made_study import estimate_row, rule_book

from plankompass.disclosure.primary import publishable
from plankompass.disclosure.row_rules import mark_rows
from plankompass.study.problems import StageFailedError
from plankompass.tables import check_table, empty_table

SHARE = {"indicator": "strategy_uptake", "component": "gr_faerre_mal"}
CODE = {"indicator": "interplay_interview_share", "component": "roller/opposisjon", "group": "intervju",
        "lower": np.nan, "upper": np.nan, "population": None, "n": 7}  # fmt: skip


def _response(**counts):
    rows = [
        {"kommune_id": "k01", "wave": "T2", "group": g, "gathering": "", "population": 9000, "n": n,
         "rate": n / 9000}
        for g, n in counts.items()
    ]  # fmt: skip
    return check_table("response", pd.DataFrame(rows)) if rows else empty_table("response")


def _marked(*rows, quality=None, response=None, **thresholds):
    frame = check_table("estimates", pd.DataFrame(list(rows)))
    quality = empty_table("scale_quality") if quality is None else quality
    response = _response() if response is None else response
    return mark_rows(frame, response, quality, rule_book(**thresholds))


def _one(quality=None, response=None, thresholds=None, **given):
    return _marked(
        estimate_row(**given), quality=quality, response=response, **(thresholds or {})
    ).iloc[0]


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({}, ""),
        ({"n": 7}, "too_few_answers"),  # codebook: eight councillors
        ({"group": "administrasjon", "n": 5, "population": 9}, ""),
        ({"group": "administrasjon", "n": 4, "population": 9}, "too_few_answers"),
        ({"group": "administrasjon", "n": 6, "population": 7}, "small_population"),
        ({"group": "administrasjon", "n": 6, "population": None}, ""),
        ({"group": "innbyggere", "indicator": "citizen_influence", "n": 49, "population": 9000},
         "too_few_answers"),
        ({"group": "innbyggere", "indicator": "citizen_influence", "n": 50, "population": 9000}, ""),
        ({"group": "deltakere", "indicator": "gathering_value", "n": 30}, "network_only"),
        ({"level": "network", "unit": "network", "n": 9, "municipalities": 5}, "too_few_answers"),
        ({"level": "network", "unit": "network", "n": 30, "municipalities": 2},
         "too_few_municipalities"),
        ({"level": "network", "unit": "network", "n": 10, "municipalities": 3}, ""),
        ({"unanimous": True}, "unanimous"),
        ({"value": 1.2, "n": 10}, "unanimous"),  # the sum is two above the lowest
        ({"value": 1.3, "n": 10}, ""),
        ({"value": 4.8, "n": 10}, "unanimous"),
        ({"value": 3.0}, ""),  # a scale of four items
        ({"component": "ps_prioriterer", "value": 3.0, "n": 9}, "unanimous"),
        ({"component": "ps_prioriterer", "value": 3.0, "n": 20}, ""),
        ({"component": "ps_prioriterer", "value": 3.1111, "n": 9}, ""),
        ({**SHARE, "value": 3 / 11, "numerator": 3, "n": 11}, ""),
        ({**SHARE, "value": 2 / 11, "numerator": 2, "n": 11}, "count_at_edge"),
        ({**SHARE, "value": 0.0, "numerator": 0, "n": 30}, "count_at_edge"),
        ({**SHARE, "value": 3 / 8, "numerator": 3, "n": 8}, ""),
        ({**SHARE, "value": 6 / 8, "numerator": 6, "n": 8}, "count_at_edge"),
        ({**CODE, "value": 3 / 7, "numerator": 3}, ""),
        ({**CODE, "value": 1 / 4, "numerator": 1, "n": 4}, "too_few_interviews"),
        ({**CODE, "value": 3 / 7, "numerator": 3, "component": "roller/tillit"}, "network_only"),
    ],
)  # fmt: skip
def test_the_reason_of_a_row(given, reason):
    row = _one(**given)
    assert row["reason"] == reason
    assert row["status"] == ("hidden" if reason else "published")


def test_the_stricter_of_configuration_and_codebook_holds():
    assert _one(n=9, thresholds={"min_n": 10})["reason"] == "too_few_answers"
    assert _one(n=7, thresholds={"min_n": 5})["reason"] == "too_few_answers"


def test_what_a_class_says_is_true_and_does_not_tell_the_count():
    group = {"group": "administrasjon", "population": 80}
    cases = [(n, count) for n in range(5, 60) for count in range(n + 1)]
    rows = [
        estimate_row(
            **SHARE, **group, unit=f"k{n:02d}-{count:02d}", value=count / n, numerator=count, n=n
        )
        for n, count in cases
    ]
    marked = _marked(*rows).sort_values("unit")
    said: dict[tuple[int, str], list[int]] = {}
    for (n, count), row in zip(cases, marked.itertuples(), strict=True):
        if row.display:
            said.setdefault((n, row.display), []).append(count)
        else:
            assert row.reason == "" and 2 < count < n - 2
    assert {n for n, _ in said} == set(range(5, 60))
    for (n, display), counts in said.items():
        limit = int(display.partition("_")[2]) / 100
        side = [c / n < limit if display.startswith("under") else c / n > limit for c in counts]
        assert all(side), "the statement is true for each count"
        # one who answered yes, and one who answered no, is left with at least two counts
        assert len([c for c in counts if c >= 1]) >= 2
        assert len([c for c in counts if c <= n - 1]) >= 2


def test_both_groups_of_a_gap_are_held_against_their_own_rules():
    gap = {"indicator": "politics_administration_gap"}
    levels = [
        estimate_row(**gap, component="level:tillit", n=12),
        estimate_row(**gap, component="level:tillit", group="administrasjon", n=6, population=9),
    ]
    difference = estimate_row(
        **gap, component="tillit|administrasjon", value=0.7, n=6, population=9
    )
    marked = _marked(*levels, difference).set_index(["group", "component"])
    assert marked.loc[("folkevalgte", "tillit|administrasjon"), "status"] == "published"
    levels[1] |= {"n": 4}
    marked = _marked(*levels, difference | {"n": 4}).set_index(["group", "component"])
    assert marked.loc[("folkevalgte", "tillit|administrasjon"), "reason"] == "too_few_answers"


def test_without_own_rows_the_response_table_says_how_many_the_second_group_is():
    gap = estimate_row(indicator="citizen_perception_gap", component="pa_hort|innbyggere", n=9)
    enough = _response(folkevalgte=9, innbyggere=80)
    few = _response(folkevalgte=9, innbyggere=40)
    assert _marked(gap, response=enough).iloc[0]["status"] == "published"
    assert _marked(gap, response=few).iloc[0]["reason"] == "too_few_answers"


def test_an_unreliable_scale_gives_way_to_its_items_and_so_does_its_change():
    quality = check_table("scale_quality", pd.DataFrame([
        {"indicator": "plan_steering_use", "group": "folkevalgte", "wave": "T1", "n": 90,
         "alpha": 0.6, "alpha_lower": 0.5, "alpha_upper": 0.7, "omega": 0.6, "acceptable": False,
         "municipalities": 8, "rwg_j": 0.8, "agreement_a": 0.4, "icc1": 0.1, "icc2": 0.6},
    ]))  # fmt: skip
    rows = [
        estimate_row(wave="T1"),
        estimate_row(wave="T1", component="ps_prioriterer", value=3.3),
        estimate_row(wave="T2"),
        estimate_row(wave="T2", component="change:T1|total", value=0.4),
    ]
    marked = _marked(*rows, quality=quality).set_index(["wave", "component"])["status"]
    assert marked.to_dict() == {
        ("T1", "total"): "unreliable",
        ("T1", "ps_prioriterer"): "published",
        ("T2", "total"): "published",
        ("T2", "change:T1|total"): "unreliable",
    }


def test_interviews_of_a_municipality_say_three_or_more_and_nothing_else():
    rows = [
        estimate_row(**(CODE | {"unit": f"k{c:02d}"}), value=c / 7, numerator=c)
        for c in range(1, 8)
    ]
    marked = _marked(*rows)
    out = publishable(marked, _response(), rule_book())
    assert out["class_value"].tolist() == ["fewer_than_three"] * 2 + ["at_least_three"] * 5
    assert out[["value", "lower", "upper", "se"]].isna().all(axis=None)
    assert out["n"].isna().all() and out["population"].isna().all()


def test_a_hidden_row_keeps_no_number_and_n_only_when_large_enough():
    rows = [
        estimate_row(unit="k01", n=4, dont_know=0.5),
        estimate_row(unit="k02", n=7),
        estimate_row(unit="k03", n=12, unanimous=True, value=4.0),
    ]
    out = publishable(_marked(*rows), _response(), rule_book()).set_index("unit")
    assert out[["value", "lower", "upper", "se", "dont_know"]].isna().all(axis=None)
    assert out["n"].astype("object").where(out["n"].notna(), None).to_dict() == {
        "k01": None, "k02": 7, "k03": 12,
    }  # fmt: skip


def test_network_n_tells_nothing_of_a_hidden_number_of_answers():
    place = {"level": "network", "unit": "network", "municipalities": 3}
    seen = set()
    for hidden in range(1, 5):
        rows = [estimate_row(**place, n=141 + hidden, population=300)]
        out = publishable(_marked(*rows), _response(folkevalgte=hidden), rule_book())
        seen.add(int(out["n"].iloc[0]))
    assert seen == {140}


def test_public_facts_from_documents_are_not_about_persons():
    place = {
        "group": "dokument",
        "lower": np.nan,
        "upper": np.nan,
        "se": np.nan,
        "population": None,
    }
    rows = [
        estimate_row(
            **place, indicator="goal_chain_share", component="mal_i_handlingsdel", value=0.0, n=8
        ),
        estimate_row(
            **place, indicator="goal_chain_share", component="mal_i_arsmelding", value=0.5, n=4
        ),
        estimate_row(**place, indicator="planning_strategy_on_time", value=1.0, n=1),
    ]
    assert _marked(*rows)["reason"].tolist() == ["too_few_goals", "", ""]


def test_an_unknown_indicator_is_named():
    with pytest.raises(StageFailedError, match="made_up: not in the codebook"):
        _one(indicator="made_up")


@pytest.mark.parametrize("component", ["min:ps_prioriterer", "quantile25:total", "sd:total"])
def test_a_kind_of_number_no_rule_knows_is_refused(component):
    with pytest.raises(StageFailedError, match="no rule allows"):
        _one(component=component)
