"""What stands in a delivered file, as text with places: so that a difference can be named.

Tables give rows of cells, reports give sentences. Nothing of layout is kept.
"""

from __future__ import annotations

import csv
import json
import lzma
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pandas as pd
from lxml import etree

from plankompass.study.problems import PlankompassError

PACKED = (".xlsx", ".zip")
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "caption",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "figcaption",
        "figure",
        "footer",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "label",
        "legend",
        "li",
        "main",
        "nav",
        "ol",
        "option",
        "p",
        "section",
        "summary",
        "svg",
        "table",
        "tbody",
        "td",
        "text",
        "tfoot",
        "th",
        "thead",
        "title",
        "tr",
        "ul",
    ]
)
_SKIPPED = frozenset({"script", "style"})
_SENTENCE_END = re.compile(r"(?<=[.!?]) +(?=[A-ZÆØÅ«])")


@dataclass(frozen=True)
class Content:
    """What stands in a file.

    Attributes:
        kind: ``table`` (the first row of a part holds the columns' names) or ``text`` (each row is
            a place and a sentence).
        parts: Rows by sheet or member of the file; one part without a name for most files.
    """

    kind: str
    parts: Mapping[str, list[list[str]]]


def read_content(path: Path) -> Content | None:
    """Read what stands in a delivered file.

    Args:
        path: Parquet, CSV, XLSX, JSON, HTML, PDF or ZIP file.

    Returns:
        Its text with places; None for other kinds of files.

    Raises:
        PlankompassError: The file is not what its ending says.
    """
    reader = _READERS.get(path.suffix)
    if reader is None:
        return None
    try:
        return reader(path)
    except (OSError, ValueError, KeyError, etree.LxmlError, zipfile.BadZipFile, RuntimeError):
        raise PlankompassError(
            f"{path.name}: cannot be read as {path.suffix[1:]}; the file is damaged"
        ) from None


def packed_digest(path: Path) -> str:
    """Hash of what is packed in an XLSX or ZIP file, whatever library packed it.

    Compression libraries give other bytes for the same content; this hash is equal on every machine.

    Args:
        path: The file.

    Returns:
        Sha256 over the members' names and contents, packed members unpacked; empty for other files.
    """
    if path.suffix not in PACKED:
        return ""
    with zipfile.ZipFile(path) as archive:
        return _packed(archive)


def _packed(archive: zipfile.ZipFile) -> str:
    lines = []
    for name in sorted(archive.namelist()):
        if Path(name).name == "SHA256SUMS":
            continue  # it holds the hashes of packed members
        if name.endswith(PACKED):
            with archive.open(name) as stream, zipfile.ZipFile(stream) as inner:
                lines.append(f"{name} {_packed(inner)}")
        else:
            lines.append(f"{name} {sha256(archive.read(name)).hexdigest()}")
    return sha256("\n".join(lines).encode()).hexdigest()


def write_record(contents: Mapping[str, Content], path: Path) -> None:
    """Write the contents of many files as one small file.

    Args:
        contents: File to content.
        path: The file to write (JSON, packed with xz).
    """
    plain = {name: [c.kind, dict(c.parts)] for name, c in sorted(contents.items())}
    text = json.dumps(plain, ensure_ascii=False, separators=(",", ":"))
    path.write_bytes(lzma.compress(text.encode(), preset=6))


def read_record(path: Path) -> dict[str, Content]:
    """Read what :func:`write_record` wrote.

    Args:
        path: The file.

    Returns:
        File to content.

    Raises:
        PlankompassError: The file is damaged.
    """
    try:
        plain = json.loads(lzma.decompress(path.read_bytes()))
        return {name: Content(kind, parts) for name, (kind, parts) in plain.items()}
    except (OSError, ValueError, EOFError, lzma.LZMAError):
        raise PlankompassError(
            f"{path.name}: cannot be read; fetch the release's folder anew"
        ) from None


def _cell(value: Any) -> str:
    if value is None or (not isinstance(value, str | list) and pd.isna(value)):
        return ""
    if isinstance(value, float):
        return repr(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, date):
        return value.isoformat()[:10]
    return str(value)


def _parquet(path: Path) -> Content:
    frame = pd.read_parquet(path)
    rows = [[_cell(v) for v in row] for row in frame.itertuples(index=False, name=None)]
    return Content("table", {"": [list(map(str, frame.columns)), *rows]})


def _csv(path: Path) -> Content:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return Content("table", {"": list(csv.reader(stream, delimiter=";"))})


def _xlsx(path: Path) -> Content:
    from openpyxl import load_workbook

    book = load_workbook(path, read_only=True)
    parts = {
        sheet.title: [[_cell(v) for v in row] for row in sheet.iter_rows(values_only=True)]
        for sheet in book.worksheets
    }
    book.close()
    # sheets open with a title, so a column is named by its letter
    return Content("table", {name: [_letters(rows), *rows] for name, rows in parts.items()})


def _letters(rows: list[list[str]]) -> list[str]:
    from openpyxl.utils import get_column_letter

    return [get_column_letter(at) for at in range(1, max(map(len, rows), default=0) + 1)]


def _json(path: Path) -> Content:
    rows = list(_leaves(json.loads(path.read_text(encoding="utf-8")), ""))
    return Content("text", {"": rows})


def _leaves(value: Any, place: str) -> Iterator[list[str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, f"{place}.{key}" if place else str(key))
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from _leaves(inner, f"{place}[{at}]")
    else:
        yield [place, "" if value is None else _cell(value)]


def _html(path: Path) -> Content:
    root = etree.fromstring(path.read_bytes(), etree.HTMLParser(encoding="utf-8"))
    blocks = [" ".join(text.split()) for text in _blocks(root)]
    sentences = [s for block in blocks if block for s in _SENTENCE_END.split(block)]
    return Content("text", {"": [[f"sentence {at}", s] for at, s in enumerate(sentences, start=1)]})


def _blocks(root: Any) -> Iterator[str]:
    """Running text between the starts and ends of blocks, in the order of the page."""
    words: list[str] = []
    skipping = 0
    for event, node in etree.iterwalk(root, events=("start", "end")):
        name = etree.QName(node).localname if isinstance(node.tag, str) else "script"
        if name in _BLOCKS and words:
            yield "".join(words)
            words = []
        if event == "start":
            skipping += name in _SKIPPED
            text = node.text
        else:
            skipping -= name in _SKIPPED
            text = node.tail
        if text and not skipping:
            words.append(text)
    yield "".join(words)


def _pdf(path: Path) -> Content:
    import pypdfium2

    document = pypdfium2.PdfDocument(path)
    rows = []
    for number in range(len(document)):
        text = document[number].get_textpage().get_text_range()
        rows += [[f"page {number + 1}", line.strip()] for line in text.splitlines() if line.strip()]
    document.close()
    return Content("text", {"": rows})


def _zip(path: Path) -> Content:
    with zipfile.ZipFile(path) as archive:
        names = sorted(archive.namelist())
        rows = [[name, sha256(archive.read(name)).hexdigest()] for name in names]
    return Content("text", {"": rows})


_READERS = {
    ".parquet": _parquet,
    ".csv": _csv,
    ".xlsx": _xlsx,
    ".json": _json,
    ".html": _html,
    ".pdf": _pdf,
    ".zip": _zip,
}
