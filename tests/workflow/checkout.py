"""A copy of the checkout with a small made study in the example's place, built once and copied."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MUNICIPALITIES = 6
ONE_LANGUAGE = "network_languages: [nb]"

#: Endings of what readers receive and of publishable tables: these must be equal in every run.
DELIVERED = {".html", ".pdf", ".json", ".csv", ".xlsx", ".parquet", ".zip"}


def tracked_files() -> list[str]:
    """Files of the checkout that belong to it, without the example's raw files."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    skip = ("data/raw/eksempel/", "tests/", "docs/", "benchmarks/")
    return [f for f in listed.stdout.splitlines() if not f.startswith(skip)]


def copy_checkout(target: Path) -> None:
    """Copy the checkout's program files."""
    for name in tracked_files():
        source = ROOT / name
        if not (source.is_file() or source.is_symlink()):
            continue
        copy = target / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        if source.is_symlink():
            copy.unlink(missing_ok=True)  # of an earlier copy that is brought up to date
            copy.symlink_to(source.readlink())
        else:
            shutil.copy2(source, copy)


def make_small_study(target: Path, municipalities: int = MUNICIPALITIES) -> None:
    """Write a small made study as the checkout's example."""
    command = [
        sys.executable, "-m", "tests.study_factory", "--out", str(target / "data/raw/eksempel"),
        "--municipalities", str(municipalities), "--seed", "5",
        "--truth", str(target / "truth"), "--config", str(target / "config.yaml"),
        "--raw-name", "data/raw/eksempel",
    ]  # fmt: skip
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    config = target / "config.yaml"
    text = config.read_text(encoding="utf-8")
    assert ONE_LANGUAGE in text
    config.write_text(text.replace(ONE_LANGUAGE, "network_languages: [nb, en]"), encoding="utf-8")


def environment(checkout: Path, **changes: str) -> dict[str, str]:
    """Environment in which the copy's own package is imported."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST")}
    return kept | {"PYTHONPATH": str(checkout / "workflow"), "NO_COLOR": "1"} | changes


def plankompass(
    checkout: Path, *arguments: str, **changes: str
) -> subprocess.CompletedProcess[str]:
    """Run the command line of a copied checkout."""
    return subprocess.run(
        [sys.executable, "-m", "plankompass", *arguments],
        cwd=checkout, env=environment(checkout, **changes), capture_output=True, text=True,
        check=False, timeout=600,
    )  # fmt: skip


def snakemake(checkout: Path, *arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    """Run plain snakemake in a copied checkout."""
    return subprocess.run(
        [str(Path(sys.executable).with_name("snakemake")), *arguments],
        cwd=checkout, env=environment(checkout, **changes), capture_output=True, text=True,
        check=False, timeout=600,
    )  # fmt: skip


def digests(folder: Path) -> dict[str, str]:
    """Sha256 of every delivered file below a folder, by relative path."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix in DELIVERED and "logs" not in path.parts
    }


def results(checkout: Path) -> dict[str, str]:
    """Digests of reports and of all tables of a checkout."""
    tables = digests(checkout / "data/processed")
    return digests(checkout / "reports") | {f"data/processed/{k}": v for k, v in tables.items()}
