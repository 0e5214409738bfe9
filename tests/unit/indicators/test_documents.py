"""Shares and indices from plan documents: counted, confirmed, and with a reason when missing."""

from __future__ import annotations

import pytest
from tests.unit.indicators.made_study import MadeStudy, one

CHAIN = ["mal_i_handlingsdel", "mal_med_budsjettlinje", "mal_i_arsmelding"]
MANDATE = ["plattform_i_samfunnsdel", "plattform_i_handlingsdel", "plattform_med_budsjettlinje"]


def _document(study: MadeStudy, unit: str, kind: str, **rest) -> None:
    study.add(
        "documents", document=f"{unit}{kind}", file="x.pdf", kommune_id=unit, kind=kind, **rest
    )


def _goals(
    study: MadeStudy,
    unit: str,
    register: str,
    answers: dict[str, list[bool | None]],
    needs_money: list[bool] | None = None,
) -> None:
    count = len(next(iter(answers.values())))
    for number in range(count):
        goal = f"g{number}"
        study.add(
            "goals", kommune_id=unit, goal=goal, register=register,
            needs_money=needs_money[number] if needs_money else True,
        )  # fmt: skip
        for measure, confirmed in answers.items():
            study.add(
                "goal_links", kommune_id=unit, goal=goal, measure=measure, suggested=True,
                confirmed=confirmed[number],
            )  # fmt: skip


def test_goal_shares_and_the_share_with_the_whole_chain(study: MadeStudy) -> None:
    for unit in ("k01", "k02"):
        study.municipality(unit)
        _document(study, unit, "samfunnsdel")
    yes, no = True, False
    _goals(
        study, "k01", "samfunnsdel",
        dict(zip(CHAIN, ([yes, yes, yes, no], [yes, no, yes, no], [yes, no, no, no]), strict=True)),
    )  # fmt: skip
    _goals(study, "k02", "samfunnsdel", {m: [no] * 6 for m in CHAIN})
    frame = study.compute("goal_chain_share")
    values = {
        c: one(frame, unit="k01", wave="T2", component=c)["value"] for c in [*CHAIN, "all_of"]
    }
    assert values == dict(zip([*CHAIN, "all_of"], (0.75, 0.5, 0.25, 0.25), strict=True))
    network = one(frame, unit="network", wave="T2", component=CHAIN[0])
    assert (network["value"], network["n"], network["municipalities"]) == (0.3, 10, 2)
    assert frame["lower"].isna().all()


def test_points_that_need_no_money_leave_the_budget_share_alone(study: MadeStudy) -> None:
    study.municipality("k01")
    _document(study, "k01", "plattform")
    answers = dict(
        zip(
            MANDATE,
            ([True] * 4, [True, True, False, True], [True, False, False, False]),
            strict=True,
        )
    )
    _goals(study, "k01", "plattform", answers, needs_money=[True, True, True, False])
    frame = study.compute("mandate_chain_share")

    def found(component: str) -> tuple[float, int]:
        row = one(frame, unit="k01", wave="T2", component=component)
        return row["value"], row["n"]

    assert found("plattform_i_handlingsdel") == (0.75, 4)
    assert found("plattform_med_budsjettlinje") == (pytest.approx(1 / 3), 3)
    assert found("all_of") == (pytest.approx(1 / 3), 3)


def test_unconfirmed_goal_gives_no_share_whatever_the_machine_suggested(study: MadeStudy) -> None:
    study.municipality("k01")
    _document(study, "k01", "samfunnsdel")
    answers = {m: [True] * 5 for m in CHAIN} | {CHAIN[2]: [True, True, None, True, True]}
    _goals(study, "k01", "samfunnsdel", answers)
    frame = study.compute("goal_chain_share")
    assert one(frame, unit="k01", component=CHAIN[0])["status"] == "published"
    for component in (CHAIN[2], "all_of"):
        row = one(frame, unit="k01", component=component)
        assert (row["status"], row["reason"]) == ("not_collected", "not_confirmed")


