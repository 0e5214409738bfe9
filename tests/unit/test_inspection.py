"""`plankompass inspect`: any file, one answer; never a traceback, never a hang, nothing written."""

from __future__ import annotations

import json
import os
import zipfile

import pytest
from tests.unit.ingest.qda_projects import MadeProject, MadeSource, guid, write_qdpx

from plankompass import inspection
from plankompass.inspection import inspect_file, render_inspection
from plankompass.study.config_models import LimitConfig

KINDS = {"survey", "interviews", "codebook", "plan", "unsupported"}


def project(path):
    source = MadeSource(
        "Intervju med Kari",
        "hei 😀 der",
        [(4, 6, guid("c"), guid("u")), (7, 10, guid("c"), guid("u"))],
    )
    made = MadeProject([source], [(guid("c"), "k", None)], [(guid("u"), "Kari")], origin="NVivo 14")
    return write_qdpx(path, made, bom=True)


def test_interview_project(tmp_path):
    result = inspect_file(project(tmp_path / "p.qdpx"))
    assert result["kind"] == "interviews"
    assert result["tool"] == "NVivo 14"
    fields = ("codes", "coders", "sources", "segments", "segments_checked", "segments_bad", "cases")
    assert [result[f] for f in fields] == [1, 1, 1, 2, 2, 0, 0]
    assert result["offset_unit"] == "utf16"
    assert "Kari" not in json.dumps(result)
    text = render_inspection(result)
    assert text.startswith("Interview project, qdpx")
    assert "positions counted in: utf16" in text


def test_codebook(tmp_path):
    path = tmp_path / "b.qdc"
    path.write_text('<CodeBook><Codes><Code guid="1" name="a"/></Codes></CodeBook>')
    result = inspect_file(path)
    assert (result["kind"], result["codes"]) == ("codebook", 1)


@pytest.mark.parametrize("name", ["p.zip", "p.txt", "p"])
def test_content_counts_more_than_the_ending(tmp_path, name):
    path = project(tmp_path / "p.qdpx").rename(tmp_path / name)
    assert inspect_file(path)["kind"] == "interviews"


def test_table_of_codings_is_no_survey(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("interview,coder,code\ni1,a,Tid\n")
    assert inspect_file(path)["kind"] == "interviews"


def test_survey_and_plan(tmp_path):
    survey = tmp_path / "s.csv"
    survey.write_text("kommune;gj_treghet\n9901;4\n9902;5\n")
    result = inspect_file(survey)
    assert (result["kind"], result["rows"]) == ("survey", 2)
    assert {v["name"] for v in result["variables"]} == {"kommune", "gj_treghet"}
    assert "variables (2):" in render_inspection(result)
    plan = tmp_path / "plan.md"
    plan.write_text("# Samfunnsdel 2020-2032\n\nKommunen skal ha gode skoler.\n")
    result = inspect_file(plan)
    assert result["kind"] == "plan"
    assert "headings (1):" in render_inspection(result)


@pytest.mark.parametrize("suffix", [".nvpx", ".mx24", ".mex", ".hpr"])
def test_native_formats_say_how_to_export(tmp_path, suffix):
    path = tmp_path / f"p{suffix}"
    path.write_bytes(b"x")
    result = inspect_file(path)
    assert result["kind"] == "unsupported"
    assert "REFI-QDA" in result["refused"]
    assert "\n" not in render_inspection(result)


def _bomb(path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("project.qde", b" " * 3_000_000)
    return path


def _entities(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "project.qde",
            '<!DOCTYPE p [<!ENTITY x SYSTEM "file:///etc/hostname">]><Project name="&x;"/>',
        )
    return path


def _bytes(content):
    def write(path):
        path.write_bytes(content)
        return path

    return write


REFUSED = {
    "missing": ("p.qdpx", lambda path: path),
    "empty": ("p.qdpx", _bytes(b"")),
    "zip bomb": ("p.qdpx", _bomb),
    "entities": ("p.qdpx", _entities),
    "cut off": ("p.qdpx", _bytes(b"PK\x03\x04" + b"\x00" * 50)),
    "no format": ("p.xyz", _bytes(b"\x00\x01\x02")),
    "corrupt sav": ("p.sav", _bytes(b"$FL2" + b"\xff" * 300)),
    "corrupt pdf": ("p.pdf", _bytes(b"%PDF-1.7\n" + b"\xff" * 300)),
    "corrupt docx": ("p.docx", _bytes(b"PK\x03\x04" + b"\xff" * 300)),
    "corrupt xlsx": ("p.xlsx", _bytes(b"PK\x03\x04" + b"\xff" * 300)),
    "corrupt sqlite": ("p.qda", _bytes(b"SQLite format 3\x00" + b"\xff" * 300)),
    "corrupt dta": ("p.dta", _bytes(b"<stata_dta><header>" + b"\xff" * 300)),
}


@pytest.mark.parametrize("case", sorted(REFUSED))
def test_what_cannot_be_read_is_refused_in_one_line(tmp_path, case):
    name, make = REFUSED[case]
    path = make(tmp_path / name)
    result = inspect_file(path, LimitConfig(megabytes_per_file=1, seconds_per_file=20))
    assert result["kind"] in KINDS
    line = render_inspection(result)
    assert line.startswith(f"{name}: ")
    assert "\n" not in line
    assert "Error" not in line
    assert "Traceback" not in line


def test_folder_and_pipe_are_refused(tmp_path):
    assert "folder" in inspect_file(tmp_path)["refused"]
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "p.sav")
        assert "not a regular file" in inspect_file(tmp_path / "p.sav")["refused"]


def test_reader_that_hangs_is_ended(tmp_path, monkeypatch):
    monkeypatch.setattr(inspection, "_GRACE_SECONDS", -0.99)
    result = inspect_file(project(tmp_path / "p.qdpx"), LimitConfig(seconds_per_file=1))
    assert "longer than 1 s" in result["refused"]


def test_reader_that_crashes_gives_one_line(tmp_path, monkeypatch):
    monkeypatch.setattr(inspection.sys, "executable", "/bin/false")
    assert "makes its reader fail" in inspect_file(project(tmp_path / "p.qdpx"))["refused"]


def test_nothing_is_written(tmp_path):
    path = project(tmp_path / "p.qdpx")
    before = {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*")}
    inspect_file(path)
    assert {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*")} == before


def test_example_study_files_are_read(root):
    raw = root / "data" / "raw" / "eksempel"
    if not raw.is_dir():
        pytest.skip("the example study is not made yet")
    for file, kind in (
        ("interviews/koder_A.qdpx", "interviews"),
        ("registers/participants.csv", "survey"),
    ):
        result = inspect_file(raw / file)
        assert result["kind"] == kind
        assert "refused" not in result
