"""Benchmark of the whole line at several sizes up to the nation, beside its bare engines.

Each size is a made study: drawn, built from nothing, built again with nothing to do, and built again
after one changed answer file, one changed indicator formula and one changed template. What was measured
of a size is kept beside the table, so that sizes can be measured one by one.
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
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from plankompass.commands.measuring import exponent
from plankompass.commands.measuring_engines import SYSTEM_BUILT
from plankompass.jobs.worker import MEASURE_VARIABLE

KEPT = Path("benchmarks/national.json")
SIZES = (12, 60, 120, 356)
STAGES = ("ingest", "indicators", "disclosure", "reports")
REAL = 356  # municipalities there were in 2023, the year of the second wave; 357 came in 2024
_LARGEST = 12
_NOT = "not measured"
_FROM = 60  # exponents are of the sizes from here on; below, fixed costs hide the growth
_INDICATOR = "id: policy_implementation_capacity"
_RESIDENT_SAMPLE = 285  # makes 200 000 forms of all municipalities' residents in two waves
_GROUPS = {"folkevalgte": "councillors", "administrasjon": "administrators",
           "innbyggere": "residents", "deltakere": "participants of gatherings"}  # fmt: skip


@dataclass
class Build:
    """One measured build.

    Attributes:
        wall, cpu: Seconds of the whole, children included.
        memory: Largest single process in MB.
        jobs: Entry function to its calls: ``jobs``, ``wall``, ``cpu``, ``imports`` (CPU seconds) and
            ``memory`` (the largest, in MB).
    """

    wall: float
    cpu: float
    memory: float
    jobs: dict[str, dict[str, float]]

    @property
    def count(self) -> int:
        """Jobs that were done."""
        return int(sum(job["jobs"] for job in self.jobs.values()))

    def stage(self, name: str) -> dict[str, float]:
        """One stage: its jobs, wall and CPU seconds and the largest memory of a worker in it."""
        own = [job for entry, job in self.jobs.items() if entry.split(".")[0] == name]
        found = {key: sum(job[key] for job in own) for key in ("jobs", "wall", "cpu")}
        return found | {"memory": max((job["memory"] for job in own), default=0.0)}

    @property
    def engine(self) -> float:
        """CPU seconds that are not the stages' own: the workflow engine, start of processes."""
        return self.cpu - sum(job["cpu"] + job["imports"] for job in self.jobs.values())


@dataclass
class National:
    """All that was measured of one study.

    Attributes:
        municipalities: Its size.
        program: The program's tree in git (`git rev-parse HEAD:workflow`).
        counts: Reports, filled-in forms by group, answers, interviews, documents and their pages.
        first: The build from nothing.
        later: Builds after it: nothing changed, an answer file, a formula, a template.
        bare: CPU seconds of each bare engine on the same raw files and reports.
    """

    municipalities: int
    program: str
    counts: dict[str, int]
    first: Build
    later: dict[str, Build] = field(default_factory=dict)
    bare: dict[str, float] = field(default_factory=dict)


def measure_national(root: Path, sizes: Sequence[int] = SIZES) -> list[str]:
    """Measure studies of several sizes and keep what was measured.

    Args:
        root: The checkout.
        sizes: Numbers of municipalities.

    Returns:
        Lines of Markdown about these sizes and those that were measured before.
    """
    for size in sizes:
        with tempfile.TemporaryDirectory() as name:
            print(f"a study of {size} municipalities ...", flush=True)
            for found in measure_study(root, Path(name).resolve(), min(size, REAL)):
                keep(root / KEPT, found)
    return table(kept(root / KEPT))


def kept(path: Path) -> list[National]:
    """What was measured so far, the smallest study first."""
    if not path.is_file():
        return []
    found = json.loads(path.read_text(encoding="utf-8"))
    return [
        National(**{**one, "first": Build(**one["first"]),
                    "later": {name: Build(**build) for name, build in one["later"].items()}})
        for one in sorted(found, key=lambda one: one["municipalities"])
    ]  # fmt: skip


def keep(path: Path, measured: National) -> None:
    """Note what was measured of one size in place of what was noted of it before."""
    others = [one for one in kept(path) if one.municipalities != measured.municipalities]
    every = sorted([*others, measured], key=lambda one: one.municipalities)
    lines = [json.dumps(asdict(one), sort_keys=False) for one in every]
    path.parent.mkdir(exist_ok=True)
    path.write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")


