"""Scale scores: reverse the items that point the other way, then average the valid ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from plankompass.statistics.estimate import FloatArray, as_matrix

_ROWS_AT_ONCE = 16_384
"""Rows of one block: keeps the block's copies in the processor's cache and memory flat."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Which columns make up a scale.

    Attributes:
        items: Positions of the scale's items among the columns.
        reverse: Positions of those that are reversed; all must be among ``items``.
        min_valid: Least number of valid items that a score needs.
        minimum: Lowest value that an item can take.
        maximum: Highest value that an item can take.
    """

    items: tuple[int, ...]
    reverse: tuple[int, ...] = ()
    min_valid: int = 1
    minimum: float = 1.0
    maximum: float = 5.0


def reverse_item(values: ArrayLike, minimum: float, maximum: float) -> FloatArray:
    """Turn the direction of an item: ``minimum + maximum - x``.

    Args:
        values: Any shape; NaN stays NaN.
        minimum: Lowest value of the item's scale.
        maximum: Highest value of the item's scale.

    Returns:
        Reversed values in the same shape.
    """
    return minimum + maximum - np.asarray(values, dtype=np.float64)


def score_scale(
    items: ArrayLike,
    *,
    min_valid: int,
    minimum: float = 1.0,
    maximum: float = 5.0,
    reverse: Sequence[int] = (),
) -> FloatArray:
    """Score one scale: the mean of the valid items after reversing.

    Args:
        items: Shape (respondents, items); NaN is missing ("don't know" too).
        min_valid: Least number of valid items that a score needs.
        minimum: Lowest value that an item can take.
        maximum: Highest value that an item can take.
        reverse: Positions of the items to reverse.

    Returns:
        Scores of shape (respondents,) in the items' unit; NaN with fewer than min_valid.

    Raises:
        ValueError: If min_valid, reverse or a value does not fit the items.
    """
    matrix = as_matrix(items, "items")
    scale = Scale(
        tuple(range(matrix.shape[1])), tuple(reverse), min_valid, float(minimum), float(maximum)
    )
    return score_scales(matrix, [scale])[:, 0]


def score_scales(items: ArrayLike, scales: Sequence[Scale]) -> FloatArray:
    """Score many scales for all respondents with two matrix products.

    Args:
        items: Shape (respondents, columns); NaN is missing.
        scales: The scales; each points at columns.

    Returns:
        Scores of shape (respondents, scales); NaN with fewer valid items than ``min_valid``.

    Raises:
        ValueError: If a scale points outside the columns, repeats an item, reverses one it does
            not hold, has an impossible min_valid, or an item holds a value outside the scale's
            range. The message names columns and scales by position, never a value.
    """
    matrix = as_matrix(items, "items")
    columns = matrix.shape[1]
    _check_scales(scales, columns)
    _check_range(matrix, scales)
    sign = np.zeros((columns, len(scales)))
    member = np.zeros((columns, len(scales)))
    offset = np.zeros((columns, len(scales)))
    for number, scale in enumerate(scales):
        member[list(scale.items), number] = 1.0
        sign[list(scale.items), number] = 1.0
        sign[list(scale.reverse), number] = -1.0
        offset[list(scale.reverse), number] = scale.minimum + scale.maximum
    # The valid mask meets membership and offset in one product.
    of_valid = np.hstack([member, offset])
    least = np.array([scale.min_valid for scale in scales])
    scores = np.empty((matrix.shape[0], len(scales)))
    for start in range(0, matrix.shape[0], _ROWS_AT_ONCE):
        block = matrix[start : start + _ROWS_AT_ONCE]
        valid = ~np.isnan(block)
        counted = valid.astype(np.float64) @ of_valid
        total = np.where(valid, block, 0.0) @ sign + counted[:, len(scales) :]
        number_valid = counted[:, : len(scales)]
        with np.errstate(divide="ignore", invalid="ignore"):
            mean = total / number_valid
        scores[start : start + _ROWS_AT_ONCE] = np.where(number_valid >= least, mean, np.nan)
    return scores


def _check_scales(scales: Sequence[Scale], columns: int) -> None:
    problems = []
    for number, scale in enumerate(scales):
        if not scale.items:
            problems.append(f"scale {number} has no items")
        if any(not 0 <= item < columns for item in scale.items):
            problems.append(f"scale {number} points outside the {columns} columns")
        if len(set(scale.items)) != len(scale.items):
            problems.append(f"scale {number} holds an item twice")
        if not set(scale.reverse) <= set(scale.items):
            problems.append(f"scale {number} reverses a column that is not its item")
        if not 1 <= scale.min_valid <= max(len(scale.items), 1):
            problems.append(f"scale {number}: min_valid must lie between 1 and its items")
        if scale.minimum >= scale.maximum:
            problems.append(f"scale {number}: minimum must be below maximum")
    if problems:
        raise ValueError("scales: " + "; ".join(problems))


def _check_range(matrix: FloatArray, scales: Sequence[Scale]) -> None:
    if matrix.shape[0] == 0:
        return
    low = np.fmin.reduce(matrix, axis=0)
    high = np.fmax.reduce(matrix, axis=0)
    outside = sorted(
        {
            item
            for scale in scales
            for item in scale.items
            if low[item] < scale.minimum or high[item] > scale.maximum
        }
    )
    if outside:
        raise ValueError(
            f"items: columns {outside} hold values outside the scale's range; "
            "are missing codes (such as 9 or 99) still among the answers?"
        )
