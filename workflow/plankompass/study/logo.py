"""The publisher's logo: one SVG or PNG file that is put into every page, and loads nothing itself."""

from __future__ import annotations

import base64
import struct
from pathlib import Path

from lxml import etree

from plankompass.study.problems import PlankompassError

LARGEST = 60_000  # bytes: it stands in every HTML page and PDF
_PNG = b"\x89PNG\r\n\x1a\n"
_LOADING = ("script", "foreignObject", "use", "image", "style", "animate", "set")


def read_logo(path: Path | str | None) -> str:
    """Read a logo as SVG.

    Args:
        path: An SVG or PNG file; None for none.

    Returns:
        The SVG, a PNG wrapped in one; empty without a path.

    Raises:
        PlankompassError: The file is missing, too large, neither SVG nor PNG, or an SVG that holds more
            than shapes and text; the text names key and hint.
    """
    if not path:
        return ""
    path = Path(path)
    place = f"report.logo: {path.name}"
    if not path.is_file():
        raise PlankompassError(
            f"{place}: does not exist; give the path from the checkout, for instance config/logo.svg"
        )
    data = path.read_bytes()
    if len(data) > LARGEST:
        raise PlankompassError(
            f"{place}: {len(data) // 1000} kB; it stands in every page: at most {LARGEST // 1000} kB"
        )
    if data.startswith(_PNG):
        width, height = struct.unpack(">II", data[16:24])
        shown = base64.b64encode(data).decode("ascii")
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
            f'height="{height}"><image width="{width}" height="{height}" '
            f'href="data:image/png;base64,{shown}"/></svg>'
        )
    return _clean_svg(data, place)


def _clean_svg(data: bytes, place: str) -> str:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError:
        raise PlankompassError(f"{place}: neither SVG nor PNG") from None
    if etree.QName(root).localname != "svg":
        raise PlankompassError(f"{place}: neither SVG nor PNG")
    for node in root.iter():
        name = etree.QName(node).localname if isinstance(node.tag, str) else "?"
        loads = any(
            etree.QName(key).localname.startswith("on")
            or (etree.QName(key).localname == "href" and not value.startswith("#"))
            or ("url(" in value and "url(#" not in value)
            for key, value in node.attrib.items()
        )
        if name == "?" or name in _LOADING or loads:
            raise PlankompassError(
                f"{place}: holds <{name}>, which may load or run something; save it as plain shapes"
            )
    if root.get("viewBox") is None and not (root.get("width") and root.get("height")):
        raise PlankompassError(f"{place}: without viewBox it has no size; save it with one")
    return etree.tostring(root, encoding="unicode")
