"""Small programs around a neighbourhood say the same as the whole program."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import linprog

from plankompass.disclosure import intervals
from plankompass.disclosure import neighbourhoods as neighbourhoods_module
from plankompass.disclosure.intervals import BlockProgram
from plankompass.disclosure.measure import national_system
from plankompass.disclosure.neighbourhoods import MOST_UNKNOWNS, neighbourhoods
from plankompass.disclosure.secondary import protect

SHARE = 0.25


@pytest.fixture(scope="module")
def table():
    return national_system(30, 1, 1, seed=3)


def _published(system):
    return [r for r in range(len(system.labels)) if r not in system.targets]


def _narrow_by_second_method(system, rows, shown):
    """Targets that scipy's own call of a solver bounds too well, one program a target and end."""
    atoms = sorted({a for r in rows for a in system.real[r]})
    place = {a: i for i, a in enumerate(atoms)}
    told = [r for r in rows if r in shown]
    a = np.zeros((len(told), len(atoms)))
    for i, r in enumerate(told):
        for atom, c in system.real[r].items():
            a[i, place[atom]] = c
    ends = np.array([system.interval[r] for r in told])
    bounds = [system.bounds[x] for x in atoms]
    narrow = set()
    for r in rows:
        if r not in system.targets or r in shown:
            continue
        goal = np.zeros(len(atoms))
        for atom, c in system.real[r].items():
            goal[place[atom]] = c
        low, high = (
            sign
            * linprog(
                sign * goal,
                A_ub=np.vstack([a, -a]),
                b_ub=np.concatenate([ends[:, 1], -ends[:, 0]]) + 1e-7,
                bounds=bounds,
            ).fun
            for sign in (1, -1)
        )
        if not system.targets[r].hidden_by(low, high, SHARE):
            narrow.add(r)
    return narrow


@pytest.mark.parametrize(("cut", "company"), [(0, 2000), (0, 0), (10**9, 2000)])
def test_narrow_targets_are_those_of_a_second_method(table, monkeypatch, cut, company):
    monkeypatch.setattr(intervals, "_WORTH_CUTTING", cut)
    monkeypatch.setattr(intervals, "_WORTH_COMPANY", company)
    monkeypatch.setattr(neighbourhoods_module, "MOST_UNKNOWNS", 2 if company == 0 else 150)
    shown = set(_published(table))
    rows = max(table.blocks(), key=len)
    rows = [int(r) for r in rows]
    wanted = _narrow_by_second_method(table, rows, shown)
    assert wanted, "the table must have something to find"
    found = BlockProgram(table, rows, shown).weak(SHARE, 1)
    assert {b.row for b in found} == wanted


def test_the_middle_keeps_every_limit_and_leaves_aggregates_room(table, monkeypatch):
    monkeypatch.setattr(intervals, "_WORTH_CUTTING", 0)
    monkeypatch.setattr(neighbourhoods_module, "MOST_UNKNOWNS", 2)
    rows = [int(r) for r in max(table.blocks(), key=len)]
    program = BlockProgram(table, rows, set(_published(table)))
    limits = program._limits()
    middle = program._near.middle(limits)
    reached = program.a @ middle
    slack = 1e-6 * np.maximum(1.0, np.abs(reached))
    assert (reached >= limits.low - slack).all() and (reached <= limits.high + slack).all()
    assert (middle >= limits.lower - 1e-6).all() and (middle <= limits.upper + 1e-6).all()
    corner = program.corner(np.ones(len(middle)))

    def room(point):
        told = np.isfinite(limits.high - limits.low)
        at, low, high = (v[told] for v in (program.a @ point, limits.low, limits.high))
        return float((np.minimum(at - low, high - at) / (high - low)).mean())

    assert room(middle) > room(corner) + 0.05


def test_the_same_cells_are_hidden_with_and_without_small_programs(table, monkeypatch):
    hidden = []
    for cut in (0, 10**9):
        monkeypatch.setattr(intervals, "_WORTH_CUTTING", cut)
        kept = protect(table, _published(table), min_remainder=5, min_share=SHARE)
        assert not kept.failed
        hidden.append(kept.hidden)
        program = [r for r in _published(table) if r not in kept.hidden]
        for rows in table.blocks():
            assert not BlockProgram(table, rows, program).weak(SHARE, 7, exact=True)
    assert len(hidden[0]) == pytest.approx(len(hidden[1]), rel=0.1)


@pytest.mark.parametrize("most", [2, 12])
def test_neighbourhoods_that_move_together_clear_only_what_the_whole_program_clears(
    table, monkeypatch, most
):
    kept = protect(table, _published(table), min_remainder=5, min_share=SHARE)
    shown = {r for r in _published(table) if r not in kept.hidden}
    monkeypatch.setattr(intervals, "_WORTH_CUTTING", 0)
    monkeypatch.setattr(intervals, "_WORTH_COMPANY", 0)
    monkeypatch.setattr(neighbourhoods_module, "MOST_UNKNOWNS", most)
    cleared = 0
    for rows in table.blocks():
        program = BlockProgram(table, rows, shown)
        whole = BlockProgram(table, rows, shown)
        monkeypatch.setattr(whole, "_near", None)
        for at in range(len(program.targets)):
            if program._home_of(at) is None or program._wide_around(at, SHARE):
                continue
            if program._wide_together(at, SHARE):
                cleared += 1
                assert whole.settle(at, SHARE) is None
    assert cleared


def test_neighbourhoods_hold_what_short_rows_tie_together():
    rows = [[0, 1], [1, 2], [3, 4], list(range(5)), list(range(200))]
    a = sparse.lil_array((len(rows), 200))
    for at, columns in enumerate(rows):
        a[[at], columns] = 1
    of = neighbourhoods(sparse.csr_array(a))
    assert len(set(of[:5])) == 1
    assert max(np.bincount(of)) <= MOST_UNKNOWNS
    assert len(set(of)) == 196
