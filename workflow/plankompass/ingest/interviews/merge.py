"""Two or more coders' projects as one set of interviews: same source, same text, distinct coders."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from bisect import bisect_left
from dataclasses import dataclass, field

from plankompass.ingest.interviews.model import QdaCoder, QdaProject, QdaSource
from plankompass.ingest.interviews.positions import Positions
from plankompass.ingest.interviews.text import folded_guid

_ENDINGS = re.compile(r"\.(txt|docx?|rtf|odt|pdf|md)$")
_MARKS = r"\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_LINE_ENDS = re.compile(r"\r\n?")
_CHANGES = re.compile(rf"\r\n?|[^\r\n{_MARKS}][{_MARKS}]+")
_CLUSTERS = re.compile(rf"\r\n?|.[{_MARKS}]*", re.DOTALL)


@dataclass(frozen=True)
class LoadedProject:
    """A project with its file and its checked positions."""

    file: str
    project: QdaProject
    positions: Positions
    _texts: dict[str, CommonText] = field(default_factory=dict, compare=False, repr=False)

    def common_text(self, source: QdaSource) -> CommonText:
        """A source's text for comparing and counting; an empty one where the project has none."""
        if source.key not in self._texts:
            self._texts[source.key] = CommonText(source.text or "")
        return self._texts[source.key]


@dataclass
class Interview:
    """One interview over all projects.

    Attributes:
        id: Stable id: a hash of GUID or name.
        members: Project number to the source there.
    """

    id: str = ""
    members: dict[int, QdaSource] = field(default_factory=dict)


def name_key(name: str) -> str:
    """A source's or coder's name for comparing: small letters, single spaces, no file ending."""
    plain = " ".join(unicodedata.normalize("NFC", name).casefold().split())
    return _ENDINGS.sub("", plain)


def short_hash(*parts: str) -> str:
    """Twelve hexadecimal digits of SHA-256 over the parts; the same on every machine."""
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:12]


def join_sources(projects: list[LoadedProject]) -> list[Interview]:
    """Find the sources that are one interview: same GUID, else same name.

    Args:
        projects: The projects in the configuration's order.

    Returns:
        Interviews sorted by id. A name that a project uses twice joins nothing.
    """
    interviews: list[Interview] = []
    by_guid: dict[str, Interview] = {}
    by_name: dict[str, Interview] = {}
    for number, loaded in enumerate(projects):
        sources = list(loaded.project.sources.values())
        names = [name_key(s.name) for s in sources]
        unjoined: list[tuple[QdaSource, str]] = []
        for source, name in zip(sources, names, strict=True):
            known = by_guid.get(folded_guid(source.guid)) if source.guid else None
            if known is not None and number not in known.members:
                known.members[number] = source
            else:
                unjoined.append((source, name))
        for source, name in unjoined:
            unique = bool(name) and names.count(name) == 1
            known = by_name.get(name) if unique else None
            if known is None or number in known.members:
                known = Interview()
                interviews.append(known)
            known.members[number] = source
            if unique:
                by_name.setdefault(name, known)
        for interview in interviews:
            source = interview.members.get(number)
            if source is not None and source.guid:
                by_guid.setdefault(folded_guid(source.guid), interview)
            if source is not None and names.count(name := name_key(source.name)) == 1 and name:
                by_name.setdefault(name, interview)
    for order, interview in enumerate(interviews):
        guids = sorted(folded_guid(s.guid) for s in interview.members.values() if s.guid)
        names = sorted(name_key(s.name) for s in interview.members.values())
        interview.id = short_hash("interview", guids[0] if guids else f"{names[0]}")
        if not guids and sum(1 for i in interviews[:order] if i.id == interview.id):
            interview.id = short_hash("interview", names[0], str(order))
    return sorted(interviews, key=lambda i: i.id)


class CommonText:
    """A text with line ends as one character and letters composed, and positions carried over.

    Args:
        text: The text as one project stores it.

    Attributes:
        text: The text for comparing and counting.
    """

    def __init__(self, text: str) -> None:
        composed = unicodedata.is_normalized("NFC", text)
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._new_ends: list[int] = []
        self.text = text
        if composed and "\r" not in text:
            return
        self._rewrite(text, _LINE_ENDS if composed else _CHANGES)
        if not composed and not unicodedata.is_normalized("NFC", self.text):
            self._rewrite(text, _CLUSTERS)  # rare letters that change without a mark beside them

    def _rewrite(self, text: str, pattern: re.Pattern[str]) -> None:
        """Replace each match by its plain form and note where lengths change."""
        self._starts, self._ends, self._new_ends = [], [], []
        parts: list[str] = []
        done = length = 0
        for match in pattern.finditer(text):
            start, end = match.span()
            cluster = match.group()
            plain = "\n" if cluster[0] == "\r" else unicodedata.normalize("NFC", cluster)
            parts += (text[done:start], plain)
            length += start - done + len(plain)
            done = end
            if len(plain) != end - start:
                self._starts.append(start)
                self._ends.append(end)
                self._new_ends.append(length)
        parts.append(text[done:])
        self.text = "".join(parts)

    def position(self, index: int) -> int:
        """A position of the stored text in the common text.

        Args:
            index: Code points from 0; at most the stored text's length.

        Returns:
            Code points from 0. A position inside a cluster moves to its end.
        """
        last = bisect_left(self._starts, index) - 1
        if last < 0:
            return index
        if index < self._ends[last]:
            return self._new_ends[last]
        return index - self._ends[last] + self._new_ends[last]

    @property
    def fingerprint(self) -> str:
        """Hash of the text without white space at its end."""
        return hashlib.sha256(self.text.rstrip().encode("utf-8", "surrogatepass")).hexdigest()


def coder_identities(projects: list[LoadedProject]) -> dict[tuple[int, str], str]:
    """Pseudonyms A, B, ... of the coders who coded something, over all projects.

    Users with one GUID or one name are one coder: nothing shows that they are two, and agreement of a
    coder with itself means nothing (Q3).

    Args:
        projects: The projects.

    Returns:
        (project number, coder key) to pseudonym.
    """
    used: dict[tuple[int, str], QdaCoder] = {}
    for number, loaded in enumerate(projects):
        keys = {c.coder for s in loaded.project.selections for c in s.codings}
        used |= {(number, key): loaded.project.coders[key] for key in sorted(keys)}
    groups: list[tuple[set[str], list[tuple[int, str]]]] = []
    for place in sorted(used):
        coder = used[place]
        marks = {f"guid:{folded_guid(coder.guid)}"} if coder.guid else set()
        if coder.name.strip():
            marks.add(f"name:{name_key(coder.name)}")
        if not marks:
            marks = {"nobody"}
        joined = [g for g in groups if g[0] & marks]
        groups = [g for g in groups if not g[0] & marks]
        places = [place, *(p for g in joined for p in g[1])]
        groups.append((marks.union(*(g[0] for g in joined)), places))
    # the first project's coder is A
    ordered = sorted(groups, key=lambda g: min(g[1]))
    return {place: _letters(index) for index, (_, places) in enumerate(ordered) for place in places}


def _letters(index: int) -> str:
    out = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        out = chr(ord("A") + rest) + out
    return out
