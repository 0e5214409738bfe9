"""The reports' benchmark tells what was measured: sums, ratios, the nation's time, R where it is."""

from __future__ import annotations

from tests.unit.reports.sample import sample_report

from plankompass.commands.measuring_reports import WARMING, _for_r, middle_of, summarise
from plankompass.reports.schema import write_document

WHOLE = {
    "spent": [{"document": 9.0, "pages": 9.0, "workbook": 9.0}] * WARMING
    + [{"document": 0.02, "pages": 0.3, "workbook": 0.1}] * 2,
    "memory": 512.0,
}
FEW = {"spent": [{"document": 0.01, "pages": 0.25, "workbook": 0.05}] * (WARMING + 1)}
BARE = {
    "spent": [{"drawing": 5.0, "typesetting": 5.0}] * WARMING
    + [{"drawing": 0.1, "typesetting": 0.2}] * 2
}


def test_the_first_reports_of_a_process_do_not_count():
    told = "\n".join(summarise(WHOLE, FEW, BARE, ([3.0, 2.4, 2.0], "R 9.9")))
    assert "| **together** | **0.400** | 0.300 |" in told
    assert "from the publishable tables | 0.020 | 0.010 |" in told
    assert "**1.33 times** the sum" in told
    assert "with them: 150 s CPU, 1.2 minutes on two cores" in told
    assert "2.40 s CPU a report (median of 3), **6.0 times**" in told
    assert "5.7 times with report.json" in told


def test_the_median_of_the_rounds_counts():
    rounds = [
        {"spent": [{"pages": p, "workbook": 1.0}], "memory": m} for p, m in ((1, 9), (7, 8), (2, 7))
    ]
    assert middle_of(rounds) == {"spent": [{"pages": 2, "workbook": 1.0}], "memory": 9}


def test_without_r_it_says_so():
    assert "not on this machine" in summarise(WHOLE, FEW, BARE, None)[-1]


def test_r_gets_the_same_tables(tmp_path):
    path = tmp_path / "9901/rapport.json"
    write_document(sample_report(), path)
    given = _for_r(path)
    assert len(given["tables"]) > 8
    assert all(len(row) == len(t["head"]) for t in given["tables"] for row in t["rows"])
    assert len(given["points"]) > 10
