"""RQ1: how a newly elected council decides and carries out its policy, and what stands in the way."""

from __future__ import annotations

from plankompass.reports import formats
from plankompass.reports.blocks import codes_said, group_bars, numbers_table, platform_chain
from plankompass.reports.duties import duties_table
from plankompass.reports.publishable import Estimate
from plankompass.reports.schema import Question
from plankompass.reports.schema_blocks import RankedBarrier, RankedBarriers
from plankompass.reports.schema_parts import Sentence, Shown
from plankompass.reports.timeline import duties_timeline
from plankompass.reports.writer import Writer, present

BARRIERS = "barrier_severity_ranking"
MEMBERS, STAFF = "folkevalgte", "administrasjon"
_NAMED = 4  # barriers in one sentence


def _ranked(writer: Writer, group: str) -> list[tuple[str, Estimate, Estimate | None]]:
    """Shown barriers of a group with their rank rows, most severe first."""
    rows = []
    for item in writer.book.indicators[BARRIERS].inputs.items:
        mean = writer.own(BARRIERS, group, item)
        if mean is not None and mean.shown:
            rows.append((item, mean, writer.own(BARRIERS, group, f"rank:{item}")))
    return sorted(rows, key=lambda r: (-(r[1].value or 0.0), r[0]))


def _top(writer: Writer, group: str) -> list[tuple[str, Estimate]]:
    """The barriers that may be the largest: the interval of their rank begins at 1."""
    rows = [
        (item, rank) for item, _, rank in _ranked(writer, group) if rank is not None and rank.shown
    ]
    return [(item, rank) for item, rank in rows if rank.lower is not None and rank.lower <= 1]


def barrier_sentence(writer: Writer, group: str = MEMBERS) -> Sentence | None:
    """Which barriers are largest, as far as the rank intervals tell; None when not shown."""
    top = _top(writer, group)
    if not top:
        return None
    names = [writer.voice.item(item) for item, _ in top]
    lowered = [name[0].lower() + name[1:] for name in names]
    who = writer.voice.group_named(group)
    if len(top) == 1:
        return writer.rule("rank_first", top[0][1], hinder=lowered[0], gruppe=who)
    if len(top) <= _NAMED:
        listed = formats.joined(lowered, writer.language)
        lead = writer.voice.say("barriers_text.among", group=who, barriers=listed)
    else:
        lead = writer.voice.say(
            "barriers_text.among_more", group=who,
            barriers=", ".join(lowered[:_NAMED]), more=len(top) - _NAMED,
        )  # fmt: skip
    return writer.rule("rank_tie", top[0][1], lead=lead)


def _interview_words(writer: Writer, item: str) -> str:
    code = f"barrierer/{item.removeprefix('hi_')}"
    estimate = writer.own("implementation_interview_share", "intervju", code)
    if estimate is None or not estimate.shown or not estimate.class_value:
        return ""
    return writer.voice.say(f"barriers.{estimate.class_value}")


def _not_shown(writer: Writer, rows: list[RankedBarrier]) -> list[str]:
    """How many barriers are not shown, so that nobody takes the list for all of them."""
    total = len(writer.book.indicators[BARRIERS].inputs.items)
    if len(rows) == total:
        return []
    return [writer.voice.say("barriers_text.hidden", count=total - len(rows), total=total)]


def _short(shown: Shown) -> Shown:
    """A share without its interval, which takes a line more in every row; the workbook has it."""
    return shown.model_copy(update={"interval": "", "lower": None, "upper": None})


