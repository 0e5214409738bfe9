"""Benchmark: the example study from raw files to all reports, stage by stage, in one run."""

from __future__ import annotations

import json
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

RESULTS = Path("benchmarks/RESULTS.md")
_BEGIN, _END = "<!-- example: begin -->", "<!-- example: end -->"


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
        env=dict(os.environ, OPENBLAS_NUM_THREADS="1"),
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


def run_benchmark(root: Path) -> int:
    """Build the example from nothing and again, and write the figures.

    Args:
        root: The checkout.

    Returns:
        0 when it was measured.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve() / "checkout"
        folder.mkdir()
        _fresh_folder(root, folder)
        print("building the example from nothing ...", flush=True)
        first = _child(folder)
        print("building again, with nothing to do ...", flush=True)
        again = _child(folder)
        shutil.rmtree(folder)
    body = [_BEGIN, f"Measured on: {machine()}.", "", *summarise(first, again), _END]
    path = root / RESULTS
    text = path.read_text(encoding="utf-8") if path.is_file() else f"{_BEGIN}\n{_END}\n"
    head, _, rest = text.partition(_BEGIN)
    tail = rest.partition(_END)[2]
    path.parent.mkdir(exist_ok=True)
    path.write_text(head + "\n".join(body) + tail, encoding="utf-8")
    print("\n".join(body[1:-1]))
    print(f"\nwritten to {RESULTS}")
    return 0


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
