"""The record of a release: manifest, published tables, texts of the reports, configuration, environment.

A release is one folder, numbered from 1. It holds nothing that readers did not get; raw files are
named by their hashes alone.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from plankompass.release.changes import KINDS, compare_deliveries, read_kept
from plankompass.release.contents import read_content, write_record
from plankompass.release.manifest import (
    PUBLISHABLE,
    RECORD,
    Manifest,
    RawFile,
    read_manifest,
    released_file,
    write_manifest,
)
from plankompass.study.problems import PlankompassError, StageFailedError

CHANGELOG = "CHANGELOG.md"
CONFIG = "config.yaml"
ENVIRONMENT = "environment.json"
CODEBOOK = "codebook"
_SEEDS = ("seed",)


@dataclass(frozen=True)
class Made:
    """What a release is made of.

    Attributes:
        config: The merged configuration as plain values.
        version: Version of the program.
        input_hash: One hash over all raw files.
        inputs: Raw file to hash and size.
        files: Path in the release to file.
        codebook: Folder of the codebook.
        environment: Commit, Python, platform, libraries.
        earlier_deliveries: Deliveries in the ledger.
    """

    config: Mapping[str, Any]
    version: str
    input_hash: str
    inputs: Mapping[str, RawFile]
    files: Mapping[str, Path]
    codebook: Path
    environment: Mapping[str, Any]
    earlier_deliveries: int = 0


def release_numbers(folder: Path) -> list[int]:
    """Numbers of a study's releases, in order.

    Args:
        folder: The study's folder of releases; it need not be there.
    """
    return sorted(int(p.name) for p in folder.glob("[0-9]*") if p.is_dir() and p.name.isdigit())


def last_release(folder: Path, study: str) -> Path:
    """Folder of a study's last release.

    Args:
        folder: The study's folder of releases.
        study: The study, for the message.

    Returns:
        The folder.

    Raises:
        PlankompassError: There is none.
    """
    numbers = release_numbers(folder)
    if not numbers:
        raise PlankompassError(
            f"{folder.as_posix()}: no release of {study} yet; make one with: ./plankompass release {study}"
        )
    return folder / str(numbers[-1])


def seeds_of(config: Mapping[str, Any]) -> dict[str, int]:
    """Seeds of a configuration by dotted key."""
    return {
        f"{part}.{key}": value
        for part, values in config.items()
        if isinstance(values, Mapping)
        for key, value in values.items()
        if key in _SEEDS
    }


def write_release(made: Made, folder: Path, number: int) -> Manifest:
    """Write the record of a release; a folder of that number is replaced.

    Args:
        made: What it is made of.
        folder: The study's folder of releases.
        number: Number of the release.

    Returns:
        The manifest.

    Raises:
        StageFailedError: Files are missing; all are listed.
    """
    missing = [f"{path}: does not exist" for path, file in made.files.items() if not file.is_file()]
    if missing:
        raise StageFailedError("release", missing)
    config = made.config
    manifest = Manifest(
        study=config["study"],
        release=number,
        dated=str(config["report"]["dated"]),
        example=config["example"],
        version=made.version,
        input_hash=made.input_hash,
        inputs=dict(sorted(made.inputs.items())),
        seeds=seeds_of(config),
        earlier_deliveries=made.earlier_deliveries,
        files={path: released_file(file) for path, file in sorted(made.files.items())},
    )
    folder.mkdir(parents=True, exist_ok=True)
    partial, final = folder / f".partial-{number}", folder / str(number)
    shutil.rmtree(partial, ignore_errors=True)
    (partial / PUBLISHABLE).mkdir(parents=True)
    texts = {}
    for path, file in made.files.items():
        if path.startswith(f"{PUBLISHABLE}/"):
            shutil.copyfile(file, partial / path)
        elif content := read_content(file):
            texts[path] = content
    write_record(texts, partial / RECORD)
    write_manifest(manifest, partial)
    text = yaml.safe_dump(dict(config), allow_unicode=True, sort_keys=False)
    head = "# The study's merged configuration: every key, defaults included.\n"
    (partial / CONFIG).write_text(head + text, encoding="utf-8", newline="\n")
    shutil.copytree(made.codebook, partial / CODEBOOK)
    _write_json(made.environment, partial / ENVIRONMENT)
    shutil.rmtree(final, ignore_errors=True)
    partial.rename(final)
    return manifest


def _write_json(value: Mapping[str, Any], path: Path) -> None:
    text = json.dumps(dict(value), ensure_ascii=False, indent=1, sort_keys=True)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


def changed_numbers(before: Path, after: Path) -> pd.DataFrame:
    """Numbers that moved from one release to the next.

    Args:
        before: Folder of the earlier release.
        after: Folder of the later one.

    Returns:
        As :func:`plankompass.release.changes.compare_deliveries`.
    """
    return compare_deliveries(read_kept(before / PUBLISHABLE), read_kept(after / PUBLISHABLE))


def changed_workflow(before: Path, after: Path) -> list[str]:
    """What is another in the making of two releases.

    Args:
        before: Folder of the earlier release.
        after: Folder of the later one.

    Returns:
        One line each: version, commit, libraries, configuration, codebook, raw files.
    """
    old, new = read_manifest(before), read_manifest(after)
    lines = []
    if old.version != new.version:
        lines.append(f"program: {old.version} -> {new.version}")
    was, now = (_flat(json.loads((f / ENVIRONMENT).read_text("utf-8"))) for f in (before, after))
    lines += _told("environment", was, now)
    was, now = (_flat(yaml.safe_load((f / CONFIG).read_text("utf-8"))) for f in (before, after))
    lines += _told("configuration", was, now)
    was, now = (
        {p.name: p.read_text("utf-8") for p in sorted((f / CODEBOOK).glob("*.yaml"))}
        for f in (before, after)
    )
    lines += [f"codebook: {n} changed" for n in sorted({*was, *now}) if was.get(n) != now.get(n)]
    files = sorted({*old.inputs, *new.inputs})
    for word, keep in (
        ("changed", lambda f: f in old.inputs and f in new.inputs),
        ("new", lambda f: f not in old.inputs),
        ("gone", lambda f: f not in new.inputs),
    ):
        named = [f for f in files if keep(f) and old.inputs.get(f) != new.inputs.get(f)]
        if named:
            lines.append(f"raw files {word}: {', '.join(named)}")
    return lines


def _flat(value: Any, key: str = "") -> dict[str, str]:
    if isinstance(value, Mapping):
        return {
            k: v
            for name, inner in value.items()
            for k, v in _flat(inner, f"{key}.{name}" if key else str(name)).items()
        }
    if isinstance(value, list):
        return {
            k: v for at, inner in enumerate(value) for k, v in _flat(inner, f"{key}[{at}]").items()
        }
    return {key: "" if value is None else str(value)}


def _told(what: str, was: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    return [
        f"{what}: {key}: {was.get(key) or 'nothing'} -> {now.get(key) or 'nothing'}"
        for key in sorted({*was, *now})
        if was.get(key, "") != now.get(key, "")
    ]


def changelog_entry(
    manifest: Manifest, results: Sequence[str], workflow: Sequence[str], changes: pd.DataFrame
) -> str:
    """One release's entry in the changelog.

    Args:
        manifest: The release.
        results: Lines on numbers that moved; empty for the first release.
        workflow: Lines on what is another in the making.
        changes: Every number that moved.

    Returns:
        Markdown.
    """
    counts = ", ".join(
        f"{n} {kind}" for kind in KINDS if (n := int((changes["change"] == kind).sum()))
    )
    head = f"## Release {manifest.release} ({manifest.dated})\n"
    moved = counts or ("No number moved." if manifest.release > 1 else "First release.")
    lines = [
        head,
        "### Results",
        f"- {moved}",
        *(f"- {line.strip()}" for line in results if line.strip()),
    ]
    lines += [
        "",
        "### Workflow",
        *(
            f"- {line}"
            for line in workflow
            or ["Nothing changed." if manifest.release > 1 else "First release."]
        ),
    ]
    return "\n".join(lines) + "\n"


def write_changelog(folder: Path, study: str, number: int, entry: str) -> None:
    """Put a release's entry first in the study's changelog; an entry of that number is replaced.

    Args:
        folder: The study's folder of releases.
        study: The study.
        number: Number of the release.
        entry: Its entry.
    """
    path = folder / CHANGELOG
    entries: dict[int, str] = {}
    if path.is_file():
        for part in path.read_text(encoding="utf-8").split("\n## Release ")[1:]:
            entries[int(part.split(maxsplit=1)[0])] = f"## Release {part.rstrip()}\n"
    entries[number] = entry
    head = (
        f"# Releases of the study {study}\n\n"
        "Written by `./plankompass release`. Results: numbers that moved. Workflow: what changed in "
        "how they are made.\n"
    )
    text = "\n".join([head, *(entries[n] for n in sorted(entries, reverse=True))])
    path.write_text(text, encoding="utf-8", newline="\n")
