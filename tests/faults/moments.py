"""Which fault strikes when: drawn from a seed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

#: The kinds of fault, with their weight among all moments.
KINDS = {
    "engine": 5,  # the build's process is killed; its workers must end by themselves
    "everything": 5,  # the build and all its workers are killed at once, as when the power goes
    "worker": 5,  # one worker is killed; the build goes on
    "disk": 4,  # the disk is full
    "read-only": 3,  # a folder of results can no longer be written
    "twice": 3,  # a second build is started in the same folder
}


@dataclass(frozen=True)
class Moment:
    """One fault.

    Attributes:
        number: From 1.
        kind: See :data:`KINDS`.
        rebuild: Whether reports of an earlier build are there, to be made anew under another title.
        progress: Share of the files still to come that must have appeared first; 0 strikes while the
            workflow is still being read.
        pause: Seconds from then on.
    """

    number: int
    kind: str
    rebuild: bool
    progress: float
    pause: float


def draw_moments(count: int, seed: int, kinds: Sequence[str] = tuple(KINDS)) -> list[Moment]:
    """Draw the moments of a run: every kind in turn by its weight, everything else at random."""
    random_state = random.Random(f"{seed} {','.join(kinds)}")
    deck: list[str] = []
    while len(deck) < count:
        hand = [kind for kind in kinds for _ in range(KINDS[kind])]
        random_state.shuffle(hand)
        # whichever number of moments is asked for, each kind comes before any comes again
        first = list(dict.fromkeys(hand))
        for kind in first:
            hand.remove(kind)
        deck += [*first, *hand]
    return [
        Moment(
            number,
            kind,
            rebuild=random_state.random() < (0.5 if kind in ("disk", "read-only") else 0.25),
            progress=0.0 if random_state.random() < 0.15 else random_state.uniform(0.02, 0.9),
            pause=random_state.uniform(0.0, 0.3),
        )
        for number, kind in enumerate(deck[:count], start=1)
    ]
