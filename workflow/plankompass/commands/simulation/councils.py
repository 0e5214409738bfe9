"""Councils whose every member's answer is known, and the few who answer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plankompass.indicators.survey_answers import GroupAnswers, Occasion

FloatArray = NDArray[np.float64]

SIZES = (17, 27, 43, 59)
RESPONSE = (0.2, 0.4, 0.6, 0.75, 0.9)
SHAPES = ("ordinary", "skewed", "near consensus", "split")
USUAL = (0.5, 0.2, 0.15, 0.15)
"""Share of councils of each shape in the network that the main tables rest on."""

ITEMS = 4


@dataclass(frozen=True)
class Councils:
    """Many councils with everybody's answer.

    Attributes:
        shape: Position in ``SHAPES`` of each council.
        size: Members of each council.
        response: Share that answers, planted.
        answers: One council an entry: answers from 1 to 5, shape (members, items).
    """

    shape: NDArray[np.int64]
    size: NDArray[np.int64]
    response: FloatArray
    answers: list[FloatArray]

    def values(self, council: int) -> FloatArray:
        """The first item and the mean over all items, shape (members, 2)."""
        answers = self.answers[council]
        return np.column_stack([answers[:, 0], answers.mean(axis=1)])

    def truth(self) -> FloatArray:
        """Means over all members, shape (councils, 2)."""
        return np.array([self.values(k).mean(axis=0) for k in range(len(self.answers))])


def design(
    rng: np.random.Generator, sizes: tuple[int, ...] = SIZES, mix: tuple[float, ...] = USUAL
) -> Councils:
    """One network: two councils of every size and response, their shapes drawn.

    Args:
        rng: Random numbers.
        sizes: Members of the councils.
        mix: Share of each shape.

    Returns:
        The councils.
    """
    grid = [(size, share) for size in sizes for share in RESPONSE for _ in range(2)]
    size = np.array([g[0] for g in grid])
    shape = rng.choice(len(SHAPES), size=len(grid), p=mix)
    answers = [council(SHAPES[s], int(n), rng) for s, n in zip(shape, size, strict=True)]
    return Councils(shape, size, np.array([g[1] for g in grid]), answers)


def council(shape: str, size: int, rng: np.random.Generator) -> FloatArray:
    """Answers from 1 to 5 of every member of one council to ``ITEMS`` items.

    * ordinary: most between 2 and 5, members differ, and so do one member's answers;
    * skewed: most agree fully, with a tail;
    * near consensus: nearly all say 4, about one in ten clearly less;
    * split: between one and two thirds near 1.6, the others near 4.4.

    Args:
        shape: One of ``SHAPES``.
        size: Members.
        rng: Random numbers.

    Returns:
        Shape (members, items).
    """
    noise = rng.normal(size=(size, ITEMS))
    if shape == "ordinary":
        answers = rng.normal(3.4, 0.35) + rng.normal(0, 0.6, (size, 1)) + 0.75 * noise
    elif shape == "skewed":
        answers = 4.6 - rng.exponential(0.7, (size, 1)) + 0.6 * noise
    elif shape == "near consensus":
        less, share = (1.5, 0.10) if rng.random() < 0.5 else (2.5, 0.08)
        answers = 4 - less * (rng.random((size, 1)) < share) + 0.25 * noise
    else:
        low = rng.random((size, 1)) < rng.uniform(1 / 3, 2 / 3)
        answers = np.where(low, 1.6, 4.4) + 0.5 * noise
    return np.clip(np.round(answers), 1, 5)


def answered(
    councils: Councils,
    rng: np.random.Generator,
    *,
    wave: str = "T1",
    again: list[NDArray[np.int64]] | None = None,
) -> tuple[GroupAnswers, FloatArray, list[NDArray[np.int64]]]:
    """Draw who answers, each member with the same chance, as the pipeline would hold them.

    Args:
        councils: The councils.
        rng: Random numbers.
        wave: Name of the wave.
        again: Members who answered before and are twice as likely to answer now; None for nobody.

    Returns:
        The answers, their values (item, scale) and the members who answered in each council.
    """
    members = []
    for k, size in enumerate(councils.size):
        number = max(2, round(councils.response[k] * int(size)))
        order = rng.random(size)
        if again is not None:
            order[again[k]] *= 0.5
        members.append(np.sort(np.argsort(order)[:number]))
    codes = np.repeat(np.arange(len(members)), [len(m) for m in members])
    values = np.concatenate([councils.values(k)[m] for k, m in enumerate(members)])
    person = [f"{k}:{m}" for k, chosen in enumerate(members) for m in chosen]
    answers = GroupAnswers(
        group="folkevalgte",
        occasion=Occasion(wave),
        columns=("item", "scale"),
        values=values,
        dont_know=np.zeros(values.shape, dtype=bool),
        codes=codes,
        units=tuple(f"k{k:03d}" for k in range(len(members))),
        population=councils.size.astype(float),
        weight=np.ones(len(codes)),
        person=np.array(person, dtype=object),
        merged=np.zeros(len(members), dtype=bool),
    )
    return answers, values, members
