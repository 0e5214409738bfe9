"""A killed run: the next one needs no help and gives the same bytes."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.workflow.checkout import environment, plankompass, results

#: What must have appeared before the kill: early, in the middle, and while reports are made.
POINTS = {
    "while reading": "data/processed/eksempel/tidy/municipalities.parquet",
    "while computing": "data/processed/eksempel/indicators/goal_follow_up.parquet",
    "while reporting": "reports/eksempel/*/rapport.html",
}


def _kill_when(checkout: Path, pattern: str) -> None:
    """Start a build and kill it, and nothing but it, once a file has appeared."""
    process = subprocess.Popen(
        [sys.executable, "-m", "plankompass", "build"],
        cwd=checkout, env=environment(checkout), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    deadline = time.monotonic() + 300
    while not list(checkout.glob(pattern)):
        assert process.poll() is None, "the build ended before the kill"
        assert time.monotonic() < deadline, f"{pattern} did not appear"
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()


def _workers(checkout: Path) -> list[int]:
    """Processes that still run with the checkout's package."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if (
                str((folder / "cwd").readlink()) == str(checkout)
                and int(folder.name) != os.getpid()
            ):
                found.append(int(folder.name))
        except OSError:
            continue
    return found


@pytest.mark.parametrize("point", POINTS)
def test_killed_and_run_again(point: str, unbuilt: Path, built: Path, tmp_path: Path):
    target = tmp_path / "checkout"
    shutil.copytree(unbuilt, target, symlinks=True)
    _kill_when(target, POINTS[point])
    deadline = time.monotonic() + 10
    while _workers(target) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert _workers(target) == [], "workers must end with their parent"
    done = plankompass(target, "build")
    assert done.returncode == 0, done.stderr[-3000:]
    assert results(target) == results(built)
    assert not list(target.rglob(".partial-*"))


def test_two_builds_at_once_are_refused(unbuilt: Path, tmp_path: Path):
    target = tmp_path / "checkout"
    shutil.copytree(unbuilt, target, symlinks=True)
    first = subprocess.Popen(
        [sys.executable, "-m", "plankompass", "build"],
        cwd=target, env=environment(target), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        deadline = time.monotonic() + 60
        while not (target / "data/processed/eksempel/tidy/municipalities.parquet").exists():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        second = plankompass(target, "build")
        assert second.returncode != 0
        assert "another build is running" in second.stderr
    finally:
        first.kill()
        first.wait()
