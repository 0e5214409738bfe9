"""The tables themselves: name, grain, key and columns, stage by stage.

Types: ``text``, ``integer`` (may be missing), ``number`` (float; NaN is missing), ``flag`` (true,
false or missing) and ``day`` (date). Text that is not nullable may be the empty string.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

ColumnType = Literal["text", "integer", "number", "flag", "day"]

MISSING_KINDS = ("valid", "dont_know", "no_answer", "not_relevant", "not_asked", "system")
STATUSES = ("published", "hidden", "not_collected", "not_applicable", "not_yet_due", "unreliable")
LEVELS = ("municipality", "peer_group", "network")
GROUPS = (
    "folkevalgte",
    "administrasjon",
    "innbyggere",
    "deltakere",
    "intervju",
    "dokument",
    "kilder",
)


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes:
        name: Column name.
        type: See the module's docstring.
        description: What a value means, with its unit.
        nullable: Whether a value may be missing.
        values: The closed set of values, when there is one.
        minimum, maximum: Closed range of numbers.
    """

    name: str
    type: ColumnType
    description: str
    nullable: bool = False
    values: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True)
class Contract:
    """One table.

    Attributes:
        name: Table name.
        stage: Stage that writes it.
        grain: What one row is.
        columns: Columns in order.
        key: Columns that identify a row and give the order of rows.
        restricted: Whether the table may show single persons or small cells.
    """

    name: str
    stage: str
    grain: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = field(default=())
    restricted: bool = True


def _text(name: str, description: str, **rest) -> Column:
    return Column(name, "text", description, **rest)


_KOMMUNE = _text("kommune_id", "The participating municipality's own id; never a name or bare code")
_WAVE = _text("wave", "Wave id (T0, T1, T2)")
_GROUP = _text("group", "Group of respondents or kind of source", values=GROUPS)
_PROBLEM_COLUMNS = (
    _text("case", "Case id in the catalogue of dirty data"),
    _text("severity", "What was done", values=("reject", "repair", "fail")),
    _text("file", "Raw file, relative to the raw folder"),
    _text("row_key", "Which rows; never a raw personal key"),
    _text("column", "Column, code or field"),
    _text("rule", "What was found and done; no values"),
    Column("count", "integer", "Rows, selections or documents touched", minimum=0),
    _text("hint", "What the user can do"),
)

