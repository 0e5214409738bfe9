"""Reliability and agreement of scales, against plain arithmetic on the answers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from tests.unit.indicators.made_study import ROOT

from plankompass.indicators.quality import MIN_COMPLETE, scale_rows
from plankompass.study.codebook import Codebook, load_codebook
from plankompass.study.config_models import StatisticsConfig
from plankompass.tables import check_table

CAPACITY = "policy_implementation_capacity"


@pytest.fixture(scope="module")
def book() -> Codebook:
    return load_codebook(ROOT / "codebook")


def _assessed(book: Codebook, answers: np.ndarray, home: list[str]) -> pd.Series:
    items = book.indicators[CAPACITY].inputs.items
    names = [f"r{k:04d}" for k in range(len(answers))]
    respondents = pd.DataFrame(
        {"respondent": names, "group": "folkevalgte", "wave": "T2", "kommune_id": home}
    )
    long = pd.DataFrame(answers, index=names, columns=items).stack().reset_index()
    long.columns = ["respondent", "item", "value"]
    respondents["wave"] = respondents["wave"].astype("category")
    rows = scale_rows(book.indicators[CAPACITY], book, respondents, long, StatisticsConfig())
    (row,) = check_table("scale_quality", pd.DataFrame(rows)).to_dict("records")
    return pd.Series(row)


def _answers(rng: np.random.Generator, municipalities: int, members: int) -> np.ndarray:
    place = np.repeat(rng.normal(0, 0.5, municipalities), members)[:, None]
    person = rng.normal(0, 0.7, (municipalities * members, 1))
    raw = 3.2 + place + person + rng.normal(0, 0.6, (municipalities * members, 4))
    answers = np.clip(np.round(raw), 1, 5)
    answers[:, 3] = 6 - answers[:, 3]  # asked the other way round
    return answers


def test_reliability_and_agreement_by_hand(book: Codebook) -> None:
    answers = _answers(np.random.default_rng(1), 8, 12)
    home = [f"k{k // 12:02d}" for k in range(96)]
    row = _assessed(book, answers, home)
    turned = answers.copy()
    turned[:, 3] = 6 - turned[:, 3]
    variance = turned.var(axis=0, ddof=1)
    alpha = 4 / 3 * (1 - variance.sum() / turned.sum(axis=1).var(ddof=1))
    assert row["alpha"] == pytest.approx(alpha)
    assert bool(row["acceptable"]) == (alpha >= 0.70)
    groups = turned.reshape(8, 12, 4)
    within = groups.var(axis=1, ddof=1).mean(axis=1) / 2  # against 2, the variance of even answers
    rwg = 4 * (1 - within) / (4 * (1 - within) + within)
    assert row["rwg_j"] == pytest.approx(np.median(rwg))
    f = stats.f_oneway(*turned.mean(axis=1).reshape(8, 12)).statistic
    assert row["icc1"] == pytest.approx((f - 1) / (f + 11))
    assert row["icc2"] == pytest.approx((f - 1) / f)
    assert row["municipalities"] == 8


def test_split_councils_show_in_a_and_not_in_alpha(book: Codebook) -> None:
    rng = np.random.default_rng(2)
    camp = np.where(np.arange(72) % 2 == 0, 1.3, 4.7)[:, None]
    answers = np.clip(np.round(camp + rng.normal(0, 0.4, (72, 4))), 1, 5)
    answers[:, 3] = 6 - answers[:, 3]
    row = _assessed(book, answers, [f"k{k // 12:02d}" for k in range(72)])
    assert row["alpha"] > 0.9
    assert row["agreement_a"] < -0.2
    assert row["rwg_j"] < 0.3


def test_few_municipalities_or_few_members_say_nothing_of_agreement(book: Codebook) -> None:
    rng = np.random.default_rng(3)
    few = _assessed(book, _answers(rng, 4, 12), [f"k{k // 12:02d}" for k in range(48)])
    small = _assessed(book, _answers(rng, 12, 4), [f"k{k // 4:02d}" for k in range(48)])
    for row in (few, small):
        assert row[["rwg_j", "agreement_a", "icc1", "icc2"]].isna().all()
    assert (few["municipalities"], small["municipalities"]) == (4, 0)


def test_too_few_persons_make_no_scale(book: Codebook) -> None:
    answers = _answers(np.random.default_rng(4), 1, MIN_COMPLETE - 1)
    row = _assessed(book, answers, ["k01"] * (MIN_COMPLETE - 1))
    assert not row["acceptable"]
    assert row["n"] == MIN_COMPLETE - 1
