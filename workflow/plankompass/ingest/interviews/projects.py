"""Interview codings: the coders' projects in, tidy tables out.

Cases of dirty data (names as in the catalogue): Q1 texts differ, Q2 unknown codes, Q3 coders that cannot
be told apart, Q4 sources that cannot be placed, Q5 selections outside their text.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from plankompass.ingest.interviews.cases import Finding, SourceReader, register_resolver
from plankompass.ingest.interviews.codes import CodeMatcher, match_codes, read_code_mapping
from plankompass.ingest.interviews.consensus import read_consensus
from plankompass.ingest.interviews.merge import (
    Interview,
    LoadedProject,
    coder_identities,
    join_sources,
    short_hash,
)
from plankompass.ingest.interviews.positions import check_positions
from plankompass.ingest.interviews.quotes import place_names, read_cleared_quotes
from plankompass.ingest.interviews.read import read_interview_project
from plankompass.ingest.interviews.units import unit_table
from plankompass.ingest.registers import REFERENCE
from plankompass.study.codebook import Codebook, load_codebook
from plankompass.study.config_models import (
    InterviewConfig,
    LimitConfig,
    WaveConfig,
)
from plankompass.study.problems import PlankompassError, ProblemLog
from plankompass.tables import empty_table, read_table, write_table

_LOGGER = logging.getLogger(__name__)
_MAX_BAD_SHARE = 0.05
_TABLES = ("interviews", "segments", "transcripts", "text_units", "consensus", "cleared_quotes")


def ingest_interviews(
    inputs: Mapping[str, Path | list[Path]], outputs: Mapping[str, Path], params: Mapping[str, Any]
) -> None:
    """Read the coders' interview projects into tables: what they are, who coded what, the texts.

    Args:
        inputs: ``municipalities``.
        outputs: ``avvik`` and those asked for of ``interviews``, ``segments``, ``transcripts``,
            ``text_units``, ``consensus`` and ``cleared_quotes``.
        params: ``raw`` (folder), ``interviews`` (configuration, or None), ``waves``, ``limits``,
            ``codebook`` (folder) and, for codes from after the cut-off date, ``registers`` and
            ``report_wave``.

    Raises:
        StageFailedError: A project cannot be read, or a case whose outcome is "fail" was met; all of
            them are listed and nothing is written.
    """
    log = ProblemLog("ingest interviews")
    if not params["interviews"]:
        for name in sorted({*_TABLES} & set(outputs)):
            write_table(name, empty_table(name), outputs[name])
        write_table("avvik", log.frame(), outputs["avvik"])
        return
    config = InterviewConfig.model_validate(params["interviews"])
    book = load_codebook(params["codebook"])
    waves = {name: WaveConfig.model_validate(wave) for name, wave in params["waves"].items()}
    municipalities = read_table("municipalities", _one_path(inputs["municipalities"]))
    raw = Path(params["raw"])
    projects = _load(raw, config, LimitConfig.model_validate(params["limits"]), log)
    matcher = _matcher(raw, config, book, log)
    codes = [match_codes(loaded.project, loaded.file, matcher, log) for loaded in projects]
    _check_selections(projects, log)
    log.raise_failures()

    resolver = register_resolver(raw, municipalities, waves, params)
    reader = SourceReader(config, book, municipalities, waves, resolver)
    interviews = join_sources(projects)
    _check_texts(interviews, projects, log)
    placed = _place(interviews, projects, reader, log)
    segments = _segments(interviews, projects, codes)
    segments = segments[segments["interview"].isin(set(placed["interview"]))]
    table = _interview_table(placed, interviews, projects, segments)
    _check_coders(table, interviews, projects, book, log)
    consensus = empty_table("consensus")
    if config.consensus:
        consensus = read_consensus(
            raw / config.consensus, config.consensus, interviews, matcher, log
        )
        consensus = consensus[consensus["interview"].isin(set(table["interview"]))]
    texts = _texts(interviews, projects, set(table["interview"]))
    quotes = empty_table("cleared_quotes")
    if config.quotes_cleared:
        places = place_names(municipalities, REFERENCE / "municipalities.csv")
        quotes = read_cleared_quotes(
            raw / config.quotes_cleared, config.quotes_cleared, segments, table, texts, places,
            waves, log,
        )  # fmt: skip
    log.raise_failures()
    _LOGGER.info(
        "%d projects, %d sources, %d interviews kept, %d coded selections",
        len(projects), len(interviews), len(table), len(segments),
    )  # fmt: skip
    made = {
        "interviews": table,
        "segments": segments,
        "transcripts": _transcripts(interviews, texts),
        "text_units": unit_table(texts, config),
        "consensus": consensus,
        "cleared_quotes": quotes,
    }
    for name in sorted({*made} & set(outputs)):
        write_table(name, made[name], outputs[name])
    write_table("avvik", log.frame(), outputs["avvik"])


def _one_path(value: Path | list[Path]) -> Path:
    return value[0] if isinstance(value, list) else value


def _load(
    raw: Path, config: InterviewConfig, limits: LimitConfig, log: ProblemLog
) -> list[LoadedProject]:
    out = []
    for file in config.projects:
        try:
            project = read_interview_project(raw / file, limits)
        except PlankompassError as error:
            text = str(error).removeprefix(f"{Path(file).name}: ")
            log.add("Q0", "fail", file, text)
            continue
        for problem in project.problems:
            log.add("Q0", "repair", file, problem)
        out.append(LoadedProject(file, project, check_positions(project)))
    return out


def _matcher(raw: Path, config: InterviewConfig, book: Codebook, log: ProblemLog) -> CodeMatcher:
    mapping = {}
    if config.code_mapping:
        mapping = read_code_mapping(raw / config.code_mapping, config.code_mapping, book, log)
    return CodeMatcher(book, mapping)


def _check_selections(projects: list[LoadedProject], log: ProblemLog) -> None:
    """Q5: selections that do not fit their text are left out; too many of them stop the run."""
    for loaded in projects:
        positions = loaded.positions
        bad = Counter(loaded.project.selections[i].source for i in positions.bad_selections)
        if not bad:
            continue
        share = sum(bad.values()) / positions.checked_selections
        if share > _MAX_BAD_SHARE:
            log.add(
                "Q5", "fail", loaded.file,
                f"{share:.0%} of the selections lie outside their text: all of them may be shifted",
                count=sum(bad.values()),
                hint="Export the project again, with the texts it was coded on",
            )  # fmt: skip
            continue
        numbers = {key: n for n, key in enumerate(loaded.project.sources, start=1)}
        for key, count in sorted(bad.items()):
            log.add(
                "Q5", "reject", loaded.file,
                "selection ends outside the text, or at or before its start",
                row_key=_source_label(loaded, key, numbers), column="startPosition, endPosition",
                count=count,
            )  # fmt: skip


def _source_label(loaded: LoadedProject, key: str, numbers: Mapping[str, int]) -> str:
    """A source named by its place in the project: its name may be a person's."""
    return f"source {numbers[key]} of {len(loaded.project.sources)}"


