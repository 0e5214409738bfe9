"""Stock of raw files: missing files are listed at once; content counts, not the time stamp."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from plankompass.jobs.inventory import Inventory
from plankompass.study.problems import PlankompassError


def test_hashes_are_true_and_follow_the_content_under_an_old_time_stamp(tmp_path: Path):
    file = tmp_path / "a.csv"
    file.write_bytes(b"one")
    cache = tmp_path / "cache.json"
    first = Inventory(tmp_path, cache)
    assert first.hashes(["a.csv"]) == {"a.csv": hashlib.sha256(b"one").hexdigest()}
    first.save()
    stamp = file.stat()
    file.write_bytes(b"two")
    os.utime(file, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    second = Inventory(tmp_path, cache)
    assert second.hashes(["a.csv"]) == {"a.csv": hashlib.sha256(b"two").hexdigest()}


def test_all_missing_files_are_listed(tmp_path: Path):
    with pytest.raises(PlankompassError) as caught:
        Inventory(tmp_path, tmp_path / "c.json").hashes(["x.sav", "{y}.csv"])
    assert "x.sav" in str(caught.value) and "{y}.csv" in str(caught.value)


def test_a_broken_cache_is_no_harm(tmp_path: Path):
    (tmp_path / "a.csv").write_bytes(b"one")
    cache = tmp_path / "cache.json"
    cache.write_text("{half", encoding="utf-8")
    assert Inventory(tmp_path, cache).hashes(["a.csv"])
