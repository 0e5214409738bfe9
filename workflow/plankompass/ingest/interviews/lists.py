"""The small CSV lists that researchers keep beside the projects."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from plankompass.study.problems import ProblemLog


def read_list(
    path: Path, file: str, columns: Sequence[str], *, case: str, what: str, log: ProblemLog
) -> list[tuple[int, dict[str, str]]]:
    """Read a list with named columns.

    Args:
        path: UTF-8 CSV with a header; comma, semicolon or tab.
        file: The file's name in problems.
        columns: Columns that it must have; others are kept.
        case: Case id of its problems.
        what: The list in words, for a file that does not exist.
        log: Where problems go: no such file, no UTF-8, a missing column.

    Returns:
        Line number and cells (stripped, empty where missing) of each row; none when it cannot be read.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
        # a spreadsheet program with Norwegian settings writes semicolons
        delimiter = max(",;\t", key="".join(lines[:1]).count)
        reader = csv.DictReader(lines, delimiter=delimiter)
        rows = list(enumerate(reader, start=2))
    except FileNotFoundError:
        log.add(case, "fail", file, f"the {what} does not exist")
        return []
    except (UnicodeDecodeError, csv.Error):
        log.add(case, "fail", file, "not UTF-8 CSV", hint="Save the list as UTF-8 CSV")
        return []
    missing = [c for c in columns if c not in (reader.fieldnames or [])]
    for column in missing:
        log.add(
            case, "fail", file, "the column is missing",
            row_key="line 1", column=column, hint=f"The columns are {', '.join(columns)}",
        )  # fmt: skip
    if missing:
        return []
    return [
        (line, {name: (cell or "").strip() for name, cell in row.items() if name})
        for line, row in rows
    ]
