"""What the pipeline sees in one plan document, without a study."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from plankompass.ingest.plans.identity import identify
from plankompass.ingest.plans.language import (
    count_words,
    reading_ease,
    running_text,
    tell_language,
)
from plankompass.ingest.plans.models import PlanRefusedError
from plankompass.ingest.plans.reader import PlanReader
from plankompass.ingest.plans.worker import detect_format
from plankompass.study.config_models import LimitConfig

_MOST_HEADINGS = 200


def inspect_plan(path: Path | str, limits: LimitConfig | None = None) -> dict[str, Any]:
    """Say what the pipeline sees in one plan document.

    Args:
        path: The file.
        limits: Limits on time and size; the defaults when left out.

    Returns:
        ``kind`` (always ``plan``), ``format``, ``problems`` and the fields of a plan. A document that
        is refused has the key ``refused`` with the reason, and no more than these.
    """
    path = Path(path)
    try:
        with PlanReader(limits or LimitConfig()) as reader:
            plan = reader.read(path)
    except PlanRefusedError as refusal:
        return {
            "kind": "plan", "format": _format(path), "problems": [f"{path.name}: {refusal}"],
            "refused": f"{path.name}: {refusal}", "encrypted": "encrypted" in str(refusal),
        }  # fmt: skip
    identity = identify(path.name, plan.blocks)
    headings = [b for b in plan.blocks if b.kind == "heading"]
    problems = [f"{path.name}: {text}" for text in plan.problems]
    if identity.draft:
        where = ", ".join(identity.draft_signs)
        problems.append(
            f"{path.name}: words for a draft ({where}) and no adoption date by the council"
        )
    lix = reading_ease(running_text(plan.blocks))
    return {
        "kind": "plan",
        "format": plan.format,
        "problems": problems,
        "pages": plan.pages,
        "pages_with_text": plan.pages_with_text,
        "pages_without_text": list(plan.without_text),
        "pages_unread": list(plan.unread),
        "words": count_words(plan.blocks),
        "language": tell_language(plan.blocks),
        "lix": None if lix is None else round(lix, 1),
        "kind_suggestion": identity.kind,
        "title": identity.title,
        "period": identity.period,
        "draft": identity.draft,
        "adoption_dates": [
            {
                "date": d.day.isoformat(),
                "page": d.page,
                "sentence": d.sentence,
                "council": d.council,
            }
            for d in identity.dates
        ],
        "headings": [
            {"page": b.page, "level": b.level, "text": b.text} for b in headings[:_MOST_HEADINGS]
        ],
        "encrypted": plan.encrypted,
    }


def _format(path: Path) -> str:
    try:
        return detect_format(path)
    except (PlanRefusedError, OSError):
        return path.suffix.lower().lstrip(".") or "unknown"
