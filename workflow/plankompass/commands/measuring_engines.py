"""The bare engines behind one built study, each called alone in this process; CPU seconds of each.

Run by the national benchmark in the study's folder: ``python -m ... STUDY``; prints JSON.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

_SAMPLE = 20  # reports

SYSTEM_BUILT = "disclosure: its linear system built, twice, and what leaves"
"""Disclosure control, or only the way to it: the table gives the ratio with and without it."""


def bare_engines(folder: Path, study: str) -> dict[str, float]:
    """Measure each engine on a built study.

    Args:
        folder: Where the study's configuration and outputs lie.
        study: The study's id.

    Returns:
        CPU seconds by engine.
    """
    from plankompass.commands.measuring_plans import extract_bare

    raw = folder / "data/raw"
    plan = _plan(folder)
    statistics = _statistics(folder, study, plan)
    return {
        "pyreadstat and pandas: the survey files": _cpu(lambda: _read_surveys(raw)),
        "pypdfium2: text of the documents": _cpu(lambda: extract_bare(sorted(raw.rglob("*.pdf")))),
        "statistics: the indicators' operators": _cpu(statistics),
        **_disclosure(folder, study, plan),
        **_rendering(folder, study),
    }


def _cpu(work: Callable[[], Any]) -> float:
    before = time.process_time()
    work()
    return time.process_time() - before


def _read_surveys(raw: Path) -> None:
    import pandas as pd
    import pyreadstat

    for path in sorted((raw / "surveys").iterdir()):
        if path.suffix == ".sav":
            pyreadstat.read_sav(path, user_missing=True)
        elif path.suffix == ".csv":
            pd.read_csv(path, sep=None, engine="python", dtype=str)
        elif path.suffix == ".xlsx":
            pd.read_excel(path, dtype=str)


def _plan(folder: Path) -> Any:
    from plankompass.jobs.study_plan import plan_study
    from plankompass.study.strict_yaml import load_yaml

    path = folder / "config.yaml"
    return plan_study(load_yaml(path, name=path.name), configfiles=[str(path)])


def _statistics(folder: Path, study: str, plan: Any) -> Callable[[], Any]:
    """The indicators' operators, with all tables in memory already."""
    from plankompass.indicators.compute import input_indicators, needed_inputs, prepare

    processed = folder / "data/processed" / study
    calls = []
    for name, indicator in sorted(plan.book.indicators.items()):
        inputs: dict[str, Any] = {}
        for table in needed_inputs(indicator, plan.book):
            if table in ("documents", "blocks"):
                inputs[table] = sorted(processed.glob(f"tidy/plans/*/{table}.parquet"))
            else:
                inputs[table] = processed / "tidy" / f"{table}.parquet"
        if others := input_indicators(indicator, plan.book):
            inputs["indicators"] = [processed / "indicators" / f"{o}.parquet" for o in others]
        params = {
            "indicator": name,
            "codebook": str(folder / plan.config.codebook),
            "waves": plan.part("waves"),
            "report_wave": plan.config.report.wave,
            "statistics": plan.part("statistics"),
        }
        task, operator = prepare(inputs, params)
        operator(task)  # reads the tables; the second call finds them in memory
        calls.append((task, operator))
    return lambda: [operator(task) for task, operator in calls]


def _disclosure(folder: Path, study: str, plan: Any) -> dict[str, float]:
    """Disclosure control of marked rows in memory: suppression and attack, and what goes around them."""
    from plankompass.disclosure import choose, gate
    from plankompass.disclosure.ledger import read_ledger
    from plankompass.disclosure.primary import publishable, read_estimates
    from plankompass.disclosure.row_rules import mark_rows
    from plankompass.disclosure.rules import RuleBook
    from plankompass.tables import read_table

    indicators = folder / "data/processed" / study / "indicators"
    rules = RuleBook.of(plan.config.disclosure, plan.book)
    response = read_table("response", indicators / "response/response.parquet")
    ledger = read_ledger(None)
    marked = mark_rows(
        read_estimates(sorted(indicators.glob("*.parquet"))),
        response,
        read_table("scale_quality", indicators / "quality/scale_quality.parquet"),
        rules,
        ledger,
    )

    solving = _Stopwatch()
    solving.watch(choose, "protect")
    solving.watch(gate, "attack_system")

    def run() -> None:
        chosen, _ = choose.choose_published(marked, rules, ledger)
        leaving = publishable(chosen, response, rules).assign(se=float("nan"))
        gate.attack_estimates(marked, leaving, rules, ledger)

    whole = _cpu(run)
    return {
        "disclosure: suppression and attack": solving.seconds,
        SYSTEM_BUILT: whole - solving.seconds,
    }


class _Stopwatch:
    """CPU seconds inside some functions of modules, while it is in force."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def watch(self, owner: Any, name: str) -> None:
        """Measure each call of one function."""
        inner = getattr(owner, name)

        def measured(*given: Any, **named: Any) -> Any:
            before = time.process_time()
            try:
                return inner(*given, **named)
            finally:
                self.seconds += time.process_time() - before

        setattr(owner, name, measured)


def _rendering(folder: Path, study: str) -> dict[str, float]:
    """Drawing and setting alone, on a sample of the reports, for as many as there are."""
    from plankompass.reports import charts, pdf, view
    from plankompass.reports.schema import read_document

    every = sorted((folder / "reports" / study).glob("*/rapport*.json"))
    sample = every[:: max(1, len(every) // _SAMPLE)]
    drawing, setting = _Stopwatch(), _Stopwatch()
    drawing.watch(charts, "draw_chart")
    for name in ("draw_multiples", "draw_spine"):
        drawing.watch(view, name)
    setting.watch(pdf, "_compile")
    # Typst as it comes: it drops old pieces while it sets new ones
    pdf.forget_pieces = lambda: None
    for path in sample[:1] + sample:  # the first once more, so that all is warm
        if path is sample[0]:
            drawing.seconds = setting.seconds = 0.0
        pdf.render_pdf(view.make_view(read_document(path)))
    share = len(every) / len(sample)
    return {
        "matplotlib: the charts alone": drawing.seconds * share,
        "Typst: the PDF alone": setting.seconds * share,
    }


if __name__ == "__main__":
    print(json.dumps(bare_engines(Path.cwd(), sys.argv[1])))
