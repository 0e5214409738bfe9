"""An interview project as every reader of coding programs gives it: codes, coders, sources, codings."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from plankompass.study.problems import PlankompassError

Medium = Literal["text", "pdf", "picture", "audio", "video"]
OffsetUnit = Literal["codepoint", "utf16", "utf8"]

NATIVE_FORMATS = {
    ".nvp": "NVivo project: choose Share > Export project > REFI-QDA project (.qdpx)",
    ".nvpx": "NVivo project: choose Share > Export project > REFI-QDA project (.qdpx)",
    ".nvcx": "NVivo project for Mac: choose Share > Export project > REFI-QDA project (.qdpx)",
    ".mx18": "MAXQDA project: choose Home > Export > REFI-QDA project (.qdpx)",
    ".mx20": "MAXQDA project: choose Home > Export > REFI-QDA project (.qdpx)",
    ".mx22": "MAXQDA project: choose Home > Export > REFI-QDA project (.qdpx)",
    ".mx24": "MAXQDA project: choose Home > Export > REFI-QDA project (.qdpx)",
    ".mx25": "MAXQDA project: choose Home > Export > REFI-QDA project (.qdpx)",
    ".mex": "MAXQDA exchange file: open it in MAXQDA, then Home > Export > REFI-QDA project (.qdpx)",
    ".hpr": "ATLAS.ti project: choose File > Export > QDPX (REFI-QDA)",
    ".hpr7": "ATLAS.ti project: choose File > Export > QDPX (REFI-QDA)",
    ".atlproj": "ATLAS.ti project: choose File > Export > QDPX (REFI-QDA)",
}


class ProjectRefusedError(PlankompassError):
    """An interview project that cannot be read; the text names the file, the reason and a way out."""


@dataclass(frozen=True)
class QdaCode:
    """One code of a project.

    Attributes:
        key: Identity within the project.
        guid: GUID as the program wrote it; empty where it has none.
        path: Names from the outermost parent to the code itself.
        codable: Whether the program lets passages carry it (folders do not).
        defined: False where codings refer to a code that the project does not list.
    """

    key: str
    guid: str
    path: tuple[str, ...]
    codable: bool = True
    defined: bool = True

    @property
    def name(self) -> str:
        """The code's own name; empty when the project gives none."""
        return self.path[-1] if self.path else ""


@dataclass(frozen=True)
class QdaCoder:
    """One user of the program.

    Attributes:
        key: Identity within the project.
        guid: GUID; empty where there is none.
        name: Name as the program shows it; personal, never printed.
        defined: False where codings refer to a user that the project does not list.
    """

    key: str
    guid: str
    name: str
    defined: bool = True


@dataclass
class QdaSource:
    """One coded source.

    Attributes:
        key: Identity within the project.
        guid: GUID; empty where there is none.
        name: Name in the program; may be personal, never printed.
        medium: What kind of source.
        text: Its plain text as stored, after a byte order mark; None when it is not in the file.
        variables: Variable name to the values given for the source, its cases and its sets.
    """

    key: str
    guid: str
    name: str
    medium: Medium
    text: str | None = None
    variables: dict[str, set[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class QdaCoding:
    """One code set by one coder on a selection."""

    code: str
    coder: str


@dataclass(frozen=True)
class QdaSelection:
    """One passage, picture area or stretch of time.

    Attributes:
        key: Identity within the project.
        source: Key of the source.
        start, end: Positions in the source's text as the program counts them, end exclusive; None
            where the selection has no place in the text.
        codings: Codes set on it.
        quoted: The passage's text where the program stores it too, for checking; else None.
    """

    key: str
    source: str
    start: int | None
    end: int | None
    codings: tuple[QdaCoding, ...]
    quoted: str | None = None


@dataclass
class QdaProject:
    """One interview project, whole.

    Attributes:
        format: Format it was read from: qdpx, qde, qdc, qualcoder, taguette, csv or xlsx.
        tool: Program and version, as far as the file says.
        codes, coders, sources: By key, in the file's order.
        selections: In the file's order.
        cases: Number of cases.
        case_codes: Keys of codes that stand for cases: who spoke, not what was said.
        fixed_unit: The unit of positions where the format leaves no doubt; None to decide by checking.
        problems: What was found on the way, in words, no values.
    """

    format: str
    tool: str
    codes: dict[str, QdaCode] = field(default_factory=dict)
    coders: dict[str, QdaCoder] = field(default_factory=dict)
    sources: dict[str, QdaSource] = field(default_factory=dict)
    selections: list[QdaSelection] = field(default_factory=list)
    cases: int = 0
    case_codes: set[str] = field(default_factory=set)
    fixed_unit: OffsetUnit | None = None
    problems: list[str] = field(default_factory=list)

    @property
    def codings(self) -> int:
        """Number of codings: selection x code x coder."""
        return sum(len(s.codings) for s in self.selections)
