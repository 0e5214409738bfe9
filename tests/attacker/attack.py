"""Breaking what was published: null spaces, linear programs, differences of releases, peers' means."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import linalg, sparse
from scipy.sparse import csgraph
from tests.attacker.equations import Equation, Key, Problem, build
from tests.attacker.programs import Bounds, Program
from tests.attacker.reading import Book, Row

FEW = 5  # late answers that speak of single persons
_EPS = 1e-7


@dataclass
class Findings:
    """What an attack tried and found, each as a line; never a value."""

    rows: int = 0
    targets: int = 0
    bounded: int = 0
    contradictions: int = 0
    exact: list[str] = field(default_factory=list)
    own_answer: list[str] = field(default_factory=list)
    narrow: list[str] = field(default_factory=list)
    peers: list[str] = field(default_factory=list)
    three: list[str] = field(default_factory=list)

    @property
    def lines(self) -> list[str]:
        """Everything that was found."""
        return [
            f"{kind}: {line}"
            for kind in ("exact", "own_answer", "narrow", "peers", "three")
            for line in getattr(self, kind)
        ]


def attack(
    releases: Sequence[list[Row]],
    book: Book,
    *,
    alone: Iterable[tuple[str, str, str]] = (),
    programs: bool = True,
) -> Findings:
    """Attack everything that was released, all of it together.

    Args:
        releases: The rows of each release, the oldest first.
        book: The codebook.
        alone: Places (unit, wave, group) of someone who was the only one to answer there, and uses
            the own answers against the others.
        programs: Whether to bound what does not follow exactly.

    Returns:
        What fell.
    """
    problem = Problem()
    for number, rows in enumerate(releases):
        build(rows, book, number, problem)
    for number in range(1, len(releases)):
        _link(problem, number)
    findings = Findings(rows=len(problem.equations), targets=len(problem.targets))
    for rows in releases:
        findings.peers += _peers(rows)
        findings.three += _three(rows)
    mine = set(alone)
    for equations, targets, keys in _blocks(problem):
        _break(problem, equations, targets, keys, mine, findings, programs)
    return findings


def _link(problem: Problem, release: int) -> None:
    """Tie a release to the one before: equal where nobody came, else by the answers that came."""
    told: dict[Key, set[float]] = defaultdict(set)
    for e in problem.equations:
        if len(e.row) == 1:
            told[next(iter(e.row))].add(round((e.low + e.high) / 2, 6))
    for key in [k for k in problem.bounds if k[-1] == release]:
        before = (*key[:-1], release - 1)
        if before not in problem.bounds:
            continue
        n, old = problem.sizes[key], problem.sizes[before]
        low, high = problem.bounds[key]
        name = f"late answers {' '.join(map(str, key[:-1]))} before release {release}"
        if n == old:
            if len(told[key] | told[before]) < 2:
                guess = not {key, before} <= problem.said
                same = {key: 1.0, before: -1.0}
                problem.equations.append(Equation(same, 0.0, 0.0, name, guess))
            continue
        if not {key, before} <= problem.said:
            continue
        came = abs(n - old)
        late = ("late", *key)
        problem.bounds[late] = (low, high)
        row = {key: float(n), before: float(-old), late: float(came if n < old else -came)}
        problem.equations.append(Equation(row, 0.0, 0.0, name))
        if came < FEW:
            problem.targets[name] = ({late: 1.0}, high - low)


def _peers(rows: list[Row]) -> list[str]:
    """Means of the others that are not made of the others' published numbers."""
    shown: dict[tuple, dict[str, float]] = defaultdict(dict)
    for row in rows:
        if row.unit != "network" and not math.isnan(row.value):
            shown[(*row.place, row.indicator, row.component)][row.unit] = row.value
    found = []
    for row in rows:
        if math.isnan(row.others):
            continue
        known = shown[(*row.place, row.indicator, row.component)]
        others = [v for u, v in known.items() if u != row.unit]
        if not others or abs(np.mean(others) - row.others) > 0.051:
            found.append(f"{row.unit} {' '.join(row.place)} {row.indicator} {row.component}")
    return found


def _three(rows: list[Row]) -> list[str]:
    """Two waves' numbers and their change of one municipality, all three shown."""
    shown = {
        (r.unit, *r.place, r.indicator, r.component)
        for r in rows
        if r.unit != "network" and not math.isnan(r.value)
    }
    found = []
    for unit, wave, group, gathering, indicator, component in sorted(shown):
        head, _, rest = component.partition(":")
        if head == "change":
            before, _, base = rest.partition("|")
            two = [(unit, w, group, gathering, indicator, base) for w in (wave, before)]
            if all(t in shown for t in two):
                found.append(f"{unit} {wave} {group} {indicator} {component}")
    return found


