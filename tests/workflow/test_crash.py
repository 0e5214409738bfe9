"""A build that is hurt: the next one needs no help and gives the same bytes.

Here a handful of moments; ``python -m tests.faults`` tries as many as one likes.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.faults.moments import KINDS, Moment, draw_moments
from tests.faults.processes import Build, stamps, wait_for_nobody
from tests.faults.strike import finish, no_half_file, strike_twice
from tests.workflow.checkout import ROOT, plankompass, results, snakemake

from plankompass.jobs.build_lock import only_build


def test_killed_again_and_again(unbuilt: Path, built: Path, tmp_path: Path):
    """Five kills in one build, each a little further on; then two builds at once, and the end."""
    target = tmp_path / "checkout"
    shutil.copytree(unbuilt, target, symlinks=True)
    state = random.Random(9)
    wanted, share = results(built), len(stamps(built)) // 6
    for number in range(5):
        run = Build(target)
        assert run.wait_for(state.randint(0, share)), "the build ended before the kill"
        time.sleep(state.uniform(0.0, 0.2))
        if number % 2:
            run.kill_everything()
        else:
            run.kill()
        no_half_file(target, wanted)
    run = Build(target)
    assert run.wait_for(1)
    strike_twice(run, Moment(1, "twice", rebuild=False, progress=0.0, pause=0.0))
    finish(target, wanted, killed=False)


def test_earlier_reports_outlive_a_full_disk_and_a_read_only_folder(built: Path):
    command = [sys.executable, "-m", "tests.faults", "--built", str(built), "--chain"]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=900
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "recovered" in done.stdout


def test_a_dead_worker_does_not_stop_a_build(checkout: Path, built: Path):
    """One table is gone and made anew; whichever worker dies, its call is repeated."""
    (checkout / "data/processed/eksempel/indicators/goal_follow_up.parquet").unlink()
    run = Build(checkout)
    deadline = time.monotonic() + 120
    while not (workers := run.workers()):
        assert run.process.poll() is None and time.monotonic() < deadline
        time.sleep(0.01)
    os.kill(workers[0], signal.SIGKILL)
    code, said = run.finish()
    assert code == 0, said[-3000:]
    assert results(checkout) == results(built)
    wait_for_nobody(checkout)


def test_a_dry_run_does_not_ask_for_the_lock(checkout: Path):
    with only_build(checkout):
        done = plankompass(checkout, "build", "--dry-run")
    assert done.returncode == 0, done.stderr[-3000:]


def test_plain_snakemake_is_refused_too_while_a_build_runs(unbuilt: Path, tmp_path: Path):
    target = tmp_path / "checkout"
    shutil.copytree(unbuilt, target, symlinks=True)
    with only_build(target):
        done = snakemake(target, "--cores", "1")
    assert done.returncode != 0
    assert f"another build is running in this folder (process {os.getpid()}" in done.stderr
    assert results(target) == {}, "nothing may be touched"
    assert not list((target / ".snakemake/locks").glob("*"))


def test_moments_are_drawn_from_the_seed_and_every_kind_comes():
    first, again, other = draw_moments(25, 1), draw_moments(25, 1), draw_moments(25, 2)
    assert first == again
    assert first != other
    assert {moment.kind for moment in draw_moments(len(KINDS), 3)} == set(KINDS)
    assert [moment.number for moment in first] == list(range(1, 26))
