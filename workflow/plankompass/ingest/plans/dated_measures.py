"""Measures worked out from dates: the age of the samfunnsdel, the yearly revision of the action part.

What people coded comes first; the register of plan dates stands in where nobody coded it. Where both
are there and differ, the coded value is kept and the difference told.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

import pandas as pd

from plankompass.study.config_models import WaveConfig
from plankompass.study.problems import ProblemLog

MEASURE, MERGED = "handlingsdel_revidert_andel", "okonomiplan_er_handlingsdel"
AGE, ADOPTED = "samfunnsdel_alder_aar", "samfunnsdel_vedtaksdato"
_DECIDED = ("adopted", "readopted")
_SAME = 0.005
"""Coded shares have two decimals or more."""


def revised_share(decided: list[date], constituted: date, as_of: date) -> float | None:
    """Share of the full calendar years after the constituting year with a decision in them.

    Args:
        decided: Days the council decided on the action part.
        constituted: Day of its constituting meeting.
        as_of: The cut-off date.

    Returns:
        The share; None without a full year, and where the register ends before the last one.
    """
    last = as_of.year if as_of >= date(as_of.year, 12, 31) else as_of.year - 1
    years = range(constituted.year + 1, last + 1)
    if not years or not any(day.year >= last and day <= as_of for day in decided):
        return None
    return len({day.year for day in decided if day <= as_of} & set(years)) / len(years)


class _PlanDate(NamedTuple):
    """One row of the register of plan dates.

    Attributes:
        kind: Kind of document.
        event: What happened, or that nothing is known.
        day: When; None where the register has no day.
    """

    kind: str
    event: str
    day: date | None

    @property
    def decided(self) -> bool:
        """Whether it is a council's decision with a day."""
        return self.event in _DECIDED and self.day is not None


def _by_municipality(dates: pd.DataFrame) -> dict[str, list[_PlanDate]]:
    """The register's rows by municipality, none for one that it does not have."""
    found: dict[str, list[_PlanDate]] = defaultdict(list)
    columns = (dates[name] for name in ("kommune_id", "document_kind", "event", "date"))
    for kommune, kind, event, day in zip(*columns, strict=True):
        found[kommune].append(_PlanDate(kind, event, None if pd.isna(day) else day.date()))
    return found


def add_revised(
    rows: dict[tuple[str, str, str], dict[str, Any]], waves: Mapping[str, WaveConfig],
    councils: pd.DataFrame, dates: pd.DataFrame, name: str, log: ProblemLog,
) -> None:  # fmt: skip
    """Add the measure where nobody coded it, and hold coded values against the register.

    Args:
        rows: Settled measures by municipality, wave and measure; the measure is added.
        waves: Waves with their cut-off dates.
        councils: The ``councils`` table.
        dates: The ``plan_dates`` table.
        name: The list of coded measures, for messages.
        log: Takes coded values that differ.
    """
    listed = _by_municipality(dates)
    for kommune, own in councils.groupby("kommune_id"):
        constituted = [d.date() for d in own["constituted_on"]]
        for wave, setting in waves.items():
            past = [d for d in constituted if d <= setting.as_of]
            if not past:
                continue
            merged = rows.get((str(kommune), wave, MERGED), {}).get("value") == 1
            kinds = ["handlingsdel", "okonomiplan"] if merged else ["handlingsdel"]
            decided = [d.day for d in listed[kommune] if d.kind in kinds and d.decided]
            share = revised_share(decided, max(past), setting.as_of)
            if share is None:
                continue
            key = (str(kommune), wave, MEASURE)
            coded = rows.setdefault(key, {"value": share, "date": None, "status": "confirmed"})
            if coded["value"] is not None and abs(coded["value"] - share) > _SAME:
                log.add("MEASURE", "repair", name, "the register of plan dates gives another share; the "
                        "coded value is kept", row_key=f"{kommune}, {wave}", column=MEASURE,
                        hint="check the coded row, and the dates of the action part")  # fmt: skip


def add_age(
    rows: dict[tuple[str, str, str], dict[str, Any]], waves: Mapping[str, WaveConfig],
    dates: pd.DataFrame,
) -> None:  # fmt: skip
    """Add the age of the samfunnsdel in force at each wave, from the coded date or the register's.

    Args:
        rows: Settled measures by municipality, wave and measure; the measure is added. Without a date it
            says why, where the register does.
        waves: Waves with their cut-off dates.
        dates: The ``plan_dates`` table.
    """
    plans = _by_municipality(dates[dates["document_kind"] == "samfunnsdel"])
    coded = {(k, w): row for (k, w, measure), row in rows.items() if measure == ADOPTED}
    for kommune in sorted(set(plans) | {k for k, _ in coded}):
        own = plans[kommune]
        decided = [d.day for d in own if d.decided]
        for wave, setting in waves.items():
            given = coded.get((kommune, wave))
            day, status = None, ""
            if given is not None:
                day, status = given["date"], given["status"]
            else:
                day = max((d for d in decided if d <= setting.as_of), default=None)
                gone = {d.event for d in own} & {"absent", "not_collected"}
                status = "confirmed" if day else min(gone, default="")
            if day is not None and status == "confirmed" and day <= setting.as_of:
                age = round((setting.as_of - day).days / 365.25, 1)
                made = {"value": age, "date": None, "status": "confirmed"}
            elif status and status != "confirmed":
                made = {"value": None, "date": None, "status": status}
            else:
                continue
            rows.setdefault((kommune, wave, AGE), made)
