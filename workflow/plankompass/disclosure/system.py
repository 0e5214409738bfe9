"""Every published number as one linear system over disjoint groups of persons (atoms).

An atom is a group of persons and one thing they were asked, for instance the councillors of one
municipality who answered one item in one wave; its unknown is the sum, or the mean, of their answers.
A mean, a share, an aggregate, a gap and a change are then rows over atoms with known coefficients,
because the sizes of the groups are assumed to be known to the attacker, hidden ones too.

Nothing here knows surveys: ``study_system`` builds the system of a study.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

PRIME = (1 << 61) - 1
"""Modulus of the exact attack: a Mersenne prime, so an accidental zero has a chance of 2**-61."""

ModularRow = dict[int, int]


@lru_cache(maxsize=1 << 16)
def _inverse(value: int) -> int:
    return pow(value, -1, PRIME)


class Combination(NamedTuple):
    """What a row is made of: whole weights of atoms, all over one denominator.

    Attributes:
        weights: Atom position to weight.
        over: What each weight is divided by.
    """

    weights: dict[int, int]
    over: int = 1

    def real(self) -> dict[int, float]:
        """The coefficients as floats, by atom."""
        return {atom: weight / self.over for atom, weight in self.weights.items()}


@dataclass(frozen=True)
class Target:
    """How well a protected number must stay hidden.

    Attributes:
        scale: What the width of the attacker's interval is divided by: the row's own range.
        points: When the reason of the hiding tells which values are possible, those values. Empty
            for a number that may be anything.
        edge: Whether the points are counts that begin at nobody, or at everybody. The first two of
            them alone are not enough: the one who answered otherwise would know all others.
    """

    scale: float
    points: tuple[float, ...] = ()
    edge: bool = False

    def hidden_by(self, low: float, high: float, min_share: float) -> bool:
        """Whether an interval leaves the target hidden well enough.

        Args:
            low: Lowest value the attacker cannot exclude.
            high: Highest value.
            min_share: Smallest width, as a share of ``scale``.
        """
        if self.points:
            slack = 1e-6 * max(1.0, self.scale)
            left = [i for i, p in enumerate(self.points) if low - slack <= p <= high + slack]
            return len(left) > 1 and not (self.edge and left == [0, 1])
        return high - low >= min_share * self.scale * (1 - 1e-9)


@dataclass(frozen=True)
class Bounded:
    """An attacker's interval for a protected number.

    Attributes:
        row: The target's row.
        low, high: The interval.
        width: Its width as a share of the target's scale.
    """

    row: int
    low: float
    high: float
    width: float


@dataclass
class System:
    """Rows over atoms, and what is known of each row.

    Attributes:
        atoms: What each atom is, by position.
        size: Persons in each atom, by position.
        people: Which persons an atom is about; atoms of the same persons carry the same name.
        bounds: Lowest and highest possible value of each atom's unknown.
        labels: What each row is, by position.
        worth: Sort key of each row: smallest is kept first.
        modular: Coefficients of each row modulo ``PRIME``, by atom.
        real: The same coefficients as floats, by atom.
        interval: What the published number says of the row: lowest and highest value of
            coefficients times unknowns; infinite when it says nothing.
        known: Rows that everyone knows without anything being published (structure).
        linear: Rows that are equations; others only bound the interval attack.
        targets: Protected rows, by position.
    """

    atoms: list[Hashable] = field(default_factory=list)
    size: list[int] = field(default_factory=list)
    people: list[Hashable] = field(default_factory=list)
    bounds: list[tuple[float, float]] = field(default_factory=list)
    labels: list[tuple] = field(default_factory=list)
    worth: list[tuple] = field(default_factory=list)
    modular: list[ModularRow] = field(default_factory=list)
    real: list[dict[int, float]] = field(default_factory=list)
    interval: list[tuple[float, float]] = field(default_factory=list)
    known: list[bool] = field(default_factory=list)
    linear: list[bool] = field(default_factory=list)
    targets: dict[int, Target] = field(default_factory=dict)
    _position: dict[Hashable, int] = field(default_factory=dict)

    def atom(
        self, name: Hashable, size: int, low: float, high: float, people: Hashable = None
    ) -> int:
        """The position of an atom, made when it is new.

        Args:
            name: What the atom is.
            size: Persons in it.
            low: Lowest value of its unknown.
            high: Highest value of its unknown.
            people: Which persons it is about; the atom itself when left out.

        Returns:
            Its position.
        """
        at = self._position.setdefault(name, len(self.atoms))
        if at == len(self.atoms):
            self.atoms.append(name)
            self.size.append(size)
            self.people.append(name if people is None else people)
            self.bounds.append((low, high))
        return at

    def persons(self, atoms: Iterable[int]) -> int:
        """Persons behind several atoms, the same persons counted once."""
        found: dict[Hashable, int] = {}
        for a in atoms:
            found[self.people[a]] = max(found.get(self.people[a], 0), self.size[a])
        return sum(found.values())

    def find(self, name: Hashable) -> int | None:
        """The position of an atom, or None."""
        return self._position.get(name)

    def add(
        self,
        label: tuple,
        weights: Mapping[int, int],
        *,
        over: int = 1,
        worth: tuple = (),
        interval: tuple[float, float] = (-np.inf, np.inf),
        known: bool = False,
        linear: bool = True,
        target: Target | None = None,
    ) -> int:
        """Add one row.

        Args:
            label: What the row is, for messages; the first part names its kind.
            weights: Atom position to weight.
            over: What each weight is divided by.
            worth: Sort key among the rows that may be hidden.
            interval: What its published number says of coefficients times unknowns.
            known: Whether everyone knows the row although nothing is published.
            linear: Whether the row is an equation.
            target: How well it must stay hidden, when it is protected.

        Returns:
            The row's position.
        """
        self.labels.append(label)
        self.worth.append(worth)
        inverse = _inverse(over)
        self.modular.append({a: m for a, w in weights.items() if (m := w * inverse % PRIME)})
        self.real.append({a: w / over for a, w in weights.items() if w})
        self.interval.append(interval)
        self.known.append(known)
        self.linear.append(linear)
        at = len(self.labels) - 1
        if target is not None:
            self.targets[at] = target
        return at

    def matrix(self, rows: Sequence[int]) -> sparse.csr_array:
        """The real coefficients of some rows, shape (len(rows), atoms)."""
        starts = np.cumsum([0, *(len(self.real[r]) for r in rows)])
        columns = np.fromiter((a for r in rows for a in self.real[r]), np.int64, int(starts[-1]))
        values = np.fromiter(
            (c for r in rows for c in self.real[r].values()), np.float64, int(starts[-1])
        )
        return sparse.csr_array((values, columns, starts), shape=(len(rows), len(self.atoms)))

    def blocks(self) -> list[np.ndarray]:
        """Positions of rows that share atoms, directly or through other rows, one array a block."""
        if not self.labels:
            return []
        matrix = self.matrix(range(len(self.labels)))
        graph = sparse.block_array([[None, matrix], [matrix.T, None]]).tocsr()
        _, component = csgraph.connected_components(graph, directed=False)
        of_row = component[: len(self.labels)]
        order = np.argsort(of_row, kind="stable")
        cuts = np.flatnonzero(np.diff(of_row[order])) + 1
        return sorted(np.split(order, cuts), key=lambda rows: int(rows[0]))
