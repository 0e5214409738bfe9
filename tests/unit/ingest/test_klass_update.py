"""The register brought up to a newer KLASS version: from the tables as they were in 2023 and files as
KLASS gives them for 2024, the shipped tables come out again."""

from __future__ import annotations

import csv
from datetime import date

import pytest

from plankompass.commands.register_update import update_registers
from plankompass.ingest.klass_update import update_register
from plankompass.study.problems import PlankompassError
from plankompass.study.register import load_register

DAY = date(2024, 1, 1)
FACTS = ("code", "name", "official_name", "valid_from", "valid_to")


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(path, rows, delimiter=",", encoding="utf-8", names=None):
    names = names or list(rows[0])
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, names, delimiter=delimiter, quoting=csv.QUOTE_ALL)
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture
def as_of_2023(root, tmp_path):
    """The register without what happened on 2024-01-01, and KLASS files that hold it."""
    shipped = root / "workflow" / "reference"
    codes, changes = (
        rows_of(shipped / "municipalities.csv"),
        rows_of(shipped / "municipality_changes.csv"),
    )
    folder = tmp_path / "reference"
    folder.mkdir()
    before = [r for r in codes if r["valid_from"] < DAY.isoformat()]
    before = [
        r | {"valid_to": "" if r["valid_to"] == DAY.isoformat() else r["valid_to"]} for r in before
    ]
    write(folder / "municipalities.csv", before)
    write(
        folder / "municipality_changes.csv",
        [c for c in changes if c["change_date"] < DAY.isoformat()],
    )
    version = [
        {"code": r["code"], "parentCode": r["code"][:2], "level": "1", "name": r["official_name"]}
        for r in codes
        if not r["valid_to"]
    ]
    version.append({"code": "9999", "parentCode": "99", "level": "1", "name": "Uoppgitt"})
    write(tmp_path / "version.csv", version, delimiter=";", encoding="utf-8-sig")
    steps = [
        {"oldCode": c["old_code"], "oldName": c["old_name"], "oldShortName": "", "newCode": c["new_code"],
         "newName": c["new_name"], "newShortName": "", "changeOccurred": c["change_date"]}
        for c in changes
    ]  # fmt: skip
    write(tmp_path / "changes.csv", steps)
    return folder, tmp_path / "version.csv", tmp_path / "changes.csv", shipped


def test_the_shipped_register_comes_out_again(as_of_2023):
    folder, version, changes, shipped = as_of_2023
    before = load_register(folder / "municipalities.csv", folder / "municipality_changes.csv")
    assert len(before.in_force(date(2023, 12, 31))) == 356
    result = update_register(folder, version, changes, DAY)
    assert result.in_force == 357
    assert {"1508", "1580"} <= set(result.started)
    assert "1507" in result.ended

    def facts(path):
        return sorted(tuple(r[c] for c in FACTS) for r in rows_of(path / "municipalities.csv"))

    assert facts(folder) == facts(shipped)
    assert sorted(
        map(tuple, (r.values() for r in rows_of(folder / "municipality_changes.csv")))
    ) == sorted(map(tuple, (r.values() for r in rows_of(shipped / "municipality_changes.csv"))))
    after = load_register(folder / "municipalities.csv", folder / "municipality_changes.csv")
    assert after.successors("1507", date(2023, 1, 1), DAY) == {"1508", "1580"}


def test_the_command_tells_what_changed_and_a_second_run_changes_nothing(
    as_of_2023, tmp_path, capsys
):
    folder, version, changes, _ = as_of_2023
    root = tmp_path / "checkout"
    (root / "workflow").mkdir(parents=True)
    (root / "workflow/reference").symlink_to(folder)
    assert update_registers(version, changes, "2024-01-01", root) == 0
    printed = capsys.readouterr().out
    assert "357 municipalities in force" in printed
    assert " 1507" in printed.partition("ended")[2].partition("new")[0]
    first = {p.name: p.read_bytes() for p in folder.iterdir()}
    update_registers(version, changes, "2024-01-01", root)
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == first
    with pytest.raises(PlankompassError, match="YYYY-MM-DD"):
        update_registers(version, changes, "1.1.2024", root)


def test_an_update_that_does_not_fit_is_refused_and_changes_nothing(as_of_2023, tmp_path):
    folder, version, changes, _ = as_of_2023
    before = {p.name: p.read_bytes() for p in folder.iterdir()}
    lines = [r for r in rows_of(changes) if r["oldCode"] != "1507"]
    write(changes, lines)
    with pytest.raises(PlankompassError, match="1507 is gone, and no change"):
        update_register(folder, version, changes, DAY)
    with pytest.raises(PlankompassError, match="does not exist"):
        update_register(folder, tmp_path / "none.csv", changes, DAY)
    with pytest.raises(PlankompassError, match="column code is missing"):
        update_register(folder, changes, changes, DAY)
    with pytest.raises(PlankompassError, match="after 2017-01-01 already"):
        update_register(folder, version, changes, date(2017, 1, 1))
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == before
