"""The cells that a study's numbers are made of, and each number's coefficients over them."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import Any

from plankompass.disclosure.components import PARTY, TOTAL, part_of
from plankompass.disclosure.published_interval import attack_target
from plankompass.disclosure.rules import RuleBook
from plankompass.disclosure.system import Combination, System, Target

Statistic = tuple[str, ...]
Place = tuple[str, str, str, str]  # unit, wave, group, gathering

# Hidden for a reason that is not about persons: nothing to protect.
NOT_PROTECTED = frozenset(
    {
        "",
        "change_shown",
        "interviews_municipal",
        "not_asked",
        "scale_unreliable",
        "secondary",
        "waves_shown",
    }
)


@dataclass
class Cell:
    """One municipality's number that aggregates, gaps and changes are made of.

    Attributes:
        atom: Its position among the system's atoms.
        n: Answers.
        population: Persons in the group; None when unknown.
        value: The true mean or share.
    """

    atom: int
    n: int
    population: int | None
    value: float


@dataclass
class StudySystem:
    """A system and where each estimate stands in it.

    Attributes:
        system: Rows over atoms.
        row_of: Position of an estimate to its row; estimates that are no numbers about persons, or
            have no number at all, are left out.
        candidates: Rows that might be published.
        cells: The municipal cells by what is asked and where.
        members: The cells of one wave, group and gathering by what is asked.
        truth: True value of each cell by its atom.
    """

    system: System = field(default_factory=System)
    row_of: dict[int, int] = field(default_factory=dict)
    candidates: set[int] = field(default_factory=set)
    cells: dict[tuple[Statistic, Place], Cell] = field(default_factory=dict)
    members: dict[tuple, dict[str, Cell]] = field(default_factory=lambda: defaultdict(dict))
    truth: dict[int, float] = field(default_factory=dict)


def statistic(indicator: str, component: str, unit: str) -> Statistic | None:
    """What is asked behind a row that stands by itself, equal wherever the same is asked.

    Args:
        indicator: Indicator id.
        component: The row's component.
        unit: The row's unit, as ``RuleBook.unit`` gives it.

    Returns:
        A name, or None for rows made of others and rows without a number about persons.
    """
    part = part_of(component)
    if unit not in ("mean", "share") or part.kind in ("change", "gap"):
        return None
    if part.kind in PARTY:
        return (unit, component, indicator)
    if unit == "share":
        return ("share", indicator, part.base)
    if part.base == TOTAL or part.kind == "level":
        return ("mean", part.base if part.kind == "level" else f"{TOTAL} {indicator}")
    return ("mean", part.base)


class EstimateRow:
    """One estimate, taken apart once.

    Args:
        at: Position in its table.
        values: The row, with ``unit_of_value``.
        rules: Scales of the values.
    """

    def __init__(self, at: int, values: dict[str, Any], rules: RuleBook) -> None:
        self.at = at
        self.values = values
        self.unit_of_value = values["unit_of_value"]
        self.part = part_of(values["component"])
        self.indicator = values["indicator"]
        self.municipal = values["level"] == "municipality"
        self.n = int(values["n"])
        size = values["population"]
        self.population = None if math.isnan(size) else int(size)
        self.value = float(values["value"])
        self.place: Place = (
            values["unit"], values["wave"], values["group"], values["gathering"]
        )  # fmt: skip
        self.statistic = statistic(self.indicator, values["component"], self.unit_of_value)
        self.range = rules.value_range(self.indicator, values["component"])

    @property
    def label(self) -> tuple:
        """What the row is, for messages."""
        v = self.values
        return (
            v["level"], v["unit"], v["wave"], v["group"], v["gathering"], v["indicator"],
            v["component"],
        )  # fmt: skip


def coefficients_of(study: StudySystem, row: EstimateRow) -> Combination | None:
    """What a row is made of, over the means of the cells.

    Args:
        study: The system, with its cells.
        row: The estimate.

    Returns:
        Its weights; None for a row that is not made of cells.
    """
    part, (unit, wave, group, gathering) = row.part, row.place
    if row.unit_of_value in ("gap", "change", "share_change"):
        base = f"level:{part.base}" if part.kind == "gap" else part.base
        kind = "share" if row.unit_of_value == "share_change" else "mean"
        about = statistic(row.indicator, base, kind)
        other: Place = (unit, wave, part.other, gathering)
        if part.kind == "change":
            other = (unit, part.before, group, gathering)
        return _difference(study, row, about, row.place, other)
    if row.statistic is None:
        return None
    return _aggregate(study, row, row.statistic, row.place)


def is_protected(row: EstimateRow) -> bool:
    """Whether a row is hidden because of what it would tell about persons."""
    return row.values["status"] == "hidden" and row.values["reason"] not in NOT_PROTECTED


def target_of(system: System, row: EstimateRow, made_of: Combination) -> Target:
    """How well a hidden row must stay hidden.

    Classes that may stand for its parts ("at most two of eight") leave an aggregate less room than
    its scale has; what they leave is what it must stay hidden in.

    Args:
        system: The system, for the atoms' bounds.
        row: The hidden estimate.
        made_of: Its weights.

    Returns:
        Its target.
    """
    target = attack_target(row.values, row.range, row.n, row.unit_of_value)
    if target.points or row.municipal:
        return target
    room = sum(
        abs(factor) * (system.bounds[atom][1] - system.bounds[atom][0])
        for atom, factor in made_of.real().items()
    )
    return replace(target, scale=min(target.scale, room)) if room > 0 else target


def find_cell(study: StudySystem, row: EstimateRow, about: Statistic, place: Place) -> Cell | None:
    """A municipality's cell.

    Args:
        study: The system.
        row: The estimate that is made of it.
        about: What is asked.
        place: Unit, wave, group and gathering.

    Returns:
        The cell, the indicator's own where it counts other persons; None when there is none.
    """
    own = study.cells.get(((*about, row.indicator), place))
    return own or study.cells.get((about, place))


def cells_of(
    study: StudySystem, row: EstimateRow, about: Statistic, place: Place
) -> dict[str, Cell]:
    """All municipalities' cells of one wave, group and gathering, by unit; as ``find_cell``."""
    own = study.members.get(((*about, row.indicator), *place[1:]))
    return own or study.members.get((about, *place[1:])) or {}


