"""The same arguments give the same bytes: any clock, zone, locale, hash order or folder."""

from __future__ import annotations

import csv
import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

import pyreadstat
import yaml
from tests.study_factory import MadeStudy, make_study


def _hashes(folder: Path) -> dict[str, str]:
    return {
        p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


def _run(root: Path, out: Path, **environment: str) -> dict[str, str]:
    command = [
        sys.executable,
        "-m",
        "tests.study_factory",
        "--out",
        str(out / "raw"),
        "--municipalities",
        "3",
    ]
    command += [
        "--seed",
        "4",
        "--study",
        "liten",
        "--truth",
        str(out / "truth"),
        "--config",
        str(out / "config.yaml"),
    ]
    command += ["--raw-name", "data/raw/liten"]
    subprocess.run(command, check=True, cwd=root, env=os.environ | environment, capture_output=True)
    return _hashes(out)


def test_two_processes_write_the_same_bytes(root, tmp_path):
    first = _run(root, tmp_path / "a", TZ="UTC", PYTHONHASHSEED="1")
    time.sleep(1.1)  # another second on the clock, and another two of a zip's
    second = _run(
        root, tmp_path / "b" / "deeper", TZ="Asia/Tokyo", PYTHONHASHSEED="77", LC_ALL="C.UTF-8"
    )
    assert first == second
    assert {"raw/manifest.yaml", "truth/planted_truth.parquet", "config.yaml"} <= set(first)
    assert {Path(name).suffix for name in first} >= {
        ".sav",
        ".xlsx",
        ".qdpx",
        ".pdf",
        ".docx",
        ".csv",
        ".json",
    }


def test_another_seed_gives_other_answers_and_the_same_municipalities(tmp_path):
    first = make_study(tmp_path / "a", municipalities=2, seed=1, documents=False)
    second = make_study(tmp_path / "b", municipalities=2, seed=2, documents=False)
    one, two = _hashes(first.raw), _hashes(second.raw)
    assert one.keys() == two.keys()
    assert one["surveys/folkevalgte_T1.sav"] != two["surveys/folkevalgte_T1.sav"]
    assert one["registers/participants.csv"] == two["registers/participants.csv"]


def test_headers_carry_a_fixed_date(made: MadeStudy):
    for path in sorted((made.raw / "surveys").glob("*.sav")):
        _, meta = pyreadstat.read_sav(path, metadataonly=True)
        assert meta.creation_time.isoformat() == "2023-06-01T12:00:00"


def test_manifest_names_every_file_with_its_hash(made: MadeStudy):
    manifest = yaml.safe_load((made.raw / "manifest.yaml").read_text(encoding="utf-8"))
    listed = {path: entry["sha256"] for path, entry in manifest["files"].items()}
    found = _hashes(made.raw)
    assert listed == {k: v for k, v in found.items() if k not in ("manifest.yaml", "README.md")}
    assert all(
        f["origin"] and f["licence"] and f["date"] == "2023-06-01"
        for f in manifest["files"].values()
    )


def test_committed_example_is_what_the_factory_makes(made: MadeStudy, root):
    committed = root / "data" / "raw" / "eksempel"
    for path in sorted(made.raw.rglob("*")):
        if path.suffix in (".csv", ".json", ".sav", ".md"):
            name = path.relative_to(made.raw).as_posix()
            assert (committed / name).read_bytes() == path.read_bytes(), name
    ours = {p.relative_to(made.raw) for p in made.raw.rglob("*") if p.is_file()}
    assert ours == {p.relative_to(committed) for p in committed.rglob("*") if p.is_file()}
    assert (root / "config.yaml").read_text(encoding="utf-8") == made.config


def test_committed_manifest_is_true(root):
    committed = root / "data" / "raw" / "eksempel"
    manifest = yaml.safe_load((committed / "manifest.yaml").read_text(encoding="utf-8"))
    for path, entry in manifest["files"].items():
        assert hashlib.sha256((committed / path).read_bytes()).hexdigest() == entry["sha256"], path
    total = sum(p.stat().st_size for p in committed.rglob("*"))
    assert total < 8_000_000


def test_truth_is_not_among_the_raw_files(made: MadeStudy):
    assert not [p for p in made.raw.rglob("*") if "truth" in p.name]
    with (made.raw / "registers" / "participants.csv").open(encoding="utf-8") as handle:
        assert "truth" not in next(csv.reader(handle))
