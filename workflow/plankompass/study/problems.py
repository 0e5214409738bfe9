"""Problems found in raw files: one row a problem, never the value itself.

A stage collects everything it finds in a :class:`ProblemLog`. Rejections and repairs let the run go
on and are written to ``avvik.csv``; any failure stops the stage once, with all failures listed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass, field, fields
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import pandas as pd

Severity = Literal["reject", "repair", "fail"]


class PlankompassError(Exception):
    """An error a user can mend; its text says file, place, kind of value and a hint."""


class StageFailedError(PlankompassError):
    """All failures of one stage, listed at once.

    Args:
        stage: The stage that stopped, for instance ``"ingest surveys"``.
        messages: One line a failure.
    """

    def __init__(self, stage: str, messages: Iterable[str]) -> None:
        self.stage = stage
        self.messages = sorted(set(messages))
        count = len(self.messages)
        head = f"{stage}: {count} problem{'' if count == 1 else 's'} must be mended before the run goes on"
        super().__init__("\n".join([head, *(f"  - {line}" for line in self.messages)]))

    def __reduce__(self):
        """Keep the error whole when a worker process sends it back."""
        return (type(self), (self.stage, self.messages))


@dataclass(frozen=True, order=True)
class Problem:
    """One deviation (avvik) found in a raw file.

    Attributes:
        case: Case id of the catalogue of dirty data (``"S1"``, ``"Q5"``, ``"K3"``), or a stage's own.
        severity: ``reject`` (row left out), ``repair`` (one possible value, noted) or ``fail``.
        file: The raw file, relative to the study's raw folder.
        row_key: Which row or rows; a pseudonym or a count, never a raw personal key.
        column: Column, code or field; empty when the whole file is meant.
        rule: What was found and what was done, in words a researcher understands; no values.
        count: Rows, selections or documents the problem touches.
        hint: What the user can do about it.
    """

    case: str
    severity: Severity
    file: str
    row_key: str
    column: str
    rule: str
    count: int = 1
    hint: str = ""

    def message(self) -> str:
        """The problem as one line for a person."""
        place = ", ".join(part for part in (self.column, self.row_key) if part)
        line = (
            f"{self.file}{': ' + place if place else ''}: {self.rule} [{self.case}, {self.count}]"
        )
        return f"{line}. {self.hint}" if self.hint else line


PROBLEM_COLUMNS = tuple(f.name for f in fields(Problem))


@dataclass
class ProblemLog:
    """Collects a stage's problems and decides once whether the stage may go on."""

    stage: str
    problems: list[Problem] = field(default_factory=list)

    def add(
        self,
        case: str,
        severity: Severity,
        file: str,
        rule: str,
        *,
        row_key: str = "",
        column: str = "",
        count: int = 1,
        hint: str = "",
    ) -> None:
        """Note one problem; see :class:`Problem` for the arguments."""
        self.problems.append(Problem(case, severity, file, row_key, column, rule, count, hint))

    def extend(self, problems: Iterable[Problem]) -> None:
        """Note several problems."""
        self.problems.extend(problems)

    @property
    def failures(self) -> list[Problem]:
        """The problems that stop the stage."""
        return sorted(p for p in self.problems if p.severity == "fail")

    def frame(self) -> pd.DataFrame:
        """The problems as a table sorted by its columns, ready for ``avvik.csv``."""
        import pandas as pd  # here, so that a process that only raises these errors starts fast

        rows = [astuple(p) for p in sorted(set(self.problems))]
        return pd.DataFrame(rows, columns=list(PROBLEM_COLUMNS)).astype({"count": "int64"})

    def columns(self) -> dict[str, list[str | int]]:
        """The problems as the values of each column, in the order of ``avvik.csv``."""
        rows = sorted(set(self.problems))
        return {name: [getattr(row, name) for row in rows] for name in PROBLEM_COLUMNS}

    def raise_failures(self) -> None:
        """Stop the stage when anything failed.

        Raises:
            StageFailedError: With every failure's message.
        """
        if self.failures:
            raise StageFailedError(self.stage, [p.message() for p in self.failures])
