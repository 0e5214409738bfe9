"""Days and times of answers, in the shapes that exports write them."""

from __future__ import annotations

import numpy as np
import pandas as pd

_ISO = r"^\s*(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2}))?(?:[.,]\d+)?(?:Z|[+-]\d{2}:?\d{2})?)?\s*$"
_NORWEGIAN = r"^\s*(\d{1,2})\.(\d{1,2})\.(\d{4})(?:[ ,T]+(?:kl\.? *)?(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?)?\s*$"
_COMPACT = r"^\s*(\d{4})(\d{2})(\d{2})\s*$"
# Excel's day numbers from 1954 to 2119; larger numbers may be dates as YYYYMMDD
_EXCEL_DAYS = (20_000, 80_000)
_EXCEL_EPOCH = pd.Timestamp("1899-12-30")


def read_times(column: pd.Series) -> tuple[pd.Series, int]:
    """Read a column of dates or times.

    Local time is kept as written; an offset from UTC is left out, so that an answer given at 00:30
    stays on its day.

    Args:
        column: datetime64 values, numbers (Excel's day numbers or YYYYMMDD), or text: ISO 8601,
            ``dd.mm.yyyy`` with or without time, or YYYYMMDD.

    Returns:
        Times as datetime64[us] with NaT for blank and unreadable cells, and how many cells were
        unreadable.
    """
    if pd.api.types.is_datetime64_any_dtype(column):
        return column.astype("datetime64[us]"), 0
    if pd.api.types.is_numeric_dtype(column):
        times = _from_numbers(column)
    else:
        times = _from_text(column.astype("str"))
    return times, int((times.isna() & column.notna()).sum())


def _from_numbers(column: pd.Series) -> pd.Series:
    number = column.astype("float64")
    excel = number.between(*_EXCEL_DAYS)
    seconds = np.where(excel, number * 86400.0, 0.0).round().astype("int64")
    times = (
        _EXCEL_EPOCH + pd.to_timedelta(pd.Series(seconds, index=column.index), unit="s")
    ).astype("datetime64[us]")
    times = times.where(excel)
    whole = number.notna() & (number % 1 == 0) & number.between(19_000_101, 21_001_231)
    if whole.any():
        text = number[whole].astype("int64").astype("str")
        times[whole] = pd.to_datetime(text, format="%Y%m%d", errors="coerce")
    return times


def _from_text(column: pd.Series) -> pd.Series:
    indices, distinct = pd.factorize(column)
    values = pd.Series(distinct, dtype="str")
    times = _assemble(values.str.extract(_ISO), (0, 1, 2, 3, 4, 5))
    other = times.isna()
    if other.any():
        times[other] = _from_other_text(values[other])
    spread = np.append(times.to_numpy(dtype="datetime64[us]"), np.datetime64("NaT", "us"))
    return pd.Series(spread[indices], index=column.index)


def _from_other_text(values: pd.Series) -> pd.Series:
    """Times from text that is not ISO 8601."""
    norwegian = _assemble(values.str.extract(_NORWEGIAN), (2, 1, 0, 3, 4, 5))
    compact = _assemble(values.str.extract(_COMPACT), (0, 1, 2))
    numbers = pd.to_numeric(values.where(values.str.fullmatch(r"\d{5}(?:\.\d+)?")), errors="coerce")
    return norwegian.fillna(compact).fillna(_from_numbers(numbers))


def _assemble(parts: pd.DataFrame, order: tuple[int, ...]) -> pd.Series:
    """Times from captured groups in the order year, month, day, hour, minute, second."""
    units = ("year", "month", "day", "hour", "minute", "second")
    if parts.empty:
        return pd.Series([], dtype="datetime64[us]")
    found = parts[order[0]].notna()
    fields = {
        unit: pd.to_numeric(parts[position]).where(found).fillna(1 if unit in units[:3] else 0)
        for unit, position in zip(units, order, strict=False)
    }
    times = pd.to_datetime(pd.DataFrame(fields), errors="coerce").astype("datetime64[us]")
    return times.where(found)
