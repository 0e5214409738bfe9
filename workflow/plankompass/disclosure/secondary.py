"""Secondary suppression over a whole system: elimination, then the interval attack until nothing falls."""

from __future__ import annotations

import random
from collections.abc import Collection
from dataclasses import dataclass, field

from plankompass.disclosure.elimination import block_protector, protect_block
from plankompass.disclosure.intervals import BlockProgram
from plankompass.disclosure.system import System

REPAIRS_PER_BLOCK = 400


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
                back = widener.give_back(hidden, extra, min_remainder)
                hidden, extra = hidden - back, extra - back
            result.by_interval += len(extra)
            hidden |= extra
        result.by_span += len(hidden) - (len(extra) if intervals else 0)
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
        self.ever_weak: set[int] = set()

    def _program(self, hidden: set[int]) -> BlockProgram:
        shown = [r for r in self.order if r not in hidden]
        return BlockProgram(self.system, self.rows, [*shown, *self.known])

    def widen(self, hidden: set[int]) -> set[int]:
        """The rows to hide beside those hidden already: the least worthy ones that bind."""
        extra: set[int] = set()
        place = {r: i for i, r in enumerate(self.order)}
        for _ in range(REPAIRS_PER_BLOCK):
            program = self._program(hidden | extra)
            weak = [w.row for w in program.weak(self.min_share, self.seed)]
            self.ever_weak.update(weak)
            changed = False
            for row in weak:
                if row in self.failed:
                    continue
                binding = [r for r in program.bind(row) if r in place]
                if any(r in extra for r in binding):
                    continue  # loosened in this round already
                if binding:
                    extra.add(max(binding, key=place.__getitem__))
                    changed = True
                else:
                    self.failed.add(row)
            if not changed:
                break
        return extra

    def give_back(self, hidden: set[int], extra: set[int], min_remainder: int) -> set[int]:
        """Hidden rows that turned out to be hidden in vain, the worthiest first.

        A row that was published when the intervals were first looked at can only narrow those that
        were too narrow then, so only these are looked at again.
        """
        gone = hidden | extra
        protector = block_protector(self.system, self.rows, self.order, min_remainder, self.known)
        for r in self.order:
            if r not in gone and self.system.linear[r]:
                protector.offer(self.system.modular[r])
        back: set[int] = set()
        for r in self.order:
            if r not in gone or (
                self.system.linear[r] and not protector.accepts(self.system.modular[r])
            ):
                continue
            program = self._program(gone - back - {r})
            look = None if r in hidden else self.ever_weak
            at = [i for i, t in enumerate(program.targets) if look is None or t in look]
            weak = [
                w for w in program.weak(self.min_share, self.seed, at) if w.row not in self.failed
            ]
            if not weak:
                back.add(r)
                if self.system.linear[r]:
                    protector.offer(self.system.modular[r])
        return back
