"""What an attacker can bound: linear programs (HiGHS) over the sums of one block.

The published numbers count as intervals, because they are rounded; every sum lies between the lowest
and the highest answer times the size of the group. Most targets are cleared together: a few programs
with random objectives give feasible corners, and a target whose corners lie far enough apart is
hidden well enough. Only what is left is bounded one by one.
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
    """An attacker's interval for a protected sum.

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
    """The linear program of one block under a choice of published rows.

    Args:
        system: The system.
        rows: All rows of the block.
        published: The rows that are published.
    """

    def __init__(self, system: System, rows: Sequence[int], published: Iterable[int]) -> None:
        self.system = system
        shown = set(published)
        told = [int(r) for r in rows if r in shown or system.known[r]]
        self.targets = [int(r) for r in rows if r in system.targets and r not in shown]
        atoms = sorted({a for r in [*told, *self.targets] for a in system.real[r]})
        self.place = {a: i for i, a in enumerate(atoms)}
        self.lower = np.array([system.bounds[a][0] for a in atoms], dtype=np.float64)
        self.upper = np.array([system.bounds[a][1] for a in atoms], dtype=np.float64)
        self.single: dict[int, list[int]] = {}
        several = []
        for r in told:
            if len(system.real[r]) == 1:
                self._tighten(r)
            else:
                several.append(r)
        self.several = several
        self.a = self._matrix(several)
        ends = np.array([system.interval[r] for r in several], dtype=np.float64).reshape(-1, 2)
        slack = 1e-7 * np.maximum(1.0, np.abs(np.where(np.isfinite(ends), ends, 0.0)))
        self.low, self.high = ends[:, 0] - slack[:, 0], ends[:, 1] + slack[:, 1]
        self.goal = self._matrix(self.targets)

    def _tighten(self, row: int) -> None:
        ((atom, factor),) = self.system.real[row].items()
        low, high = sorted(end / factor for end in self.system.interval[row])
        at = self.place[atom]
        self.lower[at] = max(self.lower[at], low)
        self.upper[at] = max(min(self.upper[at], high), self.lower[at])
        self.single.setdefault(at, []).append(row)

    def _matrix(self, rows: Sequence[int]) -> sparse.csr_array:
        entries = [(i, self.place[a], c) for i, r in enumerate(rows)
                   for a, c in self.system.real[r].items()]  # fmt: skip
        shape = (len(rows), len(self.place))
        if not entries:
            return sparse.csr_array(shape)
        i, j, c = zip(*entries, strict=True)
        return sparse.csr_array((c, (i, j)), shape=shape)

    def objective(self, target: int) -> np.ndarray:
        """A target's coefficients over the atoms of the block."""
        return np.asarray(self._matrix([target]).todense()).ravel()

    def corner(self, objective: np.ndarray) -> np.ndarray:
        """The sums that make an objective smallest.

        Args:
            objective: One coefficient an atom of the block.

        Returns:
            One sum an atom.

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
                f"{self.system.labels[self.several[0]]}"
            )
        return found.x

    def weak(
        self, min_share: float, seed: int, candidates: Sequence[int] | None = None
    ) -> list[Bounded]:
        """Targets whose interval is too narrow, with the exact interval.

        Args:
            min_share: Smallest width as a share of the target's scale.
            seed: Seed of the random objectives.
            candidates: Positions among the block's targets; all when left out.

        Returns:
            The targets that can be bounded too well, in the order of rows.
        """
        open_targets = list(range(len(self.targets))) if candidates is None else list(candidates)
        low = np.full(len(self.targets), np.inf)
        high = np.full(len(self.targets), -np.inf)
        scale = np.array([self.system.targets[r].scale for r in self.targets])
        draw = np.random.default_rng(seed)

        def note(x: np.ndarray) -> None:
            values = self.goal @ x
            np.minimum(low, values, out=low)
            np.maximum(high, values, out=high)

        def still_open() -> list[int]:
            return [i for i in open_targets if not self._hidden(i, low[i], high[i], min_share)]

        for _ in range(CORNER_ROUNDS):
            if len(open_targets) < 3:
                break
            signs = np.zeros(len(self.targets))
            signs[open_targets] = draw.choice([-1.0, 1.0], len(open_targets))
            objective = self.goal.T @ (signs / scale)
            note(self.corner(objective))
            note(self.corner(-objective))
            open_targets = still_open()
        found = []
        while open_targets:
            i = open_targets[0]
            objective = self.objective(self.targets[i])
            note(self.corner(objective))
            note(self.corner(-objective))
            if not self._hidden(i, low[i], high[i], min_share):
                width = float((high[i] - low[i]) / scale[i])
                found.append(Bounded(self.targets[i], float(low[i]), float(high[i]), width))
            open_targets = [k for k in still_open() if k > i]
        return found

    def _hidden(self, i: int, low: float, high: float, min_share: float) -> bool:
        return high >= low and self.system.targets[self.targets[i]].hidden_by(low, high, min_share)

    def bind(self, target: int) -> list[int]:
        """The published rows that hold a target's interval together.

        Args:
            target: The target's row.

        Returns:
            Rows whose dual value is not zero at one of the ends, sorted.
        """
        objective = self.objective(target)
        rows: set[int] = set()
        for sign in (1.0, -1.0):
            if not self.several:
                break
            finite_high, finite_low = np.isfinite(self.high), np.isfinite(self.low)
            a = sparse.vstack([self.a[finite_high], -self.a[finite_low]]).tocsr()
            b = np.concatenate([self.high[finite_high], -self.low[finite_low]])
            of = [*np.flatnonzero(finite_high), *np.flatnonzero(finite_low)]
            bounds = np.column_stack([self.lower, self.upper])
            found = linprog(sign * objective, A_ub=a, b_ub=b, bounds=bounds, method="highs")
            if found.x is None:
                continue
            for k in np.flatnonzero(np.abs(found.ineqlin.marginals) > 1e-9):
                rows.add(self.several[int(of[k])])
            duals = np.abs(found.lower.marginals) + np.abs(found.upper.marginals)
            for at in np.flatnonzero(duals > 1e-9):
                rows.update(self.single.get(int(at), ()))
        own = self.place.keys() & self.system.real[target].keys()
        for atom in own:
            rows.update(self.single.get(self.place[atom], ()))
        return sorted(rows)
