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
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from plankompass.commands.national_results import REAL, Build, National, keep, kept, table
from plankompass.jobs.worker import MEASURE_VARIABLE

KEPT = Path("benchmarks/national.json")
SIZES = (12, 60, 120, 356)
_INDICATOR = "id: policy_implementation_capacity"
_RESIDENT_SAMPLE = 285  # makes 200 000 forms of all municipalities' residents in two waves
_GROUPS = {"folkevalgte": "councillors", "administrasjon": "administrators",
           "innbyggere": "residents", "deltakere": "participants of gatherings"}  # fmt: skip


def measure_national(
    root: Path, sizes: Sequence[int] = SIZES, *, long_documents: bool = False
) -> list[str]:
    """Measure studies of several sizes and keep what was measured.

    Args:
        root: The checkout.
        sizes: Numbers of municipalities.
        long_documents: Plan documents as long as real ones, not of a few pages.

    Returns:
        Lines of Markdown about these sizes and those that were measured before.
    """
    for size in sizes:
        with tempfile.TemporaryDirectory() as name:
            print(f"a study of {size} municipalities ...", flush=True)
            for found in measure_study(
                root, Path(name).resolve(), min(size, REAL), long_documents=long_documents
            ):
                keep(root / KEPT, found)
    return table(kept(root / KEPT))


def measure_study(
    root: Path, folder: Path, municipalities: int, *, long_documents: bool = False
) -> Iterator[National]:
    """Make, build and build again one study.

    Args:
        root: The checkout.
        folder: An empty folder.
        municipalities: Size of the study.
        long_documents: Whether plan documents are as long as real ones.

    Yields:
        What was measured so far, after each step.

    Raises:
        RuntimeError: A build failed.
    """
    program = subprocess.run(
        ["git", "rev-parse", "--short=10", "HEAD:workflow"],
        cwd=root, capture_output=True, text=True, check=False,
    ).stdout.strip()  # fmt: skip
    study = _lay_out(root, folder, municipalities, long_documents=long_documents)
    first = _build(folder)
    found = National(
        municipalities, program, _counts(folder, study), first, long_documents=long_documents
    )
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


def _lay_out(root: Path, folder: Path, municipalities: int, *, long_documents: bool) -> str:
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
        "--every-format", *(["--real-lengths"] if long_documents else []),
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
