"""The answers table, made an item at a time: one row an item column and questionnaire."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from plankompass.ingest.surveys.values import VALID
from plankompass.table_contracts import MISSING_KINDS

# About so many rows a part; a part holds whole items
PART_ROWS = 2_000_000


@dataclass(frozen=True)
class Answers:
    """What the questionnaires of one wave, group and gathering answered.

    Attributes:
        respondents: Pseudonyms of the questionnaires. Shape (rows,), text.
        columns: Item columns, in any order.
        values: Codes, 0 where not valid. Shape (columns, rows).
        kinds: Index into ``MISSING_KINDS``. Shape (columns, rows).
        wordings: Wording id of each column: one for all rows, or one a row.
    """

    respondents: pd.Series
    columns: Sequence[str]
    values: np.ndarray
    kinds: np.ndarray
    wordings: Mapping[str, np.ndarray | str]


def answer_parts(groups: Sequence[Answers], part_rows: int = PART_ROWS) -> Iterator[pd.DataFrame]:
    """The answers of all questionnaires in the order of the table's key: item, respondent.

    Args:
        groups: Answers by wave, group and gathering; no questionnaire stands in two.
        part_rows: About how many rows a part has.

    Yields:
        Parts of the table ``answers``, text as categories that the parts share.
    """
    filled = [group for group in groups if len(group.respondents)]
    if not filled:
        return
    pseudonyms = pd.concat([group.respondents for group in filled], ignore_index=True)
    order = pseudonyms.to_numpy().astype("S").argsort(kind="stable")
    rank = np.empty(len(order), dtype="int32")
    rank[order] = np.arange(len(order), dtype="int32")
    ends = np.cumsum([len(group.respondents) for group in filled])
    ranked = [
        _Ranked(group, places)
        for group, places in zip(filled, np.split(rank, ends[:-1]), strict=True)
    ]
    people = _texts(pseudonyms.take(order))
    columns = sorted({column for group in filled for column in group.columns})
    names = sorted({w for group in ranked for w in group.wording_names()})
    texts = (_texts(columns), people, _texts(MISSING_KINDS), _texts(names), _numbers(filled))
    for first, last in _whole_items(columns, ranked, part_rows):
        blocks = [_item(number, columns[number], ranked, names) for number in range(first, last)]
        yield _part([np.concatenate(column) for column in zip(*blocks, strict=True)], texts)


class _Ranked:
    """One group's answers with its rows in the order of all pseudonyms."""

    def __init__(self, group: Answers, ranks: np.ndarray) -> None:
        self.order = ranks.argsort(kind="stable")
        self.ranks = ranks[self.order]
        self.group = group
        self.row_of = {column: row for row, column in enumerate(group.columns)}

    def wording_names(self) -> set[str]:
        every = self.group.wordings.values()
        return {w for entry in every for w in ([entry] if isinstance(entry, str) else entry)}

    def wording(self, column: str, names: Sequence[str]) -> np.ndarray:
        entry = self.group.wordings[column]
        if isinstance(entry, str):
            return np.full(len(self.order), names.index(entry), dtype="int8")
        return np.array([names.index(w) for w in entry], dtype="int8")[self.order]


def _whole_items(
    columns: Sequence[str], groups: Sequence[_Ranked], part_rows: int
) -> Iterator[tuple[int, int]]:
    """Bounds of parts that hold whole items."""
    first = rows = 0
    for number, column in enumerate(columns):
        own = sum(len(g.order) for g in groups if column in g.row_of)
        if rows and rows + own > part_rows:
            yield first, number
            first, rows = number, 0
        rows += own
    yield first, len(columns)


def _item(
    number: int, column: str, groups: Sequence[_Ranked], names: Sequence[str]
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Numbers of one item's rows: item, respondent, kind, wording; and values."""
    asked = [group for group in groups if column in group.row_of]
    respondent = np.concatenate([group.ranks for group in asked])
    values = np.concatenate([g.group.values[g.row_of[column]][g.order] for g in asked])
    kinds = np.concatenate([g.group.kinds[g.row_of[column]][g.order] for g in asked])
    wording = np.concatenate([group.wording(column, names) for group in asked])
    if len(asked) > 1:
        order = respondent.argsort(kind="stable")
        respondent, values = respondent[order], values[order]
        kinds, wording = kinds[order], wording[order]
    item = np.full(len(respondent), number, dtype="int16")
    return item, respondent, kinds, wording, values


def _part(numbers: Sequence[np.ndarray], texts: Sequence[pd.CategoricalDtype]) -> pd.DataFrame:
    item, respondent, kinds, wording, values = numbers
    items, people, missing, wordings, codes = texts
    lowest = codes.categories[0]
    values = np.where(kinds == VALID, values - lowest, -1)
    return pd.DataFrame(
        {
            "item": pd.Categorical.from_codes(item, dtype=items),
            "respondent": pd.Categorical.from_codes(respondent, dtype=people),
            "value": pd.Categorical.from_codes(values, dtype=codes),
            "missing": pd.Categorical.from_codes(kinds, dtype=missing),
            "wording": pd.Categorical.from_codes(wording, dtype=wordings),
        },
        copy=False,
    )


def _numbers(groups: Sequence[Answers]) -> pd.CategoricalDtype:
    """Codes given by their place among the whole numbers from the least to the greatest."""
    low = min(int(group.values.min(initial=0)) for group in groups)
    high = max(int(group.values.max(initial=0)) for group in groups)
    return pd.CategoricalDtype(pd.RangeIndex(low, high + 1).astype("int64"))


def _texts(texts: Sequence[str] | pd.Series) -> pd.CategoricalDtype:
    """Text given by numbers: a table of millions of answers holds each text once."""
    return pd.CategoricalDtype(pd.Index(texts, dtype="str", copy=False))
