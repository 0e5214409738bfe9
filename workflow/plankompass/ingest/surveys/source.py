"""One survey source, from the export to coded rows."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from plankompass.ingest.keys import pseudonyms
from plankompass.ingest.places import PlaceResolver
from plankompass.ingest.surveys.columns import ColumnMap, map_columns
from plankompass.ingest.surveys.dates import read_times
from plankompass.ingest.surveys.labels import compare_labels
from plankompass.ingest.surveys.model import RawSurvey, SurveyReadError, plain
from plankompass.ingest.surveys.privacy import find_personal_data
from plankompass.ingest.surveys.readers import read_survey
from plankompass.ingest.surveys.rules import (
    AnswerWindow,
    exclusive_choices,
    outside_window,
    reversed_items,
    shifted_columns,
)
from plankompass.ingest.surveys.values import (
    CodedColumn,
    code_column,
    item_scale,
    join_nynorsk,
    settle_blanks,
    settle_selections,
)
from plankompass.study.codebook import Codebook
from plankompass.study.config_models import LimitConfig, SurveySource, WaveConfig
from plankompass.study.problems import Problem, ProblemLog

log = logging.getLogger(__name__)

STANDARD_WORDING = "codebook"


class Gathering(NamedTuple):
    """What a source of group deltakere needs to know about its gathering."""

    wave: str
    held_on: date
    first: bool


@dataclass(frozen=True)
class SurveyContext:
    """What every source of a study is read with.

    Attributes:
        raw: The raw folder.
        book: The codebook.
        waves: Waves by id.
        gatherings: Gathering id to wave, day, and whether it is the first.
        resolver: Finds municipalities.
        window: Finds the days of a wave.
        salt: Key of the pseudonyms.
        limits: Limits on files.
    """

    raw: Path
    book: Codebook
    waves: Mapping[str, WaveConfig]
    gatherings: Mapping[str, Gathering]
    resolver: PlaceResolver
    window: AnswerWindow
    salt: bytes
    limits: LimitConfig


@dataclass
class SourceRows:
    """A source's kept rows.

    Attributes:
        source: Where they come from.
        wave, gathering: What they belong to; gathering is empty outside group deltakere.
        people: One row a questionnaire: person, kommune_id, before_merger, answered_at, weight.
        columns: Item columns, codes and kinds in the order of ``people``.
        absent: Item columns of the group that the export has not.
        repaired: Which rows had something repaired. Shape (rows,), bool.
        left_out: Case id to the rows left out by it.
        rows_in: Rows in the export.
        encoding: How its text was read.
    """

    source: SurveySource
    wave: str
    gathering: str
    people: pd.DataFrame
    columns: dict[str, CodedColumn]
    absent: list[str]
    repaired: np.ndarray
    left_out: dict[str, int]
    rows_in: int
    encoding: str


def read_source(
    source: SurveySource, context: SurveyContext, problems: ProblemLog
) -> SourceRows | None:
    """Read one source whole.

    Args:
        source: The configured source.
        context: What it is read with.
        problems: Where everything found goes.

    Returns:
        The kept rows; None when something must be mended first (then ``problems`` says what).
    """
    before = len(problems.failures)
    try:
        survey = read_survey(
            context.raw / source.file,
            source.format,
            shown=source.file,
            limits=context.limits,
            codebook=context.raw / source.codebook if source.codebook else None,
            sheet=source.sheet,
            header_row=source.header_row,
            encoding=source.encoding,
            delimiter=source.delimiter,
        )
    except SurveyReadError as error:
        rule = str(error).removeprefix(f"{source.file}: ")
        problems.add("file", "fail", source.file, rule)
        return None
    for note in survey.notes:
        log.info("%s: %s", source.file, note)
    if survey.table.empty:
        hint = "export it again, or take the source out of config.yaml"
        problems.add("file", "fail", source.file, "the survey has no rows", hint=hint)
        return None
    keys = frozenset({source.respondent_key, source.answered_on, source.municipality})
    tool = frozenset(c for c in survey.table.columns if c.startswith("$"))
    places = frozenset({source.municipality, source.municipality_name or ""})
    problems.extend(
        find_personal_data(survey, no_phone=keys | tool | {source.weight or ""}, places=places)
    )
    columns = map_columns(survey, source, context.book)
    problems.extend(columns.problems)
    if len(problems.failures) > before:
        return None
    wave, held_on = _wave_of(source, context, problems)
    if wave is None:
        return None
    coded = _code_items(survey, source, columns, context.book, problems)
    people, left_out = _people(survey, source, context, wave, problems)
    kept = people["kommune_id"].to_numpy() != ""
    outside, found = outside_window(
        source.file,
        people["kommune_id"].to_numpy(dtype=object),
        people["answered_at"].dt.normalize(),
        context.window,
        context.waves[wave],
        held_on,
    )
    problems.extend(found)
    kept &= ~outside
    if outside.any():
        left_out["S6"] = int(outside.sum())
    if not kept.any():
        hint = "check the municipality column, the dates and the list of participants"
        problems.add("file", "fail", source.file, "no row of the export can be kept", hint=hint)
    if len(problems.failures) > before:
        return None
    _note_absent(source, columns, context, problems)
    log.info(
        "%s: %d rows, %d kept, %d item columns", source.file, len(people), kept.sum(), len(coded)
    )
    repaired = people.pop("mended").to_numpy(copy=True)
    for column in coded.values():
        repaired |= column.mended
    for column in coded.values() if not kept.all() else ():
        column.values, column.kinds = column.values[kept], column.kinds[kept]
    rows = people[kept].reset_index(drop=True)
    gathering = source.gathering or ""
    return SourceRows(
        source, wave, gathering, rows, coded, columns.absent, repaired[kept], left_out, len(people),
        survey.encoding,
    )  # fmt: skip


def _wave_of(
    source: SurveySource, context: SurveyContext, problems: ProblemLog
) -> tuple[str | None, date | None]:
    if source.gathering is None:
        return source.wave, None
    if source.gathering not in context.gatherings:
        hint = "known: " + ", ".join(sorted(context.gatherings))
        problems.add(
            "column", "fail", source.file, "config.yaml: the gathering is in no register",
            row_key=f"source {source.id}", hint=hint,
        )  # fmt: skip
        return None, None
    gathering = context.gatherings[source.gathering]
    return gathering.wave, gathering.held_on


def _code_items(
    survey: RawSurvey,
    source: SurveySource,
    columns: ColumnMap,
    book: Codebook,
    problems: ProblemLog,
) -> dict[str, CodedColumn]:
    """All item columns as codes, with the rules S2 to S5 and S9 applied."""
    coded: dict[str, CodedColumn] = {}
    for target, column in sorted(columns.items.items()):
        item_id, _, option_id = target.partition("__")
        scale = item_scale(book, item_id, option_id)
        variable = survey.variable(column)
        recodes = {str(k): v for k, v in source.recodes.get(item_id, {}).items()}
        coded[target] = code_column(
            survey.table[column],
            variable,
            scale,
            column=target,
            recodes=recodes,
            tags=survey.tags.get(column),
        )
        problems.extend(compare_labels(source.file, target, variable, scale, recodes))
    problems.extend(shifted_columns(source.file, coded))
    for question in sorted({c.partition("__")[0] for c in coded if "__" in c}):
        parts = {n: c for n, c in coded.items() if n.partition("__")[0] == question}
        problems.extend(replace(p, file=source.file) for p in settle_selections(parts))
        problems.extend(exclusive_choices(source.file, question, parts, book))
    found: list[Problem] = []
    for target, column in coded.items():
        settle_blanks(column, target)
        found += [replace(p, file=source.file) for p in column.problems]
    problems.extend(join_nynorsk(found))
    problems.extend(reversed_items(source.file, coded, book))
    return coded


def _people(
    survey: RawSurvey,
    source: SurveySource,
    context: SurveyContext,
    wave: str,
    problems: ProblemLog,
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Who answered, where and when, and the rows without a place (empty kommune_id) by case."""
    said = {source.respondent_key, source.answered_on, source.municipality}
    said |= {source.municipality_name, source.weight} - {None}
    frame = pd.DataFrame({name: survey.column(name) for name in sorted(said)}, copy=False)
    keys = _as_text(frame[source.respondent_key])
    if blank := int((keys == "").sum()):
        hint = "every answer needs the key that tells persons apart"
        problems.add(
            "key", "fail", source.file, "rows without respondent key",
            column=source.respondent_key, count=blank, hint=hint,
        )  # fmt: skip
    times, unread = read_times(frame[source.answered_on])
    if unread:
        hint = "write dates as YYYY-MM-DD, YYYY-MM-DDThh:mm:ss or dd.mm.yyyy"
        problems.add(
            "date", "fail", source.file, "dates that cannot be read",
            column=source.answered_on, count=unread, hint=hint,
        )  # fmt: skip
    elif undated := int(times.isna().sum()):
        rule = "no date of answer; the wave's cut-off date is used for the municipality"
        problems.add("date", "repair", source.file, rule, column=source.answered_on, count=undated)
    days = times.dt.normalize().fillna(pd.Timestamp(context.waves[wave].as_of))
    kommune, before, mended, left_out = _places(frame, days, source, context, problems)
    people = pd.DataFrame(
        {
            "person": pseudonyms(keys.tolist(), context.salt, ("person", source.group)),
            "kommune_id": kommune,
            "before_merger": before,
            "answered_at": times,
            "weight": _weights(frame, source, problems),
            "mended": mended | times.isna().to_numpy(),
        }
    )
    return people, left_out


