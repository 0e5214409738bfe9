"""The message catalogues: all fixed text of the reports, one YAML file a language."""

from __future__ import annotations

import string
from functools import cache
from pathlib import Path

from plankompass.study.problems import PlankompassError
from plankompass.study.strict_yaml import load_yaml

MESSAGES = Path(__file__).parent / "messages"
LANGUAGES = ("nb", "nn", "en")


class Catalogue:
    """Fixed text in one language.

    Args:
        language: ``nb``, ``nn`` or ``en``.
        texts: Dotted key to text; ``{name}`` stands where a value goes.
    """

    def __init__(self, language: str, texts: dict[str, str]) -> None:
        self.language = language
        self.texts = texts

    def __call__(self, key: str, /, **values: object) -> str:
        """One text.

        Args:
            key: Dotted key, for instance ``"front.in_short"``.
            values: A value for each ``{name}`` in the text.

        Returns:
            The text with its values.

        Raises:
            PlankompassError: The key is not in the catalogue, or a value is missing.
        """
        try:
            text = self.texts[key]
        except KeyError:
            raise PlankompassError(
                f"messages/{self.language}.yaml: no text for {key}; add it in every language"
            ) from None
        if not values and "{" not in text:
            return text
        try:
            return text.format_map(values)
        except KeyError as error:
            raise PlankompassError(
                f"messages/{self.language}.yaml: {key} needs a value for {error.args[0]}"
            ) from None


def placeholders(text: str) -> frozenset[str]:
    """Names of the values a text needs.

    Args:
        text: A message.

    Returns:
        The names between braces.
    """
    return frozenset(name for _, name, _, _ in string.Formatter().parse(text) if name)


def _flat(tree: dict, prefix: str = "") -> dict[str, str]:
    texts: dict[str, str] = {}
    for key, value in tree.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict):
            texts |= _flat(value, f"{name}.")
        else:
            texts[name] = str(value)
    return texts


@cache
def catalogue(language: str) -> Catalogue:
    """The catalogue of a language, read once a process.

    Args:
        language: ``nb``, ``nn`` or ``en``.

    Returns:
        The catalogue.

    Raises:
        PlankompassError: There is no catalogue of that language.
    """
    path = MESSAGES / f"{language}.yaml"
    if language not in LANGUAGES or not path.is_file():
        raise PlankompassError(
            f"language {language}: no message catalogue; choose one of {', '.join(LANGUAGES)}"
        )
    texts: dict[str, str] = {}
    # What the layout says stands in <language>.yaml, what the writers say in <language>.text.yaml.
    for file in sorted(MESSAGES.glob(f"{language}*.yaml")):
        texts |= _flat(load_yaml(file, name=f"messages/{file.name}"))
    return Catalogue(language, texts)
