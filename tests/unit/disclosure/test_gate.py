"""The gate on a whole made-up study: it lets the protected tables out, and no mutant of them."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from tests.unit.disclosure.made_study import make_study, rule_book

from plankompass.disclosure.choose import choose_published, hide_dependents
from plankompass.disclosure.gate import (
    attack_estimates,
    check_comparisons,
    check_rows,
    gate_report,
)
from plankompass.disclosure.primary import publishable
from plankompass.disclosure.release import without_se
from plankompass.disclosure.row_rules import mark_rows
from plankompass.disclosure.study_system import build_study_system
from plankompass.tables import check_table, empty_table

PLACE = ["level", "unit", "wave", "group", "indicator", "component"]


class Line:
    """A study brought up to the gate."""

    def __init__(self, **made):
        self.rules = rule_book()
        self.study = make_study(**made)
        self.marked = mark_rows(
            self.study.estimates, self.study.response, self.study.quality, self.rules
        )
        self.chosen, self.protection = choose_published(self.marked, self.rules)
        self.table = without_se(
            check_table(
                "publishable_estimates", publishable(self.chosen, self.study.response, self.rules)
            )
        )

    def findings(self, table: pd.DataFrame) -> list[str]:
        wrong = check_rows(self.marked, table, self.study.response, self.rules)
        return wrong or attack_estimates(self.marked, table, self.rules).messages()

    def rows(self, **conditions) -> np.ndarray:
        chosen = np.ones(len(self.table), bool)
        for column, value in conditions.items():
            chosen &= (self.table[column] == value).to_numpy()
        return np.flatnonzero(chosen)


@pytest.fixture(scope="module")
def line() -> Line:
    return Line(municipalities=12, seed=3)


@pytest.mark.parametrize("seed", [1, 2, 4])
def test_what_is_protected_passes_the_gate(seed):
    study = Line(municipalities=9, seed=seed)
    assert study.protection.failed == []
    assert study.findings(study.table) == []


@pytest.mark.parametrize("municipalities", [1, 2, 3])
@pytest.mark.parametrize("seed", [2, 4])
def test_a_study_of_few_municipalities_passes_the_gate(municipalities, seed):
    # the classes of two municipalities leave the network less room than its scale has
    study = Line(municipalities=municipalities, seed=seed)
    assert study.protection.failed == []
    assert study.findings(study.table) == []


def test_the_truth_fulfils_every_row_of_the_system(line):
    study = build_study_system(line.chosen, line.rules, published=line.table)
    system = study.system
    checked = 0
    for row, (low, high) in enumerate(system.interval):
        if all(a in study.truth for a in system.real[row]):
            value = sum(c * study.truth[a] for a, c in system.real[row].items())
            assert low - 1e-6 <= value <= high + 1e-6, system.labels[row]
            checked += 1
    assert checked > 500
    for atom, (low, high) in enumerate(system.bounds):
        if atom in study.truth:
            assert low - 1e-9 <= study.truth[atom] <= high + 1e-9


def test_network_numbers_and_totals_survive(line):
    network = line.table[line.table["level"] == "network"]
    survey = network[network["group"] != "intervju"]
    assert (survey["status"] == "published").mean() > 0.95
    totals = line.table[(line.table["component"] == "total") & (line.table["wave"] == "T2")]
    totals = totals[totals["level"] == "municipality"]
    assert not (totals["reason"] == "secondary").any()


def _unhide(table: pd.DataFrame, line: Line, at: int) -> pd.DataFrame:
    """Publish a hidden row with its true number, rounded as its neighbours are."""
    out = table.copy()
    open_again = line.chosen.copy()
    open_again.loc[at, ["status", "reason", "display"]] = ["published", "", ""]
    fresh = without_se(publishable(open_again, line.study.response, line.rules))
    for column in out.columns:
        out.loc[at, column] = fresh.loc[at, column]
    return out


REASONS = ("too_few_answers", "small_population", "unanimous", "count_at_edge", "secondary",
           "change_shown", "network_only", "too_few_interviews")  # fmt: skip


@pytest.mark.parametrize("reason", REASONS)
def test_showing_a_hidden_number_again_is_found(line, reason):
    rows = line.rows(status="hidden", reason=reason)
    if reason == "secondary":
        # what is hidden for another row's sake is mostly not hidden in vain
        rows = rows[:: max(1, len(rows) // 20)]
        found = [bool(line.findings(_unhide(line.table, line, at))) for at in rows]
        assert np.mean(found) > 0.8
        return
    assert len(rows), "the study is made so that this reason occurs"
    for at in rows[:3]:
        assert line.findings(_unhide(line.table, line, at))


def _published(line, **conditions):
    rows = line.rows(status="published", **conditions)
    assert len(rows)
    return int(rows[0])


def _set(line, at, **values):
    out = line.table.copy()
    for column, value in values.items():
        out.loc[at, column] = value
    return out


MUTANTS = {
    "more decimals of a mean": lambda t, at: _set(t, at, value=t.table["value"][at] + 0.04),
    "an unrounded limit": lambda t, at: _set(t, at, lower=t.table["lower"][at] + 0.013),
    "another value": lambda t, at: _set(t, at, value=t.table["value"][at] + 0.1),
    "a standard error": lambda t, at: _set(t, at, se=0.21),
    "another n": lambda t, at: _set(t, at, n=int(t.table["n"][at]) + 1),
    "share don't know of one person": lambda t, at: _set(t, at, dont_know=0.08),
    "a class beside the number": lambda t, at: _set(t, at, display="under_20"),
}


@pytest.mark.parametrize("mutant", sorted(MUTANTS))
def test_a_published_row_that_says_more_is_found(line, mutant):
    at = _published(line, level="municipality", component="total", wave="T2")
    assert line.findings(MUTANTS[mutant](line, at))


def test_a_number_left_in_a_hidden_row_is_found(line):
    at = int(line.rows(status="hidden", reason="too_few_answers")[0])
    value = float(line.study.estimates["value"][at])
    for column in ("value", "lower", "upper"):
        assert line.findings(_set(line, at, **{column: round(value, 1)}))
    assert line.findings(_set(line, at, n=3))


def test_the_count_of_interviews_in_a_municipality_is_found(line):
    at = _published(line, level="municipality", group="intervju")
    assert line.findings(_set(line, at, n=6))
    assert line.findings(_set(line, at, value=0.5))


def test_a_change_beside_both_waves_is_found(line):
    at = int(line.rows(status="hidden", reason="change_shown")[0])
    findings = line.findings(_unhide(line.table, line, at))
    assert any("both waves" in f for f in findings)


def test_a_row_that_vanished_or_came_in_is_found(line):
    assert line.findings(line.table.iloc[1:].reset_index(drop=True))
    swapped = line.table.copy()
    swapped.loc[0, "unit"] = "k99"
    assert line.findings(swapped)


def test_the_attack_alone_finds_what_the_rules_would_not_see(line):
    """Without the row check: differencing must be found by algebra, and named."""
    rows = line.rows(status="hidden", reason="secondary")
    messages = []
    for at in rows:
        if line.chosen["component"][at].startswith(("rank:", "change:")):
            continue
        found = attack_estimates(line.marked, _unhide(line.table, line, at), line.rules)
        messages += found.messages()
    assert any("follows exactly from" in m for m in messages)
    numbers = {f"{v:.2f}" for v in line.study.estimates["value"].dropna()}
    assert not any(word in numbers for m in messages for word in m.split())


def test_ranks_go_when_one_of_the_means_behind_them_is_hidden(line):
    table = line.table[line.table["level"] == "municipality"]
    barriers = table[table["indicator"] == "barrier_severity_ranking"]
    seen = 0
    for _, cell in barriers.groupby(["unit", "wave", "group"]):
        ranks = cell[cell["component"].str.startswith("rank:")]
        means = cell[~cell["component"].str.contains(":")]
        if (means["status"] == "published").all():
            continue
        seen += 1
        assert not (ranks["status"] == "published").any()
    assert seen


def test_a_class_of_agreement_goes_with_the_hidden_mean_behind_it(line):
    from tests.unit.disclosure.made_study import estimate_row

    rows = [
        estimate_row(unit=unit, n=n, value=3.4) for unit, n in (("k01", 5), ("k02", 12))
    ] + [
        estimate_row(
            unit=unit, group="kilder", indicator="plan_use_convergence", component=component,
            value=np.nan, class_value="samsvar", n=3, lower=np.nan, upper=np.nan, se=np.nan,
            population=None,
        )
        for unit in ("k01", "k02")
        for component in ("total", "sensitivity:up", "source:survey", "source:document")
    ]  # fmt: skip
    frame = check_table("estimates", pd.DataFrame(rows))
    marked = mark_rows(frame, empty_table("response"), empty_table("scale_quality"), line.rules)
    out = hide_dependents(marked, line.rules)
    hidden = out[(out["group"] == "kilder") & (out["status"] == "hidden")]
    assert set(zip(hidden["unit"], hidden["component"], strict=True)) == {
        ("k01", "total"), ("k01", "sensitivity:up"), ("k01", "source:survey"),
    }  # fmt: skip


def _comparisons(line, **changes):
    own = line.table[
        (line.table["level"] == "municipality") & (line.table["component"] == "total")
        & (line.table["wave"] == "T2") & (line.table["group"] == "administrasjon")
    ]  # fmt: skip
    shown = own[own["status"] == "published"]
    rows = []
    for row in own.itertuples(index=False):
        others = shown[shown["unit"] != row.unit]["value"]
        mean = float(others.mean())
        hidden = row.status != "published"
        rows.append(
            {"kommune_id": row.unit, "wave": "T2", "group": row.group, "gathering": "",
             "indicator": row.indicator, "component": "total",
             "peer_mean": np.nan if hidden else round(mean, 1), "peers": len(others),
             "difference": np.nan if hidden else round(row.value - mean, 1), "lower": np.nan,
             "upper": np.nan, "p_value": np.nan, "verdict": "hidden" if hidden else "no_interval"}
        )  # fmt: skip
    frame = pd.DataFrame(rows).assign(pooled=np.nan, pooled_lower=np.nan, pooled_upper=np.nan)
    return frame.assign(**changes)


def test_peer_means_are_made_of_published_numbers_alone(line):
    honest = _comparisons(line)
    assert check_comparisons(honest, line.table, line.rules) == []
    other = honest.assign(peer_mean=honest["peer_mean"] + 0.2)
    assert check_comparisons(other, line.table, line.rules)
    hidden = honest["verdict"] == "hidden"
    assert hidden.any()
    for column, value in (("peer_mean", 3.1), ("pooled", 3.3)):
        beside = honest.copy()
        beside.loc[hidden, column] = value
        assert "its own number is hidden" in check_comparisons(beside, line.table, line.rules)[0]


def test_the_gates_report_says_what_was_tried_and_holds_no_number_of_a_group(line):
    result = attack_estimates(line.marked, line.table, line.rules)
    none = empty_table("release_ledger")
    report = gate_report(result, line.table, line.rules, none)
    assert report["found"] == []
    assert report["attacked"]["protected_numbers"] > 50
    assert report["thresholds"]["min_n"] == 5
    assert json.dumps(report, sort_keys=True) == json.dumps(
        gate_report(
            attack_estimates(line.marked, line.table, line.rules), line.table, line.rules, none
        ),
        sort_keys=True,
    )
