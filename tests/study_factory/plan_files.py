"""Writing plan documents: PDF by Typst, DOCX, scans, and files where only some pages hold text."""

from __future__ import annotations

import io
import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import docx
import pikepdf
import pypdfium2
import typst
from tests.study_factory.files import fixed_office_file
from tests.study_factory.plan_blocks import PlanDocument

_TEMPLATE = Path(__file__).parent / "plan.typ"
_WRITTEN = datetime(2023, 6, 1, 12, tzinfo=UTC)
_SCAN_DPI = 88


class TypstWriter:
    """Compiles documents with one warm compiler; fonts are those that come with Typst."""

    def __init__(self) -> None:
        self._compiler = typst.Compiler(_TEMPLATE, ignore_system_fonts=True)

    def pdf(self, document: PlanDocument) -> tuple[bytes, dict[str, int]]:
        """Compile one document.

        Args:
            document: The document.

        Returns:
            The PDF, and mark to page.
        """
        data = asdict(document) | {"example": document.cover[-1]}
        inputs = {"doc": json.dumps(data, ensure_ascii=False)}
        content = self._compiler.compile(format="pdf", sys_inputs=inputs, timestamp=_WRITTEN)
        found = json.loads(self._compiler.query("<mark>", field="value"))
        pages: dict[str, int] = {}
        for entry in found:
            pages.setdefault(entry["name"], entry["page"])
        return content, pages


def scan(content: bytes, pages: set[int] | None = None) -> bytes:
    """Turn pages of a PDF into pictures without text, as a scanner leaves them.

    Args:
        content: The PDF.
        pages: Page numbers from 1; all when left out.

    Returns:
        The PDF with those pages as greyscale pictures.
    """
    source = pypdfium2.PdfDocument(content)
    with pikepdf.open(io.BytesIO(content)) as pdf:
        for number in range(1, len(source) + 1):
            if pages is not None and number not in pages:
                continue
            page = source[number - 1]
            image = page.render(scale=_SCAN_DPI / 72, grayscale=True).to_pil().convert("L")
            # a bilevel picture in 16 greys: small, and as grainy as an office scanner's
            image = image.point(lambda v: v // 16 * 17)
            stream = pikepdf.Stream(pdf, image.tobytes())
            stream.Type, stream.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
            stream.Width, stream.Height = image.width, image.height
            stream.ColorSpace, stream.BitsPerComponent = pikepdf.Name.DeviceGray, 8
            target = pdf.pages[number - 1]
            width, height = (float(v) for v in target.mediabox[2:4])
            target.Resources = pikepdf.Dictionary(
                XObject=pikepdf.Dictionary(Scan=pdf.make_indirect(stream))
            )
            target.Contents = pdf.make_stream(
                f"q {width:g} 0 0 {height:g} 0 0 cm /Scan Do Q".encode()
            )
            for key in ("/StructParents", "/Annots"):
                if key in target:
                    del target[key]
        for key in ("/StructTreeRoot", "/MarkInfo", "/Outlines", "/Metadata", "/Names", "/Dests"):
            if key in pdf.Root:
                del pdf.Root[key]
        pdf.remove_unreferenced_resources()
        buffer = io.BytesIO()
        pdf.save(buffer, deterministic_id=True, compress_streams=True, recompress_flate=True,
                 object_stream_mode=pikepdf.ObjectStreamMode.generate)  # fmt: skip
    return buffer.getvalue()


def docx_bytes(document: PlanDocument) -> bytes:
    """Write one document as DOCX with real heading and list styles.

    Args:
        document: The document.

    Returns:
        The file.
    """
    book = docx.Document()
    core = book.core_properties
    core.author, core.title = document.municipality, document.title
    core.created = core.modified = core.last_printed = datetime(2023, 6, 1, 12)
    book.sections[0].header.paragraphs[
        0
    ].text = f"{document.municipality} kommune – {document.title}"
    book.sections[0].footer.paragraphs[0].text = document.cover[-1]
    book.add_paragraph(f"{document.municipality} kommune")
    book.add_paragraph(document.title, style="Title")
    for line in document.cover:
        book.add_paragraph(line)
    for block in document.blocks:
        if block.kind == "heading":
            book.add_heading(block.lines[0].text, level=block.level)
        elif block.kind == "bullets":
            for line in block.lines:
                book.add_paragraph(line.text, style="List Bullet")
        elif block.kind == "goal":
            book.add_paragraph().add_run(f"{block.number} {block.lines[0].text}").bold = True
        elif block.kind == "table":
            table = book.add_table(rows=0, cols=len(block.rows[0]), style="Table Grid")
            for row in block.rows:
                for cell, text in zip(table.add_row().cells, row, strict=True):
                    cell.text = text
        else:
            for line in block.lines:
                book.add_paragraph(line.text)
    buffer = io.BytesIO()
    book.save(buffer)
    return fixed_office_file(buffer.getvalue())


def markdown_bytes(document: PlanDocument) -> bytes:
    """Write one document as Markdown; used for big studies, where a thousand PDFs take too long.

    Args:
        document: The document.

    Returns:
        UTF-8 text.
    """
    parts = [f"{document.municipality} kommune", f"# {document.title}", *document.cover]
    for block in document.blocks:
        if block.kind == "heading":
            parts.append(f"{'#' * (block.level + 1)} {block.lines[0].text}")
        elif block.kind == "bullets":
            parts.append("\n".join(f"- {line.text}" for line in block.lines))
        elif block.kind == "goal":
            parts.append(f"**{block.number} {block.lines[0].text}**")
        elif block.kind == "table":
            head, *body = [f"| {' | '.join(row)} |" for row in block.rows]
            parts.append("\n".join([head, "|" + "---|" * len(block.rows[0]), *body]))
        else:
            parts.append("\n\n".join(line.text for line in block.lines))
    return ("\n\n".join(parts) + "\n").encode("utf-8")
