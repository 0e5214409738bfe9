"""report.json: everything one report says in one language, as pydantic models.

Three documents: a municipality's report, the network report, and the index. All are written with
:func:`write_document` and read with :func:`read_document`.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import Field, TypeAdapter, ValidationError, model_validator

from plankompass.reports.schema_blocks import AnyBlock
from plankompass.reports.schema_parts import (
    Fact,
    Language,
    Link,
    ReportModel,
    Sentence,
    Shown,
    Table,
    Verdict,
)
from plankompass.study.problems import PlankompassError

SCHEMA_VERSION = "1.0"


class Colours(ReportModel):
    """Colours of the pages as ``#rrggbb``."""

    main: str = Field(default="#00546b", description="Headings and links")
    band: str = Field(default="#0a3d4d", description="The band at the top")
    on_band: str = Field(default="#cfe3e8", description="Text on the band")


class Meta(ReportModel):
    """What the document is about and how it was made."""

    schema_version: Literal["1.0"] = SCHEMA_VERSION
    study: str = Field(min_length=1, description="The study's id")
    study_title: str = Field(min_length=1, description="The study's title")
    title: str = Field(min_length=1, description="The report's title: name of the municipality")
    subtitle: str = Field(default="", description="Line under the title")
    language: Language
    wave: str = Field(min_length=1, description="Wave id")
    wave_text: str = Field(min_length=1, description="The wave in words")
    as_of: date = Field(description="Cut-off date of the wave")
    as_of_text: str = Field(min_length=1)
    dated: date = Field(description="Date printed on the report")
    dated_text: str = Field(min_length=1)
    example: bool = Field(description="Made-up data: every page says so")
    example_word: str = Field(description="The word every page carries; empty for a real study")
    publisher: str = Field(min_length=1)
    contact: str = ""
    addressee: str = Field(default="", description="Who the report is made for")
    logo: str = Field(
        default="", description="The publisher's logo as SVG; empty for the neutral mark"
    )
    colours: Colours = Field(default_factory=lambda: Colours(), description="Colours of the pages")
    version: str = Field(min_length=1, description="Version of the program")
    commit: str = Field(default="", description="Commit of the program; empty when unknown")
    input_hash: str = Field(min_length=8, description="Hash of the tables the report is made of")

    @model_validator(mode="after")
    def _marked(self) -> Meta:
        if self.example != bool(self.example_word):
            raise ValueError("example_word stands exactly when example is true")
        return self


class Municipality(ReportModel):
    """The municipality a report is about."""

    kommune_id: str
    code: str = Field(pattern=r"^\d{4}$", description="Code on the cut-off date")
    name: str = Field(min_length=1)
    official_name: str = Field(min_length=1, description="Name with Sami and Kven parts")
    county: str
    peer_group: str = Field(description="Peer group in words")
    territory: str = Field(default="", description="Merger or split in words; empty when none")


class Answered(ReportModel):
    """Who answered, for the front page."""

    group: str = Field(description="Group id")
    label: str = Field(min_length=1, description="Group in words")
    text: str = Field(min_length=1, description="'19 av 27 svarte' or why it is not shown")
    rate: str = Field(default="", description="'70 prosent'; empty when hidden")
    rate_value: float | None = Field(default=None, description="The rate in per cent, rounded")


class Front(ReportModel):
    """The front half page: who answered, and Kort fortalt."""

    answered: list[Answered]
    documents: str = Field(default="", description="Plan documents behind the report, in words")
    interviews: str = Field(default="", description="'Minst tre intervju' or 'Færre enn tre'")
    lead: str = Field(default="", description="One line on what the report is")
    key_sentences: list[Sentence] = Field(max_length=5, description="Kort fortalt")


class SpineRow(ReportModel):
    """One row of the profile."""

    indicator: str
    label: str = Field(min_length=1, description="Indicator in words")
    sub: str = Field(default="", description="Group and scale: 'Folkevalgte, 1–5'")
    scale_min: float
    scale_max: float
    own: Shown
    peers_min: float | None = Field(default=None, description="Lowest of the peers")
    peers_max: float | None = None
    peers_q1: float | None = Field(default=None, description="Start of the peers' middle half")
    peers_q3: float | None = None
    peer_mean: Shown | None = Field(default=None, description="Mean of the other municipalities")
    network_mean: Shown | None = None
    verdict: Verdict
    verdict_text: str = Field(min_length=1, description="Verdict in words")


class SpineGroup(ReportModel):
    """Rows of one research question."""

    title: str = Field(min_length=1)
    alt: str = Field(min_length=20, description="What the strips of this group show")
    rows: list[SpineRow] = Field(min_length=1)


class Profile(ReportModel):
    """The spine chart with its table."""

    title: str = Field(min_length=1)
    intro: list[str] = Field(default_factory=list, description="How to read it")
    groups: list[SpineGroup] = Field(min_length=1)
    notes: list[str] = Field(default_factory=list)


