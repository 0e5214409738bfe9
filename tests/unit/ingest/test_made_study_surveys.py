"""A whole made study with planted faults against its twin without: every planted fault has its line in
avvik.csv, and nothing else differs."""

from __future__ import annotations

from collections import Counter

import pandas as pd
import pytest
import yaml
from tests.study_factory import make_study

from plankompass.ingest.keys import load_salt, pseudonyms, questionnaire_ids
from plankompass.ingest.registers import ingest_registers
from plankompass.ingest.surveys.answers import ingest_surveys
from plankompass.study.config import validate_config
from plankompass.tables import read_table

REGISTER_TABLES = (
    "municipalities",
    "councils",
    "frames",
    "gatherings",
    "attendance",
    "plan_dates",
)
# what the codes of merged and recoded municipalities give rise to, faults or not
BY_DESIGN = {("K3", "repair")}


def ingest(folder, root, faults):
    """Make a study and run the register and survey stages on it."""
    made = make_study(folder / "raw", faults=faults, documents=False, manifest=False)
    config = validate_config(yaml.safe_load(made.config))
    plain = config.model_dump(mode="json")
    outputs = {name: folder / f"{name}.parquet" for name in REGISTER_TABLES}
    common = {
        "raw": str(folder / "raw"), "registers": plain["registers"], "waves": plain["waves"],
        "report_wave": config.report.wave,
    }  # fmt: skip
    ingest_registers({}, outputs | {"avvik": folder / "registers.csv"}, common)
    tables = {n: folder / f"{n}.parquet" for n in ("respondents", "answers", "source_rows")}
    tables["avvik"] = folder / "surveys.csv"
    params = common | {
        "surveys": plain["surveys"], "salt_file": None, "study": config.study, "limits": {},
        "codebook": str(root / "codebook"),
    }  # fmt: skip
    ingest_surveys(outputs, tables, params)
    return made, config, {name: read_table(name, path) for name, path in tables.items()}


@pytest.fixture(scope="module")
def twins(tmp_path_factory, root):
    clean = ingest(tmp_path_factory.mktemp("clean"), root, faults=False)
    faulty = ingest(tmp_path_factory.mktemp("faulty"), root, faults=True)
    return clean, faulty


def planted(faulty):
    faults = [f for f in faulty[0].truth.facts["faults"] if f["file"].startswith("surveys/")]
    assert {f["case"] for f in faults} == {"S1", "S2", "S3", "S4", "S6", "S9", "K1", "K2", "K3"}
    return faults


def test_every_planted_fault_has_its_line_and_no_other_line_is_there(twins):
    clean, faulty = twins
    lines = faulty[2]["avvik"]
    lines = lines[~lines.set_index(["case", "severity"]).index.isin(BY_DESIGN)]
    found = Counter()
    for row in lines.itertuples():
        found[(row.case, row.severity, row.file)] += row.count
    expected = Counter()
    for fault in planted(faulty):
        if fault["case"] != "S2":
            expected[(fault["case"], fault["outcome"], fault["file"])] += fault["count"]
    labels = {key for key in found if key[0] == "S2"}
    assert labels == {("S2", "repair", "surveys/samling_s3.xlsx")}
    assert {k: v for k, v in found.items() if k not in labels} == dict(expected)
    own = clean[2]["avvik"]
    own = own[own["case"] != "S2"]  # the nynorsk file is nynorsk without faults too
    assert set(zip(own["case"], own["severity"], strict=True)) <= BY_DESIGN


def test_nothing_moved_but_what_was_planted(twins):
    clean, faulty = twins
    both = clean[2]["answers"].merge(
        faulty[2]["answers"], how="outer", on=["item", "respondent"], indicator=True
    )
    assert set(both["_merge"]) == {"both"}  # left-out rows were extra rows
    differs = (both["missing_x"] != both["missing_y"]) | (
        both["value_x"].fillna(-1) != both["value_y"].fillna(-1)
    )
    salt = load_salt(None, faulty[1].study)
    touched = set()
    for fault in planted(faulty):
        source = next(s for s in faulty[1].surveys if s.file == fault["file"])
        persons = pseudonyms(fault["rows"], salt, ("person", source.group))
        scope = (source.wave or "", source.group, source.gathering or "")
        for respondent in questionnaire_ids(persons, salt, scope):
            if fault["case"] in ("S3", "S4", "S9"):
                touched.add((fault["column"], respondent))
    moved = both[differs]
    # the planter of S2 sets the two answers whose labels it spoils
    spoilt = moved["item"].isin(["sv_relevans", "sv_erfaringer"])
    assert set(moved[spoilt]["value_y"]) <= {4, 5}
    assert spoilt.sum() <= 2
    moved = moved[~spoilt]
    where = {
        (item.split("__")[0], who)
        for item, who in zip(moved["item"], moved["respondent"], strict=True)
    }
    assert where <= touched
    assert set(moved["missing_y"]) == {"no_answer"}
    both["question"] = both["item"].str.partition("__")[0]
    hit = both.set_index(["question", "respondent"]).index.isin(touched)
    assert hit.sum() >= len(touched)
    assert set(both[hit]["missing_y"]) == {"no_answer"}


def test_people_are_the_same_but_for_their_day(twins):
    clean = twins[0]
    ours, theirs = (t[2]["respondents"].drop(columns="answered_on") for t in twins)
    pd.testing.assert_frame_equal(ours, theirs)
    before = clean[2]["respondents"].query("before_merger")
    assert set(before["kommune_id"]) == {"k11"}
    assert set(before["wave"]) == {"T0"}


def test_every_row_is_accounted_for(twins):
    for _, config, tables in twins:
        rows = (
            tables["source_rows"].pivot(index="source", columns="outcome", values="rows").fillna(0)
        )
        assert set(rows.index) == {s.id for s in config.surveys}
        # a repaired row is kept, so it is no outcome of its own
        assert (rows["read"] == rows.drop(columns=["read", "repaired"]).sum(axis=1)).all()
        assert (rows["repaired"] <= rows["kept"]).all()
        assert rows["kept"].sum() == len(tables["respondents"])
