"""Tables that indicators and disclosure write."""

from __future__ import annotations

from plankompass.contract_model import (
    GROUP,
    KOMMUNE,
    LEVELS,
    STATUSES,
    WAVE,
    Column,
    Contract,
    text,
)

# fmt: off
_ESTIMATE_COLUMNS = (
    text("level", "Level of the unit", values=LEVELS),
    text("unit", "kommune_id, peer group or 'network'"),
    WAVE,
    GROUP,
    text("gathering", "Gathering id for group deltakere; else empty"),
    text("indicator", "Indicator id"),
    text("component", "Item, code, measure or option the row is about; 'total' for the indicator itself"),
    Column("value", "number", "Estimate in the indicator's unit", nullable=True),
    text("class_value", "Class of indicators whose value is a class; else empty"),
    Column("lower", "number", "Lower limit of the interval; missing where none applies", nullable=True),
    Column("upper", "number", "Upper limit of the interval", nullable=True),
    Column("se", "number", "Standard error; missing where none applies", nullable=True),
    Column("n", "integer", "Respondents, interviews, goals or municipalities behind the value", nullable=True),
    Column("population", "integer", "Size of the population (N); missing where none applies", nullable=True),
    Column("dont_know", "number", "Share who answered don't know", nullable=True, minimum=0, maximum=1),
    text("method", "Method of value and interval"),
    text("status", "Whether the number is there, or why not", values=STATUSES),
    text("reason", "Reason code when status is not published; else empty"),
)
_ESTIMATE_KEY = ("indicator", "level", "unit", "wave", "group", "gathering", "component")

