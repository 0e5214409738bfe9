"""Trace: from the sentence in a report back to the rows, files and code that a number was made of."""

from __future__ import annotations

import ast
import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from plankompass import __version__
from plankompass.commands.make_release import commit_of, study_plan
from plankompass.commands.trace_rows import NETWORK, Sources, raw_lines, row_lines
from plankompass.indicators.registry import operator_function
from plankompass.jobs.fingerprint import code_fingerprint
from plankompass.jobs.study_plan import StudyPlan
from plankompass.reports.wording import Voice
from plankompass.reports.writer import JOIN
from plankompass.study.codebook_models import Indicator
from plankompass.study.hashing import hash_file
from plankompass.study.problems import PlankompassError
from plankompass.tables import read_table

NETWORK_FOLDER = "nettverk"
LANGUAGES = ("nb", "nn", "en")
_KEY = ["level", "unit", "wave", "group", "gathering", "indicator", "component"]
_SHORT_HASH = 16
_CODE = 18
"""Column of the municipality's code in a report's CSV of numbers; empty for the network."""


def trace(
    study: str,
    root: Path,
    *,
    municipality: str,
    indicator: str,
    group: str = "",
    wave: str = "",
    component: str = "",
    gathering: str = "",
) -> int:
    """Print the way of a number back to its sources.

    Args:
        study: The study's id; built before.
        root: The checkout.
        municipality: Municipality code, or ``nettverk``.
        indicator: Indicator id.
        group: Only this group.
        wave: Wave; the report's own when left out.
        component: Component; ``total`` when left out and there is one.
        gathering: Only this gathering.

    Returns:
        0.

    Raises:
        PlankompassError: There is no such number, or the study is not built.
    """
    plan = study_plan(study, root)
    processed, reports = Path("data/processed") / study, Path("reports") / study
    unit = _unit(plan, municipality)
    if indicator not in plan.book.indicators:
        known = ", ".join(plan.book.indicators)
        raise PlankompassError(f"{indicator}: no such indicator; known: {known}")
    about = plan.book.indicators[indicator]
    path = processed / "publishable" / "estimates.parquet"
    table = read_table("publishable_estimates", path)
    if gathering:
        table = table[table["gathering"] == gathering]
    rows, others = _chosen(table, unit, about, group, wave or plan.config.report.wave, component)
    folder = reports / (municipality if unit != NETWORK else NETWORK_FOLDER)
    sources = Sources(plan, processed)

    print(f"{indicator}: {about.name.text('en')}, {municipality}")
    for title, lines in (
        ("In the reports", _report_lines(folder, rows, plan)),
        ("Published", _published_lines(path, rows, processed)),
        ("Before disclosure control", _restricted_lines(processed, about, rows)),
        ("Formula", _formula_lines(root, about)),
        ("Rows", _rows_lines(rows, about, sources)),
        ("Raw files", raw_lines(rows, about, sources)),
        ("Program", _program_lines(root, about)),
    ):
        print(f"\n{title}")
        for line in lines:
            print(f"  {line}")
    if others:
        print(f"\nFurther components (--component): {', '.join(others)}")
    return 0


def _unit(plan: StudyPlan, municipality: str) -> str:
    if municipality in (NETWORK, NETWORK_FOLDER):
        return NETWORK
    for participant in plan.participants:
        if participant.code == municipality:
            return participant.kommune_id
    known = ", ".join(p.code for p in plan.participants[:20])
    raise PlankompassError(
        f"{municipality}: does not take part; write a municipality's code or {NETWORK_FOLDER} "
        f"(for instance {known})"
    )


def _chosen(
    table: pd.DataFrame, unit: str, about: Indicator, group: str, wave: str, component: str
) -> tuple[list[dict[str, Any]], list[str]]:
    """The estimates asked for, and the names of components left out."""
    here = table[(table["unit"] == unit) & (table["indicator"] == about.id)]
    found = here[here["wave"].isin([wave, ""])]
    if group:
        found = found[found["group"] == group]
    if found.empty:
        pairs = sorted(set(here[["group", "wave"]].itertuples(index=False, name=None)))
        known = (
            ", ".join(f"--group {g} --wave {w}" for g, w in pairs) or "none for this municipality"
        )
        raise PlankompassError(f"{about.id}: no number for that group and wave; there are: {known}")
    names = list(dict.fromkeys(found["component"]))
    if component:
        chosen = [component] if component in names else []
    elif "total" in names:
        chosen = ["total"]
    else:
        chosen = [n for n in names if ":" not in n]
    if not chosen:
        raise PlankompassError(f"{component}: no such component; there are: {', '.join(names)}")
    rows = found[found["component"].isin(chosen)].to_dict("records")
    return rows, [n for n in names if n not in chosen]


