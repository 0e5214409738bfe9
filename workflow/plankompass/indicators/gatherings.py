"""Taking part in the network: attendance at gatherings, and homework delivered."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from plankompass.indicators.documents import Found
from plankompass.indicators.task import Task


def _invitations(task: Task, unit: str, wave: str) -> pd.DataFrame:
    """Gatherings held by the cut-off date that the municipality was invited to, with the next's day."""
    gatherings = task.tables.table("gatherings").sort_values(["held_on", "gathering"])
    gatherings = gatherings.assign(next_held_on=gatherings["held_on"].shift(-1))
    day = pd.Timestamp(task.waves[wave].as_of)
    mine = task.tables.rows("attendance", kommune_id=unit)
    mine = mine[mine["invited"].fillna(False)]
    return gatherings[gatherings["held_on"] <= day].merge(mine, on="gathering").assign(as_of=day)


def attendance_share(task: Task, unit: str, wave: str) -> Found:
    """Gatherings with both political and administrative leadership present, of those invited to.

    Args:
        task: The computation.
        unit: kommune_id.
        wave: Wave; gatherings up to its cut-off date count.

    Returns:
        The share and the number of gatherings.
    """
    invited = _invitations(task, unit, wave)
    if invited.empty:
        return Found(n=0, missing=("not_applicable", "not_asked"))
    both = (invited["political_leaders"] >= 1) & (invited["administrative_leaders"] >= 1)
    return Found(float(both.mean()), len(invited))


def homework_share(task: Task, unit: str, wave: str) -> Found:
    """Homework registered before the next gathering, of the homework given.

    Args:
        task: The computation.
        unit: kommune_id.
        wave: Wave; homework whose next gathering was held by its cut-off date counts.

    Returns:
        The share and the number of pieces of homework.
    """
    invited = _invitations(task, unit, wave)
    given = invited[invited["homework_given"].fillna(False)]
    due = given[given["next_held_on"] <= given["as_of"]]
    if given.empty:
        return Found(n=0, missing=("not_applicable", "not_asked"))
    if due.empty:
        return Found(n=0, missing=("not_yet_due", "before_deadline"))
    in_time = due["homework_delivered_on"] < due["next_held_on"]
    return Found(float(in_time.mean()), len(due))


COUNTED: dict[str, Callable[[Task, str, str], Found]] = {
    "samling_oppmote": attendance_share,
    "hjemmearbeid_levert": homework_share,
}
"""Measures of the network's log to the function that counts them."""
