"""Review forms: written with candidates side by side, filled in, read back with checks."""

from __future__ import annotations

import pandas as pd
import pytest
from openpyxl import load_workbook

from plankompass.ingest.plans.quality import coder_agreement, suggestion_quality
from plankompass.ingest.plans.review_answers import (
    read_review_form,
    register_rows,
    write_goal_register,
)
from plankompass.ingest.plans.review_forms import ANSWER_COLUMNS, form_rows, write_review_form
from plankompass.study.codebook import load_codebook
from plankompass.study.problems import ProblemLog

SHA, PLAN = "a" * 64, "b" * 64


@pytest.fixture(scope="module")
def book(request):
    return load_codebook(request.config.rootpath / "codebook")


@pytest.fixture
def tables():
    goals = pd.DataFrame([
        {"kommune_id": "k01", "goal": g, "document": SHA, "register": "samfunnsdel", "text": t, "page": 4,
         "area": "Oppvekst", "needs_money": True}
        for g, t in (("1.1", "Flere unge skal fullføre skolen"), ("1.2", "=Ungdom skal ha møteplasser"))
    ])  # fmt: skip
    base = {"kommune_id": "k01", "used": True, "pages": 20, "pages_with_text": 20}
    documents = pd.DataFrame([
        {**base, "document": SHA, "file": "plans/9901/s.pdf", "kind": "samfunnsdel"},
        {**base, "document": PLAN, "file": "plans/9901/h.pdf", "kind": "okonomiplan"},
    ])  # fmt: skip
    texts = ["Mål | Tiltak | 2023 | 2024 | 2025 | 2026", "1.1 | Los for elever | 500 | 0 | 0 | 0"]
    blocks = pd.DataFrame([
        {"document": PLAN, "page": 9, "order": i, "kind": "table_row", "level": 0, "text": t} for i, t in enumerate(texts)
    ])  # fmt: skip
    return goals, documents, blocks


def written(path, tables, book, coder="A"):
    rows = form_rows(*tables, book)
    write_review_form(path, rows, study="eksempel", kommune_id="k01", name="Eksempelvik", coder=coder,
                      language="nb", codebook=book)  # fmt: skip
    return rows


def fill(path, answers, page=9):
    form = load_workbook(path)
    sheet = form["Svar"]
    for line in range(2, sheet.max_row + 1):
        key = (
            sheet.cell(line, ANSWER_COLUMNS["goal_id"]).value,
            sheet.cell(line, ANSWER_COLUMNS["measure_id"]).value,
        )
        answer = answers.get(key, answers.get("*", ""))
        sheet.cell(line, ANSWER_COLUMNS["answer"]).value = answer
        if answer == "ja" and page:
            sheet.cell(line, ANSWER_COLUMNS["evidence_page"]).value = page
    form.save(path)


def test_form_shows_the_candidate_with_page_and_quotation(tmp_path, tables, book):
    path = tmp_path / "k01_A.xlsx"
    rows = written(path, tables, book)
    assert len(rows) == 2 * 7
    sheet = load_workbook(path)["Svar"]
    cells = {sheet.cell(n, ANSWER_COLUMNS["measure_id"]).value: sheet.cell(n, ANSWER_COLUMNS["candidate_1"]).value
             for n in range(2, 9)}  # fmt: skip
    assert cells["mal_med_budsjettlinje"] == "side 9: 1.1 | Los for elever | 500 | 0 | 0 | 0"
    assert sheet.cell(9, ANSWER_COLUMNS["text"]).value.startswith("'=")  # no formula from a plan
    assert sheet.protection.sheet and load_workbook(path)["_form"].sheet_state == "veryHidden"


def test_same_content_gives_the_same_bytes(tmp_path, tables, book):
    written(tmp_path / "a.xlsx", tables, book)
    written(tmp_path / "b.xlsx", tables, book)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_round_trip_to_the_goal_register(tmp_path, tables, book):
    forms, log = [], ProblemLog("review")
    for coder, answer in (("A", "ja"), ("B", "Nei ")):
        path = tmp_path / f"{coder}.xlsx"
        written(path, tables, book, coder)
        fill(
            path,
            {
                ("1.1", "mal_i_handlingsdel"): answer,
                ("1.2", "mal_i_handlingsdel"): "usikker",
                "*": "nei",
            },
        )
        forms.append(read_review_form(path, log))
    rows = register_rows(
        forms,
        tables[0],
        tables[1],
        {("k01", "samfunnsdel", "1.1", "mal_i_handlingsdel"): True},
        log,
    )
    assert not log.problems and len(rows) == 2 * 2 * 7
    chosen = [(r["goal_id"], r["coder"], r["suggested"], r["confirmed"], r["evidence_page"])
              for r in rows if r["measure_id"] == "mal_i_handlingsdel"]  # fmt: skip
    assert chosen == [
        ("1.1", "A", "1", "1", "9"),
        ("1.1", "B", "1", "0", ""),
        ("1.2", "A", "", "", ""),
        ("1.2", "B", "", "", ""),
    ]
    write_goal_register(tmp_path / "goal_register.csv", rows)
    assert pd.read_csv(tmp_path / "goal_register.csv", dtype=str).shape == (28, 13)