# fmt: off
_TIDY = (
    Contract(
        "municipalities", "ingest", "one participating municipality",
        (
            _KOMMUNE,
            _text("code", "Code on the report's cut-off date; names the report's folder"),
            _text("name", "Name on the cut-off date"),
            _text("official_name", "Name with Sami and Kven parts"),
            _text("county", "County"),
            _text("peer_group", "Peer group for comparison"),
            _text("size_class", "Size class"),
            _text("language", "Language of the report", values=("nb", "nn")),
            Column("territory_from", "day", "First day of the territory as it is on the cut-off date"),
            _text("territory_note", "What changed: merger, split or new territory; empty if nothing",
                  values=("", "merger", "split", "new_territory")),
            _text("before_codes", "Codes that the territory had before, joined by a space"),
            Column("splits_on", "day", "Day the municipality is divided later, if it is", nullable=True),
        ),
        ("kommune_id",), restricted=False,
    ),
    Contract(
        "councils", "ingest", "one council term of a municipality",
        (
            _KOMMUNE,
            _text("term", "Term, for instance 2019-2023"),
            Column("seats", "integer", "Members of the council", minimum=1),
            Column("constituted_on", "day", "Constituting meeting (konstituering)"),
        ),
        ("kommune_id", "term"), restricted=False,
    ),
    Contract(
        "frames", "ingest", "one population: municipality x wave x group x gathering",
        (
            _KOMMUNE, _WAVE, _GROUP,
            _text("gathering", "Gathering id for group deltakere; else empty"),
            Column("population", "integer", "Persons in the group (N)", minimum=0),
        ),
        ("kommune_id", "wave", "group", "gathering"), restricted=False,
    ),
    Contract(
        "gatherings", "ingest", "one gathering",
        (
            _text("gathering", "Gathering id"),
            _WAVE,
            Column("held_on", "day", "Date"),
            Column("homework_given", "flag", "Whether homework was given until the next gathering"),
            Column("first", "flag", "Whether it is the first gathering"),
        ),
        ("gathering",), restricted=False,
    ),
    Contract(
        "attendance", "ingest", "one municipality at one gathering",
        (
            _KOMMUNE,
            _text("gathering", "Gathering id"),
            Column("invited", "flag", "Whether the municipality was invited"),
            Column("political_leaders", "integer", "Persons from political leadership", minimum=0),
            Column("administrative_leaders", "integer", "Persons from administrative leadership", minimum=0),
            Column("homework_delivered_on", "day", "Day homework was delivered, if it was", nullable=True),
        ),
        ("kommune_id", "gathering"),
    ),
    Contract(
        "plan_dates", "ingest", "one dated plan decision, or the finding that a document is missing",
        (
            _KOMMUNE,
            _text("document_kind", "Kind of document in the codebook"),
            _text("event", "What happened", values=("adopted", "published", "absent", "not_collected")),
            Column("date", "day", "Day it happened", nullable=True),
            _text("source", "Where the date stands"),
        ),
        ("kommune_id", "document_kind", "event", "date"), restricted=False,
    ),
    Contract(
        "respondents", "ingest", "one answered questionnaire",
        (
            _text("respondent", "Pseudonym of the questionnaire: salted hash"),
            _text("person", "Pseudonym of the person within the group, the same in every wave"),
            _KOMMUNE, _WAVE, _GROUP,
            _text("gathering", "Gathering id for group deltakere; else empty"),
            Column("answered_on", "day", "Day of the answer", nullable=True),
            Column("weight", "number", "Survey weight; 1 where none was given", minimum=0),
            Column("before_merger", "flag", "Whether the answer concerns a unit merged away since"),
        ),
        ("respondent",),
    ),
    Contract(
        "answers", "ingest", "one answer: questionnaire x item column",
        (
            _text("item", "Item id, or item__option for multiple response"),
            _text("respondent", "Pseudonym of the questionnaire"),
            Column("value", "integer", "Code as exported (not reversed); missing when not valid", nullable=True),
            _text("missing", "Kind of missing, or valid", values=MISSING_KINDS),
            _text("wording", "Wording id; only equal wordings are compared over waves"),
        ),
        ("item", "respondent"),
    ),
    Contract(
        "interviews", "ingest", "one interview or other coded source",
        (
            _text("interview", "Id of the source, a hash of its GUID or name"),
            _KOMMUNE,
            _text("role", "Role in the codebook's interview_roles"),
            _WAVE,
            _text("source_kind", "Kind of source", values=("interview", "presentation", "homework", "workshop")),
            Column("coders", "integer", "Distinct coders", minimum=0),
            Column("characters", "integer", "Length of the text in code points", minimum=0),
            _text("offset_unit", "Unit positions were counted in", values=("utf16", "utf8", "codepoint", "unknown")),
        ),
        ("interview",),
    ),
    Contract(
        "segments", "ingest", "one coded selection by one coder",
        (
            _text("interview", "Id of the source"),
            _text("coder", "Pseudonym of the coder: A, B, ..."),
            _text("code", "Code in the codebook"),
            Column("start", "integer", "First character, code points from 0", nullable=True),
            Column("end", "integer", "After the last character", nullable=True),
            _text("segment", "Id of the selection"),
        ),
        ("interview", "coder", "code", "segment"),
    ),
    Contract(
        "consensus", "ingest", "what the coders agreed on about one code in one interview",
        (
            _text("interview", "Id of the source"),
            _text("code", "Code in the codebook"),
            Column("present", "flag", "Whether the code is present"),
        ),
        ("interview", "code"),
    ),
    Contract(
        "documents", "ingest", "one plan document",
        (
            _text("document", "sha256 of the file"),
            _text("file", "File, relative to the raw folder"),
            _KOMMUNE,
            _text("kind", "Kind of document in the codebook"),
            _text("title", "Title as printed"),
            _text("period", "Planning period as printed, for instance 2020-2032"),
            _text("status", "Adopted, draft, or not known", values=("adopted", "draft", "unknown")),
            Column("adopted_on", "day", "Adoption date that people confirmed", nullable=True),
            Column("used", "flag", "Whether the document is coded"),
            _text("reason", "Why it is not used; empty when used"),
            Column("pages", "integer", "Physical pages", nullable=True),
            Column("pages_with_text", "integer", "Pages with a text layer", nullable=True),
            Column("words", "integer", "Words in the text layer", minimum=0),
            _text("language", "Language of the text", values=("nb", "nn", "other", "none")),
            Column("lix", "number", "Reading ease; missing under 1000 words or without text", nullable=True),
        ),
        ("kommune_id", "kind", "document"), restricted=False,
    ),
    Contract(
        "blocks", "ingest", "one block of text of a document",
        (
            _text("document", "sha256 of the file"),
            Column("page", "integer", "Page from 1; 1 for formats without pages", minimum=1),
            Column("order", "integer", "Position on the page from 0", minimum=0),
            _text("kind", "Kind of block",
                  values=("heading", "paragraph", "list_item", "table_row", "running_head", "contents")),
            Column("level", "integer", "Heading level from 1; 0 for other blocks", minimum=0),
            _text("text", "The text, hyphenation mended"),
        ),
        ("document", "page", "order"), restricted=False,
    ),
    Contract(
        "goals", "ingest", "one confirmed goal or platform point",
        (
            _KOMMUNE,
            _text("goal", "Goal id in the goal register"),
            _text("document", "sha256 of the document it stands in"),
            _text("register", "Community part goal or platform point", values=("samfunnsdel", "plattform")),
            _text("text", "The goal's text"),
            Column("page", "integer", "Page it stands on", nullable=True),
            _text("area", "Satsingsområde it stands under; empty when none"),
            Column("needs_money", "flag", "False for platform points that need no money"),
        ),
        ("kommune_id", "register", "goal"), restricted=False,
    ),
    Contract(
        "goal_links", "ingest", "one goal and one measure, with what people confirmed",
        (
            _KOMMUNE,
            _text("goal", "Goal id"),
            _text("measure", "Document measure at goal level"),
            Column("suggested", "flag", "The machine's suggestion", nullable=True),
            Column("confirmed", "flag", "What the coders agreed on; missing until confirmed", nullable=True),
            Column("coders", "integer", "Coders who answered", minimum=0),
            Column("evidence_page", "integer", "Page of the evidence", nullable=True),
        ),
        ("kommune_id", "measure", "goal"), restricted=False,
    ),
    Contract(
        "measures", "ingest", "one document measure of a municipality, coded by people",
        (
            _KOMMUNE, _WAVE,
            _text("measure", "Measure id in the codebook"),
            Column("value", "number", "Value in the measure's unit; missing for dates and unknowns", nullable=True),
            Column("date", "day", "Value of a measure whose unit is a date", nullable=True),
            _text("status", "Whether there is a value, and why not",
                  values=("confirmed", "absent", "not_collected", "several_in_force", "disagreement")),
        ),
        ("kommune_id", "wave", "measure"), restricted=False,
    ),
)

