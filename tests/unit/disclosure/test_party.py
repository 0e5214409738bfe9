"""Numbers by party, block, or gender and party: rule 2 is live for the first indicator that gives one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from tests.unit.disclosure.made_study import estimate_row, rule_book

from plankompass.disclosure.choose import choose_published
from plankompass.disclosure.gate import attack_estimates
from plankompass.disclosure.primary import publishable
from plankompass.disclosure.row_rules import mark_rows
from plankompass.tables import check_table, empty_table

PARTIES = ("A", "H")
#: Answers of party A, party H in each municipality.
TOWNS = {"k01": (9, 7), "k02": (8, 9), "k03": (7, 8), "k04": (9, 6)}


def _study(towns, kind="party", hide_from=None) -> pd.DataFrame:
    rows = []
    for component, of in [
        ("total", None),
        *((f"{kind}:{p}|total", i) for i, p in enumerate(PARTIES)),
    ]:
        start = len(rows)
        for at, (unit, answers) in enumerate(towns.items()):
            n = sum(answers) if of is None else answers[of]
            means = [3.15 + 0.13 * at, 2.65 + 0.17 * at]
            mean = float(np.average(means, weights=answers)) if of is None else means[of]
            rows.append(estimate_row(unit=unit, component=component, n=n, value=mean,
                                     lower=mean - 0.4, upper=mean + 0.4, population=40))  # fmt: skip
        cells = rows[start:]
        mean = float(np.mean([c["value"] for c in cells]))
        rows.append(
            estimate_row(level="network", unit="network", component=component, value=mean,
                         lower=mean - 0.1, upper=mean + 0.1, n=sum(c["n"] for c in cells),
                         population=40 * len(cells), municipalities=len(cells))
        )  # fmt: skip
    return check_table("estimates", pd.DataFrame(rows))


def _marked(towns, kind="party") -> pd.DataFrame:
    return mark_rows(
        _study(towns, kind), empty_table("response"), empty_table("scale_quality"), rule_book()
    )


@pytest.mark.parametrize("kind", ["party", "block", "gender_party"])
def test_no_municipalitys_number_by_party_is_shown(kind):
    out = _marked(TOWNS, kind)
    own = out[(out["level"] == "municipality") & out["component"].str.startswith(f"{kind}:")]
    assert len(own) == 8
    assert set(own["reason"]) == {"party_municipal"}
    network = out[(out["level"] == "network") & out["component"].str.startswith(f"{kind}:")]
    assert set(network["status"]) == {"published"}


def test_a_change_by_party_is_held_to_the_same_rule():
    frame = _study(TOWNS).assign(component=lambda t: "change:T1|" + t["component"])
    out = mark_rows(frame, empty_table("response"), empty_table("scale_quality"), rule_book())
    own = out[(out["level"] == "municipality") & out["component"].str.contains("party:")]
    assert set(own["reason"]) == {"party_municipal"}


@pytest.mark.parametrize(
    ("towns", "reason"),
    [
        ({"k01": (9, 20), "k02": (3, 20), "k03": (2, 20)}, "party_one_municipality"),
        ({"k01": (3, 20), "k02": (3, 20), "k03": (3, 20)}, "too_few_answers"),
        ({"k01": (6, 20), "k02": (6, 20)}, "too_few_municipalities"),
        ({"k01": (7, 20), "k02": (4, 20), "k03": (3, 20)}, ""),
    ],
)
def test_the_networks_number_by_party_needs_answers_from_several(towns, reason):
    out = _marked(towns)
    row = out[(out["level"] == "network") & (out["component"] == "party:A|total")].iloc[0]
    assert row["reason"] == reason


def test_a_party_does_not_follow_from_the_others_and_the_whole():
    """All parties but one are shown and so is the whole; the hidden one must not follow."""
    towns = {"k01": (12, 3), "k02": (11, 2), "k03": (10, 2), "k04": (12, 2)}
    rules = rule_book()
    marked = _marked(towns)
    hidden = (marked["component"] == "party:H|total") & (marked["level"] == "network")
    assert set(marked.loc[hidden, "status"]) == {"hidden"}, "nine answers: too few"
    chosen, _ = choose_published(marked, rules)
    table = publishable(chosen, empty_table("response"), rules).assign(se=np.nan)
    assert not attack_estimates(marked, check_table("publishable_estimates", table), rules).found
