"""The publisher's own look: colours that can be read, a logo that loads nothing, or a message with a hint."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import pytest

from plankompass.study.config import validate_config
from plankompass.study.contrast import contrast, readable
from plankompass.study.logo import LARGEST, read_logo
from plankompass.study.problems import PlankompassError
from plankompass.study.strict_yaml import load_yaml

SQUARE = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><rect width="8" height="8"/>{}</svg>'
)


def png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = b"".join(b"\0" + b"\x20\x40\x60" * width for _ in range(height))
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def test_contrast_is_that_of_wcag():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize(("colour", "ground"), [("#ffcc00", "#ffffff"), ("#203040", "#0a3d4d")])
def test_the_nearest_readable_colour_just_reaches(colour, ground):
    near = readable(colour, ground)
    assert 4.5 <= contrast(near, ground) < 4.9
    assert readable(near, ground) == near


def test_a_colour_that_cannot_be_read_is_named_with_one_that_can(root: Path):
    document = load_yaml(root / "config.yaml")
    document["report"]["colours"] = {"main": "#ffcc00", "band": "#ffffff"}
    with pytest.raises(PlankompassError) as caught:
        validate_config(document, file="min.yaml")
    text = str(caught.value)
    assert text.startswith("min.yaml: report.colours: main: #ffcc00 reaches a contrast of 1.4")
    near = text.partition("text needs 4.5; ")[2].partition(" ")[0]
    document["report"]["colours"] = {"main": near}
    assert validate_config(document).report.colours.main == near


def test_no_logo_is_no_logo():
    assert read_logo(None) == ""


def test_svg_and_png_become_one_svg(tmp_path: Path):
    (tmp_path / "a.svg").write_text(SQUARE.format("<!-- made by someone -->"), encoding="utf-8")
    assert "<rect" in read_logo(tmp_path / "a.svg")
    assert "made by" not in read_logo(tmp_path / "a.svg")
    (tmp_path / "a.png").write_bytes(png(40, 10))
    wrapped = read_logo(tmp_path / "a.png")
    assert 'viewBox="0 0 40 10"' in wrapped
    assert "data:image/png;base64," in wrapped


@pytest.mark.parametrize(
    ("name", "data", "hint"),
    [
        ("gone.svg", None, "does not exist"),
        ("a.svg", b"not an image", "neither SVG nor PNG"),
        ("a.svg", b"<html/>", "neither SVG nor PNG"),
        ("a.svg", SQUARE.format("<script>1</script>").encode(), "holds <script>"),
        ("a.svg", SQUARE.format('<a href="https://x"/>').encode(), "holds <a>"),
        ("a.svg", SQUARE.format('<g onload="x"/>').encode(), "holds <g>"),
        ("a.svg", SQUARE.format('<g fill="url(https://x)"/>').encode(), "holds <g>"),
        ("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg"/>', "without viewBox"),
        ("a.png", b"\x89PNG\r\n\x1a\n" + b"0" * LARGEST, "at most 60 kB"),
    ],
)
def test_a_logo_that_will_not_do_is_named_with_a_hint(tmp_path: Path, name, data, hint):
    path = tmp_path / name
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(PlankompassError, match=hint) as caught:
        read_logo(path)
    assert f"report.logo: {name}" in str(caught.value)
