"""Attack what is published of interviews: classes of single municipalities beside the network's share.

A municipality's report says "at least three" or "fewer than three" interviews with a code. Together
with the network's share the classes must leave at least two counts open in every municipality.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from plankompass.disclosure.rounding import half_unit
from plankompass.disclosure.rules import AT_LEAST_THREE, FEWER_THAN_THREE, INTERVIEWS, RuleBook

_ABOUT = ["indicator", "wave", "component"]
_CLASS_LIMIT = 3


def interview_findings(table: pd.DataFrame, rules: RuleBook) -> list[str]:
    """What published rows of interviews give away.

    Args:
        table: Rows of the contract ``publishable_estimates``.
        rules: Codes that are for the network alone; fewest interviews.

    Returns:
        One line a finding; never a value.
    """
    rows = table[table["group"] == INTERVIEWS]
    municipal = rows[rows["level"] == "municipality"]
    lines = [
        f"{_name(row)}: more is published of a municipality's interviews than a class"
        for row in municipal.itertuples(index=False)
        if not (pd.isna(row.value) and pd.isna(row.n) and pd.isna(row.lower))
    ]
    lines += [
        f"{_name(row)}: published for a municipality, but meant for the network alone"
        for row in municipal[municipal["status"] == "published"].itertuples(index=False)
        if rules.network_only(row.indicator, row.component)
    ]
    network = rows[(rows["level"] == "network") & (rows["status"] == "published")]
    for whole in network[network["value"].notna() & network["n"].notna()].itertuples(index=False):
        about = (municipal[_ABOUT] == [getattr(whole, c) for c in _ABOUT]).all(axis=1)
        lines += _counts_that_follow(municipal[about], float(whole.value), int(whole.n), rules)
    return lines


def _counts_that_follow(
    towns: pd.DataFrame, share: float, interviews: int, rules: RuleBook
) -> list[str]:
    """Municipalities of which only one count is possible, given the network's sum of them."""
    half = half_unit("share")
    total = (
        np.ceil((share - half) * interviews - 1e-9),
        np.floor((share + half) * interviews + 1e-9),
    )
    low, high = np.zeros(len(towns)), np.zeros(len(towns))
    for at, row in enumerate(towns.itertuples(index=False)):
        if row.class_value == AT_LEAST_THREE:
            low[at], high[at] = _CLASS_LIMIT, interviews
        elif row.class_value == FEWER_THAN_THREE:
            high[at] = _CLASS_LIMIT - 1
        elif row.status == "hidden":
            high[at] = rules.config.min_interviews - 1
    first = np.maximum(low, total[0] - (high.sum() - high))
    last = np.minimum(high, total[1] - (low.sum() - low))
    classed = towns["class_value"].isin([AT_LEAST_THREE, FEWER_THAN_THREE]).to_numpy()
    return [
        f"{_name(row)}: the number of interviews with the code follows from the network's share"
        for row, one, few in zip(
            towns.itertuples(index=False), last - first < 1, classed, strict=True
        )
        if one and few
    ]


def _name(row: object) -> str:
    return f"{row.level} {row.unit} {row.wave} {row.group} {row.indicator} {row.component}"  # type: ignore[attr-defined]
