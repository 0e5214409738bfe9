"""Who answered and who did not, of the whole network: small categories hidden, the rest in fives.

A row counts the respondents of one category (party block, gender, age group) beside the frame, which is
public. The attacker is given how many respondents named a category at all, so the categories of an
item are a table with a known sum: a hidden one must not follow from those that are shown. No other
published number is made of these counts, so they are a block of their own in the attack.

Counts leave in fives and the shares are those of the counts in fives: a late answer in a second
release does not show which category it belongs to.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from plankompass.disclosure.attack import AttackResult, attack_system
from plankompass.disclosure.choose import SEED
from plankompass.disclosure.party import LARGEST_SHARE
from plankompass.disclosure.primary import ROUND_N
from plankompass.disclosure.rules import CLASS_COUNTS, RESIDENTS, RuleBook
from plankompass.disclosure.secondary import protect
from plankompass.disclosure.system import System, Target
from plankompass.tables import CONTRACTS

_TABLE = "publishable_nonresponse"
_TOGETHER = ["wave", "group", "item"]
_SHARES = ("rate", "answered_share", "difference")


def publish_nonresponse(table: pd.DataFrame, rules: RuleBook) -> pd.DataFrame:
    """Hide small categories and those that would tell them; give the others in fives.

    Args:
        table: Rows of the contract ``nonresponse``.
        rules: Thresholds.

    Returns:
        Rows of the contract ``publishable_nonresponse``.
    """
    reason = _own_reasons(table, rules)
    system, candidates = _system(table, reason, rules)
    found = protect(
        system,
        candidates,
        min_remainder=rules.config.min_hidden_remainder,
        min_share=rules.config.min_interval_share,
        seed=SEED,
    )
    if found.failed:  # an item whose categories cannot be protected goes whole
        labels = {system.labels[row][:3] for row in found.failed}
        keys = table[_TOGETHER].itertuples(index=False, name=None)
        lost = np.fromiter((key in labels for key in keys), bool, count=len(table))
        reason = np.where(lost & (reason == ""), "secondary", reason)
    rows = [candidates[row] for row in found.hidden if row in candidates]
    reason[rows] = "secondary"
    return _rounded(table, reason)


def check_nonresponse(
    published: pd.DataFrame, table: pd.DataFrame, rules: RuleBook
) -> tuple[list[str], AttackResult]:
    """Hold the table that is about to leave against the rules, and attack it.

    Args:
        published: What is about to leave.
        table: The restricted table.
        rules: Thresholds.

    Returns:
        One line a finding, never a value; and what the attack tried.
    """
    own = _own_reasons(table, rules)
    shown = (published["status"] == "published").to_numpy()
    if len(published) != len(table):
        return [
            "who answered: the rows are not those of the indicators; run the stages again"
        ], AttackResult()
    expected = _rounded(table, np.where(shown | (own != ""), own, "secondary"))
    keys = table[[*_TOGETHER, "category"]].itertuples(index=False, name=None)
    wrong = [
        f"who answered: {' '.join(key)}: not what may be published"
        for key, same in zip(keys, _same_rows(expected, published), strict=True)
        if not same
    ]
    system, candidates = _system(table, own, rules)
    # an item of which no category is shown tells nothing that was not known before
    told = set(table.loc[shown, _TOGETHER].itertuples(index=False, name=None))
    system.targets = {row: t for row, t in system.targets.items() if system.labels[row][:3] in told}
    result = attack_system(
        system,
        [row for row, at in candidates.items() if shown[at]],
        min_share=rules.config.min_interval_share,
        min_remainder=rules.config.min_hidden_remainder,
        seed=SEED,
    )
    return wrong + [f"who answered: {line}" for line in result.messages()], result


def single_findings(published: pd.DataFrame) -> list[str]:
    """What the published table alone gives away: a hidden category whose others are all shown.

    Args:
        published: Rows of the contract ``publishable_nonresponse``.

    Returns:
        One line a finding; never a value.
    """
    there = published[published["population"] > 0]
    return [
        f"who answered: {' '.join(key)}: one category alone is hidden and follows from the others"
        for key, rows in there.groupby(_TOGETHER, sort=True)
        if (rows["status"] == "hidden").sum() == 1 and len(rows) > 1
    ]


def _same_rows(first: pd.DataFrame, second: pd.DataFrame) -> np.ndarray:
    """Which rows two tables of the same length have alike."""
    same = np.ones(len(first), bool)
    for column in first:
        one, two = (f[column].reset_index(drop=True) for f in (first, second))
        same &= ((one == two) | (one.isna() & two.isna())).fillna(False).to_numpy(bool)
    return same


def _limits(table: pd.DataFrame, rules: RuleBook) -> np.ndarray:
    """Fewest respondents behind each row."""
    config = rules.config
    own = np.where(table["group"] == RESIDENTS, config.min_n_residents, config.min_n)
    return np.maximum(own, config.min_n_network)


def _own_reasons(table: pd.DataFrame, rules: RuleBook) -> np.ndarray:
    """Why a row may not leave whatever else does; empty where it may."""
    n = table["n"].to_numpy(np.int64)
    left = table["population"].to_numpy(np.int64) - n
    few = table["municipalities"].to_numpy(np.int64) < rules.config.min_municipalities
    one = table["largest"].to_numpy(np.int64) > LARGEST_SHARE * n
    return np.select(
        [n < _limits(table, rules), few, one, left <= CLASS_COUNTS],
        ["too_few_answers", "too_few_municipalities", "party_one_municipality", "count_at_edge"],
        "",
    ).astype(object)


def _system(table: pd.DataFrame, own: np.ndarray, rules: RuleBook) -> tuple[System, dict[int, int]]:
    """The counts as a system: one atom a category, the sum of an item's categories known.

    Returns:
        The system, rows with a reason of their own as targets; and the other rows with their position.
    """
    system, candidates = System(), {}
    fives, limits = _fives(table["n"]), _limits(table, rules)
    for at, row in enumerate(table.itertuples(index=False)):
        place = (row.wave, row.group, row.item, row.category)
        possible = _possible(row.population, own[at], int(limits[at]))
        atom = system.atom(place, int(row.n), float(possible[0]), float(possible[-1]))
        target = None
        if own[at] and row.population > 0:
            points = tuple(map(float, possible)) if own[at] == "count_at_edge" else ()
            # room enough is a share of the fewest respondents a number may have
            target = Target(float(min(len(possible), limits[at])), points)
        place_in_system = system.add(
            place,
            {atom: 1},
            worth=(0, -int(row.n)),
            interval=(fives[at] - ROUND_N // 2, fives[at] + ROUND_N // 2),
            target=target,
        )
        if not own[at]:
            candidates[place_in_system] = at
    for key, rows in table.groupby(_TOGETHER, sort=True):
        atoms = {system.find((*key, category)): 1 for category in rows["category"]}
        whole = float(rows["n"].sum())
        system.add(("all categories", *key), atoms, interval=(whole, whole), known=True)
    return system, candidates


def _possible(size: int, reason: str, limit: int) -> range:
    """The counts that the rules leave open to one who knows the frame and why a row is hidden."""
    if reason == "too_few_answers":
        return range(min(size, limit - 1) + 1)
    if reason == "count_at_edge":
        return range(max(0, size - CLASS_COUNTS), size + 1)
    return range(size + 1)


def _fives(counts: pd.Series) -> np.ndarray:
    return np.round(counts.to_numpy(np.float64) / ROUND_N) * ROUND_N


def _rounded(table: pd.DataFrame, reason: np.ndarray) -> pd.DataFrame:
    """The rows as they leave."""
    out = table.copy()
    counts = _fives(table["n"])
    whole = _fives(table.groupby(_TOGETHER)["n"].transform("sum"))
    size = table["population"].to_numpy(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        out["rate"] = np.round(np.where(size > 0, counts / size, np.nan), 2)
        out["answered_share"] = np.round(np.where(whole > 0, counts / whole, np.nan), 2)
    out["frame_share"] = np.round(table["frame_share"].to_numpy(np.float64), 2)
    out["difference"] = np.round(out["answered_share"] - out["frame_share"], 2)
    hidden = reason != ""
    out["n"] = pd.array(counts, dtype="Float64").astype("Int64")
    out.loc[hidden, "n"] = pd.NA
    out.loc[hidden, list(_SHARES)] = np.nan
    out["status"] = np.where(hidden, "hidden", "published")
    out["reason"] = reason
    return out[[column.name for column in CONTRACTS[_TABLE].columns]]
