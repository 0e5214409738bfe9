"""The faults themselves, and what must hold after each."""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

from tests.faults.moments import Moment
from tests.faults.processes import Build, FaultError, build, wait_for_nobody
from tests.workflow.checkout import digests, plankompass, results

FULL = "the disk is full"
READ_ONLY = "cannot be written"
REFUSED = re.compile(
    r"another build is running in this folder \(process \d+, since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d"
)
KILLED = "The build before this one was killed"


def demand(condition: object, text: str) -> None:
    """Raise FaultError unless a condition holds."""
    if not condition:
        raise FaultError(text)


def mount(*arguments: str) -> bool:
    """Mount something; only ever within this process' own mount namespace."""
    done = subprocess.run(["mount", *arguments], capture_output=True, check=False)
    return done.returncode == 0


def unmount(folder: Path) -> None:
    """Unmount a folder, at once."""
    subprocess.run(["umount", "--lazy", str(folder)], capture_output=True, check=False)


def _tail(said: str) -> str:
    return said[-2500:]


def strike_engine(run: Build, moment: Moment) -> None:
    """Kill the build's process."""
    run.kill()


def strike_everything(run: Build, moment: Moment) -> None:
    """Kill the build and its workers."""
    run.kill_everything()


def strike_worker(run: Build, moment: Moment) -> None:
    """Kill one worker; the build must go on to its end."""
    deadline = time.monotonic() + 120
    while not (workers := run.workers()):
        if run.process.poll() is not None or time.monotonic() > deadline:
            break
        time.sleep(0.02)
    for pid in random.Random(moment.number).sample(workers, min(1, len(workers))):
        os.kill(pid, signal.SIGKILL)
    code, said = run.finish()
    demand(code == 0, f"a dead worker stopped the build:\n{_tail(said)}")
    demand("Traceback" not in said, f"a traceback was shown:\n{_tail(said)}")


def strike_twice(run: Build, moment: Moment) -> None:
    """Start a second build, which must say who is at work and leave; the first must not notice."""
    # before it has imported anything the first holds no lock yet: either may then be the one
    lock = run.checkout / ".plankompass/build.lock"
    while run.process.poll() is None and not (lock.exists() and lock.read_text(encoding="utf-8")):
        time.sleep(0.01)
    done = plankompass(run.checkout, "build")
    still = run.process.poll() is None
    code, said = run.finish()
    demand(code == 0, f"the first build was disturbed:\n{_tail(said)}")
    if still or done.returncode != 0:
        demand(done.returncode != 0, "the second build went ahead")
        demand(REFUSED.search(done.stderr), f"who runs was not said:\n{_tail(done.stderr)}")
        demand(str(run.process.pid) in done.stderr, "another process was named")


def _fill(folder: Path, ended: Callable[[], bool]) -> None:
    """Keep a disk full until something has ended."""
    with (folder / ".test-filler").open("ab", buffering=0) as stream:
        while not ended():
            try:
                stream.write(b"\0" * 65_536)
            except OSError:
                time.sleep(0.001)


def strike_disk(run: Build, moment: Moment) -> None:
    """Fill the disk, until the build has given up; then free it."""
    filler = threading.Thread(
        target=_fill, args=(run.checkout, lambda: run.process.poll() is not None)
    )
    filler.start()
    run.process.wait()
    filler.join()
    (run.checkout / ".test-filler").unlink()
    _told(run, FULL)


def strike_read_only(run: Build, moment: Moment) -> None:
    """Forbid writing to the reports or to the tables, until the build has given up."""
    name = "reports" if moment.rebuild or moment.number % 2 else "data/processed"
    folder = run.checkout / name
    while run.process.poll() is None:
        # refused while a file there is open for writing
        if mount("-o", "remount,bind,ro", str(folder)):
            break
        time.sleep(0.002)
    run.process.wait()
    demand(mount("-o", "remount,bind,rw", str(folder)), "the test could not undo its mount")
    _told(run, READ_ONLY)


def _told(run: Build, words: str) -> None:
    code, said = run.finish()
    if code == 0:
        raise TooLateError
    # the engine may show a traceback of its own above, when its own records cannot be written; what
    # the user reads last is ours
    _, _, last = said.rpartition("This must be mended")
    last = last or said
    demand(words in last, f"{words!r} was not said at the end:\n{_tail(said)}")
    demand("Traceback" not in last, f"a traceback was shown last:\n{_tail(said)}")


class TooLateError(Exception):
    """The build had written everything before the fault struck."""


STRIKES: dict[str, Callable[[Build, Moment], None]] = {
    "engine": strike_engine,
    "everything": strike_everything,
    "worker": strike_worker,
    "twice": strike_twice,
    "disk": strike_disk,
    "read-only": strike_read_only,
}


def no_half_file(checkout: Path, *allowed: dict[str, str]) -> None:
    """Every file that has its own name must be one of the whole ones: of the earlier or the new build."""
    for name, digest in results(checkout).items():
        if not Path(name).name.startswith(".partial-"):
            demand(any(a.get(name) == digest for a in allowed), f"{name} is a half or foreign file")


def earlier_untouched(checkout: Path, earlier: dict[str, str]) -> None:
    """Every report of the earlier build must still be there, or its successor, or be kept in safety.

    A folder that became read-only while a report was being replaced gets it back with the next build.
    """
    now = results(checkout)
    kept = digests(checkout / ".plankompass/earlier/pending-eksempel/reports")
    gone = [n for n in earlier if not n.startswith("data/") and n not in now and n not in kept]
    demand(not gone, f"earlier reports are gone: {', '.join(gone[:5])}")


def finish(checkout: Path, wanted: dict[str, str], *, killed: bool) -> None:
    """Run the build again, with no help: same bytes, and nothing left lying about."""
    lock = checkout / ".plankompass/build.lock"
    was_locked = lock.exists() and lock.read_text(encoding="utf-8") != ""
    code, said = build(checkout)
    demand(code == 0, f"the next build failed:\n{_tail(said)}")
    demand(not killed or not was_locked or KILLED in said, "nothing was said of the killed build")
    now = results(checkout)
    differing = sorted(n for n in wanted.keys() | now.keys() if wanted.get(n) != now.get(n))
    demand(not differing, f"other bytes than an undisturbed build: {', '.join(differing[:5])}")
    wait_for_nobody(checkout)
    left = [
        *checkout.rglob(".partial-*"),
        *(checkout / ".snakemake/locks").glob("*"),
        *(p for p in (checkout / ".snakemake/incomplete").rglob("*") if p.is_file()),
        *(checkout / ".plankompass").glob("*.json.*"),
        *(checkout / ".plankompass/earlier").glob("*"),
    ]
    names = ", ".join(p.relative_to(checkout).as_posix() for p in left[:5])
    demand(not left, f"left lying about: {names}")
    demand(lock.read_text(encoding="utf-8") == "", "the build's lock still names a holder")
