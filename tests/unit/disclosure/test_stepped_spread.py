"""Intervals in steps of the pooled spread: what the step tells beside the mean."""

from __future__ import annotations

from itertools import combinations_with_replacement

import numpy as np
import pandas as pd
import pytest
from tests.unit.disclosure.made_study import estimate_row, rule_book

from plankompass.disclosure.answer_sets import FEWEST_SETS, intervals_that_tell
from plankompass.statistics.spread import council_mean_interval

ITEM = "ps_prioriterer"
POPULATION = 20
CALIBRATION = np.array([1, 2, 3, 3, 4, 4, 5, 3, 2, 4, 3, 3, 4, 2])
"""One more council, so that the pooled spread does not hang on the council in question."""


def _rows(councils: list[np.ndarray]) -> pd.DataFrame:
    """Rows as the indicators make them for councils that each answered one item."""
    values = np.concatenate(councils).astype(float)
    codes = np.repeat(np.arange(len(councils)), [len(c) for c in councils])
    cells = council_mean_interval(values, codes, np.full(len(councils), float(POPULATION)))
    rows = [
        estimate_row(
            unit=f"k{k:02d}", component=ITEM, value=cells.estimate[k], lower=cells.lower[k],
            upper=cells.upper[k], se=cells.se[k], n=len(councils[k]), population=POPULATION,
            method="mean_fpc_stepped_sd",
        )
        for k in range(len(councils))
    ]  # fmt: skip
    return pd.DataFrame(rows).assign(unit_of_value="mean")


@pytest.mark.parametrize("n", [5, 6, 7, 8, 9])
def test_shown_intervals_leave_at_least_three_sets_and_absence_tells_nothing(n):
    """Every possible set of answers, against a count of its own."""
    sets = [np.array(s) for s in combinations_with_replacement(range(1, 6), n)]
    frame = _rows([*sets, *[CALIBRATION] * 3])
    told = intervals_that_tell(frame, rule_book())[: len(sets)]
    # What a reader sees: the mean to one decimal, and how wide the interval is.
    seen = pd.DataFrame(
        {
            "mean": np.floor(np.array([s.mean() for s in sets]) * 10 + 0.5 + 1e-9),
            "width": (frame["upper"] - frame["lower"]).round(9)[: len(sets)],
            "told": told,
        }
    )
    shown = seen[~seen["told"]].groupby(["mean", "width"]).size()
    assert (shown >= FEWEST_SETS).all()
    assert (seen.groupby("mean")["told"].nunique() == 1).all()
    assert 0 < told.sum() < len(sets)


def test_gaps_and_changes_of_a_mean_without_interval_have_none_either():
    telling = np.array([5, 5, 5, 5, 4])
    frame = _rows([telling, *[CALIBRATION] * 3])
    frame["component"] = f"level:{ITEM}"
    own = frame.iloc[[0]]
    gap = own.assign(component=f"{ITEM}|administrasjon", unit_of_value="gap")
    other = gap.assign(unit="k01")
    assert intervals_that_tell(pd.concat([frame, gap, other], ignore_index=True), rule_book())[
        [0, 4, 5]
    ].tolist() == [True, True, False]
    frame = _rows([telling, *[CALIBRATION] * 3])
    change = frame.iloc[[0]].assign(
        component=f"change:T0|{ITEM}",
        unit_of_value="change",
        wave="T1",
        method="change_independent",
    )
    later = frame.iloc[[0]].assign(wave="T0")
    both = pd.concat([frame.assign(wave="T1"), later, change], ignore_index=True)
    assert intervals_that_tell(both, rule_book())[[0, 5]].tolist() == [True, True]
