"""RQ3: interplay and role understanding between elected members, administration and residents."""

from __future__ import annotations

from collections.abc import Sequence

from plankompass.reports.blocks import broken_scale, codes_said
from plankompass.reports.distributions import own_answers
from plankompass.reports.publishable import Estimate
from plankompass.reports.schema import Question
from plankompass.reports.schema_blocks import GapRow, Gaps, GroupValue, ProfileStage, WhoDecides
from plankompass.reports.schema_parts import Sentence
from plankompass.reports.writer import Writer, present

MEMBERS, STAFF, RESIDENTS = "folkevalgte", "administrasjon", "innbyggere"
GAP = "politics_administration_gap"
CITIZEN_GAP = "citizen_perception_gap"
LOCUS = "locus_profile"


def _gap(writer: Writer, indicator: str, item: str, first: str, second: str) -> Estimate | None:
    return writer.own(indicator, first, f"{item}|{second}")


def clearest_gap(writer: Writer) -> Sentence | None:
    """The item on which members and administration clearly differ most; None when there is none."""
    found = []
    for item in writer.book.indicators[GAP].inputs.items:
        gap = _gap(writer, GAP, item, MEMBERS, STAFF)
        if gap is not None and writer.sure(gap):
            found.append((-abs(gap.value or 0.0), item, gap))
    if not found:
        return None
    _, item, gap = min(found, key=lambda f: f[:2])
    return writer.gap_finding(gap, writer.voice.item(item))


def _gaps_said(writer: Writer, indicator: str, items: Sequence[str], second: str) -> list[Sentence]:
    """Sentences on the sure gaps; when none is, on the first. The figure shows the others."""
    gaps = [(item, _gap(writer, indicator, item, MEMBERS, second)) for item in items]
    known = [(item, gap) for item, gap in gaps if writer.sure(gap) is not None]
    told = [(item, gap) for item, gap in known if writer.sure(gap)] or known[:1]
    return present(*(writer.gap_finding(gap, writer.voice.item(item)) for item, gap in told))


def _verdict(writer: Writer, gap: Estimate | None) -> tuple[str, str]:
    if gap is None or not gap.shown:
        return "none", writer.voice.why_not(gap)
    sure = writer.sure(gap)
    if sure is None:
        return "none", ""
    verdict = "clear" if sure else "unclear"
    return verdict, writer.voice.say(f"gap.{verdict}")


def who_decides_block(writer: Writer) -> WhoDecides | None:
    """Who decides at each stage, as members and administration see it; None when nothing is shown."""
    voice = writer.voice
    rows = []
    for item in writer.book.indicators[LOCUS].inputs.items:
        estimates = [(g, writer.own(LOCUS, g, item)) for g in (MEMBERS, STAFF)]
        values = [
            GroupValue(group=g, label=voice.group(g), shown=voice.shown(e)) for g, e in estimates
        ]
        peers = [
            GroupValue(group=g, label=voice.group(g), shown=mean)
            for g, e in estimates
            if (mean := voice.peer_mean(writer.comparison(e), LOCUS, item)) is not None
        ]
        gap = _gap(writer, GAP, item, MEMBERS, STAFF)
        rows.append(
            ProfileStage(
                label=voice.say(f"stage.{writer.book.items[item].stage}"),
                values=values, peer_means=peers, verdict_text=_verdict(writer, gap)[1],
            )
        )  # fmt: skip
    if not any(v.shown.status == "published" for row in rows for v in row.values):
        return None
    said = "; ".join(
        f"{row.label}: " + ", ".join(f"{v.label.lower()} {v.shown.text}" for v in row.values)
        for row in rows
    )
    return WhoDecides(
        id="who-decides",
        title=voice.indicator(LOCUS),
        alt=voice.say("locus_text.alt", rows=said),
        notes=[voice.say("locus_text.note"), voice.caveat(LOCUS)],
        scale_min=1,
        scale_max=5,
        scale_labels=voice.scale_ends("locus5"),
        middle_label=writer.book.scales["locus5"].labels[3].text(writer.language),
        rows=rows,
    )


