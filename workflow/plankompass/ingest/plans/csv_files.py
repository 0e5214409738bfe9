"""CSV lists that people keep beside the plan documents: rows with line numbers, errors with a place."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path

from plankompass.study.problems import ProblemLog

_YES = {"1", "1.0", "ja", "yes", "true", "sant", "j", "y", "x"}
_NO = {"0", "0.0", "nei", "no", "false", "usant", "n"}

Row = tuple[int, dict[str, str]]


def read_rows(
    path: Path, shown: str, columns: Sequence[str], log: ProblemLog, *, optional: Sequence[str] = ()
) -> list[Row]:
    """Read a CSV list.

    Args:
        path: The file.
        shown: Its name in messages, relative to the raw folder.
        columns: Columns that must be there.
        log: Takes what is wrong with the file.
        optional: Columns that may be left out; they read as empty.

    Returns:
        (line number, values by column, trimmed) for each row that is not empty; none when the file
        cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        log.add("FILE", "fail", shown, "the file does not exist",
                hint="put it there or correct the configuration")  # fmt: skip
        return []
    except UnicodeDecodeError:
        log.add("FILE", "fail", shown, "not UTF-8 text", hint="save the file as UTF-8")
        return []
    rows, problems = _parsed(text, tuple(columns), tuple(optional))
    for what, place in problems:
        log.add("FILE", "fail", shown, what, **place)
    return list(rows)


@lru_cache(maxsize=4)
def _parsed(
    text: str, columns: tuple[str, ...], optional: tuple[str, ...]
) -> tuple[list[Row], list[tuple[str, dict[str, str]]]]:
    """Rows and problems of a list; kept, since each municipality's job reads the same one."""
    problems: list[tuple[str, dict[str, str]]] = []
    first = text.split("\n", 1)[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    names = [name.strip() for name in reader.fieldnames or []]
    reader.fieldnames = names
    missing = [c for c in columns if c not in names]
    for column in missing:
        hint = f"the columns are {', '.join([*columns, *optional])}"
        problems.append(
            ("the column is missing", {"row_key": "line 1", "column": column, "hint": hint})
        )
    if missing:
        return [], problems
    rows: list[Row] = []
    for row in reader:
        values = {k: (v or "").strip() for k, v in row.items() if isinstance(k, str)}
        if None in row:
            hint = "put text that holds the delimiter in quotes"
            place = {"row_key": f"line {reader.line_num}", "hint": hint}
            problems.append(("more values than columns", place))
            continue
        if any(values.values()):
            rows.append((reader.line_num, {c: values.get(c, "") for c in (*columns, *optional)}))
    return rows, problems


def parse_day(text: str, shown: str, line: int, column: str, log: ProblemLog) -> date | None:
    """A date written as YYYY-MM-DD; None when empty or, with a failure noted, when it is none."""
    if not text:
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        log.add("FILE", "fail", shown, "not a date", row_key=f"line {line}", column=column,
                hint="write it as YYYY-MM-DD")  # fmt: skip
        return None


def parse_flag(text: str, shown: str, line: int, column: str, log: ProblemLog) -> bool | None:
    """Yes or no (1/0, ja/nei, yes/no); None when empty or, with a failure noted, when it is neither."""
    low = text.lower()
    if not low:
        return None
    if low in _YES or low in _NO:
        return low in _YES
    log.add("FILE", "fail", shown, "neither yes nor no", row_key=f"line {line}", column=column,
            hint="write 1 or 0, or leave it empty")  # fmt: skip
    return None


def parse_page(text: str, shown: str, line: int, column: str, log: ProblemLog) -> int | None:
    """A page number from 1; None when empty or, with a failure noted, when it is none."""
    if not text:
        return None
    number = text.removesuffix(".0")
    if number.isdigit() and int(number) >= 1:
        return int(number)
    log.add("FILE", "fail", shown, "not a page number", row_key=f"line {line}", column=column,
            hint="write the page as a whole number from 1")  # fmt: skip
    return None
