"""One self-contained HTML file from a view: inline style, figures and fonts, no script."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from plankompass.reports.catalogue import Catalogue
from plankompass.reports.charts import ChartTable
from plankompass.reports.figures import KEY_SIZE, SPINE_WIDTH, Chart, Drawing, Key, key_icon
from plankompass.reports.schema import Colours, Meta, MunicipalReport, NetworkReport
from plankompass.reports.schema_blocks import FigureBlock
from plankompass.reports.style import FACES, FAMILY, TONE_MARKS
from plankompass.reports.view import (
    View,
    all_sections,
    closing_facts,
    head_facts,
    official_name,
    section_blocks,
    sources_table,
)

TEMPLATES = Path(__file__).parent / "templates"
_PARENTHESES = re.compile(r"(\([^()]{1,24}\))")
_OPENING = re.compile(r"<svg [^>]*>")


@cache
def environment() -> Environment:
    """The template environment, made once a process."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters["whole_intervals"] = _whole_intervals
    return made


@lru_cache(maxsize=1 << 13, typed=True)  # a plain text is escaped, marked text is not
def _whole_intervals(text: str) -> Markup:
    """Escaped text in which an interval in parentheses stays on one line."""
    return Markup(_PARENTHESES.sub(r'<span class="nw">\1</span>', str(escape(text))))


@cache
def style_sheet() -> Markup:
    """The pages' style sheet with the fonts in it."""
    faces = []
    for weight, path in FACES.items():
        data = base64.b64encode(path.with_suffix(".woff").read_bytes()).decode("ascii")
        faces.append(
            f'@font-face{{font-family:"{FAMILY}";font-weight:{weight};font-display:swap;'
            f'src:url(data:font/woff;base64,{data}) format("woff")}}'
        )
    rules = (TEMPLATES / "report.css").read_text(encoding="utf-8")
    return Markup("\n".join([*faces, rules]))


def _legend(keys: Iterable[Key], name: str) -> list[tuple[Markup, str]]:
    """Marks and words of a legend; the marks' ids are made unique on the page."""
    width, height = KEY_SIZE
    head = f'<svg viewBox="0 0 {width:g} {height:g}" aria-hidden="true" focusable="false">'
    found = []
    for i, key in enumerate(keys):
        svg = _OPENING.sub(head, key_icon(key), count=1).replace("tegn-", f"{name}-tegn{i}-")
        found.append((Markup(svg), key.label))
    return found


def _inner(svg: str) -> str:
    return _OPENING.sub("", svg, count=1).removesuffix("</svg>")


def _window(width: float, top: float, height: float, inside: str) -> Markup:
    return Markup(
        f'<svg viewBox="0 {top:g} {width:g} {height:g}" aria-hidden="true" focusable="false">'
        f"{inside}</svg>"
    )


def _strips(chart: Chart, name: str) -> tuple[list[Markup], list[Markup]]:
    """The chart once on the page, and one window on it a row.

    Args:
        chart: Strips in parts.
        name: Makes ids unique on the page.

    Returns:
        The parts, and a window for each row.
    """
    sources, windows = [], []
    for i, part in enumerate(chart.parts):
        anchor = f"{name}-del{i}"
        sources.append(Markup(f'<g id="{anchor}">{_inner(part.svg)}</g>'))
        top = 0.0
        for height in part.heights:
            use = f'<use href="#{anchor}"/>'
            windows.append(_window(chart.width, round(top, 2), height, use))
            top += height
    return sources, windows


def _chart(name: str, item: ChartTable) -> dict[str, Any]:
    chart = item.chart
    sources, windows = _strips(chart, name)
    head = ""
    if chart.head:
        head = _window(chart.width, 0, chart.head_height, _inner(chart.head))
    return {
        "legend": _legend(chart.keys, name), "words": chart.words, "table": item.table,
        "width": f"{chart.width:g}", "head": head, "sources": sources, "strips": windows,
    }  # fmt: skip


