"""SPSS and Stata files: .sav, .zsav, .por and .dta, with user-missing codes and tagged missings."""

from __future__ import annotations

import datetime
import logging
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from plankompass.ingest.surveys.guard import (
    ReaderDiedError,
    ReaderTooSlowError,
    call_apart,
    call_apart_together,
)
from plankompass.ingest.surveys.model import (
    Codes,
    MissingRange,
    MultipleResponseSet,
    RawSurvey,
    RawVariable,
    SurveyReadError,
    all_plain,
    join_codes,
    text_faults,
    unique_names,
)
from plankompass.ingest.surveys.sav_rows import MoreRowsError, check_no_more_rows

log = logging.getLogger(__name__)

# Tried in this order after the file's own; the first whose texts come out valid is used.
_ENCODINGS = (None, "UTF-8", "WINDOWS-1252", "ISO-8859-1")
_SPSS_EPOCH = 12_219_379_200
_STATA_EPOCH_DAYS = 3653
# SPSS counts seconds from 14 October 1582, Stata days or milliseconds from 1960. Dates that pandas and Python can both hold
_FIRST = pd.Timestamp("1582-10-15").timestamp()
_LAST = pd.Timestamp("9999-12-31").timestamp()
# A file of so many bytes is read by several processes at once, where there are cores for it
_LARGE_BYTES = 20_000_000
_MOST_READERS = 4
_SPSS_TIMES = {
    **dict.fromkeys(("DATE", "ADATE", "EDATE", "JDATE", "SDATE"), "date"),
    **dict.fromkeys(("DATETIME", "YMDHMS"), "datetime"),
    **dict.fromkeys(("TIME", "MTIME"), "time"),
}
_HINT = "open it in the program it came from and save it anew, or export CSV"


def _read(
    path: Path, format_: str, encoding: str | None, start: int = 0, rows: int = 0
) -> tuple[dict[str, Any], Any]:
    """Columns and description of a file, or of some of its rows."""
    import pyreadstat

    options: dict[str, Any] = {"disable_datetime_conversion": True, "user_missing": True}
    if format_ == "por":
        # read_por has no user_missing and would make every declared missing code a blank
        from pyreadstat.pyreadstat import parser_entry_point

        frame, meta = parser_entry_point(str(path), parser_format="por", **options)
    else:
        reader = pyreadstat.read_dta if format_ == "dta" else pyreadstat.read_sav
        options["encoding"] = encoding
        frame, meta = reader(str(path), row_offset=start, row_limit=rows, **options)
        if not rows:
            _check_rows(path, format_, encoding, meta)
    names = list(meta.column_names)
    # a damaged file may have a variable without name, and two of one name are one column here
    names = names if len(names) == frame.shape[1] else list(frame.columns)
    return {name: _plain_array(frame.iloc[:, i]) for i, name in enumerate(names)}, meta


def _plain_array(column: pd.Series) -> Any:
    """Numbers as codes or as an array that can be handed over as it lies, else as pandas has it."""
    if column.dtype != "float64":
        return column.array
    numbers = column.to_numpy()
    return Codes.of(numbers) or numbers


def _count_rows(path: Path, format_: str, encoding: str | None) -> int:
    """Rows that the file's head promises; 0 where it does not say."""
    import pyreadstat

    reader = pyreadstat.read_dta if format_ == "dta" else pyreadstat.read_sav
    meta = reader(str(path), metadataonly=True, encoding=encoding)[1]
    _check_rows(path, format_, encoding, meta)
    return meta.number_rows or 0


def _check_rows(path: Path, format_: str, encoding: str | None, meta: Any) -> None:
    """Whether a .sav ends where its head says; Stata's says where each part stands, and the reader looks."""
    if format_ != "dta" and meta.number_rows is not None and meta.column_names:
        check_no_more_rows(path, encoding, meta.number_rows, meta.column_names[0])


