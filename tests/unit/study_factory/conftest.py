"""One made study of twelve municipalities, shared by the tests of the factory."""

from __future__ import annotations

import pytest
from tests.study_factory import MadeStudy, make_study

from plankompass.study.codebook import Codebook, load_codebook


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> MadeStudy:
    """The example study, made anew."""
    return make_study(tmp_path_factory.mktemp("made") / "eksempel", raw_name="data/raw/eksempel")


@pytest.fixture(scope="session")
def codebook(root) -> Codebook:
    """The instrument."""
    return load_codebook(root / "codebook")
