"""Means, shares, gaps and changes of survey answers, worked out from the persons' lines."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from tests.trace_back.raw_files import RawFiles
from tests.trace_back.raw_surveys import persons, persons_in_all, raw_item

NETWORK = "network"
GROUPS = ("folkevalgte", "administrasjon", "innbyggere", "deltakere")
_TOLERANCE = 1e-12


@dataclass(frozen=True)
class Found:
    """A number worked out anew.

    Attributes:
        value: The number, unrounded.
        n: Persons, goals or other things counted; None where none is printed.
        population: Persons in all; None where it is not worked out.
        count: The numerator, where the number is a plain count of a count.
    """

    value: float
    n: int | None = None
    population: int | None = None
    count: int | None = None


@dataclass(frozen=True)
class Place:
    """Where a survey number stands: whose answers, when, and about what."""

    unit: str
    indicator: str
    group: str
    wave: str
    gathering: str = ""


class Surveys:
    """Survey numbers of one study.

    Args:
        raw: The raw files.
    """

    def __init__(self, raw: RawFiles) -> None:
        self.raw = raw
        self._read: dict[tuple[str, str, str], pd.DataFrame] = {}
        self._merged_units: dict[tuple[str, str, str], set[str]] = {}
        self._worked_out: dict[tuple[str, ...], pd.DataFrame | None] = {}

    def people(self, group: str, wave: str, gathering: str) -> pd.DataFrame:
        """All persons of a group on an occasion, read once."""
        key = (group, wave, gathering)
        if key not in self._read:
            self._read[key] = persons(self.raw, *key)
        return self._read[key]

    def _merged(self, place: Place) -> set[str]:
        """Municipalities whose people answered under the code of one that was merged later."""
        key = (place.group, place.wave, place.gathering)
        if key not in self._merged_units:
            table = self.people(*key)
            self._merged_units[key] = set(table.loc[table["merged"].astype(bool), "unit"])
        return self._merged_units[key]

    def work_out(self, place: Place, component: str) -> Found | None:
        """A number anew; None for a kind that is not worked out here."""
        kind, _, rest = component.partition(":")
        if kind == "change":
            return self._change(place, *rest.split("|", 1))
        if kind == "rank":
            return self._rank(place, rest)
        first, _, other = component.partition("|")
        if other in GROUPS:
            return self._gap(place, first, other)
        cells = self._cells(place, component)
        if cells is None:
            return None
        return self._estimate(place, cells, share=self._is_share(place, component))

    def _is_share(self, place: Place, component: str) -> bool:
        operator = self.raw.indicators[place.indicator]["operator"]
        named = component.startswith(("share:", "answers:"))
        return named or operator in ("share_at_least", "share_selected")

    def _values(self, place: Place, component: str) -> pd.Series | None:
        """One value a person: the mean of items, the item, or whether the answer is such."""
        about = self.raw.indicators[place.indicator]
        table = self.people(place.group, place.wave, place.gathering)
        items = about["inputs"]["items"]
        if about["operator"] == "ranked_means":
            table = table[table[items].notna().sum(axis=1) >= about["min_valid_items"]]
        kind, _, rest = component.partition(":")
        if component == "total":
            return self._scale(table, items, about["min_valid_items"])
        if kind == "share":
            return _hits(table[rest], table[rest] >= about["params"]["threshold"])
        if kind == "answers":
            return self._part(table, *rest.split("|"))
        if kind == "level":
            component = rest
        if "__" in component:
            question = [c for c in table.columns if c.startswith(component.partition("__")[0])]
            answered = table[question].notna().any(axis=1)
            return (table[component] == 1).astype(float).where(answered)
        if about["operator"] == "share_at_least":
            return _hits(table[component], table[component] >= about["params"]["threshold"])
        if component in items:
            return table[component]
        members = [i for i in items if raw_item(self.raw, i).get("parallel_set") == component]
        return table[members].mean(axis=1) if members else None

    def _scale(self, table: pd.DataFrame, items: list[str], least: int) -> pd.Series:
        """A person's mean after reversing, where enough items are valid."""
        turned = table[items].copy()
        for item in items:
            about = raw_item(self.raw, item)
            if about["reverse"]:
                codes = self.raw.items["scales"][about["scale"]]["values"]
                turned[item] = min(codes) + max(codes) - turned[item]
        return turned.mean(axis=1).where(turned.notna().sum(axis=1) >= least)

    def _part(self, table: pd.DataFrame, part: str, item: str) -> pd.Series:
        codes = self.raw.items["scales"][raw_item(self.raw, item)["scale"]]["values"]
        middle = (min(codes) + max(codes)) / 2
        answers = table[item]
        hit = {"lower": answers < middle, "middle": answers == middle, "upper": answers > middle}
        return _hits(answers, hit[part])

    def _cells(self, place: Place, component: str) -> pd.DataFrame | None:
        """Each municipality's part of a number, worked out once for all of them."""
        key = (place.indicator, place.group, place.wave, place.gathering, component)
        if key not in self._worked_out:
            values = self._values(place, component)
            self._worked_out[key] = None if values is None else self._by_unit(place, values)
        return self._worked_out[key]

    def _by_unit(self, place: Place, values: pd.Series) -> pd.DataFrame:
        """Mean, persons and number of persons in all of each municipality with answers."""
        table = self.people(place.group, place.wave, place.gathering).loc[values.index]
        known = values.notna()
        frame = pd.DataFrame({"unit": table["unit"], "w": table["weight"], "y": values})[known]
        frame["wy"] = frame["w"] * frame["y"]
        cells = frame.groupby("unit").agg(w=("w", "sum"), wy=("wy", "sum"), n=("y", "size"))
        cells["mean"] = cells["wy"] / cells["w"]
        cells["count"] = frame.groupby("unit")["y"].sum()
        sizes = persons_in_all(self.raw, place.group, place.wave, place.gathering)
        cells["size"] = [sizes.get(u, np.nan) for u in cells.index]
        return cells

    def _estimate(
        self, place: Place, cells: pd.DataFrame, *, share: bool, within: set[str] | None = None
    ) -> Found:
        if within is not None:
            cells = cells[cells.index.isin(within)]
        if place.unit != NETWORK:
            cell = cells.loc[place.unit]
            count = int(cell["count"]) if share and place.group != "innbyggere" else None
            return Found(float(cell["mean"]), int(cell["n"]), int(cell["size"]), count)
        weight = cells["size"] if cells["size"].notna().all() else cells["n"]
        value = float((weight * cells["mean"]).sum() / weight.sum())
        return Found(value, int(cells["n"].sum()), int(cells["size"].sum()))

    def _gap(self, place: Place, component: str, other: str) -> Found | None:
        second = Place(place.unit, place.indicator, other, place.wave, place.gathering)
        mine, theirs = self._cells(place, component), self._cells(second, component)
        if mine is None or theirs is None:
            return None
        both = set(mine.index) & set(theirs.index)
        one = self._estimate(place, mine, share=False, within=both)
        two = self._estimate(second, theirs, share=False, within=both)
        fewer = one if (one.n or 0) <= (two.n or 0) else two
        return Found(one.value - two.value, fewer.n, fewer.population)

    def _change(self, place: Place, before: str, component: str) -> Found | None:
        earlier = Place(place.unit, place.indicator, place.group, before, place.gathering)
        one, two = self._cells(earlier, component), self._cells(place, component)
        if one is None or two is None:
            return None
        merged = self._merged(earlier) | self._merged(place)
        both = [u for u in one.index if u in two.index and u not in merged]
        if place.unit != NETWORK:
            both = [u for u in both if u == place.unit]
        change = two.loc[both, "mean"] - one.loc[both, "mean"]
        fewest = np.minimum(one.loc[both, "n"], two.loc[both, "n"])
        size = two.loc[both, "size"]
        if place.unit != NETWORK:
            return Found(float(change.iloc[0]), int(fewest.iloc[0]), int(size.iloc[0]))
        n = min(one.loc[both, "n"].sum(), two.loc[both, "n"].sum())
        return Found(float((size * change).sum() / size.sum()), int(n), int(size.sum()))

    def _rank(self, place: Place, item: str) -> Found:
        """Place of an item among all, the largest mean first; equal means share the best place."""
        means = {
            other: self._estimate(place, self._cells(place, other), share=False).value
            for other in self.raw.indicators[place.indicator]["inputs"]["items"]
        }
        above = sum(m > means[item] + _TOLERANCE for m in means.values())
        table = self.people(place.group, place.wave, place.gathering)
        items = list(means)
        least = self.raw.indicators[place.indicator]["min_valid_items"]
        enough = table[table[items].notna().sum(axis=1) >= least]
        here = enough if place.unit == NETWORK else enough[enough["unit"] == place.unit]
        return Found(float(above + 1), len(here))


def _hits(answers: pd.Series, hit: pd.Series) -> pd.Series:
    return hit.astype(float).where(answers.notna())
