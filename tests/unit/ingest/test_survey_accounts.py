"""Rows in = rows kept + rows left out by reason; persons linked over waves are counted right."""

from __future__ import annotations

import pandas as pd
import pytest
from tests.unit.ingest.mini_study import REGISTERS, ROOT, WAVES, MiniStudy, answers

from plankompass.ingest.surveys.answers import ingest_surveys
from plankompass.tables import read_table


@pytest.fixture
def accounts(tmp_path):
    study = MiniStudy(tmp_path)

    def run():
        inputs = study.registers()
        outputs = {
            n: study.out / f"{n}.parquet"
            for n in ("respondents", "answers", "source_rows", "panel_links")
        } | {"avvik": study.out / "s.csv"}
        params = {
            "raw": str(study.raw), "surveys": study.sources, "waves": WAVES, "registers": REGISTERS,
            "salt_file": None, "study": "mini", "limits": {}, "codebook": str(ROOT / "codebook"),
        }  # fmt: skip
        ingest_surveys(inputs, outputs, params)
        return {n: read_table(n, p) for n, p in outputs.items() if n != "avvik"}

    return study, run


def test_every_row_is_accounted_for(accounts):
    study, run = accounts
    base = pd.concat(
        [
            answers(50, kommune="0301"),
            answers(40, kommune="1103", seed=2),
            answers(20, kommune="1507"),
        ],
        ignore_index=True,
    )
    twice = base.iloc[[4, 5]]
    late = base.iloc[[7]].assign(nokkel="late", svart="2022-01-01")
    elsewhere = base.iloc[[8, 9, 10]].assign(nokkel=["e1", "e2", "e3"], kommune="5001")
    study.add(pd.concat([base, twice, late, elsewhere], ignore_index=True))
    tables = run()
    rows = tables["source_rows"].set_index("outcome")["rows"].to_dict()
    assert rows == {"read": 116, "kept": 110, "repaired": 0, "S1": 2, "S6": 1, "municipality": 3}
    assert len(tables["respondents"]) == rows["kept"]


def test_duplicates_across_two_sources_are_booked_where_they_stand(accounts):
    study, run = accounts
    study.add(answers(12, seed=1), id="a", file="surveys/a.sav")
    poorer = answers(3, seed=1)
    poorer.loc[:, "gj_treghet"] = 9.0
    study.add(poorer, id="b", file="surveys/b.sav")
    rows = run()["source_rows"].set_index(["source", "outcome"])["rows"].to_dict()
    assert rows == {
        ("a", "read"): 12,
        ("a", "kept"): 12,
        ("a", "repaired"): 0,
        ("b", "read"): 3,
        ("b", "kept"): 0,
        ("b", "repaired"): 0,
        ("b", "S1"): 3,
    }


def test_partly_overlapping_panels(accounts):
    study, run = accounts
    for number, (wave, day, start) in enumerate(
        (("T0", "2019-05-20", 1), ("T1", "2021-03-01", 5), ("T2", "2023-03-01", 11))
    ):
        frame = answers(10, day=day, start=start, seed=number, kommune="0301")
        study.add(frame, id=f"s{number}", wave=wave, file=f"surveys/{number}.sav")
    moved = answers(4, day="2023-03-01", kommune="0301", seed=9)
    moved["nokkel"], moved["kommune"] = [f"f-0301-00{i}" for i in range(5, 9)], "3048"
    study.add(moved, id="m", file="surveys/m.sav")
    links = run()["panel_links"].set_index(["first_wave", "second_wave"])
    # T0 has persons 1-10, T1 5-14, T2 11-20 and 5-8 in another municipality
    assert links["linked"].to_dict() == {("T0", "T1"): 6, ("T0", "T2"): 4, ("T1", "T2"): 8}
    assert links["moved"].to_dict() == {("T0", "T1"): 0, ("T0", "T2"): 4, ("T1", "T2"): 4}
    assert links.loc[("T1", "T2"), "rate"] == pytest.approx(0.8)
    assert links["second"].tolist() == [10, 14, 14]
