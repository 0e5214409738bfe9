"""Mutants of a release: each says too much in one way, and the gate stops each of them.

What is left behind in files (tooltips, metadata, logs, hidden sheets ...) has its own table in
``tests/workflow/test_no_way_around.py``; sequences of releases have theirs in ``tests/attacker/``.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from tests.unit.disclosure.test_gate import Line, _comparisons, _set, _unhide

from plankompass.disclosure.gate import attack_estimates, check_comparisons
from plankompass.disclosure.ledger import ledger_rows
from plankompass.disclosure.row_rules import check_indicators
from plankompass.study.problems import StageFailedError


@pytest.fixture(scope="module")
def line() -> Line:
    made = Line(municipalities=12, seed=3)
    assert made.findings(made.table) == [], "what is not mutated passes"
    return made


def _hidden(line: Line, reason: str, **more) -> int:
    return int(line.rows(status="hidden", reason=reason, **more)[0])


def _shown(line: Line, **more) -> int:
    given = {"level": "municipality", "component": "total", "wave": "T2"} | more
    return int(line.rows(status="published", **given)[0])


def _secondary(line: Line) -> pd.DataFrame:
    """A cell hidden for another's sake, shown again: the first without which something follows."""
    for at in line.rows(status="hidden", reason="secondary", level="municipality"):
        if ":" not in line.table["component"][at]:
            table = _unhide(line.table, line, at)
            if attack_estimates(line.marked, table, line.rules).exact:
                return table
    raise AssertionError("the study is made so that something follows by subtraction")


def _again(reason: str, **more):
    return lambda line: _unhide(line.table, line, _hidden(line, reason, **more))


def _says(column: str, value, **more):
    return lambda line: _set(line, _shown(line, **more), **{column: value})


def _left(column: str, value):
    return lambda line: _set(line, _hidden(line, "too_few_answers"), **{column: value})


def _shifted(column: str, by: float):
    def mutate(line: Line) -> pd.DataFrame:
        at = _shown(line)
        return _set(line, at, **{column: line.table[column][at] + by})

    return mutate


def _swapped(line: Line) -> pd.DataFrame:
    out = line.table.copy()
    out.loc[0, "unit"] = "k99"
    return out


INTERVIEW = {"group": "intervju", "component": "roller/politisk_lederskap"}
ROWS = {
    "one secondary cell shown": _secondary,
    "too few answers shown": _again("too_few_answers"),
    "a small group shown": _again("small_population"),
    "answers that are all alike shown": _again("unanimous"),
    "a count at the edge shown": _again("count_at_edge"),
    "both waves beside their change": _again("change_shown"),
    "a code that is for the network alone": _again("network_only"),
    "too few interviews shown": _again("too_few_interviews"),
    "a rank over a hidden mean": lambda line: _unhide(
        line.table,
        line,
        next(
            at
            for at in line.rows(status="hidden", reason="secondary")
            if line.table["component"][at].startswith("rank:")
        ),
    ),
    "a standard error": _says("se", 0.21),
    "two decimals": _shifted("value", 0.04),
    "another value": _shifted("value", 0.1),
    "an unrounded limit": _shifted("lower", 0.013),
    "an unrounded upper limit": _shifted("upper", -0.017),
    "another number of answers": _shifted("n", 1),
    "one person's don't know": _says("dont_know", 0.08),
    "a class beside the number": _says("display", "under_20"),
    "a count of interviews": _says("n", 6, **INTERVIEW),
    "a share of interviews": _says("value", 0.5, **INTERVIEW),
    "a value left in a hidden row": _left("value", 3.4),
    "a limit left in a hidden row": _left("upper", 3.9),
    "the number of answers left in a hidden row": _left("n", 3),
    "a row that vanished": lambda line: line.table.iloc[1:].reset_index(drop=True),
    "a row of another municipality": _swapped,
}


@pytest.mark.parametrize("mutant", sorted(ROWS))
def test_a_row_that_says_too_much_stops_the_release(line, mutant):
    assert line.findings(ROWS[mutant](line))


PEERS = {
    "another mean of the others": lambda frame, hidden: frame.assign(
        peer_mean=frame["peer_mean"] + 0.2
    ),
    "a mean of the others beside a hidden number": lambda frame, hidden: frame.assign(
        peer_mean=frame["peer_mean"].mask(hidden, 3.1)
    ),
    "a pooled number beside a hidden one": lambda frame, hidden: frame.assign(
        pooled=frame["pooled"].mask(hidden, 3.3)
    ),
}


@pytest.mark.parametrize("mutant", sorted(PEERS))
def test_a_comparison_that_says_too_much_stops_the_release(line, mutant):
    honest = _comparisons(line)
    hidden = honest["verdict"] == "hidden"
    assert hidden.any()
    assert check_comparisons(honest, line.table, line.rules) == []
    assert check_comparisons(PEERS[mutant](honest, hidden), line.table, line.rules)


@pytest.mark.parametrize("kind", ["min", "max", "p10", "sd", "median", "place", "respondent"])
def test_a_kind_of_number_that_no_rule_knows_stops_the_run(line, kind):
    rows = line.study.estimates.head(1).assign(component=f"{kind}:total")
    with pytest.raises(StageFailedError, match=f"component {kind}: is a kind of number"):
        check_indicators(rows, line.rules)


def test_releasing_twice_as_if_it_were_the_first_time_stops_the_second(line):
    """One answer came in between; the second release alone is safe, with the first it is not."""
    place = (line.table["level"] == "municipality") & (line.table["wave"] == "T2")
    own = place & (line.table["component"] == "total") & (line.table["status"] == "published")
    at = int(np.flatnonzero(own & (line.table["group"] == "folkevalgte"))[0])
    before = line.marked.copy()
    n = int(before["n"].iat[at])
    before.loc[at, "n"] = n - 1
    before.loc[at, "value"] = (before["value"].iat[at] * n - 5) / (n - 1)
    first = line.table.copy()
    first.loc[at, ["n", "value"]] = [n - 1, round(before["value"].iat[at], 1)]
    ledger = ledger_rows(before, first, release=1, name="spring")
    assert not attack_estimates(line.marked, line.table, line.rules).found
    found = attack_estimates(line.marked, line.table, line.rules, ledger).messages()
    assert any("answers changed since release 1" in message for message in found)
