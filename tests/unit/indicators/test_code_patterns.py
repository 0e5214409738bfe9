"""Patterns of codes: presence of categories, use by group, pairs and change, held to slow counts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from plankompass.indicators.code_patterns import (
    all_presence,
    code_change,
    code_pairs,
    code_presence,
    code_use,
    describe_codes,
)
from plankompass.study.codebook import load_codebook
from plankompass.tables import check_table, read_table, write_table

TID, OKONOMI, GREP = "barrierer/tid", "barrierer/okonomi", "grep/faerre_mal"
ROLES = ("ordforer", "planlegger")


@pytest.fixture(scope="module")
def book(root):
    return load_codebook(root / "codebook")


@pytest.fixture(scope="module")
def made(book):
    """Sources of two waves and all kinds, with planted presence of leaf codes."""
    rng = np.random.default_rng(2)
    rows, marks = [], []
    leaves = [c.id for c in book.codes.values() if not c.descriptive]
    for n in range(40):
        kind = ("presentation", "homework", "workshop")[n % 3] if n % 8 == 0 else "interview"
        rows.append((f"i{n:02d}", f"k{n % 5 + (n % 2) * 3}", ROLES[n % 2] if kind == "interview" else "",
                     "T1" if n < 15 else "T2", kind, 1, 100, "codepoint"))  # fmt: skip
        marks += [
            (f"i{n:02d}", "A", code, 0, 5, f"s{k}")
            for k, code in enumerate(leaves)
            if rng.random() < 0.3
        ]
    sources = pd.DataFrame(rows, columns=["interview", "kommune_id", "role", "wave", "source_kind",
                                          "coders", "characters", "offset_unit"])  # fmt: skip
    segments = pd.DataFrame(
        marks, columns=["interview", "coder", "code", "start", "end", "segment"]
    )
    consensus = pd.DataFrame({"interview": ["i01"], "code": [TID], "present": [True]})
    said = {name: set(part["code"]) for name, part in segments.groupby("interview")}
    said["i01"].add(TID)
    return sources, segments, consensus, said


@pytest.fixture(scope="module")
def present(made, book):
    return all_presence(made[0], made[1], made[2], book)


def has(said, name: str, code: str) -> bool:
    return any(c == code or c.startswith(f"{code}/") for c in said.get(name, ()))


def test_categories_are_present_with_any_child(made, present, book):
    table = check_table("code_presence", code_presence(made[0], present, list(book.codes)))
    assert len(table) == 40 * len(book.codes)
    for row in table.itertuples():
        assert row.present == has(made[3], row.interview, row.code)


def test_use_by_group_counts_interviews_and_by_kind_all_sources(made, present, book):
    sources, said = made[0], made[3]
    table = check_table("code_use", code_use(sources, present, list(book.codes)))
    column = {"role": "role", "municipality": "kommune_id", "source_kind": "source_kind"}
    for row in table[table["code"].isin([TID, "barrierer", GREP])].itertuples():
        here = sources[sources["wave"] == row.wave]
        if row.grouping != "source_kind":
            here = here[here["source_kind"] == "interview"]
        if row.grouping != "all":
            here = here[here[column[row.grouping]] == row.name]
        assert row.sources == len(here)
        assert row.with_code == sum(has(said, name, row.code) for name in here["interview"])
        assert row.share == row.with_code / row.sources
    assert set(table["grouping"]) == {"all", "role", "municipality", "source_kind"}
    assert set(table.loc[table["grouping"] == "role", "name"]) == set(ROLES)


def test_pairs_by_jaccard(made, present, book):
    sources, said = made[0], made[3]
    table = check_table("code_pairs", code_pairs(sources, present, book))
    rows = table.set_index(["wave", "first", "second"])
    for first, second, relation in (
        (TID, GREP, "barrier_strategy"),
        ("barrierer", "grep", "barrier_strategy"),
        (OKONOMI, TID, "same_category"),
        (GREP, "roller/tillit", "other"),
    ):
        names = sources.loc[
            (sources["wave"] == "T2") & (sources["source_kind"] == "interview"), "interview"
        ]
        a = {n for n in names if has(said, n, first)}
        b = {n for n in names if has(said, n, second)}
        row = rows.loc[("T2", first, second)]
        assert row["relation"] == relation
        assert (row["with_first"], row["with_second"], row["with_both"]) == (
            len(a),
            len(b),
            len(a & b),
        )
        assert row["jaccard"] == pytest.approx(len(a & b) / len(a | b))
        assert row["second_given_first"] == pytest.approx(len(a & b) / len(a))
    strategies = {c.id for c in book.codes.values() if c.parent == "grep"}
    barriers = {c.id for c in book.codes.values() if c.parent == "barrierer"}
    held = table[(table["relation"] == "barrier_strategy") & table["first"].isin(barriers)]
    assert len(held) == 2 * len(strategies) * len(barriers)


def test_jaccard_of_two_codes_that_nobody_named_is_missing(book):
    sources = pd.DataFrame(
        {"interview": ["i"], "wave": "T2", "source_kind": "interview", "coders": 1}
    )
    table = code_pairs(sources, np.zeros((1, len(book.codes)), bool), book)
    assert table["jaccard"].isna().all()
    assert table["second_given_first"].isna().all()


def test_change_over_waves_in_all_and_in_the_same_municipalities(made, present, book):
    sources, said = made[0], made[3]
    table = check_table("code_change", code_change(sources, present, list(book.codes)))
    row = table.set_index("code").loc[TID]
    talks = sources[sources["source_kind"] == "interview"]
    by_wave = dict(iter(talks.groupby("wave")))
    shared = set(by_wave["T1"]["kommune_id"]) & set(by_wave["T2"]["kommune_id"])

    def share(part: pd.DataFrame) -> float:
        return float(np.mean([has(said, n, TID) for n in part["interview"]]))

    assert row["change"] == pytest.approx(share(by_wave["T2"]) - share(by_wave["T1"]))
    same = {w: share(part[part["kommune_id"].isin(shared)]) for w, part in by_wave.items()}
    assert row["change_same"] == pytest.approx(same["T2"] - same["T1"])
    assert row["municipalities_in_both"] == len(shared)


def test_tables_are_written_even_without_interviews(made, root, tmp_path):
    names = ("code_presence", "code_use", "code_pairs", "code_change")
    inputs = {n: tmp_path / f"{n}.in" for n in ("interviews", "segments", "consensus")}
    for name, frame in zip(inputs, made[:3], strict=True):
        write_table(name, frame.iloc[:0], inputs[name])
    outputs = {n: tmp_path / f"{n}.parquet" for n in names}
    describe_codes(inputs, outputs, {"codebook": str(root / "codebook")})
    assert all(read_table(n, p).empty for n, p in outputs.items())
