"""Who answered, by category: small counts hidden, none of them follows, the rest in fives."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from tests.unit.disclosure.made_study import ROOT

from plankompass.disclosure.rules import RuleBook
from plankompass.disclosure.who_answered import (
    check_nonresponse,
    publish_nonresponse,
    single_findings,
)
from plankompass.study.codebook import load_codebook
from plankompass.study.config_models import DisclosureConfig
from plankompass.tables import check_table


@pytest.fixture(scope="module")
def rules():
    return RuleBook.of(DisclosureConfig(), load_codebook(ROOT / "codebook"))


def restricted(counts, *, group="folkevalgte", item="bg_posisjon", wave="T2"):
    """One item's rows: category to (persons in the frame, answers, municipalities, largest)."""
    rows = [(wave, group, item, c, *numbers) for c, numbers in counts.items()]
    names = ["wave", "group", "item", "category", "population", "n", "municipalities", "largest"]
    table = pd.DataFrame(rows, columns=names)
    shares = {s: table[c] / max(table[c].sum(), 1) for s, c in (("frame_share", "population"), ("answered_share", "n"))}  # fmt: skip
    table = table.assign(rate=table["n"] / table["population"].clip(lower=1), **shares)
    table["difference"] = table["answered_share"] - table["frame_share"]
    return check_table("nonresponse", table)


def published(counts, rules, **about):
    table = restricted(counts, **about)
    out = check_table("publishable_nonresponse", publish_nonresponse(table, rules))
    found, _ = check_nonresponse(out, table, rules)
    assert found == []
    return table, out.set_index("category")


def test_large_categories_leave_in_fives_and_shares_follow_from_them(rules):
    counts = {"ja": (192, 123, 9, 30), "nei": (104, 69, 8, 20), "uavklart": (28, 16, 4, 6)}
    _, out = published(counts, rules)
    assert out["n"].to_dict() == {"ja": 125, "nei": 70, "uavklart": 15}
    assert out["rate"].to_dict() == {"ja": 0.65, "nei": 0.67, "uavklart": 0.54}
    assert out["answered_share"].to_dict() == {"ja": 0.60, "nei": 0.33, "uavklart": 0.07}
    assert out["difference"].to_dict() == {"ja": 0.01, "nei": 0.01, "uavklart": -0.02}


@pytest.mark.parametrize(
    ("small", "reason"),
    [
        ((28, 9, 4, 3), "too_few_answers"),
        ((28, 0, 0, 0), "too_few_answers"),
        ((28, 16, 2, 8), "too_few_municipalities"),
        ((28, 16, 4, 9), "party_one_municipality"),
        ((28, 26, 4, 9), "count_at_edge"),
    ],
)
def test_a_category_the_rules_hide_takes_the_next_smallest_with_it(rules, small, reason):
    counts = {"ja": (192, 123, 9, 30), "nei": (104, 69, 8, 20), "uavklart": small}
    table, out = published(counts, rules)
    assert out["reason"].to_dict() == {"ja": "", "nei": "secondary", "uavklart": reason}
    assert out.loc["uavklart", ["n", "rate", "answered_share", "difference"]].isna().all()
    assert out["population"].tolist() == [192, 104, 28]
    # taken back, the hidden one follows: the gate says so
    more = publish_nonresponse(restricted({**counts, "uavklart": (28, 16, 4, 6)}), rules)
    open_ = out.reset_index()[more.columns]
    open_.loc[open_["category"] == "nei"] = more[more["category"] == "nei"].to_numpy()
    found, _ = check_nonresponse(check_table("publishable_nonresponse", open_), table, rules)  # fmt: skip
    assert any("follows exactly" in line for line in found)
    assert single_findings(out.reset_index()) == []
    (line,) = single_findings(open_)
    assert "one category alone is hidden" in line


def test_residents_need_thirty_and_each_question_stands_for_itself(rules):
    ages = {"a16_29": (300, 29, 5, 9), "a30_44": (500, 90, 5, 30), "a45_66": (600, 120, 5, 40)}
    one = restricted(ages, group="innbyggere", item="bg_aldersgruppe")
    two = restricted({"kvinne": (700, 120, 5, 40), "mann": (700, 119, 5, 40)}, group="innbyggere", item="bg_kjonn")  # fmt: skip
    out = publish_nonresponse(pd.concat([one, two], ignore_index=True), rules).set_index("category")
    hidden = {"a16_29": "too_few_answers", "a30_44": "secondary"}
    assert {c: r for c, r in out["reason"].items() if r} == hidden
    assert (out["reason"] == "").sum() == 3


def test_a_row_that_may_not_leave_stops_the_gate(rules):
    counts = {"ja": (192, 123, 9, 30), "nei": (104, 69, 8, 20), "uavklart": (28, 16, 4, 6)}
    table = restricted(counts)
    out = publish_nonresponse(table, rules)
    for column, value in (("n", 123), ("rate", 0.641), ("reason", "secondary")):
        found, _ = check_nonresponse(out.assign(**{column: value}), table, rules)
        assert any("not what may be published" in line for line in found)
    found, _ = check_nonresponse(out.head(2), table, rules)
    assert found and "run the stages again" in found[0]


def test_random_tables_hide_what_they_must_and_nothing_follows(rules):
    rng = np.random.default_rng(3)
    seen = 0
    for _ in range(70):
        kinds = int(rng.integers(2, 6))
        counts = {}
        for kind in range(kinds):
            size = int(rng.integers(0, 60))
            n = int(rng.integers(0, size + 1))
            counts[f"c{kind}"] = (size, n, int(rng.integers(1, 9)), int(rng.integers(0, n + 1)))
        _, out = published(counts, rules)
        own = out[~out["reason"].isin(["", "secondary"]) & (out["population"] > 0)]
        gone = out["status"] == "hidden"
        assert (own["n"].isna()).all()
        assert own.empty or (gone & (out["population"] > 0)).sum() > 1 or kinds - (out["population"] == 0).sum() == 1  # fmt: skip
        seen += (out["reason"] == "secondary").any()
    assert seen > 2
