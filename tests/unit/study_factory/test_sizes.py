"""Studies of every size are made, valid, and consistent with the ground floor's models."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyreadstat
import pytest
import yaml
from tests.study_factory import make_study
from tests.study_factory.design import WAVE_DAYS, design_study

from plankompass.study.config import validate_config
from plankompass.study.register import load_register


@pytest.mark.parametrize("size", [1, 3, 30])
def test_a_study_of_any_size_is_valid(tmp_path, size):
    made = make_study(tmp_path / "raw", municipalities=size, seed=3, study="prove", documents=False)
    config = validate_config(yaml.safe_load(made.config))
    assert config.study == "prove" and len(config.surveys) == 12
    for source in config.surveys:
        assert (made.raw / source.file).is_file()
    register = load_register(
        made.raw / config.registers.codes, made.raw / config.registers.code_changes
    )
    participants = pd.read_csv(made.raw / config.registers.participants, dtype=str)
    assert len(participants) == size and participants["name"].is_unique
    day = WAVE_DAYS["T2"][2]
    assert {p.code for p in register.in_force(day)} == set(participants["code"])
    frame, _ = pyreadstat.read_sav(made.raw / "surveys/folkevalgte_T2.sav", user_missing=True)
    said = (
        made.truth.cells.query("group == 'folkevalgte' and wave == 'T2'")
        .groupby("kommune_id")["respondents"]
        .first()
    )
    extra = sum(
        f["case"] in ("S1", "K3") and f["file"] == "surveys/folkevalgte_T2.sav"
        for f in made.truth.facts["faults"]
    )
    assert len(frame) == said.sum() + extra


def test_all_the_country_with_real_codes(root):
    design = design_study(
        "stor", 356, 1, real_codes=True, reference=root / "workflow" / "reference"
    )
    codes = [m.code for m in design.municipalities]
    assert len(set(codes)) == 356 and "0301" in codes
    merged = next(m for m in design.municipalities if m.code == "3014")
    assert len(merged.codes_by_wave["T0"]) == 5
    with pytest.raises(ValueError, match="356 real municipalities"):
        design_study("stor", 357, 1, real_codes=True, reference=root / "workflow" / "reference")


def test_the_largest_made_study_has_names_and_codes_of_its_own():
    design = design_study("storst", 357, 1)
    assert len({m.name for m in design.municipalities}) == 357
    assert len({m.code for m in design.municipalities}) == 357
    assert all(m.seats["2019-2023"] % 2 for m in design.municipalities)


@pytest.mark.parametrize("size", [0, 358])
def test_a_size_out_of_range_is_refused(size):
    with pytest.raises(ValueError, match="1 to 357"):
        design_study("feil", size, 1)


def test_the_example_is_as_agreed():
    design = design_study("eksempel", 12, 1)
    ms = design.municipalities
    assert [m.kommune_id for m in ms] == [f"k{i:02d}" for i in range(1, 13)]
    assert [m.code for m in ms] == [str(9900 + i) for i in range(1, 13)]
    assert [m.language for m in ms].count("nn") == 4
    assert all(19 <= m.seats["2019-2023"] <= 43 and m.seats["2019-2023"] % 2 for m in ms)
    assert all(6 <= m.administration <= 12 for m in ms) and min(m.administration for m in ms) < 8
    assert all(3000 <= m.residents <= 40000 for m in ms)
    assert design.by_id["k11"].codes_by_wave["T0"] == ("9921", "9922")
    assert design.by_id["k12"].later_codes == ("9931", "9932")
    letters = "".join(m.official_name for m in ms)
    assert set("ášŋđ") <= set(letters)


def test_network_truth_is_the_weighted_mean_of_its_cells(tmp_path):
    made = make_study(
        tmp_path / "raw", municipalities=3, seed=5, study="prove", documents=False, manifest=False
    )
    network = made.truth.network().query(
        "indicator == 'role_clarity' and component == 'total' and wave == 'T2' and group == 'folkevalgte'"
    )
    cells = made.truth.cells.query(
        "indicator == 'role_clarity' and component == 'total' and wave == 'T2' and group == 'folkevalgte'"
    )
    pooled = np.average(cells["value"], weights=cells["population"])
    assert network["pooled"].item() == pytest.approx(pooled)
    assert network["of_municipalities"].item() == pytest.approx(cells["value"].mean())


def test_more_residents_are_asked_and_nobody_else(tmp_path):
    usual, more = (
        make_study(
            tmp_path / str(sample), municipalities=3, seed=5, study="prove", documents=False,
            manifest=False, resident_sample=sample,
        ).truth.cells.groupby(["group", "wave", "kommune_id"])["respondents"].first()
        for sample in (250, 285)
    )  # fmt: skip
    residents = usual.index.get_level_values("group") == "innbyggere"
    assert (more[residents] - usual[residents] == 35).all() and residents.sum() == 6
    assert more[~residents].equals(usual[~residents])
