"""Archives that mean harm are refused before they do any; good ones are read."""

from __future__ import annotations

import struct
import time
import zipfile
import zlib

import pytest

from plankompass.ingest.safe_archive import ArchiveRefusedError, SafeArchive
from plankompass.ingest.safe_xml import XmlRefusedError, parse_xml

LIMITS = {"max_members": 1000, "max_bytes": 10_000_000}


def make(path, members, compression=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return path


def test_members_come_out_whole(tmp_path):
    path = make(tmp_path / "a.zip", [("b/x.txt", b"hei"), ("a.txt", b""), ("tom/", b"")])
    with SafeArchive(path, **LIMITS) as archive:
        assert archive.names == ["a.txt", "b/x.txt"]
        assert archive.read("b/x.txt") == b"hei"
        assert archive.find("B/X.TXT") == "b/x.txt"
        assert archive.find("c.txt") is None


@pytest.mark.parametrize(
    "name", ["../ut.txt", "a/../../ut.txt", "/etc/x", "C:/x.txt", "..\\ut.txt", "C:\\x.txt"]
)
def test_path_that_leads_out_is_refused(tmp_path, name):
    path = make(tmp_path / "a.zip", [(name, b"x")])
    with pytest.raises(ArchiveRefusedError, match=r"a\.zip: .*leads out"):
        SafeArchive(path, **LIMITS)


def test_declared_bomb_is_refused_before_reading(tmp_path):
    path = make(tmp_path / "a.zip", [("x", b"\0" * 11_000_000)])
    assert path.stat().st_size < 20_000
    with pytest.raises(ArchiveRefusedError, match="more than 10 MB"):
        SafeArchive(path, **LIMITS)


def test_several_members_together_are_counted_while_reading(tmp_path):
    path = make(tmp_path / "a.zip", [(f"{n}", b"\0" * 4_000_000) for n in range(2)])
    with SafeArchive(path, **LIMITS) as archive:
        archive.read("0")
        archive.read("1")
        with pytest.raises(ArchiveRefusedError, match="more than 10 MB"):
            archive.read("0")  # a third time: 12 MB have come out


def test_bomb_that_lies_about_its_size_is_refused(tmp_path):
    data = b"\0" * 50_000_000
    path = make(tmp_path / "a.zip", [("x", data)])
    raw = bytearray(path.read_bytes())
    size = struct.pack("<I", len(data))
    assert raw.count(size) == 2
    raw = bytes(raw).replace(size, struct.pack("<I", 100))
    path.write_bytes(raw)
    with SafeArchive(path, **LIMITS) as archive, pytest.raises(ArchiveRefusedError):
        archive.read("x")


def _empty_members(path, count):
    """A zip of empty members written by hand: the library takes minutes for a million."""
    local, central = bytearray(), bytearray()
    for number in range(count):
        name = f"{number:07d}".encode()
        header = struct.pack("<HHHHHIIIHH", 20, 0, 0, 0, 33, zlib.crc32(b""), 0, 0, len(name), 0)
        offset = len(local)
        local += b"PK\x03\x04" + header + name
        central += b"PK\x01\x02" + struct.pack("<H", 20) + header
        central += struct.pack("<HHHII", 0, 0, 0, 0, offset) + name
    end = b"PK\x05\x06" + struct.pack(
        "<HHHHIIH", 0, 0, count & 0xFFFF, count & 0xFFFF, len(central), len(local), 0
    )
    path.write_bytes(local + central + end)
    return path


def test_many_members_within_the_limit_are_read(tmp_path):
    path = _empty_members(tmp_path / "a.zip", 900)
    with SafeArchive(path, **LIMITS) as archive:
        assert len(archive.names) == 900


def test_a_million_members_are_refused_at_once(tmp_path):
    path = _empty_members(tmp_path / "a.zip", 1_000_000)
    start = time.perf_counter()
    with pytest.raises(ArchiveRefusedError, match="more than 1000 files"):
        SafeArchive(path, **LIMITS)
    assert time.perf_counter() - start < 2


def test_same_name_twice_is_refused(tmp_path):
    with pytest.warns(UserWarning, match="Duplicate"):
        path = make(tmp_path / "a.zip", [("x", b"1"), ("x", b"2")])
    with pytest.raises(ArchiveRefusedError, match="same name"):
        SafeArchive(path, **LIMITS)


def test_encrypted_member_is_refused(tmp_path):
    path = make(tmp_path / "a.zip", [("x", b"1")])
    raw = bytearray(path.read_bytes())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.index(mark) + at] |= 1
    path.write_bytes(raw)
    with (
        SafeArchive(path, **LIMITS) as archive,
        pytest.raises(ArchiveRefusedError, match="password"),
    ):
        archive.read("x")


@pytest.mark.parametrize("content", [b"", b"PK\x05\x06", b"hei" * 100, b"PK\x03\x04" + b"x" * 99])
def test_what_is_no_zip_is_refused(tmp_path, content):
    path = tmp_path / "a.zip"
    path.write_bytes(content)
    with pytest.raises(ArchiveRefusedError, match=r"a\.zip: not a readable zip"):
        SafeArchive(path, **LIMITS)


@pytest.mark.parametrize("at", range(0, 400, 7))
def test_damaged_archive_never_raises_anything_else(tmp_path, at):
    path = make(tmp_path / "a.zip", [("project.qde", b"<a/>" * 50), ("sources/x", b"y" * 60)])
    raw = bytearray(path.read_bytes())
    raw[at % len(raw)] ^= 0xFF
    path.write_bytes(raw)
    try:
        with SafeArchive(path, **LIMITS) as archive:
            for name in archive.names:
                archive.read(name)
    except ArchiveRefusedError:
        pass


BOMB = (
    '<!DOCTYPE z [<!ENTITY a "aaaaaaaaaa">'
    + "".join(
        f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]><Project>&i;</Project>"
)


@pytest.mark.parametrize(
    "document",
    [
        BOMB,
        BOMB.replace("<Project>&i;</Project>", '<Project name="&i;"/>'),
        '<!DOCTYPE p [<!ENTITY x SYSTEM "file:///etc/hostname">]><Project>&x;</Project>',
        '<!DOCTYPE p SYSTEM "http://example.org/p.dtd"><Project/>',
        '<!DOCTYPE p [<!ENTITY % x SYSTEM "file:///etc/hostname"> %x;]><Project/>',
        "<!-- " + "x" * 70_000 + ' --><!DOCTYPE p [<!ENTITY a "b">]><Project>&a;</Project>',
    ],
    ids=["bomb", "bomb in attribute", "external", "external type", "parameter", "after comment"],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_and_document_types_are_refused(document, encoding):
    start = time.perf_counter()
    with pytest.raises(XmlRefusedError, match=r"p\.qde: "):
        parse_xml(document.encode(encoding), name="p.qde")
    assert time.perf_counter() - start < 2


def test_nesting_without_end_is_refused():
    with pytest.raises(XmlRefusedError):
        parse_xml(b"<a>" * 100_000, name="p.qde")


def test_word_doctype_in_a_text_is_no_document_type():
    root = parse_xml(b"<p><![CDATA[<!DOCTYPE x>]]></p>", name="p.qde")
    assert root.text == "<!DOCTYPE x>"
