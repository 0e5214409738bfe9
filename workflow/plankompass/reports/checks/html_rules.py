"""Checks of an HTML page: what every page must keep, and that a report says what its document says."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator

from plankompass.reports.checks.compare import differences, squeeze
from plankompass.reports.checks.reading_html import Node, elements, parse, place_of, text_of
from plankompass.reports.checks.said import said
from plankompass.reports.html_page import script, style_sheet
from plankompass.reports.schema_blocks import FigureBlock
from plankompass.reports.view import View, all_sections, section_blocks

LARGEST = 500_000
LANGUAGES = ("nb", "nn", "en")
#: Scripts that a page may carry.
SCRIPTS = ("index.js",)
_OUTSIDE = re.compile(r"(?i)^(?:[a-z][a-z0-9+.-]*:|//)")
_LOADING = ("link", "iframe", "object", "embed", "base", "frame", "audio", "video", "source")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_STYLE = re.compile(r"^(?:--strip:[\d.]+|width:[\d.]+%)$")
_POINTING = ("aria-labelledby", "aria-describedby", "aria-controls", "for")


_OTHER_STYLE = "the style sheet is not the project's"


def check_page(
    page: str, *, language: str = "", example_word: str = "", own_style: bool = False
) -> list[str]:
    """Hold any page of ours to what all of them keep.

    Args:
        page: The page.
        language: The language it must be in; any of ours when left out.
        example_word: The word that every page of made-up data says; empty for a real study.
        own_style: Whether the page may have another style sheet than the reports', one that loads
            nothing: restricted pages are made where the reports' is out of reach.

    Returns:
        What is wrong, one line each; none when all is well.
    """
    root = parse(page)
    found = [line for rule in _RULES for line in rule(root)]
    if own_style:
        sheets = "".join(node.text or "" for node in elements(root, "style"))
        loads = re.search(r"@import|url\(", sheets)
        found = [line for line in found if line != _OTHER_STYLE or loads]
    found += _head(page, root, language, example_word)
    return found


def check_html(page: str, view: View) -> list[str]:
    """Hold a report's page to its document: every number, every sentence, every figure, in order.

    Args:
        page: The page.
        view: The document with figures and tables.

    Returns:
        What is wrong, one line each; none when all is well.
    """
    meta = view.report.meta
    found = check_page(page, language=meta.language, example_word=meta.example_word)
    if view.report.kind == "municipality" and len(page.encode("utf-8")) > LARGEST:
        found.append(f"the page is larger than {LARGEST // 1000} kB")
    root = parse(page)
    body = root.find("body")
    if body is None:
        return [*found, "the page has no body"]
    found += differences(said(view, "html"), text_of(body))
    return found + _figures(page, root, view)


def _figures(page: str, root: Node, view: View) -> list[str]:
    found = []
    charts = [(f"chart {key}", item.chart) for key, item in view.charts.items()]
    charts += [(f"profile, group {i + 1}", chart) for i, chart in enumerate(view.spines)]
    parts = [(place, part.svg) for place, chart in charts for part in chart.parts]
    parts += [(place, chart.head) for place, chart in charts if chart.head]
    parts += [
        (f"figure {key}", drawing.svg)
        for key, drawings in view.figures.items()
        for drawing in drawings
    ]
    for place, svg in parts:
        if svg.partition(">")[2].removesuffix("</svg>") not in page:
            found.append(f"{place}: is not the figure that the document gives")
    spoken = Counter(squeeze(n.get("aria-label", "")) for n in elements(root, "svg"))
    for section in all_sections(view.report):
        for block in section_blocks(section):
            if not isinstance(block, FigureBlock) or block.id not in view.figures:
                continue
            if not spoken[squeeze(block.alt)]:
                found.append(f"figure {block.id}: its text alternative is not the document's")
    for table in elements(root, "table"):
        if "chart" not in (table.get("class") or ""):
            continue
        heads = {squeeze(text_of(n)) for n in elements(table, "th") if n.get("scope") == "col"}
        labels = {n.get("data-label") for n in elements(table, "td")} - {None}
        unknown = sorted(label for label in labels if squeeze(label) not in heads)
        found += [f"{place_of(table)}: no column is called '{label}'" for label in unknown]
    return found


def _head(page: str, root: Node, language: str, example_word: str) -> Iterator[str]:
    if not page.lstrip("\ufeff").lower().startswith("<!doctype html>"):
        yield "the page does not begin with <!DOCTYPE html>"
    said_language = root.get("lang") or ""
    if said_language not in LANGUAGES:
        yield f"the language of the page is not said: <html lang='{said_language}'>"
    elif language and said_language != language:
        yield f"the page says it is in '{said_language}', the report is in '{language}'"
    title = (root.findtext("head/title") or "").strip()
    heading = next((" ".join(text_of(n).split()) for n in elements(root, "h1")), "")
    if not title:
        yield "the page has no title"
    elif heading and squeeze(heading) not in squeeze(title):
        yield f"the title '{title}' does not name what the page is about: '{heading}'"
    if not any((m.get("charset") or "").lower() == "utf-8" for m in elements(root, "meta")):
        yield "the page does not say that it is UTF-8"
    view = next(
        (m.get("content") for m in elements(root, "meta") if m.get("name") == "viewport"), ""
    )
    if "width=device-width" not in (view or "").replace(" ", ""):
        yield "narrow screens are not thought of: no viewport of the device's width"
    if re.search(r"user-scalable\s*=\s*(no|0)|maximum-scale", view or ""):
        yield "readers are kept from enlarging the page"
    if not example_word:
        return
    if example_word not in title:
        yield f"the title does not say '{example_word}'"
    for part in ("header", "footer"):
        if not any(example_word in text_of(n) for n in elements(root, part)):
            yield f"the page's {part} does not say '{example_word}'"


def _ids(root: Node) -> Iterator[str]:
    count = Counter(n.get("id") for n in elements(root) if n.get("id") is not None)
    for name, times in sorted(count.items()):
        if times > 1:
            yield f"the id '{name}' stands {times} times"
    for node in elements(root):
        href = node.get("href") or node.get("{http://www.w3.org/1999/xlink}href") or ""
        wanted = [href[1:]] if href.startswith("#") else []
        wanted += [name for key in _POINTING for name in (node.get(key) or "").split()]
        for name in wanted:
            if name not in count:
                yield f"{place_of(node)} points to '{name}', which is not on the page"


def _headings(root: Node) -> Iterator[str]:
    before = 0
    for node in elements(root, *_HEADINGS):
        level = int(node.tag[1])
        if not text_of(node).strip():
            yield f"an empty heading of level {level}"
        if level > before + 1:
            yield f"heading '{' '.join(text_of(node).split())}' skips from level {before} to {level}"
        before = level
    if sum(1 for _ in elements(root, "h1")) != 1:
        yield "the page does not have just one heading of the first level"
    for name in ("header", "main", "footer"):
        if next(elements(root, name), None) is None:
            yield f"the page has no <{name}>"
    first = next((n for n in elements(root, "a")), None)
    main = next((n.get("id") for n in elements(root, "main")), None)
    if first is None or first.get("href") != f"#{main}":
        yield "the first link does not lead past the head to the content"


def _pictures(root: Node) -> Iterator[str]:
    for node in elements(root, "img"):
        if not (node.get("alt") or "").strip():
            yield f"a picture has no text alternative: {place_of(node)}"
    for node in elements(root, "svg"):
        if any(True for _ in node.iterancestors("svg")):
            continue
        named = node.get("role") == "img" and (node.get("aria-label") or "").strip()
        if node.get("aria-hidden") != "true" and not named:
            yield f"a figure has no text alternative: in {place_of(node.getparent())}"


def _tables(root: Node) -> Iterator[str]:
    for table in elements(root, "table"):
        caption = table.find("caption")
        if caption is None or not text_of(caption).strip():
            yield f"a table has no caption: {place_of(table)}"
        heads = [n for n in table.findall("thead/tr/th") if n.get("scope") == "col"]
        if not heads or len(heads) != len(table.findall("thead/tr/*")):
            yield f"{place_of(table)}: a cell of its head is not a column header"
        width = len(heads)
        for row in table.findall("tbody/tr"):
            cells = list(row)
            first = cells[0] if cells else None
            if first is None or first.tag != "th" or first.get("scope") not in _ROW_SCOPES:
                yield f"{place_of(table)}: the row '{' '.join(text_of(row).split())[:40]}' has no header"
            span = sum(int(cell.get("colspan", "1")) for cell in cells)
            if heads and span != width:
                yield f"{place_of(row)}: {span} cells where the table has {width} columns"


_ROW_SCOPES = ("row", "rowgroup", "colgroup")


_OWN_COLOURS = re.compile(
    r":root\{--fjord:#[0-9a-fA-F]{6};--night:#[0-9a-fA-F]{6};--foam:#[0-9a-fA-F]{6};\}$"
)


def _alone(root: Node) -> Iterator[str]:
    """Nothing is loaded, nothing runs but our own script, nothing is styled past the style sheet."""
    for node in elements(root):
        for key, value in node.attrib.items():
            if key.startswith("on"):
                yield f"{place_of(node)} runs a script: {key}"
            is_link = key in ("src", "srcset", "href", "action", "data", "poster", "formaction")
            logo = node.tag == "img" and value.startswith("data:image/svg+xml;base64,")
            if is_link and not logo and _OUTSIDE.match(value.strip()):
                yield f"{place_of(node)} leads out of the delivery: {key}='{value[:60]}'"
            if (
                key == "style"
                and not _STYLE.match(value)
                and not any(True for _ in node.iterancestors("svg"))
            ):
                yield f"{place_of(node)} has a style of its own: '{value[:60]}'"
            if "url(" in value and not re.search(r"url\(['\"]?#", value):
                yield f"{place_of(node)} loads something: {key}='{value[:60]}'"
        if node.tag in _LOADING:
            yield f"<{node.tag}> loads something from elsewhere"
        if node.tag == "meta" and node.get("http-equiv"):
            yield f"<meta http-equiv='{node.get('http-equiv')}'> steers the reader"
        if node.tag == "img" and not (node.get("src") or "").startswith("data:"):
            yield f"a picture is not in the page: '{node.get('src')}'"
    known = {str(script(name)).strip() for name in SCRIPTS}
    for node in elements(root, "script"):
        if node.get("src") or (node.text or "").strip() not in known:
            yield "the page runs a script that is not ours"
    sheets = [node.text or "" for node in elements(root, "style")]
    # the publisher's colours stand last, and are nothing but colours
    plain = [_OWN_COLOURS.sub("", squeeze(sheet)) for sheet in sheets]
    if plain != [squeeze(str(style_sheet()))]:
        yield _OTHER_STYLE


def _reached(root: Node) -> Iterator[str]:
    """What is operated has a name, and the keyboard meets it in reading order."""
    for node in elements(root, "a", "button", "summary"):
        if not (node.get("aria-label") or text_of(node, whole=True)).strip():
            yield f"{place_of(node)} has no name"
    labels = {n.get("for") for n in elements(root, "label") if text_of(n).strip()}
    for node in elements(root, "input", "select", "textarea"):
        if node.get("id") not in labels and not (node.get("aria-label") or "").strip():
            yield f"{place_of(node)} has no label"
    for node in elements(root):
        if node.get("tabindex") not in (None, "0", "-1"):
            yield f"{place_of(node)} jumps the queue of the keyboard: tabindex"
        if node.get("role") in ("region", "group") and not (node.get("aria-label") or "").strip():
            yield f"{place_of(node)}: a group without a name"
        hidden = node.get("aria-hidden") == "true"
        if hidden and any(n.get("tabindex") == "0" or n.tag == "a" for n in elements(node)):
            yield f"{place_of(node)} is hidden from screen readers and reached by the keyboard"


_RULES: tuple[Callable[[Node], Iterator[str]], ...] = (
    _ids, _headings, _pictures, _tables, _alone, _reached,
)  # fmt: skip
