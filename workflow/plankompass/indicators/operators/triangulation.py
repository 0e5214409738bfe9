"""Several kinds of sources held against each other: do they point the same way?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from plankompass.indicators.code_presence import coded_interviews, presence
from plankompass.indicators.survey_answers import read_answers
from plankompass.indicators.task import NETWORK, Rows, Task
from plankompass.statistics.ranking import kendall_tau_b
from plankompass.statistics.ranking import rank_agreement as bootstrap_agreement

TOTAL = "total"
SOURCES = "kilder"
LEVELS = ("low", "middle", "high")


def rank_agreement(task: Task) -> Rows:
    """Kendall's tau-b between survey means and interview shares of the same barriers.

    The point value comes from the network estimates of the two input indicators, item ``hi_x`` with
    code ``.../x``. The interval comes from a bootstrap over persons and interviews with the items
    taken as given; it is stretched to hold the point value, as persons count alike in the bootstrap
    and by municipality in the estimates.

    Args:
        task: The computation; the first input indicator asks persons, the second codes interviews.

    Returns:
        Component ``total`` for the network, by group.
    """
    rows = Rows(task.indicator.id)
    survey, coded = (task.codebook.indicators[i] for i in task.indicator.inputs.indicators)
    codes = {code.rpartition("/")[2]: code for code in task.indicator.inputs.codes}
    pairs = [
        (item, codes[item.partition("_")[2]])
        for item in survey.inputs.items
        if item.partition("_")[2] in codes
    ]
    items, matched = [p[0] for p in pairs], [p[1] for p in pairs]
    interviews = coded_interviews(task.tables.table("interviews"))
    segments, consensus = task.tables.table("segments"), task.tables.table("consensus")
    present = presence(interviews, segments, matched, consensus).astype(float)
    least = task.indicator.min_n
    for group in task.indicator.groups:
        for answers in read_answers(task, group, items):
            wave = answers.occasion.wave
            for unit in answers.units:
                rows.add(unit, wave, group, TOTAL, status="not_applicable", reason="network_only")
            values = answers.values
            enough = (~np.isnan(values)).sum(axis=1) >= survey.min_valid_items
            values = values[enough]
            coded_here = present[(interviews["wave"] == wave).to_numpy()]
            missing = None
            if not answers.posed or not len(coded_here):
                missing = ("not_collected", "not_asked")
            elif len(values) < least.get(group, 1) or len(coded_here) < least.get("interviews", 1):
                missing = ("hidden", "too_few_answers")
            if missing is not None:
                rows.add(NETWORK, wave, group, TOTAL, status=missing[0], reason=missing[1])
                continue
            means = _network_values(task, survey.id, wave, group, items)
            shares = _network_values(task, coded.id, wave, "intervju", matched)
            tau = kendall_tau_b(means, shares)
            if np.isnan(tau.estimate) or tau.items < task.indicator.min_valid_items:
                rows.add(NETWORK, wave, group, TOTAL, status="hidden", reason="too_few_answers")
                continue
            drawn = bootstrap_agreement(
                values,
                coded_here,
                populations=(_population(answers.population) if answers.finite else None, None),
                replicates=task.settings.bootstrap_draws,
                seed=task.settings.seed,
                confidence=task.settings.confidence,
            )
            rows.add(
                NETWORK, wave, group, TOTAL, value=tau.estimate,
                lower=float(np.fmin(drawn.lower, tau.estimate)),
                upper=float(np.fmax(drawn.upper, tau.estimate)), se=drawn.se,
                n=len(values), population=_population(answers.population),
                method="kendall_tau_b_bootstrap", unanimous=False,
                municipalities=len(np.unique(answers.codes[enough])),
            )  # fmt: skip
    return rows


def _population(sizes: NDArray[np.float64]) -> float | None:
    total = float(np.nansum(sizes))
    return total if np.isfinite(total) and total > 0 else None


def _estimates(task: Task, indicator: str) -> pd.DataFrame:
    table = task.tables.table("indicators")
    return table[(table["indicator"] == indicator) & (table["status"] == "published")]


def _network_values(
    task: Task, indicator: str, wave: str, group: str, components: Sequence[str]
) -> NDArray[np.float64]:
    table = _estimates(task, indicator)
    here = table[
        (table["level"] == NETWORK) & (table["wave"] == wave) & (table["group"] == group)
    ].set_index("component")["value"]
    return here.reindex(components).to_numpy(float)


@dataclass(frozen=True)
class Reading:
    """What one kind of source says about one unit.

    Attributes:
        value: The number that is held against the cut points; NaN when missing.
        n: Respondents, interviews or goals behind it.
        municipalities: Municipalities behind it.
        missing: Status and reason when there is no value.
    """

    value: float = np.nan
    n: int = 0
    municipalities: int = 1
    missing: tuple[str, str] = ("not_collected", "not_asked")


TOO_FEW = Reading(missing=("hidden", "too_few_answers"))


def convergence_class(task: Task) -> Rows:
    """Whether survey, interviews and documents point the same way.

    Each source is low (below its first cut point), high (at or above its second) or middle. All
    equal: the first class of ``classes``; one step apart: the second; two steps: the third; fewer
    than ``min_valid_items`` sources with enough behind them: the last.

    * ``survey``: the total of the first input indicator that asks persons, among ``survey_group``.
    * ``interview_balance``: share of interviews with at least one positive code minus the share with
      at least one negative code.
    * ``document``: mean of the shares ``document_components`` of the input indicator that counts
      goals.

    Args:
        task: The computation; the indicator's params ``cut_points``, ``classes``, ``survey_group``,
            ``document_components`` and ``steps`` (how far cut points move in the sensitivity rows).

    Returns:
        Component ``total``; ``source:<source>`` with the class of each source; and
        ``sensitivity:<shift>`` with the class when cut points are moved: all ``down`` or ``up`` one
        step, the middle ``narrow`` or ``wide``, or one source ``<source>_down``, ``<source>_up``.
    """
    rows = Rows(task.indicator.id)
    cuts = {k: (float(a), float(b)) for k, (a, b) in task.indicator.params["cut_points"].items()}
    for wave in task.waves:
        for unit in [*task.tables.municipalities(), NETWORK]:
            readings = {
                "survey": _survey_reading(task, unit, wave),
                "interview_balance": _interview_reading(task, unit, wave),
                "document": _document_reading(task, unit, wave),
            }
            known = {
                name: reading
                for name, reading in readings.items()
                if name in cuts and not np.isnan(reading.value)
            }
            for name in cuts:
                _add_source(rows, unit, wave, name, readings[name], cuts[name])
            if not known:
                rows.add(unit, wave, SOURCES, TOTAL, status="not_collected", reason="not_asked")
                continue
            for component, moved in [(TOTAL, cuts), *_shifts(task, cuts)]:
                rows.add(
                    unit, wave, SOURCES, component, class_value=classify(task, known, moved),
                    n=len(known), method="cut_points",
                    municipalities=min(r.municipalities for r in known.values()),
                )  # fmt: skip
    return rows


def classify(
    task: Task, readings: Mapping[str, Reading], cuts: Mapping[str, tuple[float, float]]
) -> str:
    """Class of agreement between sources.

    Args:
        task: The computation; the indicator's params ``classes``.
        readings: The sources that have enough behind them.
        cuts: Cut points of each source.

    Returns:
        One of the indicator's classes.
    """
    agree, partly, apart, insufficient = task.indicator.params["classes"]
    if len(readings) < task.indicator.min_valid_items:
        return insufficient
    levels = [level(r.value, cuts[name]) for name, r in readings.items()]
    return (agree, partly, apart)[max(levels) - min(levels)]


def level(value: float, cuts: tuple[float, float]) -> int:
    """0 low, 1 middle, 2 high: below the first cut point, between, at or above the second."""
    return int(value >= cuts[0]) + int(value >= cuts[1])


def _shifts(
    task: Task, cuts: dict[str, tuple[float, float]]
) -> list[tuple[str, dict[str, tuple[float, float]]]]:
    steps = task.indicator.params.get("steps", {})
    step = {name: float(steps[name]) for name in cuts if name in steps}

    def moved(low: float, high: float, only: str | None = None) -> dict[str, tuple[float, float]]:
        return {
            name: (a + low * step[name], b + high * step[name])
            if name in step and only in (None, name)
            else (a, b)
            for name, (a, b) in cuts.items()
        }

    if not step:
        return []
    shifts = [
        ("down", moved(-1, -1)),
        ("up", moved(1, 1)),
        ("narrow", moved(0.5, -0.5)),
        ("wide", moved(-0.5, 0.5)),
    ]
    for name in step:
        shifts += [(f"{name}_down", moved(-1, -1, name)), (f"{name}_up", moved(1, 1, name))]
    return [(f"sensitivity:{name}", cut) for name, cut in shifts]


def _add_source(
    rows: Rows, unit: str, wave: str, name: str, reading: Reading, cuts: tuple[float, float]
) -> None:
    component = f"source:{name}"
    if np.isnan(reading.value):
        status, reason = reading.missing
        rows.add(unit, wave, SOURCES, component, status=status, reason=reason)
        return
    rows.add(
        unit, wave, SOURCES, component, class_value=LEVELS[level(reading.value, cuts)],
        n=reading.n, method="cut_points", municipalities=reading.municipalities,
    )  # fmt: skip


def _input_rows(
    task: Task, kind: str, unit: str, wave: str, group: str, components: Sequence[str]
) -> pd.DataFrame | None:
    """Estimates of the first input indicator of a kind; None when a component has no row."""
    indicators = task.indicator.inputs.indicators
    mine = [i for i in indicators if task.codebook.indicators[i].kind.startswith(kind)]
    if not mine:
        return None
    table = task.tables.rows("indicators", indicator=mine[0], unit=unit, wave=wave, group=group)
    table = table.set_index("component")
    return table.loc[list(components)] if set(components) <= set(table.index) else None


def _read_estimates(found: pd.DataFrame | None, least: int) -> Reading:
    """Mean of the estimates when all have a number and enough behind it."""
    if found is None:
        return Reading()
    gone = found[found["status"] != "published"]
    if len(gone):
        return Reading(missing=(gone.iloc[0]["status"], gone.iloc[0]["reason"]))
    if found["n"].min() < least:
        return TOO_FEW
    return Reading(
        float(found["value"].mean()), int(found["n"].min()), int(found["municipalities"].min())
    )


def _survey_reading(task: Task, unit: str, wave: str) -> Reading:
    group = task.indicator.params["survey_group"]
    found = _input_rows(task, "survey", unit, wave, group, [TOTAL])
    return _read_estimates(found, task.indicator.min_n.get(group, 1))


def _document_reading(task: Task, unit: str, wave: str) -> Reading:
    wanted = task.indicator.params["document_components"]
    found = _input_rows(task, "document", unit, wave, "dokument", wanted)
    return _read_estimates(found, task.indicator.min_n.get("goals", 1))


def _interview_reading(task: Task, unit: str, wave: str) -> Reading:
    interviews = coded_interviews(task.tables.table("interviews"))
    here = interviews[interviews["wave"] == wave]
    if unit != NETWORK:
        here = here[here["kommune_id"] == unit]
    if here.empty:
        return Reading()
    if len(here) < task.indicator.min_n.get("interviews", 1):
        return TOO_FEW
    segments, consensus = task.tables.table("segments"), task.tables.table("consensus")
    share = {}
    for sign in ("positive", "negative"):
        codes = [c for c in task.indicator.inputs.codes if task.codebook.codes[c].valence == sign]
        share[sign] = presence(here, segments, codes, consensus).any(axis=1).mean()
    balance = float(share["positive"] - share["negative"])
    return Reading(balance, len(here), here["kommune_id"].nunique())
