"""Which document of each kind is coded: adopted, in force on the cut-off date, one and not several.

Cases D1 (draft), D3 (dates that disagree, a strategy older than the council) and D4 (several plans in
force) of the catalogue of dirty data.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from plankompass.ingest.plans.identity import PlanIdentity
from plankompass.ingest.plans.models import Block, PlanText
from plankompass.study.problems import ProblemLog

STATUS_WORDS = {
    "": "", "unknown": "", "ukjent": "", "ukjend": "",
    "adopted": "adopted", "vedtatt": "adopted", "vedteke": "adopted", "vedteken": "adopted",
    "in_force": "in_force", "gjeldende": "in_force", "gjeldande": "in_force",
    "superseded": "superseded", "erstattet": "superseded", "erstatta": "superseded",
    "opphevet": "superseded", "oppheva": "superseded",
    "draft": "draft", "utkast": "draft", "høring": "draft", "høyring": "draft",
    "forslag": "draft", "framlegg": "draft",
}  # fmt: skip
"""What a line in documents.csv may say of a document, and what it means."""

_COUNCIL_RECORD = re.compile(
    r"protokoll|møtebok|møteprotokoll|saksprotokoll|\bsak\b|kommunestyr|bystyr|heradsstyr|council",
    re.I,
)
_NOT_ADOPTED_BY_COUNCIL = ("plattform",)
"""Parties sign a platform; no council adopts it, so it needs no adoption date."""
_ONE_IN_FORCE = ("samfunnsdel", "planstrategi")
_NEAR_DAYS = 300


@dataclass
class Candidate:
    """One document on its way to being coded or not.

    Attributes:
        file: Relative to the raw folder.
        document: sha256.
        listed: Whether ``documents.csv`` names it.
        kind, title, period: What people say, else what the machine takes it for.
        human_status: A value of :data:`STATUS_WORDS`.
        adopted_on: Adoption date from ``documents.csv``, later the confirmed one.
        plan: The text as read.
        identity: What the machine takes it for.
        status: adopted, draft or unknown.
        reason: Why it is not used; empty when used.
        dates_disagree: Two human sources give different dates (D3).
        ocr_blocks: What OCR read on pages without a text layer; for suggestions only.
    """

    file: str
    document: str
    listed: bool
    kind: str
    title: str
    period: str
    human_status: str
    adopted_on: date | None
    plan: PlanText
    identity: PlanIdentity
    status: str = "unknown"
    reason: str = ""
    dates_disagree: bool = False
    ocr_blocks: list[Block] = field(default_factory=list)


@dataclass(frozen=True)
class RegisterDate:
    """One adopted document in the register of plan dates."""

    kind: str
    day: date
    source: str


@dataclass(frozen=True)
class Setting:
    """What the choice depends on besides the documents.

    Attributes:
        as_of: Cut-off date of the report's wave.
        constituted_on: Constituting meeting of the council in office that day, when known.
        merged_on: First day of the municipality when it is a merger, else None.
        kinds: Kinds of documents of the codebook.
        register: Adoption dates in the register of plan dates.
    """

    as_of: date
    constituted_on: date | None
    merged_on: date | None
    kinds: frozenset[str]
    register: tuple[RegisterDate, ...] = field(default=())


def choose_documents(candidates: Sequence[Candidate], setting: Setting, log: ProblemLog) -> None:
    """Decide status, adoption date and use of each document.

    Args:
        candidates: The municipality's documents; changed in place.
        setting: Dates and registers.
        log: Takes every document that is left out and every disagreement.
    """
    for candidate in candidates:
        _settle_date(candidate, setting, log)
        _settle_status(candidate, log)
        _leave_out(candidate, setting, log)
    for kind in sorted({c.kind for c in candidates}):
        _one_in_force([c for c in candidates if c.kind == kind and not c.reason], setting, log)


def _settle_date(candidate: Candidate, setting: Setting, log: ProblemLog) -> None:
    """Hold the human date against the register and the text (D3)."""
    rows = [r for r in setting.register if r.kind == candidate.kind]
    council = [d for d in candidate.identity.dates if d.council]
    if candidate.adopted_on is None:
        matching = {r.day for r in rows} & {d.day for d in council}
        if len(matching) == 1:
            candidate.adopted_on = matching.pop()
            log.add("D3", "repair", candidate.file,
                    "the adoption date was taken from the register of plan dates, which agrees with the text",
                    column="adopted_on", hint="write the date in documents.csv")  # fmt: skip
        return
    day = candidate.adopted_on
    if council and all(d.day != day for d in council):
        log.add("D3", "repair", candidate.file,
                "the text gives another adoption date; the line in documents.csv is kept",
                row_key=f"page {council[0].page}", column="adopted_on",
                hint="check the date against the council's record")  # fmt: skip
    near = [r for r in rows if abs((r.day - day).days) <= _NEAR_DAYS]
    if not near or any(r.day == day for r in near):
        return
    if len(near) == 1 and _COUNCIL_RECORD.search(near[0].source):
        candidate.adopted_on = near[0].day
        rule = "documents.csv and the register of plan dates disagree; the council's record decides"
    else:
        candidate.adopted_on = None
        candidate.dates_disagree = True
        rule = "documents.csv and the register of plan dates disagree; the date is missing until confirmed"
    log.add("D3", "repair", candidate.file, rule, column="adopted_on",
            hint="find the date in the council's record and correct the one that is wrong")  # fmt: skip


def _settle_status(candidate: Candidate, log: ProblemLog) -> None:
    dated = candidate.adopted_on is not None or candidate.dates_disagree
    signs = candidate.identity.draft_signs
    if candidate.human_status == "draft" or (candidate.identity.draft and not dated):
        candidate.status = "draft"
    elif (
        dated
        or candidate.human_status in ("adopted", "in_force", "superseded")
        or (not candidate.listed and any(d.council for d in candidate.identity.dates))
    ):
        candidate.status = "adopted"
    if candidate.status == "adopted" and signs and candidate.human_status:
        log.add("D1", "repair", candidate.file,
                "words for a draft in the document, but people say it was adopted; their word is kept",
                row_key=", ".join(signs), column="status",
                hint="check that the file is the adopted version")  # fmt: skip


def _leave_out(candidate: Candidate, setting: Setting, log: ProblemLog) -> None:
    reason, case, rule, hint = "", "", "", ""
    day = candidate.adopted_on
    if candidate.status == "draft":
        reason, case = "draft", "D1"
        rule = "a draft is not coded; the document counts as not collected"
        hint = "put the adopted version in the folder, or write its adoption date in documents.csv"
    elif candidate.kind not in setting.kinds:
        reason, case = "other_kind", "KIND"
        rule = "no kind of document that the codebook codes"
        hint = f"kinds are {', '.join(sorted(setting.kinds))}"
    elif not candidate.listed:
        reason, case = "not_listed", "LIST"
        rule = "the file stands in the folder but not in documents.csv; it is not coded"
        hint = "add a line with kind and adoption date"
    elif candidate.human_status == "superseded":
        reason = "not_in_force"
    elif (
        day is None
        and not candidate.dates_disagree
        and candidate.kind not in _NOT_ADOPTED_BY_COUNCIL
    ):
        reason, case = "no_adoption_date", "D1"
        rule = "no adoption date that people confirmed; only adopted versions with a date are coded"
        hint = "write the date from the council's record in documents.csv"
    elif day is not None and day > setting.as_of:
        reason = "after_cut_off"
    elif (
        candidate.kind == "planstrategi" and day is not None
        and setting.constituted_on is not None and day < setting.constituted_on
    ):  # fmt: skip
        reason, case = "before_council", "D3"
        rule = "the planning strategy is older than the council in office; it is not coded"
        hint = "put the strategy of this council in the folder"
    candidate.reason = reason
    if case:
        log.add(case, "reject", candidate.file, rule, column="status", hint=hint)


def _one_in_force(candidates: list[Candidate], setting: Setting, log: ProblemLog) -> None:
    """Keep the newest adopted document of a kind; several in force at once are left out (D4)."""
    if len(candidates) < 2:
        return
    kind = candidates[0].kind
    newest = max((c.adopted_on for c in candidates if c.adopted_on), default=None)
    stated = [c for c in candidates if c.human_status == "in_force"]
    latest = stated or [c for c in candidates if c.adopted_on == newest or c.adopted_on is None]
    before_merger = setting.merged_on is not None and all(
        c.adopted_on is not None and c.adopted_on < setting.merged_on for c in candidates
    )
    if kind == "samfunnsdel" and before_merger:
        latest = list(candidates)  # each old municipality's plan still stands
    for candidate in candidates:
        if all(candidate is not c for c in latest):
            candidate.reason = "not_in_force"
    if len(latest) < 2 or kind not in _ONE_IN_FORCE:
        return
    for candidate in latest:
        candidate.reason = "several_plans_in_force"
    log.add("D4", "repair", _folder(latest), "several adopted documents of one kind are in force; "
            "measures of goals are missing", column=kind, count=len(latest),
            hint="if one of them replaced the others, write its adoption date, or 'superseded' for the "
            "others, in documents.csv")  # fmt: skip


def _folder(candidates: Iterable[Candidate]) -> str:
    folders = sorted({c.file.rsplit("/", 1)[0] for c in candidates})
    return folders[0]
