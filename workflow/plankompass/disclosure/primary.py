"""Which estimates may be published: the rules row by row, then all rows protected together."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from plankompass.disclosure.choose import choose_published
from plankompass.disclosure.rounding import round_published
from plankompass.disclosure.row_rules import mark_rows, per_row
from plankompass.disclosure.rules import CLASS_COUNTS, INTERVIEWS, SURVEY_GROUPS, RuleBook
from plankompass.study.codebook import load_codebook
from plankompass.study.config_models import DisclosureConfig
from plankompass.tables import CONTRACTS, empty_table, read_table, write_table

log = logging.getLogger(__name__)

_PUBLISHABLE = [c.name for c in CONTRACTS["publishable_estimates"].columns]
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
        StageFailedError: An estimate names an indicator the codebook does not know.
    """
    rules = RuleBook.of(
        DisclosureConfig.model_validate(params["disclosure"]), load_codebook(params["codebook"])
    )
    estimates = read_estimates(inputs["estimates"])
    response = read_table("response", one_path(inputs["response"]))
    quality = read_table("scale_quality", one_path(inputs["scale_quality"]))
    marked, found = choose_published(mark_rows(estimates, response, quality, rules), rules)
    write_table("publishable_estimates", publishable(marked, rules), one_path(outputs["primary"]))
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
        return empty_table("estimates")
    key = list(CONTRACTS["estimates"].key)
    return pd.concat(frames, ignore_index=True).sort_values(key, kind="stable", ignore_index=True)


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
    municipal = (frame["level"] == "municipality").to_numpy()
    class_only = municipal & (frame["group"] == INTERVIEWS).to_numpy()
    # how many interviews a municipality had is never said
    counted = municipal & (frame["component"] == "source:interview_balance").to_numpy()
    frame.loc[~shown | class_only, [*_NUMBERS, "dont_know"]] = np.nan
    limit = per_row(frame, ["indicator", "level", "group"], rules.min_n, np.int64)
    small = frame["n"].fillna(0).to_numpy(np.int64) < limit
    frame.loc[(~shown & small) | class_only | counted, "n"] = pd.NA
    frame.loc[class_only, "population"] = pd.NA
    frame["dont_know"] = _dont_know(frame)
    frame.loc[~shown, "class_value"] = ""
    frame.loc[(frame["reason"] != "count_at_edge").to_numpy() | shown, "display"] = ""
    return frame[_PUBLISHABLE]


def _dont_know(frame: pd.DataFrame) -> np.ndarray:
    """Share don't know in whole percent; blank at the edge, where it speaks of single persons."""
    share = frame["dont_know"].to_numpy(np.float64)
    n = frame["n"].to_numpy(np.float64, na_value=0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        count = np.round(share * n / (1 - share))
    survey = frame["group"].isin(SURVEY_GROUPS).to_numpy()
    return np.where(survey & ~(count > CLASS_COUNTS), np.nan, np.round(share, 2))
