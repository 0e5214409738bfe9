"""A run tells how far it has come: rate and time left beside the bar, plain lines in a log."""

from __future__ import annotations

import io
import logging
import os
import pty
import subprocess
import sys

from plankompass.jobs.progress import EVERY_SECONDS, PlainProgress, pace

BAR = """
import logging, sys, time
from plankompass.jobs.progress import show_progress
show_progress(logging.getLogger("x"))
from types import SimpleNamespace
from snakemake_logger_plugin_rich.handler import RichLogHandler
settings = SimpleNamespace(dryrun=False, printshellcmds=False, show_failed_logs=False, verbose=False)
bars = RichLogHandler(settings).progress
bars.disable = False
task = bars.add_task("render report", total=357, active=2)
time.sleep(0.3)
bars.update(task, completed=120)
bars.console.print(bars.get_renderable())
"""


def test_rate_and_time_left_in_words():
    assert pace(120, 357, 60) == "2.0 a second, 0:01:58 left"
    assert pace(3, 357, 60) == "3 a minute, 1:58:00 left"
    assert pace(357, 357, 100) == "3.6 a second"
    assert pace(0, 357, 5) == ""


def record(done: int, total: int) -> logging.LogRecord:
    made = logging.LogRecord("x", logging.INFO, "x", 1, None, None, None)
    made.done, made.total = done, total
    return made


def test_a_log_gets_a_plain_line_now_and_then():
    stream, now = io.StringIO(), [0.0]
    watch = PlainProgress(stream, clock=lambda: now[0])
    for done in range(1, 358):
        now[0] += 0.5
        assert watch.filter(record(done, 357))
    assert watch.filter(logging.LogRecord("x", logging.INFO, "x", 1, "other", None, None))
    lines = stream.getvalue().splitlines()
    assert len(lines) == 1 + int(357 * 0.5 / EVERY_SECONDS)
    assert lines[0] == "20 of 357 jobs done (5 %), 2.0 a second, 0:02:48 left"
    assert lines[-1] == "357 of 357 jobs done (100 %), 2.0 a second"
    assert "\x1b" not in stream.getvalue()


def test_a_terminal_gets_a_bar_with_rate_and_time_left(root):
    leader, follower = pty.openpty()
    env = os.environ | {"PYTHONPATH": str(root / "workflow"), "TERM": "xterm", "COLUMNS": "140"}
    env.pop("NO_COLOR", None)
    done = subprocess.run(
        [sys.executable, "-c", BAR], stdout=follower, stderr=follower, env=env, check=False, timeout=60
    )  # fmt: skip
    os.close(follower)
    shown = os.read(leader, 1 << 16).decode("utf-8", "replace")
    os.close(leader)
    assert done.returncode == 0, shown
    assert "render report" in shown and "━" in shown
    assert "a second" in shown and "left" in shown
