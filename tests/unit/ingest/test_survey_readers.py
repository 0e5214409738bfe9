"""The reading layer: every format gives back what was written, and real files what their makers say."""

from __future__ import annotations

import datetime
import json

import numpy as np
import openpyxl
import pandas as pd
import pyreadstat
import pytest

from plankompass.ingest.surveys.inspect import inspect_survey
from plankompass.ingest.surveys.model import SurveyReadError, text_faults
from plankompass.ingest.surveys.readers import read_survey
from plankompass.ingest.surveys.text import decode, find_delimiter
from plankompass.study.config_models import LimitConfig

NORWEGIAN = ["Helt enig", "Svært stort hinder", "Ávjovárri – Kárášjohka", "Øystre Slidre", "«Ja» …"]


# -- encodings -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "iso-8859-1", "cp865", "mac_roman"]
)
def test_csv_encoding_is_found_and_text_comes_out_right(tmp_path, encoding):
    text = "nøkkel;svar\n1;Svært stort hinder på Ærøy\n2;Å få til\n"
    path = tmp_path / "a.csv"
    path.write_bytes(text.encode(encoding))
    survey = read_survey(path, "csv")
    assert survey.frame["svar"].tolist() == ["Svært stort hinder på Ærøy", "Å få til"]
    assert list(survey.frame.columns) == ["nøkkel", "svar"]
    if encoding in ("cp1252", "iso-8859-1"):
        assert survey.encoding == "cp1252"
        assert "not UTF-8" in survey.notes[0]


def test_text_encoded_twice_is_mended_only_when_all_of_it_was():
    text = "a;b\nSvært;på\n"
    twice = text.encode("utf-8").decode("cp1252").encode("utf-8")
    assert decode(twice, "f")[0] == text
    mixed = twice + "ærlig;ja\n".encode()
    mended, encoding, notes = decode(mixed, "f")
    assert mended.endswith("ærlig;ja\n")
    assert "SvÃ¦rt" in mended
    assert encoding == "utf-8"
    assert "damaged" in notes[0]


def test_declared_encoding_that_is_wrong_is_refused(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes("a;b\nå;1\n".encode("cp1252"))
    with pytest.raises(SurveyReadError, match="declared encoding utf-8"):
        read_survey(path, "csv", encoding="utf-8")


@pytest.mark.parametrize(
    "text", [*NORWEGIAN, "20 °C", "½ time", "Müller", "L’école", "č đ ŋ š ŧ ž"]
)
def test_valid_text_has_no_faults_and_mojibake_has(text):
    assert text_faults([text]) == 0
    if not text.isascii() and text[0] not in "«½2":
        try:
            wrong = text.encode("utf-8").decode("cp1252")
        except UnicodeDecodeError:
            wrong = text.encode("utf-8").decode("iso-8859-1")
        assert text_faults([wrong]) == 1


def test_stata_file_that_declares_no_encoding_is_read_as_utf8(tmp_path):
    frame = pd.DataFrame({"a": [1.0, 2.0], "t": ["Ávjovárri", "på Ærøy"]})
    path = tmp_path / "a.dta"
    pyreadstat.write_dta(frame, path, version=8, column_labels={"a": "Kárášjohka – spørsmål"})
    with pytest.raises((pyreadstat.ReadstatError, UnicodeDecodeError)):
        pyreadstat.read_dta(path)  # fails by default
    survey = read_survey(path, "dta")
    assert survey.encoding == "UTF-8"
    assert survey.frame["t"].tolist() == ["Ávjovárri", "på Ærøy"]
    assert survey.variable("a").label == "Kárášjohka – spørsmål"


def test_stata_file_with_older_text_in_a_unicode_release(tmp_path):
    frame = pd.DataFrame({"t": ["blå", "grønn", "Ærøy"]})
    path = tmp_path / "a.dta"
    pyreadstat.write_dta(frame, path, version=15)
    content = path.read_bytes()
    for text in frame["t"]:
        old = text.encode("utf-8")
        new = text.encode("cp1252")
        content = content.replace(old, new + b"\0" * (len(old) - len(new)))
    path.write_bytes(content)
    survey = read_survey(path, "dta")
    assert survey.frame["t"].tolist() == ["blå", "grønn", "Ærøy"]
    assert "declares" in survey.notes[0]


# -- delimiters, headers, damaged text -------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_delimiter_is_found_through_quoted_text(tmp_path, delimiter):
    rows = [["a", "b", "c"], ["1", 'x;y,z|w\tv "sitat"', "2,5"], ["2", "linje\nto", "3,5"]]
    path = tmp_path / "a.csv"
    pd.DataFrame(rows[1:], columns=rows[0]).to_csv(path, sep=delimiter, index=False, quoting=1)
    survey = read_survey(path, "csv")
    assert survey.delimiter == delimiter
    assert survey.frame.to_numpy().tolist() == rows[1:]


def test_one_column_needs_no_delimiter():
    assert find_delimiter("a\n1\n2\n") == ","


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"a;b;c\n1;2;3\n1;2\n", "not as many cells"),
        (b"a;b\n1;2\n1;2;3;4\n", "not as many cells"),
        (b'a;b\n1;"2\n3;4\n', "line 3.*quotation mark"),
        (b"\x00\x01\x02" * 50, "not a text file"),
    ],
)
def test_damaged_csv_is_refused_with_the_reason(tmp_path, content, reason):
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(SurveyReadError, match=reason) as error:
        read_survey(path, "csv")
    assert str(error.value).startswith("a.csv: ")