def test_why_there_are_no_goals(study: MadeStudy) -> None:
    for unit in ("k01", "k02", "k03", "k04", "k05"):
        study.municipality(unit)
    study.add(
        "plan_dates", kommune_id="k01", document_kind="samfunnsdel", event="absent", date=None
    )
    study.add(
        "plan_dates",
        kommune_id="k02",
        document_kind="samfunnsdel",
        event="not_collected",
        date=None,
    )
    _document(study, "k03", "samfunnsdel")
    _document(study, "k04", "samfunnsdel", used=False, reason="several_plans_in_force")
    frame = study.compute("goal_chain_share")
    reasons = {
        unit: one(frame, unit=unit, component="all_of")["reason"]
        for unit in ("k01", "k02", "k03", "k04", "k05", "network")
    }
    assert reasons == {
        "k01": "no_document",
        "k02": "document_not_collected",
        "k03": "no_goals",
        "k04": "several_plans_in_force",
        "k05": "document_not_collected",
        "network": "document_not_collected",
    }


def test_mean_of_shares_divides_each_by_its_own_largest_value(study: MadeStudy) -> None:
    for unit, level, account in (("k01", 2.0, 1.0), ("k02", 0.0, 0.0)):
        study.municipality(unit)
        for measure, value in (("medvirkning_niva", level), ("innspill_gjort_rede", account)):
            study.add("measures", kommune_id=unit, wave="T2", measure=measure, value=value)
    frame = study.compute("participation_documented")
    assert one(frame, unit="k01", wave="T2", component="total")["value"] == pytest.approx(5 / 6)
    assert one(frame, unit="network", wave="T2", component="total")["value"] == pytest.approx(
        5 / 12
    )
    assert (
        one(frame, unit="k01", wave="T1", component="total")["reason"] == "document_not_collected"
    )


def test_index_counts_thresholds_and_is_missing_when_a_part_is(study: MadeStudy) -> None:
    parts = study.codebook.indicators["political_choice_index"].inputs.measures
    for unit in ("k01", "k02"):
        study.municipality(unit)
        for number, measure in enumerate(parts):
            whole = unit == "k01" or number
            study.add(
                "measures", kommune_id=unit, wave="T2", measure=measure,
                value=[1.0, 0.0, 0.5, 1.0, 4.0, 1.0][number] if whole else None,
                status="confirmed" if whole else "disagreement",
            )  # fmt: skip
    frame = study.compute("political_choice_index")
    assert one(frame, unit="k01", wave="T2", component="total")["value"] == 4
    gone = one(frame, unit="k02", wave="T2", component="total")
    assert (gone["status"], gone["reason"]) == ("not_collected", "disagreement_coders")
    network = one(frame, unit="network", wave="T2", component="total")
    assert (network["value"], network["municipalities"]) == (4, 1)
    reached = one(frame, unit="network", wave="T2", component=parts[4])
    assert (reached["value"], reached["municipalities"]) == (1, 2)


def test_attendance_and_homework(study: MadeStudy) -> None:
    study.municipality("k01")
    for gathering, wave, day, homework in (
        ("s1", "T0", "2019-05-10", True), ("s2", "T0", "2019-09-20", True),
        ("s3", "T1", "2021-03-12", False), ("s4", "T2", "2023-03-10", True),
    ):  # fmt: skip
        study.add(
            "gatherings", gathering=gathering, wave=wave, held_on=day, homework_given=homework,
            first=gathering == "s1",
        )  # fmt: skip
    came = {
        "s1": (1, 1, "2019-09-19"), "s2": (2, 0, "2021-03-12"), "s3": (1, 2, None), "s4": (0, 0, None)
    }  # fmt: skip
    for gathering, (political, administrative, delivered) in came.items():
        study.add(
            "attendance", kommune_id="k01", gathering=gathering, invited=gathering != "s4",
            political_leaders=political, administrative_leaders=administrative,
            homework_delivered_on=delivered,
        )  # fmt: skip
    frame = study.compute("network_participation")
    here = {"unit": "k01", "wave": "T2"}
    attended = one(frame, **here, component="samling_oppmote")
    assert (attended["value"], attended["n"]) == (pytest.approx(2 / 3), 3)
    # Delivered on the day of the next gathering is too late.
    delivered = one(frame, **here, component="hjemmearbeid_levert")
    assert (delivered["value"], delivered["n"]) == (0.5, 2)
    early = one(frame, unit="k01", wave="T0", component="hjemmearbeid_levert")
    assert (early["value"], early["n"]) == (1.0, 1)
