"""The goal register: goals, links and measures as people confirmed them.

Only what people confirmed counts (case D5): a link is confirmed when every coder who answered agrees.
One coder is enough for a single goal, as the codebook has it for measures that the machine suggests,
as long as two coders answered for the share of goals that its rule ``double_coding`` demands; below
that share only links with two coders count. Shares are never computed from suggestions.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from plankompass.ingest.plans.goal_rows import GoalRow, read_goal_rows
from plankompass.ingest.plans.measure_rows import measure_table
from plankompass.ingest.plans.quality import coder_agreement
from plankompass.ingest.plans.review_check import check_forms
from plankompass.study.codebook import load_codebook
from plankompass.study.config_models import LimitConfig, PlanConfig, WaveConfig
from plankompass.study.problems import ProblemLog
from plankompass.tables import empty_table, read_table, read_tables, write_table

_log = logging.getLogger(__name__)


def ingest_goal_register(
    inputs: Mapping[str, Any], outputs: Mapping[str, Path], params: Mapping[str, Any]
) -> None:
    """Read the goal register and the coded measures of every municipality.

    Args:
        inputs: ``municipalities``, ``councils``, ``plan_dates``, ``documents`` (a list).
        outputs: ``goals``, ``goal_links``, ``measures``, ``goal_agreement``, ``avvik``.
        params: ``raw``, ``plans``, ``waves``, ``report_wave``, ``limits``, ``codebook``.

    Raises:
        StageFailedError: The lists have errors that a guess would hide; all of them are listed.
    """
    log = ProblemLog("ingest goal register")
    names = ("goals", "goal_links", "measures", "goal_agreement")
    tables = {name: empty_table(name) for name in names}
    if params.get("plans"):
        plans = PlanConfig.model_validate(params["plans"])
        raw = Path(params["raw"])
        codebook = load_codebook(params["codebook"])
        waves = {k: WaveConfig.model_validate(v) for k, v in params["waves"].items()}
        known = set(read_table("municipalities", inputs["municipalities"])["kommune_id"])
        documents = read_tables("documents", inputs["documents"])
        rows = read_goal_rows(raw, plans.goal_register, known, documents, codebook, log)
        if plans.review_forms:
            limits = LimitConfig.model_validate(params.get("limits") or {})
            check_forms(raw / plans.review_forms, rows, plans.goal_register, limits, log)
        rows = _without_unused_documents(rows, documents, plans.goal_register, log)
        rows = _without_parents(rows, plans.goal_register, log)
        share = float(codebook.document_rules["double_coding"]["share_min"])
        tables["goals"], tables["goal_links"] = goal_tables(rows, plans.goal_register, share, log)
        tables["measures"] = measure_table(
            raw, plans.coded_measures, known, waves, params["report_wave"],
            codebook, tables["goals"], tables["goal_links"], log,
            councils=read_table("councils", inputs["councils"]),
            dates=read_table("plan_dates", inputs["plan_dates"]),
        )  # fmt: skip
        log.raise_failures()
        tables["goal_agreement"] = coder_agreement(given_answers(rows))
    for name, table in tables.items():
        write_table(name, table, outputs[name])
    write_table("avvik", log.frame(), outputs["avvik"])
    _log.info("%d goals, %d links", len(tables["goals"]), len(tables["goal_links"]))


def given_answers(rows: Sequence[GoalRow]) -> pd.DataFrame:
    """The coders' answers as their agreement is computed from them.

    Args:
        rows: Rows of the register.

    Returns:
        One row an answer: ``kommune_id``, ``register``, ``goal``, ``measure``, ``coder``, ``confirmed``.
    """
    columns = ["kommune_id", "register", "goal", "measure", "coder", "confirmed"]
    return pd.DataFrame(
        [
            [r.kommune_id, r.register, r.goal, r.measure, r.coder, r.confirmed]
            for r in rows
            if r.measure and r.coder and r.confirmed is not None
        ],
        columns=columns,
    )


def _without_unused_documents(
    rows: list[GoalRow], documents: pd.DataFrame, shown: str, log: ProblemLog
) -> list[GoalRow]:
    """Leave out goals of documents that are not coded (draft, several in force, replaced)."""
    used = set(documents.loc[documents["used"], "document"])
    reasons = dict(zip(documents["document"], documents["reason"], strict=True))
    out: dict[tuple[str, str, str], set[str]] = {}
    kept = []
    for row in rows:
        if row.document in used:
            kept.append(row)
            continue
        reason = reasons.get(row.document, "")
        out.setdefault((row.kommune_id, row.register, reason), set()).add(row.goal)
    for (kommune, register, reason), goals in sorted(out.items()):
        case = {"draft": "D1", "several_plans_in_force": "D4", "before_council": "D3"}.get(
            reason, "DOC"
        )
        log.add(case, "reject", shown, f"goals of a document that is not coded ({reason}) are left out",
                row_key=kommune, column=register, count=len(goals))  # fmt: skip
    return kept


def _without_parents(rows: list[GoalRow], shown: str, log: ProblemLog) -> list[GoalRow]:
    """Where a main goal and its sub-goals both stand in the register, the sub-goals count (D5)."""
    ids: dict[tuple[str, str], set[str]] = {}
    for row in rows:
        ids.setdefault((row.kommune_id, row.register), set()).add(row.goal)
    parents = {
        (key, goal)
        for key, goals in ids.items()
        for goal in goals
        if any(other != goal and other.startswith(f"{goal.rstrip('.')}.") for other in goals)
    }
    for (kommune, register), goal in sorted(parents):
        log.add("D5", "reject", shown, "a main goal and its sub-goals both stand in the register; the "
                "sub-goals count", row_key=f"{kommune}, {goal}", column=register,
                hint="remove the main goal's rows")  # fmt: skip
    return [r for r in rows if ((r.kommune_id, r.register), r.goal) not in parents]


def goal_tables(
    rows: Sequence[GoalRow], shown: str, share_min: float, log: ProblemLog
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Build the goals and goal_links tables.

    Args:
        rows: The register's rows, one a goal, measure and coder.
        shown: The register's name in messages.
        share_min: Share of the register's goals that two coders must have answered for.
        log: Takes links that are not confirmed, and goals whose rows contradict each other.

    Returns:
        The two tables. ``confirmed`` is missing where nobody answered, the coders disagree, or one
        coder answered and too few goals are double coded.
    """
    needed = _coders_needed(rows, share_min, shown, log)
    goals: dict[tuple[str, str, str], GoalRow] = {}
    links: dict[tuple[str, str, str, str], list[GoalRow]] = {}
    for row in rows:
        first = goals.setdefault((row.kommune_id, row.register, row.goal), row)
        if (first.text, first.document) != (row.text, row.document):
            column = "goal_text" if first.text != row.text else "document"
            log.add("D5", "fail", shown, "the rows of one goal do not say the same", column=column,
                    row_key=f"lines {first.line} and {row.line}",
                    hint="one goal has one text and one document; give another goal another id")  # fmt: skip
        if row.measure:
            links.setdefault((row.kommune_id, row.register, row.goal, row.measure), []).append(row)
    link_rows = [_link(key, answers, needed, shown, log) for key, answers in sorted(links.items())]
    _note_unconfirmed(link_rows, shown, log)
    goal_frame = [
        {"kommune_id": r.kommune_id, "goal": r.goal, "document": r.document, "register": r.register,
         "text": r.text, "page": r.page if r.page is not None else pd.NA, "area": r.area,
         "needs_money": r.needs_money}
        for r in goals.values()
    ]  # fmt: skip
    for row in link_rows:
        row.pop("state")
    return (
        pd.DataFrame(goal_frame) if goal_frame else empty_table("goals"),
        pd.DataFrame(link_rows) if link_rows else empty_table("goal_links"),
    )


