"""The entry function: the codebook drives it, and the same tables give the same bytes."""

from __future__ import annotations

import importlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from tests.unit.indicators.made_study import ROOT, MadeStudy, full_study, one

from plankompass.indicators.compute import compute_indicator
from plankompass.indicators.registry import (
    OPERATOR_MODULES,
    input_indicators,
    needed_inputs,
    operator_function,
)
from plankompass.study.codebook import load_codebook
from plankompass.study.problems import PlankompassError
from plankompass.tables import CONTRACTS


def test_every_operator_of_the_codebook_has_its_function() -> None:
    assert set(OPERATOR_MODULES) == set(load_codebook(ROOT / "codebook").operators)
    for operator in OPERATOR_MODULES:
        module, _, function = operator_function(operator).partition(":")
        assert callable(getattr(importlib.import_module(module), function))


def test_workflow_may_ask_the_registry_without_heavy_imports() -> None:
    code = (
        "import sys; import plankompass.indicators.registry, plankompass.indicators.compute; "
        "print(sorted({'pandas', 'scipy', 'numpy'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT / "workflow", capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("indicator", "tables"),
    [
        ("citizen_influence", {"municipalities", "councils", "frames", "respondents", "answers"}),
        ("network_participation", {"municipalities", "gatherings", "attendance"}),
        ("support_interview_share", {"municipalities", "interviews", "segments", "consensus"}),
        ("political_choice_index", {"municipalities", "measures", "plan_dates"}),
        ("plan_use_convergence", {"municipalities", "interviews", "segments", "consensus"}),
    ],
)
def test_an_indicator_needs_only_what_its_operator_reads(indicator: str, tables: set[str]) -> None:
    book = load_codebook(ROOT / "codebook")
    assert set(needed_inputs(indicator, book)) == tables


def test_tables_needed_are_tables_that_exist() -> None:
    book = load_codebook(ROOT / "codebook")
    for indicator in book.indicators:
        assert set(needed_inputs(indicator, book)) <= set(CONTRACTS)
        assert set(input_indicators(indicator, book)) <= set(book.indicators)


def test_all_indicators_compute_and_keep_their_range(drawn_study: MadeStudy) -> None:
    for indicator in drawn_study.codebook.indicators.values():
        frame = drawn_study.compute(indicator.id)
        shown = frame[frame["status"] == "published"]
        assert len(shown), indicator.id
        assert set(frame["group"]) <= {*indicator.groups, "kilder"}
        if isinstance(indicator.range[0], str):
            assert set(shown.loc[shown["component"] == "total", "class_value"]) <= set(
                indicator.range
            )
            continue
        plain = shown[~shown["component"].str.contains(":")]
        assert plain["value"].between(*indicator.range).all(), indicator.id
        survey = shown[~shown["group"].isin(["intervju", "dokument"])]
        assert survey[["lower", "upper"]].notna().all(axis=None), indicator.id
        limits = shown.dropna(subset=["lower", "upper"])
        assert (limits["lower"] <= limits["value"] + 1e-12).all(), indicator.id
        assert (limits["value"] <= limits["upper"] + 1e-12).all(), indicator.id


def test_order_of_rows_changes_no_byte(tmp_path: Path) -> None:
    import random

    study = full_study(tmp_path, seed=4, municipalities=3)
    wanted = ("policy_implementation_capacity", "support_needs", "implementation_interview_share")
    before = {}
    for indicator in wanted:
        study.compute(indicator)
        before[indicator] = (tmp_path / f"{indicator}.parquet").read_bytes()
    for table in study.rows.values():
        random.Random(1).shuffle(table)
    for indicator in wanted:
        study.compute(indicator)
        assert (tmp_path / f"{indicator}.parquet").read_bytes() == before[indicator]


def test_a_new_indicator_of_a_known_operator_is_only_yaml(study: MadeStudy) -> None:
    folder = study.folder / "codebook"
    shutil.copytree(ROOT / "codebook", folder)
    path = folder / "indicators.yaml"
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    copy = next(i for i in document["indicators"] if i["id"] == "locus_profile") | {
        "id": "agenda_locus",
        "inputs": {"items": ["bo_agenda"]},
    }
    document["indicators"].append(copy)
    path.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    questions = folder / "report_questions.yaml"
    text = questions.read_text(encoding="utf-8")
    questions.write_text(
        text.replace("[locus_profile,", "[locus_profile, agenda_locus,", 1), "utf-8"
    )
    study.codebook_folder = folder
    study.municipality("k01")
    for value in (2, 3, 3):
        study.answer("k01", "T2", "folkevalgte", {"bo_agenda": value})
    row = one(
        study.compute("agenda_locus"),
        unit="k01", wave="T2", group="folkevalgte", component="bo_agenda",
    )  # fmt: skip
    assert row["value"] == pytest.approx(8 / 3)


def test_unknown_indicator_is_named(tmp_path: Path) -> None:
    with pytest.raises(PlankompassError, match="no_such_thing"):
        compute_indicator(
            {},
            {"estimates": tmp_path / "x.parquet"},
            {"indicator": "no_such_thing", "codebook": ROOT / "codebook", "waves": {}},
        )
    assert not list(tmp_path.iterdir())
