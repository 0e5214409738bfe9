"""Primary suppression: each estimate held against the rules by itself, with a reason code.

Order of the rules is the order of what a reader should be told first: a number that is not meant for
a level, too few answers, a group too small, then what the answers themselves would give away.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from plankompass.disclosure.rounding import round_published
from plankompass.disclosure.rules import (
    AT_LEAST_THREE,
    CLASS_COUNTS,
    CLASS_MIN_N,
    FEWER_THAN_THREE,
    INTERVIEWS,
    SMALL_N,
    SURVEY_GROUPS,
    RuleBook,
    other_group,
)
from plankompass.study.codebook import load_codebook
from plankompass.study.config_models import DisclosureConfig
from plankompass.study.problems import StageFailedError
from plankompass.tables import CONTRACTS, read_table, write_table

log = logging.getLogger(__name__)

STAGE = "disclosure"
ESTIMATE_COLUMNS = [c.name for c in CONTRACTS["estimates"].columns]
PUBLISHABLE_COLUMNS = [c.name for c in CONTRACTS["publishable_estimates"].columns]
_NUMBERS = ("value", "lower", "upper", "se")


def suppress_primary(
    inputs: Mapping[str, Path | list[Path]], outputs: Mapping[str, Path], params: Mapping[str, Any]
) -> None:
    """Hide what the rules forbid and write the publishable estimates.

    Args:
        inputs: ``estimates`` (one file an indicator), ``response``, ``scale_quality``.
        outputs: ``primary``.
        params: ``disclosure`` (thresholds), ``codebook`` (folder).

    Raises:
        StageFailedError: An estimate names an indicator the codebook does not know, or a published
            row carries no number.
    """
    rules = RuleBook.of(
        DisclosureConfig.model_validate(params["disclosure"]), load_codebook(params["codebook"])
    )
    estimates = read_estimates(inputs["estimates"])
    response = read_table("response", _one(inputs["response"]))
    quality = read_table("scale_quality", _one(inputs["scale_quality"]))
    marked = mark_rows(estimates, response, quality, rules)
    write_table("publishable_estimates", publishable(marked, rules), _one(outputs["primary"]))
    log.info("%d estimates, %d hidden", len(marked), int((marked["status"] == "hidden").sum()))


def _one(path: Path | list[Path]) -> Path:
    return path if isinstance(path, str | Path) else next(iter(path))


def read_estimates(paths: Path | list[Path]) -> pd.DataFrame:
    """Read the estimates of all indicators into one table.

    Args:
        paths: One file an indicator.

    Returns:
        All rows in the order of the key.
    """
    files = [paths] if isinstance(paths, str | Path) else sorted(paths)
    frames = [frame for path in files if len(frame := read_table("estimates", path))]
    if not frames:
        return pd.DataFrame({c: pd.Series(dtype="object") for c in ESTIMATE_COLUMNS})
    key = list(CONTRACTS["estimates"].key)
    return pd.concat(frames, ignore_index=True).sort_values(key, kind="stable", ignore_index=True)


def _check(frame: pd.DataFrame, rules: RuleBook) -> None:
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


def _per_row(frame: pd.DataFrame, columns: list[str], answer: Any, dtype: Any) -> np.ndarray:
    """Ask once a distinct combination of columns and spread the answers over the rows."""
    codes = frame.groupby(columns, sort=False, dropna=False).ngroup().to_numpy()
    first = frame.loc[~pd.Series(codes).duplicated().to_numpy(), columns]
    found = np.array([answer(*row) for row in first.itertuples(index=False, name=None)], dtype)
    return found[codes] if len(frame) else np.array([], dtype)


def row_units(frame: pd.DataFrame, rules: RuleBook) -> np.ndarray:
    """Unit of each row's value."""
    return _per_row(frame, ["indicator", "component"], rules.unit, "U12")


