"""Worker processes that stay alive for the whole run and have imported their libraries already.

Importing pandas and matplotlib costs more than most jobs; a process a job would spend its time there.
"""

from __future__ import annotations

import atexit
import os
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from plankompass.cores import CORES_VARIABLE
from plankompass.jobs.worker import begin_worker

# One BLAS thread a worker: small matrix products ran ten times slower with two threads on two cores.
_THREAD_VARIABLES = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


class WarmPool:
    """A process pool that survives the death of a worker.

    When a worker dies, every call under way in the pool is lost. Each of them is then repeated once
    in a process of its own, so that only the call that kills its worker fails.

    Args:
        workers: Number of processes.
    """

    def __init__(self, workers: int) -> None:
        self._workers = max(1, workers)
        self._lock = threading.Lock()
        self._executor: ProcessPoolExecutor | None = None
        atexit.register(self.close)

    def _start(self, workers: int) -> ProcessPoolExecutor:
        for name in _THREAD_VARIABLES:
            os.environ[name] = "1"
        os.environ[CORES_VARIABLE] = str(self._workers)
        return ProcessPoolExecutor(
            workers,
            mp_context=get_context("spawn"),
            initializer=begin_worker,
            initargs=(os.getpid(), str(Path.cwd())),
        )

    def call(self, function: Callable[..., Any], *args: Any) -> Any:
        """Call a function in a worker and wait for its result.

        Args:
            function: A function importable by name.
            *args: Arguments that can be pickled.

        Returns:
            What the function returned.

        Raises:
            BrokenProcessPool: The call killed its worker, also when repeated alone.
        """
        with self._lock:
            if self._executor is None:
                self._executor = self._start(self._workers)
            executor = self._executor
        try:
            return executor.submit(function, *args).result()
        except BrokenProcessPool:
            with self._lock:
                if self._executor is executor:
                    self._executor = None
            with self._start(1) as alone:
                return alone.submit(function, *args).result()

    def close(self) -> None:
        """End the workers."""
        with self._lock:
            executor, self._executor = self._executor, None
        if executor is not None:
            executor.shutdown(wait=False, cancel_futures=True)
