"""Fixtures shared by every layer of tests."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from tests.workflow.checkout import copy_checkout, make_small_study, plankompass

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's checkout."""
    return ROOT


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """The folder of reference material beside the checkout; tests that want it skip without it."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("the reference material beside the checkout is not on this machine")
    return folder


@pytest.fixture(scope="session")
def unbuilt(tmp_path_factory) -> Path:
    """A checkout with a small study, nothing built."""
    target = tmp_path_factory.mktemp("unbuilt") / "checkout"
    copy_checkout(target)
    make_small_study(target)
    return target


@pytest.fixture(scope="session")
def built(unbuilt: Path) -> Path:
    """The checkout after one full build; not to be changed."""
    target = unbuilt.parent / "built"
    shutil.copytree(unbuilt, target, symlinks=True)
    done = plankompass(target, "build")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-6000:]
    return target


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Where nothing may be skipped (continuous integration), a skip is a failure."""
    report = yield
    if report.skipped and os.environ.get("PLANKOMPASS_NO_SKIPS"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"skipping is not allowed here: {reason}"
    return report
