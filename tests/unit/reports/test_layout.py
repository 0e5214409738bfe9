"""Pages without overlaps, cut text, lonely headings, empty halves or tiny type; each fault is told."""

from __future__ import annotations

import pytest
import typst
from tests.unit.reports.sample import sample_report
from tests.unit.reports.sample_network import sample_network

from plankompass.reports import pdf
from plankompass.reports.checks.html_rules import check_html
from plankompass.reports.checks.layout_rules import check_drawing, check_layout
from plankompass.reports.checks.pdf_rules import check_pdf
from plankompass.reports.checks.reading_pdf import read_pages
from plankompass.reports.html_page import render_html
from plankompass.reports.pdf import render_pdf
from plankompass.reports.pdf_objects import mark_row_headers
from plankompass.reports.style import FONTS
from plankompass.reports.view import make_view

LONG_NAMES = ("Kárášjohka - Karasjok", "Nordre Follo og Ås regionråd", "Raarvihke - Røyrvik")
MANY = tuple(sorted([*LONG_NAMES, *(f"Eksempelkommune {i:02d}" for i in range(57))]))


@pytest.mark.parametrize("language", ["nb", "nn"])
@pytest.mark.parametrize("name", LONG_NAMES[:2])
def test_long_names_fit(name, language):
    view = make_view(sample_report(name, official=name, language=language))
    raw = render_pdf(view)
    assert check_layout(raw, view) == []
    assert check_pdf(raw, view) == []
    assert check_html(render_html(view), view) == []


def test_each_tighter_setting_lies_as_well_and_takes_no_more_pages():
    view = make_view(sample_report(language="en", goals=31))
    data = pdf._data(view)
    sizes = []
    for tight in (1, 2, 3):
        raw = mark_row_headers(pdf._compile(view, data | {"tight": tight}))
        assert check_layout(raw, view) == []
        assert check_pdf(raw, view) == []
        sizes.append(pdf._pages(raw))
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] <= 8


@pytest.mark.parametrize(
    ("settings", "chosen"),
    [
        ([(8, 4000)], (8, 4000)),
        ([(8, 300), (7, 4000)], (7, 4000)),  # a last page with a few lines is saved
        ([(8, 300), (8, 200)], (8, 300)),  # the looser setting where that saves none
        ([(6, 300)], (6, 300)),  # and never below six pages
        ([(9, 300), (9, 200), (8, 4000)], (8, 4000)),
        ([(9, 300), (8, 200)], (8, 200)),
    ],
)
def test_a_report_is_set_tighter_to_keep_to_eight_pages_or_to_save_a_bare_one(
    settings, chosen, monkeypatch
):
    """Each setting stands as its pages and the characters on the last one."""
    tried = iter(settings)
    monkeypatch.setattr(pdf, "_compile", lambda view, data: next(tried))
    monkeypatch.setattr(pdf, "_pages", lambda raw: raw[0])
    monkeypatch.setattr(pdf, "_ends_bare", lambda raw: raw[1] < pdf.BARE_PAGE)
    monkeypatch.setattr(pdf, "mark_row_headers", lambda raw: raw)
    assert render_pdf(make_view(sample_report())) == chosen
    assert list(tried) == []


def test_a_network_of_sixty_fills_its_pages():
    view = make_view(sample_network(names=MANY))
    raw = render_pdf(view)
    assert check_layout(raw, view) == []
    assert check_pdf(raw, view) == []


def test_reports_of_a_build_lie_well_on_their_pages(built):
    from plankompass.reports.schema import read_document

    found = {}
    for path in sorted((built / "reports").rglob("rapport*.json")):
        view = make_view(read_document(path))
        found[path.parent.name] = check_layout(path.with_suffix(".pdf").read_bytes(), view)
    assert len(found) == 7
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_a_hyphen_at_the_end_of_a_line_is_read():
    raw = typst.compile(b"#set page(width: 100pt)\nNavnet er Midt-Telemark", format="pdf")
    assert "".join(read_pages(raw)[0].marked.values()).replace(" ", "") == "NavneterMidt-Telemark"


FILLER = "#for i in range(50) [Linje #i i teksten. #parbreak()]"
# A page set wrongly, and words of the line that must tell it.
FAULTS = {
    "overlap": (f"{FILLER} #place(top, dy: 20pt)[Linje som ligger oppå en annen linje]", "overlap"),
    "tiny": (f"{FILLER} #text(size: 4.5pt)[for liten]", "is set in 4.5 points"),
    "over the margin": (f"{FILLER} #place(top + right, dx: 40pt)[stikker ut]", "runs over the margin"),
    "empty half": ("Lite tekst. #pagebreak() Mer.", "only"),
    "lonely heading": (f"{FILLER} #v(1fr) == Alene #pagebreak() {FILLER}", "'Alene' stands without"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_page_set_wrongly_is_told(name):
    body, words = FAULTS[name]
    source = (
        '#set document(title: "x")\n#set page(paper: "a4", margin: 15mm)\n'
        '#set text(font: "Plankompass Sans", size: 9pt, lang: "nb")\n= Tittel\n'
        f"{body.replace(' == ', chr(10) + '== ').replace(' #pagebreak', chr(10) + '#pagebreak')}"
    )
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)]
    )
    raw = typst.Compiler(source.encode(), font_paths=fonts, ignore_system_fonts=True).compile(
        format="pdf", pdf_standards=["ua-1"]
    )
    found = check_layout(raw, make_view(sample_network()))
    assert any(words in line for line in found), found


def drawing(*texts: str) -> str:
    style = "font-size: {}px; font-family: 'Plankompass Sans'; text-anchor: start; fill: #16232b"
    drawn = [
        f'<text style="{style.format(size)}" x="{x}" y="{y}">{text}</text>'
        for x, y, size, text in texts
    ]
    return f'<svg width="100pt" height="40pt" viewBox="0 0 100 40">{"".join(drawn)}</svg>'


def test_a_good_drawing_has_no_fault():
    assert check_drawing(drawing((2, 10, 8, "Snitt"), (2, 30, 8, "Plass"))) == []


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        ([(2, 10, 8, "Snitt"), (12, 11, 8, "Plass")], "overlap"),
        ([(80, 10, 8, "Folkevalgte")], "leaves the drawing"),
        ([(2, 4, 8, "Snitt")], "leaves the drawing"),
        ([(2, 10, 8, "Ovdamearkan…")], "is cut"),
        ([(2, 10, 5, "Snitt")], "is set in 5.0 points"),
    ],
)
def test_a_faulty_drawing_is_told(texts, words):
    assert any(words in line for line in check_drawing(drawing(*texts)))
