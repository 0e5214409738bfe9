"""Bounding what does not follow exactly: one linear program a block, many objectives."""

from __future__ import annotations

from collections.abc import Sequence

import highspy
import numpy as np
from scipy import sparse
from tests.attacker.equations import LEFT, Equation, Key, Problem

ROUNDS = 12  # random directions that clear most hidden numbers at once
_WIDE = 1 - 1e-6


class Program:
    """What was published about one block, rounding taken into account; the solver keeps its basis.

    Args:
        problem: All of it.
        equations: The block's rows.
        keys: The block's unknowns.
    """

    def __init__(self, problem: Problem, equations: list[Equation], keys: list[Key]) -> None:
        self.place = {k: i for i, k in enumerate(keys)}
        lower, upper = (np.array([problem.bounds[k][i] for k in keys]) for i in (0, 1))
        several = []
        for e in equations:
            if len(e.row) == 1:
                ((key, factor),) = e.row.items()
                at = self.place[key]
                first, last = sorted((e.low / factor, e.high / factor))
                lower[at], upper[at] = max(lower[at], first), min(upper[at], last)
            else:
                several.append(e)
        a = self.rows([e.row for e in several])
        self._highs = highspy.Highs()
        self._highs.setOptionValue("output_flag", False)
        self._highs.setOptionValue("threads", 1)
        lp = highspy.HighsLp()
        lp.num_row_, lp.num_col_ = a.shape
        lp.col_cost_ = np.zeros(len(keys))
        lp.col_lower_, lp.col_upper_ = lower, np.maximum(upper, lower)
        lp.row_lower_ = np.array([e.low - 1e-7 for e in several])
        lp.row_upper_ = np.array([e.high + 1e-7 for e in several])
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_, lp.a_matrix_.index_ = a.indptr, a.indices
        lp.a_matrix_.value_ = a.data
        self._highs.passModel(lp)
        self._columns = np.arange(len(keys), dtype=np.int32)

    def rows(self, rows: Sequence[dict[Key, float]]) -> sparse.csr_array:
        """Rows over the block's unknowns, shape (rows, unknowns)."""
        at = [(i, self.place[k], v) for i, row in enumerate(rows) for k, v in row.items()]
        shape = (len(rows), len(self.place))
        if not at:
            return sparse.csr_array(shape)
        i, j, v = zip(*at, strict=True)
        return sparse.csr_array((v, (i, j)), shape=shape)

    def lowest(self, goal: np.ndarray) -> np.ndarray | None:
        """A point where an objective is lowest; None when the equations contradict each other."""
        self._highs.changeColsCost(len(goal), self._columns, goal)
        for anew in (False, True):
            if anew:
                self._highs.clearSolver()
            self._highs.run()
            if self._highs.getModelStatus() == highspy.HighsModelStatus.kOptimal:
                return np.array(self._highs.getSolution().col_value)
        return None


class Bounds:
    """Intervals of many hidden numbers of one block, as far as points show them.

    Args:
        problem: All of it.
        program: The block's program.
        targets: Names of the hidden numbers.
    """

    def __init__(self, problem: Problem, program: Program, targets: list[str]) -> None:
        self.program = program
        self.goal = program.rows([problem.targets[t][0] for t in targets])
        self.scale = np.array([problem.targets[t][1] for t in targets])
        self.allowed = [problem.points.get(t) for t in targets]
        self.low = np.full(len(targets), np.inf)
        self.high = np.full(len(targets), -np.inf)

    def see(self, point: np.ndarray) -> None:
        """Take in a point at which everything published is true."""
        values = self.goal @ point
        self.low, self.high = np.minimum(self.low, values), np.maximum(self.high, values)

    def open(self, at: int) -> bool:
        """Whether the points seen leave a hidden number open enough."""
        low, high, allowed = self.low[at], self.high[at], self.allowed[at]
        if allowed is not None:
            return sum(low - 1e-6 <= p <= high + 1e-6 for p in allowed) >= 2
        return bool(high - low >= LEFT * self.scale[at] * _WIDE)

    def clear(self) -> None:
        """Look in random directions: each point can clear many numbers."""
        draw = np.random.default_rng(20190510)
        for _ in range(ROUNDS):
            left = [i for i in range(len(self.scale)) if not self.open(i)]
            if len(left) < 4:
                return
            signs = np.zeros(len(self.scale))
            signs[left] = draw.choice([-1.0, 1.0], len(left)) / self.scale[left]
            for sign in (1.0, -1.0):
                point = self.program.lowest(sign * (self.goal.T @ signs))
                if point is not None:
                    self.see(point)

    def bound(self, at: int) -> bool | None:
        """Bound one number from both sides.

        Returns:
            Whether it stays open enough; None when the equations contradict each other.
        """
        goal = self.goal[[at]].toarray()[0]
        for sign in (1.0, -1.0):
            point = self.program.lowest(sign * goal)
            if point is None:
                return None
            self.see(point)
            if self.open(at):
                return True
        return False
