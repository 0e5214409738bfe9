"""Municipalities over time: codes valid for a period, and the changes between them.

Facts come as two tables: codes (code, name, valid_from, valid_to) and changes (old_code, new_code,
change_date). ``valid_to`` is exclusive and empty while a code is in force. The national tables stand
in ``workflow/reference/``; the example study brings its own made-up ones.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

from plankompass.study.problems import PlankompassError


@dataclass(frozen=True, order=True)
class CodePeriod:
    """One code and the period it is valid for.

    Attributes:
        code: Four digits as text.
        name: The municipality's name in that period.
        official_name: Name with Sami and Kven parts.
        valid_from: First day.
        valid_to: First day it is no longer valid; None while in force.
    """

    code: str
    name: str
    official_name: str
    valid_from: date
    valid_to: date | None

    def covers(self, day: date) -> bool:
        """Whether the code is valid on a day."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


@dataclass(frozen=True, order=True)
class CodeChange:
    """One line from an old code to a new one on a date."""

    change_date: date
    old_code: str
    new_code: str


@dataclass(frozen=True, order=True)
class TerritoryChange:
    """A day on which a municipality's territory changed.

    Attributes:
        day: First day of the new territory.
        kind: ``merger``, ``split``, or ``new_territory`` when the code stayed the same.
        before: Codes on the day before that the territory, or part of it, belonged to.
    """

    day: date
    kind: Literal["merger", "split", "new_territory"]
    before: tuple[str, ...]


class MunicipalityRegister:
    """Lookups of municipality codes by date.

    Args:
        codes: Code periods.
        changes: Code changes; a merger repeats the new code, a split the old one.
    """

    def __init__(self, codes: Iterable[CodePeriod], changes: Iterable[CodeChange]) -> None:
        self.codes = tuple(sorted(codes))
        self.changes = tuple(sorted(changes))
        self._by_code: dict[str, list[CodePeriod]] = {}
        for period in self.codes:
            self._by_code.setdefault(period.code, []).append(period)
        self._by_name: dict[str, list[CodePeriod]] = {}
        for period in self.codes:
            for key in _name_parts(period):
                self._by_name.setdefault(key, []).append(period)
        self._forward: dict[date, dict[str, set[str]]] = {}
        self._backward: dict[date, dict[str, set[str]]] = {}
        for change in self.changes:
            day, old, new = change.change_date, change.old_code, change.new_code
            self._forward.setdefault(day, {}).setdefault(old, set()).add(new)
            self._backward.setdefault(day, {}).setdefault(new, set()).add(old)

    def exists(self, code: str) -> bool:
        """Whether a code was valid at any time."""
        return code in self._by_code

    def valid(self, code: str, day: date) -> bool:
        """Whether a code was valid on a day."""
        return any(p.covers(day) for p in self._by_code.get(code, []))

    def period(self, code: str, day: date) -> CodePeriod | None:
        """The code's period that covers a day, or None."""
        return next((p for p in self._by_code.get(code, []) if p.covers(day)), None)

    def in_force(self, day: date) -> list[CodePeriod]:
        """All codes valid on a day, sorted by code."""
        return [p for p in self.codes if p.covers(day)]

    def by_name(self, name: str) -> list[CodePeriod]:
        """Periods of municipalities called ``name``, at any time, sorted by code and first day.

        A name matches the short name, the official name, or one language's part of it, letter by
        letter apart from case, outer spaces and Unicode composition.
        """
        return self._by_name.get(name_key(name), [])

    def nearest_period(self, code: str, day: date) -> CodePeriod | None:
        """The code's period covering a day, else the nearest one; None when it never existed."""
        periods = self._by_code.get(code)
        if not periods:
            return None
        return min(periods, key=lambda p: (_distance(p, day), p.valid_from))

    def change_days(self) -> list[date]:
        """Days on which any code changed, in order."""
        return sorted(self._forward)

    def _step(self, current: set[str], day: date, *, forward: bool) -> set[str]:
        """Codes on the other side of one day's changes, from a snapshot of the codes before it.

        All of a day's changes happen at once: a code that is both new and old on the same day is
        never followed twice.
        """
        table = (self._forward if forward else self._backward).get(day, {})
        opposite = (self._backward if forward else self._forward).get(day, {})
        probe = day if forward else day - timedelta(days=1)
        out: set[str] = set()
        for code in current:
            steps = table.get(code, set())
            out |= steps
            handed_on = code in opposite and code not in opposite[code]
            if not steps or (code not in steps and self.valid(code, probe) and not handed_on):
                # nothing happened to it, or it lives on with more or less territory (K4); unless
                # the code went to another municipality on the same day
                out.add(code)
        return out

    def successors(self, code: str, start: date, end: date) -> set[str]:
        """What a code has become.

        Args:
            code: A code valid on ``start``.
            start: Day of the code.
            end: A later day.

        Returns:
            Codes on ``end`` of the code's territory, through all changes after ``start`` up to and
            including ``end``; more than one when it was divided.
        """
        current = {code}
        for day in self.change_days():
            if start < day <= end:
                current = self._step(current, day, forward=True)
        return current

    def predecessors(self, code: str, end: date, start: date) -> set[str]:
        """What a code was made of.

        Args:
            code: A code valid on ``end``.
            end: Day of the code.
            start: An earlier day.

        Returns:
            Codes on ``start`` whose territory, or part of it, is in the code on ``end``.
        """
        current = {code}
        for day in reversed(self.change_days()):
            if start < day <= end:
                current = self._step(current, day, forward=False)
        return current

    def image(self, code: str, day: date, other: date) -> set[str]:
        """Successors or predecessors of a code valid on ``day``, whichever way ``other`` lies."""
        if other >= day:
            return self.successors(code, day, other)
        return self.predecessors(code, day, other)

    def territory_changes(self, code: str, day: date) -> list[TerritoryChange]:
        """Changes that made the territory a code has on a day, latest first.

        Args:
            code: A code valid on ``day``.
            day: The day.

        Returns:
            Mergers, splits and changed borders in the code's past. A mere change of code or name
            is none.
        """
        found = []
        current = {code}
        for change_day in reversed(self.change_days()):
            if change_day > day:
                continue
            before = self._step(current, change_day, forward=False)
            after = self._step(before, change_day, forward=True)
            if len(before) > len(current):
                kept = current <= before
                kind = "new_territory" if kept else "merger"
                found.append(TerritoryChange(change_day, kind, tuple(sorted(before))))
            elif after != current:
                kind = "new_territory" if current <= before else "split"
                found.append(TerritoryChange(change_day, kind, tuple(sorted(before))))
                if kind == "split":
                    # what happened to the whole before is not this part's own past
                    break
            current = before
        return found

    def first_split(self, code: str, day: date) -> date | None:
        """First day after ``day`` on which a code valid that day is divided; None when it is not."""
        current = {code}
        for change_day in self.change_days():
            if change_day > day:
                current = self._step(current, change_day, forward=True)
                if len(current) > 1:
                    return change_day
        return None


