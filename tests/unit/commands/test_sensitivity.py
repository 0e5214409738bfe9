"""Verdicts under other choices: made again from the same answers, for published numbers only."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from tests.unit.indicators.made_study import ROOT, full_study

from plankompass.commands import sensitivity
from plankompass.disclosure.rounding import round_published
from plankompass.disclosure.row_rules import row_units
from plankompass.disclosure.rules import RuleBook
from plankompass.indicators.comparisons import compare
from plankompass.study.codebook import load_codebook
from plankompass.study.config import validate_config
from plankompass.study.problems import PlankompassError
from plankompass.study.strict_yaml import load_yaml
from plankompass.tables import CONTRACTS, check_table, write_table

TABLES = ("municipalities", "councils", "frames", "respondents", "answers", "gatherings")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory):
    """A drawn study as it lies on the disk when it has been built; one council's means hidden."""
    folder = tmp_path_factory.mktemp("built")
    study = full_study(tmp_path_factory.mktemp("made"), municipalities=9)
    book = load_codebook(ROOT / "codebook")
    config = validate_config(
        load_yaml(ROOT / "config.yaml", name="config.yaml"), file="config.yaml"
    )
    rules = RuleBook.of(config.disclosure, book)
    (folder / "tidy").mkdir()
    (folder / "disclosure").mkdir()
    for table in TABLES:
        (folder / "tidy" / f"{table}.parquet").write_bytes(study.write(table).read_bytes())
    parts = [
        study.compute(i.id)
        for i in book.indicators.values()
        if i.operator in ("mean_of_items", "share_at_least") and "municipality" in i.levels
    ]
    frame = pd.concat(parts, ignore_index=True)
    frame = round_published(frame, row_units(frame, rules)).assign(display="")
    gone = (frame["unit"] == "k03") & (frame["status"] == "published")
    frame.loc[gone, ["value", "lower", "upper", "se"]] = float("nan")
    frame.loc[gone, ["status", "reason"]] = ["hidden", "secondary"]
    columns = [c.name for c in CONTRACTS["publishable_estimates"].columns]
    primary = check_table("publishable_estimates", frame[columns])
    write_table("publishable_estimates", primary, folder / "disclosure" / "primary.parquet")
    return folder, config, book, primary


@pytest.fixture(scope="module")
def verdicts(built) -> sensitivity.Verdicts:
    folder, config, book, _ = built
    return sensitivity.study_verdicts(folder, config, book)


def test_reported_verdicts_are_those_of_the_comparison(built, verdicts):
    _, config, book, primary = built
    towns = [f"k{k:02d}" for k in range(1, 10)]
    table = compare(primary, towns, book, config.statistics, wave=config.report.wave)
    expected = table.set_index(sensitivity.KEY)["verdict"]
    expected = expected[expected.isin(sensitivity.JUDGED)].sort_index()
    pd.testing.assert_series_equal(verdicts.reported, expected)
    assert len(expected) > 50


def test_hidden_numbers_are_in_no_line(verdicts):
    for found in (verdicts.reported, *verdicts.otherwise.values()):
        assert "k03" not in found.index.get_level_values("kommune_id")
        assert found.index.equals(verdicts.reported.index)


def test_the_same_choice_gives_the_same_verdicts(built, monkeypatch):
    """Estimates made anew without any change are the published ones."""
    folder, config, book, _ = built
    same = sensitivity.Scenario("nothing", {"pooled_sd_below": config.statistics.pooled_sd_below})
    assert same.estimates_anew
    monkeypatch.setattr(sensitivity, "SCENARIOS", (same,))
    found = sensitivity.study_verdicts(folder, config, book)
    assert (found.otherwise["nothing"] == found.reported).all()


def test_a_wider_false_discovery_rate_only_adds_flags(verdicts):
    flags = verdicts.reported.isin(["above", "below"])
    strict = verdicts.otherwise["false discovery rate 5 %"].isin(["above", "below"])
    loose = verdicts.otherwise["false discovery rate 20 %"].isin(["above", "below"])
    assert not (strict & ~flags).any()
    assert not (flags & ~loose).any()


def test_fewest_items_stay_possible(built):
    book = built[2]
    scale = book.indicators["policy_implementation_capacity"]
    fewer = sensitivity.SCENARIOS[0].indicator(scale).min_valid_items
    whole = sensitivity.SCENARIOS[1].indicator(scale).min_valid_items
    assert (fewer, whole) == (scale.min_valid_items - 1, len(scale.inputs.items))
    share = book.indicators["strategy_uptake"]
    assert sensitivity.SCENARIOS[0].indicator(share) is share


def test_report_counts_what_changed():
    index = pd.MultiIndex.from_tuples(
        [(f"k{k}", "folkevalgte", "", "i", "total") for k in range(4)], names=sensitivity.KEY
    )
    reported = pd.Series(["above", "above", "below", "indistinguishable"], index=index)
    other = pd.Series(["above", "below", "not judged", "indistinguishable"], index=index)
    classes = pd.DataFrame({"indicator": ["c"], "shift": ["up"], "classes": [3], "other": [1]})
    text = sensitivity.describe(sensitivity.Verdicts(reported, {"x": other}, classes), "s")
    assert "| x | 1 | 1 | 1 | 1 | 2 (50%) | 1 |" in text
    assert "Of 3 verdicts above or below, 2 stand" in text
    assert "| `c` | up | 3 | 1 |" in text


def test_a_study_that_is_not_built_is_told_so(built, tmp_path: Path):
    _, config, book, _ = built
    with pytest.raises(PlankompassError, match="build eksempel first"):
        sensitivity.study_verdicts(tmp_path, config, book)
