"""Contracts hold at the boundary: types, ranges, closed values, keys; bytes depend on rows alone."""

from __future__ import annotations

import pandas as pd
import pyarrow.parquet as pq
import pytest

from plankompass.table_categories import arrow_table
from plankompass.table_checks import DTYPES, holds
from plankompass.table_files import read_checked
from plankompass.tables import (
    CONTRACTS,
    ContractError,
    check_table,
    empty_table,
    read_table,
    read_tables,
    write_table,
    write_table_in_parts,
)

COUNCILS = {
    "kommune_id": ["k02", "k01"],
    "term": ["2019-2023", "2019-2023"],
    "seats": [27, 19],
    "constituted_on": ["2019-10-16", "2019-10-20"],
}


@pytest.mark.parametrize("name", sorted(CONTRACTS))
@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_an_empty_table_makes_the_round_trip(name, ending, tmp_path):
    path = tmp_path / f"{name}.{ending}"
    write_table(name, empty_table(name), path)
    assert read_table(name, path).equals(empty_table(name))


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_rows_make_the_round_trip_in_the_order_of_the_key(ending, tmp_path):
    path = tmp_path / f"t.{ending}"
    write_table("councils", pd.DataFrame(COUNCILS), path)
    back = read_table("councils", path)
    assert list(back["kommune_id"]) == ["k01", "k02"]
    assert list(back["seats"]) == [19, 27]
    assert back["constituted_on"].dt.strftime("%Y-%m-%d").tolist() == ["2019-10-20", "2019-10-16"]


def test_bytes_depend_on_rows_alone(tmp_path):
    frame = pd.DataFrame(COUNCILS)
    write_table("councils", frame, tmp_path / "a.parquet")
    write_table("councils", frame.iloc[::-1].set_index(pd.Index([7, 9])), tmp_path / "b.parquet")
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"seats": [0, 19]}, "seats"),
        ({"seats": ["many", 19]}, "column seats cannot be read as integer"),
        ({"kommune_id": ["k01", "k01"]}, "unique"),
        ({"term": [None, "2019-2023"]}, "term"),
        ({"extra": [1, 2]}, "unknown extra"),
    ],
)
def test_a_broken_contract_is_named_and_nothing_is_written(change, said, tmp_path):
    path = tmp_path / "t.parquet"
    with pytest.raises(ContractError, match=said):
        write_table("councils", pd.DataFrame(COUNCILS | change), path)
    assert not path.exists()


def test_a_missing_column_is_named():
    with pytest.raises(ContractError, match="lacks seats"):
        check_table("councils", pd.DataFrame(COUNCILS).drop(columns="seats"))


def test_messages_hold_no_values(tmp_path):
    frame = pd.DataFrame(COUNCILS | {"seats": [-4711, 19]})
    with pytest.raises(ContractError) as caught:
        check_table("councils", frame)
    assert "4711" not in str(caught.value)


def test_a_missing_file_tells_what_to_do(tmp_path):
    with pytest.raises(ContractError, match="run the stage"):
        read_table("councils", tmp_path / "nowhere.parquet")


def test_every_column_is_described():
    for contract in CONTRACTS.values():
        names = [c.name for c in contract.columns]
        assert len(names) == len(set(names))
        assert set(contract.key) <= set(names)
        assert all(c.description for c in contract.columns)


def _kept(contract, rows=2):
    """Rows that keep a contract, whatever it demands."""
    made = {}
    for column in contract.columns:
        low = 0 if column.minimum is None else column.minimum
        values = {
            "text": list(column.values[:1] * rows) or [f"t{n}" for n in range(rows)],
            "integer": [low if column.values == () else column.values[0]] * rows,
            "number": [float(low)] * rows, "flag": [True] * rows, "day": ["2020-01-01"] * rows,
        }  # fmt: skip
        made[column.name] = values[column.type]
    return check_table(contract.name, pd.DataFrame(made).iloc[:1])


