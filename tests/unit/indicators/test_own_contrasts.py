"""Gaps and changes: in one family with what is said of the peers, never sure against their own interval."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests
from tests.unit.indicators.made_study import ROOT
from tests.unit.indicators.test_comparisons import UNITS, _row

from plankompass.indicators.comparisons import compare
from plankompass.study.codebook import Codebook, load_codebook
from plankompass.study.config_models import StatisticsConfig
from plankompass.tables import check_table

SETTINGS = StatisticsConfig()
GAP = {"indicator": "politics_administration_gap", "method": "gap"}


@pytest.fixture(scope="module")
def book() -> Codebook:
    return load_codebook(ROOT / "codebook")


def _gap(unit: str, item: str, value: float, half: float, **rest) -> dict:
    level = "network" if unit == "network" else "municipality"
    return _row(
        unit, value, component=f"{item}|administrasjon", level=level, lower=value - half,
        upper=value + half, **GAP, **rest,
    )  # fmt: skip


def _change(unit: str, value: float, half: float, **rest) -> dict:
    return _row(
        unit, value, component="change:T1|total", lower=value - half, upper=value + half, **rest
    )


def _verdicts(rows: list[dict], book: Codebook) -> pd.DataFrame:
    primary = check_table("publishable_estimates", pd.DataFrame(rows))
    return check_table("comparisons", compare(primary, UNITS, book, SETTINGS, wave="T2"))


def test_a_gap_is_held_against_nought_and_not_against_peers(book: Codebook) -> None:
    rows = [_gap(u, "bo_agenda", 1.2, 0.5) for u in UNITS]
    table = _verdicts(rows, book)
    assert set(table["verdict"]) == {"clear"}
    assert table[["peer_mean", "difference", "lower", "upper"]].isna().all(axis=None)
    assert set(table["peers"]) == {0}


def test_one_family_a_report(book: Codebook) -> None:
    """Twenty gaps that mean nothing weaken one that just leaves out nought."""
    items = [f"x{k:02d}" for k in range(20)]
    weak = _gap("k01", "bo_mal", 0.5, 0.4)
    assert _verdicts([weak], book)["verdict"].tolist() == ["clear"]
    table = _verdicts([weak, *(_gap("k01", i, 0.1, 0.5) for i in items)], book)
    assert set(table["verdict"]) == {"unclear"}
    # the family is the municipality's own: what others' reports say changes nothing
    table = _verdicts([weak, *(_gap("k02", i, 0.1, 0.5) for i in items)], book)
    assert table.set_index("kommune_id").loc["k01", "verdict"] == "clear"


def test_gaps_changes_and_peers_are_one_family(book: Codebook) -> None:
    values = [3.0, 3.2, 2.9, 3.1, 3.4, 2.7, 3.3, 3.7]
    peers = [_row(u, v) for u, v in zip(UNITS, values, strict=True)]
    own = [
        _gap("k08", "bo_agenda", 0.5, 0.45),
        _change("k08", -0.4, 0.35),
        _gap("k08", "bo_mal", 0.2, 0.6),
    ]
    table = _verdicts([*peers, *own], book).set_index("component")
    mine = table[table["kommune_id"] == "k08"]
    rejected = multipletests(mine["p_value"], alpha=SETTINGS.false_discovery_rate, method="fdr_bh")[
        0
    ]
    said = mine["verdict"].isin(["above", "below", "clear"]).to_numpy()
    assert len(mine) == 4
    assert (said == rejected).all()


@pytest.mark.parametrize(("value", "half"), [(0.3, 0.3), (-0.2, 0.4), (0.0, 0.1)])
def test_never_sure_where_the_interval_holds_nought(book: Codebook, value, half) -> None:
    assert _verdicts([_change("k01", value, half)], book)["verdict"].tolist() == ["unclear"]


def test_the_p_value_is_that_of_the_interval(book: Codebook) -> None:
    row = _verdicts([_gap("k01", "bo_agenda", 0.9, 0.6)], book).iloc[0]
    se = np.hypot(0.6 / stats.norm.ppf(0.975), 0.05 / np.sqrt(3))  # with the rounding
    assert row["p_value"] == pytest.approx(2 * stats.norm.sf(0.9 / se))


def test_without_an_interval_nothing_is_said(book: Codebook) -> None:
    kept_back = _gap("k01", "bo_agenda", 1.2, 0.5) | {"lower": np.nan, "upper": np.nan}
    hidden = _gap("k02", "bo_agenda", 1.2, 0.5) | {
        "status": "hidden",
        "reason": "secondary",
        "value": np.nan,
    }
    assert _verdicts([kept_back, hidden], book).empty


def test_the_network_has_a_family_of_its_own(book: Codebook) -> None:
    table = _verdicts([_gap("network", "bo_agenda", 0.5, 0.3)], book)
    assert table[["kommune_id", "verdict"]].values.tolist() == [["network", "clear"]]
