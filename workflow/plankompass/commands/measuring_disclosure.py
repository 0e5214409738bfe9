"""Benchmark of disclosure control: a made national table protected and attacked, at four sizes."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from plankompass.commands.measuring import exponent

SIZES = (12, 60, 120, 357)
INDICATORS, GROUPS = 20, 3
LOSS_TABLES, LOSS_SIZES, LOSS_RESTARTS = 100, (12, 20), (0, 3, 10)


def measure_once(municipalities: int) -> dict[str, float]:
    """Protect and attack one table in this process.

    Args:
        municipalities: Their number.

    Returns:
        What ``measure`` found, with CPU seconds and the largest memory in MB.
    """
    from plankompass.disclosure.measure import as_row, measure

    start = time.process_time()
    found = as_row(measure(municipalities, indicators=INDICATORS, groups=GROUPS))
    # Linux gives kilobytes
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return found | {"cpu": time.process_time() - start, "memory": memory}


def growth(rows: Sequence[Mapping[str, float]], cost: str) -> float:
    """The exponent of a cost between the second smallest and the largest; the smallest is mostly fixed.

    Args:
        rows: Measurements, the smallest first.
        cost: Name of the cost.

    Returns:
        As ``exponent``.
    """
    chosen = (rows[1], rows[-1])
    return exponent([r["municipalities"] for r in chosen], [r[cost] for r in chosen])


def summarise(rows: Sequence[Mapping[str, float]]) -> list[str]:
    """The measured table.

    Args:
        rows: Measurements, the smallest first.

    Returns:
        Lines of Markdown.
    """
    lines = [
        f"{INDICATORS} indicators, {GROUPS} groups, two waves and the change, each with its own "
        "pattern of who is hidden; municipalities, 16 peer groups, 15 counties and the nation. "
        "One process, one core; each size in a process of its own; seconds are CPU seconds.",
        "",
        "| municipalities | numbers | protected | hidden beside them | leaks | build s | protect s "
        "| attack s | all s | MB |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {r['municipalities']:.0f} | {r['cells']:.0f} | {r['targets']:.0f} | "
        f"{r['secondary']:.0f} | {r['leaks']:.0f} | {r['build_seconds']:.1f} | "
        f"{r['protect_seconds']:.1f} | {r['attack_seconds']:.1f} | {r['cpu']:.1f} | "
        f"{r['memory']:.0f} |"
        for r in rows
    ]
    parts = ", ".join(
        f"{name} {growth(rows, cost):.2f}"
        for name, cost in (
            ("protection", "protect_seconds"),
            ("attack", "attack_seconds"),
            ("all", "cpu"),
        )
    )
    lines += [
        "",
        f"Growth from {rows[1]['municipalities']:.0f} to {rows[-1]['municipalities']:.0f} "
        f"municipalities, as an exponent (1: in proportion): {parts}.",
    ]
    return lines


def run_disclosure_benchmark() -> list[str]:
    """Measure all sizes, each in a fresh process.

    Returns:
        Lines of Markdown.

    Raises:
        RuntimeError: A measured process failed.
    """
    rows = []
    for size in SIZES:
        print(f"protecting and attacking {size} municipalities ...", flush=True)
        done = subprocess.run(
            [sys.executable, "-m", "plankompass.commands.measuring_disclosure", str(size)],
            capture_output=True, text=True, check=False, cwd=Path.cwd(),
            env=dict(os.environ, OPENBLAS_NUM_THREADS="1"),
        )  # fmt: skip
        if done.returncode != 0:
            raise RuntimeError(f"the measured process failed:\n{done.stderr[-2000:]}")
        rows.append(json.loads(done.stdout))
    return [*summarise(rows), "", *loss_lines()]


def loss_lines(tables: int = LOSS_TABLES) -> list[str]:
    """How much is hidden beside what an optimum would hide, for some choices of restarts.

    Args:
        tables: How many small tables to make for each size.

    Returns:
        Lines of Markdown.
    """
    from plankompass.disclosure.optimum import measure_loss

    lines = [
        "Loss: rows hidden beside the protected ones in small tables, against the fewest that would "
        "do (integer program), by restarts in shuffled order:",
        "",
        "| municipalities | restarts | tables | hidden | optimum | ratio |",
        "|---|---|---|---|---|---|",
    ]
    for municipalities in LOSS_SIZES:
        for restarts in LOSS_RESTARTS:
            loss = measure_loss(tables, municipalities=municipalities, restarts=restarts)
            lines.append(
                f"| {municipalities} | {restarts} | {loss.tables} | {loss.hidden} | {loss.optimum} "
                f"| {loss.ratio:.2f} |"
            )
    return lines


if __name__ == "__main__":
    print(json.dumps(measure_once(int(sys.argv[1]))))
