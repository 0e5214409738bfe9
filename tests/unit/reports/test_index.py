"""The index lists what was made, in Norwegian order, and works as a plain table."""

from __future__ import annotations

import re

import pytest
from tests.unit.reports import sample_parts as make
from tests.unit.reports.sample_network import sample_network, sample_towns

from plankompass.reports.index import build_index, norwegian_order, render_index
from plankompass.reports.schema import write_document
from plankompass.study.problems import PlankompassError


@pytest.fixture
def folder(tmp_path):
    for report in sample_towns(5):
        write_document(report, tmp_path / report.municipality.code / "rapport.json")
    write_document(sample_network(), tmp_path / "nettverk" / "rapport.json")
    return tmp_path


def test_norwegian_order():
    names = ["Ås", "Ørland", "Ærfjord", "Zeta", "Alta", "Áltá", "Tromsø"]
    assert sorted(names, key=norwegian_order) == ["Alta", "Áltá", "Tromsø", "Zeta", "Ærfjord", "Ørland", "Ås"]  # fmt: skip


def test_index_lists_reports_and_leads_to_files_beside_them(folder):
    reports = sorted(folder.glob("99*/rapport.json"))
    index = build_index(reversed(reports), [folder / "nettverk" / "rapport.json"])
    assert [row.name for row in index.rows] == sorted(
        (row.name for row in index.rows), key=norwegian_order
    )
    for row in index.rows:
        assert [link.href for link in row.links] == [
            f"{row.code}/rapport.html", f"{row.code}/rapport.pdf",
            f"{row.code}/tall.xlsx", f"{row.code}/tall.csv",
        ]  # fmt: skip
    assert [link.href for link in index.network] == [
        "nettverk/rapport.html",
        "nettverk/rapport.pdf",
        "nettverk/tall.xlsx",
        "nettverk/tall.csv",
    ]
    assert index.rows[0].completeness == "18 av 19"
    assert index.rows[0].status == "partial"


def test_two_languages_are_one_row(folder):
    report = sample_towns(1)[0]
    nynorsk = report.model_copy(update={"meta": make.meta("Dikteby", "nn")})
    write_document(nynorsk, folder / "9901" / "rapport.nn.json")
    index = build_index(folder.glob("99*/rapport*.json"), [])
    row = next(row for row in index.rows if row.code == "9901")
    kinds = ("Nettside", "PDF", "Excel", "CSV")
    assert [link.label for link in row.links] == [
        f"{kind} ({language})" for language in ("bokmål", "nynorsk") for kind in kinds
    ]
    assert row.links[4].href == "9901/rapport.nn.html"
    assert row.links[6].href == "9901/tall.nn.xlsx"


def test_page_is_a_plain_table_without_script(folder):
    out = folder / "index.tmp"
    reports = sorted(folder.glob("99*/rapport.json"))
    network = folder / "nettverk" / "rapport.json"
    render_index({"reports": reports, "network": network}, {"html": out}, {})
    page = out.read_text(encoding="utf-8")
    assert re.search(r'<form[^>]*id="filter"[^>]*hidden>', page)  # shown by the script only
    assert page.count('<tr data-county="') == 5
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page)
    assert "eksempeldata" in page
    render_index({"reports": list(reversed(reports)), "network": network}, {"html": out}, {})
    assert out.read_text(encoding="utf-8") == page


def test_the_researchers_page_is_linked_between_marks_where_it_is_made(folder):
    out = folder / "index.tmp"
    inputs = {"reports": sorted(folder.glob("99*/rapport.json"))}
    render_index(inputs, {"html": out}, {"internal": True})
    page = out.read_text(encoding="utf-8")
    inside = page.partition("<!-- internal -->")[2].partition("<!-- /internal -->")[0]
    assert 'href="datakvalitet.html"' in inside
    render_index(inputs, {"html": out}, {})
    assert "datakvalitet" not in out.read_text(encoding="utf-8")


def test_an_index_without_reports_is_refused():
    with pytest.raises(PlankompassError, match="no reports"):
        build_index([], [])