def gaps_block(
    writer: Writer, block_id: str, indicator: str, items: list[str], pairs: list[tuple[str, str]]
) -> Gaps | None:
    """Dumbbells of items asked in the same words of several groups.

    Args:
        writer: The report's writer.
        block_id: Anchor of the block.
        indicator: A perception gap.
        items: Items shown.
        pairs: Contrasts; the first that is shown gives the row's gap.

    Returns:
        The block, or None when no group's value is shown.
    """
    voice = writer.voice
    groups = list(dict.fromkeys(g for pair in pairs for g in pair))
    rows = []
    for item in items:
        values = [
            GroupValue(
                group=g,
                label=voice.group(g),
                shown=voice.shown(writer.own(indicator, g, f"level:{item}")),
            )
            for g in groups
        ]
        first, second = pairs[0]
        gap = _gap(writer, indicator, item, first, second)
        verdict, words = _verdict(writer, gap)
        if not any(v.shown.value is not None for v in values):
            continue
        rows.append(
            GapRow(
                label=voice.item(item),
                values=values,
                gap=voice.shown(gap) if gap is not None else None,
                gap_label=voice.say(
                    "gap.label", first=voice.group(first), second=voice.group(second).lower()
                ),
                verdict=verdict,  # type: ignore[arg-type]
                verdict_text=words,
            )
        )
    if not rows:
        return None
    said = "; ".join(
        f"{row.label} " + ", ".join(f"{v.label.lower()} {v.shown.text}" for v in row.values)
        for row in rows
    )
    return Gaps(
        id=block_id,
        title=voice.indicator(indicator),
        alt=voice.say("gap.alt", rows=said),
        notes=[voice.caveat(indicator)],
        scale_min=1,
        scale_max=5,
        scale_labels=voice.scale_ends("likert5"),
        rows=rows,
    )


def interplay_questions(writer: Writer) -> list[Question]:
    """The plain questions of RQ3, answered.

    Args:
        writer: The report's writer.

    Returns:
        One question each of the codebook, in its order.
    """
    text = {q.id: q.text(writer.language) for q in writer.book.research_questions["RQ3"].questions}

    def of(*indicators: str, groups: tuple[str, ...] = (MEMBERS, STAFF)) -> list[Sentence]:
        unsure = (writer.dont_know(writer.own(i, g)) for i in indicators for g in groups)
        return [*(s for i in indicators for s in writer.findings(i, groups)), *present(*unsure)]

    locus = [i for i in writer.book.indicators[GAP].inputs.items if i.startswith("bo_")]
    trust = [i for i in writer.book.indicators[GAP].inputs.items if i not in locus]
    asked = writer.book.indicators[CITIZEN_GAP].inputs.items
    decides = Question(
        id="rq3_avgjor",
        title=text["rq3_avgjor"],
        answer=_gaps_said(writer, GAP, locus, STAFF),
        blocks=[b for b in (who_decides_block(writer),) if b],
    )
    roles = Question(
        id="rq3_roller",
        title=text["rq3_roller"],
        answer=of("role_clarity", "interplay_quality"),
        blocks=[
            b
            for b in (
                *broken_scale(writer, "clarity", "role_clarity"),
                *broken_scale(writer, "interplay", "interplay_quality"),
                gaps_block(writer, "trust", GAP, trust, [(MEMBERS, STAFF)]),
                codes_said(writer, "roles-said", "interplay_interview_share", "roller/"),
            )
            if b
        ],
    )
    residents = Question(
        id="rq3_innbyggere",
        title=text["rq3_innbyggere"],
        answer=[
            *_gaps_said(writer, CITIZEN_GAP, asked, RESIDENTS),
            *of("citizen_influence", groups=(RESIDENTS,)),
        ],
        blocks=[
            b
            for b in (
                gaps_block(
                    writer, "residents", CITIZEN_GAP, list(asked),
                    [(MEMBERS, RESIDENTS), (STAFF, RESIDENTS)],
                ),
                own_answers(writer, "answers-residents", ["citizen_influence"], RESIDENTS),
            )
            if b
        ],
    )  # fmt: skip
    development = Question(
        id="rq3_utvikling",
        title=text["rq3_utvikling"],
        answer=of("policy_codevelopment"),
        blocks=[
            b
            for b in (
                *broken_scale(writer, "codevelopment", "policy_codevelopment"),
                codes_said(
                    writer, "participation-said", "interplay_interview_share", "medvirkning/"
                ),
            )
            if b
        ],
    )
    return [decides, roles, residents, development]