def _name(row: Mapping[str, Any]) -> str:
    parts = (row["group"], row["wave"], row["gathering"], row["component"])
    return " ".join(str(part) for part in parts if part)


def _hidden(row: Mapping[str, Any]) -> bool:
    return row["status"] != "published"


def _report_lines(folder: Path, rows: list[dict[str, Any]], plan: StudyPlan) -> Iterator[str]:
    files = sorted(folder.glob("rapport*.json"))
    if not files:
        yield f"{folder.as_posix()}: not built"
    for file in files:
        yield f"{file.as_posix()}  sha256 {hash_file(file)}"
        report = json.loads(file.read_text(encoding="utf-8"))
        voice = Voice.of(report["meta"]["language"], plan.book)
        words = {(voice.group(row["group"]), row["wave"]) for row in rows}
        for place, sentence in _sentences(report, ""):
            told = sentence["trace"]
            about = {(group, told["wave"]) for group in told["group"].split(JOIN)}
            if told["indicator"] == rows[0]["indicator"] and about & words:
                rule = plan.book.sentence_rules[told["rule"]]
                yield f"  {sentence['id']} at {place}: «{sentence['text']}»"
                yield f"    said by rule {rule.id}: {rule.when}"
        of_wave = [row for row in rows if row["wave"] == report["meta"]["wave"]]
        for place, text in _figures(report, "", of_wave, voice):
            yield f"  {place}: {text}"
    for file in sorted(folder.glob("tall*.csv")):
        yield f"{file.as_posix()}  sha256 {hash_file(file)}"
        yield from _csv_lines(file, rows, plan)


def _is_about(block: Mapping[str, Any], rows: list[dict[str, Any]], voice: Voice) -> bool:
    """Whether a row of a figure shows one of the estimates: by its id, or its indicator and words."""
    if "indicator" not in block:
        return bool({str(block.get(k)) for k in ("id", "item")} & {r["component"] for r in rows})
    own = [r for r in rows if r["indicator"] == block["indicator"] and "|" not in r["component"]]
    return any(
        block.get("label") == voice.component(row["indicator"], row["component"])
        and (
            row["group"] not in voice.book.groups
            or str(block.get("sub")).startswith(voice.group(row["group"]))
        )
        for row in own
    )


def _figures(
    value: Any, place: str, rows: list[dict[str, Any]], voice: Voice
) -> Iterator[tuple[str, str]]:
    """Numbers of figures and tables that show one of the estimates: place and text."""
    if isinstance(value, dict):
        if _is_about(value, rows, voice):
            for key, shown in value.items():
                if isinstance(shown, dict) and "text" in shown and "status" in shown:
                    interval = f" ({shown['interval']})" if shown["interval"] else ""
                    yield f"{place}.{key}", f"{shown['text']}{interval}"
        for key, inner in value.items():
            yield from _figures(inner, f"{place}.{key}" if place else key, rows, voice)
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from _figures(inner, f"{place}[{at}]", rows, voice)


