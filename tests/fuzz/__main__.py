"""``python -m tests.fuzz``: run cases of the targets, tell how they came out, and name those that failed."""

from __future__ import annotations

import argparse
import importlib
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path

from tests.fuzz import TARGETS


def main(arguments: list[str] | None = None) -> int:
    """Run the cases; 1 when one failed."""
    parser = argparse.ArgumentParser(prog="plankompass fuzz")
    parser.add_argument("--cases", type=int, default=1_000, help="cases of each target")
    parser.add_argument(
        "--seed", type=int, default=1, help="first case; cases are seed, seed + 1, ..."
    )
    parser.add_argument("--target", choices=sorted(TARGETS), action="append")
    chosen = parser.parse_args(arguments)
    failed = 0
    for name in sorted(chosen.target or TARGETS):
        failed += run_target(name, range(chosen.seed, chosen.seed + chosen.cases))
    return 1 if failed else 0


def run_target(name: str, seeds: range) -> int:
    """Run one target's cases and print the outcomes.

    Args:
        name: The target.
        seeds: The cases.

    Returns:
        How many failed.
    """
    run_case = importlib.import_module(TARGETS[name]).run_case
    counts: Counter[str] = Counter()
    failed: list[int] = []
    start = time.perf_counter()
    for seed in seeds:
        with tempfile.TemporaryDirectory() as folder:
            try:
                counts[run_case(Path(folder), seed)] += 1
            except Exception:
                failed.append(seed)
                print(f"{name}, case {seed}: {traceback.format_exc(limit=-3)}", flush=True)
    seconds = time.perf_counter() - start
    print(f"{name}: {len(seeds)} cases, {len(failed)} failed, {seconds:.0f} s")
    for outcome, count in sorted(counts.items()):
        print(f"  {outcome}: {count}")
    for seed in failed:
        print(f"  again: ./plankompass fuzz --target {name} --cases 1 --seed {seed}")
    return len(failed)


if __name__ == "__main__":
    sys.exit(main())
