"""From what a raw file says about the municipality to ``kommune_id``: cases K1 to K5.

A value may be a code, a code with a prefix or lost zeros, a name, both, or the study's own id. It is
read against the dated register on the row's date. Nothing is guessed: where more than one reading is
left, the run fails and both are named.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from plankompass.study.register import CodePeriod, MunicipalityRegister, name_key

_PREFIX = re.compile(
    r"^(?:k|kommune|kommunenr|kommunenummer|knr|no)?[\s.:_-]*(?=\d)", re.IGNORECASE
)
_CODE_AND_NAME = re.compile(r"^(?P<code>\d{3,4})[\s,;:–-]+(?P<name>[^\W\d].*)$")
_NAME_AND_CODE = re.compile(r"^(?P<name>[^\W\d].*?)[\s,;:–-]*\(?(?P<code>\d{4})\)?$")


@dataclass(frozen=True)
class Finding:
    """What was done about one value; see the catalogue of dirty data for the cases."""

    case: str
    severity: Literal["reject", "repair", "fail"]
    rule: str
    hint: str = ""


@dataclass(frozen=True)
class Place:
    """Where a row belongs.

    Attributes:
        kommune_id: The participating municipality; None when the row is left out or the run fails.
        before_merger: Whether the row concerns a unit that was merged away before the cut-off date.
        findings: What was found, in the order it was found.
    """

    kommune_id: str | None
    before_merger: bool = False
    findings: tuple[Finding, ...] = ()


def _refused(*findings: Finding) -> Place:
    return Place(None, False, findings)


@dataclass(frozen=True)
class _Reading:
    """A code with the notes made while reading it."""

    code: str
    findings: tuple[Finding, ...] = ()


class PlaceResolver:
    """Resolves municipality values to participating municipalities.

    Args:
        register: The dated register.
        participants: ``kommune_id`` to the code on the cut-off date.
        as_of: The cut-off date that the participants' codes are valid on.
    """

    def __init__(
        self, register: MunicipalityRegister, participants: Mapping[str, str], as_of: date
    ) -> None:
        self.register = register
        self.as_of = as_of
        self.by_code = {code: kommune for kommune, code in participants.items()}
        self.kommune_ids = frozenset(participants)
        self._seen: dict[tuple[str, date, str], Place] = {}

    def resolve(self, value: str, day: date, name: str = "") -> Place:
        """Find the municipality a value means on a day.

        Args:
            value: The raw text; a number from a numeric column is given as text without decimals.
            day: The row's date.
            name: The municipality's name in a field of its own; empty when there is none.

        Returns:
            The place, with what was found; never raises for a bad value.
        """
        key = (value, day, name)
        if key not in self._seen:
            self._seen[key] = self._resolve(value.strip(), day, name.strip())
        return self._seen[key]

    def _resolve(self, value: str, day: date, name: str) -> Place:
        if not value:
            value, name = name, ""
        if not value:
            return _refused(
                Finding(
                    "municipality",
                    "reject",
                    "the row names no municipality; it is left out",
                    "an answer without municipality can neither be protected nor compared",
                )
            )
        if value in self.kommune_ids:
            return Place(value)
        reading = self._read_both(value, name, day) if name else self._read(value, day)
        if isinstance(reading, Place):
            return reading
        place = self._locate(reading.code, day)
        return Place(place.kommune_id, place.before_merger, reading.findings + place.findings)

    # -- reading the value ---------------------------------------------------------------------

    def _read(self, value: str, day: date) -> _Reading | Place:
        if re.fullmatch(r"\d{4}", value):
            return _Reading(value)
        for pattern in (_CODE_AND_NAME, _NAME_AND_CODE):
            if match := pattern.match(value):
                name_is_prefix = not _PREFIX.sub("", f"{match['name']} 0").strip("0 ")
                if not name_is_prefix:
                    return self._read_both(match["code"], match["name"], day)
        if re.search(r"\d", value):
            return self._read_damaged(value, day)
        return self._read_name(value, day)

    def _read_damaged(self, value: str, day: date) -> _Reading | Place:
        """K1: lost zeros, a decimal from a spreadsheet, a known prefix."""
        digits = re.sub(r"[.,]0+$", "", _PREFIX.sub("", value))
        hint = "write the code as four digits, as text"
        if not re.fullmatch(r"\d{3,4}", digits):
            return _refused(
                Finding("K1", "fail", "a municipality code is not four digits as text", hint)
            )
        code = digits.zfill(4)
        if not self.register.valid(code, day):
            rule = (
                "a municipality code is not four digits as text, and padded it was not valid on "
                "the row's date"
            )
            return _refused(Finding("K1", "fail", rule, hint))
        rule = f"code mended to the four digits {code}, valid on the row's date"
        return _Reading(code, (Finding("K1", "repair", rule, hint),))

    def _read_name(self, value: str, day: date) -> _Reading | Place:
        """K5: a name alone, accepted when it can mean one municipality only."""
        periods = self.register.by_name(value)
        current = sorted({p.code for p in periods if p.covers(day)})
        if not current:
            # a name from another date: the nearest one, when it is one
            nearest = {self._nearest_code(p, day) for p in periods}
            current = sorted(code for code in nearest if code)
        if len(current) == 1:
            return _Reading(current[0])
        if not current:
            rule = "the municipality's name is in no register"
            return _refused(Finding("K5", "fail", rule, "write the four-digit code"))
        readings = " or ".join(current)
        rule = f"the municipality's name may mean {readings}"
        return _refused(Finding("K5", "fail", rule, "write the four-digit code"))

    def _nearest_code(self, period: CodePeriod, day: date) -> str | None:
        image = self.register.image(period.code, _anchor(period, day), day)
        return period.code if len(image) == 1 else None

    def _read_both(self, code: str, name: str, day: date) -> _Reading | Place:
        """K5: code and name must mean the same; the name may tell the part of a divided one."""
        reading = self._read(code, day)
        if isinstance(reading, Place):
            return reading
        key = name_key(name.strip(" ()"))
        named = {p.code for p in self.register.by_name(key)}
        if reading.code in named:
            return reading
        period = self.register.nearest_period(reading.code, day)
        own = f"{reading.code} {period.name}" if period else reading.code
        if period is not None:
            anchor = _anchor(period, day)
            images = (self.register.image(reading.code, anchor, d) for d in (day, self.as_of))
            parts = set().union(*images) & named
            if len(parts) == 1:
                part = parts.pop()
                rule = f"divided municipality {reading.code}: the name shows the part {part}"
                return _Reading(part, (*reading.findings, Finding("K3", "repair", rule)))
        other = ", ".join(sorted(named)) or "no known code"
        rule = f"code and name disagree: the code is {own}, the name belongs to {other}"
        return _refused(Finding("K5", "fail", rule, "correct the code or the name"))

    # -- from a code to the study's municipality -----------------------------------------------

    def _locate(self, code: str, day: date) -> Place:
        period = self.register.nearest_period(code, day)
        if period is None:
            rule = f"the municipality code {code} has never existed"
            return _refused(Finding("K2", "fail", rule, "correct the code in the raw file"))
        anchor = _anchor(period, day)
        on_day = self.register.image(code, anchor, day)
        if anchor < day and len(on_day) > 1 and code not in on_day:
            return _refused(self._split(code))
        findings: list[Finding] = []
        at_cut_off = self._at_cut_off(code, anchor)
        if len(at_cut_off) > 1:
            return _refused(self._split(code))
        (target,) = at_cut_off
        if day > self.as_of and self._is_part(target, day):
            return _refused(self._split(target))
        kommune_id = self.by_code.get(target)
        if kommune_id is None:
            rule = f"municipality {code} takes no part in the study; its rows are left out"
            hint = "add it to the participants, or take the rows out of the export"
            return _refused(Finding("municipality", "reject", rule, hint))
        before_merger = False
        sources = self.register.predecessors(target, self.as_of, day) if day < self.as_of else set()
        if len(sources) > 1:
            if target in sources and code == target:
                rule = f"{code} has a new territory since; no change is computed across it"
                findings.append(Finding("K4", "repair", rule))
            else:
                before_merger = True
                rule = f"{code} on a date before the merger that made {target} (før sammenslåing)"
                findings.append(Finding("K3", "repair", rule))
        elif anchor != day:
            findings.append(self._other_date(code, anchor, day, on_day))
        return Place(kommune_id, before_merger, tuple(findings))

    def _at_cut_off(self, code: str, anchor: date) -> set[str]:
        image = self.register.image(code, anchor, self.as_of)
        # a code that lives on with less territory is still the same municipality (K4)
        return {code} if code in image else image

    def _is_part(self, target: str, day: date) -> bool:
        return len(self.register.successors(target, self.as_of, day)) > 1

    def _other_date(self, code: str, anchor: date, day: date, on_day: Iterable[str]) -> Finding:
        """K2 for the same territory under another code, K3 where territory differs."""
        (now, *_) = sorted(on_day)
        back = self.register.image(now, day, anchor)
        if back == {code}:
            rule = f"code {code} was not valid on the row's date; same territory as {now}"
            return Finding("K2", "repair", rule)
        if anchor > day:
            rule = f"code {code} is later than the row's date; its only past is {now}"
            return Finding("K2", "repair", rule)
        rule = f"code {code} is earlier than the row's date; merged into {now} since"
        return Finding("K3", "repair", rule)

    def _split(self, code: str) -> Finding:
        return Finding(
            "K3",
            "reject",
            f"{code} was divided and no field shows the part; rows left out",
            "a divided municipality has no single successor",
        )


def _anchor(period: CodePeriod, day: date) -> date:
    """The day nearest to ``day`` on which the code was valid."""
    if period.covers(day):
        return day
    if day < period.valid_from:
        return period.valid_from
    return period.valid_to - timedelta(days=1)
