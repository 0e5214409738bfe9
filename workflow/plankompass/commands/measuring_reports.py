"""Benchmark of the reports: HTML, PDF and workbook of a large study, beside their bare parts and R Markdown.

A made-up study is built once. Then every municipality's report is made in one process, as a worker of
the workflow makes it; the same charts are drawn and the same pages typeset alone in another; and R,
where it is with rmarkdown, ggplot2 and pandoc, makes the HTML alone with the same tables and ten plots.
R is given finished tables, so report.json, where a municipality's sentences and numbers are chosen, is
told beside. A small study shows that a report's cost does not grow with the number of municipalities.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

MUNICIPALITIES, FEW, SEED = 60, 12, 8
NATION = 357
ROUNDS = 3  # each measures all in turn; the median of a report's rounds counts, so that a busy spell does not
WARMING = 3  # first reports of a process, where imports and caches are paid
R_REPORTS = 4
R_LIMIT_SECONDS = 600
_PARTS = ("document", "pages", "workbook")

_R_SCRIPT = """
suppressMessages({library(rmarkdown); library(ggplot2); library(knitr); library(jsonlite)})
spent <- function() { p <- proc.time(); sum(p[c(1, 2, 4, 5)]) }
for (file in list.files(pattern = "^report.*json$")) {
  data <- fromJSON(file, simplifyVector = FALSE)
  before <- spent()
  render("report.Rmd", output_file = sub("json$", "html", file), quiet = TRUE, envir = new.env())
  cat(sprintf("%.3f\\n", spent() - before))
}
cat(sprintf("R %s, rmarkdown %s, ggplot2 %s, pandoc %s\\n", getRversion(), packageVersion("rmarkdown"),
  packageVersion("ggplot2"), pandoc_version()))
"""
_R_MARKDOWN = """---
title: Report
output:
  html_document: {self_contained: true}
