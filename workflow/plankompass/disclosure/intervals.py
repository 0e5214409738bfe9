"""What an attacker can bound: linear programs (HiGHS) over the unknowns of one block.

Published numbers count as intervals, because they are rounded, and every mean lies on its scale.
Most targets are cleared together: a few programs with random objectives give feasible corners, and a
target whose corners lie far enough apart is hidden well enough. Only what is left is bounded one by
one. Corners stay valid when rows are hidden, and can be tested cheaply when rows come back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from plankompass.disclosure.system import System
from plankompass.study.problems import PlankompassError

CORNER_ROUNDS = 6


class ContradictionError(PlankompassError):
    """What is published cannot all be true at once, so nothing can be said about what it gives away."""


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


class BlockProgram:
    """The linear program of one block under a choice of published rows, which may change.

    Args:
        system: The system.
        rows: All rows of the block.
        published: The rows that are published.
        hideable: Rows that may be published later.
    """

    def __init__(
        self,
        system: System,
        rows: Sequence[int],
        published: Iterable[int],
        hideable: Iterable[int] = (),
    ) -> None:
        self.system = system
        shown = set(published)
        known = [int(r) for r in rows if system.known[r]]
        later = [r for r in hideable if r not in shown]
        self.targets = [int(r) for r in rows if r in system.targets and r not in shown]
        self.index = {t: i for i, t in enumerate(self.targets)}
        told = [*known, *(int(r) for r in rows if r in shown), *later]
        atoms = sorted({a for r in [*told, *self.targets] for a in system.real[r]})
        self.place = {a: i for i, a in enumerate(atoms)}
        self._scale = np.array([system.bounds[a] for a in atoms], np.float64).reshape(-1, 2)
        self.lower, self.upper = self._scale[:, 0].copy(), self._scale[:, 1].copy()
        self._single: dict[int, set[int]] = {}
        self.several = [r for r in told if len(system.real[r]) > 1]
        self._at = {r: i for i, r in enumerate(self.several)}
        self.a = self._matrix(self.several)
        self.low = np.full(len(self.several), -np.inf)
        self.high = np.full(len(self.several), np.inf)
        self.goal = self._matrix(self.targets)
        self._points = np.zeros((0, len(atoms)))
        self._values = np.zeros((len(self.targets), 0))
        for r in told:
            if r in shown or system.known[r]:
                self.tell(r)

    def _matrix(self, rows: Sequence[int]) -> sparse.csr_array:
        entries = [(i, self.place[a], c) for i, r in enumerate(rows)
                   for a, c in self.system.real[r].items()]  # fmt: skip
        shape = (len(rows), len(self.place))
        if not entries:
            return sparse.csr_array(shape)
        i, j, c = zip(*entries, strict=True)
        return sparse.csr_array((c, (i, j)), shape=shape)

    def _ends(self, row: int) -> tuple[float, float]:
        low, high = self.system.interval[row]
        slack = 1e-7 * max(1.0, *(abs(e) for e in (low, high) if np.isfinite(e)), 0.0)
        return low - slack, high + slack

    def tell(self, row: int) -> None:
        """Publish a row; corners that contradict it are dropped."""
        low, high = self._ends(row)
        if row in self._at:
            self.low[self._at[row]], self.high[self._at[row]] = low, high
        else:
            ((atom, _),) = self.system.real[row].items()
            self._single.setdefault(self.place[atom], set()).add(row)
            self._set_bounds(self.place[atom])
        if len(self._points):
            values = self._points[:, [self.place[a] for a in self.system.real[row]]] @ np.array(
                list(self.system.real[row].values())
            )
            keep = (values >= low) & (values <= high)
            self._points, self._values = self._points[keep], self._values[:, keep]

    def take_back(self, row: int) -> None:
        """Hide a row again; all corners stay valid."""
        if row in self._at:
            self.low[self._at[row]], self.high[self._at[row]] = -np.inf, np.inf
        else:
            ((atom, _),) = self.system.real[row].items()
            self._single[self.place[atom]].discard(row)
            self._set_bounds(self.place[atom])

    @property
    def corners(self) -> tuple[np.ndarray, np.ndarray]:
        """Feasible points found so far, and the targets' values there; to go back to them later."""
        return self._points, self._values

    @corners.setter
    def corners(self, corners: tuple[np.ndarray, np.ndarray]) -> None:
        self._points, self._values = corners

    def _set_bounds(self, at: int) -> None:
        low, high = self._scale[at]
        for row in self._single.get(at, ()):
            ((_, factor),) = self.system.real[row].items()
            first, last = sorted(end / factor for end in self.system.interval[row])
            low, high = max(low, first), min(high, last)
        self.lower[at], self.upper[at] = low, max(high, low)

    def objective(self, target: int) -> np.ndarray:
        """A target's coefficients over the atoms of the block."""
        return np.asarray(self._matrix([target]).todense()).ravel()

    def corner(self, objective: np.ndarray) -> np.ndarray:
        """The unknowns that make an objective smallest.

        Args:
            objective: One coefficient an atom of the block.

        Returns:
            One value an atom.

        Raises:
            ContradictionError: Nothing fulfils all published rows.
        """
        if not self.several:
            return np.where(objective >= 0, self.lower, self.upper)
        found = milp(
            objective,
            bounds=Bounds(self.lower, self.upper),
            constraints=LinearConstraint(self.a, self.low, self.high),
        )
        if found.x is None:
            raise ContradictionError(
                "interval attack: the published numbers contradict each other; the first row is "
                f"{' '.join(str(p) for p in self.system.labels[self.several[0]] if p != '')}"
            )
        return found.x

    def _note(self, x: np.ndarray) -> None:
        self._points = np.vstack([self._points, x])
        self._values = np.column_stack([self._values, self.goal @ x])

    def interval(self, at: int) -> tuple[float, float]:
        """What the corners so far show of a target: it can be anything between these."""
        values = self._values[at]
        return (float(values.min()), float(values.max())) if len(values) else (np.inf, -np.inf)

    def _wide(self, at: int, min_share: float) -> bool:
        low, high = self.interval(at)
        return low <= high and self.system.targets[self.targets[at]].hidden_by(low, high, min_share)

    def settle(self, at: int, min_share: float) -> Bounded | None:
        """Bound one target exactly, unless the corners show already that it is hidden well enough.

        Args:
            at: Position among the block's targets.
            min_share: Smallest width as a share of the target's scale.

        Returns:
            The interval when it is too narrow, else None.
        """
        if self._wide(at, min_share):
            return None
        objective = self.objective(self.targets[at])
        self._note(self.corner(objective))
        self._note(self.corner(-objective))
        if self._wide(at, min_share):
            return None
        low, high = self.interval(at)
        scale = self.system.targets[self.targets[at]].scale
        return Bounded(self.targets[at], low, high, (high - low) / scale)

    def weak(self, min_share: float, seed: int) -> list[Bounded]:
        """Targets whose interval is too narrow, with the exact interval.

        Args:
            min_share: Smallest width as a share of the target's scale.
            seed: Seed of the random objectives; the result does not depend on it.

        Returns:
            The targets that can be bounded too well, in the order of rows.
        """
        scale = np.array([self.system.targets[r].scale for r in self.targets])
        draw = np.random.default_rng(seed)
        for _ in range(CORNER_ROUNDS):
            left = [i for i in range(len(self.targets)) if not self._wide(i, min_share)]
            if len(left) < 3:
                break
            signs = np.zeros(len(self.targets))
            signs[left] = draw.choice([-1.0, 1.0], len(left))
            objective = self.goal.T @ (signs / scale)
            self._note(self.corner(objective))
            self._note(self.corner(-objective))
        found = [self.settle(i, min_share) for i in range(len(self.targets))]
        return [bounded for bounded in found if bounded is not None]

    def bind(self, target: int) -> list[int]:
        """The published rows that hold a target's interval together.

        Args:
            target: The target's row.

        Returns:
            Rows whose dual value is not zero at one of the ends, sorted.
        """
        objective = self.objective(target)
        rows: set[int] = set()
        up, down = np.isfinite(self.high), np.isfinite(self.low)
        a = sparse.vstack([self.a[up], -self.a[down]]).tocsr()
        b = np.concatenate([self.high[up], -self.low[down]])
        of = [*np.flatnonzero(up), *np.flatnonzero(down)]
        bounds = np.column_stack([self.lower, self.upper])
        for sign in (1.0, -1.0):
            if not len(b):
                break
            found = linprog(sign * objective, A_ub=a, b_ub=b, bounds=bounds, method="highs")
            if found.x is None:
                continue
            rows.update(
                self.several[int(of[k])]
                for k in np.flatnonzero(np.abs(found.ineqlin.marginals) > 1e-9)
            )
            duals = np.abs(found.lower.marginals) + np.abs(found.upper.marginals)
            for at in np.flatnonzero(duals > 1e-9):
                rows.update(self._single.get(int(at), ()))
        for atom in self.system.real[target]:
            rows.update(self._single.get(self.place[atom], ()))
        return sorted(rows)
