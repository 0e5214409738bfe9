"""The fuzz command: outcomes counted, a case that fails named so that it can be run again."""

from __future__ import annotations

import sys
import types

import pytest
from tests.fuzz import TARGETS
from tests.fuzz.__main__ import main


def test_every_target_runs_a_case(capsys):
    assert main(["--cases", "2", "--seed", "7"]) == 0
    printed = capsys.readouterr().out
    for name in TARGETS:
        assert f"{name}: 2 cases, 0 failed" in printed


def test_a_case_that_fails_is_named(monkeypatch, capsys):
    broken = types.ModuleType("broken_target")

    def run_case(folder, seed):
        assert folder.is_dir()
        if seed == 5:
            raise KeyError("lost")
        return "read"

    broken.run_case = run_case
    monkeypatch.setitem(sys.modules, "broken_target", broken)
    monkeypatch.setitem(TARGETS, "broken", "broken_target")
    assert main(["--target", "broken", "--cases", "3", "--seed", "4"]) == 1
    printed = capsys.readouterr().out
    assert "broken: 3 cases, 1 failed" in printed
    assert "read: 2" in printed
    assert "./plankompass fuzz --target broken --cases 1 --seed 5" in printed
    with pytest.raises(SystemExit):
        main(["--target", "unknown"])
