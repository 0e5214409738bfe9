"""What a coded source is: municipality, role, wave and kind, from the variables of sources and cases."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from plankompass.ingest.places import Place, PlaceResolver
from plankompass.ingest.registers import study_register
from plankompass.study.codebook import Codebook
from plankompass.study.config_models import InterviewConfig, RegisterFiles, WaveConfig

_LETTERS = str.maketrans({"ø": "o", "å": "a", "æ": "ae", "đ": "d"})


def folded(text: str) -> str:
    """A variable's value for comparing: small letters and digits alone, without accents.

    Args:
        text: The value.

    Returns:
        For instance ``ordforer`` for ``ORDFØRER``.
    """
    plain = unicodedata.normalize("NFC", text).casefold().translate(_LETTERS)
    plain = unicodedata.normalize("NFKD", plain)
    return "".join(c for c in plain if c.isalnum())


@dataclass(frozen=True)
class Finding:
    """A value found for one source, or why there is none.

    Attributes:
        value: The study's own value; None when the source cannot be placed.
        note: What was repaired or is wrong, in words without the value; empty when all is plain.
        case: Case id in the catalogue of dirty data.
    """

    value: str | None
    note: str = ""
    case: str = "Q4"


class SourceReader:
    """Reads the four variables that place a source in the study.

    Args:
        config: Names of the variables.
        book: The codebook: roles, their synonyms, kinds of sources.
        municipalities: The participating municipalities.
        waves: The study's waves.
        resolver: Reads codes and names that are not the participants' own, by the dated register:
            codes from after the cut-off date, earlier names. None leaves such interviews out.
    """

    def __init__(
        self,
        config: InterviewConfig,
        book: Codebook,
        municipalities: pd.DataFrame,
        waves: Mapping[str, WaveConfig],
        resolver: PlaceResolver | None = None,
    ) -> None:
        self._config = config
        self._resolver = resolver
        self._waves = waves
        self._roles = _lookup(book.interview_roles, book.role_synonyms)
        self._kinds = _lookup(book.source_kinds, book.source_kinds)
        self._units = _municipality_lookup(municipalities)

    def _values(self, variables: Mapping[str, Iterable[str]], name: str) -> list[str]:
        """All values of a variable, its name's case and accents ignored."""
        wanted = folded(name)
        return sorted({v for k, vs in variables.items() if folded(k) == wanted for v in vs})

    def kind(self, variables: Mapping[str, Iterable[str]]) -> Finding:
        """Kind of source: interview unless the variable says otherwise."""
        name = self._config.source_kind
        values = self._values(variables, name) if name else []
        if not values:
            return Finding("interview")
        return _one(values, self._kinds, "kind of source")

    def role(self, variables: Mapping[str, Iterable[str]], kind: str) -> Finding:
        """Role of the person interviewed; empty for sources that are no interview."""
        values = self._values(variables, self._config.role)
        if not values:
            if kind != "interview":
                return Finding("")
            return Finding(None, f"the variable {self._config.role} (role) is missing")
        found = _one(values, self._roles, "role")
        if found.value is None and kind != "interview":
            return Finding("", "a source that is no interview carries a role that is not listed")
        return found

    def wave(self, variables: Mapping[str, Iterable[str]]) -> Finding:
        """Wave, by id or by a date within one wave's days."""
        values = self._values(variables, self._config.wave)
        if not values and len(self._waves) == 1:
            return Finding(next(iter(self._waves)))
        if not values:
            return Finding(None, f"the variable {self._config.wave} (wave) is missing")
        known = {folded(w): w for w in self._waves}
        found: set[str | None] = set()
        for value in values:
            wave = known.get(folded(value))
            found.add(wave if wave is not None else self._wave_of_day(value))
        if len(found) == 1 and None not in found:
            return Finding(found.pop())
        if None in found:
            return Finding(None, f"the variable {self._config.wave} is no wave of the study")
        return Finding(None, "two waves are given")

    def _wave_of_day(self, text: str) -> str | None:
        try:
            day = date.fromisoformat(text.strip()[:10])
        except ValueError:
            return None
        hits = [w for w, c in self._waves.items() if c.first_day <= day <= c.last_day]
        return hits[0] if len(hits) == 1 else None

    def municipality(
        self, variables: Mapping[str, Iterable[str]], wave: str | None = None
    ) -> Finding:
        """The municipality's own id, from id, code or name, as they were in the interview's wave."""
        values = self._values(variables, self._config.municipality)
        if not values:
            return Finding(
                None,
                f"the variable {self._config.municipality} (municipality) is missing: the interview "
                "can be neither protected nor compared",
            )
        hits: dict[str, Finding] = {}
        for value in values:
            found = self._unit(value)
            if found.value is None:
                found = self._by_register(value, wave) or found
            if found.value is None:
                return found
            hits.setdefault(found.value, found)
        if len(hits) > 1:
            return Finding(None, "two municipalities are given", "K5")
        return next(iter(hits.values()))

    def _unit(self, text: str) -> Finding:
        value = text.strip()
        for key, case, note in (
            (value, "", ""),
            (_as_code(value), "K1", "code written with prefix, decimals or without its zero"),
        ):
            for found in self._units.get(key, ()) if key else ():
                if found[1] and not note:
                    return Finding(found[0], found[1], "K2")
                return Finding(found[0], note, case or "Q4")
        named = {unit for unit, _ in self._units.get(f"name:{folded(value)}", ())}
        if len(named) == 1:
            return Finding(named.pop(), "municipality given by its name", "K5")
        if named:
            return Finding(None, "the name fits several participating municipalities", "K5")
        return Finding(None, "the municipality is none of the participating ones", "K2")

    def _by_register(self, text: str, wave: str | None) -> Finding | None:
        """What the dated register knows of a value that is no participant's own; None when nothing."""
        if self._resolver is None or wave not in self._waves:
            return None
        place = self._resolver.resolve(text, self._waves[wave].as_of)
        if place.kommune_id is None:
            return None
        case = place.findings[0].case if place.findings else "K2"
        return Finding(place.kommune_id, _noted(place), case)


