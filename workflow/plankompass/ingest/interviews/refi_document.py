"""The document of a REFI-QDA project, as the many programs write it, turned into a project.

The standard is the exchange format of coding programs (www.qdasoftware.org). Elements are found by
name whatever their namespace, since programs mix those of project and codebook.
"""

from __future__ import annotations

from collections.abc import Callable

from lxml import etree

from plankompass.ingest.interviews.model import (
    Medium,
    QdaCode,
    QdaCoder,
    QdaCoding,
    QdaProject,
    QdaSelection,
    QdaSource,
)
from plankompass.ingest.interviews.text import Keys, folded_guid
from plankompass.ingest.safe_xml import local_name

_MEDIA: dict[str, Medium] = {
    "TextSource": "text",
    "PDFSource": "pdf",
    "PictureSource": "picture",
    "AudioSource": "audio",
    "VideoSource": "video",
}
_TEXT_HOLDERS = ("Representation", "TextDescription", "Transcript")
_NO_CODER = ""


def _children(parent: etree._Element, name: str) -> list[etree._Element]:
    return [child for child in parent if local_name(child) == name]


def _first(parent: etree._Element, name: str) -> etree._Element | None:
    return next((child for child in parent if local_name(child) == name), None)


def _position(element: etree._Element, name: str) -> int | None:
    try:
        return int(element.get(name, ""))
    except ValueError:
        return None


def _between_sync_points(
    transcript: etree._Element, selection: etree._Element
) -> tuple[int | None, int | None]:
    """Where a stretch of a recording stands in its transcript; None where the points do not say."""
    points = {
        folded_guid(point.get("guid", "")): _position(point, "position")
        for point in _children(transcript, "SyncPoint")
    }
    start, end = (
        points.get(folded_guid(selection.get(name, "")))
        for name in ("fromSyncPoint", "toSyncPoint")
    )
    placed = start is not None and end is not None and 0 <= start < end
    return (start, end) if placed else (None, None)


