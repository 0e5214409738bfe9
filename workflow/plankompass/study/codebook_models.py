"""The instrument's five files as pydantic models: one model a kind of entry, a description per key."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

ResearchQuestion = Literal["RQ1", "RQ2", "RQ3", "RQ4"]
Kind = Literal[
    "survey_scale", "survey_proportion", "perception_gap", "code_share",
    "document_share", "document_index", "event_timing", "triangulated",
]  # fmt: skip
Operator = Literal[
    "mean_of_items", "ranked_means", "profile_of_means", "share_at_least", "share_selected",
    "group_difference", "share_of_interviews_with_code", "ratio", "mean_of_shares",
    "additive_index", "within_deadline", "months_to_event", "rank_agreement", "convergence_class",
]  # fmt: skip


class CodebookModel(BaseModel):
    """A part of the codebook: frozen, and unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Named(CodebookModel):
    """Something with a name or text in each language."""

    nb: str = Field(min_length=1, description="Bokmål")
    nn: str = Field(min_length=1, description="Nynorsk")
    en: str | None = Field(default=None, description="English, where the report has it")

    def text(self, language: str) -> str:
        """The text in a language; bokmål where English is not given."""
        return getattr(self, language) or self.nb


class Group(Named):
    """A group of respondents."""

    population: str = Field(description="Finite population or sample, in words")


class WaveText(CodebookModel):
    """A wave as the instrument describes it."""

    label: str = Field(description="Short label")
    when: str = Field(description="When it is collected")
    note: str | None = Field(default=None, description="What to keep in mind")


class Scale(CodebookModel):
    """An answer scale."""

    type: Literal["ordinal", "multiple_response", "nominal"] = Field(
        description="Level of measurement"
    )
    values: list[int] = Field(description="Valid codes in order")
    reverse_rule: str = Field(description="How a reversed item is turned, or none")
    labels: dict[int, Named] = Field(description="Label of each code")


class MissingCode(Named):
    """A code that stands for a kind of missing answer."""

    counts_as: str = Field(description="How it is counted")


class Battery(Named):
    """A set of items."""

    kind: Literal[
        "multi_item_scale", "battery", "parallel_items", "multiple_response", "background"
    ] = Field(description="What the items are together")
    rq: ResearchQuestion | Literal["none"] = Field(description="Research question")
    stem_nb: str | None = Field(default=None, description="Common stem, bokmål")
    stem_nn: str | None = Field(default=None, description="Common stem, nynorsk")


class Option(Named):
    """One alternative of a multiple-response or nominal item."""

    id: str = Field(description="Id, used in column names")


class Item(Named):
    """One survey item."""

    id: str = Field(description="Id, the column name in exports")
    battery: str = Field(description="Battery it belongs to")
    groups: list[str] = Field(description="Groups that are asked")
    rq: ResearchQuestion | Literal["none"] = Field(description="Research question")
    scale: str = Field(description="Answer scale")
    reverse: bool = Field(description="Whether a high answer means the opposite of the scale")
    addresses: list[str] = Field(
        default_factory=list, description="Barriers a strategy is meant to overcome"
    )
    stage: str | None = Field(default=None, description="Stage of the decision process")
    parallel_set: str | None = Field(
        default=None, description="Set whose items may be summed in a gap"
    )
    occasion: Literal["samling"] | None = Field(
        default=None, description="Asked after each gathering"
    )
    not_first_gathering: bool = Field(default=False, description="Not asked at the first gathering")
    descriptive: bool = Field(default=False, description="Used by no indicator")
    descriptive_reason: str | None = Field(default=None, description="Why it is collected")
    max_selected: int | None = Field(default=None, description="Most alternatives one may choose")
    column_rule: str | None = Field(default=None, description="How alternatives become columns")
    exclusive_option: str | None = Field(
        default=None, description="Alternative that excludes the others"
    )
    options: list[Option] = Field(default_factory=list, description="Alternatives")


class ItemsFile(CodebookModel):
    """items.yaml."""

    schema_version: str
    groups: dict[str, Group]
    waves: dict[str, WaveText]
    asked_in: dict[str, Any]
    scales: dict[str, Scale]
    missing_codes: dict[int, MissingCode]
    batteries: dict[str, Battery]
    items: list[Item]


class Code(Named):
    """One interview code."""

    id: str = Field(description="Path, category/code")
    parent: str | None = Field(description="Category")
    rq: ResearchQuestion = Field(description="Research question")
    valence: Literal["positive", "negative"] | None = Field(
        default=None, description="Sign of the code"
    )
    descriptive: bool = Field(default=False, description="Category, not used directly")
    definition: str = Field(description="What the code means")
    use_when: str = Field(description="When to set it")
    not_when: str = Field(description="When not to set it")
    feeds: list[str] = Field(description="Indicators it feeds")


