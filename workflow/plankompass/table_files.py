"""Parquet files read and held against their contract while they are Arrow's, before a frame is made.

A job reads many small tables, or a few items of a large one. Both cost little here: every check is one
call of Arrow's on a column, and of a large table the texts stay numbers until the wanted rows are found.
What does not pass, or has another form than the one the pipeline writes, is left to the full check, which
tells what is wrong. The form of tables as CSV stands here too.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from plankompass.table_contracts import Column, Contract

STORED = {
    "text": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "flag": pa.bool_(),
    "day": pa.timestamp("us"),
}
"""Type of a column in a file, by its type in the contract."""
_IN_FRAMES = {
    pa.string(): pd.StringDtype(na_value=np.nan),
    pa.int64(): pd.Int64Dtype(),
    pa.bool_(): pd.BooleanDtype(),
}
_OPERATORS = ("in", "==")

Filters = Sequence[tuple[str, str, Any]]


def read_checked(
    contract: Contract, paths: Sequence[Path], filters: Filters | None = None
) -> pd.DataFrame | None:
    """Read Parquet files of one contract that keep it.

    Args:
        contract: The tables' contract.
        paths: The files, at least one.
        filters: Conditions that all hold for the rows that are wanted: ``(column, "in" or "==", value)``.

    Returns:
        The typed rows, file after file, each in the order of its key; None when the quick checks cannot
        tell that the contract is kept.
    """
    tables = []
    for path in paths:
        table = _read(contract, path, filters)
        if table is None or not _ascends(table, contract.key):
            return None
        tables.append(table)
    table = tables[0] if len(tables) == 1 else pa.concat_tables(tables)
    if not _all_hold(table, contract):
        return None
    frame = table.to_pandas(types_mapper=_IN_FRAMES.get, ignore_metadata=True)
    return frame.copy()  # a column taken over from Arrow as it lies could not be written to


def parquet_options(contract: Contract) -> dict[str, Any]:
    """How tables of a contract are written."""
    return {
        "compression": "zstd",
        # statistics of the first key only: rows are ordered by it, and readers filter by it
        "write_statistics": list(contract.key[:1]),
        # without Arrow's own schema, so that text given as categories is read as text
        "store_schema": False,
        # many pseudonyms in a group of rows are still written once each
        "dictionary_pagesize_limit": 2**26,
    }


def keeps(table: pa.Table, contract: Contract) -> bool:
    """Whether a table of the contract's columns and types keeps it: values, key and order of rows.

    Args:
        table: The rows.
        contract: The contract.

    Returns:
        True when the full check would find nothing, and leave the rows as they stand.
    """
    return _all_hold(table, contract) and _ascends(table, contract.key)


def _all_hold(table: pa.Table, contract: Contract) -> bool:
    return all(_holds(table.column(column.name), column) for column in contract.columns)


def _read(contract: Contract, path: Path, filters: Filters | None) -> pa.Table | None:
    """The wanted rows; None for other columns than the contract's."""
    with pq.ParquetFile(path, read_dictionary=_texts(contract) if filters else None) as file:
        schema = file.schema_arrow
        kinds = [k.value_type if pa.types.is_dictionary(k) else k for k in schema.types]
        expected = [(column.name, STORED[column.type]) for column in contract.columns]
        if list(zip(schema.names, kinds, strict=True)) != expected:
            return None
        return _wanted(file, filters) if filters else file.read()


def _texts(contract: Contract) -> list[str]:
    return [column.name for column in contract.columns if column.type == "text"]


def _wanted(file: pq.ParquetFile, filters: Filters) -> pa.Table | None:
    """The rows for which all conditions hold, from the groups of rows that can have some."""
    if any(operator not in _OPERATORS for _, operator, _ in filters):
        return None
    asked = {
        column: set(value) if operator == "in" else {value} for column, operator, value in filters
    }
    groups = [group for group in range(file.num_row_groups) if _may_hold(file, group, asked)]
    table = file.read_row_groups(groups)
    for column, values in asked.items():
        kind = table.schema.field(column).type
        kind = kind.value_type if pa.types.is_dictionary(kind) else kind
        among = pa.array(sorted(values), type=kind)
        table = table.filter(pc.is_in(table.column(column), value_set=among))
    plain = [
        pc.dictionary_decode(column) if pa.types.is_dictionary(column.type) else column
        for column in table.columns
    ]
    return pa.table(plain, names=table.column_names)


def _may_hold(file: pq.ParquetFile, group: int, asked: dict[str, set[Any]]) -> bool:
    """Whether a group of rows can have wanted ones, by the least and the greatest value it notes."""
    first = file.metadata.row_group(group).column(0)
    values, noted = asked.get(first.path_in_schema), first.statistics
    if values is None or noted is None or not noted.has_min_max:
        return True
    return any(noted.min <= value <= noted.max for value in values)


def _holds(values: pa.ChunkedArray, column: Column) -> bool:
    """Whether nothing is missing in a column where nothing may be, and it has only its values."""
    if values.null_count and not column.nullable:
        return False
    if column.type == "number" and _any(pc.is_nan(values)):
        return False  # missing numbers are stored as missing
    if column.values:
        among = pa.array([*column.values, None], type=values.type)
        if not pc.all(pc.is_in(values, value_set=among), min_count=0).as_py():
            return False
    if column.minimum is not None and _any(pc.less(values, pa.scalar(column.minimum))):
        return False
    return column.maximum is None or not _any(pc.greater(values, pa.scalar(column.maximum)))


def _any(flags: pa.ChunkedArray) -> bool:
    return bool(pc.any(flags, min_count=0).as_py())


def _ascends(table: pa.Table, key: Sequence[str]) -> bool:
    """Whether rows stand in the order of their key, missing first, and none has that of the one before."""
    rises: Any = None
    for name in reversed(key):
        column = table.column(name)
        values = column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
        before, after = values[:-1], values[1:]
        more, same = pc.less(before, after), pc.equal(before, after)
        if column.null_count:
            none, nor = pc.is_null(before), pc.is_null(after)
            more = pc.or_(pc.fill_null(more, False), pc.and_not(none, nor))
            same = pc.or_(pc.fill_null(same, False), pc.and_(none, nor))
        rises = more if rises is None else pc.or_(more, pc.and_(same, rises))
    return rises is None or bool(pc.all(rises, min_count=0).as_py())


def csv_head(contract: Contract) -> bytes:
    """A table without rows as CSV.

    Args:
        contract: The table's contract.

    Returns:
        The line of its columns' names.
    """
    return (",".join(column.name for column in contract.columns) + "\n").encode()


def read_csv(contract: Contract, path: Path) -> pd.DataFrame:
    """Read a table from CSV, unchecked.

    Args:
        contract: The table's contract.
        path: The file.

    Returns:
        Text, with true and false where the contract has flags; an empty cell is missing, but in a column
        of text that is never missing.
    """
    text = pd.read_csv(path, dtype="str", keep_default_na=False, na_values=[""], encoding="utf-8")
    for column in contract.columns:
        if column.name not in text:
            continue
        if column.type == "flag":
            flags = text[column.name].map({"True": True, "False": False})
            text[column.name] = flags.astype("boolean")
        elif column.type == "text" and not column.nullable:
            text[column.name] = text[column.name].fillna("")
    return text
