"""Which codes are present in which interviews, after the codebook's presence rule."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

INTERVIEW = "interview"
"""Kind of source that counts as an interview; presentations, homework and workshops do not."""


def coded_interviews(interviews: pd.DataFrame) -> pd.DataFrame:
    """The interviews that are coded, in the order of their ids.

    Args:
        interviews: Table ``interviews``.

    Returns:
        Rows of kind interview with at least one coder.
    """
    kept = interviews[(interviews["source_kind"] == INTERVIEW) & (interviews["coders"] >= 1)]
    return kept.sort_values("interview", kind="stable").reset_index(drop=True)


def presence(
    interviews: pd.DataFrame,
    segments: pd.DataFrame,
    codes: Sequence[str],
    consensus: pd.DataFrame | None = None,
) -> NDArray[np.bool_]:
    """Whether each code is present in each interview.

    What the coders agreed on in their consensus list holds. Where the list does not speak of a code
    in an interview, the code is present when every coder has set it (codebook, presence_rule).

    Args:
        interviews: Coded interviews.
        segments: Table ``segments``.
        codes: Codes.
        consensus: Table ``consensus``, when there is one.

    Returns:
        Shape (interviews, codes).
    """
    pairs = segments[segments["code"].isin(codes)].drop_duplicates(["interview", "coder", "code"])
    set_by = np.zeros((len(interviews), len(codes)), dtype=np.int64)
    row, column = _places(interviews, codes, pairs)
    np.add.at(set_by, (row[row >= 0], column[row >= 0]), 1)
    coders = interviews["coders"].to_numpy(np.int64)
    present = set_by >= np.maximum(coders, 1)[:, None]
    if consensus is not None:
        agreed = consensus[consensus["code"].isin(codes)]
        row, column = _places(interviews, codes, agreed)
        said = agreed["present"].to_numpy(bool)
        present[row[row >= 0], column[row >= 0]] = said[row >= 0]
    return present


def _places(
    interviews: pd.DataFrame, codes: Sequence[str], pairs: pd.DataFrame
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Positions of interview and code of each pair; -1 for interviews that are not asked for."""
    row = pd.Index(interviews["interview"]).get_indexer(pairs["interview"])
    return row, pd.Index(codes).get_indexer(pairs["code"])
