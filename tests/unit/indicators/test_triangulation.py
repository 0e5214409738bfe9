"""Sources held against each other: classes, moved cut points, and rank agreement."""

from __future__ import annotations

from itertools import product

import pytest
from scipy.stats import kendalltau
from tests.unit.indicators.made_study import MadeStudy, one

CONVERGENCE, AGREEMENT = "plan_use_convergence", "barrier_agreement"
USE = ["ps_brukt_i_saker", "ps_prioriterer", "ps_styrer_budsjett", "ps_liten_betydning"]
CHAIN = ["mal_i_handlingsdel", "mal_med_budsjettlinje", "mal_i_arsmelding"]


def _sources(
    study: MadeStudy, unit: str, survey: int | None, balance: int | None, goals: int | None
) -> None:
    """Survey answers of one value; interviews all one sign; goals linked by tens."""
    study.municipality(unit, seats=30)
    for _ in range(10 if survey else 0):
        answers = dict(zip(USE, (survey, survey, survey, 6 - survey), strict=True))
        study.answer(unit, "T2", "folkevalgte", answers)
    for number in range(6 if balance is not None else 0):
        name = f"{unit}-{number}"
        study.add("interviews", interview=name, kommune_id=unit, wave="T2", coders=1)
        code = {1: "planbruk/styringsverktoy", -1: "planbruk/symbolplan", 0: "grep/faerre_mal"}
        study.add("segments", interview=name, coder="A", code=code[balance], segment=name)
    if goals is not None:
        study.add("documents", document=unit, file="x", kommune_id=unit, kind="samfunnsdel")
        for number in range(10):
            study.add("goals", kommune_id=unit, goal=f"g{number}", register="samfunnsdel")
            for measure in CHAIN:
                study.add(
                    "goal_links", kommune_id=unit, goal=f"g{number}", measure=measure,
                    confirmed=number < goals,
                )  # fmt: skip


LEVELS = {"low": (2, -1, 1), "middle": (3, 0, 5), "high": (4, 1, 9)}


def test_classes_by_the_steps_between_the_furthest_sources(study: MadeStudy) -> None:
    units = {}
    for number, levels in enumerate(product(LEVELS, repeat=3)):
        unit = f"k{number:02d}"
        units[unit] = levels
        _sources(study, unit, *(LEVELS[name][k] for k, name in enumerate(levels)))
    frame = study.compute(CONVERGENCE)
    words = ["samsvar", "delvis", "sprik"]
    order = list(LEVELS)
    for unit, levels in units.items():
        places = [order.index(name) for name in levels]
        row = one(frame, unit=unit, wave="T2", component="total")
        assert row["class_value"] == words[max(places) - min(places)], levels
        for source, name in zip(("survey", "interview_balance", "document"), levels, strict=True):
            shown = one(frame, unit=unit, wave="T2", component=f"source:{source}")
            assert shown["class_value"] == name


def test_fewer_than_two_sources_is_not_enough(study: MadeStudy) -> None:
    _sources(study, "k01", 4, None, None)
    _sources(study, "k02", 4, 1, None)
    _sources(study, "k03", None, None, None)
    frame = study.compute(CONVERGENCE)
    assert one(frame, unit="k01", wave="T2", component="total")["class_value"] == "utilstrekkelig"
    assert one(frame, unit="k02", wave="T2", component="total")["class_value"] == "samsvar"
    plans = one(frame, unit="k01", wave="T2", component="source:document")
    assert plans["reason"] == "document_not_collected"
    nothing = one(frame, unit="k03", wave="T2", component="total")
    assert (nothing["status"], nothing["reason"]) == ("not_collected", "not_asked")


def test_moved_cut_points_tell_which_classes_hang_by_a_thread(study: MadeStudy) -> None:
    # Goals 0.7 are just high (cut point 0.67); one step up of 0.08 makes them middle.
    _sources(study, "k01", 4, 1, 7)
    frame = study.compute(CONVERGENCE)
    classes = {
        c: one(frame, unit="k01", wave="T2", component=f"sensitivity:{c}")["class_value"]
        for c in ("down", "up", "narrow", "wide", "document_up", "survey_up")
    }
    # Survey 4 stays above 3.75; the balance of 1 stays above 0.3.
    assert classes == {
        "down": "samsvar",
        "up": "delvis",
        "narrow": "samsvar",
        "wide": "delvis",
        "document_up": "delvis",
        "survey_up": "samsvar",
    }


def test_source_with_too_few_behind_it_does_not_count(study: MadeStudy) -> None:
    _sources(study, "k01", 4, 1, 1)
    study.rows["interviews"] = study.rows["interviews"][:4]  # the codebook asks for five
    frame = study.compute(CONVERGENCE)
    few = one(frame, unit="k01", wave="T2", component="source:interview_balance")
    assert (few["status"], few["reason"]) == ("hidden", "too_few_answers")
    assert one(frame, unit="k01", wave="T2", component="total")["class_value"] == "sprik"


def test_rank_agreement_is_kendalls_tau_of_the_published_values(drawn_study: MadeStudy) -> None:
    row = one(drawn_study.compute(AGREEMENT), unit="network", wave="T2", group="folkevalgte")
    ranking = drawn_study.compute("barrier_severity_ranking")
    shares = drawn_study.compute("implementation_interview_share")
    items = drawn_study.codebook.indicators["barrier_severity_ranking"].inputs.items
    here = {"unit": "network", "wave": "T2"}
    means = [one(ranking, **here, group="folkevalgte", component=i)["value"] for i in items]
    coded = [one(shares, **here, component=f"barrierer/{i[3:]}")["value"] for i in items]
    assert row["value"] == pytest.approx(kendalltau(means, coded).statistic, rel=1e-12)
    assert row["lower"] <= row["value"] <= row["upper"]


def test_rank_agreement_needs_its_interviews(study: MadeStudy) -> None:
    items = study.codebook.indicators["barrier_severity_ranking"].inputs.items
    study.municipality("k01", seats=50)
    for number in range(35):
        study.answer(
            "k01", "T2", "folkevalgte", {i: 1 + (number + k) % 5 for k, i in enumerate(items)}
        )
    study.add("interviews", interview="i1", kommune_id="k01", wave="T2", coders=1)
    row = one(study.compute(AGREEMENT), unit="network", wave="T2", group="folkevalgte")
    assert (row["status"], row["reason"]) == ("hidden", "too_few_answers")
