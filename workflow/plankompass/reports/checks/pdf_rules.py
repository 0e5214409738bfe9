"""Checks of a report's PDF: what PDF/UA-1 asks for, and that it says what its document says."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import pikepdf

from plankompass.reports.checks.compare import differences, squeeze
from plankompass.reports.checks.reading_pdf import (
    Element,
    PageText,
    open_pdf,
    read_pages,
    read_structure,
)
from plankompass.reports.checks.said import said
from plankompass.reports.figures import Chart
from plankompass.reports.schema import MunicipalReport
from plankompass.reports.schema_blocks import FigureBlock
from plankompass.reports.style import FAMILY
from plankompass.reports.view import View, all_sections, section_blocks

LARGEST = 400_000
#: Pages of a municipality's report.
PAGES = range(6, 9)
_HEADINGS = ("H1", "H2", "H3", "H4", "H5", "H6")
_A4 = (595.28, 841.89)
_UA = re.compile(r"pdfuaid:part(?:>|=[\"'])\s*1\b")
#: Kinds of action that run, open or send something.
_ACTIONS = {"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToR", "/URI", "/Rendition"}
_SVG_TEXT = re.compile(r"<text[^>]*>(.*?)</text>", re.DOTALL)
_TAG = re.compile(r"<[^>]+>")


def check_pdf(raw: bytes, view: View) -> list[str]:
    """Hold a report's PDF to PDF/UA-1 and to its document: every number, sentence and heading in order.

    Args:
        raw: The file.
        view: The document with figures and tables.

    Returns:
        What is wrong, one line each; none when all is well.
    """
    found = []
    if len(raw) > LARGEST:
        found.append(f"the file is larger than {LARGEST // 1000} kB")
    try:
        pdf = open_pdf(raw)
    except pikepdf.PdfError:
        return [*found, "the file is not a PDF, or it is locked"]
    with pdf:
        pages = read_pages(raw)
        found += _document(pdf, view)
        found += _fonts(pdf)
        found += _actions(pdf)
        found += _pages(pdf, pages, view)
        if "/StructTreeRoot" not in pdf.Root:
            return [*found, "the document is not tagged: it has no structure tree"]
        root, reached = read_structure(pdf, pages)
        found += _marks(pages, reached)
        found += _structure(root)
        found += _alternatives(root, view)
        found += _figure_texts(root, view)
        found += _bookmarks(pdf, root)
        found += differences(said(view, "pdf"), root.text())
    return found


def _document(pdf: pikepdf.Pdf, view: View) -> Iterator[str]:
    meta, root = view.report.meta, pdf.Root
    if pdf.is_encrypted:
        yield "the file is locked: screen readers may be kept out"
    language = str(root.get("/Lang", ""))
    if language.split("-")[0] != meta.language:
        yield f"the document says it is in '{language}', the report is in '{meta.language}'"
    if not bool(root.get("/MarkInfo", {}).get("/Marked", False)):
        yield "the document does not say that it is tagged"
    title = f"{meta.title} – {meta.subtitle}" if meta.subtitle else meta.title
    title = f"{title} ({meta.example_word})" if meta.example else title
    written = str(pdf.docinfo.get("/Title", "")) if pdf.trailer.get("/Info") is not None else ""
    if written != title:
        yield f"the document's title is '{written}' and should be '{title}'"
    if not bool(root.get("/ViewerPreferences", {}).get("/DisplayDocTitle", False)):
        yield "the window would show the file's name instead of the title"
    packet = root.Metadata.read_bytes().decode("utf-8", "replace") if "/Metadata" in root else ""
    if not _UA.search(packet):
        yield "the metadata do not say PDF/UA-1"
    if title.replace("&", "&amp;") not in packet:
        yield "the metadata do not carry the title"


def _fonts(pdf: pikepdf.Pdf) -> Iterator[str]:
    for item in pdf.objects:
        if not isinstance(item, pikepdf.Dictionary) or item.get("/Type") != "/Font":
            continue
        name = str(item.get("/BaseFont", "/?"))[1:]
        if FAMILY.replace(" ", "") not in name:
            yield f"font {name}: is not one of ours"
        if item.get("/Subtype") == "/Type0":
            if "/ToUnicode" not in item:
                yield f"font {name}: its signs cannot be read out or searched for (no ToUnicode)"
            continue
        descriptor = item.get("/FontDescriptor")
        files = ("/FontFile", "/FontFile2", "/FontFile3")
        if descriptor is None or not any(key in descriptor for key in files):
            yield f"font {name}: is not embedded"


def _actions(pdf: pikepdf.Pdf) -> Iterator[str]:
    for key in ("/OpenAction", "/AA", "/AcroForm", "/JavaScript"):
        if key in pdf.Root:
            yield f"the document does something when it is opened or used: {key[1:]}"
    names = pdf.Root.get("/Names", {})
    for key in ("/JavaScript", "/EmbeddedFiles"):
        if key in names:
            yield f"the document carries {key[1:]}"
    for item in pdf.objects:
        if not isinstance(item, pikepdf.Dictionary | pikepdf.Stream):
            continue
        if str(item.get("/S", "")) in _ACTIONS and "/P" not in item:
            yield f"the document has an action: {str(item.S)[1:]}"
    for number, page in enumerate(pdf.pages, start=1):
        if "/AA" in page.obj:
            yield f"page {number} does something when it is opened"
        for note in page.obj.get("/Annots", []):
            if str(note.get("/A", {}).get("/S", "/GoTo")) in _ACTIONS or "/AA" in note:
                yield f"page {number} has an action: {str(note.get('/A', {}).get('/S', '/AA'))[1:]}"


def _pages(pdf: pikepdf.Pdf, pages: list[PageText], view: View) -> Iterator[str]:
    meta, report = view.report.meta, view.report
    if isinstance(report, MunicipalReport) and len(pages) not in PAGES:
        yield f"the report has {len(pages)} pages; it should have {PAGES[0]} to {PAGES[-1]}"
    for number, (page, read) in enumerate(zip(pdf.pages, pages, strict=True), start=1):
        box = [float(x) for x in page.mediabox]
        size = (box[2] - box[0], box[3] - box[1])
        if any(abs(a - b) > 1 for a, b in zip(size, _A4, strict=True)) or page.obj.get("/Rotate"):
            yield f"page {number} is not an upright A4 page"
        if str(page.obj.get("/Tabs", "")) != "/S":
            yield f"page {number}: the keyboard does not follow the reading order (Tabs)"
        # the first page says it under the title and in its band, the others in their head
        seen = squeeze(read.whole)
        if meta.example and meta.example_word not in (
            seen if number == 1 else squeeze(_head(read))
        ):
            yield f"page {number} does not say '{meta.example_word}'"
        foot = view.text("common.page_of", page=number, pages=len(pages))
        for text in (foot, f"{meta.publisher} · {meta.dated_text}"):
            if squeeze(text) not in squeeze(read.artifact):
                yield f"page {number}: its foot does not say '{text}'"
        if number > 1 and squeeze(meta.title) not in squeeze(read.artifact):
            yield f"page {number}: its head does not say '{meta.title}'"


def _head(read: PageText) -> str:
    """Decoration without the foot, where the publisher may have the word in its name."""
    return read.artifact.rpartition(" · ")[0] if read.artifact.count(" · ") else read.artifact


def _marks(pages: list[PageText], reached: set[tuple[int, int]]) -> Iterator[str]:
    for number, page in enumerate(pages):
        if page.loose.strip():
            yield f"page {number + 1}: text that no tag reaches: '{page.loose.strip()[:60]}'"
        for mark, text in page.marked.items():
            if (number, mark) not in reached and text.strip():
                yield f"page {number + 1}: text outside the structure tree: '{text.strip()[:60]}'"


def _structure(root: Element) -> Iterator[str]:
    before = 0
    for element in root.walk():
        if element.kind in _HEADINGS:
            level = int(element.kind[1])
            if not element.text().strip():
                yield f"an empty heading of level {level}"
            if level > before + 1:
                yield f"heading '{element.text().strip()}' skips from level {before} to {level}"
            before = level
        if element.kind == "Table":
            yield from _table(element)
        if element.kind == "Figure" and not (element.alt or "").strip():
            yield "a figure has no text alternative"
    if sum(1 for e in root.walk() if e.kind == "H1") != 1:
        yield "the document does not have just one heading of the first level"


def _table(table: Element) -> Iterator[str]:
    name = table.text().strip()[:30]
    parts = {e.kind: e for e in table.children}
    rows = parts["THead"].children if "THead" in parts else []
    if not rows:
        yield f"table '{name}…' has no head"
    for cell in (c for row in rows for c in row.children):
        if cell.kind != "TH" or cell.scope not in ("Column", "Both"):
            yield f"table '{name}…': '{cell.text().strip()}' is not a column header"
    body = [row for e in table.children if e.kind == "TBody" for row in e.children]
    body += [row for row in table.children if row.kind == "TR"]
    if not body:
        yield f"table '{name}…' has no rows"
    for row in body:
        first = row.children[0] if row.children else None
        if first is None or first.kind != "TH" or first.scope != "Row":
            yield f"table '{name}…': the row '{row.text().strip()[:40]}' has no row header"


def _wanted_alternatives(view: View) -> list[str]:
    report = view.report
    groups = report.profile.groups if isinstance(report, MunicipalReport) else []
    wanted = [report.meta.publisher] if report.meta.logo else []
    wanted += [group.alt for group in groups]
    for section in all_sections(report):
        wanted += [b.alt for b in section_blocks(section) if isinstance(b, FigureBlock)]
    return wanted


def _alternatives(root: Element, view: View) -> Iterator[str]:
    wanted = Counter(map(squeeze, _wanted_alternatives(view)))
    present = Counter(squeeze(e.alt or "") for e in root.walk() if e.kind == "Figure")
    if gone := wanted - present:
        text = next(a for a in _wanted_alternatives(view) if squeeze(a) in gone)
        yield f"{gone.total()} figures lack the document's text alternative, the first: '{text[:80]}'"
    if extra := present - wanted:
        yield f"{extra.total()} figures have a text alternative that the document does not give"


def _svg_words(svg: str) -> list[str]:
    return [squeeze(_unescaped(_TAG.sub("", text))) for text in _SVG_TEXT.findall(svg)]


def _unescaped(text: str) -> str:
    for entity, sign in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&")):
        text = text.replace(entity, sign)
    return text


def _figure_texts(root: Element, view: View) -> Iterator[str]:
    """Numbers and words drawn in the figures that carry an alternative."""
    charts: list[Chart] = [*view.spines, *(item.chart for item in view.charts.values())]
    drawn = [chart.parts[0].svg for chart in charts]
    drawn += [drawings[0].svg for drawings in view.figures.values()]
    wanted = Counter("".join(sorted("".join(_svg_words(svg)))) for svg in drawn)
    present = Counter(
        "".join(sorted(squeeze(e.text(figures=True)))) for e in root.walk() if e.kind == "Figure"
    )
    if gone := (wanted - present).total():
        yield f"{gone} figures say something else than the document draws"


def _bookmarks(pdf: pikepdf.Pdf, root: Element) -> Iterator[str]:
    wanted = [(int(e.kind[1]), squeeze(e.text())) for e in root.walk() if e.kind in _HEADINGS]
    found: list[tuple[int, str]] = []

    def walk(items, level: int) -> None:
        for item in items:
            found.append((level, squeeze(str(item.title))))
            walk(item.children, level + 1)

    with pdf.open_outline(max_depth=8) as outline:
        walk(outline.root, 1)
    missing = [text for level, text in wanted if (level, text) not in found]
    if not found:
        yield "the document has no bookmarks"
    elif missing:
        yield f"{len(missing)} headings have no bookmark, the first: '{missing[0]}'"
    elif found != wanted:
        yield "the bookmarks do not stand as the headings do"
