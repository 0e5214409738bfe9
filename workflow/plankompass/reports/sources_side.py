"""Kildene side ved side: where survey, interviews and documents speak of the same."""

from __future__ import annotations

from plankompass.reports.publishable import Estimate
from plankompass.reports.schema import SourcesRow, SourcesSide
from plankompass.reports.writer import Writer

_CLASSES = ("samsvar", "delvis", "sprik", "utilstrekkelig")


def _class_of(writer: Writer, indicator: str) -> Estimate | None:
    return writer.own(indicator, "kilder")


def build_sources(writer: Writer) -> SourcesSide | None:
    """One row an indicator where several sources speak.

    Args:
        writer: The report's writer.

    Returns:
        The part; None when no triangulated indicator has a class for the municipality.
    """
    voice, say = writer.voice, writer.voice.say
    rows = []
    for indicator in writer.book.indicators.values():
        if indicator.operator != "convergence_class" or "municipality" not in indicator.levels:
            continue
        result = _class_of(writer, indicator.id)
        verdict = result.class_value if result is not None and result.shown else "utilstrekkelig"
        if verdict not in _CLASSES:
            verdict = "utilstrekkelig"
        survey, documents = indicator.inputs.indicators[0], indicator.inputs.indicators[-1]
        member = writer.own(survey, "folkevalgte")
        said = writer.shown(member).text
        if member is not None and member.shown:
            said = f"{voice.indicator(survey)}: {said}"
        chain = writer.own(documents, "dokument", "mal_i_handlingsdel")
        chain_text = writer.shown(chain).text
        if chain is not None and chain.shown:
            chain_text = f"{voice.component(documents, 'mal_i_handlingsdel')}: {chain_text}"
        rows.append(
            SourcesRow(
                label=voice.indicator(indicator.id),
                survey=said,
                interviews=_interviews(writer, list(indicator.inputs.codes)),
                documents=chain_text,
                verdict=verdict,  # type: ignore[arg-type]
                verdict_text=say(f"convergence.{verdict}"),
            )
        )
    if not rows:
        return None
    notes = [
        voice.caveat(i.id)
        for i in writer.book.indicators.values()
        if i.operator == "convergence_class"
    ]
    return SourcesSide(
        title=say("section.sources"), intro=[say("convergence.intro")], rows=rows, notes=notes
    )


def _interviews(writer: Writer, codes: list[str]) -> str:
    """What a municipality's report may say of interviews: whether there are at least three."""
    for indicator in ("implementation_interview_share", "interplay_interview_share"):
        for code in writer.book.indicators[indicator].inputs.codes:
            estimate = writer.own(indicator, "intervju", code)
            if estimate is not None and estimate.shown:
                return writer.voice.say("convergence.interviews")
    return writer.voice.say("reason.too_few_interviews")
