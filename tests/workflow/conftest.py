"""Each test of the workflow works on its own copy of the one build that all tests share."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/workflow" in item.path.as_posix():
            item.add_marker(pytest.mark.workflow)


@pytest.fixture
def checkout(built: Path, tmp_path: Path) -> Path:
    """A test's own copy of the built checkout."""
    target = tmp_path / "checkout"
    shutil.copytree(built, target, symlinks=True)
    return target
