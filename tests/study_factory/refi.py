"""Coders' projects as REFI-QDA (.qdpx), positions in UTF-16 units on the stored text as NVivo counts."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lxml import etree
from tests.study_factory.files import zip_bytes
from tests.study_factory.interviews import Interview
from tests.study_factory.randomness import stable_uuid

from plankompass.study.codebook import Codebook

NAMESPACE = "urn:QDA-XML:project:1.0"
WRITTEN = "2023-06-01T12:00:00Z"
VARIABLES = ("kommune", "rolle", "bolge", "kilde")
_NAMES = {"A": "Koder A", "B": "Koder B"}


def code_guid(code: str) -> str:
    """The GUID of a code by the codebook's rule."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"urn:plansamspill:kode:{code}"))


@dataclass
class ProjectFaults:
    """What is wrong on purpose in one coder's project.

    Attributes:
        renamed: Code to the label it stands under, with a GUID that matches nothing.
        roles: Interview name to the role as written.
        without_municipality: Interviews whose municipality was never filled in.
        beyond_text: (interview name, code) whose selection ends after the text.
    """

    renamed: dict[str, str]
    roles: dict[str, str]
    without_municipality: frozenset[str]
    beyond_text: frozenset[tuple[str, str]]

    @classmethod
    def none(cls) -> ProjectFaults:
        """Nothing wrong."""
        return cls({}, {}, frozenset(), frozenset())


def utf16_offset(text: str, position: int) -> int:
    """Position in UTF-16 code units of a position in code points."""
    return position + sum(ord(c) > 0xFFFF for c in text[:position])


def _code_elements(
    parent: etree._Element, codebook: Codebook, faults: ProjectFaults, seed: int
) -> Callable[[str], str]:
    """Write the code tree; give the lookup of each code's GUID in this project."""
    guids: dict[str, str] = {}
    codes = etree.SubElement(etree.SubElement(parent, "CodeBook"), "Codes")
    elements: dict[str | None, etree._Element] = {None: codes}
    for code in codebook.codes.values():
        guids[code.id] = (
            stable_uuid(seed, "code", code.id) if code.id in faults.renamed else code_guid(code.id)
        )
        element = etree.SubElement(
            elements[code.parent], "Code",
            guid=guids[code.id], name=faults.renamed.get(code.id, code.nb),
            isCodable="false" if code.descriptive else "true",
        )  # fmt: skip
        elements[code.id] = element
    return guids.__getitem__


def _cases(
    parent: etree._Element, interviews: list[Interview], faults: ProjectFaults, seed: int
) -> None:
    variables = etree.SubElement(parent, "Variables")
    ids = {name: stable_uuid(seed, "variable", name) for name in VARIABLES}
    for name in VARIABLES:
        etree.SubElement(variables, "Variable", guid=ids[name], name=name, typeOfVariable="Text")
    cases = etree.SubElement(parent, "Cases")
    for interview in interviews:
        values = {
            "kommune": interview.municipality.code, "rolle": faults.roles.get(interview.name, interview.role),
            "bolge": interview.wave, "kilde": interview.kind,
        }  # fmt: skip
        if interview.name in faults.without_municipality:
            del values["kommune"]
        case = etree.SubElement(
            cases, "Case", guid=stable_uuid(seed, "case", interview.name), name=interview.name
        )
        for name, value in values.items():
            element = etree.SubElement(case, "VariableValue")
            etree.SubElement(element, "VariableRef", targetGUID=ids[name])
            etree.SubElement(element, "TextValue").text = value
        etree.SubElement(case, "SourceRef", targetGUID=interview.guid)


def write_project(
    path: Path,
    coder: str,
    interviews: list[Interview],
    codebook: Codebook,
    *,
    seed: int,
    faults: ProjectFaults | None = None,
) -> None:
    """Write one coder's project with the interviews that the coder worked on.

    Args:
        path: The .qdpx file.
        coder: ``A`` or ``B``.
        interviews: All interviews.
        codebook: The instrument's codes.
        seed: Seed of GUIDs.
        faults: What to plant; nothing when left out.
    """
    faults = faults or ProjectFaults.none()
    own = [i for i in interviews if coder in i.coded]
    user = stable_uuid(seed, "coder", coder)
    project = etree.Element(
        "Project", nsmap={None: NAMESPACE}, name=f"Eksempeldata {_NAMES[coder]}", origin="Eksempeldata",
        creatingUserGUID=user, creationDateTime=WRITTEN, basePath="",
    )  # fmt: skip
    users = etree.SubElement(project, "Users")
    etree.SubElement(users, "User", guid=user, name=_NAMES[coder], id=coder)
    guid_of = _code_elements(project, codebook, faults, seed)
    _cases(project, own, faults, seed)
    sources = etree.SubElement(project, "Sources")
    members: dict[str, bytes] = {}
    for interview in own:
        prefix = b"\xef\xbb\xbf" if interview.bom else b""
        members[f"Sources/{interview.guid}.txt"] = prefix + interview.text.encode("utf-8")
        source = etree.SubElement(
            sources, "TextSource", guid=interview.guid, name=interview.name,
            plainTextPath=f"internal://{interview.guid}.txt", creatingUser=user, creationDateTime=WRITTEN,
        )  # fmt: skip
        for number, selection in enumerate(interview.coded[coder]):
            end = utf16_offset(interview.text, selection.end)
            if (interview.name, selection.code) in faults.beyond_text:
                end = utf16_offset(interview.text, len(interview.text)) + 127
            label = (interview.name, coder, selection.code, number)
            element = etree.SubElement(
                source, "PlainTextSelection", guid=stable_uuid(seed, "selection", *label),
                name=interview.text[selection.start : selection.end][:40],
                startPosition=str(utf16_offset(interview.text, selection.start)), endPosition=str(end),
                creatingUser=user, creationDateTime=WRITTEN,
            )  # fmt: skip
            coding = etree.SubElement(
                element, "Coding", guid=stable_uuid(seed, "coding", *label), creatingUser=user, creationDateTime=WRITTEN
            )  # fmt: skip
            etree.SubElement(coding, "CodeRef", targetGUID=guid_of(selection.code))
    xml = etree.tostring(project, xml_declaration=True, encoding="UTF-8", standalone=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(zip_bytes({"project.qde": xml, **members}))
