"""Accessible PDF (PDF/UA-1) from a view, set by Typst with the fonts of the repository."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import typst

from plankompass.reports.charts import SPINE_WIDTHS, ChartTable
from plankompass.reports.figures import Chart, Key, key_icon
from plankompass.reports.schema import MunicipalReport
from plankompass.reports.style import FONTS, TONE_MARKS
from plankompass.reports.view import (
    View,
    closing_facts,
    head_facts,
    numbered,
    official_name,
    sources_table,
)
from plankompass.study.problems import PlankompassError

_TEMPLATE = Path(__file__).parent / "templates" / "report.typ"
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
MOST_PAGES = 8  # a municipality's report
BARE_PAGE = 1200  # characters, head and foot included
# Elements that hold no table rows, so that the search for rows passes them by.
_ROWLESS = {f"/{tag}" for tag in ("P", "Span", "L", "Figure", "Caption", "H1", "H2", "H3", "H4")}
_LOCK = threading.Lock()


@cache
def _compiler() -> typst.Compiler:
    """A compiler with the repository's fonts and no others, kept warm in the process."""
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)]
    )
    return typst.Compiler(_TEMPLATE.read_bytes(), font_paths=fonts, ignore_system_fonts=True)


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
    if _pages(raw) > MOST_PAGES if municipal else _ends_bare(raw):
        tighter = _compile(view, data | {"tight": data["tight"] + 1})
        raw = tighter if _pages(tighter) < _pages(raw) else raw
    return mark_row_headers(raw)


def _compile(view: View, data: dict[str, Any]) -> bytes:
    dated = view.report.meta.dated
    stamp = datetime(dated.year, dated.month, dated.day, tzinfo=UTC)
    inputs = {"view": json.dumps(data, ensure_ascii=False)}
    try:
        with _LOCK:
            return _compiler().compile(
                _TEMPLATE.read_bytes(), format="pdf", sys_inputs=inputs,
                pdf_standards=["ua-1"], timestamp=stamp,
            )  # fmt: skip
    except typst.TypstError as error:
        raise PlankompassError(
            f"{view.report.meta.title}: the PDF could not be set: {error.message}"
        ) from None


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


def mark_row_headers(raw: bytes) -> bytes:
    """Make the first cell of each table row a header cell with row scope.

    Typst tags header rows only; without row headers a screen reader cannot tell which indicator a
    number belongs to.

    Args:
        raw: A tagged PDF as Typst writes it.

    Returns:
        The same PDF with row headers.
    """
    with pikepdf.open(io.BytesIO(raw)) as pdf:
        for row in _rows(pdf.Root.StructTreeRoot):
            first = row.K[0] if isinstance(row.K, pikepdf.Array) else row.K
            if first.get("/S") == "/TD":
                first.S = pikepdf.Name.TH
                first.A = _with_scope(pdf, first.get("/A"))
        buffer = io.BytesIO()
        pdf.save(
            buffer, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate
        )
    return buffer.getvalue()


def _children(node: pikepdf.Object) -> list[pikepdf.Object]:
    kids = node.get("/K")
    if kids is None:
        return []
    if isinstance(kids, pikepdf.Array):
        return [k for k in kids if isinstance(k, pikepdf.Dictionary)]
    return [kids] if isinstance(kids, pikepdf.Dictionary) else []


def _rows(root: pikepdf.Object) -> list[pikepdf.Object]:
    """Body rows of all tables."""
    found: list[pikepdf.Object] = []
    stack = [(root, False)]
    while stack:
        node, in_head = stack.pop()
        kind = node.get("/S")
        if kind in _ROWLESS:
            continue
        if kind == "/TR":
            if not in_head and "/K" in node:
                found.append(node)
            continue
        stack += [(child, in_head or kind == "/THead") for child in _children(node)]
    return found


def _with_scope(pdf: pikepdf.Pdf, attributes: pikepdf.Object | None) -> pikepdf.Object:
    scope = pikepdf.Dictionary(O=pikepdf.Name.Table, Scope=pikepdf.Name.Row)
    if attributes is None:
        return scope
    present = list(attributes) if isinstance(attributes, pikepdf.Array) else [attributes]
    for entry in present:
        if entry.get("/O") == "/Table":
            entry.Scope = pikepdf.Name.Row
            return attributes
    return pikepdf.Array([*present, scope])
