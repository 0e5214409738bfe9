"""What a number is about: these persons, or the culture behind them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from tests.unit.indicators.made_study import MadeStudy, one

ITEM = "bo_agenda"


def _compute(study: MadeStudy, indicator: str, target: str):
    book = study.codebook
    return study.compute_task(
        book.indicators[indicator].model_copy(update={"target": target}), book
    )


@pytest.fixture
def full(study: MadeStudy) -> MadeStudy:
    """One council of 16 where all have answered, in two waves of its term, and another in part."""
    rng = np.random.default_rng(5)
    for unit, seats, answered in (("k01", 16, 16), ("k02", 30, 18)):
        study.municipality(unit, seats=seats)
        for wave in ("T1", "T2"):
            for person in range(answered):
                answers = {
                    ITEM: int(rng.integers(1, 6)),
                    "gr_tidlig_verksted": int(rng.integers(1, 6)),
                }
                study.answer(unit, wave, "folkevalgte", answers, person=f"{unit}-{person}")
    return study


def _row(frame, unit: str, component: str = ITEM, wave: str = "T2"):
    return one(frame, unit=unit, wave=wave, group="folkevalgte", component=component)


def test_nothing_is_uncertain_of_these_persons_when_all_have_answered(full: MadeStudy) -> None:
    row = _row(_compute(full, "locus_profile", "group"), "k01")
    assert row["lower"] == row["value"] == row["upper"]
    assert (row["n"], row["population"], row["se"]) == (16, 16, 0)


def test_a_culture_is_uncertain_all_the_same(full: MadeStudy) -> None:
    finite = _compute(full, "locus_profile", "group")
    frame = _compute(full, "locus_profile", "culture")
    row = _row(frame, "k01")
    answers = [
        r["value"]
        for r in full.rows["answers"]
        if r["item"] == ITEM and r["respondent"] in {
            q["respondent"] for q in full.rows["respondents"]
            if q["kommune_id"] == "k01" and q["wave"] == "T2"
        }
    ]  # fmt: skip
    half = stats.t.ppf(0.975, 15) * np.std(answers, ddof=1) / 4
    assert row["upper"] - row["value"] == pytest.approx(half)
    assert (row["n"], row["population"], row["method"]) == (16, 16, "mean_floored_sd")
    # The other council's interval widens by the correction it loses.
    ratio = _row(frame, "k02")["se"] / _row(finite, "k02")["se"]
    assert ratio == pytest.approx(1 / np.sqrt(1 - 18 / 30))
    # Municipalities weigh by their persons in both.
    network, whole = (_row(f, "network") for f in (frame, finite))
    assert network["value"] == pytest.approx(whole["value"])
    assert network["population"] == whole["population"] == 46
    assert network["se"] > whole["se"]
    change = _row(frame, "k01", f"change:T1|{ITEM}")
    assert change["se"] > 0 == _row(finite, "k01", f"change:T1|{ITEM}")["se"]


def test_shares_of_a_culture_are_clopper_and_pearsons(full: MadeStudy) -> None:
    row = _row(_compute(full, "strategy_uptake", "culture"), "k01", "gr_tidlig_verksted")
    interval = stats.binomtest(int(row["numerator"]), 16).proportion_ci(method="exact")
    assert (row["lower"], row["upper"]) == pytest.approx((interval.low, interval.high))
    assert row["method"] == "share_clopper_pearson"
    assert row["population"] == 16


def test_every_indicator_of_the_codebook_says_what_it_is_about(study: MadeStudy) -> None:
    assert {i.target for i in study.codebook.indicators.values()} <= {"group", "culture"}
    assert len(study.codebook.indicators) == 30
