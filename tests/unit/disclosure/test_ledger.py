"""Releases one after another: a late answer or a corrected file cannot be found by subtraction."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from tests.unit.disclosure.made_study import STEERING, estimate_row, rule_book

from plankompass.disclosure.choose import choose_published, hide_beside
from plankompass.disclosure.gate import attack_estimates
from plankompass.disclosure.ledger import append_release, ledger_rows, read_ledger
from plankompass.disclosure.primary import ledger_input, publishable
from plankompass.disclosure.row_rules import mark_rows
from plankompass.study.problems import PlankompassError
from plankompass.tables import check_table, empty_table

UNITS = [f"k{i:02d}" for i in range(1, 9)]


def _tables(answers: dict[str, list[int]], **more) -> pd.DataFrame:
    """One item of councillors: each municipality's mean and the network's."""
    rows = []
    for unit, given in answers.items():
        mean = float(np.mean(given))
        rows.append(
            estimate_row(unit=unit, component=STEERING[0], value=mean, lower=mean - 0.4,
                         upper=mean + 0.4, n=len(given), population=27, **more)
        )  # fmt: skip
    mean = float(np.mean([r["value"] for r in rows]))
    rows.append(
        estimate_row(level="network", unit="network", component=STEERING[0], value=mean,
                     lower=mean - 0.1, upper=mean + 0.1, n=sum(r["n"] for r in rows),
                     population=27 * len(rows), municipalities=len(rows), **more)
    )  # fmt: skip
    return check_table("estimates", pd.DataFrame(rows))


def _answers(seed: int = 4) -> dict[str, list[int]]:
    draw = np.random.default_rng(seed)
    found = {}
    for unit in UNITS:
        while True:
            given = draw.integers(1, 6, int(draw.integers(9, 16))).tolist()
            if abs(np.mean(given) - round(np.mean(given))) > 0.06:  # none that is hidden as such
                found[unit] = given
                break
    return found


class Release:
    """One release of a study with a ledger."""

    def __init__(self, answers, ledger, rules):
        estimates = _tables(answers)
        self.rules, self.ledger = rules, ledger
        self.marked = mark_rows(
            estimates, empty_table("response"), empty_table("scale_quality"), rules, ledger
        )
        self.unaware = mark_rows(
            estimates, empty_table("response"), empty_table("scale_quality"), rules
        )
        self.chosen, _ = choose_published(self.marked, rules, ledger)
        self.table = self._publish(self.chosen)

    def _publish(self, chosen):
        out = publishable(chosen, empty_table("response"), self.rules).assign(se=np.nan)
        return check_table("publishable_estimates", out)

    def as_without_ledger(self) -> pd.DataFrame:
        return self._publish(choose_published(self.unaware, self.rules)[0])

    def attack(self, table, ledger):
        return attack_estimates(self.unaware, table, self.rules, ledger)

    def shown(self, table) -> set[str]:
        return set(table.loc[table["status"] == "published", "unit"])


@pytest.fixture
def first():
    rules = rule_book()
    release = Release(_answers(), empty_table("release_ledger"), rules)
    ledger = ledger_rows(release.marked, release.table, release=1, name="first")
    assert release.shown(release.table) == {*UNITS, "network"}
    return release, ledger


def test_the_same_answers_may_be_released_again(first):
    release, ledger = first
    again = Release(_answers(), ledger, release.rules)
    assert again.table.equals(release.table)
    assert not again.attack(again.table, ledger).found


@pytest.mark.parametrize("change", ["late answer", "withdrawn answer", "corrected answer"])
def test_one_changed_answer_cannot_be_found_by_subtraction(first, change):
    release, ledger = first
    answers = _answers()
    given = answers["k03"]
    answers["k03"] = {
        "late answer": [*given, 5],
        "withdrawn answer": given[1:],
        "corrected answer": [given[0] % 5 + 1, *given[1:]],
    }[change]
    second = Release(answers, ledger, release.rules)
    blind = second.as_without_ledger()
    assert "k03" in second.shown(blind)
    assert not second.attack(blind, None).found, "each release by itself is safe"
    found = second.attack(blind, ledger)
    assert any("answers changed since release" in m for m in found.messages())
    assert "k03" not in second.shown(second.table)
    assert not second.attack(second.table, ledger).found


def test_five_late_answers_may_be_shown(first):
    release, ledger = first
    answers = _answers()
    answers["k03"] = [*answers["k03"], 1, 2, 4, 5, 5, 2]
    second = Release(answers, ledger, release.rules)
    assert "k03" in second.shown(second.table)


def test_many_late_answers_leak_without_the_ledger_and_not_with_it():
    rules = rule_book()
    leaks = with_ledger = 0
    for seed in range(6):
        answers = _answers(seed)
        release = Release(answers, empty_table("release_ledger"), rules)
        ledger = ledger_rows(release.marked, release.table, release=1, name="first")
        draw = np.random.default_rng(seed)
        for unit in draw.choice(UNITS, 3, replace=False):
            answers[unit] = [
                *answers[unit],
                *draw.integers(1, 6, int(draw.integers(1, 3))).tolist(),
            ]
        second = Release(answers, ledger, rules)
        leaks += len(second.attack(second.as_without_ledger(), ledger).exact)
        with_ledger += second.attack(second.table, ledger).found
    assert leaks >= 6
    assert with_ledger == 0


def test_a_change_hidden_in_an_earlier_release_stays_hidden():
    rules = rule_book()

    def marked(n: int, late: float, ledger):
        old = estimate_row(wave="T1", value=3.3, lower=2.9, upper=3.7, n=22, population=34)
        new = estimate_row(wave="T2", value=late, lower=late - 0.4, upper=late + 0.4, n=n,
                           population=34)  # fmt: skip
        change = estimate_row(wave="T2", component="change:T1|total", value=late - 3.3,
                              lower=late - 4, upper=late - 3, n=n, population=34)  # fmt: skip
        frame = check_table("estimates", pd.DataFrame([old, new, change]))
        return mark_rows(
            frame, empty_table("response"), empty_table("scale_quality"), rules, ledger
        )

    def public(frame):
        out = publishable(frame, empty_table("response"), rules).assign(se=np.nan)
        return check_table("publishable_estimates", out)

    first, _ = choose_published(marked(7, 23 / 7, None), rules, None)
    assert first["status"].tolist() == ["published", "hidden", "hidden"]
    ledger = ledger_rows(first, public(first), release=1, name="spring")
    # two more answered: their mean bounds what the seven said to a third of its scale, which is
    # enough for the mean but not for the change of it since T1, that everyone can subtract
    second = marked(9, 28 / 9, ledger)
    blind, _ = choose_published(second, rules, None)
    found = attack_estimates(second, public(blind), rules, ledger)
    assert any("release 1" in m and "change:T1|total" in m for m in found.messages())
    chosen, _ = choose_published(second, rules, ledger)
    assert not attack_estimates(second, public(chosen), rules, ledger).found
    assert chosen["status"].tolist() == ["published", "hidden", "hidden"]


def test_a_change_gives_way_when_both_waves_were_shown_before():
    rules = rule_book()
    old = estimate_row(wave="T1", value=3.2, lower=2.8, upper=3.6)
    new = estimate_row(wave="T2", value=3.6, lower=3.2, upper=4.0)
    change = estimate_row(wave="T2", component="change:T1|total", value=0.4, lower=0.1, upper=0.7)

    def marked(*rows):
        frame = check_table("estimates", pd.DataFrame(list(rows)))
        return mark_rows(frame, empty_table("response"), empty_table("scale_quality"), rules)

    before = marked(old)
    ledger = ledger_rows(
        before, publishable(before, empty_table("response"), rules), release=1, name="spring"
    )
    reasons = {
        name: hide_beside(marked(old, new, change), rules, known)
        .set_index(["wave", "component"])["reason"].to_dict()
        for name, known in (("first", None), ("after", ledger))
    }  # fmt: skip
    assert reasons["first"] == {
        ("T1", "total"): "change_shown", ("T2", "total"): "", ("T2", "change:T1|total"): "",
    }  # fmt: skip
    assert reasons["after"] == {
        ("T1", "total"): "", ("T2", "total"): "", ("T2", "change:T1|total"): "waves_shown",
    }  # fmt: skip


def test_the_ledger_keeps_every_release_and_refuses_another_of_the_same_name(first, tmp_path):
    release, _ = first
    path = tmp_path / "restricted" / "ledger.parquet"
    rows = ledger_rows(release.marked, release.table, release=1, name="not yet delivered")
    assert append_release(path, rows, name="spring") == 1
    assert append_release(path, rows, name="spring") == 1
    assert append_release(path, rows, name="autumn") == 2
    ledger = read_ledger(path)
    assert ledger.groupby("release").size().to_dict() == {1: 9, 2: 9}
    assert ledger["value"].notna().all()
    bytes_before = path.read_bytes()
    other = Release(_answers(5), empty_table("release_ledger"), release.rules)
    with pytest.raises(PlankompassError, match="another name"):
        append_release(
            path, ledger_rows(other.marked, other.table, release=1, name=""), name="spring"
        )
    assert path.read_bytes() == bytes_before
    assert (path.parent.stat().st_mode & 0o077) == 0


@pytest.mark.parametrize("given", [{}, {"ledger": []}])
def test_before_the_first_delivery_there_is_no_ledger(given):
    assert read_ledger(ledger_input(given)).empty
