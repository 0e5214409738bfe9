"""An empty study to fill in, for the tests of the indicators."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.indicators.made_study import MadeStudy, full_study


@pytest.fixture
def study(tmp_path: Path) -> MadeStudy:
    return MadeStudy(tmp_path)


@pytest.fixture(scope="session")
def drawn_study(tmp_path_factory: pytest.TempPathFactory) -> MadeStudy:
    """Seven municipalities with something in every table."""
    study = full_study(tmp_path_factory.mktemp("drawn"))
    study.finished = True
    return study
