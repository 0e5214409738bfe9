"""The raw files of a study, opened only where ``trace`` has named them and their bytes are as it says."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml


class NotNamedError(LookupError):
    """A raw file that the number cannot be worked out without, and that ``trace`` did not name."""


@dataclass
class RawFiles:
    """Raw files that a trace names, with what the study says of them.

    Attributes:
        root: The checkout.
        hashes: Raw file, relative to the raw folder, to the sha256 that ``trace`` printed.
        opened: Files opened so far.
    """

    root: Path
    hashes: Mapping[str, str]
    opened: set[str] = field(default_factory=set)
    _lines: dict[str, list[dict[str, str]]] = field(default_factory=dict)

    @cached_property
    def config(self) -> dict[str, Any]:
        """The study's choices, as written."""
        return yaml.safe_load((self.root / "config.yaml").read_text(encoding="utf-8"))

    @cached_property
    def indicators(self) -> dict[str, dict[str, Any]]:
        """Indicators by id, as written in the codebook."""
        return {i["id"]: i for i in self._codebook("indicators")["indicators"]}

    @cached_property
    def items(self) -> dict[str, Any]:
        """The codebook's file of items, as written."""
        return self._codebook("items")

    def _codebook(self, name: str) -> dict[str, Any]:
        path = self.root / self.config["codebook"] / f"{name}.yaml"
        return yaml.safe_load(path.read_text(encoding="utf-8"))

    @cached_property
    def codes(self) -> list[dict[str, Any]]:
        """The codebook's interview codes, as written."""
        return self._codebook("codes")["codes"]

    def path(self, file: str) -> Path:
        """A raw file, its bytes held against the hash that ``trace`` printed.

        Raises:
            NotNamedError: ``trace`` does not name it, or its bytes are others.
        """
        if file not in self.hashes:
            raise NotNamedError(f"trace does not name {file}")
        path = self.root / self.config["raw"] / file
        if hashlib.sha256(path.read_bytes()).hexdigest() != self.hashes[file]:
            raise NotNamedError(f"{file} has another sha256 than trace prints")
        self.opened.add(file)
        return path

    def rows(self, file: str) -> list[dict[str, str]]:
        """Lines of a CSV with commas."""
        if file not in self._lines:
            with self.path(file).open(encoding="utf-8-sig", newline="") as stream:
                self._lines[file] = list(csv.DictReader(stream))
        return self._lines[file]

    def register(self, name: str) -> list[dict[str, str]]:
        """Lines of a register named in the configuration; none where the study has no such file."""
        file = self.config["registers"].get(name)
        return self.rows(file) if file else []

    def unit_of(self, code: str) -> str:
        """``kommune_id`` of a municipality's code."""
        found = [p["kommune_id"] for p in self.register("participants") if p["code"] == code]
        return found[0]

    def units(self) -> list[str]:
        """``kommune_id`` of all who take part, sorted."""
        return sorted(p["kommune_id"] for p in self.register("participants"))
