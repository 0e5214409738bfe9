"""Single defects put into a finished PDF, the way a faulty tool or a wrong edit would leave them."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator

import pikepdf
from pikepdf import Array, Dictionary, Name, String

_PAIR = re.compile(rb"<([0-9A-Fa-f]{4})>\s*<([0-9A-Fa-f]{4})>")
_BLOCK = re.compile(rb"beginbfchar(.*?)endbfchar", re.DOTALL)
_RANGE = re.compile(rb"<([0-9A-Fa-f]{4})>\s*<([0-9A-Fa-f]{4})>\s*<([0-9A-Fa-f]{4})>")
_RANGES = re.compile(rb"beginbfrange(.*?)endbfrange", re.DOTALL)


def with_defect(raw: bytes, change: Callable[[pikepdf.Pdf], None]) -> bytes:
    """The file after one change."""
    with pikepdf.open(io.BytesIO(raw)) as pdf:
        change(pdf)
        buffer = io.BytesIO()
        pdf.save(buffer)
    return buffer.getvalue()


def nodes(pdf: pikepdf.Pdf, kind: str) -> Iterator[pikepdf.Object]:
    """Elements of the structure tree by tag, in order."""

    def walk(node):
        if node.get("/S") == f"/{kind}":
            yield node
        kids = node.get("/K")
        for kid in [] if kids is None else list(kids) if isinstance(kids, Array) else [kids]:
            if isinstance(kid, Dictionary) and "/S" in kid:
                yield from walk(kid)

    yield from walk(pdf.Root.StructTreeRoot)


def _signs(font: pikepdf.Object) -> dict[bytes, str]:
    """Glyph code to sign."""
    cmap = font.ToUnicode.read_bytes()
    found: dict[bytes, str] = {}
    for block in _BLOCK.findall(cmap):
        for code, sign in _PAIR.findall(block):
            found[bytes.fromhex(code.decode())] = chr(int(sign, 16))
    for block in _RANGES.findall(cmap):
        for first, last, sign in _RANGE.findall(block):
            for i in range(int(last, 16) - int(first, 16) + 1):
                found[(int(first, 16) + i).to_bytes(2, "big")] = chr(int(sign, 16) + i)
    return found


def edit_text(pdf: pikepdf.Pdf, page: int, pattern: str, change: Callable[[str], str]) -> None:
    """Write other signs where the first text that matches is drawn.

    Args:
        pdf: The document.
        page: The page's index.
        pattern: A regular expression that the whole drawn text must match.
        change: From the text to another of the signs that the font has.
    """
    target = pdf.pages[page]
    fonts = {str(name): _signs(font) for name, font in target.Resources.Font.items()}
    done, font = False, {}
    instructions = []
    for operands, operator in pikepdf.parse_content_stream(target):
        if str(operator) == "Tf":
            font = fonts[str(operands[0])]
        if str(operator) in ("Tj", "TJ") and not done:
            parts = list(operands[0]) if str(operator) == "TJ" else [operands[0]]
            raw = b"".join(bytes(p) for p in parts if isinstance(p, String))
            text = "".join(font.get(raw[i : i + 2], "?") for i in range(0, len(raw), 2))
            if re.fullmatch(pattern, text.strip()):
                codes = {sign: code for code, sign in font.items()}
                new = b"".join(codes[sign] for sign in change(text))
                operands, done = [Array([String(new)])], True
                operator = pikepdf.Operator("TJ")
        instructions.append((operands, operator))
    assert done, f"no text matches {pattern}"
    target.Contents = pdf.make_stream(pikepdf.unparse_content_stream(instructions))


def drop_marked(pdf: pikepdf.Pdf, page: int, pattern: str) -> None:
    """Turn tagged content into decoration where the first text that matches is drawn."""
    target = pdf.pages[page]
    fonts = {str(name): _signs(font) for name, font in target.Resources.Font.items()}
    instructions = list(pikepdf.parse_content_stream(target))
    font: dict[bytes, str] = {}
    begun = None
    for i, (operands, operator) in enumerate(instructions):
        if str(operator) == "BDC":
            begun = i
        if str(operator) == "Tf":
            font = fonts[str(operands[0])]
        if str(operator) in ("Tj", "TJ"):
            parts = list(operands[0]) if str(operator) == "TJ" else [operands[0]]
            raw = b"".join(bytes(p) for p in parts if isinstance(p, String))
            text = "".join(font.get(raw[i : i + 2], "?") for i in range(0, len(raw), 2))
            if re.fullmatch(pattern, text.strip()):
                instructions[begun] = ([Name.Artifact], pikepdf.Operator("BMC"))
                break
    else:
        raise AssertionError(f"no text matches {pattern}")
    target.Contents = pdf.make_stream(pikepdf.unparse_content_stream(instructions))
