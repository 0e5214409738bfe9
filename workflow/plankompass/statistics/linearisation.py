"""Means and shares under strata, domains, clusters, post-strata and weights.

One engine: the weighted mean's influence of each respondent, summed by cluster, its variance within
strata with the finite correction (Taylor linearisation; Woodruff 1971; Särndal, Swensson and
Wretman 1992, ch. 5), as R's ``survey`` does it.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from plankompass.statistics.cells import cell_codes
from plankompass.statistics.estimate import (
    NO_POPULATION,
    Estimate,
    FloatArray,
    IntArray,
    as_vector,
    check_confidence,
    check_population,
    t_interval,
    t_quantile,
)
from plankompass.statistics.weighting import post_stratify


def weighted_mean(
    values: ArrayLike,
    weights: ArrayLike,
    *,
    population: float | Mapping[Hashable, float] | None = None,
    strata: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
    domain: ArrayLike | None = None,
    calibrated_on: Sequence[ArrayLike] = (),
    base: ArrayLike | None = None,
    confidence: float = 0.95,
) -> Estimate:
    """Weighted mean with linearised variance.

    Args:
        values: Shape (n,); a respondent with NaN is outside the domain, as ``svymean`` with
            ``na.rm = TRUE``.
        weights: Shape (n,), above 0.
        population: Number of persons (of clusters, where these are given), or that number for
            each stratum; None or ``inf`` for no correction.
        strata: Stratum of each respondent, shape (n,); None for one stratum.
        clusters: Primary unit of each respondent, shape (n,); None when persons were drawn.
        domain: Booleans, shape (n,): those whose mean is wanted. The others still count in the
            design, since how many fell into the domain was left to chance.
        calibrated_on: Margins that the weights were raked or post-stratified to, categories of
            shape (n,) each; the variance then comes from what these do not explain.
        base: Weights before calibration, shape (n,); None for equal ones.
        confidence: Level of the interval.

    Returns:
        The mean. ``df`` is clusters in the domain less strata in the domain. NaN without values in
        the domain. ``se`` is NaN when a stratum that was not drawn in full has one cluster.

    Raises:
        ValueError: If lengths differ, a weight is not positive, a stratum has no population, or
            a stratum has more clusters than its population.
    """
    y, w = as_vector(values, "values"), as_vector(weights, "weights")
    if y.shape != w.shape:
        raise ValueError("values, weights: lengths differ")
    if not (w > 0).all():
        raise ValueError("weights: must be above 0, none missing")
    inside = ~np.isnan(y)
    if domain is not None:
        inside &= _aligned(domain, y.size, "domain").astype(bool)
    stratum, names = _codes(strata, y.size, "strata")
    unit = np.arange(y.size) if clusters is None else _codes(clusters, y.size, "clusters")[0]
    units = _units_by_stratum(unit, stratum, names.size)
    size = _populations(population, names, units, strata is None)
    n, whole = int(inside.sum()), float(size.sum())
    if n == 0:
        return Estimate(np.nan, np.nan, np.nan, np.nan, 0, whole, np.nan)
    share = np.where(inside, w, 0.0)
    mean = float((share * np.where(inside, y, 0.0)).sum() / share.sum())
    influence = np.where(inside, np.where(inside, y, 0.0) - mean, 0.0)
    if calibrated_on:
        before = np.ones(y.size) if base is None else as_vector(base, "base")
        influence = _residuals(influence, calibrated_on, before)
    se = np.sqrt(_variance(influence * w / share.sum(), unit, stratum, units, size))
    df = float(np.unique(unit[inside]).size - np.unique(stratum[inside]).size)
    lower, upper = t_interval(mean, se, df, confidence)
    return Estimate(mean, float(se), float(lower), float(upper), n, whole, df)


def stratified_mean(
    values: ArrayLike,
    strata: ArrayLike,
    populations: Mapping[Hashable, float],
    *,
    confidence: float = 0.95,
) -> Estimate:
    """Mean of a population drawn by strata (Cochran 1977, ch. 5).

    Each stratum weighs as its number of persons; variance
    ``sum (N_h/N)² (1 - n_h/N_h) s_h²/n_h``, degrees of freedom n less the number of strata.

    Args:
        values: Shape (n,); NaN is missing and left out, the others then stand for its stratum.
        strata: Stratum of each respondent, shape (n,).
        populations: Number of persons in each stratum, finite.
        confidence: Level of the interval.

    Returns:
        The mean; ``se`` is NaN when a stratum with several persons has one valid value.

    Raises:
        ValueError: If a stratum with persons has no valid value, or a stratum has no population or
            a smaller one than its number of values.
    """
    y = as_vector(values, "values")
    labels = _aligned(strata, y.size, "strata")
    valid = ~np.isnan(y)
    y, labels = y[valid], labels[valid]
    if y.size == 0:
        return Estimate(np.nan, np.nan, np.nan, np.nan, 0, float(sum(populations.values())), np.nan)
    weights = post_stratify(labels, populations).weights
    return weighted_mean(y, weights, population=populations, strata=labels, confidence=confidence)


def domain_mean(
    values: ArrayLike,
    domain: ArrayLike,
    population: float | None,
    *,
    confidence: float = 0.95,
) -> Estimate:
    """Mean of a part of a population whose size is not known, such as women in a council.

    Args:
        values: Shape (n,) over all respondents; NaN is missing.
        domain: Booleans of shape (n,): who belongs to the part.
        population: Number of persons in the whole population; None for no correction.
        confidence: Level of the interval.

    Returns:
        The mean of the part. Where the part's own size is known, ``finite_population.mean_fpc``
        with that size is sharper.

    Raises:
        ValueError: If lengths differ or the population is smaller than the sample.
    """
    y = as_vector(values, "values")
    return weighted_mean(
        y, np.ones(y.size), population=population, domain=domain, confidence=confidence
    )


def post_stratified_mean(
    values: ArrayLike,
    poststrata: ArrayLike,
    targets: Mapping[Hashable, float],
    *,
    confidence: float = 0.95,
) -> Estimate:
    """Mean of a simple random sample, weighted afterwards to known sizes of groups.

    The variance comes from the deviations within groups (Särndal, Swensson and Wretman 1992, 7.6).

    Args:
        values: Shape (n,); NaN is missing and left out before weighting.
        poststrata: Group of each respondent, shape (n,).
        targets: Number of persons in each group, finite; their sum is the population.
        confidence: Level of the interval.

    Returns:
        The mean with n - 1 degrees of freedom.

    Raises:
        ValueError: If a group with persons has no valid value (show worst-case bounds instead), or
            a group with values has no target.
    """
    y = as_vector(values, "values")
    labels = _aligned(poststrata, y.size, "poststrata")
    valid = ~np.isnan(y)
    y, labels = y[valid], labels[valid]
    population = float(sum(targets.values()))
    if y.size == 0:
        return Estimate(np.nan, np.nan, np.nan, np.nan, 0, population, np.nan)
    weights = post_stratify(labels, targets).weights
    return weighted_mean(
        y, weights, population=population, calibrated_on=[labels], confidence=confidence
    )


def weighted_share(
    successes: ArrayLike,
    weights: ArrayLike,
    *,
    method: Literal["korn-graubard", "logit"] = "korn-graubard",
    confidence: float = 0.95,
    **design: object,
) -> Estimate:
    """Weighted share with an interval that stays between 0 and 1.

    Args:
        successes: 1 or 0 for each respondent, shape (n,); NaN is missing.
        weights: Shape (n,), above 0.
        method: "korn-graubard" (beta interval with effective sample size; Korn and Graubard 1998)
            or "logit" (t interval on the logit scale).
        confidence: Level of the interval.
        **design: What ``weighted_mean`` takes: population, strata, clusters, domain,
            calibrated_on, base.

    Returns:
        The share. When everybody answered alike the standard error is 0 and says nothing: then
        both methods give the beta interval with n itself as effective size, or no width at n = N.

    Raises:
        ValueError: If a value is neither 0 nor 1, or the design does not fit.
    """
    hits = as_vector(successes, "successes")
    if not np.isin(hits[~np.isnan(hits)], (0.0, 1.0)).all():
        raise ValueError("successes: must be 0 or 1")
    mean = weighted_mean(hits, weights, confidence=confidence, **design)
    return share_limits(mean, method=method, confidence=confidence)


def share_limits(
    share: Estimate,
    *,
    method: Literal["korn-graubard", "logit"] = "korn-graubard",
    confidence: float = 0.95,
) -> Estimate:
    """Replace the t interval of a share by one that stays between 0 and 1.

    Args:
        share: A share with its standard error, sample size and degrees of freedom.
        method: "korn-graubard" or "logit"; see ``weighted_share``.
        confidence: Level of the interval.

    Returns:
        The same share with new limits.

    Raises:
        ValueError: If the method is unknown.
    """
    if method not in ("korn-graubard", "logit"):
        raise ValueError("method: must be korn-graubard or logit")
    tail = (1 - check_confidence(confidence)) / 2
    p = share.estimate
    if np.isnan(share.se):
        lower = upper = np.nan
    elif share.n >= share.population:
        lower = upper = p
    elif share.se == 0 or p in (0.0, 1.0):
        lower, upper = _beta_limits(p, float(share.n), tail)
    elif method == "logit":
        centre = special.logit(p)
        half = float(t_quantile(share.df, confidence)) * share.se / (p * (1 - p))
        lower, upper = special.expit(centre - half), special.expit(centre + half)
    else:
        effective = p * (1 - p) / share.se**2
        quantiles = t_quantile([share.n - 1, share.df], confidence)
        lower, upper = _beta_limits(p, effective * float(quantiles[0] / quantiles[1]) ** 2, tail)
    return Estimate(p, share.se, float(lower), float(upper), share.n, share.population, share.df)


def _beta_limits(p: float, n: float, tail: float) -> tuple[float, float]:
    x = n * p
    lower = 0.0 if x <= 0 else float(special.betaincinv(x, n - x + 1, tail))
    upper = 1.0 if x >= n else float(special.betaincinv(x + 1, n - x, 1 - tail))
    return lower, upper


def _aligned(labels: ArrayLike, n: int, name: str) -> np.ndarray:
    array = np.asarray(labels)
    if array.shape != (n,):
        raise ValueError(f"{name}: need one for each respondent; lengths differ")
    return array


def _codes(labels: ArrayLike | None, n: int, name: str) -> tuple[IntArray, np.ndarray]:
    if labels is None:
        return np.zeros(n, dtype=np.int64), np.array([0])
    return cell_codes(_aligned(labels, n, name))


def _units_by_stratum(unit: IntArray, stratum: IntArray, strata: int) -> IntArray:
    pairs = np.unique(np.stack([unit, stratum]), axis=1)
    if np.unique(pairs[0]).size != pairs.shape[1]:
        raise ValueError(
            "clusters: a cluster lies in two strata; give it a name of its own in each"
        )
    return np.bincount(pairs[1], minlength=strata)


def _populations(
    population: float | Mapping[Hashable, float] | None,
    names: np.ndarray,
    units: IntArray,
    one_stratum: bool,
) -> FloatArray:
    if isinstance(population, Mapping):
        labels = [name.item() if hasattr(name, "item") else name for name in names]
        lacking = [str(label) for label in labels if label not in population]
        if lacking:
            raise ValueError(f"population: no size for strata {sorted(lacking)}")
        return check_population(units, [float(population[label]) for label in labels])
    if not one_stratum and population is not None and population != NO_POPULATION:
        raise ValueError("population: give the size of each stratum")
    return check_population(units, population)


def _residuals(influence: FloatArray, margins: Sequence[ArrayLike], base: FloatArray) -> FloatArray:
    """What weighted least squares on the margins leaves."""
    columns = [np.ones(influence.size)]
    for margin in margins:
        codes, names = cell_codes(_aligned(margin, influence.size, "calibrated_on"))
        columns.extend((codes == number).astype(np.float64) for number in range(1, names.size))
    design = np.stack(columns, axis=1)
    root = np.sqrt(base)
    beta, *_ = np.linalg.lstsq(design * root[:, None], influence * root, rcond=None)
    return influence - design @ beta


def _variance(
    influence: FloatArray,
    unit: IntArray,
    stratum: IntArray,
    units: IntArray,
    size: FloatArray,
) -> float:
    """Sum over strata of (1 - f) n/(n - 1) times the spread of the cluster totals."""
    _, first, place = np.unique(unit, return_index=True, return_inverse=True)
    totals = np.bincount(place, weights=influence)
    home = stratum[first]
    mean = np.bincount(home, weights=totals, minlength=units.size) / units
    spread = np.bincount(home, weights=(totals - mean[home]) ** 2, minlength=units.size)
    with np.errstate(divide="ignore", invalid="ignore"):
        part = np.where(units == size, 0.0, (1 - units / size) * units / (units - 1) * spread)
    return float(part.sum())
