"""Published precision."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.disclosure.made_study import estimate_row, rule_book

from plankompass.disclosure.rounding import round_half_away, round_published


@given(st.integers(-10_000, 10_000), st.integers(0, 2))
def test_halves_go_away_from_zero_as_in_decimal_arithmetic(thousandths, decimals):
    exact = Decimal(thousandths) / 1000
    expected = abs(exact).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    got = round_half_away(np.array([thousandths / 1000]), decimals)[0]
    assert got == np.copysign(float(expected), thousandths) + 0.0


def test_a_point_of_an_index_is_a_share_of_municipalities_in_whole_percent():
    rules, index = rule_book(), "political_choice_index"
    assert rules.unit(index, "total") == "index"
    assert rules.unit(index, "budsjett_alternativer") == "share"
    row = estimate_row(value=10 / 12, lower=np.nan, upper=np.nan, n=12, numerator=None)
    frame = pd.DataFrame([row]).astype({"n": "Int64", "numerator": "Int64"})
    got = round_published(frame, np.array([rules.unit(index, "budsjett_alternativer")]))
    assert got["value"].tolist() == [0.83]


def test_missing_numbers_stay_missing_and_zero_has_no_sign():
    got = round_half_away(np.array([np.nan, -0.04]), 1)
    assert np.isnan(got[0])
    assert str(got[1]) == "0.0"


def test_a_share_under_twenty_is_a_count_of_a_count_and_from_twenty_whole_percent():
    few = estimate_row(value=5 / 13, lower=0.1612, upper=0.6555, n=13, numerator=5)
    many = estimate_row(value=8 / 21, lower=0.2123, upper=0.5678, n=21, numerator=8)
    weighted = estimate_row(value=0.4123, lower=0.3, upper=0.5, n=13, numerator=5)
    frame = pd.DataFrame([few, many, weighted])
    frame["n"] = frame["n"].astype("Int64")
    frame["numerator"] = frame["numerator"].astype("Int64")
    got = round_published(frame, np.array(["share"] * 3))
    assert got["value"].tolist() == [5 / 13, 0.38, 0.41]
    assert got["lower"].tolist() == [0.16, 0.21, 0.3]