def test_repeated_and_empty_names_are_kept_apart_and_told(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("a;;a;b\n1;2;3;4\n", encoding="utf-8")
    survey = read_survey(path, "csv")
    assert list(survey.frame.columns) == ["a", "column 2", "a#2", "b"]
    assert survey.frame.iloc[0].tolist() == ["1", "2", "3", "4"]
    assert len(survey.notes) == 2


def test_files_over_the_limit_and_missing_files_are_refused(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"a;b\n" + b"1;2\n" * 300_000)
    with pytest.raises(SurveyReadError, match="larger than 1 MB"):
        read_survey(path, "csv", limits=LimitConfig(megabytes_per_file=1))
    with pytest.raises(SurveyReadError, match="does not exist"):
        read_survey(tmp_path / "b.csv", "csv")


# -- workbooks -----------------------------------------------------------------------------------


def workbook(path):
    book = openpyxl.Workbook()
    book.active.title = "Om"
    book.active["A1"] = "Uttrekk"
    page = book.create_sheet("Svar")
    page["A1"] = "Undersøkelse 2023"
    page.merge_cells("A1:D1")
    header = ["nokkel", "svart", "verdi", "tekst"]
    rows = [
        ["r1", datetime.datetime(2023, 3, 1, 10, 2), 4, "Helt enig "],
        ["r2", datetime.datetime(2023, 3, 2), 2.5, None],
        ["r3", None, None, "17"],
    ]
    for row, values in enumerate([header, *rows], 3):
        for column, value in enumerate(values, 1):
            page.cell(row, column, value)
    book.save(path)


def test_workbook_with_title_rows_and_several_sheets(tmp_path):
    path = tmp_path / "a.xlsx"
    workbook(path)
    survey = read_survey(path, "xlsx", sheet="Svar", header_row=3)
    assert [v.type for v in survey.variables] == ["text", "datetime", "number", "text"]
    assert survey.frame["verdi"].tolist()[:2] == [4.0, 2.5]
    assert survey.frame["tekst"].fillna("-").tolist() == ["Helt enig ", "-", "17"]
    with pytest.raises(SurveyReadError, match="no worksheet 'Svarene'; there are Om, Svar"):
        read_survey(path, "xlsx", sheet="Svarene")
    result = inspect_survey(path)
    assert (result["rows"], len(result["variables"])) == (3, 4)
    assert any("row 3" in p for p in result["problems"])


@pytest.mark.parametrize("cut", [10, 500, -200, -22])
def test_truncated_workbook_is_refused(tmp_path, cut):
    path = tmp_path / "a.xlsx"
    workbook(path)
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(SurveyReadError, match=r"^a\.xlsx: "):
        read_survey(path, "xlsx")


# -- SPSS and Stata ------------------------------------------------------------------------------


def test_user_missing_codes_ranges_and_text_are_kept(tmp_path):
    frame = pd.DataFrame({"a": [1.0, 9.0, 97.5, np.nan], "t": ["x", "ZZ", "", "y"]})
    path = tmp_path / "a.sav"
    pyreadstat.write_sav(
        frame, path, missing_ranges={"a": [9, {"lo": 97, "hi": 99}], "t": ["ZZ"]},
        variable_value_labels={"a": {1.0: "én", 9.0: "Ubesvart"}},
    )  # fmt: skip
    survey = read_survey(path, "sav")
    assert survey.frame["a"].tolist()[:3] == [1.0, 9.0, 97.5]
    described = {v["name"]: v for v in inspect_survey(path)["variables"]}
    assert described["a"]["n_missing_by_code"] == {"9": 1, "97.5": 1, "blank": 1}
    assert set(described["a"]["missing_codes"]) == {"9", "97–99"}
    assert described["t"]["n_missing_by_code"] == {"ZZ": 1, "blank": 1}


@pytest.mark.parametrize("suffix", ["sav", "zsav", "dta", "por"])
def test_damaged_statfile_is_refused_or_reads_every_row(tmp_path, suffix):
    frame = pd.DataFrame({"a": np.arange(50.0), "t": [f"tekst {i}" for i in range(50)]})
    path = tmp_path / f"a.{suffix}"
    if suffix == "zsav":
        pyreadstat.write_sav(frame, path, compress=True)
    else:
        getattr(pyreadstat, f"write_{suffix}")(frame, path)
    whole = path.read_bytes()
    expected = read_survey(path, suffix).frame
    assert len(expected) == 50
    refused = 0
    for cut in range(1, len(whole) - 1, 41):
        path.write_bytes(whole[:cut])
        try:
            pd.testing.assert_frame_equal(read_survey(path, suffix).frame, expected)
        except SurveyReadError as error:
            refused += 1
            assert str(error).startswith(f"a.{suffix}: ")
    # only a file that lacks nothing but its end mark is read
    assert refused >= len(range(1, len(whole) - 1, 41)) - 1


# -- real files ----------------------------------------------------------------------------------


def statfiles(shared_dir):
    folder = shared_dir / "realdata" / "survey"
    return [p for p in sorted(folder.rglob("*")) if p.suffix in (".sav", ".zsav", ".por", ".dta")]


def test_every_real_file_is_read_or_refused(shared_dir):
    files = [p for p in sorted((shared_dir / "realdata" / "survey").rglob("*")) if p.is_file()]
    assert len(files) > 20
    refused = []
    for path in files:
        try:
            assert inspect_survey(path)["kind"] == "survey"
        except SurveyReadError as error:
            refused.append(path.name)
            assert str(error).startswith(path.name)
    assert refused == ["form123823_info.json", "submission_27685292.json"]


def test_real_statfiles_agree_with_their_reader_on_counts(shared_dir):
    for path in statfiles(shared_dir):
        read = {".dta": pyreadstat.read_dta, ".por": pyreadstat.read_por}.get(
            path.suffix, pyreadstat.read_sav
        )
        # without user_missing the reader turns those codes into missing: a second count of them
        theirs, meta = read(path, disable_datetime_conversion=True)
        ours = inspect_survey(path)
        assert ours["rows"] == len(theirs)
        assert [v["name"] for v in ours["variables"]] == list(theirs.columns)
        assert len(ours["multiple_response_sets"]) == len(meta.mr_sets)
        for variable in ours["variables"]:
            name = variable["name"]
            assert variable["label"] == (meta.column_names_to_labels[name] or "")
            labels = meta.variable_value_labels.get(name, {})
            assert sorted(variable["value_labels"].values()) == sorted(map(str, labels.values()))
            blank = theirs[name].isna() | (theirs[name].astype("str") == "")
            assert sum(variable["n_missing_by_code"].values()) == blank.sum()


def test_real_tagged_missings(shared_dir):
    path = shared_dir / "realdata/survey/haven/tagged-na-double.dta"
    (variable,) = inspect_survey(path)["variables"]
    assert variable["n_missing_by_code"] == {".a": 1, ".h": 1, ".z": 1}
    assert variable["value_labels"] == {"a": "apple", "z": ".zebra"}
    assert read_survey(path, "dta").frame["x"].tolist()[:5] == [1, 2, 3, 4, 5]


def test_real_date_that_overflows_is_a_problem_not_a_crash(shared_dir):
    result = inspect_survey(shared_dir / "realdata/survey/haven/datetime.sav")
    assert any("date.posix" in p for p in result["problems"])


def test_real_nettskjema_report_with_its_codebook(shared_dir):
    folder = shared_dir / "realdata/survey/nettskjema"
    report = folder / "form123823_csv-report.csv"
    result = inspect_survey(report)
    assert (result["format"], result["rows"], result["delimiter"]) == ("nettskjema", 3, ";")
    by_name = {v["name"]: v for v in result["variables"]}
    assert by_name["radio"]["value_labels"] == {"1": "Very happy!", "-1": "Very unhappy!"}
    assert by_name["radio_matrix.grants"]["label"].endswith("written some grant applications")
    assert {s["name"] for s in result["multiple_response_sets"]} == {
        "checkbox", "checkbox_matrix.1", "checkbox_matrix.2",
    }  # fmt: skip
    assert not any("email" in p for p in result["problems"])  # a question about e-mail, not one
    submission = json.loads((folder / "submission_27685292.json").read_text(encoding="utf-8"))
    survey = read_survey(
        report, "nettskjema", codebook=folder / "form123823_elements_codebook.json"
    )
    row = survey.frame.set_index("$submission_id").loc["27685292"]
    for answer in submission["answers"]:
        if answer["elementType"] in ("RADIO", "SELECT", "QUESTION"):
            told = answer.get("textAnswer") or answer["externalAnswerOptionIds"][0]
            assert row[answer["externalElementId"]] == told
