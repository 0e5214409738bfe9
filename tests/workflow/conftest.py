"""One build of a small made study for all tests of the workflow; each test works on its own copy."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.workflow.checkout import copy_checkout, make_small_study, plankompass


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/workflow" in item.path.as_posix():
            item.add_marker(pytest.mark.workflow)


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


@pytest.fixture
def checkout(built: Path, tmp_path: Path) -> Path:
    """A test's own copy of the built checkout."""
    target = tmp_path / "checkout"
    shutil.copytree(built, target, symlinks=True)
    return target
