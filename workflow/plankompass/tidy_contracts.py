"""Tables that ingest writes."""

from __future__ import annotations

from plankompass.contract_model import GROUP, KOMMUNE, MISSING_KINDS, WAVE, Column, Contract, text

# fmt: off
_PROBLEM_COLUMNS = (
    text("case", "Case id in the catalogue of dirty data"),
    text("severity", "What was done", values=("reject", "repair", "fail")),
    text("file", "Raw file, relative to the raw folder"),
    text("row_key", "Which rows; never a raw personal key"),
    text("column", "Column, code or field"),
    text("rule", "What was found and done; no values"),
    Column("count", "integer", "Rows, selections or documents touched", minimum=0),
    text("hint", "What the user can do"),
)

TIDY = (
    Contract(
        "municipalities", "ingest", "one participating municipality",
        (
            KOMMUNE,
            text("code", "Code on the report's cut-off date; names the report's folder"),
            text("name", "Name on the cut-off date"),
            text("official_name", "Name with Sami and Kven parts"),
            text("county", "County"),
            text("peer_group", "Peer group for comparison"),
            text("size_class", "Size class"),
            text("language", "Language of the report", values=("nb", "nn")),
            Column("territory_from", "day", "First day of the territory as it is on the cut-off date"),
            text("territory_note", "What changed: merger, split or new territory; empty if nothing",
                  values=("", "merger", "split", "new_territory")),
            text("before_codes", "Codes that the territory had before, joined by a space"),
            Column("splits_on", "day", "Day the municipality is divided later, if it is", nullable=True),
        ),
        ("kommune_id",), restricted=False,
    ),
    Contract(
        "councils", "ingest", "one council term of a municipality",
        (
            KOMMUNE,
            text("term", "Term, for instance 2019-2023"),
            Column("seats", "integer", "Members of the council", minimum=1),
            Column("constituted_on", "day", "Constituting meeting (konstituering)"),
        ),
        ("kommune_id", "term"), restricted=False,
    ),
    Contract(
        "frames", "ingest", "one population: municipality x wave x group x gathering",
        (
            KOMMUNE, WAVE, GROUP,
            text("gathering", "Gathering id for group deltakere; else empty"),
            Column("population", "integer", "Persons in the group (N)", minimum=0),
        ),
        ("kommune_id", "wave", "group", "gathering"), restricted=False,
    ),
    Contract(
        "margins", "ingest", "one category of a background item in the frame; network level",
        (
            WAVE, GROUP,
            text("item", "Background item in the codebook"),
            text("category", "Alternative of the item"),
            Column("population", "integer", "Persons of the category in all participating municipalities", minimum=0),
        ),
        ("wave", "group", "item", "category"), restricted=False,
    ),
    Contract(
        "gatherings", "ingest", "one gathering",
        (
            text("gathering", "Gathering id"),
            WAVE,
            Column("held_on", "day", "Date"),
            Column("homework_given", "flag", "Whether homework was given until the next gathering"),
            Column("first", "flag", "Whether it is the first gathering"),
        ),
        ("gathering",), restricted=False,
    ),
    Contract(
        "attendance", "ingest", "one municipality at one gathering",
        (
            KOMMUNE,
            text("gathering", "Gathering id"),
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
            KOMMUNE,
            text("document_kind", "Kind of document in the codebook"),
            text("event", "What happened; 'readopted' is the same plan decided anew, 'continued' a decision in the planning strategy, 'public_from' the day a proposal was laid out",
                 values=("adopted", "readopted", "continued", "public_from", "published", "absent", "not_collected")),
            Column("date", "day", "Day it happened", nullable=True),
            text("source", "Where the date stands"),
        ),
        ("kommune_id", "document_kind", "event", "date"), restricted=False,
    ),
    Contract(
        "respondents", "ingest", "one answered questionnaire",
        (
            text("respondent", "Pseudonym of the questionnaire: salted hash"),
            text("person", "Pseudonym of the person within the group, the same in every wave"),
            KOMMUNE, WAVE, GROUP,
            text("gathering", "Gathering id for group deltakere; else empty"),
            Column("answered_on", "day", "Day of the answer", nullable=True),
            Column("weight", "number", "Survey weight; 1 where none was given", minimum=0),
            Column("before_merger", "flag", "Whether the answer concerns a unit merged away since"),
        ),
        ("respondent",),
    ),
    Contract(
        "answers", "ingest", "one answer: questionnaire x item column",
        (
            text("item", "Item id, or item__option for multiple response"),
            text("respondent", "Pseudonym of the questionnaire"),
            Column("value", "integer", "Code as exported (not reversed); missing when not valid", nullable=True),
            text("missing", "Kind of missing, or valid", values=MISSING_KINDS),
            text("wording", "Wording id; only equal wordings are compared over waves"),
        ),
        ("item", "respondent"),
    ),
    Contract(
        "source_rows", "ingest", "one survey source and what became of its rows",
        (
            text("source", "Source id in the configuration"),
            text("file", "Raw file, relative to the raw folder"),
            text("format", "Format it was read as"),
            text("encoding", "Text encoding that was used"),
            text("outcome", "read: rows in the export; kept; repaired: of those kept, rows in which something was repaired; or the case id rows were left out by"),
            Column("rows", "integer", "Rows; read = kept + left out", minimum=0),
        ),
        ("source", "outcome"),
    ),
    Contract(
        "panel_links", "ingest", "one group in two waves: persons found in both",
        (
            GROUP,
            text("first_wave", "Earlier wave"),
            text("second_wave", "Later wave"),
            Column("first", "integer", "Persons in the earlier wave", minimum=0),
            Column("second", "integer", "Persons in the later wave", minimum=0),
            Column("linked", "integer", "Persons in both", minimum=0),
            Column("rate", "number", "Linked, of the persons in the earlier wave", nullable=True, minimum=0, maximum=1),
            Column("moved", "integer", "Linked persons whose municipality differs", minimum=0),
        ),
        ("group", "first_wave", "second_wave"),
    ),
    Contract(
        "interviews", "ingest", "one interview or other coded source",
        (
            text("interview", "Id of the source, a hash of its GUID or name"),
            KOMMUNE,
            text("role", "Role in the codebook's interview_roles"),
            WAVE,
            text("source_kind", "Kind of source", values=("interview", "presentation", "homework", "workshop")),
            Column("coders", "integer", "Distinct coders", minimum=0),
            Column("characters", "integer", "Length of the text in code points", minimum=0),
            text("offset_unit", "Unit positions were counted in", values=("utf16", "utf8", "codepoint", "unknown")),
        ),
        ("interview",),
    ),
    Contract(
        "segments", "ingest", "one coded selection by one coder",
        (
            text("interview", "Id of the source"),
            text("coder", "Pseudonym of the coder: A, B, ..."),
            text("code", "Code in the codebook"),
            Column("start", "integer", "First character, code points from 0", nullable=True),
            Column("end", "integer", "After the last character", nullable=True),
            text("segment", "Id of the selection"),
        ),
        ("interview", "coder", "code", "segment"),
    ),
    Contract(
        "transcripts", "ingest", "one coded source's text; restricted: a person's own words",
        (
            text("interview", "Id of the source"),
            text("name", "Its name in the coders' program"),
            text("text", "The text that positions count in: line ends as one character, letters composed"),
        ),
        ("interview",),
    ),
    Contract(
        "text_units", "ingest", "one paragraph or sentence on which coders are compared",
        (
            text("interview", "Id of the source"),
            Column("unit", "integer", "Number of the unit in its text, from 0", minimum=0),
            text("kind", "What a unit is", values=("paragraph", "sentence")),
            Column("start", "integer", "First character, code points from 0", minimum=0),
            Column("end", "integer", "After the last character", minimum=0),
        ),
        ("interview", "unit"),
    ),
    Contract(
        "consensus", "ingest", "what the coders agreed on about one code in one interview",
        (
            text("interview", "Id of the source"),
            text("code", "Code in the codebook"),
            Column("present", "flag", "Whether the code is present"),
        ),
        ("interview", "code"),
    ),
    Contract(
        "cleared_quotes", "ingest", "one coded passage that somebody cleared for the network report; restricted",
        (
            text("passage", "Id of the passage: segment of the table segments"),
            WAVE,
            text("codes", "Codes set on it, joined by a space"),
            text("text", "The passage's words, white space as single blanks"),
            text("cleared_by", "Who cleared it"),
            Column("cleared_on", "day", "When"),
        ),
        ("passage",),
    ),
    Contract(
        "documents", "ingest", "one plan document",
        (
            text("document", "sha256 of the file"),
            text("file", "File, relative to the raw folder"),
            KOMMUNE,
            text("kind", "Kind of document in the codebook"),
            text("title", "Title as printed"),
            text("period", "Planning period as printed, for instance 2020-2032"),
            text("status", "Adopted, draft, or not known", values=("adopted", "draft", "unknown")),
            Column("adopted_on", "day", "Adoption date that people confirmed", nullable=True),
            Column("used", "flag", "Whether the document is coded"),
            text("reason", "Why it is not used; empty when used"),
            Column("pages", "integer", "Physical pages", nullable=True),
            Column("pages_with_text", "integer", "Pages with a text layer", nullable=True),
            Column("words", "integer", "Words in the text layer", minimum=0),
            text("language", "Language of the text", values=("nb", "nn", "other", "none")),
            Column("lix", "number", "Reading ease; missing under 1000 words or without text", nullable=True),
        ),
        ("kommune_id", "kind", "document"), restricted=False,
    ),
    Contract(
        "blocks", "ingest", "one block of text of a document",
        (
            text("document", "sha256 of the file"),
            Column("page", "integer", "Page from 1; 1 for formats without pages", minimum=1),
            Column("order", "integer", "Position on the page from 0", minimum=0),
            text("kind", "Kind of block",
                  values=("heading", "paragraph", "list_item", "table_row", "running_head", "contents")),
            Column("level", "integer", "Heading level from 1; 0 for other blocks", minimum=0),
            text("text", "The text, hyphenation mended"),
        ),
        ("document", "page", "order"), restricted=False,
    ),
    Contract(
        "goals", "ingest", "one confirmed goal or platform point",
        (
            KOMMUNE,
            text("goal", "Goal id in the goal register"),
            text("document", "sha256 of the document it stands in"),
            text("register", "Community part goal or platform point", values=("samfunnsdel", "plattform")),
            text("text", "The goal's text"),
            Column("page", "integer", "Page it stands on", nullable=True),
            text("area", "Satsingsområde it stands under; empty when none"),
            Column("needs_money", "flag", "False for platform points that need no money"),
        ),
        ("kommune_id", "register", "goal"), restricted=False,
    ),
    Contract(
        "goal_links", "ingest", "one goal and one measure, with what people confirmed",
        (
            KOMMUNE,
            text("goal", "Goal id"),
            text("measure", "Document measure at goal level"),
            Column("suggested", "flag", "The machine's suggestion", nullable=True),
            Column("confirmed", "flag", "What the coders agreed on; missing until confirmed", nullable=True),
            Column("coders", "integer", "Coders who answered", minimum=0),
            Column("evidence_page", "integer", "Page of the evidence", nullable=True),
        ),
        ("kommune_id", "measure", "goal"), restricted=False,
    ),
    Contract(
        "goal_agreement", "ingest", "one measure of the goal register, or all of them together (index)",
        (
            text("measure", "Document measure at goal level; index for all"),
            Column("goals", "integer", "Goals that two coders answered for; for the index, answers", minimum=0),
            Column("alpha", "number", "Krippendorff's alpha, nominal; missing without double-coded goals", nullable=True),
            Column("alpha_lower", "number", "Lower limit (bootstrap over goals)", nullable=True),
            Column("alpha_upper", "number", "Upper limit", nullable=True),
            Column("icc", "number", "ICC(A,1) of the municipality's share; missing for a single municipality", nullable=True),
        ),
        ("measure",), restricted=False,
    ),
    Contract(
        "measures", "ingest", "one document measure of a municipality, coded by people",
        (
            KOMMUNE, WAVE,
            text("measure", "Measure id in the codebook"),
            Column("value", "number", "Value in the measure's unit; missing for dates and unknowns", nullable=True),
            Column("date", "day", "Value of a measure whose unit is a date", nullable=True),
            text("status", "Whether there is a value, and why not",
                  values=("confirmed", "absent", "not_collected", "several_in_force", "disagreement")),
        ),
        ("kommune_id", "wave", "measure"), restricted=False,
    ),
)

PROBLEMS = (
    Contract(
        "avvik", "ingest", "one problem found in a raw file",
        _PROBLEM_COLUMNS, ("case", "severity", "file", "row_key", "column", "rule", "hint"),
    ),
)
# fmt: on
