"""The publishable tables as the report writers read them: lookups by what a number is about."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from plankompass.reports.columns import Columns, codes_of
from plankompass.tables import read_table

#: Input name in the workflow to the table's contract.
TABLES = {
    "estimates": "publishable_estimates",
    "comparisons": "comparisons",
    "response": "publishable_response",
    "nonresponse": "publishable_nonresponse",
    "suppressed": "suppressed",
    "municipalities": "municipalities",
    "councils": "councils",
    "gatherings": "gatherings",
    "plan_dates": "plan_dates",
    "plan_duties": "plan_duties",
    "goals": "goals",
    "goal_links": "goal_links",
    "documents": "documents",
    "scale_quality": "scale_quality",
    "coder_agreement": "coder_agreement",
    "goal_agreement": "goal_agreement",
    "quotes": "quotes",
    "problem_counts": "problem_counts",
}

NETWORK = "network"
TOTAL = "total"
_QUESTION = ("indicator", "wave", "group", "gathering", "component")
_TEXTS = ("class_value", "status", "reason", "display")
_UNITS_KEPT = 6
_ASKED_ONE_BY_ONE = 64  # estimates of a unit, before all of them are made


class Key(NamedTuple):
    """What one estimate is about."""

    indicator: str
    level: str
    unit: str
    wave: str
    group: str
    gathering: str
    component: str


class Estimate(NamedTuple):
    """One publishable estimate; numbers are None where the table has none.

    Attributes:
        key: What it is about.
        value, lower, upper: In the indicator's unit; shares between 0 and 1.
        n, population: Units behind it, and in the population.
        dont_know: Share who answered don't know.
        class_value: Class of indicators whose value is one.
        status, reason, display: As in the table ``publishable_estimates``.
    """

    key: Key
    value: float | None
    lower: float | None
    upper: float | None
    n: int | None
    population: int | None
    dont_know: float | None
    class_value: str
    status: str
    reason: str
    display: str

    @property
    def shown(self) -> bool:
        """Whether there is a number (or a class) to show."""
        return self.status == "published" and (self.value is not None or bool(self.class_value))


class Comparison(NamedTuple):
    """A published value against the other municipalities."""

    peer_mean: float | None
    peers: int
    difference: float | None
    lower: float | None
    upper: float | None
    verdict: str


def absent(value: Any) -> bool:
    """Whether a table's value is missing."""
    return value is None or bool(pd.isna(value))


