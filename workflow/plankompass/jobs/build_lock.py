"""One build at a time in a folder, and nothing to clear by hand after a build that was killed.

Three things tell a living build from a dead one. The system's lock on the file is given back when its
holder ends, however it ends. Where a file system keeps no locks, the process and the moment it started
tell. And a build on another machine that shares the folder shows that it lives by touching the file.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import json
import os
import platform
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from io import TextIOWrapper
from pathlib import Path

from plankompass.study.problems import PlankompassError

LOCK = Path(".plankompass/build.lock")
WORKERS_LOCK = Path(".plankompass/workers.lock")
#: How often a living build touches its lock, and after how long without a touch one on another
#: machine counts as dead.
TOUCH_SECONDS = 15
SILENT_SECONDS = 120
#: How long a new build waits for the workers of a killed one; they end themselves within a second.
WORKER_SECONDS = 60
#: Where the workflow engine keeps its own locks; a killed run leaves them behind.
ENGINE_LOCKS = Path(".snakemake/locks")

_holding: list[Path] = []


@dataclass(frozen=True)
class Holder:
    """Who holds the lock.

    Attributes:
        host: Name of the machine.
        pid: Process id there.
        started: Mark of the process' start; two processes with one id differ in it.
        since: When the build began, local time with offset, for people.
    """

    host: str
    pid: int
    started: str
    since: str

    def describe(self) -> str:
        """The holder in words."""
        place = "" if self.host == platform.node() else f" on {self.host}"
        return f"process {self.pid}{place}, since {self.since}"


def start_mark(pid: int) -> str:
    """Mark of a process' start: clock ticks since boot with the boot's id, or what ``ps`` says.

    Args:
        pid: A process on this machine.

    Returns:
        The mark; empty when there is no such process.
    """
    try:
        # the program's name stands in brackets and may hold spaces; the start is the 20th field after
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        ticks = fields.rpartition(")")[2].split()[19]
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot} {ticks}"
    except OSError:
        if sys.platform == "linux":
            return ""
    command = ["ps", "-o", "lstart=", "-p", str(pid)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def read_holder(stream: TextIOWrapper) -> Holder | None:
    """Read who a lock file names.

    Args:
        stream: The open lock file.

    Returns:
        The holder; None when the last build ended by itself or the record cannot be read.
    """
    stream.seek(0)
    try:
        return Holder(**json.load(stream))
    except (ValueError, TypeError):
        return None


def _is_alive(holder: Holder, path: Path) -> bool:
    """Whether a recorded holder still runs, where the system's lock said nothing of it."""
    if holder.host == platform.node():
        return holder.pid != os.getpid() and bool(holder.started) and (
            start_mark(holder.pid) == holder.started
        )  # fmt: skip
    # both times are the file server's own: clocks of two machines may differ
    touched = path.stat().st_mtime
    probe = path.with_name(f"clock.{os.getpid()}")
    probe.touch()
    now = probe.stat().st_mtime
    probe.unlink()
    return now - touched < SILENT_SECONDS


def _refuse(holder: Holder | None) -> PlankompassError:
    who = f" ({holder.describe()})" if holder else ""
    return PlankompassError(
        f"another build is running in this folder{who}; nothing was touched. "
        "Wait for it, or stop it first"
    )


def _keep_touching(stream: TextIOWrapper, ended: threading.Event) -> None:
    while not ended.wait(TOUCH_SECONDS):
        with contextlib.suppress(OSError):
            os.utime(stream.fileno())


def _wait_for_orphans(path: Path) -> None:
    """Wait until no worker of a killed build is left: one of them may still be writing."""
    with path.open("w") as stream:
        deadline = time.monotonic() + WORKER_SECONDS
        while True:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise PlankompassError(
                        "processes of a build that was killed are still writing in this folder; "
                        "end them and run again"
                    ) from None
                time.sleep(0.1)
            except OSError:
                return  # the file system keeps no locks


def hold_as_worker(root: Path) -> None:
    """Show, for as long as this process lives, that a build's worker is at work in a folder.

    Args:
        root: The checkout.
    """
    path = root / WORKERS_LOCK
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)  # held until the process ends


@contextlib.contextmanager
def only_build(root: Path) -> Iterator[bool]:
    """Hold the build lock of a folder.

    Args:
        root: The checkout.

    Yields:
        Whether the build before this one was killed.

    Raises:
        PlankompassError: Another build is running, and who and since when; or its workers are.
    """
    path = root / LOCK
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o666), "r+", encoding="utf-8") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _refuse(read_holder(stream)) from None
        except OSError:
            pass  # the file system keeps no locks: the record decides
        before = read_holder(stream)
        if before is not None and _is_alive(before, path):
            raise _refuse(before)
        _wait_for_orphans(root / WORKERS_LOCK)
        since = datetime.now().astimezone().isoformat(sep=" ", timespec="seconds")
        me = Holder(platform.node(), os.getpid(), start_mark(os.getpid()), since)
        _record(stream, json.dumps(asdict(me)))
        _holding.append(path.resolve())
        ended = threading.Event()
        threading.Thread(target=_keep_touching, args=(stream, ended), daemon=True).start()
        try:
            yield before is not None
        finally:
            ended.set()
            _holding.remove(path.resolve())
            with contextlib.suppress(OSError):
                _record(stream, "")


def hold_for_plain_engine(root: Path) -> None:
    """Hold the build lock until this process ends, unless it holds it already.

    For a run of plain ``snakemake``: two builds must not meet, whichever way they were started.

    Args:
        root: The checkout.

    Raises:
        PlankompassError: See :func:`only_build`.
    """
    if (root / LOCK).resolve() in _holding:
        return
    stack = contextlib.ExitStack()
    stack.enter_context(only_build(root))
    atexit.register(stack.close)


def clear_stale_locks(root: Path) -> None:
    """Remove the workflow engine's own locks where no build is alive: a killed run left them.

    Args:
        root: The checkout.
    """
    if (root / ENGINE_LOCKS).is_dir() and (root / LOCK).resolve() not in _holding:
        with contextlib.suppress(PlankompassError, OSError), only_build(root):
            shutil.rmtree(root / ENGINE_LOCKS, ignore_errors=True)


def _record(stream: TextIOWrapper, text: str) -> None:
    stream.seek(0)
    stream.truncate()
    stream.write(text)
    stream.flush()
