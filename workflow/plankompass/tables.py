"""The contract of every table between stages: columns, types, keys, units.

A table is written with :func:`write_table` and read with :func:`read_table`; both hold the frame
against its contract. Column descriptions here are the source of the data dictionary in ``docs/``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from plankompass.study.problems import PlankompassError
from plankompass.table_categories import (
    Ranks,
    arrow_table,
    ascends,
    is_category,
    numeric_key,
)
from plankompass.table_checks import DTYPES, holds
from plankompass.table_contracts import CONTRACTS, Column, Contract
from plankompass.table_files import (
    csv_head,
    keeps,
    parquet_options,
    read_checked,
    read_csv,
)

__all__ = [
    "CONTRACTS",
    "Column",
    "Contract",
    "ContractError",
    "check_table",
    "empty_table",
    "read_table",
    "read_tables",
    "write_table",
    "write_table_in_parts",
]


class ContractError(PlankompassError):
    """A table does not keep its contract."""


@dataclass(frozen=True)
class _Compiled:
    schema: Any
    columns: tuple[str, ...]


@cache
def _compiled(
    name: str, categorical: frozenset[str] = frozenset(), unique: bool = True
) -> _Compiled:
    """The schema of a contract; categorical columns and, at will, the key are checked elsewhere."""
    import pandera.pandas as pa

    contract = CONTRACTS[name]
    columns = {}
    for column in contract.columns:
        if column.name in categorical:
            continue
        checks = []
        if column.values:
            checks.append(pa.Check.isin(list(column.values)))
        if column.minimum is not None:
            checks.append(pa.Check.ge(column.minimum))
        if column.maximum is not None:
            checks.append(pa.Check.le(column.maximum))
        columns[column.name] = pa.Column(
            DTYPES[column.type], checks=checks, nullable=column.nullable, coerce=False
        )
    key = list(contract.key) if unique else []
    schema = pa.DataFrameSchema(columns, strict=True, unique=key or None, name=name, ordered=True)
    return _Compiled(schema, tuple(columns))


def _coerced(
    frame: pd.DataFrame, contract: Contract, *, keep_categories: bool = False
) -> pd.DataFrame:
    missing = [c.name for c in contract.columns if c.name not in frame.columns]
    extra = [c for c in frame.columns if c not in {k.name for k in contract.columns}]
    if missing or extra:
        parts = [f"lacks {', '.join(missing)}"] if missing else []
        parts += [f"has unknown {', '.join(map(str, extra))}"] if extra else []
        raise ContractError(f"table {contract.name}: {'; '.join(parts)}")
    out = {}
    for column in contract.columns:
        series = frame[column.name]
        target = DTYPES[column.type]
        if keep_categories and is_category(series, column.type):
            out[column.name] = series
            continue
        if str(series.dtype) != target:
            try:
                if column.type == "day":
                    series = pd.to_datetime(series).astype(target)
                elif column.type == "number":
                    series = pd.to_numeric(series).astype(target)
                else:
                    series = series.astype(target)
            except (TypeError, ValueError):
                raise ContractError(
                    f"table {contract.name}: column {column.name} cannot be read as {column.type}"
                ) from None
        out[column.name] = series
    return pd.DataFrame(out, columns=[c.name for c in contract.columns])


def check_table(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Hold a frame against a table's contract.

    Args:
        name: The table, a key of :data:`CONTRACTS`.
        frame: The rows; columns in any order, types that can be converted without loss.

    Returns:
        The frame with the contract's columns, types and row order (sorted by key).

    Raises:
        ContractError: A column is missing or unknown, a value is outside its type, values or range,
            or the key is not unique. The text names table, column and the number of rows, no values.
    """
    return _checked(name, frame, keep_categories=False)