def _blocks(problem: Problem):
    """Equations and targets that share unknowns."""
    keys = sorted(problem.bounds, key=repr)
    place = {k: i for i, k in enumerate(keys)}
    rows = [e.row for e in problem.equations] + [t for t, _ in problem.targets.values()]
    pairs = [(place[min(r, key=place.__getitem__)], place[k]) for r in rows for k in r]
    one, two = zip(*pairs, strict=True)
    graph = sparse.coo_array((np.ones(len(pairs)), (one, two)), shape=(len(keys),) * 2)
    _, label = csgraph.connected_components(graph, directed=False)
    equations, targets, members = defaultdict(list), defaultdict(list), defaultdict(list)
    for e in problem.equations:
        equations[label[place[next(iter(e.row))]]].append(e)
    for name, (row, _) in problem.targets.items():
        targets[label[place[next(iter(row))]]].append(name)
    for k in keys:
        members[label[place[k]]].append(k)
    for at in sorted(targets):
        yield equations[at], targets[at], members[at]


def _matrix(rows: Sequence[dict[Key, float]], place: dict[Key, int]) -> np.ndarray:
    dense = np.zeros((len(rows), len(place)))
    for i, row in enumerate(rows):
        for key, value in row.items():
            if key in place:
                dense[i, place[key]] = value
    return dense


def _break(problem, equations, targets, keys, mine, findings: Findings, programs: bool) -> None:
    known = {next(iter(e.row)) for e in equations if len(e.row) == 1}
    known |= _follow(equations, known)
    free = [k for k in keys if k not in known]
    place = {k: i for i, k in enumerate(free)}
    told = _matrix([e.row for e in equations if set(e.row) - known], place)
    kernel = linalg.null_space(told) if len(told) else np.eye(len(free))
    wanted = _matrix([problem.targets[t][0] for t in targets], place)
    scale = np.maximum(np.abs(wanted).max(axis=1, initial=0), _EPS)
    reach = np.abs(wanted @ kernel).max(axis=1, initial=0) / scale
    fallen = {t for t, r in zip(targets, reach, strict=True) if r < _EPS}
    findings.exact += sorted(fallen)
    _own_answers(problem, targets, wanted, place, kernel, fallen, mine, findings)
    if programs:
        left = [t for t in targets if t not in fallen]
        _bound(problem, equations, left, keys, findings)


def _follow(equations: list[Equation], known: set[Key]) -> set[Key]:
    """Unknowns that follow one after another from equations with one unknown left."""
    more: set[Key] = set()
    waiting = [set(e.row) - known for e in equations if len(e.row) > 1]
    changed = True
    while changed:
        changed = False
        for unknown in waiting:
            unknown -= more
            if len(unknown) == 1:
                more |= unknown
                changed = True
    return more


def _own_answers(problem, targets, wanted, place, kernel, fallen, mine, findings) -> None:
    """What the only respondent of a place can work out about others."""
    places: dict[tuple, list[int]] = defaultdict(list)
    for key, at in place.items():
        if key[0] != "late" and (key[1], key[2], key[3]) in mine:
            places[(key[1], key[2], key[3])].append(at)
    moves = wanted @ kernel
    for who, columns in sorted(places.items()):
        # only what their own answers let move is left: take away the directions they hold
        held = linalg.orth(kernel[columns].T) if kernel.size else np.zeros((0, 0))
        inside = moves - (moves @ held) @ held.T if held.size else moves
        reach = np.abs(inside).max(axis=1, initial=0)
        for at in np.flatnonzero(reach < _EPS):
            name = targets[at]
            if name in fallen:
                continue
            touched = problem.targets[name][0]
            if any(k in place and (k[1], k[2], k[3]) != who for k in touched):
                findings.own_answer.append(f"{name} by the one of {' '.join(who)}")


def _bound(problem, equations, targets, keys, findings: Findings) -> None:
    """Bound each target by linear programs; guesses are dropped when they cannot be true."""
    if not targets:
        return
    program = Program(problem, equations, keys)
    if program.lowest(np.zeros(len(keys))) is None:
        program = Program(problem, [e for e in equations if not e.guess], keys)
    bounds = Bounds(problem, program, targets)
    bounds.clear()
    for at, name in enumerate(targets):
        stays = bounds.open(at) or bounds.bound(at)
        if stays is None:
            findings.contradictions += 1
            continue
        findings.bounded += 1
        if not stays:
            findings.narrow.append(name)
