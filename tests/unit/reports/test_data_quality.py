"""The page on data quality: every row accounted for, every problem shown, no person pointed at."""

from __future__ import annotations

import csv
import io
import re
import stat

import pandas as pd
import pytest
from lxml import html
from tests.unit.reports import made_publishable as made

from plankompass.reports.catalogue import LANGUAGES, catalogue
from plankompass.reports.data_quality import accounts, write_quality_page
from plankompass.study.cases import CASES
from plankompass.tables import empty_table, write_table

SECRET = "0123456789abcdef0123"
PROBLEMS = pd.DataFrame(
    [
        ("S1", "repair", "surveys/a.sav", SECRET, "", "respondent key more than once", 1, ""),
        ("S4", "repair", "surveys/a.sav", "", "gj_treghet", "blank; counted as 9, ubesvart", 3, ""),
        ("label", "repair", "surveys/b.csv", "", "gj_treghet", "value labels differ <&>", 2, "ask them"),
        ("S6", "reject", "surveys/b.csv", "k04", "", "answer dated outside the wave", 2, ""),
        ("Z9", "repair", "plans/x.pdf", "", "", "something new", 1, ""),
    ],
    columns=["case", "severity", "file", "row_key", "column", "rule", "count", "hint"],
)  # fmt: skip
ROWS = pd.DataFrame(
    [
        ("a", "surveys/a.sav", "sav", "UTF-8", outcome, rows)
        for outcome, rows in (("read", 20), ("kept", 19), ("repaired", 3), ("S1", 1))
    ]
    + [
        ("b", "surveys/b.csv", "csv", "cp1252", outcome, rows)
        for outcome, rows in (("read", 1012), ("kept", 1010), ("repaired", 0), ("S6", 2))
    ],
    columns=["source", "file", "format", "encoding", "outcome", "rows"],
)
LINKS = pd.DataFrame(
    [("folkevalgte", "T1", "T2", 20, 25, 10, 0.5, 1)],
    columns=["group", "first_wave", "second_wave", "first", "second", "linked", "rate", "moved"],
)

CELL = {"kommune_id": "k04", "wave": "T2", "group": "folkevalgte", "gathering": ""}
WHO = {
    "response": pd.DataFrame([CELL | {"population": 59, "n": 40, "rate": 40 / 59}]),
    "break_off": pd.DataFrame([CELL | {"n": 41, "broke_off": 4, "rate": 4 / 41}]),
    "nonresponse": pd.DataFrame(
        [
            ("T2", "folkevalgte", "bg_posisjon", "nei", 25, 10, 4, 5, 0.4, 0.25, 0.2, -0.05),
            ("T2", "folkevalgte", "bg_posisjon", "ja", 75, 40, 6, 12, 0.53, 0.75, 0.8, 0.05),
        ],
        columns=["wave", "group", "item", "category", "population", "n", "municipalities", "largest", "rate",
                 "frame_share", "answered_share", "difference"],
    ),
}  # fmt: skip


@pytest.fixture
def page(tmp_path, root):
    def write(language="nb", example=True, problems=PROBLEMS, who=None):
        inputs = {}
        tables = {"avvik": problems, "source_rows": ROWS, "panel_links": LINKS} | (who or WHO)
        for name, table in tables.items():
            inputs[name] = tmp_path / f"{name}.{'csv' if name == 'avvik' else 'parquet'}"
            write_table(name, table, inputs[name])
        outputs = {kind: tmp_path / f"datakvalitet.{kind}" for kind in ("html", "csv")}
        params = made.workbook_params(root) | {"language": language, "example": example}
        write_quality_page(inputs, outputs, params)
        assert all(stat.S_IMODE(p.stat().st_mode) == 0o600 for p in outputs.values())
        return tuple(path.read_text(encoding="utf-8-sig") for path in outputs.values())

    return write


def test_rows_read_are_in_order_repaired_or_left_out():
    table = accounts(ROWS)
    assert (table["read"] == table["untouched"] + table["repaired"] + table["left_out"]).all()
    assert table["why"].tolist() == [{"S1": 1}, {"S6": 2}]
    assert table["untouched"].tolist() == [16, 1010]


