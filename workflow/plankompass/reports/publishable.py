"""The publishable tables as the report writers read them: lookups by what a number is about."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

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
_NUMBERS = ("value", "lower", "upper", "n", "population", "dont_know")
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


@dataclass(frozen=True)
class Estimate:
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


@dataclass(frozen=True)
class Comparison:
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


def _none(value: Any) -> Any:
    return None if absent(value) else value


def _number(value: Any) -> float | None:
    value = _none(value)
    return None if value is None else float(value)


def _count(value: Any) -> int | None:
    value = _none(value)
    return None if value is None else int(value)


class _Rows:
    """The estimates in columns, and where each one stands.

    A nation's table has half a million of them, of which a report needs some thousand: those are made
    when they are asked for, and only the last municipalities' are kept.

    Args:
        frame: The table ``publishable_estimates``.
    """

    def __init__(self, frame: pd.DataFrame) -> None:
        self._texts = {name: _codes(frame[name]) for name in (*Key._fields, *_TEXTS)}
        self._numbers = {
            name: frame[name].to_numpy(dtype="float64", na_value=np.nan) for name in _NUMBERS
        }
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

        def texts(name: str) -> list[str]:
            codes, words = self._texts[name]
            return [words[code] for code in codes[at].tolist()]

        def numbers(name: str) -> list[float | None]:
            return [None if value != value else value for value in self._numbers[name][at].tolist()]

        columns = zip(
            zip(*map(texts, Key._fields), strict=True),
            *map(numbers, _NUMBERS), *map(texts, _TEXTS), strict=True,
        )  # fmt: skip
        return [
            Estimate(
                Key._make(key), value, lower, upper,
                None if n is None else int(n), None if population is None else int(population),
                dont_know, *words,
            )
            for key, value, lower, upper, n, population, dont_know, *words in columns
        ]  # fmt: skip

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
        codes, words = self._texts["component"]
        return [words[codes[row]] for row in sorted(rows) if row >= 0]

    def peers(self, key: Key) -> list[float]:
        """Values of the other municipalities that are shown, lowest first."""
        question = self.questions.get((key[0], *key[3:]))
        if question is None:
            return []
        if question not in self._peers:
            codes, words = self._texts["status"]
            value = self._numbers["value"]
            towns = [code for (level, _), code in self.units.items() if level == "municipality"]
            rows = [(int(self._at[code, question]), code) for code in towns]
            self._peers[question] = sorted(
                (float(value[row]), code)
                for row, code in rows
                if row >= 0 and words[codes[row]] == "published" and not np.isnan(value[row])
            )
        own = self.units.get((key.level, key.unit))
        return [value for value, code in self._peers[question] if code != own]


def _codes(column: pd.Series) -> tuple[np.ndarray, list[str]]:
    """A text column as numbers, and what they stand for."""
    codes, words = pd.factorize(column)
    return codes, [*(str(word) for word in words), ""]


def _combined(
    frame: pd.DataFrame, columns: Sequence[str]
) -> tuple[dict[tuple[str, ...], int], np.ndarray]:
    """The distinct combinations of some text columns, and the number of each row's."""
    parts = [_codes(frame[column]) for column in columns]
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
        self._compared = {
            str(unit): rows for unit, rows in tables["comparisons"].groupby("kommune_id")
        }
        self._comparisons: OrderedDict[str, dict[Key, Comparison]] = OrderedDict()
        self._indexes: dict[tuple[str, str], dict[Any, list[Any]]] = {}

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
            rows = self._compared.get(unit)
            self._comparisons[unit] = {} if rows is None else _comparisons(rows)
        self._comparisons.move_to_end(unit)
        return self._comparisons[unit].get(estimate.key)

    def components(self, indicator: str, level: str, unit: str, wave: str, group: str) -> list[str]:
        """Components that have a row, in the table's order."""
        return self._estimates.components(indicator, level, unit, wave, group)

    def rows(self, table: str, **conditions: Any) -> list[Any]:
        """Rows of a table as named tuples, where columns equal the given values."""
        if not conditions:
            return list(self.tables[table].itertuples(index=False))
        (column, value), *others = conditions.items()
        place = (table, column)
        if place not in self._indexes:
            index: dict[Any, list[Any]] = {}
            for row in self.tables[table].itertuples(index=False):
                index.setdefault(getattr(row, column), []).append(row)
            self._indexes[place] = index
        found = self._indexes[place].get(value, [])
        return [r for r in found if all(_equal(getattr(r, c), v) for c, v in others)]

    def municipality(self, kommune_id: str) -> Any:
        """The municipality's row."""
        return self.rows("municipalities", kommune_id=kommune_id)[0]


def _comparisons(rows: pd.DataFrame) -> dict[Key, Comparison]:
    """One unit's comparisons by the key of the estimate."""
    return {
        Key(r.indicator, NETWORK if r.kommune_id == NETWORK else "municipality", r.kommune_id, r.wave, r.group, r.gathering, r.component):
            Comparison(
                _number(r.peer_mean), int(r.peers), _number(r.difference),
                _number(r.lower), _number(r.upper), r.verdict,
            )
        for r in rows.itertuples(index=False)
    }  # fmt: skip


def _equal(cell: Any, value: Any) -> bool:
    """Whether a cell has a value; a missing one has none."""
    return not absent(cell) and bool(cell == value)


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
