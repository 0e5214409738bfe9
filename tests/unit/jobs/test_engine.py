import asyncio
import logging
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest

from plankompass.jobs.engine import remember_checksums, spare_the_engine


@pytest.fixture
def file_class():
    class File(str):
        hashed = 0
        __slots__ = ()

        async def checksum(self, threshold=None, force=False, algorithm=None):
            File.hashed += 1
            content = Path(self).read_text(encoding="utf-8")
            if not force and len(content) > threshold:
                return None
            return f"{algorithm or 'sha256'}:{content}"

    remember_checksums(File)
    return File


def hash_of(file, *args, **more):
    # in a thread of its own: the browser of other tests keeps a loop in this one
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(file.checksum(*args, **more))).result()


def test_a_file_that_stays_is_hashed_once_for_all_jobs(file_class, tmp_path):
    (tmp_path / "a").write_text("one")
    found = [hash_of(file_class(tmp_path / "a"), 100) for _ in range(3)]
    assert found == ["sha256:one"] * 3
    assert file_class.hashed == 1


def test_a_file_made_anew_is_hashed_anew_at_the_same_size_and_time(file_class, tmp_path):
    path = tmp_path / "a"
    path.write_text("one")
    os.utime(path, (1, 1))
    assert hash_of(file_class(path), 100) == "sha256:one"
    (tmp_path / "b").write_text("two")
    os.utime(tmp_path / "b", (1, 1))
    (tmp_path / "b").replace(path)
    assert hash_of(file_class(path), 100) == "sha256:two"


def test_what_is_too_large_at_one_limit_is_hashed_at_another(file_class, tmp_path):
    (tmp_path / "a").write_text("one")
    file = file_class(tmp_path / "a")
    assert [hash_of(file, 2), hash_of(file, 3)] == [None, "sha256:one"]


def test_other_questions_and_missing_files_are_left_to_the_engine(file_class, tmp_path):
    (tmp_path / "a").write_text("one")
    file = file_class(tmp_path / "a")
    assert hash_of(file, 100) == "sha256:one"
    assert hash_of(file, 2, force=True, algorithm="md5") == "md5:one"
    with pytest.raises(FileNotFoundError):
        hash_of(file_class(tmp_path / "none"), 100)


def test_the_engine_s_own_files_are_hashed_once(tmp_path, monkeypatch):
    from snakemake.io import IOCache, IOFile, _IOFile

    monkeypatch.setattr(_IOFile, "checksum", _IOFile.checksum)
    remember_checksums(_IOFile)
    cache = IOCache(1)
    cache.deactivate()
    (tmp_path / "a").write_text("one")
    workflow = SimpleNamespace(iocache=cache)
    files = [IOFile(str(tmp_path / "a"), None) for _ in range(2)]
    for file in files:
        file.rule = SimpleNamespace(workflow=workflow)
    first = hash_of(files[0], 100)
    assert first.startswith("sha256:")
    monkeypatch.setattr("snakemake.io.hashlib.file_digest", None)
    assert hash_of(files[1], 100) == first


@pytest.mark.parametrize("local", [True, False])
def test_only_a_cluster_keeps_its_limit_of_jobs_a_second(local, file_class):
    scheduler = SimpleNamespace(job_rate_limiter="limit")
    logger = logging.Logger("engine")
    spare_the_engine(SimpleNamespace(local_exec=local, scheduler=scheduler), file_class, logger)
    assert scheduler.job_rate_limiter == (None if local else "limit")


def test_messages_that_tell_nothing_are_dropped_and_others_are_not(file_class, caplog):
    logger = logging.Logger("engine")
    logger.addHandler(caplog.handler)
    workflow = SimpleNamespace(local_exec=False, scheduler=None)
    spare_the_engine(workflow, file_class, logger)
    for text in ("Select jobs to execute...", "Shell command: None", "Finished jobid: 3"):
        logger.info(text)
    assert caplog.messages == ["Finished jobid: 3"]
