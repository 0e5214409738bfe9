"""What a survey file holds, whatever its format: the reading layer's common shape."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from plankompass.study.problems import PlankompassError

VariableType = Literal["number", "text", "date", "datetime", "time"]


# SPSS writes LO and HI of a range of missing values as numbers beyond this, or as infinite
_MOST = 1e300


class SurveyReadError(PlankompassError):
    """A survey file cannot be read; the text names the file and the reason."""


@dataclass
class MissingRange:
    """A declared range of user-missing values, both ends included."""

    low: float | str
    high: float | str

    def contains(self, value: float | str) -> bool:
        """Whether a value lies in the range."""
        kind = str if isinstance(self.low, str) else (int, float)
        if not isinstance(value, kind):
            return False
        return self.low <= value <= self.high

    def as_text(self) -> str:
        """The range as people write it."""
        low = "lowest" if isinstance(self.low, float) and self.low < -_MOST else plain(self.low)
        high = "highest" if isinstance(self.high, float) and self.high > _MOST else plain(self.high)
        return low if low == high else f"{low}–{high}"


@dataclass
class RawVariable:
    """One variable of a survey file.

    Attributes:
        name: Column name in the frame; unique.
        label: The question text the file carries; empty when none.
        type: What kind of values it holds.
        value_labels: Value to label, as declared in the file.
        missing: Declared user-missing values.
        format: The file's own format, for instance ``F8.2``.
        lost: Values that could not be kept (dates that no calendar holds); missing, but not blank.
    """

    name: str
    label: str = ""
    type: VariableType = "number"
    value_labels: dict[float | str, str] = field(default_factory=dict)
    missing: list[MissingRange] = field(default_factory=list)
    format: str = ""
    lost: int = 0

    def is_user_missing(self, value: float | str) -> bool:
        """Whether the file declares a value missing."""
        return any(part.contains(value) for part in self.missing)


# Whole numbers nearer to zero than this are counted, not hashed
_SMALL = 10_000


class Codes(NamedTuple):
    """A column of numbers given by its distinct values.

    Attributes:
        places: Place of each row's number among the distinct ones, -1 for blank. Shape (rows,).
        distinct: The numbers, ascending. Float64.
    """

    places: np.ndarray
    distinct: np.ndarray

    @classmethod
    def of(cls, numbers: np.ndarray) -> Codes | None:
        """Count the distinct numbers of a column.

        Args:
            numbers: Float64, NaN for blank. Shape (rows,).

        Returns:
            The codes; None where the numbers are not small and whole, as nearly all are.
        """
        low, high = np.fmin.reduce(numbers, initial=np.nan), np.fmax.reduce(numbers, initial=np.nan)
        if not (low > -_SMALL and high < _SMALL):  # also when all are missing
            return None
        missing = np.isnan(numbers)
        blanks = missing.any()
        whole = (np.where(missing, low, numbers) if blanks else numbers).astype("int16")
        if not ((whole == numbers) | missing).all():
            return None
        places = whole - np.int16(low)
        counts = np.bincount(places[~missing] if blanks else places)
        used = np.flatnonzero(counts)
        index = np.zeros(len(counts), dtype=np.min_scalar_type(-len(used)))
        index[used] = np.arange(len(used))
        found = index[places]
        if blanks:
            found[missing] = -1
        return cls(found, used + low)

    def spread(self) -> np.ndarray:
        """The numbers again, NaN for blank."""
        return np.append(self.distinct, np.nan)[self.places]

    def series(self) -> pd.Series:
        """The column as categories."""
        dtype = pd.CategoricalDtype(pd.Index(self.distinct))
        return pd.Series(pd.Categorical.from_codes(self.places, dtype=dtype), copy=False)


def join_codes(parts: Sequence[Codes]) -> Codes:
    """One column of the parts of a file that was read in parts."""
    distinct = np.unique(np.concatenate([part.distinct for part in parts]))
    kind = np.min_scalar_type(-len(distinct))
    places = []
    for part in parts:
        if len(part.distinct) == len(distinct):
            places.append(part.places)
            continue
        new = np.append(np.searchsorted(distinct, part.distinct), -1).astype(kind)
        places.append(new[part.places])
    return Codes(np.concatenate(places), distinct)


def is_codes(series: pd.Series) -> bool:
    """Whether a column of :attr:`RawSurvey.table` is held as codes."""
    return isinstance(series.dtype, pd.CategoricalDtype)


@dataclass
class MultipleResponseSet:
    """A multiple-response set as declared in the file."""

    name: str
    kind: str
    variables: list[str]
    label: str = ""


@dataclass
class RawSurvey:
    """A survey file as read.

    Attributes:
        file: The file's name in messages.
        format: Format it was read as.
        table: One row a respondent, as :attr:`frame`, but a column of codes may be held as categories
            (:class:`Codes`), which take an eighth of the memory.
        variables: One a column, in order.
        tags: Stata's tagged missings: column to letters (``a`` to ``z``), where there are any.
        encoding, delimiter: How text was read; empty where it does not apply.
        sets: Multiple-response sets.
        notes: What a person should know, one line each; never a value.
    """

    file: str
    format: str
    table: pd.DataFrame
    variables: list[RawVariable]
    tags: dict[str, pd.Series] = field(default_factory=dict)
    encoding: str = ""
    delimiter: str = ""
    sets: list[MultipleResponseSet] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row a respondent.

        Numbers are float64 with NaN for blank, text is ``str`` with NaN for blank, dates are
        datetime64 or datetime.date objects. User-missing codes are kept.
        """
        columns = {name: self.column(name) for name in self.table.columns}
        return pd.DataFrame(columns, index=self.table.index, columns=self.table.columns, copy=False)

    def column(self, name: str) -> pd.Series:
        """One column as :attr:`frame` has it."""
        series = self.table[name]
        return series.astype("float64") if is_codes(series) else series

    def variable(self, name: str) -> RawVariable:
        """The variable of a column."""
        return next(v for v in self.variables if v.name == name)


