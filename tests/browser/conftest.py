"""A headless Chromium and the checkers of pages, where they are installed; and every page there is."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from tests.unit.reports.sample import sample_report
from tests.unit.reports.sample_network import sample_network, sample_towns

from plankompass.commands.testing import page_checkers_folder
from plankompass.reports.html_page import render_html
from plankompass.reports.index import render_index
from plankompass.reports.schema import write_document
from plankompass.reports.view import make_view

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
QUIET = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def chromium():
    """A running browser; the tests skip where no Chromium is installed."""
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None:
        pytest.skip("no Chromium on this machine: install it to run the browser tests")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=QUIET)
        yield browser
        browser.close()


def _checker(path: str):
    found = page_checkers_folder() / "node_modules" / path
    if not found.is_file():
        pytest.skip(f"{path} is not installed: run ./plankompass test once where npm is")
    return found


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core."""
    return _checker("axe-core/axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def validator() -> list[str]:
    """The command of the Nu HTML Checker."""
    java = shutil.which("java")
    if java is None:
        pytest.skip("no Java on this machine: install it to validate the pages")
    return [java, "-Xmx512m", "-jar", str(_checker("vnu-jar/build/dist/vnu.jar"))]


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """An index, a report in each language of a municipality and the network report."""
    folder = tmp_path_factory.mktemp("site")
    documents = []
    for report in sample_towns(12):
        path = folder / report.municipality.code / "rapport.json"
        write_document(report, path)
        documents.append(path)
    render_index({"reports": documents}, {"html": folder / "index.html"}, {})
    pages = {
        "nb": sample_report(official="Ovdamearkanjárga – Eksempelnes"),
        "nn": sample_report(language="nn"),
        "en": sample_report(language="en"),
        "network": sample_network(),
    }
    for name, report in pages.items():
        (folder / f"{name}.html").write_text(render_html(make_view(report)), encoding="utf-8")
    return folder


@pytest.fixture
def opened(chromium, site):
    """Open a page; afterwards no error was logged and nothing was fetched."""
    contexts, noise, fetched = [], [], []

    def open_page(name: str, width: int = 1280, **settings):
        context = chromium.new_context(viewport={"width": width, "height": 900}, **settings)
        contexts.append(context)
        page = context.new_page()
        page.on(
            "console", lambda m: noise.append(m.text) if m.type in ("error", "warning") else None
        )
        page.on("pageerror", lambda e: noise.append(str(e)))
        page.on("request", lambda r: fetched.append(r.url))
        page.goto((site / f"{name}.html").as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert noise == []
    assert [u for u in fetched if not u.startswith(("file:", "data:"))] == []


@pytest.fixture(scope="session")
def every_page(built: Path) -> dict[str, Path]:
    """One page of each type and language that a build makes, whoever it is for."""
    found: dict[str, Path] = {}
    for folder in ("reports", "data/processed"):
        for path in sorted((built / folder).rglob("*.html")):
            kind = re.sub(r"/\d{4}/", "/KOMMUNE/", path.relative_to(built).as_posix())
            language = re.search(r'<html lang="(\w+)', path.read_text(encoding="utf-8"))
            found.setdefault(f"{kind} ({language[1] if language else 'no language'})", path)
    return found
