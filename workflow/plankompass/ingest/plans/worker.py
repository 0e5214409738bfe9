"""The reader's own process: a file from outside may crash or hang a library, never the pipeline.

Speaks lines of JSON: one request on standard input, ``{"path", "members", "megabytes"}``. What is read
of a PDF goes line by line to the open file whose number is the first argument: ``{"open": {...}}``, one
``{"page": {...}}`` or ``{"bad_page": n}`` a page; it stays there when a later page ends the process. At
the end of every document ``{"done": {...}}`` or ``{"refused": reason}`` comes on standard output. With
``draw`` and ``folder`` in the request, pages are drawn instead, one ``{"drawn": n, "file": name}`` each.
"""

from __future__ import annotations

import gc
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_MEMORY = 4_000_000_000
_PAGE_PARTS = {"open", "page", "bad_page"}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def detect_format(path: Path) -> str:
    """Tell a plan document's format by its first bytes, and by its ending where bytes do not tell.

    Args:
        path: The file.

    Returns:
        ``pdf``, ``docx``, ``html``, ``markdown`` or ``text``.

    Raises:
        PlanRefusedError: The format is not read; the reason says what to do.
    """
    from plankompass.ingest.plans.models import PlanRefusedError

    with path.open("rb") as file:
        head = file.read(2048)
    suffix = path.suffix.lower()
    if not head.strip(b"\x00\r\n\t "):
        raise PlanRefusedError("the file is empty")
    if b"%PDF-" in head[:1024] or suffix == ".pdf":
        return "pdf"
    if head.startswith(b"PK\x03\x04") or suffix == ".docx":
        if suffix in {".odt", ".pptx", ".xlsx", ".ods"}:
            raise PlanRefusedError(f"{suffix} is no plan format; save the document as PDF or DOCX")
        return "docx"
    if head.startswith(_OLE):
        raise PlanRefusedError("an old Word file, or an encrypted one; save it as DOCX or PDF")
    if head.startswith(b"{\\rtf"):
        raise PlanRefusedError("RTF is not read; save the document as DOCX or PDF")
    start = head.lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if suffix in {".html", ".htm", ".xhtml"} or start.startswith((b"<!doctype html", b"<html")):
        return "html"
    if suffix in {".md", ".markdown"}:
        return "markdown"
    if suffix in {".txt", ".text", ""}:
        return "html" if start.startswith((b"<div", b"<p>", b"<body", b"<h1")) else "text"
    raise PlanRefusedError("no plan format; PDF, DOCX, HTML, Markdown and plain text are read")


def read_parts(path: Path, members: int, megabytes: int) -> Iterator[dict[str, Any]]:
    """Read one document and give its parts as they come.

    Args:
        path: The file.
        members: Most members of an archive.
        megabytes: Largest unpacked size.

    Yields:
        The answers of the module's docstring.
    """
    from plankompass.ingest.plans.models import PlanRefusedError

    try:
        kind = detect_format(path)
        if kind == "pdf":
            yield from _pdf_parts(path)
            return
        if kind == "docx":
            from plankompass.ingest.plans.docx import check_archive, read_docx

            check_archive(path, members=members, megabytes=megabytes)
            plan = read_docx(path)
        else:
            from plankompass.ingest.plans.markup import read_html
            from plankompass.ingest.plans.plaintext import read_text

            data = path.read_bytes()
            plan = (
                read_html(data) if kind == "html" else read_text(data, markdown=kind == "markdown")
            )
        yield {"done": plan.to_plain()}
    except PlanRefusedError as error:
        yield {"refused": str(error)}
    except MemoryError:
        yield {"refused": "reading the file takes more memory than is allowed"}
    except RecursionError:
        yield {"refused": "the file is nested too deep"}
    except OSError:
        yield {"refused": "the file cannot be opened"}


def _pdf_parts(path: Path) -> Iterator[dict[str, Any]]:
    from plankompass.ingest.plans.pdf import PdfReader

    reader = PdfReader(path)
    yield {"open": {"pages": reader.pages, "encrypted": reader.encrypted}}
    for page in reader.read_pages():
        yield {"bad_page": page} if isinstance(page, int) else {"page": page.to_plain()}
    yield {"done": {}}


def draw_pages(path: Path, pages: list[int], folder: Path) -> Iterator[dict[str, Any]]:
    """Draw pages of a PDF as pictures for OCR.

    Args:
        path: The PDF.
        pages: Pages from 1.
        folder: Where the pictures go.

    Yields:
        ``{"drawn": page, "file": name}`` for each page that could be drawn, then ``{"done": {}}``.
    """
    from plankompass.ingest.plans.models import PlanRefusedError
    from plankompass.ingest.plans.pdf import PdfReader

    try:
        reader = PdfReader(path)
        for page in pages:
            target = folder / f"{page}.png"
            if reader.draw(page, target):
                yield {"drawn": page, "file": target.name}
        yield {"done": {}}
    except PlanRefusedError as error:
        yield {"refused": str(error)}


def _limit_memory() -> None:
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    except (ImportError, ValueError, OSError):
        return  # not on this system; the time limit still holds


def main() -> None:
    """Answer requests until standard input closes."""
    _limit_memory()
    pages = int(sys.argv[1])
    gc.disable()  # pages are many small values without circles; looking for circles costs a tenth
    frozen = False
    for line in sys.stdin:
        request = json.loads(line)
        path = Path(request["path"])
        if "draw" in request:
            parts = draw_pages(path, request["draw"], Path(request["folder"]))
        else:
            parts = read_parts(path, request["members"], request["megabytes"])
        for part in parts:
            if part.keys() & _PAGE_PARTS:
                os.write(pages, json.dumps(part).encode("ascii") + b"\n")
            else:
                sys.stdout.write(json.dumps(part) + "\n")
                sys.stdout.flush()
        gc.collect()
        if not frozen:
            gc.freeze()  # the modules stay; looking through them takes as long as four pages
            frozen = True


if __name__ == "__main__":
    main()
