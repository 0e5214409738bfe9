"""Benchmark: the example study from raw files to all reports, and the statistics beside R."""

from __future__ import annotations

import json
import math
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from plankompass.jobs.worker import MEASURE_VARIABLE

RESULTS = Path("benchmarks/RESULTS.md")
_CLOCK = 0.01  # seconds: times are rounded to it, and a small study may take less
_TITLES = {
    "national": "The whole line from 12 municipalities to the nation, beside its bare engines",
    "reports": "Reports: HTML, PDF and workbook of 60 municipalities, beside their bare parts and R Markdown",
    "plans": "Plan documents: pages a second beside bare text extraction in the same run",
    "surveys": "Surveys: a national .sav from raw file to tidy tables, beside pyreadstat",
    "interviews": "Interviews: two coders' projects read and their agreement computed, beside krippendorff",
    "disclosure": "Disclosure control: a national table protected and attacked",
    "statistics": "The statistics: 222 600 respondents, 60 items, 20 scales, 2 142 cells, beside R",
}


def machine() -> str:
    """The machine in words: processor, cores, memory, system and Python."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        lines = cpuinfo.read_text(encoding="utf-8").splitlines()
        model = next(
            (x.split(":", 1)[1].strip() for x in lines if x.startswith("model name")), model
        )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{model}, {os.cpu_count()} cores, {memory:.0f} GiB; {platform.system()} "
        f"{platform.machine()}, Python {platform.python_version()}"
    )


def _fresh_folder(root: Path, folder: Path) -> None:
    """A folder where the example can be built from nothing, sharing program and raw files."""
    for name in ("Snakefile", "config.yaml", "codebook", "workflow", "profiles"):
        (folder / name).symlink_to(root / name)
    (folder / "data").mkdir()
    (folder / "data/raw").symlink_to(root / "data/raw")


def _child(folder: Path) -> dict[str, Any]:
    """Run the workflow in a process of its own and measure it from outside."""
    timings = folder / "timings.json"
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "plankompass.commands.measuring", str(timings)],
        cwd=folder, capture_output=True, text=True, check=False,
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1", MEASURE_VARIABLE: "1"},
    )  # fmt: skip
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        raise RuntimeError(f"the measured build failed:\n{done.stderr[-2000:]}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    # Linux gives kilobytes; the largest single process counts
    return {
        "wall": wall,
        "cpu": cpu,
        "memory": after.ru_maxrss / 1024,
        "outcomes": json.loads(timings.read_text(encoding="utf-8")),
    }


def summarise(first: Mapping[str, Any], again: Mapping[str, Any]) -> list[str]:
    """The measured table.

    Args:
        first: The build from nothing: wall and CPU seconds, memory in MB, outcomes of the calls.
        again: The build right after it, with nothing to do.

    Returns:
        Lines of Markdown.
    """
    stages: dict[str, list[float]] = defaultdict(lambda: [0, 0.0, 0.0])
    imports = 0.0
    for outcome in first["outcomes"]:
        row = stages[outcome["entry"].removeprefix("plankompass.")]
        row[0] += 1
        row[1] += outcome["work_wall"]
        row[2] += outcome["work_cpu"]
        imports += outcome["import_cpu"]
    work = sum(row[2] for row in stages.values())
    rest = first["cpu"] - work - imports
    lines = [
        "| job | jobs | seconds in jobs | CPU seconds | share of CPU |",
        "|---|---|---|---|---|",
    ]
    for entry, (jobs, wall, cpu) in sorted(stages.items(), key=lambda s: -s[1][2]):
        lines.append(f"| {entry} | {jobs} | {wall:.1f} | {cpu:.1f} | {cpu / first['cpu']:.0%} |")
    lines += [
        f"| imports of the stages in the workers | | | {imports:.1f} | {imports / first['cpu']:.0%} |",
        f"| Snakemake, start of processes | | | {rest:.1f} | {rest / first['cpu']:.0%} |",
        f"| **all, from raw files to reports** | {len(first['outcomes'])} | **{first['wall']:.1f} wall** "
        f"| {first['cpu']:.1f} | |",
        "",
        f"Largest process: {first['memory']:.0f} MB. A second build with nothing to do: "
        f"{again['wall']:.1f} s wall, {again['cpu']:.1f} s CPU.",
    ]
    return lines


def exponent(sizes: Sequence[float], costs: Sequence[float]) -> float:
    """How a cost grows with size: 1 is in proportion, 2 is with the square.

    Args:
        sizes: Numbers of municipalities.
        costs: Seconds of each; less than the clock tells counts as what it tells.

    Returns:
        The slope of the logarithm of cost over the logarithm of size, by least squares; NaN for
        fewer than two sizes.
    """
    if len(sizes) < 2:
        return math.nan
    logs = [math.log(max(cost, _CLOCK)) for cost in costs]
    return statistics.linear_regression([math.log(s) for s in sizes], logs).slope


def write_section(root: Path, section: str, lines: list[str]) -> None:
    """Put measured figures between a section's markers and leave the other sections alone.

    Args:
        root: The checkout.
        section: Name of the section, as its markers have it.
        lines: Lines of Markdown.
    """
    begin, end = f"<!-- {section}: begin -->", f"<!-- {section}: end -->"
    path = root / RESULTS
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    if begin not in text:
        text += f"\n## {_TITLES.get(section, section)}\n{begin}\n{end}\n"
    head, _, rest = text.partition(begin)
    tail = rest.partition(end)[2]
    body = [begin, f"Measured on: {machine()}.", "", *lines, end]
    path.parent.mkdir(exist_ok=True)
    path.write_text(head + "\n".join(body) + tail, encoding="utf-8")
    print("\n".join(body[1:-1]))
    print(f"\nwritten to {RESULTS}")


def run_benchmark(root: Path, part: str = "all") -> int:
    """Measure and write the figures.

    Args:
        root: The checkout.
        part: ``example`` (the example study from nothing and again), ``surveys``, ``statistics``,
            ``disclosure``, ``plans`` (reading of plan documents), ``interviews``, ``reports``, or ``all``.

    Returns:
        0 when it was measured.
    """
    from plankompass.commands.measuring_statistics import run_statistics_benchmark
    from plankompass.commands.measuring_surveys import run_survey_benchmark

    if part in ("example", "all"):
        write_section(root, "example", _measure_example(root))
    if part in ("surveys", "all"):
        write_section(root, "surveys", run_survey_benchmark(root))
    if part in ("statistics", "all"):
        write_section(root, "statistics", run_statistics_benchmark())
    if part in ("disclosure", "all"):
        from plankompass.commands.measuring_disclosure import run_disclosure_benchmark

        write_section(root, "disclosure", run_disclosure_benchmark())
    if part in ("plans", "all"):
        from plankompass.commands.measuring_plans import run_plan_benchmark

        write_section(root, "plans", run_plan_benchmark(root))
    if part in ("reports", "all"):
        from plankompass.commands.measuring_reports import run_reports_benchmark

        write_section(root, "reports", run_reports_benchmark(root))
    if part in ("interviews", "all"):
        from plankompass.commands.measuring_interviews import run_interview_benchmark

        write_section(root, "interviews", run_interview_benchmark(root))
    return 0


def _measure_example(root: Path) -> list[str]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve() / "checkout"
        folder.mkdir()
        _fresh_folder(root, folder)
        print("building the example from nothing ...", flush=True)
        first = _child(folder)
        print("building again, with nothing to do ...", flush=True)
        again = _child(folder)
        shutil.rmtree(folder)
    return summarise(first, again)


def _measured_build(timings: Path) -> int:
    """Inside the measured process: build, then save the outcomes of the calls."""
    from plankompass.commands.build import EXAMPLE_CONFIG, run_workflow
    from plankompass.jobs import runner

    root = Path.cwd()
    good, _ = run_workflow([], root / EXAMPLE_CONFIG, root)
    timings.write_text(json.dumps([asdict(o) for o in runner.outcomes]), encoding="utf-8")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(_measured_build(Path(sys.argv[1])))