def _sentences(value: Any, place: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(value, dict):
        if "trace" in value and "text" in value:
            yield place, value
        for key, inner in value.items():
            yield from _sentences(inner, f"{place}.{key}" if place else key)
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from _sentences(inner, f"{place}[{at}]")


def _csv_lines(file: Path, rows: list[dict[str, Any]], plan: StudyPlan) -> Iterator[str]:
    """Lines of a CSV of numbers that show these estimates; columns are known by what stands in them."""
    with file.open(encoding="utf-8-sig", newline="") as stream:
        lines = list(csv.reader(stream, delimiter=";"))
    codes = {p.kommune_id: p.code for p in plan.participants}
    for row in rows:
        pair = [row["indicator"], row["component"]]
        words = {Voice.of(language, plan.book).group(row["group"]) for language in LANGUAGES}
        wave = plan.config.waves.get(row["wave"])
        year = str(wave.as_of.year) if wave else ""
        code = codes.get(row["unit"], "")
        for number, cells in enumerate(lines, start=1):
            if len(cells) <= _CODE or cells[_CODE] != code:
                continue
            at = next((i for i in range(len(cells) - 1) if cells[i : i + 2] == pair), None)
            if at is None or (year and year not in cells):
                continue
            if not words & set(cells):
                continue
            if row["gathering"] and row["gathering"] not in cells:
                continue
            shown = [f"{h} {c}" for h, c in zip(lines[0][8:15], cells[8:15], strict=False) if c]
            yield f"  line {number}: {_name(row)}: {', '.join(shown)}"


def _published_lines(path: Path, rows: list[dict[str, Any]], processed: Path) -> Iterator[str]:
    yield f"{path.as_posix()}  sha256 {hash_file(path)}"
    for row in rows:
        if _hidden(row):
            yield f"  {_name(row)}: {row['status']}, {row['reason'] or 'no reason code'}"
            continue
        parts = []
        for column in ("value", "class_value", "display", "lower", "upper", "n", "population"):
            value = row[column]
            if value != "" and not pd.isna(value):
                parts.append(
                    f"{column} {value:g}" if isinstance(value, float) else f"{column} {value}"
                )
        yield f"  {_name(row)}: {', '.join(parts)}; method {row['method']}"
        yield from _peer_lines(row, processed)
    gate = processed / "publishable" / "gate.json"
    yield f"attacked before it was let out: {gate.as_posix()}  sha256 {hash_file(gate)}"


def _peer_lines(row: Mapping[str, Any], processed: Path) -> Iterator[str]:
    """The mean of the others that stands beside a municipality's number, and what it is made of."""
    path = processed / "publishable" / "comparisons.parquet"
    table = read_table("comparisons", path)
    for key in ("wave", "group", "gathering", "indicator", "component"):
        table = table[table[key] == row[key]]
    found = table[(table["kommune_id"] == row["unit"]) & table["peer_mean"].notna()]
    for one in found.itertuples(index=False):
        told = f"difference {one.difference:g}" if pd.notna(one.difference) else "no difference"
        yield (
            f"    mean of the {one.peers} others whose number is published {one.peer_mean:g}, "
            f"{told}, {one.verdict or 'no verdict'} ({path.as_posix()})"
        )
        yield "    unweighted and of published numbers alone: trace each with its --municipality"


def _restricted_lines(
    processed: Path, about: Indicator, rows: list[dict[str, Any]]
) -> Iterator[str]:
    path = processed / "indicators" / f"{about.id}.parquet"
    yield f"{path.as_posix()}  sha256 {hash_file(path)}"
    table = read_table("estimates", path).set_index(_KEY)
    for row in rows:
        if _hidden(row):
            yield f"  {_name(row)}: not shown here, since it is hidden: {row['reason'] or row['status']}"
            continue
        before = table.loc[tuple(row[k] for k in _KEY)]
        if pd.isna(before["value"]):
            yield f"  {_name(row)}: class {before['class_value'] or 'none'}"
        else:
            yield f"  {_name(row)}: {before['value']:.6g} before rounding"
        if row["level"] == NETWORK and not _same_number(before["n"], row["n"]):
            yield (
                "    n is published as a round number or not at all, since some municipality's "
                "number of answers is hidden (docs/method/disclosure.md)"
            )


def _same_number(one: object, other: object) -> bool:
    return bool(pd.isna(one) and pd.isna(other)) or (
        not pd.isna(one) and not pd.isna(other) and one == other
    )


def _formula_lines(root: Path, about: Indicator) -> Iterator[str]:
    yield f"codebook/indicators.yaml: {about.definition.en}"
    yield f"{about.formula}"
    inputs = [f"{k} {', '.join(v)}" for k, v in about.inputs.model_dump().items() if v]
    yield f"from {'; '.join(inputs)}"
    fewest = ", ".join(f"{k} {v}" for k, v in about.min_n.items())
    yield f"shown only with at least: {fewest} (and the study's own thresholds, whichever is stricter)"
    module, name = operator_function(about.operator).split(":")
    file = Path("workflow", *module.split(".")).with_suffix(".py")
    tree = ast.parse((root / file).read_text(encoding="utf-8"))
    line = next((n.lineno for n in ast.walk(tree) if getattr(n, "name", "") == name), 1)
    yield f"operator {about.operator}: {file.as_posix()}:{line}"


def _rows_lines(rows: list[dict[str, Any]], about: Indicator, sources: Sources) -> Iterator[str]:
    for row in rows:
        yield f"{_name(row)}:"
        for line in row_lines(row, about, sources, hidden=_hidden(row)):
            yield f"  {line}"


def _program_lines(root: Path, about: Indicator) -> Iterator[str]:
    operator = operator_function(about.operator)
    yield f"version {__version__}, commit {commit_of(root)}"
    for file, rule, entries in (
        ("indicators", "compute_indicator", ("indicators.compute", operator)),
        ("disclosure", "suppress_primary", ("disclosure.primary",)),
        ("disclosure", "release_tables", ("disclosure.release",)),
        ("reports", "build_report", ("reports.model",)),
    ):
        named = [e if e.startswith("plankompass") else f"plankompass.{e}" for e in entries]
        code = code_fingerprint(*named)[:_SHORT_HASH]
        yield f"workflow/rules/{file}.smk: rule {rule}, code {code}"
