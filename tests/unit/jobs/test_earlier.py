"""What a failed build took away comes back, is known to be old, and nothing half-written stays."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from plankompass.jobs.earlier import (
    PUT_BACK,
    drop_put_back,
    keep_earlier,
    put_back,
    put_back_pending,
    sweep_partial,
)

REPORTS = Path("reports/s")
STORE = Path(".plankompass/earlier/s")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("9901/rapport.pdf", "9902/rapport.pdf", "9902/.partial-rapport.pdf"):
        path = tmp_path / REPORTS / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"earlier {name}", encoding="utf-8")
    keep_earlier(tmp_path, [REPORTS, Path("not/there")], STORE)
    return tmp_path


def _replace(path: Path, text: str) -> None:
    new = path.with_name("new")
    new.write_text(text, encoding="utf-8")
    new.replace(path)


def test_removed_files_come_back_and_new_ones_stay(root: Path):
    _replace(root / REPORTS / "9901/rapport.pdf", "new")
    (root / REPORTS / "9902/rapport.pdf").unlink()
    assert put_back(root, STORE) == [REPORTS / "9902/rapport.pdf"]
    assert (root / REPORTS / "9901/rapport.pdf").read_text(encoding="utf-8") == "new"
    path = root / REPORTS / "9902/rapport.pdf"
    assert path.read_text(encoding="utf-8") == "earlier 9902/rapport.pdf"
    assert path.stat().st_mtime == PUT_BACK, "older than what it is made from, so made again"
    assert not (root / STORE).exists()


def test_keeping_takes_no_space(root: Path):
    path = root / REPORTS / "9901/rapport.pdf"
    assert path.stat().st_ino == (root / STORE / REPORTS / "9901/rapport.pdf").stat().st_ino


def test_half_written_files_are_not_kept_but_swept(root: Path):
    assert not list((root / STORE).rglob(".partial-*"))
    assert sweep_partial(root, [REPORTS]) == 1
    assert not list((root / REPORTS).rglob(".partial-*"))


def test_what_a_killed_build_had_kept_is_not_put_back_later(root: Path):
    (root / REPORTS / "9902/rapport.pdf").unlink()  # by the user, after the kill
    keep_earlier(root, [REPORTS], STORE)
    assert put_back(root, STORE) == []


def test_what_cannot_be_put_back_waits_for_the_next_build(root: Path, monkeypatch):
    (root / REPORTS / "9902/rapport.pdf").unlink()
    with monkeypatch.context() as patched:
        patched.setattr("plankompass.jobs.earlier._second_name", _read_only)
        assert put_back(root, STORE) == []
    assert put_back_pending(root, STORE) == [REPORTS / "9902/rapport.pdf"]
    assert put_back_pending(root, STORE) == []
    assert list((root / STORE.parent).iterdir()) == []


def _read_only(*_: object) -> None:
    raise OSError(30, "read-only")


def test_files_that_were_put_back_are_made_anew_by_the_next_build(root: Path):
    (root / REPORTS / "9902/rapport.pdf").unlink()
    put_back(root, STORE)
    keep_earlier(root, [REPORTS], STORE)
    assert drop_put_back(root, [REPORTS]) == 1
    assert (root / REPORTS / "9901/rapport.pdf").exists()
    assert put_back(root, STORE) == [REPORTS / "9902/rapport.pdf"], "and kept if that fails too"


def test_a_disk_without_hard_links_gets_copies(tmp_path: Path, monkeypatch):
    def refuse(*_: object) -> None:
        raise PermissionError(1, "no hard links here")

    monkeypatch.setattr(os, "link", refuse)
    path = tmp_path / REPORTS / "index.html"
    path.parent.mkdir(parents=True)
    path.write_text("earlier", encoding="utf-8")
    keep_earlier(tmp_path, [REPORTS], STORE)
    path.unlink()
    assert put_back(tmp_path, STORE) == [REPORTS / "index.html"]
    assert (path.read_text(encoding="utf-8"), path.stat().st_mtime) == ("earlier", PUT_BACK)
