"""A job's outputs appear whole or not at all; one crash fails one job; nothing personal is printed."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest

from plankompass.jobs import runner, worker
from plankompass.jobs.pool import WarmPool
from plankompass.study.problems import PlankompassError


class Named(dict):
    """Stands for the engine's named lists."""


class Log(list):
    """Stands for the engine's list of logs."""


def _write(inputs, outputs, params):
    outputs["table"].write_text(params["text"], encoding="utf-8")


def _write_then_fail(inputs, outputs, params):
    outputs["table"].write_text("half", encoding="utf-8")
    raise PlankompassError("kilde.csv: line 3, kommunenr: not four digits; write 0301")


def _forget_an_output(inputs, outputs, params):
    outputs["table"].write_text("one", encoding="utf-8")


def _crash(inputs, outputs, params):
    raise ValueError("ola.nordmann@example.org")


def _run(function, outputs, tmp_path, text="x"):
    entry = f"{__name__}:{function.__name__}"
    log = Log([str(tmp_path / "job.log")])
    runner.run_job(
        entry, Named(), Named({k: str(v) for k, v in outputs.items()}), Named(text=text), log
    )


@pytest.fixture(autouse=True)
def _this_module_is_importable(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, __name__, sys.modules[__name__])
    runner.start_pool(0)
    runner.failures.clear()


def test_output_takes_its_name_when_done(tmp_path: Path):
    target = tmp_path / "deep" / "t.csv"
    _run(_write, {"table": target}, tmp_path, text="æøå")
    assert target.read_text(encoding="utf-8") == "æøå"
    assert [p.name for p in target.parent.iterdir()] == ["t.csv"]


def test_a_failure_leaves_earlier_results_and_tells_the_user(tmp_path: Path):
    target = tmp_path / "t.csv"
    target.write_text("earlier", encoding="utf-8")
    with pytest.raises(runner.JobFailedError, match="line 3, kommunenr"):
        _run(_write_then_fail, {"table": target}, tmp_path)
    assert target.read_text(encoding="utf-8") == "earlier"
    assert runner.failures == ["kilde.csv: line 3, kommunenr: not four digits; write 0301"]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["job.log", "t.csv"]


def test_a_forgotten_output_is_a_fault_and_none_is_kept(tmp_path: Path):
    outputs = {"table": tmp_path / "t.csv", "other": tmp_path / "o.csv"}
    with pytest.raises(runner.JobFailedError, match="did not write other"):
        _run(_forget_an_output, outputs, tmp_path)
    assert not outputs["table"].exists()


def test_a_crash_names_the_place_and_never_the_message(tmp_path: Path, monkeypatch):
    monkeypatch.delenv(worker.DEBUG_VARIABLE, raising=False)
    with pytest.raises(runner.JobFailedError) as caught:
        _run(_crash, {"table": tmp_path / "t.csv"}, tmp_path)
    log = (tmp_path / "job.log").read_text(encoding="utf-8")
    for text in (str(caught.value), log):
        assert "ValueError" in text
        assert "nordmann" not in text


def test_a_dying_worker_fails_its_own_call_only():
    pool = WarmPool(2)
    try:
        with ThreadPoolExecutor(4) as threads:
            calls = [threads.submit(pool.call, abs, -n) for n in range(20)]
            killed = threads.submit(pool.call, os._exit, 3)
            more = [threads.submit(pool.call, abs, -n) for n in range(20)]
            assert [c.result() for c in (*calls, *more)] == [*range(20), *range(20)]
            with pytest.raises(BrokenProcessPool):
                killed.result()
        assert pool.call(abs, -7) == 7
    finally:
        pool.close()
