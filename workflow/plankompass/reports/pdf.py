"""Accessible PDF (PDF/UA-1) from a view, set by Typst with the fonts of the repository."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pypdfium2

from plankompass.reports.charts import SPINE_WIDTHS, ChartTable
from plankompass.reports.figures import Chart, Key, key_icon
from plankompass.reports.pdf_objects import mark_row_headers
from plankompass.reports.schema import MunicipalReport
from plankompass.reports.style import TONE_MARKS
from plankompass.reports.typeset import forget_pieces, typeset
from plankompass.reports.view import (
    View,
    closing_facts,
    head_facts,
    numbered,
    official_name,
    sources_table,
)

TEMPLATE = Path(__file__).parent / "templates" / "report.typ"
_TEXTS = {
    "page_of": "common.page_of",
    "brand": "common.brand",
    "facts": "common.facts",
    "example_note": "common.example_note",
    "report_kind": "front.report_kind",
    "network_kind": "front.network_kind",
    "in_short": "front.in_short",
    "who_answered": "front.who_answered",
    "documents": "front.documents",
    "interviews": "front.interviews",
    "strip": "profile.strip",
    "own": "profile.own",
    "peers": "profile.peers",
    "network": "profile.network",
    "verdict": "profile.verdict",
    "trace_intro": "trace.intro_numbers",
}
FEWEST_PAGES, MOST_PAGES = 6, 8  # a municipality's report
BARE_PAGE = 1200  # characters, head and foot included


def trace_lines(view: View) -> list[str]:
    """The appendix: rule and numbers behind each sentence, by the small number that follows it.

    Args:
        view: The document.

    Returns:
        One line a sentence, in the order of the numbers.
    """
    lines = []
    for sentence in numbered(view.sentences)[1]:
        trace = sentence.trace
        value = f"{trace.value} ({trace.interval})" if trace.interval else trace.value
        parts = [
            trace.rule, trace.indicator_name or trace.indicator, trace.group, value, trace.n,
        ]  # fmt: skip
        lines.append(". ".join(part for part in parts if part) + ".")
    return lines


def _data(view: View) -> dict[str, Any]:
    report, text = view.report, view.text
    meta = report.meta
    municipal = isinstance(report, MunicipalReport)
    sources = sources_table(report, text) if municipal else None
    title = f"{meta.title} – {meta.subtitle}" if meta.subtitle else meta.title
    return {
        "report": report.model_dump(mode="json"),
        "title": f"{title} ({meta.example_word})" if meta.example else title,
        "tight": int(municipal),
        "official": official_name(report),
        "lang": meta.language,
        "keywords": [meta.study_title, meta.wave_text],
        "text": {name: text.texts[key] for name, key in _TEXTS.items()},
        "charts": {key: _chart(item) for key, item in view.charts.items()},
        "figures": {
            key: {
                "images": [f.svg for f in found],
                "legend": _legend(found[0].keys),
                "words": found[0].words,
            }
            for key, found in view.figures.items()
        },
        "tables": {key: table.model_dump() for key, table in view.tables.items()},
        "spines": [
            {"parts": _parts(chart), "heights": [h for p in chart.parts for h in p.heights]}
            for chart in view.spines
        ],
        "spine_legend": _legend(view.spines[0].keys) if view.spines else [],
        "spine_widths": SPINE_WIDTHS,
        "sources_table": sources.model_dump() if sources else None,
        "trace": {"caption": text("trace.title"), "rows": trace_lines(view)},
        "numbers": numbered(view.sentences)[0],
        "head_facts": [f.model_dump() for f in head_facts(report)],
        "facts": [f.model_dump() for f in closing_facts(report)],
        "tone_marks": TONE_MARKS,
        "tone_words": {tone: text(f"tone.{tone}") for tone in TONE_MARKS},
    }


def _legend(keys: Iterable[Key]) -> list[tuple[str, str]]:
    return [(key_icon(key), key.label) for key in keys]


def _parts(chart: Chart) -> list[dict[str, Any]]:
    return [{"svg": part.svg, "heights": part.heights} for part in chart.parts]


def _chart(item: ChartTable) -> dict[str, Any]:
    return {
        "legend": _legend(item.chart.keys), "words": item.chart.words, "head": item.chart.head,
        "head_height": item.chart.head_height,
        "parts": _parts(item.chart), "table": item.table.model_dump(),
        "widths": item.widths, "heights": item.heights,
    }  # fmt: skip


def render_pdf(view: View) -> bytes:
    """Set a report as PDF/UA-1.

    Args:
        view: The document with figures and tables.

    Returns:
        The file; its bytes depend on the document alone (the date is the report's own).

    Raises:
        PlankompassError: The typesetter refuses, for instance because a figure has no alternative text.
    """
    data = _data(view)
    raw = _compile(view, data)
    municipal = isinstance(view.report, MunicipalReport)
    for step in (1, 2) if municipal else (1,):
        pages = _pages(raw)
        too_many = municipal and pages > MOST_PAGES
        # a few lines are not worth a page of their own
        spare = step == 1 and not (municipal and pages <= FEWEST_PAGES) and _ends_bare(raw)
        if not (too_many or spare):
            break
        tighter = _compile(view, data | {"tight": data["tight"] + step})
        raw = tighter if _pages(tighter) < pages else raw
    forget_pieces()
    return mark_row_headers(raw)


def _compile(view: View, data: dict[str, Any]) -> bytes:
    meta = view.report.meta
    return typeset(TEMPLATE, "view", data, meta.dated, meta.title)


def _ends_bare(raw: bytes) -> bool:
    """Whether the last page holds only a few lines, which a tighter setting may save."""
    document = pypdfium2.PdfDocument(raw)
    try:
        return document[len(document) - 1].get_textpage().count_chars() < BARE_PAGE
    finally:
        document.close()


def _pages(raw: bytes) -> int:
    document = pypdfium2.PdfDocument(raw)
    try:
        return len(document)
    finally:
        document.close()
