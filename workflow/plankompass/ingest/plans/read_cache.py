"""What was read of each document, kept between runs, so that an unchanged document is not read again.

A municipality's job runs anew when one of its documents, the register that lists them or the program
changes. The text of the others is taken from here: it depends on the document's bytes, the program
that reads and the limits on size, and on nothing else. What a limit on time cut short is not kept.
"""

from __future__ import annotations

import json
import os
import zlib
from dataclasses import asdict
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from plankompass.ingest.plans.models import Block, PlanRefusedError, PlanText
from plankompass.study.config_models import LimitConfig

_ENDING = ".json.z"


@cache
def _pypdfium2() -> str:
    """The library's version, looked up once a process."""
    return version("pypdfium2")


class ReadCache:
    """Texts of one municipality's documents.

    Args:
        folder: Where they are kept; it may be removed at any time. None keeps nothing.
        reader: Fingerprint of the program that reads.
        limits: Limits of the study.
    """

    def __init__(self, folder: Path | None, reader: str, limits: LimitConfig) -> None:
        self._folder = folder
        self._program = (
            f"{reader}-{_pypdfium2()}-{limits.archive_members}-{limits.megabytes_per_file}"
        )
        self._used: set[str] = set()
        self._made = False

    def read(self, document: str, suffix: str) -> PlanText | PlanRefusedError | None:
        """What reading a document gave.

        Args:
            document: Its sha256.
            suffix: The file name's ending, which may decide the format.

        Returns:
            The text, or the refusal; None when it has not been read by this program.
        """
        kept = self._load(self._name(document, suffix.lower()))
        if kept is None:
            return None
        if "refused" in kept:
            return PlanRefusedError(kept["refused"])
        return PlanText.from_plain(kept["plan"])

    def has(self, document: str, suffix: str) -> bool:
        """Whether something is kept of a document; it may turn out to be damaged."""
        name = self._name(document, suffix.lower())
        return self._folder is not None and (self._folder / name).is_file()

    def keep(self, document: str, suffix: str, outcome: PlanText | PlanRefusedError) -> None:
        """Keep what reading a document gave, unless time or a crash cut it short."""
        if not outcome.settled:
            return
        refused = isinstance(outcome, PlanRefusedError)
        kept = {"refused": str(outcome)} if refused else {"plan": outcome.to_plain()}
        self._save(self._name(document, suffix.lower()), kept)

    def read_ocr(self, document: str, program: str) -> list[Block] | None:
        """What OCR read on a document's pages without text; None when it has not been tried.

        Args:
            document: The document's sha256.
            program: The OCR program and its version.
        """
        kept = self._load(self._name(document, f"ocr {program}"))
        return None if kept is None else [Block(**block) for block in kept["blocks"]]

    def keep_ocr(self, document: str, program: str, blocks: list[Block]) -> None:
        """Keep what OCR read."""
        self._save(
            self._name(document, f"ocr {program}"), {"blocks": [asdict(block) for block in blocks]}
        )

    def tidy_up(self) -> None:
        """Remove what this run neither used nor made: documents that were replaced, older programs."""
        if self._folder is None or not self._folder.is_dir():
            return
        for path in self._folder.glob(f"*{_ENDING}"):
            if path.name not in self._used:
                path.unlink(missing_ok=True)

    def _name(self, document: str, what: str) -> str:
        program = zlib.crc32(f"{self._program} {what}".encode())
        return f"{document}-{program:08x}{_ENDING}"

    def _load(self, name: str) -> dict[str, Any] | None:
        if self._folder is None:
            return None
        try:
            kept = json.loads(zlib.decompress((self._folder / name).read_bytes()))
        except (OSError, ValueError, zlib.error):
            return None
        self._used.add(name)
        return kept

    def _save(self, name: str, kept: dict[str, Any]) -> None:
        if self._folder is None:
            return
        if not self._made:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._made = True
        temporary = self._folder / f".partial-{os.getpid()}-{name}"
        temporary.write_bytes(zlib.compress(json.dumps(kept).encode("ascii"), 1))
        temporary.replace(self._folder / name)
        self._used.add(name)
