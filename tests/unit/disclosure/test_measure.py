"""The national table that cost is measured on: nothing leaks, at a size a test can bear."""

from __future__ import annotations

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
