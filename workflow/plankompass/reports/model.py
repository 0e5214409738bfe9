"""report.json of one municipality: every sentence and rounded number, made before any layout."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from plankompass.reports import formats
from plankompass.reports.about import answered, build_about
from plankompass.reports.distributions import SCALES, own_answers
from plankompass.reports.key_sentences import choose_key_sentences
from plankompass.reports.profile import build_profile
from plankompass.reports.publishable import Publishable, read_publishable
from plankompass.reports.schema import (
    Colours,
    Discussion,
    DiscussionGroup,
    Front,
    Meta,
    Municipality,
    MunicipalReport,
    Question,
    Section,
    write_document,
)
from plankompass.reports.section_change import change_section
from plankompass.reports.section_decide import decide_questions
from plankompass.reports.section_interplay import interplay_questions
from plankompass.reports.section_plan import plan_questions
from plankompass.reports.section_support import support_questions
from plankompass.reports.sources_side import build_sources
from plankompass.reports.wording import Voice, report_texts
from plankompass.reports.writer import Writer
from plankompass.study.codebook import load_codebook
from plankompass.study.logo import read_logo


def build_report(
    inputs: Mapping[str, Path | list[Path]], outputs: Mapping[str, Path], params: Mapping[str, Any]
) -> None:
    """Write one municipality's report.json.

    Args:
        inputs: The publishable tables by name.
        outputs: ``report``.
        params: ``kommune_id``, ``language``, ``study``, ``title``, ``example``, ``waves``,
            ``report``, ``statistics``, ``disclosure``, ``codebook``, ``version``, ``input_hash``.

    Raises:
        PlankompassError: A table is missing, or a text is not in the catalogue.
    """
    write_document(compose(read_publishable(inputs), params), outputs["report"])


def meta(writer: Writer, title: str, subtitle: str) -> Meta:
    """What the document is about and how it was made."""
    params, language, say = writer.params, writer.language, writer.voice.say
    as_of = date.fromisoformat(str(params["waves"][writer.wave]["as_of"]))
    dated = date.fromisoformat(str(params["report"]["dated"]))
    return Meta(
        study=params["study"],
        study_title=report_texts(params, language),
        title=title,
        subtitle=subtitle,
        language=language,  # type: ignore[arg-type]
        wave=writer.wave,
        wave_text=say("front_text.wave", year=as_of.year),
        as_of=as_of,
        as_of_text=formats.long_date(as_of, language),
        dated=dated,
        dated_text=formats.long_date(dated, language),
        example=bool(params["example"]),
        example_word=say("front_text.example_word") if params["example"] else "",
        publisher=params["report"]["publisher"],
        contact=params["report"].get("contact", ""),
        addressee=params["report"].get("addressee", ""),
        logo=read_logo(params["report"].get("logo")),
        colours=Colours(**params["report"].get("colours", {})),
        version=params["version"],
        input_hash=params["input_hash"],
    )


def compose(data: Publishable, params: Mapping[str, Any]) -> MunicipalReport:
    """Write everything one municipality's report says.

    Args:
        data: The publishable tables.
        params: As in :func:`build_report`.

    Returns:
        The report.
    """
    voice = Voice.of(params["language"], load_codebook(params["codebook"]))
    row = data.municipality(params["kommune_id"])
    writer = Writer(data, voice, params, params["report"]["wave"], row.kommune_id, row.name)
    say = voice.say
    territory = ""
    if row.territory_note:
        day = formats.long_date(row.territory_from.date(), writer.language)
        territory = say(f"territory.{row.territory_note}", day=day)
    questions = {
        "RQ1": decide_questions(writer),
        "RQ2": plan_questions(writer),
        "RQ3": interplay_questions(writer),
        "RQ4": support_questions(writer),
    }
    sections = [_section(writer, rq, found) for rq, found in questions.items()]
    return MunicipalReport(
        meta=meta(writer, row.name, say("front_text.subtitle")),
        municipality=Municipality(
            kommune_id=row.kommune_id,
            code=row.code,
            name=row.name,
            official_name=row.official_name,
            county=row.county,
            peer_group=row.peer_group,
            territory=territory,
        ),
        front=Front(
            answered=answered(writer),
            documents=_documents(writer),
            interviews=_interviews(writer),
            lead=" ".join(filter(None, (say("front_text.lead", municipality=row.name), territory))),
            key_sentences=choose_key_sentences(writer),
        ),
        profile=build_profile(writer),
        sections=sections,
        sources=build_sources(writer),
        change=change_section(writer),
        discussion=_discussion(writer),
        about=build_about(writer),
    )


def _section(writer: Writer, rq: str, questions: list[Question]) -> Section:
    text = writer.book.research_questions[rq].text(writer.language)  # type: ignore[index]
    # One figure for all scales, where the last of them has been told: its head and legend stand once.
    scales = [scale for part in SCALES.values() for scale in part] if rq == list(SCALES)[-1] else []
    answers = own_answers(writer, "answers", scales, "folkevalgte")
    return Section(
        id=rq,
        title=writer.voice.say(f"section.{rq}"),
        research_question=text,
        questions=[q for q in questions if q.answer or q.blocks],
        blocks=[answers] if answers else [],
    )


def _documents(writer: Writer) -> str:
    used = [d for d in writer.data.rows("documents", kommune_id=writer.kommune_id) if d.used]
    if not used:
        return writer.voice.say("front_text.no_documents")
    kinds = list(dict.fromkeys(writer.voice.say(f"document.{d.kind}") for d in used))
    return formats.joined(kinds, writer.language).capitalize()


def _interviews(writer: Writer) -> str:
    for indicator in ("implementation_interview_share", "interplay_interview_share"):
        for code in writer.book.indicators[indicator].inputs.codes:
            estimate = writer.own(indicator, "intervju", code)
            if estimate is not None and estimate.shown:
                return writer.voice.say("front_text.interviews")
    return writer.voice.say("reason.too_few_interviews")


def _discussion(writer: Writer) -> Discussion:
    groups = []
    for rq, entry in writer.book.research_questions.items():
        asked = [q.text(writer.language) for q in entry.discussion]
        groups.append(DiscussionGroup(title=writer.voice.say(f"section.{rq}"), questions=asked))
    say = writer.voice.say
    return Discussion(
        title=say("section.discussion"), intro=[say("discussion_text.intro")], groups=groups
    )
