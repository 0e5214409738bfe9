"""The coders' filled-in review forms, as the review command writes them, with the register's answers."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

from openpyxl import load_workbook
from tests.study_factory.design import Municipality, StudyDesign
from tests.study_factory.files import fixed_office_file
from tests.study_factory.goal_register import REGISTER_COLUMNS
from tests.study_factory.plan_facts import Goal, PlanFacts

from plankompass.ingest.plans.chain import LinkCandidate
from plankompass.ingest.plans.review_forms import (
    ANSWER_COLUMNS,
    FormRow,
    form_texts,
    write_review_form,
)
from plankompass.ingest.plans.suggest import Suggestion, measures_of
from plankompass.study.codebook import Codebook

CODERS = ("koder1", "koder2")


def write_forms(
    folder: Path,
    design: StudyDesign,
    facts: Sequence[PlanFacts],
    rows: Sequence[tuple],
    codebook: Codebook,
) -> list[Path]:
    """Write one form a municipality and coder.

    Args:
        folder: Where they go, ``<code>/<coder>.xlsx``.
        design: The study.
        facts: Plan facts of every municipality.
        rows: Rows of ``goal_register.csv``.
        codebook: The instrument.

    Returns:
        The files.
    """
    written = []
    entries = [dict(zip(REGISTER_COLUMNS, row, strict=True)) for row in rows]
    for fact in facts:
        m = fact.municipality
        own = [e for e in entries if e["kommune_id"] == m.kommune_id]
        goals = [*fact.goals, *fact.points]
        asked = {(e["register"], e["goal_id"], e["measure_id"]): e for e in own}
        form = [
            _row(goal, measure.id, asked[(register, goal.id, measure.id)])
            for register in ("samfunnsdel", "plattform")
            for goal in goals
            if goal.register == register
            for measure in measures_of(register, codebook.measures)
            if (register, goal.id, measure.id) in asked
        ]
        for coder in CODERS if form else ():
            path = folder / m.code / f"{coder}.xlsx"
            write_review_form(
                path, form, study=design.study, kommune_id=m.kommune_id, name=m.name, coder=coder,
                language=m.language, codebook=codebook,
            )  # fmt: skip
            answers = {
                (e["register"], e["goal_id"], e["measure_id"]): e
                for e in own
                if e["coder"] == coder
            }
            _fill(path, m, form, answers)
            written.append(path)
    return written


def _row(goal: Goal, measure: str, entry: dict) -> FormRow:
    suggested = None if entry["suggested"] == "" else entry["suggested"] == "1"
    found = ()
    if suggested and entry["evidence_page"]:
        quotation = goal.action or goal.text
        found = (LinkCandidate(goal.id, 1, 1.0, int(entry["evidence_page"]), quotation, (), True,
                               "mentioned"),)  # fmt: skip
    return FormRow(
        goal.register, goal.id, measure, goal.text, goal.area, entry["page"] or None,
        Suggestion(goal.id, measure, suggested, found),
    )  # fmt: skip


def _fill(path: Path, m: Municipality, form: list[FormRow], answers: dict) -> None:
    texts = form_texts()
    book = load_workbook(path)
    sheet = book[texts["sheet_form"][m.language]]
    for line, row in enumerate(form, start=2):
        entry = answers.get((row.register, row.goal, row.measure))
        if entry is None or entry["confirmed"] == "":
            continue
        word = texts["answer_yes" if entry["confirmed"] == "1" else "answer_no"][m.language]
        sheet.cell(line, ANSWER_COLUMNS["answer"]).value = word
        if entry["evidence_page"]:
            sheet.cell(line, ANSWER_COLUMNS["evidence_page"]).value = entry["evidence_page"]
    buffer = io.BytesIO()
    book.save(buffer)
    path.write_bytes(fixed_office_file(buffer.getvalue()))
