"""Small programs that stand for a big one: what can be seen of a target from its own neighbourhood.

Nearly all rows of a block are about one municipality; only the aggregates tie municipalities together.
With everything outside a neighbourhood held at a feasible point, a small program gives points of the
big one (an interval that is certainly possible); with the rows that reach outside left out, it gives
an interval that certainly holds everything possible. Only a target between the two needs the big
program.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from plankompass.disclosure.solver import KeptProgram

MOST_UNKNOWNS = 150


def neighbourhoods(a: sparse.csr_array) -> np.ndarray:
    """Which neighbourhood each unknown belongs to.

    Args:
        a: Rows over unknowns, shape (rows, unknowns).

    Returns:
        A number for each unknown; unknowns that rows of few unknowns tie together share one, up to
        ``MOST_UNKNOWNS``.
    """
    parent = list(range(a.shape[1]))
    size = [1] * a.shape[1]

    def root(at: int) -> int:
        while parent[at] != at:
            parent[at] = parent[parent[at]]
            at = parent[at]
        return at

    lengths = np.diff(a.indptr)
    for row in np.argsort(lengths, kind="stable"):
        if lengths[row] > MOST_UNKNOWNS:
            break
        roots = sorted({root(int(c)) for c in a.indices[a.indptr[row] : a.indptr[row + 1]]})
        if len(roots) > 1 and sum(size[r] for r in roots) <= MOST_UNKNOWNS:
            for other in roots[1:]:
                parent[other] = roots[0]
                size[roots[0]] += size[other]
    return np.array([root(at) for at in range(a.shape[1])], np.int64)


@dataclass
class Limits:
    """What rows and unknowns of a block may be.

    Attributes:
        low, high: Ends of the rows.
        lower, upper: Ends of the unknowns.
    """

    low: np.ndarray
    high: np.ndarray
    lower: np.ndarray
    upper: np.ndarray


class Neighbourhoods:
    """Small programs cut out of a block's program.

    Args:
        a: The block's rows over its unknowns, shape (rows, unknowns).
    """

    def __init__(self, a: sparse.csr_array) -> None:
        self._a = a
        self._columns = a.tocsc()
        self.of = neighbourhoods(a)
        order = np.argsort(self.of, kind="stable")
        cuts = np.flatnonzero(np.diff(self.of[order])) + 1
        self._unknowns = {int(self.of[part[0]]): part for part in np.split(order, cuts)}
        self._cut: dict[int, tuple[np.ndarray, np.ndarray, sparse.csr_array, np.ndarray]] = {}

    def home(self, unknowns: list[int]) -> int | None:
        """The one neighbourhood that holds all these unknowns, or None."""
        found = {int(self.of[u]) for u in unknowns}
        return found.pop() if len(found) == 1 else None

    def cut(self, home: int) -> tuple[np.ndarray, np.ndarray, sparse.csr_array, np.ndarray]:
        """One neighbourhood's part of the block.

        Args:
            home: The neighbourhood.

        Returns:
            Its unknowns, the rows that touch them, the coefficients of these rows on these unknowns,
            and which of the rows touch nothing else.
        """
        if home not in self._cut:
            unknowns = self._unknowns[home]
            rows = np.unique(self._columns[:, unknowns].indices).astype(np.int64)
            part = self._a[rows]
            inside = sparse.csr_array(part[:, unknowns])
            whole = np.diff(inside.indptr) == np.diff(part.indptr)
            self._cut[home] = (unknowns, rows, inside, whole)
        return self._cut[home]

    def sweep(self, start: np.ndarray, objective: np.ndarray, limits: Limits) -> np.ndarray:
        """Go from a feasible point to another one, neighbourhood by neighbourhood.

        Args:
            start: A feasible point of the block.
            objective: What each neighbourhood in its turn makes as small as the others let it.
            limits: The block's limits.

        Returns:
            A feasible point.
        """
        point, reached = start.copy(), self._a @ start
        for home in sorted(self._unknowns):
            unknowns, rows, inside, _ = self.cut(home)
            if not objective[unknowns].any():
                continue
            own = inside @ point[unknowns]
            rest = reached[rows] - own
            found = self._around(home, rest, limits).smallest(objective[unknowns])
            if found is not None:
                point[unknowns] = found[0]
                reached[rows] = rest + inside @ found[0]
        return point

    def _around(self, home: int, rest: np.ndarray, limits: Limits) -> KeptProgram:
        unknowns, rows, inside, _ = self.cut(home)
        return KeptProgram(
            inside,
            limits.low[rows] - rest,
            limits.high[rows] - rest,
            limits.lower[unknowns],
            limits.upper[unknowns],
        )

    def around(self, home: int, base: np.ndarray, limits: Limits) -> tuple[np.ndarray, KeptProgram]:
        """The program of one neighbourhood with everything else held at a feasible point.

        Args:
            home: The neighbourhood.
            base: A feasible point of the block.
            limits: The block's limits.

        Returns:
            The neighbourhood's unknowns and the program over them.
        """
        unknowns, rows, inside, _ = self.cut(home)
        rest = self._a[rows] @ base - inside @ base[unknowns]
        return unknowns, self._around(home, rest, limits)

    def alone(self, home: int, limits: Limits) -> tuple[np.ndarray, np.ndarray, KeptProgram]:
        """The program of one neighbourhood without the rows that reach outside.

        Args:
            home: The neighbourhood.
            limits: The block's limits.

        Returns:
            The neighbourhood's unknowns, the rows of the program, and the program.
        """
        unknowns, rows, inside, whole = self.cut(home)
        own = rows[whole]
        program = KeptProgram(
            sparse.csr_array(inside[whole]),
            limits.low[own],
            limits.high[own],
            limits.lower[unknowns],
            limits.upper[unknowns],
        )
        return unknowns, own, program