_ESTIMATE_COLUMNS = (
    _text("level", "Level of the unit", values=LEVELS),
    _text("unit", "kommune_id, peer group or 'network'"),
    _WAVE,
    _GROUP,
    _text("gathering", "Gathering id for group deltakere; else empty"),
    _text("indicator", "Indicator id"),
    _text("component", "Item, code, measure or option the row is about; 'total' for the indicator itself"),
    Column("value", "number", "Estimate in the indicator's unit", nullable=True),
    _text("class_value", "Class of indicators whose value is a class; else empty"),
    Column("lower", "number", "Lower limit of the interval; missing where none applies", nullable=True),
    Column("upper", "number", "Upper limit of the interval", nullable=True),
    Column("se", "number", "Standard error; missing where none applies", nullable=True),
    Column("n", "integer", "Respondents, interviews, goals or municipalities behind the value", nullable=True),
    Column("population", "integer", "Size of the population (N); missing where none applies", nullable=True),
    Column("dont_know", "number", "Share who answered don't know", nullable=True, minimum=0, maximum=1),
    _text("method", "Method of value and interval"),
    _text("status", "Whether the number is there, or why not", values=STATUSES),
    _text("reason", "Reason code when status is not published; else empty"),
)
_ESTIMATE_KEY = ("indicator", "level", "unit", "wave", "group", "gathering", "component")

