"""The national table that cost is measured on: nothing leaks, at a size a test can bear."""

from __future__ import annotations

import pytest

from plankompass.commands.measuring_disclosure import growth, measure_once, summarise
from plankompass.disclosure.measure import measure


def test_a_smaller_nation_is_protected_without_leaks():
    found = measure(60, indicators=1, groups=3)
    assert found.cells > 700
    assert found.targets > 200
    assert found.leaks == 0
    again = measure(60, indicators=1, groups=3)
    assert (again.cells, again.targets, again.secondary) == (
        found.cells,
        found.targets,
        found.secondary,
    )


def test_the_table_of_measurements_says_sizes_leaks_and_growth(monkeypatch):
    monkeypatch.setattr("plankompass.commands.measuring_disclosure.INDICATORS", 1)
    monkeypatch.setattr("plankompass.commands.measuring_disclosure.GROUPS", 1)
    rows = [measure_once(size) for size in (12, 24, 48)]
    lines = summarise(rows)
    assert lines[4].startswith(f"| 12 | {rows[0]['cells']} | {rows[0]['targets']} |")
    assert "as an exponent" in lines[-1]
    made = [{"municipalities": m, "cpu": c} for m, c in ((12, 9.0), (60, 1.0), (120, 4.0))]
    assert growth(made, "cpu") == pytest.approx(2.0)