def _distance(period: CodePeriod, day: date) -> int:
    if period.covers(day):
        return 0
    if day < period.valid_from:
        return (period.valid_from - day).days
    return (day - period.valid_to).days + 1


def name_key(name: str) -> str:
    """A municipality's name as it is compared: composed Unicode, folded case, single spaces."""
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


def _name_parts(period: CodePeriod) -> set[str]:
    names = {period.name, period.official_name}
    names |= set(re.split(r"\s+[-–]\s+", period.official_name))
    # "Bø (Nordland)" is also called Bø
    names |= {re.sub(r"\s*\([^)]*\)$", "", name) for name in names}
    return {name_key(name) for name in names if name.strip()}


class _Table:
    """One CSV table of the register, read with every error noted."""

    def __init__(self, path: Path, columns: tuple[str, ...]) -> None:
        self.name = path.name
        self.errors: list[str] = []
        self.rows: list[tuple[int, dict[str, str]]] = []
        try:
            text = path.read_text(encoding="utf-8-sig")
        except OSError:
            self.errors.append(f"{self.name}: the file does not exist")
            return
        except UnicodeDecodeError:
            self.errors.append(f"{self.name}: not UTF-8 text; save the file as UTF-8")
            return
        reader = csv.DictReader(text.splitlines())
        if missing := [c for c in columns if c not in (reader.fieldnames or [])]:
            self.errors.append(f"{self.name}: line 1: the column {missing[0]} is missing")
            return
        self.rows = list(enumerate(reader, start=2))

    def code(self, line: int, row: dict[str, str], column: str) -> str:
        """A cell that must be a code of four digits."""
        code = (row[column] or "").strip()
        if not re.fullmatch(r"\d{4}", code):
            self.errors.append(f"{self.name}: line {line}, {column}: not four digits as text")
        return code

    def day(
        self, line: int, row: dict[str, str], column: str, *, required: bool = True
    ) -> date | None:
        """A cell that must be a date; empty only where it may."""
        text = (row[column] or "").strip()
        if not text:
            if required:
                self.errors.append(f"{self.name}: line {line}, {column}: empty")
            return None
        try:
            return date.fromisoformat(text)
        except ValueError:
            self.errors.append(
                f"{self.name}: line {line}, {column}: not a date; write it as YYYY-MM-DD"
            )
            return None


def load_register(codes: Path | str, changes: Path | str) -> MunicipalityRegister:
    """Read the two tables of a municipality register.

    Args:
        codes: CSV with columns code, name, valid_from, valid_to, and perhaps official_name.
        changes: CSV with columns old_code, new_code, change_date.

    Returns:
        The register.

    Raises:
        PlankompassError: Listing every missing file or column, unreadable date and code that is not
            four digits, one a line with file, line and column.
    """
    table = _Table(Path(codes), ("code", "name", "valid_from", "valid_to"))
    periods = []
    for line, row in table.rows:
        code = table.code(line, row, "code")
        first = table.day(line, row, "valid_from")
        last = table.day(line, row, "valid_to", required=False)
        if first is not None:
            official = row.get("official_name") or row["name"]
            periods.append(CodePeriod(code, row["name"], official, first, last))
    change_table = _Table(Path(changes), ("old_code", "new_code", "change_date"))
    steps = []
    for line, row in change_table.rows:
        old, new = (change_table.code(line, row, c) for c in ("old_code", "new_code"))
        day = change_table.day(line, row, "change_date")
        if day is not None:
            steps.append(CodeChange(day, old, new))
    if errors := table.errors + change_table.errors:
        raise PlankompassError("\n".join(errors))
    return MunicipalityRegister(periods, steps)
