"""Quotations leave only where a network number may, without a trace of whose they are."""

from __future__ import annotations

import pandas as pd
import pytest
from tests.unit.disclosure.made_study import estimate_row

from plankompass.disclosure.quotes import check_quotes, publish_quotes
from plankompass.disclosure.rules import RuleBook
from plankompass.study.codebook import load_codebook
from plankompass.study.config_models import DisclosureConfig
from plankompass.tables import check_table


@pytest.fixture(scope="module")
def rules(root):
    return RuleBook.of(DisclosureConfig(), load_codebook(root / "codebook"))


def cleared(*rows: tuple[str, str, str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["passage", "wave", "text"])
    return frame.assign(
        codes="barrierer/tid", cleared_by="Leder", cleared_on=pd.Timestamp("2023-06-01")
    )


def behind(n: int, municipalities: int) -> pd.DataFrame:
    row = estimate_row(level="network", unit="network", group="intervju", n=n,
                       municipalities=municipalities, component="barrierer/tid")  # fmt: skip
    own = estimate_row(
        group="intervju", n=99, municipalities=9
    )  # a municipality's row counts for nothing
    return pd.DataFrame([row, own])


@pytest.mark.parametrize(("n", "municipalities", "kept"), [(10, 3, 1), (9, 3, 0), (10, 2, 0)])
def test_quotations_need_what_a_network_number_needs(rules, n, municipalities, kept):
    table = publish_quotes(cleared(("p1", "T2", "Ja.")), behind(n, municipalities), rules)
    assert len(check_table("quotes", table)) == kept


def test_quotations_of_a_wave_without_interviews_enough_stay(rules):
    table = publish_quotes(cleared(("p1", "T1", "Ja."), ("p2", "T2", "Nei.")), behind(20, 5), rules)
    assert table["text"].tolist() == ["Nei."]


def test_order_is_that_of_the_words_and_ids_stay_behind(rules):
    table = publish_quotes(
        cleared(("p2", "T2", "Åpent."), ("p1", "T2", "Lukket."), ("p3", "T2", "Lukket.")),
        behind(20, 5),
        rules,
    )
    assert table[["quote", "text"]].to_numpy().tolist() == [[1, "Lukket."], [2, "Åpent."]]
    assert set(table.columns) == {"quote", "wave", "codes", "text"}


def test_gate_stops_a_quotation_that_nobody_cleared(rules):
    have = cleared(("p1", "T2", "Ja."))
    table = publish_quotes(have, behind(20, 5), rules)
    assert check_quotes(table, have) == []
    (found,) = check_quotes(table.assign(text="Noe annet."), have)
    assert "annet" not in found
    assert check_quotes(table, have.assign(cleared_by="")) != []
