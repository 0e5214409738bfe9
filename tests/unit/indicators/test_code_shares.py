"""Codes in interviews: presence, denominators, and the coders' agreement."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from tests.unit.indicators.made_study import MadeStudy, one

from plankompass.indicators.interviews import assess_coders, coder_agreement, coder_ratings
from plankompass.study.config_models import StatisticsConfig
from plankompass.tables import read_table

CODE = "barrierer/tid"
SHARES = "implementation_interview_share"


def _interview(study: MadeStudy, name: str, unit: str, set_by: str, coders: int, **rest) -> None:
    study.add("interviews", interview=name, kommune_id=unit, wave="T2", coders=coders, **rest)
    # Every coder has set something, or nobody would know that they coded the interview.
    for coder in "AB"[:coders]:
        study.add(
            "segments", interview=name, coder=coder, code="grep/faerre_mal", segment=f"{coder}0"
        )
    for number, coder in enumerate(set_by):
        study.add(
            "segments", interview=name, coder=coder, code=CODE, segment=f"{coder}{number + 1}"
        )


def test_code_is_present_when_every_coder_has_set_it(study: MadeStudy) -> None:
    study.municipality("k01")
    study.municipality("k02")
    _interview(study, "i1", "k01", "AA", 1)  # twice by one coder counts once
    _interview(study, "i2", "k01", "AB", 2)
    _interview(study, "i3", "k01", "A", 2)
    _interview(study, "i4", "k01", "", 1)
    _interview(study, "i5", "k01", "A", 1, source_kind="workshop")
    study.add("interviews", interview="i6", kommune_id="k01", wave="T2", coders=0)
    frame = study.compute(SHARES)
    row = one(frame, unit="network", wave="T2", component=CODE)
    assert (row["value"], row["n"], row["numerator"]) == (0.5, 4, 2)
    assert np.isnan(row["lower"])
    nobody = one(frame, unit="k02", wave="T2", component=CODE)
    assert (nobody["status"], nobody["reason"]) == ("not_collected", "not_asked")


def test_what_the_coders_agreed_on_goes_before_what_they_set(study: MadeStudy) -> None:
    study.municipality("k01")
    _interview(study, "i1", "k01", "AB", 2)
    _interview(study, "i2", "k01", "A", 2)
    _interview(study, "i3", "k01", "A", 2)
    study.add("consensus", interview="i1", code=CODE, present=False)
    study.add("consensus", interview="i2", code=CODE, present=True)
    row = one(study.compute(SHARES), unit="network", wave="T2", component=CODE)
    assert (row["numerator"], row["n"]) == (1, 3)
    # Agreement is about what each coder set on their own.
    ratings = coder_ratings(
        study.frame("interviews").astype({"coders": int}), study.frame("segments"), [CODE]
    )[CODE]
    assert ratings.tolist() == [[1, 1, 1], [1, 0, 0]]


def test_trust_codes_are_given_for_the_network_alone(study: MadeStudy) -> None:
    study.municipality("k01")
    _interview(study, "i1", "k01", "A", 1)
    frame = study.compute("interplay_interview_share")
    row = one(frame, unit="k01", wave="T2", component="roller/tillit")
    assert row["reason"] == "network_only"
    assert one(frame, unit="network", wave="T2", component="roller/tillit")["status"] == "published"


def test_code_the_coders_do_not_agree_on_is_kept_from_municipalities(study: MadeStudy) -> None:
    study.municipality("k01")
    for number in range(12):
        _interview(study, f"i{number:02d}", "k01", "AB"[number % 2], 2)
    frame = study.compute(SHARES)
    row = one(frame, unit="k01", wave="T2", component=CODE)
    assert (row["status"], row["reason"]) == ("hidden", "disagreement_coders")
    agreed = one(frame, unit="k01", wave="T2", component="grep/faerre_mal")
    assert agreed["status"] == "published"


def _alpha_by_pairs(matrix: np.ndarray) -> float:
    """Krippendorff's definition for nominal values: pairs within units against all pairs."""
    units = [u[~np.isnan(u)] for u in matrix.T]
    units = [u for u in units if len(u) >= 2]
    values = np.concatenate(units)
    n = len(values)
    observed = sum(2 * sum(a != b for a, b in combinations(u, 2)) / (len(u) - 1) for u in units)
    expected = 2 * sum(a != b for a, b in combinations(values, 2)) / (n - 1)
    return 1 - observed / expected


def test_agreement_is_krippendorffs_definition(study: MadeStudy) -> None:
    rng = np.random.default_rng(8)
    study.municipality("k01")
    matrix = np.full((2, 30), np.nan)
    for number in range(30):
        truth = rng.random() < 0.4
        marks = [truth if rng.random() < 0.85 else not truth for _ in range(2)]
        matrix[:, number] = marks
        set_by = "".join(c for c, mark in zip("AB", marks, strict=True) if mark)
        _interview(study, f"i{number:02d}", "k01", set_by, 2)
    _interview(study, "single", "k01", "A", 1)
    table = coder_agreement(
        study.frame("interviews").astype({"coders": int}),
        study.frame("segments"),
        [CODE, "grep/faerre_mal"],
        tentative=0.667,
        settings=StatisticsConfig(bootstrap_draws=300),
    ).set_index("code")
    row = table.loc[CODE]
    assert row["alpha"] == pytest.approx(_alpha_by_pairs(matrix), rel=1e-12)
    assert row["lower"] < row["alpha"] < row["upper"]
    assert row["interviews_double_coded"] == 30
    assert row["usable"] == (row["alpha"] >= 0.667)
    # No variation: alpha is undefined, and nobody disagreed.
    always = table.loc["grep/faerre_mal"]
    assert np.isnan(always["alpha"])
    assert always["usable"]


def test_agreement_table_holds_every_code_of_the_codebook(study: MadeStudy) -> None:
    study.municipality("k01")
    _interview(study, "i1", "k01", "A", 1)
    inputs = {name: study.write(name) for name in ("interviews", "segments")}
    output = study.folder / "coder_agreement.parquet"
    assess_coders(
        inputs,
        {"coder_agreement": output},
        {"codebook": study.codebook_folder, "statistics": {"bootstrap_draws": 100}},
    )
    table = read_table("coder_agreement", output)
    assert set(table["code"]) == {c.id for c in study.codebook.codes.values() if not c.descriptive}
    assert (table["interviews_double_coded"] == 0).all()
    assert table["usable"].all()
