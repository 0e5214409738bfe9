"""Read one plan document within limits of time and size, whatever the file holds."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from plankompass.ingest.plans import worker as plan_worker
from plankompass.ingest.plans.layout import build_blocks
from plankompass.ingest.plans.models import PlanPage, PlanRefusedError, PlanText
from plankompass.study.config_models import LimitConfig

_PART = 1 << 16
_PACKAGE_ROOT = Path(__file__).resolve().parents[2]


class PlanReader:
    """Reads documents one by one in a process of its own; use as a context manager.

    Args:
        limits: Time a file, size a file, members an archive.
    """

    def __init__(self, limits: LimitConfig) -> None:
        self._limits = limits
        self._process: subprocess.Popen[bytes] | None = None
        self._answers: queue.Queue[list[str] | None] = queue.Queue()
        self._arrived: deque[str] = deque()

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
        deadline = time.monotonic() + self._limits.seconds_per_file
        collected = _Collected()
        self._send(path)
        while not collected.finished:
            part, collected.ended = self._next(deadline)
            if part is None:
                break
            collected.take(part)
        return collected.plan(self._limits.seconds_per_file)

    def draw(self, path: Path, pages: Sequence[int], folder: Path) -> Iterator[tuple[int, Path]]:
        """Draw pages of a PDF as pictures, for OCR.

        Args:
            path: The PDF.
            pages: Pages from 1.
            folder: Where the pictures go.

        Yields:
            Page and picture, for each page that could be drawn within the time limit.
        """
        self._send(path, draw=list(pages), folder=str(folder.resolve()))
        while True:
            deadline = time.monotonic() + self._limits.seconds_per_file
            part, _ = self._next(deadline)
            if part is None or "drawn" not in part:
                return
            yield part["drawn"], folder / part["file"]

    def _next(self, deadline: float) -> tuple[dict[str, Any] | None, str]:
        """The next answer, or None with why there is none: the process is ended then."""
        if not self._arrived:
            try:
                lines = self._answers.get(timeout=max(0.01, deadline - time.monotonic()))
            except queue.Empty:
                self.close()
                return None, "time"
            if lines is None:
                self.close()
                return None, "crash"
            self._arrived.extend(lines)
        return json.loads(self._arrived.popleft()), ""

    def close(self) -> None:
        """End the reader's process."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            with contextlib.suppress(OSError):
                process.communicate(timeout=10)

    def _send(self, path: Path, **more: Any) -> None:
        if self._process is None or self._process.poll() is not None:
            self._start()
        assert self._process is not None and self._process.stdin is not None
        request = {
            "path": str(path.resolve()),
            "members": self._limits.archive_members,
            "megabytes": self._limits.megabytes_per_file,
            **more,
        }
        self._arrived.clear()
        self._process.stdin.write(json.dumps(request).encode("ascii") + b"\n")
        self._process.stdin.flush()

    def _start(self) -> None:
        environment = dict(os.environ)
        paths = [str(_PACKAGE_ROOT), environment.get("PYTHONPATH", "")]
        environment["PYTHONPATH"] = os.pathsep.join(p for p in paths if p)
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", plan_worker.__name__],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env=environment,
        )  # fmt: skip
        self._answers = queue.Queue(maxsize=64)
        threading.Thread(
            target=_pump, args=(self._process.stdout, self._answers), daemon=True
        ).start()


def _pump(stream: Any, answers: queue.Queue[list[str] | None]) -> None:
    """Hand on the lines that have come, many at a time: a page each would wake two threads."""
    begun: list[bytes] = []  # of a line that has not ended yet
    with contextlib.suppress(ValueError, OSError):
        while part := stream.read1(_PART):
            first, *lines = part.split(b"\n")
            begun.append(first)
            if lines:
                whole = [b"".join(begun), *lines[:-1]]
                begun = [lines[-1]]
                answers.put([line.decode("ascii") for line in whole])
    answers.put(None)


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
