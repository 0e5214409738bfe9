"""Which estimates may be published: the rules row by row, then all rows protected together."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from plankompass.disclosure.choose import choose_published
from plankompass.disclosure.ledger import read_ledger
from plankompass.disclosure.rounding import COUNT_OF_COUNT_BELOW, round_published
from plankompass.disclosure.row_rules import mark_rows
from plankompass.disclosure.rows import row_tuples
from plankompass.disclosure.rules import CLASS_COUNTS, INTERVIEWS, SURVEY_GROUPS, RuleBook
from plankompass.study.codebook import load_codebook
from plankompass.study.config_models import DisclosureConfig
from plankompass.tables import CONTRACTS, read_table, read_tables, write_table

log = logging.getLogger(__name__)

_PUBLISHABLE = [c.name for c in CONTRACTS["publishable_estimates"].columns]
ROUND_N = 5
_NUMBERS = ("value", "lower", "upper", "se")


def suppress_primary(
    inputs: Mapping[str, Path | list[Path]], outputs: Mapping[str, Path], params: Mapping[str, Any]
) -> None:
    """Hide what the rules forbid and write the publishable estimates.

    Args:
        inputs: ``estimates`` (one file an indicator), ``response``, ``scale_quality``, and
            ``ledger`` when there were releases before.
        outputs: ``primary``.
        params: ``disclosure`` (thresholds), ``codebook`` (folder).

    Raises:
        StageFailedError: An estimate names an indicator the codebook does not know.
    """
    rules = RuleBook.of(
        DisclosureConfig.model_validate(params["disclosure"]), load_codebook(params["codebook"])
    )
    estimates = read_estimates(inputs["estimates"])
    response = read_table("response", one_path(inputs["response"]))
    quality = read_table("scale_quality", one_path(inputs["scale_quality"]))
    ledger = read_ledger(ledger_input(inputs))
    marked, found = choose_published(
        mark_rows(estimates, response, quality, rules, ledger), rules, ledger
    )
    table = publishable(marked, response, rules)
    write_table("publishable_estimates", table, one_path(outputs["primary"]))
    log.info(
        "%d estimates: %s; secondary suppression: %d by combination, %d by interval",
        len(marked),
        marked["status"].value_counts().sort_index().to_dict(),
        found.by_span,
        found.by_interval,
    )


def one_path(path: Path | list[Path]) -> Path:
    """The file behind an input that is one file, however the workflow hands it over."""
    return path if isinstance(path, str | Path) else next(iter(path))


def ledger_input(inputs: Mapping[str, Path | list[Path]]) -> Path | None:
    """The ledger among a job's inputs; none, or an empty list, before the first delivery."""
    given = inputs.get("ledger")
    return one_path(given) if given else None


def read_estimates(paths: Path | list[Path]) -> pd.DataFrame:
    """Read the estimates of all indicators into one table.

    Args:
        paths: One file an indicator.

    Returns:
        All rows in the order of the key.
    """
    files = [paths] if isinstance(paths, str | Path) else sorted(paths)
    key = list(CONTRACTS["estimates"].key)
    return read_tables("estimates", files).sort_values(key, kind="stable", ignore_index=True)


def publishable(marked: pd.DataFrame, response: pd.DataFrame, rules: RuleBook) -> pd.DataFrame:
    """Take away what the status forbids and round the rest to published precision.

    Args:
        marked: Rows from ``mark_rows``, perhaps with more of them hidden since.
        response: Restricted response table; says where numbers of answers are hidden.
        rules: Thresholds; a hidden row keeps n only when it is above them.

    Returns:
        Rows of the contract ``publishable_estimates``.
    """
    frame = round_published(marked, marked["unit_of_value"].to_numpy())
    shown = (frame["status"] == "published").to_numpy()
    municipal = (frame["level"] == "municipality").to_numpy()
    interviews = municipal & (frame["group"] == INTERVIEWS).to_numpy()
    # how many interviews a municipality had is never said
    interviews |= municipal & (frame["component"] == "source:interview_balance").to_numpy()
    frame.loc[~shown | interviews, [*_NUMBERS, "dont_know"]] = np.nan
    frame.loc[marked["interval_tells"].to_numpy(), ["lower", "upper", "se"]] = np.nan
    few = frame["n"].fillna(0).to_numpy(np.int64) < rules.config.min_n
    frame.loc[(~shown & few) | interviews, "n"] = pd.NA
    frame.loc[interviews, "population"] = pd.NA
    frame["n"] = _round_network_n(frame, municipal, response, rules)
    frame["dont_know"] = _dont_know(frame, municipal)
    frame.loc[~shown, "class_value"] = ""
    frame.loc[(frame["reason"] != "count_at_edge").to_numpy() | shown, "display"] = ""
    return frame[_PUBLISHABLE]


def _round_network_n(
    frame: pd.DataFrame, municipal: np.ndarray, response: pd.DataFrame, rules: RuleBook
) -> pd.Series:
    """An aggregate's n as a round number where some municipality's is hidden.

    The exact one would give the hidden number of answers by subtraction. The round number follows
    from the municipalities that are shown, so it tells nothing of the others.
    """
    few = response[(response["n"] > 0) & (response["n"] < rules.config.min_n)]
    hidden = few.groupby(["wave", "group", "gathering"])["n"].sum().to_dict()
    keys = row_tuples(frame, ["wave", "group", "gathering"])
    gone = np.fromiter((hidden.get(key, 0) for key in keys), np.int64, count=len(frame))
    n = frame["n"].to_numpy(np.float64, na_value=np.nan)
    rounded = np.floor((n - gone) / ROUND_N) * ROUND_N
    # a share of few is printed as a count of n and needs the exact one, or none
    rounded[(frame["unit_of_value"] == "share").to_numpy() & (n < COUNT_OF_COUNT_BELOW)] = np.nan
    rounded[rounded <= 0] = np.nan
    n = np.where(~municipal & (gone > 0), rounded, n)
    return pd.Series(pd.array(n, dtype="Float64").astype("Int64"), index=frame.index)


def _dont_know(frame: pd.DataFrame, municipal: np.ndarray) -> np.ndarray:
    """Share don't know: blank at the edge, where it speaks of single persons.

    In whole percent for a municipality and in steps of five for aggregates, from which the blank
    ones would follow otherwise.
    """
    share = frame["dont_know"].to_numpy(np.float64)
    n = frame["n"].to_numpy(np.float64, na_value=0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        count = np.round(share * n / (1 - share))
    survey = frame["group"].isin(SURVEY_GROUPS).to_numpy()
    printed = np.where(municipal, np.round(share, 2), np.round(share * 20) / 20)
    return np.where(survey & ~(count > CLASS_COUNTS), np.nan, printed)
