"""Row headers in a PDF as Typst writes it, and its objects packed as PDF 1.7 allows.

Typst 0.15 tags header rows only, and writes each of some thousand structure elements as an object of
its own, uncompressed. Both are mended on the file's own objects: a PDF library that reads and writes
the whole file takes three times as long. What comes out is read by such libraries in the tests.
"""

from __future__ import annotations

import re
import zlib

_ENTRY = 20  # bytes of a line in a cross-reference table
_TOGETHER = 200  # objects in one compressed stream
_TABLE = re.compile(rb"xref\s+0 (\d+)\s*\n")
_KEPT = re.compile(rb"/(?:Root|Info) \d+ 0 R|/ID\[.*?\]", re.S)
_ROW = re.compile(rb"<</Type/StructElem/S/TR/P (\d+) 0 R.*?/K\[?(\d+) 0 R", re.S)
_IN_TABLE = b"<</O/Table"
_SCOPE = b"/Scope/Row"


def mark_row_headers(raw: bytes) -> bytes:
    """Make the first cell of each table row a header cell with row scope.

    Typst tags header rows only; without row headers a screen reader cannot tell which indicator a
    number belongs to.

    Args:
        raw: A tagged PDF as Typst writes it.

    Returns:
        The same PDF with row headers, its objects packed.

    Raises:
        ValueError: The file has another form than this version of Typst gives it.
    """
    objects, trailer = _read(raw)
    for body in list(objects):
        row = _ROW.match(body)
        if row is None or b"/S/THead" in objects[int(row[1]) - 1]:
            continue
        first = int(row[2]) - 1
        objects[first] = _with_row_scope(objects[first])
    return _write(objects, trailer)


def _with_row_scope(cell: bytes) -> bytes:
    """A data cell's element as that of a row's header."""
    if b"/S/TD" not in cell:
        return cell
    cell = cell.replace(b"/S/TD", b"/S/TH", 1)
    if _IN_TABLE in cell:
        return cell.replace(_IN_TABLE, _IN_TABLE + _SCOPE, 1)
    entry = _IN_TABLE + _SCOPE + b">>"
    if b"/A[" in cell:
        return cell.replace(b"/A[", b"/A[" + entry, 1)
    return cell.replace(b"/S/TH", b"/S/TH/A[" + entry + b"]", 1)


def _read(raw: bytes) -> tuple[list[bytes], bytes]:
    """The bodies of objects 1, 2, ... and what the trailer says of root, information and identity."""
    start = int(raw[raw.rindex(b"startxref") + 9 :].split()[0])
    table = _TABLE.match(raw, start)
    if table is None:
        raise ValueError("the PDF has no plain table of its objects")
    count = int(table[1])
    lines = raw[table.end() : table.end() + _ENTRY * count]
    offsets = [int(lines[_ENTRY * i : _ENTRY * i + 10]) for i in range(1, count)]
    ends = dict(zip(sorted(offsets), [*sorted(offsets)[1:], start], strict=True))
    bodies = []
    for number, offset in enumerate(offsets, start=1):
        head = b"%d 0 obj\n" % number
        end = raw.rfind(b"endobj", offset, ends[offset])
        if not raw.startswith(head, offset) or end < 0:
            raise ValueError(f"object {number} of the PDF is not where its table says")
        bodies.append(raw[offset + len(head) : end].rstrip(b"\n"))
    trailer = raw[raw.index(b"trailer", table.end()) :]
    return bodies, b"".join(_KEPT.findall(trailer))


def _write(objects: list[bytes], trailer: bytes) -> bytes:
    """A PDF with its plain objects in compressed streams, and a compressed table of all objects."""
    parts = [b"%PDF-1.7\n%\x80\x80\x80\x80\n"]
    at = len(parts[0])
    places = [b""] * len(objects)
    streams, plain = [], []
    for i, body in enumerate(objects):
        (streams if body.endswith(b"endstream") else plain).append(i)

    def add(number: int, body: bytes) -> bytes:
        nonlocal at
        place = b"\x01" + at.to_bytes(4, "big") + b"\0\0"
        parts.append(b"%d 0 obj\n%b\nendobj\n" % (number, body))
        at += len(parts[-1])
        return place

    for i in streams:
        places[i] = add(i + 1, objects[i])
    for begin in range(0, len(plain), _TOGETHER):
        group = plain[begin : begin + _TOGETHER]
        holder, offset, index = len(places) + 1, 0, []
        for k, i in enumerate(group):
            index.append(b"%d %d" % (i + 1, offset))
            offset += len(objects[i]) + 1
            places[i] = b"\x02" + holder.to_bytes(4, "big") + k.to_bytes(2, "big")
        first = b" ".join(index) + b"\n"
        content = first + b"\n".join(objects[i] for i in group)
        about = b"/Type/ObjStm/N %d/First %d" % (len(group), len(first))
        places.append(add(holder, _stream(about, content)))
    table, number = at, len(places) + 1
    content = b"".join([b"\0\0\0\0\0\xff\xff", *places, b"\x01" + at.to_bytes(4, "big") + b"\0\0"])
    about = b"/Type/XRef/W[1 4 2]/Size %d%b" % (number + 1, trailer)
    add(number, _stream(about, content))
    return b"".join([*parts, b"startxref\n%d\n%%%%EOF\n" % table])


def _stream(about: bytes, content: bytes) -> bytes:
    packed = zlib.compress(content, 6)
    head = b"<<%b/Filter/FlateDecode/Length %d>>" % (about, len(packed))
    return b"%b\nstream\n%b\nendstream" % (head, packed)
