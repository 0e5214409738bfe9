"""Processor time of a process together with the processes it started."""

from __future__ import annotations

import contextlib
import os
import resource
from pathlib import Path


def cpu_with_children() -> float:
    """CPU seconds of this process, of those it started and that run, and of those that ended.

    Linux only: elsewhere, processes that still run count when they end.
    """
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used) + sum(map(_cpu_of, _running_children()))


def _running_children() -> set[int]:
    lists = Path("/proc/self/task").glob("*/children")
    return {int(child) for each in lists for child in each.read_text(encoding="ascii").split()}


def _cpu_of(process: int) -> float:
    with contextlib.suppress(OSError):  # it may have ended meanwhile
        # after the name, which is in brackets: user and system time are the 12th and 13th
        stat = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2]
        fields = stat.split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return 0.0
