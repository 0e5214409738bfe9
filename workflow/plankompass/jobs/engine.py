"""What the workflow engine does again for every job, made to be done once.

A national study has one and a half thousand jobs; the engine's work around them costs as much as reading
all of its raw files.
"""

from __future__ import annotations

import gc
import logging
from pathlib import Path
from typing import Any

#: Python's usual 700 new objects would have it look through all jobs and files of a build again and again.
OBJECTS_BETWEEN_COLLECTIONS = 50_000
#: What the engine says of its own steps, twice or more a job, and no reader asks for.
_STEPS = ("Select jobs to execute...", "Shell command: None")


def spare_the_engine(workflow: Any, file: type, logger: logging.Logger) -> None:
    """Take work from the engine that it would do again for every job.

    Args:
        workflow: The engine's workflow, about to start its first job.
        file: The engine's class of files.
        logger: The engine's logger.
    """
    # The limit of jobs a second makes the engine look at all ready jobs again a second after each start
    # of a job, and again a second after that, for as long as any are ready: a national build has a
    # thousand such rounds a second. Local jobs need no limit; a cluster keeps its own.
    if workflow.local_exec:
        workflow.scheduler.job_rate_limiter = None
    gc.freeze()  # the jobs and files of the whole build stay
    logger.addFilter(_tells_something)
    remember_checksums(file)


def remember_checksums(file: type) -> None:
    """Let a file be hashed once for as long as it stays as it is.

    The engine notes the hashes of all inputs for each output of each job, and reads the inputs every time:
    with reports for a nation, each publishable table a thousand times.

    Args:
        file: The engine's class of files, with an asynchronous method ``checksum``.
    """
    compute = file.checksum
    known: dict[tuple[str, Any], tuple[tuple[int, ...], str | None]] = {}

    async def checksum(self: Any, threshold: int | None = None, *args: Any, **more: Any) -> Any:
        try:
            stat = Path(self).stat()
        except OSError:
            stat = None
        if stat is None or args or more:
            return await compute(self, threshold, *args, **more)
        state = (stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino)
        name = (str(self), threshold)
        if name not in known or known[name][0] != state:
            known[name] = (state, await compute(self, threshold))
        return known[name][1]

    file.checksum = checksum


def _tells_something(record: logging.LogRecord) -> bool:
    """Whether a message of the engine tells its reader anything."""
    return record.msg not in _STEPS
