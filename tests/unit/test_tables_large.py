"""Large tables: keys compared as numbers and text kept as categories give the same table as small ones."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from plankompass import tables
from plankompass.tables import ContractError, read_table, write_table, write_table_in_parts


def answers(rows=60, columns=("b", "a", "å", "Z", "st__x")):
    rng = np.random.default_rng(1)
    people = [f"{i:04x}" for i in rng.permutation(rows)]
    frame = pd.DataFrame(
        [(c, p) for c in columns for p in people], columns=["item", "respondent"], dtype="str"
    )
    valid = rng.random(len(frame)) < 0.8
    frame["value"] = pd.array(np.where(valid, rng.integers(1, 6, len(frame)), 0), dtype="Int64")
    frame.loc[~valid, "value"] = pd.NA
    frame["missing"] = np.where(valid, "valid", "no_answer")
    frame["wording"] = "codebook"
    return frame


def as_categories(frame):
    text = ["item", "respondent", "missing", "wording"]
    return frame.assign(**{c: pd.Categorical(frame[c].astype("str")) for c in text})


@pytest.mark.parametrize("shape", [lambda f: f, as_categories])
def test_the_large_way_gives_the_same_table(tmp_path, monkeypatch, shape):
    write_table("answers", answers(), tmp_path / "small.parquet")
    monkeypatch.setattr(tables, "_LARGE", 1)
    shuffled = answers().sample(frac=1, random_state=2)
    write_table("answers", shape(shuffled), tmp_path / "large.parquet")
    small, large = (read_table("answers", tmp_path / f"{n}.parquet") for n in ("small", "large"))
    pd.testing.assert_frame_equal(small, large)
    only = read_table("answers", tmp_path / "large.parquet", filters=[("item", "in", {"å"})])
    assert set(only["item"]) == {"å"}
    assert len(only) == 60


@pytest.mark.parametrize("large", [1, 10**9])
@pytest.mark.parametrize("shape", [lambda f: f, as_categories])
def test_repeated_keys_and_unknown_values_are_refused(tmp_path, monkeypatch, large, shape):
    monkeypatch.setattr(tables, "_LARGE", large)
    twice = pd.concat([answers(), answers().head(3)], ignore_index=True)
    with pytest.raises(ContractError, match="table answers"):
        write_table("answers", shape(twice), tmp_path / "a.parquet")
    unknown = answers().assign(missing="perhaps")
    with pytest.raises(ContractError, match="missing"):
        write_table("answers", shape(unknown), tmp_path / "a.parquet")
    assert not (tmp_path / "a.parquet").exists()


def in_parts(frame):
    """Parts of whole items in order, their texts numbered alike."""
    ordered = as_categories(frame).sort_values(["item", "respondent"])
    return [part for _, part in ordered.groupby("item", observed=True)]


def test_written_in_parts_it_is_the_same_table(tmp_path):
    write_table("answers", answers(), tmp_path / "whole.parquet")
    write_table_in_parts(
        "answers", in_parts(answers()), tmp_path / "parts.parquet", hashes=["respondent"]
    )
    whole, parts = (read_table("answers", tmp_path / f"{n}.parquet") for n in ("whole", "parts"))
    pd.testing.assert_frame_equal(whole, parts)
    write_table_in_parts("answers", [], tmp_path / "none.parquet")
    assert read_table("answers", tmp_path / "none.parquet").empty


@pytest.mark.parametrize(
    ("break_it", "said"),
    [
        (lambda parts: parts[::-1], "order of the key"),
        (lambda parts: [*parts, parts[-1]], "order of the key"),
        (lambda parts: [parts[0], parts[1].assign(missing="perhaps")], "closed set|missing"),
        (lambda parts: [parts[0], parts[1].assign(respondent=np.nan)], "respondent"),
        (lambda parts: [pd.concat([parts[0], parts[0].head(1)])], "more than once"),
    ],
)
def test_a_broken_part_is_refused_and_leaves_no_file(tmp_path, break_it, said):
    with pytest.raises(ContractError, match=said):
        write_table_in_parts("answers", break_it(in_parts(answers())), tmp_path / "a.parquet")
    assert not (tmp_path / "a.parquet").exists()


def test_whole_numbers_given_by_categories_are_written_out_and_held_against_their_range(tmp_path):
    rows = {
        "source": ["a", "b", "c"], "file": "f", "format": "csv", "encoding": "", "outcome": "kept",
    }  # fmt: skip
    counts = pd.Categorical.from_codes([1, 0, 1], dtype=pd.CategoricalDtype(pd.Index([3, 7])))
    frame = pd.DataFrame(rows).assign(rows=counts)
    write_table("source_rows", frame, tmp_path / "a.parquet")
    read = read_table("source_rows", tmp_path / "a.parquet")
    assert read["rows"].tolist() == [7, 3, 7]
    assert read["rows"].dtype == "Int64"
    below = frame.assign(rows=counts.rename_categories([-3, 7]))
    with pytest.raises(ContractError, match="rows: values outside 0"):
        write_table("source_rows", below, tmp_path / "b.parquet")
    gone = frame.assign(rows=pd.Categorical.from_codes([1, -1, 1], dtype=counts.dtype))
    with pytest.raises(ContractError, match="rows: not_nullable"):
        write_table("source_rows", gone, tmp_path / "b.parquet")
