"""Attack a folder of published numbers, knowing nothing but what stands in it.

The same system and the same attacks as the gate, built from the published files alone. What the gate
knows from the restricted tables is assumed here instead: a group whose number of answers is not shown
had as many as a hidden group can have, and rounding may hide how a total differs from its parts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from plankompass.disclosure.attack import AttackResult, attack_system
from plankompass.disclosure.audit_interviews import interview_findings
from plankompass.disclosure.components import part_of
from plankompass.disclosure.published_files import read_published
from plankompass.disclosure.rounding import half_unit
from plankompass.disclosure.row_rules import row_units
from plankompass.disclosure.rows import records
from plankompass.disclosure.rules import CLASS_COUNTS, SURVEY_GROUPS, RuleBook
from plankompass.disclosure.study_cells import (
    NOT_PROTECTED,
    Cell,
    EstimateRow,
    StudySystem,
    coefficients_of,
)
from plankompass.disclosure.system import Target
from plankompass.disclosure.who_answered import single_findings
from plankompass.study.codebook import load_codebook
from plankompass.study.config_models import DisclosureConfig
from plankompass.tables import read_table

NONRESPONSE = "nonresponse.parquet"

_LOOSE = 0.25
"""How far, in points of a scale, missing answers may move a scale from the mean of its items."""


@dataclass(frozen=True)
class Audit:
    """What an audit read, tried and found.

    Attributes:
        files: Files that were read, relative to the folder.
        result: The attack.
        waves_and_change: Municipal numbers published for two waves beside their change.
        interviews: What published rows of interviews give away.
        who_answered: What the counts of those who answered give away.
    """

    files: list[str]
    result: AttackResult
    waves_and_change: list[str]
    interviews: list[str]
    who_answered: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Whether nothing was found."""
        return not self.messages()

    def messages(self) -> list[str]:
        """One line a finding; never a value."""
        return [
            *self.result.messages(), *self.waves_and_change, *self.interviews, *self.who_answered,
        ]  # fmt: skip


def audit_folder(
    folder: Path | str,
    *,
    codebook: Path | str = "codebook",
    disclosure: dict[str, Any] | None = None,
) -> Audit:
    """Attack what stands in a folder of published files.

    Args:
        folder: A publishable folder, or a folder of reports.
        codebook: Folder of the codebook.
        disclosure: Thresholds, as in the configuration; the shipped ones when left out.

    Returns:
        What was tried and found.

    Raises:
        PlankompassError: The folder holds no published numbers, or they cannot be read.
    """
    book = load_codebook(codebook)
    rules = RuleBook.of(DisclosureConfig.model_validate(disclosure or {}), book)
    table, files = read_published(folder, book)
    study = published_system(table, rules)
    published = sorted(study.candidates)
    result = attack_system(study.system, published, min_share=rules.config.min_interval_share)
    answered = Path(folder) / NONRESPONSE
    alone = []
    if answered.is_file():
        alone = single_findings(read_table("publishable_nonresponse", answered))
        files = [*files, NONRESPONSE]
    return Audit(files, result, _beside_change(table), interview_findings(table, rules), alone)


def published_system(table: pd.DataFrame, rules: RuleBook) -> StudySystem:
    """The system of published rows, with what is not said filled in cautiously.

    Args:
        table: Rows of the contract ``publishable_estimates``.
        rules: Thresholds, scales.

    Returns:
        The system; ``candidates`` are the published rows.
    """
    table = table[table["group"].isin(SURVEY_GROUPS)].reset_index(drop=True)
    # where a group's size had to be worked out, weights are not exact: such totals bound nothing
    unsaid = table[table["population"].isna() & (table["level"] == "municipality")]
    uncertain = set(unsaid[["wave", "group", "gathering"]].itertuples(index=False, name=None))
    table = table.assign(unit_of_value=row_units(table, rules), population=_fill_population(table))
    study = StudySystem()
    rows, guessed = [], set()
    for at, values in enumerate(records(table, list(table.columns))):
        if values["status"] not in ("published", "hidden", "unreliable"):
            continue  # nobody was asked, so there is nothing to hide
        protected = values["status"] == "hidden" and values["reason"] not in NOT_PROTECTED
        if pd.isna(values["n"]):
            values["n"] = _likely_n(values, rules)
            guessed.add(at)
        rows.append((EstimateRow(at, values, rules), protected))
    # rows that say how many answered first: one that does not say is about the same answers
    for row, _ in sorted(rows, key=lambda pair: pair[0].at in guessed):
        if row.municipal and row.statistic is not None:
            _add_cell(study, row, row.at in guessed)
    stated = {
        study.cells[(row.statistic, row.place)].atom
        for row, _ in rows
        if row.municipal and row.statistic is not None and row.at not in guessed
    }
    for row, protected in rows:
        made_of = coefficients_of(study, row)
        if made_of is None or not (protected or row.values["status"] == "published"):
            continue
        single = len(made_of.weights) == 1
        unsure = not single and row.place[1:] in uncertain
        at = study.system.add(
            row.label,
            made_of.weights,
            over=made_of.over,
            interval=(-np.inf, np.inf) if unsure else _interval(row, single),
            target=_target(row, row.at in guessed) if protected else None,
        )
        if not protected:
            study.candidates.add(at)
    _scales(study, rules, stated)
    return study


