"""The network report's table and sheet of who answered: shown, hidden, and in every language."""

from __future__ import annotations

import pandas as pd
import pytest
from tests.unit.reports.made_publishable import workbook_params, write_publishable

from plankompass.reports.publishable import read_publishable
from plankompass.reports.who_answered import who_answered_sheet, who_answered_table
from plankompass.reports.wording import Voice
from plankompass.reports.workbook import compose_workbook
from plankompass.reports.writer import Writer
from plankompass.study.codebook import load_codebook
from plankompass.tables import write_table

ROWS = [
    ("T2", "folkevalgte", "bg_posisjon", "uavklart", 28, None, None, 0.09, None, None, "hidden", "too_few_answers"),
    ("T2", "folkevalgte", "bg_posisjon", "nei", 104, None, None, 0.32, None, None, "hidden", "secondary"),
    ("T2", "folkevalgte", "bg_posisjon", "ja", 192, 125, 0.65, 0.59, 0.6, 0.01, "published", ""),
    ("T2", "innbyggere", "bg_kjonn", "kvinne", 79226, 1485, 0.02, 0.5, 0.5, 0.0, "published", ""),
    ("T1", "innbyggere", "bg_kjonn", "kvinne", 78274, 1460, 0.02, 0.5, 0.49, -0.01, "published", ""),
]  # fmt: skip
NAMES = (
    "wave group item category population n rate frame_share answered_share difference status reason"
)


@pytest.fixture
def data(tmp_path):
    paths = write_publishable(tmp_path)
    frame = pd.DataFrame(ROWS, columns=NAMES.split())
    write_table("publishable_nonresponse", frame, paths["nonresponse"])
    return read_publishable(paths)


def writer(data, root, language="nb"):
    params = workbook_params(root, kommune_id="", language=language)
    voice = Voice.of(language, load_codebook(params["codebook"]))
    return Writer(data, voice, params, "T2")


def test_the_table_has_the_reports_wave_in_the_codebooks_order(data, root):
    block = who_answered_table(writer(data, root))
    assert [row.header for row in block.table.rows] == ["Ja", "Nei", "Ikke fast flertall", "Kvinne"]
    yes, no, none, women = (row.cells for row in block.table.rows)
    plain = [cell.replace("\u00a0", " ").replace("\u202f", " ") for cell in yes]
    assert plain == ["192", "125", "65 prosent", "59 prosent", "60 prosent"]
    assert no[1:3] == ["Skjermet", "–"] and none[1] == "For få svar"
    assert women[2] == "–"  # a sample has no rate
    assert "nærmeste fem" in block.notes[0] and "utvalg" in block.notes[1]
    assert "nearest five" in who_answered_table(writer(data, root, "en")).notes[0]
    assert "næraste fem" in who_answered_table(writer(data, root, "nn")).notes[0]


def test_the_sheet_has_every_wave_and_only_the_network_has_it(data, root):
    sheet = who_answered_sheet(writer(data, root), "t", "s")
    assert [(row.cells[1].value, row.cells[3], row.muted) for row in sheet.rows] == [
        (2023, "Ja", False), (2023, "Nei", True), (2023, "Ikke fast flertall", True),
        (2021, "Kvinne", False), (2023, "Kvinne", False),
    ]  # fmt: skip
    assert all(len(row.cells) == len(sheet.columns) for row in sheet.rows)
    titles = [s.name for s in compose_workbook(data, workbook_params(root, kommune_id=""))]
    assert "Svart eller ikke" in titles
    titles = [s.name for s in compose_workbook(data, workbook_params(root))]
    assert "Svart eller ikke" not in titles


def test_without_a_frame_there_is_no_table(tmp_path, root):
    assert who_answered_table(writer(read_publishable(write_publishable(tmp_path)), root)) is None
