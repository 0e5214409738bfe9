"""Contracts hold at the boundary: types, ranges, closed values, keys; bytes depend on rows alone."""

from __future__ import annotations

import pandas as pd
import pytest

from plankompass.table_checks import DTYPES, holds
from plankompass.tables import (
    CONTRACTS,
    ContractError,
    check_table,
    empty_table,
    read_table,
    write_table,
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
