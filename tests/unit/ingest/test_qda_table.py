"""Plain tables of codings."""

from __future__ import annotations

import zipfile

import openpyxl
import pytest

from plankompass.ingest.interviews.model import ProjectRefusedError
from plankompass.ingest.interviews.positions import check_positions
from plankompass.ingest.interviews.read import read_interview_project
from plankompass.ingest.interviews.table import is_coding_table, read_coding_table
from plankompass.study.config_models import LimitConfig
from plankompass.study.problems import PlankompassError

LIMITS = LimitConfig()
ROWS = [
    ["Intervju", "Koder", "Kode", "Start", "Slutt", "Tekst", "Kommune", "Rolle"],
    ["i1", "anna", "barrierer/arshjul", 3, 9, "aldri", "9901", "Ordfører"],
    ["i1", "bo", "barrierer/arshjul", 3, 9, "aldri", "9901", "Ordfører"],
    ["i1", "bo", "Tillit", None, None, "en setning", "", ""],
    ["i2", "", "", None, None, "", "9902", "planlegger"],
    ["i2", "anna", "Tid", 9, 9, "", "", ""],
    ["", "anna", "Tid", 9, 9, "", "", ""],
]


def as_csv(path, separator=";", encoding="utf-8-sig"):
    lines = [separator.join("" if v is None else str(v) for v in row) for row in ROWS]
    path.write_bytes("\r\n".join(lines).encode(encoding))
    return path


def as_xlsx(path):
    workbook = openpyxl.Workbook()
    for row in ROWS:
        workbook.active.append(row)
    workbook.save(path)
    return path


@pytest.mark.parametrize(
    "make",
    [
        lambda p: as_csv(p / "t.csv"),
        lambda p: as_csv(p / "t.csv", ",", "utf-8"),
        lambda p: as_csv(p / "t.tsv", "\t", "cp1252"),
        lambda p: as_xlsx(p / "t.xlsx"),
    ],
    ids=["semicolon with BOM", "comma", "tab in Windows-1252", "workbook"],
)
def test_table_in_every_form(tmp_path, make):
    path = make(tmp_path)
    assert is_coding_table(path)
    project = read_interview_project(path, LIMITS)
    assert sorted(project.sources) == ["i1", "i2"]
    assert project.sources["i1"].variables == {"Kommune": {"9901"}, "Rolle": {"Ordfører"}}
    assert {(s.source, c.code, c.coder) for s in project.selections for c in s.codings} == {
        ("i1", "barrierer/arshjul", "anna"),
        ("i1", "barrierer/arshjul", "bo"),
        ("i1", "Tillit", "bo"),
        ("i2", "Tid", "anna"),
    }
    assert project.problems == ["1 row(s) name no interview and are left out"]
    positions = check_positions(project)
    assert positions.unit == "unknown"  # no text to check against
    assert set(positions.spans.values()) == {(3, 9)}
    assert len(positions.bad_selections) == 1


def test_survey_is_no_table_of_codings(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("kode;kommune;gj_treghet\n1;9901;4\n")
    assert not is_coding_table(path)
    with pytest.raises(ProjectRefusedError, match=r"t\.csv: line 1: no column interview"):
        read_interview_project(path, LIMITS)


def test_workbook_with_entities_is_refused(tmp_path):
    path, bad = as_xlsx(tmp_path / "t.xlsx"), tmp_path / "bad.xlsx"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(bad, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name.endswith("sheet1.xml"):
                data = b'<!DOCTYPE x [<!ENTITY a "b">]>' + data
            target.writestr(name, data)
    with pytest.raises(PlankompassError, match="entities"):
        read_interview_project(bad, LIMITS)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04xxxx", b"\x00\xff" * 50])
@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_what_is_no_table_is_refused(tmp_path, content, suffix):
    path = tmp_path / f"t{suffix}"
    path.write_bytes(content)
    assert not is_coding_table(path)
    with pytest.raises(PlankompassError, match=rf"t\{suffix}: "):
        read_interview_project(path, LIMITS)


def test_exports_of_coding_programs(tmp_path):
    """Paragraph numbers are no places, several codes in a cell are several, authors are coders."""
    paragraphs = tmp_path / "segments.csv"
    paragraphs.write_text(
        "Document name;Code;Beginning;End;Segment;Author\nI1;Barrierer\\Tid;3;4;Vi rekker det ikke.;Anna\n",
        encoding="utf-8",
    )
    quotations = tmp_path / "quotations.csv"
    quotations.write_text(
        'ID,Document,Quotation Content,Codes,Created by\n1:1,I1,"Vi rekker det ikke.","Tid\nÅrshjul",Anna\n',
        encoding="utf-8",
    )
    for path, codes in ((paragraphs, {"Barrierer\\Tid"}), (quotations, {"Tid", "Årshjul"})):
        assert is_coding_table(path)
        project = read_coding_table(path, max_members=10, max_bytes=10**6)
        (selection,) = project.selections
        assert (selection.start, selection.end) == (None, None)
        assert selection.quoted == "Vi rekker det ikke."
        assert {c.code for c in selection.codings} == set(project.codes) == codes
        assert set(project.coders) == {"Anna"}
        assert project.problems == []
