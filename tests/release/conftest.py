"""The committed release of the example study, made again once from its raw files."""

from __future__ import annotations

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
def verified(tmp_path_factory) -> Verified:
    folder = tmp_path_factory.mktemp("verify") / "clean"
    done = plankompass(ROOT, "verify", "eksempel", "--keep", str(folder))
    return Verified(done, folder)
