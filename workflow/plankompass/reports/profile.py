"""The profile: one strip an indicator and group, own value against the other municipalities."""

from __future__ import annotations

from plankompass.reports.publishable import TOTAL, Estimate
from plankompass.reports.schema import Profile, SpineGroup, SpineRow
from plankompass.reports.wording import (
    COUNT,
    INDEX,
    MONTHS,
    SHARE,
    YES_NO,
    drawn_values,
    quartiles,
    unit_of,
)
from plankompass.reports.writer import Writer

_RESEARCH_QUESTIONS = ("RQ1", "RQ2", "RQ3", "RQ4")


def profile_numbers(writer: Writer) -> list[tuple[str, str, str]]:
    """What the profile shows, from the codebook: indicator, group, component.

    Scales and indices by their total; shares of goals by their parts; a deadline by its answer.
    Rankings, profiles, gaps, interview shares and single items have figures of their own.
    """
    numbers = []
    for indicator in writer.book.indicators.values():
        if "municipality" not in indicator.levels:
            continue
        if indicator.operator in (
            "mean_of_items",
            "mean_of_shares",
            "additive_index",
            "months_to_event",
        ):
            numbers += [(indicator.id, group, TOTAL) for group in indicator.groups]
        elif indicator.operator == "ratio":
            denominator = indicator.params.get("denominator")
            parts = [m for m in indicator.inputs.measures if m != denominator]
            numbers += [(indicator.id, group, part) for group in indicator.groups for part in parts]
    return numbers


def _limits(writer: Writer, indicator: str, component: str) -> tuple[float, float]:
    unit = unit_of(writer.book, indicator, component)
    low, high = (float(x) for x in writer.book.indicators[indicator].range)
    return (0.0, 100.0) if unit in (SHARE, INDEX, YES_NO) else (low, high)


def spine_row(writer: Writer, estimate: Estimate) -> SpineRow:
    """One strip of the profile.

    Args:
        writer: The report's writer.
        estimate: The municipality's estimate.

    Returns:
        The row; peers' range and middle half come from published values only.
    """
    key = estimate.key
    unit = unit_of(writer.book, key.indicator, key.component)
    comparison = writer.comparison(estimate)
    verdict, words = writer.voice.verdict(comparison, estimate)
    low, high = _limits(writer, key.indicator, key.component)
    enough = comparison is not None and comparison.peer_mean is not None
    peers = drawn_values(writer.data.peer_values(estimate), unit) if enough else []
    middle = quartiles(peers)
    network = writer.network(key.indicator, key.group, key.component)
    scale = {
        SHARE: writer.voice.say("profile_text.unit_share"),
        INDEX: writer.voice.say("profile_text.unit_share"),
        MONTHS: writer.voice.say("profile_text.unit_months"),
        COUNT: writer.voice.say("profile_text.unit_points", low=int(low), high=int(high)),
    }.get(unit, f"{low:.0f}–{high:.0f}")
    group = writer.voice.group(key.group)
    return SpineRow(
        indicator=key.indicator,
        label=writer.voice.component(key.indicator, key.component),
        sub=f"{group}, {scale}"
        if key.group in writer.book.groups
        else scale[0].upper() + scale[1:],
        scale_min=low,
        scale_max=high,
        own=writer.shown(estimate),
        peers_min=peers[0] if peers else None,
        peers_max=peers[-1] if peers else None,
        peers_q1=middle[0] if middle else None,
        peers_q3=middle[1] if middle else None,
        peer_mean=writer.voice.peer_mean(comparison, key.indicator, key.component),
        network_mean=writer.shown(network)
        if network is not None and network.shown and network.value is not None
        else None,
        verdict=verdict,
        verdict_text=words,
    )


def build_profile(writer: Writer) -> Profile:
    """The profile with all its rows, grouped by research question.

    Args:
        writer: The report's writer.

    Returns:
        The profile; an indicator without any row in the tables is left out.
    """
    groups = []
    for question in _RESEARCH_QUESTIONS:
        rows = []
        for indicator, group, component in profile_numbers(writer):
            if writer.book.indicators[indicator].rq != question:
                continue
            estimate = writer.own(indicator, group, component)
            if estimate is not None and estimate.reason != "network_only":
                rows.append(spine_row(writer, estimate))
        if rows:
            shown = sum(r.own.status == "published" for r in rows)
            over = sum(r.verdict == "above" for r in rows)
            under = sum(r.verdict == "below" for r in rows)
            groups.append(
                SpineGroup(
                    title=writer.voice.say(f"section.{question}"),
                    alt=writer.voice.say(
                        "profile_text.alt", shown=shown, total=len(rows), over=over, under=under,
                        municipality=writer.name,
                    ),
                    rows=rows,
                )
            )  # fmt: skip
    return Profile(
        title=writer.voice.say("profile_text.title"),
        intro=[writer.voice.say("profile_text.intro", municipality=writer.name)],
        groups=groups,
        notes=[writer.voice.say("profile_text.note")],
    )
