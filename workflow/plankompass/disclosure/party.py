"""Numbers by party, party block, or gender and party: never of one municipality (rule 2).

With a known council every party of a small one is a list of names. None of the indicators gives such a
number today; these rules act on the first that does.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pandas as pd

from plankompass.disclosure.components import PARTY, TOTAL, part_of
from plankompass.disclosure.rows import plain_values, row_tuples
from plankompass.disclosure.study_cells import Cell, Place, Statistic, StudySystem, offset_of
from plankompass.disclosure.system import Combination

LARGEST_SHARE = 0.5
_SAME = ["indicator", "wave", "group", "gathering", "component"]


def by_party(frame: pd.DataFrame) -> np.ndarray:
    """Rows that are about a party, a block, or gender and party; their changes too."""
    parts = [part_of(component) for component in plain_values(frame["component"])]
    kinds = [part_of(p.base).kind if p.kind == "change" else p.kind for p in parts]
    return np.array([kind in PARTY for kind in kinds], bool)


def in_one_municipality(frame: pd.DataFrame, rows: np.ndarray) -> np.ndarray:
    """Aggregates by party of which one municipality has more than half of the answers.

    Args:
        frame: Restricted rows; the municipalities' own rows say how many answered.
        rows: Rows by party.

    Returns:
        The aggregates that must not be shown; one whose municipalities have no rows is one of them.
    """
    own = frame[rows & (frame["level"] == "municipality").to_numpy() & frame["n"].notna()]
    counts = own.groupby(_SAME)["n"].agg(["max", "sum"])
    share = {k: m / s for k, m, s in zip(counts.index, counts["max"], counts["sum"], strict=True)}
    keys = row_tuples(frame, _SAME)
    largest = np.fromiter((share.get(key, 1.0) for key in keys), float, count=len(frame))
    return rows & (frame["level"] != "municipality").to_numpy() & (largest > LARGEST_SHARE)


def add_parties(study: StudySystem, place: Place, cells: dict[Statistic, Cell]) -> None:
    """Everyone knows that a group is its parties: the last party's mean follows from the others'.

    Args:
        study: The system.
        place: Unit, wave, group and gathering.
        cells: The place's cells by what is asked.
    """
    parts: dict[tuple[str, str, str, str], list[Cell]] = defaultdict(list)
    for about, cell in cells.items():
        part = part_of(about[1])
        if part.kind in PARTY:
            parts[(about[0], about[2], part.kind, part.base.partition("|")[2])].append(cell)
    for (unit, indicator, _, base), members in sorted(parts.items()):
        name = f"{TOTAL} {indicator}" if base == TOTAL else base
        about = ("share", indicator, base) if unit == "share" else (unit, name)
        whole = cells.get((*about, indicator)) or cells.get(about)
        if whole is None or sum(m.n for m in members) != whole.n:
            continue
        row = {m.atom: m.n for m in members}
        row[whole.atom] = -whole.n
        offset = -offset_of(study, Combination(row, whole.n), 0.0)
        study.system.add(
            ("parties", *place, indicator, base),
            row,
            over=whole.n,
            interval=(offset, offset),
            known=True,
        )
