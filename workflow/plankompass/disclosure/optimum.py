"""The fewest rows that must be hidden so that no protected number follows exactly: the measure of loss.

Too slow for a study; for tables small enough it tells how much the elimination hides in vain. Each set
of rows from which a target follows must lose one of its rows; these sets are found one after another,
and the fewest rows that hit all of them are a small integer program (Fischetti & Salazar-González,
Management Science 47, 2001, go the same way with intervals).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import optimize, sparse

from plankompass.disclosure.elimination import Span
from plankompass.disclosure.measure import national_system
from plankompass.disclosure.secondary import protect
from plankompass.disclosure.system import System

_SMALL = 1e-9


@dataclass(frozen=True)
class Loss:
    """What was hidden in small tables beside the primary cells.

    Attributes:
        tables: Tables in which anything had to be hidden.
        hidden: Rows that secondary suppression hid in them.
        optimum: The fewest rows that would have done.
    """

    tables: int
    hidden: int
    optimum: int

    @property
    def ratio(self) -> float:
        """Hidden rows for each row of the optimum."""
        return self.hidden / self.optimum


def fewest_hidden(system: System, candidates: Collection[int]) -> set[int]:
    """A smallest choice of rows to hide so that no target lies in the span of the others.

    Args:
        system: Rows over atoms, with targets.
        candidates: Rows that might be published; targets are not among them.

    Returns:
        The rows to hide.
    """
    rows = sorted(candidates)
    place = {r: i for i, r in enumerate(rows)}
    public = [r for r in range(len(system.labels)) if system.known[r] and system.linear[r]]
    hits: list[set[int]] = []
    while True:
        hidden = _fewest_that_hit(hits, len(rows))
        shown = [r for r in rows if place[r] not in hidden]
        span = Span()
        for r in [*public, *shown]:
            if rest := span.reduce(system.modular[r]):
                span.insert(rest, min(rest))
        fallen = [t for t in sorted(system.targets) if not span.reduce(system.modular[t])]
        if not fallen:
            return {rows[i] for i in hidden}
        for target in fallen:
            found = _follows_from(system, [*public, *shown], target)
            hits.append({place[r] for r in found if r in place})


def _fewest_that_hit(hits: Sequence[set[int]], count: int) -> set[int]:
    if not hits:
        return set()
    at = [(i, j) for i, hit in enumerate(hits) for j in sorted(hit)]
    i, j = zip(*at, strict=True)
    matrix = sparse.csr_array((np.ones(len(at)), (i, j)), shape=(len(hits), count))
    found = optimize.milp(
        np.ones(count),
        constraints=optimize.LinearConstraint(matrix, 1, np.inf),
        integrality=np.ones(count),
        bounds=optimize.Bounds(0, 1),
    )
    return {int(k) for k in np.flatnonzero(found.x > 0.5)}


def _follows_from(system: System, shown: Sequence[int], target: int) -> set[int]:
    """Few shown rows whose combination is the target: a corner of the combinations of least size."""
    told = system.matrix(shown).T.toarray()
    scale = np.maximum(np.abs(told).max(axis=0), _SMALL)
    wanted = system.matrix([target]).toarray()[0]
    found = optimize.linprog(
        np.ones(2 * len(shown)),
        A_eq=np.hstack([told / scale, -told / scale]),
        b_eq=wanted,
        method="highs",
    )
    weights = found.x[: len(shown)] - found.x[len(shown) :]
    return {shown[int(k)] for k in np.flatnonzero(np.abs(weights) > 1e-7)}


def measure_loss(
    tables: int = 60, *, municipalities: int = 12, restarts: int = 3, first_seed: int = 0
) -> Loss:
    """Hide rows of small tables, and find the fewest that would have done.

    Args:
        tables: How many tables to make.
        municipalities: Municipalities of each, in three peer groups and three counties, in two waves
            and the change.
        restarts: As for ``protect``.
        first_seed: Seed of the first table.

    Returns:
        The sums over the tables in which anything was hidden.
    """
    count = hidden = optimum = 0
    for seed in range(first_seed, first_seed + tables):
        system = national_system(municipalities, 1, 1, seed=seed, peer_groups=3, counties=3)
        candidates = [r for r in range(len(system.labels)) if r not in system.targets]
        chosen = protect(
            system, candidates, min_remainder=1, min_share=0.25, intervals=False, restarts=restarts
        )
        if chosen.hidden:
            count += 1
            hidden += len(chosen.hidden)
            optimum += len(fewest_hidden(system, candidates))
    return Loss(count, hidden, optimum)
