"""What a number was counted from: rows by table, files with hashes, and never a person's answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from plankompass.indicators.registry import NETWORK_LOG
from plankompass.jobs.study_plan import StudyPlan
from plankompass.study.codebook_models import Indicator
from plankompass.tables import read_table

SURVEY_GROUPS = ("folkevalgte", "administrasjon", "innbyggere", "deltakere")
NETWORK = "network"


@dataclass(frozen=True)
class Sources:
    """A study's tables, read when they are asked for.

    Attributes:
        plan: The study.
        processed: Its folder of tables.
    """

    plan: StudyPlan
    processed: Path

    def tidy(self, name: str, **equal: object) -> pd.DataFrame:
        """Rows of a tidy table where columns equal the given values."""
        frame = read_table(name, self.processed / "tidy" / f"{name}.parquet")
        for column, value in equal.items():
            frame = frame[frame[column] == value]
        return frame


def groups_of(row: Mapping[str, object]) -> list[str]:
    """Groups of respondents behind an estimate; a gap has two.

    Args:
        row: The estimate.
    """
    first, second = str(row["group"]), str(row["component"]).rpartition("|")[2]
    return [g for g in dict.fromkeys((first, second)) if g in SURVEY_GROUPS]


def waves_of(row: Mapping[str, object]) -> list[str]:
    """Waves behind an estimate; a change has two, the earlier first.

    Args:
        row: The estimate.
    """
    component, wave = str(row["component"]), str(row["wave"])
    if component.startswith("change:"):
        return [component.removeprefix("change:").partition("|")[0], wave]
    return [wave]


def items_of(row: Mapping[str, object], indicator: Indicator) -> list[str]:
    """Items behind an estimate: the one its component names, or all of the indicator's.

    Args:
        row: The estimate.
        indicator: Its indicator.
    """
    words = set(str(row["component"]).replace(":", "|").split("|"))
    named = [i for i in indicator.inputs.items if i in words]
    chosen = [w for w in words if w.rpartition("__")[0] in indicator.inputs.items]
    return named or sorted(chosen) or list(indicator.inputs.items)


def row_lines(
    row: Mapping[str, object], indicator: Indicator, sources: Sources, *, hidden: bool
) -> Iterator[str]:
    """The rows that one estimate was counted from.

    Args:
        row: The estimate.
        indicator: Its indicator.
        sources: The study's tables.
        hidden: Whether the number is hidden; then nothing is counted here either.

    Yields:
        Lines; counts only.
    """
    if hidden:
        yield "the number is hidden, so what is behind it is not counted here"
        return
    unit = str(row["unit"])
    if groups_of(row):
        yield from _survey_lines(row, indicator, sources, unit)
    if indicator.inputs.codes and str(row["group"]) not in SURVEY_GROUPS:
        yield from _interview_lines(row, sources, unit)
    if indicator.inputs.measures:
        yield from _document_lines(row, indicator, sources, unit)
    for other in indicator.inputs.indicators:
        yield f"made of the indicator {other}: trace it with --indicator {other}"


def _survey_lines(
    row: Mapping[str, object], indicator: Indicator, sources: Sources, unit: str
) -> Iterator[str]:
    answers = sources.tidy("answers")
    for wave in waves_of(row):
        for group in groups_of(row):
            asked = sources.tidy("respondents", wave=wave, group=group)
            asked = asked[asked["gathering"] == row["gathering"]]
            here = asked if unit == NETWORK else asked[asked["kommune_id"] == unit]
            yield f"tidy/respondents.parquet: {len(here)} questionnaires, {group} {wave}"
            valid = answers[
                answers["respondent"].isin(here["respondent"]) & (answers["missing"] == "valid")
            ]
            for item in items_of(row, indicator):
                count = int((valid["item"] == item).sum())
                if count:
                    yield f"tidy/answers.parquet: {count} valid answers to {item}, {group} {wave}"


def _interview_lines(row: Mapping[str, object], sources: Sources, unit: str) -> Iterator[str]:
    interviews = sources.tidy("interviews")
    if unit != NETWORK:
        few = sources.plan.config.disclosure.min_interviews
        enough = (interviews["kommune_id"] == unit).sum() >= few
        yield f"tidy/interviews.parquet: {'at least' if enough else 'fewer than'} {few} sources"
        return
    wave = str(row["wave"])
    here = interviews[interviews["wave"] == wave] if wave else interviews
    coded = sources.tidy("segments")
    coded = coded[coded["interview"].isin(here["interview"])]
    yield f"tidy/interviews.parquet: {len(here)} sources"
    yield f"tidy/segments.parquet: {len(coded)} coded passages in them, by {coded['coder'].nunique()} coders"


def _document_lines(
    row: Mapping[str, object], indicator: Indicator, sources: Sources, unit: str
) -> Iterator[str]:
    places = {} if unit == NETWORK else {"kommune_id": unit}
    named = [m for m in indicator.inputs.measures if m == row["component"]]
    measures = set(named or indicator.inputs.measures)
    book = sources.plan.book
    if any(book.measures[m].level == "goal" for m in measures):
        register = (
            "plattform" if any(m.startswith("plattform") for m in measures) else "samfunnsdel"
        )
        goals = sources.tidy("goals", register=register, **places)
        yield f"tidy/goals.parquet: {len(goals)} of register {register}"
        links = sources.tidy("goal_links", **places)
        for measure, rows in links[links["measure"].isin(measures)].groupby("measure"):
            confirmed = int(rows["confirmed"].fillna(False).sum())
            yield f"tidy/goal_links.parquet: {measure}: {confirmed} of {len(rows)} confirmed by people"
    coded = sources.tidy("measures", **places)
    coded = coded[coded["measure"].isin(measures)]
    for (measure, status), rows in coded.groupby(["measure", "status"]):
        yield f"tidy/measures.parquet: {measure}: {len(rows)} {status}"
    if indicator.kind == "event_timing":
        for event in sources.tidy("plan_dates", **places).itertuples(index=False):
            if event.document_kind in _kinds(indicator, sources):
                day = event.date.date().isoformat() if pd.notna(event.date) else "no day"
                told = f"{event.document_kind} {event.event} {day} ({event.source})"
                yield f"tidy/plan_dates.parquet: {told}"


def _kinds(indicator: Indicator, sources: Sources) -> set[str]:
    """Kinds of documents that an indicator's measures are read from."""
    measures = sources.plan.book.measures
    return {kind for m in indicator.inputs.measures for kind in measures[m].documents}


