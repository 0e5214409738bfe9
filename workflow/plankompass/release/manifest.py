"""The release manifest: every delivered file with its hash, and what it was made from."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from plankompass.release.contents import Content, packed_digest, read_content, read_record
from plankompass.release.differences import first_difference
from plankompass.study.hashing import hash_file
from plankompass.study.problems import PlankompassError
from plankompass.table_contracts import CONTRACTS, publishable_contract

MANIFEST = "manifest.json"
RECORD = "texts.xz"
PUBLISHABLE = "publishable"
REPORTS = "reports"
_HEX = r"^[0-9a-f]{64}$"


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ReleasedFile(_Model):
    """One file of a release."""

    sha256: str = Field(pattern=_HEX)
    bytes: int = Field(ge=0)
    packed: str = Field(
        default="", description="Hash of what is packed in it; empty for other files"
    )


class RawFile(_Model):
    """One raw file that the release was made from; the file itself is not in the release."""

    sha256: str = Field(pattern=_HEX)
    bytes: int = Field(ge=0)


class Manifest(_Model):
    """What a release consists of.

    Attributes:
        files: Path (``publishable/...`` or ``reports/...``) to file.
        inputs: Raw file, relative to the raw folder, to hash.
        seeds: Configuration key to seed.
        earlier_deliveries: Deliveries in the ledger that its numbers were attacked together with.
    """

    schema_version: Literal["1"] = "1"
    study: str
    release: int = Field(ge=1)
    dated: str
    example: bool
    version: str
    input_hash: str
    inputs: dict[str, RawFile]
    seeds: dict[str, int]
    earlier_deliveries: int = Field(default=0, ge=0)
    files: dict[str, ReleasedFile]


@dataclass(frozen=True)
class Finding:
    """What became of one released file.

    Attributes:
        path: The file, as in the manifest.
        state: ``same``, ``different``, ``missing`` (was not made), or ``new`` (not in the release).
        where: The first cell or sentence that differs, or a remark.
    """

    path: str
    state: Literal["same", "different", "missing", "new"]
    where: str = ""


def released_file(path: Path) -> ReleasedFile:
    """Describe a file for the manifest.

    Args:
        path: The file.

    Returns:
        Its hashes and size.
    """
    size = path.stat().st_size
    return ReleasedFile(sha256=hash_file(path), bytes=size, packed=packed_digest(path))


def write_manifest(manifest: Manifest, folder: Path) -> None:
    """Write a manifest into the folder of a release.

    Args:
        manifest: The manifest.
        folder: The folder.
    """
    plain = manifest.model_dump(mode="json", exclude_defaults=False)
    for entry in plain["files"].values():
        if not entry["packed"]:
            del entry["packed"]
    text = json.dumps(plain, ensure_ascii=False, indent=1)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8", newline="\n")


def read_manifest(path: Path) -> Manifest:
    """Read a manifest.

    Args:
        path: The manifest, or the folder it lies in.

    Returns:
        The manifest.

    Raises:
        PlankompassError: There is none, or it is not one.
    """
    file = path / MANIFEST if path.is_dir() else path
    try:
        return Manifest.model_validate_json(file.read_bytes())
    except OSError:
        raise PlankompassError(
            f"{file.as_posix()}: no release manifest here; name the folder of a release"
        ) from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise PlankompassError(
            f"{file.as_posix()}: not a release manifest: {place}: {first['msg']}"
        ) from None


class Released:
    """The files of a release as far as they are at hand: themselves, or the record of their texts.

    Args:
        folder: Folder of the release.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._record: Mapping[str, Content] | None = None

    def content(self, path: str) -> Content | None:
        """What stood in a released file, or None where it is not known."""
        if (self._folder / path).is_file():
            return read_content(self._folder / path)
        if self._record is None:
            file = self._folder / RECORD
            self._record = read_record(file) if file.is_file() else {}
        return self._record.get(path)


def compare_files(
    manifest: Manifest, released: Released, made: Mapping[str, Path]
) -> list[Finding]:
    """Hold files that were made now against a release.

    Args:
        manifest: The release.
        released: What is known of its files.
        made: Path, as in the manifest, to the file that was made.

    Returns:
        One finding a file, in the manifest's order, then files that are not in the release.
    """
    findings = []
    for path, entry in manifest.files.items():
        file = made.get(path)
        if file is None or not file.is_file():
            findings.append(Finding(path, "missing"))
        elif hash_file(file) == entry.sha256:
            findings.append(Finding(path, "same"))
        elif entry.packed and packed_digest(file) == entry.packed:
            findings.append(Finding(path, "same", "packed by another compression library"))
        else:
            findings.append(Finding(path, "different", _where(path, released, file)))
    new = sorted(set(made) - set(manifest.files))
    return [*findings, *(Finding(path, "new", "not in the release") for path in new)]


def _where(path: str, released: Released, file: Path) -> str:
    try:
        before, after = released.content(path), read_content(file)
    except PlankompassError as error:
        return str(error)
    if before is None:
        return "the released file is not at hand, only its hash"
    if after is None:
        return "other bytes"
    name = publishable_contract(file.stem)
    key = CONTRACTS[name].key if file.suffix == ".parquet" and name in CONTRACTS else ()
    said = first_difference(before, after, key)
    return said or "every cell and sentence is the same; layout, a figure or metadata differ"


def compare_inputs(manifest: Manifest, raw: Path, files: Iterable[str]) -> list[Finding]:
    """Hold the raw files against those that a release was made from.

    Args:
        manifest: The release.
        raw: The raw folder.
        files: Raw files the study names today.

    Returns:
        One finding a file.
    """
    findings = []
    for name, entry in manifest.inputs.items():
        path = raw / name
        if not path.is_file():
            findings.append(Finding(name, "missing"))
        else:
            same = hash_file(path) == entry.sha256
            findings.append(Finding(name, "same" if same else "different"))
    new = sorted(set(files) - set(manifest.inputs))
    return [*findings, *(Finding(name, "new", "not in the release") for name in new)]
