"""Answers of one group at one occasion as arrays: persons in rows, item columns in columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from plankompass.indicators.councils import councils_in_office
from plankompass.indicators.task import Task
from plankompass.study.problems import StageFailedError

COUNCILLORS = "folkevalgte"
RESIDENTS = "innbyggere"
PARTICIPANTS = "deltakere"


@dataclass(frozen=True)
class Occasion:
    """When a group was asked.

    Attributes:
        wave: Wave id.
        gathering: Gathering id for participants, else empty.
        first: Whether it is the first gathering.
    """

    wave: str
    gathering: str = ""
    first: bool = False


@dataclass(frozen=True)
class GroupAnswers:
    """What one group answered at one occasion.

    Attributes:
        group: The group.
        occasion: When it was asked.
        columns: Item columns, in the order asked for.
        values: Valid codes as exported, shape (persons, columns); NaN is missing.
        dont_know: Where the answer was "don't know", shape (persons, columns).
        codes: Position of each person's municipality in ``units``, shape (persons,).
        units: Municipality ids, sorted.
        population: Persons in the group in each municipality, shape (units,); NaN where the
            frames hold no row, ``inf`` where no size is known although the group answered.
        weight: Survey weight of each person, shape (persons,).
        person: Pseudonym of each person, the same in every wave.
        merged: Municipalities whose answers concern a unit merged away since, shape (units,).
        wording: Item column to the wordings that were used.
        posed: Item columns that were put to anybody at this occasion.
        finite: Whether the numbers are about these persons and not the culture behind them.
    """

    group: str
    occasion: Occasion
    columns: tuple[str, ...]
    values: NDArray[np.float64]
    dont_know: NDArray[np.bool_]
    codes: NDArray[np.int64]
    units: tuple[str, ...]
    population: NDArray[np.float64]
    weight: NDArray[np.float64]
    person: NDArray[np.object_]
    merged: NDArray[np.bool_]
    wording: dict[str, frozenset[str]] = field(default_factory=dict)
    posed: frozenset[str] = frozenset()
    finite: bool = True

    @property
    def asked(self) -> NDArray[np.bool_]:
        """Whether the group was asked at this occasion in each municipality, shape (units,)."""
        return ~np.isnan(self.population)

    @property
    def weighted(self) -> bool:
        """Whether the group is a weighted sample and not a small group that was asked whole."""
        return self.group == RESIDENTS

    def column(self, name: str) -> NDArray[np.float64]:
        """Values of one item column, shape (persons,)."""
        return self.values[:, self.columns.index(name)]

    def take(self, names: Sequence[str]) -> NDArray[np.float64]:
        """Values of several item columns, shape (persons, names)."""
        return self.values[:, [self.columns.index(name) for name in names]]


def occasions(task: Task, group: str) -> list[Occasion]:
    """When a group is asked: once a wave, participants once a gathering.

    Args:
        task: The computation.
        group: The group.

    Returns:
        Occasions in order of time.
    """
    if group != PARTICIPANTS:
        return [Occasion(wave) for wave in task.waves]
    gatherings = task.tables.table("gatherings").sort_values(["held_on", "gathering"])
    return [
        Occasion(row.wave, row.gathering, bool(row.first))
        for row in gatherings.itertuples()
        if row.wave in task.waves
    ]


def read_answers(task: Task, group: str, columns: Sequence[str]) -> list[GroupAnswers]:
    """Read what a group answered to some item columns, at every occasion.

    Args:
        task: The computation.
        group: The group.
        columns: Item columns (``item`` or ``item__option``).

    Returns:
        One entry an occasion, also where nobody answered.

    Raises:
        StageFailedError: A group has more answers than persons somewhere; all places are listed.
    """
    units = tuple(task.tables.municipalities())
    respondents = task.tables.table("respondents", only={"group": [group]})
    answers = task.tables.table("answers", only={"item": columns})
    respondents = respondents.sort_values("respondent", kind="stable").reset_index(drop=True)
    row = pd.Index(respondents["respondent"]).get_indexer(answers["respondent"])
    place = pd.Index(columns).get_indexer(answers["item"])
    mine = row >= 0
    row, place, answers = row[mine], place[mine], answers[mine]
    shape = (len(respondents), len(columns))
    values = np.full(shape, np.nan)
    unknown = np.zeros(shape, dtype=bool)
    valid = (answers["missing"] == "valid").to_numpy()
    values[row[valid], place[valid]] = answers["value"].to_numpy(float, na_value=np.nan)[valid]
    unsure = (answers["missing"] == "dont_know").to_numpy()
    unknown[row[unsure], place[unsure]] = True
    wording = answers["wording"].to_numpy()
    put = ~answers["missing"].isin(["not_asked", "not_relevant", "system"]).to_numpy()
    out = []
    problems: list[str] = []
    for occasion in occasions(task, group):
        here = (
            (respondents["wave"] == occasion.wave)
            & (respondents["gathering"] == occasion.gathering)
        ).to_numpy()
        mine = here[row]
        codes = pd.Index(units).get_indexer(respondents.loc[here, "kommune_id"])
        known = codes >= 0
        merged = np.zeros(len(units), dtype=bool)
        before = respondents.loc[here, "before_merger"].fillna(False).to_numpy(bool)
        merged[codes[known & before]] = True
        counted = np.bincount(codes[known], minlength=len(units))
        population = _populations(task, group, occasion, units)
        # Units merged away since are not in the registers; their answers count in the network only
        # where a size that can hold them is given all the same.
        gone = merged & ~(counted <= population)
        known &= ~np.isin(codes, np.flatnonzero(gone))
        codes = np.where(known, codes, -1)
        population[np.isnan(population) & (counted > 0) & ~merged] = np.inf
        problems += _too_many(values[here], codes, population, units, group, occasion)
        out.append(
            GroupAnswers(
                group=group,
                occasion=occasion,
                columns=tuple(columns),
                values=values[here][known],
                dont_know=unknown[here][known],
                codes=codes[known].astype(np.int64),
                units=units,
                population=population,
                weight=respondents.loc[here, "weight"].to_numpy(float)[known],
                person=respondents.loc[here, "person"].to_numpy(object)[known],
                merged=merged,
                wording={
                    name: frozenset(wording[mine & (place == number)])
                    for number, name in enumerate(columns)
                },
                posed=frozenset(np.asarray(columns, dtype=object)[np.unique(place[mine & put])]),
                finite=task.indicator.target == "group",
            )
        )
    if problems:
        raise StageFailedError(f"indicators {task.indicator.id}", problems)
    return out


def _populations(
    task: Task, group: str, occasion: Occasion, units: Sequence[str]
) -> NDArray[np.float64]:
    """Persons in the group: from the frames; for councillors the seats of the council in office."""
    frames = task.tables.table("frames")
    here = frames[
        (frames["group"] == group)
        & (frames["wave"] == occasion.wave)
        & (frames["gathering"] == occasion.gathering)
    ]
    sizes = dict(zip(here["kommune_id"], here["population"].astype(float), strict=True))
    if group == COUNCILLORS:
        council = councils_in_office(task.tables.table("councils"), task.waves[occasion.wave].as_of)
        sizes = council["seats"].astype(float).to_dict() | sizes
    return np.array([sizes.get(unit, np.nan) for unit in units], dtype=np.float64)


def _too_many(
    values: NDArray[np.float64],
    codes: NDArray[np.int64],
    population: NDArray[np.float64],
    units: Sequence[str],
    group: str,
    occasion: Occasion,
) -> list[str]:
    """Places where more persons answered than the frames hold (S8)."""
    answered = codes[(codes >= 0) & ~np.isnan(values).all(axis=1)]
    counted = np.bincount(answered, minlength=len(units))
    when = " ".join(filter(None, [occasion.wave, occasion.gathering]))
    return [
        f"frames: {units[i]}, {group}, {when}: more answers than persons in the group; check the "
        "size in the register, and deputies or forwarded links among the answers [S8]"
        for i in np.flatnonzero(counted > population)
    ]
