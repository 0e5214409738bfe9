"""The case ids of ``avvik.csv``: those of the catalogue of dirty data, and the project's own."""

from __future__ import annotations

from types import MappingProxyType

#: Case id to what it stands for. Ids of a letter and a number are the catalogue's.
CASES = MappingProxyType(
    {
        "S1": "a respondent key stands more than once: the answer with most valid items is kept",
        "S2": "text instead of codes: exact labels are read in bokmål or nynorsk, others stop the run",
        "S3": "a value outside the scale: one slip becomes not answered, a shifted column stops the run",
        "S4": "a code for missing that nobody declared stops the run; a blank becomes not answered",
        "S5": "an item that is reversed already, or whose labels stand on other codes",
        "S6": "an answer dated outside its wave: left out, or, when they are many, the run stops",
        "S7": "personal data in an export: the run stops before anything is written",
        "S8": "more answers than persons in the group, or a group without a size",
        "S9": "an exclusive alternative beside others, or too many choices: the question is not answered",
        "K1": "a municipality code with lost zeros, a decimal or a prefix",
        "K2": "a code of another date for the same territory, or one that never existed",
        "K3": "a municipality merged or divided between two dates",
        "K4": "a code that lived on with a new territory",
        "K5": "a name of several municipalities, or name and code that disagree",
        "Q0": "an interview project that cannot be read",
        "Q1": "an interview whose text differs between two coders' projects",
        "Q2": "a code that stands under another name, or that the codebook does not have",
        "Q3": "two coders who cannot be told apart",
        "Q4": "an interview without a known role or municipality",
        "Q5": "a selection that does not fit the text",
        "D1": "a draft delivered as the adopted plan",
        "D2": "a document, or pages of it, without a text layer",
        "D3": "dates of a document that disagree, or an old planning strategy filed as current",
        "D4": "several adopted documents of one kind in force at once",
        "D5": "a goal or link not confirmed, or counted twice",
        "DOC": "a plan document that cannot be read",
        "FORM": "a form for coders that was filled in another way than it asks for",
        "MEASURE": "a document measure with an unknown name, value or status",
        "FILE": "a list of plan documents, goals or measures that lacks something",
        "file": "a survey export that cannot be read, is empty, or has no row that can be kept",
        "column": "a column that is missing, unknown, named twice, or asked another group",
        "key": "answers without a respondent key",
        "date": "dates of answers that cannot be read, or answers without a date",
        "weight": "weights that are blank, no number, or not above zero",
        "label": "value labels in the file whose words differ from the codebook's; the codebook's are used",
        "not_asked": "an item that the export has no column for; counted as not asked",
        "municipality": "answers without a municipality, or from one that takes no part; left out",
        "interview": "an interview from a municipality that cannot be found",
        "register": "a register of the study that lacks something",
    }
)
