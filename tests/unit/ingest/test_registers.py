"""The study's registers: tables with territory facts, and every error of every file at once."""

from __future__ import annotations

import pandas as pd
import pytest
from tests.unit.ingest.mini_study import REGISTERS, WAVES, write_registers

from plankompass.ingest.collect import collect_problems
from plankompass.ingest.registers import ingest_registers
from plankompass.study.problems import PlankompassError, ProblemLog, StageFailedError
from plankompass.tables import read_table, write_table

TABLES = ("municipalities", "councils", "frames", "gatherings", "attendance", "plan_dates", "avvik")


@pytest.fixture
def run(tmp_path):
    """Write the registers, let the test change them, and run the stage."""
    raw = tmp_path / "raw"
    write_registers(raw)
    outputs = {name: tmp_path / "out" / f"{name}.parquet" for name in TABLES}
    outputs["avvik"] = tmp_path / "out" / "avvik.csv"

    def go(report_wave="T2", **texts):
        for name, change in texts.items():
            path = raw / REGISTERS[name]
            if change is None:
                path.unlink()
            else:
                old, new = change
                content = path.read_text(encoding="utf-8")
                assert old in content
                path.write_text(content.replace(old, new, 1), encoding="utf-8")
        params = {
            "raw": str(raw),
            "registers": REGISTERS,
            "waves": WAVES,
            "report_wave": report_wave,
        }
        ingest_registers({}, outputs, params)
        return {name: read_table(name, path) for name, path in outputs.items()}

    go.outputs = outputs
    go.raw = raw
    return go


def test_territory_facts_of_each_participant(run):
    table = run()["municipalities"].set_index("kommune_id")
    eiker, alesund, stavanger = table.loc["k01"], table.loc["k02"], table.loc["k03"]
    assert (eiker["territory_note"], eiker["before_codes"]) == ("", "0624")
    assert (alesund["territory_note"], str(alesund["territory_from"].date())) == (
        "merger",
        "2020-01-01",
    )
    assert alesund["before_codes"] == "1504 1523 1529 1534 1546"
    assert str(alesund["splits_on"].date()) == "2024-01-01"
    assert (stavanger["territory_note"], stavanger["before_codes"]) == (
        "new_territory",
        "1141 1142",
    )
    assert pd.isna(stavanger["splits_on"])
    assert table.loc["k05", "before_codes"] == "0402"


def test_other_registers_come_through(run):
    tables = run()
    assert len(tables["councils"]) == 10
    assert tables["councils"]["seats"].sum() == 2 * (27 + 47 + 67 + 59 + 27)
    assert tables["gatherings"]["first"].tolist() == [True, False]
    assert len(tables["frames"]) == 5 * (6 + 2)
    assert set(tables["plan_dates"]["event"]) == {"adopted"}
    assert tables["avvik"].empty


@pytest.mark.parametrize(
    ("register", "old", "new", "message"),
    [
        ("participants", "k04,0301", "k04,301", "line 5, code|code, line 5.*not four digits"),
        ("participants", "k01,3048", "k01,0624", "0624 was not valid on the cut-off date"),
        ("participants", "Øvre Eiker", "Modum", "code and name disagree: 3048 is Øvre Eiker"),
        ("participants", "k02,", "k01,", "the same kommune_id as line 2"),
        ("participants", ",nb", ",no", "unknown language"),
        ("participants", "kommune_id,", "kommune,", "the column kommune_id is missing"),
        ("councils", ",27,", ",mange,", "seats, line 2: not a whole number"),
        ("councils", ",27,", ",0,", "seats, line 2: not a whole number from 1 up"),
        ("councils", "2015-10-15", "15.10.2015", "constituted_on, line 2: not a date as YYYY-MM-DD"),
        ("councils", "k01,", "k99,", "unknown kommune_id"),
        ("frames", ",administrasjon,", ",folkevalgte,", "unknown group"),
        ("frames", "deltakere,s1", "deltakere,s9", "unknown gathering"),
        ("frames", "administrasjon,,", "administrasjon,s1,", "only group deltakere has a gathering"),
        ("gatherings", ",yes,yes", ",ja,yes", "homework_given, line 2: not yes or no"),
        ("attendance", ",2,3,", ",2,3,4,", "7 cells where the header has 6"),
        ("plan_dates", "2020-09-01", "", "adopted without a date"),
        ("plan_dates", "adopted", "vedtatt", "unknown event"),
    ],
)  # fmt: skip
def test_errors_name_file_line_and_column(run, register, old, new, message):
    with pytest.raises(StageFailedError, match=message) as error:
        run(**{register: (old, new)})
    assert REGISTERS[register] in str(error.value)
    assert not any(path.exists() for path in run.outputs.values())


