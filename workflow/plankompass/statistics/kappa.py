"""Kappas of Cohen and Fleiss, and Gwet's AC1.

Every function takes ratings with one row a coder and one column a unit. Kappa falls when nearly all
units belong to one category, even if coders seldom differ; AC1 does not, so codes that are rare or
nearly always present are judged by AC1.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from plankompass.statistics.estimate import FloatArray, IntArray, check_confidence, t_quantile
from plankompass.statistics.ratings import (
    BOOTSTRAP_SEED,
    Agreement,
    count_ratings,
    percentiles,
    unit_weights,
)


def cohen_kappa(
    ratings: ArrayLike, *, categories: ArrayLike | None = None, confidence: float = 0.95
) -> Agreement:
    """Cohen's kappa of two coders (Cohen 1960).

    Standard error after Fleiss, Cohen and Everitt (1969), by statsmodels.

    Args:
        ratings: Shape (2, units), numbers or words; units rated by one coder only are left out.
        categories: All values that a rating can take; None takes those that occur.
        confidence: Level of the interval.

    Returns:
        Kappa. NaN without units rated by both, or when both coders always give the same one value.

    Raises:
        ValueError: If there are not two coders, or a rating is none of the categories.
    """
    return _two_coders(ratings, categories, confidence, None)


def weighted_kappa(
    ratings: ArrayLike,
    *,
    weights: str = "squared",
    categories: ArrayLike | None = None,
    confidence: float = 0.95,
) -> Agreement:
    """Cohen's weighted kappa of two coders on ordered values (Cohen 1968).

    Disagreement grows with the distance, or its square, between the positions of two values among
    the categories. Standard error after Fleiss, Cohen and Everitt (1969), by statsmodels.

    Args:
        ratings: Shape (2, units), numbers; units rated by one coder only are left out.
        weights: "squared" or "linear".
        categories: All values that a rating can take, in order. None takes those that occur, so
            that a value nobody used does not count as a step: give all points of the scale.
        confidence: Level of the interval.

    Returns:
        Weighted kappa. NaN without units rated by both or without any variation.

    Raises:
        ValueError: If there are not two coders, weights are unknown, or a rating is none of the
            categories.
    """
    if weights not in ("squared", "linear"):
        raise ValueError("weights: must be squared or linear")
    return _two_coders(ratings, categories, confidence, weights)


def _two_coders(
    ratings: ArrayLike, categories: ArrayLike | None, confidence: float, weights: str | None
) -> Agreement:
    from statsmodels.stats.inter_rater import cohens_kappa

    counted = count_ratings(ratings, numeric=weights is not None, categories=categories)
    if counted.codes.shape[0] != 2:
        raise ValueError("ratings: need exactly two coders")
    both = (counted.codes >= 0).all(axis=0)
    units, size = int(both.sum()), counted.values.size
    first, second = counted.codes[:, both]
    table = np.bincount(first * size + second, minlength=size * size).reshape(size, size)
    # One value only, from both coders: agreement by chance is full and kappa is 0/0.
    if units == 0 or ((table.sum(axis=0) + table.sum(axis=1)) > 0).sum() < 2:
        return Agreement(np.nan, np.nan, np.nan, np.nan, units, 2)
    wt = {None: None, "squared": "quadratic", "linear": "linear"}[weights]
    with np.errstate(divide="ignore", invalid="ignore"):
        result = cohens_kappa(table, wt=wt)
    kappa, se = float(result.kappa), float(result.std_kappa)
    half = float(t_quantile(np.inf, confidence)) * se
    return Agreement(kappa, se, kappa - half, kappa + half, units, 2)


def fleiss_kappa(
    ratings: ArrayLike,
    *,
    replicates: int = 1000,
    seed: int = BOOTSTRAP_SEED,
    confidence: float = 0.95,
) -> Agreement:
    """Fleiss' kappa of several coders (Fleiss 1971), with a bootstrap over units.

    Args:
        ratings: Shape (coders, units), numbers or words; units without a rating from every coder
            are left out.
        replicates: Number of bootstrap draws; 0 gives no interval.
        seed: Seed of the draws.
        confidence: Level of the percentile interval.

    Returns:
        Kappa. NaN with fewer than two coders, without complete units, or with one value only.
    """
    check_confidence(confidence)
    counted = count_ratings(ratings, numeric=False)
    coders = counted.codes.shape[0]
    counts = counted.counts[counted.counts.sum(axis=1) == coders]
    units = counts.shape[0]
    if coders < 2 or units == 0:
        return Agreement(np.nan, np.nan, np.nan, np.nan, units, coders)
    kappa = float(_fleiss(counts, coders, np.ones((1, units)))[0])
    if replicates < 2 or units < 2 or np.isnan(kappa):
        return Agreement(kappa, np.nan, np.nan, np.nan, units, coders)
    drawn = _fleiss(counts, coders, unit_weights(units, replicates, seed))
    return Agreement(kappa, *percentiles(drawn, confidence), units, coders)


def _fleiss(counts: IntArray, coders: int, weights: FloatArray) -> FloatArray:
    agreement = (counts * (counts - 1)).sum(axis=1) / (coders * (coders - 1))
    total = weights.sum(axis=1)
    observed = weights @ agreement / total
    share = weights @ counts / (total * coders)[:, None]
    chance = (share**2).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(chance < 1 - 1e-12, (observed - chance) / (1 - chance), np.nan)


def gwet_ac1(
    ratings: ArrayLike,
    *,
    categories: ArrayLike | None = None,
    confidence: float = 0.95,
) -> Agreement:
    """Gwet's AC1 of two or more coders, with missing ratings.

    Chance agreement is ``sum of p (1 - p) / (q - 1)`` over q categories; standard error by
    linearisation over units, t interval (Gwet 2008; Gwet 2014, ch. 5).

    Args:
        ratings: Shape (coders, units), numbers or words. Units with one rating count for the
            shares of the categories only.
        categories: All values that a rating can take. None takes those that occur; for a code that
            is present or absent give both, since q enters the formula.
        confidence: Level of the interval; the upper limit is held at 1.

    Returns:
        AC1. NaN when no unit has two ratings or there is one category only.

    Raises:
        ValueError: If a rating is none of the categories.
    """
    level = check_confidence(confidence)
    counted = count_ratings(ratings, numeric=_all_numbers(categories), categories=categories)
    counts = counted.counts[counted.counts.sum(axis=1) > 0].astype(np.float64)
    number = counts.sum(axis=1)
    units, size = counts.shape
    pairable = number >= 2
    pairs = int(pairable.sum())
    coders = counted.coders_of(counted.counts.sum(axis=1) > 0)
    if pairs == 0 or size < 2:
        return Agreement(np.nan, np.nan, np.nan, np.nan, pairs, coders)
    with np.errstate(divide="ignore", invalid="ignore"):
        own = (counts * (counts - 1)).sum(axis=1) / (number * (number - 1))
    own = np.where(pairable, own, 0.0)
    observed = own.sum() / pairs
    shares = counts / number[:, None]
    share = shares.mean(axis=0)
    chance = (share * (1 - share)).sum() / (size - 1)
    ac1 = (observed - chance) / (1 - chance)
    if units < 2:
        return Agreement(float(ac1), np.nan, np.nan, np.nan, pairs, coders)
    part = units / pairs * (own - chance * pairable) / (1 - chance)
    own_chance = (shares * (1 - share)).sum(axis=1) / (size - 1)
    part = part - 2 * (1 - ac1) * (own_chance - chance) / (1 - chance)
    se = float(np.sqrt(((part - ac1) ** 2).sum() / (units * (units - 1))))
    half = float(t_quantile(units - 1, level)) * se
    return Agreement(float(ac1), se, float(ac1 - half), float(min(1, ac1 + half)), pairs, coders)


def _all_numbers(categories: ArrayLike | None) -> bool:
    return categories is not None and np.asarray(categories).dtype.kind in "iufb"
