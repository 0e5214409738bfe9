"""The same export clean and with a fault: what the tests of single cases share."""

from __future__ import annotations

import pandas as pd
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
        after = self.dirty.run()
        assert outside(self.before, after) == []
        return after

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


def _differing(before, after):
    """Answers of either run that differ."""
    both = before.answers.merge(
        after.answers, how="outer", on=["item", "respondent"], indicator=True
    )
    differs = (
        (both["_merge"] != "both")
        | (both["missing_x"] != both["missing_y"])
        | (both["value_x"].fillna(-1) != both["value_y"].fillna(-1))
    )
    return both[differs]


def moved(before, after):
    """Item columns with an answer that differs, and how many answers do."""
    return _differing(before, after).groupby("item").size().to_dict()


def numbers(result):
    """What every indicator is made of: answers, weighted sum and kinds by municipality and item."""
    rows = result.answers.merge(result.respondents, on="respondent")
    rows = rows.assign(told=rows["value"].astype("float64") * rows["weight"])
    cell = rows.groupby(["kommune_id", "wave", "group", "item"])
    kinds = rows.groupby(["kommune_id", "wave", "group", "item", "missing"]).size().unstack(fill_value=0)  # fmt: skip
    return kinds.assign(told=cell["told"].sum(), n=cell["value"].count()).round(9)


def outside(before, after):
    """Municipalities and items whose numbers moved although none of their answers did."""
    where = pd.concat([before.respondents, after.respondents])[["respondent", "kommune_id"]]
    cells = _differing(before, after)[["item", "respondent"]].merge(where, on="respondent")
    touched = set(zip(cells["kommune_id"], cells["item"], strict=True))
    one, two = numbers(before).align(numbers(after), fill_value=0)
    differs = (one != two).any(axis=1)
    return sorted({(key[0], key[3]) for key in differs[differs].index} - touched)


def line(result, case):
    (one,) = result.lines(case).to_dict("records")
    return one
