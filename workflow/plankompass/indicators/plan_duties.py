"""Duties and dates of the plan system: what the law asks of a council, when it is due, when it was done.

The rules depend on the day: kommuneloven (2018) chapter 14 is in force from 1 January 2020, before that
the act of 1992. Sources: plan- og bygningsloven §§ 10-1, 11-1, 11-4; kommuneloven (2018) § 14-3; kommuneloven
(1992) §§ 44 and 45. A duty whose day has not come is *not yet due*, which is no breach.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from plankompass.indicators.councils import councils_in_office
from plankompass.indicators.operators.events import add_months, whole_months
from plankompass.study.config_models import WaveConfig
from plankompass.tables import empty_table, read_table, write_table

log = logging.getLogger(__name__)

PBL_STRATEGY, PBL_ACTION_PART = "pbl § 10-1", "pbl § 11-4"
NEW_ACT_FROM = date(2020, 1, 1)
"""Chapter 14 of kommuneloven (2018) in force."""
DECIDED = ("adopted", "readopted")
INSPECTION_DAYS = {"planstrategi": 30, "handlingsdel": 30, "okonomiplan": 14, "arsbudsjett": 14}
_BUDGETS = ("arsbudsjett", "okonomiplan")


def budget_law(day: date, *, inspection: bool = False) -> str:
    """The provision on annual budget and economic plan that was in force on a day.

    Args:
        day: The day the council decided, or was to decide at the latest.
        inspection: The provision on public inspection instead of the one on the year's end.

    Returns:
        The provision.
    """
    if day >= NEW_ACT_FROM:
        return "kommuneloven § 14-3"
    return "kommuneloven (1992) §§ 44, 45" if inspection else "kommuneloven (1992) § 45"


@dataclass(frozen=True)
class Duty:
    """One duty of one council, as it stood on a wave's cut-off date.

    Attributes:
        duty: ``strategy_within_year``, ``new_decision``, ``action_part_revised``,
            ``budget_before_new_year`` or ``public_inspection``.
        kind: Kind of document.
        period: Year it is about, or the day of the decision; empty when there is one a term.
        law: The provision.
        start: Day the clock started.
        due: Last day; None where the law sets none.
        done: Day it was done; None when it was not, or nobody knows.
        value: Months to the decision, or days of inspection.
        status: ``met``, ``late`` (done after the due day, or inspected too short), ``not_met``,
            ``not_yet_due``, ``open`` (no due day and not done), ``not_collected``.
        route: For ``new_decision``: ``revised``, ``adopted_anew``, ``continued`` or empty.
    """

    duty: str
    kind: str
    law: str
    start: date | None
    due: date | None
    done: date | None
    status: str
    period: str = ""
    value: float | None = None
    route: str = ""


@dataclass(frozen=True)
class PlanDates:
    """The register's rows of one municipality.

    Attributes:
        days: (kind, event) to days in order.
        said: Kinds of which the register says that they are absent or not collected.
    """

    days: Mapping[tuple[str, str], tuple[date, ...]]
    said: frozenset[str]

    @classmethod
    def of(cls, rows: pd.DataFrame) -> PlanDates:
        """From rows of the table ``plan_dates``."""
        days: dict[tuple[str, str], list[date]] = defaultdict(list)
        said = set()
        for kind, event, day in zip(
            rows["document_kind"], rows["event"], rows["date"], strict=True
        ):
            if not pd.isna(day):
                days[(kind, event)].append(day.date())
            if event in ("absent", "not_collected"):
                said.add(kind)
        return cls({key: tuple(sorted(own)) for key, own in days.items()}, frozenset(said))

    def decided(self, *kinds: str) -> list[date]:
        """Days the council decided on documents of some kinds."""
        return sorted(d for k in kinds for e in DECIDED for d in self.days.get((k, e), ()))

    def within(self, days: list[date], start: date, end: date) -> list[date]:
        """Days from a first to a last day."""
        return [d for d in days if start <= d <= end]


def council_duties(
    dates: PlanDates, constituted: date, as_of: date, *, merged_plan: bool
) -> Iterator[Duty]:
    """The duties of one council up to a cut-off date.

    Args:
        dates: What the register says of the municipality.
        constituted: Its constituting meeting.
        as_of: Cut-off date.
        merged_plan: Whether the economic plan is the action part too.

    Yields:
        One duty after the other, by duty and period.
    """
    yield _strategy(dates, constituted, as_of)
    yield _new_decision(dates, constituted, as_of)
    yield from _action_part(dates, constituted, as_of, merged_plan=merged_plan)
    yield from _budgets(dates, constituted, as_of)
    yield from _inspections(dates, constituted, as_of, merged_plan=merged_plan)


def _strategy(dates: PlanDates, constituted: date, as_of: date) -> Duty:
    due = add_months(constituted, 12)
    done = next(iter(dates.within(dates.decided("planstrategi"), constituted, as_of)), None)
    status = _status(done, due, as_of, known="planstrategi" not in dates.said)
    value = None if done is None else float(whole_months(constituted, done))
    return Duty("strategy_within_year", "planstrategi", PBL_STRATEGY, constituted, due, done,
                status, value=value)  # fmt: skip


def _new_decision(dates: PlanDates, constituted: date, as_of: date) -> Duty:
    """A new decision on the samfunnsdel: revised or adopted anew; continued is a route, no decision."""
    routes = (("readopted", "adopted_anew"), ("adopted", "revised"))
    found = sorted(
        (day, route)
        for event, route in routes
        for day in dates.days.get(("samfunnsdel", event), ())
        if constituted <= day <= as_of
    )
    continued = dates.within(
        list(dates.days.get(("samfunnsdel", "continued"), ())), constituted, as_of
    )
    if found:
        done, route = found[0]
        return Duty("new_decision", "samfunnsdel", PBL_STRATEGY, constituted, None, done, "met",
                    value=float(whole_months(constituted, done)), route=route)  # fmt: skip
    unknown = "samfunnsdel" in dates.said and not dates.decided("samfunnsdel")
    return Duty("new_decision", "samfunnsdel", PBL_STRATEGY, constituted, None, None,
                "not_collected" if unknown and not continued else "open",
                value=float(whole_months(constituted, as_of)),
                route="continued" if continued else "")  # fmt: skip


def _action_part(
    dates: PlanDates, constituted: date, as_of: date, *, merged_plan: bool
) -> Iterator[Duty]:
    """Each calendar year after that of constituting: was the action part decided in it?"""
    kinds = ("handlingsdel", "okonomiplan") if merged_plan else ("handlingsdel",)
    decided = dates.decided(*kinds)
    for year in range(constituted.year + 1, as_of.year + 1):
        first, last = date(year, 1, 1), date(year, 12, 31)
        done = next(iter(dates.within(decided, first, min(last, as_of))), None)
        status = _status(done, last, as_of, known=_reaches(decided, last))
        yield Duty("action_part_revised", "handlingsdel", PBL_ACTION_PART, first, last, done,
                   status, period=str(year))  # fmt: skip


def _budgets(dates: PlanDates, constituted: date, as_of: date) -> Iterator[Duty]:
    """The budget of each year that the council decides: before the year begins."""
    decided = dates.decided(*_BUDGETS)
    for year in range(constituted.year + 1, as_of.year + 2):
        due = date(year - 1, 12, 31)
        first = max(constituted, date(year - 1, 7, 1))
        done = next(iter(dates.within(decided, first, min(date(year, 6, 30), as_of))), None)
        status = _status(done, due, as_of, known=_reaches(decided, due))
        yield Duty("budget_before_new_year", "arsbudsjett", budget_law(due), first, due, done,
                   status, period=str(year))  # fmt: skip


def _inspections(
    dates: PlanDates, constituted: date, as_of: date, *, merged_plan: bool
) -> Iterator[Duty]:
    """Days from when a proposal was laid out to the council's decision, for each decision."""
    for kind, least in INSPECTION_DAYS.items():
        laid_out = dates.days.get((kind, "public_from"), ())
        needed = INSPECTION_DAYS["handlingsdel"] if merged_plan and kind == "okonomiplan" else least
        for day in dates.within(dates.decided(kind), constituted, as_of):
            before = [d for d in laid_out if d <= day and (day - d).days <= 180]
            law = {"planstrategi": PBL_STRATEGY, "handlingsdel": PBL_ACTION_PART}.get(
                kind, PBL_ACTION_PART if needed == 30 else budget_law(day, inspection=True)
            )
            held = (day - before[-1]).days if before else None
            status = "not_collected" if held is None else "met" if held >= needed else "late"
            yield Duty("public_inspection", kind, law, before[-1] if before else None, None, day,
                       status, period=day.isoformat(),
                       value=None if held is None else float(held))  # fmt: skip


