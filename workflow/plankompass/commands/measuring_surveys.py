"""Benchmark of the surveys: a national .sav from raw file to tidy table, beside pyreadstat's own reading.

The export is made up: 222 600 respondents in the municipalities of the register, every item column of
councillors (56 items, 64 columns with those of multiple response), a respondent key, the municipality's
code and the day of the answer. It is read by ``pyreadstat.read_sav`` alone and by the survey stage, each
in processes of its own, in turn, in the same run.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from plankompass.study.config_models import RegisterFiles

RESPONDENTS = 222_600
ROUNDS = 3
SEED = 20190510
WAVE = "T2"
_GROUP = "folkevalgte"
_DAY = "2023-03-01"
_WAVES = {WAVE: {"first_day": "2023-02-01", "last_day": "2023-05-31", "as_of": "2023-05-31"}}
_FILE = "surveys/folkevalgte.sav"
_REGISTERS = ("participants", "councils", "frames", "gatherings", "attendance", "plan_dates")
_WRITTEN = ("respondents", "answers", "source_rows", "panel_links")
_TABLES = ("municipalities", "councils", "frames", "gatherings", "attendance", "plan_dates")


def make_study(raw: Path, codebook: Path, rows: int = RESPONDENTS) -> None:
    """Write a national export and the registers that it needs.

    Args:
        raw: The raw folder; made.
        codebook: The codebook's folder.
        rows: Respondents.
    """
    import pyreadstat

    from plankompass.study.codebook import load_codebook

    book = load_codebook(codebook)
    day = pd.Timestamp(_DAY).date()
    codes = _write_registers(raw, day, rows)
    rng = np.random.default_rng(SEED)
    frame: dict[str, Any] = {
        "nokkel": [f"n-{number:06d}" for number in rng.permutation(rows)],
        "kommune": np.array(codes, dtype=object)[np.arange(rows) % len(codes)],
        "svart": [day] * rows,
    }
    latent = rng.normal(size=rows)
    for item in book.items_of_group(_GROUP):
        kind = book.scales[item.scale].type
        if kind == "ordinal":
            score = np.clip(np.round(3 + 0.8 * latent + rng.normal(size=rows)), 1, 5)
            codes_ = 6 - score if item.reverse else score
            codes_ = np.where(rng.random(rows) < 0.04, rng.choice([8.0, 9.0], rows), codes_)
            frame[item.id] = codes_
        elif kind == "nominal":
            frame[item.id] = rng.integers(1, len(item.options) + 1, rows).astype(float)
        else:
            one = rng.integers(0, len(item.options), rows)
            for place, option in enumerate(item.options):
                frame[f"{item.id}__{option.id}"] = (one == place).astype(float)
    path = raw / _FILE
    path.parent.mkdir(parents=True)
    pyreadstat.write_sav(pd.DataFrame(frame), path)


def _write_registers(raw: Path, day: date, rows: int) -> list[str]:
    """The registers of a study in which every municipality takes part; their codes."""
    from plankompass.ingest.registers import study_register

    folder = raw / "registers"
    folder.mkdir(parents=True)
    periods = sorted(study_register(raw, _files()).in_force(day), key=lambda p: p.code)
    seats = rows // len(periods) + 1
    ids = {period.code: f"k{period.code}" for period in periods}
    lines = {
        "participants": [
            "kommune_id,code,name,county,peer_group,size_class,language",
            *(f"{ids[p.code]},{p.code},{p.name},alle,alle,alle,nb" for p in periods),
        ],
        "councils": [
            "kommune_id,term,seats,constituted_on",
            *(f"{k},2019-2023,{seats},2019-10-16" for k in ids.values()),
        ],
        "frames": ["kommune_id,wave,group,gathering,population"],
        "gatherings": ["gathering,wave,held_on,homework_given,first"],
        "attendance": [
            "kommune_id,gathering,invited,political_leaders,administrative_leaders,homework_delivered_on"
        ],
        "plan_dates": ["kommune_id,document_kind,event,date,source"],
    }
    for name, content in lines.items():
        (folder / f"{name}.csv").write_text("\n".join(content) + "\n", encoding="utf-8")
    return list(ids)


def _files() -> RegisterFiles:
    from plankompass.study.config_models import RegisterFiles

    return RegisterFiles(**{name: f"registers/{name}.csv" for name in _REGISTERS})


def _stage(raw: Path, codebook: Path) -> tuple[dict[str, Path], dict[str, Path], dict[str, Any]]:
    """Inputs, outputs and parameters of the survey stage; the registers are read first."""
    from plankompass.ingest.registers import ingest_registers

    tidy = raw.parent / "tidy"
    inputs = {name: tidy / f"{name}.parquet" for name in _TABLES}
    shared: dict[str, Any] = {
        "raw": str(raw), "waves": _WAVES, "report_wave": WAVE, "registers": _files().model_dump(),
    }  # fmt: skip
    ingest_registers({}, inputs | {"avvik": tidy / "registers.csv"}, shared)
    source = {
        "id": "national", "file": _FILE, "format": "sav", "wave": WAVE, "group": _GROUP,
        "respondent_key": "nokkel", "municipality": "kommune", "answered_on": "svart",
    }  # fmt: skip
    params = shared | {
        "surveys": [source], "salt_file": None, "study": "benchmark", "limits": {},
        "codebook": str(codebook),
    }  # fmt: skip
    outputs = {name: tidy / f"{name}.parquet" for name in _WRITTEN}
    return inputs, outputs | {"avvik": tidy / "surveys.csv"}, params


def measure_once(what: str, raw: Path, codebook: Path) -> dict[str, float]:
    """Do one thing and measure it; meant to run in a process of its own.

    Args:
        what: ``pyreadstat``, or ``stage``.
        raw: The raw folder.
        codebook: The codebook's folder.

    Returns:
        Wall and CPU seconds, own and of child processes, without imports; memory in MB, of the largest
        process; rows.
    """
    import pyreadstat

    if what == "stage":
        from plankompass.ingest.surveys.answers import ingest_surveys

        prepared = _stage(raw, codebook)
    wall, cpu = time.perf_counter(), _cpu()
    if what == "pyreadstat":
        rows = len(pyreadstat.read_sav(str(raw / _FILE))[0])
    else:
        ingest_surveys(*prepared)
    wall, cpu = time.perf_counter() - wall, _cpu() - cpu
    if what == "stage":
        rows = len(pd.read_parquet(prepared[1]["respondents"], columns=["respondent"]))
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    memory = max(resource.getrusage(w).ru_maxrss for w in who) / 1024
    return {"wall": wall, "cpu": cpu, "memory": memory, "rows": rows}


def _cpu() -> float:
    used = (resource.getrusage(w) for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(u.ru_utime + u.ru_stime for u in used)


def _in_a_process(what: str, raw: Path, codebook: Path) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", __name__, what, str(raw), str(codebook)],
        capture_output=True, text=True, check=False, env=dict(os.environ, OPENBLAS_NUM_THREADS="1"),
    )  # fmt: skip
    if done.returncode != 0:
        raise RuntimeError(f"the measured reading failed:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def run_survey_benchmark(root: Path) -> list[str]:
    """Measure pyreadstat's own reading and the survey stage in turn.

    Args:
        root: The checkout.

    Returns:
        Lines of Markdown.
    """
    codebook = root / "codebook"
    with tempfile.TemporaryDirectory() as name:
        raw = Path(name) / "raw"
        print("writing a national export ...", flush=True)
        make_study(raw, codebook)
        size = (raw / _FILE).stat().st_size / 1e6
        runs: dict[str, list[dict[str, float]]] = {"pyreadstat": [], "stage": []}
        for _ in range(ROUNDS):
            for what, done in runs.items():
                done.append(_in_a_process(what, raw, codebook))
    return summarise(runs, size)


def summarise(runs: Mapping[str, list[dict[str, float]]], size: float) -> list[str]:
    """The measured table.

    Args:
        runs: What :func:`measure_once` gave, by what was measured.
        size: Size of the export in MB.

    Returns:
        Lines of Markdown.
    """
    middle = {
        what: {key: statistics.median(run[key] for run in done) for key in done[0]}
        for what, done in runs.items()
    }
    own, stage = middle["pyreadstat"], middle["stage"]
    names = {
        "pyreadstat": "`pyreadstat.read_sav` alone",
        "stage": "survey stage: .sav to tidy tables",
    }
    return [
        f"An export of {own['rows']:.0f} respondents and 64 item columns, {size:.0f} MB; median of "
        f"{len(runs['stage'])} rounds, each in a process of its own, imports not counted.",
        "",
        "| what | wall seconds | CPU seconds | largest process, MB |",
        "|---|---|---|---|",
        *(
            f"| {names[what]} | {m['wall']:.2f} | {m['cpu']:.2f} | {m['memory']:.0f} |"
            for what, m in middle.items()
        ),
        "",
        f"The whole stage takes **{stage['wall'] / own['wall']:.2f} times** pyreadstat's own reading "
        f"(wall), {stage['cpu'] / own['cpu']:.2f} times its CPU time.",
    ]


if __name__ == "__main__":
    print(json.dumps(measure_once(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))))