def _read_apart(
    path: Path, format_: str, encoding: str | None, seconds: float
) -> tuple[dict[str, Any], Any]:
    """Read in a process of its own; a large file by several at once, each some of the rows."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    if format_ != "por" and cores > 1 and path.stat().st_size > _LARGE_BYTES:
        try:
            whole = _read_in_parts(path, format_, encoding, min(cores, _MOST_READERS), seconds)
        except ReaderTooSlowError:
            raise
        except Exception:
            log.debug("%s cannot be read in parts", format_)
        else:
            if whole is not None:
                return whole
    # what is wrong with a file is told here
    return call_apart(_read, path, format_, encoding, seconds=seconds)


def _read_in_parts(
    path: Path, format_: str, encoding: str | None, count: int, seconds: float
) -> tuple[dict[str, Any], Any] | None:
    """Read some rows in each of several processes; None when the file does not hold what it promises."""
    rows = call_apart(_count_rows, path, format_, encoding, seconds=seconds)
    if not rows:
        return None
    step = -(-rows // count)
    parts = [(path, format_, encoding, start, step) for start in range(0, rows, step)]
    read = call_apart_together(_read, parts, seconds=seconds)
    data = {name: _joined([part[name] for part, _ in read]) for name in read[0][0]}
    if any(_length(column) != rows for column in data.values()):
        return None
    return data, _meta_of_all([meta for _, meta in read])


def _length(column: Any) -> int:
    return len(column.places if isinstance(column, Codes) else column)


def _joined(parts: Sequence[Any]) -> Any:
    if all(isinstance(part, Codes) for part in parts):
        return join_codes(parts)
    parts = [part.spread() if isinstance(part, Codes) else part for part in parts]
    if all(isinstance(part, np.ndarray) for part in parts):
        return np.concatenate(parts)
    return pd.concat([pd.Series(part) for part in parts], ignore_index=True).array


def _meta_of_all(metas: Sequence[Any]) -> Any:
    """The description of a file read in parts: letters of tagged missings are those of all parts."""
    whole = metas[0]
    for other in metas[1:]:
        for name, letters in other.missing_user_values.items():
            known = set(whole.missing_user_values.get(name, []))
            whole.missing_user_values[name] = sorted(known | set(letters))
    return whole


def _cut_off(path: Path) -> bool:
    """Whether a Stata file from release 117 on lacks its end mark."""
    with path.open("rb") as file:
        if not file.read(11).startswith(b"<stata_dta>"):
            return False
        file.seek(-min(64, path.stat().st_size), 2)
        return b"</stata_dta>" not in file.read()


def _default_encoding(path: Path, format_: str) -> str:
    """What the reader assumes where the file declares nothing: Stata from release 118 is UTF-8."""
    if format_ != "dta":
        return "UTF-8"
    with path.open("rb") as file:
        head = file.read(64)
    release = re.match(rb"<stata_dta><header><release>(\d{3})", head)
    return "UTF-8" if release and int(release[1]) >= 118 else "WINDOWS-1252"


def _texts(data: dict[str, Any], meta: Any) -> set[str]:
    """A file's text, each once, columns of plain ASCII left out: what an encoding is judged by."""
    texts = set(map(str, meta.column_names))
    texts |= {label for label in meta.column_labels if label}
    for labels in meta.variable_value_labels.values():
        texts |= {str(label) for label in labels.values()}
    for name, kind in meta.readstat_variable_types.items():
        if kind == "string" and name in data:
            column = pd.Series(data[name])
            if not all_plain(column):
                texts |= {value for value in column.unique() if isinstance(value, str)}
    return texts


