"""Distributions of answers: whole or not at all, no class at the edge, nothing told beside a mean."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from tests.unit.disclosure.made_study import estimate_row, rule_book
from tests.unit.disclosure.test_gate import Line

from plankompass.disclosure.choose import hide_beside, hide_dependents
from plankompass.disclosure.distributions import _sets, distributions, distributions_that_tell
from plankompass.disclosure.row_rules import mark_rows
from plankompass.tables import check_table, empty_table

ITEM = "ps_prioriterer"
RULES = rule_book()


def _rows(counts: dict[str, int], item: str = ITEM, **given) -> list[dict]:
    n = sum(counts.values())
    return [
        estimate_row(
            component=f"answers:{part}|{item}", value=count / n, numerator=count, n=n,
            method="share_hypergeometric", **given,
        )
        for part, count in counts.items()
    ]  # fmt: skip


def _marked(*rows: dict) -> pd.DataFrame:
    frame = check_table("estimates", pd.DataFrame(list(rows)))
    return mark_rows(frame, empty_table("response"), empty_table("scale_quality"), RULES)


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ((6, 5, 9), True),
        ((3, 3, 3), True),
        ((2, 9, 9), False),
        ((0, 10, 10), False),
        ((1, 1, 18), False),
        ((4, 2, 14), False),
    ],
)
def test_one_part_at_the_edge_takes_the_whole_with_it(counts, shown):
    marked = _marked(*_rows(dict(zip(("lower", "middle", "upper"), counts, strict=True))))
    assert set(marked["status"]) == {"published" if shown else "hidden"}
    assert set(marked["reason"]) == {"" if shown else "count_at_edge"}
    # no class either: beside the others it would tell the count
    assert set(marked["display"]) == {""}


def test_a_part_hidden_because_of_others_takes_the_whole_with_it():
    marked = _marked(*_rows({"lower": 6, "middle": 5, "upper": 9}))
    marked.loc[1, ["status", "reason"]] = ["hidden", "secondary"]
    after = hide_dependents(marked, RULES)
    assert set(after["status"]) == {"hidden"}
    assert set(after["reason"]) == {"secondary"}


def test_sets_are_all_sets_and_no_others():
    counts = {"answers:lower": 4, "answers:middle": 2, "answers:upper": 3}
    totals, deviations = _sets(counts, 1, 5, 9)
    by_hand = [
        [*low, 3, 3, *high]
        for low in itertools.combinations_with_replacement((1, 2), 4)
        for high in itertools.combinations_with_replacement((4, 5), 3)
    ]
    assert sorted(totals) == sorted(float(sum(v)) for v in by_hand)
    assert sorted(np.round(deviations, 9)) == sorted(
        round(float(np.std(v, ddof=1)), 9) for v in by_hand
    )


def test_a_mean_at_the_end_of_what_the_distribution_allows_hides_the_distribution():
    counts = {"lower": 3, "middle": 3, "upper": 3}
    low = _marked(
        estimate_row(component=ITEM, value=24 / 9, n=9), *_rows(counts)
    )  # 1 1 1 3 3 3 4 4 4
    middle = _marked(estimate_row(component=ITEM, value=28 / 9, n=9), *_rows(counts))
    assert len(distributions_that_tell(low, RULES)) == 3
    assert distributions_that_tell(middle, RULES) == []
    after = hide_beside(low, RULES).set_index("component")["reason"].to_dict()
    assert after.pop(ITEM) == ""
    assert set(after.values()) == {"secondary"}


@pytest.mark.parametrize(
    ("item", "indicator"), [(ITEM, "plan_steering_use"), ("sp_tillit_f_til_a", "interplay_quality")]
)
def test_the_interval_gives_way_unless_groups_are_compared_on_it(item, indicator):
    """A mean, its own spread and a distribution together tell the answers of a council."""
    given = {"indicator": indicator, "population": 30}
    mean = estimate_row(
        component=item,
        value=3.25,
        n=16,
        lower=2.9,
        upper=3.6,
        method="mean_fpc_floored_sd",
        **given,
    )
    marked = _marked(mean, *_rows({"lower": 4, "middle": 5, "upper": 7}, item, **given))
    told = distributions_that_tell(marked, RULES)
    compared = item in RULES.compared
    gone = marked.loc[marked["component"] == item, "interval_tells"]
    assert bool(gone.iat[0]) != compared
    assert len(told) == (3 if compared else 0)


@pytest.fixture(scope="module")
def line() -> Line:
    return Line(municipalities=12, seed=5)


def test_distributions_pass_the_gate_and_are_whole(line):
    assert line.findings(line.table) == []
    found = distributions(line.table)
    shown = [(line.table["status"].iloc[rows] == "published").to_numpy() for rows in found.values()]
    assert all(part.all() or not part.any() for part in shown)
    assert sum(part.all() for part in shown) >= 10
    assert sum(not part.any() for part in shown) >= 10


def test_one_part_shown_of_a_hidden_distribution_is_found(line):
    hidden = next(
        rows
        for key, rows in distributions(line.table).items()
        if key[1] == "municipality" and line.table["reason"].iat[rows[0]] == "count_at_edge"
    )
    mutant = line.table.copy()
    mutant.loc[hidden[0], ["status", "reason"]] = ["published", ""]
    mutant.loc[hidden[0], "value"] = line.marked["value"].iat[hidden[0]]
    assert line.findings(mutant) != []
