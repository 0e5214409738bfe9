"""The national register against published counts and known reforms."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from plankompass.study.problems import PlankompassError
from plankompass.study.register import (
    CodeChange,
    CodePeriod,
    MunicipalityRegister,
    TerritoryChange,
    load_register,
)

D2018, D2019, D2020, D2023, D2024 = (
    date(2018, 1, 1),
    date(2019, 6, 1),
    date(2020, 1, 1),
    date(2023, 5, 31),
    date(2024, 1, 1),
)


@pytest.fixture(scope="module")
def register(root):
    folder = root / "workflow" / "reference"
    return load_register(folder / "municipalities.csv", folder / "municipality_changes.csv")


@pytest.mark.parametrize(("day", "count"), [(D2019, 422), (D2020, 356), (D2023, 356), (D2024, 357)])
def test_number_of_municipalities_is_the_published_one(register, day, count):
    assert len(register.in_force(day)) == count
    assert len({p.code for p in register.in_force(day)}) == count


def test_every_code_has_valid_successors_and_predecessors_on_every_date(register):
    days = (D2018, D2019, D2020, D2023, D2024)
    for start in days:
        for period in register.in_force(start):
            for end in days:
                image = register.image(period.code, start, end)
                assert image
                assert all(register.valid(code, end) for code in image), (period.code, start, end)


def test_successors_and_predecessors_are_each_others_inverse(register):
    for period in register.in_force(D2019):
        for code in register.successors(period.code, D2019, D2024):
            assert period.code in register.predecessors(code, D2024, D2019)


@pytest.mark.parametrize(
    ("code", "start", "end", "expected"),
    [
        ("0624", D2019, D2020, {"3048"}),  # Øvre Eiker, three codes
        ("0624", D2019, D2024, {"3314"}),
        ("0402", D2019, D2024, {"3401"}),  # Kongsvinger keeps 3401 in 2024
        ("1534", D2019, D2023, {"1507"}),  # Haram into Ålesund
        ("1534", D2019, D2024, {"1508", "1580"}),  # and Ålesund divided
        ("5012", D2019, D2020, {"5055", "5056", "5059"}),  # Snillfjord divided
        ("1850", D2019, D2020, {"1806", "1875"}),  # Tysfjord divided
        ("1141", D2019, D2020, {"1103"}),  # Finnøy into Stavanger
        ("1103", D2019, D2024, {"1103"}),
        ("0301", D2018, D2024, {"0301"}),
    ],
)
def test_known_reforms_forwards(register, code, start, end, expected):
    assert register.successors(code, start, end) == expected


def test_known_reforms_backwards(register):
    assert register.predecessors("1103", D2023, D2019) == {"1103", "1141", "1142"}
    assert register.predecessors("1508", D2024, D2023) == {"1507"}
    assert register.predecessors("3314", D2024, D2019) == {"0624"}


def test_43_new_municipalities_of_2020(register):
    # 43 mergers took effect on 1 January 2020 (the reform's published number), two of them into an
    # unchanged code: Stavanger and Trondheim
    changed = [
        (p.code, c.kind)
        for p in register.in_force(D2020)
        for c in register.territory_changes(p.code, D2020)
        if c.day == D2020
    ]
    assert len(changed) == 43
    assert sorted(code for code, kind in changed if kind == "new_territory") == ["1103", "5001"]


def test_territory_of_an_unchanged_code(register):
    assert register.territory_changes("1103", D2024) == [
        TerritoryChange(D2020, "new_territory", ("1103", "1141", "1142"))
    ]
    assert register.territory_changes("3314", D2024) == []  # mere changes of code
    assert register.territory_changes("1580", D2024) == [TerritoryChange(D2024, "split", ("1507",))]
    assert register.first_split("1507", D2023) == D2024
    assert register.first_split("3048", D2023) is None


def test_names_find_every_municipality_of_that_name(register):
    assert {p.code for p in register.by_name("HERØY")} == {"1515", "1818"}
    assert {p.code for p in register.by_name("Våler") if p.covers(D2023)} == {"3018", "3419"}
    # decomposed å, Sami part, and the part in brackets
    assert {p.code for p in register.by_name("Ålesund")} == {"1504", "1507", "1508"}
    assert {p.code for p in register.by_name("Evenášši")} == {"1853"}
    assert "1867" in {p.code for p in register.by_name("Bø")}


def test_seats_sum_to_9125_and_are_odd(root):
    import csv

    with (root / "workflow/reference/municipalities.csv").open(encoding="utf-8") as file:
        seats = [
            int(r["council_seats_2023"]) for r in csv.DictReader(file) if r["council_seats_2023"]
        ]
    assert len(seats) == 357
    assert sum(seats) == 9125
    assert all(n % 2 for n in seats)


def test_changes_of_one_day_are_a_snapshot():
    """A code that is both new and old on one day is not followed twice."""
    day = date(2020, 1, 1)
    before = date(2018, 1, 1)
    codes = [
        CodePeriod("0001", "A", "A", before, day),
        CodePeriod("0002", "B", "B", before, day),
        # 0002 is B's code before and A's code after; B becomes 0003
        CodePeriod("0002", "A", "A", day, None),
        CodePeriod("0003", "B", "B", day, None),
    ]
    changes = [CodeChange(day, "0001", "0002"), CodeChange(day, "0002", "0003")]
    register = MunicipalityRegister(codes, changes)
    assert register.successors("0001", before, day) == {"0002"}
    assert register.successors("0002", before, day) == {"0003"}
    assert register.predecessors("0002", day, before) == {"0001"}
    assert register.predecessors("0003", day, before) == {"0002"}


def test_unlisted_code_that_lives_on_keeps_its_territory():
    day = date(2020, 1, 1)
    codes = [
        CodePeriod("0001", "A", "A", D2018, None),
        CodePeriod("0002", "B", "B", D2018, day),
    ]
    register = MunicipalityRegister(codes, [CodeChange(day, "0002", "0001")])
    assert register.predecessors("0001", day, day - timedelta(days=1)) == {"0001", "0002"}
    assert register.territory_changes("0001", day)[0].kind == "new_territory"


@pytest.mark.parametrize(
    ("codes", "changes", "place"),
    [
        ("code,name,valid_from,valid_to\n301,Oslo,2018-01-01,\n", None, "line 2, code"),
        ("code,name,valid_from,valid_to\n0301,Oslo,1.1.2018,\n", None, "line 2, valid_from"),
        ("code,name,valid_from\n0301,Oslo,2018-01-01\n", None, "valid_to is missing"),
        (None, "old_code,new_code,change_date\n0301,0301,\n", "line 2, change_date"),
    ],
)
def test_broken_tables_are_refused_with_their_place(tmp_path, codes, changes, place):
    good = {
        "c.csv": codes or "code,name,valid_from,valid_to\n0301,Oslo,2018-01-01,\n",
        "h.csv": changes or "old_code,new_code,change_date\n",
    }
    for name, text in good.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(PlankompassError, match=place):
        load_register(tmp_path / "c.csv", tmp_path / "h.csv")


def test_all_errors_of_both_tables_are_told(tmp_path):
    codes = "code,name,valid_from,valid_to\n301,Oslo,x,\n0302,B,2018-01-01,y\n"
    (tmp_path / "c.csv").write_text(codes, encoding="utf-8")
    with pytest.raises(PlankompassError) as error:
        load_register(tmp_path / "c.csv", tmp_path / "none.csv")
    assert str(error.value).splitlines() == [
        "c.csv: line 2, code: not four digits as text",
        "c.csv: line 2, valid_from: not a date; write it as YYYY-MM-DD",
        "c.csv: line 3, valid_to: not a date; write it as YYYY-MM-DD",
        "none.csv: the file does not exist",
    ]
