"""Means and shares of survey answers in each municipality and in the network, with intervals.

Councillors, administration and participants are small groups that were asked whole: simple random
samples without replacement within each municipality. Residents are a weighted sample. The network
is the municipalities' answers put together, stratified by municipality: each municipality counts
with its number of persons (weights N/n), and municipalities without answers are left out.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from plankompass.indicators.survey_answers import GroupAnswers
from plankompass.statistics.cells import cell_moments
from plankompass.statistics.estimate import CellEstimates, Estimate, t_interval
from plankompass.statistics.finite_population import share_intervals
from plankompass.statistics.linearisation import share_limits, weighted_mean
from plankompass.statistics.spread import council_mean_interval, pooled_sd_mean_interval
from plankompass.study.config_models import StatisticsConfig

FloatArray = NDArray[np.float64]


def _persons(answers: GroupAnswers) -> FloatArray:
    """Persons of each municipality; infinite where none is known (nobody answered there)."""
    return np.where(np.isnan(answers.population), np.inf, answers.population)


def _sizes(answers: GroupAnswers) -> FloatArray:
    """What each sample was drawn from: its persons, or the culture behind them, without end."""
    return _persons(answers) if answers.finite else np.full(len(answers.units), np.inf)


def _with_persons(answers: GroupAnswers, cells: CellEstimates) -> CellEstimates:
    """The estimates with the number of persons, whatever they were taken to be drawn from."""
    return replace(cells, population=np.broadcast_to(_persons(answers)[:, None], cells.n.shape))


def municipal_means(
    answers: GroupAnswers, values: FloatArray, settings: StatisticsConfig
) -> CellEstimates:
    """Mean of each variable in each municipality, with the intervals that are shown.

    Args:
        answers: Who answered, from where.
        values: Shape (persons, variables); NaN is missing.
        settings: Level of intervals, and from which n the own spread is used.

    Returns:
        Estimates of shape (units, variables).
    """
    if answers.weighted:
        return _weighted_means(answers, values, settings.confidence)
    cells = council_mean_interval(
        values,
        answers.codes,
        _sizes(answers),
        below=settings.pooled_sd_below,
        confidence=settings.confidence,
    )
    return _with_persons(answers, cells)


def municipal_parts(
    answers: GroupAnswers,
    values: FloatArray,
    settings: StatisticsConfig,
    means: CellEstimates | None = None,
) -> CellEstimates:
    """The same means as parts of an aggregate: the small ones share one spread as it is.

    The intervals that are shown are guarded against councils near consensus and rounded up; summed
    over many municipalities those guards would only make the aggregate less sure than it is.

    Args:
        answers: Who answered, from where.
        values: Shape (persons, variables); NaN is missing.
        settings: Level of intervals, and below which n the SD is pooled within municipalities.
        means: :func:`municipal_means` of the same values, when they are there already; weighted
            groups need no others.

    Returns:
        Estimates of shape (units, variables).
    """
    if answers.weighted:
        return means or _weighted_means(answers, values, settings.confidence)
    cells = pooled_sd_mean_interval(
        values,
        answers.codes,
        _sizes(answers),
        below=settings.pooled_sd_below,
        confidence=settings.confidence,
    )
    return _with_persons(answers, cells)


def municipal_shares(
    answers: GroupAnswers, hits: FloatArray, settings: StatisticsConfig
) -> CellEstimates:
    """Share of persons with a property in each municipality.

    Args:
        answers: Who answered, from where.
        hits: Shape (persons, variables); 1, 0 or NaN.
        settings: Level of intervals.

    Returns:
        Estimates of shape (units, variables): exact hypergeometric intervals, for residents beta
        intervals of weighted shares.
    """
    if answers.weighted:
        return _weighted_means(answers, hits, settings.confidence, share=True)
    n, mean, _ = cell_moments(hits, answers.codes, len(answers.units))
    counted = np.where(n > 0, np.rint(np.nan_to_num(mean) * n), 0)
    cells = share_intervals(counted, n, _sizes(answers)[:, None], confidence=settings.confidence)
    return _with_persons(answers, cells)


def _weighted_means(
    answers: GroupAnswers, values: FloatArray, confidence: float, *, share: bool = False
) -> CellEstimates:
    """Weighted means with linearised variance; beta intervals after Korn and Graubard for shares."""
    order = np.argsort(answers.codes, kind="stable")
    starts = np.searchsorted(answers.codes[order], np.arange(len(answers.units) + 1))
    sizes = _sizes(answers)
    cells = []
    for unit in range(len(answers.units)):
        here = order[starts[unit] : starts[unit + 1]]
        here = here[answers.weight[here] > 0]
        for column in values[here].T:
            valid = ~np.isnan(column)
            one = weighted_mean(
                column[valid],
                answers.weight[here][valid],
                population=float(sizes[unit]),
                confidence=confidence,
            )
            cells.append(share_limits(one, confidence=confidence) if share else one)
    return _with_persons(answers, _as_cells(cells, (len(answers.units), values.shape[1])))


def _as_cells(estimates: list[Estimate], shape: tuple[int, ...]) -> CellEstimates:
    def array(name: str, dtype: type) -> NDArray:
        return np.array([getattr(e, name) for e in estimates], dtype=dtype).reshape(shape)

    return CellEstimates(
        *(array(name, np.float64) for name in ("estimate", "se", "lower", "upper")),
        n=array("n", np.int64),
        population=array("population", np.float64),
        df=array("df", np.float64),
    )


def one_cell(cells: CellEstimates, at: tuple[int, ...]) -> Estimate:
    """Take one estimate out of many.

    Args:
        cells: Estimates.
        at: Position.

    Returns:
        The estimate at the position.
    """
    return Estimate(
        float(cells.estimate[at]), float(cells.se[at]), float(cells.lower[at]),
        float(cells.upper[at]), int(cells.n[at]), float(cells.population[at]), float(cells.df[at]),
    )  # fmt: skip


def network_estimates(
    answers: GroupAnswers,
    cells: CellEstimates,
    settings: StatisticsConfig,
    *,
    share: bool = False,
    within: NDArray[np.bool_] | None = None,
) -> tuple[CellEstimates, NDArray[np.int64]]:
    """Put the municipalities' estimates together, stratified by municipality.

    ``sum W_h y_h`` with ``W_h = N_h / sum N_h`` over municipalities with answers and variance
    ``sum W_h² V_h``; degrees of freedom after Satterthwaite, municipalities that share the pooled
    SD counted as one term. Where some population is unknown, persons count alike (W_h = n_h / n).

    Args:
        answers: Who answered, from where.
        cells: Estimates of each municipality from :func:`municipal_parts`, shape (units, variables).
        settings: Level of intervals, and below which n the SD was pooled.
        share: Make the interval on the logit scale.
        within: Municipalities to use, shape (units,) or (units, variables); all when left out.

    Returns:
        Estimates of shape (variables,), and the number of municipalities behind each.
    """
    used = cells.n > 0
    if within is not None:
        used = used & (within[:, None] if within.ndim == 1 else within)
    size = np.where(used, cells.population, 0.0)
    unknown = np.isinf(size).any(axis=0)
    weight = np.where(unknown, np.where(used, cells.n, 0), size)
    with np.errstate(divide="ignore", invalid="ignore"):
        weight = weight / weight.sum(axis=0)
        mean = np.where(used, weight * cells.estimate, 0.0).sum(axis=0)
        part = np.where(used, (weight * cells.se) ** 2, 0.0)
        common = used & (cells.n < settings.pooled_sd_below)
        if answers.weighted:
            common = np.zeros_like(common)
        shared = np.where(common, part, 0.0).sum(axis=0)
        shared_df = np.where(common, cells.df, 0.0).max(axis=0)
        own = np.where(used & ~common, part**2 / cells.df, 0.0)
        own = np.where(part == 0, 0.0, own).sum(axis=0)
        variance = part.sum(axis=0)
        below = np.where(shared > 0, shared**2 / shared_df, 0.0) + own
        df = np.where(below > 0, variance**2 / below, np.nan)
    count = used.sum(axis=0)
    nobody = count == 0
    mean = np.where(nobody, np.nan, mean)
    se = np.where(nobody, np.nan, np.sqrt(variance))
    lower, upper = t_interval(mean, se, df, settings.confidence)
    n = np.where(used, cells.n, 0).sum(axis=0)
    population = np.where(unknown, np.inf, size.sum(axis=0))
    whole = CellEstimates(mean, se, lower, upper, n, population, df)
    if share:
        limits = [
            share_limits(one_cell(whole, (k,)), method="logit", confidence=settings.confidence)
            for k in range(mean.size)
        ]
        whole = _as_cells(limits, mean.shape)
    return whole, count


def dont_know_shares(
    answers: GroupAnswers, columns: list[list[str]]
) -> tuple[FloatArray, FloatArray]:
    """Share "don't know" among those who gave a valid answer or said they did not know.

    Args:
        answers: Who answered what.
        columns: For each variable the item columns behind it.

    Returns:
        Shares of shape (units, variables) and (variables,) for the network; weighted for
        residents. NaN where nobody answered.
    """
    cells = len(answers.units)
    weight = answers.weight if answers.weighted else np.ones(len(answers.codes))
    out = np.full((cells, len(columns)), np.nan)
    whole = np.full(len(columns), np.nan)
    for number, names in enumerate(columns):
        where = [answers.columns.index(name) for name in names]
        unsure = answers.dont_know[:, where].sum(axis=1)
        valid = (~np.isnan(answers.values[:, where])).sum(axis=1)
        top = np.bincount(answers.codes, weights=weight * unsure, minlength=cells)
        bottom = np.bincount(answers.codes, weights=weight * (unsure + valid), minlength=cells)
        with np.errstate(divide="ignore", invalid="ignore"):
            out[:, number] = top / bottom
            whole[number] = top.sum() / bottom.sum() if bottom.sum() > 0 else np.nan
    return out, whole


def all_equal(answers: GroupAnswers, values: FloatArray) -> tuple[NDArray[np.bool_], FloatArray]:
    """Whether all valid values are equal.

    Args:
        answers: Who answered, from where.
        values: Shape (persons, variables).

    Returns:
        Flags of shape (units, variables); True in cells of one, False in empty cells. And the same
        for the network, shape (variables,).
    """
    cells = len(answers.units)
    low = np.full((cells, values.shape[1]), np.inf)
    high = np.full((cells, values.shape[1]), -np.inf)
    np.minimum.at(low, answers.codes, np.where(np.isnan(values), np.inf, values))
    np.maximum.at(high, answers.codes, np.where(np.isnan(values), -np.inf, values))
    return low == high, low.min(axis=0, initial=np.inf) == high.max(axis=0, initial=-np.inf)
