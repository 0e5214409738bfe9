"""One indicator's computation: what it is given, and the rows it gives back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from plankompass.study.codebook import Codebook
from plankompass.study.codebook_models import Indicator
from plankompass.study.config_models import StatisticsConfig, WaveConfig
from plankompass.tables import empty_table, read_tables

NETWORK = "network"
"""Unit of the rows at network level."""


class StudyTables:
    """The tables of a study, read when they are first asked for.

    Args:
        paths: Table name to its file, or to several files of the same contract.
    """

    def __init__(self, paths: Mapping[str, Path | list[Path]]) -> None:
        self._paths = dict(paths)
        self._read: dict[Any, Any] = {}

    def table(self, name: str, *, only: Mapping[str, Iterable[str]] | None = None) -> pd.DataFrame:
        """Read a table.

        Args:
            name: Name of the input, which is the name of its contract (``indicators`` holds tables
                of the contract ``estimates``).
            only: Column to the values that are wanted.

        Returns:
            The rows, sorted by key. A table that was not given as an input has no rows.

        Raises:
            ContractError: A file is missing or does not keep its contract.
        """
        contract = "estimates" if name == "indicators" else name
        wanted = {column: tuple(sorted(set(values))) for column, values in (only or {}).items()}
        key = (name, tuple(sorted(wanted.items())))
        if key not in self._read:
            given = self._paths.get(name, [])
            files = sorted(Path(p) for p in given) if isinstance(given, list) else [Path(given)]
            filters = [(c, "in", set(v)) for c, v in wanted.items()] or None
            self._read[key] = read_tables(contract, files, filters=filters)
        return self._read[key]

    def rows(self, name: str, **where: str) -> pd.DataFrame:
        """Rows of a table where text columns have given values, found without reading all of it.

        Args:
            name: Name of the table.
            **where: Column to value.

        Returns:
            The rows, in the order of the table.
        """
        columns = tuple(sorted(where))
        table = self.table(name)
        key = ("places", name, columns)
        if key not in self._read:
            self._read[key] = table.groupby(list(columns), observed=True, sort=False).indices
        wanted = tuple(where[c] for c in columns)
        place = self._read[key].get(wanted if len(wanted) > 1 else wanted[0])
        return table.iloc[:0] if place is None else table.iloc[place]

    def municipalities(self) -> list[str]:
        """Ids of the participating municipalities, sorted."""
        return sorted(self.table("municipalities")["kommune_id"])


@dataclass(frozen=True)
class Task:
    """One indicator to compute.

    Attributes:
        indicator: The indicator.
        codebook: The whole instrument.
        tables: The study's tables.
        waves: Waves by id, in order of their cut-off date.
        report_wave: Wave the reports are about.
        settings: Choices of the statistics.
    """

    indicator: Indicator
    codebook: Codebook
    tables: StudyTables
    waves: Mapping[str, WaveConfig]
    report_wave: str
    settings: StatisticsConfig


@dataclass
class Rows:
    """Collects estimates of one indicator.

    Attributes:
        indicator: Indicator id of every row.
        rows: The rows so far.
    """

    indicator: str
    rows: list[dict[str, Any]] = field(default_factory=list)

    def add(
        self,
        unit: str,
        wave: str,
        group: str,
        component: str,
        *,
        gathering: str = "",
        value: float = np.nan,
        class_value: str = "",
        lower: float = np.nan,
        upper: float = np.nan,
        se: float = np.nan,
        n: int | None = None,
        population: float | None = None,
        dont_know: float = np.nan,
        method: str = "none",
        status: str = "published",
        reason: str = "",
        numerator: int | None = None,
        unanimous: bool | None = None,
        municipalities: int | None = None,
    ) -> None:
        """Note one estimate.

        Args:
            unit: kommune_id, or :data:`NETWORK`.
            wave: Wave id.
            group: Group of respondents or kind of source.
            component: What the row is about.
            gathering: Gathering id for participants.
            value: The estimate; NaN when there is none.
            class_value: Class, for values that are classes.
            lower: Lower limit of the interval; NaN where none applies.
            upper: Upper limit.
            se: Standard error; NaN where none applies.
            n: Respondents, interviews, goals or municipalities behind the value.
            population: Size of the population; infinite or NaN becomes missing.
            dont_know: Share "don't know".
            method: Short stable name of the method.
            status: Whether the number is there, or why not.
            reason: Reason code when it is not.
            numerator: Persons counted in a share.
            unanimous: Whether all valid answers are equal.
            municipalities: Municipalities behind the value.

        Raises:
            ValueError: If a published row holds neither value nor class.
        """
        if status == "published" and np.isnan(value) and not class_value:
            raise ValueError(f"{self.indicator}: {component}: published without value or class")
        if population is not None and not np.isfinite(population):
            population = None
        self.rows.append(
            {
                "level": NETWORK if unit == NETWORK else "municipality",
                "unit": unit,
                "wave": wave,
                "group": group,
                "gathering": gathering,
                "indicator": self.indicator,
                "component": component,
                "value": value,
                "class_value": class_value,
                "lower": lower,
                "upper": upper,
                "se": se,
                "n": n,
                "population": population,
                "dont_know": dont_know,
                "method": method,
                "status": status,
                "reason": reason,
                "numerator": numerator,
                "unanimous": unanimous,
                "municipalities": municipalities,
            }
        )

    def frame(self) -> pd.DataFrame:
        """The rows as a table of the contract ``estimates``."""
        if not self.rows:
            return empty_table("estimates")
        frame = pd.DataFrame(self.rows)
        for column in ("n", "population", "numerator", "municipalities"):
            frame[column] = pd.array(
                [None if pd.isna(v) else round(v) for v in frame[column]],
                dtype="Int64",
            )
        frame["unanimous"] = pd.array(
            [None if pd.isna(v) else bool(v) for v in frame["unanimous"]],
            dtype="boolean",
        )
        return frame
