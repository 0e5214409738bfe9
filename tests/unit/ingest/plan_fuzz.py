"""Random damage to plan documents: read, read in part with the pages named, or refused with a reason."""

from __future__ import annotations

import io
import random
import time
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pikepdf
from tests.unit.ingest.plan_files import NB_TEXT, make_docx, make_pdf, samfunnsdel_source

from plankompass.ingest.plans.models import PlanRefusedError
from plankompass.ingest.plans.reader import PlanReader
from plankompass.study.config_models import LimitConfig

SECONDS = 10
_SLACK = 8
"""Seconds that starting the reader's process anew may take on a busy machine."""


@cache
def _reader() -> PlanReader:
    return PlanReader(LimitConfig(seconds_per_file=SECONDS))


@cache
def _whole_pdf() -> bytes:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        return make_pdf(Path(folder) / "whole.pdf", samfunnsdel_source()).read_bytes()


@cache
def _whole_docx() -> bytes:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        return make_docx(Path(folder) / "whole.docx").read_bytes()


def _saved(pdf: pikepdf.Pdf, **how: object) -> bytes:
    buffer = io.BytesIO()
    pdf.save(buffer, **how)
    return buffer.getvalue()


def _flipped(data: bytes, draw: random.Random) -> bytes:
    out = bytearray(data)
    for _ in range(draw.randrange(1, 80)):
        out[draw.randrange(len(out))] = draw.randrange(256)
    return bytes(out)


def _cut(data: bytes, draw: random.Random) -> bytes:
    return data[: draw.randrange(20, len(data))]


def _shuffled(data: bytes, draw: random.Random) -> bytes:
    size = draw.choice((64, 512, 4096))
    parts = [data[i : i + size] for i in range(0, len(data), size)]
    head, rest = parts[:1], parts[1:]
    draw.shuffle(rest)
    return b"".join(head + rest)


def _doubled(data: bytes, draw: random.Random) -> bytes:
    at = draw.randrange(len(data))
    return data[:at] + data[draw.randrange(len(data)) :] + data[at:]


def _encrypted(_: bytes, draw: random.Random) -> bytes:
    with pikepdf.open(io.BytesIO(_whole_pdf())) as pdf:
        user = draw.choice(("", "hemmelig"))
        strength = draw.choice((2, 3, 4, 6))
        return _saved(pdf, encryption=pikepdf.Encryption(
            owner="eier", user=user, R=strength, aes=strength >= 4, metadata=strength >= 4))  # fmt: skip


def _strange_page(_: bytes, draw: random.Random) -> bytes:
    """Pages whose boxes, contents or tree are not what they should be."""
    with pikepdf.open(io.BytesIO(_whole_pdf())) as pdf:
        page = pdf.pages[draw.randrange(len(pdf.pages))]
        kind = draw.randrange(6)
        if kind == 0:
            page.MediaBox = [0, 0, draw.choice((0, -5, 10**9)), draw.choice((0, 10**9))]
        elif kind == 1:
            page.Contents = pdf.make_stream(b"q " * 200_000)
        elif kind == 2:
            page.Contents = pdf.make_stream(b"BT /F1 12 Tf (" + bytes(range(256)) * 50 + b") Tj")
        elif kind == 3:
            pdf.Root.Pages.Kids.append(pdf.Root.Pages)  # the tree holds itself
        elif kind == 4:
            pdf.Root.Pages.Count = draw.choice((-1, 0, 10**8))
        else:
            del page["/Resources"]
        return _saved(pdf)


def _bomb(_: bytes, draw: random.Random) -> bytes:
    """A page whose contents unpack to far more than they are."""
    with pikepdf.open(io.BytesIO(_whole_pdf())) as pdf:
        many = b"BT 1 0 0 1 9 9 Tm (x) Tj ET\n" * draw.choice((1_000, 400_000))
        stream = pikepdf.Stream(pdf, zlib.compress(many))
        stream.Filter = pikepdf.Name.FlateDecode
        pdf.pages[0].Contents = pdf.make_indirect(stream)
        return _saved(pdf)


def _circular_outline(_: bytes, draw: random.Random) -> bytes:
    with pikepdf.open(io.BytesIO(_whole_pdf())) as pdf:
        item = pdf.make_indirect(pikepdf.Dictionary(Title="Mål"))
        item.Next = item
        if draw.random() < 0.5:
            item.First = item.Last = item
        pdf.Root.Outlines = pdf.make_indirect(pikepdf.Dictionary(First=item, Last=item, Count=1))
        return _saved(pdf)


PDF_DAMAGE: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _flipped, _cut, _shuffled, _doubled, _encrypted, _strange_page, _bomb, _circular_outline,
)  # fmt: skip
_BYTES_ONLY = PDF_DAMAGE[:4]


def run_case(folder: Path, seed: int) -> str:
    """Damage one document and read it.

    Args:
        folder: An empty folder.
        seed: The case.

    Returns:
        How it came out: format, damage, and read, read in part, or refused.
    """
    draw = random.Random(seed)
    kind = draw.choice(("pdf", "pdf", "pdf", "docx", "html", "md", "txt"))
    if kind == "pdf":
        return _checked(folder, kind, draw.choice(PDF_DAMAGE), _whole_pdf(), draw)
    if kind == "docx":
        return _checked(folder, kind, draw.choice(_BYTES_ONLY), _whole_docx(), draw)
    marks = {
        "html": f"<h1>Mål</h1><table><tr><td>{NB_TEXT}<ul><li>",
        "md": f"# Mål\n\n- {NB_TEXT}\n|a|b|\n",
    }
    text = (marks.get(kind, f"Mål\n{NB_TEXT}\n") * draw.randrange(1, 40)).encode()
    return _checked(folder, kind, draw.choice(_BYTES_ONLY), text, draw)


def pdf_case(folder: Path, seed: int) -> str:
    """As :func:`run_case`, a PDF with each kind of damage in turn."""
    damage = PDF_DAMAGE[seed % len(PDF_DAMAGE)]
    return _checked(folder, "pdf", damage, _whole_pdf(), random.Random(seed))


def _checked(
    folder: Path, kind: str, damage: Callable[[bytes, random.Random], bytes], whole: bytes,
    draw: random.Random,
) -> str:  # fmt: skip
    path = folder / f"plan.{kind}"
    path.write_bytes(damage(whole, draw))
    what = f"{kind}, {damage.__name__.strip('_').replace('_', ' ')}"
    started = time.monotonic()
    try:
        plan = _reader().read(path)
    except PlanRefusedError as refusal:
        reason = str(refusal)
        assert 8 <= len(reason) < 200 and "\n" not in reason, reason
        assert "Traceback" not in reason and str(folder) not in reason, reason
        outcome = "refused"
    else:
        if plan.pages is not None:
            assert plan.pages >= 1
            assert all(1 <= page <= plan.pages for page in (*plan.unread, *plan.without_text))
            assert not plan.unread or any("page" in text for text in plan.problems)
        outcome = "read in part" if plan.unread else "read"
    seconds = time.monotonic() - started
    assert seconds < SECONDS + _SLACK, f"{seconds:.0f} s"
    return f"{what}: {outcome}"
