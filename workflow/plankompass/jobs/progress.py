"""How far a run has come: a bar with rate and time left in a terminal, plain lines in a log."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from typing import TextIO

from rich.progress import ProgressColumn, Task
from rich.text import Text

EVERY_SECONDS = 10.0


def pace(done: float, total: float, seconds: float) -> str:
    """Rate and time left in words.

    Args:
        done: Jobs that are finished.
        total: All jobs.
        seconds: Time since the first began.

    Returns:
        ``1.9 a second, 0:02:20 left``; empty as long as nothing is known.
    """
    if done <= 0 or seconds <= 0:
        return ""
    rate = done / seconds
    told = f"{rate:.1f} a second" if rate >= 1 else f"{60 * rate:.0f} a minute"
    if done >= total:
        return told
    return f"{told}, {timedelta(seconds=round((total - done) / rate))} left"


class PaceColumn(ProgressColumn):
    """Time gone, rate and time left of one bar."""

    def render(self, task: Task) -> Text:
        """The column's text for one bar."""
        elapsed = task.finished_time if task.finished else task.elapsed
        seconds = elapsed or 0.0
        parts = [
            str(timedelta(seconds=round(seconds))),
            pace(task.completed, task.total or 0, seconds),
        ]
        return Text(", ".join(part for part in parts if part), style="progress.elapsed")


class PlainProgress(logging.Filter):
    """Watches the engine's messages and writes a line now and then; holds no message back.

    Args:
        stream: Where the lines go.
        clock: Seconds that only grow.
    """

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._stream, self._clock = stream, clock
        self._start = self._last = clock()

    def filter(self, record: logging.LogRecord) -> bool:
        """Note how far the run has come."""
        done, total = getattr(record, "done", None), getattr(record, "total", None)
        if isinstance(done, int) and isinstance(total, int) and total:
            now = self._clock()
            if now - self._last >= EVERY_SECONDS or done == total:
                self._last = now
                told = pace(done, total, now - self._start)
                line = f"{done} of {total} jobs done ({100 * done // total} %)"
                self._stream.write(f"{line}, {told}\n" if told else f"{line}\n")
                self._stream.flush()
        return True


def show_progress(logger: logging.Logger, stream: TextIO | None = None) -> Callable[[], None]:
    """Show progress in the way that fits where the output goes.

    Args:
        logger: The engine's logger.
        stream: Where its messages go; standard error when left out.

    Returns:
        Ends it.
    """
    from snakemake_logger_plugin_rich import handler

    stream = stream or sys.stderr
    if stream.isatty():
        handler.TimeElapsedColumn = PaceColumn
        return lambda: None
    watch = PlainProgress(stream)
    logger.addFilter(watch)
    return lambda: logger.removeFilter(watch)