INDICATORS = (
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
            KOMMUNE, WAVE, GROUP,
            text("gathering", "Gathering id for group deltakere; else empty"),
            Column("population", "integer", "Persons asked (N)", nullable=True),
            Column("n", "integer", "Questionnaires with at least one valid answer", minimum=0),
            Column("rate", "number", "n divided by N", nullable=True, minimum=0, maximum=1),
        ),
        ("kommune_id", "wave", "group", "gathering"),
    ),
    Contract(
        "nonresponse", "indicators", "one category of a background item, those who answered beside the frame; network level",
        (
            WAVE, GROUP,
            text("item", "Background item in the codebook"),
            text("category", "Alternative of the item"),
            Column("population", "integer", "Persons of the category in the frame", minimum=0),
            Column("n", "integer", "Respondents who gave the alternative", minimum=0),
            Column("rate", "number", "n divided by population", nullable=True, minimum=0, maximum=1),
            Column("frame_share", "number", "Share of the frame", nullable=True, minimum=0, maximum=1),
            Column("answered_share", "number", "Share of the respondents who gave an alternative", nullable=True, minimum=0, maximum=1),
            Column("difference", "number", "answered_share minus frame_share", nullable=True, minimum=-1, maximum=1),
        ),
        ("wave", "group", "item", "category"),
    ),
    Contract(
        "break_off", "indicators", "questionnaires of one population that were begun and not finished",
        (
            KOMMUNE, WAVE, GROUP,
            text("gathering", "Gathering id for group deltakere; else empty"),
            Column("n", "integer", "Questionnaires with at least one answer of any kind", minimum=0),
            Column("broke_off", "integer", "Of these, without any answer to the last fourth of the items, in the codebook's order", minimum=0),
            Column("rate", "number", "broke_off divided by n", nullable=True, minimum=0, maximum=1),
        ),
        ("kommune_id", "wave", "group", "gathering"),
    ),
    Contract(
        "scale_quality", "indicators", "reliability of one scale in one group and wave, network level",
        (
            text("indicator", "Indicator id of the scale"),
            GROUP, WAVE,
            Column("n", "integer", "Respondents with all items valid", minimum=0),
            Column("alpha", "number", "Cronbach's alpha", nullable=True),
            Column("alpha_lower", "number", "Lower limit (Feldt)", nullable=True),
            Column("alpha_upper", "number", "Upper limit (Feldt)", nullable=True),
            Column("omega", "number", "Omega total", nullable=True),
            Column("acceptable", "flag", "Whether the scale may be shown as one number"),
            Column("municipalities", "integer", "Municipalities with answers enough to look at agreement among their members", minimum=0),
            Column("rwg_j", "number", "Agreement within a municipality, rwg(j) of 0 to 1: median over municipalities; missing with too few", nullable=True),
            Column("agreement_a", "number", "Van der Eijk's A, -1 (split in two) to 1: mean over items, median over municipalities", nullable=True),
            Column("icc1", "number", "ICC(1): share of the variation that lies between municipalities", nullable=True),
            Column("icc2", "number", "ICC(2): reliability of a municipality's mean", nullable=True),
        ),
        ("indicator", "group", "wave"), restricted=False,
    ),
    Contract(
        "coder_agreement", "indicators", "agreement between coders on one code, network level",
        (
            text("code", "Code in the codebook"),
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
    Contract(
        "plan_duties", "indicators", "one duty of a council by the plan system's law, on a wave's cut-off date",
        (
            KOMMUNE, WAVE,
            text("duty", "What is asked of the council", values=("strategy_within_year", "new_decision", "action_part_revised", "budget_before_new_year", "public_inspection")),
            text("document_kind", "Kind of document in the codebook"),
            text("period", "Year, or the day of the decision; empty when there is one a term"),
            text("law", "Provision in force on the day"),
            Column("start", "day", "Day the clock started", nullable=True),
            Column("due", "day", "Last day; missing where the law sets none", nullable=True),
            Column("done", "day", "Day it was done, or decided", nullable=True),
            Column("value", "number", "Months to the decision, or days of public inspection", nullable=True),
            text("status", "How it stood", values=("met", "late", "not_met", "not_yet_due", "open", "not_collected")),
            text("route", "Of a new decision: revised, adopted_anew, continued; else empty", values=("", "revised", "adopted_anew", "continued")),
        ),
        ("kommune_id", "wave", "duty", "document_kind", "period"), restricted=False,
    ),
)

DISCLOSURE = (
    Contract(
        "publishable_estimates", "disclosure", "one estimate that may leave, or the reason it may not",
        (
            *_ESTIMATE_COLUMNS,
            text("display", "How a share is shown when its count is protected: a class; else empty",
                  values=("", "under_20", "over_80", "under_50", "over_50")),
        ),
        _ESTIMATE_KEY, restricted=False,
    ),
    Contract(
        "comparisons", "indicators", "one published value against its peers, or a gap or change against nought",
        (
            KOMMUNE, WAVE, GROUP,
            text("gathering", "Gathering id; else empty"),
            text("indicator", "Indicator id"),
            text("component", "Component"),
            Column("peer_mean", "number", "Unweighted mean of the other published municipalities", nullable=True),
            Column("peers", "integer", "Other municipalities behind the mean", minimum=0),
            Column("difference", "number", "Own value minus peer mean", nullable=True),
            Column("lower", "number", "Lower limit of the difference", nullable=True),
            Column("upper", "number", "Upper limit of the difference", nullable=True),
            Column("p_value", "number", "Two-sided p value of the difference", nullable=True),
            Column("pooled", "number", "Own value drawn towards the mean of all (Fay-Herriot), where configured", nullable=True),
            Column("pooled_lower", "number", "Lower limit of the pooled value", nullable=True),
            Column("pooled_upper", "number", "Upper limit of the pooled value", nullable=True),
            text("verdict", "What may be said",
                  values=("above", "below", "indistinguishable", "clear", "unclear", "few_peers", "no_interval",
                          "hidden")),
        ),
        ("kommune_id", "wave", "group", "gathering", "indicator", "component"), restricted=False,
    ),
    Contract(
        "publishable_response", "disclosure", "response of one population, small counts hidden",
        (
            KOMMUNE, WAVE, GROUP,
            text("gathering", "Gathering id; else empty"),
            Column("population", "integer", "Persons asked (N)", nullable=True),
            Column("n", "integer", "Answers; missing when hidden", nullable=True),
            Column("rate", "number", "n divided by N; missing when hidden", nullable=True),
            text("status", "Whether n is shown", values=("published", "hidden")),
        ),
        ("kommune_id", "wave", "group", "gathering"), restricted=False,
    ),
    Contract(
        "suppressed", "disclosure", "count of hidden numbers of a municipality by reason",
        (
            text("level", "Level of the unit", values=LEVELS),
            text("unit", "kommune_id, peer group or 'network'"),
            text("reason", "Reason code"),
            Column("count", "integer", "Numbers hidden", minimum=0),
        ),
        ("level", "unit", "reason"), restricted=False,
    ),
    Contract(
        "problem_counts", "disclosure", "problems of one case in one kind of raw file, rows not named",
        (
            text("source", "Kind of raw file: first part of its path (surveys, interviews, plans, registers)"),
            text("case", "Case id in the catalogue of dirty data"),
            text("severity", "What was done", values=("reject", "repair", "fail")),
            Column("count", "integer", "Rows, selections or documents touched", minimum=0),
        ),
        ("source", "case", "severity"), restricted=False,
    ),
    Contract(
        "quotes", "disclosure", "one cleared quotation; nothing tells whose or where",
        (
            Column("quote", "integer", "Number, from 1", minimum=1),
            WAVE,
            text("codes", "Codes set on it, joined by a space"),
            text("text", "The quotation"),
        ),
        ("quote",), restricted=False,
    ),
    Contract(
        "release_ledger", "disclosure", "one number about persons in one release, shown or hidden; restricted for its n",
        (
            Column("release", "integer", "Release, counted from 1", minimum=1),
            text("name", "What the release is called"),
            *_ESTIMATE_COLUMNS[:7],
            Column("value", "number", "Value as published; missing when hidden", nullable=True),
            Column("n", "integer", "Answers behind it, hidden numbers included", minimum=0),
            Column("population", "integer", "Size of the group", nullable=True),
            text("class_value", "Class as published"),
            text("status", "Whether the number was shown", values=STATUSES),
            text("reason", "Reason code when it was not"),
            text("display", "Class that a protected share was shown as"),
            text("digest", "sha256 of the unrounded number; equal when nothing behind it changed"),
        ),
        ("release", *_ESTIMATE_KEY),
    ),
)
# fmt: on