def _broken(contract):
    """The same rows, each time with one thing wrong, for everything the contract demands."""
    kept = _kept(contract)
    if contract.key:
        yield "key", pd.concat([kept, kept], ignore_index=True)
    for column in contract.columns:
        wrong = []
        if not column.nullable:
            wrong.append(None)
        if column.values:
            wrong.append("not of the closed set")
        if column.minimum is not None:
            wrong.append(column.minimum - 1)
        if column.maximum is not None:
            wrong.append(column.maximum + 1)
        for value in wrong:
            yield (
                column.name,
                kept.assign(**{column.name: [value]}).astype({column.name: DTYPES[column.type]}),
            )


@pytest.mark.parametrize("name", sorted(CONTRACTS))
def test_what_the_quick_check_lets_pass_the_schema_would_let_pass(name):
    contract = CONTRACTS[name]
    assert holds(_kept(contract), contract, unique=True)
    cases = list(_broken(contract))
    for what, frame in cases:
        assert not holds(frame, contract, unique=True), what
    if cases:
        with pytest.raises(ContractError):
            check_table(name, cases[0][1])


def _stored(frame, path):
    """Rows as they are, in the file's form and unchecked."""
    pq.write_table(arrow_table(frame), path, store_schema=False)
    return path


@pytest.mark.parametrize("name", sorted(CONTRACTS))
def test_what_is_read_quickly_is_what_the_full_check_gives_and_nothing_broken_is(name, tmp_path):
    contract = CONTRACTS[name]
    path = _stored(_kept(contract), tmp_path / "kept.parquet")
    quick = read_checked(contract, [path])
    assert quick is not None
    pd.testing.assert_frame_equal(quick, check_table(name, pd.read_parquet(path)))
    for what, frame in _broken(contract):
        path = _stored(frame, tmp_path / "broken.parquet")
        assert read_checked(contract, [path]) is None, what
    if path.stem == "broken":
        with pytest.raises(ContractError):
            read_table(name, path)


def test_files_in_another_order_or_form_are_read_the_long_way(tmp_path):
    rows = check_table("councils", pd.DataFrame(COUNCILS))
    turned = _stored(rows.iloc[::-1], tmp_path / "turned.parquet")
    small = _stored(rows.assign(seats=rows["seats"].astype("int32")), tmp_path / "small.parquet")
    for path in (turned, small):
        assert read_checked(CONTRACTS["councils"], [path]) is None
        pd.testing.assert_frame_equal(read_table("councils", path), rows)


def test_several_files_are_read_one_after_the_other_and_can_be_written_to(tmp_path):
    rows = check_table("councils", pd.DataFrame(COUNCILS))
    paths = [_stored(rows.iloc[n : n + 1], tmp_path / f"{n}.parquet") for n in (1, 0)]
    found = read_tables("councils", paths)
    pd.testing.assert_frame_equal(found, rows.iloc[::-1].reset_index(drop=True))
    found.loc[0, "seats"] = 5
    assert found["seats"].tolist() == [5, 19]
    (tmp_path / "0.parquet").unlink()
    with pytest.raises(ContractError, match="does not exist"):
        read_tables("councils", paths)


@pytest.mark.parametrize(
    "wanted",
    [
        [("item", "in", {"b", "c", "x"})],
        [("item", "==", "a")],
        [("item", "in", {"x"})],
        [("missing", "in", ["valid"]), ("respondent", "==", "r03")],
    ],
)
def test_wanted_rows_of_a_file_in_groups_are_those_that_the_full_reading_finds(wanted, tmp_path):
    rows = pd.DataFrame(
        [
            {"item": item, "respondent": f"r{n:02}", "value": None if n % 3 else n, "missing": kind,
             "wording": "w"}
            for item in "abcd"
            for n in range(9)
            for kind in ["dont_know" if n % 3 else "valid"]
        ]
    )  # fmt: skip
    path = tmp_path / "answers.parquet"
    parts = (rows[rows["item"] == item] for item in "abcd")
    write_table_in_parts("answers", parts, path, hashes=["respondent"])
    assert pq.ParquetFile(path).num_row_groups == 4
    quick = read_checked(CONTRACTS["answers"], [path], wanted)
    slow = check_table("answers", pd.read_parquet(path, filters=wanted))
    pd.testing.assert_frame_equal(quick, slow)
    pd.testing.assert_frame_equal(read_table("answers", path, filters=wanted), slow)
