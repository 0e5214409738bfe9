"""Units of text on which coders are compared: paragraphs, sentences, and no interviewer's turns."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plankompass.ingest.interviews.units import text_units

SAID = (
    "Om planen.\n\nIntervjuer: Hva skjer?\nOg hva hindrer?\nInformant: 😀 Vi prøver. Det går f.eks. "
    "bra! Ja.\n\nORDFØRER : — \n[00:12:31] intervjuer: Noe mer?\nInformant: Nei, nr. 12 var det slutt.\n"
)


def units(text: str, unit: str, interviewers=("Intervjuer",)) -> list[str]:
    return [text[a:b] for a, b in text_units(text, unit, interviewers)]


def test_paragraphs_without_the_interviewers_turns():
    assert units(SAID, "paragraph") == [
        "Om planen.", "😀 Vi prøver. Det går f.eks. bra! Ja.", "Nei, nr. 12 var det slutt.",
    ]  # fmt: skip


def test_sentences_without_the_interviewers_turns():
    assert units(SAID, "sentence") == [
        "Om planen.", "😀 Vi prøver.", "Det går f.eks. bra!", "Ja.", "Nei, nr. 12 var det slutt.",
    ]  # fmt: skip


def test_every_turn_is_a_unit_where_nobody_is_left_out():
    assert "Hva skjer?" in units(SAID, "paragraph", ())


@pytest.mark.parametrize("separator", ["\n\n", "\n \n"])
def test_hard_line_breaks_inside_sentences_end_no_paragraph(separator):
    paragraph = (
        "Planen ble vedtatt av\nkommunestyret etter en lang\nog grundig behandling i\nalle utvalg."
    )
    assert units(paragraph + separator + paragraph, "paragraph") == [paragraph, paragraph]


@given(
    st.text(st.sampled_from("aÅ1 .!?:\n»😀-"), max_size=80),
    st.sampled_from(["paragraph", "sentence"]),
)
def test_units_stand_in_order_apart_and_hold_something_said(text, unit):
    spans = text_units(text, unit)
    assert all(a < b for a, b in spans)
    assert all(first[1] <= second[0] for first, second in pairwise(spans))
    assert all(any(c.isalnum() for c in text[a:b]) for a, b in spans)
    assert all(text[a:b] == text[a:b].strip() for a, b in spans)
    if ":" not in text:  # nothing that anybody said is lost
        assert "".join(c for a, b in spans for c in text[a:b] if c.isalnum()) == "".join(
            filter(str.isalnum, text)
        )
