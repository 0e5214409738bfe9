"""The unit of positions is found from the file, and positions come out in code points."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plankompass.ingest.interviews.merge import CommonText
from plankompass.ingest.interviews.model import (
    QdaCode,
    QdaCoder,
    QdaCoding,
    QdaProject,
    QdaSelection,
    QdaSource,
)
from plankompass.ingest.interviews.positions import Reading, TextPositions, check_positions

ENCODED = {
    "codepoint": len,
    "utf16": lambda text: len(text.encode("utf-16-le")) // 2,
    "utf8": lambda text: len(text.encode("utf-8")),
}
mixed = st.text(st.sampled_from("a æ😀\r\n👩‍🚒e\u0301"), max_size=40)


@given(text=mixed, unit=st.sampled_from(sorted(ENCODED)), data=st.data())
def test_every_place_between_characters_comes_back(text, unit, data):
    index = data.draw(st.integers(0, len(text)))
    position = ENCODED[unit](text[:index])
    assert TextPositions(text, Reading(unit)).code_point(position) == index


@given(text=mixed, data=st.data())
def test_line_ends_counted_as_one(text, data):
    index = data.draw(st.integers(0, len(text)))
    before = text[:index]
    if before.endswith("\r") and text[index : index + 1] == "\n":
        return  # between the two characters of a line end there is no place
    position = len(before.replace("\r\n", "\n"))
    assert TextPositions(text, Reading("codepoint", crlf_as_one=True)).code_point(position) == index


@pytest.mark.parametrize("unit", ["utf16", "utf8"])
def test_place_inside_a_character_and_outside_the_text_is_none(unit):
    positions = TextPositions("a😀b", Reading(unit))
    assert positions.code_point(2) is None
    assert positions.code_point(-1) is None
    assert positions.code_point(99) is None


def project_of(text: str, unit: str, *, tool="X", crlf=False, words=120, seed=1) -> QdaProject:
    """Whole words selected, positions written in a unit."""
    project = QdaProject("test", tool)
    project.sources["s"] = QdaSource("s", "", "s", "text", text)
    project.codes["c"] = QdaCode("c", "", ("c",))
    project.coders["u"] = QdaCoder("u", "", "u")
    rng = random.Random(seed)
    places, at = [], 0
    for word in text.split(" "):
        places.append((at, at + len(word)))
        at += len(word) + 1
    for number, (start, end) in enumerate(rng.sample(places, min(words, len(places)))):
        if start == end:
            continue

        def count(index: int) -> int:
            part = text[:index].replace("\r\n", "\n") if crlf else text[:index]
            return ENCODED[unit](part)

        project.selections.append(
            QdaSelection(f"{number}", "s", count(start), count(end), (QdaCoding("c", "u"),))
        )
    return project


def interview(rng: random.Random, line_end: str = "\n") -> str:
    words = ["plan", "budsjett", "årshjul", "mål", "vedtak", "😀", "👩‍🚒", "kommune"]
    return " ".join(
        rng.choice(words) + (line_end if rng.random() < 0.1 else "") for _ in range(900)
    )


@pytest.mark.parametrize("unit", ["utf16", "codepoint"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("seed", range(5))
def test_unit_is_found_by_checking(unit, line_end, seed):
    project = project_of(interview(random.Random(seed), line_end), unit, seed=seed)
    positions = check_positions(project)
    assert positions.unit == unit
    assert not positions.crlf_as_one
    assert positions.decided_by == "checked"
    assert positions.on_edges == positions.checked_selections
    assert positions.bad == 0


@pytest.mark.parametrize("seed", range(5))
def test_line_ends_counted_as_one_are_found_by_checking(seed):
    text = interview(random.Random(seed), "\r\n")
    positions = check_positions(project_of(text, "utf16", crlf=True, seed=seed))
    assert (positions.unit, positions.crlf_as_one) == ("utf16", True)


def test_without_wide_characters_the_unit_does_not_matter():
    positions = check_positions(project_of("mål og plan " * 30, "utf16"))
    assert (positions.unit, positions.decided_by) == ("codepoint", "same either way")


def test_tie_falls_to_what_the_program_is_known_to_count():
    # the emoji comes after every selection: nothing to tell the units apart
    text = "mål og plan " * 3 + "😀"
    assert check_positions(project_of(text, "utf16", words=3)).unit == "codepoint"
    nvivo = check_positions(project_of(text, "utf16", words=3, tool="NVivo 14"))
    assert (nvivo.unit, nvivo.decided_by) == ("utf16", "tool")


def test_stored_text_decides_before_word_edges():
    text = "😀 " + "ab " * 20
    project = project_of(text, "utf16")
    start = text.index("ab")
    project.selections = [
        # read as code points both edges lie beside a space, but the text is another
        QdaSelection("x", "s", start + 1, start + 3, (QdaCoding("c", "u"),), "ab")
    ]
    positions = check_positions(project)
    assert positions.unit == "utf16"
    assert text[slice(*positions.spans[0])] == "ab"


def test_selections_that_do_not_fit_are_counted_once_each_coding():
    project = project_of("mål og plan", "codepoint")
    twice = (QdaCoding("c", "u"), QdaCoding("c", "v"))
    project.selections += [
        QdaSelection("a", "s", 5, 99, twice),
        QdaSelection("b", "s", 4, 4, twice[:1]),
        QdaSelection("c", "s", 6, 3, twice[:1]),
        QdaSelection("d", "s", -1, 3, twice[:1]),
    ]
    positions = check_positions(project)
    assert (len(positions.bad_selections), positions.bad) == (4, 5)
    assert positions.checked == positions.bad + 3


@given(text=mixed, data=st.data())
def test_common_text_keeps_passages(text, data):
    """A passage between clusters is the same words in the common text."""
    import unicodedata

    common = CommonText(text)
    plain = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    assert common.text == plain
    index = data.draw(st.integers(0, len(text)))
    before = unicodedata.normalize("NFC", text[:index].replace("\r\n", "\n").replace("\r", "\n"))
    at = common.position(index)
    assert 0 <= at <= len(common.text)
    after = text[index : index + 1]
    whole = not (text[:index].endswith("\r") and after == "\n") and not unicodedata.combining(
        after or " "
    )
    if whole:
        assert common.text[:at] == before
    assert common.position(len(text)) == len(common.text)


def lines(seed: int) -> str:
    return interview(random.Random(seed)).replace("\U0001f600", "ja").replace("👩\u200d🚒", "nei")


@pytest.mark.parametrize("seed", range(3))
def test_line_ends_that_were_two_before_xml_made_them_one(seed):
    text = lines(seed)
    project = project_of(text.replace("\n", "\r\n"), "codepoint", seed=seed)
    project.sources["s"].text = text
    positions = check_positions(project)
    assert positions.decided_by == "checked"
    assert positions.on_edges == positions.checked_selections == 120
    assert positions.bad == 0


@pytest.mark.parametrize("unit", ["utf16", "codepoint"])
def test_byte_order_mark_counted_as_a_character(unit):
    text = interview(random.Random(4))
    project = project_of("\ufeff " + text, unit, seed=4)
    project.sources["s"].text = " " + text
    positions = check_positions(project)
    assert (positions.unit, positions.decided_by) == (unit, "checked")
    assert positions.on_edges >= positions.checked_selections - 1


@pytest.mark.parametrize("seed", range(8))
def test_sloppy_edges_do_not_invent_an_unusual_reading(seed):
    """Selections that begin and end anywhere say nothing about how positions are counted."""
    rng = random.Random(seed)
    text = lines(seed)
    project = project_of(text, "codepoint", seed=seed, words=0)
    for number in range(60):
        start = rng.randrange(len(text) - 40)
        project.selections.append(
            QdaSelection(
                f"{number}", "s", start, start + rng.randrange(5, 40), (QdaCoding("c", "u"),)
            )
        )
    positions = check_positions(project)
    for index, (start, end) in positions.spans.items():
        assert (start, end) == (project.selections[index].start, project.selections[index].end)
