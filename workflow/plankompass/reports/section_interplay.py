"""RQ3: interplay and role understanding between elected members, administration and residents."""

from __future__ import annotations

from plankompass.reports.blocks import code_table, numbers_table, scale_table
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
        if gap is None or not gap.shown or gap.lower is None or gap.upper is None:
            continue
        if gap.lower > 0 or gap.upper < 0:
            found.append((-abs(gap.value or 0.0), item, gap))
    if not found:
        return None
    _, item, gap = min(found, key=lambda f: f[:2])
    return writer.gap_finding(gap, writer.voice.item(item))


def _verdict(writer: Writer, gap: Estimate | None) -> tuple[str, str]:
    if gap is None or not gap.shown or gap.lower is None or gap.upper is None:
        return "none", writer.voice.why_not(gap) if gap is None or not gap.shown else ""
    clear = gap.lower > 0 or gap.upper < 0
    return (
        ("clear", writer.voice.say("gap.clear"))
        if clear
        else ("unclear", writer.voice.say("gap.unclear"))
    )


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
        found = [writer.own(i, g) for i in indicators for g in groups]
        return present(*(writer.finding(e) for e in found), *(writer.dont_know(e) for e in found))

    locus = [i for i in writer.book.indicators[GAP].inputs.items if i.startswith("bo_")]
    trust = [i for i in writer.book.indicators[GAP].inputs.items if i not in locus]
    asked = writer.book.indicators[CITIZEN_GAP].inputs.items
    decides = Question(
        id="rq3_avgjor",
        title=text["rq3_avgjor"],
        answer=present(
            *(
                writer.gap_finding(_gap(writer, GAP, i, MEMBERS, STAFF), writer.voice.item(i))
                for i in locus
            )
        ),
        blocks=[b for b in (who_decides_block(writer),) if b],
    )
    roles = Question(
        id="rq3_roller",
        title=text["rq3_roller"],
        answer=of("role_clarity", "interplay_quality"),
        blocks=[
            b
            for b in (
                gaps_block(writer, "trust", GAP, trust, [(MEMBERS, STAFF)]),
                code_table(writer, "roles-said", "interplay_interview_share", "roller/"),
            )
            if b
        ],
    )
    residents = Question(
        id="rq3_innbyggere",
        title=text["rq3_innbyggere"],
        answer=[
            *present(
                *(
                    writer.gap_finding(_gap(writer, CITIZEN_GAP, i, MEMBERS, RESIDENTS), writer.voice.item(i))
                    for i in asked
                )
            ),
            *of("citizen_influence", groups=(RESIDENTS,)),
        ],
        blocks=[
            b
            for b in (
                gaps_block(
                    writer, "residents", CITIZEN_GAP, list(asked),
                    [(MEMBERS, RESIDENTS), (STAFF, RESIDENTS)],
                ),
                numbers_table(writer, "participation", ["participation_documented"]),
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
                scale_table(writer, "codevelopment", "policy_codevelopment"),
                code_table(
                    writer, "participation-said", "interplay_interview_share", "medvirkning/"
                ),
            )
            if b
        ],
    )
    return [decides, roles, residents, development]