def barriers_block(writer: Writer, group: str) -> RankedBarriers | None:
    """Barriers as one group ranks them; None when fewer than two are shown."""
    ranked = _ranked(writer, group)
    if len(ranked) < 2:
        return None
    focus = set(writer.book.indicators[BARRIERS].params.get("focus_items", []))
    rows = []
    for item, mean, rank in ranked:
        comparison = writer.comparison(mean)
        verdict, words = writer.voice.verdict(comparison, mean)
        share = writer.own(BARRIERS, group, f"share:{item}")
        rows.append(
            RankedBarrier(
                label=writer.voice.item(item),
                mean=writer.shown(mean),
                rank=_rank_shown(writer, rank),
                share=_short(writer.shown(share)) if share is not None else None,
                peer_mean=writer.voice.peer_mean(comparison, BARRIERS, item),
                verdict=verdict,
                verdict_text=words,
                focus=item in focus,
                interviews=_interview_words(writer, item),
            )
        )
    first = rows[0].label
    return RankedBarriers(
        id=f"barriers-{group}",
        title=writer.voice.say("barriers_text.title", group=writer.voice.group_named(group)),
        alt=writer.voice.say(
            "barriers_text.alt", group=writer.voice.group_named(group), count=len(rows),
            first=first, value=rows[0].mean.text, last=rows[-1].label, low=rows[-1].mean.text,
        ),
        notes=[*_not_shown(writer, rows), writer.voice.say("barriers_text.note"), writer.voice.caveat(BARRIERS)],
        group=writer.voice.group(group),
        scale_min=1,
        scale_max=5,
        scale_labels=writer.voice.scale_ends("severity5"),
        rows=rows,
    )  # fmt: skip


def places(low: int, high: int) -> str:
    """Places on a list: "1", or "1–4" where they cannot be told apart."""
    return str(low) if low == high else f"{low}{formats.EN_DASH}{high}"


def _rank_shown(writer: Writer, rank: Estimate | None):
    shown = writer.shown(rank)
    if rank is None or not rank.shown or rank.lower is None or rank.upper is None:
        return shown
    low, high = round(rank.lower), round(rank.upper)
    text = places(low, high)
    return shown.model_copy(update={"text": text, "lower": float(low), "upper": float(high)})


def decide_questions(writer: Writer) -> list[Question]:
    """The plain questions of RQ1, answered.

    Args:
        writer: The report's writer.

    Returns:
        One question each of the codebook, in its order.
    """
    text = {q.id: q.text(writer.language) for q in writer.book.research_questions["RQ1"].questions}
    capacity = [writer.own("policy_implementation_capacity", g) for g in (MEMBERS, STAFF)]
    promises = [
        writer.gap_finding(
            writer.own("citizen_perception_gap", MEMBERS, "pa_lofter_fulgt|innbyggere"),
            writer.voice.item("pa_lofter_fulgt"),
        )
    ]
    carried_out = Question(
        id="rq1_gjennomfort",
        title=text["rq1_gjennomfort"],
        answer=present(
            *writer.findings("policy_implementation_capacity", (MEMBERS, STAFF)),
            *(writer.dont_know(e) for e in capacity),
            *promises,
        ),
        blocks=[b for b in (platform_chain(writer),) if b],
    )
    barriers = Question(
        id="rq1_hinder",
        title=text["rq1_hinder"],
        answer=present(barrier_sentence(writer), barrier_sentence(writer, STAFF)),
        blocks=[b for b in (barriers_block(writer, MEMBERS), _barriers_without(writer)) if b],
    )
    latitude = [writer.own("budget_cycle_latitude", g) for g in (MEMBERS, STAFF)]
    focus = writer.book.indicators[BARRIERS].params["focus_items"]
    cycle = Question(
        id="rq1_arshjul",
        title=text["rq1_arshjul"],
        answer=present(
            *writer.findings("budget_cycle_latitude", (MEMBERS, STAFF)),
            *(
                writer.finding(writer.own(BARRIERS, MEMBERS, i), writer.voice.item(i))
                for i in focus
            ),
            *(writer.dont_know(e) for e in latitude),
        ),
        blocks=[numbers_table(writer, "political-choice", ["political_choice_index"])],
    )
    steps = Question(
        id="rq1_grep",
        title=text["rq1_grep"],
        answer=present(writer.finding(writer.own("strategy_uptake", MEMBERS))),
        blocks=[
            b
            for b in (
                group_bars(writer, "strategies", "strategy_uptake", (MEMBERS, STAFF)),
                codes_said(writer, "strategies-said", "implementation_interview_share", "grep/"),
                duties_timeline(writer),
                duties_table(writer),
            )
            if b
        ],
    )
    return [carried_out, barriers, cycle, steps]


def _barriers_without(writer: Writer):
    """When the councillors' ranking is hidden: what the interviews say of barriers."""
    if barriers_block(writer, MEMBERS) is not None:
        return None
    return codes_said(writer, "barriers-said", "implementation_interview_share", "barrierer/")
