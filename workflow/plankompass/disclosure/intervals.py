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

import numpy as np
from scipy import sparse

from plankompass.disclosure.corners import Corners
from plankompass.disclosure.neighbourhoods import Limits, Neighbourhoods
from plankompass.disclosure.solver import KeptProgram
from plankompass.disclosure.system import Bounded, System
from plankompass.study.problems import PlankompassError

MOST_ROUNDS = 40
# smaller blocks are solved whole
_WORTH_CUTTING = 300
# how many neighbourhoods move together before the whole program is asked
_COMPANIONS = (8, 32)
_WORTH_COMPANY = 2000  # rows
# a round of random objectives must clear one target for so many rows: its two steps through the whole
# program take as long as looking at that many targets one by one
_ROWS_A_TARGET = 32
# rows from which objectives without a common part are better solved without the basis before
_WORTH_BEGINNING_ANEW = 100


class ContradictionError(PlankompassError):
    """What is published cannot all be true at once, so nothing can be said about what it gives away."""


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
        self._corners = Corners.none(len(atoms), len(self.targets))
        self._solver: KeptProgram | None = None
        self._near = Neighbourhoods(self.a) if len(self.place) > _WORTH_CUTTING else None
        self._home: dict[int, int | None] = {}
        self._held_alone: set[int] = set()
        self._held_by: set[int] = set()
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
        columns = [self.place[atom] for atom in self.system.real[row]]
        factors = np.array(list(self.system.real[row].values()))
        base = self._corners.base
        if base is not None:
            holds = low <= float(base[columns] @ factors) <= high
            base = base if holds else self._mended(base, columns)
        if base is not None:
            # far cheaper to look around the base again than to look through all corners
            self._corners = Corners.none(len(self.place), len(self.targets)).around(base)
        elif len(self._corners):
            values = self._corners.points[:, columns] @ factors
            self._corners = self._corners.only((values >= low) & (values <= high)).around(None)

    def _mended(self, base: np.ndarray, columns: list[int]) -> np.ndarray | None:
        """A base that a new row cut off, with the row's own neighbourhood moved; None if that fails."""
        home = self._near.home(columns) if self._near is not None else None
        if home is None or self._near is None:
            return None
        return self._near.moved_inside(home, base, self._limits())

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
    def corners(self) -> Corners:
        """Feasible points found so far; to go back to them later."""
        return self._corners

    @corners.setter
    def corners(self, corners: Corners) -> None:
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

    def corner(self, objective: np.ndarray, *, anew: bool = False) -> np.ndarray:
        """The unknowns that make an objective smallest.

        Args:
            objective: One coefficient an atom of the block.
            anew: As for ``KeptProgram.smallest``.

        Returns:
            One value an atom.

        Raises:
            ContradictionError: Nothing fulfils all published rows.
        """
        if not self.several:
            return np.where(objective >= 0, self.lower, self.upper)
        return self._solved(objective, anew=anew)[0]

    def _solved(
        self, objective: np.ndarray, *, anew: bool = False
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        if self._solver is None:
            self._solver = KeptProgram(self.a, self.low, self.high, self.lower, self.upper)
        found = self._solver.smallest(objective, anew=anew)
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

    def settle(self, at: int, min_share: float, *, exact: bool = False) -> Bounded | None:
        """Bound one target exactly, unless the corners show already that it is hidden well enough.

        Args:
            at: Position among the block's targets.
            min_share: Smallest width as a share of the target's scale.
            exact: Whether an interval that is too narrow must be the narrowest that follows; an
                interval around it will do otherwise.

        Returns:
            The interval when it is too narrow, else None.
        """
        if self._wide(at, min_share) or self._wide_around(at, min_share):
            return None
        if not exact and (found := self._narrow_alone(at, min_share)) is not None:
            return found
        if self._wide_together(at, min_share):
            return None
        objective = self.objective(self.targets[at])
        for sign in (1.0, -1.0):
            self._note(self.corner(sign * objective))
            if self._wide(at, min_share):
                return None
        return self._bounded(at, *self.interval(at))

    def _bounded(self, at: int, low: float, high: float) -> Bounded:
        scale = self.system.targets[self.targets[at]].scale
        return Bounded(self.targets[at], low, high, (high - low) / scale)

    def _feasible(self) -> np.ndarray:
        """A point that fulfils all published rows, as far inside as the corners allow."""
        if (base := self._corners.base) is None:
            if not len(self._corners):
                self._note(self.corner(np.zeros(len(self.place))))
            base = self._corners.points.mean(axis=0)
            self._corners = self._corners.around(base)
        return base

    def _well_inside(self) -> np.ndarray | None:
        """A point from which a neighbourhood can move: inside its own limits and those of aggregates."""
        if self._near is None or len(self.several) < _WORTH_COMPANY or not len(self._corners):
            return None  # the mean of the corners will do
        middle = self._near.middle(self._limits())
        mean = self._corners.points.mean(axis=0)
        return mean if middle is None else (mean + middle) / 2

    def _limits(self) -> Limits:
        return Limits(self.low, self.high, self.lower, self.upper)

    def beside(self, row: int, targets: Sequence[int]) -> list[int]:
        """Positions of the targets that a row's own neighbourhood holds.

        Args:
            row: A row that may be published.
            targets: Positions of targets to choose from.

        Returns:
            Those in the same neighbourhood; all of them when the row reaches over several.
        """
        if self._near is None:
            return list(targets)
        home = self._near.home([self.place[a] for a in self.system.real[row]])
        return [t for t in targets if home is None or self._home_of(t) in (home, None)]

    def _home_of(self, at: int) -> int | None:
        if self._near is None or not self.several:
            return None
        if at not in self._home:
            unknowns = [self.place[a] for a in self.system.real[self.targets[at]]]
            self._home[at] = self._near.home(unknowns)
        return self._home[at]

    def _wide_around(self, at: int, min_share: float) -> bool:
        """Whether moving the target's neighbourhood alone shows that it is hidden well enough."""
        home = self._home_of(at)
        if home is None or self._near is None:
            return False
        base = self._feasible()
        if self._wide(at, min_share):
            return True
        self._held_by = self._probe(at, [home], base)
        return self._wide(at, min_share)

    def _probe(self, at: int, homes: list[int], base: np.ndarray) -> set[int]:
        assert self._near is not None
        goal = self.objective(self.targets[at])
        points, holding = self._near.ends(homes, base, goal, self._limits())
        for point in points:
            self._note(point)
        return holding

    def _wide_together(self, at: int, min_share: float) -> bool:
        """As ``_wide_around``, with those neighbourhoods moving too that can make room for the target's."""
        home = self._home_of(at)
        if home is None or self._near is None or len(self.several) < _WORTH_COMPANY:
            return False
        homes, held_by = [home], self._held_by
        for most in _COMPANIONS:
            more = self._near.companions(homes, held_by, self._limits(), most)
            if more == homes:
                return False
            homes = more
            held_by = self._probe(at, homes, self._feasible())
            if self._wide(at, min_share):
                return True
        return False

    def _narrow_alone(self, at: int, min_share: float) -> Bounded | None:
        """The target's interval when its own neighbourhood's rows make it too narrow already."""
        home = self._home_of(at)
        self._held_alone.discard(at)
        if home is None or self._near is None:
            return None
        unknowns, _, program = self._near.alone(home, self._limits())
        objective = self.objective(self.targets[at])[unknowns]
        ends = [program.smallest(sign * objective) for sign in (1.0, -1.0)]
        if ends[0] is None or ends[1] is None:
            return None
        low, high = float(objective @ ends[0][0]), float(objective @ ends[1][0])
        if self.system.targets[self.targets[at]].hidden_by(low, high, min_share):
            return None
        self._held_alone.add(at)
        return self._bounded(at, low, high)

    def weak(self, min_share: float, seed: int, *, exact: bool = False) -> list[Bounded]:
        """Targets whose interval is too narrow, with the exact interval.

        Args:
            min_share: Smallest width as a share of the target's scale.
            seed: Seed of the random objectives; the result does not depend on it.
            exact: As for ``settle``.

        Returns:
            The targets that can be bounded too well, in the order of rows.
        """
        scale = np.array([self.system.targets[r].scale for r in self.targets])
        draw = np.random.default_rng(seed)
        left = list(range(len(self.targets)))
        for done in range(MOST_ROUNDS):
            before = len(left)
            left = [i for i in left if not self._wide(i, min_share)]
            few = before - len(left) < len(self.several) / _ROWS_A_TARGET
            if len(left) < 3 or (done and few):
                break
            signs = np.zeros(len(self.targets))
            signs[left] = draw.choice([-1.0, 1.0], len(left))
            objective = self.goal.T @ (signs / scale)
            for sign in (1.0, -1.0):
                self._note(
                    self.corner(sign * objective, anew=len(self.several) > _WORTH_BEGINNING_ANEW)
                )
        self._corners = self._corners.around(self._well_inside())
        found = [self.settle(i, min_share, exact=exact) for i in range(len(self.targets))]
        return [bounded for bounded in found if bounded is not None]

    def bind(self, target: int) -> list[int]:
        """The published rows that hold a target's interval together.

        Args:
            target: The target's row.

        Returns:
            Rows whose dual value is not zero at one of the ends, sorted.
        """
        at = self.index[target]
        objective = self.objective(target)
        unknowns, told, program = np.arange(len(self.place)), np.arange(len(self.several)), None
        home = self._home_of(at)
        if home is not None and self._near is not None and at in self._held_alone:
            unknowns, told, program = self._near.alone(home, self._limits())
        rows: set[int] = set()
        for sign in (1.0, -1.0):
            if not self.several:
                break
            solve = self._solved if program is None else program.smallest
            found = solve(sign * objective[unknowns])
            if found is None:
                continue
            rows.update(self.several[int(told[k])] for k in np.flatnonzero(np.abs(found[1]) > 1e-9))
            for k in np.flatnonzero(np.abs(found[2]) > 1e-9):
                rows.update(self._single.get(int(unknowns[k]), ()))
        for atom in self.system.real[target]:
            rows.update(self._single.get(self.place[atom], ()))
        return sorted(rows)
