"""Deadlines and months: dates at the edge, not yet due, not happened, not collected."""

from __future__ import annotations

from datetime import date

import pytest
from tests.unit.indicators.made_study import MadeStudy, one

from plankompass.indicators.operators.events import add_months, whole_months

ON_TIME, MONTHS = "planning_strategy_on_time", "months_to_political_plan"


def _adopted(
    study: MadeStudy, unit: str, kind: str, day: str | None, event: str = "adopted"
) -> None:
    study.add("plan_dates", kommune_id=unit, document_kind=kind, event=event, date=day)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2019, 10, 16), 12, date(2020, 10, 16)),
        (date(2020, 2, 29), 12, date(2021, 2, 28)),
        (date(2019, 8, 31), 1, date(2019, 9, 30)),
        (date(2019, 12, 31), 2, date(2020, 2, 29)),
    ],
)
def test_months_later_is_the_same_day_or_the_months_last(start, months, end) -> None:
    assert add_months(start, months) == end
    assert whole_months(start, end) == months
    assert whole_months(start, date.fromordinal(end.toordinal() - 1)) == months - 1


@pytest.mark.parametrize(
    ("day", "value"), [("2020-10-16", 1.0), ("2020-10-17", 0.0), ("2022-01-01", 0.0)]
)
def test_deadline_is_the_last_day_that_counts(study: MadeStudy, day: str, value: float) -> None:
    study.municipality("k01")
    _adopted(study, "k01", "planstrategi", day)
    frame = study.compute(ON_TIME)
    assert one(frame, unit="k01", wave="T2")["value"] == value
    # On T1's cut-off date, 31 May 2021, the deadline of October 2020 had passed for everyone.
    assert one(frame, unit="k01", wave="T1")["value"] == value


def test_nothing_is_said_before_the_deadline(study: MadeStudy) -> None:
    study.municipality("k01")
    study.rows["councils"][1]["constituted_on"] = "2020-10-01"
    _adopted(study, "k01", "planstrategi", "2021-09-15")
    frame = study.compute(ON_TIME)
    row = one(frame, unit="k01", wave="T1")
    assert (row["status"], row["reason"]) == ("not_yet_due", "before_deadline")
    assert one(frame, unit="k01", wave="T2")["value"] == 1.0


def test_what_an_older_or_missing_document_says(study: MadeStudy) -> None:
    for unit in ("k01", "k02", "k03", "k04"):
        study.municipality(unit)
    _adopted(study, "k01", "planstrategi", "2016-05-05")  # the former council's, still in force
    _adopted(study, "k02", "planstrategi", None, "absent")
    _adopted(study, "k03", "planstrategi", None, "not_collected")
    frame = study.compute(ON_TIME)
    found = {u: one(frame, unit=u, wave="T2") for u in ("k01", "k02", "k03", "k04")}
    assert [found[u]["value"] for u in ("k01", "k02")] == [0.0, 0.0]
    assert {found[u]["reason"] for u in ("k03", "k04")} == {"document_not_collected"}
    network = one(frame, unit="network", wave="T2")
    assert (network["value"], network["n"]) == (0.0, 2)
    # Nothing dated in the former term or before it: silence is no finding about that council.
    assert one(frame, unit="k04", wave="T0")["status"] == "not_collected"


def test_months_count_from_the_term_and_stop_at_the_cut_off_date(study: MadeStudy) -> None:
    for unit, day in (("k01", "2021-04-15"), ("k02", "2021-04-16"), ("k03", "2014-01-01")):
        study.municipality(unit)
        _adopted(study, unit, "samfunnsdel", day)
    frame = study.compute(MONTHS)
    found = {u: one(frame, unit=u, wave="T2") for u in ("k01", "k02", "k03")}
    assert [found[u]["value"] for u in found] == [17, 18, 43]
    assert [found[u]["class_value"] for u in found] == ["", "", "not_yet"]
    # Two of three have had the event by 18 months: the curve falls below one half there.
    assert one(frame, unit="network", wave="T2")["value"] == 18
    early = one(frame, unit="k01", wave="T0")
    assert (early["status"], early["reason"]) == ("not_collected", "document_not_collected")


def test_median_not_reached_is_said_as_more_than(study: MadeStudy) -> None:
    for unit, day in (("k01", "2022-04-15"), ("k02", "2014-01-01"), ("k03", "2014-01-01")):
        study.municipality(unit)
        _adopted(study, unit, "samfunnsdel", day)
    row = one(study.compute(MONTHS), unit="network", wave="T2")
    assert (row["value"], row["class_value"]) == (43, "not_yet")


def test_coded_date_goes_before_the_register(study: MadeStudy) -> None:
    study.municipality("k01")
    _adopted(study, "k01", "planstrategi", "2020-01-01")
    study.add(
        "measures", kommune_id="k01", wave="T2", measure="planstrategi_vedtaksdato",
        date="2021-03-01",
    )  # fmt: skip
    study.add(
        "measures", kommune_id="k01", wave="T1", measure="planstrategi_vedtaksdato",
        status="disagreement",
    )  # fmt: skip
    frame = study.compute(ON_TIME)
    assert one(frame, unit="k01", wave="T2")["value"] == 0.0
    assert one(frame, unit="k01", wave="T1")["reason"] == "disagreement_coders"


def test_merged_municipality_has_no_deadline_before_it_existed(study: MadeStudy) -> None:
    study.municipality("k01", territory_from="2020-01-01")
    _adopted(study, "k01", "planstrategi", "2020-06-01")
    frame = study.compute(ON_TIME)
    assert one(frame, unit="k01", wave="T0")["reason"] == "territory_changed"
    assert one(frame, unit="k01", wave="T1")["value"] == 1.0
