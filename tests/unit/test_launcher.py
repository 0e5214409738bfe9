"""The launcher: standard library only, one line for what is missing, and a new environment when due."""

from __future__ import annotations

import ast
import importlib.util
import json
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path

import pytest


@pytest.fixture
def launcher(root: Path):
    """The launcher as a module."""
    loader = SourceFileLoader("launcher", str(root / "plankompass"))
    spec = importlib.util.spec_from_loader("launcher", loader)
    module = importlib.util.module_from_spec(spec)
    bytecode, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    loader.exec_module(module)
    sys.dont_write_bytecode = bytecode
    return module


def test_standard_library_only(root: Path):
    tree = ast.parse((root / "plankompass").read_text(encoding="utf-8"))
    names = {
        alias.name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    assert names and names <= set(sys.stdlib_module_names)
    assert not any(isinstance(node, ast.ImportFrom) for node in ast.walk(tree))


def test_an_old_python_is_told_in_one_line(launcher, monkeypatch, capsys):
    class Version(tuple):
        major, minor = 3, 9

    monkeypatch.setattr(launcher.sys, "version_info", Version((3, 9, 1)))
    monkeypatch.setattr(launcher.shutil, "which", lambda name: None)
    with pytest.raises(SystemExit) as stopped:
        launcher.use_a_new_enough_python()
    told = capsys.readouterr().err
    assert stopped.value.code == 2
    assert (
        told == "plankompass: Python 3.9 is too old; install Python 3.11 or newer and run again\n"
    )


def test_a_missing_venv_module_is_told_in_one_line(launcher, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    with pytest.raises(SystemExit) as stopped:
        launcher.make_environment("requirements.lock")
    told = capsys.readouterr().err
    assert stopped.value.code == 2
    assert told.count("\n") == 1
    assert "venv module is missing" in told


def test_a_changed_lock_or_folder_wants_a_new_environment(launcher, tmp_path: Path, monkeypatch):
    (tmp_path / "workflow").mkdir()
    for name in ("requirements.lock", "requirements-dev.lock", "workflow/bootstrap.lock"):
        (tmp_path / name).write_text("a==1 --hash=sha256:0\n", encoding="utf-8")
    python = tmp_path / ".venv/bin/python"
    python.parent.mkdir(parents=True)
    python.touch()
    monkeypatch.setattr(launcher, "ROOT", str(tmp_path))
    monkeypatch.setattr(launcher, "VENV", str(tmp_path / ".venv"))
    monkeypatch.setattr(launcher, "MARKER", str(tmp_path / ".venv/marker"))
    assert not launcher.is_ready("requirements.lock")
    (tmp_path / ".venv/marker").write_text(launcher.wanted_marker("requirements.lock"))
    assert launcher.is_ready("requirements.lock")
    assert not launcher.is_ready("requirements-dev.lock")
    (tmp_path / "requirements.lock").write_text("a==2 --hash=sha256:0\n", encoding="utf-8")
    assert not launcher.is_ready("requirements.lock")
    (tmp_path / ".venv/marker").write_text(launcher.wanted_marker("requirements-dev.lock"))
    assert launcher.is_ready("requirements.lock"), "the developers' environment serves users too"


@pytest.mark.parametrize(
    "name",
    [
        "requirements.lock",
        "requirements-dev.lock",
        "requirements-slurm.lock",
        "workflow/bootstrap.lock",
    ],
)
def test_every_locked_library_has_hashes_and_no_address(root: Path, name: str):
    text = (root / name).read_text(encoding="utf-8")
    assert "://" not in text
    entries = [block for block in text.replace("\\\n", " ").splitlines() if block.strip()]
    assert entries
    for entry in entries:
        assert "==" in entry and "--hash=sha256:" in entry, entry.split()[0]


def test_every_locked_checker_of_pages_has_a_hash_and_no_address(root: Path):
    folder = root / "tests/browser/tools"
    text = (folder / "package-lock.json").read_text(encoding="utf-8")
    assert "://" not in text and '"resolved"' not in text
    packages = json.loads(text)["packages"]
    wanted = json.loads((folder / "package.json").read_text(encoding="utf-8"))["dependencies"]
    locked = {n.removeprefix("node_modules/"): p for n, p in packages.items() if n}
    assert {n: p["version"] for n, p in locked.items()} == wanted
    assert all(p["integrity"].startswith("sha512-") for p in locked.values())


def test_a_cluster_gets_the_users_libraries_and_the_plugin(root: Path):
    def pinned(name: str) -> set[str]:
        lines = (root / name).read_text(encoding="utf-8").splitlines()
        return {line.split(" \\")[0] for line in lines if line[:1].isalpha()}

    more = pinned("requirements-slurm.lock") - pinned("requirements.lock")
    assert pinned("requirements.lock") < pinned("requirements-slurm.lock")
    assert {line.partition("==")[0] for line in more} == {
        "snakemake-executor-plugin-slurm",
        "snakemake-executor-plugin-slurm-jobstep",
    }