_INDICATORS = (
    Contract(
        "estimates", "indicators", "one estimate, restricted: small cells are still in it",
        (
            *_ESTIMATE_COLUMNS,
            Column("numerator", "integer", "Persons counted in a share; for disclosure control only", nullable=True),
            Column("unanimous", "flag", "Whether all valid answers are equal; for disclosure control only", nullable=True),
            Column("municipalities", "integer", "Municipalities behind the value", nullable=True),
        ),
        _ESTIMATE_KEY,
    ),
    Contract(
        "response", "indicators", "response of one population",
        (
            _KOMMUNE, _WAVE, _GROUP,
            _text("gathering", "Gathering id for group deltakere; else empty"),
            Column("population", "integer", "Persons asked (N)", nullable=True),
            Column("n", "integer", "Questionnaires with at least one valid answer", minimum=0),
            Column("rate", "number", "n divided by N", nullable=True, minimum=0, maximum=1),
        ),
        ("kommune_id", "wave", "group", "gathering"),
    ),
    Contract(
        "scale_quality", "indicators", "reliability of one scale in one group and wave, network level",
        (
            _text("indicator", "Indicator id of the scale"),
            _GROUP, _WAVE,
            Column("n", "integer", "Respondents with all items valid", minimum=0),
            Column("alpha", "number", "Cronbach's alpha", nullable=True),
            Column("alpha_lower", "number", "Lower limit (Feldt)", nullable=True),
            Column("alpha_upper", "number", "Upper limit (Feldt)", nullable=True),
            Column("omega", "number", "Omega total", nullable=True),
            Column("acceptable", "flag", "Whether the scale may be shown as one number"),
        ),
        ("indicator", "group", "wave"), restricted=False,
    ),
    Contract(
        "coder_agreement", "indicators", "agreement between coders on one code, network level",
        (
            _text("code", "Code in the codebook"),
            Column("coders", "integer", "Coders with a double-coded interview", minimum=0),
            Column("interviews_double_coded", "integer", "Interviews coded by two or more", minimum=0),
            Column("alpha", "number", "Krippendorff's alpha, nominal, interview x code; missing without variation", nullable=True),
            Column("lower", "number", "Lower limit (bootstrap over interviews)", nullable=True),
            Column("upper", "number", "Upper limit", nullable=True),
            Column("gwet_ac1", "number", "Gwet's AC1", nullable=True),
            Column("usable", "flag", "False where alpha is below the least the codebook accepts"),
        ),
        ("code",), restricted=False,
    ),
)

_DISCLOSURE = (
    Contract(
        "publishable_estimates", "disclosure", "one estimate that may leave, or the reason it may not",
        (
            *_ESTIMATE_COLUMNS,
            _text("display", "How a share is shown when its count is protected: a class; else empty",
                  values=("", "under_20", "over_80", "under_50", "over_50")),
        ),
        _ESTIMATE_KEY, restricted=False,
    ),
    Contract(
        "comparisons", "indicators", "one published municipality value against its peers",
        (
            _KOMMUNE, _WAVE, _GROUP,
            _text("gathering", "Gathering id; else empty"),
            _text("indicator", "Indicator id"),
            _text("component", "Component"),
            Column("peer_mean", "number", "Unweighted mean of the other published municipalities", nullable=True),
            Column("peers", "integer", "Other municipalities behind the mean", minimum=0),
            Column("difference", "number", "Own value minus peer mean", nullable=True),
            Column("lower", "number", "Lower limit of the difference", nullable=True),
            Column("upper", "number", "Upper limit of the difference", nullable=True),
            Column("p_value", "number", "Two-sided p value of the difference", nullable=True),
            _text("verdict", "What may be said",
                  values=("above", "below", "indistinguishable", "few_peers", "no_interval", "hidden")),
        ),
        ("kommune_id", "wave", "group", "gathering", "indicator", "component"), restricted=False,
    ),
    Contract(
        "publishable_response", "disclosure", "response of one population, small counts hidden",
        (
            _KOMMUNE, _WAVE, _GROUP,
            _text("gathering", "Gathering id; else empty"),
            Column("population", "integer", "Persons asked (N)", nullable=True),
            Column("n", "integer", "Answers; missing when hidden", nullable=True),
            Column("rate", "number", "n divided by N; missing when hidden", nullable=True),
            _text("status", "Whether n is shown", values=("published", "hidden")),
        ),
        ("kommune_id", "wave", "group", "gathering"), restricted=False,
    ),
    Contract(
        "suppressed", "disclosure", "count of hidden numbers of a municipality by reason",
        (
            _text("level", "Level of the unit", values=LEVELS),
            _text("unit", "kommune_id, peer group or 'network'"),
            _text("reason", "Reason code"),
            Column("count", "integer", "Numbers hidden", minimum=0),
        ),
        ("level", "unit", "reason"), restricted=False,
    ),
    Contract(
        "problem_counts", "disclosure", "problems of one case in one kind of raw file, rows not named",
        (
            _text("source", "Kind of raw file: first part of its path (surveys, interviews, plans, registers)"),
            _text("case", "Case id in the catalogue of dirty data"),
            _text("severity", "What was done", values=("reject", "repair", "fail")),
            Column("count", "integer", "Rows, selections or documents touched", minimum=0),
        ),
        ("source", "case", "severity"), restricted=False,
    ),
)

_PROBLEMS = (
    Contract(
        "avvik", "ingest", "one problem found in a raw file",
        _PROBLEM_COLUMNS, ("case", "severity", "file", "row_key", "column", "rule", "hint"),
    ),
)
# fmt: on

CONTRACTS: dict[str, Contract] = {
    c.name: c for c in (*_TIDY, *_INDICATORS, *_DISCLOSURE, *_PROBLEMS)
}
