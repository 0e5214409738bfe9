"""Builds as processes of a test: started, watched, and ended, and nothing else on the machine touched."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.workflow.checkout import DELIVERED, environment

#: A build that takes longer than this hangs.
LONGEST = 600.0


class FaultError(AssertionError):
    """A fault was not survived as it should be."""


class Build:
    """A build of a checkout, in a session of its own.

    Args:
        checkout: The checkout.
    """

    def __init__(self, checkout: Path) -> None:
        self.checkout = checkout
        self._seen = stamps(checkout)
        # beside the checkout: its disk may be full
        self._said = checkout.with_name(f"{checkout.name}.said")
        self._out = self._said.open("w+", encoding="utf-8")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "plankompass", "build"],
            cwd=checkout, env=environment(checkout), stdout=self._out, stderr=subprocess.STDOUT,
            start_new_session=True,
        )  # fmt: skip

    def new_files(self) -> int:
        """How many files of results have appeared or were replaced since the start."""
        return len(stamps(self.checkout) - self._seen)

    def wait_for(self, files: int) -> bool:
        """Wait until so many files have appeared; False when the build ended before."""
        deadline = time.monotonic() + LONGEST
        while self.new_files() < files:
            if self.process.poll() is not None:
                return False
            if time.monotonic() > deadline:
                raise FaultError(f"{files} files did not appear within {LONGEST:.0f} s")
            time.sleep(0.02)
        return self.process.poll() is None

    def kill(self) -> None:
        """SIGKILL to the build's own process."""
        self.process.kill()
        self.process.wait()

    def kill_everything(self) -> None:
        """SIGKILL to the build and its workers at once."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def workers(self) -> list[int]:
        """Process ids of the build's workers."""
        return [p for p in children(self.process.pid) if "spawn_main" in command_of(p)]

    def finish(self) -> tuple[int, str]:
        """Wait for the end; exit code and everything that was said."""
        try:
            code = self.process.wait(LONGEST)
        except subprocess.TimeoutExpired:
            self.kill_everything()
            raise FaultError(f"the build did not end within {LONGEST:.0f} s") from None
        self._out.seek(0)
        said = self._out.read()
        self._out.close()
        self._said.unlink(missing_ok=True)
        return code, said


def build(checkout: Path) -> tuple[int, str]:
    """A whole build: exit code and everything that was said."""
    return Build(checkout).finish()


def stamps(checkout: Path) -> set[tuple[str, int, int]]:
    """Path, inode and time of every file of results that has its own name."""
    found = set()
    for top in ("data/processed", "reports"):
        for folder, _, names in os.walk(checkout / top):
            for name in names:
                path = Path(folder, name)
                if path.suffix in DELIVERED and not name.startswith("."):
                    with contextlib.suppress(FileNotFoundError):
                        stat = path.stat()
                        found.add((str(path), stat.st_ino, stat.st_mtime_ns))
    return found


def command_of(pid: int) -> str:
    """Command line of a process; empty when it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def children(pid: int) -> list[int]:
    """Child processes of a process."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        return [int(c) for t in tasks for c in (t / "children").read_text().split()]
    except OSError:
        return []


def at_work(checkout: Path) -> list[int]:
    """Processes whose working folder is the checkout."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (
                str((folder / "cwd").readlink()) == str(checkout)
                and int(folder.name) != os.getpid()
            ):
                found.append(int(folder.name))
    return found


def wait_for_nobody(checkout: Path, seconds: float = 20.0) -> None:
    """Wait until no process works in the checkout any more."""
    deadline = time.monotonic() + seconds
    while at_work(checkout):
        if time.monotonic() > deadline:
            raise FaultError(f"still at work {seconds:.0f} s after the kill: {at_work(checkout)}")
        time.sleep(0.05)
