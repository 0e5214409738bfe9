"""Index and reports in a real browser: search, filters, narrow screens, keyboard, no network."""

from __future__ import annotations

import re

import pypdfium2
import pytest

pytestmark = pytest.mark.browser

WIDTHS = (320, 768, 1280)
# WCAG 2.1, 1.4.12: what a reader may set without losing content.
TEXT_SPACING = """* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
word-spacing: 0.16em !important; } p { margin-bottom: 2em !important; }"""


def overflow(page) -> int:
    return page.evaluate("document.documentElement.scrollWidth - window.innerWidth")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ["index", "nb", "nn", "en", "network"])
def test_no_sideways_scrolling(opened, name, width):
    page = opened(name, width)
    assert overflow(page) <= 0
    page.add_style_tag(content=TEXT_SPACING)
    assert overflow(page) <= 0


def shown_names(page) -> list[str]:
    cells = page.locator("#kommuner tbody tr:not([hidden]) th")
    return [text.splitlines()[0].split("  ")[0].strip() for text in cells.all_inner_texts()]


def test_search_and_filters_narrow_the_list(opened):
    page = opened("index")
    assert len(shown_names(page)) == 12
    page.fill("#q", "ovdamearkanjarga")  # typed without the Sami letters
    assert [n[:15] for n in shown_names(page)] == ["Ovdamearkanjárg"]
    assert page.inner_text("#antall") == "1 av 12 kommuner"
    page.fill("#q", "9903")
    assert len(shown_names(page)) == 1
    page.fill("#q", "ønske")
    assert len(shown_names(page)) == 1
    page.fill("#q", "finnes ikke")
    assert page.inner_text("#antall") == "Ingen kommuner passer med søket."
    page.click("button[type=reset]")
    page.wait_for_function("document.getElementById('antall').textContent.startsWith('12')")
    page.select_option("#fylke", "Prøvefylket")
    assert page.inner_text("#antall") == "6 av 12 kommuner"
    page.select_option("#gruppe", "Bykommuner")
    counted = len(shown_names(page))
    assert 0 < counted < 6
    assert page.inner_text("#antall") == f"{counted} av 12 kommuner"


def test_sorting_says_its_order(opened):
    page = opened("index")
    first = shown_names(page)
    header = page.locator("th[data-sort=municipality]")
    header.locator("button").click()
    assert header.get_attribute("aria-sort") == "ascending"
    header.locator("button").click()
    assert header.get_attribute("aria-sort") == "descending"
    assert shown_names(page) == first[::-1]
    page.locator("th[data-sort=county] button").click()
    assert header.get_attribute("aria-sort") is None


@pytest.mark.parametrize("width", [320, 1280])
def test_without_script_the_index_is_a_plain_table(opened, width):
    page = opened("index", width, java_script_enabled=False)
    assert page.locator("#filter").is_hidden()
    assert page.locator("#kommuner thead button").count() == 0  # nothing that cannot be pressed
    rows = page.locator("#kommuner tbody tr")
    assert rows.count() == 12
    for i in (0, 11):
        links = rows.nth(i).locator("a")
        assert links.count() == 4
        for link in links.all():
            assert link.is_visible()
            box = link.bounding_box()
            assert box["x"] >= 0 and box["x"] + box["width"] <= width
    assert overflow(page) <= 0


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("name", ["nb", "nn", "en", "network"])
def test_a_report_reads_the_same_without_script(opened, name, width):
    scripted = opened(name, width).inner_text("body")
    assert len(scripted) > 2000
    assert opened(name, width, java_script_enabled=False).inner_text("body") == scripted


@pytest.mark.parametrize("name", ["index", "nb"])
def test_nothing_moves_for_readers_who_want_it_still(opened, name):
    moving = """[...document.querySelectorAll('*')].filter(e => { const s = getComputedStyle(e);
        return s.scrollBehavior === 'smooth' || s.animationName !== 'none'
        || parseFloat(s.transitionDuration) > 0; }).length"""
    assert opened(name, reduced_motion="reduce").evaluate(moving) == 0


@pytest.mark.parametrize("name", ["nb", "network"])
def test_a_printed_report_leaves_out_what_paper_cannot_do(opened, name):
    page = opened(name)
    page.emulate_media(media="print")
    assert page.locator("nav.toc").is_hidden()
    assert page.locator("details.appendix table").is_visible()
    white = "getComputedStyle(document.querySelector('.mast')).backgroundColor"
    assert page.evaluate(white) == "rgba(0, 0, 0, 0)"
    # 178 mm of paper between the margins; nothing may stick out
    page.set_viewport_size({"width": 673, "height": 900})
    wide = page.evaluate(
        "[...document.querySelectorAll('main *')].filter(e => e.getClientRects().length"
        " && e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML.slice(0, 90))"
    )
    assert wide == []
    pages = pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True))
    text = "".join(sheet.get_textpage().get_text_range() for sheet in pages)
    assert 3 <= len(pages) <= 25
    assert "eksempeldata" in text
    # the rules behind the sentences stand in a part that a screen keeps folded
    plain = re.sub(r"[\s\ufffe-]+", "", text)
    assert "above_peer_mean" in plain or "network_only" in plain


def test_keyboard_reaches_content_and_traces(opened):
    page = opened("nb")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#innhold"
    sentence = page.locator(".because").first
    trace = sentence.locator(".trace")
    assert trace.is_hidden()
    sentence.focus()
    assert trace.is_visible()
    assert "above_peer_mean" in trace.inner_text()


def test_the_font_is_the_one_in_the_page(opened):
    page = opened("nb")
    page.evaluate("document.fonts.ready")
    assert page.evaluate("document.fonts.check('16px \"Plankompass Sans\"')")
    assert page.evaluate("[...document.fonts].filter(f => f.status === 'loaded').length") == 2


def test_strips_lie_beside_their_rows(opened):
    """Each row of the profile shows its own strip: the window lies in the row, at its own height."""
    page = opened("nb")
    rows = page.locator("table.spine tbody tr:has(td.strip)")
    assert rows.count() == 19
    own = [rows.nth(i).locator(".strip svg") for i in range(rows.count())]
    windows = [(s.locator("use").get_attribute("href"), s.get_attribute("viewBox")) for s in own]
    assert len(set(windows)) == rows.count()
    for i in (0, 7, 18):
        row, strip = rows.nth(i).bounding_box(), own[i].bounding_box()
        assert row["y"] - 1 <= strip["y"] <= row["y"] + row["height"] - strip["height"] + 1
        assert strip["width"] > 100
