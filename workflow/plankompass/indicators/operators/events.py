"""When things were decided: within the deadline, and how many months it took."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from plankompass.indicators.councils import councils_in_office
from plankompass.indicators.documents import (
    ABSENCES,
    GROUP,
    NOT_COLLECTED,
    Absence,
    Found,
    coded_measure,
    territory_absence,
)
from plankompass.indicators.operators.document_shares import add_found, common_reason
from plankompass.indicators.task import NETWORK, Rows, Task
from plankompass.statistics.survival import kaplan_meier_median

COUNCIL_TABLE = "kommunetabell"
"""Kind of source of measures that stand in the register of councils."""

TOTAL = "total"
CENSORED = "not_yet"
"""Class of a value that says "more than this many months": the event had not happened."""


@dataclass(frozen=True)
class Timing:
    """One event of a council term, as known on a cut-off date.

    Attributes:
        start: Day the clock starts.
        event: Day it happened; None when it had not happened by the cut-off date.
        missing: Why nothing can be said.
    """

    start: date | None = None
    event: date | None = None
    missing: Absence | None = None


def add_months(day: date, months: int) -> date:
    """A day some months later, the last day of a shorter month at most."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def whole_months(start: date, end: date) -> int:
    """Whole months from one day to a later one."""
    months = (end.year - start.year) * 12 + end.month - start.month
    return months - (add_months(start, months) > end)


def event_timing(task: Task, unit: str, wave: str) -> Timing:
    """When the term's clock started and when the event happened, as known on the cut-off date.

    Decisions before the start belong to the former council. That a document does not exist, or that
    the one in force is older than the start, shows that the event has not happened; without any
    such sign the date has not been collected.

    Args:
        task: The computation; the indicator's params ``start`` and ``event`` (measures).
        unit: kommune_id.
        wave: Wave.

    Returns:
        The timing.
    """
    if missing := territory_absence(task, unit, wave):
        return Timing(missing=missing)
    as_of = task.waves[wave].as_of
    start, missing = _start(task, unit, wave)
    if start is None:
        return Timing(missing=missing)
    measure = task.codebook.measures[task.indicator.params["event"]]
    row = coded_measure(task, unit, wave, measure.id)
    dates: list[date] = []
    signs = set()
    if row is not None:
        if row["status"] in ("several_in_force", "disagreement", "not_collected"):
            return Timing(missing=ABSENCES[row["status"]])
        if row["status"] == "confirmed" and pd.isna(row["date"]):
            return Timing(missing=("not_collected", "not_confirmed"))
        signs.add(row["status"])
        if row["status"] == "confirmed":
            dates.append(row["date"].date())
    kind = measure.documents[0]
    said = task.tables.rows("plan_dates", kommune_id=unit, document_kind=kind)
    if row is None:
        adopted = said[said["event"].isin(["adopted", "readopted"])]
        dates += [d.date() for d in adopted["date"].dropna()]
        # What was found missing after the cut-off date was missing on it too.
        signs |= set(said.loc[said["event"].isin(["absent", "not_collected"]), "event"])
    term_ends = _next_constituting(task, unit, start)
    in_term = [d for d in dates if start <= d and (term_ends is None or d < term_ends)]
    happened = [d for d in in_term if d <= as_of]
    if happened:
        return Timing(start, min(happened))
    if "not_collected" in signs:
        return Timing(missing=NOT_COLLECTED)
    if in_term or any(d < start for d in dates) or "absent" in signs:
        return Timing(start)
    return Timing(missing=NOT_COLLECTED)


def _start(task: Task, unit: str, wave: str) -> tuple[date | None, Absence]:
    measure = task.codebook.measures[task.indicator.params["start"]]
    row = coded_measure(task, unit, wave, measure.id)
    if row is not None and row["status"] == "confirmed" and not pd.isna(row["date"]):
        return row["date"].date(), NOT_COLLECTED
    if row is not None and row["status"] != "confirmed":
        return None, ABSENCES[row["status"]]
    if COUNCIL_TABLE in measure.documents:
        councils = task.tables.rows("councils", kommune_id=unit)
        sitting = councils_in_office(councils, task.waves[wave].as_of)
        if unit in sitting.index:
            return sitting.at[unit, "constituted_on"].date(), NOT_COLLECTED
    return None, NOT_COLLECTED


