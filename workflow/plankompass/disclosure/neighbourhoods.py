"""Small programs that stand for a big one: what can be seen of a target from its own neighbourhood.

Nearly all rows of a block are about one municipality; only the aggregates tie municipalities together.
With everything outside a neighbourhood held at a feasible point, a small program gives points of the
big one (an interval that is certainly possible); with the rows that reach outside left out, it gives
an interval that certainly holds everything possible. Only a target between the two needs the big
program.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from plankompass.disclosure.solver import KeptProgram

MOST_UNKNOWNS = 150
_CORNERS = 4


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

    def _around(
        self,
        unknowns: np.ndarray,
        rows: np.ndarray,
        inside: sparse.csr_array,
        rest: np.ndarray,
        limits: Limits,
    ) -> KeptProgram:
        return KeptProgram(
            inside,
            limits.low[rows] - rest,
            limits.high[rows] - rest,
            limits.lower[unknowns],
            limits.upper[unknowns],
        )

    def middle(self, limits: Limits) -> np.ndarray | None:
        """A feasible point that lies as near the middle of the rows between neighbourhoods as may be.

        Args:
            limits: The block's limits.

        Returns:
            The point, or None when nothing fulfils all limits.
        """
        over = np.maximum.reduceat(self.of[self._a.indices], self._a.indptr[:-1])
        under = np.minimum.reduceat(self.of[self._a.indices], self._a.indptr[:-1])
        width = limits.high - limits.low
        between = np.flatnonzero((over != under) & np.isfinite(width) & (width > 0))
        part = sparse.csr_array(self._a[between])
        # how much of half its width each of these rows keeps from both of its ends
        kept = sparse.diags_array(width[between] / 2, format="csr")
        rows = sparse.csr_array(
            sparse.block_array([[self._a, None], [part, -kept], [part, kept]], format="csr")
        )
        low = np.concatenate([limits.low, limits.low[between], np.full(len(between), -np.inf)])
        high = np.concatenate([limits.high, np.full(len(between), np.inf), limits.high[between]])
        lower = np.concatenate([limits.lower, np.zeros(len(between))])
        upper = np.concatenate([limits.upper, np.ones(len(between))])
        goal = np.concatenate([np.zeros(len(limits.lower)), -np.ones(len(between))])
        found = KeptProgram(rows, low, high, lower, upper).smallest(goal, anew=True)
        return None if found is None else found[0][: len(limits.lower)]

    def around(
        self, homes: list[int], base: np.ndarray, limits: Limits
    ) -> tuple[np.ndarray, np.ndarray, KeptProgram]:
        """The program of a few neighbourhoods with everything else held at a feasible point.

        Args:
            homes: The neighbourhoods.
            base: A feasible point of the block.
            limits: The block's limits.

        Returns:
            Their unknowns, the rows that touch them, and the program over the unknowns.
        """
        unknowns, rows, inside = self._together(homes)
        rest = self._a[rows] @ base - inside @ base[unknowns]
        return unknowns, rows, self._around(unknowns, rows, inside, rest, limits)

    def ends(
        self, homes: list[int], base: np.ndarray, objective: np.ndarray, limits: Limits
    ) -> tuple[list[np.ndarray], set[int]]:
        """Feasible points at both ends of an objective when only a few neighbourhoods move.

        Args:
            homes: The neighbourhoods.
            base: A feasible point of the block.
            objective: One coefficient an unknown of the block.
            limits: The block's limits.

        Returns:
            The points, none when the base stands on an edge within the solver's tolerance, and the
            rows that hold the objective back.
        """
        unknowns, rows, program = self.around(homes, base, limits)
        points, holding = [], set()
        for sign in (1.0, -1.0):
            found = program.smallest(sign * objective[unknowns])
            if found is None:
                return [], set()
            point = base.copy()
            point[unknowns] = found[0]
            points.append(point)
            holding.update(int(r) for r in rows[np.abs(found[1]) > 1e-9])
        return points, holding

    def moved_inside(self, home: int, base: np.ndarray, limits: Limits) -> np.ndarray | None:
        """A point that new limits cut off, with one neighbourhood moved back among its corners.

        Args:
            home: The neighbourhood.
            base: A point that is feasible but for this neighbourhood's rows.
            limits: The block's limits.

        Returns:
            A feasible point, or None when this neighbourhood alone cannot mend it.
        """
        unknowns, _, program = self.around([home], base, limits)
        draw = np.random.default_rng(home)
        found = [program.smallest(draw.normal(size=len(unknowns))) for _ in range(_CORNERS)]
        inside = [x[0] for x in found if x is not None]
        if not inside:
            return None
        moved = base.copy()
        moved[unknowns] = np.mean(inside, axis=0)
        return moved

    def _together(self, homes: list[int]) -> tuple[np.ndarray, np.ndarray, sparse.csr_array]:
        if len(homes) == 1:
            return self.cut(homes[0])[:3]
        unknowns = np.sort(np.concatenate([self._unknowns[home] for home in homes]))
        rows = np.unique(np.concatenate([self.cut(home)[1] for home in homes]))
        return unknowns, rows, sparse.csr_array(self._a[rows][:, unknowns])

    def companions(
        self, homes: list[int], rows: Iterable[int], limits: Limits, most: int
    ) -> list[int]:
        """Neighbourhoods that can make room in rows that hold others back.

        Args:
            homes: The neighbourhoods that are held back.
            rows: The rows that hold them.
            limits: The block's limits.
            most: How many neighbourhoods there may be together.

        Returns:
            The neighbourhoods themselves, then those whose unknowns can move such a row farthest.
        """
        room: dict[int, float] = {}
        for row in sorted(rows):
            part = slice(self._a.indptr[row], self._a.indptr[row + 1])
            columns = self._a.indices[part]
            moves = np.abs(self._a.data[part]) * (limits.upper - limits.lower)[columns]
            total = moves.sum() or 1.0
            for home, move in zip(self.of[columns].tolist(), (moves / total).tolist(), strict=True):
                room[home] = max(room.get(home, 0.0), move)
        others = sorted((-move, home) for home, move in room.items() if home not in homes)
        return [*homes, *(home for _, home in others)][:most]

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