def _as_text(column: pd.Series) -> pd.Series:
    """A column as trimmed text; numbers without needless decimals, blank as empty."""
    if isinstance(column.dtype, pd.StringDtype):
        return column.fillna("").str.strip()
    return pd.Series(
        ["" if pd.isna(v) else plain(v).strip() for v in column], index=column.index, dtype="str"
    )


def _weights(frame: pd.DataFrame, source: SurveySource, problems: ProblemLog) -> np.ndarray:
    if source.weight is None:
        return np.ones(len(frame))
    column = frame[source.weight]
    if isinstance(column.dtype, pd.StringDtype):
        column = column.str.replace(",", ".")
    weights = pd.to_numeric(column, errors="coerce").to_numpy(dtype="float64")
    bad = ~(np.isfinite(weights) & (weights > 0))
    if bad.any():
        problems.add(
            "weight", "fail", source.file, "weights that are blank, no number, or not above zero",
            column=source.weight, count=int(bad.sum()), hint="every row needs a weight",
        )  # fmt: skip
    return weights


def _places(
    frame: pd.DataFrame,
    days: pd.Series,
    source: SurveySource,
    context: SurveyContext,
    problems: ProblemLog,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, dict[str, int]]:
    """K1 to K5 for every row: each distinct reading of value, day and name is resolved once."""
    said = [_as_text(frame[source.municipality]), days]
    if source.municipality_name:
        said.append(_as_text(frame[source.municipality_name]))
    indices, distinct = _readings(said)
    places = [context.resolver.resolve(value, day.date(), *name) for value, day, *name in distinct]
    counts = np.bincount(indices, minlength=len(places))
    found: dict[tuple[str, str, str, str], int] = {}
    left_out: dict[str, int] = {}
    for place, count in zip(places, counts, strict=True):
        for f in place.findings:
            key = (f.case, f.severity, f.rule, f.hint)
            found[key] = found.get(key, 0) + int(count)
            if f.severity == "reject":
                left_out[f.case] = left_out.get(f.case, 0) + int(count)
    problems.extend(
        Problem(case, severity, source.file, "", source.municipality, rule, count, hint)  # type: ignore[arg-type]
        for (case, severity, rule, hint), count in found.items()
    )
    kommune = np.array([p.kommune_id or "" for p in places], dtype=object)[indices]
    before = np.array([p.before_merger for p in places], dtype=bool)[indices]
    repairs = [any(f.severity == "repair" for f in p.findings) for p in places]
    return kommune, before, np.array(repairs, dtype=bool)[indices], left_out


def _readings(columns: Sequence[pd.Series]) -> tuple[np.ndarray, list[tuple[Any, ...]]]:
    """Index of each row among the distinct combinations of several columns, and the combinations."""
    combined = np.zeros(len(columns[0]), dtype="int64")
    distinct = []
    for column in columns:
        codes, values = pd.factorize(column)
        combined = combined * max(len(values), 1) + codes
        distinct.append(list(values))
    indices, found = pd.factorize(combined)
    rows = []
    for number in found:
        row: list[Any] = []
        for values in reversed(distinct):
            number, place = divmod(int(number), len(values))
            row.append(values[place])
        rows.append(tuple(reversed(row)))
    return indices, rows


def _note_absent(
    source: SurveySource, columns: ColumnMap, context: SurveyContext, problems: ProblemLog
) -> None:
    gathering = context.gatherings.get(source.gathering or "")
    for item in sorted({c.partition("__")[0] for c in columns.absent}):
        if gathering and gathering.first and context.book.items[item].not_first_gathering:
            continue
        rule = "the export has no column for the item; counted as not asked"
        hint = "if it was asked, map its column under items in config.yaml"
        problems.add("not_asked", "repair", source.file, rule, column=item, hint=hint)