def plain(value: object) -> str:
    """A value as text without needless decimals: 4.0 is ``4``."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def normal(text: str) -> str:
    """Text as labels are compared: composed Unicode without outer spaces."""
    return unicodedata.normalize("NFC", text).strip()


def all_plain(column: pd.Series) -> bool:
    """Whether a column of text is known to hold printable ASCII only, blank cells aside.

    Args:
        column: Text.

    Returns:
        True when every text is; False when one is not, or when the column is stored in a way that
        makes it slow to know.
    """
    if not isinstance(column.dtype, pd.StringDtype):
        return False
    # all() of nothing is missing
    return pc.all(pc.ascii_is_printable(pa.array(column.array))).as_py() is not False


def unique_names(names: Iterable[str]) -> tuple[list[str], list[str]]:
    """Make variable names usable: none empty, none twice.

    Args:
        names: Names as in the file.

    Returns:
        Names with ``#2`` and so on after repeated ones and ``column 7`` for empty ones, and a note
        for each that was changed.
    """
    out: list[str] = []
    notes: list[str] = []
    seen: set[str] = set()
    for number, raw in enumerate(names, start=1):
        name = normal(str(raw))
        if not name:
            name = f"column {number}"
            notes.append(f"variable {number} has no name; it is called '{name}'")
        base, count = name, 1
        while name in seen:
            count += 1
            name = f"{base}#{count}"
        if count > 1:
            notes.append(f"the variable name '{base}' stands {count} times; one is called '{name}'")
        seen.add(name)
        out.append(name)
    return out, notes


# UTF-8 read as Windows-1252 or Latin-1: the lead bytes of æøå, Sami letters and dashes seen as letters,
# followed by a continuation byte. After Å only what Norwegian text never puts there.
_CONTINUED = (
    "[\u0080-\u00bf\u20ac\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u017d"
    "\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u017e\u0178]"
)
_MOJIBAKE = re.compile(
    f"[\u00c2\u00c3]{_CONTINUED}|[\u00c4\u00c5][\u0080-\u00a9\u00ac-\u00b6\u00b8-\u00ba\u00bc-\u00bf]"
    f"|\u00e2[\u0080\u20ac\u201a]{_CONTINUED}"
)
_CONTROL = re.compile("[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufffd\ufffe\uffff]")
# A sign that no word holds, between two letters or beside one: another code page's letter
_SIGN = (
    "[^\\w\\s\\x00-\\x7f’‘‚“”„«»‹›–—‐‑…·•°§€£©®™¹²³½¼¾×±µªº¿¡\u00ad\u00a0\u200b-\u200f\u2060\ufeff]"
)
_LETTER = r"[^\W\d_]"
_SYMBOL_IN_WORD = re.compile(
    f"{_LETTER}{_SIGN}|{_SIGN}{_LETTER}|{_LETTER}[‚„‘“›‹«»†‡•©®±£]{_LETTER}"
)


def text_faults(texts: Iterable[str], *, unicode: bool = False) -> int:
    """Count texts that were read in the wrong encoding.

    Args:
        texts: Names, labels and values.
        unicode: Whether the bytes were valid UTF-8, which other encodings hardly ever are by chance;
            then signs beside letters (emoji) prove nothing.

    Returns:
        How many hold control or replacement characters, UTF-8 seen as another encoding, or a sign
        that no word holds. 0 means that the encoding can be right.
    """
    texts = list(texts)
    together = "\n".join(texts)
    if together.isascii() and not _CONTROL.search(together):
        return 0
    count = 0
    for text in texts:
        if text.isascii() and text.isprintable():
            continue
        wrong = _CONTROL.search(text) or _MOJIBAKE.search(text)
        if wrong or (not unicode and _SYMBOL_IN_WORD.search(text)):
            count += 1
    return count
