"""Two releases of a made study, late answers in between: ``python -m tests.attacker.made --help``.

This file alone knows the program: it makes the releases. What attacks them does not.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from tests.attacker.attack import Findings, attack
from tests.attacker.reading import Row, read_book, read_tables
from tests.unit.disclosure.made_study import ROOT, MadeStudy, make_study, rule_book

from plankompass.disclosure.choose import choose_published
from plankompass.disclosure.gate import attack_estimates
from plankompass.disclosure.ledger import ledger_rows
from plankompass.disclosure.primary import publishable
from plankompass.disclosure.release import without_se
from plankompass.disclosure.row_rules import mark_rows
from plankompass.tables import check_table, empty_table, write_table

LATE = 0.15  # of the groups in the last wave


@dataclass
class Released:
    """What left, and what the program knew.

    Attributes:
        marked: Restricted rows.
        table: Publishable rows.
        gate: What the gate's attack found.
    """

    marked: pd.DataFrame
    table: pd.DataFrame
    gate: list[str]


def release(study: MadeStudy, ledger: pd.DataFrame | None, *, protect: bool = True) -> Released:
    """Bring a study through the stage.

    Args:
        study: Its tables.
        ledger: Earlier releases.
        protect: Whether to hide more than the rules row by row do.

    Returns:
        The release.
    """
    rules = rule_book()
    marked = mark_rows(study.estimates, study.response, study.quality, rules, ledger)
    chosen = choose_published(marked, rules, ledger)[0] if protect else marked
    out = check_table("publishable_estimates", publishable(chosen, study.response, rules))
    out = without_se(out)
    found = attack_estimates(marked, out, rules, ledger).messages() if protect else []
    return Released(marked, out, found)


def two_releases(
    municipalities: int, seed: int = 1, *, protect: bool = True, ledger: bool = True
) -> tuple[list[Released], list[tuple[str, str, str]]]:
    """A study before and after late answers, and who was the only one to answer somewhere.

    Args:
        municipalities: Their number.
        seed: Seed of the answers.
        protect: Whether the releases are protected beyond the rules row by row.
        ledger: Whether the second release knows of the first.

    Returns:
        Both releases; places (unit, wave, group) with one respondent in the second.
    """
    first, second = (
        make_study(municipalities, seed=seed, late=late, fewest=1) for late in (0.0, LATE)
    )
    spring = release(first, None, protect=protect)
    noted = ledger_rows(spring.marked, spring.table, release=1, name="spring")
    autumn = release(second, noted if ledger else empty_table("release_ledger"), protect=protect)
    lone = {k[:3] for k, v in second.answers.items() if len(v) == 1}
    return [spring, autumn], sorted((unit, wave, group) for wave, group, unit in lone)


def rows_of(table: pd.DataFrame, folder: Path) -> list[Row]:
    """A release as the attacker reads it: from a file."""
    write_table("publishable_estimates", table, folder / "estimates.parquet")
    return read_tables(folder)


def attack_made(releases: list[Released], alone, folder: Path, **more) -> Findings:
    """Write the releases and attack the files."""
    rows = [rows_of(r.table, folder / str(number)) for number, r in enumerate(releases)]
    return attack(rows, read_book(ROOT / "codebook"), alone=alone, **more)


def main() -> int:
    """Make, release twice, attack, tell."""
    import tempfile

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--municipalities", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--forget", action="store_true", help="the second release has no ledger")
    parser.add_argument("--no-programs", action="store_true", help="exact attacks only")
    given = parser.parse_args()
    start = time.perf_counter()
    releases, alone = two_releases(given.municipalities, given.seed, ledger=not given.forget)
    made = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        found = attack_made(releases, alone, Path(folder), programs=not given.no_programs)
    shown = [int((r.table["status"] == "published").sum()) for r in releases]
    print(
        f"{given.municipalities} municipalities: {len(releases[0].table)} numbers, published {shown}, "
        f"gate found {[len(r.gate) for r in releases]}, {len(alone)} lone respondents; protected "
        f"in {made - start:.0f} s. Attack: {found.rows} rows, {found.targets} hidden numbers, "
        f"{found.bounded} bounded, {found.contradictions} contradictions, "
        f"{time.perf_counter() - made:.0f} s: {len(found.lines)} found"
    )
    for line in found.lines[:40]:
        print(f"  {line}")
    return 1 if found.lines else 0


if __name__ == "__main__":
    raise SystemExit(main())
