"""Benchmark of the statistics: a national study's answers in one process, beside R where it is.

Scale scores, means with intervals and a bootstrap over 222 600 respondents, 60 items, 20 scales and
2 142 cells; then the means and standard errors of one item by R's ``survey::svyby``, in the same run.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

RESPONDENTS, ITEMS, SCALES, CELLS = 222_600, 60, 20, 2_142
DRAWS = 1_000
SEED = 20190510
R_LIMIT_SECONDS = 900

_R_SCRIPT = """
suppressMessages(library(survey))
d <- read.csv("answers.csv")
design <- svydesign(id = ~1, strata = ~cell, fpc = ~size, data = d)
time <- system.time(m <- svyby(~y, ~cell, design, svymean))
write.csv(data.frame(cell = m$cell, estimate = m$y, se = m$se), "r.csv", row.names = FALSE)
cat(sprintf("%.3f %s %s\\n", time[["user.self"]] + time[["sys.self"]], getRversion(), packageVersion("survey")))
"""


def made_answers(
    rows: int = RESPONDENTS,
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]]:
    """Answers from 1 to 5 with some missing: councils and administrations small, residents many.

    Args:
        rows: Respondents.

    Returns:
        Answers of shape (rows, ``ITEMS``), cell of each respondent, size of each cell's population.
    """
    rng = np.random.default_rng(SEED)
    # 357 municipalities, two waves, three groups: councillors, administration, residents.
    share = np.tile([20.0, 12.0, 280.0], CELLS // 3)
    codes = np.sort(rng.choice(CELLS, size=rows, p=share / share.sum()))
    level = rng.normal(3.4, 0.4, (CELLS, 1))[codes]
    person = rng.normal(0, 0.6, (rows, 1))
    values = np.clip(np.round(level + person + rng.normal(0, 0.8, (rows, ITEMS))), 1, 5)
    values[rng.random(values.shape) < 0.03] = np.nan
    counted = np.bincount(codes, minlength=CELLS)
    return values, codes, np.maximum(np.ceil(counted * 1.6), counted + 1)


def _clocked(work: Callable[[], Any]) -> tuple[Any, float, float]:
    """Result, wall seconds and CPU seconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    return result, time.perf_counter() - wall, time.process_time() - cpu


def measure(folder: Path) -> dict[str, Any]:
    """Measure this process; meant to run in one of its own, for its memory.

    Args:
        folder: Where the answers to one item and their means are left for R.

    Returns:
        Seconds by step, memory in MB, seconds by number of rows.
    """
    from plankompass.statistics.bootstrap import bootstrap_means
    from plankompass.statistics.cells import means_by_cell
    from plankompass.statistics.scores import Scale, score_scales
    from plankompass.statistics.spread import council_mean_interval

    values, codes, sizes = made_answers()
    scales = [
        Scale(tuple(range(3 * k, 3 * k + 3)), reverse=(3 * k,), min_valid=2) for k in range(SCALES)
    ]
    means_by_cell(values[:1000, :2], codes[:1000], sizes)  # what is imported on first use
    steps: dict[str, tuple[float, float]] = {}

    def step(name: str, work: Callable[[], Any]) -> Any:
        result, *steps[name] = _clocked(work)
        return result

    scores = step("scale scores, 20 scales", lambda: score_scales(values, scales))
    step("means and t intervals, 60 items", lambda: means_by_cell(values, codes, sizes))
    both = np.hstack([values, scores])
    step(
        "means and small councils' intervals, 60 items and 20 scales",
        lambda: council_mean_interval(both, codes, sizes),
    )
    step(
        f"bootstrap of 20 scales jointly, B = {DRAWS}",
        lambda: bootstrap_means(scores, codes, sizes, replicates=DRAWS, seed=SEED),
    )
    # One item without gaps in every cell, as svyby will have it.
    item = values[:, 0]
    known = ~np.isnan(item)
    one = step("one item, as R has it below", lambda: means_by_cell(item, codes, sizes))
    table = np.column_stack([codes[known], sizes[codes[known]], item[known]])
    np.savetxt(
        folder / "answers.csv", table, delimiter=",", header="cell,size,y", comments="", fmt="%.10g"
    )
    np.savez(folder / "ours.npz", estimate=one.estimate, se=one.se, n=one.n)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    growth = {}
    for part in (4, 2, 1):
        rows = RESPONDENTS // part
        _, _, cpu = _clocked(
            lambda rows=rows: (
                score_scales(values[:rows], scales),
                council_mean_interval(both[:rows], codes[:rows], sizes),
                bootstrap_means(scores[:rows], codes[:rows], sizes, replicates=DRAWS, seed=SEED),
            )
        )
        growth[str(rows)] = cpu
    return {"steps": steps, "memory": memory, "growth": growth}


