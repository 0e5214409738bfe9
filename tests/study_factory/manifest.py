"""``manifest.yaml``: origin, date, licence and sha256 of every raw file."""

from __future__ import annotations

import hashlib
from pathlib import Path

import yaml

ORIGIN = "Made by tests/study_factory (eksempeldata): no real person, municipality or plan"
LICENCE = "MIT"
DATED = "2023-06-01"


def write_manifest(raw: Path, *, study: str, seed: int, municipalities: int) -> Path:
    """Write the manifest of a raw folder; the date is fixed, not from the clock.

    Args:
        raw: The raw folder.
        study: The study's id.
        seed: The factory's seed.
        municipalities: Size of the study.

    Returns:
        The manifest's path.
    """
    files = sorted(
        p for p in raw.rglob("*") if p.is_file() and p.name not in ("manifest.yaml", "README.md")
    )
    document = {
        "study": study,
        "made_with": f"python -m tests.study_factory --municipalities {municipalities} --seed {seed} --study {study}",
        "files": {
            p.relative_to(raw).as_posix(): {
                "origin": ORIGIN,
                "date": DATED,
                "licence": LICENCE,
                "sha256": hashlib.sha256(p.read_bytes()).hexdigest(),
            }
            for p in files
        },
    }
    text = yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=100)
    path = raw / "manifest.yaml"
    path.write_text(text, encoding="utf-8", newline="\n")
    return path
