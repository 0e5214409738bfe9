"""Secondary suppression over a whole system: elimination, then the interval attack until nothing falls."""

from __future__ import annotations

import random
from collections.abc import Collection
from dataclasses import dataclass, field

from plankompass.disclosure.elimination import block_protector, protect_block
from plankompass.disclosure.intervals import BlockProgram
from plankompass.disclosure.system import System


@dataclass
class Protection:
    """What secondary suppression decided.

    Attributes:
        hidden: Rows to hide beside the primary ones.
        by_span: How many of them because a target would follow exactly.
        by_interval: How many because a target could be bounded too well.
        failed: Targets no hiding of rows could protect.
    """

    hidden: set[int] = field(default_factory=set)
    by_span: int = 0
    by_interval: int = 0
    failed: list[int] = field(default_factory=list)


def protect(
    system: System,
    candidates: Collection[int],
    *,
    min_remainder: int,
    min_share: float,
    fixed: Collection[int] = (),
    restarts: int = 0,
    seed: int = 0,
    intervals: bool = True,
) -> Protection:
    """Choose the rows to hide so that no target can be derived or bounded too well.

    Args:
        system: Rows over atoms, with targets.
        candidates: Rows that might be published; targets are not among them.
        min_remainder: Fewest persons in a published aggregate's hidden remainder.
        min_share: Smallest width of an attacker's interval, as a share of the range.
        fixed: Rows that are public already and cannot be taken back.
        restarts: How often to try again with the order shuffled within equal worth; the choice that
            hides fewest rows is kept.
        seed: Seed of the shuffles.
        intervals: Whether to protect against the interval attack too.

    Returns:
        The rows to hide.
    """
    result = Protection()
    allowed, public = set(candidates), set(fixed)
    for rows in system.blocks():
        inside = [int(r) for r in rows]
        if not any(r in system.targets for r in inside):
            continue
        order = sorted(
            (r for r in inside if r in allowed), key=lambda r: (system.worth[r], system.labels[r])
        )
        known = [r for r in inside if r in public]
        hidden = _best(system, inside, order, known, min_remainder, restarts, seed)
        if intervals:
            widener = _Widener(system, inside, order, known, min_share, seed)
            extra = widener.widen(hidden)
            result.failed += sorted(widener.failed)
            if extra:
                extra = widener.give_back(hidden, extra, min_remainder)
            result.by_interval += len(extra)
            result.hidden |= extra
        result.by_span += len(hidden)
        result.hidden |= hidden
    return result


def _best(system, rows, order, known, min_remainder, restarts, seed) -> set[int]:
    best = set(protect_block(system, rows, order, min_remainder, known))
    draw = random.Random(seed)
    for _ in range(restarts if best else 0):
        shuffled = sorted(order, key=lambda r: (*system.worth[r][:2], draw.random()))
        other = set(protect_block(system, rows, shuffled, min_remainder, known))
        if _loss(system, other) < _loss(system, best):
            best = other
    return best


def _loss(system: System, hidden: set[int]) -> tuple:
    """Hidden rows by level of worth, the worthiest level first."""
    levels = sorted({w[0] for r in hidden if (w := system.worth[r])})
    counts = dict.fromkeys(levels, 0)
    for r in hidden:
        counts[system.worth[r][0]] += 1
    return (len(hidden), tuple(counts[level] for level in levels))


class _Widener:
    """Hides further rows of one block until every interval is wide enough.

    Args:
        system: The system.
        rows: All rows of the block.
        order: The rows that might be published, the worthiest first.
        known: Rows that are public already.
        min_share: Smallest width of an attacker's interval.
        seed: Seed of the random objectives.
    """

    def __init__(self, system, rows, order, known, min_share: float, seed: int) -> None:
        self.system, self.rows, self.order, self.known = system, rows, order, known
        self.min_share, self.seed = min_share, seed
        self.failed: set[int] = set()
        self.narrow: list[int] = []
        self.cause: dict[int, int] = {}
        self.place = {r: i for i, r in enumerate(order)}

    def widen(self, hidden: set[int]) -> set[int]:
        """The rows to hide beside those hidden already: the least worthy ones that bind.

        Args:
            hidden: Rows hidden already.

        Returns:
            More rows to hide.
        """
        extra: set[int] = set()
        shown = [r for r in self.order if r not in hidden]
        self.program = BlockProgram(self.system, self.rows, [*shown, *self.known])
        for narrow in self.program.weak(self.min_share, self.seed):
            self.narrow.append(narrow.row)
            extra |= self._hide_until_wide(self.program.index[narrow.row])
        return extra

    def _hide_until_wide(self, at: int) -> set[int]:
        hidden: set[int] = set()
        target = self.program.targets[at]
        while self.program.settle(at, self.min_share) is not None:
            binding = [r for r in self.program.bind(target) if r in self.place]
            if not binding:
                self.failed.add(target)
                break
            least = max(binding, key=self.place.__getitem__)
            hidden.add(least)
            self.cause[least] = at
            self.program.take_back(least)
        return hidden

    def give_back(self, hidden: set[int], extra: set[int], min_remainder: int) -> set[int]:
        """Take back rows that were hidden because of intervals in vain, the worthiest first.

        They were published when the intervals were first looked at, so only targets that were too
        narrow then can become so again.

        Args:
            hidden: Rows hidden because of combinations.
            extra: Rows hidden because of intervals.
            min_remainder: Fewest persons in a remainder.

        Returns:
            The rows that stay hidden because of intervals.
        """
        gone = hidden | extra
        protector = block_protector(self.system, self.rows, self.order, min_remainder, self.known)
        for r in self.order:
            if r not in gone and self.system.linear[r]:
                protector.offer(self.system.modular[r])
        back: set[int] = set()
        look = [self.program.index[t] for t in self.narrow if t not in self.failed]
        for r in self.order:
            if r not in extra:
                continue
            if self.system.linear[r] and not protector.accepts(self.system.modular[r]):
                continue
            corners = self.program.corners
            self.program.tell(r)
            first = self.cause[r]  # most likely to become narrow again
            near = self.program.beside(r, look)
            if any(
                self.program.settle(at, self.min_share) is not None
                for at in (first, *(i for i in near if i != first))
            ):
                self.program.take_back(r)
                self.program.corners = corners
                continue
            back.add(r)
            if self.system.linear[r]:
                protector.offer(self.system.modular[r])
        # rows that came back in other neighbourhoods may reach over by way of the aggregates
        again = {r for at in look for r in self._hide_until_wide(at)}
        return (extra - back) | again