---
```{r, echo=FALSE, results="asis", fig.width=7, fig.height=3}
for (t in data$tables) {
  m <- do.call(rbind, lapply(t$rows, unlist))
  print(kable(m, col.names = unlist(t$head), caption = t$caption))
}
d <- do.call(rbind, lapply(data$points, as.data.frame))
for (i in 1:10) {
  print(ggplot(d, aes(value, label)) + geom_linerange(aes(xmin = lower, xmax = upper)) +
    geom_point(aes(shape = factor((seq_len(nrow(d)) + i) %% 2))) + theme_minimal() +
    labs(title = paste("Chart", i), x = NULL, y = NULL))
  cat("\\n\\n")
}
```
"""


def _cpu(work: Callable[[], Any]) -> tuple[Any, float]:
    start = time.process_time()
    result = work()
    return result, time.process_time() - start


def measure_whole(folder: Path) -> dict[str, Any]:
    """Make every municipality's report; meant to run in a process of its own.

    Args:
        folder: A checkout with a built study.

    Returns:
        CPU seconds of each report by part, and the largest memory in MB.
    """
    from plankompass.jobs.report_jobs import report_jobs, run_report_job
    from plankompass.jobs.study_plan import read_participants
    from plankompass.study.config import load_config

    os.chdir(folder)
    config = load_config(Path("config.yaml"))
    raw = Path(config.raw)
    documents, _ = report_jobs(config, read_participants(config, raw), {})
    publishable = Path("data/processed") / config.study / "publishable"
    spent = []
    with tempfile.TemporaryDirectory() as made:
        for build, render, workbook in documents[: -len(config.report.network_languages)]:
            problem, written = _cpu(lambda job=build: run_report_job(job, publishable, Path(made)))
            _tell(problem)
            problem, pages = _cpu(lambda job=render: run_report_job(job, publishable, Path(made)))
            _tell(problem)
            problem, book = _cpu(lambda job=workbook: run_report_job(job, publishable, Path(made)))
            _tell(problem)
            spent.append({"document": written, "pages": pages, "workbook": book})
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"spent": spent, "memory": memory}


def _tell(problem: str | None) -> None:
    if problem is not None:
        raise RuntimeError(problem)


def measure_bare(folder: Path) -> dict[str, Any]:
    """Draw the charts and typeset the pages of the same reports, and nothing else.

    Args:
        folder: A checkout with a built study.

    Returns:
        CPU seconds of each report: drawing, typesetting once.
    """
    from plankompass.jobs.circles import searched_once
    from plankompass.reports import charts, pdf, view
    from plankompass.reports.schema import MunicipalReport, read_document

    drawing: dict[str, float] = defaultdict(float)

    def clocked(module: Any, name: str) -> None:
        plain = getattr(module, name)

        def draw(*args: Any) -> Any:
            result, spent = _cpu(lambda: plain(*args))
            drawing["now"] += spent
            return result

        setattr(module, name, draw)

    clocked(view, "draw_spine")
    clocked(view, "draw_multiples")
    clocked(charts, "draw_chart")
    spent = []
    for path in sorted((folder / "reports").glob("*/[0-9]*/rapport.json")):
        document = read_document(path)
        if not isinstance(document, MunicipalReport):
            continue
        drawing["now"] = 0.0
        with searched_once():  # as the whole report is made
            seen = view.make_view(document)
            data = pdf._data(seen)
            _, typeset = _cpu(lambda seen=seen, data=data: pdf._compile(seen, data))
        spent.append({"drawing": drawing["now"], "typesetting": typeset})
    return {"spent": spent}


def ask_r(folder: Path) -> tuple[list[float], str] | None:
    """Let a warm R Markdown make the HTML of some reports.

    Args:
        folder: A checkout with a built study.

    Returns:
        CPU seconds of each report after the first, and versions; None where R or a part of it is not.
    """
    rscript = shutil.which("Rscript")
    if rscript is None or shutil.which("pandoc") is None:
        return None
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        (work / "ask.R").write_text(_R_SCRIPT, encoding="utf-8")
        (work / "report.Rmd").write_text(_R_MARKDOWN, encoding="utf-8")
        found = sorted((folder / "reports").glob("*/[0-9]*/rapport.json"))[: R_REPORTS + 1]
        for i, path in enumerate(found):
            text = json.dumps(_for_r(path), ensure_ascii=False)
            (work / f"report{i}.json").write_text(text, encoding="utf-8")
        done = subprocess.run(
            [rscript, "ask.R"], cwd=work, capture_output=True, text=True, check=False,
            timeout=R_LIMIT_SECONDS, env=dict(os.environ, LC_ALL="C.UTF-8"),
        )  # fmt: skip
        if done.returncode != 0:
            print(f"R could not make the report: {done.stderr[-300:]}")
            return None
        *seconds, versions = done.stdout.strip().splitlines()
        return [float(s) for s in seconds[1:]], versions


def _for_r(path: Path) -> dict[str, Any]:
    """The tables and the profile of a report as plain lists."""
    from plankompass.reports.schema import MunicipalReport, read_document
    from plankompass.reports.view import make_view

    document = read_document(path)
    view = make_view(document)  # type: ignore[arg-type]
    tables = [*(item.table for item in view.charts.values()), *view.tables.values()]
    points = []
    if isinstance(document, MunicipalReport):
        for row in (r for g in document.profile.groups for r in g.rows if r.own.value is not None):
            ends = (row.own.lower, row.own.upper)
            low, high = (row.own.value if end is None else end for end in ends)
            label = f"{row.label} {row.sub} {len(points)}"
            points.append({"label": label, "value": row.own.value, "lower": low, "upper": high})
    return {
        "tables": [
            {
                "caption": t.caption,
                "head": [t.corner, *(c.label for c in t.columns)],
                "rows": [[r.header, *r.cells] for r in t.rows],
            }
            for t in tables
            if t.rows
        ],
        "points": points,
    }


def summarise(
    whole: dict[str, Any],
    few: dict[str, Any],
    bare: dict[str, Any],
    r: tuple[list[float], str] | None,
) -> list[str]:
    """The measured tables.

    Args:
        whole: From :func:`measure_whole`.
        few: The same of a study of :data:`FEW` municipalities.
        bare: From :func:`measure_bare`.
        r: From :func:`ask_r`.

    Returns:
        Lines of Markdown.
    """

    def mean(rows: list[dict[str, float]], key: str) -> float:
        return statistics.fmean(row[key] for row in rows[WARMING:])

    written, pages, book = (mean(whole["spent"], part) for part in _PARTS)
    small = [mean(few["spent"], part) for part in _PARTS]
    drawing, typesetting = mean(bare["spent"], "drawing"), mean(bare["spent"], "typesetting")
    total, parts = pages + book, drawing + typesetting
    count = len(whole["spent"])
    lines = [
        f"| a report, mean of the municipalities after the first {WARMING}, {ROUNDS} rounds | CPU seconds, {count} "
        f"municipalities | {len(few['spent'])} municipalities |",
        "|---|---|---|",
        f"| HTML and PDF | {pages:.3f} | {small[1]:.3f} |",
        f"| workbook, XLSX and CSV | {book:.3f} | {small[2]:.3f} |",
        f"| **together** | **{total:.3f}** | {small[1] + small[2]:.3f} |",
        f"| report.json before them, from the publishable tables | {written:.3f} | {small[0]:.3f} |",
        f"| its charts drawn by matplotlib and nothing else | {drawing:.3f} | |",
        f"| its pages typeset by Typst once and nothing else | {typesetting:.3f} | |",
        "",
        f"Together **{total / parts:.2f} times** the sum of bare drawing and bare typesetting. "
        f"{NATION} municipalities at this rate, report.json with them: "
        f"{NATION * (total + written):.0f} s CPU, {NATION * (total + written) / 120:.1f} minutes on two "
        f"cores. Largest memory of the process: {whole['memory']:.0f} MB.",
        "",
    ]
    if r is None:
        return [*lines, "R with rmarkdown, ggplot2 and pandoc is not on this machine: no ratio."]
    seconds, versions = r
    middle = statistics.median(seconds)
    return [
        *lines,
        f"{versions}, warm, the HTML alone with the same tables and ten ggplot2 plots: {middle:.2f} s "
        f"CPU a report (median of {len(seconds)}), **{middle / total:.1f} times** HTML, PDF and "
        f"workbook together here, {middle / (total + written):.1f} times with report.json.",
    ]


def run_reports_benchmark(root: Path, built: Path | None = None) -> list[str]:
    """Build the study, measure in processes of their own, ask R, and tell.

    Args:
        root: The checkout.
        built: Where a checkout with such a study is or will be, and beside it that of the small one;
            a temporary folder when left out.

    Returns:
        Lines of Markdown.

    Raises:
        RuntimeError: A step failed.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = built or Path(name).resolve() / "checkout"
        few = folder.with_name(f"{folder.name}-{FEW}")
        for target, size in ((folder, MUNICIPALITIES), (few, FEW)):
            if (target / "reports").is_dir():
                continue
            print(f"building a study of {size} municipalities ...", flush=True)
            make = [
                sys.executable, "-m", "tests.large_study", "--out", str(target), "--pictures", "0",
                "--municipalities", str(size), "--seed", str(SEED),
            ]  # fmt: skip
            _run(make, root)
        found: dict[str, list[dict[str, Any]]] = defaultdict(list)
        seconds: list[float] = []
        r = None
        for turn in range(1, ROUNDS + 1):
            for step, place in (("whole", folder), ("bare", folder), ("few", few)):
                print(f"round {turn} of {ROUNDS}, measuring: {step} ...", flush=True)
                out = Path(name) / f"{step}.json"
                module = "plankompass.commands.measuring_reports"
                _run([sys.executable, "-m", module, step, str(place), str(out)], root)
                found[step].append(json.loads(out.read_text(encoding="utf-8")))
            print("asking R Markdown for the HTML ...", flush=True)
            r = ask_r(folder)
            seconds += r[0] if r else []
        whole, few_told, bare = (middle_of(found[step]) for step in ("whole", "few", "bare"))
        return summarise(whole, few_told, bare, (seconds, r[1]) if r else None)


def middle_of(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    """One measurement of several: each report's median by part, and the largest memory.

    Args:
        rounds: From :func:`measure_whole` or :func:`measure_bare`, of the same reports.

    Returns:
        The same form.
    """
    spent = [
        {part: statistics.median(row[part] for row in rows) for part in rows[0]}
        for rows in zip(*(one["spent"] for one in rounds), strict=True)
    ]
    return {"spent": spent, "memory": max(one.get("memory", 0.0) for one in rounds)}


def _run(command: list[str], folder: Path) -> None:
    environment = dict(os.environ, OPENBLAS_NUM_THREADS="1")
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)  # fmt: skip
    if done.returncode != 0:
        raise RuntimeError(
            f"{' '.join(command[1:4])} failed:\n{(done.stdout + done.stderr)[-2000:]}"
        )


if __name__ == "__main__":
    _step, _folder, _out = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    _found = {"whole": measure_whole, "few": measure_whole, "bare": measure_bare}[_step](_folder)
    _out.write_text(json.dumps(_found), encoding="utf-8")
