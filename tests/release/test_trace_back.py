"""The check that works printed numbers out a second way: it agrees, and it can disagree."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.trace_back.__main__ import check_all, peers_of
from tests.trace_back.compare import DIFFERENT, SAME, as_printed, judge, named_files
from tests.trace_back.printed import OWN, PEERS, WORDS, draw, printed_numbers
from tests.trace_back.raw_files import RawFiles
from tests.trace_back.recompute import Recompute

from plankompass.commands.trace import trace

SEED = 9


@pytest.fixture
def built(verified, monkeypatch):
    monkeypatch.chdir(verified.folder)
    return verified.folder, printed_numbers(verified.folder, "eksempel")


def traced(root, printed, capsys):
    names = ("indicator", "group", "wave", "gathering", "component")
    asked = {name: getattr(printed, name) for name in names}
    assert trace("eksempel", root, municipality=printed.code, **asked) == 0
    return capsys.readouterr().out


def test_a_drawn_number_is_worked_out_alike_and_a_changed_one_is_told(built, capsys):
    root, numbers = built
    assert len(numbers) > 10_000
    drawn = draw(numbers, 5, SEED)
    assert drawn == draw(numbers, 5, SEED) != draw(numbers, 5, SEED + 1)
    assert PEERS in {printed.quantity for printed in drawn}
    for printed in drawn:
        said, others = traced(root, printed, capsys), peers_of(printed, numbers)
        read = Recompute(RawFiles(root, named_files(said)))  # once, for all that is held against it
        right = judge(printed, said, root, others, lambda _, read=read: read)
        assert (right.verdict, right.said) == (SAME, ""), printed
        assert read.raw.opened
        if printed.quantity == WORDS:
            continue
        one_digit_off = str(int(printed.text[-1]) ^ 1)
        wrong = replace(printed, text=printed.text[:-1] + one_digit_off)
        assert judge(wrong, said, root, others, lambda _, read=read: read).verdict == DIFFERENT
        if printed.n:
            fewer = replace(printed, n=str(int(printed.n) + 1))
            assert judge(fewer, said, root, [], lambda _, read=read: read).verdict == DIFFERENT


def test_every_printed_number_of_the_example_is_worked_out_alike(built):
    root, numbers = built
    outcomes = list(check_all(root, "eksempel"))
    assert len(outcomes) == len(numbers)
    assert [o.printed for o in outcomes if o.verdict != SAME] == []


def test_a_file_that_trace_does_not_name_or_names_with_another_hash_is_told(built, capsys):
    root, numbers = built
    printed = next(
        n for n in numbers if n.quantity == OWN and n.group == "administrasjon" and n.code == "9901"
    )
    said = traced(root, printed, capsys)
    files = judge(printed, said, root, []).files
    survey = next(f for f in files if f.endswith(".sav"))
    left_out = "\n".join(line for line in said.splitlines() if survey not in line)
    assert judge(printed, left_out, root, []).said == f"trace does not name {survey}"
    at = said.index(f"{survey}  sha256 ") + len(survey) + 9
    other = said[:at] + ("0" if said[at] != "0" else "1") + said[at + 1 :]
    assert "another sha256" in judge(printed, other, root, []).said


@pytest.mark.parametrize(
    ("value", "like", "percent", "printed"),
    [
        (3.25, "3,2", False, "3,3"),
        (-0.04, "0,0", False, "0,0"),
        (-0.25, "-0,2", False, "-0,3"),
        (0.285, "28", True, "29"),
        (4 / 13, "30,8", True, "30,8"),
    ],
)
def test_numbers_are_rounded_as_readers_round(value, like, percent, printed):
    assert as_printed(value, like, percent=percent) == printed
