"""Which part of the codebook a rule uses: structure for the analysis, texts for the reports."""

from __future__ import annotations

from typing import Any

from plankompass.jobs.fingerprint import value_fingerprint
from plankompass.study.codebook import Codebook

_TEXT_KEYS = {"nb", "nn", "en"}
# Said about an indicator but not used to compute it.
_PROSE = {
    "name",
    "definition",
    "formula",
    "caveat_nb",
    "caveat_nn",
    "caveat_en",
    "theory",
    "rq",
    "rq_also",
    "triangulate_with",
}


def _structure(model: Any) -> dict[str, Any]:
    return {k: v for k, v in model.model_dump(mode="json").items() if k not in _TEXT_KEYS}


def survey_part(book: Codebook) -> str:
    """Fingerprint of what reading surveys uses: items, options, scales with labels, missing codes."""
    return value_fingerprint(
        {
            "items": [item.model_dump(mode="json") for item in book.items.values()],
            "scales": {k: v.model_dump(mode="json") for k, v in book.scales.items()},
            "missing": {k: v.model_dump(mode="json") for k, v in book.missing_codes.items()},
        }
    )


def interview_part(book: Codebook) -> str:
    """Fingerprint of what reading interviews uses: the codes with labels, and the roles."""
    return value_fingerprint(book.files["codes"].model_dump(mode="json"))


def plan_part(book: Codebook) -> str:
    """Fingerprint of what reading plans uses: kinds, rules and measures without their texts."""
    return value_fingerprint(
        {
            "kinds": book.document_kinds,
            "rules": book.document_rules,
            "measures": [_structure(m) for m in book.measures.values()],
        }
    )


def indicator_part(book: Codebook, indicator_id: str) -> str:
    """Fingerprint of what computing one indicator uses; wording does not count.

    Args:
        book: The codebook.
        indicator_id: The indicator.

    Returns:
        A hash over the indicator's inputs, operator and params, and its items, codes and measures.
    """
    indicator = book.indicators[indicator_id]
    items = [book.items[i] for i in indicator.inputs.items]
    part = {
        "indicator": {
            k: v for k, v in indicator.model_dump(mode="json").items() if k not in _PROSE
        },
        "items": [_structure(i) | {"options": [o.id for o in i.options]} for i in items],
        "scales": {
            i.scale: {
                "values": book.scales[i.scale].values,
                "rule": book.scales[i.scale].reverse_rule,
            }
            for i in items
        },
        "codes": [
            {"id": c.id, "parent": c.parent, "valence": c.valence}
            for c in (book.codes[i] for i in indicator.inputs.codes)
        ],
        "measures": [_structure(book.measures[m]) for m in indicator.inputs.measures],
        "rules": {"coding": book.coding_rules} if indicator.inputs.codes else {},
    }
    return value_fingerprint(part)


def indicators_part(book: Codebook) -> str:
    """Fingerprint of what stages over all indicators use: structure of every indicator."""
    return value_fingerprint([indicator_part(book, i) for i in sorted(book.indicators)])


def whole(book: Codebook) -> str:
    """Fingerprint of everything, texts included: what the reports use."""
    return value_fingerprint({k: v.model_dump(mode="json") for k, v in book.files.items()})
