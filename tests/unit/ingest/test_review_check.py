"""The goal register is held against the coders' forms; the example ships both, and they agree."""

from __future__ import annotations

import shutil

import pandas as pd
import pytest
from openpyxl import load_workbook

from plankompass.ingest.plans.goal_rows import read_goal_rows
from plankompass.ingest.plans.review_answers import read_review_form
from plankompass.ingest.plans.review_check import check_forms, form_files
from plankompass.ingest.plans.review_forms import ANSWER_COLUMNS
from plankompass.study.codebook import load_codebook
from plankompass.study.config_models import LimitConfig
from plankompass.study.problems import ProblemLog

REGISTER = "plans/goal_register.csv"


@pytest.fixture(scope="module")
def register(root):
    raw = root / "data/raw/eksempel"
    listed = pd.read_csv(raw / "plans/documents.csv", dtype=str)
    documents = listed.assign(document=listed["file"].map(lambda f: f"{f:0>64}"), used=True)
    known = set(listed["kommune_id"])
    book = load_codebook(root / "codebook")
    return read_goal_rows(raw, REGISTER, known, documents, book, ProblemLog("test"))


def checked(folder, rows):
    log = ProblemLog("test")
    check_forms(folder, rows, REGISTER, LimitConfig(), log)
    return log.frame()


@pytest.fixture
def forms(root, tmp_path):
    """The forms of one municipality, in a folder of their own."""
    target = tmp_path / "review"
    shutil.copytree(root / "data/raw/eksempel/plans/review/9902", target / "9902")
    return target


def test_every_shipped_form_is_read_and_agrees_with_the_register(root, register):
    folder = root / "data/raw/eksempel/plans/review"
    assert len(form_files(folder)) >= 20
    assert {p.stem for p in form_files(folder)} == {"koder1", "koder2"}
    assert checked(folder, register).empty


def test_a_changed_answer_fails_with_file_and_place(forms, register):
    path = forms / "9902/koder1.xlsx"
    book = load_workbook(path)
    sheet = book["Svar"]
    cell = sheet.cell(2, ANSWER_COLUMNS["answer"])
    cell.value = "nei" if cell.value == "ja" else "ja"
    book.save(path)
    own = [r for r in register if r.kommune_id == "k02"]
    problems = checked(forms, own)
    assert list(problems["severity"]) == ["fail"]
    row = problems.iloc[0]
    assert (row["file"], row["count"]) == ("review/9902/koder1.xlsx", 1)
    assert sheet.cell(2, ANSWER_COLUMNS["measure_id"]).value in row["row_key"]


def test_an_answer_that_only_the_register_has_fails(forms, register):
    own = [r for r in register if r.kommune_id == "k02"]
    form = read_review_form(forms / "9902/koder2.xlsx", ProblemLog("test"))
    open_ = next(a for a in form.answers if a.confirmed is None)
    made_up = next(r for r in own if (r.goal, r.measure) == (open_.goal, open_.measure))
    made_up = type(made_up)(**{**{f: getattr(made_up, f) for f in made_up.__dataclass_fields__},
                               "coder": "koder2", "confirmed": True})  # fmt: skip
    problems = checked(forms, [*own, made_up])
    assert list(problems["file"]) == ["review/9902/koder2.xlsx"]


def test_answers_without_a_form_are_noted(forms, register):
    (forms / "9902/koder2.xlsx").unlink()
    problems = checked(forms, [r for r in register if r.kommune_id == "k02"])
    assert list(problems["severity"]) == ["repair"]
    assert "koder2" in problems.iloc[0]["row_key"]
