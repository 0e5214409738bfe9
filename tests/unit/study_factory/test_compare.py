"""The comparison of estimates with the truth names things as the estimates do."""

from __future__ import annotations

import pandas as pd
import pytest
from tests.study_factory import MadeStudy
from tests.study_factory.compare import KEYS, compare_with_truth, expected_values


def _cell(made: MadeStudy, indicator: str, group: str, wave: str, component: str) -> float:
    cells = made.truth.cells
    own = cells[
        (cells["kommune_id"] == "k01") & (cells["indicator"] == indicator) & (cells["group"] == group)
        & (cells["wave"] == wave) & (cells["component"] == component) & (cells["quantity"] == "mean")
    ]  # fmt: skip
    return own["value"].item()


def _expected(table: pd.DataFrame, indicator: str, group: str, wave: str, component: str) -> float:
    own = table[
        (table["unit"] == "k01") & (table["indicator"] == indicator) & (table["group"] == group)
        & (table["wave"] == wave) & (table["component"] == component)
    ]  # fmt: skip
    return own["true"].item()


def test_gaps_levels_and_changes_follow_from_the_cells(made: MadeStudy, codebook):
    table = expected_values(made.truth.cells, codebook)
    assert not table.duplicated(KEYS).any()
    gap = "citizen_perception_gap"
    items = ["pa_hort", "pa_innspill_virker", "pa_forstaelig"]
    councillors = sum(_cell(made, gap, "folkevalgte", "T2", i) for i in items) / 3
    residents = sum(_cell(made, gap, "innbyggere", "T2", i) for i in items) / 3
    assert _expected(table, gap, "folkevalgte", "T2", "level:medvirkning") == pytest.approx(
        councillors
    )
    found = _expected(table, gap, "folkevalgte", "T2", "medvirkning|innbyggere")
    assert found == pytest.approx(councillors - residents)
    before = _cell(made, "plan_steering_use", "folkevalgte", "T1", "total")
    after = _cell(made, "plan_steering_use", "folkevalgte", "T2", "total")
    change = _expected(table, "plan_steering_use", "folkevalgte", "T2", "change:T1|total")
    assert change == pytest.approx(after - before)
    assert change > 0.2  # planted in k01


def test_an_interval_beside_the_truth_is_not_covered(made: MadeStudy, codebook):
    truth = expected_values(made.truth.cells, codebook).head(50)
    estimates = truth.assign(
        level="municipality", lower=truth["true"] - 0.1, upper=truth["true"] + 0.1
    )
    assert compare_with_truth(estimates.drop(columns="true"), made.truth.cells, codebook)[
        "covered"
    ].all()
    moved = estimates.assign(lower=estimates["lower"] + 0.2, upper=estimates["upper"] + 0.2)
    assert not compare_with_truth(moved.drop(columns="true"), made.truth.cells, codebook)[
        "covered"
    ].any()
