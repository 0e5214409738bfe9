"""Several readers for the documents of one municipality, on the cores that no other job uses.

Jobs are one a municipality. Where there are more cores than municipalities, or one has many documents,
cores would stand idle; a job then takes more readers, as long as it finds a free place. The places are
locked files that all jobs of a build share, one a core; the system gives a place back when its holder
ends, however it ends. A job's first reader asks for a place and reads without one too.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path

from plankompass.ingest.plans.models import PlanRefusedError, PlanText
from plankompass.ingest.plans.reader import PlanReader
from plankompass.study.config_models import LimitConfig

_LOOK_AGAIN_SECONDS = 0.3
"""Other jobs take their places first, and a few short documents are read before a second reader begins."""


class ReaderCrew:
    """Reads documents ahead; use as a context manager.

    Args:
        paths: The documents in the order in which they are asked for.
        limits: Time a file, size a file, members an archive.
        places: Folder of the places that jobs share; None for a single reader.
        cores: Places in all.
    """

    def __init__(
        self, paths: Sequence[Path], limits: LimitConfig, places: Path | None, cores: int
    ) -> None:
        self._limits, self._places, self._cores = limits, places, cores
        self._outcomes: dict[Path, Future[PlanText | PlanRefusedError]] = {
            path: Future() for path in paths
        }
        self._waiting = deque(self._outcomes)
        self._readers: list[PlanReader] = []
        self._ended = threading.Event()
        wanted = min(cores, len(self._outcomes)) if places is not None else 1
        self._threads = [
            threading.Thread(target=self._work, args=(number == 0,), daemon=True)
            for number in range(wanted if self._outcomes else 0)
        ]

    def __enter__(self) -> ReaderCrew:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._waiting.clear()
        self._ended.set()
        for reader in list(self._readers):
            reader.close()
        for thread in self._threads:
            thread.join()

    def __contains__(self, path: Path) -> bool:
        return path in self._outcomes

    def outcome(self, path: Path) -> PlanText | PlanRefusedError:
        """What reading a document gave; waits for it.

        Args:
            path: One of the documents.
        """
        return self._outcomes[path].result()

    def _work(self, first: bool) -> None:
        with self._place(needed=not first) as found, PlanReader(self._limits) as reader:
            self._readers.append(reader)
            while found and not self._ended.is_set():
                try:
                    path = self._waiting.popleft()
                except IndexError:
                    return
                outcome = self._outcomes[path]
                try:
                    outcome.set_result(reader.read(path))
                except PlanRefusedError as refusal:
                    outcome.set_result(refusal)
                except BaseException as error:
                    outcome.set_exception(error)

    @contextlib.contextmanager
    def _place(self, *, needed: bool) -> Iterator[bool]:
        """Hold a place while it is used; one that is needed is waited for while documents wait."""
        held = None if needed else self._take_place()
        while held is None and needed and self._waiting:
            if self._ended.wait(_LOOK_AGAIN_SECONDS):
                break
            held = self._take_place() if self._waiting else None
        try:
            yield held is not None or not needed
        finally:
            if held is not None:
                os.close(held)

    def _take_place(self) -> int | None:
        if self._places is None:
            return None
        with contextlib.suppress(OSError):
            self._places.mkdir(parents=True, exist_ok=True)
        for number in range(self._cores):
            try:
                place = os.open(self._places / f"{number}.lock", os.O_RDWR | os.O_CREAT, 0o666)
            except OSError:
                return None
            try:
                fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return place
            except OSError:
                os.close(place)
        return None
