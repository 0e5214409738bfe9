"""The network report for KS: all municipalities side by side, never a ranking."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from plankompass.reports import formats
from plankompass.reports.about import network_about, network_answered
from plankompass.reports.distributions import SCALES, network_answers
from plankompass.reports.model import meta
from plankompass.reports.network_blocks import (
    attendance_table,
    barriers_table,
    code_shares_table,
    multiples,
    needs_bars,
    overview_table,
    quotes_table,
)
from plankompass.reports.network_change import network_change
from plankompass.reports.network_quality import (
    agreement_table,
    goal_agreement_table,
    quality_table,
    response_bars,
)
from plankompass.reports.publishable import Publishable, read_publishable
from plankompass.reports.schema import Front, NetworkReport, Section, write_document
from plankompass.reports.schema_blocks import AnswerDistribution
from plankompass.reports.schema_parts import Sentence
from plankompass.reports.section_support import gathering_numbers, gatherings
from plankompass.reports.who_answered import who_answered_table
from plankompass.reports.wording import Voice
from plankompass.reports.writer import Writer
from plankompass.study.codebook import load_codebook

MEMBERS, STAFF, RESIDENTS = "folkevalgte", "administrasjon", "innbyggere"


def build_network_report(
    inputs: Mapping[str, Path | list[Path]], outputs: Mapping[str, Path], params: Mapping[str, Any]
) -> None:
    """Write the network report's report.json.

    Args:
        inputs: The publishable tables by name.
        outputs: ``report``.
        params: As for a municipality's report, without ``kommune_id``.

    Raises:
        PlankompassError: A table is missing, or a text is not in the catalogue.
    """
    write_document(compose(read_publishable(inputs), params), outputs["report"])


def compose(data: Publishable, params: Mapping[str, Any]) -> NetworkReport:
    """Write everything the network report says.

    Args:
        data: The publishable tables.
        params: As in :func:`build_network_report`.

    Returns:
        The report.
    """
    voice = Voice.of(params["language"], load_codebook(params["codebook"]))
    writer = Writer(data, voice, params, params["report"]["wave"])
    say = voice.say
    count = len(data.tables["municipalities"])
    sections = [
        Section(
            id="overview",
            title=say("network_text.overview"),
            intro=[say("network_text.overview_intro", count=count)],
            blocks=[
                *_there(multiples(writer, "scales", ["policy_implementation_capacity", "budget_cycle_latitude", "plan_steering_use", "political_ownership", "role_clarity", "interplay_quality"], MEMBERS)),
                overview_table(writer),
            ],
        ),
        Section(
            id="RQ1",
            title=say("section.RQ1"),
            research_question=voice.book.research_questions["RQ1"].text(voice.language),
            blocks=_there(
                barriers_table(writer),
                *_answers(writer, "RQ1"),
                code_shares_table(writer, "strategies-said", "implementation_interview_share", "grep/"),
                quotes_table(writer, "RQ1"),
            ),
        ),
        Section(
            id="RQ2",
            title=say("section.RQ2"),
            research_question=voice.book.research_questions["RQ2"].text(voice.language),
            blocks=_there(
                multiples(writer, "chains", ["goal_chain_share"], "dokument",
                          ["mal_i_handlingsdel", "mal_med_budsjettlinje", "mal_i_arsmelding"]),
                *_answers(writer, "RQ2"),
                quotes_table(writer, "RQ2"),
            ),
        ),
        Section(
            id="RQ3",
            title=say("section.RQ3"),
            research_question=voice.book.research_questions["RQ3"].text(voice.language),
            blocks=_there(
                *_answers(writer, "RQ3"),
                multiples(writer, "residents", ["citizen_influence"], RESIDENTS),
                network_answers(writer, "answers-residents", ["citizen_influence"], RESIDENTS),
                code_shares_table(writer, "roles-said", "interplay_interview_share", ""),
                quotes_table(writer, "RQ3"),
            ),
        ),
        Section(
            id="RQ4",
            title=say("section.RQ4"),
            research_question=voice.book.research_questions["RQ4"].text(voice.language),
            blocks=_there(
                needs_bars(writer),
                gathering_numbers(writer),
                attendance_table(writer),
                code_shares_table(writer, "support-said", "support_interview_share", "stotte/"),
                quotes_table(writer, "RQ4"),
            ),
        ),
        Section(
            id="change",
            title=say("section.change"),
            blocks=_there(network_change(writer)),
        ),
        Section(
            id="quality",
            title=say("network_text.quality"),
            intro=[say("network_text.quality_intro")],
            blocks=_there(
                response_bars(writer),
                who_answered_table(writer),
                quality_table(writer),
                agreement_table(writer),
                goal_agreement_table(writer),
            ),
        ),
    ]  # fmt: skip
    return NetworkReport(
        meta=meta(writer, say("network_text.title"), say("front_text.subtitle")),
        front=Front(
            answered=network_answered(writer),
            documents=say("network_text.documents", count=_documents(data), municipalities=count),
            interviews=say("network_text.gatherings", count=len(gatherings(writer))),
            lead=say("network_text.lead", count=formats.number(count, voice.language, 0)),
            key_sentences=_key_sentences(writer),
        ),
        sections=[s for s in sections if s.blocks],
        about=network_about(writer),
    )


def _answers(writer: Writer, rq: str) -> list[AnswerDistribution | None]:
    """How councillors and administration answered to the scales of a research question."""
    return [
        network_answers(writer, f"answers-{rq.lower()}-{group}", SCALES[rq], group)
        for group in (MEMBERS, STAFF)
    ]


def _there(*blocks):
    return [block for block in blocks if block is not None]


def _documents(data: Publishable) -> int:
    return sum(bool(d.used) for d in data.rows("documents"))


def _key_sentences(writer: Writer) -> list[Sentence]:
    """At most five sentences on the whole network: the barriers, the gap, the goals."""
    found: list[Sentence] = []
    for group in (MEMBERS, STAFF):
        top = []
        for item in writer.book.indicators["barrier_severity_ranking"].inputs.items:
            rank = writer.network("barrier_severity_ranking", group, f"rank:{item}")
            mean = writer.network("barrier_severity_ranking", group, item)
            if rank is not None and rank.shown and rank.lower is not None and rank.lower <= 1:
                top.append((-(mean.value or 0.0) if mean else 0.0, writer.voice.item(item), rank))
        top.sort(key=lambda t: t[:2])
        who = writer.voice.group_named(group)
        if len(top) == 1:
            name = top[0][1]
            found.append(
                writer.rule("rank_first", top[0][2], hinder=name[0].lower() + name[1:], gruppe=who)
            )
        elif top:
            names = formats.joined([n[0].lower() + n[1:] for _, n, _ in top[:4]], writer.language)
            lead = writer.voice.say("barriers_text.among", group=who, barriers=names)
            found.append(writer.rule("rank_tie", top[0][2], lead=lead))
    gaps = []
    for item in writer.book.indicators["politics_administration_gap"].inputs.items:
        gap = writer.network("politics_administration_gap", MEMBERS, f"{item}|{STAFF}")
        if gap is not None and writer.sure(gap) is not None:
            gaps.append((not writer.sure(gap), -abs(gap.value or 0.0), item, gap))
    for _, _, item, gap in sorted(gaps, key=lambda g: g[:3])[:1]:
        sentence = writer.gap_finding(gap, writer.voice.item(item))
        if sentence:
            found.append(sentence)
    return found[:5]
