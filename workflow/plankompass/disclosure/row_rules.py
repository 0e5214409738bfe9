"""The rules that look at one row by itself, each with its reason code.

Order of the rules is the order of what a reader should be told first: a number that is not meant for
a level, too few answers, a group too small, then what the answers themselves would give away.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from plankompass.disclosure.answer_sets import intervals_that_tell, made_of
from plankompass.disclosure.components import TOTAL, is_known, part_of
from plankompass.disclosure.distributions import (
    distributions,
    intervals_beside_distributions,
    not_whole,
)
from plankompass.disclosure.ledger import KEY, changed_answers, digest
from plankompass.disclosure.party import by_party, in_one_municipality
from plankompass.disclosure.rows import plain_values, row_tuples
from plankompass.disclosure.rules import (
    AT_LEAST_THREE,
    CLASS_COUNTS,
    CLASS_MIN_N,
    DOCUMENTS,
    FEWER_THAN_THREE,
    INTERVIEWS,
    SMALL_N,
    SURVEY_GROUPS,
    RuleBook,
)
from plankompass.study.problems import StageFailedError

STAGE = "disclosure"

Hide = Callable[[np.ndarray, str], None]


def per_row(frame: pd.DataFrame, columns: list[str], answer: Any, dtype: Any) -> np.ndarray:
    """Ask once a distinct combination of columns and spread the answers over the rows.

    Args:
        frame: Rows.
        columns: Columns that the answer depends on.
        answer: Function of their values.
        dtype: Type of the answers.

    Returns:
        One answer a row.
    """
    if not len(frame):
        return np.array([], dtype)
    codes = frame.groupby(columns, sort=False, dropna=False).ngroup().to_numpy()
    first = frame.loc[~pd.Series(codes).duplicated().to_numpy(), columns]
    found = np.array([answer(*row) for row in first.itertuples(index=False, name=None)], dtype)
    return found[codes]


def row_units(frame: pd.DataFrame, rules: RuleBook) -> np.ndarray:
    """Unit of each row's value, as ``RuleBook.unit`` gives it."""
    return per_row(frame, ["indicator", "component"], rules.unit, "U12")


def check_indicators(frame: pd.DataFrame, rules: RuleBook) -> None:
    """Stop when an estimate's thresholds are unknown.

    Raises:
        StageFailedError: An indicator is not in the codebook, or a component is of a kind that the
            rules do not know (the smallest answer, a quantile, a rank of municipalities ...).
    """
    strange = sorted({c.partition(":")[0] for c in frame["component"].unique() if not is_known(c)})
    if strange:
        raise StageFailedError(
            STAGE,
            [
                f"estimates: component {kind}: is a kind of number no rule allows"
                for kind in strange
            ],
        )
    unknown = sorted(set(frame["indicator"]) - set(rules.indicators))
    if unknown:
        raise StageFailedError(
            STAGE,
            [
                f"estimates: indicator {name}: not in the codebook; the thresholds of its numbers "
                "are unknown"
                for name in unknown
            ],
        )


