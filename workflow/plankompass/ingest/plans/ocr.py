"""Text of pages without a text layer, by Tesseract with Norwegian, where it is installed.

What is read so feeds suggestions only: words and reading ease are counted on the text layer alone.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from plankompass.ingest.plans.models import Block
from plankompass.ingest.plans.plaintext import read_text
from plankompass.ingest.plans.reader import PlanReader

_LANGUAGE = "nor"
_MOST_PAGES = 400
_FIRST_ORDER = 1000


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
        Blocks by page, ``order`` from 1000 so that no block of the text layer has the same place.
        A page that cannot be drawn or read in time gives none.
    """
    texts: list[tuple[int, str]] = []
    with tempfile.TemporaryDirectory() as folder:
        for page, picture in reader.draw(path, list(pages)[:_MOST_PAGES], Path(folder)):
            try:
                done = subprocess.run(
                    ["tesseract", str(picture), "stdout", "-l", _LANGUAGE, "--psm", "1"],
                    capture_output=True, timeout=seconds, check=False,
                )  # fmt: skip
            except (OSError, subprocess.TimeoutExpired):
                continue
            text = done.stdout.decode("utf-8", errors="replace").replace("\f", "\n")
            if text.strip():
                texts.append((page, _mended(text)))
            picture.unlink(missing_ok=True)
    if not texts:
        return []
    # as a text without any marks: short lines by themselves are headings, numbers begin items
    plan = read_text("\f".join(text for _, text in texts).encode())
    return [
        replace(block, page=texts[block.page - 1][0], order=_FIRST_ORDER + block.order)
        for block in plan.blocks
    ]


def _mended(text: str) -> str:
    """Signs at the beginning of a line that Tesseract misreads: bullets, and the numbers of goals."""
    text = re.sub(r"(?m)^[»«+=e°*·]\s+(?=[^\W\d_])", "• ", text)  # a dot, alone before a word
    text = re.sub(r"(?m)^[LIl|]\.?(\d)\s+(?=[A-ZÆØÅ])", r"1.\1 ", text)
    return re.sub(r"(?m)^(\d)(\d)\s+(?=[A-ZÆØÅ][a-zæøå])", r"\1.\2 ", text)