def measure_study(root: Path, folder: Path, municipalities: int) -> Iterator[National]:
    """Make, build and build again one study.

    Args:
        root: The checkout.
        folder: An empty folder.
        municipalities: Size of the study.

    Yields:
        What was measured so far, after each step.

    Raises:
        RuntimeError: A build failed.
    """
    program = subprocess.run(
        ["git", "rev-parse", "--short=10", "HEAD:workflow"],
        cwd=root, capture_output=True, text=True, check=False,
    ).stdout.strip()  # fmt: skip
    study = _lay_out(root, folder, municipalities)
    first = _build(folder)
    found = National(municipalities, program, _counts(folder, study), first)
    yield found
    found.later["nothing changed"] = _build(folder)
    engines, _ = _python(folder, "plankompass.commands.measuring_engines", study)
    found.bare = json.loads(engines.strip().splitlines()[-1])
    yield found
    changes = {
        "one template": _change_template,
        "one formula": _change_formula,
        "one answer file": _change_answer,
    }
    for name, change in changes.items():
        change(folder)
        found.later[name] = _build(folder)
        yield found


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
        "--truth", str(folder / "truth"), "--resident-sample", str(_RESIDENT_SAMPLE),
        "--real-lengths",
    ]  # fmt: skip
    if municipalities > 20:
        command.append("--real-codes")
    subprocess.run(command, cwd=root, check=True, capture_output=True)
    return study


def _python(folder: Path, module: str, *arguments: str) -> tuple[str, resource.struct_rusage]:
    """Run a module; gives what it printed, and what it and the processes it started have used."""
    variables = {MEASURE_VARIABLE: "1", "PYTHONPATH": str(folder / "workflow")}
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=folder, stdout=subprocess.PIPE, stderr=errors, env=_as_at_a_user() | variables,
        )  # fmt: skip
        assert process.stdout is not None
        with process.stdout as stream:
            printed = stream.read().decode()
        # not the usage of all children: the one that made the study is larger than any stage
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            errors.seek(0)
            raise RuntimeError(
                f"{module} failed:\n{printed[-1000:]}\n{errors.read().decode()[-3000:]}"
            )
    return printed, used


def _as_at_a_user() -> dict[str, str]:
    """The variables of this process, but compiled modules are kept, as is usual."""
    usual = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return usual | {"OPENBLAS_NUM_THREADS": "1"}


def _build(folder: Path) -> Build:
    timings = folder / "timings.json"
    start = time.perf_counter()
    _, used = _python(folder, "plankompass.commands.measuring", str(timings))
    wall, cpu = time.perf_counter() - start, used.ru_utime + used.ru_stime
    outcomes = json.loads(timings.read_text(encoding="utf-8"))
    memory = max(used.ru_maxrss / 1024, *(o["peak_memory"] for o in outcomes), 0.0)
    print(f"  {len(outcomes)} jobs, {wall:.0f} s, {cpu:.0f} CPU seconds", flush=True)
    return Build(round(wall, 2), round(cpu, 2), round(memory), _by_entry(outcomes))


def _counts(folder: Path, study: str) -> dict[str, int]:
    import pandas as pd
    import pyarrow.parquet as pq

    tidy = folder / "data/processed" / study / "tidy"
    reports = (folder / "reports" / study).glob("*/rapport.json")
    groups = pd.read_parquet(tidy / "respondents.parquet", columns=["group"])["group"]
    plans = [
        pd.read_parquet(path, columns=["pages"])
        for path in sorted(tidy.glob("plans/*/documents.parquet"))
    ]
    return {
        "municipal reports": sum(p.parent.name.isdigit() for p in reports),
        **{f"forms of {_GROUPS[g]}": int(n) for g, n in groups.value_counts().sort_index().items()},
        "answers": pq.read_metadata(tidy / "answers.parquet").num_rows,
        "interviews": pq.read_metadata(tidy / "interviews.parquet").num_rows,
        "documents": sum(map(len, plans)),
        "pages": int(sum(of["pages"].sum() for of in plans)),
    }


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


