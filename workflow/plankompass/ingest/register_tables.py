"""Reading a study's CSV registers: columns, dates and references checked, every error with its line."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path

from plankompass.study.problems import ProblemLog

Row = dict[str, str]


class RegisterTable:
    """One CSV register, with helpers that note what is wrong instead of raising.

    Args:
        path: The file.
        shown: The file's name in messages, relative to the raw folder.
        columns: Columns that must be there; others are refused.
        log: Where problems go.
    """

    def __init__(self, path: Path, shown: str, columns: tuple[str, ...], log: ProblemLog) -> None:
        self.shown = shown
        self.log = log
        self.rows: list[tuple[int, Row]] = []
        try:
            text = path.read_text(encoding="utf-8-sig")
        except OSError:
            self.fail("the file does not exist", hint="see README.md of the raw folder")
            return
        except UnicodeDecodeError:
            self.fail("not UTF-8 text", hint="save the file as CSV UTF-8")
            return
        reader = csv.reader(text.splitlines())
        header = [name.strip() for name in next(reader, [])]
        if missing := [c for c in columns if c not in header]:
            hint = f"the columns are {', '.join(columns)}, with comma between them"
            self.fail(f"the column {missing[0]} is missing", line=1, hint=hint)
            return
        if unknown := [c for c in header if c not in columns]:
            self.fail(f"unknown column {unknown[0]}", line=1, hint="remove it")
            return
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                rule = f"{len(cells)} cells where the header has {len(header)}"
                self.fail(rule, line=reader.line_num)
                continue
            row = {name: cell.strip() for name, cell in zip(header, cells, strict=True)}
            self.rows.append((reader.line_num, row))

    def __iter__(self) -> Iterator[tuple[int, Row]]:
        return iter(self.rows)

    def fail(self, rule: str, *, line: int | None = None, column: str = "", hint: str = "") -> None:
        """Note a failure."""
        row_key = f"line {line}" if line else ""
        self.log.add(
            "register", "fail", self.shown, rule, row_key=row_key, column=column, hint=hint
        )

    def unique(self, *columns: str) -> None:
        """Every combination of the columns stands once."""
        seen: dict[tuple[str, ...], int] = {}
        for line, row in self.rows:
            key = tuple(row[c] for c in columns)
            if key in seen:
                rule = f"the same {' and '.join(columns)} as line {seen[key]}"
                self.fail(rule, line=line, column=", ".join(columns))
            seen.setdefault(key, line)

    def one_of(self, column: str, allowed: Mapping | set | tuple, what: str) -> None:
        """Every value of a column is known."""
        for line, row in self.rows:
            if row[column] not in allowed:
                known = ", ".join(sorted(map(str, allowed))[:12])
                self.fail(f"unknown {what}", line=line, column=column, hint=f"known: {known}")

    def _converted(self, column: str, convert: Callable[[str], object], what: str, optional: bool):
        out = []
        for line, row in self.rows:
            text = row[column]
            if not text and optional:
                out.append(None)
                continue
            try:
                out.append(convert(text))
            except ValueError:
                self.fail("empty" if not text else f"not {what}", line=line, column=column)
                out.append(None)
        return out

    def text(self, column: str, *, optional: bool = False) -> list[str]:
        """A column as text; a failure where it is empty and may not be."""
        if not optional:
            for line, row in self.rows:
                if not row[column]:
                    self.fail("empty", line=line, column=column)
        return [row[column] for _, row in self.rows]

    def whole_numbers(self, column: str, *, minimum: int = 0) -> list[int | None]:
        """A column as whole numbers; None and a failure where it is none."""

        def convert(text: str) -> int:
            number = int(text)
            if number < minimum:
                raise ValueError
            return number

        return self._converted(column, convert, f"a whole number from {minimum} up", False)

    def days(self, column: str, *, optional: bool = False) -> list[date | None]:
        """A column as dates; None and a failure where it is none."""
        return self._converted(column, date.fromisoformat, "a date as YYYY-MM-DD", optional)

    def flags(self, column: str) -> list[bool | None]:
        """A column of yes and no."""
        words = {"yes": True, "no": False}

        def convert(text: str) -> bool:
            if text not in words:
                raise ValueError
            return words[text]

        return self._converted(column, convert, "yes or no", False)
