"""What an attacker can bound: linear programs (HiGHS) over the unknowns of one block.

Published numbers count as intervals, because they are rounded, and every mean lies on its scale.
Most targets are cleared together: a few programs with random objectives give feasible corners, and a
target whose corners lie far enough apart is hidden well enough. Only what is left is bounded one by
one. Corners stay valid when rows are hidden, and can be tested cheaply when rows come back.

The program stays in the solver: each further objective starts from the basis of the one before and
needs few steps, where a program built anew needs thousands.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import highspy
import numpy as np
from scipy import sparse

from plankompass.disclosure.system import System
from plankompass.study.problems import PlankompassError

CORNER_ROUNDS = 6

# one thread: the same corners in every run; the primal simplex method goes on from a feasible basis
_OPTIONS: dict[str, bool | int | str] = {
    "output_flag": False,
    "threads": 1,
    "solver": "simplex",
    "simplex_strategy": 4,
    "presolve": "off",
}

# Corners are kept up to this many bytes; without the oldest ones some programs are solved again.
_CORNER_BYTES = 256_000_000


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


class _Corners:
    """Feasible points and the targets' values there, growing without a copy for each new one.

    An older state stays as it was when newer points come, so it can be gone back to.

    Args:
        points: Room for points, shape (room, unknowns).
        values: Room for values, shape (room, targets).
        count: How many are in use.
    """

    def __init__(self, points: np.ndarray, values: np.ndarray, count: int) -> None:
        self._points, self._values, self._count = points, values, count

    @classmethod
    def none(cls, unknowns: int, targets: int) -> _Corners:
        """No corner yet."""
        return cls(np.zeros((0, unknowns)), np.zeros((0, targets)), 0)

    def __len__(self) -> int:
        """Number of corners."""
        return self._count

    @property
    def points(self) -> np.ndarray:
        """The points, shape (corners, unknowns)."""
        return self._points[: self._count]

    @property
    def values(self) -> np.ndarray:
        """The targets' values, shape (corners, targets)."""
        return self._values[: self._count]

    def only(self, keep: np.ndarray) -> _Corners:
        """The corners a mask keeps."""
        if keep.all():
            return self
        return _Corners(self.points[keep], self.values[keep], int(keep.sum()))

    def with_one(self, point: np.ndarray, values: np.ndarray) -> _Corners:
        """These corners and one more."""
        points, columns = self._points, self._values
        most = max(64, _CORNER_BYTES // (8 * (len(point) + len(values) + 1)))
        kept = slice(max(0, self._count + 1 - most), self._count)
        count = kept.stop - kept.start
        if kept.start or count == len(points):
            room = min(most, max(16, 2 * count))
            points, columns = np.empty((room, len(point))), np.empty((room, len(values)))
            points[:count], columns[:count] = self._points[kept], self._values[kept]
        points[count], columns[count] = point, values
        return _Corners(points, columns, count + 1)


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
        self._corners = _Corners.none(len(atoms), len(self.targets))
        self._solver: _Solver | None = None
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
            self._limit(self._at[row], low, high)
        else:
            ((atom, _),) = self.system.real[row].items()
            self._single.setdefault(self.place[atom], set()).add(row)
            self._set_bounds(self.place[atom])
        if len(self._corners):
            entries = self.system.real[row]
            columns = [self.place[atom] for atom in entries]
            values = self._corners.points[:, columns] @ np.array(list(entries.values()))
            self._corners = self._corners.only((values >= low) & (values <= high))

    def take_back(self, row: int) -> None:
        """Hide a row again; all corners stay valid."""
        if row in self._at:
            self._limit(self._at[row], -np.inf, np.inf)
        else:
            ((atom, _),) = self.system.real[row].items()
            self._single[self.place[atom]].discard(row)
            self._set_bounds(self.place[atom])

    def _limit(self, at: int, low: float, high: float) -> None:
        self.low[at], self.high[at] = low, high
        if self._solver is not None:
            self._solver.limit_row(at, low, high)

    @property
    def corners(self) -> _Corners:
        """Feasible points found so far; to go back to them later."""
        return self._corners

    @corners.setter
    def corners(self, corners: _Corners) -> None:
        self._corners = corners

    def _set_bounds(self, at: int) -> None:
        low, high = self._scale[at]
        for row in self._single.get(at, ()):
            ((_, factor),) = self.system.real[row].items()
            first, last = sorted(end / factor for end in self.system.interval[row])
            low, high = max(low, first), min(high, last)
        self.lower[at], self.upper[at] = low, max(high, low)
        if self._solver is not None:
            self._solver.limit_column(at, self.lower[at], self.upper[at])

    def objective(self, target: int) -> np.ndarray:
        """A target's coefficients over the atoms of the block."""
        objective = np.zeros(len(self.place))
        for atom, coefficient in self.system.real[target].items():
            objective[self.place[atom]] = coefficient
        return objective

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
        return self._solved(objective)[0]

    def _solved(self, objective: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        if self._solver is None:
            self._solver = _Solver(self.a, self.low, self.high, self.lower, self.upper)
        found = self._solver.smallest(objective)
        if found is None:
            raise ContradictionError(
                "interval attack: the published numbers contradict each other; the first row is "
                f"{' '.join(str(p) for p in self.system.labels[self.several[0]] if p != '')}"
            )
        return found

    def _note(self, x: np.ndarray) -> None:
        self._corners = self._corners.with_one(x, self.goal @ x)

    def interval(self, at: int) -> tuple[float, float]:
        """What the corners so far show of a target: it can be anything between these."""
        values = self._corners.values[:, at]
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
        for sign in (1.0, -1.0):
            self._note(self.corner(sign * objective))
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
        for sign in (1.0, -1.0):
            if not self.several:
                break
            _, of_rows, of_columns = self._solved(sign * objective)
            rows.update(self.several[int(k)] for k in np.flatnonzero(np.abs(of_rows) > 1e-9))
            for at in np.flatnonzero(np.abs(of_columns) > 1e-9):
                rows.update(self._single.get(int(at), ()))
        for atom in self.system.real[target]:
            rows.update(self._single.get(self.place[atom], ()))
        return sorted(rows)


class _Solver:
    """A linear program kept in HiGHS: its limits and objective change, its basis stays.

    Args:
        a: Coefficients, shape (rows, columns).
        low, high: Limits of the rows.
        lower, upper: Limits of the columns.
    """

    def __init__(self, a: sparse.csr_array, low, high, lower, upper) -> None:
        self._highs = highspy.Highs()
        for option, value in _OPTIONS.items():
            self._highs.setOptionValue(option, value)
        model = highspy.HighsLp()
        model.num_row_, model.num_col_ = a.shape
        model.col_cost_ = np.zeros(a.shape[1])
        model.col_lower_, model.col_upper_ = lower.copy(), upper.copy()
        model.row_lower_, model.row_upper_ = low.copy(), high.copy()
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_ = a.indptr
        model.a_matrix_.index_ = a.indices
        model.a_matrix_.value_ = a.data
        self._highs.passModel(model)
        self._used = np.zeros(0, np.int32)

    def limit_row(self, at: int, low: float, high: float) -> None:
        """Change the limits of a row."""
        self._highs.changeRowBounds(at, low, high)

    def limit_column(self, at: int, low: float, high: float) -> None:
        """Change the limits of a column."""
        self._highs.changeColBounds(at, low, high)

    def smallest(self, objective: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
        """Make an objective smallest.

        Args:
            objective: One coefficient a column.

        Returns:
            The columns' values, and the dual values of rows and columns; None when nothing fulfils
            all limits.
        """
        now = np.flatnonzero(objective).astype(np.int32)
        changed = np.union1d(self._used, now)
        self._highs.changeColsCost(len(changed), changed, objective[changed])
        self._used = now
        self._highs.run()
        if not self._solved() and not self._solved_anew():
            return None
        found = self._highs.getSolution()
        return np.array(found.col_value), np.array(found.row_dual), np.array(found.col_dual)

    def _solved(self) -> bool:
        return self._highs.getModelStatus() == highspy.HighsModelStatus.kOptimal

    def _solved_anew(self) -> bool:
        # intervals that only just meet can look empty from an old basis
        for option, value in (("presolve", "on"), ("simplex_strategy", 1)):
            self._highs.setOptionValue(option, value)
        self._highs.clearSolver()
        self._highs.run()
        for option in ("presolve", "simplex_strategy"):
            self._highs.setOptionValue(option, _OPTIONS[option])
        return self._solved()
