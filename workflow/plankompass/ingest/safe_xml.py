"""Reading XML that comes from outside: no entities, no document type, no network, no huge trees."""

from __future__ import annotations

import re

from lxml import etree

from plankompass.study.problems import PlankompassError

_PROLOG_BYTES = 1 << 16


class XmlRefusedError(PlankompassError):
    """XML that is broken or asks the reader to fetch or expand something."""


def declares_type(content: bytes) -> bool:
    """Whether a document type stands before the first element, in any common encoding.

    Args:
        content: The document, or its beginning.

    Returns:
        True when ``<!DOCTYPE`` or ``<!ENTITY`` stands there.
    """
    head = content[:_PROLOG_BYTES]
    text = head.replace(b"\x00", b"")  # enough to see ASCII in UTF-16 and UTF-32
    start = re.search(rb"<[A-Za-z_]", text)
    prolog = text if start is None else text[: start.start()]
    return b"<!DOCTYPE" in prolog or b"<!ENTITY" in prolog


def parse_xml(content: bytes, *, name: str) -> etree._Element:
    """Parse XML without trusting it.

    Args:
        content: The document.
        name: The file's name in messages.

    Returns:
        The root element.

    Raises:
        XmlRefusedError: It is no well-formed XML, declares a document type or entities, or has text or
            nesting beyond what the parser holds safe.
    """
    refused = XmlRefusedError(
        f"{name}: the XML declares a document type or entities, which no coding program writes; refused"
    )
    if declares_type(content):
        raise refused
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        place = f" line {line}:" if line else ""
        raise XmlRefusedError(
            f"{name}:{place} not readable as XML; export the project again"
        ) from None
    info = root.getroottree().docinfo
    if info.doctype or info.internalDTD is not None:
        raise refused
    return root


def local_name(element: etree._Element) -> str:
    """An element's name without its namespace; empty for comments and the like."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""
