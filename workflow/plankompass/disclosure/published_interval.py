"""What a published number says of the true one, and how well a hidden one must stay hidden."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from plankompass.disclosure.components import TOTAL
from plankompass.disclosure.rounding import (
    COUNT_OF_COUNT_BELOW,
    half_unit,
)
from plankompass.disclosure.rules import AT_LEAST_THREE, CLASS_COUNTS, FEWER_THAN_THREE, SMALL_N
from plankompass.disclosure.system import Target

_SLACK = 1e-9


def published_interval(
    truth: dict[str, Any],
    told: dict[str, Any],
    unit: str,
    about: tuple[str, ...] | None,
    municipal: bool,
) -> tuple[float, float]:
    """Lowest and highest true value that go with a published row.

    A rounded value leaves half a unit to each side. The limits of its interval are rounded too, and
    since the attacker may know their distance from the value (a pooled spread can be worked out from
    many rows), they narrow it further. A municipality's share is a count of a count and is known
    exactly, however it is printed; so is a sum of whole answers, once few enough fit.

    Args:
        truth: The restricted row: value, lower, upper, n, numerator, class_value.
        told: Value, lower and upper as they are published.
        unit: Unit of the value.
        about: What is asked, from ``statistic``.
        municipal: Whether the row is one municipality's.

    Returns:
        The two ends.
    """
    value, n = float(truth["value"]), int(truth["n"])
    if (classed := class_interval(truth["class_value"], n)) is not None:
        return classed
    plain_count = unit == "share" and _is(truth["numerator"] / n, value)
    if plain_count and (municipal or n < COUNT_OF_COUNT_BELOW):
        return value, value
    half = half_unit(unit)
    if math.isnan(told["value"]):
        return -math.inf, math.inf
    low, high = told["value"] - half, told["value"] + half
    for end in ("lower", "upper"):
        limit, printed = truth[end], told[end]
        if not (math.isnan(limit) or math.isnan(printed)):
            low = max(low, printed - half - (limit - value))
            high = min(high, printed + half - (limit - value))
    low, high = low - _SLACK, high + _SLACK
    whole_sum = municipal and unit == "mean" and about is not None and TOTAL not in about[1]
    if plain_count or (whole_sum and _is(value * n, round(value * n))):
        low, high = math.ceil(low * n - _SLACK) / n, math.floor(high * n + _SLACK) / n
    return min(low, value), max(high, value)


def class_interval(class_value: str, n: int) -> tuple[float, float] | None:
    """What the class of a municipality's interviews says of the share with a code.

    Args:
        class_value: ``at_least_three`` or ``fewer_than_three``.
        n: Interviews.

    Returns:
        Lowest and highest share; None when it is no such class.
    """
    if class_value == AT_LEAST_THREE:
        return min(3 / n, 1.0), 1.0
    return (0.0, min(2 / n, 1.0)) if class_value == FEWER_THAN_THREE else None


def display_bounds(display: str, n: int) -> tuple[float, float]:
    """What the class of a protected share says of it: everyone knows the counts it stands for.

    Args:
        display: ``under_20``, ``over_80``, ``under_50`` or ``over_50``.
        n: Answers.

    Returns:
        Lowest and highest share.
    """
    edge = CLASS_COUNTS / n
    return (0.0, edge) if display.startswith("under") else (1 - edge, 1.0)


def _is(first: float, second: float) -> bool:
    return abs(first - second) < 1e-7


def attack_target(truth: dict[str, Any], ends: tuple[float, float], n: int, unit: str) -> Target:
    """How well a hidden row must stay hidden.

    Someone who knows the rules knows more than that a number is hidden: that a count is at the edge,
    or that a mean is a whole number. Then several of those values must stay possible.

    Args:
        truth: The restricted row: reason, display, component, class_value.
        ends: Lowest and highest value of its scale.
        n: Answers.
        unit: Unit of the value; ``code`` for the count behind an interview class.

    Returns:
        The target.
    """
    scale = ends[1] - ends[0]
    if unit == "code":
        counts = range(3, n + 1) if truth["class_value"] == "at_least_three" else range(3)
        return Target(scale, tuple(c / n for c in counts))
    if truth["reason"] == "count_at_edge" and truth["display"]:
        low = truth["display"] in ("under_20", "under_50")
        counts = [c if low else n - c for c in range(CLASS_COUNTS + 1)]
        return Target(scale, tuple(c / n for c in counts), edge=True)
    if truth["reason"] == "unanimous" and n < SMALL_N and truth["component"] != TOTAL:
        whole = np.arange(np.ceil(ends[0]), np.floor(ends[1]) + 1)
        return Target(scale, tuple(float(v) for v in whole))
    return Target(scale)
