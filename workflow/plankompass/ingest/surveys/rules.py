"""Rules over a whole source or group: S1 duplicates, S3 shift, S5 reversal, S6 window, S8, S9."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
import pandas as pd

from plankompass.ingest.surveys.values import NO_ANSWER, VALID, CodedColumn
from plankompass.study.codebook import Codebook
from plankompass.study.config_models import WaveConfig
from plankompass.study.problems import Problem

_ALWAYS = (date.min, date.max)
LATE_SHARE = 0.02
REVERSED_BELOW = -0.2
REVERSED_MIN_N = 30


def shifted_columns(file: str, columns: Mapping[str, CodedColumn]) -> list[Problem]:
    """S3: whole columns that hold the code below the scale and not its top.

    Args:
        file: The raw file.
        columns: The source's item columns.

    Returns:
        One failure a column.
    """
    hint = "the export may count from 0; give the codes under recodes in config.yaml"
    rule = "the column looks shifted: the code below the scale is there, its top is not"
    return [
        Problem("S3", "fail", file, "", n, rule, 1, hint) for n, c in columns.items() if c.below
    ]


def exclusive_choices(
    file: str, question: str, columns: Mapping[str, CodedColumn], book: Codebook
) -> list[Problem]:
    """S9: an exclusive alternative beside others, or more choices than allowed.

    Args:
        file: The raw file.
        question: Item id of the multiple-response question.
        columns: Its columns, ``item__option``; broken rows become not answered.
        book: The codebook.

    Returns:
        The problem to note, if there is one.
    """
    item = book.items[question]
    chosen = {n: (c.kinds == VALID) & (c.values == 1) for n, c in columns.items()}
    total = np.sum(list(chosen.values()), axis=0)
    broken = np.zeros(len(total), dtype=bool)
    if item.max_selected:
        broken |= total > item.max_selected
    exclusive = chosen.get(f"{question}__{item.exclusive_option}")
    if exclusive is not None:
        broken |= exclusive & (total > 1)
    if not broken.any():
        return []
    for column in columns.values():
        column.kinds[broken] = NO_ANSWER
        column.values[broken] = 0
        column.mended |= broken
    rule = "an exclusive alternative beside others, or too many choices; the question set to 9"
    return [Problem("S9", "repair", file, "", question, rule, int(broken.sum()))]


def reversed_items(file: str, columns: Mapping[str, CodedColumn], book: Codebook) -> list[Problem]:
    """S5: reversed items that the supplier seems to have reversed already.

    Args:
        file: The raw file.
        columns: The source's item columns.
        book: The codebook.

    Returns:
        One failure a reversed item whose correlation with the rest of its scale, after reversal, is
        below -0.2 with at least 30 respondents.
    """
    problems = []
    for battery, spec in book.batteries.items():
        items = [i for i in book.items.values() if i.battery == battery and i.id in columns]
        if spec.kind != "multi_item_scale" or len(items) < 2:
            continue
        scores = {}
        for item in items:
            column = columns[item.id]
            codes = book.scales[item.scale].values
            turned = min(codes) + max(codes) - column.values if item.reverse else column.values
            scores[item.id] = np.where(column.kinds == VALID, turned, np.nan)
        table = pd.DataFrame(scores).dropna()
        if len(table) < REVERSED_MIN_N:
            continue
        for item in items:
            if not item.reverse:
                continue
            rest = table.drop(columns=item.id).sum(axis=1)
            own = table[item.id]
            if own.std() == 0 or rest.std() == 0:
                continue
            if np.corrcoef(own, rest)[0, 1] < REVERSED_BELOW:
                rule = "after reversal the item runs against its scale; it may be reversed already"
                hint = (
                    "ask the supplier; if so, give the codes under recodes in config.yaml "
                    "(1: 5, 2: 4, 4: 2, 5: 1)"
                )
                problems.append(Problem("S5", "fail", file, "", item.id, rule, len(table), hint))
    return problems


class AnswerWindow:
    """When an answer belongs to a wave in a municipality.

    A wave is cut by its own first and last day, and by the constituting meetings: an answer belongs
    to the council that sat on the wave's cut-off date.

    Args:
        councils: The councils table.
    """

    def __init__(self, councils: pd.DataFrame) -> None:
        self._starts = {
            kommune: sorted(rows["constituted_on"].dt.date)
            for kommune, rows in councils.groupby("kommune_id")
        }

    def limits(
        self, kommune_id: str, wave: WaveConfig, gathering_day: date | None = None
    ) -> tuple[date, date]:
        """First and last day of a wave in a municipality.

        Args:
            kommune_id: The municipality.
            wave: The wave.
            gathering_day: Day of the gathering evaluated; its participants answer from then on, and
                no council's term limits them.

        Returns:
            The days, both included.
        """
        if gathering_day is not None:
            return max(wave.first_day, gathering_day), wave.last_day
        first, last = wave.first_day, wave.last_day
        for start in self._starts.get(kommune_id, []):
            if start <= wave.as_of:
                first = max(first, start)
            else:
                last = min(last, date.fromordinal(start.toordinal() - 1))
                break
        return first, last


def outside_window(
    file: str,
    kommune: np.ndarray,
    days: pd.Series,
    window: AnswerWindow,
    wave: WaveConfig,
    gathering_day: date | None,
) -> tuple[np.ndarray, list[Problem]]:
    """S6: answers dated outside the wave's window for their municipality.

    Args:
        file: The raw file.
        kommune: kommune_id of each row, empty for rows left out already. Shape (rows,).
        days: Day of each answer; missing days are not judged.
        window: The windows.
        wave: The rows' wave.
        gathering_day: Day of the gathering, for its participants.

    Returns:
        Which rows to leave out, and the problems: rejections a municipality when they are fewer than
        2 % of the rows, else one failure.
    """
    places, distinct = pd.factorize(kommune)
    limits = [window.limits(k, wave, gathering_day) if k else _ALWAYS for k in distinct]
    first, last = np.array(limits, dtype="datetime64[D]").reshape(-1, 2).T
    day = days.to_numpy(dtype="datetime64[D]")
    outside = (day < first[places]) | (day > last[places])  # a missing day is neither
    late = np.bincount(places[outside], minlength=len(distinct))
    counts = {k: int(late[i]) for i, k in enumerate(distinct) if late[i]}
    total = int(outside.sum())
    judged = int((kommune != "").sum())
    if not total:
        return outside, []
    if total >= LATE_SHARE * judged:
        rule = f"{total} of {judged} rows are dated outside the wave's window"
        hint = "check the source's wave, the wave's days, and councils.csv (constituted_on)"
        return outside, [Problem("S6", "fail", file, "", "", rule, total, hint)]
    rule = "answer dated outside the wave's window for the municipality; left out"
    problems = [Problem("S6", "reject", file, k, "", rule, n) for k, n in sorted(counts.items())]
    return outside, problems


def duplicate_respondents(
    persons: pd.Series, kommune: pd.Series, valid: np.ndarray, times: pd.Series,
    content: Sequence[np.ndarray],
) -> tuple[np.ndarray, dict[str, int], int]:  # fmt: skip
    """S1: keep one answer a person: the one with most valid items, the latest if equal.

    Args:
        persons: Pseudonym of each row.
        kommune: Municipality of each row.
        valid: Valid items of each row. Shape (rows,).
        times: Time of each answer.
        content: Codes of each row, deciding when all else is equal, so that the order of rows never
            does. Each of shape (any, rows).

    Returns:
        Which rows to keep; rows left out by person; and how many persons stand in two
        municipalities, which cannot be mended.
    """
    repeated = persons.duplicated(keep=False).to_numpy()
    keep = np.ones(len(persons), dtype=bool)
    if not repeated.any():
        return keep, {}, 0
    columns = {"person": persons, "kommune": kommune, "time": times}
    part = pd.DataFrame(
        {name: column.reset_index(drop=True) for name, column in columns.items()} | {"valid": valid}
    )[repeated]
    torn = int((part.groupby("person")["kommune"].nunique() > 1).sum())
    part["content"] = [
        b"".join(codes[:, i].astype("int16").tobytes() for codes in content)
        for i in np.flatnonzero(repeated)
    ]
    best = part.sort_values(
        ["person", "valid", "time", "content"], na_position="first", kind="stable"
    ).drop_duplicates("person", keep="last")
    keep[np.flatnonzero(repeated)] = False
    keep[best.index] = True
    counts = (part.groupby("person").size() - 1).to_dict()
    return keep, counts, torn
