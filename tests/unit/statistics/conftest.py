"""Published data sets with known answers, and strategies for made answers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

KRIPP_UNITS = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, np.nan, np.nan, np.nan],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, np.nan, np.nan],
        [np.nan, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 3],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, np.nan],
    ]
)


@pytest.fixture
def kripp_units() -> np.ndarray:
    """Krippendorff's example: 4 coders, 12 units, with missing ratings."""
    return KRIPP_UNITS.copy()


@pytest.fixture
def reference(shared_dir: Path) -> Callable[[str], pd.DataFrame]:
    """Read one of the data sets whose answers R has given."""
    folder = shared_dir / "reference" / "statistics"
    if not folder.is_dir():
        pytest.skip("the statistical reference data are not on this machine")
    return lambda name: pd.read_csv(folder / f"{name}.csv")


@pytest.fixture
def council(reference: Callable[[str], pd.DataFrame]) -> pd.DataFrame:
    """The 15 of 27 councillors who answered."""
    table = reference("council27")
    return table[table["resp"] == 1]