def _difference(
    study: StudySystem, row: EstimateRow, about: Statistic, place: Place, other: Place
) -> Combination | None:
    """A gap or a change: one mean less another, for the network over municipalities that have both."""
    if row.municipal:
        one, two = find_cell(study, row, about, place), find_cell(study, row, about, other)
        return Combination({one.atom: 1, two.atom: -1}) if one and two else None
    plus, minus = cells_of(study, row, about, place), cells_of(study, row, about, other)
    both = sorted(plus.keys() & minus.keys())
    if not both:
        return None
    own = {u: plus[u].population or plus[u].n for u in both}
    # a change weighs both waves with the later one's persons
    less = (
        own if row.part.kind == "change" else {u: minus[u].population or minus[u].n for u in both}
    )
    own_sum, less_sum = sum(own.values()), sum(less.values())
    weights = {plus[u].atom: own[u] * less_sum for u in both}
    weights |= {minus[u].atom: -less[u] * own_sum for u in both}
    return Combination(weights, own_sum * less_sum)


def _aggregate(
    study: StudySystem, row: EstimateRow, about: Statistic, place: Place
) -> Combination | None:
    """A mean over cells: one cell for a municipality, all of them, weighted, for the network."""
    if row.municipal:
        cell = find_cell(study, row, about, place)
        return None if cell is None else Combination({cell.atom: 1})
    members = list(cells_of(study, row, about, place).values())
    if not members:
        return Combination({_rest(study, row, about, place, row.n): 1})
    sized = row.population is not None and all(c.population for c in members)
    whole = row.population if sized else row.n
    weights = {c.atom: c.population if sized else c.n for c in members}
    found = sum(weights.values())
    rest_n = row.n - sum(c.n for c in members)
    if found < whole and (sized or rest_n > 0):
        weights[_rest(study, row, about, place, max(rest_n, 1))] = whole - found
        return Combination(weights, whole)
    return Combination(weights, found)


def _rest(study: StudySystem, row: EstimateRow, about: Statistic, place: Place, n: int) -> int:
    """Persons of an aggregate who have no cell of their own, for instance of a merged territory."""
    low, high = row.range
    key = ("rest", about, place[1:])
    return study.system.atom(key, n, low, high, people=key)


def offset_of(study: StudySystem, made_of: Combination, value: float) -> float:
    """How far a row is from what its cells say, for instance by missing answers and weights.

    The attacker is given the difference, which is more than anyone has.
    """
    told = 0.0
    for atom, weight in made_of.weights.items():
        truth = study.truth.get(atom)
        if truth is None:
            return 0.0
        told += weight / made_of.over * truth
    return value - told
