"""Which codes stand in which interviews, read from the coders' REFI-QDA projects with plain XML."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

from tests.trace_back.raw_files import RawFiles

_NS = "{urn:QDA-XML:project:1.0}"


@dataclass
class Interview:
    """One interview, put together from the coders' projects.

    Attributes:
        unit: ``kommune_id``; empty where no project names a municipality.
        wave: Wave.
        kind: Kind of source.
        codes: Coder to the codes that coder set.
    """

    unit: str = ""
    wave: str = ""
    kind: str = ""
    codes: dict[str, set[str]] = field(default_factory=dict)


class Interviews:
    """The coded interviews of a study.

    Args:
        raw: The raw files.
    """

    def __init__(self, raw: RawFiles) -> None:
        self.raw = raw
        self.all: dict[str, Interview] = {}
        self._labels = _labels(raw)
        for file in raw.config["interviews"]["projects"]:
            self._read(file)
        self.agreed = self._consensus()

    def present(self, code: str, wave: str, unit: str = "") -> tuple[int, int]:
        """Interviews with a code, and all coded interviews.

        What the coders agreed on holds; else every coder of the interview must have set the code.

        Args:
            code: The code.
            wave: Wave.
            unit: Municipality; all when left out.
        """
        return self.any_present([code], wave, unit)

    def any_present(self, codes: list[str], wave: str, unit: str = "") -> tuple[int, int]:
        """Interviews with at least one of some codes, and all coded interviews; see ``present``."""
        counted = total = 0
        for name, interview in self.all.items():
            if interview.kind != "interview" or interview.wave != wave or not interview.codes:
                continue
            if not interview.unit or (unit and interview.unit != unit):
                continue
            total += 1
            counted += any(self._has(name, interview, code) for code in codes)
        return counted, total

    def _has(self, name: str, interview: Interview, code: str) -> bool:
        said = self.agreed.get((name, code))
        return all(code in codes for codes in interview.codes.values()) if said is None else said

    def _consensus(self) -> dict[tuple[str, str], bool]:
        file = self.raw.config["interviews"].get("consensus")
        rows = self.raw.rows(file) if file else []
        return {
            (_key(r["interview"]), r["code"]): r["present"] == "yes" for r in rows if r["present"]
        }

    def _read(self, file: str) -> None:
        settings = self.raw.config["interviews"]
        with zipfile.ZipFile(self.raw.path(file)) as archive:
            name = next(n for n in archive.namelist() if n.endswith(".qde"))
            project = ET.fromstring(archive.read(name))
            texts = {n.rpartition("/")[2]: archive.read(n) for n in archive.namelist()}
        variables = {v.get("guid"): v.get("name") for v in project.iter(f"{_NS}Variable")}
        codes = self._codes(project)
        names = {}
        for source in project.iter(f"{_NS}TextSource"):
            names[source.get("guid")] = _key(source.get("name", ""))
            interview = self.all.setdefault(_key(source.get("name", "")), Interview())
            text = _text(source, texts)
            for selection in source.iter(f"{_NS}PlainTextSelection"):
                if int(selection.get("endPosition", "0")) > len(text.encode("utf-16-le")) // 2:
                    continue
                for ref in selection.iter(f"{_NS}CodeRef"):
                    code = codes.get(ref.get("targetGUID"))
                    if code:
                        interview.codes.setdefault(file, set()).add(code)
        for case in project.iter(f"{_NS}Case"):
            said = {}
            for value in case.iter(f"{_NS}VariableValue"):
                ref = value.find(f"{_NS}VariableRef")
                text = value.findtext(f"{_NS}TextValue") or ""
                said[variables.get(ref.get("targetGUID") if ref is not None else "")] = text.strip()
            for ref in case.iter(f"{_NS}SourceRef"):
                interview = self.all[names[ref.get("targetGUID")]]
                place = said.get(settings["municipality"], "")
                interview.unit = interview.unit or (self.raw.unit_of(place) if place else "")
                interview.wave = interview.wave or said.get(settings["wave"], "")
                interview.kind = interview.kind or said.get(settings["source_kind"], "interview")

    def _codes(self, project: ET.Element) -> dict[str | None, str]:
        """GUID of each code of a project to the codebook's id, by its path of labels."""
        found: dict[str | None, str] = {}

        def walk(node: ET.Element, above: tuple[str, ...]) -> None:
            for code in node.findall(f"{_NS}Code"):
                path = (*above, _key(code.get("name", "")))
                if path in self._labels:
                    found[code.get("guid")] = self._labels[path]
                walk(code, path)

        for codes in project.iter(f"{_NS}Codes"):
            walk(codes, ())
        return found


def _labels(raw: RawFiles) -> dict[tuple[str, ...], str]:
    by_id = {c["id"]: c for c in raw.codes}
    out = {}
    for code in raw.codes:
        parent = by_id.get(code["parent"] or "")
        for language in ("nb", "nn", "en"):
            own = _key(code[language])
            out[(own,) if parent is None else (_key(parent[language]), own)] = code["id"]
    return out


def _key(name: str) -> str:
    return re.sub(r"\s+", " ", name).strip().casefold()


def _text(source: ET.Element, texts: dict[str, bytes]) -> str:
    path = (source.get("plainTextPath") or "").rpartition("/")[2]
    if path in texts:
        return io.TextIOWrapper(io.BytesIO(texts[path]), encoding="utf-8-sig", newline="").read()
    return source.findtext(f"{_NS}PlainTextContent") or ""
