"""Duties of the council by date: which rule holds, what is late, what is not due, what nobody knows."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from plankompass.indicators.plan_duties import (
    PlanDates,
    budget_law,
    council_duties,
    duties_table,
)
from plankompass.study.config_models import WaveConfig

CONSTITUTED = date(2019, 10, 16)


def dates(*rows):
    frame = pd.DataFrame(rows, columns=["document_kind", "event", "date"])
    return PlanDates.of(frame.assign(date=pd.to_datetime(frame["date"])))


def duties(*rows, as_of=date(2023, 5, 31), merged_plan=False):
    return list(council_duties(dates(*rows), CONSTITUTED, as_of, merged_plan=merged_plan))


def one(found, duty, kind=None, period=None):
    (hit,) = [
        d
        for d in found
        if d.duty == duty
        and (kind is None or d.kind == kind)
        and (period is None or d.period == period)
    ]
    return hit


@pytest.mark.parametrize(
    ("day", "as_of", "status"),
    [
        ("2020-10-16", date(2023, 5, 31), "met"),  # the last day of the year
        ("2020-10-17", date(2023, 5, 31), "late"),
        (None, date(2020, 6, 1), "not_yet_due"),
        (None, date(2020, 10, 16), "not_yet_due"),
        ("2016-06-21", date(2023, 5, 31), "not_met"),  # the former council's strategy
    ],
)
def test_planning_strategy_within_a_year_of_the_constituting_meeting(day, as_of, status):
    rows = [("planstrategi", "adopted", day)] if day else []
    found = one(duties(*rows, as_of=as_of), "strategy_within_year")
    assert (found.status, found.due) == (status, date(2020, 10, 16))


def test_a_strategy_that_was_not_collected_is_no_breach():
    found = duties(("planstrategi", "not_collected", None))
    assert one(found, "strategy_within_year").status == "not_collected"


@pytest.mark.parametrize(
    ("event", "status", "route", "months"),
    [
        ("adopted", "met", "revised", 17),
        ("readopted", "met", "adopted_anew", 17),
        ("continued", "open", "continued", 43),
        (None, "open", "", 43),
    ],
)
def test_the_route_of_the_samfunnsdel_tells_what_counts_as_a_new_decision(
    event, status, route, months
):
    rows = [("samfunnsdel", "adopted", "2014-06-17")]
    rows += [("samfunnsdel", event, "2021-03-16")] if event else []
    found = one(duties(*rows), "new_decision")
    assert (found.status, found.route, found.value) == (status, route, months)


def test_the_budget_is_due_before_the_year_and_by_the_act_of_its_day():
    found = duties(
        ("okonomiplan", "adopted", "2019-12-17"), ("okonomiplan", "adopted", "2021-01-12"),
        ("okonomiplan", "adopted", "2021-12-14"),
    )  # fmt: skip
    years = {d.period: d for d in found if d.duty == "budget_before_new_year"}
    assert {y: d.status for y, d in years.items()} == {
        "2020": "met", "2021": "late", "2022": "met", "2023": "not_met", "2024": "not_yet_due",
    }  # fmt: skip
    assert years["2020"].law == "kommuneloven (1992) § 45"
    assert years["2021"].law == "kommuneloven § 14-3"
    assert budget_law(date(2019, 12, 31)) != budget_law(date(2020, 1, 1))


def test_years_before_the_register_begins_are_not_breaches():
    found = duties(("okonomiplan", "adopted", "2022-12-14"))
    years = {d.period: d.status for d in found if d.duty == "budget_before_new_year"}
    assert years == {
        "2020": "not_collected", "2021": "not_collected", "2022": "not_collected", "2023": "met",
        "2024": "not_yet_due",
    }  # fmt: skip


def test_the_action_part_is_decided_each_year_also_as_the_economic_plan():
    rows = [("okonomiplan", "adopted", f"{y}-12-14") for y in (2020, 2021, 2022)]
    alone = [d for d in duties(*rows) if d.duty == "action_part_revised"]
    assert {d.status for d in alone} == {"not_collected", "not_yet_due"}
    merged = [d for d in duties(*rows, merged_plan=True) if d.duty == "action_part_revised"]
    assert [(d.period, d.status) for d in merged] == [
        ("2020", "met"), ("2021", "met"), ("2022", "met"), ("2023", "not_yet_due")]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "laid_out", "merged", "status", "days"),
    [
        ("okonomiplan", "2020-12-01", False, "met", 14),
        ("okonomiplan", "2020-12-02", False, "late", 13),
        ("okonomiplan", "2020-12-01", True, "late", 14),  # the action part in it asks for 30
        ("okonomiplan", "2020-11-15", True, "met", 30),
        ("planstrategi", "2020-11-16", False, "late", 29),
        ("planstrategi", None, False, "not_collected", None),
    ],
)
def test_days_of_public_inspection(kind, laid_out, merged, status, days):
    rows = [(kind, "adopted", "2020-12-15")]
    rows += [(kind, "public_from", laid_out)] if laid_out else []
    found = one(duties(*rows, merged_plan=merged), "public_inspection", kind)
    assert (found.status, found.value) == (status, days)


def test_a_municipality_that_did_not_exist_has_no_duties_yet():
    waves = {w: WaveConfig(first_day=d, last_day=d, as_of=d)
             for w, d in (("T1", date(2019, 11, 1)), ("T2", date(2023, 5, 31)))}  # fmt: skip
    municipalities = pd.DataFrame(
        {"kommune_id": ["k01"], "territory_from": [pd.Timestamp("2020-01-01")]}
    )
    councils = pd.DataFrame({"kommune_id": ["k01"], "term": ["2019-2023"], "seats": [27],
                             "constituted_on": [pd.Timestamp(CONSTITUTED)]})  # fmt: skip
    table = duties_table(
        waves, municipalities, councils,
        pd.DataFrame({"kommune_id": [], "document_kind": [], "event": [], "date": pd.to_datetime([])}),
        pd.DataFrame({"kommune_id": ["k01"], "wave": ["T2"], "measure": ["okonomiplan_er_handlingsdel"], "value": [1.0]}),
    )  # fmt: skip
    assert set(table["wave"]) == {"T2"}
    keys = ["kommune_id", "wave", "duty", "document_kind", "period"]
    assert not table.duplicated(keys).any()
