"""Partial pooling: only where configured, only from published numbers, equal to the second method."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from tests.unit.indicators.made_study import ROOT
from tests.unit.indicators.test_comparisons import UNITS, _row

from plankompass.disclosure.gate import check_comparisons
from plankompass.disclosure.release import publish_comparisons
from plankompass.disclosure.rules import RuleBook
from plankompass.indicators.comparisons import compare
from plankompass.statistics.pooling import fay_herriot
from plankompass.study.codebook import Codebook, load_codebook
from plankompass.study.config_models import DisclosureConfig, StatisticsConfig
from plankompass.study.problems import PlankompassError
from plankompass.tables import check_table

VALUES = [3.0, 3.2, 2.9, 3.1, 3.4, 2.7, None, 4.6]
POOLED = StatisticsConfig(partial_pooling=["role_clarity"])


@pytest.fixture(scope="module")
def book() -> Codebook:
    return load_codebook(ROOT / "codebook")


def _rows(**of: dict) -> list[dict]:
    rows = [
        _row(u, v, se=np.nan if v is None else 0.1 + 0.02 * k)
        for k, (u, v) in enumerate(zip(UNITS, VALUES, strict=True))
    ]
    for unit, changes in of.items():
        rows[UNITS.index(unit)] |= changes
    return rows


def _compared(rows: list[dict], book: Codebook, settings: StatisticsConfig) -> pd.DataFrame:
    primary = check_table("publishable_estimates", pd.DataFrame(rows))
    table = check_table("comparisons", compare(primary, UNITS, book, settings, wave="T2"))
    return table.set_index("kommune_id")


def test_off_by_default(book: Codebook) -> None:
    assert StatisticsConfig().partial_pooling is False
    table = _compared(_rows(), book, StatisticsConfig())
    assert table[["pooled", "pooled_lower", "pooled_upper"]].isna().all(axis=None)


def test_pooled_from_published_means_alone(book: Codebook) -> None:
    table = _compared(_rows(), book, POOLED)
    known = [k for k, v in enumerate(VALUES) if v is not None]
    y = np.array([VALUES[k] for k in known])
    se = np.array([0.1 + 0.02 * k for k in known])
    fit = fay_herriot(y, se**2, np.ones(7))
    found = table.loc[[UNITS[k] for k in known]]
    np.testing.assert_allclose(found["pooled"], fit.estimate, rtol=1e-12)
    np.testing.assert_allclose(found["pooled_lower"], fit.lower, rtol=1e-12)
    assert table.loc["k07", ["pooled", "pooled_lower", "pooled_upper"]].isna().all()
    # Drawn towards the others, the least sure one most.
    assert 3.4 < table.loc["k08", "pooled"] < 4.6
    other = _compared(_rows(), book, StatisticsConfig(partial_pooling=["interplay_quality"]))
    assert other["pooled"].isna().all()


def test_without_an_interval_or_with_everybody_there_is_nothing_to_pool(book: Codebook) -> None:
    kept_back = {"se": np.nan, "lower": np.nan, "upper": np.nan}
    table = _compared(_rows(k01=kept_back), book, POOLED)
    assert np.isnan(table.loc["k01", "pooled"])
    assert table["pooled"].notna().sum() == 6
    everybody = _compared(_rows(k01={"se": 0.0}), book, POOLED)
    assert np.isnan(everybody.loc["k01", "pooled"])
    few = _compared(_rows(k01=kept_back, k02=kept_back), book, POOLED)
    assert few["pooled"].isna().all()  # five others are needed, as for a mean of peers


def test_hidden_means_hide_their_pooled_ones_and_the_gate_asks_for_it(book: Codebook) -> None:
    rules = RuleBook.of(DisclosureConfig(), book)
    table = _compared(_rows(), book, POOLED).reset_index()
    hidden = _rows(k08={"value": np.nan, "se": np.nan, "status": "hidden", "reason": "secondary"})
    primary = check_table("publishable_estimates", pd.DataFrame(hidden))
    released = publish_comparisons(table, primary, rules).set_index("kommune_id")
    assert released.loc["k08", ["pooled", "pooled_lower", "pooled_upper"]].isna().all()
    assert released.loc["k01", "pooled"] == round(released.loc["k01", "pooled"], 1)
    lines = check_comparisons(table, primary, rules)
    assert any("k08" in line and "pooled" in line for line in lines)


def test_unknown_indicators_are_refused(book: Codebook) -> None:
    wrong = StatisticsConfig(partial_pooling=["role_clarity", "nothing", "goal_chain_share"])
    with pytest.raises(PlankompassError, match="goal_chain_share, nothing"):
        _compared(_rows(), book, wrong)
