"""A reader written in C, run in a process of its own: a damaged file may crash or hang it.

The process is a fork, so that nothing is imported again; it hands its result over in memory that both share, or in a temporary file.
Where the system has no fork, the reader runs here, without protection.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import pickle
import signal
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from typing import Any, BinaryIO, NoReturn, cast

_MEMORY_BYTES = 8_000_000_000
_LONGEST_PAUSE = 0.01


class ReaderDiedError(Exception):
    """The reader crashed or ran out of memory."""


class ReaderTooSlowError(Exception):
    """The reader did not finish in time and was ended."""


def call_apart(function: Callable[..., Any], *args: Any, seconds: float) -> Any:
    """Call a function in a forked process.

    Args:
        function: What to call.
        *args: Its arguments.
        seconds: Longest time it may take.

    Returns:
        What it returned.

    Raises:
        ReaderDiedError: The process ended without a result.
        ReaderTooSlowError: The time was up.
        Exception: Whatever the function raised.
    """
    (result,) = call_apart_together(function, [args], seconds=seconds)
    return result


def call_apart_together(
    function: Callable[..., Any], calls: Sequence[tuple[Any, ...]], *, seconds: float
) -> list[Any]:
    """Call a function several times at once, each in a forked process of its own.

    Args:
        function: What to call.
        calls: Arguments of each call.
        seconds: Longest time they may take together.

    Returns:
        What each call returned.

    Raises:
        ReaderDiedError: A process ended without a result.
        ReaderTooSlowError: The time was up.
        Exception: Whatever the function raised; the first call's that did.
    """
    if not hasattr(os, "fork"):
        return [function(*args) for args in calls]
    deadline = time.monotonic() + seconds
    started: list[tuple[int, BinaryIO]] = []
    results = []
    with contextlib.ExitStack() as stack:
        stack.callback(_end_all, started)
        for args in calls:
            answer = stack.enter_context(_answer_file())
            started.append((_start(function, args, answer), answer))
        while started:
            child, answer = started[0]
            status = _wait(child, deadline)
            if status is None:
                raise ReaderTooSlowError
            started.pop(0)
            if status != 0:
                raise ReaderDiedError
            succeeded, result = _read_answer(answer)
            if not succeeded:
                raise result
            results.append(result)
    return results


def _end_all(started: list[tuple[int, BinaryIO]]) -> None:
    for child, _ in started:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _answer_file() -> BinaryIO:
    """Where a child leaves its answer: in memory where the system can, else a temporary file."""
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("answer"), "w+b")
    return cast("BinaryIO", tempfile.TemporaryFile())


def _start(function: Callable[..., Any], args: tuple[Any, ...], answer: BinaryIO) -> int:
    with warnings.catch_warnings():
        # the child only reads one file and ends; it takes no lock of another thread
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        _answer_and_end(function, args, answer)
    return child


def _answer_and_end(
    function: Callable[..., Any], args: tuple[Any, ...], answer: BinaryIO
) -> NoReturn:
    """The child's whole life."""
    code = 1
    try:
        _quiet()
        try:
            outcome = (True, function(*args))
        except Exception as error:
            outcome = (False, error)
        _write_answer(outcome, answer)
        code = 0
    finally:
        os._exit(code)


def _write_answer(outcome: tuple[bool, Any], answer: BinaryIO) -> None:
    """Leave the arrays as they lie, before the rest: the parent uses them where they are."""
    buffers: list[pickle.PickleBuffer] = []
    content = pickle.dumps(outcome, protocol=5, buffer_callback=buffers.append)
    places = []
    for buffer in buffers:
        raw = buffer.raw()
        answer.write(b"\0" * (-answer.tell() % 64))
        places.append((answer.tell(), raw.nbytes))
        answer.write(raw)
    start = answer.tell()
    pickle.dump((places, content), answer)
    answer.write(start.to_bytes(8, "little"))
    answer.flush()


def _read_answer(answer: BinaryIO) -> tuple[bool, Any]:
    answer.seek(-8, os.SEEK_END)
    answer.seek(int.from_bytes(answer.read(8), "little"))
    places, content = pickle.load(answer)
    whole = memoryview(mmap.mmap(answer.fileno(), 0, access=mmap.ACCESS_COPY))
    return pickle.loads(content, buffers=[whole[a : a + size] for a, size in places])


def _quiet() -> None:
    """No output, no crash report, no core file, and a limit on memory."""
    import faulthandler

    faulthandler.disable()
    sink = os.open(os.devnull, os.O_WRONLY)
    os.dup2(sink, 1)
    os.dup2(sink, 2)
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))


def _wait(child: int, deadline: float) -> int | None:
    """The child's exit status, or None when it was not ready in time."""
    pause = 0.001
    while True:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            return status
        if time.monotonic() > deadline:
            return None
        time.sleep(pause)
        pause = min(pause * 1.5, _LONGEST_PAUSE)
