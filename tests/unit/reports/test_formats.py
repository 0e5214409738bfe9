"""Numbers and dates as the language councils write them (Språkrådet's rules for numbers)."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest

from plankompass.reports import formats, section_decide
from plankompass.reports.catalogue import catalogue


@pytest.mark.parametrize(
    ("value", "places", "language", "text"),
    [
        (3.4, 1, "nb", "3,4"),
        (3.4, 1, "en", "3.4"),
        (2.25, 1, "nb", "2,3"),  # half away from zero, not to even
        (2.35, 1, "nn", "2,4"),  # as written, not as stored in binary
        (-0.04, 1, "nb", "0,0"),  # never minus nought
        (-0.25, 1, "nb", "−0,3"),
        (1234, 0, "nb", "1234"),  # four digits stand together
        (12345, 0, "nb", "12\u202f345"),
        (12345, 0, "en", "12,345"),
    ],
)
def test_number(value, places, language, text):
    assert formats.number(value, language, places) == text


def test_interval_uses_a_word_when_a_limit_is_negative():
    assert formats.interval(2.94, 3.75, "nb") == "2,9–3,8"
    assert formats.interval(-0.4, 0.3, "nn") == "−0,4\u00a0til\u00a00,3"
    assert formats.interval(-0.4, 0.3, "en") == "−0.4\u00a0to\u00a00.3"


@pytest.mark.parametrize(
    ("count", "total", "text"),
    [(7, 11, "7\u00a0av\u00a011"), (19, 19, "19\u00a0av\u00a019"), (13, 20, "65\u00a0prosent")],
)
def test_share_is_a_count_until_twenty(count, total, text):
    assert formats.share(count, total, "nb") == text


def test_dates_are_written_out():
    day = date(2020, 6, 7)
    assert formats.long_date(day, "nb") == "7.\u00a0juni\u00a02020"
    assert formats.long_date(day, "en") == "7\u00a0June\u00a02020"


def test_joined():
    assert formats.joined(["a", "b", "c"], "nb") == "a, b og c"
    assert formats.joined(["a"], "en") == "a"


def test_a_section_of_the_law_stays_with_its_sign():
    assert formats.law("kommuneloven (1992) §§ 44, 45 og pbl § 10-1") == (
        "kommuneloven (1992) §§\u00a044, 45 og pbl §\u00a010-1"
    )


def test_a_list_of_barriers_that_goes_on_has_one_conjunction(monkeypatch):
    names = ["Tid", "Penger", "Roller", "Frister", "Fag"]
    voice = SimpleNamespace(
        item=lambda i: i, group_named=lambda g: "de folkevalgte", say=catalogue("nb")
    )
    writer = SimpleNamespace(voice=voice, language="nb", rule=lambda rule, estimate, lead: lead)
    said = []
    for count in (4, 5):
        monkeypatch.setattr(
            section_decide, "_top", lambda w, g, n=count: [(i, None) for i in names[:n]]
        )
        said.append(section_decide.barrier_sentence(writer).split(" kan ")[0])
    assert said == ["tid, penger, roller og frister", "tid, penger, roller, frister og 1 til"]
