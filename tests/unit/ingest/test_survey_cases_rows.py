"""Cases S6 to S9 of the catalogue of dirty data: rows and answers that may not be there."""

from __future__ import annotations

import logging

import numpy as np
import pytest
from tests.unit.ingest.case_pair import Pair, line, moved, pair
from tests.unit.ingest.mini_study import BOOK

__all__ = ["pair"]
ROLES = ("nokkel", "kommune", "svart")


# -- S6 ------------------------------------------------------------------------------------------


def late_rows(tmp_path, late, day, wave="T1", total=60):
    pair = Pair(
        tmp_path,
        rows=total,
        kommune="0301",
        day="2021-03-01" if wave == "T1" else "2019-05-20",
        seed=4,
    )
    pair.frame["kommune"] = pair.clean_frame["kommune"] = ["0301"] * 40 + [
        "3401" if wave == "T1" else "0402"
    ] * (total - 40)
    pair.frame.loc[pair.frame.index[:late], "svart"] = day
    return pair


def test_S6_row_outside_the_window_is_left_out(tmp_path):
    pair = late_rows(tmp_path, 1, "2019-05-10")
    result = pair.run(wave="T1")
    assert len(result.respondents) == 59
    assert set(moved(pair.before, result).values()) == {1}  # the row itself is gone, no other
    one = line(result, "S6")
    assert (one["severity"], one["row_key"], one["count"]) == ("reject", "k04", 1)


def test_S6_two_per_cent_or_more_fail(tmp_path):
    late_rows(tmp_path, 2, "2019-05-10").fails(r"2 of 60 rows.*S6, 2", wave="T1")


def test_S6_the_constituting_meeting_ends_the_wave(tmp_path):
    # T0 ends on 2019-12-31, the new council was constituted on 2019-10-16
    result = late_rows(tmp_path / "a", 1, "2019-10-16", wave="T0").run(wave="T0")
    assert line(result, "S6")["count"] == 1
    assert late_rows(tmp_path / "b", 1, "2019-10-15", wave="T0").run(wave="T0").avvik.empty


# -- S7 ------------------------------------------------------------------------------------------

SECRETS = {
    "e-mail": ("kommentar", "skriv til kari.nordmann@example.org takk"),
    "national id": ("lopenr", "01019012345"),
    "national id as number": ("lopenr", 1019012345.0 + 10_000_000_000),
    "ip": ("oppkobling", "fra 192.168.10.25"),
    "phone": ("annet_felt", "ring 912 34 567"),
    "column name": ("epost_2", "vet ikke"),
    "name": ("Etternavn", "Nordmann"),
}


@pytest.mark.parametrize("kind", SECRETS)
@pytest.mark.parametrize("ignored", [True, False])
def test_S7_personal_data_stops_the_run_and_is_nowhere(pair, kind, ignored, caplog, capfd):
    column, value = SECRETS[kind]
    empty = np.nan if isinstance(value, float) else ""
    pair.frame[column] = [value] + [empty] * 23
    with caplog.at_level(logging.DEBUG):
        message = pair.fails(r"S7, 1", ignore=[column] if ignored else [])
    printed = "".join(capfd.readouterr())
    shown = str(int(value)) if isinstance(value, float) else value
    for text in (message, caplog.text, printed):
        assert shown not in text
    assert column in message
    written = [p for p in pair.dirty.out.rglob("*") if "registers" not in p.name]
    assert not any(shown.encode() in p.read_bytes() for p in written)


def test_S7_a_column_of_names_under_another_heading(pair, caplog):
    names = ["Kari Nordmann", "Ola Åsen Berg", "Per-Arne Østby", "Máret Á. Sara"]
    pair.frame["svar_8"] = [
        f"{names[i % 4]}{'' if i < 4 else f' {chr(65 + i)}olden'}" for i in range(24)
    ]
    message = pair.fails(r"svar_8: looks like names of persons \[S7, 24\]", ignore=["svar_8"])
    assert not any(word in message + caplog.text for word in ("Nordmann", "Østby"))


@pytest.mark.parametrize(
    "texts",
    [
        ["Øvre Eiker", "Nordre Follo", "Øvre Eiker"],  # places come more than once
        ["Vi trenger mer tid", "Ingen", "Kommunedirektøren bør delta i alle møter"],
        ["Helt enig", "Litt uenig", "Verken enig eller uenig"],
        ["f-001", "f-002", "f-003"],
    ],
)
def test_S7_texts_that_are_no_names(pair, texts):
    pair.frame["kommentar"] = pair.clean_frame["kommentar"] = texts * 8
    assert pair.run(ignore=["kommentar"]).avvik.empty


def test_S7_e_mail_as_respondent_key(pair):
    pair.frame["nokkel"] = [f"person{i}@example.org" for i in range(24)]
    message = pair.fails(r"nokkel.*e-mail.*S7, 24")
    assert "example.org" not in message


def test_S7_numbers_of_eight_digits_as_key_are_no_telephones(pair):
    pair.frame["nokkel"] = pair.clean_frame["nokkel"] = [str(27685292 + i) for i in range(24)]
    assert pair.run().avvik.empty


# -- S8 ------------------------------------------------------------------------------------------


def test_S8_more_answers_than_members_fail(tmp_path):
    pair = Pair(tmp_path, rows=29)  # 27 seats
    pair.fails(r"k01.*29 answers from a group of 27 \[S8, 2\]")


def test_S8_all_members_may_answer(tmp_path):
    pair = Pair(tmp_path, rows=27)
    assert pair.run().lines("S8").empty


def test_S8_answers_without_any_valid_item_do_not_count(tmp_path):
    pair = Pair(tmp_path, rows=28)
    items = [c for c in pair.frame if c not in ROLES]
    pair.frame.loc[27, items] = 9.0
    pair.clean_frame = pair.frame
    assert pair.run().lines("S8").empty


# -- S9 ------------------------------------------------------------------------------------------


def test_S9_exclusive_option_and_too_many_choices(pair):
    columns = BOOK.answer_columns("st_behov")
    pair.frame.loc[1, ["st_behov__ingen", "st_behov__nettverk"]] = 1.0
    pair.frame.loc[2, columns] = [1.0] * 5 + [0.0] * 4
    result = pair.run()
    assert moved(pair.before, result) == dict.fromkeys(columns, 2)
    assert all(result.kinds(c).value_counts()["no_answer"] == 2 for c in columns)
    one = line(result, "S9")
    assert (one["severity"], one["column"], one["count"]) == ("repair", "st_behov", 2)


def test_S9_three_choices_are_allowed(pair):
    columns = BOOK.answer_columns("st_behov")
    pair.frame.loc[2, columns] = [1.0] * 3 + [0.0] * 6
    assert pair.run().lines("S9").empty
