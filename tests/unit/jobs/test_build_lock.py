"""A living build is never disturbed, a dead one never stands in the way, and who runs is said."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

import pytest

from plankompass.jobs import build_lock
from plankompass.jobs.build_lock import LOCK, hold_as_worker, only_build, start_mark
from plankompass.study.problems import PlankompassError


def _write_holder(root: Path, **changes: object) -> Path:
    record = {
        "host": platform.node(), "pid": os.getppid(), "started": start_mark(os.getppid()),
        "since": "2019-09-10 08:00:00+02:00",
    } | changes  # fmt: skip
    path = root / LOCK
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(record), encoding="utf-8")
    return path


def _other_process(root: Path, code: str) -> subprocess.Popen[str]:
    """A process that does something with the lock, says so, and waits to be ended."""
    lines = (
        "import sys, time, pathlib; from plankompass.jobs.build_lock import *\n"
        f"root = pathlib.Path({str(root)!r})\n{code}"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", lines], stdout=subprocess.PIPE, text=True,
        env=dict(os.environ, PYTHONPATH=str(Path(build_lock.__file__).parents[2])),
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def _refused(root: Path, said: str) -> None:
    """A build that asks for the lock is told this and does not begin."""
    with pytest.raises(PlankompassError, match=said), only_build(root):
        pytest.fail("the build began all the same")


HOLDING = "with only_build(root):\n    print('ready', flush=True); time.sleep(60)"
WORKING = "hold_as_worker(root)\nprint('ready', flush=True); time.sleep({seconds})"


def test_a_living_build_is_named_and_a_killed_one_is_passed_over(tmp_path: Path):
    other = _other_process(tmp_path, HOLDING)
    try:
        _refused(tmp_path, rf"process {other.pid}, since \d{{4}}-")
    finally:
        other.kill()
        other.wait()
    with only_build(tmp_path) as killed:
        assert killed
    with only_build(tmp_path) as killed:
        assert not killed, "the build before ended by itself"


def test_without_the_systems_locks_the_process_tells(tmp_path: Path, monkeypatch):
    def no_locks(*_: object) -> None:
        raise OSError(95, "not supported")

    monkeypatch.setattr(build_lock.fcntl, "flock", no_locks)
    _write_holder(tmp_path)
    with pytest.raises(PlankompassError, match=f"process {os.getppid()}"), only_build(tmp_path):
        pytest.fail("two builds at once")
    _write_holder(tmp_path, started="another process had this id")
    with only_build(tmp_path) as killed:
        assert killed


def test_on_another_machine_a_touch_is_the_sign_of_life(tmp_path: Path):
    path = _write_holder(tmp_path, host="a-node-of-the-cluster", pid=7)
    _refused(tmp_path, "process 7 on a-node-of-the-cluster, since 2019")
    assert [p.name for p in path.parent.iterdir()] == [path.name], "a probe was left"
    long_ago = time.time() - build_lock.SILENT_SECONDS - 1
    os.utime(path, (long_ago, long_ago))
    with only_build(tmp_path) as killed:
        assert killed


def test_a_living_build_touches_its_lock(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(build_lock, "TOUCH_SECONDS", 0.05)
    with only_build(tmp_path):
        os.utime(tmp_path / LOCK, (0, 0))
        deadline = time.monotonic() + 5
        while (tmp_path / LOCK).stat().st_mtime == 0:
            assert time.monotonic() < deadline, "no sign of life"
            time.sleep(0.02)


def test_workers_of_a_killed_build_are_waited_for(tmp_path: Path, monkeypatch):
    (tmp_path / LOCK).parent.mkdir()
    worker = _other_process(tmp_path, WORKING.format(seconds=60))
    try:
        monkeypatch.setattr(build_lock, "WORKER_SECONDS", 0.2)
        with pytest.raises(PlankompassError, match="still writing"), only_build(tmp_path):
            pytest.fail("a worker was still at work")
    finally:
        worker.kill()
        worker.wait()
    worker = _other_process(tmp_path, WORKING.format(seconds=0.5))
    monkeypatch.setattr(build_lock, "WORKER_SECONDS", 20)
    with only_build(tmp_path):
        assert worker.wait(5) == 0


@pytest.mark.parametrize("text", ["", "{", "[1, 2]", '{"host": "x"}', "\0\0\0"])
def test_an_unreadable_record_is_nobodys(tmp_path: Path, text: str):
    path = tmp_path / LOCK
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    with only_build(tmp_path) as killed:
        assert not killed


def test_plain_runs_take_the_same_lock(tmp_path: Path):
    code = "hold_for_plain_engine(root)\nprint('ready', flush=True); time.sleep(60)"
    other = _other_process(tmp_path, code)
    try:
        _refused(tmp_path, f"process {other.pid}")
    finally:
        other.kill()
        other.wait()
    with only_build(tmp_path):
        build_lock.hold_for_plain_engine(tmp_path)  # held by this very process: no quarrel


def test_the_engines_own_locks_are_cleared_only_where_no_build_is_alive(tmp_path: Path):
    stale = tmp_path / build_lock.ENGINE_LOCKS / "0.output.lock"
    stale.parent.mkdir(parents=True)
    stale.touch()
    other = _other_process(tmp_path, HOLDING)
    try:
        build_lock.clear_stale_locks(tmp_path)
        assert stale.exists(), "that build is alive"
    finally:
        other.kill()
        other.wait()
    build_lock.clear_stale_locks(tmp_path)
    assert not stale.exists()


def test_no_process_has_no_mark():
    assert start_mark(os.getpid())
    assert start_mark(2**22 + 1) == ""


def test_a_worker_may_show_itself_before_there_is_a_folder(tmp_path: Path):
    hold_as_worker(tmp_path / "new")
    assert (tmp_path / "new" / build_lock.WORKERS_LOCK).exists()
