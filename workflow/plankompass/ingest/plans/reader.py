"""Read one plan document within limits of time and size, whatever the file holds."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from plankompass.ingest.plans.layout import build_blocks
from plankompass.ingest.plans.models import PlanPage, PlanRefusedError, PlanText
from plankompass.ingest.plans.reader_process import (
    ReaderProcess,
    give_reader_back,
    take_reader,
)
from plankompass.study.config_models import LimitConfig


class PlanReader:
    """Reads documents one by one in a process of its own; use as a context manager.

    The process may have read other documents before. What such a process does not read whole and
    well is read once more in a new one: no document suffers from what another left behind.

    Args:
        limits: Time a file, size a file, members an archive.
    """

    def __init__(self, limits: LimitConfig) -> None:
        self._limits = limits
        self._process: ReaderProcess | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> PlanReader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def read(self, path: Path) -> PlanText:
        """Read one document.

        Args:
            path: The file.

        Returns:
            The text. Pages that could not be read, or were not reached in time, are in ``unread``.

        Raises:
            PlanRefusedError: Nothing could be read; the text is the reason.
        """
        if not path.is_file():
            raise PlanRefusedError("the file does not exist")
        if path.stat().st_size > self._limits.megabytes_per_file * 1_000_000:
            raise PlanRefusedError(f"larger than {self._limits.megabytes_per_file} MB")
        collected, used_before = self._collect(path)
        if used_before and collected.ended != "time" and not collected.clean:
            collected, _ = self._collect(path, fresh=True)
        return collected.plan(self._limits.seconds_per_file)

    def _collect(self, path: Path, *, fresh: bool = False) -> tuple[_Collected, bool]:
        """The parts of a document, and whether its reader had read others before."""
        deadline = time.monotonic() + self._limits.seconds_per_file
        collected = _Collected()
        process = self._ask(path, fresh=fresh)
        last, collected.ended = process.answer(deadline)
        for part in process.pages():
            collected.take(part)
        if last is not None:
            collected.take(last)
        if not collected.clean:
            self._end()
        return collected, process.requests > 1

    def draw(self, path: Path, pages: Sequence[int], folder: Path) -> Iterator[tuple[int, Path]]:
        """Draw pages of a PDF as pictures, for OCR.

        Args:
            path: The PDF.
            pages: Pages from 1.
            folder: Where the pictures go.

        Yields:
            Page and picture, for each page that could be drawn within the time limit.
        """
        process = self._ask(path, draw=list(pages), folder=str(folder.resolve()))
        while True:
            deadline = time.monotonic() + self._limits.seconds_per_file
            part, _ = process.answer(deadline)
            if part is None or "drawn" not in part:
                if process.busy:
                    self._end()
                return
            yield part["drawn"], folder / part["file"]

    def close(self) -> None:
        """Let go of the reader's process: it waits for other documents, or ends where it is not done."""
        if process := self._let_go():
            give_reader_back(process)

    def _end(self) -> None:
        if process := self._let_go():
            process.end()

    def _let_go(self) -> ReaderProcess | None:
        with self._lock:
            process, self._process = self._process, None
        return process

    def _ask(self, path: Path, *, fresh: bool = False, **more: Any) -> ReaderProcess:
        process = self._process
        if process is None or process.busy or not process.alive:
            self._end()
            process = self._process = take_reader(fresh=fresh)
        process.ask({
            "path": str(path.resolve()),
            "members": self._limits.archive_members,
            "megabytes": self._limits.megabytes_per_file,
            **more,
        })  # fmt: skip
        return process


class _Collected:
    """The parts of one document as they arrive."""

    def __init__(self) -> None:
        self.pages: list[PlanPage] = []
        self.total: int | None = None
        self.encrypted = False
        self.bad: list[int] = []
        self.refused = ""
        self.whole: PlanText | None = None
        self.finished = False
        self.ended = ""

    @property
    def clean(self) -> bool:
        """Whether all of the document was read, and nothing in it was damaged."""
        return self.finished and not self.bad and not self.refused

    def take(self, part: dict[str, Any]) -> None:
        if opened := part.get("open"):
            self.total, self.encrypted = opened["pages"], opened["encrypted"]
        elif page := part.get("page"):
            self.pages.append(PlanPage.from_plain(page))
        elif "bad_page" in part:
            self.bad.append(part["bad_page"])
        elif "refused" in part:
            self.refused, self.finished = part["refused"], True
        elif "done" in part:
            self.finished = True
            if part["done"]:
                self.whole = PlanText.from_plain(part["done"])

    def plan(self, seconds: int) -> PlanText:
        if self.refused:
            raise PlanRefusedError(self.refused)
        if self.whole is not None:
            return self.whole
        reached = len(self.pages) + len(self.bad)
        why = {
            "time": f"not read within {seconds} seconds",
            "crash": "the reader stopped on damaged content",
        }.get(self.ended, "")
        if self.total is None or not self.pages:
            refusal = PlanRefusedError(why or "no page can be read: the file is damaged")
            refusal.settled = not why
            raise refusal
        plan = PlanText("pdf", pages=self.total, encrypted=self.encrypted, settled=not why)
        plan.blocks, plan.without_text = build_blocks(self.pages)
        plan.unread = sorted({*self.bad, *range(reached + 1, self.total + 1)})
        if self.bad:
            plan.problems.append(f"{_pages(self.bad)} cannot be read: damaged content")
        if why:
            plan.problems.append(f"{_pages(list(range(reached + 1, self.total + 1)))}: {why}")
        if plan.without_text:
            plan.problems.append(
                f"{_pages(plan.without_text)} without text (scanned or empty): {len(plan.without_text)}"
                f" of {self.total}"
            )
        return plan


def _pages(numbers: list[int]) -> str:
    """Page numbers for a person: «page 3», «pages 1-4, 9»."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    shown = ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)
    return f"{'page' if len(numbers) == 1 else 'pages'} {shown}"


def file_sha256(path: Path) -> str:
    """The sha256 of a file's bytes, in lower-case hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
