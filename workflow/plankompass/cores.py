"""How many cores a job may use for itself."""

from __future__ import annotations

import os

CORES_VARIABLE = "PLANKOMPASS_CORES"
"""Tells a worker how many cores the whole build may use."""


def usable_cores() -> int:
    """The cores of the build that this process works for, else those that the system gives it."""
    told = os.environ.get(CORES_VARIABLE, "")
    if told.isdecimal() and int(told):
        return int(told)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
