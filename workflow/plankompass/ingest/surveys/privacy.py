"""Case S7: personal data in an export stops the run; only column name and count are told."""

from __future__ import annotations

import re
import unicodedata

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from plankompass.ingest.surveys.model import RawSurvey, all_plain
from plankompass.study.problems import Problem

# Compared with names reduced to letters: "E-post:" becomes "epost"
_NAMES = frozenset(
    [
        "navn",
        "name",
        "fornavn",
        "etternavn",
        "mellomnavn",
        "fulltnavn",
        "fullname",
        "firstname",
        "lastname",
        "surname",
        "dittnavn",
        "respondentnavn",
        "respondentname",
        "adresse",
        "address",
        "gateadresse",
        "postadresse",
        "bostedsadresse",
        "ip",
        "mail",
    ]
)
_NAME_PARTS = (
    "epost", "email", "mailadr", "ipadr", "ipaddr", "fodselsnummer", "fodselsnr", "personnummer",
    "personnr", "fnr", "nationalid", "telefon", "telephone", "mobilnr", "mobilnummer", "phone", "tlf",
)  # fmt: skip
_PATTERNS = {
    "e-mail addresses": re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
    "11-digit numbers (national id)": re.compile(r"(?<!\d)\d{6}[ -]?\d{5}(?!\d)"),
    "IP addresses": re.compile(
        r"(?<![\d.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\d.])"
        r"|(?<![\w:])(?:[0-9a-fA-F]{1,4}:){4,7}[0-9a-fA-F]{0,4}(?![\w:])"
    ),
}
_PHONE = re.compile(
    r"(?<![\d-])(?:(?:\+|00)47[ ]?)?"
    r"(?:[2-9]\d{7}|[2-9]\d(?: \d{2}){3}|[489]\d{2} \d{2} \d{3})(?![\d-])"
)
_PHONES = "telephone numbers"
# What plain text must hold before it is searched for a pattern: quick to look for, never too narrow
_SIGNS = {
    "e-mail addresses": "@",
    "11-digit numbers (national id)": r"\d{6}[ -]?\d{5}",
    "IP addresses": r"\d\.\d{1,3}\.\d|[0-9a-fA-F]:",
    _PHONES: r"\d{8}|\d\d \d\d",
}
# A column of persons' names: nearly every cell is two to four words with a capital, nearly none twice
_PERSON = re.compile(
    r"[A-ZÆØÅÁČĐŊŠŦŽ][\w'’.-]*(?: (?:[A-ZÆØÅÁČĐŊŠŦŽ][\w'’.-]*|af|av|von|van|de)){1,3}"
)
_NAMES_FROM, _NAMED_SHARE, _DISTINCT_SHARE = 3, 0.8, 0.7
_DAY = re.compile(r"^(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])$")
_HINT = "export again without it, and delete this file; nothing was written and the values are not shown"


def reduced_name(name: str) -> str:
    """A column name as it is compared: lower-case letters a to z only."""
    text = name.casefold().translate(str.maketrans({"ø": "o", "å": "a", "æ": "ae"}))
    text = unicodedata.normalize("NFKD", text)
    return re.sub(r"[^a-z]", "", text)


def _is_personal_name(name: str) -> bool:
    reduced = reduced_name(name)
    return reduced in _NAMES or any(part in reduced for part in _NAME_PARTS)


def find_personal_data(
    survey: RawSurvey,
    *,
    no_phone: frozenset[str] = frozenset(),
    places: frozenset[str] = frozenset(),
) -> list[Problem]:
    """Look for personal data in every column of an export.

    Args:
        survey: The survey as read.
        no_phone: Columns in which a number of eight digits is no telephone number: keys, dates.
        places: Columns of municipalities, whose names may look like persons'.

    Returns:
        One failure a column and kind of data, with the number of rows; never a value.
    """
    problems = []
    for name in survey.table.columns:
        column = survey.table[name]
        filled = int(column.notna().sum())
        if not filled:
            continue
        shown = name
        for label, pattern in _PATTERNS.items():
            # a column named by a person's address would print the address
            if pattern.search(name):
                shown = "(a column named by personal data)"
                problems.append(_problem(survey, shown, f"the column's name holds {label}", filled))
                break
        if _is_personal_name(name) and (telling := _longer_than_codes(survey.column(name))):
            problems.append(
                _problem(survey, shown, "the column's name says personal data", telling)
            )
        elif name not in places and (named := _persons_named(column)):
            problems.append(_problem(survey, shown, "looks like names of persons", named))
        for label, count in _count_patterns(column, phones=name not in no_phone).items():
            problems.append(_problem(survey, shown, f"looks like {label}", count))
    return problems


def _longer_than_codes(column: pd.Series) -> int:
    """Rows that hold more than a code of two digits: a question *about* e-mail has codes only."""
    filled = column.dropna()
    if pd.api.types.is_numeric_dtype(filled):
        return int((filled.abs() > 99).sum())
    return int((filled.astype("str").str.strip().str.len() > 2).sum())


def _persons_named(column: pd.Series) -> int:
    """Rows that look like a person's name in a column of little else; 0 for other columns."""
    if not isinstance(column.dtype, pd.StringDtype):
        return 0
    filled = column.dropna().str.strip()
    distinct = filled.unique()
    if len(distinct) < max(_NAMES_FROM, _DISTINCT_SHARE * len(filled)):
        return 0
    # a sample first: keys and free text are told apart from names at once
    if not sum(bool(_PERSON.fullmatch(text)) for text in distinct[:50]) >= _NAMED_SHARE * len(distinct[:50]):  # fmt: skip
        return 0
    named = int(filled.map(lambda text: bool(_PERSON.fullmatch(text))).sum())
    return named if named >= _NAMED_SHARE * len(filled) else 0


def _problem(survey: RawSurvey, column: str, rule: str, count: int) -> Problem:
    return Problem("S7", "fail", survey.file, "", column, rule, count, _HINT)


def _count_patterns(column: pd.Series, *, phones: bool) -> dict[str, int]:
    if column.dtype == "float64":
        if not column.max() >= 1e10:
            return {}
        whole = column[column.between(1e10, 99_999_999_999)]
        count = int((whole % 1 == 0).sum())
        return {"11-digit numbers (national id)": count} if count else {}
    if not isinstance(column.dtype, pd.StringDtype):
        return {}
    patterns = dict(_PATTERNS)
    if phones:
        patterns[_PHONES] = _PHONE
    # one search through all of a column is fast; only a column that holds something is counted
    if all_plain(column):
        texts = pa.array(column.array)
        patterns = {
            label: p
            for label, p in patterns.items()
            if pc.any(pc.match_substring_regex(texts, _SIGNS[label])).as_py()
        }
    together = "\n".join(column.dropna().unique().tolist()) if patterns else ""
    suspected = {label: p for label, p in patterns.items() if p.search(together)}
    found: dict[str, int] = {}
    for text, rows in column.value_counts().items() if suspected else ():
        for label, pattern in suspected.items():
            if pattern.search(text) and not (pattern is _PHONE and _DAY.match(text)):
                found[label] = found.get(label, 0) + int(rows)
    return found
