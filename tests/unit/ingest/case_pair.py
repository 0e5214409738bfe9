"""The same export clean and with a fault: what the tests of single cases share."""

from __future__ import annotations

import pytest
from tests.unit.ingest.mini_study import MiniStudy, answers

from plankompass.study.problems import StageFailedError


class Pair:
    """The same export clean and with a fault, each in its own folder."""

    def __init__(self, tmp_path, rows=24, **frame):
        self.clean_frame = answers(rows, **frame)
        self.frame = self.clean_frame.copy()
        self.clean, self.dirty = MiniStudy(tmp_path / "clean"), MiniStudy(tmp_path / "dirty")

    def run(self, **spec):
        """Run both; the outcome of the faulty one."""
        options = spec.pop("options", None)
        self.clean.add(self.clean_frame, **spec)
        self.dirty.add(self.frame, options, **spec)
        self.before = self.clean.run()
        return self.dirty.run()

    def fails(self, match, **spec):
        """The faulty export stops the run and nothing is written."""
        self.dirty.add(self.frame, spec.pop("options", None), **spec)
        with pytest.raises(StageFailedError, match=match) as error:
            self.dirty.run()
        assert not (self.dirty.out / "answers.parquet").exists()
        assert not (self.dirty.out / "surveys.csv").exists()
        return str(error.value)


@pytest.fixture
def pair(tmp_path):
    return Pair(tmp_path)


def moved(before, after):
    """Item columns with an answer that differs, and how many answers do."""
    both = before.answers.merge(
        after.answers, how="outer", on=["item", "respondent"], indicator=True
    )
    differs = (
        (both["_merge"] != "both")
        | (both["missing_x"] != both["missing_y"])
        | (both["value_x"].fillna(-1) != both["value_y"].fillna(-1))
    )
    return both[differs].groupby("item").size().to_dict()


def line(result, case):
    (one,) = result.lines(case).to_dict("records")
    return one
