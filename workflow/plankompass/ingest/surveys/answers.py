"""Survey exports to the tables respondents and answers."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from plankompass.ingest.keys import load_salt, questionnaire_ids
from plankompass.ingest.places import PlaceResolver
from plankompass.ingest.registers import parse_waves, study_register
from plankompass.ingest.surveys.accounts import panel_links, source_rows
from plankompass.ingest.surveys.long import Answers, answer_parts
from plankompass.ingest.surveys.rules import AnswerWindow, duplicate_respondents
from plankompass.ingest.surveys.source import (
    STANDARD_WORDING,
    Gathering,
    SourceRows,
    SurveyContext,
    read_source,
)
from plankompass.ingest.surveys.values import NOT_ASKED, VALID
from plankompass.study.codebook import load_codebook
from plankompass.study.config_models import LimitConfig, RegisterFiles, SurveySource, WaveConfig
from plankompass.study.problems import ProblemLog
from plankompass.study.register import MunicipalityRegister
from plankompass.tables import empty_table, read_table, write_table, write_table_in_parts

log = logging.getLogger(__name__)


def ingest_surveys(
    inputs: Mapping[str, Any], outputs: Mapping[str, Path], params: Mapping[str, Any]
) -> None:
    """Read every survey export of a study.

    Args:
        inputs: municipalities, councils, frames, gatherings.
        outputs: respondents, answers, avvik; source_rows and panel_links where they are asked for.
        params: raw, surveys, waves, report_wave, registers, salt_file, study, limits, codebook.

    Raises:
        StageFailedError: Listing everything that is wrong in all sources; nothing is written.
    """
    problems = ProblemLog("ingest surveys")
    tables = {
        n: read_table(n, inputs[n]) for n in ("municipalities", "councils", "frames", "gatherings")
    }
    sources = [SurveySource.model_validate(s) for s in params["surveys"]]
    context = _context(tables, params)
    parts: dict[tuple[str, str, str], list[SourceRows]] = {}
    for source in sources:
        rows = read_source(source, context, problems)
        if rows is not None:
            parts.setdefault((rows.wave, source.group, rows.gathering), []).append(rows)
    respondents: list[pd.DataFrame] = []
    answers: list[Answers] = []
    for key in sorted(parts):
        people, answered = _one_population(key, parts[key], context, problems)
        _check_population(key, people, parts[key], tables, context, problems)
        respondents.append(people)
        answers.append(answered)
    problems.raise_failures()
    people = (
        pd.concat(respondents, ignore_index=True) if respondents else empty_table("respondents")
    )
    write_table(
        "respondents", people.drop(columns="valid", errors="ignore"), outputs["respondents"]
    )
    write_table_in_parts(
        "answers", answer_parts(answers), outputs["answers"], hashes=["respondent"]
    )
    write_table("avvik", problems.frame(), outputs["avvik"])
    if "source_rows" in outputs:
        every = [rows for key in sorted(parts) for rows in parts[key]]
        write_table("source_rows", source_rows(every), outputs["source_rows"])
    if "panel_links" in outputs:
        write_table("panel_links", panel_links(people), outputs["panel_links"])
    log.info("%d questionnaires, %d answers", len(people), sum(a.values.size for a in answers))


def _context(tables: Mapping[str, pd.DataFrame], params: Mapping[str, Any]) -> SurveyContext:
    raw = Path(params["raw"])
    waves = parse_waves(params["waves"])
    municipalities = tables["municipalities"]
    register = study_register(raw, RegisterFiles.model_validate(dict(params["registers"])))
    codes = dict(zip(municipalities["kommune_id"], municipalities["code"], strict=True))
    as_of = _cut_off(waves, params.get("report_wave"), register, codes.values())
    resolver = PlaceResolver(register, codes, as_of)
    gatherings = tables["gatherings"]
    return SurveyContext(
        raw=raw,
        book=load_codebook(params["codebook"]),
        waves=waves,
        gatherings={
            row.gathering: Gathering(row.wave, row.held_on.date(), bool(row.first))
            for row in gatherings.itertuples()
        },
        resolver=resolver,
        window=AnswerWindow(tables["councils"]),
        salt=load_salt(params.get("salt_file"), params["study"]),
        limits=LimitConfig.model_validate(params.get("limits") or {}),
    )


def _cut_off(
    waves: Mapping[str, WaveConfig],
    report_wave: str | None,
    register: MunicipalityRegister,
    codes: Iterable[str],
) -> date:
    """The day the participants' codes are valid on: the report wave's, or the latest that fits."""
    if report_wave is not None:
        return waves[report_wave].as_of
    codes = list(codes)
    fitting = [w.as_of for w in waves.values() if all(register.valid(c, w.as_of) for c in codes)]
    return max(fitting or [w.as_of for w in waves.values()])


def _stack(parts: Sequence[SourceRows], columns: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Codes and kinds of several sources, shape (rows, columns); absent columns are not asked."""
    rows = sum(len(part.people) for part in parts)
    values = np.zeros((len(columns), rows), dtype="int16")
    kinds = np.full((len(columns), rows), NOT_ASKED, dtype="int8")
    start = 0
    for part in parts:
        end = start + len(part.people)
        for index, name in enumerate(columns):
            if name in part.columns:
                values[index, start:end] = part.columns[name].values
                kinds[index, start:end] = part.columns[name].kinds
        start = end
    return values, kinds