class CodesFile(CodebookModel):
    """codes.yaml."""

    schema_version: str
    coding_rules: dict[str, Any]
    interview_roles: list[str]
    role_synonyms: dict[str, list[str]] = Field(
        default_factory=dict, description="Other ways to write a role, by role"
    )
    source_kinds: dict[Literal["interview", "presentation", "homework", "workshop"], list[str]] = (
        Field(default_factory=dict, description="Kinds of coded sources and how they are written")
    )
    disclosure: str
    codes: list[Code]


class Measure(Named):
    """One document measure."""

    id: str = Field(description="Id")
    documents: list[str] = Field(description="Kinds of documents it is read from")
    level: Literal["municipality", "document", "goal"] = Field(
        description="What one value describes"
    )
    unit: Literal["date", "binary", "share", "count", "years", "ordinal", "pages", "index"] = Field(
        description="Unit"
    )
    range: list[Any] = Field(min_length=2, max_length=2, description="Lowest and highest value")
    confirmation: str = Field(description="Who decides the value")
    source: str = Field(description="Where it is found")
    source_ref: str | None = Field(default=None, description="Reference of the method")
    definition: str = Field(description="Definition")
    numerator: str | None = Field(default=None, description="What is counted")
    denominator: str | None = Field(default=None, description="Out of what")
    descriptive: bool = Field(default=False, description="Used by no indicator")
    descriptive_reason: str | None = Field(default=None, description="Why it is collected")


class MeasuresFile(CodebookModel):
    """document_measures.yaml."""

    schema_version: str
    document_kinds: list[str]
    rules: dict[str, Any]
    confirmation_values: dict[str, str]
    measures: list[Measure]


class Inputs(CodebookModel):
    """What an indicator is computed from."""

    items: list[str] = Field(default_factory=list, description="Survey items")
    codes: list[str] = Field(default_factory=list, description="Interview codes")
    measures: list[str] = Field(default_factory=list, description="Document measures")
    indicators: list[str] = Field(default_factory=list, description="Other indicators")


class Definition(CodebookModel):
    """What an indicator means, in one sentence."""

    nb: str = Field(min_length=1, description="Bokmål")
    nn: str = Field(min_length=1, description="Nynorsk")
    en: str = Field(min_length=1, description="English")


class Indicator(CodebookModel):
    """One indicator."""

    id: str = Field(description="Id")
    name: Named = Field(description="Name in reports")
    definition: Definition = Field(description="One sentence")
    rq: ResearchQuestion = Field(description="Research question")
    rq_also: list[ResearchQuestion] = Field(default_factory=list, description="Further questions")
    kind: Kind = Field(description="Kind of indicator")
    inputs: Inputs = Field(description="What it is computed from")
    operator: Operator = Field(description="How it is computed")
    formula: str = Field(description="The formula in words")
    params: dict[str, Any] = Field(default_factory=dict, description="The operator's parameters")
    groups: list[str] = Field(description="Groups or sources it is reported for")
    target: Literal["group", "culture"] = Field(
        default="group",
        description="What its numbers are about: 'group', these persons, so that nothing is uncertain when "
        "all have answered; 'culture', what such persons are drawn from, without that correction",
    )
    range: list[Any] = Field(description="Lowest and highest value, or classes")
    direction: Literal["higher_is_better", "lower_is_better", "neutral"] = Field(
        description="Direction"
    )
    min_valid_items: int = Field(description="Fewest valid inputs")
    min_n: dict[str, int] = Field(description="Fewest units behind a number, by group")
    levels: list[Literal["municipality", "network"]] = Field(description="Levels it is reported at")
    triangulate_with: list[str] = Field(description="Indicators to read beside it")
    theory: list[str] = Field(description="Sources")
    caveat_nb: str = Field(min_length=1, description="What the number does not say, bokmål")
    caveat_nn: str = Field(min_length=1, description="What the number does not say, nynorsk")
    caveat_en: str = Field(default="", description="What the number does not say, English")


class Source(CodebookModel):
    """A reference."""

    ref: str
    seen: Literal["excerpt", "from_memory", "full"]


class IndicatorsFile(CodebookModel):
    """indicators.yaml."""

    schema_version: str
    operators: dict[str, str]
    kinds: list[str]
    level_rules: dict[str, str]
    sources: dict[str, Source]
    indicators: list[Indicator]


class Question(Named):
    """A plain question a report answers."""

    id: str
    indicators: list[str]


class ResearchQuestionText(Named):
    """A research question with its plain questions."""

    questions: list[Question]
    discussion: list[Named]


class SentenceRule(Named):
    """A sentence a report may say, and when."""

    id: str
    when: str
    show_value: bool
    must_not_say: str | None = None


class NeverClaim(CodebookModel):
    """A claim no report makes."""

    id: str
    nb: str
    nn: str
    en: str = ""
    why: str


class ReportFile(CodebookModel):
    """report_questions.yaml."""

    schema_version: str
    research_questions: dict[ResearchQuestion, ResearchQuestionText]
    sentence_rules: list[SentenceRule]
    never_claim: list[NeverClaim]
    forbidden_patterns: dict[str, list[str]]
