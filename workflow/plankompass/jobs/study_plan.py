"""What the workflow needs to know of a study before any job runs: who takes part, which files are there."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plankompass.jobs.inventory import Inventory, listed_files, review_forms
from plankompass.study.codebook import Codebook, load_codebook
from plankompass.study.config import validate_config
from plankompass.study.config_models import StudyConfig
from plankompass.study.problems import PlankompassError
from plankompass.study.strict_yaml import load_yaml

CACHE_FOLDER = Path(".plankompass")


@dataclass(frozen=True)
class Participant:
    """One participating municipality, as its row in the register says."""

    kommune_id: str
    code: str
    language: str


@dataclass(frozen=True)
class StudyPlan:
    """A validated study with the stock of its raw files.

    Attributes:
        config: The configuration.
        book: The codebook.
        participants: Participating municipalities, sorted by code.
        documents: Code to the plan documents (paths relative to the raw folder) of a municipality.
        hashes: Raw file, relative to the raw folder, to sha256.
    """

    config: StudyConfig
    book: Codebook
    participants: tuple[Participant, ...]
    documents: Mapping[str, tuple[str, ...]]
    hashes: Mapping[str, str]

    @property
    def review_forms(self) -> list[str]:
        """The filled-in review forms, relative to the raw folder."""
        return review_forms(self.config, Path(self.config.raw))

    def hashes_of(self, files: Sequence[str | None]) -> dict[str, str]:
        """The hashes of some raw files; None entries are passed over."""
        return {f: self.hashes[f] for f in sorted({f for f in files if f})}

    def part(self, key: str) -> Any:
        """A part of the configuration as plain values, for a rule's params."""
        return self.config.model_dump(mode="json")[key]


def _rows(path: Path, shown: str, columns: Sequence[str]) -> list[dict[str, str]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise PlankompassError(f"{shown}: the file does not exist") from None
    except UnicodeDecodeError:
        raise PlankompassError(f"{shown}: not UTF-8 text; save the file as UTF-8") from None
    reader = csv.DictReader(text.splitlines())
    missing = [c for c in columns if c not in (reader.fieldnames or [])]
    if missing:
        found = ", ".join(reader.fieldnames or ["nothing"])
        raise PlankompassError(
            f"{shown}: line 1: the column {missing[0]} is missing; the file has {found}"
        )
    return list(reader)


def read_participants(config: StudyConfig, raw: Path) -> tuple[Participant, ...]:
    """The participating municipalities, sorted by code.

    Args:
        config: The study.
        raw: Its folder of raw files.

    Returns:
        The participants.

    Raises:
        PlankompassError: The register is missing or has mistakes; all are listed.
    """
    shown = config.registers.participants
    rows = _rows(raw / shown, shown, ("kommune_id", "code", "language"))
    errors = []
    for line, row in enumerate(rows, start=2):
        if not (len(row["code"] or "") == 4 and row["code"].isdigit()):
            errors.append(f"{shown}: line {line}, code: not four digits as text (0301, not 301)")
        if row["language"] not in ("nb", "nn"):
            errors.append(f"{shown}: line {line}, language: write nb or nn")
        if not row["kommune_id"]:
            errors.append(f"{shown}: line {line}, kommune_id: empty")
    for column in ("kommune_id", "code"):
        values = [row[column] for row in rows]
        errors += [
            f"{shown}: {column}: {v} stands twice"
            for v in sorted({v for v in values if values.count(v) > 1})
        ]
    if not rows:
        errors.append(f"{shown}: no municipality takes part yet; add a row for each")
    if errors:
        raise PlankompassError("\n".join(errors))
    found = [Participant(row["kommune_id"], row["code"], row["language"]) for row in rows]
    return tuple(sorted(found, key=lambda p: p.code))


def _documents(
    config: StudyConfig, raw: Path, participants: Sequence[Participant]
) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {p.code: [] for p in participants}
    if config.plans is None:
        return dict.fromkeys(found, ())
    code_of = {p.kommune_id: p.code for p in participants}
    shown = config.plans.documents
    errors = []
    for line, row in enumerate(_rows(raw / shown, shown, ("file", "kommune_id")), start=2):
        code = code_of.get(row["kommune_id"])
        if code is None:
            errors.append(
                f"{shown}: line {line}, kommune_id: not in {config.registers.participants}"
            )
        elif not row["file"]:
            errors.append(f"{shown}: line {line}, file: empty")
        else:
            found[code].append(row["file"])
    if errors:
        raise PlankompassError("\n".join(errors))
    return {code: tuple(sorted(set(files))) for code, files in found.items()}


def make_restricted(folder: Path) -> None:
    """Make a folder that only its owner may open: it will hold personal data.

    Args:
        folder: The folder; parents are made as usual.
    """
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)


def plan_study(
    document: Mapping[str, Any],
    *,
    configfiles: Sequence[str] = (),
    overridden: bool = False,
    root: Path = Path(),
) -> StudyPlan:
    """Validate a study and take stock of its raw files.

    Args:
        document: The configuration as read by the workflow engine.
        configfiles: The files it came from. With exactly one and nothing overridden the file is
            read again, strictly; several are each checked for duplicate keys and unquoted codes.
        overridden: Whether single keys were given on the command line.
        root: Folder that paths in the configuration are relative to.

    Returns:
        The plan.

    Raises:
        PlankompassError: Listing every error of configuration, codebook, registers and raw files.
    """
    strict = [load_yaml(file, name=Path(file).name) for file in configfiles]
    shown = Path(configfiles[-1]).name if configfiles else "config.yaml"
    if len(strict) == 1 and not overridden:
        document = strict[0]
    config = validate_config(dict(document), file=shown)
    errors = []
    book = None
    try:
        book = load_codebook(root / config.codebook)
    except PlankompassError as error:
        errors.append(str(error))
    raw = root / config.raw
    participants: tuple[Participant, ...] = ()
    documents: dict[str, tuple[str, ...]] = {}
    try:
        participants = read_participants(config, raw)
        documents = _documents(config, raw, participants)
    except PlankompassError as error:
        errors.append(str(error))
    inventory = Inventory(raw, root / CACHE_FOLDER / f"inventory-{config.study}.json")
    hashes: dict[str, str] = {}
    try:
        plan_files = [file for files in documents.values() for file in files]
        forms = review_forms(config, raw)
        hashes = inventory.hashes([*listed_files(config), *plan_files, *forms])
        inventory.save()
    except PlankompassError as error:
        errors.append(str(error))
    if errors or book is None:
        raise PlankompassError("\n".join(sorted({line for e in errors for line in e.splitlines()})))
    return StudyPlan(config, book, participants, documents, hashes)
