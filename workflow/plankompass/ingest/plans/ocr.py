"""Text of pages without a text layer, by Tesseract with Norwegian, where it is installed.

What is read so feeds suggestions only: words and reading ease are counted on the text layer alone.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from plankompass.ingest.plans.mend import join_lines, mend_characters
from plankompass.ingest.plans.models import Block
from plankompass.ingest.plans.reader import PlanReader

_LANGUAGE = "nor"
_MOST_PAGES = 400


def ocr_missing() -> str:
    """Why pages cannot be read by OCR here; empty when they can."""
    program = shutil.which("tesseract")
    if program is None:
        return "Tesseract is not installed"
    try:
        listed = subprocess.run(
            [program, "--list-langs"], capture_output=True, text=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return "Tesseract does not answer"
    if _LANGUAGE not in f"{listed.stdout}\n{listed.stderr}".split():
        return "Tesseract has no Norwegian (nor)"
    return ""


def ocr_program() -> str:
    """The OCR program with its version, by which its results are kept."""
    try:
        said = subprocess.run(
            ["tesseract", "--version"], capture_output=True, text=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return "tesseract"
    return (said.stdout or said.stderr).partition("\n")[0].strip() or "tesseract"


def read_by_ocr(reader: PlanReader, path: Path, pages: Sequence[int], seconds: int) -> list[Block]:
    """Read pages of a PDF by OCR.

    Args:
        reader: The reader, which draws the pages in its own process.
        path: The PDF.
        pages: Pages to read.
        seconds: Longest time a page may take.

    Returns:
        Paragraphs by page, ``order`` from 1000 so that no block of the text layer has the same place.
        A page that cannot be drawn or read in time gives none.
    """
    blocks: list[Block] = []
    with tempfile.TemporaryDirectory() as folder:
        for page, picture in reader.draw(path, list(pages)[:_MOST_PAGES], Path(folder)):
            try:
                done = subprocess.run(
                    ["tesseract", str(picture), "stdout", "-l", _LANGUAGE, "--psm", "1"],
                    capture_output=True, timeout=seconds, check=False,
                )  # fmt: skip
            except (OSError, subprocess.TimeoutExpired):
                continue
            text = done.stdout.decode("utf-8", errors="replace")
            for part in text.replace("\r\n", "\n").split("\n\n"):
                clean = join_lines(
                    mend_characters(x, breaks_are_hyphens=False) for x in part.splitlines()
                )
                if clean:
                    order = 1000 + sum(b.page == page for b in blocks)
                    blocks.append(Block(page, order, "paragraph", 0, clean))
    return blocks
