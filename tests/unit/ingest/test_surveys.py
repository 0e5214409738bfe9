"""The survey stage on clean data: every value, missing kind and person comes through."""

from __future__ import annotations

import pytest
from tests.unit.ingest.mini_study import BOOK, MiniStudy, answers


@pytest.fixture
def study(tmp_path):
    return MiniStudy(tmp_path)


def test_clean_source_comes_through_value_by_value(study):
    frame = answers(20)
    study.add(frame)
    result = study.run()
    assert len(result.respondents) == 20
    assert set(result.respondents["kommune_id"]) == {"k01"}
    columns = [c for c in frame.columns if c not in ("nokkel", "kommune", "svart")]
    assert set(result.answers["item"]) == set(columns)
    for column in columns:
        assert sorted(result.wide(column)) == sorted(frame[column].astype(int))
    assert result.avvik.empty
    assert set(BOOK.answer_columns("st_behov")) <= set(columns)
