"""Cleared quotations: only whole rows about known passages pass, and what may name somebody stays."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from plankompass.ingest.interviews.quotes import place_names, read_cleared_quotes
from plankompass.study.config_models import WaveConfig
from plankompass.study.problems import ProblemLog
from plankompass.tables import check_table

WAVES = {"T2": WaveConfig(first_day="2023-02-01", last_day="2023-05-31", as_of="2023-05-31")}
PASSAGES = {
    "p1": "Vi rekker aldri\n årshjulet.",
    "p2": "I Eksempelvik er det annerledes.",
    "p3": "Det sa Kari til oss.",
    "p4": "Det kostet 4 millioner.",
    "p5": "KS ba om det. Så kom svaret: Nei, sa vi, «Ja» sa de.",
}
TEXT = " ".join(PASSAGES.values())


@pytest.fixture
def read(tmp_path):
    def run(*rows: str, header="passage,cleared_by,cleared_on,names_checked", encoding="utf-8"):
        path = tmp_path / "quotes.csv"
        path.write_text("\n".join([header, *rows]) + "\n", encoding=encoding)
        marks = [
            ("i1", coder, code, TEXT.index(t), TEXT.index(t) + len(t), key)
            for key, t in PASSAGES.items()
            for coder, code in (("A", "roller/tillit"), ("B", "barrierer/tid"))
        ]
        marks.append(("i1", "A", "barrierer/tid", None, None, "whole"))
        columns = ["interview", "coder", "code", "start", "end", "segment"]
        segments = pd.DataFrame(marks, columns=columns).astype({"start": "Int64", "end": "Int64"})
        log = ProblemLog("test")
        table = read_cleared_quotes(
            path, "interviews/quotes.csv", segments, pd.DataFrame({"interview": ["i1"], "wave": ["T2"]}),
            {"i1": TEXT}, {"Eksempelvik"}, WAVES, log,
        )  # fmt: skip
        return check_table("cleared_quotes", table), log.frame()

    return run


def test_cleared_passage_comes_with_its_words_codes_and_date(read):
    table, problems = read("P1 ,Prosjektleder,2023-06-01,")
    (row,) = table.itertuples(index=False)
    assert row.text == "Vi rekker aldri årshjulet."
    assert (row.codes, row.wave, row.cleared_by) == (
        "barrierer/tid roller/tillit", "T2", "Prosjektleder",
    )  # fmt: skip
    assert row.cleared_on.date() == date(2023, 6, 1)
    assert problems.empty


def test_list_saved_by_a_spreadsheet_program(read):
    table, problems = read(
        "p1;Leder;2023-06-01;;;",
        header="passage;cleared_by;cleared_on;names_checked",
        encoding="utf-8-sig",
    )
    assert len(table) == 1
    assert problems.empty


@pytest.mark.parametrize(
    ("row", "column", "rule"),
    [
        ("p9,Leder,2023-06-01,", "passage", "no coded passage"),
        ("p1,,2023-06-01,", "cleared_by", "nobody is named"),
        ("p1,Leder,,", "cleared_on", "no date"),
        ("p1,Leder,1.6.2023,", "cleared_on", "no date"),
        ("p1,Leder,2023-01-31,", "cleared_on", "before the interview's wave"),
        ("whole,Leder,2023-06-01,", "passage", "no text"),
    ],
)
def test_row_that_is_not_whole_stops_the_run(read, row, column, rule):
    table, problems = read(row)
    assert table.empty
    (found,) = problems.itertuples(index=False)
    assert (found.severity, found.column, found.row_key) == ("fail", column, "line 2")
    assert rule in found.rule


def test_passage_twice_and_missing_columns_stop_the_run(read):
    _, problems = read("p1,Leder,2023-06-01,", "p1,Leder,2023-06-02,")
    assert "twice" in problems["rule"].iloc[0]
    _, problems = read("p1,Leder", header="passage,cleared_by")
    assert problems[["severity", "column"]].to_numpy().tolist() == [["fail", "cleared_on"]]


@pytest.mark.parametrize(
    ("passage", "kind"),
    [("p2", "municipality"), ("p3", "person's"), ("p4", "number")],
)
def test_what_may_name_somebody_stays_until_it_was_looked_at(read, passage, kind):
    table, problems = read(f"{passage},Leder,2023-06-01,")
    assert table.empty
    assert problems["severity"].tolist() == ["reject"]
    assert kind in problems["rule"].iloc[0]
    for word in ("Eksempelvik", "Kari", "millioner"):
        assert word not in problems.to_csv()
    table, problems = read(f"{passage},Leder,2023-06-01,ja")
    assert len(table) == 1
    assert problems["severity"].tolist() == ["repair"]


def test_first_words_and_known_institutions_are_no_names(read):
    table, problems = read("p5,Leder,2023-06-01,")
    assert len(table) == 1
    assert problems.empty


def test_list_that_is_not_there_or_no_text_stops(read, tmp_path):
    _, problems = read("p1,Lærer,2023-06-01,", encoding="utf-16")
    assert "not UTF-8" in problems["rule"].iloc[0]


def test_names_of_municipalities_come_from_study_and_register(root):
    own = pd.DataFrame({"name": ["Prøvestad"], "official_name": ["Ovdamearka – Prøvestad"]})
    names = place_names(own, root / "workflow/reference/municipalities.csv")
    assert names >= {"Prøvestad", "Ovdamearka", "Øvre Eiker", "Trondheim", "Tråante"}
