"""Secondary suppression over a whole system: elimination, then the interval attack until nothing falls."""

from __future__ import annotations

import random
from collections.abc import Collection
from dataclasses import dataclass, field

from plankompass.disclosure.elimination import protect_block
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
        result.by_span += len(hidden)
        if intervals:
            extra, failed = _widen(system, inside, order, known, hidden, min_share, seed)
            result.by_interval += len(extra)
            result.failed += failed
            hidden |= extra
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


def _widen(system, rows, order, known, hidden, min_share, seed) -> tuple[set[int], list[int]]:
    """Hide further rows, the least worthy that binds, until every interval is wide enough."""
    extra: set[int] = set()
    failed: set[int] = set()
    place = {r: i for i, r in enumerate(order)}
    for _ in range(REPAIRS_PER_BLOCK):
        shown = [r for r in order if r not in hidden and r not in extra]
        program = BlockProgram(system, rows, [*shown, *known])
        weak = [w for w in program.weak(min_share, seed) if w.row not in failed]
        if not weak:
            return extra, sorted(failed)
        changed = False
        for bounded in weak:
            binding = [r for r in program.bind(bounded.row) if r in place]
            if any(r in extra for r in binding):
                continue  # loosened in this round already
            if binding:
                extra.add(max(binding, key=place.__getitem__))
                changed = True
            else:
                failed.add(bounded.row)
        if not changed:
            break
    return extra, sorted(failed)
