"""A reader written in C, run in a process of its own: a damaged file may crash or hang it.

The process is a fork, so that nothing is imported again; it hands its result over in a temporary file.
Where the system has no fork, the reader runs here, without protection.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import tempfile
import time
import warnings
from collections.abc import Callable
from typing import Any

_MEMORY_BYTES = 8_000_000_000
_LONGEST_PAUSE = 0.05


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
    if not hasattr(os, "fork"):
        return function(*args)
    with tempfile.TemporaryFile() as answer:
        with warnings.catch_warnings():
            # the child only reads one file and ends; it takes no lock of another thread
            warnings.simplefilter("ignore", DeprecationWarning)
            child = os.fork()
        if child == 0:
            _answer_and_end(function, args, answer)
        status = _wait(child, seconds)
        if status is None:
            raise ReaderTooSlowError
        if status != 0:
            raise ReaderDiedError
        answer.seek(0)
        succeeded, result = pickle.load(answer)
    if not succeeded:
        raise result
    return result


def _answer_and_end(function: Callable[..., Any], args: tuple[Any, ...], answer: Any) -> None:
    """The child's whole life; it never returns."""
    code = 1
    try:
        _quiet()
        try:
            outcome = (True, function(*args))
        except Exception as error:
            outcome = (False, error)
        pickle.dump(outcome, answer, protocol=5)
        answer.flush()
        code = 0
    finally:
        os._exit(code)


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


def _wait(child: int, seconds: float) -> int | None:
    """The child's exit status, or None when it was ended for taking too long."""
    deadline = time.monotonic() + seconds
    pause = 0.001
    while True:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            return status
        if time.monotonic() > deadline:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return None
        time.sleep(pause)
        pause = min(pause * 1.5, _LONGEST_PAUSE)
