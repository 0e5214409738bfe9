"""A workbook holds the publishable numbers as the report shows them, and nothing that is hidden."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
import zipfile
from datetime import datetime

import openpyxl
import pandas as pd
import pytest
from tests.unit.reports import made_publishable as made

from plankompass.reports.model import compose
from plankompass.reports.publishable import TABLES, read_publishable
from plankompass.reports.workbook import write_workbook
from plankompass.reports.workbook_sheets import safe_text

HEADING = 4
WANTED = ("Verdi", "Nedre grense", "Øvre grense", "n", "N", "Status", "Med ord")


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    return made.write_publishable(tmp_path_factory.mktemp("publishable"))


@pytest.fixture(scope="module")
def write(inputs, root, tmp_path_factory):
    def run(**changes):
        folder = tmp_path_factory.mktemp("tall")
        outputs = {"xlsx": folder / "tall.xlsx", "csv": folder / "tall.csv"}
        write_workbook(inputs, outputs, made.workbook_params(root, **changes))
        return outputs

    return run


@pytest.fixture(scope="module")
def town(write):
    return write()


def sheet_rows(path, place=0):
    """Rows of a sheet as dictionaries, headings as keys; empty cells are None."""
    page = openpyxl.load_workbook(path).worksheets[place]
    heading, *rows = page.iter_rows(min_row=HEADING, values_only=True)
    return [dict(zip(heading, row, strict=True)) for row in rows]


def csv_rows(path):
    text = path.read_bytes().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))


def about(row):
    return row["Indikator-id"], row["Del-id"], row["Gruppe"], int(row["År"])


def test_the_sheet_holds_what_the_publishable_rows_say_and_no_other_row(town):
    rows = sheet_rows(town["xlsx"])
    found = {about(row): tuple(row[name] for name in WANTED) for row in rows}
    assert len(found) == len(rows)
    assert found == made.EXPECTED


def test_csv_is_the_sheet_with_decimal_commas(town):
    sheet, text = sheet_rows(town["xlsx"]), csv_rows(town["csv"])
    assert list(sheet[0]) == list(text[0])
    assert len(sheet) == len(text)
    for row, line in zip(sheet, text, strict=True):
        for name, value in row.items():
            if value is None:
                assert line[name] == ""
            elif isinstance(value, int | float):
                assert float(line[name].replace(",", ".")) == value
                assert "." not in line[name]
            else:
                assert line[name] == value


def test_csv_opens_as_a_norwegian_spreadsheet_reads_it(town):
    raw = town["csv"].read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert raw.count(b"\r\n") == raw.count(b"\n") == len(made.EXPECTED) + 1
    frame = pd.read_csv(town["csv"], sep=";", decimal=",", encoding="utf-8-sig", dtype={"Kommunenr.": "str"})  # fmt: skip
    assert set(frame["Kommunenr."]) == {"0301"}
    shown = frame.loc[frame["Verdi"].notna(), "Verdi"]
    expected = [e[0] for e in made.EXPECTED.values() if e[0] is not None]
    assert sorted(shown) == sorted(expected)


def test_numbers_are_numbers_with_the_decimals_of_the_report(town):
    page = openpyxl.load_workbook(town["xlsx"]).worksheets[0]
    heading = [cell.value for cell in page[HEADING]]
    formats = {}
    for row in page.iter_rows(min_row=HEADING + 1):
        cells = dict(zip(heading, row, strict=True))
        key = (cells["Indikator-id"].value, cells["Del-id"].value, cells["Gruppe"].value)
        if cells["Verdi"].value is not None:
            assert cells["Verdi"].data_type == "n"
            formats[key] = cells["Verdi"].number_format
        assert cells["Kommunenr."].value == "0301"
    assert formats[made.CAPACITY, "total", "Folkevalgte"] == "0.0"  # 4.0 stays 4,0
    assert formats[made.NEEDS, "st_behov__verktoy", "Folkevalgte"] == "0"
    assert formats[made.BARRIERS, "share:hi_tid", "Administrasjon"] == "0.0"


def test_peers_verdict_and_network_stand_beside_the_number(town):
    row = next(r for r in sheet_rows(town["xlsx"]) if about(r) == (made.CAPACITY, "total", "Folkevalgte", 2023))  # fmt: skip
    assert (row["Snitt andre"], row["Vurdering"], row["Nettverket"]) == (3.2, "Over de andre", 3.3)


def test_a_number_left_in_a_hidden_row_comes_out_nowhere(town, write):
    network = write(kommune_id="")
    for outputs in (town, network):
        with zipfile.ZipFile(outputs["xlsx"]) as archive:
            parts = [
                archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml")
            ]
        for text in (*parts, outputs["csv"].read_text(encoding="utf-8-sig").replace(",", ".")):
            # as it is, and rounded to one, two and three decimals
            for places in range(1, 5):
                assert f"{made.LEAK:.{places}f}" not in text


def test_labels_that_look_like_formulas_are_text(town):
    book = openpyxl.load_workbook(town["xlsx"])
    for page in book:
        for row in page.iter_rows():
            for cell in row:
                assert cell.data_type != "f", cell.coordinate
                if isinstance(cell.value, str):
                    assert cell.value[0] not in "=+-@\t", cell.coordinate
    goals = {row["Mål eller punkt"] for row in sheet_rows(town["xlsx"], 1)}
    assert {f"'{text}" for text in made.HOSTILE} <= goals
    for line in csv_rows(town["csv"]):
        assert line["Kommune"] == f"'{made.HOSTILE_NAME}"
        texts = [v for v in line.values() if not re.fullmatch(r"-?\d+(,\d+)?", v)]
        assert not any(text[:1] in ("=", "+", "-", "@", "\t") for text in texts)


@pytest.mark.parametrize("text", ["=1+1", "+47", "-x", "@a", "\tb", "＝1", "\r=1", "\x00=1"])
def test_no_text_begins_as_a_formula(text):
    safe = safe_text(text)
    assert safe.startswith("'")
    assert safe.endswith(text[-1])


@pytest.mark.parametrize("text", ["", "−0,2", "–", "1–4", "Kárášjohka – Karasjok", "a=b"])
def test_ordinary_texts_stay_as_they_are(text):
    assert safe_text(text) == text


def test_goals_say_how_far_each_comes(town):
    rows = sheet_rows(town["xlsx"], 1)
    first = {r["Ledd"]: r["Funnet igjen"] for r in rows if r["Nr."] == "1"}
    assert first == {"Handlingsdel": "ja, s.\u00a07", "Budsjettlinje": "nei", "Årsmelding": "nei"}
    assert {r["Funnet igjen"] for r in rows if r["Nr."] == "3"} == {"ikke bekreftet"}


def test_response_hides_small_groups_and_gives_no_rate_for_a_sample(town):
    rows = {r["Gruppe"]: r for r in sheet_rows(town["xlsx"], 2)}
    wanted = ("N", "n", "Svarprosent", "Status")
    assert tuple(rows["Folkevalgte"][k] for k in wanted) == (27, 16, 59, "Vises")
    assert tuple(rows["Administrasjon"][k] for k in wanted) == (None, None, None, "For få svar")
    assert tuple(rows["Innbyggere"][k] for k in wanted) == (11480, 251, None, "Vises")


def test_every_id_in_the_numbers_is_explained_in_the_codebook(town):
    entries = {row["Id"]: row for row in sheet_rows(town["xlsx"], 3)}
    for row in sheet_rows(town["xlsx"]):
        entry = entries[row["Indikator-id"]]
        assert entry["Navn eller ordlyd"] == row["Indikator"]
        assert entry["Slik regnes det"] and entry["Forbehold"] and entry["Forklaring"]
        part = re.split(r"[|]", row["Del-id"].rpartition(":")[2])
        if "total" not in part and "source" not in row["Del-id"]:
            base = part[-1] if row["Del-id"].startswith("change") else part[0]
            assert base in entries, base
    assert "5 = Helt enig" in entries["gj_treghet"]["Skala"]


def test_example_data_is_said_on_every_sheet_page_and_line(town, write):
    for page in openpyxl.load_workbook(town["xlsx"]):
        assert page["A3"].value == "eksempeldata"
        assert page.oddHeader.right.text == "eksempeldata"
    assert {row["Merknad"] for row in csv_rows(town["csv"])} == {"eksempeldata"}
    real = write(example=False)
    for name in ("xlsx", "csv"):
        with zipfile.ZipFile(real["xlsx"]) as archive:
            raw = b"".join(archive.read(n) for n in archive.namelist())
        assert b"eksempeldata" not in (raw if name == "xlsx" else real["csv"].read_bytes())


def test_sheets_are_ready_to_read_and_print(town):
    book = openpyxl.load_workbook(town["xlsx"])
    names = ["Tall", "Mål i planene", "Hvem svarte", "Kodebok", "Om tallene"]
    assert book.sheetnames == names
    page = book.worksheets[0]
    assert page.freeze_panes == "D5"
    assert page.auto_filter.ref == f"A4:X{HEADING + len(made.EXPECTED)}"
    assert page.print_title_rows == "$4:$4"
    assert page.page_setup.orientation == "landscape"
    assert page.sheet_properties.pageSetUpPr.fitToPage
    assert page.column_dimensions["C"].width == 36
    assert page.print_area == f"'Tall'!$B$4:$R${HEADING + len(made.EXPECTED)}"
    assert book.properties.created == book.properties.modified == datetime(2023, 6, 15)
    assert book.properties.creator == "Prøve"


def test_the_network_has_all_municipalities_by_name(write):
    outputs = write(kommune_id="")
    book = openpyxl.load_workbook(outputs["xlsx"])
    assert book.sheetnames[1] == "Kommunene"
    rows = sheet_rows(outputs["xlsx"])
    assert (rows[0]["Kommune"], rows[0]["Verdi"], rows[0]["n"]) == ("Hele nettverket", 3.3, 160)
    by_town = {row["Kommunenr."]: row for row in sheet_rows(outputs["xlsx"], 1)}
    column = "Gjennomføringskraft (Folkevalgte)"
    assert by_town["0301"][column] == 3.6
    assert by_town["9902"][column] == 2.9
    assert len(sheet_rows(outputs["xlsx"], 2)) == 4


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_every_language_is_written(write, language):
    book = openpyxl.load_workbook(write(language=language)["xlsx"])
    expected = {"nb": "Om tallene", "nn": "Om tala", "en": "About the numbers"}
    assert book.sheetnames[-1] == expected[language]
    assert book.worksheets[0].max_row == HEADING + len(made.EXPECTED)


def test_bytes_do_not_depend_on_clock_time_zone_locale_or_hash_seed(inputs, root, tmp_path):
    script = (
        "import sys, json, datetime, pathlib\n"
        "import openpyxl.writer.excel as excel\n"
        "class Clock(datetime.datetime):\n"
        "    @classmethod\n"
        "    def now(cls, tz=None): return cls(int(sys.argv[3]), 2, 3, 4, 5, 6, tzinfo=tz)\n"
        "for module in list(sys.modules.values()):\n"
        "    if getattr(module, '__name__', '').startswith('openpyxl') and hasattr(module, 'datetime'):\n"
        "        kept = module.datetime\n"
        "        if kept is datetime.datetime: module.datetime = Clock\n"
        "from tests.unit.reports import made_publishable as made\n"
        "from plankompass.reports.workbook import write_workbook\n"
        "root, out = map(pathlib.Path, sys.argv[1:3])\n"
        "inputs = {k: pathlib.Path(v) for k, v in json.loads(sys.argv[4]).items()}\n"
        "write_workbook(inputs, {'xlsx': out / 'a.xlsx', 'csv': out / 'a.csv'}, made.workbook_params(root))\n"
    )
    given = json.dumps({name: str(inputs[name]) for name in TABLES})
    made_bytes = []
    for year, zone, seed, locale in (("2001", "Asia/Tokyo", "1", "C"), ("2031", "America/Lima", "77", "nb_NO.UTF-8")):  # fmt: skip
        out = tmp_path / year
        out.mkdir()
        subprocess.run(
            [sys.executable, "-c", script, str(root), str(out), year, given],
            cwd=root, check=True,
            env={**os.environ, "TZ": zone, "PYTHONHASHSEED": seed, "LC_ALL": locale,
                 "PYTHONPATH": f"{root / 'workflow'}:{root}"},
        )  # fmt: skip
        made_bytes.append([(out / name).read_bytes() for name in ("a.xlsx", "a.csv")])
    assert made_bytes[0] == made_bytes[1]


def test_the_profile_of_the_report_says_the_same(inputs, root, town):
    report = compose(read_publishable(inputs), made.workbook_params(root))
    rows = {
        (r["Indikator-id"], r["Del av indikatoren"], r["Gruppe"]): r
        for r in sheet_rows(town["xlsx"])
        if r["År"] == 2023 and r["Slags tall"] in ("snitt", "andel", "måneder", "poeng")
    }
    strips = [strip for group in report.profile.groups for strip in group.rows]
    assert len(strips) >= 3
    for strip in strips:
        group = strip.sub.split(",")[0]
        key = (strip.indicator, strip.label, group)
        row = rows[key if key in rows else (*key[:2], "Dokumenter")]
        own = strip.own
        limits = (row["Verdi"], row["Nedre grense"], row["Øvre grense"])
        if row["Verdi"] is None:
            assert own.text in (row["Med ord"], row["Status"])
        elif row["Med ord"]:  # the strip is drawn to one decimal of a per cent, and says the count
            assert own.text == row["Med ord"]
        else:
            assert limits == (own.value, own.lower, own.upper)
        assert row["Snitt andre"] == (strip.peer_mean.value if strip.peer_mean else None)
