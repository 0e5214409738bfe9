"""Draw numbers from the built reports, trace each, and work it out a second way.

Run from the checkout, inside the environment, with the study built::

    ./plankompass build
    python -m tests.trace_back --numbers 12 --seed 9

The lot is over every cell of the municipalities' tables of numbers (``tall.csv``): a municipality's own
number, the mean of the others, the network's number, and numbers put in words since disclosure control
keeps the figure back. The indicator is drawn first, so that each kind of number has its turn. For each
the command prints where it stands, what the report says there, the trace command a reader would type,
and the outcome:

* ``same``: worked out anew from the raw files that trace names, it is the printed number, digit for
  digit, with the same n and N; and trace's value before rounding agrees to six digits.
* ``DIFFERENT``: it is not, or trace does not name a file that is needed, or trace fails.
* ``not worked out``: followed with trace only; the kind has no second way here.

Intervals and verdicts are not worked out here (``tests/unit/statistics`` holds them to published values
and to R). The exit code is 1 when any number differs.

``--all`` works out every number of the reports instead, from all raw files as their manifest names them
and without the trace command, and tells only of those that differ::

    python -m tests.trace_back --all
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import yaml
from tests.trace_back.compare import DIFFERENT, SAME, Outcome, judge
from tests.trace_back.printed import OWN, PEERS, YES_NO, Printed, draw, printed_numbers
from tests.trace_back.raw_files import RawFiles
from tests.trace_back.recompute import Recompute
from tests.trace_back.surveys import NETWORK

STUDY = "eksempel"
_SHOWN = 3


def check(root: Path, study: str, count: int, seed: int) -> Iterator[tuple[Outcome, str]]:
    """Draw, trace and judge.

    Args:
        root: The checkout.
        study: The study's id.
        count: Numbers to draw.
        seed: Of the draw.

    Yields:
        Each outcome, with what trace said.
    """
    numbers = printed_numbers(root, study)
    for printed in draw(numbers, count, seed):
        done = subprocess.run(
            printed.command(study), cwd=root, capture_output=True, text=True, check=False
        )
        if done.returncode:
            said = f"trace fails: {done.stdout}{done.stderr}".strip()
            yield Outcome(printed, DIFFERENT, None, said, ()), done.stdout
            continue
        yield judge(printed, done.stdout, root, peers_of(printed, numbers)), done.stdout


def check_all(root: Path, study: str) -> Iterator[Outcome]:
    """Work every printed number out, from all raw files of the study.

    Args:
        root: The checkout.
        study: The study's id.

    Yields:
        Each outcome.
    """
    numbers = printed_numbers(root, study)
    manifest = root / RawFiles(root, {}).config["raw"] / "manifest.yaml"
    files = yaml.safe_load(manifest.read_text(encoding="utf-8"))["files"]
    work = Recompute(RawFiles(root, {file: about["sha256"] for file, about in files.items()}))
    alike: dict[tuple[str, ...], list[Printed]] = {}
    for number in numbers:
        alike.setdefault(_kind(number), []).append(number)
    for number in numbers:
        yield judge(number, None, root, peers_of(number, alike[_kind(number)]), lambda _: work)


def _kind(number: Printed) -> tuple[str, ...]:
    return number.indicator, number.component, number.group, number.wave, number.gathering


def peers_of(printed: Printed, numbers: Sequence[Printed]) -> list[Printed]:
    """The other municipalities' own numbers of the same kind; none unless their mean was drawn."""
    if printed.quantity != PEERS:
        return []
    return [
        n for n in numbers
        if (n.quantity == OWN or n.text in YES_NO) and n.unit not in (printed.unit, NETWORK)
        and _kind(n) == _kind(printed)
    ]  # fmt: skip


def _told(number: int, outcome: Outcome, trace: str, study: str) -> Iterator[str]:
    printed = outcome.printed
    yield f"\n{number}. {printed.text} ({printed.measured_in}), {printed.quantity}"
    yield f"   {printed.file}, line {printed.line}: {printed.indicator}, {printed.row_name}"
    said = trace.partition("\nIn the reports\n")[2].partition("\nPublished\n")[0]
    lines = [line.strip() for line in said.splitlines() if line.startswith("    ")]
    for line in lines[:_SHOWN]:
        yield f"   | {line}"
    if len(lines) > _SHOWN:
        yield f"   | and {len(lines) - _SHOWN} more"
    yield f"   {' '.join(printed.command(study))}"
    if outcome.found is not None:
        found = outcome.found
        parts = [f"{n} {v}" for n, v in (("n", found.n), ("N", found.population)) if v]
        yield f"   worked out anew: {found.value:.9g}{', ' if parts else ''}{', '.join(parts)}"
    if outcome.files:
        yield f"   from {', '.join(outcome.files)}"
    yield f"   {outcome.verdict}{': ' if outcome.said else ''}{outcome.said}"


def _summary(verdicts: Counter[str]) -> str:
    told = ", ".join(f"{count} {verdict}" for verdict, count in sorted(verdicts.items()))
    return f"{sum(verdicts.values())} numbers: {told}"


def main() -> int:
    """Run the check and tell."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.trace_back", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--numbers", type=int, default=12, help="numbers to draw")
    parser.add_argument("--seed", type=int, default=9, help="of the draw")
    parser.add_argument(
        "--all", action="store_true", help="every number, without the trace command"
    )
    parser.add_argument("--study", default=STUDY, help="the study; built before")
    asked = parser.parse_args()
    verdicts: Counter[str] = Counter()
    if asked.all:
        for number, outcome in enumerate(check_all(Path.cwd(), asked.study), start=1):
            verdicts[outcome.verdict] += 1
            if outcome.verdict != SAME:
                print("\n".join(_told(number, outcome, "", asked.study)))
        print(f"\nall {_summary(verdicts)}")
        return int(DIFFERENT in verdicts)
    found = check(Path.cwd(), asked.study, asked.numbers, asked.seed)
    for number, (outcome, trace) in enumerate(found, start=1):
        verdicts[outcome.verdict] += 1
        print("\n".join(_told(number, outcome, trace, asked.study)), flush=True)
    print(f"\nseed {asked.seed}, {_summary(verdicts)}")
    return int(DIFFERENT in verdicts)


if __name__ == "__main__":
    sys.exit(main())
