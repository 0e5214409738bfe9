"""Checks of the codebook's texts: present in each language, and each language its own words."""

from __future__ import annotations

import re
from collections.abc import Iterable

from plankompass.study.codebook_models import CodebookModel, Named

_SLOT = re.compile(r"{\w+}")
_BOKMAL_WORDS = (
    "ikke", "hvordan", "hva", "hvem", "hvilke", "hvilken", "hvilket", "hvor", "hver", "hvert",
    "jeg", "fra", "noen", "noe", "innbyggere", "innbyggerne", "folkevalgte", "kommuner", "vedtar",
    "gjøre", "mener", "samme", "målene", "finnes", "også",
)  # fmt: skip
_NYNORSK_WORDS = (
    "ikkje", "korleis", "kva", "kven", "kor", "kvar", "kvart", "eg", "frå", "nokon", "nokre", "noko",
    "innbyggjarar", "innbyggjarane", "folkevalde", "kommunar", "vedtek", "gjere", "meiner", "finst",
    "òg",
)  # fmt: skip


def _words(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"\b({'|'.join(words)})\b", re.IGNORECASE)


_BOKMAL_ONLY, _NYNORSK_ONLY = _words(_BOKMAL_WORDS), _words(_NYNORSK_WORDS)


def language_errors(where: str, nb: str | None, nn: str | None) -> list[str]:
    """Find words of the other written language.

    Args:
        where: File and id, for messages.
        nb: The text in bokmål, if any.
        nn: The text in nynorsk, if any.

    Returns:
        One line an error.
    """
    errors = []
    if nn and (hit := _BOKMAL_ONLY.search(_SLOT.sub("", nn))):
        errors.append(f"{where}: «{hit.group()}» in the nynorsk text is bokmål")
    if nb and (hit := _NYNORSK_ONLY.search(_SLOT.sub("", nb))):
        errors.append(f"{where}: «{hit.group()}» in the bokmål text is nynorsk")
    return errors


def text_errors(where: str, entry: Named, *, english: bool = False) -> list[str]:
    """Check one entry's texts.

    Args:
        where: File and id, for messages.
        entry: The entry.
        english: Whether English is asked for too.

    Returns:
        One line an error.
    """
    languages = ("nb", "nn", "en") if english else ("nb", "nn")
    errors = [
        f"{where}: no text in {language}"
        for language in languages
        if not (getattr(entry, language) or "").strip()
    ]
    return errors + language_errors(where, entry.nb, entry.nn)


def slots(text: str) -> set[str]:
    """Names of the slots in a sentence, ``{kommune}`` gives ``kommune``."""
    return set(re.findall(r"{(\w+)}", text))


def repeated(ids: Iterable[str]) -> list[str]:
    """Ids that stand more than once, sorted."""
    seen: set[str] = set()
    twice: set[str] = set()
    for entry in ids:
        (twice if entry in seen else seen).add(entry)
    return sorted(twice)


def id_errors(
    where: str, entries: Iterable[CodebookModel], pattern: str = r"[a-z][a-z0-9_]*"
) -> list[str]:
    """Check that ids are unique and well formed.

    Args:
        where: File and kind of entry, for messages.
        entries: Entries with an ``id``.
        pattern: What a whole id looks like.

    Returns:
        One line an error.
    """
    ids = [entry.id for entry in entries]
    errors = [f"{where} {twice}: the id stands twice" for twice in repeated(ids)]
    errors += [
        f"{where} {entry}: the id is not written in small letters, digits and underscores"
        for entry in sorted(set(ids))
        if not re.fullmatch(pattern, entry)
    ]
    return errors
