"""Readers' processes that are kept: what one reads next, and that no document suffers from another."""

from __future__ import annotations

import subprocess

import pytest
from tests.unit.ingest.plan_files import make_pdf, samfunnsdel_source

from plankompass.ingest.plans import reader_process
from plankompass.ingest.plans.models import PlanRefusedError
from plankompass.ingest.plans.reader import PlanReader
from plankompass.study.config_models import LimitConfig

# dies at its second document, after two pages
_DIES = """
import json, os, sys
from pathlib import Path
from plankompass.ingest.plans.worker import read_parts
for number, line in enumerate(sys.stdin):
    request = json.loads(line)
    for n, part in enumerate(read_parts(Path(request["path"]), 10, 10)):
        if number == 1 and n == 3:
            os._exit(9)
        end = "done" in part
        os.write(1 if end else int(sys.argv[1]), json.dumps(part).encode() + b"\\n")
"""


@pytest.fixture(autouse=True)
def _no_reader_waits():
    reader_process.end_idle_readers()
    yield
    reader_process.end_idle_readers()


@pytest.fixture
def started(monkeypatch):
    """The processes that are started, as they are started."""
    processes = []
    real = subprocess.Popen

    def start(*command, **rest):
        processes.append(real(*command, **rest))
        return processes[-1]

    monkeypatch.setattr(reader_process.subprocess, "Popen", start)
    return processes


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return make_pdf(tmp_path_factory.mktemp("plan") / "whole.pdf", samfunnsdel_source())


def _read(path):
    with PlanReader(LimitConfig()) as reader:
        return reader.read(path)


def test_the_next_job_of_a_worker_reads_with_the_same_process(whole, started):
    first, second = _read(whole), _read(whole)
    assert len(started) == 1
    assert first.to_plain() == second.to_plain()


def test_what_is_damaged_is_read_by_a_new_process_and_no_other_document_meets_it(
    whole, tmp_path, started
):
    damaged = tmp_path / "damaged.pdf"
    damaged.write_bytes(whole.read_bytes()[:700])
    before = _read(whole)
    with pytest.raises(PlanRefusedError):
        _read(damaged)
    assert len(started) == 2  # refused by the first, once more by one that had read nothing
    assert all(process.poll() is not None for process in started)
    assert _read(whole).to_plain() == before.to_plain()
    assert len(started) == 3


def test_a_document_whose_reader_dies_of_an_earlier_one_is_read_whole(whole, monkeypatch, started):
    counted = reader_process.subprocess.Popen
    monkeypatch.setattr(
        reader_process.subprocess, "Popen",
        lambda command, **rest: counted([command[0], "-c", _DIES, command[-1]], **rest),
    )  # fmt: skip
    first, second = _read(whole), _read(whole)
    assert second.to_plain() == first.to_plain()
    assert not second.unread
    assert len(started) == 2


def test_a_process_that_is_drawing_is_not_kept(whole, tmp_path, started):
    with PlanReader(LimitConfig()) as reader:
        drawing = reader.draw(whole, [1, 2, 3], tmp_path)
        assert next(drawing)[0] == 1
    assert started[0].poll() is not None


def test_readers_that_wait_long_are_ended_and_few_wait(whole, monkeypatch, started):
    readers = [reader_process.take_reader() for _ in range(3)]
    monkeypatch.setattr(reader_process, "_IDLE_SECONDS", 0.2)
    for reader in readers:
        reader_process.give_reader_back(reader)
    assert sum(process.poll() is None for process in started) == 2
    for process in started:
        assert process.wait(timeout=20) is not None


def test_a_worn_process_is_not_kept(whole, monkeypatch, started):
    monkeypatch.setattr(reader_process, "_MOST_DOCUMENTS", 1)
    assert _read(whole).to_plain() == _read(whole).to_plain()
    assert len(started) == 2
