"""The letter that goes with a delivery: what is in it, how to read it, what not to conclude."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import typst

from plankompass.study.config_models import ColourConfig
from plankompass.study.logo import read_logo
from plankompass.study.problems import PlankompassError
from plankompass.study.strict_yaml import load_yaml

LANGUAGES = ("nb", "nn")
_HERE = Path(__file__).parent
_TEMPLATE = _HERE / "templates" / "letter.typ"
_FONTS = _HERE.parent / "reports" / "fonts"
_MONTHS = {
    "nb": "januar februar mars april mai juni juli august september oktober november desember",
    "nn": "januar februar mars april mai juni juli august september oktober november desember",
}
_FILES = ("index", "reports", "numbers", "network", "sums")
_READ = ("read_short", "read_interval", "read_verdict", "read_hidden", "read_talk")


_NEUTRAL = ColourConfig().model_dump()


@cache
def texts_of(language: str) -> dict[str, str]:
    """The letter's texts.

    Args:
        language: ``nb`` or ``nn``.

    Returns:
        Key to text.

    Raises:
        PlankompassError: There is no letter in that language.
    """
    if language not in LANGUAGES:
        raise PlankompassError(
            f"language {language}: no letter in it; choose {' or '.join(LANGUAGES)}"
        )
    name = f"{language}.yaml"
    return load_yaml(_HERE / "messages" / name, name=f"release/messages/{name}")["letter"]


def _written_out(day: date, language: str) -> str:
    month = _MONTHS[language].split()[day.month - 1]
    return f"{day.day}.\u00a0{month}\u00a0{day.year}"


def letter_data(params: Mapping[str, Any], language: str) -> dict[str, Any]:
    """What the letter says.

    Args:
        params: As in :func:`plankompass.release.delivery.pack_delivery`.
        language: ``nb`` or ``nn``.

    Returns:
        Plain values for the template.
    """
    say = texts_of(language)
    report = params["report"]
    as_of = date.fromisoformat(str(params["waves"][report["wave"]]["as_of"]))
    dated = date.fromisoformat(str(report["dated"]))
    study = str(params["title"].get(language) or params["title"]["nb"])
    title = say["title"].format(year=as_of.year)
    example = say["example_word"] if params["example"] else ""
    addressee, contact = report.get("addressee") or "", report.get("contact") or ""
    return {
        "lang": language,
        "title": title,
        "document_title": f"{title} ({example})" if example else title,
        "publisher": report["publisher"],
        "logo": read_logo(report.get("logo")),
        "colours": {**_NEUTRAL, **report.get("colours", {})},
        "to": say["to"].format(addressee=addressee) if addressee else "",
        "example_word": example,
        "example": say["example"] if example else "",
        "lead": say["lead"].format(
            study=f"«{study}»", count=params["municipalities"], as_of=_written_out(as_of, language)
        ),
        "contents": say["contents"],
        "files": [[say[f"{name}_name"], say[name]] for name in _FILES],
        "reading": say["reading"],
        "read": [say[key] for key in _READ],
        "never_title": say["never"],
        "never": [text for key, text in say.items() if key.startswith("never_")],
        "contact": say["contact"].format(contact=contact) if contact else "",
        "signed": say["signed"].format(
            publisher=report["publisher"], dated=_written_out(dated, language)
        ),
    }


def set_letter(params: Mapping[str, Any], language: str) -> bytes:
    """Set the letter as an accessible PDF.

    Args:
        params: As in :func:`plankompass.release.delivery.pack_delivery`.
        language: ``nb`` or ``nn``.

    Returns:
        The file; its bytes depend on the texts alone (the date is the report's own).

    Raises:
        PlankompassError: The typesetter refuses.
    """
    data = letter_data(params, language)
    dated = date.fromisoformat(str(params["report"]["dated"]))
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(_FONTS)]
    )
    compiler = typst.Compiler(_TEMPLATE.read_bytes(), font_paths=fonts, ignore_system_fonts=True)
    try:
        return compiler.compile(
            format="pdf",
            sys_inputs={"letter": json.dumps(data, ensure_ascii=False)},
            pdf_standards=["ua-1"],
            timestamp=datetime(dated.year, dated.month, dated.day, tzinfo=UTC),
        )
    except typst.TypstError as error:
        raise PlankompassError(f"the letter could not be set: {error.message}") from None