def raw_lines(
    rows: list[Mapping[str, object]], indicator: Indicator, sources: Sources
) -> Iterator[str]:
    """The raw files behind estimates of one indicator, with hashes and what became of their rows.

    Args:
        rows: The estimates.
        indicator: Their indicator.
        sources: The study's tables.

    Yields:
        Lines; rows are counted for whole files.
    """
    plan = sources.plan
    files = _files(rows, indicator, sources)
    read = sources.tidy("source_rows")
    for file in files:
        yield f"{file}  sha256 {plan.hashes[file]}"
        of_file = read[read["file"] == file]
        told = [f"{r.rows} {r.outcome}" for r in of_file.sort_values("outcome").itertuples()]
        if told:
            yield f"  rows of the whole file: {', '.join(told)}"
        yield from _how_read(file, indicator, sources)
    noted = pd.read_csv(sources.processed / "tidy" / "avvik.csv", dtype="str")
    noted = noted[noted["file"].isin(files)]
    for (case, severity, rule), part in noted.groupby(["case", "severity", "rule"]):
        count = int(part["count"].astype(int).sum())
        yield f"  {severity} {case}, {count} times in these files: {rule}"


def _how_read(file: str, indicator: Indicator, sources: Sources) -> Iterator[str]:
    """What the configuration says of a survey file: where codes, places and weights stand."""
    asked = set(indicator.inputs.items)
    for source in sources.plan.config.surveys:
        if source.file != file:
            continue
        told = [f"municipality in {source.municipality}", f"person in {source.respondent_key}"]
        if source.weight:
            told.append(f"weight in {source.weight}")
        yield f"  config.yaml, source {source.id}: {', '.join(told)}"
        for column, item in source.items.items():
            if item.partition("__")[0] in asked:
                yield f"  config.yaml: column «{column}» is {item}"
        for item, codes in source.recodes.items():
            if item.partition("__")[0] in asked:
                turned = ", ".join(f"{one} to {other}" for one, other in codes.items())
                yield f"  config.yaml: {item} recoded {turned}"


def _files(rows: list[Mapping[str, object]], indicator: Indicator, sources: Sources) -> list[str]:
    plan, config = sources.plan, sources.plan.config
    registers = config.registers
    wanted: list[str | None] = [registers.participants]
    pairs = {(g, w) for row in rows for g in groups_of(row) for w in waves_of(row)}
    if pairs:
        wanted += [registers.frames, registers.councils, registers.codes, registers.code_changes]
        gatherings = {str(row["gathering"]) for row in rows}
        for source in config.surveys:
            if source.gathering and source.gathering in gatherings:
                wanted.append(registers.gatherings)
            in_wave = (source.group, source.wave) in pairs
            if in_wave or (source.gathering and source.gathering in gatherings):
                wanted += [source.file, source.codebook]
    if indicator.inputs.codes and config.interviews:
        wanted += [
            *config.interviews.projects,
            config.interviews.consensus,
            config.interviews.code_mapping,
        ]
    if indicator.inputs.measures:
        kinds = _kinds(indicator, sources)
        wanted += [registers.plan_dates, registers.councils, registers.code_changes]
        if NETWORK_LOG in kinds:
            wanted += [registers.attendance, registers.gatherings]
        if config.plans:
            wanted += [
                config.plans.documents,
                config.plans.goal_register,
                config.plans.coded_measures,
            ]
            units = {str(row["unit"]) for row in rows}
            for participant in plan.participants:
                if participant.kommune_id in units:
                    wanted += _documents(participant.code, kinds, sources)
    for other in indicator.inputs.indicators:
        wanted += _files(
            _made_of(rows, indicator, other, sources), plan.book.indicators[other], sources
        )
    return sorted({file for file in wanted if file and file in plan.hashes})


def _made_of(
    rows: list[Mapping[str, object]], indicator: Indicator, other: str, sources: Sources
) -> list[Mapping[str, object]]:
    """The estimates of another indicator that estimates of this one are made of."""
    asked = indicator.params.get("survey_group")
    return [
        {**row, "component": "total", "group": group}
        for row in rows
        for group in sources.plan.book.indicators[other].groups
        if group == row["group"] or (row["group"] not in SURVEY_GROUPS and asked in (None, group))
        or group not in SURVEY_GROUPS
    ]  # fmt: skip


def _documents(code: str, kinds: set[str], sources: Sources) -> list[str]:
    path = sources.processed / "tidy" / "plans" / code / "documents.parquet"
    table = read_table("documents", path)
    return list(table[table["kind"].isin(kinds)]["file"])
