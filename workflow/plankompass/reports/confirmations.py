"""How many goals people have confirmed: "x of y" beside every number that is counted from goals."""

from __future__ import annotations

from collections.abc import Sequence

from plankompass.reports import formats
from plankompass.reports.publishable import absent
from plankompass.reports.writer import Writer


def confirmed_notes(writer: Writer, indicators: Sequence[str]) -> list[str]:
    """For indicators counted from goals: how many goals or points are confirmed at each measure.

    Args:
        writer: The writer of a municipality's report.
        indicators: Indicator ids.

    Returns:
        One sentence an indicator whose measures are at goal level; none without registered goals,
        and none in the network report.
    """
    notes = []
    for indicator in indicators:
        measures = [
            writer.book.measures[m] for m in writer.book.indicators[indicator].inputs.measures
        ]
        own = [m for m in measures if m.level == "goal"]
        if not own or not writer.kommune_id:
            continue
        register = "plattform" if own[0].documents[0] == "plattform" else "samfunnsdel"
        goals = {
            goal.goal
            for goal in writer.data.rows("goals", kommune_id=writer.kommune_id, register=register)
        }
        if not goals:
            continue
        parts = []
        for measure in own:
            links = writer.data.rows("goal_links", kommune_id=writer.kommune_id, measure=measure.id)
            confirmed = {x.goal for x in links if x.goal in goals and not absent(x.confirmed)}
            count = formats.count_of(len(confirmed), len(goals), writer.language)
            parts.append(f"{writer.voice.component(indicator, measure.id)} {count}")
        notes.append(
            writer.voice.say(
                f"chain_text.confirmed_{register}",
                parts=formats.joined(parts, writer.language),
            )
        )
    return notes
