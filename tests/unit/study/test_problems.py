"""Problems are collected, told once, and never hold a value."""

from __future__ import annotations

import pickle

import pytest

from plankompass.study.problems import ProblemLog, StageFailedError
from plankompass.tables import check_table


def test_failures_are_raised_once_and_listed(tmp_path):
    log = ProblemLog("ingest surveys")
    log.add("S1", "repair", "a.sav", "duplicate key", count=2)
    log.raise_failures()
    log.add("S4", "fail", "b.sav", "unknown code", column="gj_treghet", hint="add it to recodes")
    log.add("S8", "fail", "a.sav", "more answers than members", row_key="k01")
    with pytest.raises(StageFailedError) as caught:
        log.raise_failures()
    assert caught.value.messages == [
        "a.sav: k01: more answers than members [S8, 1]",
        "b.sav: gj_treghet: unknown code [S4, 1]. add it to recodes",
    ]
    assert "2 problems" in str(caught.value)


def test_a_failure_survives_the_way_from_a_worker():
    error = StageFailedError("ingest", ["b", "a"])
    again = pickle.loads(pickle.dumps(error))
    assert str(again) == str(error)
    assert again.messages == ["a", "b"]


def test_problems_keep_the_contract_and_their_order_is_by_content():
    one, two = ProblemLog("s"), ProblemLog("s")
    one.add("S1", "repair", "a", "x")
    one.add("K1", "reject", "b", "y")
    two.add("K1", "reject", "b", "y")
    two.add("S1", "repair", "a", "x")
    assert check_table("avvik", one.frame()).equals(check_table("avvik", two.frame()))
