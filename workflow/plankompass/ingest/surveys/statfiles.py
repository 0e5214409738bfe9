"""SPSS and Stata files: .sav, .zsav, .por and .dta, with user-missing codes and tagged missings."""

from __future__ import annotations

import datetime
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from plankompass.ingest.surveys.guard import ReaderDiedError, ReaderTooSlowError, call_apart
from plankompass.ingest.surveys.model import (
    MissingRange,
    MultipleResponseSet,
    RawSurvey,
    RawVariable,
    SurveyReadError,
    text_faults,
    unique_names,
)

# Tried in this order after the file's own; the first whose texts come out valid is used.
_ENCODINGS = (None, "UTF-8", "WINDOWS-1252", "ISO-8859-1")
_SPSS_EPOCH = 12_219_379_200
_STATA_EPOCH_DAYS = 3653
# SPSS counts seconds from 14 October 1582, Stata days or milliseconds from 1960. Dates that pandas and Python can both hold
_FIRST = pd.Timestamp("1582-10-15").timestamp()
_LAST = pd.Timestamp("9999-12-31").timestamp()
_HINT = "open it in the program it came from and save it anew, or export CSV"


def _read(path: Path, format_: str, encoding: str | None) -> tuple[dict[str, np.ndarray], Any]:
    import pyreadstat

    common: dict[str, Any] = {"output_format": "dict", "disable_datetime_conversion": True}
    if format_ == "por":
        return pyreadstat.read_por(str(path), **common)
    reader = pyreadstat.read_dta if format_ == "dta" else pyreadstat.read_sav
    return reader(str(path), user_missing=True, encoding=encoding, **common)


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


def _texts(data: dict[str, np.ndarray], meta: Any) -> list[str]:
    """All text of a file, each once: what an encoding is judged by."""
    texts = set(map(str, meta.column_names))
    texts |= {label for label in meta.column_labels if label}
    for labels in meta.variable_value_labels.values():
        texts |= {str(label) for label in labels.values()}
    for name, kind in meta.readstat_variable_types.items():
        if kind == "string" and name in data:
            texts |= {value for value in set(data[name]) if isinstance(value, str)}
    return sorted(texts)


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
    attempts: list[tuple[int, str, dict[str, np.ndarray], Any]] = []
    for choice in choices:
        try:
            data, meta = call_apart(_read, path, format_, choice, seconds=seconds)
        except ReaderTooSlowError:
            raise SurveyReadError(
                f"{shown}: reading took longer than {seconds:g} s (limits.seconds_per_file); "
                f"the file may be damaged; {_HINT}"
            ) from None
        except ReaderDiedError:
            raise SurveyReadError(
                f"{shown}: the file makes its reader fail; it is damaged; {_HINT}"
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


def _survey(
    shown: str, format_: str, encoding: str, data: dict[str, np.ndarray], meta: Any
) -> RawSurvey:
    raw_names = list(meta.column_names)
    names, notes = unique_names(raw_names)
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
    rows = len(next(iter(data.values()))) if data else 0
    table = pd.DataFrame(frame, index=pd.RangeIndex(rows), columns=names)
    return RawSurvey(shown, format_, table, variables, tags, encoding, sets=sets, notes=notes)


def _split_tags(values: np.ndarray, letters: set[str]) -> tuple[np.ndarray, pd.Series]:
    """Part a column into numbers and the letters of Stata's tagged missings."""
    series = pd.Series(values, dtype=object)
    tagged = series.map(lambda v: isinstance(v, str) and v in letters).astype(bool)
    numbers = pd.to_numeric(series.mask(tagged), errors="coerce").to_numpy(dtype="float64")
    return numbers, series.where(tagged).astype("str")


def _typed(
    values: np.ndarray, kind: str | None, format_: str, file_format: str
) -> tuple[pd.Series, Any, str]:
    """A column as a series of its type, with a note when some values could not be kept."""
    if kind == "string":
        text = pd.Series(values, dtype="str")
        return text.mask(text.str.strip() == ""), "text", ""
    number = pd.Series(np.asarray(values, dtype="float64"))
    form = file_format.upper().lstrip("%-")
    if format_ == "dta":
        if form.startswith("TC"):
            if "HH" in form and "D" not in form:
                return _clock(number / 1000.0), "time", ""
            seconds = number / 1000.0 - _STATA_EPOCH_DAYS * 86400.0
            return _dates(seconds, "datetime")
        if form.startswith(("TD", "D")):
            return _dates((number - _STATA_EPOCH_DAYS) * 86400.0, "date")
        return number, "number", ""
    stem = form.rstrip("0123456789.")
    if stem in ("DATE", "ADATE", "EDATE", "JDATE", "SDATE"):
        return _dates(number - _SPSS_EPOCH, "date")
    if stem in ("DATETIME", "YMDHMS"):
        return _dates(number - _SPSS_EPOCH, "datetime")
    if stem in ("TIME", "MTIME"):
        return _clock(number), "time", ""
    return number, "number", ""


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
