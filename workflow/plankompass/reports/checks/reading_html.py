"""What an HTML page says, and its parts, for the checks."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree, html

_UNSEEN = {"style", "script", "svg", "template", "head"}
Node = etree._Element


def parse(page: str) -> Node:
    """The page as a tree.

    Args:
        page: The page.

    Returns:
        Its root element.
    """
    return html.document_fromstring(page.encode("utf-8"), parser=html.HTMLParser(encoding="utf-8"))


def elements(root: Node, *names: str) -> Iterator[Node]:
    """Elements by name, in order; all of them without names.

    Args:
        root: Where to look.
        *names: Names of elements.

    Yields:
        Each element.
    """
    for node in root.iter(*names):
        if isinstance(node.tag, str):
            yield node


def text_of(node: Node, *, whole: bool = False) -> str:
    """All text below an element in reading order.

    Args:
        node: The element.
        whole: With the text in figures.

    Returns:
        The text; styles and scripts are no text.
    """
    if not isinstance(node.tag, str):
        return ""
    if node.tag in _UNSEEN and not (whole and node.tag == "svg"):
        return ""
    parts = [node.text or ""]
    for child in node:
        parts += [text_of(child, whole=whole), child.tail or ""]
    return " ".join(parts) if whole else "".join(parts)


def place_of(node: Node) -> str:
    """An element in words, for whoever looks for it.

    Args:
        node: The element.

    Returns:
        Its name, id or text.
    """
    name = node.get("id") or node.get("class") or ""
    text = " ".join(text_of(node).split())[:50]
    return f"<{node.tag}{' ' + name if name else ''}>" + (f" '{text}'" if text else "")
