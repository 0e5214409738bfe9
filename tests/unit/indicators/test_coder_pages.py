"""The restricted pages for coders: what they find, what they say, and that nothing slips through."""

from __future__ import annotations

import csv
import re
import string
from itertools import pairwise

import pandas as pd
import pytest
from lxml import html
from tests.unit.indicators.test_unit_agreement import TEXT, TID, place, tables

from plankompass.indicators.coder_pages.disagreements import find_disagreements
from plankompass.indicators.coder_pages.excerpts import write_excerpts_page
from plankompass.indicators.coder_pages.meeting import write_meeting_page
from plankompass.indicators.coder_pages.texts import LANGUAGES, texts_of
from plankompass.indicators.unit_agreement import assess_units, unit_agreement
from plankompass.indicators.unit_ratings import rate_units
from plankompass.reports.checks.html_rules import check_page
from plankompass.study.codebook import load_codebook
from plankompass.study.config_models import StatisticsConfig
from plankompass.study.problems import PlankompassError
from plankompass.tables import empty_table, write_table

OKONOMI, GREP, TILLIT = "barrierer/okonomi", "grep/faerre_mal", "roller/tillit"
NASTY = "<script>alert('x')</script> & \"Kari\""
MARKS = [
    ("A", TID, *place("Første avsnitt.\nAndre")),
    ("B", OKONOMI, *place("Tredje")),
    ("A", OKONOMI, *place("Første")),
    ("B", OKONOMI, *place("Første")),
    ("A", GREP, None, None),
    ("A", TILLIT, *place("Andre avsnitt")),
    ("B", TILLIT, *place("avsnitt 😀")),
]


@pytest.fixture(scope="module")
def book(root):
    return load_codebook(root / "codebook")


def found_in(marks, consensus=None):
    made = tables({"i1": marks, "single": [("A", TID, 0, 3)]})
    return find_disagreements(*made, empty_table("consensus") if consensus is None else consensus)


def test_disagreements_are_told_apart_by_presence_and_place():
    found = {(d.code, d.presence): d for d in found_in(MARKS)}
    assert set(found) == {(TID, True), (GREP, True), (OKONOMI, False)}
    tid = found[TID, True]
    assert (tid.set_by, tid.not_set_by, tid.agreed) == (("A",), ("B",), None)
    # neighbouring paragraphs are one passage, and the selected words in it are marked
    (passage,) = tid.passages
    assert (passage.first, passage.last, passage.before) == (1, 2, "")
    assert passage.pieces == (("Første avsnitt.\nAndre", True), (" avsnitt 😀.", False))
    assert found[GREP, True].passages[0].first == 0
    (there,) = found[OKONOMI, False].passages
    assert (there.first, there.before) == (3, "Første avsnitt. Andre avsnitt 😀.")
    assert found[OKONOMI, False].set_by == ("B",)


def test_passages_apart_stay_apart():
    (found,) = found_in([
        ("A", TID, *place("Første")), ("A", TID, *place("Tredje")), ("B", TILLIT, *place("Andre")),
        ("A", TILLIT, *place("Andre")),
    ])  # fmt: skip
    assert [p.first for p in found.passages] == [1, 3]


def test_what_was_agreed_stands_with_it():
    agreed = empty_table("consensus")
    agreed.loc[0] = ["i1", TID, False]
    assert {d.code: d.agreed for d in found_in(MARKS, agreed)}[TID] is False


@pytest.fixture
def page(book, root, tmp_path):
    def write(marks, language="nb", text=TEXT, name="Intervju 1"):
        made = tables({"i1": marks}, text)
        ratings = rate_units(*made)
        agreement = unit_agreement(made[0], made[1], ratings, book, StatisticsConfig())
        frames = dict(
            zip(("interviews", "segments", "transcripts", "text_units"), made, strict=True)
        )
        frames["interviews"] = frames["interviews"].assign(
            characters=len(text), offset_unit="codepoint"
        )
        frames["transcripts"] = frames["transcripts"].assign(name=name)
        frames |= {"consensus": empty_table("consensus"), "unit_agreement": agreement}
        for table, frame in frames.items():
            write_table(table, frame, tmp_path / f"{table}.parquet")
        outputs = {"page": tmp_path / "p.html", "draft": tmp_path / "d.csv"}
        write_meeting_page(
            {t: tmp_path / f"{t}.parquet" for t in frames},
            outputs,
            {"language": language, "title": dict.fromkeys(LANGUAGES, "Studien"), "example": True,
             "codebook": str(root / "codebook")},
        )  # fmt: skip
        return outputs["page"].read_text(encoding="utf-8"), outputs["draft"]

    return write


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_is_whole_and_can_be_read_by_all(page, language):
    text, _ = page(MARKS, language)
    tree = html.document_fromstring(text)
    say = texts_of(language)
    assert tree.get("lang") == language
    assert say["example"] in text
    assert say["restricted"] in tree.text_content()
    assert not re.search(r"https?://|<script|<link|@import|url\(", text)
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert {a[1:] for a in tree.xpath("//a/@href")} <= set(ids)
    levels = [int(e.tag[1]) for e in tree.iter("h1", "h2", "h3", "h4")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b <= a + 1 for a, b in pairwise(levels))
    assert all(th.get("scope") for th in tree.iter("th"))
    assert tree.findtext(".//caption")
    assert [m.text for m in tree.iter("mark")].count("Tredje") == 1
    assert "{" not in re.sub(r"<style>.*?</style>", "", text, flags=re.DOTALL)
    # the rules that every page of ours keeps; its own style sheet may not load anything
    assert check_page(text, language=language, example_word=say["example"], own_style=True) == []
    loading = text.replace("<style>", "<style>@import 'x.css';")
    assert any("style sheet" in line for line in check_page(loading, own_style=True))


