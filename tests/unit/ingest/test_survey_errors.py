"""What a user does wrong: each mistake is one clear message, all of a run's mistakes come at once, and
earlier results stay."""

from __future__ import annotations

import json
import re

import numpy as np
import pandas as pd
import pytest
from tests.unit.ingest.mini_study import MiniStudy, answers, source

from plankompass.ingest.keys import load_salt, pseudonyms
from plankompass.study.problems import PlankompassError, StageFailedError
from plankompass.tables import read_table


@pytest.fixture
def study(tmp_path):
    return MiniStudy(tmp_path)


def message(study, **changes):
    """The failure's lines, without its head."""
    with pytest.raises(StageFailedError) as error:
        study.run(**changes)
    assert not (study.out / "answers.parquet").exists()
    return str(error.value).splitlines()[1:]


def test_missing_file(study):
    study.sources.append(source())
    assert message(study) == ["  - surveys/f_T2.sav: the file does not exist [file, 1]"]


def test_corrupt_sav(study):
    study.add(answers(12))
    path = study.raw / "surveys/f_T2.sav"
    path.write_bytes(path.read_bytes()[:900])
    (line,) = message(study)
    assert line.startswith("  - surveys/f_T2.sav: not a readable .sav file, or damaged")


def test_file_of_another_kind(study):
    study.raw.joinpath("surveys").mkdir(parents=True)
    (study.raw / "surveys/f_T2.sav").write_text("nokkel;kommune\n1;2\n", encoding="utf-8")
    study.sources.append(source())
    (line,) = message(study)
    assert "not a readable .sav file" in line


def test_empty_survey(study):
    study.add(answers(2).iloc[:0])
    (line,) = message(study)
    assert line.startswith("  - surveys/f_T2.sav: the survey has no rows")


def test_unknown_column_with_a_guess(study):
    study.add(answers(12).rename(columns={"gj_treghet": "gj_treghett"}))
    (line,) = message(study)
    assert line.startswith("  - surveys/f_T2.sav: gj_treghett, source f_t2: unknown column")
    assert "did you mean gj_treghet?" in line


def test_configured_columns_that_are_not_there(study):
    study.add(answers(12), respondent_key="nøkkel", items={"q1": "gj_treghet"}, weight="vekt")
    lines = message(study)
    assert len(lines) == 3 + 1  # the key's real column is unknown now
    assert any("respondent_key" in x and "did you mean nokkel?" in x for x in lines)
    assert any("items.q1" in x for x in lines)
    assert any("weight" in x for x in lines)


def test_item_of_another_group(study):
    frame = answers(12).assign(in_kontakt=3.0)
    study.add(frame)
    (line,) = message(study)
    assert "in_kontakt: the codebook does not ask group folkevalgte this item" in line


def test_two_columns_for_one_item(study):
    frame = answers(12).assign(q7=3.0)
    study.add(frame, items={"q7": "gj_treghet"})
    (line,) = message(study)
    assert "two columns for the item gj_treghet" in line


def test_unknown_item_in_the_configuration(study):
    frame = answers(12).assign(q7=3.0)
    study.add(frame, items={"q7": "gj_tregheten"})
    assert any("did you mean gj_treghet?" in line for line in message(study))


def test_rows_without_key_unreadable_dates_and_bad_weights(study):
    frame = answers(12).assign(vekt=1.0)
    frame.loc[2, "nokkel"] = ""
    frame.loc[3, "vekt"] = np.nan
    frame.loc[4, "vekt"] = -1.0
    study.add(frame, weight="vekt")
    lines = message(study)
    assert any(re.search(r"nokkel: rows without respondent key \[key, 1\]", x) for x in lines)
    assert any(re.search(r"vekt: weights that are .* \[weight, 2\]", x) for x in lines)
    text = MiniStudy(study.folder / "text")
    texts = answers(12)
    texts["svart"] = "i går"
    path = text.raw / "surveys/f.csv"
    path.parent.mkdir(parents=True)
    texts.to_csv(path, index=False)
    text.sources.append(source(format="csv", file="surveys/f.csv"))
    (line,) = message(text)
    assert "svart: dates that cannot be read [date, 12]" in line
    assert "går" not in line


def test_size_of_the_group_must_be_known(study):
    study.add(answers(3, group="deltakere", day="2021-03-20"), id="d", group="deltakere",
              wave=None, gathering="s9", file="surveys/d.sav")  # fmt: skip
    (line,) = message(study)
    assert "the gathering is in no register" in line
    assert "known: s1, s3" in line


def test_everything_is_told_at_once_and_earlier_results_stay(study):
    study.add(answers(12))
    study.run()
    before = {p.name: p.read_bytes() for p in study.out.iterdir()}
    study.add(answers(12, seed=2).assign(gj_treghet=99.0), id="b", file="surveys/b.sav")
    study.sources.append(source(id="c", file="surveys/c.sav"))
    study.add(answers(12, seed=3).assign(ukjent=1.0), id="d", file="surveys/d.sav")
    with pytest.raises(StageFailedError) as error:
        study.run()
    for part in ("b.sav: gj_treghet", "c.sav: the file does not exist", "d.sav: ukjent"):
        assert part in str(error.value)
    assert {p.name: p.read_bytes() for p in study.out.iterdir()} == before