class _Rows:
    """The estimates in columns, and where each one stands.

    A nation's table has half a million of them, of which a report needs some thousand: those are made
    when they are asked for, and only the last municipalities' are kept.

    Args:
        frame: The table ``publishable_estimates``.
    """

    def __init__(self, frame: pd.DataFrame) -> None:
        self._columns = Columns(
            frame,
            texts=(*Key._fields, *_TEXTS),
            numbers=("value", "lower", "upper", "dont_know"),
            counts=("n", "population"),
        )
        self.units, unit_of = _combined(frame, ["level", "unit"])
        self.questions, question_of = _combined(frame, _QUESTION)
        self._at = np.full((len(self.units), len(self.questions)), -1, dtype="int32")
        self._at[unit_of, question_of] = np.arange(len(frame), dtype="int32")
        self._places: dict[tuple[str, ...], list[int]] = {}
        for (indicator, wave, group, *_), code in self.questions.items():
            self._places.setdefault((indicator, wave, group), []).append(code)
        self._peers: dict[int, list[tuple[float, int]]] = {}
        self._made: OrderedDict[int, dict[int, Estimate]] = OrderedDict()

    def _row(self, unit: int, row: int) -> Estimate:
        made = self._kept(unit)
        if row not in made:
            if len(made) == _ASKED_ONE_BY_ONE:
                self._complete(unit)
            else:
                made[row] = self._make([row])[0]
        return made[row]

    def _kept(self, unit: int) -> dict[int, Estimate]:
        """Estimates of a unit that are made already."""
        if unit not in self._made:
            if len(self._made) >= _UNITS_KEPT:
                self._made.popitem(last=False)
            self._made[unit] = {}
        self._made.move_to_end(unit)
        return self._made[unit]

    def _complete(self, unit: int) -> dict[int, Estimate]:
        """Make every estimate of a unit, in the table's order: together they take a third of the time."""
        made, rows = self._kept(unit), self._at[unit]
        every = np.sort(rows[rows >= 0]).tolist()
        missing = [row for row in every if row not in made]
        if missing:
            made.update(zip(missing, self._make(missing), strict=True))
        return {row: made[row] for row in every}

    def _make(self, rows: Sequence[int]) -> list[Estimate]:
        at = np.asarray(rows, dtype="int64")
        texts, numbers, counts = self._columns.texts, self._columns.numbers, self._columns.counts
        keys = map(Key, *(texts(name, at) for name in Key._fields))
        return list(
            map(
                Estimate, keys,
                *(numbers(name, at) for name in ("value", "lower", "upper")),
                *(counts(name, at) for name in ("n", "population")),
                numbers("dont_know", at), *(texts(name, at) for name in _TEXTS),
            )
        )  # fmt: skip

    def find(self, key: Key) -> Estimate | None:
        """The estimate of a key, or None."""
        unit = self.units.get((key.level, key.unit))
        question = self.questions.get((key[0], *key[3:]))
        if unit is None or question is None:
            return None
        row = int(self._at[unit, question])
        return None if row < 0 else self._row(unit, row)

    def of_unit(self, name: str) -> list[Estimate]:
        """All estimates of a unit in the table's order."""
        found: dict[int, Estimate] = {}
        for (_, unit), code in self.units.items():
            if unit == name:
                found |= self._complete(code)
        return [found[row] for row in sorted(found)]

    def components(self, indicator: str, level: str, unit: str, wave: str, group: str) -> list[str]:
        """Components that a unit has a row for, in the table's order."""
        code = self.units.get((level, unit))
        if code is None:
            return []
        rows = [int(self._at[code, q]) for q in self._places.get((indicator, wave, group), ())]
        return self._columns.texts(
            "component", np.array(sorted(r for r in rows if r >= 0), dtype="int64")
        )

    def peers(self, key: Key) -> list[float]:
        """Values of the other municipalities that are shown, lowest first."""
        question = self.questions.get((key[0], *key[3:]))
        if question is None:
            return []
        if question not in self._peers:
            every = [code for (level, _), code in self.units.items() if level == "municipality"]
            towns = np.array(every, dtype="int64")
            rows = self._at[towns, question]
            towns, rows = towns[rows >= 0], rows[rows >= 0]
            columns = zip(
                self._columns.numbers("value", rows), towns.tolist(),
                self._columns.texts("status", rows), strict=True,
            )  # fmt: skip
            self._peers[question] = sorted(
                (value, code)
                for value, code, status in columns
                if status == "published" and value is not None
            )
        own = self.units.get((key.level, key.unit))
        return [value for value, code in self._peers[question] if code != own]


def _combined(
    frame: pd.DataFrame, columns: Sequence[str]
) -> tuple[dict[tuple[str, ...], int], np.ndarray]:
    """The distinct combinations of some text columns, and the number of each row's."""
    parts = [codes_of(frame[column]) for column in columns]
    whole = np.zeros(len(frame), dtype="int64")
    for codes, words in parts:
        whole = whole * len(words) + codes
    codes, distinct = pd.factorize(whole)
    names = {}
    for number, combined in enumerate(distinct.tolist()):
        name = []
        for _, words in reversed(parts):
            combined, place = divmod(combined, len(words))
            name.append(words[place])
        names[tuple(reversed(name))] = number
    return names, codes