def _coders_needed(rows: Sequence[GoalRow], share_min: float, shown: str, log: ProblemLog) -> int:
    """One where enough goals of the register are double coded, else two."""
    coders: dict[tuple[str, str, str], set[str]] = {}
    for row in rows:
        if row.confirmed is not None and row.coder:
            coders.setdefault((row.kommune_id, row.register, row.goal), set()).add(row.coder)
    double = sum(len(c) >= 2 for c in coders.values())
    if not coders or double >= share_min * len(coders):
        return 1
    log.add("D5", "reject", shown, f"two coders answered for fewer than {share_min:.0%} of the goals; "
            "only links that two coders answered count", column="coder", count=len(coders) - double,
            hint="let a second coder answer for more goals")  # fmt: skip
    return 2


def _link(
    key: tuple[str, str, str, str], answers: list[GoalRow], needed: int, shown: str, log: ProblemLog
) -> dict[str, Any]:
    kommune, _, goal, measure = key
    by_coder: dict[str, GoalRow] = {}
    for row in answers:
        earlier = by_coder.get(row.coder)
        if earlier is not None and earlier.confirmed != row.confirmed:
            log.add("D5", "fail", shown, "one coder answers the same question twice, differently",
                    row_key=f"lines {earlier.line} and {row.line}", column="confirmed",
                    hint="keep the row that is right")  # fmt: skip
        elif earlier is not None:
            log.add("D5", "repair", shown, "the same answer stands twice; it counts once",
                    row_key=f"line {row.line}", column="confirmed")  # fmt: skip
        by_coder.setdefault(row.coder, row)
    given = [r for r in by_coder.values() if r.confirmed is not None and r.coder]
    values = {r.confirmed for r in given}
    if len(given) < needed:
        state = "open"
    elif len(values) > 1:
        state = "disagree"
    else:
        state = "confirmed"
    agreed = values.pop() if state == "confirmed" else pd.NA
    pages = sorted({r.evidence_page for r in given if r.evidence_page is not None and r.confirmed})
    suggested = {r.suggested for r in answers if r.suggested is not None}
    return {
        "kommune_id": kommune, "goal": goal, "measure": measure,
        "suggested": (True in suggested) if suggested else pd.NA,
        "confirmed": agreed, "coders": len(given),
        "evidence_page": pages[0] if pages and agreed is True else pd.NA, "state": state,
    }  # fmt: skip


def _note_unconfirmed(links: Sequence[Mapping[str, Any]], shown: str, log: ProblemLog) -> None:
    rules = {
        "open": "not confirmed by as many coders as are needed; the link does not count",
        "disagree": "the coders disagree; the link does not count until they agree",
    }
    counts: dict[tuple[str, str, str], int] = {}
    for link in links:
        if link["state"] in rules:
            key = (link["kommune_id"], link["measure"], link["state"])
            counts[key] = counts.get(key, 0) + 1
    for (kommune, measure, state), count in sorted(counts.items()):
        log.add("D5", "reject", shown, rules[state], row_key=kommune, column=measure, count=count,
                hint="the report shows x of y confirmed; a share needs all of them")  # fmt: skip
