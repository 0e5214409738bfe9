"""The study's configuration as pydantic models: immutable, a description per key, unknown keys fail."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)

from plankompass.study.contrast import TEXT, contrast, readable

Wave = Annotated[str, Field(pattern=r"^T[0-9]$")]
SurveyGroup = Literal["folkevalgte", "administrasjon", "innbyggere", "deltakere"]
Language = Literal["nb", "nn", "en"]


def _refuse_number(value: Any) -> Any:
    if isinstance(value, int | float):
        raise ValueError("a municipality code must be text in quotes, for instance '0301'")
    return value


MunicipalityCode = Annotated[str, BeforeValidator(_refuse_number), Field(pattern=r"^\d{4}$")]


class ConfigModel(BaseModel):
    """A part of the configuration: frozen, and unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Texts(ConfigModel):
    """One text in several languages."""

    nb: str = Field(min_length=1, description="Bokmål")
    nn: str = Field(min_length=1, description="Nynorsk")
    en: str = Field(min_length=1, description="English")


class WaveConfig(ConfigModel):
    """One wave of data collection."""

    first_day: date = Field(description="First day an answer of this wave may carry")
    last_day: date = Field(description="Last day an answer of this wave may carry")
    as_of: date = Field(
        description="Cut-off date (skjæringsdato): documents in force that day are coded"
    )

    @model_validator(mode="after")
    def _ordered(self) -> WaveConfig:
        if self.last_day < self.first_day:
            raise ValueError("last_day is before first_day")
        return self


class RegisterFiles(ConfigModel):
    """CSV registers, relative to the raw folder."""

    participants: str = Field(description="One row a participating municipality (kommune_id)")
    codes: str | None = Field(
        default=None,
        description="Dated table of municipality codes; the national register when left out",
    )
    code_changes: str | None = Field(
        default=None,
        description="Code changes (old, new, date); the national register when left out",
    )
    councils: str = Field(description="Seats and constituting date a municipality and term")
    frames: str = Field(description="Population sizes a municipality, wave and group")
    margins: str | None = Field(
        default=None,
        description="What the frame knows about all who were asked: persons a wave, group, background "
        "item of the codebook and alternative; those who answered are compared with it",
    )
    gatherings: str = Field(description="Gatherings held, with date and homework")
    attendance: str = Field(description="Who came to each gathering, and homework delivered")
    plan_dates: str = Field(description="Dates of plan decisions, with source")


class SurveySource(ConfigModel):
    """One survey export and how its columns are read."""

    id: str = Field(pattern=r"^[a-z0-9_]+$", description="Name of the source in logs and problems")
    file: str = Field(description="Export, relative to the raw folder")
    format: Literal["sav", "zsav", "por", "dta", "csv", "xlsx", "nettskjema"] = Field(
        description="File format"
    )
    wave: Wave | None = Field(
        default=None, description="Wave of all rows; leave out with `gathering`"
    )
    group: SurveyGroup = Field(description="Group that was asked")
    gathering: str | None = Field(
        default=None,
        description="Gathering evaluated (group deltakere): an id of the gatherings register",
    )
    respondent_key: str = Field(description="Column that identifies a respondent; hashed at ingest")
    municipality: str = Field(description="Column with municipality code or name")
    municipality_name: str | None = Field(
        default=None,
        description="Column with the municipality's name beside its code: compared with it (case K5), "
        "and read where the code's municipality was divided (K3)",
    )
    answered_on: str = Field(description="Column with the date of the answer")
    weight: str | None = Field(default=None, description="Column with survey weights")
    codebook: str | None = Field(
        default=None,
        description="The export's own codebook (Nettskjema JSON), relative to the raw folder",
    )
    sheet: str | None = Field(
        default=None, description="Worksheet of an XLSX file; the first when left out"
    )
    header_row: int = Field(default=1, ge=1, description="Row number of the header in CSV and XLSX")
    encoding: str | None = Field(
        default=None, description="Text encoding; found and stated when left out"
    )
    delimiter: str | None = Field(
        default=None, description="CSV delimiter; found and stated when left out"
    )
    items: dict[str, str] = Field(
        default_factory=dict,
        description="Column name to item id, where they differ; columns named as items need no entry",
    )
    recodes: dict[str, dict[str, int]] = Field(
        default_factory=dict,
        description="Item id to recodes: the export's code or label (as text) to the codebook's code",
    )
    ignore: list[str] = Field(
        default_factory=list, description="Columns that are known and not used"
    )
    wording: dict[str, str] = Field(
        default_factory=dict,
        description="Item id to wording id, where this source's wording differs from the codebook's",
    )

    @model_validator(mode="after")
    def _wave_or_gathering(self) -> SurveySource:
        if (self.group == "deltakere") != (self.gathering is not None):
            raise ValueError("group deltakere needs a gathering, and only that group has one")
        if self.gathering is None and self.wave is None:
            raise ValueError("wave is missing")
        return self


