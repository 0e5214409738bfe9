"""The gate: nothing leaves before the attack on exactly what will be published has found nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from plankompass.disclosure.attack import AttackResult, attack_system, name
from plankompass.disclosure.choose import SEED, hide_beside, hide_dependents
from plankompass.disclosure.primary import publishable
from plankompass.disclosure.rounding import DECIMALS, half_unit
from plankompass.disclosure.row_rules import row_units
from plankompass.disclosure.rules import RuleBook
from plankompass.disclosure.study_system import build_study_system
from plankompass.tables import CONTRACTS

KEY = list(CONTRACTS["publishable_estimates"].key)
_FIGURES = ("value", "lower", "upper", "n")


def check_rows(
    marked: pd.DataFrame,
    primary: pd.DataFrame,
    response: pd.DataFrame,
    rules: RuleBook,
    ledger: pd.DataFrame | None = None,
) -> list[str]:
    """Hold each row that is about to leave against the rules and against the restricted estimate.

    Args:
        marked: Restricted rows with the status the rules give them.
        primary: What is about to be published, in the same order.
        response: Restricted response table.
        rules: Thresholds.
        ledger: Earlier releases.

    Returns:
        One line a row that may not leave as it is; never a value.
    """
    ours, theirs = (f[KEY].reset_index(drop=True) for f in (marked, primary))
    if not ours.astype("object").equals(theirs.astype("object")):
        return ["estimates: the rows are not those of the indicators; run the stages again"]
    lines = []
    labels = _Labels(ours)
    open_now = (primary["status"] == "published").to_numpy()
    allowed = (marked["status"] == "published").to_numpy()
    lines += [
        f"{labels[at]}: published, but the rules hide it ({marked['reason'].iat[at]})"
        for at in np.flatnonzero(open_now & ~allowed)
    ]
    expected = publishable(as_chosen(marked, primary), response, rules)
    for column in (*_FIGURES, "dont_know", "class_value", "display"):
        lines += [
            f"{labels[at]}: {column} is not what may be published"
            for at in np.flatnonzero(_differs(expected[column], primary[column]))
        ]
    lines += [
        f"{labels[at]}: a standard error may not leave"
        for at in np.flatnonzero(primary["se"].notna().to_numpy())
    ]
    chosen = as_chosen(marked, primary)
    dependent = (hide_dependents(chosen, rules)["status"] != "published").to_numpy()
    lines += [
        f"{labels[at]}: published, but a number it is made of is hidden"
        for at in np.flatnonzero(dependent & open_now & allowed)
    ]
    together = hide_beside(chosen, rules, ledger)
    gone = (together["status"] != "published").to_numpy() & open_now & allowed
    said = {
        "change_shown": "both waves' numbers and their change are published",
        "waves_shown": "both waves' numbers were published before, and now their change",
        "secondary": "published beside a mean, with which it tells the answers",
    }
    lines += [f"{labels[at]}: {said[together['reason'].iat[at]]}" for at in np.flatnonzero(gone)]
    return lines


class _Labels:
    """What each row is in words, put together for the few rows that are asked for."""

    def __init__(self, keys: pd.DataFrame) -> None:
        self._keys = keys

    def __getitem__(self, at: int) -> str:
        return name(tuple(self._keys.iloc[at]))


def _differs(first: pd.Series, second: pd.Series) -> np.ndarray:
    if first.dtype.kind in "OU" or str(first.dtype) == "str":
        return (first.astype("object") != second.astype("object")).to_numpy()
    a, b = (s.to_numpy(np.float64, na_value=np.nan) for s in (first, second))
    return ~((np.isnan(a) & np.isnan(b)) | (np.abs(a - b) < 1e-9))


def as_chosen(marked: pd.DataFrame, primary: pd.DataFrame) -> pd.DataFrame:
    """Restricted rows with what was hidden beside the rules hidden too."""
    out = marked.copy()
    more = (marked["status"] == "published") & (primary["status"] != "published").to_numpy()
    for column in ("status", "reason"):
        out[column] = np.where(
            more, primary[column].to_numpy(object), marked[column].to_numpy(object)
        )
    return out


def check_comparisons(
    comparisons: pd.DataFrame, primary: pd.DataFrame, rules: RuleBook
) -> list[str]:
    """Peer means may be made of published numbers alone, and only shown beside the own number.

    Args:
        comparisons: The comparisons that are about to leave.
        primary: The estimates that are about to leave.
        rules: Units of the values.

    Returns:
        One line a comparison that may not leave.
    """
    about = ["wave", "group", "gathering", "indicator", "component"]
    own = primary[(primary["level"] == "municipality") & (primary["status"] == "published")]
    own = own[own["value"].notna()]
    sums = own.groupby(about)["value"].agg(["sum", "count"])
    total = {key: (s, n) for key, s, n in zip(sums.index, sums["sum"], sums["count"], strict=True)}
    values = {
        key: value
        for *key_parts, value in own[["unit", *about, "value"]].itertuples(index=False, name=None)
        for key in [tuple(key_parts)]
    }
    lines = []
    units = row_units(comparisons, rules)
    rows = comparisons[["kommune_id", *about, "peer_mean", "difference"]]
    pooled = comparisons.loc[comparisons["pooled"].notna(), ["kommune_id", *about]]
    lines += [
        f"{name(key)}: pooled with others, but its own number is hidden"
        for key in pooled.itertuples(index=False, name=None)
        if key not in values
    ]
    for unit, (kommune, *key, mean, difference) in zip(
        units, rows.itertuples(index=False, name=None), strict=True
    ):
        label = name((kommune, *key))
        if np.isnan(mean) and np.isnan(difference):
            continue
        value = values.get((kommune, *key))
        if value is None:
            lines.append(f"{label}: compared, but its own number is hidden")
            continue
        whole, count = total[tuple(key)]
        expected = (whole - value) / max(count - 1, 1)
        slack = half_unit(unit) + 1e-6
        if abs(mean - expected) > slack or abs(difference - (value - expected)) > slack:
            lines.append(f"{label}: the peers' mean is not made of published numbers alone")
    return lines


def attack_estimates(
    marked: pd.DataFrame,
    primary: pd.DataFrame,
    rules: RuleBook,
    ledger: pd.DataFrame | None = None,
) -> AttackResult:
    """Attack the estimates that are about to leave, as someone would who knows the rules.

    Args:
        marked: Restricted rows with the status the rules give them.
        primary: What is about to be published, in the same order.
        rules: Thresholds.
        ledger: Earlier releases, whose numbers everyone has.

    Returns:
        What the attack tried and found.
    """
    chosen = as_chosen(marked, primary)
    study = build_study_system(chosen, rules, published=primary, ledger=ledger)
    open_rows = set(np.flatnonzero((primary["status"] == "published").to_numpy()).tolist())
    published = [row for at, row in study.row_of.items() if at in open_rows]
    for row in published:
        study.system.targets.pop(row, None)
    return attack_system(
        study.system,
        published,
        min_share=rules.config.min_interval_share,
        min_remainder=rules.config.min_hidden_remainder,
        seed=SEED,
    )


def gate_report(
    result: AttackResult, primary: pd.DataFrame, rules: RuleBook, ledger: pd.DataFrame
) -> dict[str, Any]:
    """What was attacked, how, and with what result, for ``gate.json``.

    Args:
        result: The attack.
        primary: What leaves.
        rules: Thresholds.
        ledger: Earlier releases.

    Returns:
        Plain values; the same for the same rows.
    """
    hidden = primary[primary["status"].isin(["hidden", "unreliable"])]
    reasons = hidden.groupby(["level", "reason"]).size()
    return {
        "thresholds": rules.config.model_dump(mode="json"),
        "attacks": {
            "exact": "each hidden number against all combinations of published ones, modulo 2^61 - 1",
            "own_answer": "the same by a respondent who is alone in a hidden group",
            "remainder": "sums that follow for two hidden groups of too few persons together",
            "interval": "linear programs over what rounded numbers leave open",
            "change": "never two waves' numbers and their change of one municipality",
            "peer_means": "made of published numbers alone",
        },
        "attacker_knows": {
            "sizes": "the size of every group and how many answered, hidden ones included",
            "reasons": "the rules and why each number is hidden",
            "structure": "that scales are means of their items and that choices are limited",
            "sums": "how far missing answers and weights move a sum",
            "earlier": "every number that was delivered before",
        },
        "decimals": DECIMALS,
        "attacked": {
            "published_rows": result.rows,
            "protected_numbers": result.targets,
            "blocks": result.blocks,
            "earlier_releases": sorted(set(ledger["name"])),
        },
        "found": result.messages(),
        "published": int((primary["status"] == "published").sum()),
        "hidden": {f"{level} {reason}": int(n) for (level, reason), n in reasons.items()},
    }
