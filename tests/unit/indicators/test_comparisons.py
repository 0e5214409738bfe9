"""Comparison with peers: leave one out, one family a report, nothing from hidden numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests
from tests.unit.indicators.made_study import ROOT

from plankompass.indicators.comparisons import compare
from plankompass.study.codebook import Codebook, load_codebook
from plankompass.study.config_models import StatisticsConfig
from plankompass.tables import check_table

SETTINGS = StatisticsConfig()
UNITS = [f"k{number:02d}" for number in range(1, 9)]


@pytest.fixture(scope="module")
def book() -> Codebook:
    return load_codebook(ROOT / "codebook")


def _row(unit: str, value: float | None, **rest) -> dict:
    row = {
        "level": "municipality", "unit": unit, "wave": "T2", "group": "folkevalgte",
        "gathering": "", "indicator": "role_clarity", "component": "total", "value": value,
        "class_value": "", "lower": np.nan, "upper": np.nan, "se": 0.2, "n": 20,
        "population": 27, "dont_know": 0.0, "method": "mean_fpc", "status": "published",
        "reason": "", "display": "",
    }  # fmt: skip
    if value is None:
        row |= {"value": np.nan, "se": np.nan, "status": "hidden", "reason": "too_few_answers"}
    return row | rest


def _compared(rows: list[dict], book: Codebook, settings: StatisticsConfig = SETTINGS):
    primary = check_table("publishable_estimates", pd.DataFrame(rows))
    table = compare(primary, UNITS, book, settings, wave="T2")
    return check_table("comparisons", table).set_index("kommune_id")


def test_peer_mean_leaves_the_own_municipality_out(book: Codebook) -> None:
    values = [3.0, 3.2, 2.9, 3.1, 3.4, 2.7, 3.3, 4.6]
    table = _compared([_row(u, v) for u, v in zip(UNITS, values, strict=True)], book)
    row = table.loc["k08"]
    others = values[:7]
    assert row["peer_mean"] == pytest.approx(np.mean(others))
    assert row["difference"] == pytest.approx(4.6 - np.mean(others))
    variance = 0.2**2 + 0.1**2 / 12  # with the rounding to one decimal
    se = np.sqrt(variance + 7 * variance / 49)
    df = (variance * 8 / 7) ** 2 / (variance**2 / 19 + 7 * variance**2 / 19 / 7**4)
    half = stats.t.ppf(0.975, df) * se
    assert row["lower"] == pytest.approx(row["difference"] - half)
    assert row["p_value"] == pytest.approx(2 * stats.t.sf(row["difference"] / se, df))
    assert row["verdict"] == "above"
    assert table.loc["k04", "verdict"] == "indistinguishable"


def test_hidden_numbers_are_in_no_mean_and_get_no_verdict(book: Codebook) -> None:
    values = [3.0, 3.2, 2.9, 3.1, 3.4, 2.7, None, None]
    table = _compared([_row(u, v) for u, v in zip(UNITS, values, strict=True)], book)
    assert table.loc["k01", "peers"] == 5
    hidden = table.loc["k07"]
    assert hidden["verdict"] == "hidden"
    assert hidden[["peer_mean", "difference", "lower", "upper", "p_value"]].isna().all()


def test_fewer_than_five_others_is_too_few(book: Codebook) -> None:
    values = [3.0, 3.2, 2.9, 3.1, 3.4, None, None, None]
    table = _compared([_row(u, v) for u, v in zip(UNITS, values, strict=True)], book)
    assert set(table.loc[UNITS[:5], "verdict"]) == {"few_peers"}
    assert table["peer_mean"].isna().all()


def test_a_mean_without_interval_still_counts_among_the_peers(book: Codebook) -> None:
    values = [3.0, 3.2, 2.9, 3.1, 3.4, 2.7, 3.3, 4.6]
    rows = [_row(u, v) for u, v in zip(UNITS, values, strict=True)]
    whole = _compared(rows, book)
    rows[0] |= {"se": np.nan, "lower": np.nan, "upper": np.nan}
    table = _compared(rows, book)
    kept_back = table.loc["k01"]
    assert kept_back["verdict"] == "no_interval"
    assert kept_back["difference"] == pytest.approx(whole.loc["k01", "difference"])
    assert kept_back[["lower", "upper", "p_value"]].isna().all()
    # All others are as they were: the one kept back varies as they do.
    columns = ["peer_mean", "peers", "difference", "lower", "upper", "p_value"]
    pd.testing.assert_frame_equal(table.loc[UNITS[1:], columns], whole.loc[UNITS[1:], columns])
    assert table.loc["k08", "verdict"] == "above"


def test_documents_are_compared_without_an_interval(book: Codebook) -> None:
    rest = {
        "indicator": "goal_chain_share", "component": "all_of", "group": "dokument",
        "se": np.nan, "population": None, "method": "count_all",
    }  # fmt: skip
    table = _compared([_row(u, 0.1 * k, **rest) for k, u in enumerate(UNITS)], book)
    assert set(table["verdict"]) == {"no_interval"}
    assert table.loc["k08", "difference"] == pytest.approx(0.7 - 0.3)
    assert table["p_value"].isna().all()


def test_months_are_not_averaged_over_those_who_are_done(book: Codebook) -> None:
    rest = {
        "indicator": "months_to_political_plan", "group": "dokument", "se": np.nan, "n": 1,
        "population": None, "method": "whole_months",
    }  # fmt: skip
    rows = [_row(u, 10.0 + k, **rest) for k, u in enumerate(UNITS)]
    rows[0] |= {"class_value": "not_yet"}
    table = _compared(rows, book)
    assert set(table["verdict"]) == {"no_interval"}
    assert table["difference"].isna().all()


def test_one_report_is_one_family(book: Codebook) -> None:
    rng = np.random.default_rng(6)
    indicators = [i.id for i in book.indicators.values() if i.operator == "mean_of_items"]
    groups = ("folkevalgte", "administrasjon")
    rows = [
        _row(unit, round(float(rng.normal(3, 0.3)) + 0.35 * (unit == "k01"), 1),
             indicator=indicator, group=group)
        for indicator in indicators for group in groups for unit in UNITS
    ]  # fmt: skip
    table = _compared(rows, book).loc["k01"]
    rejected = multipletests(table["p_value"], alpha=0.10, method="fdr_bh")[0]
    sure = (table["lower"] > 0) | (table["upper"] < 0)
    flagged = table["verdict"].isin(["above", "below"])
    assert (flagged == (rejected & sure)).all()
    assert 0 < flagged.sum() < len(flagged)


def test_scale_is_compared_as_a_scale_or_item_by_item(book: Codebook) -> None:
    item = book.indicators["role_clarity"].inputs.items[0]
    rows = [_row(u, 3.0) for u in UNITS] + [_row(u, 3.5, component=item) for u in UNITS]
    assert set(_compared(rows, book)["component"]) == {"total"}
    for row in rows[:8]:
        row |= {"value": np.nan, "se": np.nan, "status": "unreliable", "reason": "scale_unreliable"}
    assert set(_compared(rows, book)["component"]) == {item}


def test_shares_near_the_edge_are_not_flagged_for_their_vanishing_spread(book: Codebook) -> None:
    """A share of 2 in 15 has a small standard error; the test at the peers' share has not."""
    rest = {
        "indicator": "strategy_uptake", "component": "gr_faerre_mal", "n": 15, "population": 27,
        "method": "share_hypergeometric",
    }  # fmt: skip
    rows = []
    for unit in UNITS:
        share = 3 / 15 if unit == "k01" else 6 / 15
        se = float(np.sqrt((1 - 15 / 27) * share * (1 - share) / 14))
        rows.append(_row(unit, share, se=se, lower=share - 0.1, upper=share + 0.2, **rest))
    row = _compared(rows, book).loc["k01"]
    null = (1 - 15 / 27) * 0.4 * 0.6 / 15
    peers = (1 - 15 / 27) * 0.4 * 0.6 / 14 / 7
    assert row["p_value"] == pytest.approx(2 * stats.norm.sf(0.2 / np.sqrt(null + peers)))
    z = stats.norm.ppf(0.975)
    assert row["upper"] == pytest.approx(-0.2 + np.hypot(0.2, z * np.sqrt(peers)))


def test_no_true_difference_gives_few_false_flags(book: Codebook) -> None:
    """Councils drawn from one and the same council: at most one report in ten has a flag."""
    rng = np.random.default_rng(1)
    council = np.repeat([1, 2, 3, 4, 5], [3, 6, 9, 6, 3])
    indicators = [i.id for i in book.indicators.values() if i.operator == "mean_of_items"]
    flagged = reports = 0
    for _ in range(60):
        rows = []
        for indicator in indicators:
            for unit in UNITS:
                n = int(rng.integers(15, 22))
                answers = rng.permutation(council)[:n]
                se = np.sqrt((1 - n / 27) * answers.var(ddof=1) / n)
                rows.append(_row(unit, round(answers.mean(), 1), indicator=indicator, se=se, n=n))
        table = _compared(rows, book)
        by_report = table["verdict"].isin(["above", "below"]).groupby(level=0).any()
        flagged += int(by_report.sum())
        reports += len(by_report)
    assert flagged / reports <= 0.10
