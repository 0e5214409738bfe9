"""Rows of a table as plain values, fast: walking columns of strings cell by cell is slow and costs memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd


def plain_values(column: pd.Series) -> list[Any]:
    """A column as plain Python values.

    Args:
        column: Any column of a table.

    Returns:
        Its values in order; equal strings are one and the same object, a missing number is NaN.
    """
    if isinstance(column.dtype, pd.StringDtype):
        codes, found = pd.factorize(column, use_na_sentinel=False)
        return found.to_numpy(object)[codes].tolist()
    return column.to_numpy(object, na_value=np.nan).tolist()


def row_tuples(frame: pd.DataFrame, columns: Sequence[str]) -> Iterator[tuple]:
    """The rows of a table.

    Args:
        frame: The table.
        columns: Which of its columns.

    Returns:
        One tuple a row.
    """
    return zip(*(plain_values(frame[c]) for c in columns), strict=True)


def records(frame: pd.DataFrame, columns: Sequence[str]) -> Iterator[dict[str, Any]]:
    """The rows of a table by name of the column.

    Args:
        frame: The table.
        columns: Which of its columns.

    Returns:
        One dictionary a row.
    """
    return (dict(zip(columns, row, strict=True)) for row in row_tuples(frame, columns))