class Publishable:
    """All publishable tables, with lookups.

    Args:
        tables: Input name to frame, as in :data:`TABLES`.

    Attributes:
        tables: The frames of all but the estimates.
    """

    def __init__(self, tables: Mapping[str, pd.DataFrame]) -> None:
        self.tables = {name: frame for name, frame in tables.items() if name != "estimates"}
        self._estimates = _Rows(tables["estimates"])
        compared = tables["comparisons"]
        self._compared = Columns(
            compared,
            texts=("indicator", "kommune_id", "wave", "group", "gathering", "component", "verdict"),
            numbers=("peer_mean", "difference", "lower", "upper"),
            counts=("peers",),
        )
        self._compared_at = {str(u): at for u, at in compared.groupby("kommune_id").indices.items()}
        self._comparisons: OrderedDict[str, dict[Key, Comparison]] = OrderedDict()
        self._listed: dict[str, list[Any]] = {}
        self._indexes: dict[tuple[str, ...], dict[Any, list[Any]]] = {}

    def own(
        self, kommune_id: str, indicator: str, wave: str, group: str, component: str = TOTAL
    ) -> Estimate | None:
        """A municipality's estimate, or None where no row was made."""
        return self._estimates.find(
            Key(indicator, "municipality", kommune_id, wave, group, "", component)
        )

    def network(
        self, indicator: str, wave: str, group: str, component: str = TOTAL, gathering: str = ""
    ) -> Estimate | None:
        """The network's estimate, or None."""
        return self._estimates.find(
            Key(indicator, "network", NETWORK, wave, group, gathering, component)
        )

    def estimates_of(self, unit: str) -> list[Estimate]:
        """Every estimate of a municipality, or of the network.

        Args:
            unit: kommune_id, or ``network``.

        Returns:
            Its estimates in the table's order.
        """
        return self._estimates.of_unit(unit)

    def peer_values(self, estimate: Estimate) -> list[float]:
        """Values of the other municipalities that are shown, lowest first."""
        return self._estimates.peers(estimate.key)

    def comparison(self, estimate: Estimate) -> Comparison | None:
        """How a municipality's estimate stands against its peers, or None."""
        unit = estimate.key.unit
        if unit not in self._comparisons:
            if len(self._comparisons) >= _UNITS_KEPT:
                self._comparisons.popitem(last=False)
            self._comparisons[unit] = self._comparisons_of(unit)
        self._comparisons.move_to_end(unit)
        return self._comparisons[unit].get(estimate.key)

    def _comparisons_of(self, unit: str) -> dict[Key, Comparison]:
        """One unit's comparisons by the key of the estimate."""
        at = self._compared_at.get(unit)
        if at is None:
            return {}
        texts, numbers = self._compared.texts, self._compared.numbers
        level = [NETWORK if unit == NETWORK else "municipality"] * len(at)
        indicator, *others = (
            texts(name, at) for name in ("indicator", "kommune_id", *_QUESTION[1:])
        )
        found = map(
            Comparison, numbers("peer_mean", at), self._compared.counts("peers", at),
            *(numbers(name, at) for name in ("difference", "lower", "upper")), texts("verdict", at),
        )  # fmt: skip
        return dict(zip(map(Key, indicator, level, *others), found, strict=True))

    def components(self, indicator: str, level: str, unit: str, wave: str, group: str) -> list[str]:
        """Components that have a row, in the table's order."""
        return self._estimates.components(indicator, level, unit, wave, group)

    def rows(self, table: str, **conditions: Any) -> list[Any]:
        """Rows of a table as named tuples, where columns equal the given values."""
        if table not in self._listed:
            self._listed[table] = list(self.tables[table].itertuples(index=False))
        if not conditions:
            return list(self._listed[table])
        place = (table, *conditions)
        if place not in self._indexes:
            index: dict[Any, list[Any]] = {}
            cells = attrgetter(*conditions)
            for row in self._listed[table]:
                index.setdefault(cells(row), []).append(row)
            self._indexes[place] = index
        wanted = tuple(conditions.values())
        return list(self._indexes[place].get(wanted if len(wanted) > 1 else wanted[0], ()))

    def municipality(self, kommune_id: str) -> Any:
        """The municipality's row."""
        return self.rows("municipalities", kommune_id=kommune_id)[0]


@lru_cache(maxsize=2)
def _read(paths: tuple[tuple[str, str, int, int], ...]) -> Publishable:
    return Publishable({name: read_table(TABLES[name], path) for name, path, _, _ in paths})


def read_publishable(inputs: Mapping[str, Path | list[Path]]) -> Publishable:
    """Read the publishable tables; a warm worker reads them once for all its reports.

    Args:
        inputs: Table name (as in :data:`TABLES`) to path; other inputs are passed over.

    Returns:
        The tables with lookups.

    Raises:
        ContractError: A table is missing or does not keep its contract.
    """
    stamps = []
    for name in sorted(TABLES):
        path = Path(inputs[name])  # type: ignore[arg-type]
        stat = path.stat() if path.is_file() else None
        stamps.append(
            (name, str(path), stat.st_mtime_ns if stat else 0, stat.st_size if stat else 0)
        )
    return _read(tuple(stamps))
