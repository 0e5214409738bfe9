"""What YAML would read as something else is an error with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from plankompass.study.problems import PlankompassError
from plankompass.study.strict_yaml import load_yaml


def _message(tmp_path: Path, text: str | bytes) -> str:
    path = tmp_path / "min.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(PlankompassError) as caught:
        load_yaml(path, name="min.yaml")
    return str(caught.value)


def test_unquoted_code_with_leading_zero(tmp_path: Path):
    text = _message(tmp_path, "a: 1\ncodes: [0301]\n")
    assert text.startswith("min.yaml: line 2 ")
    assert '"0301"' in text


def test_plain_numbers_and_quoted_codes_are_read(tmp_path: Path):
    path = tmp_path / "min.yaml"
    path.write_text('a: 0\nb: "0301"\nc: -12\nd: 10_000\ne: 0.5\n', encoding="utf-8")
    assert load_yaml(path) == {"a": 0, "b": "0301", "c": -12, "d": 10000, "e": 0.5}


def test_duplicate_key(tmp_path: Path):
    assert _message(tmp_path, "a: 1\nb: 2\na: 3\n") == "min.yaml: line 3 the key 'a' stands twice"


def test_not_utf8(tmp_path: Path):
    assert "not UTF-8" in _message(tmp_path, "å: 1\n".encode("latin-1"))


def test_broken_yaml_names_the_line(tmp_path: Path):
    assert _message(tmp_path, "a: [1, 2\nb: 3\n").startswith("min.yaml: line 2")


def test_a_list_at_the_top(tmp_path: Path):
    assert "top level" in _message(tmp_path, "- a\n- b\n")


def test_missing_file(tmp_path: Path):
    with pytest.raises(PlankompassError, match="does not exist"):
        load_yaml(tmp_path / "nowhere.yaml")