def _one_population(
    key: tuple[str, str, str],
    parts: Sequence[SourceRows],
    context: SurveyContext,
    problems: ProblemLog,
) -> tuple[pd.DataFrame, Answers]:
    """Respondents and answers of one wave, group and gathering, one answer a person (S1)."""
    wave, group, gathering = key
    columns = sorted({c for part in parts for c in (*part.columns, *part.absent)})
    values, kinds = _stack(parts, columns)
    people = pd.concat([part.people for part in parts], ignore_index=True)
    files = np.repeat([p.source.file for p in parts], [len(p.people) for p in parts])
    valid = (kinds == VALID).sum(axis=0)
    keep, dropped, torn = duplicate_respondents(
        people["person"],
        people["kommune_id"],
        valid,
        people["answered_at"],
        (values, kinds),
    )
    if torn:
        rule = "respondent keys that stand in more than one municipality"
        hint = "make the key unique across municipalities, for instance code and number"
        file = ", ".join(sorted(set(files)))
        problems.add("S1", "fail", file, rule, count=torn, hint=hint)
    first_file = dict(zip(people["person"], files, strict=True)) if dropped else {}
    for person, count in sorted(dropped.items()):
        rule = "respondent key more than once; the answer with most valid items is kept"
        problems.add("S1", "repair", str(first_file[person]), rule, row_key=person, count=count)
    for part, rows in zip(parts, _by_part(parts, ~keep), strict=True):
        if rows.any():
            part.left_out["S1"] = int(rows.sum())
            part.repaired = part.repaired[~rows]
    if not keep.all():
        people = people[keep].reset_index(drop=True)
        values, kinds, valid = values[:, keep], kinds[:, keep], valid[keep]
    respondents = questionnaire_ids(people["person"], context.salt, key)
    people = people.assign(
        respondent=respondents,
        wave=wave,
        group=group,
        gathering=gathering,
        answered_on=people["answered_at"].dt.normalize(),
        valid=valid,
    ).drop(columns="answered_at")
    wordings = {c: _wordings(c, parts, keep) for c in columns}
    return people, Answers(respondents, columns, values, kinds, wordings)


def _by_part(parts: Sequence[SourceRows], flags: np.ndarray) -> list[np.ndarray]:
    """The flags of each source's rows."""
    ends = np.cumsum([len(part.people) for part in parts])[:-1]
    return np.split(flags, ends)


def _wordings(column: str, parts: Sequence[SourceRows], keep: np.ndarray) -> np.ndarray | str:
    """Wording id of a column: one for all rows, or one a row where sources differ."""
    item = column.partition("__")[0]
    each = [part.source.wording.get(item, STANDARD_WORDING) for part in parts]
    if len(set(each)) == 1:
        return each[0]
    return np.repeat(np.array(each, dtype=object), [len(p.people) for p in parts])[keep]


def _check_population(
    key: tuple[str, str, str],
    people: pd.DataFrame,
    parts: Sequence[SourceRows],
    tables: Mapping[str, pd.DataFrame],
    context: SurveyContext,
    problems: ProblemLog,
) -> None:
    """S8: no more answers than persons, and a known number of persons."""
    wave, group, gathering = key
    file = ", ".join(sorted({part.source.file for part in parts}))
    # units merged since answer for themselves; their sizes are not in the study's registers
    own = people[~people["before_merger"].astype(bool)]
    answered = own[own["valid"] > 0].groupby("kommune_id").size()
    if group == "folkevalgte":
        sizes = _seats(tables["councils"], context.waves[wave])
        register = "councils"
    else:
        frames = tables["frames"]
        rows = frames[
            (frames["wave"] == wave)
            & (frames["group"] == group)
            & (frames["gathering"] == gathering)
        ]
        sizes = dict(zip(rows["kommune_id"], rows["population"], strict=True))
        register = "frames"
    place = f"{wave} {group} {gathering}".strip()
    for kommune_id, n in answered.items():
        size = sizes.get(kommune_id)
        if size is None:
            problems.add(
                "S8", "fail", file, f"the register {register} does not say how many were asked",
                row_key=f"{kommune_id}, {place}", hint=f"add the row to {register}.csv",
            )  # fmt: skip
        elif n > size:
            problems.add(
                "S8", "fail", file, f"{n} answers from a group of {size}",
                row_key=f"{kommune_id}, {place}", count=int(n - size),
                hint="deputies or a forwarded link? take the extra answers out, or correct the register",
            )  # fmt: skip


def _seats(councils: pd.DataFrame, wave: WaveConfig) -> dict[str, int]:
    """Seats of the council that sits on a wave's cut-off date."""
    sitting = councils[councils["constituted_on"].dt.date <= wave.as_of]
    latest = sitting.sort_values(["kommune_id", "constituted_on"]).drop_duplicates(
        "kommune_id", keep="last"
    )
    return dict(zip(latest["kommune_id"], latest["seats"], strict=True))
