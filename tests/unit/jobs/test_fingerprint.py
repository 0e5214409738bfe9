"""A fingerprint changes with what the code means, and with nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from plankompass.jobs import fingerprint


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A small package in the project's name: a imports b, c stands alone."""
    files = {
        "__init__.py": "",
        "a.py": '"""Doc."""\nfrom plankompass import b\n\ndef run():\n    """Say."""\n    return b.value()\n',
        "b.py": "def value():\n    return 1\n",
        "c.py": "def other():\n    return 2\n",
        "lazy.py": "def run():\n    from plankompass.c import other\n    return other()\n",
    }
    folder = tmp_path / "plankompass"
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(fingerprint, "_ROOT", tmp_path)
    fingerprint.forget()
    yield folder
    fingerprint.forget()


def _of(entry: str) -> str:
    fingerprint.forget()
    return fingerprint.code_fingerprint(entry)


def test_follows_imports_also_inside_functions(package: Path):
    assert fingerprint.imported_modules("plankompass.a") == (
        "plankompass",
        "plankompass.a",
        "plankompass.b",
    )
    assert "plankompass.c" in fingerprint.imported_modules("plankompass.lazy")


def test_changes_with_an_imported_module_and_not_with_another(package: Path):
    before_a, before_lazy = _of("plankompass.a:run"), _of("plankompass.lazy:run")
    (package / "c.py").write_text("def other():\n    return 3\n", encoding="utf-8")
    assert _of("plankompass.a:run") == before_a
    assert _of("plankompass.lazy:run") != before_lazy
    (package / "b.py").write_text("def value():\n    return 10\n", encoding="utf-8")
    assert _of("plankompass.a:run") != before_a


def test_comments_docstrings_and_layout_do_not_count(package: Path):
    before = _of("plankompass.a:run")
    (package / "b.py").write_text(
        '"""Now with words."""\n\n\ndef value():\n    """More words."""\n    # and why\n    return 1\n',
        encoding="utf-8",
    )
    assert _of("plankompass.a:run") == before


def test_unknown_module_is_an_error(package: Path):
    with pytest.raises(ValueError, match=r"plankompass\.nowhere"):
        fingerprint.code_fingerprint("plankompass.nowhere:run")


def test_files_count_by_name_and_content(tmp_path: Path):
    folder = tmp_path / "templates"
    folder.mkdir()
    (folder / "a.j2").write_text("x", encoding="utf-8")
    first = fingerprint.files_fingerprint([folder])
    assert fingerprint.files_fingerprint([folder]) == first
    (folder / "a.j2").write_text("y", encoding="utf-8")
    second = fingerprint.files_fingerprint([folder])
    (folder / "a.j2").rename(folder / "b.j2")
    third = fingerprint.files_fingerprint([folder])
    assert len({first, second, third}) == 3


def test_order_of_keys_does_not_count():
    assert fingerprint.value_fingerprint({"a": 1, "b": [2]}) == fingerprint.value_fingerprint(
        {"b": [2], "a": 1}
    )
    assert fingerprint.value_fingerprint({"a": 1}) != fingerprint.value_fingerprint({"a": 2})
