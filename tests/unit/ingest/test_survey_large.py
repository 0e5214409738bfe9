"""Large exports are read by several processes at once, and give what a plain reading gives."""

from __future__ import annotations

import os
import time

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from tests.unit.ingest.mini_study import ROOT

from plankompass.commands import measuring_surveys
from plankompass.ingest.surveys import guard, statfiles
from plankompass.ingest.surveys.model import Codes, SurveyReadError, join_codes
from plankompass.ingest.surveys.readers import read_survey
from plankompass.tables import read_table


@pytest.fixture
def in_parts(monkeypatch):
    """Read any file in three parts."""
    monkeypatch.setattr(statfiles, "_LARGE_BYTES", 0)
    monkeypatch.setattr(statfiles.os, "sched_getaffinity", lambda _: {0, 1, 2}, raising=False)


def frame(rows):
    rng = np.random.default_rng(1)
    return pd.DataFrame(
        {
            "key": [f"på {i}" for i in range(rows)],
            "code": rng.choice([1.0, 2.0, 99.0, np.nan], rows),
            "late": ["a"] * (rows - 1) + ["b"],
            "x": np.where(np.arange(rows) == rows - 1, 3.0, 1.0),
        }
    )


@pytest.mark.parametrize("form", ["sav", "zsav", "dta"])
@pytest.mark.parametrize("rows", [1, 2, 7, 100])
def test_parts_are_the_whole(tmp_path, in_parts, monkeypatch, form, rows):
    path = tmp_path / f"a.{form}"
    if form == "dta":
        tagged = frame(rows).astype({"x": object})
        tagged.loc[rows - 1, "x"] = "b"
        options = {
            "missing_user_values": {"x": ["b"]},
            "variable_value_labels": {"x": {"b": "Bort"}},
        }
        pyreadstat.write_dta(tagged, path, version=15, **options)
    else:
        ranges = {"code": [{"lo": 99.0, "hi": 99.0}]}
        pyreadstat.write_sav(frame(rows), path, compress=form == "zsav", missing_ranges=ranges)
    parts = read_survey(path, form)
    monkeypatch.setattr(statfiles, "_LARGE_BYTES", 10**12)
    whole = read_survey(path, form)
    pd.testing.assert_frame_equal(parts.frame, whole.frame)
    assert parts.variables == whole.variables
    assert {n: t.tolist() for n, t in parts.tags.items()} == {
        n: t.tolist() for n, t in whole.tags.items()
    }
    assert (form == "dta") == ("x" in whole.tags)


@pytest.mark.parametrize(
    "numbers",
    [
        [1.0, 5.0, np.nan, 1.0], [0.5, 1.0], [np.nan, np.nan], [], [-9999.0, 9999.0], [1.0, 10_000.0],
        [np.inf, 1.0], [1e300], list(np.arange(300.0)),
    ],
)  # fmt: skip
def test_numbers_held_as_codes_are_the_numbers(numbers):
    column = np.array(numbers, dtype="float64")
    codes = Codes.of(column)
    small = [n for n in numbers if not np.isnan(n)]
    assert (codes is not None) == (
        bool(small) and all(abs(n) < 10_000 and n.is_integer() for n in small)
    )
    if codes is None:
        return
    np.testing.assert_array_equal(codes.spread(), column)
    np.testing.assert_array_equal(codes.series().astype("float64"), column)
    cut = [part for part in np.split(column, [1]) if Codes.of(part)]
    joined = join_codes([Codes.of(part) for part in cut])
    np.testing.assert_array_equal(joined.spread(), np.concatenate(cut))


def test_a_file_cut_off_is_refused_as_ever(tmp_path, in_parts):
    path = tmp_path / "cut.sav"
    pyreadstat.write_sav(frame(500), path)
    path.write_bytes(path.read_bytes()[:-3000])
    with pytest.raises(SurveyReadError, match=r"^cut\.sav: "):
        read_survey(path, "sav")


def work(number):
    if number == 2:
        raise ValueError("two")
    if number == 3:
        os.abort()
    if number == 4:
        time.sleep(60)
    return np.full(3, number), ["å" * number]


def test_several_calls_at_once_and_what_goes_wrong_in_one():
    (first, _), (second, text) = guard.call_apart_together(work, [(0,), (1,)], seconds=20)
    second += 5  # what came over can be written to
    assert (first.tolist(), second.tolist(), text) == ([0] * 3, [6] * 3, ["å"])
    with pytest.raises(ValueError, match="two"):
        guard.call_apart_together(work, [(0,), (2,), (4,)], seconds=20)
    with pytest.raises(guard.ReaderDiedError):
        guard.call_apart_together(work, [(3,), (4,)], seconds=20)
    with pytest.raises(guard.ReaderTooSlowError):
        guard.call_apart_together(work, [(0,), (4,)], seconds=0.3)


def test_the_measured_study_is_read_whole(tmp_path):
    raw = tmp_path / "raw"
    measuring_surveys.make_study(raw, ROOT / "codebook", rows=800)
    own = measuring_surveys.measure_once("pyreadstat", raw, ROOT / "codebook")
    stage = measuring_surveys.measure_once("stage", raw, ROOT / "codebook")
    assert own["rows"] == stage["rows"] == 800
    answers = read_table("answers", tmp_path / "tidy/answers.parquet")
    assert len(answers) == 800 * 64
    assert (
        read_table("respondents", tmp_path / "tidy/respondents.parquet")["kommune_id"].nunique()
        > 300
    )
    text = "\n".join(measuring_surveys.summarise({"pyreadstat": [own], "stage": [stage]}, 1.0))
    assert f"{stage['wall'] / own['wall']:.2f} times" in text
