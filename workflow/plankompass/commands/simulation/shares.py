"""Coverage of the exact intervals of shares: enumerated, so without any error of simulation."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import hypergeom

from plankompass.statistics.finite_population import share_intervals

SMALLEST, LARGEST = 17, 59
LEAST, MOST = 0.2, 0.9


def enumerate_shares() -> pd.DataFrame:
    """Coverage for every council size, every number of answers and every true count.

    Returns:
        One row a council size N and number of answers n: response, lowest and mean coverage over
        the true counts K = 0 ... N, and the mean width of the interval over them.
    """
    rows = []
    for size in range(SMALLEST, LARGEST + 1):
        for n in range(int(np.ceil(LEAST * size)), int(np.floor(MOST * size)) + 1):
            hits = np.arange(n + 1)
            intervals = share_intervals(hits, np.full(n + 1, n), size)
            # Limits are whole numbers of persons.
            low, high = (np.rint(end * size) for end in (intervals.lower, intervals.upper))
            true = np.arange(size + 1)[:, None]
            chance = hypergeom.pmf(hits[None, :], size, true, n)
            held = (low[None, :] <= true) & (true <= high[None, :])
            covered = (chance * held).sum(axis=1)
            width = (chance * ((high - low) / size)[None, :]).sum(axis=1)
            rows.append((size, n, n / size, covered.min(), covered.mean(), width.mean()))
    return pd.DataFrame(rows, columns=["size", "n", "response", "lowest", "mean", "width"])