def ask_r(folder: Path) -> dict[str, Any] | None:
    """Let R's survey compute one item, and compare.

    Args:
        folder: Folder with what ``measure`` left.

    Returns:
        CPU seconds, versions and the largest relative differences; None without R or its package.
    """
    r = shutil.which("Rscript")
    if r is None:
        return None
    (folder / "ask.R").write_text(_R_SCRIPT, encoding="utf-8")
    done = subprocess.run(
        [r, "ask.R"], cwd=folder, capture_output=True, text=True, check=False,
        timeout=R_LIMIT_SECONDS,
    )  # fmt: skip
    if done.returncode != 0:
        return None
    seconds, version, survey = done.stdout.split()
    theirs = np.genfromtxt(folder / "r.csv", delimiter=",", names=True)
    ours = np.load(folder / "ours.npz")
    at = theirs["cell"].astype(int)
    differences = {
        name: float(np.max(np.abs(ours[name][at] / theirs[name] - 1)))
        for name in ("estimate", "se")
    }
    return {
        "seconds": float(seconds), "R": version, "survey": survey,
        "cells": len(at), **differences,
    }  # fmt: skip


def summarise(ours: dict[str, Any], theirs: dict[str, Any] | None) -> list[str]:
    """The measured tables.

    Args:
        ours: From ``measure``.
        theirs: From ``ask_r``.

    Returns:
        Lines of Markdown.
    """
    lines = ["| step, one process | wall seconds | CPU seconds |", "|---|---|---|"]
    for name, (wall, cpu) in ours["steps"].items():
        lines.append(f"| {name} | {wall:.3f} | {cpu:.3f} |")
    growth = [
        f"{int(rows):,}: {cpu:.1f} s".replace(",", " ") for rows, cpu in ours["growth"].items()
    ]
    whole = list(ours["growth"].items())
    per_row = [1e6 * cpu / int(rows) for rows, cpu in whole]
    lines += [
        "",
        f"Largest memory: {ours['memory']:.0f} MB. Scores, intervals and bootstrap by number of rows: "
        f"{'; '.join(growth)} ({', '.join(f'{p:.1f}' for p in per_row)} microseconds a row).",
        "",
    ]
    if theirs is None:
        return [*lines, "R with its package survey is not on this machine: no ratio."]
    own = ours["steps"]["one item, as R has it below"][1]
    return [
        *lines,
        f"R {theirs['R']}, survey {theirs['survey']}, `svyby` of one item over {theirs['cells']} cells: "
        f"{theirs['seconds']:.1f} s CPU; the same means and standard errors here: {own:.4f} s, "
        f"**{theirs['seconds'] / own:.0f} times** less. Largest relative difference: means "
        f"{theirs['estimate']:.1e}, standard errors {theirs['se']:.1e}.",
    ]


def run_statistics_benchmark() -> list[str]:
    """Measure in a process of its own, ask R, and tell.

    Returns:
        Lines of Markdown.

    Raises:
        RuntimeError: The measured process failed.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print("measuring the statistics ...", flush=True)
        done = subprocess.run(
            [sys.executable, "-m", "plankompass.commands.measuring_statistics", str(folder)],
            capture_output=True, text=True, check=False,
            env=dict(os.environ, OPENBLAS_NUM_THREADS="1"),
        )  # fmt: skip
        if done.returncode != 0:
            raise RuntimeError(f"the measured process failed:\n{done.stderr[-2000:]}")
        ours = json.loads((folder / "measured.json").read_text(encoding="utf-8"))
        print("asking R for the same means of one item ...", flush=True)
        return summarise(ours, ask_r(folder))


if __name__ == "__main__":
    target = Path(sys.argv[1])
    (target / "measured.json").write_text(json.dumps(measure(target)), encoding="utf-8")