def write_table_in_parts(
    name: str, parts: Iterable[pd.DataFrame], path: Path | str, *, hashes: Sequence[str] = ()
) -> None:
    """Check and write a table that is large, one part after the other; Parquet only.

    A part is written while the next one is made, and only two are in memory at a time.

    Args:
        name: The table.
        parts: The rows in the order of the key; each part is a group of rows in the file.
        path: Where to write; the folder is made.
        hashes: Columns of pseudonyms: they hardly compress, so little time is spent on it.

    Raises:
        ContractError: A part does not keep the contract, or does not follow the one before it.
    """
    import pyarrow.parquet as pq

    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    ranks = Ranks()
    never_missing = {column.name for column in CONTRACTS[name].columns if not column.nullable}
    last: tuple[Any, ...] = ()
    writer: pq.ParquetWriter | None = None
    hand = ThreadPoolExecutor(1)
    busy: Future[None] | None = None
    finished = False
    try:
        for part in parts:
            checked = _checked(name, part, keep_categories=True, ranks=ranks)
            if checked.empty:
                continue
            key = checked[list(CONTRACTS[name].key)]
            if tuple(key.iloc[0]) <= last:
                raise ContractError(f"table {name}: its parts are not in the order of the key")
            last = tuple(key.iloc[-1])
            table = arrow_table(checked, never_missing)
            if busy is not None:
                busy.result()
            if writer is None:
                options = parquet_options(CONTRACTS[name])
                options["compression"] = {
                    column: "lz4" if column in hashes else "zstd" for column in table.column_names
                }
                writer = pq.ParquetWriter(path, table.schema, **options)
            busy = hand.submit(writer.write_table, table, row_group_size=len(checked))
        if busy is not None:
            busy.result()
        finished = True
    finally:
        hand.shutdown()
        if writer is not None:
            writer.close()
        if not finished:
            path.unlink(missing_ok=True)
    if writer is None:
        write_table(name, empty_table(name), path)


# From so many rows on, keys are ordered and compared as numbers instead of text
_LARGE = 200_000


def _checked(
    name: str, frame: pd.DataFrame, *, keep_categories: bool, ranks: Ranks | None = None
) -> pd.DataFrame:
    contract = CONTRACTS[name]
    frame = _coerced(frame, contract, keep_categories=keep_categories)
    categorical = frozenset(c.name for c in contract.columns if is_category(frame[c.name], c.type))
    as_numbers = len(frame) >= _LARGE or categorical.intersection(contract.key)
    ranks = ranks or Ranks()
    ordered = bool(as_numbers) and ascends(frame, contract, ranks)
    key = numeric_key(frame, contract, ranks) if as_numbers and not ordered else None
    if key is not None:
        if (key[1:] < key[:-1]).any():
            order = key.argsort(kind="stable")
            frame, key = frame.iloc[order], key[order]
        repeated = int((key[1:] == key[:-1]).sum())
        if repeated:
            raise ContractError(
                f"table {name}: the key {', '.join(contract.key)} stands more than once "
                f"in {repeated} row(s)"
            )
    elif contract.key and not ordered:
        frame = frame.sort_values(list(contract.key), kind="stable", na_position="first")
    frame = frame.reset_index(drop=True)
    for column in contract.columns:
        if column.name in categorical:
            _check_categories(name, column, frame[column.name])
    rest = frame[[c for c in frame if c not in categorical]] if categorical else frame
    if holds(rest, contract, unique=key is None and not ordered):
        return frame
    import pandera.errors  # only where something is wrong: the library takes long to load

    try:
        _compiled(name, categorical, key is None and not ordered).schema.validate(rest, lazy=True)
    except pandera.errors.SchemaErrors as error:
        cases = error.failure_cases
        lines = []
        for (column, check), rows in cases.groupby(["column", "check"], dropna=False):
            lines.append(f"table {name}: {column}: {check} does not hold in {len(rows)} row(s)")
        raise ContractError("\n".join(sorted(lines))) from None
    return frame


def _check_categories(name: str, column: Column, series: pd.Series) -> None:
    """Categories: no row missing where none may be, and no value outside a closed set or a range."""
    codes = series.cat.codes.to_numpy()
    if not column.nullable and len(codes) and codes.min() < 0:
        missing = int((codes < 0).sum())
        raise ContractError(
            f"table {name}: {column.name}: not_nullable does not hold in {missing} row(s)"
        )
    if column.values and not set(series.cat.categories) <= set(column.values):
        used = np.bincount(codes[codes >= 0], minlength=len(series.cat.categories))
        if unknown := set(series.cat.categories[used > 0]) - set(column.values):
            raise ContractError(
                f"table {name}: {column.name}: {len(unknown)} values are not of the closed set"
            )
    if column.minimum is None and column.maximum is None:
        return
    used = series.cat.categories[np.unique(codes[codes >= 0])]
    low = -np.inf if column.minimum is None else column.minimum
    high = np.inf if column.maximum is None else column.maximum
    if not used.empty and (used.min() < low or used.max() > high):
        raise ContractError(f"table {name}: {column.name}: values outside {low} to {high}")


