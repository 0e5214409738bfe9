"""Kort fortalt: at most five sentences, each chosen by a rule and true under it."""

from __future__ import annotations

from plankompass.reports.profile import profile_numbers
from plankompass.reports.schema_parts import Sentence
from plankompass.reports.section_change import clear_changes
from plankompass.reports.section_decide import barrier_sentence
from plankompass.reports.section_interplay import clearest_gap
from plankompass.reports.section_plan import goals_followed
from plankompass.reports.writer import Writer, present

MOST = 5


def choose_key_sentences(writer: Writer) -> list[Sentence]:
    """Choose what stands first in the report.

    Clear differences from the others come first (largest in units of its interval), then the
    barriers, how far the goals come, the clearest gap between groups, and clear changes. One
    positive sentence is kept where the data allow one.

    Args:
        writer: The report's writer.

    Returns:
        One to five sentences.
    """
    differences: list[tuple[float, Sentence]] = []
    for indicator, group, component in profile_numbers(writer):
        estimate = writer.own(indicator, group, component)
        comparison = writer.comparison(estimate)
        if estimate is None or comparison is None or comparison.verdict not in ("above", "below"):
            continue
        label = writer.voice.component(indicator, component)
        sentence = writer.finding(estimate, label)
        if sentence and comparison.lower is not None and comparison.upper is not None:
            width = max(comparison.upper - comparison.lower, 1e-9)
            differences.append((abs(comparison.difference or 0.0) / width, sentence))
    differences.sort(key=lambda pair: (-pair[0], pair[1].text))
    ordered = [sentence for _, sentence in differences]
    positive = [s for s in ordered if s.tone == "positive"][:2]
    other = [s for s in ordered if s.tone != "positive"][:2]
    goals = goals_followed(writer)
    followed = goals if goals is not None and goals.trace.rule == "goals_followed" else None
    facts = present(followed, barrier_sentence(writer), clearest_gap(writer))
    changes = clear_changes(writer)
    chosen = [*positive[:1], *other[:1], *facts, *changes[:1], *positive[1:], *other[1:]][:MOST]
    if not chosen:
        found = (writer.finding(writer.own(i, g, c)) for i, g, c in profile_numbers(writer))
        chosen = present(*found)[:1]
    return chosen