def mark_rows(
    estimates: pd.DataFrame,
    response: pd.DataFrame,
    quality: pd.DataFrame,
    rules: RuleBook,
    ledger: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Set status, reason and display of each row; the numbers are still there.

    Args:
        estimates: Restricted estimates of all indicators.
        response: Restricted response table; gives the size of a gap's second group where the
            estimates do not.
        quality: Reliability of the scales.
        rules: Thresholds.
        ledger: Earlier releases.

    Returns:
        The estimates with status, reason, display, ``unit_of_value`` and ``interval_tells`` (the
        interval would tell the answers).

    Raises:
        StageFailedError: An indicator is unknown.
    """
    check_indicators(estimates, rules)
    frame = estimates.reset_index(drop=True).copy()
    unit = row_units(frame, rules)
    frame["unit_of_value"] = unit
    frame["display"] = ""
    n = frame["n"].to_numpy(np.float64, na_value=0.0)
    size = frame["population"].to_numpy(np.float64, na_value=np.nan)
    value = frame["value"].to_numpy(np.float64)
    municipal = (frame["level"] == "municipality").to_numpy()
    survey = frame["group"].isin(SURVEY_GROUPS).to_numpy()
    interview = (frame["group"] == INTERVIEWS).to_numpy()
    open_rows = (frame["status"] == "published").to_numpy().copy()
    status, reason = frame["status"].to_numpy(object), frame["reason"].to_numpy(object)

    def hide(rows: np.ndarray, code: str, state: str = "hidden") -> None:
        chosen = rows & open_rows
        status[chosen], reason[chosen] = state, code
        open_rows[chosen] = False

    limit = per_row(frame, ["indicator", "level", "group"], rules.min_n, np.int64)
    only = per_row(frame, ["indicator", "component"], rules.network_only, bool)
    hide(municipal & only, "network_only")
    party = by_party(frame)
    hide(municipal & party, "party_municipal")
    gap = unit == "gap"
    counted = survey | interview | frame["n"].notna().to_numpy()
    few = counted & ~gap & (n < limit)
    hide(few & interview, "too_few_interviews")
    hide(few & (frame["group"] == DOCUMENTS).to_numpy(), "too_few_goals")
    hide(few, "too_few_answers")
    hide(np.isnan(value) & (frame["class_value"] == "").to_numpy(), "not_asked")
    hide(
        municipal & survey & ~gap & ~(np.isnan(size) | (size >= rules.config.min_population)),
        "small_population",
    )
    _both_groups(frame, gap, response, rules, hide)
    hide(~municipal & (survey | interview)
         & (_municipalities(frame) < rules.config.min_municipalities),
         "too_few_municipalities")  # fmt: skip
    hide(in_one_municipality(frame, party), "party_one_municipality")
    hide(_unreliable(frame, quality, rules), "scale_unreliable", "unreliable")
    count = frame["numerator"].to_numpy(np.float64, na_value=np.nan)
    count = np.where(np.isnan(count), np.round(value * n), count)
    _interviews(frame, municipal, count, open_rows, hide)
    _counts_at_edge(frame, unit, n, count, survey | (interview & ~municipal), open_rows, hide)
    _answers_alike(frame, unit, n, value, survey, municipal, open_rows, rules, hide)
    frame["status"], frame["reason"] = status, reason
    frame.loc[~open_rows, "class_value"] = ""
    if ledger is not None and len(ledger):
        frame = _changed_since(frame, municipal & survey, rules, ledger)
    frame["interval_tells"] = intervals_that_tell(frame, rules)
    beside = intervals_beside_distributions(frame, rules)
    frame["interval_tells"] |= beside | made_of(frame, beside)
    return frame


def _changed_since(
    frame: pd.DataFrame, rows: np.ndarray, rules: RuleBook, ledger: pd.DataFrame
) -> pd.DataFrame:
    """Hide what readers have another number of, when fewer answers came between than may be shown.

    The reason is that of a number hidden for another's sake, whatever other rule hides it too: that a
    share is at the edge now, or a mean a whole number, would tell the answers that came.
    """
    shown = ledger[(ledger["status"] == "published") & ledger["value"].notna()]
    before: dict[tuple, list[tuple[int, str]]] = {}
    for *key, n, known in shown[[*KEY, "n", "digest"]].itertuples(index=False, name=None):
        before.setdefault(tuple(key), []).append((int(n), known))
    keys = list(row_tuples(frame, KEY))
    gone = []
    asked = np.flatnonzero(rows & (frame["n"].notna() & frame["value"].notna()).to_numpy())
    numbers = row_tuples(frame.iloc[asked], ["n", "value"])
    for at, (n, value) in zip(asked.tolist(), numbers, strict=True):
        gone += [
            at
            for old, known in before.get(keys[at], ())
            if changed_answers(old, n) < rules.config.min_n and known != digest(value, n)
        ]
    out = frame.copy()
    places = out.index[sorted(set(gone))]
    out.loc[places, ["status", "reason", "display", "class_value"]] = [
        "hidden",
        "secondary",
        "",
        "",
    ]
    return out


def counts_in_network(response: pd.DataFrame) -> dict[tuple[str, str, str], tuple[int, int]]:
    """Answers and group size by unit, wave and group, the network included.

    Args:
        response: The restricted response table.

    Returns:
        ``(unit, wave, group)`` to respondents and population; 0 where the population is unknown.
    """
    found: dict[tuple[str, str, str], tuple[int, int]] = {}
    columns = ["kommune_id", "wave", "group", "n", "population"]
    for kommune, wave, group, answered, known in row_tuples(response, columns):
        size = 0 if pd.isna(known) else known
        for unit in (kommune, "network"):
            n, population = found.get((unit, wave, group), (0, 0))
            found[(unit, wave, group)] = (n + answered, population + size)
    return found


def _both_groups(
    frame: pd.DataFrame, gap: np.ndarray, response: pd.DataFrame, rules: RuleBook, hide: Hide
) -> None:
    """Hold each of a gap's two groups against the rules of that group.

    The groups' own rows (``level:``) say how many answered; the gap's own n is the smaller of two
    and cannot be held against one group's threshold.
    """
    levels: dict[tuple, tuple[int, int]] = {}
    keys = ["indicator", "unit", "wave", "group", "component", "n", "population"]
    own_rows = frame.loc[frame["component"].str.startswith("level:"), keys]
    for indicator, unit, wave, group, component, n, size in row_tuples(own_rows, keys):
        known = (0 if pd.isna(n) else int(n), 0 if pd.isna(size) else int(size))
        levels[(indicator, unit, wave, group, part_of(component).base)] = known
    answered = counts_in_network(response)
    few, small = np.zeros(len(frame), bool), np.zeros(len(frame), bool)
    gaps = row_tuples(frame[gap], ["indicator", "level", "unit", "wave", "group", "component"])
    for at, (indicator, level, unit, wave, own, component) in zip(
        np.flatnonzero(gap).tolist(), gaps, strict=True
    ):
        part = part_of(component)
        for group in (own, part.other):
            key = (indicator, unit, wave, group, part.base)
            n, size = levels.get(key) or answered.get((unit, wave, group), (0, 0))
            few[at] |= n < rules.min_n(indicator, level, group)
            small[at] |= level == "municipality" and (0 < size < rules.config.min_population)
    hide(few, "too_few_answers")
    hide(small, "small_population")


def _municipalities(frame: pd.DataFrame) -> np.ndarray:
    """Municipalities behind each aggregate; counted from their own rows when not given."""
    given = frame["municipalities"].to_numpy(np.float64, na_value=np.nan)
    keys = ["indicator", "wave", "group", "gathering", "component"]
    answered = (frame["level"] == "municipality") & (frame["n"].fillna(0) > 0)
    counted = frame[answered].groupby(keys)["unit"].nunique().rename("counted").reset_index()
    found = frame[keys].merge(counted, on=keys, how="left")["counted"].fillna(0)
    return np.where(np.isnan(given), found.to_numpy(np.float64), given)


def _unreliable(frame: pd.DataFrame, quality: pd.DataFrame, rules: RuleBook) -> np.ndarray:
    """Totals of scales whose reliability is too low, or could not be computed, in group and wave."""
    weak = {
        (q.indicator, q.group, q.wave)
        for q in quality.itertuples(index=False)
        if pd.isna(q.acceptable) or not q.acceptable
    }
    scales = {i.id for i in rules.indicators.values() if i.operator == "mean_of_items"}

    def shown_as_items(indicator: str, group: str, wave: str, component: str) -> bool:
        part = part_of(component)
        waves = {wave, part.before} - {""}
        return (
            part.base == TOTAL
            and indicator in scales
            and any((indicator, group, w) in weak for w in waves)
        )

    return per_row(frame, ["indicator", "group", "wave", "component"], shown_as_items, bool)


def _interviews(
    frame: pd.DataFrame,
    municipal: np.ndarray,
    count: np.ndarray,
    open_rows: np.ndarray,
    hide: Hide,
) -> None:
    """Say at least three or fewer than three, and nothing else, of a municipality's interviews."""
    balance = municipal & (frame["component"] == "source:interview_balance").to_numpy()
    hide(balance, "interviews_municipal")
    rows = municipal & open_rows & (frame["group"] == INTERVIEWS).to_numpy()
    rows &= (frame["unit_of_value"] != "class").to_numpy()
    frame.loc[rows, "class_value"] = np.where(count[rows] >= 3, AT_LEAST_THREE, FEWER_THAN_THREE)


def _counts_at_edge(
    frame: pd.DataFrame,
    unit: np.ndarray,
    n: np.ndarray,
    count: np.ndarray,
    persons: np.ndarray,
    open_rows: np.ndarray,
    hide: Hide,
) -> None:
    """Shares of nobody, nearly nobody, nearly all or all: a class that holds three counts."""
    share = persons & (unit == "share") & open_rows
    low, high = share & (count <= CLASS_COUNTS), share & (n - count <= CLASS_COUNTS)
    many = n >= CLASS_MIN_N
    frame.loc[low, "display"] = np.where(many, "under_20", "under_50")[low]
    frame.loc[high, "display"] = np.where(many, "over_80", "over_50")[high]
    hide(low | high, "count_at_edge")
    # of a distribution no class is shown: the others would narrow it down to a count
    broken = np.zeros(len(frame), bool)
    broken[not_whole(frame, open_rows)] = True
    hide(broken, "count_at_edge")
    of_distribution = [at for rows in distributions(frame).values() for at in rows]
    frame.iloc[of_distribution, frame.columns.get_loc("display")] = ""


def _answers_alike(
    frame: pd.DataFrame,
    unit: np.ndarray,
    n: np.ndarray,
    value: np.ndarray,
    survey: np.ndarray,
    municipal: np.ndarray,
    open_rows: np.ndarray,
    rules: RuleBook,
    hide: Hide,
) -> None:
    """Means that say, or may say, what each one answered."""
    mean = survey & (unit == "mean")
    hide(mean & frame["unanimous"].fillna(False).to_numpy(bool), "unanimous")
    ends = per_row(frame, ["indicator", "component"], rules.value_range, float).reshape(-1, 2)
    excess = np.minimum(value - ends[:, 0], ends[:, 1] - value) * n
    hide(mean & (excess <= CLASS_COUNTS + 1e-9), "unanimous")
    single = per_row(
        frame,
        ["indicator", "component"],
        lambda _, component: part_of(component).base in rules.item_range,
        bool,
    )
    whole = np.abs(value - np.round(value)) < 0.05 + 1e-9
    whole &= mean & single & municipal & (n < SMALL_N)
    hide(whole & ~_share_shown(frame, unit, n, open_rows), "unanimous")


def _share_shown(
    frame: pd.DataFrame, unit: np.ndarray, n: np.ndarray, open_rows: np.ndarray
) -> np.ndarray:
    """Means beside which a share of high answers is shown that is neither 0 nor 1.

    Then not all answers are equal, and the share says so itself.
    """
    keys = ["indicator", "unit", "wave", "group", "gathering"]
    about = [part_of(c).base for c in plain_values(frame["component"])]
    keyed = list(zip(row_tuples(frame, keys), about, n.tolist(), strict=True))
    shares = (unit == "share") & open_rows & frame["component"].str.startswith("share:").to_numpy()
    shown = {keyed[at] for at in np.flatnonzero(shares)}
    return np.fromiter((key in shown for key in keyed), bool, count=len(frame))