def _labels(interview: Interview, projects: list[LoadedProject]) -> tuple[str, str]:
    """File and row key of an interview's first member, for problems."""
    number, source = min(interview.members.items(), key=lambda item: item[0])
    numbers = {key: n for n, key in enumerate(projects[number].project.sources, start=1)}
    label = _source_label(projects[number], source.key, numbers)
    return projects[number].file, f"{label}, interview {interview.id}"


def _check_texts(
    interviews: list[Interview], projects: list[LoadedProject], log: ProblemLog
) -> None:
    """Q1: the coders must have coded the same text."""
    for interview in interviews:
        prints = {
            number: projects[number].common_text(source)
            for number, source in interview.members.items()
            if source.text is not None
        }
        if len({common.fingerprint for common in prints.values()}) > 1:
            file, label = _labels(interview, projects)
            lengths = " and ".join(str(len(common.text)) for common in prints.values())
            log.add(
                "Q1", "fail", file, f"the coders' texts differ ({lengths} characters)",
                row_key=label, count=len(prints),
                hint="Give both coders the same text and let one of them code it again",
            )  # fmt: skip


def _variables(interview: Interview) -> dict[str, set[str]]:
    out: dict[str, set[str]] = {}
    for source in interview.members.values():
        for name, values in source.variables.items():
            out.setdefault(name, set()).update(values)
    return out


def _place(
    interviews: list[Interview],
    projects: list[LoadedProject],
    reader: SourceReader,
    log: ProblemLog,
) -> pd.DataFrame:
    """Q4: municipality, role, wave and kind of each interview; those without are left out."""
    rows = []
    for interview in interviews:
        variables = _variables(interview)
        kind = reader.kind(variables)
        findings = {
            "source_kind": kind,
            "role": reader.role(variables, kind.value or "interview"),
            "wave": reader.wave(variables),
        }
        findings["kommune_id"] = reader.municipality(variables, findings["wave"].value)
        kept = all(f.value is not None for f in findings.values())
        _note_findings(findings, interview, projects, log)
        if kept:
            values = {name: finding.value for name, finding in findings.items()}
            rows.append({"interview": interview.id, **values})
    return pd.DataFrame(
        rows, columns=["interview", "source_kind", "role", "wave", "kommune_id"], dtype="object"
    )


def _note_findings(
    findings: Mapping[str, Finding],
    interview: Interview,
    projects: list[LoadedProject],
    log: ProblemLog,
) -> None:
    file, label = _labels(interview, projects)
    for column, finding in findings.items():
        if not finding.note:
            continue
        if finding.value is None:
            log.add(
                finding.case, "reject", file, f"interview left out: {finding.note}",
                row_key=label, column=column,
                hint="Give the source or its case the variable in the project and export it again",
            )  # fmt: skip
        else:
            log.add(finding.case, "repair", file, finding.note, row_key=label, column=column)


