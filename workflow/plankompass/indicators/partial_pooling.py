"""Means drawn towards the mean of all municipalities, as far as their own answers are few.

Made of what disclosure control has let through and nothing else. Made earlier, from all
municipalities, the common mean would be one more equation about those that are hidden: with the
published means it would tell a single hidden one.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from plankompass.statistics.pooling import fay_herriot
from plankompass.study.codebook import Codebook
from plankompass.study.config_models import StatisticsConfig
from plankompass.study.problems import PlankompassError

COLUMNS = ("pooled", "pooled_lower", "pooled_upper")
OPERATORS = ("mean_of_items", "profile_of_means")


def check_pooled(settings: StatisticsConfig, codebook: Codebook) -> frozenset[str]:
    """The indicators that are pooled.

    Args:
        settings: ``partial_pooling``.
        codebook: The codebook.

    Returns:
        Their ids.

    Raises:
        PlankompassError: An id is not that of a mean in the codebook; all such ids are named.
    """
    wanted = settings.partial_pooling or []
    known = {i.id for i in codebook.indicators.values() if i.operator in OPERATORS}
    if wrong := sorted(set(wanted) - known):
        raise PlankompassError(
            f"config: statistics.partial_pooling: {', '.join(wrong)}: no indicator with the operator "
            f"{' or '.join(OPERATORS)} has this id; see indicators.yaml"
        )
    return frozenset(wanted)


def pooled_means(
    value: NDArray[np.float64], se: NDArray[np.float64], settings: StatisticsConfig
) -> pd.DataFrame:
    """Partially pooled means after Fay and Herriot (1979) with a common mean.

    Args:
        value: Published mean of each municipality; NaN where hidden.
        se: Its standard error; NaN where disclosure control keeps the interval back, 0 where everybody
            has answered. Such municipalities need or allow no pooling and are no part of it.
        settings: Level of intervals; fewest other municipalities, as for a peer mean.

    Returns:
        ``COLUMNS``, one row a municipality; NaN where nothing was pooled.
    """
    out = pd.DataFrame(np.nan, index=range(len(value)), columns=list(COLUMNS))
    areas = np.flatnonzero(~np.isnan(value) & (se > 0))
    if len(areas) <= settings.min_peers:
        return out
    fit = fay_herriot(
        value[areas], se[areas] ** 2, np.ones(len(areas)), confidence=settings.confidence
    )
    out.loc[areas, COLUMNS[0]] = fit.estimate
    out.loc[areas, COLUMNS[1]] = fit.lower
    out.loc[areas, COLUMNS[2]] = fit.upper
    return out
