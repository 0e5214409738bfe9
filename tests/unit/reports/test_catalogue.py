"""No language lacks a message, and every text asks for the same values in every language."""

from __future__ import annotations

import re

import pytest

from plankompass.reports import catalogue as module
from plankompass.reports.catalogue import LANGUAGES, catalogue, placeholders
from plankompass.study.problems import PlankompassError


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_message(language):
    keys = {key for other in LANGUAGES for key in catalogue(other).texts}
    assert keys - set(catalogue(language).texts) == set()


def test_texts_ask_for_the_same_values():
    first = catalogue("nb").texts
    for language in LANGUAGES:
        for key, text in catalogue(language).texts.items():
            assert placeholders(text) == placeholders(first[key]), f"{language}: {key}"


def test_no_fixed_text_matches_a_forbidden_pattern(root):
    from plankompass.study.codebook import load_codebook

    book = load_codebook(root / "codebook")
    for language in LANGUAGES:
        for key, text in catalogue(language).texts.items():
            for pattern in book.forbidden_patterns[language]:
                assert not re.search(re.escape(pattern), text, re.IGNORECASE), f"{language}: {key}"


def test_an_unknown_key_and_a_missing_value_are_named():
    with pytest.raises(PlankompassError, match=r"nb\.yaml: no text for front\.nothing"):
        catalogue("nb")("front.nothing")
    with pytest.raises(PlankompassError, match="needs a value for total"):
        catalogue("nb")("index.count", shown=1)
    with pytest.raises(PlankompassError, match="no message catalogue"):
        module.catalogue("se")


def test_templates_ask_only_for_texts_that_exist(root):
    folder = root / "workflow/plankompass/reports/templates"
    keys = set(catalogue("nb").texts)
    asked = set()
    for path in sorted(folder.glob("*.j2")):
        asked |= set(re.findall(r'\bt\("([a-z_.]+)"[,)]', path.read_text(encoding="utf-8")))
    assert len(asked) > 20
    assert asked - keys == set()
