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
    interviews: pd.DataFrame, segments: pd.DataFrame, codes: Sequence[str]
) -> NDArray[np.bool_]:
    """Whether each code is present in each interview.

    In an interview coded by several, the code is present when every coder has set it; there is no
    consensus list among the tidy tables (codebook, presence_rule).

    Args:
        interviews: Coded interviews.
        segments: Table ``segments``.
        codes: Codes.

    Returns:
        Shape (interviews, codes).
    """
    pairs = segments[segments["code"].isin(codes)].drop_duplicates(["interview", "coder", "code"])
    set_by = np.zeros((len(interviews), len(codes)), dtype=np.int64)
    row = pd.Index(interviews["interview"]).get_indexer(pairs["interview"])
    column = pd.Index(codes).get_indexer(pairs["code"])
    known = row >= 0
    np.add.at(set_by, (row[known], column[known]), 1)
    coders = interviews["coders"].to_numpy(np.int64)
    return set_by >= np.maximum(coders, 1)[:, None]