def empty_table(name: str) -> pd.DataFrame:
    """A table without rows that keeps its contract.

    Args:
        name: The table.

    Returns:
        The empty frame, typed.
    """
    return pd.DataFrame(
        {c.name: pd.Series([], dtype=DTYPES[c.type]) for c in CONTRACTS[name].columns}
    )


def write_table(name: str, frame: pd.DataFrame, path: Path | str) -> None:
    """Check a table and write it: Parquet, or CSV where the path ends in ``.csv``.

    The bytes depend on the rows alone: no time stamp, no index, rows sorted by key.

    Args:
        name: The table.
        frame: The rows.
        path: Where to write; the folder is made.

    Raises:
        ContractError: The frame does not keep the contract; nothing is written.
    """
    path = Path(path)
    if path.suffix == ".csv":
        content = _as_csv(name, frame)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return
    import pyarrow.parquet as pq

    table = _as_arrow(name, frame)
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path, row_group_size=1_000_000, **parquet_options(CONTRACTS[name]))


def _as_csv(name: str, frame: pd.DataFrame) -> bytes:
    if frame.empty:
        _coerced(frame, CONTRACTS[name])  # refuses other columns
        return csv_head(CONTRACTS[name])
    checked = _checked(name, frame, keep_categories=True)
    return checked.to_csv(index=False, lineterminator="\n").encode()


def _as_arrow(name: str, frame: pd.DataFrame) -> pa.Table:
    """The checked rows; those that stand in order and keep the contract are looked at in Arrow alone."""
    contract = CONTRACTS[name]
    coerced = _coerced(frame, contract, keep_categories=True)
    if not any(isinstance(dtype, pd.CategoricalDtype) for dtype in coerced.dtypes):
        # in one piece, as after sorting: how a column is cut decides the bytes of the file
        table = arrow_table(coerced).combine_chunks()
        if keeps(table, contract):
            return table
    return arrow_table(_checked(name, frame, keep_categories=True))


def read_table(
    name: str, path: Path | str, *, filters: Sequence[tuple[str, str, Any]] | None = None
) -> pd.DataFrame:
    """Read a table and hold it against its contract.

    Args:
        name: The table.
        path: The file, Parquet or CSV by its ending.
        filters: Conditions as in ``pandas.read_parquet``, for instance ``[("item", "in", {...})]``;
            Parquet only.

    Returns:
        The typed frame, sorted by key.

    Raises:
        ContractError: The file is not there or does not keep the contract.
    """
    path = Path(path)
    if not path.is_file():
        raise ContractError(
            f"table {name}: {path.name} does not exist; run the stage that makes it"
        )
    if path.suffix == ".csv":
        if path.read_bytes() == csv_head(CONTRACTS[name]):
            return empty_table(name)
        return check_table(name, read_csv(CONTRACTS[name], path))
    frame = read_checked(CONTRACTS[name], [path], filters)
    if frame is not None:
        return frame
    return check_table(name, pd.read_parquet(path, filters=filters))


def read_tables(
    name: str,
    paths: Sequence[Path | str],
    *,
    filters: Sequence[tuple[str, str, Any]] | None = None,
) -> pd.DataFrame:
    """Read several files of one contract, each held against it, as one frame.

    Args:
        name: The table.
        paths: The files; none gives no rows.
        filters: As for :func:`read_table`.

    Returns:
        The typed rows, file after file, each file's sorted by key.

    Raises:
        ContractError: A file is not there or does not keep the contract.
    """
    files = [Path(path) for path in paths]
    if files and all(path.suffix != ".csv" and path.is_file() for path in files):
        frame = read_checked(CONTRACTS[name], files, filters)
        if frame is not None:
            return frame
    parts = [read_table(name, path, filters=filters) for path in files]
    parts = [part for part in parts if len(part)]
    return pd.concat(parts, ignore_index=True) if parts else empty_table(name)