def test_every_row_and_every_problem_is_on_the_page(page):
    text, _ = page()
    tree = html.fromstring(text)
    lead = tree.xpath('//p[@class="lead"]')[0].text_content()
    assert [int(re.sub(r"\s", "", n)) for n in re.findall(r"\d[\d\s]*", lead)] == [
        1032,
        2,
        1026,
        3,
        3,
    ]
    cells = {re.sub(r"\s+", " ", td.text_content()) for td in tree.xpath("//td")}
    assert set(PROBLEMS["rule"]) <= cells
    problems = tree.get_element_by_id("avvik").getparent()
    # file is the row's header; then place, rule, count
    shown = [int(td.text_content()) for td in problems.xpath(".//td[3]")]
    assert sorted(shown) == sorted(PROBLEMS["count"])
    # labels stand twice: in a section of their own and among all problems
    assert tree.get_element_by_id("etiketter").getparent().xpath(".//td")[1].text_content() == (
        "value labels differ <&>"
    )
    assert "eksempeldata" in text.lower()
    assert "eksempeldata" not in page(example=False)[0].lower()


def test_no_label_differs(page):
    text, _ = page(problems=PROBLEMS[PROBLEMS["case"] != "label"])
    assert catalogue("nb")("quality.labels_none") in text


def test_who_did_not_answer_and_who_broke_off(page):
    tree = html.fromstring(page()[0])

    def cells(part):
        rows = tree.get_element_by_id(part).getparent().xpath(".//tr[td]")
        return [[c.text_content().replace("\xa0", " ") for c in row] for row in rows]

    assert cells("bortfall") == [
        ["Ja", "75", "40", "53 prosent", "75 prosent", "80 prosent"],
        ["Nei", "25", "10", "40 prosent", "25 prosent", "20 prosent"],
    ]
    assert cells("avbrudd") == [["k04", "59", "41", "68 prosent", "4"]]
    without = page(who=WHO | {"nonresponse": empty_table("nonresponse")})[0]
    assert 'id="bortfall"' not in without


def test_a_persons_pseudonym_is_not_shown(page):
    for content in page():
        assert SECRET not in content
        assert "én person" in content


@pytest.mark.parametrize("language", LANGUAGES)
def test_in_every_language_and_the_same_bytes_again(page, language):
    first = page(language)
    assert f'<html lang="{language}">' in first[0]
    assert first == page(language, problems=PROBLEMS.iloc[::-1])
    assert "{" not in html.fromstring(first[0]).get_element_by_id("innhold").text_content()


def test_the_table_for_machines_holds_accounts_and_problems(page):
    _, text = page()
    table = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    rows = [(r["source"], r["outcome"], r["case"], int(r["count"])) for r in table if r["kind"] == "rows"]  # fmt: skip
    assert rows == [
        ("a", "read", "", 20), ("a", "untouched", "", 16), ("a", "repaired", "", 3),
        ("a", "left_out", "S1", 1), ("b", "read", "", 1012), ("b", "untouched", "", 1010),
        ("b", "repaired", "", 0), ("b", "left_out", "S6", 2),
    ]  # fmt: skip
    assert sum(r["kind"] == "problem" for r in table) == len(PROBLEMS)


def test_every_case_of_the_code_is_described_in_every_language(root):
    """Case ids in the stages' code are those of the table, and the page has a name for each."""
    pattern = re.compile(r'(?:\.add|Problem|Finding)\(\s*"([A-Za-z_]+\d?)"|note\(\s*"([SKQD]\d)"')
    found = set()
    for path in (root / "workflow/plankompass/ingest").rglob("*.py"):
        for groups in pattern.findall(path.read_text(encoding="utf-8")):
            found.add(groups[0] or groups[1])
    assert {"S1", "K3", "D5", "FORM", "municipality"} <= found
    assert found <= set(CASES)
    for language in LANGUAGES:
        assert {f"quality.case_{case}" for case in CASES} <= set(catalogue(language).texts)
