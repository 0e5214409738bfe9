"""Typst with the fonts of the repository: a template and its data to a PDF/UA-1 file."""

from __future__ import annotations

import json
import threading
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import typst

from plankompass.reports.style import FONTS
from plankompass.study.problems import PlankompassError

_LOCK = threading.Lock()
_KEPT = 10  # documents set since a piece was last used before Typst drops it


@cache
def compiler(template: Path | None) -> typst.Compiler:
    """A compiler with the repository's fonts and no others, kept warm in the process.

    Args:
        template: The template it is for; None for an empty one.

    Returns:
        The compiler.
    """
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)]
    )
    source = template.read_bytes() if template else b""
    return typst.Compiler(source, font_paths=fonts, ignore_system_fonts=True)


def forget_pieces() -> None:
    """Let Typst drop the pieces that it keeps of earlier documents, by setting empty ones.

    It keeps the pieces of the last ten in case the next is the same but for a few words, as in an
    editor. Two reports share little, and the gaps that kept pieces leave in the memory as they go made
    each report slower to set than the one before.
    """
    with _LOCK:
        for _ in range(_KEPT + 1):
            compiler(None).compile(b"", format="pdf")


def typeset(template: Path, name: str, data: Any, dated: date, title: str) -> bytes:
    """Set a document.

    Args:
        template: The template.
        name: What the template calls its data.
        data: Plain values.
        dated: The file's date; never the clock's.
        title: What the document is called in an error.

    Returns:
        The file as Typst writes it.

    Raises:
        PlankompassError: The typesetter refuses, for instance because a figure has no alternative text.
    """
    stamp = datetime(dated.year, dated.month, dated.day, tzinfo=UTC)
    inputs = {name: json.dumps(data, ensure_ascii=False)}
    try:
        with _LOCK:
            return compiler(template).compile(
                template.read_bytes(), format="pdf", sys_inputs=inputs,
                pdf_standards=["ua-1"], timestamp=stamp,
            )  # fmt: skip
    except typst.TypstError as error:
        raise PlankompassError(f"{title}: the PDF could not be set: {error.message}") from None