def counts_in_network(response: pd.DataFrame) -> dict[tuple[str, str, str], tuple[int, int]]:
    """Answers and group size by unit, wave and group, the network included.

    Args:
        response: The restricted response table.

    Returns:
        ``(unit, wave, group)`` to respondents and population; 0 where the population is unknown.
    """
    found: dict[tuple[str, str, str], tuple[int, int]] = {}
    for row in response.itertuples(index=False):
        size = 0 if pd.isna(row.population) else int(row.population)
        for unit in (row.kommune_id, "network"):
            n, population = found.get((unit, row.wave, row.group), (0, 0))
            found[(unit, row.wave, row.group)] = (n + int(row.n), population + size)
    return found


def mark_rows(
    estimates: pd.DataFrame, response: pd.DataFrame, quality: pd.DataFrame, rules: RuleBook
) -> pd.DataFrame:
    """Set status, reason and display of each row; the numbers are still there.

    Args:
        estimates: Restricted estimates of all indicators.
        response: Restricted response table; gives the size of the second group of a gap.
        quality: Reliability of the scales.
        rules: Thresholds.

    Returns:
        The estimates with status, reason, display and unit.

    Raises:
        StageFailedError: An indicator is unknown.
    """
    _check(estimates, rules)
    frame = estimates.reset_index(drop=True).copy()
    unit = row_units(frame, rules)
    frame["unit_of_value"] = unit
    frame["display"] = ""
    n = frame["n"].to_numpy(np.float64, na_value=0.0)
    size = frame["population"].to_numpy(np.float64, na_value=np.nan)
    value = frame["value"].to_numpy(np.float64)
    count = frame["numerator"].to_numpy(np.float64, na_value=np.nan)
    count = np.where(np.isnan(count), np.round(value * n), count)
    municipal = (frame["level"] == "municipality").to_numpy()
    survey = frame["group"].isin(SURVEY_GROUPS).to_numpy()
    persons = survey | (frame["group"] == INTERVIEWS).to_numpy()
    open_rows = (frame["status"] == "published").to_numpy().copy()
    status, reason = frame["status"].to_numpy(object), frame["reason"].to_numpy(object)

    def hide(rows: np.ndarray, code: str, state: str = "hidden") -> None:
        chosen = rows & open_rows
        status[chosen], reason[chosen] = state, code
        open_rows[chosen] = False

    keys = ["indicator", "level", "group"]
    limit = _per_row(frame, keys, rules.min_n, np.int64)
    only = _per_row(frame, ["indicator", "component"], rules.network_only, bool)
    hide(municipal & only, "network_only")
    counted = persons | frame["n"].notna().to_numpy()
    hide(counted & (n < limit), "too_few_answers")
    classless = (frame["class_value"] == "").to_numpy()
    hide(np.isnan(value) & classless, "not_asked")
    hide(
        municipal & survey & ~(np.isnan(size) | (size >= rules.config.min_population)),
        "small_population",
    )
    _hide_second_group(frame, response, rules, hide)
    hide(~municipal & persons & (_municipalities(frame) < rules.config.min_municipalities),
         "too_few_municipalities")  # fmt: skip
    hide(_unreliable(frame, quality, rules), "scale_unreliable", "unreliable")
    _interviews(frame, municipal, count, open_rows)
    _alike(frame, unit, value, n, count, survey, municipal, rules, hide)
    frame["status"], frame["reason"] = status, reason
    frame.loc[~open_rows, "class_value"] = ""
    return frame


def _hide_second_group(frame: pd.DataFrame, response: pd.DataFrame, rules: RuleBook, hide) -> None:
    """Hold the second group of a gap against the same rules as the first."""
    answered = counts_in_network(response)
    few, small = np.zeros(len(frame), bool), np.zeros(len(frame), bool)
    gaps = frame.index[(frame["unit_of_value"] == "gap").to_numpy()]
    for at in gaps:
        row = frame.loc[at]
        group = other_group(row["component"])
        if group is None:
            continue
        n, size = answered.get((row["unit"], row["wave"], group), (0, 0))
        few[at] = n < rules.min_n(row["indicator"], row["level"], group)
        small[at] = row["level"] == "municipality" and 0 < size < rules.config.min_population
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
    """Totals of scales whose reliability is too low, or could not be computed, in that group and wave."""
    weak = {
        (q.indicator, q.group, q.wave)
        for q in quality.itertuples(index=False)
        if pd.isna(q.acceptable) or not q.acceptable
    }
    rows = zip(frame["indicator"], frame["group"], frame["wave"], frame["component"], strict=True)
    return np.fromiter(
        (
            component == "total"
            and (indicator, group, wave) in weak
            and rules.indicators[indicator].operator == "mean_of_items"
            for indicator, group, wave, component in rows
        ),
        dtype=bool,
        count=len(frame),
    )


