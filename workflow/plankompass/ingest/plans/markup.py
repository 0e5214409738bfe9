"""Blocks of HTML pages, and bytes to text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from plankompass.ingest.plans.mend import join_lines, mend_characters
from plankompass.ingest.plans.models import CELL, Block, BlockKind, PlanRefusedError, PlanText

_META_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([a-zA-Z0-9_.:-]{1,40})", re.IGNORECASE)
_SKIPPED = {"script", "style", "noscript", "template", "svg", "head", "iframe", "object", "form"}
_AROUND = {"nav", "header", "footer", "aside"}
_BLOCKS = {
    "p", "div", "section", "article", "main", "blockquote", "figcaption", "dt", "dd", "td", "th",
    "pre", "address", "body", "summary", "details", "caption",
}  # fmt: skip


def decode_text(data: bytes, *, html: bool = False) -> tuple[str, str]:
    """Turn bytes to text: byte order mark, stated charset, UTF-8, else Windows-1252.

    Args:
        data: The file's bytes.
        html: Whether a charset may be stated in the text itself.

    Returns:
        The text and the encoding used.

    Raises:
        PlanRefusedError: The bytes are no text.
    """
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"),
                           (b"\xfe\xff", "utf-16")):  # fmt: skip
        if data.startswith(mark):
            return data.decode(encoding, errors="replace"), encoding
    if b"\x00" in data[:4096]:
        raise PlanRefusedError("no text: the file holds binary data")
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    stated = _META_CHARSET.search(data[:4096]) if html else None
    if stated:
        try:
            name = stated.group(1).decode("ascii")
            return data.decode(name), name.lower()
        except (LookupError, UnicodeDecodeError):
            pass
    text = data.decode("cp1252", errors="replace")
    if text.count("\ufffd") > 0.01 * len(text):
        raise PlanRefusedError("no text in a known encoding; save the file as UTF-8")
    return text, "cp1252"


def read_html(data: bytes) -> PlanText:
    """Read an HTML page or fragment.

    Args:
        data: The file's bytes.

    Returns:
        The text on page 1; navigation, heads and feet are running heads.

    Raises:
        PlanRefusedError: The bytes are no text or hold no elements.
    """
    from lxml import etree, html

    text, _ = decode_text(data, html=True)
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text)
    if not text.strip():
        raise PlanRefusedError("the file is empty")
    parser = html.HTMLParser(huge_tree=False, no_network=True)
    try:
        root = html.document_fromstring(text, parser=parser)
    except (etree.LxmlError, ValueError):
        raise PlanRefusedError("no HTML that can be read") from None
    plan = PlanText("html")
    title = root.findtext(".//title")
    if title and _clean(title) and root.find(".//h1") is None:
        _add(plan, 1, "heading", 1, title)
    for kind, level, part in _walk(root):
        _add(plan, 1, kind, level, part)
    return plan


def _walk(root) -> Iterator[tuple[BlockKind, int, str]]:
    """Walk the tree without recursion: a hostile page may nest thousands deep."""
    stack: list[tuple[object, bool]] = [(root, False)]
    inline: list[str] = []
    inline_around = False

    def flush() -> Iterator[tuple[BlockKind, int, str]]:
        text = " ".join("".join(inline).split())
        inline.clear()
        if text:
            yield ("running_head" if inline_around else "paragraph"), 0, text

    while stack:
        node, around = stack.pop()
        if isinstance(node, str):
            if inline and around != inline_around:
                yield from flush()
            inline_around = around
            if node == "\0":
                yield from flush()
            else:
                inline.append(node)
            continue
        tag = node.tag if isinstance(node.tag, str) else ""
        if not tag or tag in _SKIPPED:
            continue
        around = around or tag in _AROUND
        if re.fullmatch(r"h[1-6]", tag) or tag in {"li", "tr"}:
            yield from flush()
            yield from _leaf(node, tag, around, stack)
            continue
        is_block = (
            tag in _BLOCKS or tag in _AROUND or tag in {"ul", "ol", "dl", "table", "br", "hr"}
        )
        parts: list[tuple[object, bool]] = [("\0", around)] if is_block else []
        if node.text:
            parts.append((node.text, around))
        for child in node:
            parts.append((child, around))
            if child.tail:
                parts.append((child.tail, around))
        if is_block:
            parts.append(("\0", around))
        stack += reversed(parts)
    yield from flush()


def _leaf(node, tag: str, around: bool, stack: list) -> Iterator[tuple[BlockKind, int, str]]:
    if tag == "tr":
        cells = [_text(cell) for cell in node if cell.tag in ("td", "th")]
        if any(cells):
            yield ("running_head" if around else "table_row"), 0, CELL.join(cells)
        return
    if tag == "li":
        inner = [c for c in node if c.tag in ("ul", "ol")]
        text = _text(node, without=inner)
        if text:
            yield ("running_head" if around else "list_item"), 0, text
        stack += [(c, around) for c in reversed(inner)]
        return
    text = _text(node)
    if text:
        yield ("running_head", 0, text) if around else ("heading", int(tag[1]), text)


def _text(node, without: list | tuple = ()) -> str:
    parts: list[str] = []
    skipped = {id(n) for n in without}
    stack: list[object] = [node]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            parts.append(item)
            continue
        if id(item) in skipped or not isinstance(item.tag, str) or item.tag in _SKIPPED:
            continue
        if item.tag in ("br", "p", "div", "li"):
            parts.append(" ")
        children: list[object] = [item.text or ""]
        for child in item:
            children += [child, child.tail or ""]
        stack += reversed(children)
    return " ".join("".join(parts).split())


def _clean(text: str) -> str:
    return join_lines([mend_characters(text.replace("\n", " "), breaks_are_hyphens=False)])


def _add(plan: PlanText, page: int, kind: BlockKind, level: int, text: str) -> None:
    if clean := _clean(text):
        plan.blocks.append(Block(page, len(plan.blocks), kind, level, clean))
