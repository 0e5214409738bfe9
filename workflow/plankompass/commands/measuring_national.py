"""Benchmark of the whole line at several sizes up to the nation, beside its bare engines.

Each size is a made study: drawn, built from nothing, built again with nothing to do, and built again
after one changed answer file, one changed indicator formula and one changed template.
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
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from plankompass.commands.measuring import exponent

SIZES = (12, 60, 120, 357)
STAGES = ("ingest", "indicators", "disclosure", "reports")
_FROM = 60  # exponents are of the sizes from here on; below, fixed costs hide the growth
_INDICATOR = "id: policy_implementation_capacity"


@dataclass
class Build:
    """One measured build.

    Attributes:
        wall, cpu: Seconds of the whole, children included.
        memory: Largest single process in MB.
        outcomes: What became of each job's call, with its times.
    """

    wall: float
    cpu: float
    memory: float
    outcomes: list[dict[str, Any]]


@dataclass
class National:
    """All that was measured of one study.

    Attributes:
        municipalities: Its size.
        counts: Respondents, answers, documents and interviews.
        first: The build from nothing.
        later: Builds after it: nothing changed, an answer file, a formula, a template.
        bare: CPU seconds of each bare engine on the same raw files and reports.
    """

    municipalities: int
    counts: dict[str, int]
    first: Build
    later: dict[str, Build] = field(default_factory=dict)
    bare: dict[str, float] = field(default_factory=dict)


def measure_national(root: Path, sizes: Sequence[int] = SIZES) -> list[str]:
    """Measure studies of several sizes.

    Args:
        root: The checkout.
        sizes: Numbers of municipalities.

    Returns:
        Lines of Markdown.
    """
    measured = []
    for size in sizes:
        with tempfile.TemporaryDirectory() as name:
            print(f"a study of {size} municipalities ...", flush=True)
            measured.append(measure_study(root, Path(name).resolve(), size))
    return table(measured)


def measure_study(root: Path, folder: Path, municipalities: int) -> National:
    """Make, build and build again one study.

    Args:
        root: The checkout.
        folder: An empty folder.
        municipalities: Size of the study.

    Returns:
        What was measured.

    Raises:
        RuntimeError: A build failed.
    """
    study = _lay_out(root, folder, municipalities)
    first = _build(folder)
    found = National(municipalities, _counts(folder, study), first)
    found.later["nothing changed"] = _build(folder)
    changes = {
        "one answer file": _change_answer,
        "one formula": _change_formula,
        "one template": _change_template,
    }
    for name, change in changes.items():
        change(folder)
        found.later[name] = _build(folder)
    found.bare = json.loads(
        _python(folder, "plankompass.commands.measuring_engines", study).strip().splitlines()[-1]
    )
    return found


def _lay_out(root: Path, folder: Path, municipalities: int) -> str:
    """A folder of its own, so that program, codebook and raw files can be changed; gives the study."""
    study = f"made{municipalities}"
    for name in ("workflow", "codebook"):
        shutil.copytree(root / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(root / "Snakefile", folder / "Snakefile")
    (folder / "profiles").symlink_to("workflow/profiles")
    command = [
        sys.executable, "-m", "tests.study_factory", "--out", str(folder / "data/raw"),
        "--municipalities", str(municipalities), "--study", study, "--no-manifest",
        "--raw-name", "data/raw", "--config", str(folder / "config.yaml"),
        "--truth", str(folder / "truth"),
    ]  # fmt: skip
    if municipalities > 20:
        command.append("--real-codes")
    subprocess.run(command, cwd=root, check=True, capture_output=True)
    return study


def _python(folder: Path, module: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=folder, capture_output=True, text=True, check=False,
        env=dict(
            os.environ, OPENBLAS_NUM_THREADS="1", PLANKOMPASS_MEASURE_MEMORY="1",
            PYTHONPATH=str(folder / "workflow"),
        ),
    )  # fmt: skip
    if done.returncode != 0:
        raise RuntimeError(f"{module} failed:\n{done.stdout[-1000:]}\n{done.stderr[-3000:]}")
    return done.stdout


def _build(folder: Path) -> Build:
    timings = folder / "timings.json"
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    _python(folder, "plankompass.commands.measuring", str(timings))
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    outcomes = json.loads(timings.read_text(encoding="utf-8"))
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    # the largest of all children so far: later, smaller builds do not lower it
    memory = max(after.ru_maxrss / 1024, *(o["peak_memory"] for o in outcomes), 0.0)
    print(f"  {len(outcomes)} jobs, {wall:.0f} s, {cpu:.0f} CPU seconds", flush=True)
    return Build(wall, cpu, memory, outcomes)


def _counts(folder: Path, study: str) -> dict[str, int]:
    import pyarrow.parquet as pq

    tidy = folder / "data/processed" / study / "tidy"
    tables = {
        "respondents": [tidy / "respondents.parquet"],
        "answers": [tidy / "answers.parquet"],
        "interviews": [tidy / "interviews.parquet"],
        "documents": sorted(tidy.glob("plans/*/documents.parquet")),
    }
    return {k: sum(pq.read_metadata(p).num_rows for p in paths) for k, paths in tables.items()}


def _change_answer(folder: Path) -> None:
    """Another valid answer in the last row of the last survey file that is text."""
    path = sorted((folder / "data/raw/surveys").glob("*.csv"))[-1]
    raw = path.read_bytes()
    head, _, last = raw.rstrip(b"\r\n").rpartition(b"\n")
    at = max(last.rfind(digit) for digit in (b"2", b"3", b"4"))
    other = b"3" if last[at : at + 1] != b"3" else b"4"
    path.write_bytes(head + b"\n" + last[:at] + other + last[at + 1 :] + b"\n")


def _change_formula(folder: Path) -> None:
    """One indicator asks for one valid item less."""
    path = folder / "codebook/indicators.yaml"
    head, mark, rest = path.read_text(encoding="utf-8").partition(_INDICATOR)
    changed = rest.replace("min_valid_items: 3", "min_valid_items: 2", 1)
    path.write_text(head + mark + changed, encoding="utf-8")


def _change_template(folder: Path) -> None:
    """A line more in the style of the HTML report."""
    path = folder / "workflow/plankompass/reports/templates/report.css"
    path.write_text(path.read_text(encoding="utf-8") + "\n.changed { color: inherit }\n", "utf-8")


def _by_stage(outcomes: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for outcome in outcomes:
        stage = found[outcome["entry"].split(".")[1]]
        stage["jobs"] += 1
        stage["wall"] += outcome["work_wall"]
        stage["cpu"] += outcome["work_cpu"]
        stage["memory"] = max(stage["memory"], outcome["peak_memory"])
        found["imports"]["cpu"] += outcome["import_cpu"]
    return found


def _engine(build: Build) -> float:
    """CPU seconds that are not the stages' own: the workflow engine, start of processes."""
    stages = _by_stage(build.outcomes)
    return build.cpu - sum(stage["cpu"] for stage in stages.values())


