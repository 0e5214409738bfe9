"""The processes that read plan documents, kept for the next document of any job of this process.

To start one takes as long as to read eighty pages. One that read a damaged document, was cut short or
has read many is ended instead, so that nothing a file left behind in a library reaches another.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import select
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from pathlib import Path
from typing import Any, BinaryIO

from plankompass.ingest.plans import worker as plan_worker

_PACKAGE_ROOT = Path(__file__).resolve().parents[2]
_PART = 1 << 16
_MOST_DOCUMENTS = 1000
"""Documents that one process reads; libraries may lose a little memory each time."""
_MOST_IDLE = 2
_IDLE_SECONDS = 10.0

_idle: list[ReaderProcess] = []
_idle_lock = threading.Lock()
_watch: threading.Thread | None = None


class ReaderProcess:
    """One process; it answers one request at a time.

    Attributes:
        requests: Requests it has been given.
        busy: Whether its last request has answers to come.
        pid: Its process id.
    """

    def __init__(self) -> None:
        environment = dict(os.environ)
        paths = [str(_PACKAGE_ROOT), environment.get("PYTHONPATH", "")]
        environment["PYTHONPATH"] = os.pathsep.join(p for p in paths if p)
        self._read = _memory_file()
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", plan_worker.__name__, str(self._read.fileno())],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env=environment, pass_fds=[self._read.fileno()],
        )  # fmt: skip
        assert self._process.stdout is not None
        self._output = self._process.stdout.fileno()
        self._poll = select.poll()
        self._poll.register(self._output, select.POLLIN)
        self._arrived: deque[bytes] = deque()
        self._begun: list[bytes] = []  # of a line that has not ended yet
        self.pid = self._process.pid
        self.requests = 0
        self.busy = False
        self.idle_since = 0.0

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self._process.poll() is None

    def ask(self, request: dict[str, Any]) -> None:
        """Give it a request; one that has ended meanwhile tells so in :meth:`answer`."""
        assert self._process.stdin is not None
        self.requests += 1
        self.busy = True
        os.ftruncate(self._read.fileno(), 0)
        os.lseek(self._read.fileno(), 0, os.SEEK_SET)  # the place is shared with the process
        with contextlib.suppress(OSError):
            self._process.stdin.write(json.dumps(request).encode("ascii") + b"\n")
            self._process.stdin.flush()

    def answer(self, deadline: float) -> tuple[dict[str, Any] | None, str]:
        """The next answer.

        Args:
            deadline: Until when to wait, by :func:`time.monotonic`.

        Returns:
            The answer, or None with why there is none: ``time`` or ``crash``.
        """
        while not self._arrived:
            if not self._poll.poll(1000 * max(0.01, deadline - time.monotonic())):
                return None, "time"
            part = os.read(self._output, _PART)
            if not part:
                return None, "crash"
            first, *lines = part.split(b"\n")
            self._begun.append(first)
            if lines:
                self._arrived.append(b"".join(self._begun))
                self._arrived.extend(lines[:-1])
                self._begun = [lines[-1]]
        answer: dict[str, Any] = json.loads(self._arrived.popleft())
        self.busy = not ("done" in answer or "refused" in answer)
        return answer, ""

    def pages(self) -> list[dict[str, Any]]:
        """What it has read of the pages of a PDF, also where it ended or was ended in the middle."""
        file = self._read.fileno()
        whole, _, _ = os.pread(file, os.fstat(file).st_size, 0).rpartition(b"\n")
        parts: list[dict[str, Any]] = json.loads(b"[" + whole.replace(b"\n", b",") + b"]")
        return parts

    def end(self) -> None:
        """End it, whatever it does."""
        self._process.kill()
        self._read.close()
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            self._process.communicate(timeout=10)


def _memory_file() -> BinaryIO:
    """A file without a name, in memory where the system has such files."""
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("pages"), "r+b")
    return tempfile.TemporaryFile()  # type: ignore[return-value]


def take_reader(*, fresh: bool = False) -> ReaderProcess:
    """A process that waits for a document.

    Args:
        fresh: Whether it must not have read any document before.
    """
    while not fresh:
        with _idle_lock:
            process = _idle.pop() if _idle else None
        if process is None:
            break
        if process.alive:
            return process
        process.end()
    return ReaderProcess()


def give_reader_back(process: ReaderProcess) -> None:
    """Keep a process for the next document, or end it where it is busy, worn or one too many."""
    global _watch
    with _idle_lock:
        kept = not process.busy and process.requests < _MOST_DOCUMENTS and len(_idle) < _MOST_IDLE
        if kept:
            process.idle_since = time.monotonic()
            _idle.append(process)
            if _watch is None:
                _watch = threading.Thread(target=_end_the_idle, daemon=True)
                _watch.start()
    if not kept:
        process.end()


def end_idle_readers() -> None:
    """End the processes that wait for a document."""
    with _idle_lock:
        waiting = list(_idle)
        _idle.clear()
    for process in waiting:
        process.end()


def _end_the_idle() -> None:
    """End what has waited long: later jobs of a worker read no documents and need the memory."""
    global _watch
    while True:
        time.sleep(_IDLE_SECONDS / 4)
        limit = time.monotonic() - _IDLE_SECONDS
        with _idle_lock:
            old = [process for process in _idle if process.idle_since < limit]
            _idle[:] = [process for process in _idle if process.idle_since >= limit]
            if not _idle:
                _watch = None
        for process in old:
            process.end()
        if _watch is not threading.current_thread():
            return


def _forget_in_fork() -> None:
    global _watch, _idle_lock
    _idle.clear()
    _watch, _idle_lock = None, threading.Lock()


atexit.register(end_idle_readers)
os.register_at_fork(after_in_child=_forget_in_fork)