def test_yes_without_a_page_is_noted_and_counts(tmp_path, tables, book):
    path, log = tmp_path / "a.xlsx", ProblemLog("review")
    written(path, tables, book)
    fill(path, {("1.1", "mal_i_handlingsdel"): "ja"}, page=None)
    form = read_review_form(path, log)
    assert sum(a.confirmed is True for a in form.answers) == 1
    assert [p.severity for p in log.problems] == ["repair"]


def _drop_row(sheet):
    sheet.delete_rows(3)


def _copy_row(sheet):
    for column in range(1, sheet.max_column + 1):
        sheet.cell(4, column).value = sheet.cell(3, column).value


def _change_id(sheet):
    sheet.cell(3, ANSWER_COLUMNS["goal_id"]).value = "9.9"


def _odd_answer(sheet):
    sheet.cell(3, ANSWER_COLUMNS["answer"]).value = "kanskje"


def _odd_page(sheet):
    sheet.cell(3, ANSWER_COLUMNS["evidence_page"]).value = "side ni"


@pytest.mark.parametrize(
    ("change", "rule"),
    [(_drop_row, "rows are missing"), (_copy_row, "stands twice"), (_change_id, "ids were changed"),
     (_odd_answer, "neither yes, no nor unsure"), (_odd_page, "not a page number")],
)  # fmt: skip
def test_a_changed_form_is_refused_with_the_reason(tmp_path, tables, book, change, rule):
    path, log = tmp_path / "a.xlsx", ProblemLog("review")
    written(path, tables, book)
    form = load_workbook(path)
    change(form["Svar"])
    form.save(path)
    assert read_review_form(path, log) is None
    assert any(rule in p.rule for p in log.failures)
    assert not any("kanskje" in p.message() for p in log.problems)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"hello"])
def test_a_broken_form_is_one_failure(tmp_path, data):
    path, log = tmp_path / "a.xlsx", ProblemLog("review")
    path.write_bytes(data)
    assert read_review_form(path, log) is None
    assert len(log.failures) == 1


def test_suggestion_quality_by_hand():
    made = pd.DataFrame({
        "kommune_id": "k01", "goal": list("abcdef"), "measure": "m",
        "suggested": pd.array([True, True, True, False, pd.NA, True], dtype="boolean"),
        "pages": [(1, 2), (5,), (), (), (), (3,)],
    })  # fmt: skip
    links = pd.DataFrame({
        "kommune_id": "k01", "goal": list("abcdef"), "measure": "m",
        "confirmed": pd.array([True, True, False, True, True, pd.NA], dtype="boolean"),
        "evidence_page": pd.array([2, 4, pd.NA, 7, pd.NA, pd.NA], dtype="Int64"),
    })  # fmt: skip
    row = suggestion_quality(made, links).iloc[0]
    # of three suggestions with an answer two are right; of four true links two were suggested
    assert (row["confirmed"], row["true_links"], row["without_suggestion"]) == (5, 4, 1)
    assert row["precision"] == pytest.approx(2 / 3) and row["recall"] == pytest.approx(1 / 2)
    assert row["page_among_three"] == pytest.approx(1 / 3)


def test_agreement_of_coders_who_agree_and_who_do_not():
    rows = [
        {"kommune_id": kommune, "register": "samfunnsdel", "goal": str(goal), "measure": "m", "coder": coder,
         "confirmed": value == "1"}
        for kommune, truth in (("k01", "110"), ("k02", "100"), ("k03", "111"))
        for goal, value in enumerate(truth)
        for coder in "AB"
    ]  # fmt: skip
    same = coder_agreement(pd.DataFrame(rows)).iloc[0]
    assert (same["goals"], same["alpha"], same["icc"]) == (9, 1.0, pytest.approx(1.0))
    rows[1]["confirmed"] = not rows[1]["confirmed"]
    assert coder_agreement(pd.DataFrame(rows)).iloc[0]["alpha"] < 1.0


def test_silence_of_a_page_without_text_is_no_answer(tables, book):
    goals, documents, blocks = tables
    row = next(
        r
        for r in form_rows(goals, documents, blocks, book)
        if (r.goal, r.measure) == ("1.2", "mal_med_budsjettlinje")
    )
    assert row.suggestion.suggested is False
    documents = documents.assign(pages_with_text=19)
    rows = {
        (r.goal, r.measure): r.suggestion.suggested
        for r in form_rows(goals, documents, blocks, book)
    }
    assert (
        rows[("1.2", "mal_med_budsjettlinje")] is None
        and rows[("1.1", "mal_med_budsjettlinje")] is True
    )
