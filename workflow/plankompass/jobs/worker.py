"""What happens inside a worker process: one call of one entry function."""

from __future__ import annotations

import contextlib
import gc
import logging
import os
import sys
import threading
import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from plankompass.jobs.build_lock import hold_as_worker
from plankompass.jobs.circles import searched_once
from plankompass.jobs.storage import describe_storage_error
from plankompass.study.problems import PlankompassError

DEBUG_VARIABLE = "PLANKOMPASS_DEBUG"
MEASURE_VARIABLE = "PLANKOMPASS_MEASURE"
_PARENT_POLL_SECONDS = 0.25


@dataclass(frozen=True)
class Outcome:
    """What became of one call.

    Attributes:
        problem: What went wrong, in words for the user; None when all went well.
        entry: The entry function.
        import_cpu: CPU seconds spent importing the function's module.
        work_cpu: CPU seconds spent in the function; where it is measured, also in the processes it
            started, such as those that read plan documents.
        work_wall: Seconds spent in the function.
        peak_memory: The worker's largest memory in MB during the call where it is measured, else 0.
    """

    problem: str | None
    entry: str
    import_cpu: float
    work_cpu: float
    work_wall: float
    peak_memory: float = 0.0


def follow_parent(parent: int) -> None:
    """End this process soon after its parent has ended, also when the parent was killed.

    Args:
        parent: Process id of the parent at start.
    """

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_PARENT_POLL_SECONDS)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def begin_worker(parent: int, root: str) -> None:
    """Prepare a worker process: it ends with its parent and shows that it is at work.

    Args:
        parent: Process id of the parent.
        root: The checkout.
    """
    hold_as_worker(Path(root))
    follow_parent(parent)


def describe_crash(error: BaseException) -> str:
    """Tell where an unexpected error arose without its message, which may hold a person's answer.

    Args:
        error: The error.

    Returns:
        Type of the error and the calls inside the package that led to it; the message itself only
        when the variable ``PLANKOMPASS_DEBUG`` is set.
    """
    frames = traceback.extract_tb(error.__traceback__)
    calls = [
        f"  {Path(f.filename).name}:{f.lineno} in {f.name}"
        for f in frames
        if "plankompass" in f.filename
    ]
    if os.environ.get(DEBUG_VARIABLE):
        detail = "".join(traceback.format_exception(error))
    else:
        detail = f"set {DEBUG_VARIABLE}=1 and run again to see the message (it may hold raw values)"
    head = f"unexpected {type(error).__name__}: a fault in the program, not in the data"
    return "\n".join([head, *calls, detail])


class _LogFile(logging.FileHandler):
    """A log file that a full disk cuts short without a word: the job itself tells of the disk."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's name
        """Pass over a line that could not be written."""


def _open_log(log: Path | None) -> logging.Handler:
    if log is None:
        return logging.NullHandler()
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        handler = _LogFile(log, mode="w", encoding="utf-8")
    except OSError:
        return logging.NullHandler()
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    return handler


def call_entry(
    entry: str,
    inputs: Mapping[str, Path | list[Path]],
    outputs: Mapping[str, Path],
    params: Mapping[str, Any],
    log: Path | None,
) -> Outcome:
    """Call one entry function, with its log.

    Args:
        entry: ``package.module:function``.
        inputs: Files by name.
        outputs: Files to write by name.
        params: Plain values.
        log: Log file, written anew; None for no log.

    Returns:
        What became of it, with the time it took.
    """
    handler = _open_log(log)
    logger = logging.getLogger("plankompass")
    logger.setLevel(logging.INFO)
    logger.addHandler(handler)
    problem = None
    _forget_peak_memory()
    started = imported = _cpu()
    wall = time.perf_counter()
    try:
        module, name = entry.split(":")
        known = len(sys.modules)
        function = getattr(import_module(module), name)
        if len(sys.modules) > known:
            gc.freeze()  # what was imported stays: no later search for garbage looks through it
        imported, wall = _cpu(), time.perf_counter()
        with searched_once():
            function(inputs, outputs, params)
    except PlankompassError as error:
        logger.error("%s", error)
        problem = str(error)
    except Exception as error:
        target = next(iter(outputs.values()), Path()).parent
        problem = describe_storage_error(error, target) or f"{entry}: {describe_crash(error)}"
        logger.error("%s", problem)
    finally:
        logger.removeHandler(handler)
        with contextlib.suppress(OSError):
            handler.close()
    return Outcome(
        problem,
        entry,
        imported - started,
        _cpu() - imported,
        time.perf_counter() - wall,
        _peak_memory(),
    )


def _cpu() -> float:
    if os.environ.get(MEASURE_VARIABLE):
        from plankompass.jobs.processor_time import cpu_with_children

        return cpu_with_children()
    return time.process_time()


def _forget_peak_memory() -> None:
    if os.environ.get(MEASURE_VARIABLE):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # Linux: resets the peak


def _peak_memory() -> float:
    if not os.environ.get(MEASURE_VARIABLE):
        return 0.0
    lines = Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines()
    return next(int(x.split()[1]) for x in lines if x.startswith("VmHWM:")) / 1024
