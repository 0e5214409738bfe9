"""How many goals people have confirmed, and how far two coders agreed, beside every number counted from goals."""

from __future__ import annotations

from collections.abc import Sequence

from plankompass.reports import formats
from plankompass.reports.publishable import absent
from plankompass.reports.writer import Writer


def confirmed_notes(writer: Writer, indicators: Sequence[str]) -> list[str]:
    """For indicators counted from goals: how many goals or points are confirmed at each measure.

    Where two coders answered, how many of the questions they both answered, and how many alike. A link
    that two answered and that is not confirmed is one they disagree on.

    Args:
        writer: The writer of a municipality's report.
        indicators: Indicator ids.

    Returns:
        One note an indicator whose measures are at goal level; none without registered goals,
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
        answered = double = alike = 0
        for measure in own:
            links = [
                link
                for link in writer.data.rows(
                    "goal_links", kommune_id=writer.kommune_id, measure=measure.id
                )
                if link.goal in goals
            ]
            confirmed = {x.goal for x in links if not absent(x.confirmed)}
            answered += sum(x.coders > 0 for x in links)
            double += sum(x.coders > 1 for x in links)
            alike += sum(x.coders > 1 and not absent(x.confirmed) for x in links)
            count = formats.count_of(len(confirmed), len(goals), writer.language)
            parts.append(f"{writer.voice.component(indicator, measure.id)} {count}")
        said = [
            writer.voice.say(
                f"chain_text.confirmed_{register}",
                parts=formats.joined(parts, writer.language),
            )
        ]
        if double:
            both = formats.count_of(double, answered, writer.language)
            same = formats.number(alike, writer.language, 0)
            said.append(writer.voice.say("chain_text.two_coders", double=both, alike=same))
        notes.append(" ".join(said))
    return notes