def _reaches(decided: list[date], day: date) -> bool:
    """Whether the register reaches back to a day: years before its first decision were not collected."""
    return bool(decided) and decided[0] <= day


def _status(done: date | None, due: date, as_of: date, *, known: bool) -> str:
    if done is not None:
        return "met" if done <= due else "late"
    if as_of <= due:
        return "not_yet_due"
    return "not_met" if known else "not_collected"


def assess_plan_duties(
    inputs: Mapping[str, Path], outputs: Mapping[str, Path], params: Mapping[str, Any]
) -> None:
    """Work out the duties of every municipality's council at every wave's cut-off date.

    Args:
        inputs: ``municipalities``, ``councils``, ``plan_dates``, ``measures``.
        outputs: ``plan_duties``.
        params: ``waves``.
    """
    waves = {k: WaveConfig.model_validate(v) for k, v in params["waves"].items()}
    tables = {name: read_table(name, inputs[name]) for name in
              ("municipalities", "councils", "plan_dates", "measures")}  # fmt: skip
    table = duties_table(waves, **tables)
    log.info("%d duties", len(table))
    write_table("plan_duties", table, outputs["plan_duties"])


def duties_table(
    waves: Mapping[str, WaveConfig], municipalities: pd.DataFrame, councils: pd.DataFrame,
    plan_dates: pd.DataFrame, measures: pd.DataFrame,
) -> pd.DataFrame:  # fmt: skip
    """The duties as a table.

    Args:
        waves: Waves with their cut-off dates.
        municipalities: Tidy table.
        councils: Tidy table.
        plan_dates: Tidy table.
        measures: Tidy table; whether the economic plan is the action part too.

    Returns:
        One row a municipality, wave, duty, kind of document and period.
    """
    rows: list[dict[str, Any]] = []
    merged = measures[
        (measures["measure"] == "okonomiplan_er_handlingsdel") & (measures["value"] == 1)
    ]
    one_book = set(zip(merged["kommune_id"], merged["wave"], strict=True))
    since = dict(zip(municipalities["kommune_id"], municipalities["territory_from"], strict=True))
    listed = {kommune: PlanDates.of(own) for kommune, own in plan_dates.groupby("kommune_id")}
    for wave, config in waves.items():
        sitting = councils_in_office(councils, config.as_of)
        for kommune in sorted(municipalities["kommune_id"]):
            if kommune not in sitting.index or since[kommune] > pd.Timestamp(config.as_of):
                continue  # no council, or not yet with today's territory
            dates = listed.get(kommune, PlanDates({}, frozenset()))
            constituted = sitting.at[kommune, "constituted_on"].date()
            found = council_duties(
                dates, constituted, config.as_of, merged_plan=(kommune, wave) in one_book
            )
            rows += [_row(kommune, wave, duty) for duty in found]
    return pd.DataFrame(rows) if rows else empty_table("plan_duties")


def _row(kommune: str, wave: str, duty: Duty) -> dict[str, Any]:
    def day(value: date | None) -> pd.Timestamp:
        return pd.NaT if value is None else pd.Timestamp(value)

    return {
        "kommune_id": kommune, "wave": wave, "duty": duty.duty, "document_kind": duty.kind,
        "period": duty.period, "law": duty.law, "start": day(duty.start), "due": day(duty.due),
        "done": day(duty.done), "value": duty.value, "status": duty.status, "route": duty.route,
    }  # fmt: skip
