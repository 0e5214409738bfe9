"""The example study's plans, from raw files to suggestions, held against what was planted."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from plankompass.ingest.plans.chain import ChainGoal, ChainIndex
from plankompass.ingest.plans.documents import read_plan_documents
from plankompass.ingest.plans.goal_candidates import find_goals, find_points
from plankompass.ingest.plans.goal_register import ingest_goal_register
from plankompass.ingest.plans.quality import made_suggestions, suggestion_quality
from plankompass.ingest.plans.review_study import (
    load_plan_tables,
    read_study_forms,
    write_study_forms,
)
from plankompass.ingest.plans.suggest import blocks_of
from plankompass.ingest.registers import ingest_registers
from plankompass.study.codebook import load_codebook
from plankompass.study.config import load_config
from plankompass.study.problems import ProblemLog
from plankompass.tables import read_table


@pytest.fixture(scope="module")
def example(tmp_path_factory, root):
    config = load_config(root / "config.yaml")
    if config.study != "eksempel" or not (root / config.raw / "plans").is_dir():
        pytest.skip("config.yaml is not the example study's")
    tidy = tmp_path_factory.mktemp("tidy")
    common = {
        "raw": root / config.raw, "plans": config.plans.model_dump(), "report_wave": config.report.wave,
        "waves": {k: v.model_dump() for k, v in config.waves.items()}, "limits": {},
        "registers": config.registers.model_dump(), "codebook": root / config.codebook,
    }  # fmt: skip
    names = ("municipalities", "councils", "frames", "gatherings", "attendance", "plan_dates")
    registers = {n: tidy / f"{n}.parquet" for n in names}
    ingest_registers({}, {**registers, "avvik": tidy / "registers.csv"}, common)
    municipalities = read_table("municipalities", registers["municipalities"])
    for kommune, code in zip(municipalities["kommune_id"], municipalities["code"], strict=True):
        folder = tidy / "plans" / code
        outputs = {n: folder / f"{n}.parquet" for n in ("documents", "blocks")}
        read_plan_documents(
            registers, {**outputs, "avvik": folder / "avvik.csv"}, {**common, "kommune_id": kommune}
        )
    documents = [tidy / "plans" / code / "documents.parquet" for code in municipalities["code"]]
    outputs = {
        n: tidy / f"{n}.parquet" for n in ("goals", "goal_links", "measures", "goal_agreement")
    }
    ingest_goal_register(
        {**registers, "documents": documents}, {**outputs, "avvik": tidy / "goals.csv"}, common
    )
    return load_plan_tables(tidy)


def squeezed(text):
    return re.sub(r"\W+", "", text.casefold())


def test_goals_of_every_readable_plan_are_among_the_candidates(example):
    found = wanted = extra = 0
    for row in example.documents[example.documents["used"]].itertuples():
        if row.kind not in ("samfunnsdel", "plattform") or row.language == "none":
            continue
        blocks = blocks_of(example.blocks[example.blocks["document"] == row.document])
        made = {
            squeezed(c.text)
            for c in (find_goals if row.kind == "samfunnsdel" else find_points)(blocks)
            if c.counts
        }
        true = {
            squeezed(t)
            for t in example.goals.loc[example.goals["document"] == row.document, "text"]
        }
        wanted, found, extra = (
            wanted + len(true),
            found + len(true & made),
            extra + len(made - true),
        )
    assert wanted > 100
    assert found >= 0.90 * wanted
    assert extra <= 0.10 * wanted


def test_true_links_are_among_the_first_three_candidates(example, root):
    from tests.study_factory.design import design_study
    from tests.study_factory.plan_facts import plan_facts

    design = design_study("eksempel", 12, 1)
    kinds = {"mal_i_handlingsdel": ("handlingsdel", "okonomiplan"), "plattform_i_handlingsdel": ("handlingsdel", "okonomiplan"),
             "mal_i_arsmelding": ("arsmelding",)}  # fmt: skip
    used = example.documents[example.documents["used"]]
    first, three, all_links = 0, 0, 0
    for municipality in design.municipalities:
        facts = plan_facts(design, municipality)
        own = used[used["kommune_id"] == municipality.kommune_id]
        index = {r.kind: ChainIndex(blocks_of(example.blocks[example.blocks["document"] == r.document]), r.kind)
                 for r in own.itertuples()}  # fmt: skip
        for goal in (*facts.goals, *facts.points):
            for measure, places in kinds.items():
                kind = next((k for k in places if k in index), None)
                if not goal.links.get(measure) or kind is None:
                    continue
                number = goal.id if goal.register == "samfunnsdel" else ""
                shown = index[kind].search(ChainGoal(goal.id, number, goal.text, goal.area))
                true = squeezed(goal.status if measure == "mal_i_arsmelding" else goal.action)[:40]
                places_found = [c.rank for c in shown if true in squeezed(c.quotation)]
                all_links += 1
                first += places_found[:1] == [1]
                three += bool(places_found)
    assert all_links > 100
    assert three >= 0.85 * all_links
    assert first >= 0.80 * all_links


def test_suggestions_against_the_confirmed(example, root):
    book = load_codebook(root / "codebook")
    made = made_suggestions(example.goals, example.documents, example.blocks, book)
    total = suggestion_quality(made, example.goal_links).set_index("measure").loc["all"]
    assert total["confirmed"] > 500
    assert total["precision"] >= 0.90 and total["recall"] >= 0.85


def test_planted_faults_end_as_the_catalogue_says(example):
    documents = example.documents
    reasons = set(documents["reason"])
    assert {"draft", "several_plans_in_force", "before_council", ""} <= reasons
    scans = documents[documents["pages"].notna() & (documents["pages_with_text"] == 0)]
    assert len(scans) == 1 and scans["lix"].isna().all() and bool(scans["used"].all())
    mixed = documents[
        (documents["pages_with_text"] > 0) & (documents["pages_with_text"] < documents["pages"])
    ]
    assert len(mixed) == 1
    several = documents[documents["reason"] == "several_plans_in_force"]
    assert not example.goals["document"].isin(several["document"]).any()
    assert dict(documents.groupby("kommune_id")["language"].agg(lambda x: x.mode()[0])) == dict(
        zip(example.municipalities["kommune_id"], example.municipalities["language"], strict=True))  # fmt: skip


def test_forms_of_the_whole_study_come_back_empty_and_whole(example, root, tmp_path):
    book = load_codebook(root / "codebook")
    written = write_study_forms(
        example, tmp_path, study="eksempel", coders=["koder1", "koder2"], codebook=book
    )
    assert len(written) == 2 * example.goals["kommune_id"].nunique()
    log = ProblemLog("review")
    result = read_study_forms(example, tmp_path, study="eksempel", codebook=book, log=log)
    assert not log.problems
    assert len(result.rows) == 2 * len(example.goal_links)
    assert {r["confirmed"] for r in result.rows} == {""}
    pairs = (
        pd.DataFrame(result.rows)
        .groupby(["kommune_id", "register", "goal_id", "measure_id"])
        .size()
    )
    assert set(pairs) == {2}
