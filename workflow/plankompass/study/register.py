"""Municipalities over time: codes valid for a period, and the changes between them.

Facts come as two tables: codes (code, name, valid_from, valid_to) and changes (old_code, new_code,
change_date). ``valid_to`` is exclusive and empty while a code is in force. The national tables stand
in ``workflow/reference/``; the example study brings its own made-up ones.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

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

    def successors(self, code: str, start: date, end: date) -> set[str]:
        """Codes that a code valid on ``start`` has become by ``end``, through all changes between."""
        current = {code}
        for change in self.changes:
            if start < change.change_date <= end and change.old_code in current:
                if self.valid(change.old_code, change.change_date):
                    # the code lives on with more or less territory (K4)
                    current.add(change.new_code)
                else:
                    current.discard(change.old_code)
                    step = {
                        c.new_code
                        for c in self.changes
                        if c.change_date == change.change_date and c.old_code == change.old_code
                    }
                    current |= step
        return current

    def predecessors(self, code: str, end: date, start: date) -> set[str]:
        """Codes valid on ``start`` that have become ``code`` by ``end``."""
        return {p.code for p in self.in_force(start) if code in self.successors(p.code, start, end)}


def _parse_day(text: str, file: str, line: int, column: str) -> date | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise PlankompassError(
            f"{file}: line {line}, {column}: not a date; write it as YYYY-MM-DD"
        ) from None


def _rows(path: Path, columns: tuple[str, ...]) -> list[tuple[int, dict[str, str]]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise PlankompassError(f"{path.name}: the file does not exist") from None
    except UnicodeDecodeError:
        raise PlankompassError(f"{path.name}: not UTF-8 text; save the file as UTF-8") from None
    reader = csv.DictReader(text.splitlines())
    missing = [c for c in columns if c not in (reader.fieldnames or [])]
    if missing:
        raise PlankompassError(f"{path.name}: line 1: the column {missing[0]} is missing")
    return [(number, row) for number, row in enumerate(reader, start=2)]


def load_register(codes: Path | str, changes: Path | str) -> MunicipalityRegister:
    """Read the two tables of a municipality register.

    Args:
        codes: CSV with columns code, name, official_name, valid_from, valid_to.
        changes: CSV with columns old_code, new_code, change_date.

    Returns:
        The register.

    Raises:
        PlankompassError: A file or column is missing, a date cannot be read, or a code is not four
            digits; the text names file, line and column.
    """
    codes, changes = Path(codes), Path(changes)
    periods = []
    for line, row in _rows(codes, ("code", "name", "valid_from", "valid_to")):
        if not (len(row["code"]) == 4 and row["code"].isdigit()):
            raise PlankompassError(f"{codes.name}: line {line}, code: not four digits as text")
        first = _parse_day(row["valid_from"], codes.name, line, "valid_from")
        if first is None:
            raise PlankompassError(f"{codes.name}: line {line}, valid_from: empty")
        last = _parse_day(row["valid_to"], codes.name, line, "valid_to")
        official = row.get("official_name") or row["name"]
        periods.append(CodePeriod(row["code"], row["name"], official, first, last))
    steps = []
    for line, row in _rows(changes, ("old_code", "new_code", "change_date")):
        day = _parse_day(row["change_date"], changes.name, line, "change_date")
        if day is None:
            raise PlankompassError(f"{changes.name}: line {line}, change_date: empty")
        steps.append(CodeChange(day, row["old_code"], row["new_code"]))
    return MunicipalityRegister(periods, steps)