def read_statfile(
    path: Path, shown: str, format_: str, encoding: str | None = None, *, seconds: float = 60
) -> RawSurvey:
    """Read an SPSS or Stata file.

    Args:
        path: The file.
        shown: The file's name in messages.
        format_: ``sav``, ``zsav``, ``por`` or ``dta``.
        encoding: Declared encoding; found and noted when left out.
        seconds: Longest time one attempt may take.

    Returns:
        The survey, user-missing codes and tagged missings kept.

    Raises:
        SurveyReadError: The file is damaged, or no encoding gives valid text.
    """
    import pyreadstat

    if format_ == "dta" and _cut_off(path):
        raise SurveyReadError(f"{shown}: the file is cut off before its end; {_HINT}")
    choices = (encoding,) if encoding else _ENCODINGS
    if format_ == "por":
        choices = (None,)
    attempts: list[tuple[int, str, dict[str, Any], Any]] = []
    for choice in choices:
        try:
            data, meta = _read_apart(path, format_, choice, seconds)
        except ReaderTooSlowError:
            raise SurveyReadError(
                f"{shown}: reading took longer than {seconds:g} s (limits.seconds_per_file); "
                f"the file may be damaged; {_HINT}"
            ) from None
        except ReaderDiedError:
            raise SurveyReadError(
                f"{shown}: the file makes its reader fail; it is damaged; {_HINT}"
            ) from None
        except MoreRowsError:
            raise SurveyReadError(
                f"{shown}: the file holds more rows than its head says; it is damaged; {_HINT}"
            ) from None
        except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, UnicodeDecodeError) as error:
            if "encoding" in str(error).lower() or isinstance(error, UnicodeDecodeError):
                continue
            raise SurveyReadError(
                f"{shown}: not a readable .{format_} file, or damaged: {_reason(error)}; {_HINT}"
            ) from None
        except (ValueError, TypeError, OverflowError, MemoryError, IndexError) as error:
            raise SurveyReadError(
                f"{shown}: not a readable .{format_} file, or damaged "
                f"({type(error).__name__}); {_HINT}"
            ) from None
        used = choice or meta.file_encoding or _default_encoding(path, format_)
        faults = text_faults(_texts(data, meta), unicode=used.upper().startswith("UTF"))
        attempts.append((faults, used, data, meta))
        if not faults:
            break
    if not attempts:
        raise SurveyReadError(
            f"{shown}: the text can be read in none of the encodings tried; "
            "say which it is with `encoding`, or save the file as UTF-8"
        )
    faults, used, data, meta = min(attempts, key=lambda attempt: attempt[0])
    survey = _survey(shown, format_, used, data, meta)
    if faults:
        survey.notes.append(
            f"{faults} names, labels or texts are not valid in any encoding tried; "
            f"{used or 'the default'} was used"
        )
    elif choice != choices[0]:
        survey.notes.append(f"text is not valid in the encoding the file declares; read as {used}")
    return survey


def _reason(error: Exception) -> str:
    return str(error).strip().rstrip(".") or type(error).__name__


def _survey(shown: str, format_: str, encoding: str, data: dict[str, Any], meta: Any) -> RawSurvey:
    raw_names = list(meta.column_names)
    names, notes = unique_names(name or "" for name in raw_names)
    if len(set(raw_names)) != len(raw_names):
        raise SurveyReadError(f"{shown}: two variables have the same name; {_HINT}")
    frame: dict[str, Any] = {}
    variables: list[RawVariable] = []
    tags: dict[str, pd.Series] = {}
    for raw, name in zip(raw_names, names, strict=True):
        label = meta.column_names_to_labels.get(raw) or ""
        file_format = str(meta.original_variable_types.get(raw) or "")
        variable = RawVariable(
            name,
            label.strip(),
            value_labels=dict(meta.variable_value_labels.get(raw, {})),
            missing=[MissingRange(r["lo"], r["hi"]) for r in meta.missing_ranges.get(raw, [])],
            format=file_format,
        )
        values = data[raw]
        letters = set(meta.missing_user_values.get(raw, []))
        if letters and meta.readstat_variable_types.get(raw) != "string":
            values, tags[name] = _split_tags(values, letters)
        series, variable.type, note = _typed(
            values, meta.readstat_variable_types.get(raw), format_, file_format
        )
        if variable.type in ("date", "datetime", "time"):
            lost = pd.isna(values.spread() if isinstance(values, Codes) else values).sum()
            variable.lost = int(series.isna().sum() - lost)
        if note:
            notes.append(f"{name}: {note}")
        frame[name] = series
        variables.append(variable)
    sets = [
        MultipleResponseSet(
            name,
            "dichotomy" if spec.get("is_dichotomy") else "categories",
            [names[raw_names.index(v)] for v in spec.get("variable_list", []) if v in raw_names],
            str(spec.get("label") or ""),
        )
        for name, spec in sorted((meta.mr_sets or {}).items())
    ]
    rows = _length(next(iter(data.values()))) if data else 0
    table = pd.DataFrame(frame, index=pd.RangeIndex(rows), columns=names, copy=False)
    return RawSurvey(shown, format_, table, variables, tags, encoding, sets=sets, notes=notes)


