"""Bring the municipality register up to a newer KLASS version, from files that somebody downloaded."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from plankompass.ingest.klass_update import RegisterUpdate, update_register
from plankompass.study.problems import PlankompassError

REFERENCE = Path("workflow/reference")


def update_lines(update: RegisterUpdate) -> list[str]:
    """What an update changed, in lines for the terminal.

    Args:
        update: The update.

    Returns:
        The lines.
    """
    lines = [f"{update.in_force} municipalities in force; {update.changes} changes added"]
    for words, codes in (
        ("ended", update.ended),
        ("new", update.started),
        ("renamed", update.renamed),
    ):
        if codes:
            lines.append(f"{words} ({len(codes)}): {' '.join(codes)}")
    return lines


def update_registers(version: Path, changes: Path, day: str, root: Path) -> int:
    """Update the register and tell what changed.

    Args:
        version: KLASS 131's file of the municipalities in force on the day.
        changes: KLASS 131's file of code changes.
        day: First day of the version, YYYY-MM-DD.
        root: The checkout.

    Returns:
        0.

    Raises:
        PlankompassError: The day is no date, or the files do not fit; nothing is written then.
    """
    try:
        first = date.fromisoformat(day)
    except ValueError:
        raise PlankompassError("--day: not a date; write YYYY-MM-DD") from None
    folder = root / REFERENCE
    for line in update_lines(update_register(folder, version, changes, first)):
        print(line)
    print(f"written to {REFERENCE}; note source and date in its README.md, and run the tests")
    return 0
