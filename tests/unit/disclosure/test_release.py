"""The publishable folder: what is written, what is refused, and that nothing is written after a finding."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from tests.unit.disclosure.made_study import ROOT, make_study

from plankompass.disclosure.primary import suppress_primary
from plankompass.disclosure.release import release_tables
from plankompass.study.problems import StageFailedError
from plankompass.tables import empty_table, read_table, write_table

PARAMS = {"disclosure": {}, "codebook": str(ROOT / "codebook")}
OUT = ("estimates", "comparisons", "response", "suppressed", "problem_counts", "goal_links")


@pytest.fixture
def files(tmp_path):
    study = make_study(9, seed=2)
    made = {
        "estimates": study.estimates,
        "response": study.response,
        "scale_quality": study.quality,
        "comparisons": empty_table("comparisons"),
    }
    for name, frame in made.items():
        write_table(name, frame, tmp_path / f"{name}.parquet")
    links = pd.DataFrame(
        {"kommune_id": ["k01"], "goal": ["M1"], "measure": ["mal_i_handlingsdel"],
         "suggested": [True], "confirmed": [None], "coders": [0], "evidence_page": [None]}
    )  # fmt: skip
    write_table("goal_links", links, tmp_path / "goal_links.parquet")
    avvik = pd.DataFrame(
        {"case": ["S3", "S3"], "severity": ["reject", "reject"], "row_key": ["row 4", "row 9"],
         "file": ["surveys/a.sav", "surveys/b.csv"], "column": ["x", "x"], "rule": ["r", "r"],
         "count": [2, 3], "hint": ["", ""]}
    )  # fmt: skip
    write_table("avvik", avvik, tmp_path / "avvik.csv")
    inputs = {name: tmp_path / f"{name}.parquet" for name in (*made, "goal_links")}
    inputs |= {"estimates": [inputs["estimates"]], "avvik": tmp_path / "avvik.csv",
               "primary": tmp_path / "primary.parquet"}  # fmt: skip
    suppress_primary(inputs, {"primary": inputs["primary"]}, PARAMS)
    outputs = {name: tmp_path / "publishable" / f"{name}.parquet" for name in OUT}
    outputs["gate"] = tmp_path / "publishable" / "gate.json"
    return inputs, outputs


def test_the_publishable_folder_holds_what_may_leave(files):
    inputs, outputs = files
    release_tables(inputs, outputs, PARAMS)
    table = read_table("publishable_estimates", outputs["estimates"])
    assert table["se"].isna().all()
    assert (table["status"] == "published").sum() > 300
    counts = read_table("suppressed", outputs["suppressed"])
    gone = table[table["status"].isin(["hidden", "unreliable"])]
    assert counts["count"].sum() == len(gone)
    assert read_table("goal_links", outputs["goal_links"])["suggested"].isna().all()
    problems = read_table("problem_counts", outputs["problem_counts"])
    assert problems[["source", "case", "count"]].to_dict("records") == [
        {"source": "surveys", "case": "S3", "count": 5}
    ]
    gate = json.loads(outputs["gate"].read_text(encoding="utf-8"))
    assert gate["found"] == [] and gate["attacked"]["protected_numbers"] > 50


def test_small_numbers_of_answers_are_hidden_in_the_response(files):
    inputs, outputs = files
    release_tables(inputs, outputs, PARAMS)
    before = read_table("response", inputs["response"])
    after = read_table("publishable_response", outputs["response"])
    small = (before["n"] < 5).to_numpy()
    assert small.any() and not small.all()
    assert after.loc[small, ["n", "rate"]].isna().all(axis=None)
    assert (after["status"] == np.where(small, "hidden", "published")).all()
    assert after.loc[~small, "n"].tolist() == before.loc[~small, "n"].tolist()


def test_two_runs_write_the_same_bytes(files, tmp_path):
    inputs, outputs = files
    release_tables(inputs, outputs, PARAMS)
    first = {name: path.read_bytes() for name, path in outputs.items()}
    suppress_primary(inputs, {"primary": inputs["primary"]}, PARAMS)
    release_tables(inputs, outputs, PARAMS)
    assert first == {name: path.read_bytes() for name, path in outputs.items()}


def test_the_last_bits_of_a_public_number_do_not_leave(files, tmp_path):
    inputs, outputs = files
    outputs = outputs | {"scale_quality": tmp_path / "publishable/scale_quality.parquet"}
    made = read_table("scale_quality", inputs["scale_quality"])
    told = []
    for last_bits in (0.0, 3e-16):
        nudged = made.assign(alpha=0.1234564999 + last_bits)
        write_table("scale_quality", nudged, inputs["scale_quality"])
        release_tables(inputs, outputs, PARAMS)
        told.append(outputs["scale_quality"].read_bytes())
    assert told[0] == told[1]
    assert set(read_table("scale_quality", outputs["scale_quality"])["alpha"]) == {0.123456}


def test_after_a_finding_nothing_is_written(files):
    inputs, outputs = files
    table = read_table("publishable_estimates", inputs["primary"])
    hidden = table.index[(table["reason"] == "too_few_answers") & table["status"].eq("hidden")][0]
    table.loc[hidden, ["status", "reason", "value"]] = ["published", "", 3.4]
    write_table("publishable_estimates", table, inputs["primary"])
    with pytest.raises(StageFailedError, match="published, but the rules hide it") as caught:
        release_tables(inputs, outputs, PARAMS)
    assert not any(path.exists() for path in outputs.values())
    assert "3.4" not in str(caught.value)


def test_a_restricted_table_is_refused(files, tmp_path):
    inputs, outputs = files
    with pytest.raises(StageFailedError, match="interviews: not a table that may leave"):
        release_tables(
            inputs | {"interviews": tmp_path / "interviews.parquet"},
            outputs | {"interviews": tmp_path / "publishable" / "interviews.parquet"},
            PARAMS,
        )
    assert not outputs["estimates"].exists()
