"""README's pictures: taken of what was built, small, and said to be missing where nothing was built."""

from __future__ import annotations

import subprocess
import sys

import pytest
from PIL import Image
from tests.unit.reports.sample import sample_report

from plankompass.commands.pictures import FOLDER, LARGEST, MUNICIPALITY, STUDY, take_pictures
from plankompass.reports.index import render_index
from plankompass.reports.pdf import render_pdf
from plankompass.reports.schema import write_document
from plankompass.reports.view import make_view
from plankompass.study.problems import PlankompassError

TAKE = """
import sys
from pathlib import Path
from plankompass.commands.pictures import take_pictures
sys.exit(take_pictures(Path(sys.argv[1])))
"""


def test_pictures_are_taken_of_the_built_example(chromium, tmp_path):
    report = sample_report()
    folder = tmp_path / STUDY / MUNICIPALITY
    write_document(report, folder / "rapport.json")
    (folder / "rapport.pdf").write_bytes(render_pdf(make_view(report)))
    render_index(
        {"reports": folder / "rapport.json"}, {"html": tmp_path / STUDY / "index.html"}, {}
    )
    # in a process of its own: this one has a browser already
    said = subprocess.run(
        [sys.executable, "-c", TAKE, str(tmp_path)], capture_output=True, text=True, check=True
    ).stdout
    assert said.count(".png:") == 3
    for name in ("index", "forside", "profil"):
        path = tmp_path / FOLDER / f"{name}.png"
        assert path.stat().st_size < LARGEST
        with Image.open(path) as picture:
            assert picture.width >= 800
            assert len(picture.convert("RGB").getcolors(1 << 20)) > 20  # not a blank page


def test_what_is_not_built_is_said(tmp_path):
    with pytest.raises(PlankompassError, match=r"rapport\.pdf: not built"):
        take_pictures(tmp_path)


def test_the_pictures_of_the_readme_are_there_and_small(root):
    text = (root / "README.md").read_text(encoding="utf-8")
    for name in ("index", "forside", "profil"):
        assert f"docs/pictures/{name}.png" in text
        assert 5_000 < (root / FOLDER / f"{name}.png").stat().st_size < LARGEST
