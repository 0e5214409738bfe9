"""Numbers from registers and lists: goals followed up, coded measures, dates, gatherings attended."""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from datetime import date
from statistics import fmean

from tests.trace_back.raw_files import RawFiles
from tests.trace_back.surveys import NETWORK, Found

_DECIDED = ("adopted", "readopted")
_CONSENSUS = ("konsensus", "consensus")
_GOAL_OPERATORS = ("ratio", "mean_of_shares")


class Documents:
    """Numbers of documents and registers of one study.

    Args:
        raw: The raw files.
    """

    def __init__(self, raw: RawFiles) -> None:
        self.raw = raw

    def work_out(self, unit: str, indicator: str, component: str, wave: str) -> Found | None:
        """A number anew; None for a kind that is not worked out here, or where nothing is known."""
        operator = self.raw.indicators[indicator]["operator"]
        if operator in ("months_to_event", "within_deadline"):
            return self._timing(unit, indicator, wave)
        if unit != NETWORK:
            return self._own(unit, indicator, component, wave)
        every = [self._own(u, indicator, component, wave) for u in self.raw.units()]
        known = [f for f in every if f is not None]
        if not known:
            return None
        if operator == "ratio":
            n = sum(f.n or 0 for f in known)
            return Found(sum(f.value * (f.n or 0) for f in known) / n, n)
        return Found(fmean(f.value for f in known), sum(f.n or 0 for f in known))

    def _own(self, unit: str, indicator: str, component: str, wave: str) -> Found | None:
        about = self.raw.indicators[indicator]
        measures = about["inputs"]["measures"]
        params = about.get("params", {})
        if component in ("samling_oppmote", "hjemmearbeid_levert"):
            return self._gatherings(unit, component, wave)
        if about["operator"] == "ratio":
            parts = params["also_all_of"] if component == "all_of" else [component]
            return self._goals(
                unit, parts, bool(set(params.get("only_needs_money", [])) & set(parts))
            )
        if component == "total":
            parts_found = [self._own(unit, indicator, m, wave) for m in measures]
            known = [f for f in parts_found if f is not None]
            if len(known) < about["min_valid_items"]:
                return None
            values = [f.value for f in known]
            index = about["operator"] == "additive_index"
            n = 1 if index else min(f.n or 1 for f in known)
            return Found(sum(values) if index else fmean(values), n)
        if about["operator"] == "mean_of_shares" and component.startswith("mal_"):
            return self._goals(unit, [component], False)
        value = self._coded(unit, component, wave)
        if value is None:
            return None
        if about["operator"] == "additive_index":
            return Found(float(value >= params["thresholds"][component]), 1)
        return Found(value / params["max_values"][component], 1)

    def _goals(self, unit: str, measures: list[str], only_money: bool) -> Found | None:
        """Share of a register's goals with all measures confirmed; None until all are confirmed."""
        register = "plattform" if measures[0].startswith("plattform") else "samfunnsdel"
        plans = [
            d for d in self.raw.rows(self.raw.config["plans"]["documents"])
            if (d["kommune_id"], d["kind"], d["status"]) == (unit, register, "adopted")
        ]  # fmt: skip
        if len(plans) != 1:
            return None
        answers: dict[tuple[str, str], list[tuple[str, str]]] = {}
        goals: dict[str, bool] = {}
        for row in self.raw.rows(self.raw.config["plans"]["goal_register"]):
            if (row["kommune_id"], row["register"]) != (unit, register):
                continue
            if not only_money or row["needs_money"] != "0":
                goals[row["goal_id"]] = True
            key = (row["goal_id"], row["measure_id"])
            answers.setdefault(key, []).append((row["coder"], row["confirmed"]))
        followed = []
        for goal in goals:
            settled = [_settled(answers.get((goal, m), [])) for m in measures]
            if None in settled:
                return None
            followed.append(all(s == "1" for s in settled))
        return Found(fmean(followed), len(followed), count=sum(followed)) if followed else None

    def _coded(self, unit: str, measure: str, wave: str) -> float | None:
        """Value that the coders agree on; the yearly revision is worked out where nobody coded it."""
        rows = [
            r for r in self.raw.rows(self.raw.config["plans"]["coded_measures"])
            if (r["kommune_id"], r["wave"], r["measure_id"]) == (unit, wave, measure)
        ]  # fmt: skip
        if any(r["status"] != "confirmed" for r in rows) or self._territory_later(unit, wave):
            return None
        value = _settled([(r["coder"], r["value"]) for r in rows])
        if value is None and not rows and measure == "handlingsdel_revidert_andel":
            return self._revised(unit, wave)
        return None if value is None else float(value)

    def _territory_later(self, unit: str, wave: str) -> bool:
        """Whether the municipality was put together of others after the wave."""
        codes = {p["code"] for p in self.raw.register("participants") if p["kommune_id"] == unit}
        into = [c for c in self.raw.register("code_changes") if c["new_code"] in codes]
        merged = (len(into) > 1 and into[0]["change_date"]) or ""
        return merged > self._as_of(wave).isoformat()

    def _revised(self, unit: str, wave: str) -> float | None:
        as_of, start = self._as_of(wave), self._constituted(unit, wave)
        joined = self._coded(unit, "okonomiplan_er_handlingsdel", wave) == 1
        kinds = ("handlingsdel", "okonomiplan") if joined else ("handlingsdel",)
        days = [d for k in kinds for d in self._days(unit, k) if d <= as_of]
        last = as_of.year if (as_of.month, as_of.day) == (12, 31) else as_of.year - 1
        years = set(range(start.year + 1, last + 1))
        if not years or not any(d.year >= last for d in days):
            return None
        return len(years & {d.year for d in days}) / len(years)

    def _as_of(self, wave: str) -> date:
        return self.raw.config["waves"][wave]["as_of"]

    def _constituted(self, unit: str, wave: str) -> date:
        return max(d for d in self._councils(unit) if d <= self._as_of(wave))

    def _councils(self, unit: str) -> list[date]:
        rows = self.raw.register("councils")
        return [date.fromisoformat(c["constituted_on"]) for c in rows if c["kommune_id"] == unit]

    def _days(self, unit: str, kind: str) -> list[date]:
        return [
            date.fromisoformat(r["date"])
            for r in self.raw.register("plan_dates")
            if (r["kommune_id"], r["document_kind"]) == (unit, kind)
            and r["event"] in _DECIDED and r["date"]
        ]  # fmt: skip

    def _decided(self, unit: str, indicator: str, wave: str) -> tuple[date, date | None] | None:
        """When the clock started, and the first decision of the term by the cut-off date."""
        about = self.raw.indicators[indicator]
        kind = about["params"]["event"].partition("_")[0]
        if self._territory_later(unit, wave):
            return None
        start, as_of = self._constituted(unit, wave), self._as_of(wave)
        ends = min([d for d in self._councils(unit) if d > start], default=date.max)
        days = self._days(unit, kind)
        known = [
            r["event"]
            for r in self.raw.register("plan_dates")
            if (r["kommune_id"], r["document_kind"]) == (unit, kind)
        ]
        term = [d for d in days if start <= d < ends]
        done = [d for d in term if d <= as_of]
        if done:
            return start, min(done)
        if "not_collected" in known or not (
            term or "absent" in known or min(days, default=start) < start
        ):
            return None
        return start, None

    def _timing(self, unit: str, indicator: str, wave: str) -> Found | None:
        operator = self.raw.indicators[indicator]["operator"]
        units = self.raw.units() if unit == NETWORK else [unit]
        told = [self._decided(u, indicator, wave) for u in units]
        timed = [t for t in told if t is not None]
        as_of = self._as_of(wave)
        if operator == "within_deadline":
            months = self.raw.indicators[indicator]["params"]["deadline_months"]
            limits = [(_later(start, months), day) for start, day in timed]
            hits = [day is not None and day <= end for end, day in limits if day or as_of > end]
            return Found(fmean(hits), len(hits)) if hits else None
        curve = [(_months(start, day or as_of), day is not None) for start, day in timed]
        if not curve:
            return None
        if unit != NETWORK:
            return Found(float(curve[0][0]), 1)
        median = _median(curve)
        return Found(median if median is not None else float(max(t for t, _ in curve)), len(curve))

    def _gatherings(self, unit: str, component: str, wave: str) -> Found | None:
        held = sorted(self.raw.register("gatherings"), key=lambda g: g["held_on"])
        as_of = self._as_of(wave).isoformat()
        mine = {
            a["gathering"]: a for a in self.raw.register("attendance") if a["kommune_id"] == unit
        }
        hits = []
        for at, gathering in enumerate(held):
            row = mine.get(gathering["gathering"])
            if row is None or row["invited"] != "yes" or gathering["held_on"] > as_of:
                continue
            if component == "samling_oppmote":
                leaders = (row["political_leaders"], row["administrative_leaders"])
                hits.append(all(int(n or 0) >= 1 for n in leaders))
                continue
            following = held[at + 1]["held_on"] if at + 1 < len(held) else ""
            if gathering["homework_given"] == "yes" and following and following <= as_of:
                day = row["homework_delivered_on"]
                hits.append(bool(day) and day < following)
        return Found(fmean(hits), len(hits), count=sum(hits)) if hits else None


def _settled(answers: Iterable[tuple[str, str]]) -> str | None:
    """What was agreed on: the consensus, or the one answer that all coders gave."""
    answers = list(answers)
    agreed = {value for coder, value in answers if coder in _CONSENSUS}
    given = agreed or {value for _, value in answers}
    return given.pop() if len(given) == 1 and "" not in given else None


def _later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _months(start: date, end: date) -> int:
    months = (end.year - start.year) * 12 + end.month - start.month
    return months - (_later(start, months) > end)


def _median(curve: list[tuple[int, bool]]) -> float | None:
    """Kaplan and Meier's median; the middle of the stretch where the curve runs along one half."""
    left, level, reached = len(curve), 1.0, None
    for time in sorted({t for t, _ in curve}):
        here = [event for t, event in curve if t == time]
        level *= 1 - sum(here) / left
        left -= len(here)
        if reached is not None and level < 0.5 - 1e-12:
            return (reached + time) / 2
        if reached is None and level <= 0.5 + 1e-12:
            if level < 0.5 - 1e-12:
                return float(time)
            reached = time
    return None if reached is None else float(reached)
