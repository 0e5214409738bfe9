"""What everyone knows of a study's numbers without being told."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from plankompass.disclosure.components import TOTAL
from plankompass.disclosure.party import add_parties
from plankompass.disclosure.rules import RuleBook
from plankompass.disclosure.study_cells import Cell, Place, Statistic, StudySystem, offset_of
from plankompass.disclosure.system import Combination


def add_structure(study: StudySystem, rules: RuleBook) -> None:
    """Add what everyone knows: scales are means of items, choices limited, shares bound means.

    And the parts of a distribution are all its answers.

    Args:
        study: The system, with its cells.
        rules: Items of the scales, limits of the choices.
    """
    by_place: dict[Place, dict[Statistic, Cell]] = defaultdict(dict)
    for (about, place), cell in study.cells.items():
        by_place[place][about] = cell
    for place, cells in by_place.items():
        add_parties(study, place, cells)
        counted = {about[1] for about in cells if about[0] == "share"}
        for indicator in rules.indicators.values():
            items = indicator.inputs.items
            if indicator.operator == "mean_of_items":
                _scale(study, place, cells, f"{TOTAL} {indicator.id}", items, rules)
                for item in items if indicator.id in counted else ():
                    _distribution(study, place, cells, indicator.id, item, rules)
            elif indicator.operator == "share_selected" and indicator.id in counted:
                _choices(study, place, cells, indicator.id, items, rules)
            elif indicator.operator == "ranked_means" and indicator.id in counted:
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
    row = {m.atom: -1 if i in rules.reverse else 1 for i, m in zip(items, members, strict=True)}
    row[whole.atom] = -len(items)
    offset = -offset_of(study, Combination(row, len(items)), 0.0)
    # Where some answered only part of the items, the scale is not the mean of the items' means, and
    # nobody is told by how much it is not: then it bounds, but is no equation.
    apart = sum(1 - min(m.n, whole.n) / max(m.n, whole.n) for m in members) / len(members)
    low, high = study.system.bounds[whole.atom]
    # of an earlier release only the rounded numbers are kept: there the scale bounds nothing
    slack = apart * (high - low) if all(a in study.truth for a in row) else np.inf
    study.system.add(("scale", *place, total), row, over=len(items), known=True, linear=apart == 0,
                     interval=(offset - slack, offset + slack))  # fmt: skip


def _choices(study, place, cells, indicator, items, rules: RuleBook) -> None:
    for item in items:
        options = [c for s, c in cells.items() if s[:2] == ("share", indicator)
                   and s[2].startswith(f"{item}__")]  # fmt: skip
        most = rules.most_selected.get(item)
        if not options or most is None:
            continue
        chosen = sum(c.value for c in options)
        if 1 - 1e-9 <= chosen <= most + 1e-9:
            row = {c.atom: 1 for c in options}
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
        over, under = slope.as_integer_ratio()
        row = {mean.atom: under, share.atom: -over}
        study.system.add(("share and mean", *place, item), row, over=under, interval=interval,
                         known=True, linear=False)  # fmt: skip


def _distribution(study, place, cells, indicator, item, rules: RuleBook) -> None:
    low, high = rules.item_range[item]
    middle = (low + high) / 2
    ends = {
        "lower": (low, np.ceil(middle) - 1),
        "middle": (middle, middle),
        "upper": (np.floor(middle) + 1, high),
    }
    found = {p: cells.get(("share", indicator, f"{p}|{item}")) for p in ends}
    parts = {p: cell for p, cell in found.items() if cell is not None}
    if not parts:
        return
    whole = {cell.atom: 1 for cell in parts.values()}
    study.system.add(("answers", *place, item), whole, interval=(1.0, 1.0), known=True)
    mean = cells.get(("mean", item))
    if mean is None or any(cell.n != mean.n for cell in parts.values()):
        return
    # every answer lies within its part: sum of lowest x share <= mean <= sum of highest x share
    for end, interval in ((0, (0.0, np.inf)), (1, (-np.inf, 0.0))):
        # in halves: the middle of a scale may lie between two answers
        row = {cell.atom: -int(2 * ends[p][end]) for p, cell in parts.items()}
        row[mean.atom] = 2
        study.system.add(("answers and mean", *place, item), row, over=2, interval=interval,
                         known=True, linear=False)  # fmt: skip
