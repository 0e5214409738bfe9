"""Shares counted in documents and logs: goals that go on, gatherings attended."""

from __future__ import annotations

from collections.abc import Iterable

from plankompass.indicators.documents import GROUP, Found, goal_answers
from plankompass.indicators.gatherings import COUNTED
from plankompass.indicators.registry import NETWORK_LOG
from plankompass.indicators.task import NETWORK, Rows, Task

ALL_OF = "all_of"
"""Component of the share of goals that have all the measures of ``also_all_of``."""


def ratio(task: Task) -> Rows:
    """Confirmed numerators divided by their denominator, all goals (or gatherings) counted.

    Nothing is sampled, so there is no interval. The network's share is the sum of the
    municipalities' numerators divided by the sum of their denominators. Goals are those of the plan
    in force on the report wave's cut-off date; gatherings are counted up to each wave's.

    Args:
        task: The computation. For goals the indicator's params are ``denominator`` (a count),
            ``also_all_of`` (measures whose joint share is wanted) and ``only_needs_money`` (measures
            whose denominator leaves out goals that need no money).

    Returns:
        One component a measure, and ``all_of``; ``n`` is the number of goals or gatherings.
    """
    measures = [task.codebook.measures[m] for m in task.indicator.inputs.measures]
    if all(NETWORK_LOG in m.documents for m in measures):
        return _from_log(task)
    return goal_shares(task)


def _from_log(task: Task) -> Rows:
    rows = Rows(task.indicator.id)
    for wave in task.waves:
        for measure in task.indicator.inputs.measures:
            found = {u: COUNTED[measure](task, u, wave) for u in task.tables.municipalities()}
            add_shares(rows, wave, measure, found)
    return rows


def goal_shares(task: Task) -> Rows:
    """Shares of goals, measure by measure and jointly; see :func:`ratio`."""
    rows = Rows(task.indicator.id)
    params = task.indicator.params
    measures = [m for m in task.indicator.inputs.measures if m != params.get("denominator")]
    register = task.codebook.measures[measures[0]].documents[0]
    need = set(params.get("only_needs_money", []))
    wanted = {measure: [measure] for measure in measures}
    if together := params.get("also_all_of"):
        wanted[ALL_OF] = list(together)
    answers = {
        unit: goal_answers(task, unit, register, measures) for unit in task.tables.municipalities()
    }
    for component, parts in wanted.items():
        money = bool(need & set(parts))
        found = {u: a.share(parts, only_needs_money=money) for u, a in answers.items()}
        add_shares(rows, task.report_wave, component, found)
    return rows


def add_shares(rows: Rows, wave: str, component: str, found: dict[str, Found]) -> None:
    """Note counted shares of the municipalities and of the network.

    Args:
        rows: Where the rows go.
        wave: Wave.
        component: Component.
        found: kommune_id to its share.
    """
    for unit, one in found.items():
        add_found(rows, unit, wave, component, one, method="count_all")
    known = [f for f in found.values() if f.missing is None]
    if not known:
        add_found(rows, NETWORK, wave, component, Found(missing=common_reason(found.values())))
        return
    total = sum(f.n for f in known)
    rows.add(
        NETWORK, wave, GROUP, component, value=sum(f.value * f.n for f in known) / total, n=total,
        method="sum_of_counts", municipalities=len(known),
    )  # fmt: skip


def add_found(
    rows: Rows, unit: str, wave: str, component: str, found: Found, *, method: str = "none"
) -> None:
    """Note what was found in one municipality's documents, or why nothing was."""
    if found.missing is not None:
        status, reason = found.missing
        rows.add(unit, wave, GROUP, component, status=status, reason=reason)
        return
    rows.add(
        unit, wave, GROUP, component, value=found.value, n=found.n, method=method, municipalities=1
    )


def common_reason(found: Iterable[Found]) -> tuple[str, str]:
    """The most frequent reason among municipalities without a value; the first in order at a tie."""
    reasons = sorted(f.missing for f in found if f.missing is not None)
    return max(reasons, key=reasons.count) if reasons else ("not_collected", "not_asked")
