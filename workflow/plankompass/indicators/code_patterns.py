"""Patterns in the interviews, for researchers: which codes, whose, where, together with which, when.

Restricted: a role is one person in a municipality. What may leave are the indicators of code shares,
through disclosure control.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from plankompass.indicators.code_presence import INTERVIEW, presence
from plankompass.indicators.unit_ratings import codes_below
from plankompass.study.codebook import Codebook, load_codebook
from plankompass.tables import empty_table, read_table, write_table

log = logging.getLogger(__name__)

BARRIERS, STRATEGIES = "barrierer", "grep"
"""Categories of the codebook whose codes are held against each other."""
_GROUPINGS = {"role": "role", "municipality": "kommune_id", "source_kind": "source_kind"}


def describe_codes(
    inputs: Mapping[str, Path], outputs: Mapping[str, Path], params: Mapping[str, Any]
) -> None:
    """Write the restricted tables of code patterns.

    Args:
        inputs: ``interviews``, ``segments``, ``consensus``.
        outputs: ``code_presence``, ``code_use``, ``code_pairs``, ``code_change``.
        params: ``codebook``.
    """
    book = load_codebook(params["codebook"])
    interviews, segments, consensus = (
        read_table(name, inputs[name]) for name in ("interviews", "segments", "consensus")
    )
    sources = interviews[interviews["coders"] >= 1].sort_values("interview").reset_index(drop=True)
    present = all_presence(sources, segments, consensus, book)
    codes = list(book.codes)
    tables = {
        "code_presence": code_presence(sources, present, codes),
        "code_use": code_use(sources, present, codes),
        "code_pairs": code_pairs(sources, present, book),
        "code_change": code_change(sources, present, codes),
    }
    log.info("%d coded sources, %d codes and categories", len(sources), len(codes))
    for name, frame in tables.items():
        write_table(name, frame if len(frame) else empty_table(name), outputs[name])


def all_presence(
    sources: pd.DataFrame, segments: pd.DataFrame, consensus: pd.DataFrame, book: Codebook
) -> NDArray[np.bool_]:
    """Presence of every code and category in every coded source.

    Args:
        sources: Coded rows of ``interviews``.
        segments: Table ``segments``.
        consensus: Table ``consensus``.
        book: The codebook; a category is present where it is set itself or a child is present.

    Returns:
        Shape (sources, codes), codes in the codebook's order.
    """
    codes = list(book.codes)
    own = presence(sources, segments, codes, consensus)
    at = {code: number for number, code in enumerate(codes)}
    columns = [
        own[:, sorted(at[c] for c in counting)].any(axis=1)
        for counting in codes_below(book).values()
    ]
    return np.column_stack(columns) if columns else own


def code_presence(
    sources: pd.DataFrame, present: NDArray[np.bool_], codes: Sequence[str]
) -> pd.DataFrame:
    """One row a source and code, present or not.

    Args:
        sources: Coded sources.
        present: Shape (sources, codes).
        codes: Codes.

    Returns:
        Rows of ``code_presence``.
    """
    columns = ["interview", "kommune_id", "role", "wave", "source_kind"]
    rows = sources[columns].loc[sources.index.repeat(len(codes))].reset_index(drop=True)
    return rows.assign(code=np.tile(np.array(codes, object), len(sources)), present=present.ravel())


def code_use(
    sources: pd.DataFrame, present: NDArray[np.bool_], codes: Sequence[str]
) -> pd.DataFrame:
    """How many interviews hold each code: in all, by role, by municipality; and by kind of source.

    Args:
        sources: Coded sources.
        present: Shape (sources, codes).
        codes: Codes.

    Returns:
        Rows of ``code_use``.
    """
    frames = []
    interview = (sources["source_kind"] == INTERVIEW).to_numpy()
    for grouping, column in {"all": "", **_GROUPINGS}.items():
        kept = np.ones(len(sources), bool) if grouping == "source_kind" else interview
        names = sources[column] if column else pd.Series("", index=sources.index)
        keys = pd.MultiIndex.from_arrays([sources["wave"], names])[kept]
        for wave, name in sorted(set(keys)):
            here = present[kept][keys == (wave, name)]
            count = here.sum(axis=0)
            frames.append(
                pd.DataFrame(
                    {"wave": wave, "grouping": grouping, "name": name, "code": codes,
                     "sources": len(here), "with_code": count, "share": count / len(here)}
                )
            )  # fmt: skip
    return pd.concat(frames, ignore_index=True) if frames else empty_table("code_use")


def code_pairs(sources: pd.DataFrame, present: NDArray[np.bool_], book: Codebook) -> pd.DataFrame:
    """Which codes are named in the same interviews, and which strategies beside which barriers.

    Args:
        sources: Coded sources; only interviews count.
        present: Shape (sources, codes).
        book: The codebook.

    Returns:
        Rows of ``code_pairs``: pairs of codes, and the pair of the categories of barriers and
        strategies. Jaccard is interviews with both of interviews with either; missing where no
        interview has either.
    """
    codes = list(book.codes)
    pairs = [
        (a, b)
        for a, b in combinations(range(len(codes)), 2)
        if not (book.codes[codes[a]].descriptive or book.codes[codes[b]].descriptive)
    ]
    if {BARRIERS, STRATEGIES} <= set(codes):
        pairs.append((codes.index(BARRIERS), codes.index(STRATEGIES)))
    first, second = (np.array([p[k] for p in pairs], dtype=int) for k in (0, 1))
    relation = [_relation(codes[a], codes[b]) for a, b in pairs]
    frames = []
    for wave in sorted(set(sources["wave"])):
        here = ((sources["wave"] == wave) & (sources["source_kind"] == INTERVIEW)).to_numpy()
        counts = present[here].astype(np.int64)
        if not len(counts):
            continue
        single, both = counts.sum(axis=0), (counts.T @ counts)[first, second]
        either = single[first] + single[second] - both
        with np.errstate(invalid="ignore", divide="ignore"):
            frames.append(
                pd.DataFrame(
                    {"wave": wave, "first": np.array(codes, object)[first],
                     "second": np.array(codes, object)[second], "relation": relation,
                     "interviews": len(counts), "with_first": single[first],
                     "with_second": single[second], "with_both": both,
                     "jaccard": np.where(either > 0, both / either, np.nan),
                     "second_given_first": np.where(single[first] > 0, both / single[first], np.nan)}
                )
            )  # fmt: skip
    return pd.concat(frames, ignore_index=True) if frames else empty_table("code_pairs")


def _relation(first: str, second: str) -> str:
    above = first.partition("/")[0], second.partition("/")[0]
    if above == (BARRIERS, STRATEGIES):
        return "barrier_strategy"
    return "same_category" if above[0] == above[1] else "other"


def code_change(
    sources: pd.DataFrame, present: NDArray[np.bool_], codes: Sequence[str]
) -> pd.DataFrame:
    """Shares of interviews in two waves, of all and of the municipalities interviewed in both.

    Args:
        sources: Coded sources; only interviews count.
        present: Shape (sources, codes).
        codes: Codes.

    Returns:
        Rows of ``code_change``.
    """
    interview = (sources["source_kind"] == INTERVIEW).to_numpy()
    waves = sorted(set(sources.loc[interview, "wave"]))
    units = {w: set(sources.loc[interview & (sources["wave"] == w), "kommune_id"]) for w in waves}
    frames = []
    for first, second in combinations(waves, 2):
        shared = units[first] & units[second]
        columns: dict[str, Any] = {"first_wave": first, "second_wave": second, "code": codes}
        for word, wave in (("first", first), ("second", second)):
            here = interview & (sources["wave"] == wave).to_numpy()
            same = here & sources["kommune_id"].isin(shared).to_numpy()
            columns[f"interviews_{word}"] = int(here.sum())
            columns[f"share_{word}"] = present[here].mean(axis=0)
            columns[f"same_{word}"] = present[same].mean(axis=0) if same.any() else np.nan
        frame = pd.DataFrame(columns).assign(municipalities_in_both=len(shared))
        frame["change"] = frame["share_second"] - frame["share_first"]
        frame["change_same"] = frame["same_second"] - frame["same_first"]
        frames.append(frame)
    return pd.concat(frames, ignore_index=True) if frames else empty_table("code_change")
