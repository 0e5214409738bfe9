"""Agreement on units of text: what counts as coded, and coefficients held to slow ones."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from plankompass.indicators.unit_agreement import unit_agreement
from plankompass.indicators.unit_ratings import codes_below, rate_units
from plankompass.statistics.agreement import cohen_kappa, gwet_ac1, krippendorff_alpha
from plankompass.study.codebook import load_codebook
from plankompass.study.config_models import StatisticsConfig
from plankompass.tables import check_table

TID, OKONOMI, GREP = "barrierer/tid", "barrierer/okonomi", "grep/faerre_mal"
TEXT = "Første avsnitt.\nAndre avsnitt 😀.\nTredje avsnitt."


@pytest.fixture(scope="module")
def book(root):
    return load_codebook(root / "codebook")


def tables(interviews: dict[str, list[tuple[str, str, int, int]]], text: str = TEXT):
    """Interview name to (coder, code, start, end)."""
    segments = pd.DataFrame(
        [
            (name, coder, code, start, end, f"s{n}")
            for name, marks in interviews.items()
            for n, (coder, code, start, end) in enumerate(marks)
        ],
        columns=["interview", "coder", "code", "start", "end", "segment"],
    ).astype({"start": "Int64", "end": "Int64"})
    spans, at = [], 0
    for line in text.split("\n"):
        spans.append((at, at + len(line)))
        at += len(line) + 1
    names = list(interviews)
    coders = segments.groupby("interview")["coder"].nunique()
    return (
        pd.DataFrame(
            {
                "interview": names,
                "kommune_id": "k01",
                "role": "ordforer",
                "wave": "T2",
                "source_kind": "interview",
                "coders": [int(coders.get(n, 0)) for n in names],
            }
        ),
        segments,
        pd.DataFrame({"interview": names, "name": names, "text": text}),
        pd.DataFrame(
            [(n, k, "paragraph", a, b) for n in names for k, (a, b) in enumerate(spans)],
            columns=["interview", "unit", "kind", "start", "end"],
        ),
    )


def place(words: str) -> tuple[int, int]:
    return TEXT.index(words), TEXT.index(words) + len(words)


def test_a_unit_is_coded_where_a_selection_covers_a_word_of_it():
    marks = [
        ("A", TID, *place("avsnitt.\nAndre")),  # reaches into the second
        ("B", TID, *place("Første avsnitt.\n")),  # takes the line end along
        ("B", OKONOMI, *place(" 😀.\n")),  # no word at all
        ("B", OKONOMI, *place("Tredje avsnitt.")),
    ]
    made = tables({"i1": marks, "alone": [("A", TID, 0, 5)]})
    ratings = rate_units(*made)
    assert ratings.coders == ("A", "B")
    assert ratings.of(frozenset({TID})).tolist() == [[1, 1, 0], [1, 0, 0]]
    assert ratings.of(frozenset({OKONOMI})).tolist() == [[0, 0, 0], [0, 0, 1]]
    assert ratings.of(frozenset({TID, OKONOMI})).tolist() == [[1, 1, 0], [1, 0, 1]]
    assert ratings.coded_units == 6


def test_third_coder_is_missing_where_they_did_not_code():
    made = tables({
        "i1": [("A", TID, *place("Første")), ("B", TID, *place("Første"))],
        "i2": [("A", TID, *place("Andre")), ("C", TID, *place("Andre"))],
    })  # fmt: skip
    matrix = rate_units(*made).of(frozenset({TID}))
    assert np.isnan(matrix[1, 3:]).all()
    assert np.isnan(matrix[2, :3]).all()
    assert matrix[0].tolist() == [1, 0, 0, 0, 1, 0]


def test_codings_without_a_place_are_in_no_unit_but_make_a_coder():
    made = tables({"i1": [("A", TID, *place("Første")), ("B", TID, None, None)]})
    assert rate_units(*made).of(frozenset({TID})).tolist() == [[1, 0, 0], [0, 0, 0]]


def test_children_count_for_their_category(book):
    below = codes_below(book)
    assert below["barrierer"] >= {TID, OKONOMI, "barrierer"}
    assert below[TID] == {TID}
    assert GREP not in below["barrierer"]


def made_study(seed: int, interviews: int = 7):
    rng = np.random.default_rng(seed)
    text = "\n".join(f"Avsnitt nummer {n}." for n in range(20))
    starts = [text.index(f"nummer {n}.") for n in range(20)]
    made = {}
    for number in range(interviews):
        marks = []
        for code in (TID, OKONOMI, GREP):
            truth = rng.random(20) < 0.3
            for coder in "AB":
                seen = np.where(rng.random(20) < 0.85, truth, rng.random(20) < 0.3)
                marks += [(coder, code, starts[n], starts[n] + 6) for n in np.flatnonzero(seen)]
        made[f"i{number}"] = marks
    return tables(made, text)


def test_coefficients_equal_those_of_the_matrix(book):
    made = made_study(3)
    settings = StatisticsConfig()
    ratings = rate_units(*made)
    table = check_table("unit_agreement", unit_agreement(made[0], made[1], ratings, book, settings))
    assert set(table["code"]) == set(book.codes)
    rows = table.set_index(["unit", "code"])
    for code, counting in (("barrierer", {TID, OKONOMI}), (TID, {TID}), ("grep", {GREP})):
        # by hand: every segment held against every unit
        matrix = np.zeros((2, 140))
        units = made[3].sort_values(["interview", "unit"]).reset_index(drop=True)
        for s in made[1].itertuples():
            hit = (
                (units["interview"] == s.interview)
                & (units["start"] < s.end)
                & (units["end"] > s.start)
            )
            if s.code in counting:
                matrix["AB".index(s.coder), hit.to_numpy()] = 1
        row = rows.loc[("paragraph", code)]
        assert row["alpha"] == pytest.approx(
            krippendorff_alpha(matrix, "nominal", replicates=0), abs=1e-12
        )
        assert row["gwet_ac1"] == pytest.approx(gwet_ac1(matrix, categories=[0, 1]), abs=1e-12)
        assert row["cohen_kappa"] == pytest.approx(cohen_kappa(matrix), abs=1e-12)
        assert row["units_differing"] == (matrix[0] != matrix[1]).sum()
        assert row["share_with_code"] == pytest.approx(matrix.mean())
        assert (row["units"], row["interviews"], row["interval"]) == (140, 7, "interviews")
        assert row["lower"] < row["alpha"] < row["upper"]


def test_few_interviews_give_an_interval_over_units(book):
    made = made_study(4, interviews=3)
    table = unit_agreement(made[0], made[1], rate_units(*made), book, StatisticsConfig())
    rows = table[table["unit"] == "paragraph"]
    assert set(rows["interval"]) == {"units"}
    assert rows.loc[rows["code"] == TID, "lower"].notna().all()


def test_share_that_is_double_coded(book):
    made = tables({
        "i1": [("A", TID, 0, 5), ("B", TID, 0, 5)], "i2": [("A", TID, 0, 5)], "i3": [("B", TID, 0, 5)],
    })  # fmt: skip
    table = unit_agreement(made[0], made[1], rate_units(*made), book, StatisticsConfig())
    assert table["share_double_coded"].to_numpy() == pytest.approx(1 / 3)
    row = table[(table["unit"] == "interview") & (table["code"] == TID)].iloc[0]
    # both always set it: no variation, so alpha says nothing and AC1 does
    assert np.isnan(row["alpha"])
    assert row["gwet_ac1"] == 1
    assert bool(row["rare"])


def test_nothing_double_coded_gives_an_empty_table(book):
    made = tables({"i1": [("A", TID, 0, 5)]})
    table = unit_agreement(made[0], made[1], rate_units(*made), book, StatisticsConfig())
    assert len(check_table("unit_agreement", table)) == 0
