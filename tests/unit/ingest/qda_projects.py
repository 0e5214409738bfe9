"""Made-up interview projects written as REFI-QDA, for tests."""

from __future__ import annotations

import uuid
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import quoteattr

from plankompass.ingest.interviews.codes import code_guid

NAMESPACE = "urn:QDA-XML:project:1.0"


def guid(*parts: object) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "test:" + ":".join(map(str, parts))))


@dataclass
class MadeSource:
    """A source with its codings: (start, end, code guid, coder guid); None, None for the whole."""

    name: str
    text: str | None
    codings: list[tuple[int | None, int | None, str, str]] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)
    guid: str = ""

    def __post_init__(self) -> None:
        self.guid = self.guid or guid("source", self.name)


@dataclass
class MadeProject:
    """A project; codes are (guid, name, parent guid or None)."""

    sources: list[MadeSource]
    codes: list[tuple[str, str, str | None]]
    users: list[tuple[str, str]]
    origin: str = "test 1.0"
    inline: bool = False
    cases: bool = True


def codebook_codes(book) -> list[tuple[str, str, str | None]]:
    """All codes of the codebook, with the codebook's GUIDs and bokmål labels."""
    return [
        (code_guid(c.id), c.nb, code_guid(c.parent) if c.parent else None)
        for c in book.codes.values()
    ]


def project_xml(project: MadeProject) -> str:
    def codes(parent: str | None) -> str:
        return "".join(
            f'<Code guid="{g}" name={quoteattr(n)} isCodable="true">{codes(g)}</Code>'
            for g, n, p in project.codes
            if p == parent
        )

    names = sorted({name for s in project.sources for name in s.variables})
    variables = "".join(
        f'<Variable guid="{guid("var", n)}" name={quoteattr(n)} typeOfVariable="Text"/>'
        for n in names
    )

    def values(source: MadeSource) -> str:
        return "".join(
            f'<VariableValue><VariableRef targetGUID="{guid("var", n)}"/>'
            f"<TextValue>{v}</TextValue></VariableValue>"
            for n, v in source.variables.items()
        )

    sources = cases = ""
    for source in project.sources:
        marks = ""
        for i, (start, end, code, coder) in enumerate(source.codings):
            coding = (
                f'<Coding guid="{guid("coding", source.guid, i)}" creatingUser="{coder}">'
                f'<CodeRef targetGUID="{code}"/></Coding>'
            )
            marks += (
                coding
                if start is None
                else f'<PlainTextSelection guid="{guid("sel", source.guid, i, coder)}" name="" '
                f'startPosition="{start}" endPosition="{end}">{coding}</PlainTextSelection>'
            )
        path = content = ""
        if project.inline and source.text is not None:
            text = source.text.replace("&", "&amp;").replace("<", "&lt;").replace("\r", "&#13;")
            content = f"<PlainTextContent>{text}</PlainTextContent>"
        else:
            path = f' plainTextPath="internal://{source.guid}.txt"'
        own = "" if project.cases else values(source)
        sources += (
            f'<TextSource guid="{source.guid}" name={quoteattr(source.name)}{path}>'
            f"{content}{marks}{own}</TextSource>"
        )
        if project.cases and source.variables:
            cases += (
                f'<Case guid="{guid("case", source.guid)}" name="c">{values(source)}'
                f'<SourceRef targetGUID="{source.guid}"/></Case>'
            )
    users = "".join(f'<User guid="{g}" name={quoteattr(n)}/>' for g, n in project.users)
    return (
        f'<?xml version="1.0" encoding="utf-8"?><Project xmlns="{NAMESPACE}" '
        f'name="p" origin={quoteattr(project.origin)}><Users>{users}</Users>'
        f"<CodeBook><Codes>{codes(None)}</Codes></CodeBook>"
        f"<Variables>{variables}</Variables><Cases>{cases}</Cases>"
        f"<Sources>{sources}</Sources></Project>"
    )


def write_qdpx(path: Path, project: MadeProject, *, bom: bool = False) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("project.qde", project_xml(project))
        archive.writestr("sources/.root", b"")
        for source in project.sources:
            if source.text is not None and not project.inline:
                data = source.text.encode("utf-8")
                archive.writestr(
                    f"sources/{source.guid}.txt", (b"\xef\xbb\xbf" if bom else b"") + data
                )
    return path
