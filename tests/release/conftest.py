"""The committed release of the example study, made again once from its raw files."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.conftest import ROOT
from tests.workflow.checkout import plankompass


@dataclass(frozen=True)
class Verified:
    """What ``./plankompass verify`` said, and the clean folder with everything it made."""

    done: subprocess.CompletedProcess[str]
    folder: Path


@pytest.fixture(scope="session")
def released(verified) -> Path:
    """A release of what was just made: right also while the committed one is out of date."""
    from plankompass.commands import make_release
    from plankompass.release import record

    here = Path.cwd()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(make_release, "build", lambda *_: 0)
        patch.setattr(record, "read_content", lambda _: None)  # reading every page back takes long
        assert make_release.release("eksempel", verified.folder) == 0
    os.chdir(here)
    return verified.folder / "releases/eksempel/1"


@pytest.fixture(scope="session")
def verified(tmp_path_factory) -> Verified:
    folder = tmp_path_factory.mktemp("verify") / "clean"
    done = plankompass(ROOT, "verify", "eksempel", "--keep", str(folder))
    assert (folder / "reports/eksempel/levering.zip").is_file(), done.stdout + done.stderr
    return Verified(done, folder)
