"""Intervals of means in small councils: how much spread to reckon with when few have answered.

A council's own spread fails near consensus, where a handful of equal answers says nothing of those
who were silent; the spread pooled over councils fails where a council is split in two. And under 15
answers the own spread would tell what each one answered. ``council_mean_interval`` is what the
pipeline uses; ``./plankompass simulate`` shows how often each rule holds the truth.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from plankompass.statistics.cells import as_variables, cell_moments, check_codes, finish
from plankompass.statistics.estimate import (
    CellEstimates,
    FloatArray,
    check_population,
    t_quantile,
)

FLOOR = 0.5
"""Share of the pooled variance that no interval falls below."""

STEPS_BELOW = 8
"""Councils with fewer answers use ``FEW_STEPS``, others under 15 ``STEPS``."""

FEW_STEPS = ((1.25,), (1.0, 1.75))
"""Own SD over pooled SD where the next step begins, and the SD each step reckons with."""

STEPS = ((1.0, 1.5), (1.0, 1.5, 2.0))


def council_mean_interval(
    values: ArrayLike,
    codes: ArrayLike,
    populations: ArrayLike,
    *,
    below: int | None = 15,
    confidence: float = 0.95,
) -> CellEstimates:
    """Means with the intervals that the pipeline gives councils, administrations and participants.

    Under ``below`` answers the spread is one of a few multiples of the SD ``p`` pooled within
    municipalities, by the own SD ``s``:

    * under 8 answers: ``p`` where ``s <= 1.25 p``, else ``1.75 p``;
    * from 8 answers: ``p`` where ``s <= p``, ``1.5 p`` where ``s <= 1.5 p``, else ``2 p``.

    A council near consensus is then never surer than the others allow, a split one gets a wide
    interval, and the width tells one of two or three classes of spread instead of the spread
    itself. From ``below`` answers on the own spread is used, with ``floored_sd_mean_interval``.
    Steps and floor are choices, settled by simulation (docs/method/simulation.md).

    Args:
        values: Shape (respondents,) or (respondents, variables), any unit; NaN is missing.
        codes: Municipality of each respondent, integers 0 ... cells - 1, -1 for none.
        populations: Number of persons in each municipality, shape (cells,); ``inf`` for none.
        below: Number of answers from which the own spread is used; None never uses it.
        confidence: Level of the intervals.

    Returns:
        Estimates of shape (cells,) or (cells, variables), with the degrees of freedom of the pooled
        spread where that was used. Edges as in ``pooled_sd_mean_interval``: one respondent gets the
        pooled spread; NaN in empty cells and where no municipality has two respondents; ``se`` is 0
        where n = N.

    Raises:
        ValueError: If a cell has more valid values than persons, or shapes do not fit.
    """
    cells = _Cells(values, codes, populations)
    few = np.ones(cells.count.shape, dtype=bool) if below is None else cells.count < below
    se, df = cells.floored(FLOOR, confidence)
    stepped = cells.pooled_se * cells.steps()
    return cells.finish(np.where(few, stepped, se), np.where(few, cells.degrees, df), confidence)


def pooled_sd_mean_interval(
    values: ArrayLike,
    codes: ArrayLike,
    populations: ArrayLike,
    *,
    below: int | None = 15,
    confidence: float = 0.95,
) -> CellEstimates:
    """Means with intervals from the spread pooled within municipalities.

    ``s² = sum_g (n_g - 1) s_g² / sum_g (n_g - 1)``, variance ``(1 - n/N) s²/n``, t interval with
    ``sum_g (n_g - 1)`` degrees of freedom. In a council near consensus the own spread of a small
    sample is about 0 and its interval covers far too seldom; the pooled spread mends that, and the
    width of the interval no longer tells how alike the few answers were.

    Args:
        values: Shape (respondents,) or (respondents, variables), any unit; NaN is missing.
        codes: Municipality of each respondent, integers 0 ... cells - 1, -1 for none.
        populations: Number of persons in each municipality, shape (cells,); ``inf`` for none.
        below: Use the pooled spread where n is below this; None uses it everywhere. Other
            municipalities keep their own spread with n - 1 degrees of freedom.
        confidence: Level of the intervals.

    Returns:
        Estimates of shape (cells,) or (cells, variables). One respondent gets an interval too. NaN
        in empty cells, and all limits are NaN when no municipality has two respondents. ``se`` is
        0 where n = N. When all answers within every municipality are equal the spread is 0.

    Raises:
        ValueError: If a cell has more valid values than persons, or shapes do not fit.
    """
    cells = _Cells(values, codes, populations)
    pooled = np.ones(cells.count.shape, dtype=bool) if below is None else cells.count < below
    se = np.where(pooled, cells.pooled_se, cells.own_se)
    df = np.where(pooled, cells.degrees, cells.count - 1.0)
    return cells.finish(se, df, confidence)


def floored_sd_mean_interval(
    values: ArrayLike,
    codes: ArrayLike,
    populations: ArrayLike,
    *,
    floor: float = 0.5,
    confidence: float = 0.95,
) -> CellEstimates:
    """Means with the own spread, but never surer than half the pooled variance allows.

    Each interval is the wider of two: the municipality's own, ``t(n - 1) s``, and the pooled one
    from ``floor`` times the pooled variance. A council near consensus is guarded like with the
    pooled spread, and a council split in two keeps its own wide interval, which the pooled spread
    would cut short: simulated councils, ordinary, near consensus and split, are covered in 92 to
    99.5 % of samples, where the pooled spread covers fewer than 85 % of the split ones (see the
    tests).

    Args:
        values: Shape (respondents,) or (respondents, variables), any unit; NaN is missing.
        codes: Municipality of each respondent, integers 0 ... cells - 1, -1 for none.
        populations: Number of persons in each municipality, shape (cells,); ``inf`` for none.
        floor: Share of the pooled variance that no interval falls below, 0 (own spread only) to 1.
        confidence: Level of the intervals.

    Returns:
        Estimates of shape (cells,) or (cells, variables); ``se`` and ``df`` belong to the interval
        that was chosen. One respondent gets the interval of the whole pooled variance. Otherwise
        NaN and 0 as in ``pooled_sd_mean_interval``.

    Raises:
        ValueError: If a cell has more valid values than persons, shapes do not fit, or the floor
            lies outside 0 to 1.
    """
    if not 0 <= floor <= 1:
        raise ValueError("floor: must lie between 0 and 1")
    cells = _Cells(values, codes, populations)
    return cells.finish(*cells.floored(floor, confidence), confidence)


class _Cells:
    """Moments of the cells with both standard errors of the mean."""

    def __init__(self, values: ArrayLike, codes: ArrayLike, populations: ArrayLike) -> None:
        matrix, self.single = as_variables(values)
        sizes = np.asarray(populations, dtype=np.float64)
        if sizes.ndim != 1:
            raise ValueError("populations: need one size for each cell")
        where = check_codes(codes, matrix.shape[0], sizes.size)
        self.count, self.mean, squares = cell_moments(matrix, where, sizes.size)
        self.size = check_population(self.count, sizes[:, None])
        degrees = np.maximum(self.count - 1, 0).sum(axis=0).astype(np.float64)
        self.degrees = np.broadcast_to(degrees, self.count.shape)
        with np.errstate(divide="ignore", invalid="ignore"):
            common = np.where(degrees > 0, squares.sum(axis=0) / degrees, np.nan)
            own = np.where(self.count > 1, squares / (self.count - 1), np.nan)
        self.own_se = self._se(own)
        self.pooled_se = self._se(np.broadcast_to(common, self.count.shape))

    def _se(self, variance: FloatArray) -> FloatArray:
        with np.errstate(divide="ignore", invalid="ignore"):
            se = np.sqrt((1 - self.count / self.size) * variance / self.count)
        se = np.where(self.count > 0, se, np.nan)
        return np.where((self.count == self.size) & (self.count > 0), 0.0, se)

    def floored(self, floor: float, confidence: float) -> tuple[FloatArray, FloatArray]:
        """The wider of the own interval and the one from a share of the pooled variance."""
        alone = self.count == 1
        least = np.where(alone, 1.0, np.sqrt(floor)) * self.pooled_se
        own_half = t_quantile(self.count - 1.0, confidence) * self.own_se
        least_half = t_quantile(self.degrees, confidence) * least
        use_least = alone | (least_half > own_half)
        return (
            np.where(use_least, least, self.own_se),
            np.where(use_least, self.degrees, self.count - 1.0),
        )

    def steps(self) -> FloatArray:
        """By how much each cell's own spread asks to widen the pooled one."""
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.nan_to_num(self.own_se / self.pooled_se)
        found = []
        for begins, steps in (FEW_STEPS, STEPS):
            # A ratio of exactly a step must not depend on rounding: it stays below.
            found.append(np.array(steps)[np.searchsorted(begins, ratio - 1e-9)])
        return np.where(self.count < STEPS_BELOW, *found)

    def finish(self, se: FloatArray, df: FloatArray, confidence: float) -> CellEstimates:
        """Add the intervals."""
        return finish(self.mean, se, self.count, self.size, df, confidence, self.single)
