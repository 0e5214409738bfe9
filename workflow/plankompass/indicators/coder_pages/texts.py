"""Texts of the coders' pages in each language, and the templates that lay them out."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from plankompass.study.problems import PlankompassError
from plankompass.study.strict_yaml import load_yaml

LANGUAGES = ("nb", "nn", "en")
_HERE = Path(__file__).parent


@cache
def texts_of(language: str) -> Mapping[str, Any]:
    """The pages' texts.

    Args:
        language: ``nb``, ``nn`` or ``en``.

    Returns:
        Key to text, list of texts or further keys.

    Raises:
        PlankompassError: There are no texts in that language.
    """
    if language not in LANGUAGES:
        raise PlankompassError(
            f"language {language}: no coders' pages in it; choose one of {', '.join(LANGUAGES)}"
        )
    name = f"{language}.yaml"
    return load_yaml(_HERE / "messages" / name, name=f"coder_pages/messages/{name}")


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def page_head(params: Mapping[str, Any], title: str) -> dict[str, Any]:
    """What stands at the top of each page.

    Args:
        params: The rule's params.
        title: The page's title.

    Returns:
        Plain values for the template.
    """
    language = params["language"]
    return {
        "language": language,
        "title": title,
        "study": params["title"][language],
        "example": params["example"],
    }


def set_page(template: str, page: Mapping[str, Any], language: str) -> str:
    """Lay a page out.

    Args:
        template: Name of the template.
        page: What it says; plain values, all of them text by now.
        language: Language of the texts.

    Returns:
        HTML; everything from outside is escaped.
    """
    return _environment().get_template(template).render(page=page, t=texts_of(language))


def number(value: float, language: str, decimals: int = 2) -> str:
    """A coefficient in digits; empty where there is none.

    Args:
        value: The coefficient.
        language: Decides the decimal mark.
        decimals: Digits after it.

    Returns:
        The number, with a true minus sign.
    """
    if value != value:
        return ""
    text = f"{value:.{decimals}f}".replace("-", "−")
    return text if language == "en" else text.replace(".", ",")