# -- keys ----------------------------------------------------------------------------------------


def test_no_raw_key_goes_further(study):
    study.add(answers(12))
    result = study.run()
    for path in study.out.iterdir():
        assert b"f-3048" not in path.read_bytes()
    assert result.respondents["respondent"].str.fullmatch("[0-9a-f]{20}").all()
    assert "f-3048" not in json.dumps(result.avvik.to_dict("list"), default=str)


def test_a_person_is_the_same_in_every_wave_and_differs_between_groups(study):
    study.add(answers(12, day="2021-03-01", seed=1), id="t1", wave="T1", file="surveys/1.sav")
    study.add(answers(9, day="2023-03-01", seed=2), id="t2", file="surveys/2.sav")
    people = study.run().respondents
    by_wave = {w: set(rows["person"]) for w, rows in people.groupby("wave")}
    assert by_wave["T2"] < by_wave["T1"]
    assert len(by_wave["T1"] & by_wave["T2"]) == 9
    assert people["respondent"].is_unique
    assert (
        pseudonyms(["a"], b"k", ("person", "x"))[0] != pseudonyms(["a"], b"k", ("person", "y"))[0]
    )


def test_salt_decides_the_pseudonyms_and_lies_outside_the_project(study, tmp_path, monkeypatch):
    study.add(answers(12))
    first = set(study.run().respondents["person"])
    salt = tmp_path / "salt"
    salt.write_text("0123456789abcdef0123", encoding="utf-8")
    second = set(study.run(salt_file=str(salt)).respondents["person"])
    assert not first & second
    assert set(study.run(salt_file=str(salt)).respondents["person"]) == second
    salt.write_text("short", encoding="utf-8")
    with pytest.raises(PlankompassError, match="fewer than 16 bytes"):
        load_salt(str(salt), "s")
    with pytest.raises(PlankompassError, match=r"salt_file.*cannot be read.*make it once"):
        load_salt(str(tmp_path / "none"), "s")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(PlankompassError, match="inside the project"):
        load_salt(str(salt), "s")


# -- wording and not asked -----------------------------------------------------------------------


def test_wording_ids_and_items_not_asked(study):
    frame = answers(12).drop(columns=["gj_treghet"])
    study.add(frame, wording={"gj_tidlig_preg": "2021-kort"})
    result = study.run()
    rows = result.answers.set_index("item")
    assert set(rows.loc["gj_treghet", "missing"]) == {"not_asked"}
    assert set(rows.loc["gj_tidlig_preg", "wording"]) == {"2021-kort"}
    assert set(rows.loc["gj_valg_til_vedtak", "wording"]) == {"codebook"}
    (line,) = result.lines("not_asked").to_dict("records")
    assert (line["column"], line["severity"]) == ("gj_treghet", "repair")


def test_two_sources_of_one_wave_with_different_wordings_and_columns(study):
    study.add(answers(6, seed=1).drop(columns="hi_tid"), id="a", file="surveys/a.sav")
    study.add(answers(6, seed=2, start=50), id="b", file="surveys/b.sav", wording={"hi_tid": "ny"})
    result = study.run()
    kinds = result.kinds("hi_tid")
    assert kinds.value_counts().to_dict() == {"valid": 6, "not_asked": 6}
    rows = result.answers[result.answers["item"] == "hi_tid"]
    assert set(rows.loc[rows["missing"] == "valid", "wording"]) == {"ny"}


def test_the_first_gathering_is_not_asked_about_the_one_before(study):
    frame = answers(4, group="deltakere", day="2019-05-20", kommune="0301")
    first = frame.drop(columns=["sv_mellomarbeid", "sv_tatt_i_bruk", "ff_nytte"])
    study.add(first, id="d", group="deltakere", wave=None, gathering="s1", file="surveys/d.sav")
    result = study.run()
    assert result.avvik.empty
    assert set(result.kinds("ff_nytte")) == {"not_asked"}
    assert set(result.respondents["wave"]) == {"T0"}
    assert set(result.respondents["gathering"]) == {"s1"}


def test_shuffled_rows_and_columns_change_nothing(study):
    frame = answers(20)
    frame.loc[3, "gj_treghet"] = np.nan
    study.add(frame)
    study.run()
    before = {n: (study.out / n).read_bytes() for n in ("answers.parquet", "respondents.parquet")}
    other = MiniStudy(study.folder / "other")
    shuffled = frame.sample(frac=1, random_state=3)
    shuffled = shuffled[list(pd.Series(frame.columns).sample(frac=1, random_state=4))]
    other.add(shuffled)
    other.run()
    assert {n: (other.out / n).read_bytes() for n in before} == before
    assert read_table("avvik", other.out / "surveys.csv").equals(
        read_table("avvik", study.out / "surveys.csv")
    )