def _interviews(
    frame: pd.DataFrame, municipal: np.ndarray, count: np.ndarray, open_rows: np.ndarray
) -> None:
    """Say at least three or fewer than three, and nothing else, of a municipality's interviews."""
    rows = municipal & open_rows & (frame["group"] == INTERVIEWS).to_numpy()
    rows &= (frame["unit_of_value"] != "class").to_numpy()
    frame.loc[rows, "class_value"] = np.where(count[rows] >= 3, AT_LEAST_THREE, FEWER_THAN_THREE)


def _alike(frame, unit, value, n, count, survey, municipal, rules: RuleBook, hide) -> None:
    """Hide what would say what each one answered: counts at the edge and answers all alike."""
    share = survey & (unit == "share")
    edge = share & (np.minimum(count, n - count) <= 1)
    wide = share & (n >= CLASS_MIN_N) & (np.minimum(count, n - count) <= CLASS_COUNTS)
    shown = frame["status"].to_numpy(object) == "published"
    frame.loc[wide & shown & (2 * count < n), "display"] = "under_20"
    frame.loc[wide & shown & (2 * count > n), "display"] = "over_80"
    hide(edge | wide, "count_at_edge")
    same = frame["unanimous"].fillna(False).to_numpy(bool) & survey & (unit != "gap")
    hide(same, "unanimous")
    mean = survey & (unit == "mean")
    limits = _per_row(frame, ["indicator"], lambda i: rules.bounds(i) or (np.nan, np.nan), float)
    limits = limits.reshape(-1, 2)
    excess = np.minimum(value - limits[:, 0], limits[:, 1] - value) * n
    hide(mean & (excess <= CLASS_COUNTS + 1e-9), "unanimous")
    single = mean & (frame["component"] != "total").to_numpy() & municipal & (n < SMALL_N)
    hide(single & (np.abs(value - np.round(value)) < 0.05 + 1e-9), "unanimous")


def publishable(marked: pd.DataFrame, rules: RuleBook) -> pd.DataFrame:
    """Take away what the status forbids and round the rest to published precision.

    Args:
        marked: Rows from ``mark_rows``, perhaps with more of them hidden since.
        rules: Thresholds; a hidden row keeps n only when it is above them.

    Returns:
        Rows of the contract ``publishable_estimates``.
    """
    frame = round_published(marked, marked["unit_of_value"].to_numpy())
    shown = (frame["status"] == "published").to_numpy()
    interview = (frame["group"] == INTERVIEWS).to_numpy()
    municipal = (frame["level"] == "municipality").to_numpy()
    class_only = municipal & interview
    frame.loc[~shown | class_only, [*_NUMBERS, "dont_know"]] = np.nan
    limit = _per_row(frame, ["indicator", "level", "group"], rules.min_n, np.int64)
    small = frame["n"].fillna(0).to_numpy(np.int64) < limit
    frame.loc[(~shown & small) | class_only, "n"] = pd.NA
    frame.loc[class_only, "population"] = pd.NA
    frame["dont_know"] = _dont_know(frame)
    frame.loc[shown & (frame["display"] != "").to_numpy(), "display"] = ""
    keep = frame["reason"].isin(["count_at_edge"]) & ~shown
    frame.loc[~keep, "display"] = ""
    return frame[PUBLISHABLE_COLUMNS]


def _dont_know(frame: pd.DataFrame) -> np.ndarray:
    """Share don't know in whole percent; blank at the edge, where it speaks of single persons."""
    share = frame["dont_know"].to_numpy(np.float64)
    n = frame["n"].to_numpy(np.float64, na_value=0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        count = np.round(share * n / (1 - share))
    survey = frame["group"].isin(SURVEY_GROUPS).to_numpy()
    return np.where(survey & ~(count > CLASS_COUNTS), np.nan, np.round(share, 2))
