"""The gate's attack on exactly what will be published: exact linear algebra, then intervals.

The exact attack asks whether a protected number is a combination of published rows; it knows nothing
of how the rows were chosen. The interval attack asks how well a protected number can be bounded.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np

from plankompass.disclosure.elimination import MANY, Span, normal
from plankompass.disclosure.intervals import BlockProgram, ContradictionError
from plankompass.disclosure.system import System


@dataclass
class AttackResult:
    """What an attack tried and what it found.

    Attributes:
        rows: Published rows attacked.
        targets: Protected numbers attacked.
        blocks: Blocks that hold at least one protected number.
        exact: Targets that follow exactly: label and the rows it follows through.
        alone: Targets that one respondent can compute who knows the own answer.
        few: Two targets whose sum follows and who are too few persons together.
        narrow: Targets bounded too well: label, width as a share of the scale.
        contradictions: Blocks whose published numbers contradict each other.
    """

    rows: int = 0
    targets: int = 0
    blocks: int = 0
    exact: list[tuple[tuple, list[tuple]]] = field(default_factory=list)
    alone: list[tuple[tuple, tuple]] = field(default_factory=list)
    few: list[tuple[tuple, tuple]] = field(default_factory=list)
    narrow: list[tuple[tuple, float]] = field(default_factory=list)
    contradictions: list[str] = field(default_factory=list)

    @property
    def found(self) -> bool:
        """Whether anything protected fell."""
        return bool(self.exact or self.alone or self.few or self.narrow or self.contradictions)

    def messages(self) -> list[str]:
        """One line a finding: which number, through which rows; never a value."""
        lines = []
        for label, rows in self.exact:
            through = "; ".join(name(r) for r in rows[:8]) or "what everyone knows"
            more = f" and {len(rows) - 8} more" if len(rows) > 8 else ""
            lines.append(f"{name(label)}: hidden, but follows exactly from {through}{more}")
        for label, other in self.alone:
            lines.append(
                f"{name(label)}: hidden, but the one respondent of {name(other)} can compute it"
            )
        lines += [
            f"{name(label)}: hidden, but its sum with {name(other)} follows, and they are too few"
            for label, other in self.few
        ]
        for label, width in self.narrow:
            lines.append(
                f"{name(label)}: hidden, but can be bounded to {100 * width:.0f} % of its range"
            )
        return [*lines, *self.contradictions]


def name(label: tuple) -> str:
    """A row's label in one line."""
    return " ".join(str(part) for part in label if part != "")


def attack_system(
    system: System,
    published: Collection[int],
    *,
    min_share: float,
    min_remainder: int = 0,
    seed: int = 0,
    intervals: bool = True,
) -> AttackResult:
    """Attack published rows with everything known about them.

    Args:
        system: Rows, sizes, bounds and targets.
        published: The rows that are published.
        min_share: Smallest width of an attacker's interval, as a share of the scale's range.
        min_remainder: Fewest persons in two hidden groups whose sum follows.
        seed: Seed of the interval attack's random objectives; the verdict does not depend on it.
        intervals: Whether to run the interval attack too.

    Returns:
        What was found.
    """
    shown = set(published)
    result = AttackResult(rows=len(shown), targets=sum(t not in shown for t in system.targets))
    for rows in system.blocks():
        targets = [int(r) for r in rows if r in system.targets and r not in shown]
        if not targets:
            continue
        result.blocks += 1
        told = [int(r) for r in rows if system.linear[r] and (r in shown or system.known[r])]
        _exact(system, told, targets, min_remainder, result)
        if intervals:
            try:
                weak = BlockProgram(system, rows, shown).weak(min_share, seed, exact=True)
            except ContradictionError as error:
                result.contradictions.append(str(error))
                continue
            result.narrow += [(system.labels[w.row], w.width) for w in weak]
    return result


def _exact(
    system: System, told: list[int], targets: list[int], min_remainder: int, result: AttackResult
) -> None:
    span = Span()
    for r in sorted(told, key=lambda r: (len(system.modular[r]), r)):
        rest = span.reduce(system.modular[r])
        if rest:
            span.insert(rest, min(rest))
    shapes: dict[tuple, list[int]] = {}
    for t in targets:
        rest = span.reduce(system.modular[t])
        if not rest:
            result.exact.append((system.labels[t], _through(system, told, t)))
        else:
            # Reduced rows are unique only without later pivots; these are.
            shapes.setdefault(normal(rest), []).append(t)
    for group in shapes.values():
        for one, two in combinations(group, 2) if len(group) < MANY else ():
            atoms = {*system.modular[one], *system.modular[two]}
            sizes = (system.persons(system.modular[one]), system.persons(system.modular[two]))
            if max(sizes) < system.persons(atoms) < min_remainder:
                result.few.append((system.labels[one], system.labels[two]))
        alone = [t for t in group if system.persons(system.modular[t]) == 1]
        for one in alone[:1]:
            result.alone += [
                (system.labels[t], system.labels[one])
                for t in group
                if t != one and not _same_person(system, t, one)
            ]


def _same_person(system: System, first: int, second: int) -> bool:
    """Whether two targets of one person each are that person's own answers."""
    atoms = {*system.modular[first], *system.modular[second]}
    return system.persons(atoms) == 1


def _through(system: System, told: Sequence[int], target: int) -> list[tuple]:
    """The published rows that a fallen target is a combination of, by least squares."""
    rows = [*told, target]
    atoms = sorted({a for r in rows for a in system.real[r]})
    place = {a: i for i, a in enumerate(atoms)}
    dense = np.zeros((len(rows), len(atoms)))
    for i, r in enumerate(rows):
        for a, c in system.real[r].items():
            dense[i, place[a]] = c
    weights, *_ = np.linalg.lstsq(dense[:-1].T, dense[-1], rcond=None)
    order = np.argsort(-np.abs(weights), kind="stable")
    return [
        system.labels[told[i]]
        for i in order
        if abs(weights[i]) > 1e-7 and not system.known[told[i]]
    ]