def _next_constituting(task: Task, unit: str, start: date) -> date | None:
    councils = task.tables.rows("councils", kommune_id=unit)
    later = councils[councils["constituted_on"] > pd.Timestamp(start)]
    return None if later.empty else later["constituted_on"].min().date()


def within_deadline(task: Task) -> Rows:
    """Whether the event is dated within the deadline.

    1 when it is; 0 when it is dated later, or has not happened and the deadline has passed. Before
    the deadline nothing is said about an event that has not happened.

    Args:
        task: The computation; the indicator's params ``start``, ``event``, ``deadline_months``.

    Returns:
        Component ``total`` for each municipality; for the network the share of municipalities.
    """
    rows = Rows(task.indicator.id)
    months = int(task.indicator.params["deadline_months"])
    for wave, config in task.waves.items():
        found = {}
        for unit in task.tables.municipalities():
            timing = event_timing(task, unit, wave)
            found[unit] = _in_time(timing, config.as_of, months)
            add_found(rows, unit, wave, TOTAL, found[unit], method="date_compared")
        known = [f.value for f in found.values() if f.missing is None]
        if not known:
            add_found(rows, NETWORK, wave, TOTAL, Found(missing=common_reason(found.values())))
            continue
        rows.add(
            NETWORK, wave, GROUP, TOTAL, value=float(np.mean(known)), n=len(known),
            method="share_of_municipalities", municipalities=len(known),
        )  # fmt: skip
    return rows


def _in_time(timing: Timing, as_of: date, months: int) -> Found:
    if timing.missing or timing.start is None:
        return Found(missing=timing.missing or NOT_COLLECTED)
    deadline = add_months(timing.start, months)
    if timing.event is None and as_of <= deadline:
        return Found(missing=("not_yet_due", "before_deadline"))
    return Found(float(timing.event is not None and timing.event <= deadline))


def months_to_event(task: Task) -> Rows:
    """Whole months from start to event; not happened by the cut-off date: more than so many months.

    A row whose event has not happened has class ``not_yet`` and the months passed so far as value.
    The network's value is the Kaplan-Meier median over municipalities; where fewer than half have
    had the event on the curve, the class is ``not_yet`` and the value the longest time observed.
    All municipalities are counted, so there is no interval.

    Args:
        task: The computation; the indicator's params ``start`` and ``event``.

    Returns:
        Component ``total`` for each municipality and the network.
    """
    rows = Rows(task.indicator.id)
    for wave, config in task.waves.items():
        times, happened, missing = [], [], []
        for unit in task.tables.municipalities():
            timing = event_timing(task, unit, wave)
            if timing.missing or timing.start is None:
                missing.append(Found(missing=timing.missing or NOT_COLLECTED))
                add_found(rows, unit, wave, TOTAL, missing[-1])
                continue
            months = whole_months(timing.start, timing.event or config.as_of)
            times.append(float(months))
            happened.append(float(timing.event is not None))
            rows.add(
                unit, wave, GROUP, TOTAL, value=float(months), n=1, municipalities=1,
                class_value="" if timing.event else CENSORED,
                method="whole_months" if timing.event else "whole_months_censored",
            )  # fmt: skip
        if not times:
            add_found(rows, NETWORK, wave, TOTAL, Found(missing=common_reason(missing)))
            continue
        median = kaplan_meier_median(times, happened).estimate
        reached = not np.isnan(median)
        rows.add(
            NETWORK, wave, GROUP, TOTAL, value=median if reached else max(times), n=len(times),
            class_value="" if reached else CENSORED, method="kaplan_meier_median",
            municipalities=len(times),
        )  # fmt: skip
    return rows
