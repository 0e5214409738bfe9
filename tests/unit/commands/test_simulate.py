"""The simulation's report: what is committed holds, and its verdicts can fail."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from plankompass.commands import simulate
from plankompass.commands.simulation import coverage, shares
from plankompass.commands.simulation.councils import SHAPES, council, design
from plankompass.statistics.spread import pooled_sd_mean_interval

ROOT = Path(__file__).parents[3]


def test_the_committed_report_says_that_every_criterion_held():
    text = (ROOT / simulate.REPORT).read_text(encoding="utf-8")
    rows = text.split("## Criteria")[1].split("## Means")[0].splitlines()
    verdicts = [row.rsplit("|", 2)[1].strip() for row in rows if row.count("|") == 5][2:]
    assert len(verdicts) == 11
    assert set(verdicts) == {"yes"}
    assert f"Seed {coverage.SETTINGS.seed};" in text


def test_same_seed_same_report(monkeypatch):
    few = {"means": 60, "mixes": 10, "gaps": 10, "panel": 5, "election": 10, "flags": 3}
    monkeypatch.setattr(simulate, "ROUNDS", few)
    monkeypatch.setattr(shares, "LARGEST", 19)
    assert simulate.report(ROOT) == simulate.report(ROOT)


def test_the_pipelines_rule_holds_where_the_plain_ones_fail():
    found = coverage.means(150, seed=1)
    shown = found[found["n"] >= simulate.SHOWN_FROM].groupby("shape")
    held = shown["held"].mean()
    assert held.between(0.93, 0.99).all()
    assert shown["own"].mean()["near consensus"] < 0.90
    assert shown["pooled"].mean()["split"] < 0.85


def test_a_rule_that_fails_makes_the_verdict_no(monkeypatch):
    def pooled(answers, values, settings):
        return pooled_sd_mean_interval(values, answers.codes, answers.population, below=None)

    monkeypatch.setattr(coverage, "municipal_means", pooled)
    found = coverage.means(100, seed=1)
    verdicts = simulate.Verdicts()
    simulate._means_section(found, {}, verdicts)
    assert not verdicts.held
    assert "**no**" in verdicts.rows[0]


def test_planted_councils_are_what_they_are_called():
    rng = np.random.default_rng(4)
    spread = {s: np.mean([council(s, 27, rng)[:, 0].std() for _ in range(300)]) for s in SHAPES}
    assert spread["near consensus"] < 0.7 < spread["ordinary"] < 1.1 < spread["split"]
    councils = design(rng)
    assert councils.truth()[5] == pytest.approx(
        [councils.answers[5][:, 0].mean(), councils.answers[5].mean()]
    )


def test_enumerated_coverage_equals_a_count_by_hand(monkeypatch):
    """Five of six answered, so few cases that every sample can be listed."""
    from itertools import combinations

    from plankompass.statistics.finite_population import share_interval

    monkeypatch.setattr(shares, "SMALLEST", 6)
    monkeypatch.setattr(shares, "LARGEST", 6)
    table = shares.enumerate_shares().set_index("n")
    held = []
    for true in range(7):
        people = [1] * true + [0] * (6 - true)
        samples = [sum(s) for s in combinations(people, 5)]
        limits = [share_interval(x, 5, 6) for x in samples]
        held.append(np.mean([m.lower - 1e-9 <= true / 6 <= m.upper + 1e-9 for m in limits]))
    assert table.loc[5, "lowest"] == pytest.approx(min(held))
    assert table.loc[5, "mean"] == pytest.approx(np.mean(held))
