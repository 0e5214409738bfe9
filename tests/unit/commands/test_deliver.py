"""The command shows what changed, packs, and keeps a record only of what was packed."""

from __future__ import annotations

import zipfile

import pandas as pd
import pytest
from tests.unit.release.test_changes import estimate, tables

from plankompass.commands import deliver as module
from plankompass.commands.deliver import change_lines, deliver
from plankompass.disclosure.ledger import digest, read_ledger
from plankompass.jobs.ledger_file import ledger_files, ledger_path
from plankompass.release.changes import KEPT, compare_deliveries
from plankompass.study.problems import PlankompassError
from plankompass.tables import CONTRACTS, write_table

LEDGER = "release_ledger.parquet"


class Workshop:
    """Stands in for the workflow: writes publishable tables and the zip that they would give."""

    def __init__(self, root):
        self.root, self.targets, self.code = root, [], 0
        self.estimates = [estimate("total", 3.4), estimate("a", 3.1)]

    def build(self, targets, root, **_):
        self.targets += targets
        if self.code:
            return self.code
        processed = root / "data/processed/eksempel/publishable"
        for name, frame in tables(self.estimates).items():
            write_table(KEPT[name], frame, processed / f"{name}.parquet")
        rows = [
            row
            | {"release": 1, "name": "not yet delivered", "digest": digest(row["value"] or 0, 16)}
            for row in self.estimates
        ]
        rows = pd.DataFrame(rows)[[c.name for c in CONTRACTS["release_ledger"].columns]]
        write_table("release_ledger", rows, processed.parent / "disclosure" / "ledger_rows.parquet")
        if targets[0].endswith(".zip"):
            (root / "reports/eksempel").mkdir(parents=True, exist_ok=True)
            with zipfile.ZipFile(root / targets[0], "w") as archive:
                archive.writestr(zipfile.ZipInfo("innhold"), repr(self.estimates))
        return 0


@pytest.fixture
def workshop(tmp_path, root, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.yaml").write_bytes((root / "config.yaml").read_bytes())
    made = Workshop(tmp_path)
    monkeypatch.setattr(module, "build", made.build)
    return made


def kept(workshop):
    folder = workshop.root / "data/processed/eksempel/deliveries"
    return sorted(p.name for p in folder.glob("*")) if folder.is_dir() else []


def test_the_first_delivery_is_kept(workshop, capsys):
    assert deliver("eksempel", workshop.root) == 0
    assert workshop.targets == ["reports/eksempel/levering.zip"]
    assert kept(workshop) == ["0001", LEDGER]
    assert "all 2 numbers are new" in capsys.readouterr().out


def test_the_same_file_is_not_kept_twice(workshop, capsys):
    for _ in range(2):
        assert deliver("eksempel", workshop.root) == 0
    assert "the same file as delivery 1" in capsys.readouterr().out
    assert "0002" not in kept(workshop)


def test_a_changed_number_is_told_before_and_after(workshop, capsys):
    deliver("eksempel", workshop.root)
    workshop.estimates = [estimate("total", 3.6), estimate("a", None)]
    capsys.readouterr()
    assert deliver("eksempel", workshop.root, preview=True) == 0
    said = capsys.readouterr().out
    assert "interplay_quality total: value 3.4 -> 3.6" in said
    assert "interplay_quality a: value 3.1 -> nothing" in said
    assert "readers have the number, now it is hidden" in said
    assert kept(workshop) == ["0001", "preview.csv", LEDGER]
    assert deliver("eksempel", workshop.root) == 0
    assert kept(workshop) == ["0001", "0002", LEDGER]
    listed = (workshop.root / "data/processed/eksempel/deliveries/0002/changes.csv").read_text("utf-8-sig")  # fmt: skip
    assert ";value;3.4;3.6" in listed


def test_a_preview_packs_and_keeps_nothing(workshop):
    assert deliver("eksempel", workshop.root, preview=True) == 0
    assert not (workshop.root / "reports").exists()
    assert kept(workshop) == ["preview.csv"]
    assert not any(target.endswith(".zip") for target in workshop.targets)


def test_every_number_of_a_delivery_is_noted_for_the_next_build(workshop):
    processed = workshop.root / "data/processed/eksempel"
    assert ledger_files(processed) == []
    deliver("eksempel", workshop.root)
    deliver("eksempel", workshop.root)
    workshop.estimates = [estimate("total", 3.6), estimate("a", None)]
    deliver("eksempel", workshop.root)
    ledger = read_ledger(ledger_path(processed))
    assert ledger["release"].tolist() == [1, 1, 2, 2], "the same file is not another release"
    assert ledger["value"].isna().sum() == 1
    assert ledger_files(processed) == [ledger_path(processed).as_posix()]
    assert ledger_path(processed).stat().st_mode & 0o077 == 0


def test_a_lost_ledger_stops_the_next_build(workshop):
    processed = workshop.root / "data/processed/eksempel"
    deliver("eksempel", workshop.root)
    ledger_path(processed).unlink()
    with pytest.raises(PlankompassError, match=r"1 deliveries were made.*backup"):
        ledger_files(processed)


def test_a_delivery_cut_off_after_the_ledger_is_noted_once(workshop, monkeypatch):
    def cut_off(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "keep_delivery", cut_off)
    with pytest.raises(KeyboardInterrupt):
        deliver("eksempel", workshop.root)
    monkeypatch.undo()
    monkeypatch.chdir(workshop.root)
    monkeypatch.setattr(module, "build", workshop.build)
    assert deliver("eksempel", workshop.root) == 0
    ledger = read_ledger(ledger_path(workshop.root / "data/processed/eksempel"))
    assert ledger["release"].tolist() == [1, 1]


def test_a_failed_build_ends_it(workshop):
    workshop.code = 1
    assert deliver("eksempel", workshop.root) == 1
    assert kept(workshop) == []


def test_an_unknown_study_is_named(workshop):
    with pytest.raises(PlankompassError, match="finnesikke: no such study"):
        deliver("finnesikke", workshop.root)


def test_long_lists_are_cut_and_counted():
    names = [f"m{n:02d}" for n in range(30)]
    before, after = (tables([estimate(c, v) for c in names]) for v in (3.0, 3.5))
    lines = change_lines(compare_deliveries(before, after), longest=10)
    assert lines[1].startswith("30 changed")
    assert lines[-1] == "  and 20 more like these"
    assert len(lines) == 13


def test_a_faulty_page_keeps_everything_back(workshop, monkeypatch, capsys):
    line = "reports/eksempel/9901/rapport.pdf: page 3 does not say 'eksempeldata'"
    monkeypatch.setattr(module, "faults_of_study", lambda study, **_: ([line], 13, 1))
    assert deliver("eksempel", workshop.root) == 1
    said = capsys.readouterr().out
    assert line in said and "Nothing is delivered: 1 faults in the pages" in said
    assert kept(workshop) == ["preview.csv"]
    assert not (workshop.root / "reports/eksempel/levering.zip").exists()