def _split_tags(values: Any, letters: set[str]) -> tuple[np.ndarray, pd.Series]:
    """Part a column into numbers and the letters of Stata's tagged missings."""
    if isinstance(values, Codes):
        values = values.spread()
    series = pd.Series(values, dtype=object)
    tagged = series.map(lambda v: isinstance(v, str) and v in letters).astype(bool)
    numbers = pd.to_numeric(series.mask(tagged), errors="coerce").to_numpy(dtype="float64")
    return numbers, series.where(tagged).astype("str")


def _typed(
    values: Any, kind: str | None, format_: str, file_format: str
) -> tuple[pd.Series, Any, str]:
    """A column as a series of its type, with a note when some values could not be kept."""
    if kind == "string":
        text = pd.Series(values, dtype="str")
        return text.mask(text.str.strip() == ""), "text", ""
    form = file_format.upper().lstrip("%-")
    time = _stata_time(form) if format_ == "dta" else _SPSS_TIMES.get(form.rstrip("0123456789."))
    if isinstance(values, Codes):
        if time is None:
            return values.series(), "number", ""
        values = values.spread()
    number = pd.Series(np.asarray(values, dtype="float64"), copy=False)
    if time is None:
        return number, "number", ""
    if format_ != "dta":
        return (_clock(number), time, "") if time == "time" else _dates(number - _SPSS_EPOCH, time)
    if time == "time":
        return _clock(number / 1000.0), time, ""
    if time == "date":
        return _dates((number - _STATA_EPOCH_DAYS) * 86400.0, time)
    return _dates(number / 1000.0 - _STATA_EPOCH_DAYS * 86400.0, time)


def _stata_time(form: str) -> str | None:
    """What kind of time a Stata format shows: milliseconds (``%tc``) or days (``%td``)."""
    if form.startswith("TC"):
        return "time" if "HH" in form and "D" not in form else "datetime"
    return "date" if form.startswith(("TD", "D")) else None


def _dates(seconds: pd.Series, kind: str) -> tuple[pd.Series, Any, str]:
    """Seconds since 1970 as dates; what no calendar holds becomes missing, with a note."""
    outside = seconds.notna() & ~seconds.between(_FIRST, _LAST)
    kept = seconds.mask(outside)
    micro = np.where(kept.isna(), 0.0, kept.to_numpy() * 1e6).round().astype("int64")
    days = pd.Series(micro.view("datetime64[us]"), index=seconds.index).mask(kept.isna())
    note = ""
    if outside.any():
        note = f"{int(outside.sum())} dates lie outside the calendar and are missing"
    return days, kind, note


def _clock(seconds: pd.Series) -> pd.Series:
    """Seconds of a day as times; values beyond a day stay numbers of seconds in text."""

    def convert(value: float) -> object:
        if np.isnan(value):
            return None
        if 0 <= value < 86400:
            return (datetime.datetime.min + datetime.timedelta(seconds=value)).time()
        return None

    return pd.Series([convert(v) for v in seconds.to_numpy()], dtype=object, index=seconds.index)
