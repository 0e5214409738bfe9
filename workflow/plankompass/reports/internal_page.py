"""What the pages that are no part of a delivery share: the data quality page and the protection page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from plankompass.reports import formats
from plankompass.reports.catalogue import Catalogue
from plankompass.reports.schema_parts import Fact
from plankompass.reports.wording import report_texts


def page_meta(text: Catalogue, name: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """What the page is and of which study.

    Args:
        text: The catalogue of the page's language.
        name: Part of the catalogue with the page's title and subtitle.
        params: The rule's params.

    Returns:
        Plain values for the templates.
    """
    return {
        "title": text(f"{name}.title"),
        "subtitle": text(f"{name}.subtitle"),
        "language": text.language,
        "example": bool(params["example"]),
        "example_word": text("front_text.example_word") if params["example"] else "",
        "publisher": params["report"]["publisher"],
        "study_title": report_texts(params, text.language),
        "dated_text": formats.long_date(dated(params), text.language),
    }


def page_facts(text: Catalogue, params: Mapping[str, Any]) -> list[Fact]:
    """Date, version and inputs of the page.

    Args:
        text: The catalogue of the page's language.
        params: The rule's params.

    Returns:
        Labels and values.
    """
    return [
        Fact(label=text("common.dated"), value=formats.long_date(dated(params), text.language)),
        Fact(label=text("about_text.version"), value=f"Plankompass {params['version']}"),
        Fact(label=text("about_text.inputs"), value=str(params["input_hash"])),
    ]


def dated(params: Mapping[str, Any]) -> date:
    """The report's own date.

    Args:
        params: The rule's params.

    Returns:
        The date.
    """
    return date.fromisoformat(str(params["report"]["dated"]))