def _by_entry(outcomes: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = defaultdict(
        lambda: dict.fromkeys(("jobs", "wall", "cpu", "imports", "memory"), 0.0)
    )
    for outcome in outcomes:
        job = found[outcome["entry"].removeprefix("plankompass.")]
        job["jobs"] += 1
        job["wall"] += outcome["work_wall"]
        job["cpu"] += outcome["work_cpu"]
        job["imports"] += outcome["import_cpu"]
        job["memory"] = max(job["memory"], outcome["peak_memory"])
    return {e: {k: round(v, 2) for k, v in job.items()} for e, job in sorted(found.items())}


def table(measured: Sequence[National]) -> list[str]:
    """The measured tables.

    Args:
        measured: One a size, the smallest first.

    Returns:
        Lines of Markdown.
    """
    sizes = [m.municipalities for m in measured]
    head = " | ".join(map(str, sizes))
    rule = "|---|" + "---|" * len(sizes)

    def row(name: str, cost: Callable[[National], float], form: str = "{:.1f} s") -> str:
        cells = " | ".join(form.format(cost(m)) for m in measured)
        return f"| {name} | {cells} | {_growth(measured, cost)} |"

    lines = [
        "CPU seconds, wall seconds and largest memory of a worker in each stage by number of "
        f"municipalities, and the growth exponent of the CPU seconds from {_FROM} municipalities on "
        "(1 is linear). Wall seconds also hold what else was at work on the machine.",
        "",
        f"| stage | {head} | exponent |",
        rule + "---|",
    ]
    for stage in STAGES:
        of = [m.first.stage(stage) for m in measured]
        cells = " | ".join(f"{s['cpu']:.1f}, {s['wall']:.1f} s, {s['memory']:.0f} MB" for s in of)
        power = _growth(measured, lambda m, stage=stage: m.first.stage(stage)["cpu"])
        lines.append(f"| {stage} ({of[-1]['jobs']:.0f} jobs) | {cells} | {power} |")
    lines += [
        row("Snakemake, start of processes, CPU", lambda m: m.first.engine),
        row("their share of all CPU", lambda m: m.first.engine / m.first.cpu, "{:.0%}"),
        row("all, CPU", lambda m: m.first.cpu),
        row("all, wall", lambda m: m.first.wall),
        row("largest process", lambda m: m.first.memory, "{:.0f} MB"),
        "",
        f"| the {_LARGEST} largest jobs, CPU | {head} | exponent |",
        rule + "---|",
    ]
    jobs = measured[-1].first.jobs
    for entry in sorted(jobs, key=lambda e: -jobs[e]["cpu"])[:_LARGEST]:
        name = f"{entry} ({jobs[entry]['jobs']:.0f})"
        lines.append(row(name, lambda m, e=entry: m.first.jobs.get(e, {"cpu": 0.0})["cpu"]))
    lines += ["", f"| built again after | {head} |", rule]
    for name in dict.fromkeys(name for m in measured for name in m.later):
        cells = " | ".join(_again(m.later.get(name)) for m in measured)
        lines.append(f"| {name} | {cells} |")
    lines += ["", f"| bare engine, CPU seconds | {head} |", rule]
    for engine in dict.fromkeys(engine for m in measured for engine in m.bare):
        cells = " | ".join(f"{m.bare[engine]:.1f}" if m.bare else _NOT for m in measured)
        lines.append(f"| {engine} | {cells} |")
    sums = [sum(m.bare.values()) for m in measured]
    lines.append("| sum | " + " | ".join(f"{s:.1f}" if s else _NOT for s in sums) + " |")
    lines += [
        _times_engines("the whole line in sums of its engines", measured, set()),
        _times_engines(
            "the same, the building of the linear system not counted as an engine",
            measured,
            {SYSTEM_BUILT},
        ),
        "",
        "The bare engines have their tables in memory. Disclosure begins with the rows that the rules "
        "have marked; its system is built once for suppression and once for the attack. Statistics are "
        "the operators alone, without the reliability of scales and the agreement of coders. Python looks "
        "for garbage in them as it always does; in the workers it waits until a job is done.",
        "",
        f"A study of all municipalities has {REAL}: codes and names are real from {_FROM} on, and so many "
        "were there at the second wave's day in 2023; 357 came in 2024. Answers and documents are made; "
        "documents are PDF and DOCX about as long as real ones (a strategy some 20 pages, a budget 60; "
        "only those of PDF have pages that are counted). The program is what `git rev-parse HEAD:workflow` says.",
        "",
    ]
    for m in measured:
        counts = ", ".join(f"{v:,} {k}".replace(",", " ") for k, v in m.counts.items())
        lines.append(f"- {m.municipalities} municipalities, program {m.program}: {counts}.")
    return lines


def _times_engines(name: str, measured: Sequence[National], without: set[str]) -> str:
    """A row of the table: CPU seconds of the whole line, divided by those of its engines."""
    cells = []
    for m in measured:
        engines = sum(cpu for engine, cpu in m.bare.items() if engine not in without)
        cells.append(f"**{m.first.cpu / engines:.2f}**" if engines else _NOT)
    return f"| {name} | {' | '.join(cells)} |"


def _again(build: Build | None) -> str:
    if build is None:
        return _NOT
    return f"{build.wall:.1f} s, {build.cpu:.1f} CPU, {build.count} jobs"


def _growth(measured: Sequence[National], cost: Callable[[National], float]) -> str:
    big = [m for m in measured if m.municipalities >= _FROM]
    return f"{exponent([m.municipalities for m in big], [cost(m) for m in big]):.2f}"
