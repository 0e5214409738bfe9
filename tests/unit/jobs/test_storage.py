"""A full disk and a folder that cannot be written are told apart from faults of the program."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

import pytest

from plankompass.jobs import storage, worker
from plankompass.jobs.storage import (
    describe_storage_error,
    storage_problems,
    sweep_caches,
    write_cache,
)


def _raise_from(code: int) -> Exception:
    try:
        try:
            raise OSError(code, os.strerror(code))
        except OSError as inner:
            raise ValueError("a library's own error") from inner
    except ValueError as error:
        return error


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_found_behind_a_librarys_error(tmp_path: Path, code: int):
    told = describe_storage_error(_raise_from(code), tmp_path / "not/there/yet")
    assert told is not None
    assert "the disk is full" in told
    assert str(tmp_path) not in told, "no path of this machine"


def test_a_read_only_folder_is_told_only_when_it_is_one(tmp_path: Path, monkeypatch):
    error = PermissionError(errno.EACCES, "denied")
    assert describe_storage_error(error, tmp_path) is None, "another file was meant"
    monkeypatch.setattr(storage.os, "access", lambda *_: False)
    told = describe_storage_error(error, tmp_path)
    assert told is not None
    assert "read-only or belongs to another user" in told


def test_other_errors_are_no_matter_of_the_disk(tmp_path: Path):
    assert describe_storage_error(_raise_from(errno.EIO), tmp_path) is None


def test_an_error_without_a_number_on_a_full_disk(tmp_path: Path, monkeypatch):
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(storage.shutil, "disk_usage", lambda _: usage._replace(free=4096))
    assert "the disk is full" in (describe_storage_error(RuntimeError("write"), tmp_path) or "")


def _fill_the_disk(inputs, outputs, params):
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_job_on_a_full_disk_tells_of_the_disk_and_not_of_a_fault(tmp_path: Path, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, __name__, sys.modules[__name__])
    entry = f"{__name__}:_fill_the_disk"
    outcome = worker.call_entry(entry, {}, {"table": tmp_path / "t.csv"}, {}, tmp_path / "job.log")
    assert outcome.problem is not None
    assert "the disk is full" in outcome.problem
    assert "fault in the program" not in outcome.problem


def test_a_log_that_cannot_be_opened_does_not_stop_a_job(tmp_path: Path):
    blocked = tmp_path / "a file"
    blocked.touch()
    outcome = worker.call_entry("builtins:isinstance", {}, {}, {}, blocked / "job.log")
    assert "builtins:isinstance" in (outcome.problem or ""), "the call itself was made"


def test_every_folder_is_tried_and_a_full_disk_told_once(tmp_path: Path, monkeypatch):
    folders = [tmp_path / "a", tmp_path / "b"]
    assert storage_problems(folders) == []
    assert all(not list(folder.iterdir()) for folder in folders), "a probe was left"

    def full(self: Path, data: bytes) -> int:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(Path, "write_bytes", full)
    assert len(storage_problems(folders)) == 1

    def read_only(self: Path, data: bytes) -> int:
        raise OSError(errno.EROFS, "read-only")

    monkeypatch.setattr(Path, "write_bytes", read_only)
    told = storage_problems(folders)
    assert len(told) == 2
    assert all("cannot be written" in line for line in told)


def test_notes_are_written_whole_or_not_at_all(tmp_path: Path, monkeypatch):
    notes = tmp_path / "deep" / "notes.json"
    write_cache(notes, {"b": 1, "a": 2})
    assert notes.read_text(encoding="utf-8") == '{"a": 2, "b": 1}'

    def full(self: Path, *_: object, **__: object) -> int:
        self.touch()
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(Path, "write_text", full)
    write_cache(notes, {"a": 3})
    assert [p.name for p in notes.parent.iterdir()] == ["notes.json"]
    assert '"a": 2' in notes.read_text(encoding="utf-8")


def test_notes_of_killed_processes_are_swept_and_those_of_living_ones_stay(tmp_path: Path):
    for name in ("modules.json", f"modules.json.{os.getpid()}", f"modules.json.{2**22 + 1}"):
        (tmp_path / name).touch()
    sweep_caches(tmp_path)
    left = sorted(p.name for p in tmp_path.iterdir())
    assert left == ["modules.json", f"modules.json.{os.getpid()}"]
