"""HTML, PDF and report.json agree on every number and every sentence, in the samples and in a build."""

from __future__ import annotations

import copy
import random

import pytest
from tests.unit.reports.sample import sample_report
from tests.unit.reports.sample_network import sample_network

from plankompass.commands.proofread import proofread_report
from plankompass.reports.checks.compare import squeeze
from plankompass.reports.checks.document_rules import check_document, numbers_in
from plankompass.reports.checks.html_rules import check_html
from plankompass.reports.checks.pdf_rules import check_pdf
from plankompass.reports.checks.said import said
from plankompass.reports.html_page import render_html
from plankompass.reports.pdf import render_pdf
from plankompass.reports.schema import MunicipalReport
from plankompass.reports.view import make_view

MADE = {
    "nynorsk": lambda: sample_report(language="nn"),
    "english": lambda: sample_report(language="en"),
    "long name": lambda: sample_report("Nes", official="Ovdamearkanjárga – Eksempelnes", goals=31),
    "a real study": lambda: sample_report(example=False),
    "network": lambda: sample_network(),
    "network in english": lambda: sample_network("en"),
}


@pytest.mark.parametrize("name", MADE)
def test_pages_say_what_the_document_says_and_nothing_else(name):
    view = make_view(MADE[name]())
    assert check_document(view.report) == []
    assert check_html(render_html(view), view) == []
    assert check_pdf(render_pdf(view), view) == []


def test_every_report_of_a_build_agrees(built):
    found = {
        path.relative_to(built).as_posix(): proofread_report(path)
        for path in sorted((built / "reports").rglob("rapport*.json"))
    }
    assert len(found) == 8  # six municipalities, the network in two languages
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_every_sentence_and_shown_number_is_among_what_is_said():
    view = make_view(sample_report())
    for medium in ("html", "pdf"):
        everything = squeeze("".join(piece.text for piece in said(view, medium)))
        assert len(everything) > 10_000
        for sentence in view.sentences:
            assert squeeze(sentence.text) in everything
            assert squeeze(sentence.trace.value) in everything


def _numbers(value, path=()):
    """Places of the numbers in a dumped document that stand beside a text."""
    if isinstance(value, dict):
        if "text" in value and "status" in value and "interval" in value:
            yield from ((*path, k) for k in ("value", "lower", "upper") if value[k] is not None)
        for key, inner in value.items():
            yield from _numbers(inner, (*path, key))
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield from _numbers(inner, (*path, i))


def test_a_number_that_is_not_its_text_is_told_wherever_it_stands():
    dumped = sample_report().model_dump()
    places = sorted(_numbers(dumped), key=str)
    assert len(places) > 150
    for place in random.Random(8).sample(places, 25):
        changed = copy.deepcopy(dumped)
        node = changed
        for key in place[:-1]:
            node = node[key]
        node[place[-1]] += 7
        found = check_document(MunicipalReport.model_validate(changed))
        where = ".".join(map(str, place[:-1]))
        assert any(line.startswith(f"{where}:") for line in found), (place, found)


def test_a_hidden_number_that_still_shows_is_told():
    dumped = sample_report().model_dump()
    own = dumped["profile"]["groups"][0]["rows"][3]["own"]
    assert own["status"] == "hidden"
    for change in ({"value": 3.4}, {"text": "3,4"}, {"interval": "3,1–3,7"}):
        changed = copy.deepcopy(dumped)
        changed["profile"]["groups"][0]["rows"][3]["own"] |= change
        assert check_document(MunicipalReport.model_validate(changed)), change


def test_numbers_are_read_as_readers_read_them():
    assert [str(n) for n in numbers_in("−0,5 til 0,6")] == ["-0.5", "0.6"]
    assert [str(n) for n in numbers_in("251 av 11\u00a0480 svarte")] == ["251", "11480"]
    assert [str(n) for n in numbers_in("2,9–3,8")] == ["2.9", "3.8"]
