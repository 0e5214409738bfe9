"""RQ2: how planning becomes a better political steering tool."""

from __future__ import annotations

from plankompass.reports import formats
from plankompass.reports.blocks import any_shown, broken_scale, goal_chain, numbers_table
from plankompass.reports.schema import Question
from plankompass.reports.schema_parts import Sentence
from plankompass.reports.writer import Writer, present

MEMBERS, STAFF = "folkevalgte", "administrasjon"
CHAIN = "goal_chain_share"


def goals_followed(writer: Writer) -> Sentence | None:
    """How many of the samfunnsdel's goals come all the way; None when not all are confirmed."""
    estimate = writer.own(CHAIN, "dokument", "all_of")
    if estimate is None:
        return None
    if not estimate.shown or estimate.n is None:
        return writer.finding(estimate, writer.voice.indicator(CHAIN))
    count = round((estimate.value or 0.0) * estimate.n)
    return writer.rule(
        "goals_followed", estimate, antall=formats.count_of(count, estimate.n, writer.language)
    )


def plan_questions(writer: Writer) -> list[Question]:
    """The plain questions of RQ2, answered.

    Args:
        writer: The report's writer.

    Returns:
        One question each of the codebook, in its order.
    """
    text = {q.id: q.text(writer.language) for q in writer.book.research_questions["RQ2"].questions}

    def of(indicator: str) -> list[Sentence]:
        both = [writer.own(indicator, g) for g in (MEMBERS, STAFF)]
        return present(
            *writer.findings(indicator, (MEMBERS, STAFF)), *(writer.dont_know(e) for e in both)
        )

    use = Question(
        id="rq2_bruk", title=text["rq2_bruk"], answer=of("plan_steering_use"),
        blocks=broken_scale(writer, "plan-use", "plan_steering_use"),
    )  # fmt: skip
    ownership = Question(
        id="rq2_eierskap", title=text["rq2_eierskap"], answer=of("political_ownership"),
        blocks=broken_scale(writer, "ownership", "political_ownership"),
    )  # fmt: skip
    chain = Question(
        id="rq2_kjede",
        title=text["rq2_kjede"],
        answer=[*present(goals_followed(writer)), *of("goal_follow_up")],
        blocks=[
            b
            for b in (
                *broken_scale(writer, "follow-up", "goal_follow_up"),
                goal_chain(writer),
                numbers_table(writer, "accountability", ["goal_accountability"])
                if any_shown(writer, "goal_accountability")
                else None,
            )
            if b
        ],
    )
    return [use, ownership, chain]