def register_resolver(
    raw: Path,
    municipalities: pd.DataFrame,
    waves: Mapping[str, WaveConfig],
    params: Mapping[str, Any],
) -> PlaceResolver | None:
    """What reads codes and names by the dated register.

    Args:
        raw: The raw folder.
        municipalities: The participating municipalities.
        waves: The study's waves.
        params: ``registers`` and ``report_wave``, on whose cut-off date the participants' codes are
            valid.

    Returns:
        The resolver; None where the parameters are not given.

    Raises:
        PlankompassError: A register is missing or has errors.
    """
    if not params.get("registers") or params.get("report_wave") not in waves:
        return None
    register = study_register(raw, RegisterFiles.model_validate(dict(params["registers"])))
    codes = dict(zip(municipalities["kommune_id"], municipalities["code"], strict=True))
    return PlaceResolver(register, codes, waves[params["report_wave"]].as_of)


def _noted(place: Place) -> str:
    """What the register said, in words."""
    return "; ".join(f.rule for f in place.findings) or "municipality found in the dated register"


def _as_code(text: str) -> str:
    """Four digits from ``K-9901``, ``9901.0`` or ``301``; empty when there are none."""
    match = re.fullmatch(r"(?:[Kk]\s*[-.]?\s*)?(\d{3,4})(?:[.,]0+)?", text)
    return match.group(1).zfill(4) if match else ""


def _lookup(
    ids: Iterable[str], synonyms: Mapping[str, Iterable[str]]
) -> dict[str, tuple[str, bool]]:
    """Folded text to (id, whether it is the id itself)."""
    out = {folded(word): (i, False) for i in ids for word in synonyms.get(i, ())}
    return out | {folded(i): (i, True) for i in ids}


def _one(values: list[str], known: Mapping[str, tuple[str, bool]], what: str) -> Finding:
    hits = {known[folded(v)][0] for v in values if folded(v) in known}
    if any(folded(v) not in known for v in values):
        return Finding(None, f"the {what} is none of those listed in the codebook")
    if len(hits) > 1:
        return Finding(None, f"two values of {what} are given")
    value = hits.pop()
    if all(v == value for v in values):
        return Finding(value)
    return Finding(value, f"{what} written in another way, read as {value}")


def _municipality_lookup(table: pd.DataFrame) -> dict[str, list[tuple[str, str]]]:
    """Id, code, earlier code and name to (kommune_id, note)."""
    out: dict[str, list[tuple[str, str]]] = {}

    def add(key: str, unit: str, note: str = "") -> None:
        if (unit, note) not in out.setdefault(key, []):
            out[key].append((unit, note))

    row: Any
    for row in table.itertuples(index=False):
        add(row.kommune_id, row.kommune_id)
        add(row.code, row.kommune_id)
        for code in row.before_codes.split():
            add(code, row.kommune_id, "code from before a municipal reform")
        for name in {row.name, row.official_name, *re.split(r"\s+[-–]\s+", row.official_name)}:
            if name:
                add(f"name:{folded(name)}", row.kommune_id)
    return out
