"""Which column is which: from an export's variables to the codebook's item columns."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from itertools import pairwise

from plankompass.ingest.surveys.model import RawSurvey
from plankompass.study.codebook import Codebook
from plankompass.study.config_models import SurveySource
from plankompass.study.problems import Problem


@dataclass
class ColumnMap:
    """The columns of one source.

    Attributes:
        items: Item column (``item`` or ``item__option``) to the export's column.
        absent: Items the group is asked that the export has not.
        problems: What does not fit.
    """

    items: dict[str, str] = field(default_factory=dict)
    absent: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def map_columns(survey: RawSurvey, source: SurveySource, book: Codebook) -> ColumnMap:
    """Find the item columns of an export.

    A column counts as an item when the configuration says so, when it is named as one, or when its
    dotted name (``question.alternative``, ``matrix.item``) can mean one item only.

    Args:
        survey: The survey as read.
        source: The configured source.
        book: The codebook.

    Returns:
        The map, with a failure for each column that is missing, unknown, or used twice.
    """
    result = ColumnMap()
    item_columns = {c: item for item in book.items for c in book.answer_columns(item)}
    roles = {
        "respondent_key": source.respondent_key,
        "municipality": source.municipality,
        "answered_on": source.answered_on,
    }
    if source.municipality_name:
        roles["municipality_name"] = source.municipality_name
    if source.weight:
        roles["weight"] = source.weight
    names = list(survey.table.columns)
    configured = {**roles, **{f"items.{c}": c for c in source.items}}
    for key, column in configured.items():
        if column not in names:
            result.problems.append(_missing(source, key, column, names))
    for column, target in source.items.items():
        if target not in item_columns:
            rule = "config.yaml maps the column to an item that is not in the codebook"
            near = difflib.get_close_matches(target, item_columns, 1)
            hint = f"did you mean {near[0]}?" if near else "see codebook/items.yaml"
            result.problems.append(
                Problem("column", "fail", source.file, f"source {source.id}", column, rule, 1, hint)
            )
    for column in names:
        if column in roles.values() or column in source.ignore:
            continue
        if column.startswith("$") and source.format == "nettskjema":
            continue
        target = source.items.get(column) or _named(column, item_columns)
        if target is None:
            result.problems.append(_unknown(source, column, item_columns))
        elif target in result.items:
            rule = f"two columns for the item {target}"
            result.problems.append(
                Problem("column", "fail", source.file, "", column, rule, 1, "ignore one of them")
            )
        elif target in item_columns:
            result.items[target] = column
            _check_group(result, source, book, item_columns[target], column)
    asked = {c for item in book.items_of_group(source.group) for c in book.answer_columns(item.id)}
    result.absent = sorted(asked - set(result.items))
    return result


def _named(column: str, item_columns: dict[str, str]) -> str | None:
    if column in item_columns:
        return column
    parts = column.split(".")
    options = {f"{a}__{b}" for a, b in pairwise(parts)}
    found = (options | set(parts)) & set(item_columns)
    return found.pop() if len(found) == 1 else None


def _missing(source: SurveySource, key: str, column: str, names: list[str]) -> Problem:
    near = difflib.get_close_matches(column, names, 1, cutoff=0.7)
    hint = f"did you mean {near[0]}?" if near else f"correct {key} in config.yaml"
    rule = f"config.yaml names the column as {key}, but the file has no such column"
    return Problem("column", "fail", source.file, f"source {source.id}", column, rule, 1, hint)


def _unknown(source: SurveySource, column: str, item_columns: dict[str, str]) -> Problem:
    near = difflib.get_close_matches(column, item_columns, 1, cutoff=0.8)
    guess = f"did you mean {near[0]}? " if near else ""
    hint = f"{guess}map it under items, or list it under ignore"
    rule = "unknown column: no item of the codebook, and config.yaml does not name it"
    return Problem("column", "fail", source.file, f"source {source.id}", column, rule, 1, hint)


def _check_group(
    result: ColumnMap, source: SurveySource, book: Codebook, item_id: str, column: str
) -> None:
    if source.group not in book.items[item_id].groups:
        rule = f"the codebook does not ask group {source.group} this item"
        hint = "list the column under ignore, or correct the source's group"
        result.problems.append(Problem("column", "fail", source.file, "", column, rule, 1, hint))
