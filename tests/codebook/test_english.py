"""The network report may be written in English: no text that it says is missing in the codebook."""

from __future__ import annotations

from plankompass.study.codebook import load_codebook
from plankompass.study.codebook_texts import slots


def test_everything_a_report_says_has_english(root):
    book = load_codebook(root / "codebook")
    asked = {item for i in book.indicators.values() for item in i.inputs.items}
    missing = [f"item {i}" for i in sorted(asked) if not book.items[i].en]
    missing += [f"option {o.id}" for i in sorted(asked) for o in book.items[i].options if not o.en]
    missing += [f"sentence {r.id}" for r in book.sentence_rules.values() if not r.en]
    missing += [f"claim {c.id}" for c in book.never_claim.values() if not c.en]
    missing += [f"caveat {i.id}" for i in book.indicators.values() if not i.caveat_en]
    missing += [f"group {k}" for k, g in book.groups.items() if not g.en]
    for rq, entry in book.research_questions.items():
        texts = [entry, *entry.questions, *entry.discussion]
        missing += [f"{rq}: {t.nb}" for t in texts if not t.en]
    assert missing == []


def test_english_sentences_have_the_same_slots_and_forbid_nothing_they_say(root):
    book = load_codebook(root / "codebook")
    for rule in book.sentence_rules.values():
        assert slots(rule.en) == slots(rule.nb), rule.id
        for pattern in book.forbidden_patterns["en"]:
            assert pattern not in rule.en.lower(), rule.id
