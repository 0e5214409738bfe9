"""Tables written from plain values: a job that writes a few small ones spends most of its time on frames."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from plankompass.table_contracts import CONTRACTS, Contract
from plankompass.table_files import STORED, keeps, parquet_options
from plankompass.tables import write_table

_PLAIN_IN_CSV = ("text", "integer")


def write_columns(name: str, columns: Mapping[str, Sequence[Any]], path: Path | str) -> None:
    """As :func:`plankompass.tables.write_table`, with the same bytes, from plain values.

    Args:
        name: The table.
        columns: The values of each column, None where missing. Rows that do not stand in the order of
            the key, or that do not keep the contract, are left to ``write_table``.
        path: Where to write; the folder is made.

    Raises:
        ContractError: The rows do not keep the contract; nothing is written.
    """
    path, contract = Path(path), CONTRACTS[name]
    in_csv = path.suffix == ".csv"
    table = _in_arrow(contract, columns)
    if (
        table is None
        or not keeps(table, contract)
        or (in_csv and any(c.type not in _PLAIN_IN_CSV for c in contract.columns))
    ):
        write_table(name, pd.DataFrame(dict(columns)), path)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    if in_csv:
        path.write_bytes(_as_csv(table))
        return
    import pyarrow.parquet as pq

    pq.write_table(table, path, row_group_size=1_000_000, **parquet_options(contract))


def _in_arrow(contract: Contract, columns: Mapping[str, Sequence[Any]]) -> pa.Table | None:
    """The rows as they stand; None where a column is missing, unknown or of another type."""
    if set(columns) != {column.name for column in contract.columns}:
        return None
    try:
        return pa.table({
            column.name: pa.array(columns[column.name], STORED[column.type])
            for column in contract.columns
        })  # fmt: skip
    except (pa.ArrowException, UnicodeError, OverflowError):
        return None


def _as_csv(table: pa.Table) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table.column_names)
    writer.writerows(zip(*(column.to_pylist() for column in table.columns), strict=True))
    return text.getvalue().encode()
