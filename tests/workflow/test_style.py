"""Style, structure and documents: checked by the tools the field uses."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from plankompass.commands.documentation import documents
from plankompass.commands.testing import lint_commands


@pytest.mark.parametrize(
    "number", range(5), ids=["ruff", "format", "snakefmt", "imports", "workflow"]
)
def test_lint(number: int, root: Path):
    command = lint_commands(root)[number]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]


def test_generated_documents_are_true(root: Path):
    for path, text in documents(root).items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name}: run ./plankompass docs"


def test_no_file_is_too_long(root: Path):
    listed = subprocess.run(
        ["git", "ls-files", "*.py", "*.smk"], cwd=root, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    long = {f: n for f in listed if (n := len((root / f).read_text("utf-8").splitlines())) > 400}
    assert long == {}


def test_the_engine_is_named_nowhere_in_the_stages(root: Path):
    for stage in ("ingest", "indicators", "disclosure", "reports", "statistics", "study"):
        for path in (root / "workflow/plankompass" / stage).rglob("*.py"):
            assert "snakemake" not in path.read_text(encoding="utf-8").lower(), path.name