class InterviewConfig(ConfigModel):
    """Interview projects of the coders, and how cases carry municipality, role and wave."""

    projects: list[str] = Field(
        min_length=1, description="REFI-QDA projects, relative to the raw folder"
    )
    municipality: str = Field(
        default="kommune", description="Variable with municipality code or kommune_id"
    )
    role: str = Field(default="rolle", description="Variable with the interviewee's role")
    wave: str = Field(default="bolge", description="Variable with the wave")
    source_kind: str | None = Field(
        default=None,
        description="Variable with the kind of source: interview, presentation, homework, workshop",
    )
    code_mapping: str | None = Field(
        default=None,
        description="CSV with columns label, code for codes that match no codebook entry",
    )
    consensus: str | None = Field(
        default=None,
        description="CSV with columns interview, code, present: the coders' consensus list",
    )
    quotes_cleared: str | None = Field(
        default=None,
        description="CSV with columns passage, cleared_by, cleared_on (and names_checked): the only "
        "quotations that may leave, and only in the network report",
    )
    unit: Literal["paragraph", "sentence"] = Field(
        default="paragraph",
        description="Unit of text on which the coders are compared, beside the whole interview",
    )
    interviewers: list[str] = Field(
        default_factory=lambda: ["Intervjuer", "Intervjuar", "Interviewer", "Moderator"],
        description="Speakers before a colon whose turns are never coded and are no units",
    )


class PlanConfig(ConfigModel):
    """Plan documents and what people confirmed about them."""

    documents: str = Field(
        description="documents.csv: file, kommune_id, kind, period, adoption date"
    )
    goal_register: str = Field(description="Goals, links and confirmations (målregister)")
    coded_measures: str = Field(description="Document measures coded by people")
    review_forms: str | None = Field(
        default=None, description="Folder of filled-in review forms, <code>/<coder>.xlsx"
    )
    ocr: bool = Field(
        default=False, description="Use Tesseract on pages without text, when installed"
    )


class StatisticsConfig(ConfigModel):
    """Choices of the statistics, each with its reason in docs/method.md."""

    seed: int = Field(default=20190510, ge=0, description="Seed of every random draw")
    confidence: float = Field(default=0.95, gt=0.5, lt=1, description="Level of intervals")
    bootstrap_draws: int = Field(default=1000, ge=100, description="Draws of every bootstrap")
    pooled_sd_below: int = Field(
        default=15,
        ge=2,
        description="Councils with fewer answers use the SD pooled within municipalities",
    )
    false_discovery_rate: float = Field(
        default=0.10, gt=0, lt=1, description="Benjamini-Hochberg q within one report"
    )
    min_peers: int = Field(
        default=5, ge=2, description="Fewest other municipalities behind a peer mean"
    )
    dont_know_flag: float = Field(
        default=0.25, gt=0, lt=1, description="Share of don't know from which the report says so"
    )
    partial_pooling: list[str] | Literal[False] = Field(
        default=False,
        description="Indicators whose published means are also given drawn towards the mean of all "
        "(Fay-Herriot), columns pooled in comparisons; false for none",
    )
    alpha_minimum: float = Field(
        default=0.70, gt=0, lt=1, description="Reliability a scale needs to be shown as one number"
    )


class DisclosureConfig(ConfigModel):
    """Thresholds of disclosure control; the study's data protection officer fixes them."""

    min_n: int = Field(
        default=5, ge=3, description="Fewest respondents behind a municipality's number"
    )
    min_population: int = Field(
        default=8, ge=3, description="Smallest group (N) a number is shown for"
    )
    min_n_residents: int = Field(default=30, ge=5, description="Fewest residents behind a number")
    min_n_network: int = Field(
        default=10, ge=5, description="Fewest respondents behind a network number"
    )
    min_municipalities: int = Field(
        default=3,
        ge=2,
        description="Fewest municipalities behind a peer group's or the network's number",
    )
    min_hidden_remainder: int = Field(
        default=5,
        ge=2,
        description="Fewest persons in the hidden remainder of a published aggregate",
    )
    min_interval_share: float = Field(
        default=0.25,
        gt=0,
        le=1,
        description="Width, as a share of the scale's range, an attacker must be left with",
    )
    min_interviews: int = Field(
        default=3,
        ge=3,
        description="Interviews from which a municipality's report says a code was seen",
    )
    worth_order: list[Literal["network", "peer_group", "municipality"]] = Field(
        default_factory=lambda: ["network", "peer_group", "municipality"],
        description="Which level is kept first when secondary suppression must choose",
    )
    restarts: int = Field(
        default=3,
        ge=0,
        description="Other orders of equal worth that secondary suppression tries, to hide fewer numbers",
    )
    reasons: dict[str, str] = Field(
        default_factory=dict,
        description="Threshold to the study's own reason for it, printed on the page for the data "
        "protection officer; the shipped reason where none is given",
    )

    @field_validator("reasons")
    @classmethod
    def _of_thresholds(cls, given: dict[str, str]) -> dict[str, str]:
        strange = sorted(set(given) - set(cls.model_fields))
        if strange:
            raise ValueError(f"no threshold of that name: {', '.join(strange)}")
        return given