def test_words_from_outside_are_escaped(page):
    text, _ = page([("A", TID, 0, 8), ("B", OKONOMI, 0, 8)], text=f"{NASTY} sagt.", name=NASTY)
    assert "<script>" not in text
    assert "&lt;script&gt;" in text


def test_draft_of_the_consensus_list_holds_the_open_questions(page):
    _, draft = page(MARKS, name="=1+1")
    rows = list(csv.DictReader(draft.open(encoding="utf-8")))
    assert [(r["interview"], r["code"], r["present"]) for r in rows] == [
        ("i1", TID, ""), ("i1", GREP, ""),
    ]  # fmt: skip
    assert rows[0]["name"] == "'=1+1"


def test_coders_who_agree_have_a_page_that_says_so(page):
    text, draft = page([("A", TID, *place("Andre")), ("B", TID, *place("Andre"))])
    assert texts_of("nb")["disagreements"]["none"] in text
    assert len(draft.read_text(encoding="utf-8").splitlines()) == 1


def _flat(tree, prefix=""):
    if isinstance(tree, list):
        tree = dict(enumerate(tree))
    if isinstance(tree, dict) or hasattr(tree, "items"):
        return {
            k: v for name, sub in tree.items() for k, v in _flat(sub, f"{prefix}.{name}").items()
        }
    return {prefix: {f for _, f, _, _ in string.Formatter().parse(tree) if f}}


def test_every_language_says_the_same_things(book):
    first, *others = (_flat(texts_of(language)) for language in LANGUAGES)
    assert all(other == first for other in others)
    assert set(texts_of("nb")["role"]) == set(book.interview_roles)
    with pytest.raises(PlankompassError, match="language se"):
        texts_of("se")


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_of_passages_gives_ids_and_what_is_cleared(root, tmp_path, language):
    made = tables({"i1": [*MARKS, ("A", "grep", 0, 3)]}, text=TEXT + NASTY)
    frames = dict(zip(("interviews", "segments", "transcripts"), made, strict=False))
    frames["interviews"] = frames["interviews"].assign(characters=9, offset_unit="codepoint")
    cleared = empty_table("cleared_quotes")
    cleared.loc[0] = ["s1", "T2", OKONOMI, "Tredje", "Leder", pd.Timestamp("2023-06-01")]
    frames["cleared_quotes"] = cleared
    for name, frame in frames.items():
        write_table(name, frame, tmp_path / name)
    write_excerpts_page(
        {n: tmp_path / n for n in frames},
        {"page": tmp_path / "p.html"},
        {"language": language, "title": dict.fromkeys(LANGUAGES, "Studien"), "example": True,
         "codebook": str(root / "codebook")},
    )  # fmt: skip
    text = (tmp_path / "p.html").read_text(encoding="utf-8")
    tree = html.document_fromstring(text)
    say = texts_of(language)["excerpts"]
    assert say["to_clear"] in tree.text_content()
    assert check_page(text, language=language, own_style=True) == []
    assert " at 0x" not in text
    assert texts_of(language)["example"] in text
    # every passage once a code, with its id; the one without a place says so
    assert sorted(c.text for c in tree.iter("code")) == [f"s{n}" for n in range(8)]
    assert len(tree.findall(".//blockquote")) == 7
    assert text.count(say["cleared"].format(name="Leder", date="2023-06-01")) == 1


def test_study_without_interviews_or_texts_has_pages_too(root, tmp_path):
    names = ("interviews", "segments", "transcripts", "text_units", "consensus", "cleared_quotes")
    inputs = {name: tmp_path / f"{name}.parquet" for name in (*names, "unit_agreement")}
    params = {"language": "nn", "title": dict.fromkeys(LANGUAGES, "Studien"), "example": False,
              "codebook": str(root / "codebook"), "statistics": {}}  # fmt: skip
    made = tables({"i1": [("A", TID, 0, 3), ("B", GREP, 0, 3)]})
    for coded in (False, True):
        for name in names:
            write_table(name, empty_table(name), inputs[name])
        if coded:  # a table of codings comes without the interviews' texts
            interviews = made[0].assign(characters=0, offset_unit="unknown")
            write_table("interviews", interviews, inputs["interviews"])
            write_table("segments", made[1], inputs["segments"])
        assess_units(inputs, {"unit_agreement": inputs["unit_agreement"]}, params)
        outputs = {"page": tmp_path / "p.html", "draft": tmp_path / "d.csv"}
        write_meeting_page(inputs, outputs, params)
        write_excerpts_page(inputs, {"page": tmp_path / "e.html"}, params)
        for page in ("p.html", "e.html"):
            text = (tmp_path / page).read_text(encoding="utf-8")
            assert check_page(text, language="nn", own_style=True) == []
            assert texts_of("nn")["example"] not in text
        assert len(outputs["draft"].read_text(encoding="utf-8").splitlines()) == 1 + 2 * coded
    assert texts_of("nn")["no_text"] in text
