"""Whether a table keeps its contract, told quickly; what is wrong with it, its schema tells."""

from __future__ import annotations

import pandas as pd

from plankompass.table_contracts import Contract

DTYPES = {
    "text": "str",
    "integer": "Int64",
    "number": "float64",
    "flag": "boolean",
    "day": "datetime64[us]",
}
"""Type of a column in a frame, by its type in the contract."""


def holds(frame: pd.DataFrame, contract: Contract, *, unique: bool) -> bool:
    """Whether a coerced frame keeps its contract; where it does not, the schema tells what is wrong.

    It takes a tenth of the schema's time, and nearly every table keeps its contract.

    Args:
        frame: Rows in the contract's types; columns that are checked elsewhere may be left out.
        contract: The contract.
        unique: Whether the key is held to be unique here.

    Returns:
        True when the schema would find nothing.
    """
    if unique and contract.key:
        key = list(contract.key)
        if not set(key) <= set(frame.columns) or frame.duplicated(key).any():
            return False
    for column in contract.columns:
        if column.name not in frame.columns:
            continue
        series = frame[column.name]
        if str(series.dtype) != DTYPES[column.type]:
            return False
        missing = series.isna()
        if missing.any():
            if not column.nullable:
                return False
            series = series[~missing]
        if column.values and not series.isin(list(column.values)).all():
            return False
        if column.minimum is not None and not (series >= column.minimum).all():
            return False
        if column.maximum is not None and not (series <= column.maximum).all():
            return False
    return True