def _add_cell(study: StudySystem, row: EstimateRow, guessed: bool) -> None:
    key = (row.statistic, row.place)
    known = study.cells.get(key)
    if known is not None and known.n != row.n and not guessed:
        row.statistic = (*row.statistic, row.indicator)
        key = (row.statistic, row.place)
        known = study.cells.get(key)
    if known is None:
        atom = study.system.atom(key, row.n, *row.range, people=row.place)
        cell = Cell(atom, row.n, row.population, row.value)
        study.cells[key] = cell
        study.members[(row.statistic, *row.place[1:])][row.place[0]] = cell


def _fill_population(table: pd.DataFrame) -> pd.Series:
    """Sizes of groups where a row does not say: from other rows, or as what is left of the whole."""
    size = table["population"]
    for keys in (["level", "unit", "wave", "group", "gathering"], ["level", "unit", "group"]):
        size = size.fillna(size.groupby([table[k] for k in keys]).transform("max"))
    left = table.assign(population=size)
    for _, rows in left.groupby(["wave", "group", "gathering"]):
        of_unit = rows.groupby(["level", "unit"])["population"].max()
        missing = of_unit[of_unit.isna()].index
        if len(missing) == 1 and ("network", "network") in of_unit.index:
            whole = of_unit[("network", "network")]
            rest = int(whole - of_unit.drop(("network", "network")).sum())
            here = rows.index[(rows["unit"] == missing[0][1]).to_numpy()]
            size = size.copy()
            size.loc[here] = max(rest, 1)
    return size


def _likely_n(values: dict[str, Any], rules: RuleBook) -> int:
    most = max(rules.config.min_n - 1, 1)
    size = values["population"]
    return most if pd.isna(size) else max(1, min(most, int(size)))


def _interval(row: EstimateRow, single: bool) -> tuple[float, float]:
    half = half_unit(row.unit_of_value)
    low, high = row.value - half, row.value + half
    lower, upper = float(row.values["lower"]), float(row.values["upper"])
    if row.unit_of_value in ("mean", "gap", "change") and not np.isnan(lower):
        middle = (lower + upper) / 2  # these intervals reach equally far to both sides
        low, high = max(low, middle - half), min(high, middle + half)
        if low > high:
            low, high = row.value - half, row.value + half
    # a total differs from its parts by answers that are missing in one and not in the other
    slack = 1e-9 if single else half
    return low - slack, high + slack


def _target(row: EstimateRow, guessed: bool) -> Target:
    scale = row.range[1] - row.range[0]
    display = row.values["display"]
    if display and not guessed:
        few = display.startswith("under")
        counts = [c if few else row.n - c for c in range(CLASS_COUNTS + 1)]
        return Target(scale, tuple(c / row.n for c in counts), edge=True)
    return Target(scale)


def _scales(study: StudySystem, rules: RuleBook, stated: set[int]) -> None:
    places = {place for _, place in study.cells}
    scales = [
        (f"total {i.id}", i.inputs.items)
        for i in rules.indicators.values()
        if i.operator == "mean_of_items"
    ]
    scales += [(name, items) for name, items in rules.parallel.items() if len(items) > 1]
    for place in sorted(places):
        for name, items in scales:
            whole = study.cells.get((("mean", name), place))
            members = [study.cells.get((("mean", i), place)) for i in items]
            if whole is None or any(m is None for m in members):
                continue
            row = {
                m.atom: -1 if i in rules.reverse else 1 for i, m in zip(items, members, strict=True)
            }
            row[whole.atom] = -len(items)
            turned = sum(sum(rules.item_range[i]) for i in items if i in rules.reverse) / len(items)
            # an equation only where the rows say that as many answered each item as the scale
            apart = sum(1 - min(m.n, whole.n) / max(m.n, whole.n) for m in members) / len(members)
            low, high = study.system.bounds[whole.atom]
            slack = max(_LOOSE, apart * (high - low))
            exact = apart == 0 and stated.issuperset(row)
            study.system.add(("scale", *place, name), row, over=len(items), known=True, linear=exact,
                             interval=(-turned - slack, -turned + slack))  # fmt: skip


def _beside_change(table: pd.DataFrame) -> list[str]:
    keys = ["level", "unit", "wave", "group", "gathering", "indicator", "component"]
    shown = table[(table["status"] == "published") & (table["level"] == "municipality")]
    places = set(shown[keys].itertuples(index=False, name=None))
    lines = []
    for key in sorted(places):
        *head, wave, group, gathering, indicator, component = key
        part = part_of(component)
        if part.kind != "change":
            continue
        waves = [(*head, w, group, gathering, indicator, part.base) for w in (wave, part.before)]
        if all(w in places for w in waves):
            label = " ".join(str(p) for p in key if p != "")
            lines.append(f"{label}: both waves' numbers and their change are published")
    return lines
