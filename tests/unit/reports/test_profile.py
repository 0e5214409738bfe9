"""A publisher's profile reaches every page: HTML, PDF and index; the shipped one is neutral."""

from __future__ import annotations

import base64

import pypdfium2
import pytest
from tests.unit.reports.sample import sample_report

from plankompass.reports.checks.html_rules import check_html
from plankompass.reports.checks.pdf_rules import check_pdf
from plankompass.reports.html_page import render_html
from plankompass.reports.index import render_index_page
from plankompass.reports.pdf import render_pdf
from plankompass.reports.schema import Colours, IndexDocument, IndexRow, Link
from plankompass.reports.view import closing_facts, make_view

LOGO = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 20">'
    '<rect width="60" height="20" fill="#7a0c2e"/></svg>'
)
OWN = {
    "publisher": "Kommunesektorens organisasjon", "addressee": "Nettverket 2019", "logo": LOGO,
    "contact": "plan@example.org", "colours": Colours(main="#7a0c2e", band="#3d0617", on_band="#f5dbe3"),
}  # fmt: skip


def _report(**own):
    report = sample_report()
    return report.model_copy(update={"meta": report.meta.model_copy(update=own)})


@pytest.fixture(scope="module")
def own():
    return _report(**OWN)


def test_the_shipped_profile_is_neutral():
    report = _report()
    assert report.meta.colours == Colours()
    html = render_html(make_view(report))
    assert 'class="logo"' not in html
    assert "#7a0c2e" not in html


def test_html_carries_logo_colours_and_names(own):
    html = render_html(make_view(own))
    shown = base64.b64encode(LOGO.encode()).decode()
    assert (
        f'<img class="logo" src="data:image/svg+xml;base64,{shown}" alt="Kommunesektorens organisasjon">'
        in html
    )
    assert "--fjord: #7a0c2e; --night: #3d0617; --foam: #f5dbe3" in html
    for words in ("Nettverket 2019", "plan@example.org"):
        assert words in html


def test_pdf_carries_logo_colours_and_names(own):
    raw = render_pdf(make_view(own))
    document = pypdfium2.PdfDocument(raw)
    picture = document[0].render(scale=1).to_pil().convert("RGB")
    colours = {colour for _, colour in picture.getcolors(1 << 20)}
    assert (0x3D, 0x06, 0x17) in colours  # the band
    assert (0x7A, 0x0C, 0x2E) in colours  # the logo
    assert (0x0A, 0x3D, 0x4D) not in colours
    text = "".join(page.get_textpage().get_text_range() for page in document)
    for words in ("Nettverket 2019", "plan@example.org", "Kommunesektorens organisasjon"):
        assert words in text


def test_both_pass_the_checks_of_a_delivery(own):
    view = make_view(own)
    assert check_html(render_html(view), view) == []
    assert check_pdf(render_pdf(view), view) == []
    # colours are all that may be added to the style sheet
    page = render_html(view).replace("--foam: #f5dbe3;", "--foam: url(x);")
    assert any("style sheet" in line for line in check_html(page, view))


def test_contact_stands_once_among_the_facts(own):
    values = [fact.value for fact in closing_facts(own)]
    assert values.count("plan@example.org") == 1
    assert values.count("Nettverket 2019") == 1


def test_the_index_carries_them_too(own):
    row = IndexRow(
        code="9901", name="Eksempelvik", county="Eksempelfylket", peer_group="Kyst", language="Bokmål",
        status="complete", status_text="Alle", completeness="1 av 1", completeness_value=100,
        links=[Link(label="PDF", href="9901/rapport.pdf")],
    )  # fmt: skip
    page = render_index_page(IndexDocument(meta=own.meta, rows=[row]))
    assert 'class="logo"' in page
    assert "--fjord: #7a0c2e" in page
    assert "Nettverket 2019" in page
