"""Beside every number counted from goals the reader sees how many goals people have confirmed."""

from __future__ import annotations

import pandas as pd
import pytest
from tests.unit.reports import made_publishable as made

from plankompass.reports.confirmations import confirmed_notes
from plankompass.reports.network_quality import goal_agreement_table
from plankompass.reports.publishable import read_publishable
from plankompass.reports.wording import Voice
from plankompass.reports.writer import Writer
from plankompass.study.codebook import load_codebook
from plankompass.tables import write_table


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return read_publishable(made.write_publishable(tmp_path_factory.mktemp("tables")))


def writer(data, root, language, kommune_id=made.TOWN):
    voice = Voice.of(language, load_codebook(root / "codebook"))
    return Writer(data, voice, made.workbook_params(root), "T2", kommune_id, "Prøvestad")


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("nb", "Bekreftet av koderne, mål for mål: "),
        ("nn", "Stadfesta av kodarane, mål for mål: "),
        ("en", "Confirmed by the coders, goal by goal: "),
    ],
)
def test_four_of_five_goals_are_confirmed_at_each_stage(data, root, language, expected):
    (note,) = confirmed_notes(writer(data, root, language), ["goal_chain_share"])
    assert note.startswith(expected)
    of = {"nb": "av", "nn": "av", "en": "of"}[language]
    plain = note.replace("\u00a0", " ")
    assert plain.count(f"4 {of} 5") == 3
    # two coders answered for all five goals at three stages, and disagree on one goal at each
    assert " 12 " in plain.partition(f"15 {of} 15")[2]


def test_no_note_where_nothing_is_counted_from_goals(data, root):
    own = writer(data, root, "nb")
    assert confirmed_notes(own, ["political_choice_index", "mandate_chain_share"]) == []
    assert confirmed_notes(writer(data, root, "nb", ""), ["goal_chain_share"]) == []


def test_the_network_report_tells_the_coders_agreement_on_the_goals(data, root, tmp_path):
    network = writer(data, root, "nb", "")
    assert goal_agreement_table(network) is None, "nothing was coded by two"
    found = pd.DataFrame([
        {"measure": "index", "goals": 50, "alpha": 0.91, "alpha_lower": 0.8, "alpha_upper": 0.97, "icc": 0.6},
        {"measure": "mal_med_frist", "goals": 25, "alpha": 0.82, "alpha_lower": 0.6, "alpha_upper": 1.0,
         "icc": float("nan")},
    ])  # fmt: skip
    paths = made.write_publishable(tmp_path)
    write_table("goal_agreement", found, paths["goal_agreement"])
    table = goal_agreement_table(writer(read_publishable(paths), root, "nb", "")).table
    assert [row.header for row in table.rows][-1] == "Alle spørsmål (indeks)"
    assert table.rows[0].cells[:2] == ["25", "0,82"] and table.rows[0].cells[3] != "nan"
    assert table.rows[1].cells[0] == "50" and table.rows[1].cells[3] == "0,60"
