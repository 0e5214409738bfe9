"""Cases K1 to K5 of the catalogue of dirty data, one fixture a case: outcome, avvik line, and the rest
of the numbers unmoved."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from tests.unit.ingest.case_pair import outside
from tests.unit.ingest.mini_study import MiniStudy, answers

from plankompass.ingest.places import PlaceResolver
from plankompass.study.problems import StageFailedError
from plankompass.study.register import load_register


@pytest.fixture
def study(tmp_path):
    return MiniStudy(tmp_path)


def run(tmp_path, rows, **changes):
    """Run the stage on rows of a base of clean Øvre Eiker answers, beside the base alone."""
    base = answers(12, kommune="3048")
    spec = {"id": "f", "file": "surveys/f.sav", **changes}
    if "wave" in changes:
        base = answers(12, kommune=changes.pop("base", "0624"), day="2019-05-20")
    clean = MiniStudy(tmp_path / "clean")
    clean.add(base, **spec)
    dirty = MiniStudy(tmp_path / "dirty")
    dirty.add(pd.concat([base, *rows], ignore_index=True), **spec)
    return clean.run(), dirty


def same_for_base(clean, dirty):
    """No answer of the clean rows moved, and no number of a place that got no new row."""
    assert outside(clean, dirty) == []
    theirs = clean.answers.merge(dirty.answers, how="left", on=["item", "respondent"])
    assert (theirs["missing_x"] == theirs["missing_y"]).all()
    assert (theirs["value_x"].fillna(-1) == theirs["value_y"].fillna(-1)).all()
    people = clean.respondents.merge(dirty.respondents, how="left", on="respondent")
    assert (people["kommune_id_x"] == people["kommune_id_y"]).all()


@pytest.mark.parametrize("text", ["301", "301.0", "K-0301", "0301.0", "kommune 301", "0301,0"])
def test_K1_lost_zero_and_prefix_are_mended(tmp_path, text):
    row = answers(3, kommune="0301", seed=5)
    row["kommune"] = text
    clean, dirty = run(tmp_path, [row])
    result = dirty.run()
    same_for_base(clean, result)
    assert (result.respondents["kommune_id"] == "k04").sum() == 3
    (line,) = result.lines("K1").to_dict("records")
    assert (line["severity"], line["count"], line["column"]) == ("repair", 3, "kommune")
    assert line["file"] == "surveys/f.sav"


@pytest.mark.parametrize("text", ["624", "31", "K-99", "03O1"])
def test_K1_code_that_padding_does_not_make_valid_on_the_date_fails(tmp_path, text):
    row = answers(3, kommune="0301", seed=5)
    row["kommune"] = text  # 0624 was no longer valid in 2023
    _, dirty = run(tmp_path, [row])
    with pytest.raises(StageFailedError, match=r"K1, 3"):
        dirty.run()


def test_K2_code_of_another_date_with_the_same_territory(tmp_path):
    old = answers(2, kommune="0624", seed=2)  # valid until 2020, answered in 2023
    new = answers(3, kommune="3314", seed=3)  # valid from 2024
    clean, dirty = run(tmp_path, [old, new])
    result = dirty.run()
    same_for_base(clean, result)
    assert (result.respondents["kommune_id"] == "k01").sum() == 17
    lines = result.lines("K2")
    assert list(lines["severity"]) == ["repair", "repair"]
    assert sorted(lines["count"]) == [2, 3]
    assert not result.respondents["before_merger"].any()


def test_K2_code_valid_on_its_own_date_is_no_deviation(tmp_path):
    clean, dirty = run(tmp_path, [answers(2, kommune="0402", day="2019-05-21", seed=2)], wave="T0")
    result = dirty.run()
    same_for_base(clean, result)
    assert (result.respondents["kommune_id"] == "k05").sum() == 2
    assert result.avvik.empty


def test_K2_code_that_never_existed_fails(tmp_path):
    _, dirty = run(tmp_path, [answers(1, kommune="9999", seed=2)])
    with pytest.raises(StageFailedError, match=r"9999 has never existed.*K2, 1"):
        dirty.run()


def test_K3_merged_unit_before_the_merger(tmp_path):
    haram = answers(4, kommune="1534", day="2019-05-21", seed=2)
    clean, dirty = run(tmp_path, [haram], wave="T0")
    result = dirty.run()
    same_for_base(clean, result)
    merged = result.respondents[result.respondents["kommune_id"] == "k02"]
    assert len(merged) == 4
    assert merged["before_merger"].all()
    assert result.respondents["before_merger"].sum() == 4
    (line,) = result.lines("K3").to_dict("records")
    assert (line["severity"], line["count"]) == ("repair", 4)
    assert "før sammenslåing" in line["rule"]


def test_K3_code_from_before_the_merger_on_a_later_date(tmp_path):
    clean, dirty = run(tmp_path, [answers(2, kommune="1534", seed=2)])
    result = dirty.run()
    same_for_base(clean, result)
    assert (result.respondents["kommune_id"] == "k02").sum() == 2
    (line,) = result.lines("K3").to_dict("records")
    assert (line["severity"], line["count"]) == ("repair", 2)


def test_K3_divided_municipality_is_left_out(tmp_path):
    clean, dirty = run(tmp_path, [answers(3, kommune="5012", day="2019-05-21", seed=2)], wave="T0")
    result = dirty.run()
    same_for_base(clean, result)
    assert len(result.respondents) == len(clean.respondents)
    (line,) = result.lines("K3").to_dict("records")
    assert (line["severity"], line["count"]) == ("reject", 3)


def test_K3_row_dated_after_the_split_is_left_out(tmp_path):
    base = answers(200, kommune="0301")
    base["nokkel"] = [f"i-{i}" for i in range(200)]
    late = answers(1, kommune="1507", day="2024-02-01", seed=3)
    study = MiniStudy(tmp_path)
    columns = ["nokkel", "kommune", "svart", "pa_hort"]
    study.add(
        pd.concat([base, late], ignore_index=True)[columns],
        group="innbyggere",
        file="surveys/i.sav",
    )
    result = study.run()
    assert len(result.respondents) == 200
    (line,) = result.lines("K3").to_dict("records")
    assert (line["severity"], line["count"]) == ("reject", 1)


def test_K3_successor_of_a_split_with_one_past_is_kept(tmp_path):
    clean, dirty = run(tmp_path, [answers(2, kommune="1580", seed=2)])  # Haram of 2024, in 2023
    result = dirty.run()
    same_for_base(clean, result)
    assert (result.respondents["kommune_id"] == "k02").sum() == 2
    (line,) = result.lines("K2").to_dict("records")
    assert (line["severity"], line["count"]) == ("repair", 2)


def test_K4_unchanged_code_with_new_territory_is_noted(tmp_path):
    clean, dirty = run(tmp_path, [answers(3, kommune="1103", day="2019-05-21", seed=2)], wave="T0")
    result = dirty.run()
    same_for_base(clean, result)
    stavanger = result.respondents[result.respondents["kommune_id"] == "k03"]
    assert len(stavanger) == 3
    assert not stavanger["before_merger"].any()
    (line,) = result.lines("K4").to_dict("records")
    assert (line["severity"], line["count"]) == ("repair", 3)


def test_K4_no_note_after_the_change(tmp_path):
    clean, dirty = run(tmp_path, [answers(3, kommune="1103", seed=2)])
    result = dirty.run()
    same_for_base(clean, result)
    assert result.avvik.empty


@pytest.mark.parametrize(
    ("text", "readings"),
    [("Herøy", ("1515", "1818")), ("Våler", ("3018", "3419")), ("3048 Modum", ("3048", "3047"))],
)
def test_K5_two_readings_fail_and_are_both_named(tmp_path, text, readings):
    row = answers(2, seed=2)
    row["nokkel"] = ["x-1", "x-2"]
    row["kommune"] = text
    _, dirty = run(tmp_path, [row])
    with pytest.raises(StageFailedError) as error:
        dirty.run()
    assert "K5, 2" in str(error.value)
    for code in readings:
        assert code in str(error.value)


@pytest.mark.parametrize(
    "text", ["Øvre Eiker", "øvre eiker ", "Øvre Eiker", "3048 Øvre Eiker", "Øvre Eiker (3048)"]
)
def test_K5_unambiguous_name_is_read(tmp_path, text):
    row = answers(2, seed=2)
    row["nokkel"] = ["x-1", "x-2"]
    row["kommune"] = text
    clean, dirty = run(tmp_path, [row])
    result = dirty.run()
    same_for_base(clean, result)
    assert (result.respondents["kommune_id"] == "k01").sum() == 14


def with_name(tmp_path, kommune, name, **rest):
    """Two rows whose code and name stand in two columns."""
    study = MiniStudy(tmp_path)
    frame = answers(2, seed=2, **rest)
    frame["kommune"], frame["kommunenavn"] = kommune, name
    study.add(frame, municipality_name="kommunenavn", wave="T0" if rest else "T2")
    return study


@pytest.mark.parametrize(("day", "before"), [(date(2021, 3, 1), False), (date(2019, 5, 20), True)])
def test_K3_name_in_a_field_of_its_own_shows_the_part(root, day, before):
    folder = root / "workflow" / "reference"
    register = load_register(folder / "municipalities.csv", folder / "municipality_changes.csv")
    resolver = PlaceResolver(register, {"k1": "5055", "k2": "5059"}, date(2023, 5, 31))
    place = resolver.resolve("5012", day, "Heim")  # Snillfjord was divided between three
    assert place.kommune_id == "k1"
    assert place.before_merger is before
    assert {(f.case, f.severity) for f in place.findings} == {("K3", "repair")}
    assert resolver.resolve("5012", day).kommune_id is None
    assert resolver.resolve("5012", day).findings[0].severity == "reject"


def test_an_export_of_which_nothing_can_be_kept_fails(tmp_path):
    study = with_name(tmp_path, "5012", "Snillfjord", day="2019-05-20")
    with pytest.raises(StageFailedError, match="no row of the export can be kept"):
        study.run()


def test_K5_code_and_name_in_two_columns_disagree(tmp_path):
    study = with_name(tmp_path, "3048", "Modum")
    with pytest.raises(StageFailedError, match=r"3048 Øvre Eiker.*3047.*K5, 2"):
        study.run()


@pytest.mark.parametrize(
    ("kommune", "name", "cases"),
    [("3048", "Øvre Eiker", []), ("", "Øvre Eiker", []), ("301", "Oslo", ["K1"]), ("0301", "", [])],
)
def test_K5_code_and_name_in_two_columns_agree(tmp_path, kommune, name, cases):
    result = with_name(tmp_path, kommune, name).run()
    assert len(result.respondents) == 2
    assert result.avvik["case"].tolist() == cases


def test_rows_of_a_municipality_outside_the_study_are_left_out(tmp_path):
    clean, dirty = run(tmp_path, [answers(2, kommune="5001", seed=2)])
    result = dirty.run()
    same_for_base(clean, result)
    assert len(result.respondents) == 12
    (line,) = result.lines("municipality").to_dict("records")
    assert (line["severity"], line["count"]) == ("reject", 2)


def test_rows_without_municipality_are_left_out(tmp_path):
    row = answers(2, seed=2)
    row["nokkel"], row["kommune"] = ["x-1", "x-2"], ""
    clean, dirty = run(tmp_path, [row])
    result = dirty.run()
    same_for_base(clean, result)
    (line,) = result.lines("municipality").to_dict("records")
    assert (line["severity"], line["count"]) == ("reject", 2)


def test_municipality_as_number_is_read_with_its_zero(study):
    frame = answers(4, kommune="0301")
    frame["kommune"] = 301.0
    study.add(frame)
    result = study.run()
    assert set(result.respondents["kommune_id"]) == {"k04"}
    assert result.lines("K1")["count"].tolist() == [4]
