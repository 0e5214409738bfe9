"""Twenty and more single defects in a good page: the project's own checks tell each of them."""

from __future__ import annotations

import re

import pytest
from tests.unit.reports.sample import sample_report
from tests.unit.reports.sample_network import sample_network, sample_towns

from plankompass.reports.checks.html_rules import check_html, check_page
from plankompass.reports.html_page import render_html
from plankompass.reports.index import render_index
from plankompass.reports.schema import write_document
from plankompass.reports.view import make_view


@pytest.fixture(scope="module")
def views():
    return {"report": make_view(sample_report()), "network": make_view(sample_network())}


@pytest.fixture(scope="module")
def pages(views) -> dict[str, str]:
    return {name: render_html(view) for name, view in views.items()}


def sub(pattern: str, new: str):
    """Replace the first match of a pattern."""

    def change(page: str) -> str:
        changed, count = re.subn(pattern, new, page, count=1, flags=re.DOTALL)
        assert count == 1, f"nothing matches {pattern}"
        return changed

    return change


def before_end(new: str):
    return lambda page: page.replace("</main>", new + "</main>", 1)


def padded(page: str) -> str:
    return page.replace("</main>", "<!--" + "x" * 500_000 + "--></main>", 1)


SENTENCE = r"9 av 14 mål i samfunnsdelen har penger i budsjettet\."
# What is done to the page, and words of the line that must tell it.
DEFECTS = {
    "language missing": (sub(r'<html lang="nb">', "<html>"), "language of the page is not said"),
    "another language": (sub(r'<html lang="nb">', '<html lang="nn">'), "says it is in 'nn'"),
    "no doctype": (sub(r"<!DOCTYPE html>", ""), "DOCTYPE"),
    "title missing": (sub(r"<title>.*?</title>", "<title></title>"), "no title"),
    "title of another page": (sub(r"<title>Mønsterdal", "<title>Prøvestad"), "does not name"),
    "readers cannot enlarge": (
        sub("initial-scale=1", "initial-scale=1, user-scalable=no"), "enlarging",
    ),
    "alternative text dropped": (
        sub(r'(<caption class="visually-hidden">[^<.]*\.) [^<]{20,}(</caption>)', r"\1\2"),
        "caption: says",
    ),
    "figure without alternative": (
        sub(r'<svg viewBox="0 0 32 32" aria-hidden="true"', '<svg viewBox="0 0 32 32"'), "text alternative",
    ),
    "picture without alternative": (
        before_end('<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">'), "a picture has no text alternative",
    ),
    "number changed in the profile": (sub(r"<b>3,4</b>", "<b>3,5</b>"), "says '"),
    "interval changed": (sub(r'<span class="sub">3,1–3,7</span>', '<span class="sub">3,1–3,9</span>'), "should say"),
    "number changed in a figure": (
        sub(r"(<text[^>]*>)1(</text>)", r"\g<1>2\2"), "is not the figure that the document gives",
    ),
    "number changed in a sentence": (sub(r"9 av 14 mål", "8 av 14 mål"), "s-001"),
    "number changed in a trace": (sub(r"Verdi: 9 av 14", "Verdi: 9 av 15"), "trace of s-001"),
    "sentence dropped": (sub(SENTENCE, ""), "s-001"),
    "sentence said twice": (sub(SENTENCE, r"\g<0> \g<0>"), "s-001"),
    "a sentence that no rule gives": (before_end("<p>Kommunen er best.</p>"), "Kommunenerbest"),
    "colour alone tells the tone": (sub(r'<span class="word tone-positive">Styrke</span>', ""), "Styrke"),
    "table row gone": (sub(r'<tr><th scope="row">Rolleforståelse.*?</tr>', ""), "Rolleforståelse"),
    "cells of a row swapped": (
        sub(r'(<td class="right own".*?</td>)(\s*)(<td>.*?</td>)', r"\3\2\1"), "should say",
    ),
    "caption missing": (sub(r"<caption[^>]*>.*?</caption>", ""), "no caption"),
    "column header demoted": (sub(r'<th scope="col">([^<]*)</th>', r"<td>\1</td>"), "column header"),
    "row header demoted": (
        sub(r'<tr><th scope="row">(.*?)</th>', r"<tr><td>\1</td>"), "has no header",
    ),
    "cell missing": (sub(r"<td>n = 19</td>|<td>n\u00a0=\u00a019</td>", ""), "columns"),
    "duplicate id": (sub(r'<section class="part" id="om-tallene"', '<section class="part" id="profil"'), "stands 2 times"),
    "link to nowhere": (sub(r'href="#profil"', 'href="#proful"'), "which is not on the page"),
    "heading level skipped": (sub(r"<h3>(.*?)</h3>", r"<h5>\1</h5>"), "skips from level"),
    "second main heading": (before_end("<h1>Mer</h1>"), "first level"),
    "external resource": (
        sub("</head>", '<link rel="stylesheet" href="stil.css"></head>'), "loads something",
    ),
    "picture from elsewhere": (before_end('<img alt="x" src="https://example.org/x.png">'), "leads out"),
    "protocol-relative link": (before_end('<a href="//example.org">Mer</a>'), "leads out"),
    "script": (before_end("<script>alert(1)</script>"), "script that is not ours"),
    "script in an attribute": (sub("<main ", '<main onclick="x()" '), "runs a script"),
    "link that runs a script": (before_end('<a href="javascript:x()">Mer</a>'), "leads out"),
    "style sheet changed": (sub(r"--muted: #4a5862", "--muted: #9aa1ad"), "style sheet"),
    "style of its own": (sub("<main ", '<main style="color:#c3c8d0" '), "style of its own"),
    "text hidden by style": (sub('<p class="kicker">', '<p class="kicker" style="display:none">'), "style of its own"),
    "link without name": (before_end('<a href="#profil"></a>'), "has no name"),
    "field without label": (before_end('<input id="felt">'), "has no label"),
    "keyboard order": (sub('tabindex="0"', 'tabindex="5"'), "queue of the keyboard"),
    "skip link gone": (sub(r'<a class="skip"[^>]*>.*?</a>', ""), "past the head"),
    "'eksempeldata' missing in the foot": (
        sub(r" · eksempeldata</div></footer>", "</div></footer>"), "footer does not say",
    ),
    "'eksempeldata' missing in the title": (sub(r" \(eksempeldata\)</title>", "</title>"), "title does not say"),
    "too large": (padded, "larger than 500 kB"),
}  # fmt: skip


def test_good_pages_have_no_defect(pages, views, tmp_path):
    assert {name: check_html(pages[name], views[name]) for name in views} == {
        name: [] for name in views
    }
    path = tmp_path / "9901/rapport.json"
    write_document(sample_towns(1)[0], path)
    render_index({"reports": path}, {"html": tmp_path / "index.html"}, {})
    index = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert check_page(index, language="nb", example_word="eksempeldata") == []


@pytest.mark.parametrize("name", DEFECTS)
def test_a_defect_is_told(name, pages, views):
    change, words = DEFECTS[name]
    changed = change(pages["report"])
    assert changed != pages["report"]
    found = check_html(changed, views["report"])
    assert any(words in line for line in found), found


def test_a_figure_without_its_alternative_is_told(pages, views):
    page = sub(r'aria-label="Små figurer[^"]*"', 'aria-label="Et bilde"')(pages["network"])
    found = check_html(page, views["network"])
    assert any("its text alternative is not the document's" in line for line in found), found
