"""The made study's interviews, read back: who coded what where equals what was planted."""

from __future__ import annotations

import json

import pytest
import yaml
from tests.study_factory import make_study

from plankompass.ingest.interviews.projects import ingest_interviews
from plankompass.ingest.registers import ingest_registers
from plankompass.study.config import validate_config
from plankompass.tables import read_table

REGISTERS = ("municipalities", "councils", "frames", "gatherings", "attendance", "plan_dates")
TABLES = ("interviews", "segments", "consensus")


@pytest.fixture(scope="module")
def ingested(tmp_path_factory, root):
    folder = tmp_path_factory.mktemp("study")
    study = make_study(folder / "raw", documents=False, manifest=False)
    config = json.loads(validate_config(yaml.safe_load(study.config)).model_dump_json())
    registers = {name: folder / f"{name}.parquet" for name in REGISTERS}
    ingest_registers(
        {},
        registers | {"avvik": folder / "r.csv"},
        {
            "raw": str(study.raw),
            "registers": config["registers"],
            "waves": config["waves"],
            "report_wave": config["report"]["wave"],
        },
    )
    outputs = {name: folder / f"{name}.parquet" for name in TABLES} | {"avvik": folder / "i.csv"}
    params = {name: config[name] for name in ("interviews", "waves", "limits")}
    ingest_interviews(
        {"municipalities": registers["municipalities"]},
        outputs,
        params | {"raw": str(study.raw), "codebook": str(root / "codebook")},
    )
    return study, {name: read_table(name, path) for name, path in outputs.items()}


def test_places_and_roles_are_those_planted(ingested):
    study, tables = ingested
    planted = sorted(
        (i["kommune_id"], i["role"], i["wave"], len(i["coded"]))
        for i in study.truth.facts["interviews"]
        if i["counts"]
    )
    table = tables["interviews"]
    found = sorted(
        table[["kommune_id", "role", "wave", "coders"]].itertuples(index=False, name=None)
    )
    assert found == planted


def test_codes_of_each_coder_are_those_planted(ingested):
    study, tables = ingested
    # a role is one person in a municipality, so place and role name an interview
    who = tables["interviews"].set_index("interview")[["kommune_id", "role"]]
    segments = tables["segments"].join(who, on="interview")
    found = {
        key: set(rows["code"]) for key, rows in segments.groupby(["kommune_id", "role", "coder"])
    }
    planted = {
        (i["kommune_id"], i["role"], coder): set(codes)
        for i in study.truth.facts["interviews"]
        if i["counts"]
        for coder, codes in i["coded"].items()
        if codes
    }
    assert found == planted


def test_consensus_is_that_planted(ingested):
    study, tables = ingested
    who = tables["interviews"].set_index("interview")[["kommune_id", "role"]]
    rows = tables["consensus"].join(who, on="interview")
    found = {(r.kommune_id, r.role, r.code): bool(r.present) for r in rows.itertuples()}
    planted = {
        (i["kommune_id"], i["role"], code): present
        for i in study.truth.facts["interviews"]
        if i["counts"]
        for code, present in i["agreed"].items()
    }
    assert found == planted


def test_positions_are_read_in_the_unit_they_were_written_in(ingested):
    _, tables = ingested
    assert set(tables["interviews"]["offset_unit"]) == {"utf16"}
    segments = tables["segments"].merge(tables["interviews"][["interview", "characters"]])
    assert (segments["start"] >= 0).all()
    assert (segments["end"] <= segments["characters"]).all()


def test_each_planted_fault_leaves_its_line(ingested):
    _, tables = ingested
    assert set(tables["avvik"]["case"]) >= {"Q2", "Q4", "Q5"}
    assert "fail" not in set(tables["avvik"]["severity"])
