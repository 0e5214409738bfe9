"""The publishable tables as the report writers read them: lookups by what a number is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

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
    "quotes": "quotes",
    "problem_counts": "problem_counts",
}

NETWORK = "network"
TOTAL = "total"


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


class Publishable:
    """All publishable tables, with lookups.

    Args:
        tables: Input name to frame, as in :data:`TABLES`.

    Attributes:
        tables: The frames.
        estimates: Key to estimate.
        comparisons: Key of the estimate to its comparison.
    """

    def __init__(self, tables: Mapping[str, pd.DataFrame]) -> None:
        self.tables = dict(tables)
        self.estimates: dict[Key, Estimate] = {}
        for row in tables["estimates"].itertuples(index=False):
            key = Key(
                row.indicator,
                row.level,
                row.unit,
                row.wave,
                row.group,
                row.gathering,
                row.component,
            )
            self.estimates[key] = Estimate(
                key,
                _number(row.value),
                _number(row.lower),
                _number(row.upper),
                _count(row.n),
                _count(row.population),
                _number(row.dont_know),
                row.class_value,
                row.status,
                row.reason,
                row.display,
            )
        self._by_question: dict[tuple[str, ...], list[Estimate]] = {}
        self._indexes: dict[tuple[str, str], dict[Any, list[Any]]] = {}
        self._components: dict[tuple[str, ...], list[str]] = {}
        for key, estimate in self.estimates.items():
            if key.level == "municipality":
                about = (key.indicator, key.wave, key.group, key.gathering, key.component)
                self._by_question.setdefault(about, []).append(estimate)
            place = (key.indicator, key.level, key.unit, key.wave, key.group)
            self._components.setdefault(place, []).append(key.component)
        self.comparisons = {
            Key(r.indicator, NETWORK if r.kommune_id == NETWORK else "municipality", r.kommune_id, r.wave, r.group, r.gathering, r.component):
                Comparison(
                    _number(r.peer_mean), int(r.peers), _number(r.difference),
                    _number(r.lower), _number(r.upper), r.verdict,
                )
            for r in tables["comparisons"].itertuples(index=False)
        }  # fmt: skip

    def own(
        self, kommune_id: str, indicator: str, wave: str, group: str, component: str = TOTAL
    ) -> Estimate | None:
        """A municipality's estimate, or None where no row was made."""
        return self.estimates.get(
            Key(indicator, "municipality", kommune_id, wave, group, "", component)
        )

    def network(
        self, indicator: str, wave: str, group: str, component: str = TOTAL, gathering: str = ""
    ) -> Estimate | None:
        """The network's estimate, or None."""
        return self.estimates.get(
            Key(indicator, "network", NETWORK, wave, group, gathering, component)
        )

    def municipal(
        self, indicator: str, wave: str, group: str, component: str = TOTAL, gathering: str = ""
    ) -> list[Estimate]:
        """Every municipality's estimate of one number, sorted by kommune_id."""
        found = self._by_question.get((indicator, wave, group, gathering, component), [])
        return sorted(found, key=lambda e: e.key.unit)

    def peer_values(self, estimate: Estimate) -> list[float]:
        """Values of the other municipalities that are shown, lowest first."""
        key = estimate.key
        others = self.municipal(key.indicator, key.wave, key.group, key.component, key.gathering)
        return sorted(
            e.value for e in others if e.key.unit != key.unit and e.shown and e.value is not None
        )

    def comparison(self, estimate: Estimate) -> Comparison | None:
        """How a municipality's estimate stands against its peers, or None."""
        return self.comparisons.get(estimate.key)

    def components(self, indicator: str, level: str, unit: str, wave: str, group: str) -> list[str]:
        """Components that have a row, in the table's order."""
        return list(self._components.get((indicator, level, unit, wave, group), ()))

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