def _figure(name: str, drawings: list[Drawing], alt: str) -> dict[str, Any]:
    """Figures that stand by themselves; the first carries the text alternative of all."""
    images = []
    for i, drawing in enumerate(drawings):
        role = (
            'aria-hidden="true" focusable="false"'
            if i
            else f'role="img" aria-label="{escape(alt)}"'
        )
        head = f'<svg viewBox="0 0 {drawing.width:g} {drawing.height:g}" {role}>'
        images.append(Markup(_OPENING.sub(lambda _, h=head: h, drawing.svg, count=1)))
    first = drawings[0]
    return {"legend": _legend(first.keys, name), "words": first.words, "images": images}


def contents(report: MunicipalReport | NetworkReport) -> list[tuple[str, str]]:
    """The page's table of contents.

    Args:
        report: The document.

    Returns:
        Anchor and title of each part, in reading order.
    """
    links: list[tuple[str, str]] = []
    if isinstance(report, MunicipalReport):
        links.append(("profil", report.profile.title))
    links += [(s.id.lower(), s.title) for s in report.sections]
    if isinstance(report, MunicipalReport):
        if report.sources is not None:
            links.append(("kildene", report.sources.title))
        if report.change is not None:
            links.append((report.change.id.lower(), report.change.title))
        links.append(("samtale", report.discussion.title))
    return [*links, ("om-tallene", report.about.title)]


def _spine(view: View) -> dict[str, Any]:
    if not isinstance(view.report, MunicipalReport):
        return {}
    drawn = [_strips(chart, f"profil-{i}") for i, chart in enumerate(view.spines)]
    return {
        "spine_legend": _legend(view.spines[0].keys, "profil"),
        "spine_width": f"{SPINE_WIDTH:g}",
        "spine_sources": [source for sources, _ in drawn for source in sources],
        "strips": [windows for _, windows in drawn],
        "sources_table": sources_table(view.report, view.text),
    }


def render_html(view: View) -> str:
    """Lay a report out as one HTML page.

    Args:
        view: The document with figures and tables.

    Returns:
        The page; it loads nothing from anywhere.
    """
    report = view.report
    alts = {
        block.id: block.alt
        for section in all_sections(report)
        for block in section_blocks(section)
        if isinstance(block, FigureBlock)
    }
    figures = {key: _figure(key, drawing, alts[key]) for key, drawing in view.figures.items()}
    charts = {key: _chart(key, item) for key, item in view.charts.items()}
    return render_page(
        "report.html.j2", view.text,
        report=report, meta=report.meta, official=official_name(report), figures=figures, charts=charts, tables=view.tables,
        sentences=view.sentences, head_facts=head_facts(report), facts=closing_facts(report),
        contents=contents(report), tone_marks=TONE_MARKS, **_spine(view),
    )  # fmt: skip


def render_page(template: str, text: Catalogue, **values: Any) -> str:
    """Fill a template that extends ``page.html.j2``.

    Args:
        template: Name of the template.
        text: The catalogue of the page's language.
        **values: What the template needs.

    Returns:
        The page with style sheet and fonts in it.
    """
    meta = values["meta"] if isinstance(values["meta"], Meta) else None
    html = (
        environment()
        .get_template(template)
        .render(
            t=text, css=style_sheet(), own_colours=_own_colours(meta), logo=_logo(meta), **values
        )
    )
    return re.sub(r"\n\s*\n+", "\n", html)


def _own_colours(meta: Meta | None) -> Markup:
    """The publisher's colours over those of the style sheet; empty when they are the same."""
    if meta is None or meta.colours == Colours():
        return Markup("")
    own = meta.colours
    return Markup(f"\n:root {{ --fjord: {own.main}; --night: {own.band}; --foam: {own.on_band}; }}")


def _logo(meta: Meta | None) -> str:
    """The logo as an address that loads nothing; empty when there is none."""
    if meta is None or not meta.logo:
        return ""
    shown = base64.b64encode(meta.logo.encode("utf-8")).decode("ascii")
    return f"data:image/svg+xml;base64,{shown}"


@cache
def script(name: str) -> Markup:
    """A script to put into a page.

    Args:
        name: File in ``templates/``.

    Returns:
        The script.
    """
    return Markup((TEMPLATES / name).read_text(encoding="utf-8"))
