"""What the line computes from raw files, held to the truth the study was made with."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from plankompass.tables import read_table

KEY = ["wave", "group", "kommune_id", "gathering", "indicator", "component"]


@pytest.fixture(scope="module")
def estimates(built: Path) -> pd.DataFrame:
    """Restricted estimates of every indicator, municipality level."""
    folder = built / "data/processed/eksempel/indicators"
    frames = [read_table("estimates", path) for path in sorted(folder.glob("*.parquet"))]
    frame = pd.concat(frames, ignore_index=True)
    return frame[frame["level"] == "municipality"].rename(columns={"unit": "kommune_id"})


@pytest.fixture(scope="module")
def facts(built: Path) -> dict:
    """The planted facts."""
    return json.loads((built / "truth/planted_truth.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def cells(built: Path, estimates: pd.DataFrame) -> pd.DataFrame:
    """Estimates of survey quantities beside the true value in the whole population."""
    truth = pd.read_parquet(built / "truth/planted_truth.parquet")
    ranked = truth["indicator"].eq("barrier_severity_ranking") & truth["quantity"].eq(
        "share_at_least"
    )
    truth["component"] = truth["component"].where(~ranked, "share:" + truth["component"])
    merged = estimates.merge(truth, on=KEY, suffixes=("", "_true"))
    assert len(merged) > 1000
    return merged[merged["status"] == "published"]


def test_intervals_cover_the_planted_truth_as_often_as_they_say(cells: pd.DataFrame):
    with_interval = cells[cells["lower"].notna()]
    assert len(with_interval) > 1000
    tolerance = 1e-9
    inside = (with_interval["lower"] - tolerance <= with_interval["value_true"]) & (
        with_interval["value_true"] <= with_interval["upper"] + tolerance
    )
    by_group = inside.groupby(with_interval["group"]).mean()
    # answers within a council are correlated over items, so the shares vary around .95
    assert inside.mean() > 0.93, by_group.to_dict()
    assert by_group.min() > 0.90, by_group.to_dict()


def test_a_group_that_answered_in_full_is_known_exactly(cells: pd.DataFrame):
    full = cells[
        (cells["n"] == cells["population"]) & (cells["respondents"] == cells["population_true"])
    ]
    assert len(full) >= 5
    assert (full["value"] - full["value_true"]).abs().max() < 1e-9


def test_populations_are_the_planted_ones(cells: pd.DataFrame):
    finite = cells[cells["group"].isin(["folkevalgte", "administrasjon", "deltakere"])]
    assert (finite["population"] == finite["population_true"]).all()
    assert (finite["n"] <= finite["population"]).all()


def test_values_and_intervals_lie_in_order_and_in_range(estimates: pd.DataFrame):
    shown = estimates[(estimates["status"] == "published") & estimates["value"].notna()]
    limited = shown[shown["lower"].notna() & ~shown["component"].str.startswith("change:")]
    assert (limited["lower"] <= limited["value"] + 1e-9).all()
    assert (limited["value"] <= limited["upper"] + 1e-9).all()
    scales = shown[
        shown["method"].str.startswith("mean_fpc") & ~shown["component"].str.contains(r"\||:")
    ]
    assert scales["value"].between(1, 5).all()


def test_goal_shares_are_the_planted_ones(estimates: pd.DataFrame, facts: dict):
    shares = estimates[
        estimates["indicator"].isin(["goal_chain_share", "goal_accountability"])
        & (estimates["wave"] == "T2")
        & (estimates["status"] == "published")
    ]
    compared = 0
    for row in shares.itertuples():
        planted = facts["goal_shares"].get(row.kommune_id, {}).get(row.component)
        if planted is not None and planted["share"] is not None:
            assert row.value == pytest.approx(planted["share"]), (row.kommune_id, row.component)
            compared += 1
    assert compared >= 15


def test_deadlines_and_months_are_the_planted_ones(estimates: pd.DataFrame, facts: dict):
    rows = estimates[(estimates["wave"] == "T2") & (estimates["component"] == "total")]
    in_time = rows[rows["indicator"] == "planning_strategy_on_time"].set_index("kommune_id")
    months = rows[rows["indicator"] == "months_to_political_plan"].set_index("kommune_id")
    for kommune_id, planted in facts["timing"].items():
        if in_time.loc[kommune_id, "status"] == "published":
            assert bool(in_time.loc[kommune_id, "value"]) is planted["strategy_within_one_year"]
        if planted["months_to_community_part"] is not None:
            assert months.loc[kommune_id, "value"] == planted["months_to_community_part"]
    assert (in_time["status"] == "published").sum() >= 4


def test_attendance_is_the_planted_one(estimates: pd.DataFrame, facts: dict):
    rows = estimates[
        (estimates["indicator"] == "network_participation") & (estimates["wave"] == "T2")
    ]
    shares = rows.set_index(["kommune_id", "component"])["value"]
    for kommune_id, planted in facts["attendance"].items():
        assert shares[(kommune_id, "samling_oppmote")] == pytest.approx(
            planted["attended"] / planted["invited"]
        )
        assert shares[(kommune_id, "hjemmearbeid_levert")] == pytest.approx(
            planted["homework_delivered"] / planted["homework_given"]
        )


def test_hidden_numbers_are_nowhere_in_the_publishable_tables(built: Path):
    table = read_table(
        "publishable_estimates", built / "data/processed/eksempel/publishable/estimates.parquet"
    )
    hidden = table[table["status"] != "published"]
    assert len(hidden) > 100
    assert hidden[["value", "lower", "upper", "se"]].isna().all().all()
    assert (hidden["reason"] != "").all()
