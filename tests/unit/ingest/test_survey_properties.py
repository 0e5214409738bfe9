"""Properties over random files: written and read back whole; damaged, they are read or refused."""

from __future__ import annotations

import datetime
import string

import pandas as pd
import pyreadstat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.ingest.survey_fuzz import run_case, write

from plankompass.ingest.surveys.dates import read_times
from plankompass.ingest.surveys.readers import read_survey

QUICK = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)  # fmt: skip
LETTERS = string.ascii_letters + string.digits + " æøåÆØÅáčđŋšŧžÁ.,;:-–«»\"'|%"
WORDS = st.text(alphabet=LETTERS, min_size=0, max_size=20).map(str.strip)
CODES = st.one_of(st.none(), st.sampled_from([1.0, 2.0, 5.0, 8.0, 9.0, 97.0]))


@st.composite
def labelled_frames(draw):
    rows = draw(st.integers(1, 12))
    columns = draw(
        st.lists(
            st.from_regex(r"[a-z][a-z0-9_]{0,7}", fullmatch=True),
            min_size=1,
            max_size=4,
            unique=True,
        )
    )
    frame = {
        c: pd.Series(draw(st.lists(CODES, min_size=rows, max_size=rows)), dtype="float64")
        for c in columns
    }
    frame["tekst_"] = draw(st.lists(WORDS, min_size=rows, max_size=rows))
    labels = draw(
        st.dictionaries(st.sampled_from([1.0, 2.0, 5.0, 8.0]), WORDS.filter(bool), max_size=4)
    )
    return pd.DataFrame(frame), columns, labels


@pytest.mark.parametrize("suffix", ["sav", "zsav", "dta"])
@QUICK
@given(case=labelled_frames())
def test_a_labelled_frame_comes_back_from_statistics_files(tmp_path, suffix, case):
    frame, columns, labels = case
    path = tmp_path / f"a.{suffix}"
    value_labels = dict.fromkeys(columns, labels) if labels else {}
    if suffix == "dta":
        integers = {c: {int(k): v for k, v in labels.items()} for c in columns} if labels else {}
        pyreadstat.write_dta(frame, path, version=15, variable_value_labels=integers)
    else:
        pyreadstat.write_sav(
            frame, path, compress=suffix == "zsav", variable_value_labels=value_labels,
            missing_ranges={c: [8, 9, 97] for c in columns},
        )  # fmt: skip
    survey = read_survey(path, suffix)
    pd.testing.assert_frame_equal(survey.frame[columns], frame[columns])
    assert survey.frame["tekst_"].fillna("").tolist() == frame["tekst_"].tolist()
    for column in columns:
        assert {float(k): v for k, v in survey.variable(column).value_labels.items()} == labels
        if suffix != "dta":
            assert all(survey.variable(column).is_user_missing(c) for c in (8.0, 9.0, 97.0))


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@QUICK
@given(case=labelled_frames())
def test_a_frame_comes_back_from_text_and_workbook(tmp_path, form, case):
    frame, columns, _ = case
    path = tmp_path / f"a.{form}"
    # a row of nothing but blanks is no row in a workbook or text file
    frame = frame.assign(rad=[f"r{i}" for i in range(len(frame))])
    write(frame, path, form)
    survey = read_survey(path, form)
    assert len(survey.frame) == len(frame)
    for column in columns:
        numbers = pd.to_numeric(survey.frame[column]).astype("float64")
        pd.testing.assert_series_equal(numbers, frame[column])
    # Excel reads text that looks like nothing but blanks as blank; other text comes back whole
    assert survey.frame["tekst_"].fillna("").tolist() == frame["tekst_"].tolist()


@QUICK
@given(
    times=st.lists(
        st.datetimes(datetime.datetime(1990, 1, 1), datetime.datetime(2090, 1, 1)).map(
            lambda t: t.replace(microsecond=0)
        ),
        min_size=1,
        max_size=8,
    )
)
def test_times_are_read_alike_in_every_shape(times):
    expected = pd.Series(times).astype("datetime64[us]")
    shapes = [
        [t.isoformat() for t in times],
        [t.isoformat(" ") for t in times],
        [t.isoformat() + "+02:00" for t in times],
        [t.isoformat() + ".123Z" for t in times],
        [t.strftime("%d.%m.%Y %H:%M:%S") for t in times],
    ]
    for shape in shapes:
        read, unread = read_times(pd.Series(shape, dtype="str"))
        assert unread == 0
        pd.testing.assert_series_equal(read, expected, check_names=False)
    days = expected.dt.normalize()
    numbers = (days - pd.Timestamp("1899-12-30")).dt.days.astype("float64")
    for shape in (
        numbers,
        days.dt.strftime("%Y%m%d").astype("float64"),
        days.dt.strftime("%Y%m%d"),
    ):
        read, unread = read_times(shape)
        assert unread == 0
        pd.testing.assert_series_equal(read, days, check_names=False)


@pytest.mark.parametrize(
    "text", ["i går", "2023-13-01", "31.02.2023", "12:30", "01/02/2023", "1.1.23"]
)
def test_ambiguous_and_impossible_dates_are_not_guessed(text):
    read, unread = read_times(pd.Series([text, None], dtype="str"))
    assert unread == 1
    assert read.isna().all()


@pytest.mark.parametrize("block", range(6))
def test_damaged_files_are_read_or_refused_never_worse(tmp_path, block):
    for seed in range(block * 40, block * 40 + 40):
        run_case(tmp_path, seed)
