"""A made-up national table to measure disclosure control on: 357 municipalities and their aggregates."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass

import numpy as np

from plankompass.disclosure.attack import attack_system
from plankompass.disclosure.secondary import protect
from plankompass.disclosure.system import System, Target

PEER_GROUPS = 16
COUNTIES = 15


@dataclass(frozen=True)
class Measured:
    """What one run cost and found.

    Attributes:
        municipalities, cells, targets: Size of the problem.
        secondary: Cells hidden beside the primary ones.
        leaks: Targets the gate's attack found.
        build_seconds, protect_seconds, attack_seconds: CPU time of each part, on one core.
    """

    municipalities: int
    cells: int
    targets: int
    secondary: int
    leaks: int
    build_seconds: float
    protect_seconds: float
    attack_seconds: float


def national_system(
    municipalities: int = 357,
    indicators: int = 20,
    groups: int = 3,
    *,
    seed: int = 1,
    min_n: int = 5,
    peer_groups: int = PEER_GROUPS,
    counties: int = COUNTIES,
) -> System:
    """A system of two waves and their change, each indicator and group with its own pattern.

    Args:
        municipalities: Number of municipalities.
        indicators: Number of indicators.
        groups: Groups of respondents: councils, administrations, participants.
        seed: Seed of sizes and answers.
        min_n: Fewest respondents behind a published cell.
        peer_groups: Into how many peer groups the municipalities fall.
        counties: Into how many counties.

    Returns:
        Rows for each municipality, peer group, county and the nation.
    """
    draw = np.random.default_rng(seed)
    peer = draw.integers(0, peer_groups, municipalities)
    county = draw.integers(0, counties, municipalities)
    mean_size = [15.0, 4.5, 8.0]
    system = System()
    for indicator in range(indicators):
        for group in range(groups):
            both = draw.binomial(
                np.maximum(draw.poisson(mean_size[group % 3], municipalities), 1), 0.35
            )
            only = [np.maximum(draw.poisson(mean_size[group % 3] * 0.65, municipalities), 0)
                    for _ in range(2)]  # fmt: skip
            _add_block(system, (indicator, group), both, only, peer, county, draw, min_n)
    return system


def _add_block(system: System, block, both, only, peer, county, draw, min_n: int) -> None:
    parts = {"w1": (only[0], both), "w2": (only[1], both), "change": (None, both)}
    sums: dict[int, float] = {}

    def atom(part: str, m: int, size: int) -> int | None:
        if size == 0:
            return None
        low, high = (-4, 4) if part == "change" else (1, 5)
        at = system.atom((block, part, int(m)), int(size), int(size) * low, int(size) * high)
        sums.setdefault(at, float(draw.integers(low, high + 1, size).sum()))
        return at

    sets = [("nation", 0, np.arange(len(peer)))]
    sets += [("peer", int(g), np.flatnonzero(peer == g)) for g in np.unique(peer)]
    sets += [("county", int(g), np.flatnonzero(county == g)) for g in np.unique(county)]
    sets += [("municipality", int(m), np.array([m])) for m in range(len(peer))]
    level = {"nation": 0, "peer": 1, "county": 2, "municipality": 3}
    for wave, (alone, shared) in parts.items():
        for kind, at, members in sets:
            # the answers of those asked twice are other numbers in the other wave; the pattern of
            # who is in which row is what the elimination works on
            atoms = [
                atom(f"both-{wave}" if wave == "change" else "both", m, shared[m]) for m in members
            ]
            if alone is not None:
                atoms += [atom(f"only-{wave}", m, alone[m]) for m in members]
            row = {a: 1 for a in atoms if a is not None}
            if not row:
                continue
            n = sum(system.size[a] for a in row)
            total = sum(sums[a] for a in row)
            low, high = (-4, 4) if wave == "change" else (1, 5)
            small = n < min_n if kind == "municipality" else n < 10 or len(members) < 3
            published = np.round(total / n, 1)
            system.add(
                (kind, at, wave, *block),
                row,
                worth=(level[kind], 0, -n),
                interval=(n * (published - 0.05), n * (published + 0.05)),
                target=Target(scale=n * (high - low)) if small else None,
            )


def measure(municipalities: int = 357, *, intervals: bool = True, **size: int) -> Measured:
    """Protect and attack a national table and take the time.

    Args:
        municipalities: Number of municipalities.
        intervals: Whether to protect and attack with linear programs too.
        size: Further arguments of ``national_system``.

    Returns:
        Sizes, cost and leaks.
    """
    start = time.process_time()
    system = national_system(municipalities, **size)
    built = time.process_time()
    candidates = [r for r in range(len(system.labels)) if r not in system.targets]
    kept = protect(system, candidates, min_remainder=5, min_share=0.25, intervals=intervals)
    protected = time.process_time()
    published = [r for r in candidates if r not in kept.hidden]
    found = attack_system(system, published, min_share=0.25, intervals=intervals)
    ended = time.process_time()
    leaks = len(found.exact) + len(found.alone) + len(found.narrow) + len(found.contradictions)
    return Measured(
        municipalities=municipalities,
        cells=len(system.labels),
        targets=len(system.targets),
        secondary=len(kept.hidden),
        leaks=leaks,
        build_seconds=round(built - start, 2),
        protect_seconds=round(protected - built, 2),
        attack_seconds=round(ended - protected, 2),
    )


def as_row(measured: Measured) -> dict[str, int | float]:
    """One measurement as a row of a table."""
    return asdict(measured)