class Question(ReportModel):
    """One plain question of the codebook and its answer."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str = Field(min_length=1, description="The question as the codebook words it")
    answer: list[Sentence] = Field(default_factory=list)
    blocks: list[AnyBlock] = Field(default_factory=list)


class Section(ReportModel):
    """One research question."""

    id: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9-]*$", description="RQ1, RQ2, ...")
    title: str = Field(min_length=1, description="Short heading")
    research_question: str = Field(default="", description="The research question in full")
    intro: list[str] = Field(default_factory=list)
    questions: list[Question] = Field(default_factory=list)
    blocks: list[AnyBlock] = Field(default_factory=list, description="Blocks outside a question")


class SourcesRow(ReportModel):
    """One theme where several sources speak."""

    label: str = Field(min_length=1)
    survey: str = Field(min_length=1, description="What the survey says, in words")
    interviews: str = Field(min_length=1)
    documents: str = Field(min_length=1)
    verdict: Literal["samsvar", "delvis", "sprik", "utilstrekkelig"]
    verdict_text: str = Field(min_length=1, description="In words: 'Kildene peker samme vei'")


class SourcesSide(ReportModel):
    """Kildene side ved side."""

    title: str = Field(min_length=1)
    intro: list[str] = Field(default_factory=list)
    rows: list[SourcesRow] = Field(default_factory=list)
    notes: list[str] = Field(default_factory=list)


class DiscussionGroup(ReportModel):
    """Discussion questions of one research question."""

    title: str = Field(min_length=1)
    questions: list[str] = Field(min_length=1)


class Discussion(ReportModel):
    """Til samtale i kommunestyret."""

    title: str = Field(min_length=1)
    intro: list[str] = Field(default_factory=list)
    groups: list[DiscussionGroup] = Field(min_length=1)


class About(ReportModel):
    """Om tallene."""

    title: str = Field(min_length=1)
    paragraphs: list[str] = Field(default_factory=list, description="Method in plain words")
    response: Table = Field(description="Response by group, n of N")
    hidden: Table | None = Field(default=None, description="Hidden numbers by reason, in words")
    never_claim_title: str = Field(min_length=1)
    never_claim: list[str] = Field(min_length=1, description="What may not be concluded")
    facts: list[Fact] = Field(description="Version, commit, hash of inputs, codebook, dates")


class MunicipalReport(ReportModel):
    """One municipality's report."""

    kind: Literal["municipality"] = "municipality"
    meta: Meta
    municipality: Municipality
    front: Front
    profile: Profile
    sections: list[Section] = Field(min_length=1, description="RQ1, RQ2, RQ3 and RQ4")
    sources: SourcesSide | None = None
    change: Section | None = Field(default=None, description="Utvikling")
    discussion: Discussion
    about: About


class NetworkReport(ReportModel):
    """The network report: all municipalities side by side, never a ranking."""

    kind: Literal["network"] = "network"
    meta: Meta
    front: Front
    sections: list[Section] = Field(min_length=1)
    about: About


class IndexRow(ReportModel):
    """One municipality in the index."""

    code: str = Field(pattern=r"^\d{4}$")
    name: str = Field(min_length=1)
    county: str
    peer_group: str
    language: str = Field(description="Language of the report in words")
    status: Literal["complete", "partial", "few"]
    status_text: str = Field(min_length=1, description="Status in words")
    completeness: str = Field(min_length=1, description="'24 av 27 tall vises'")
    completeness_value: float = Field(ge=0, le=100, description="Share shown, per cent")
    links: list[Link] = Field(min_length=1, description="HTML, PDF, data")


class IndexDocument(ReportModel):
    """index.html: find a municipality."""

    kind: Literal["index"] = "index"
    meta: Meta
    intro: list[str] = Field(default_factory=list)
    network: list[Link] = Field(default_factory=list, description="The network report's files")
    rows: list[IndexRow]


AnyReport = Annotated[MunicipalReport | NetworkReport, Field(discriminator="kind")]
AnyDocument = Annotated[
    MunicipalReport | NetworkReport | IndexDocument, Field(discriminator="kind")
]
_ADAPTER: TypeAdapter = TypeAdapter(AnyDocument)
_Document = TypeVar("_Document", MunicipalReport, NetworkReport, IndexDocument)


def write_document(document: _Document, path: Path | str) -> None:
    """Write a document as JSON: UTF-8, indented, the keys in the models' order.

    Args:
        document: A report or the index.
        path: Where to write; the folder is made.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    text = document.model_dump_json(indent=1)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


def read_document(path: Path | str) -> MunicipalReport | NetworkReport | IndexDocument:
    """Read a document and hold it against the models.

    Args:
        path: A ``rapport.json`` or ``index.json``.

    Returns:
        The document.

    Raises:
        PlankompassError: The file is missing, is not JSON, or does not keep the schema; the text
            names file and place, not values.
    """
    path = Path(path)
    try:
        return _ADAPTER.validate_json(path.read_bytes())
    except FileNotFoundError:
        raise PlankompassError(f"{path.name}: does not exist; build the report first") from None
    except ValidationError as error:
        lines = [
            f"{path.name}: {'.'.join(str(p) for p in e['loc'])}: {e['msg']}"
            for e in error.errors(include_input=False, include_url=False)
        ]
        raise PlankompassError("\n".join(lines)) from None
