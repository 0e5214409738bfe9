"""Restricted tables that researchers read about the interviews: agreement on units, patterns of codes."""

from __future__ import annotations

from plankompass.contract_model import KOMMUNE, WAVE, Column, Contract, text

_CODE = text("code", "Code or category in the codebook; a child counts for its category")
_KIND = text(
    "source_kind", "Kind of source", values=("interview", "presentation", "homework", "workshop")
)


def _share(name: str, description: str) -> Column:
    return Column(name, "number", description, nullable=True, minimum=0, maximum=1)


def _count(name: str, description: str) -> Column:
    return Column(name, "integer", description, minimum=0)


# fmt: off
INTERVIEW_RESULTS = (
    Contract(
        "code_presence", "indicators", "one coded source and one code or category",
        (
            text("interview", "Id of the source"),
            KOMMUNE,
            text("role", "Role of the person interviewed; empty for sources that are no interview"),
            WAVE, _KIND, _CODE,
            Column("present", "flag", "Whether the code is present, after the codebook's presence rule"),
        ),
        ("interview", "code"),
    ),
    Contract(
        "code_use", "indicators", "one code in one group of interviews or kind of source",
        (
            WAVE,
            text("grouping", "What the sources are grouped by", values=("all", "role", "municipality", "source_kind")),
            text("name", "The role, kommune_id or kind of source; empty for all interviews"),
            _CODE,
            _count("sources", "Coded interviews (sources, by kind of source)"),
            _count("with_code", "Those in which the code is present"),
            _share("share", "with_code of sources"),
        ),
        ("wave", "grouping", "name", "code"),
    ),
    Contract(
        "code_pairs", "indicators", "two codes in the interviews of one wave",
        (
            WAVE,
            text("first", "The one code; the barrier where the other is a strategy"),
            text("second", "The other code"),
            text("relation", "How the two are related", values=("barrier_strategy", "same_category", "other")),
            _count("interviews", "Coded interviews"),
            _count("with_first", "Interviews with the first code"),
            _count("with_second", "Interviews with the second code"),
            _count("with_both", "Interviews with both"),
            _share("jaccard", "Interviews with both, of those with either; missing where none has either"),
            _share("second_given_first", "Interviews with both, of those with the first"),
        ),
        ("wave", "first", "second"),
    ),
    Contract(
        "code_change", "indicators", "one code in the interviews of two waves",
        (
            text("first_wave", "Earlier wave"),
            text("second_wave", "Later wave"),
            _CODE,
            _count("interviews_first", "Interviews of the earlier wave"),
            _count("interviews_second", "Interviews of the later wave"),
            _share("share_first", "Share with the code, earlier wave"),
            _share("share_second", "Share with the code, later wave"),
            Column("change", "number", "Later share minus earlier", minimum=-1, maximum=1),
            _count("municipalities_in_both", "Municipalities with interviews in both waves"),
            _share("same_first", "Earlier share in those municipalities alone"),
            _share("same_second", "Later share in those municipalities alone"),
            Column("change_same", "number", "Change in those municipalities alone", nullable=True, minimum=-1, maximum=1),
        ),
        ("first_wave", "second_wave", "code"),
    ),
    Contract(
        "unit_agreement", "indicators", "agreement between coders on one code or category and kind of unit; for researchers",
        (
            text("unit", "What the coders are compared on", values=("interview", "paragraph", "sentence")),
            text("code", "Code or category in the codebook; a child counts for its category"),
            Column("category", "flag", "Whether it is a category"),
            Column("interviews", "integer", "Interviews coded by two or more", minimum=0),
            Column("coders", "integer", "Coders with a unit that another coded too", minimum=0),
            Column("units", "integer", "Units coded by two or more", minimum=0),
            Column("units_with_code", "integer", "Units on which any coder set the code", minimum=0),
            Column("units_differing", "integer", "Units on which the coders differ", minimum=0),
            Column("share_double_coded", "number", "Units coded by two or more, of all coded units", nullable=True, minimum=0, maximum=1),
            Column("share_with_code", "number", "Share of the coders' ratings that say the code is there", nullable=True, minimum=0, maximum=1),
            Column("rare", "flag", "Whether that share is under 5 % or over 95 %: look at AC1 instead of alpha", nullable=True),
            Column("alpha", "number", "Krippendorff's alpha, nominal; missing without variation", nullable=True),
            Column("lower", "number", "Lower limit (bootstrap)", nullable=True),
            Column("upper", "number", "Upper limit", nullable=True),
            text("interval", "What the bootstrap draws: whole interviews, or units where the interviews are fewer than five", values=("interviews", "units")),
            Column("gwet_ac1", "number", "Gwet's AC1", nullable=True),
            Column("cohen_kappa", "number", "Cohen's kappa; for two coders", nullable=True),
        ),
        ("unit", "code"),
    ),
)
# fmt: on
