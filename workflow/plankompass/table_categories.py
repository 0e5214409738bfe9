"""Columns held as categories: how a large table is ordered, compared and written by its distinct values."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd
import pyarrow as pa

from plankompass.contract_model import Contract


def is_text_category(series: pd.Series) -> bool:
    """Whether a column gives text by its distinct values."""
    return isinstance(series.dtype, pd.CategoricalDtype) and isinstance(
        series.cat.categories.dtype, pd.StringDtype
    )


def is_category(series: pd.Series, type_: str) -> bool:
    """Whether a column gives text or whole numbers, as its type is, by their distinct values."""
    if type_ == "text":
        return is_text_category(series)
    category = isinstance(series.dtype, pd.CategoricalDtype)
    return type_ == "integer" and category and series.cat.categories.dtype == "int64"


class Ranks:
    """Places of texts in their order; worked out once for categories that several frames share."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[pd.Index, np.ndarray | None]] = {}

    def codes(self, series: pd.Series) -> tuple[np.ndarray, int]:
        """The place of each row's text among the distinct ones in order, and how many there are."""
        if not is_text_category(series):
            codes, values = pd.factorize(series)
            values = pd.Index(values).astype("str")
            rank = np.empty(len(values), dtype="int64")
            rank[values.argsort()] = np.arange(len(values))
            return rank[codes], len(values)
        codes, values = series.cat.codes.to_numpy(), series.cat.categories
        if id(values) not in self._known:
            rank = None
            if not values.is_monotonic_increasing:
                rank = np.empty(len(values), dtype="int64")
                rank[values.argsort()] = np.arange(len(values))
            self._known[id(values)] = (values, rank)
        _, rank = self._known[id(values)]
        return (codes if rank is None else rank[codes]), len(values)


def ascends(frame: pd.DataFrame, contract: Contract, ranks: Ranks) -> bool:
    """Whether rows whose key is text given by categories stand in the order of the key, none twice."""
    if not all(is_text_category(frame[name]) for name in contract.key):
        return False
    rises: np.ndarray | None = None
    for name in reversed(contract.key):
        codes, _ = ranks.codes(frame[name])
        if len(codes) and codes.min() < 0:
            return False
        before, after = codes[:-1], codes[1:]
        rises = after > before if rises is None else (after > before) | ((after == before) & rises)
    return rises is not None and bool(rises.all())


def numeric_key(frame: pd.DataFrame, contract: Contract, ranks: Ranks) -> np.ndarray | None:
    """The key of each row as one number that orders and compares like the text; None if there is none."""
    types = {column.name: column.type for column in contract.columns}
    if not contract.key or any(types[c] != "text" or frame[c].isna().any() for c in contract.key):
        return None
    combined = np.zeros(len(frame), dtype="int64")
    size = 1
    for name in contract.key:
        codes, distinct = ranks.codes(frame[name])
        size *= max(distinct, 1)
        if size > 2**62:
            return None
        combined *= max(distinct, 1)
        combined += codes
    return combined


def arrow_table(checked: pd.DataFrame, never_missing: Collection[str] = ()) -> pa.Table:
    """A checked frame as Arrow's table, without pandas' own description.

    Args:
        checked: The frame.
        never_missing: Columns that are declared so: whether a value is there is then neither written nor read.

    Returns:
        The table.
    """
    categories = [name for name in checked if isinstance(checked[name].dtype, pd.CategoricalDtype)]
    rest = pa.Table.from_pandas(checked.drop(columns=categories), preserve_index=False)
    columns = {
        name: _arrow_categories(checked[name]) if name in categories else rest.column(name)
        for name in checked
    }
    fields = [pa.field(n, c.type, nullable=n not in never_missing) for n, c in columns.items()]
    return pa.table(columns, schema=pa.schema(fields))


def _arrow_categories(series: pd.Series) -> pa.Array:
    """Checked categories as Arrow's: text by its number as it lies, whole numbers written out."""
    codes, values = np.ascontiguousarray(series.cat.codes), series.cat.categories
    filled = codes >= 0
    bits = None if filled.all() else pa.py_buffer(np.packbits(filled, bitorder="little"))
    if values.dtype == "int64":
        numbers = values.to_numpy().take(codes, mode="clip")
        return pa.Array.from_buffers(pa.int64(), len(codes), [bits, pa.py_buffer(numbers)])
    kind = pa.from_numpy_dtype(codes.dtype)
    places = pa.Array.from_buffers(kind, len(codes), [bits, pa.py_buffer(codes)])
    return pa.DictionaryArray.from_arrays(places, pa.array(values.array), safe=False)
