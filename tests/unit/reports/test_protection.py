"""The page for the data protection officer says what the gate did, with the study's own numbers."""

from __future__ import annotations

import json

import pypdfium2
import pytest
from lxml import html
from pydantic import ValidationError
from tests.unit.reports import made_publishable as made

from plankompass.disclosure.attack import AttackResult
from plankompass.disclosure.gate import gate_report
from plankompass.disclosure.rules import RuleBook
from plankompass.reports.catalogue import LANGUAGES, catalogue
from plankompass.reports.protection import (
    LIMITS,
    OF_METHOD,
    RULES,
    compose_protection,
    write_protection_page,
)
from plankompass.study.codebook import load_codebook
from plankompass.study.config_models import DisclosureConfig
from plankompass.tables import empty_table, read_table


@pytest.fixture(scope="module")
def estimates(tmp_path_factory):
    files = made.write_publishable(tmp_path_factory.mktemp("tables"))
    return files["estimates"], read_table("publishable_estimates", files["estimates"])


def _gate(root, table, ledger=None, **thresholds):
    rules = RuleBook.of(DisclosureConfig(**thresholds), load_codebook(root / "codebook"))
    result = AttackResult(rows=612, targets=48)
    ledger = empty_table("release_ledger") if ledger is None else ledger
    return json.loads(json.dumps(gate_report(result, table, rules, ledger)))


def _params(root, **changes):
    params = made.workbook_params(root, **changes)
    params.pop("kommune_id")
    return params


def test_counts_are_those_of_the_published_table(root, estimates):
    _, table = estimates
    page = compose_protection(table, _gate(root, table), _params(root))
    gone = table[(table["status"] == "hidden") & ~table["reason"].isin(OF_METHOD)]
    assert f" {len(gone)} tall er skjult" in page["lead"]
    told = [int(cell) for row in page["hidden"].rows for cell in row.cells]
    assert sum(told) == len(gone)
    assert "48" in page["result"][0] and "612" in page["result"][0]
    groups = {row.header: row.cells for row in page["groups"].rows}
    town = table[(table["level"] == "municipality") & (table["group"] == "folkevalgte")]
    assert groups["Folkevalgte"] == [str((town["status"] == s).sum()) for s in ("published", "hidden")]  # fmt: skip


def test_every_threshold_stands_with_its_value_and_a_reason(root, estimates):
    _, table = estimates
    gate = _gate(root, table, min_n=7, min_interval_share=0.3)
    page = compose_protection(table, gate, _params(root))
    rows = {row.header: row.cells for row in page["limits"].rows}
    assert len(rows) == len(LIMITS)
    assert all(value and reason for value, reason in rows.values())
    text = catalogue("nb")
    value, reason = rows[text("protection.limit_min_n")]
    assert value == "7" and "6 svar" in reason
    assert "30\xa0prosent av skalaen" in page["rules"][RULES.index("rule_10")]


def test_a_study_may_give_its_own_reason(root, estimates):
    _, table = estimates
    params = _params(root)
    params["disclosure"] = {**params["disclosure"], "reasons": {"min_n": "Vedtatt av ombudet."}}
    page = compose_protection(table, _gate(root, table), params)
    assert page["limits"].rows[0].cells[1] == "Vedtatt av ombudet."
    with pytest.raises(ValidationError, match="no threshold of that name: min_m"):
        DisclosureConfig(reasons={"min_m": "x"})


def test_earlier_deliveries_and_findings_are_told(root, estimates):
    _, table = estimates
    gate = _gate(root, table)
    assert "første leveransen" in compose_protection(table, gate, _params(root))["result"][1]
    gate["attacked"]["earlier_releases"] = ["delivery 0001", "delivery 0002"]
    gate["found"] = ["something"]
    said = compose_protection(table, gate, _params(root))["result"]
    assert "1 tall" in said[0] and "skal ikke leveres" in said[0]
    assert "fra 2 tidligere leveranser" in said[1]


def test_the_attack_on_who_answered_is_told_where_there_is_such_a_table(root, estimates):
    _, table = estimates
    gate = _gate(root, table)
    without = compose_protection(table, gate, _params(root))["result"]
    gate["attacked"]["who_answered"] = {"published_rows": 21, "protected_numbers": 3}
    said = compose_protection(table, gate, _params(root))["result"]
    assert [s for s in said if s not in without] == [said[1]]
    assert "3 vernede tall gjennom 21 tall" in said[1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_both_files_say_the_same_and_every_page_says_that_the_data_are_made(
    root, estimates, tmp_path, language
):
    path, table = estimates
    (tmp_path / "gate.json").write_text(json.dumps(_gate(root, table)), encoding="utf-8")
    outputs = {kind: tmp_path / f"personvern.{kind}" for kind in ("html", "pdf")}
    inputs = {"estimates": path, "gate": tmp_path / "gate.json"}
    params = _params(root, language=language)
    write_protection_page(inputs, outputs, params)
    first = outputs["pdf"].read_bytes()
    write_protection_page(inputs, outputs, params)
    assert outputs["pdf"].read_bytes() == first, "the same input gives the same bytes"
    page = compose_protection(table, json.loads(inputs["gate"].read_text("utf-8")), params)
    word = catalogue(language)("front_text.example_word")
    document = pypdfium2.PdfDocument(outputs["pdf"])
    sheets = [p.get_textpage().get_text_bounded() for p in document]
    assert all(word in sheet for sheet in sheets)
    read = " ".join(" ".join(sheets).split())
    shown = " ".join(html.fromstring(outputs["html"].read_text("utf-8")).text_content().split())
    assert word in shown
    lines = [page["lead"], *page["result"], *page["rules"], *page["tried"], *page["knows"]]
    for line in lines:
        plain = " ".join(line.split())
        assert plain in shown
        assert plain in read
    assert str(made.LEAK) not in shown + read
