"""Exports of commercial tools and of large studies: sets, other code pages, wrongly declared encodings."""

from __future__ import annotations

import json
import struct

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from tests.unit.ingest import hard_files as hard

from plankompass.ingest.surveys.inspect import inspect_survey
from plankompass.ingest.surveys.model import SurveyReadError
from plankompass.ingest.surveys.readers import read_survey

LONG = "en_svaert_lang_variabel_med_mange_tegn_i_navnet_sitt_0123456789"
ROWS = 40


def frame(letter: str) -> pd.DataFrame:
    """Thirty items with a missing code, a name of 63 letters and a text of 900."""
    rng = np.random.default_rng(1)
    columns: dict[str, object] = {"sted": [f"{letter}lesund og B{letter}tsfjord"] * ROWS}
    for number in range(30):
        columns[f"q{number}"] = rng.choice([0.0, 1.0, np.nan, 9.0], ROWS)
    columns[LONG] = rng.choice([1.0, 2.0], ROWS)
    columns["fritekst"] = [(f"En lang tekst p{letter} norsk. " * 60)[:900] if i % 3 else "" for i in range(ROWS)]  # fmt: skip
    return pd.DataFrame(columns)


def write(path, letter):
    labels = {0.0: f"Nei, alts{letter}", 1.0: "Ja", 9.0: "Vet ikke"}
    table = frame(letter)
    if path.suffix == ".sav":
        pyreadstat.write_sav(
            table, path, column_labels={"q1": f"Hva mener du p{letter} dette?"},
            variable_value_labels={"q1": labels},
            missing_ranges={f"q{i}": [9] for i in range(30)},
        )  # fmt: skip
    else:
        table = table.drop(columns=[LONG, "fritekst"]).assign(q1=[0, 1] * (ROWS // 2))
        pyreadstat.write_dta(
            table, path, version=int(path.stem), column_labels={"q1": f"Hva mener du p{letter} dette?"},
            variable_value_labels={"q1": {0: labels[0.0], 1: "Ja"}},
        )  # fmt: skip


def described(path):
    result = inspect_survey(path)
    return result, {v["name"]: v for v in result["variables"]}


@pytest.mark.parametrize(
    ("declared", "byte", "used"),
    [
        (None, None, "UTF-8"),
        ((b"windows-1252", 1252), 0xE5, "windows-1252"),
        (None, 0xE5, "WINDOWS-1252"),  # declared as UTF-8, which it is not
        ((b"windows-1252", 1252), None, "UTF-8"),  # declared as Windows, and UTF-8
    ],
)
def test_a_commercial_sav_with_dozens_of_sets(tmp_path, declared, byte, used):
    path = tmp_path / "a.sav"
    write(path, hard.PLACE if byte else "å")
    lines = [hard.dichotomy(f"set{i}", "1", f"Sett {i}", [f"q{j}" for j in range(i, i + 5)]) for i in range(24)]  # fmt: skip
    lines += [hard.categories(f"kat{i}", f"Felles {i}", [f"q{i}", f"q{i + 1}"]) for i in range(24)]
    hard.add_record(path, 7, "".join(lines).encode())
    if declared:
        hard.declare(path, *declared)
    if byte:
        hard.in_code_page(path, byte)
    result, variables = described(path)
    assert (result["rows"], len(variables), result["encoding"]) == (ROWS, 33, used)
    sets = {s["name"]: (s["kind"], s["variables"]) for s in result["multiple_response_sets"]}
    assert len(sets) == 48
    assert sets["set3"] == ("dichotomy", ["q3", "q4", "q5", "q6", "q7"])
    assert sets["kat23"] == ("categories", ["q23", "q24"])
    assert variables["q1"]["label"] == "Hva mener du på dette?"
    assert variables["q1"]["value_labels"] == {"0": "Nei, altså", "1": "Ja", "9": "Vet ikke"}
    written = frame("å")
    for number in range(30):
        own = written[f"q{number}"]
        counts = {"9": int((own == 9).sum()), "blank": int(own.isna().sum())}
        assert variables[f"q{number}"]["n_missing_by_code"] == counts
    assert variables[LONG]["n_missing_by_code"] == {}
    assert variables["fritekst"]["n_missing_by_code"] == {"blank": 14}
    declared_wrongly = [p for p in result["problems"] if "encoding the file declares" in p]
    assert len(declared_wrongly) == ((declared is None) == (byte is not None))


@pytest.mark.parametrize("release", [8, 10, 12, 13, 14, 15])
@pytest.mark.parametrize("byte", [None, 0xE5])
def test_a_stata_file_of_either_encoding_whatever_it_declares(tmp_path, release, byte):
    path = tmp_path / f"{release}.dta"
    write(path, hard.PLACE if byte else "å")
    if byte:
        hard.in_code_page(path, byte)
    result, variables = described(path)
    assert result["encoding"] == ("WINDOWS-1252" if byte else "UTF-8")
    assert (result["rows"], len(variables)) == (ROWS, 31)
    assert variables["q1"]["label"] == "Hva mener du på dette?"
    assert variables["q1"]["value_labels"]["0"] == "Nei, altså"
    wrongly = (release >= 14) == (byte is not None)
    assert any("encoding the file declares" in p for p in result["problems"]) == wrongly


def test_sets_that_name_variables_by_their_short_names_and_newer_records(tmp_path):
    path = tmp_path / "a.sav"
    names = ["langt_navn_en", "langt_navn_to", "kort"]
    pyreadstat.write_sav(pd.DataFrame({name: [1.0, 0.0] for name in names}), path)
    hard.add_record(path, 7, hard.dichotomy("s", "1", "Sett", ["langt_na", "v1", "kort"]).encode())
    hard.add_record(path, 19, b"$e=E 1 1 1 4 Sett kort\n")
    result, _ = described(path)
    sets = {s["name"]: s["variables"] for s in result["multiple_response_sets"]}
    assert sets == {"s": names, "e": ["kort"]}


def test_a_date_no_calendar_holds_is_a_problem_and_not_a_blank(shared_dir):
    result, variables = described(shared_dir / "realdata/survey/haven/datetime.sav")
    assert "blank" not in variables["date.posix"]["n_missing_by_code"]
    assert any("outside the calendar" in p for p in result["problems"])


def test_a_nettskjema_export_with_a_matrix_and_lines_in_its_texts(tmp_path):
    elements = [
        {"elementType": "RADIO", "externalElementId": "q", "text": "Hva?\n(velg én)",
         "answerOptions": [{"externalAnswerOptionId": "1", "text": "Ja"}, {"sequence": 2, "text": None}]},
        {"elementType": "MATRIX_RADIO", "externalElementId": "m", "text": "Enig?",
         "answerOptions": [{"externalAnswerOptionId": "1", "text": "Ja"}],
         "subElements": [{"externalElementId": "a", "text": "Først"}, {"externalElementId": None}]},
        {"elementType": "CHECKBOX", "externalElementId": "c", "text": "Flere",
         "answerOptions": [{"externalAnswerOptionId": "x", "text": "X"}, {"externalAnswerOptionId": "y", "text": "Y"}]},
        {"elementType": "HEADING", "text": "Bare en overskrift"}, {"elementType": None},
    ]  # fmt: skip
    (tmp_path / "form1_codebook.json").write_text(json.dumps(elements), encoding="utf-8")
    header = '"$submission_id";"$created";"q";"m.a";"c.x";"c.y";"fri"'
    row = '"1";"2023-03-01T10:00:00";"1";"1";"1";"0";"sa ""ja""; på\nto linjer"'
    text = f"\ufeff{header}\r\n{row}\r\n".encode()
    (tmp_path / "form1_report.csv").write_bytes(text)
    result, variables = described(tmp_path / "form1_report.csv")
    assert (result["format"], result["rows"], len(variables)) == ("nettskjema", 1, 7)
    assert variables["m.a"]["label"] == "Enig? Først"
    assert variables["q"]["value_labels"]["1"] == "Ja"
    assert [s["variables"] for s in result["multiple_response_sets"]] == [["c.x", "c.y"]]


@pytest.mark.parametrize(
    ("records", "codes", "counts"),
    [
        ("88/89/", ["8", "9"], {"8": 1, "9": 2}),
        ("B8/37/", ["8–97"], {"8": 1, "9": 2, "97": 1}),
        ("98/837/", ["lowest–8", "97"], {"1": 1, "2": 1, "8": 1, "97": 1}),
        ("A9/", ["9–highest"], {"9": 2, "97": 1}),
        ("", [], {}),
    ],
)
def test_missing_codes_of_a_portable_file_are_kept_with_their_declaration(
    tmp_path, records, codes, counts
):
    path = tmp_path / "a.por"
    numbers = [1.0, 2.0, 9.0, 8.0, np.nan, 97.0, 9.0]
    table = pd.DataFrame({"A": numbers, "T": ["a", "b", "c", "", "x", "zz", "x"]})
    pyreadstat.write_por(table, path)
    hard.declare_missing_in_por(path, "70/1/A5/8/2/5/8/2/", records)
    hard.declare_missing_in_por(path, "72/1/T1/2/0/1/2/0/", "81/x")
    survey = read_survey(path, "por")
    np.testing.assert_array_equal(survey.frame["A"], numbers)
    assert survey.frame["T"].dropna().tolist() == ["a", "b", "c", "x", "zz", "x"]
    _, columns = described(path)
    assert columns["A"]["missing_codes"] == codes
    assert columns["A"]["n_missing_by_code"] == counts | {"blank": 1}
    assert columns["T"]["missing_codes"] == ["x"]
    assert columns["T"]["n_missing_by_code"] == {"x": 2, "blank": 1}


@pytest.mark.parametrize("form", ["sav", "zsav"])
@pytest.mark.parametrize("promised", [0, 4, 19, 20, -1])
def test_rows_after_those_that_the_head_promises_are_not_lost_in_silence(tmp_path, form, promised):
    path = tmp_path / f"a.{form}"
    table = pd.DataFrame({"A": np.arange(20.0), "T": [f"t{i}" for i in range(20)]})
    pyreadstat.write_sav(table, path, compress=form == "zsav")
    content = path.read_bytes()
    path.write_bytes(content[:80] + struct.pack("<i", promised) + content[84:])
    if promised in (20, -1):
        assert len(read_survey(path, form).frame) == 20
        return
    with pytest.raises(SurveyReadError, match=rf"a\.{form}: (the file holds more rows|not a read)"):
        read_survey(path, form)
