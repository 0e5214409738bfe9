"""Secondary suppression by sparse Gaussian elimination modulo 2**61 - 1.

Rows are offered in order of worth. A row is kept unless it would bring a protected target into the
span of what is published, make two targets tell each other where one of them is a single person, or
leave a published remainder of too few persons. The idea is that of GaussSuppression by Statistics
Norway (Langsrud), written anew from its description: pivots stand on columns that no target uses,
so targets are seldom touched. A modular accident can only suppress too much.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from heapq import heapify, heappop, heappush
from itertools import combinations

from plankompass.disclosure.system import PRIME, ModularRow, System

_LONGEST_REMAINDER = 64
MANY = 50  # targets that all tell each other are no longer looked at two by two


class Span:
    """The span of rows seen so far, as a growing echelon basis.

    A basis row holds no pivot of an older one, but may hold pivots of newer ones; reducing in the
    order of age therefore ends.
    """

    def __init__(self) -> None:
        self._basis: list[tuple[int, ModularRow]] = []
        self._of_pivot: dict[int, int] = {}

    def reduce(self, row: ModularRow) -> ModularRow:
        """What is left of a row when the span is taken away; empty when it lies in the span.

        Args:
            row: Column to coefficient; left as it is.

        Returns:
            A new row without pivot columns.
        """
        rest = dict(row)
        of_pivot = self._of_pivot
        ages = [of_pivot[c] for c in rest if c in of_pivot]
        heapify(ages)
        while ages:
            age = heappop(ages)
            pivot, other = self._basis[age]
            factor = rest.get(pivot, 0)
            if not factor:
                continue
            for column, value in other.items():
                old = rest.get(column)
                if old is None:
                    rest[column] = -factor * value % PRIME
                    if column in of_pivot:
                        heappush(ages, of_pivot[column])
                elif new := (old - factor * value) % PRIME:
                    rest[column] = new
                else:
                    del rest[column]
        return rest

    def insert(self, rest: ModularRow, pivot: int) -> None:
        """Add a reduced row with a pivot column of its own."""
        inverse = pow(rest[pivot], -1, PRIME)
        row = {column: value * inverse % PRIME for column, value in rest.items()}
        self._of_pivot[pivot] = len(self._basis)
        self._basis.append((pivot, row))


def normal(row: ModularRow) -> tuple[tuple[int, int], ...]:
    """A row up to a factor: equal for proportional rows."""
    if not row:
        return ()
    first = min(row)
    inverse = pow(row[first], -1, PRIME)
    return tuple(sorted((column, value * inverse % PRIME) for column, value in row.items()))


class Protector:
    """One block's published span and what is left of each protected target.

    Args:
        targets: Target id to its row.
        alone: Targets that are one person, who knows the own answer.
        persons: Number of persons behind some columns.
        min_remainder: Fewest persons in a remainder that follows from what is published.
        last_use: Column to the last place in the order of worth where a row uses it; pivots on
            late columns keep the rows short.
    """

    def __init__(
        self,
        targets: dict[int, ModularRow],
        alone: Iterable[int],
        persons: Callable[[Iterable[int]], int],
        min_remainder: int,
        last_use: dict[int, int],
    ) -> None:
        self.span = Span()
        self._own = targets
        self.rest = {t: dict(row) for t, row in targets.items()}
        self.alone = frozenset(alone)
        self.persons = persons
        self.min_remainder = min_remainder
        self.last_use = last_use
        self._users: dict[int, set[int]] = defaultdict(set)
        self._shape: dict[tuple, set[int]] = defaultdict(set)
        self._deep: list[ModularRow] = []  # what follows over protected columns only
        self._deep_users: dict[int, set[int]] = defaultdict(set)
        for target, row in self.rest.items():
            for column in row:
                self._users[column].add(target)
            self._shape[normal(row)].add(target)

    def accepts(self, row: ModularRow) -> bool:
        """Whether a row may be published; nothing is changed."""
        rest = self.span.reduce(row)
        if not rest or any(not self._users.get(c) for c in rest):
            return True
        pivot = min(rest, key=lambda c: (len(self._users[c]), c))
        return not (
            self._gives_away(self._without(rest, pivot)) or self._small_remainder(rest, pivot)
        )

    def offer(self, row: ModularRow, *, force: bool = False) -> bool:
        """Publish a row unless that gives something away.

        Args:
            row: The row.
            force: Take it in whatever it gives away, because it is public already.

        Returns:
            Whether the row may be published (always true with ``force``).
        """
        rest = self.span.reduce(row)
        if not rest:
            return True
        free = [c for c in rest if not self._users.get(c)]
        if free:
            self.span.insert(rest, max(free, key=lambda c: (self.last_use.get(c, -1), c)))
            return True
        pivot = min(rest, key=lambda c: (len(self._users[c]), c))
        changed = self._without(rest, pivot)
        if not force and (self._gives_away(changed) or self._small_remainder(rest, pivot)):
            return False
        self._deepen(rest, pivot, told=not force)
        for target, new in changed.items():
            old = self.rest[target]
            self._shape[normal(old)].discard(target)
            for column in old:
                self._users[column].discard(target)
            for column in new:
                self._users[column].add(target)
            self._shape[normal(new)].add(target)
            self.rest[target] = new
        self.span.insert(rest, pivot)
        return True

    def fallen(self) -> list[int]:
        """Targets that lie in the span (only rows taken in by force can do that)."""
        return sorted(t for t, row in self.rest.items() if not row)

    def _without(self, rest: ModularRow, pivot: int) -> dict[int, ModularRow]:
        inverse = pow(rest[pivot], -1, PRIME)
        changed = {}
        for target in self._users[pivot]:
            old = self.rest[target]
            changed[target] = _minus(old, rest, old[pivot] * inverse % PRIME)
        return changed

    def _gives_away(self, changed: dict[int, ModularRow]) -> bool:
        fresh: dict[tuple, set[int]] = defaultdict(set)
        for target, row in changed.items():
            if not row:
                if self.rest[target]:  # not fallen before
                    return True
                continue
            fresh[normal(row)].add(target)
        for shape, targets in fresh.items():
            stay = {t for t in self._shape.get(shape, ()) if t not in changed}
            together = targets | stay
            if len(together) < 2 or len({normal(self.rest[t]) for t in together}) == 1:
                continue  # those that told each other before tell nothing new
            if together & self.alone or self._few_together(together):
                return True
        return False

    def _few_together(self, targets: set[int]) -> bool:
        """Whether two targets that tell each other are of too few persons together."""
        if len(targets) >= MANY:
            return False
        for one, two in combinations(sorted(targets), 2):
            sizes = (self.persons(self._own[one]), self.persons(self._own[two]))
            both = self.persons({*self._own[one], *self._own[two]})
            if max(sizes) < both < self.min_remainder:
                return True
        return False

    def _deepen(self, rest: ModularRow, pivot: int, *, told: bool) -> None:
        """Free what follows over protected columns from a new pivot, and note what follows from it."""
        for at in list(self._deep_users.get(pivot, ())):
            old = self._deep[at]
            new = self._deep[at] = self._minus_pivot(old, rest, pivot)
            for column in old.keys() - new.keys():
                self._deep_users[column].discard(at)
            for column in new.keys() - old.keys():
                self._deep_users[column].add(at)
        if told:
            for column in rest:
                self._deep_users[column].add(len(self._deep))
            self._deep.append(rest)

    def _minus_pivot(self, row: ModularRow, rest: ModularRow, pivot: int) -> ModularRow:
        if pivot not in row:
            return row
        return _minus(row, rest, row[pivot] * pow(rest[pivot], -1, PRIME) % PRIME)

    def _small_remainder(self, rest: ModularRow, pivot: int) -> bool:
        """Whether a sum that follows, over protected columns only, is that of too few persons.

        Rows that everyone knows anyway are not counted, only what follows from published ones.
        """
        if self._few(rest):
            return True
        of_pivot = self._deep_users.get(pivot, set())
        if any(self._few(self._minus_pivot(self._deep[at], rest, pivot)) for at in of_pivot):
            return True
        if len(rest) >= _LONGEST_REMAINDER:
            return False
        # rows without a common column add up to more persons than either of them has
        near = {at for column in rest for at in self._deep_users.get(column, ())} - of_pivot
        return any(
            self._few(_minus(self._deep[at], rest, factor))
            for at in near
            if len(self._deep[at]) + len(rest) <= _LONGEST_REMAINDER
            for factor in (1, PRIME - 1)
        )

    def _few(self, row: ModularRow) -> bool:
        # the same few persons may stand in several columns, one for each thing they were asked
        return 0 < len(row) <= _LONGEST_REMAINDER and self.persons(row) < self.min_remainder


def _minus(row: ModularRow, other: ModularRow, factor: int) -> ModularRow:
    """``row - factor * other``."""
    out = dict(row)
    for column, value in other.items():
        if new := (out.get(column, 0) - factor * value) % PRIME:
            out[column] = new
        else:
            out.pop(column, None)
    return out


def block_protector(
    system: System,
    rows: Sequence[int],
    order: Sequence[int],
    min_remainder: int,
    fixed: Sequence[int] = (),
) -> Protector:
    """A protector of one block that has taken in what is public already.

    Args:
        system: The system.
        rows: All rows of the block.
        order: The rows that might be published, the worthiest first.
        min_remainder: Fewest persons in a remainder.
        fixed: Rows that are public already.

    Returns:
        The protector.
    """
    targets = {r: system.modular[r] for r in rows if r in system.targets}
    last_use = {c: place for place, r in enumerate(order) for c in system.modular[r]}
    alone = [r for r in targets if system.persons(targets[r]) == 1]
    protector = Protector(targets, alone, system.persons, min_remainder, last_use)
    for r in [*fixed, *(r for r in rows if system.known[r] and system.linear[r])]:
        protector.offer(system.modular[r], force=True)
    return protector


def protect_block(
    system: System,
    rows: Sequence[int],
    order: Sequence[int],
    min_remainder: int,
    fixed: Sequence[int] = (),
) -> list[int]:
    """Choose which rows of one block may be published together.

    Args:
        system: The system.
        rows: All rows of the block.
        order: The rows that might be published, the worthiest first.
        min_remainder: Fewest persons in a remainder.
        fixed: Rows that are public already.

    Returns:
        The rows that must be hidden, sorted.
    """
    protector = block_protector(system, rows, order, min_remainder, fixed)
    # a row that is no equation only bounds: the interval attack decides on it
    return sorted(r for r in order if system.linear[r] and not protector.offer(system.modular[r]))
