"""Proofread: every built page held against its report.json, and what is wrong told in words."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from plankompass.commands.build import config_of_study
from plankompass.reports.catalogue import catalogue
from plankompass.reports.checks.document_rules import check_document
from plankompass.reports.checks.html_rules import check_html, check_page
from plankompass.reports.checks.layout_rules import check_layout
from plankompass.reports.checks.pdf_rules import check_pdf
from plankompass.reports.schema import IndexDocument, read_document
from plankompass.reports.view import make_view
from plankompass.study.config import load_config
from plankompass.study.problems import PlankompassError


def proofread_report(path: Path, *, layout: bool = False) -> list[str]:
    """Check one report: the document by itself, its HTML, its PDF.

    Args:
        path: Its ``rapport.json``; HTML and PDF lie beside it.
        layout: Look over how it lies on the pages, too.

    Returns:
        What is wrong, one line each, the kind of file first.
    """
    document = read_document(path)
    if isinstance(document, IndexDocument):
        return []
    view = make_view(document)
    found = [f"json: {line}" for line in check_document(document)]
    for kind, check in (("html", _html), ("pdf", lambda p, v: check_pdf(p.read_bytes(), v))):
        page = path.with_suffix(f".{kind}")
        if not page.is_file():
            found.append(f"{kind}: is not built")
            continue
        found += [f"{kind}: {line}" for line in check(page, view)]
    if layout and path.with_suffix(".pdf").is_file():
        raw = path.with_suffix(".pdf").read_bytes()
        found += [f"pdf: layout: {line}" for line in check_layout(raw, view)]
    return found


def _html(path: Path, view) -> list[str]:
    return check_html(path.read_text(encoding="utf-8"), view)


def proofread_page(path: Path, example_word: str, *, own_style: bool = False) -> list[str]:
    """Check a page that has no document of its own.

    Args:
        path: An HTML file.
        example_word: The word that it must say; empty for a real study.
        own_style: Whether it may have a style sheet of its own.

    Returns:
        What is wrong, one line each.
    """
    text = path.read_text(encoding="utf-8")
    found = check_page(text, example_word=example_word, own_style=own_style)
    return [f"html: {line}" for line in found]


def _other_page(path: Path, reports: Path) -> Callable[..., list[str]]:
    """How a page without a document is checked: those that stay in the house have their own look."""
    return partial(proofread_page, own_style=reports not in path.parents)


def faults_of_study(
    study: str, *, example: bool, thorough: bool = True
) -> tuple[list[str], int, int]:
    """Check every page of a study, in as many processes as there are cores.

    Args:
        study: The study's id; its results lie below the working directory.
        example: Whether every page must say that the data are made up.
        thorough: With the layout of the pages, and with the pages among the study's tables, which
            never leave; neither keeps a delivery back.

    Returns:
        Faults as lines with the file first; number of reports; number of other pages.
    """
    folder = Path("reports") / study
    reports = sorted(folder.rglob("rapport*.json"))
    word = catalogue("nb")("front_text.example_word") if example else ""
    own = {path.with_suffix(".html") for path in reports}
    places = [folder, Path("data/processed") / study] if thorough else [folder]
    others = sorted(p for place in places for p in place.rglob("*.html") if p not in own)
    jobs: list[tuple[Path, Callable[..., list[str]], tuple]] = [
        *((path, partial(proofread_report, layout=thorough), (path,)) for path in reports),
        *((path, _other_page(path, folder), (path, word)) for path in others),
    ]
    if not jobs:
        return [], 0, 0
    found = []
    workers = min(os.cpu_count() or 1, len(jobs))
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        waiting = [(path, pool.submit(check, *args)) for path, check, args in jobs]
        for path, job in waiting:
            found += [f"{path.parent.as_posix()}/{path.stem}.{line}" for line in job.result()]
    return found, len(reports), len(others)


def proofread(study: str, root: Path) -> int:
    """Check every page of a study and print what is wrong.

    Args:
        study: The study's id; it must be built.
        root: The checkout.

    Returns:
        0 when nothing is wrong, 1 when something is.

    Raises:
        PlankompassError: There is no such study, or it is not built.
    """
    config = load_config(config_of_study(study, root))
    os.chdir(root)
    found, reports, others = faults_of_study(study, example=config.example)
    if not reports:
        raise PlankompassError(f"reports/{study}: no reports; build the study first")
    for line in found:
        print(line)
    told = f"{len(found)} faults" if found else "nothing is wrong"
    print(f"{reports} reports and {others} other pages: {told}")
    return 1 if found else 0