class ProjectReader:
    """Turns a project document into a :class:`QdaProject`.

    Args:
        root: The document.
        form: The format it was read from.
        text_of: Gives the text that a path of the document points at; None when there is none.
    """

    def __init__(
        self, root: etree._Element, form: str, text_of: Callable[[str], str | None]
    ) -> None:
        self._root = root
        self._text_of = text_of
        self._codes, self._coders, self._sources = Keys(), Keys(), Keys()
        self._variables: dict[str, str] = {}
        self._cases = [c for g in _children(root, "Cases") for c in _children(g, "Case")]
        self._selection_sources: dict[str, str] = {}
        self._duplicate_codes = 0
        self.project = QdaProject(format=form, tool=root.get("origin", "").strip() or "unknown")

    def read(self) -> QdaProject:
        """Read everything, in the order in which parts refer to each other."""
        self._read_coders()
        self._read_codes()
        self._read_variables()
        self._read_sources()
        self._read_cases()
        self._read_sets()
        self._read_notes()
        return self.project

    def _note(self, text: str) -> None:
        self.project.problems.append(text)

    def _read_coders(self) -> None:
        twice = 0
        for users in _children(self._root, "Users"):
            for user in _children(users, "User"):
                guid, name = user.get("guid", ""), user.get("name", "") or user.get("id", "")
                if guid and self._coders.find(guid) is not None:
                    twice += 1
                    key = f"{guid}#{len(self.project.coders)}"
                else:
                    key = self._coders.add(guid or f"user:{name}")
                self.project.coders[key] = QdaCoder(key, guid, name)
        if twice:
            self._note(
                f"{twice} user(s) have the GUID of another user: their codings cannot be told apart"
            )

    def _read_codes(self) -> None:
        book = (
            self._root if local_name(self._root) == "CodeBook" else _first(self._root, "CodeBook")
        )
        if book is None:
            self._note("no code book in the project")
            return
        stack = [(c, ()) for codes in _children(book, "Codes") for c in _children(codes, "Code")]
        stack += [(c, ()) for c in _children(book, "Code")]
        stack.reverse()
        while stack:
            element, above = stack.pop()
            path = (*above, element.get("name", ""))
            guid = element.get("guid", "")
            if guid and self._codes.find(guid) is not None:
                self._duplicate_codes += 1
                key = f"{guid}#{len(self.project.codes)}"
            else:
                key = self._codes.add(guid or f"code:{'/'.join(path)}")
            codable = element.get("isCodable", "true").strip().casefold() not in ("false", "0")
            self.project.codes[key] = QdaCode(key, guid, path, codable)
            inner = [*_children(element, "Code")]
            for group in (*_children(element, "SubCodes"), *_children(element, "Codes")):
                inner += _children(group, "Code")
            stack += [(child, path) for child in reversed(inner)]
        if self._duplicate_codes:
            self._note(f"{self._duplicate_codes} code(s) have the GUID of another code")

    def _read_variables(self) -> None:
        for group in _children(self._root, "Variables"):
            for variable in _children(group, "Variable"):
                self._variables[folded_guid(variable.get("guid", ""))] = variable.get("name", "")

    def _values(self, element: etree._Element) -> list[tuple[str, str]]:
        """Variable names and values given on a source or case."""
        out = []
        for holder in _children(element, "VariableValue"):
            reference = _first(holder, "VariableRef")
            guid = "" if reference is None else reference.get("targetGUID", "")
            name = self._variables.get(folded_guid(guid), "")
            value = next(
                (c.text or "" for c in holder if local_name(c).endswith("Value")), ""
            ).strip()
            if name and value:
                out.append((name, value))
        return out

    def _read_sources(self) -> None:
        containers = _children(self._root, "Sources")
        if not containers and local_name(self._root) == "Project":
            self._note("no sources in the project")
        missing = 0
        for element in (child for group in containers for child in group):
            medium = _MEDIA.get(local_name(element))
            if medium is None:
                continue
            guid, name = element.get("guid", ""), element.get("name", "")
            taken = bool(guid) and self._sources.find(guid) is not None
            key = (
                f"{guid}#{len(self.project.sources)}"
                if taken or not guid
                else self._sources.add(guid)
            )
            text, holder = self._source_text(element)
            source = QdaSource(key, guid, name, medium, text)
            for variable, value in self._values(element):
                source.variables.setdefault(variable, set()).add(value)
            self.project.sources[key] = source
            missing += text is None and medium == "text"
            self._read_selections(element, element, key, holder)
        if missing:
            self._note(f"{missing} text source(s) have no text in the file")

    def _source_text(self, element: etree._Element) -> tuple[str | None, etree._Element | None]:
        """A source's plain text and the element whose selections count in it."""
        for holder in (element, *(c for c in element if local_name(c) in _TEXT_HOLDERS)):
            inline = _first(holder, "PlainTextContent")
            if inline is not None:
                return inline.text or "", holder
            path = holder.get("plainTextPath")
            if path and (text := self._text_of(path)) is not None:
                return text, holder
        return None, None

    def _read_selections(
        self,
        element: etree._Element,
        container: etree._Element,
        source: str,
        holder: etree._Element | None,
    ) -> None:
        """Every selection below an element; those in the text holder keep their positions."""
        if container is element and (whole := self._codings(element)):
            # a code on the whole source: presence without a place
            key = f"{element.get('guid', source)}:whole"
            self.project.selections.append(QdaSelection(key, source, None, None, whole))
        for child in element:
            name = local_name(child)
            if name in _TEXT_HOLDERS:
                self._read_selections(child, child, source, holder)
            elif name.endswith("Selection"):
                key = child.get("guid") or f"{source}:{len(self.project.selections)}"
                start = end = None
                if name == "PlainTextSelection":
                    start, end = _position(child, "startPosition"), _position(child, "endPosition")
                    if start is None or end is None:
                        # a text selection without positions does not fit its text
                        start, end = -1, -1
                elif name == "TranscriptSelection":
                    start, end = _between_sync_points(container, child)
                if holder is not None and container is not holder:
                    start = end = None
                default = child.get("creatingUser", "")
                codings = self._codings(child, default)
                self._selection_sources[folded_guid(key)] = source
                self.project.selections.append(QdaSelection(key, source, start, end, codings))
                for inner in child:
                    if local_name(inner) in _TEXT_HOLDERS:
                        self._read_selections(inner, inner, source, holder)

    def _codings(self, element: etree._Element, default: str = "") -> tuple[QdaCoding, ...]:
        codings = []
        for coding in _children(element, "Coding"):
            references = _children(coding, "CodeRef")
            if not references:
                continue
            coder = self._coder_key(coding.get("creatingUser", "") or default)
            codings += [
                QdaCoding(self._code_key(reference.get("targetGUID", "")), coder)
                for reference in references
            ]
        return tuple(codings)

    def _coder_key(self, guid: str) -> str:
        guid = guid or self._root.get("creatingUserGUID", "")
        if not guid:
            self.project.coders.setdefault(_NO_CODER, QdaCoder(_NO_CODER, "", "", defined=False))
            return _NO_CODER
        key = self._coders.find(guid)
        if key is None:
            key = self._coders.add(guid)
            self.project.coders[key] = QdaCoder(key, guid, "", defined=False)
        return key

    def _code_key(self, guid: str) -> str:
        key = self._codes.find(guid)
        if key is None:
            key = self._codes.add(guid)
            self.project.codes[key] = QdaCode(key, guid, (), defined=False)
        return key

    def _read_cases(self) -> None:
        """Variables of cases go to the sources that belong to them.

        A case names its sources or selections, or the code that stands for it; some programs set the
        case itself on passages as if it were a code.
        """
        self.project.cases = len(self._cases)
        coded: dict[str, set[str]] = {}
        for selection in self.project.selections:
            for coding in selection.codings:
                coded.setdefault(coding.code, set()).add(selection.source)
        for case in self._cases:
            targets = {
                self._sources.find(reference.get("targetGUID", ""))
                for reference in _children(case, "SourceRef")
            } | {
                self._selection_sources.get(folded_guid(reference.get("targetGUID", "")))
                for reference in _children(case, "SelectionRef")
            }
            named = bool(targets - {None})
            marks = [r.get("targetGUID", "") for r in _children(case, "CodeRef")]
            for guid in filter(None, (*marks, case.get("guid", ""))):
                if (code := self._codes.find(guid)) is not None:
                    self.project.case_codes.add(code)
                    if not named:
                        targets |= coded.get(code, set())
            for name, value in self._values(case):
                for key in sorted(t for t in targets if t is not None):
                    self.project.sources[key].variables.setdefault(name, set()).add(value)

    def _read_notes(self) -> None:
        """Passages coded in the researchers' own notes are no interview."""
        coded = sum(
            local_name(element) == "Coding"
            for group in _children(self._root, "Notes")
            for element in group.iter("{*}Coding")
        )
        if coded:
            self._note(f"{coded} coding(s) in notes and memos are left out")

    def _read_sets(self) -> None:
        """Sets named ``variable: value``: how ATLAS.ti writes document groups for attributes."""
        for group in _children(self._root, "Sets"):
            for item in _children(group, "Set"):
                name, separator, value = item.get("name", "").partition(":")
                value = value.strip(" :")
                if not (separator and name.strip() and value):
                    continue
                for member in _children(item, "MemberSource"):
                    key = self._sources.find(member.get("targetGUID", ""))
                    if key is not None:
                        variables = self.project.sources[key].variables
                        variables.setdefault(name.strip(), set()).add(value)
