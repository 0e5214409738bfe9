"""Deliver: what changed since the last delivery, then one zip for KS, then a record of what was sent."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pandas as pd

from plankompass import __version__
from plankompass.commands.build import build, config_of_study
from plankompass.commands.proofread import faults_of_study
from plankompass.disclosure.ledger import TABLE as LEDGER_TABLE
from plankompass.disclosure.ledger import append_release
from plankompass.jobs.inventory import hash_file
from plankompass.jobs.ledger_file import DELIVERIES, ledger_path
from plankompass.release.changes import (
    CHANGES,
    KINDS,
    Delivery,
    compare_deliveries,
    deliveries,
    keep_delivery,
    read_kept,
    write_changes,
)
from plankompass.study.config import load_config
from plankompass.tables import read_table

PREVIEW = "preview.csv"
_LINES = 40
_SAID = {
    "changed": "changed: readers have another number",
    "withdrawn": "withdrawn: readers have the number, now it is hidden",
    "new": "new: not shown before",
    "reason": "hidden for another reason",
}


def change_lines(changes: pd.DataFrame, longest: int = _LINES) -> list[str]:
    """The changes as lines for the terminal, one an estimate, comparison or response.

    Args:
        changes: As ``compare_deliveries`` gives them.
        longest: Most lines a kind of change; the rest is counted.

    Returns:
        The lines; the weightiest kind first.
    """
    lines = []
    for kind in KINDS:
        rows = changes[changes["change"] == kind]
        if rows.empty:
            continue
        lines += ["", f"{len(rows)} {_SAID[kind]}"]
        about: dict[str, list[str]] = {}
        for row in rows.itertuples(index=False):
            key = (row.unit, row.wave, row.group, row.gathering, row.indicator, row.component)
            name = " ".join(part for part in (f"{row.table}:", *key) if part)
            after = f"{row.before or 'nothing'} -> {row.after or 'nothing'}"
            about.setdefault(name, []).append(f"{row.column} {after}")
        lines += [f"  {name}: {', '.join(parts)}" for name, parts in list(about.items())[:longest]]
        if len(about) > longest:
            lines.append(f"  and {len(about) - longest} more like these")
    return lines


def _preview(last: Delivery | None, processed: Path) -> pd.DataFrame:
    """Compare with the last delivery, print what changed and write it where only the owner reads."""
    now = read_kept(processed / "publishable")
    # before the first delivery readers have nothing, so there is nothing to compare with
    changes = compare_deliveries(read_kept(last.folder) if last else now, now)
    path = processed / DELIVERIES / PREVIEW
    write_changes(changes, path)
    if last is None:
        shown = int((now["estimates"]["status"] == "published").sum())
        print(f"\nNothing was delivered before: all {shown} numbers are new.")
    elif changes.empty:
        print(f"\nNo number changed since delivery {last.number}.")
    else:
        print(f"\nSince delivery {last.number}:")
        print("\n".join(change_lines(changes)))
    print(f"The whole list: {path.as_posix()}")
    return changes


def deliver(study: str, root: Path, *, preview: bool = False) -> int:
    """Show what changed and pack a delivery.

    Args:
        study: The study's id.
        root: The checkout.
        preview: Only show what changed; nothing is packed and nothing is kept.

    Returns:
        Exit code: 0 when all went well; 1 when a page does not say what its report does.

    Raises:
        PlankompassError: There is no such study, or an earlier delivery cannot be read.
    """
    config = load_config(config_of_study(study, root))
    os.chdir(root)
    processed, reports = Path("data/processed") / study, Path("reports") / study
    done = deliveries(processed / DELIVERIES)
    last = done[-1] if done else None
    packed = reports / "levering.zip"
    # the gate stands before the publishable tables: what it stops is neither shown nor packed
    wanted = processed / "publishable" / "estimates.parquet" if preview else packed
    if code := build([wanted.as_posix()], root):
        return code
    changes = _preview(last, processed)
    if preview:
        print("Nothing was packed. Deliver with: ./plankompass deliver " + study)
        return 0
    faults, pages, _ = faults_of_study(study, example=config.example, thorough=False)
    if faults:
        print("\n".join(["", *faults[:_LINES]]))
        print(
            f"Nothing is delivered: {len(faults)} faults in the pages (./plankompass proofread {study})"
        )
        packed.unlink()
        return 1
    print(f"\nEvery page of {pages} reports says what its report.json says.")
    digest = hash_file(packed)
    with zipfile.ZipFile(packed) as archive:
        count = len(archive.namelist())
    print(f"\n{packed.as_posix()}: {count} files, sha256 {digest}")
    if last is not None and last.sha256 == digest:
        print(f"It is the same file as delivery {last.number}, byte for byte.")
        return 0
    # First the ledger, then the record: were this process killed between them, the numbers that may
    # have been sent are known to the next release, and noted once more under the same name.
    number = last.number + 1 if last else 1
    rows = read_table(LEDGER_TABLE, processed / "disclosure" / "ledger_rows.parquet")
    ledger = ledger_path(processed)
    append_release(ledger, rows, name=f"delivery {number:04d}, sha256 {digest[:16]}")
    record = {"sha256": digest, "files": count, "version": __version__}
    kept = keep_delivery(processed / "publishable", processed / DELIVERIES, changes, record)
    (processed / DELIVERIES / PREVIEW).unlink(missing_ok=True)
    print(f"Kept as delivery {kept.number}: {kept.folder.as_posix()}/{CHANGES} lists the changes.")
    print(
        f"Noted in {ledger.as_posix()}: the next build is attacked together with it. Keep a backup of "
        f"{ledger.parent.as_posix()}/; it is restricted."
    )
    return 0
