"""The attacker breaks what is not protected, and finds nothing in what is."""

from __future__ import annotations

import ast
import math
from pathlib import Path

import pytest
from tests.attacker.attack import Findings, attack
from tests.attacker.made import attack_made, rows_of, two_releases
from tests.attacker.reading import GONE, Row, read_book
from tests.unit.disclosure.made_study import ROOT

BOOK = read_book(ROOT / "codebook")
HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def protected():
    return two_releases(12, seed=1)


@pytest.mark.parametrize("name", ["reading", "equations", "programs", "attack", "__main__"])
def test_the_attacker_knows_nothing_of_the_program(name):
    tree = ast.parse((HERE / f"{name}.py").read_text(encoding="utf-8"))
    modules = {n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    modules |= {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    assert not [m for m in modules if m.startswith("plankompass") or "unit" in m]


def test_two_protected_releases_tell_nothing(protected, tmp_path):
    releases, alone = protected
    assert alone, "someone is alone in a group and uses the own answers"
    assert [r.gate for r in releases] == [[], []]
    found = attack_made(releases, alone, tmp_path)
    assert found.lines == []
    assert found.targets > 900 and found.bounded == found.targets


def test_releases_that_forget_each_other_are_broken(protected, tmp_path):
    releases, alone = two_releases(12, seed=1, ledger=False)
    assert [r.gate for r in releases] == [[], []], "each by itself is safe"
    found = attack_made(releases, alone, tmp_path, programs=False)
    assert any("late answers" in line for line in found.exact)


def test_what_only_the_rules_row_by_row_hide_is_broken(tmp_path):
    releases, alone = two_releases(12, seed=1, protect=False)
    found = attack_made(releases[:1], alone, tmp_path, programs=False)
    assert len(found.exact) > 5
    assert len(found.three) > 20


def _cell(unit: str, value: float = math.nan, **more) -> Row:
    given = {"n": 9, "size": 20, "reason": "" if not math.isnan(value) else GONE[0]} | more
    return Row(
        unit, "T2", "folkevalgte", "", "plan_steering_use", "ps_brukt_i_saker", value, **given
    )


def _broken(rows: list[Row], **more) -> Findings:
    return attack([rows], BOOK, **more)


def test_the_one_hidden_municipality_follows_from_the_network():
    rows = [_cell("k01", 3.0), _cell("k02", 4.0), _cell("k03"), _cell("network", 3.2, size=60)]
    assert len(_broken(rows).exact) == 1


def test_of_two_hidden_one_knows_the_own_answer():
    rows = [_cell("k01", 3.0), _cell("k02"), _cell("k03"), _cell("network", 3.2, size=60)]
    assert not _broken(rows, programs=False).lines
    found = _broken(rows, alone=[("k02", "T2", "folkevalgte")], programs=False)
    assert len(found.own_answer) == 1


def test_an_extreme_network_mean_bounds_two_hidden_ones():
    rows = [_cell("k01", 5.0), _cell("k02"), _cell("k03"), _cell("network", 4.9, size=60)]
    assert len(_broken(rows).narrow) == 2


def test_a_peer_mean_with_a_hidden_number_in_it_is_found():
    rows = [_cell("k01", 3.0, others=4.0), _cell("k02", 4.0, others=3.0), _cell("k03")]
    assert not _broken(rows, programs=False).lines
    rows[0].others = 3.4
    assert len(_broken(rows, programs=False).peers) == 1


def test_the_releases_are_read_from_files(protected, tmp_path):
    rows = rows_of(protected[0][0].table, tmp_path)
    assert len(rows) > 900
    assert not {r.reason for r in rows} & {"published"}