def _segments(
    interviews: list[Interview],
    projects: list[LoadedProject],
    codes: list[dict[str, str | None]],
) -> pd.DataFrame:
    """One row a passage, coder and code; positions in the interview's common text."""
    coders = coder_identities(projects)
    owners = {
        (number, source.key): (interview.id, source)
        for interview in interviews
        for number, source in interview.members.items()
    }
    rows: set[tuple[Any, ...]] = set()
    for number, loaded in enumerate(projects):
        for index, selection in enumerate(loaded.project.selections):
            if index in loaded.positions.bad_selections:
                continue
            interview, source = owners[number, selection.source]
            span = loaded.positions.spans.get(index)
            if span is None:
                start = end = None
                segment = short_hash("selection", interview, selection.key)
            else:
                common = loaded.common_text(source)
                start, end = (common.position(at) for at in span)
                segment = short_hash("passage", interview, str(start), str(end))
            for coding in selection.codings:
                code = codes[number][coding.code]
                if code is not None:
                    coder = coders[number, coding.coder]
                    rows.add((interview, coder, code, start, end, segment))
    ordered = sorted(rows, key=lambda row: (row[0], row[1], row[2], row[5]))
    frame = pd.DataFrame(
        ordered, columns=["interview", "coder", "code", "start", "end", "segment"], dtype="object"
    )
    return frame.astype({"start": "Int64", "end": "Int64"})


def _interview_table(
    placed: pd.DataFrame,
    interviews: list[Interview],
    projects: list[LoadedProject],
    segments: pd.DataFrame,
) -> pd.DataFrame:
    coders = segments.groupby("interview")["coder"].nunique()
    by_id = {interview.id: interview for interview in interviews}
    characters, units = [], []
    for key in placed["interview"]:
        members = by_id[key].members
        texts = [
            projects[number].common_text(source)
            for number, source in sorted(members.items())
            if source.text is not None
        ]
        characters.append(len(texts[0].text) if texts else 0)
        found = {
            projects[number].positions.unit
            for number, source in members.items()
            if source.text is not None
        } - {"unknown"}
        # projects may count differently; positions are code points either way
        units.append(min(found - {"codepoint"} or found, default="unknown"))
    return placed.assign(
        coders=placed["interview"].map(coders).fillna(0).astype("Int64"),
        characters=pd.Series(characters, dtype="Int64", index=placed.index),
        offset_unit=pd.Series(units, dtype="str", index=placed.index),
    )


def _texts(
    interviews: list[Interview], projects: list[LoadedProject], kept: set[str]
) -> dict[str, str]:
    """Interview to its common text, for those whose text came along."""
    out = {}
    for interview in interviews:
        for number, source in sorted(interview.members.items()):
            if interview.id in kept and source.text is not None:
                out.setdefault(interview.id, projects[number].common_text(source).text)
    return out


def _transcripts(interviews: list[Interview], texts: Mapping[str, str]) -> pd.DataFrame:
    rows = [
        (interview.id, min(interview.members.items(), key=lambda m: m[0])[1].name, text)
        for interview in interviews
        if (text := texts.get(interview.id)) is not None
    ]
    return pd.DataFrame(rows, columns=["interview", "name", "text"], dtype="object")


def _check_coders(
    table: pd.DataFrame,
    interviews: list[Interview],
    projects: list[LoadedProject],
    book: Codebook,
    log: ProblemLog,
) -> None:
    """Q3: double-coded by two projects but one coder counts as single-coded."""
    coders = dict(zip(table["interview"], table["coders"], strict=True))
    coded = [{s.source for s in loaded.project.selections if s.codings} for loaded in projects]
    twins = [
        interview
        for interview in interviews
        if coders.get(interview.id) == 1
        and sum(source.key in coded[number] for number, source in interview.members.items()) > 1
    ]
    if twins:
        file, _ = _labels(twins[0], projects)
        log.add(
            "Q3", "repair", file,
            "the coders have the same GUID or name and cannot be told apart: counted as "
            "single-coded, no agreement is computed",
            row_key=f"{len(twins)} interview(s)", column="coder", count=len(twins),
            hint="Let each coder use an own user name in the program",
        )  # fmt: skip
    minimum = float(book.coding_rules["double_coded_share_min"])
    total = int((table["coders"] >= 1).sum())
    double = int((table["coders"] >= 2).sum())
    if total and double / total < minimum:
        log.add(
            "Q3", "fail" if twins else "repair", projects[0].file,
            f"{double} of {total} interviews are coded by two coders; the codebook asks for at "
            f"least {minimum:.0%}",
            column="coder", count=total - double,
            hint="Without enough double coding the agreement of the coders says nothing",
        )  # fmt: skip
