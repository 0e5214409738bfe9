"""Linear programs kept in HiGHS: limits and objective change, the basis stays."""

from __future__ import annotations

import highspy
import numpy as np
from scipy import sparse

# one thread: the same corners in every run; the primal simplex method goes on from a feasible basis
_OPTIONS: dict[str, bool | int | str] = {
    "output_flag": False,
    "threads": 1,
    "solver": "simplex",
    "simplex_strategy": 4,
    "presolve": "off",
}

_LARGE = 5000  # rows


class KeptProgram:
    """One linear program in the solver.

    Args:
        a: Coefficients, shape (rows, columns).
        low, high: Limits of the rows.
        lower, upper: Limits of the columns.
    """

    def __init__(
        self,
        a: sparse.csr_array,
        low: np.ndarray,
        high: np.ndarray,
        lower: np.ndarray,
        upper: np.ndarray,
    ) -> None:
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
        self._begun = a.shape[0] < _LARGE

    def limit_row(self, at: int, low: float, high: float) -> None:
        """Change the limits of a row."""
        self._highs.changeRowBounds(at, low, high)

    def limit_column(self, at: int, low: float, high: float) -> None:
        """Change the limits of a column."""
        self._highs.changeColBounds(at, low, high)

    def smallest(
        self, objective: np.ndarray, *, anew: bool = False
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
        """Make an objective smallest.

        Args:
            objective: One coefficient a column.
            anew: Whether to forget the basis: far quicker in a large program when the objective has
                nothing to do with the one before.

        Returns:
            The columns' values, and the dual values of rows and columns; None when nothing fulfils
            all limits.
        """
        now = np.flatnonzero(objective).astype(np.int32)
        changed = np.union1d(self._used, now)
        self._highs.changeColsCost(len(changed), changed, objective[changed])
        self._used = now
        go_on = self._begun and not anew
        if go_on:
            self._highs.run()
        if not (go_on and self._solved()) and not self._solved_anew():
            return None
        self._begun = True
        found = self._highs.getSolution()
        return np.array(found.col_value), np.array(found.row_dual), np.array(found.col_dual)

    def _solved(self) -> bool:
        return self._highs.getModelStatus() == highspy.HighsModelStatus.kOptimal

    def _solved_anew(self) -> bool:
        # a large program begins best like this; and intervals that only just meet can look empty
        # from an old basis
        for option, value in (("presolve", "on"), ("simplex_strategy", 1)):
            self._highs.setOptionValue(option, value)
        self._highs.clearSolver()
        self._highs.run()
        for option in ("presolve", "simplex_strategy"):
            self._highs.setOptionValue(option, _OPTIONS[option])
        return self._solved()