def table(measured: Sequence[National]) -> list[str]:
    """The measured tables.

    Args:
        measured: One a size, the smallest first.

    Returns:
        Lines of Markdown.
    """
    sizes = [m.municipalities for m in measured]
    big = [m for m in measured if m.municipalities >= _FROM]
    lines = [
        "CPU seconds of each stage, largest memory of a worker in it, and the growth exponent from "
        f"{_FROM} municipalities on (1 is linear).",
        "",
        "| stage | " + " | ".join(f"{s} municipalities" for s in sizes) + " | exponent |",
        "|---|" + "---|" * (len(sizes) + 1),
    ]
    for stage in STAGES:
        of = [_by_stage(m.first.outcomes)[stage] for m in measured]
        grown = [_by_stage(m.first.outcomes)[stage]["cpu"] for m in big]
        cells = " | ".join(f"{s['cpu']:.1f} s, {s['memory']:.0f} MB" for s in of)
        power = exponent([m.municipalities for m in big], grown)
        lines.append(f"| {stage} ({of[-1]['jobs']:.0f} jobs) | {cells} | {power:.2f} |")
    parts = {
        "Snakemake, start of processes": _engine,
        "all, CPU": lambda b: b.cpu,
        "all, wall": lambda b: b.wall,
    }
    for name, cost in parts.items():
        cells = " | ".join(f"{cost(m.first):.1f} s" for m in measured)
        power = exponent([m.municipalities for m in big], [cost(m.first) for m in big])
        lines.append(f"| {name} | {cells} | {power:.2f} |")
    lines.append(
        "| largest process | " + " | ".join(f"{m.first.memory:.0f} MB" for m in measured) + " | |"
    )
    lines += [
        "",
        "| built again after | " + " | ".join(map(str, sizes)) + " |",
        "|---|" + "---|" * len(sizes),
    ]
    for name in measured[0].later:
        of_later = [m.later[name] for m in measured]
        cells = " | ".join(f"{b.wall:.1f} s, {len(b.outcomes)} jobs" for b in of_later)
        lines.append(f"| {name} | {cells} |")
    lines += [
        "",
        "| bare engine, CPU seconds | " + " | ".join(map(str, sizes)) + " |",
        "|---|" + "---|" * len(sizes),
    ]
    for engine in measured[0].bare:
        lines.append(
            f"| {engine} | " + " | ".join(f"{m.bare[engine]:.1f}" for m in measured) + " |"
        )
    sums = [sum(m.bare.values()) for m in measured]
    lines.append("| sum | " + " | ".join(f"{s:.1f}" for s in sums) + " |")
    ratios = " | ".join(f"**{m.first.cpu / s:.2f}**" for m, s in zip(measured, sums, strict=True))
    lines += [f"| the whole line in sums of its engines | {ratios} |", ""]
    lines += [
        f"{m.municipalities} municipalities: {', '.join(f'{v:,} {k}'.replace(',', ' ') for k, v in m.counts.items())}."
        for m in measured
    ]
    return lines
