"""The linear system of a study: each estimate about persons as a row over groups of persons.

An atom is one thing asked of one group of one municipality in one wave (or at one gathering); its
unknown is the group's mean. Public facts from documents are no part of it. What everyone knows
without being told is in it too: a scale is the mean of its items, a person chooses at most so many
alternatives, a share of high answers bounds the mean.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from plankompass.disclosure.components import TOTAL, part_of
from plankompass.disclosure.published_interval import attack_target, published_interval
from plankompass.disclosure.rules import CLASS_COUNTS, INTERVIEWS, SURVEY_GROUPS, RuleBook
from plankompass.disclosure.system import System

Statistic = tuple[str, ...]
Place = tuple[str, str, str, str]  # unit, wave, group, gathering

# Hidden for a reason that is not about persons: nothing to protect.
_NOT_PROTECTED = {"", "secondary", "change_shown", "not_asked", "interviews_municipal"}
_PERSONS = frozenset({*SURVEY_GROUPS, INTERVIEWS})


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
    if unit == "share":
        return ("share", indicator, part.base)
    if part.base == TOTAL or part.kind == "level":
        return ("mean", part.base if part.kind == "level" else f"{TOTAL} {indicator}")
    return ("mean", part.base)


def build_study_system(
    marked: pd.DataFrame, rules: RuleBook, published: pd.DataFrame | None = None
) -> StudySystem:
    """Build the system of all estimates about persons.

    Args:
        marked: Restricted rows with status and ``unit_of_value``, from ``mark_rows``.
        rules: Thresholds, codebook.
        published: The same rows as they will be published, in the same order; what a row gives
            away is read from them. Rounded from ``marked`` when left out.

    Returns:
        The system, with protected rows as targets.
    """
    study = StudySystem()
    rows = [
        _Row(at, row, rules)
        for at, row in enumerate(marked.to_dict("records"))
        if row["group"] in _PERSONS and not np.isnan(row["value"]) and not pd.isna(row["n"])
    ]
    told = None if published is None else published.to_dict("records")
    for row in rows:
        if row.municipal and row.statistic is not None:
            _add_cell(study, row, rules)
    for row in rows:
        coefficients = _coefficients(study, row)
        if coefficients:
            _add_row(study, row, coefficients, rules, told[row.at] if told else None)
    _add_structure(study, rules)
    return study


class _Row:
    """One estimate, taken apart once."""

    def __init__(self, at: int, values: dict[str, Any], rules: RuleBook) -> None:
        self.at = at
        self.values = values
        self.unit_of_value = values["unit_of_value"]
        self.part = part_of(values["component"])
        self.indicator = values["indicator"]
        self.municipal = values["level"] == "municipality"
        self.n = int(values["n"])
        size = values["population"]
        self.population = None if pd.isna(size) else int(size)
        self.value = float(values["value"])
        self.place: Place = (
            values["unit"], values["wave"], values["group"], values["gathering"]
        )  # fmt: skip
        self.statistic = statistic(self.indicator, values["component"], self.unit_of_value)
        self.range = rules.value_range(self.indicator, values["component"])

    @property
    def label(self) -> tuple:
        v = self.values
        return (
            v["level"], v["unit"], v["wave"], v["group"], v["gathering"], v["indicator"],
            v["component"],
        )  # fmt: skip


def _add_cell(study: StudySystem, row: _Row, rules: RuleBook) -> None:
    key = (row.statistic, row.place)
    known = study.cells.get(key)
    if known is not None and (known.n != row.n or abs(known.value - row.value) > 1e-9):
        # the same item counted over other persons (a battery that asks for more valid answers)
        row.statistic = (*row.statistic, row.indicator)
        key = (row.statistic, row.place)
        known = study.cells.get(key)
    if known is not None:
        return
    low, high = row.range
    atom = study.system.atom(key, row.n, low, high, people=(*row.place, row.n))
    if row.values["display"]:
        # the class is published: everyone knows the three counts it stands for
        few = row.values["display"].startswith("under")
        edge = CLASS_COUNTS / row.n
        study.system.bounds[atom] = (low, edge) if few else (1 - edge, high)
    cell = Cell(atom, row.n, row.population, row.value)
    study.cells[key] = cell
    study.members[(row.statistic, *row.place[1:])][row.place[0]] = cell
    study.truth[atom] = row.value


def _coefficients(study: StudySystem, row: _Row) -> dict[int, Fraction]:
    """What a row is made of, over the means of the cells."""
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
        return {}
    return _aggregate(study, row, row.statistic, row.place)


def _find(study: StudySystem, row: _Row, about: Statistic, place: Place) -> Cell | None:
    own = study.cells.get(((*about, row.indicator), place))
    return own or study.cells.get((about, place))


def _cells_of(study: StudySystem, row: _Row, about: Statistic, place: Place) -> dict[str, Cell]:
    own = study.members.get(((*about, row.indicator), *place[1:]))
    return own or study.members.get((about, *place[1:])) or {}


def _difference(
    study: StudySystem, row: _Row, about: Statistic, place: Place, other: Place
) -> dict[int, Fraction]:
    """A gap or a change: one mean less another, for the network over municipalities that have both."""
    if row.municipal:
        one, two = _find(study, row, about, place), _find(study, row, about, other)
        return {one.atom: Fraction(1), two.atom: Fraction(-1)} if one and two else {}
    plus, minus = _cells_of(study, row, about, place), _cells_of(study, row, about, other)
    both = sorted(plus.keys() & minus.keys())
    out: dict[int, Fraction] = {}
    for cells, sign in ((plus, 1), (minus, -1)):
        # a change weighs both waves with the later one's persons
        sizes = plus if row.part.kind == "change" else cells
        weight = {u: sizes[u].population or sizes[u].n for u in both}
        for u in both:
            out[cells[u].atom] = Fraction(sign * weight[u], sum(weight.values()))
    return out


def _aggregate(
    study: StudySystem, row: _Row, about: Statistic, place: Place
) -> dict[int, Fraction]:
    """A mean over cells: one cell for a municipality, all of them, weighted, for the network."""
    if row.municipal:
        cell = _find(study, row, about, place)
        return {} if cell is None else {cell.atom: Fraction(1)}
    members = list(_cells_of(study, row, about, place).values())
    if not members:
        return {_rest(study, row, about, place, row.n): Fraction(1)}
    sized = row.population is not None and all(c.population for c in members)
    whole = row.population if sized else row.n
    part = {c.atom: Fraction(c.population if sized else c.n, whole) for c in members}
    left = 1 - sum(part.values())
    rest_n = row.n - sum(c.n for c in members)
    if left > 0 and rest_n > 0:
        part[_rest(study, row, about, place, rest_n)] = left
        return part
    total = sum(part.values())
    return {a: c / total for a, c in part.items()}


def _rest(study: StudySystem, row: _Row, about: Statistic, place: Place, n: int) -> int:
    """Persons of an aggregate who have no cell of their own, for instance of a merged territory."""
    low, high = row.range
    key = ("rest", about, place[1:])
    return study.system.atom(key, n, low, high, people=key)


def _add_row(
    study: StudySystem,
    row: _Row,
    coefficients: dict[int, Fraction],
    rules: RuleBook,
    told: dict[str, Any] | None,
) -> None:
    status, reason = row.values["status"], row.values["reason"]
    protected = status == "hidden" and reason not in _NOT_PROTECTED
    level = list(rules.config.worth_order)
    rank = level.index(row.values["level"]) if row.values["level"] in level else len(level)
    kinds = {"own": 0, "level": 1, "share": 2, "gap": 3, "change": 4}
    worth = (rank, kinds.get(row.part.kind, 5), row.part.base != TOTAL, -row.n)
    code_cell = row.municipal and row.values["group"] == INTERVIEWS
    interval = published_interval(row.values, told, row.unit_of_value, row.statistic, row.municipal)
    offset = _offset(study, coefficients, row.value)
    at = study.system.add(
        row.label,
        coefficients,
        worth=worth,
        interval=(interval[0] - offset, interval[1] - offset),
        linear=not code_cell,
        target=attack_target(row.values, row.range, row.n, row.unit_of_value)
        if protected
        else None,
    )
    study.row_of[row.at] = at
    if status == "published":
        study.candidates.add(at)
    if code_cell and status == "published":
        # the class is published, the count is not: no attacker may find the count itself
        study.system.add(
            (*row.label, "count"),
            coefficients,
            linear=True,
            target=attack_target(row.values, row.range, row.n, "code"),
        )


def _offset(study: StudySystem, coefficients: dict[int, Fraction], value: float) -> float:
    """How far a row is from what its cells say, for instance by missing answers and weights.

    The attacker is given the difference, which is more than anyone has.
    """
    if any(a not in study.truth for a in coefficients):
        return 0.0
    return value - sum(float(c) * study.truth[a] for a, c in coefficients.items())


def _add_structure(study: StudySystem, rules: RuleBook) -> None:
    """What everyone knows: scales are means of items, choices are limited, shares bound means."""
    by_place: dict[Place, dict[Statistic, Cell]] = defaultdict(dict)
    for (about, place), cell in study.cells.items():
        by_place[place][about] = cell
    for place, cells in by_place.items():
        for indicator in rules.indicators.values():
            items = indicator.inputs.items
            if indicator.operator == "mean_of_items":
                _scale(study, place, cells, f"{TOTAL} {indicator.id}", items, rules)
            elif indicator.operator == "share_selected":
                _choices(study, place, cells, indicator.id, items, rules)
            elif indicator.operator == "ranked_means":
                threshold = float(indicator.params["threshold"])
                for item in items:
                    _share_and_mean(study, place, cells, indicator.id, item, threshold, rules)
        for name, items in rules.parallel.items():
            if len(items) > 1:
                _scale(study, place, cells, name, items, rules)


def _scale(study, place, cells, total, items, rules: RuleBook) -> None:
    whole = cells.get(("mean", total))
    members = [cells.get(("mean", i)) for i in items]
    if whole is None or any(m is None for m in members):
        return
    row = {m.atom: Fraction(-1 if i in rules.reverse else 1, len(items))
           for i, m in zip(items, members, strict=True)}  # fmt: skip
    row[whole.atom] = Fraction(-1)
    offset = _offset(study, row, 0.0)
    study.system.add(("scale", *place, total), row, interval=(-offset, -offset), known=True)


def _choices(study, place, cells, indicator, items, rules: RuleBook) -> None:
    for item in items:
        options = [c for s, c in cells.items() if s[:2] == ("share", indicator)
                   and s[2].startswith(f"{item}__")]  # fmt: skip
        most = rules.most_selected.get(item)
        if not options or most is None:
            continue
        chosen = sum(c.value for c in options)
        if 1 - 1e-9 <= chosen <= most + 1e-9:
            row = {c.atom: Fraction(1) for c in options}
            study.system.add(("choices", *place, item), row, interval=(1.0, float(most)),
                             known=True, linear=False)  # fmt: skip


def _share_and_mean(study, place, cells, indicator, item, threshold, rules: RuleBook) -> None:
    mean, share = cells.get(("mean", item)), cells.get(("share", indicator, item))
    if mean is None or share is None or mean.n != share.n:
        return
    low, high = rules.item_range[item]
    # low + (threshold - low) share <= mean <= threshold - 1 + (high - threshold + 1) share
    for slope, interval in (
        (threshold - low, (low, np.inf)),
        (high - threshold + 1, (-np.inf, threshold - 1)),
    ):
        row = {mean.atom: Fraction(1), share.atom: -Fraction(slope)}
        study.system.add(("share and mean", *place, item), row, interval=interval,
                         known=True, linear=False)  # fmt: skip
