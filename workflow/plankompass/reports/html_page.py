"""One self-contained HTML file from a view: inline style, figures and fonts, no script."""

from __future__ import annotations

import base64
import re
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from plankompass.reports.catalogue import Catalogue
from plankompass.reports.figures import Drawing, spine_keys
from plankompass.reports.schema import MunicipalReport, NetworkReport
from plankompass.reports.schema_blocks import FigureBlock
from plankompass.reports.style import FACES, FAMILY, STRIP_HEIGHT, STRIP_WIDTH, TONE_MARKS
from plankompass.reports.view import (
    OPEN_TABLES,
    View,
    all_sections,
    closing_facts,
    head_facts,
    section_blocks,
    sources_table,
)

TEMPLATES = Path(__file__).parent / "templates"
_OPENING = re.compile(r"<svg [^>]*>")


@cache
def environment() -> Environment:
    """The template environment, made once a process."""
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


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


@cache
def _legend() -> list[tuple[Markup, str]]:
    hidden = 'aria-hidden="true" focusable="false" viewBox="0 0 24 14"'
    return [
        (Markup(_OPENING.sub(f"<svg {hidden}>", svg, count=1)), key)
        for key, svg in spine_keys().items()
    ]


def _inner(drawing: Drawing) -> str:
    return _OPENING.sub("", drawing.svg, count=1).removesuffix("</svg>")


def _figure(drawing: Drawing, alt: str) -> Markup:
    head = (
        f'<svg viewBox="0 0 {drawing.width:g} {drawing.height:g}" role="img" '
        f'aria-label="{escape(alt)}">'
    )
    return Markup(_OPENING.sub(lambda _: head, drawing.svg, count=1))


def _strips(drawing: Drawing, name: str, rows: int) -> list[Markup]:
    """One window on the group's figure a row: the figure stands once on the page."""
    return [
        Markup(
            f'<svg viewBox="0 {i * STRIP_HEIGHT:g} {STRIP_WIDTH:g} {STRIP_HEIGHT:g}" '
            f'aria-hidden="true" focusable="false"><use href="#{name}"/></svg>'
        )
        for i in range(rows)
    ]


def _contents(report: MunicipalReport | NetworkReport) -> list[tuple[str, str]]:
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
    names = [f"profil-{i}-rader" for i in range(len(view.spines))]
    return {
        "spine_legend": _legend(),
        "spine_sources": [
            Markup(f'<g id="{name}">{_inner(drawing)}</g>')
            for name, drawing in zip(names, view.spines, strict=True)
        ],
        "strips": [
            _strips(drawing, name, len(group.rows))
            for name, drawing, group in zip(
                names, view.spines, view.report.profile.groups, strict=True
            )
        ],
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
    figures = {
        block.id: _figure(view.figures[block.id], block.alt)
        for section in all_sections(report)
        for block in section_blocks(section)
        if isinstance(block, FigureBlock)
    }
    return render_page(
        "report.html.j2", view.text,
        report=report, meta=report.meta, figures=figures, tables=view.tables,
        sentences=view.sentences, head_facts=head_facts(report), facts=closing_facts(report),
        contents=_contents(report), open_tables=OPEN_TABLES, tone_marks=TONE_MARKS, **_spine(view),
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
    html = environment().get_template(template).render(t=text, css=style_sheet(), **values)
    return re.sub(r"\n\s*\n+", "\n", html)


@cache
def script(name: str) -> Markup:
    """A script to put into a page.

    Args:
        name: File in ``templates/``.

    Returns:
        The script.
    """
    return Markup((TEMPLATES / name).read_text(encoding="utf-8"))
