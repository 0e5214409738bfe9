"""Weights that mend known differences between those who answered and all who could.

Only for peer groups, the network and residents. Fifteen of 27 councillors leave empty cells; there
``finite_population.worst_case_bounds`` says more than any weight.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from plankompass.statistics.estimate import FloatArray, IntArray, as_vector


@dataclass(frozen=True, slots=True)
class Weights:
    """Calibrated weights.

    Attributes:
        weights: One weight a respondent, shape (n,); they sum to the population.
        iterations: Rounds over the margins that were needed; 1 for post-stratification.
        worst: Largest remaining difference from a target, as a share of the target.
        design_effect: Kish's factor by which unequal weights alone widen a variance:
            ``n sum(w²) / sum(w)²``.
        effective_n: Respondents divided by ``design_effect``.
    """

    weights: FloatArray
    iterations: int
    worst: float
    design_effect: float
    effective_n: float


def post_stratify(
    cells: ArrayLike,
    targets: Mapping[Hashable, float],
    *,
    base: ArrayLike | None = None,
) -> Weights:
    """Scale weights so that each cell's sum equals the number of persons in it.

    Args:
        cells: Cell of each respondent, shape (n,).
        targets: Number of persons in each cell, above 0 where somebody answered.
        base: Weights before, shape (n,), above 0; None starts from 1.

    Returns:
        The weights.

    Raises:
        ValueError: If a cell has persons but no respondent or respondents but no target; all such
            cells are named.
    """
    return rake([cells], [targets], base=base, tolerance=1e-12)


def rake(
    margins: Sequence[ArrayLike],
    targets: Sequence[Mapping[Hashable, float]],
    *,
    base: ArrayLike | None = None,
    tolerance: float = 1e-10,
    max_iterations: int = 1000,
) -> Weights:
    """Iterative proportional fitting of weights to several margins (Deming and Stephan 1940).

    Args:
        margins: For each margin the category of each respondent, shape (n,), none missing.
        targets: For each margin the number of persons in each category. All margins must sum to
            the same population.
        base: Weights before, shape (n,), above 0; None starts from 1.
        tolerance: Stop when no margin is further from its target than this share.
        max_iterations: Rounds after which fitting is given up.

    Returns:
        The weights.

    Raises:
        ValueError: If a category has persons but no respondent or respondents but no target, the
            margins sum to different populations, a base weight is not positive, or the margins
            contradict each other so that fitting does not end.
    """
    if not margins or len(margins) != len(targets):
        raise ValueError("margins, targets: need one table of targets for each margin")
    n = len(np.asarray(margins[0]))
    weights = np.ones(n) if base is None else as_vector(base, "base").copy()
    if weights.shape != (n,) or not (weights > 0).all():
        raise ValueError("base: need one weight above 0 for each respondent")
    coded = [_code(margin, wanted, n) for margin, wanted in zip(margins, targets, strict=True)]
    populations = [wanted.sum() for _, wanted in coded]
    if max(populations) - min(populations) > 1e-9 * max(populations):
        raise ValueError("targets: the margins sum to different populations")
    for iteration in range(1, max_iterations + 1):
        for codes, wanted in coded:
            held = np.bincount(codes, weights=weights, minlength=wanted.size)
            weights = weights * (wanted / held)[codes]
        worst = max(
            float(
                np.abs(
                    np.bincount(codes, weights=weights, minlength=wanted.size) / wanted - 1
                ).max()
            )
            for codes, wanted in coded
        )
        if worst <= tolerance:
            effect = float(n * (weights**2).sum() / weights.sum() ** 2)
            return Weights(weights, iteration, worst, effect, n / effect)
    raise ValueError(
        f"margins: no weights meet all targets after {max_iterations} rounds; "
        "merge small categories"
    )


def _code(
    margin: ArrayLike, wanted: Mapping[Hashable, float], n: int
) -> tuple[IntArray, FloatArray]:
    labels = np.asarray(margin)
    if labels.shape != (n,):
        raise ValueError("margins: need one category for each respondent; lengths differ")
    names, codes = np.unique(labels, return_inverse=True)
    present = [name.item() if hasattr(name, "item") else name for name in names]
    empty = [name for name, size in wanted.items() if size > 0 and name not in present]
    unknown = [name for name in present if not wanted.get(name, 0) > 0]
    if empty or unknown:
        raise ValueError(
            "targets: "
            + "; ".join(
                part
                for part in (
                    f"persons but no respondent in {sorted(map(str, empty))}" if empty else "",
                    f"respondents but no target in {sorted(map(str, unknown))}" if unknown else "",
                )
                if part
            )
            + "; merge categories"
        )
    return codes.astype(np.int64), np.array([float(wanted[name]) for name in present])


def trim(weights: ArrayLike, *, limit: float = 5.0) -> FloatArray:
    """Cut weights that are too many times the mean, and share what was cut among the others.

    Args:
        weights: Shape (n,), above 0.
        limit: Greatest weight, in mean weights; at least 1.

    Returns:
        Weights with the same sum, none above ``limit`` times the mean.

    Raises:
        ValueError: If the limit is below 1 or a weight is not positive.
    """
    vector = as_vector(weights, "weights").copy()
    if limit < 1:
        raise ValueError("limit: must be at least 1")
    if not (vector > 0).all():
        raise ValueError("weights: must be above 0, none missing")
    total, top = vector.sum(), limit * vector.mean()
    cut = np.zeros(vector.shape, dtype=bool)
    while (vector > top * (1 + 1e-12)).any():
        cut |= vector > top
        vector[cut] = top
        if cut.all():
            break
        vector[~cut] *= (total - top * cut.sum()) / vector[~cut].sum()
    return vector