Colour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]


class ColourConfig(ConfigModel):
    """Colours of the pages; those of the figures are fixed, since they were tested together."""

    main: Colour = Field(default="#00546b", description="Headings and links, on white")
    band: Colour = Field(default="#0a3d4d", description="The band at the top, under white text")
    on_band: Colour = Field(default="#cfe3e8", description="Smaller text on the band")

    @model_validator(mode="after")
    def _readable(self) -> ColourConfig:
        problems = []
        for name, colour, ground, where in (
            ("main", self.main, "#eef3f4", "on the light boxes"),
            ("band", self.band, "#ffffff", "under white text"),
            ("on_band", self.on_band, self.band, "on the band"),
        ):
            reached = contrast(colour, ground)
            if reached < TEXT:
                near = readable(colour, ground)
                problems.append(
                    f"{name}: {colour} reaches a contrast of {reached:.1f} {where}, and text needs "
                    f"{TEXT}; {near} does"
                )
        if problems:
            raise ValueError("; ".join(problems))
        return self


class ReportConfig(ConfigModel):
    """What the reports show and how they are signed."""

    wave: Wave = Field(description="Wave the reports are about")
    languages: Literal["register"] | list[Language] = Field(
        default="register", description="'register': each municipality's own; or a list for all"
    )
    network_languages: list[Language] = Field(
        default_factory=lambda: ["nb"], description="Languages of the network report and the index"
    )
    publisher: str = Field(
        default="Plankompass", min_length=1, description="Who publishes the reports"
    )
    addressee: str = Field(
        default="", description="Who the reports are made for, shown in Om tallene and the letter"
    )
    contact: str = Field(default="", description="Address for questions, shown in Om tallene")
    logo: str | None = Field(
        default=None,
        description="The publisher's logo (SVG or PNG, at most 60 kB), relative to the checkout; a neutral "
        "mark when left out",
    )
    colours: ColourConfig = Field(default=ColourConfig(), description="Colours of the pages")
    dated: date = Field(description="Date printed on the reports; never taken from the clock")


class LimitConfig(ConfigModel):
    """Limits on what is read from outside."""

    seconds_per_file: int = Field(default=60, ge=1, description="Longest time one file may take")
    megabytes_per_file: int = Field(
        default=500, ge=1, description="Largest file, and largest unpacked archive"
    )
    archive_members: int = Field(default=20_000, ge=1, description="Most members of an archive")


class StudyConfig(ConfigModel):
    """One study, whole."""

    study: str = Field(
        pattern=r"^[a-z][a-z0-9_-]*$", description="The study's id; names its folders"
    )
    example: bool = Field(default=False, description="Made-up data: every page says so")
    title: Texts = Field(description="Title of the study as readers see it")
    codebook: str = Field(default="codebook", description="Folder of the five codebook files")
    raw: str = Field(description="Folder of the raw files")
    salt_file: str | None = Field(
        default=None,
        description="File outside the repository with the salt of respondent keys; the example has none",
    )
    waves: dict[Wave, WaveConfig] = Field(min_length=1, description="Waves by id")
    registers: RegisterFiles = Field(description="CSV registers")
    surveys: list[SurveySource] = Field(min_length=1, description="Survey exports")
    interviews: InterviewConfig | None = Field(default=None, description="Interview codings")
    plans: PlanConfig | None = Field(default=None, description="Plan documents")
    statistics: StatisticsConfig = Field(default=StatisticsConfig(), description="Statistics")
    disclosure: DisclosureConfig = Field(
        default=DisclosureConfig(), description="Disclosure control"
    )
    report: ReportConfig = Field(description="Reports")
    limits: LimitConfig = Field(default=LimitConfig(), description="Limits on input")

    @model_validator(mode="after")
    def _consistent(self) -> StudyConfig:
        if self.report.wave not in self.waves:
            raise ValueError(f"report.wave is {self.report.wave}, which is not among waves")
        ids = [s.id for s in self.surveys]
        if repeated := sorted({i for i in ids if ids.count(i) > 1}):
            raise ValueError(f"surveys: the id {repeated[0]} stands twice")
        for source in self.surveys:
            if source.wave is not None and source.wave not in self.waves:
                raise ValueError(f"surveys {source.id}: wave {source.wave} is not among waves")
        if not self.example and self.salt_file is None:
            raise ValueError(
                "salt_file is missing: respondent keys of a real study are hashed with a salt kept "
                "outside the repository"
            )
        return self
