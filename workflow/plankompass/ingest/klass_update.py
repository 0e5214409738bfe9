"""A newer municipality register from Statistics Norway's KLASS 131 files, as they are downloaded.

Two CSV files are needed: the municipalities in force on a day (``code``, ``name``, perhaps more) and the
code changes (``oldCode``, ``oldName``, ``newCode``, ``newName``, ``changeOccurred``). Nothing is fetched.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from plankompass.ingest.surveys.text import decode, find_delimiter
from plankompass.study.problems import PlankompassError

CODES = "municipalities.csv"
CHANGES = "municipality_changes.csv"
_VERSION_COLUMNS = ("code", "name")
_CHANGE_COLUMNS = ("oldCode", "oldName", "newCode", "newName", "changeOccurred")
# codes for "not stated" and the like, and Svalbard and the continental shelf, are no municipalities
_NO_MUNICIPALITY = re.compile(r"^(9999|0000|21\d\d|22\d\d|23\d\d|25\d\d|26\d\d)$")


@dataclass(frozen=True)
class RegisterUpdate:
    """What an update changed.

    Attributes:
        ended: Codes that are no longer in force.
        started: Codes that are new.
        renamed: Codes whose name changed.
        changes: Lines added to the table of changes.
        in_force: Municipalities in force after the update.
    """

    ended: tuple[str, ...]
    started: tuple[str, ...]
    renamed: tuple[str, ...]
    changes: int
    in_force: int


def update_register(folder: Path, version: Path, changes: Path, day: date) -> RegisterUpdate:
    """Bring the register's two tables up to a newer KLASS version.

    Args:
        folder: Folder of ``municipalities.csv`` and ``municipality_changes.csv``; both are rewritten.
        version: KLASS file of the municipalities in force on ``day``.
        changes: KLASS file of code changes; lines on ``day`` are taken, others left alone.
        day: First day of the new version.

    Returns:
        What changed.

    Raises:
        PlankompassError: A file is missing or not of the kind, the register has later dates already,
            or versions and changes do not fit together. Nothing is written then.
    """
    register, columns = _table(folder / CODES)
    known_changes, change_columns = _table(folder / CHANGES)
    if register and max(row["valid_from"] for row in register) > day.isoformat():
        raise PlankompassError(f"{CODES}: holds codes valid from after {day} already")
    new_names = {
        row["code"]: _names(row["name"])
        for row in _klass(version, _VERSION_COLUMNS)
        if not _NO_MUNICIPALITY.match(row["code"])
    }
    steps = [r for r in _klass(changes, _CHANGE_COLUMNS) if r["changeOccurred"] == day.isoformat()]
    current = {row["code"]: row for row in register if not row["valid_to"]}
    ended = sorted(set(current) - set(new_names))
    started = sorted(set(new_names) - set(current))
    _check_fit(ended, started, steps)
    renamed = sorted(
        code
        for code in set(new_names) & set(current)
        if new_names[code][1] not in (current[code]["official_name"], current[code]["name"])
    )
    for code in (*ended, *renamed):
        current[code]["valid_to"] = day.isoformat()
    for code in (*started, *renamed):
        name, official = new_names[code]
        row = dict.fromkeys(columns, "") | {"code": code, "name": name, "official_name": official}
        if code in renamed:
            # what else is known of the municipality goes on
            row = {**current[code], **{k: v for k, v in row.items() if v}}
        row |= {"valid_from": day.isoformat(), "valid_to": ""}
        register.append(row)
    seen = {(r["old_code"], r["new_code"], r["change_date"]) for r in known_changes}
    steps = [s for s in steps if (s["oldCode"], s["newCode"], s["changeOccurred"]) not in seen]
    known_changes += [
        {
            "old_code": step["oldCode"], "old_name": step["oldName"], "new_code": step["newCode"],
            "new_name": step["newName"], "change_date": day.isoformat(),
        }
        for step in steps
    ]  # fmt: skip
    register.sort(key=lambda row: (row["code"], row["valid_from"]))
    known_changes.sort(key=lambda row: (row["change_date"], row["old_code"], row["new_code"]))
    _write(folder / CODES, columns, register)
    _write(folder / CHANGES, change_columns, known_changes)
    in_force = sum(not row["valid_to"] for row in register)
    return RegisterUpdate(tuple(ended), tuple(started), tuple(renamed), len(steps), in_force)


def _check_fit(ended: Iterable[str], started: Iterable[str], steps: list[dict[str, str]]) -> None:
    old, new = {s["oldCode"] for s in steps}, {s["newCode"] for s in steps}
    lines = [
        f"{code} is gone, and no change on that day says what it became"
        for code in ended
        if code not in old
    ]
    lines += [
        f"{code} is new, and no change on that day says what it was"
        for code in started
        if code not in new
    ]
    if lines:
        hint = "is the day the first day of the version, and the file of changes complete?"
        raise PlankompassError("\n".join([*sorted(lines), hint]))


def _names(name: str) -> tuple[str, str]:
    """First language's name, and the official name with all parts."""
    return re.split(r"\s+[-–]\s+", name)[0], name


def _table(path: Path) -> tuple[list[dict[str, str]], list[str]]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            return list(reader), list(reader.fieldnames or [])
    except OSError:
        raise PlankompassError(f"{path.name}: the file does not exist") from None


def _klass(path: Path, columns: tuple[str, ...]) -> list[dict[str, str]]:
    try:
        text, _, _ = decode(path.read_bytes(), path.name)
    except OSError:
        raise PlankompassError(f"{path.name}: the file does not exist") from None
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=find_delimiter(text))
    if missing := [c for c in columns if c not in (reader.fieldnames or [])]:
        raise PlankompassError(
            f"{path.name}: the column {missing[0]} is missing; download the file from KLASS 131 as CSV"
        )
    rows = list(reader)
    for number, row in enumerate(rows, start=2):
        for column in columns:
            if column.lower().endswith("code") and not re.fullmatch(r"\d{4}", row[column] or ""):
                raise PlankompassError(f"{path.name}: line {number}, {column}: not four digits")
    return rows


def _write(path: Path, columns: list[str], rows: list[dict[str, str]]) -> None:
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    temporary = path.with_suffix(".tmp")
    temporary.write_text(out.getvalue(), encoding="utf-8")
    temporary.replace(path)