def test_all_errors_of_all_registers_are_told_at_once(run):
    with pytest.raises(StageFailedError) as error:
        run(
            participants=(",nb", ",no"), councils=(",27,", ",x,"), frames=None,
            gatherings=(",yes,yes", ",ja,yes"),
        )  # fmt: skip
    text = str(error.value)
    for part in (
        "unknown language",
        "not a whole number",
        "frames.csv: the file does not",
        "yes or no",
    ):
        assert part in text
    assert "5 problems" in text or "4 problems" in text


def test_earlier_results_stay_when_a_later_run_fails(run):
    run()
    before = {name: path.read_bytes() for name, path in run.outputs.items()}
    with pytest.raises(PlankompassError):
        run(councils=(",27,", ",x,"))
    assert {name: path.read_bytes() for name, path in run.outputs.items()} == before


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("county", "Fylke"),
        ("size_class", "stor"),
        ("network", "network"),
        ("kostra", "EKG07"),
        ("Kystkommuner", "Kystkommuner"),
    ],
)
def test_peer_groups_may_be_derived(run, word, expected):
    path = run.raw / REGISTERS["participants"]
    text = path.read_text(encoding="utf-8").replace(",gruppe,", f",{word},", 1)
    path.write_text(text, encoding="utf-8")
    table = run()["municipalities"].set_index("kommune_id")
    assert table.loc["k01", "peer_group"] == expected  # Øvre Eiker


def test_no_kostra_group_for_a_municipality_divided_since(run):
    with pytest.raises(StageFailedError, match="peer_group, line 3: no KOSTRA group is known"):
        run(participants=("Ålesund,Fylke,gruppe", "Ålesund,Fylke,kostra"))


def test_collect_joins_and_sorts_problems(tmp_path):
    paths = []
    for name, case in (("b", "S4"), ("a", "K1")):
        log = ProblemLog(name)
        log.add(case, "repair", f"{name}.csv", "a rule", column="x", count=2, hint="a hint")
        paths.append(tmp_path / f"{name}.csv")
        write_table("avvik", log.frame(), paths[-1])
    empty = tmp_path / "c.csv"
    write_table("avvik", ProblemLog("c").frame(), empty)
    out = tmp_path / "avvik.csv"
    for order in ([*paths, empty], [empty, *reversed(paths)]):
        collect_problems({"avvik": order}, {"avvik": out}, {})
        table = read_table("avvik", out)
        assert table["case"].tolist() == ["K1", "S4"]
        assert table["count"].tolist() == [2, 2]
    collect_problems({"avvik": [empty]}, {"avvik": out}, {})
    assert read_table("avvik", out).empty


def test_margins_of_the_frame_are_read_where_there_are_any(run, tmp_path, monkeypatch):
    run.outputs["margins"] = tmp_path / "out/margins.parquet"
    assert run()["margins"].empty
    path = run.raw / "registers/margins.csv"
    monkeypatch.setitem(REGISTERS, "margins", "registers/margins.csv")
    head = "wave,group,item,category,population\n"
    path.write_text(head + "T2,folkevalgte,bg_posisjon,ja,40\n", encoding="utf-8")
    assert run()["margins"]["population"].tolist() == [40]
    path.write_text(head + "T2,folkevalgte,bg_posisjon,ja,40\n" * 2 + "T9,deltakere,x,y,-1\n")
    with pytest.raises(StageFailedError) as caught:
        run()
    assert len(caught.value.messages) >= 4
    assert all("margins.csv" in message for message in caught.value.messages)
