"""Checks of the codebook's indicators, and of the questions and sentences of the reports."""

from __future__ import annotations

from typing import get_args

from plankompass.study.codebook import Codebook
from plankompass.study.codebook_models import Indicator, Kind, Operator, ResearchQuestion
from plankompass.study.codebook_texts import (
    id_errors,
    language_errors,
    repeated,
    slots,
    text_errors,
)

OPERATORS_OF_KIND: dict[str, frozenset[str]] = {
    "survey_scale": frozenset({"mean_of_items", "ranked_means", "profile_of_means"}),
    "survey_proportion": frozenset({"share_at_least", "share_selected"}),
    "perception_gap": frozenset({"group_difference"}),
    "code_share": frozenset({"share_of_interviews_with_code"}),
    "document_share": frozenset({"ratio"}),
    "document_index": frozenset({"mean_of_shares", "additive_index"}),
    "event_timing": frozenset({"within_deadline", "months_to_event"}),
    "triangulated": frozenset({"rank_agreement", "convergence_class"}),
}
_INPUTS_OF_KIND: dict[str, frozenset[str]] = {
    "survey_scale": frozenset({"items"}),
    "survey_proportion": frozenset({"items"}),
    "perception_gap": frozenset({"items"}),
    "code_share": frozenset({"codes"}),
    "document_share": frozenset({"measures"}),
    "document_index": frozenset({"measures"}),
    "event_timing": frozenset({"measures"}),
    "triangulated": frozenset({"indicators", "codes", "items", "measures"}),
}
_NO_SURVEY = {"intervju", "dokument"}
_UNITS_OF_N = {"interviews", "goals", "municipalities"}
_LANGUAGES = ("nb", "nn")


def check_indicators(book: Codebook) -> list[str]:
    """Check every indicator against the rest of the codebook.

    Args:
        book: The codebook.

    Returns:
        One line an error, unsorted.
    """
    file = book.files["indicators"]
    errors = id_errors("indicators.yaml: indicator", file.indicators)
    if set(file.kinds) != set(get_args(Kind)):
        errors.append("indicators.yaml: kinds: differ from the kinds that can be computed")
    if set(file.operators) != set(get_args(Operator)):
        errors.append("indicators.yaml: operators: differ from the operators that can be computed")
    for indicator in file.indicators:
        where = f"indicators.yaml: indicator {indicator.id}"
        found = _text_errors(indicator) + _input_errors(book, indicator)
        found += _group_errors(book, indicator) + _operator_errors(book, indicator)
        found += _reference_errors(book, indicator)
        errors += [f"{where}: {error}" for error in found]
    cited = {source for i in book.indicators.values() for source in i.theory}
    cited |= {measure.source_ref for measure in book.measures.values() if measure.source_ref}
    errors += [f"indicators.yaml: source {s}: never cited" for s in set(book.sources) - cited]
    return errors


def _text_errors(indicator: Indicator) -> list[str]:
    definition = indicator.definition
    errors = [e.removeprefix("name: ") for e in text_errors("name", indicator.name, english=True)]
    errors += language_errors("definition", definition.nb, definition.nn)
    errors += language_errors("caveat", indicator.caveat_nb, indicator.caveat_nn)
    errors += [
        f"the definition in {language} is not one sentence"
        for language in ("nb", "nn", "en")
        if getattr(definition, language).count(".") != 1
    ]
    errors += [
        f"{key} is empty"
        for key in ("caveat_nb", "caveat_nn", "formula")
        if not getattr(indicator, key).strip()
    ]
    return errors


def _input_errors(book: Codebook, indicator: Indicator) -> list[str]:
    pools = {
        "items": book.items,
        "codes": book.codes,
        "measures": book.measures,
        "indicators": book.indicators,
    }
    errors = []
    total = 0
    for kind, pool in pools.items():
        ids = getattr(indicator.inputs, kind)
        total += len(ids)
        if ids and kind not in _INPUTS_OF_KIND[indicator.kind]:
            errors.append(f"inputs.{kind} do not fit the kind {indicator.kind}")
        errors += [f"the input {twice} stands twice" for twice in repeated(ids)]
        errors += [f"no {kind.removesuffix('s')} {entry}" for entry in ids if entry not in pool]
    if not total:
        errors.append("no inputs")
    if indicator.kind != "triangulated" and not 1 <= indicator.min_valid_items <= total:
        errors.append("min_valid_items is outside the number of inputs")
    errors += [
        f"the code {code} does not list it under feeds"
        for code in indicator.inputs.codes
        if code in book.codes and indicator.id not in book.codes[code].feeds
    ]
    return errors


def _group_errors(book: Codebook, indicator: Indicator) -> list[str]:
    known = {group for item in book.items.values() for group in item.groups} | _NO_SURVEY
    errors = [f"no group {group}" for group in indicator.groups if group not in known]
    asked = set(indicator.groups) - _NO_SURVEY
    if not indicator.groups:
        errors.append("no groups")
    for entry in indicator.inputs.items:
        if entry in book.items:
            errors += [
                f"the item {entry} is not asked of {group}"
                for group in asked - set(book.items[entry].groups)
            ]
    for name, least in indicator.min_n.items():
        if name not in asked | _UNITS_OF_N:
            errors.append(f"min_n.{name}: not a group of this indicator")
        if least < 1:
            errors.append(f"min_n.{name}: below 1")
    if indicator.operator != "convergence_class":
        errors += [f"min_n lacks {group}" for group in asked - set(indicator.min_n)]
    if not indicator.levels:
        errors.append("no levels")
    if len(indicator.range) < 2:
        errors.append("the range has fewer than two values")
    return errors


def _operator_errors(book: Codebook, indicator: Indicator) -> list[str]:
    operator, params = indicator.operator, indicator.params
    if operator not in OPERATORS_OF_KIND[indicator.kind]:
        return [f"the operator {operator} does not fit the kind {indicator.kind}"]
    items = [book.items[i] for i in indicator.inputs.items if i in book.items]
    errors = []
    if operator == "mean_of_items":
        if len({item.battery for item in items}) > 1:
            errors.append("items from several batteries")
        scales = {item.scale for item in items if item.scale in book.scales}
        ranges = [[min(v), max(v)] for s in scales if (v := book.scales[s].values)]
        if any(indicator.range != r for r in ranges):
            errors.append("the range is not that of the items' scale")
    if operator == "group_difference":
        pairs = params.get("contrasts", [])
        if any(len(pair) != 2 or not set(pair) <= set(indicator.groups) for pair in pairs):
            errors.append("params.contrasts: not a pair of the indicator's groups")
        if not params.get("contrasts"):
            errors.append("params.contrasts is missing")
        if {item.parallel_set for item in items} != set(params.get("parallel_sets", [])):
            errors.append("params.parallel_sets are not those of the items")
    if operator == "additive_index":
        if set(params.get("thresholds", {})) != set(indicator.inputs.measures):
            errors.append("params.thresholds do not match the inputs")
        if indicator.range != [0, len(indicator.inputs.measures)]:
            errors.append("the range is not 0 to the number of inputs")
    if operator == "share_at_least" and not isinstance(params.get("threshold"), int):
        errors.append("params.threshold is missing")
    if operator == "mean_of_shares" and not set(params.get("max_values", {})) <= set(
        indicator.inputs.measures
    ):
        errors.append("params.max_values name a measure that is no input")
    for key in ("denominator", "also_all_of"):
        named = params.get(key, [])
        named = [named] if isinstance(named, str) else named
        if operator == "ratio" and not set(named) <= set(indicator.inputs.measures):
            errors.append(f"params.{key} names a measure that is no input")
    if indicator.kind == "event_timing":
        if {params.get("start"), params.get("event")} != set(indicator.inputs.measures):
            errors.append("params.start and params.event are not the inputs")
        measures = [book.measures[m] for m in indicator.inputs.measures if m in book.measures]
        errors += [f"the measure {m.id} is no date" for m in measures if m.unit != "date"]
    return errors


def _reference_errors(book: Codebook, indicator: Indicator) -> list[str]:
    errors = []
    if indicator.rq in indicator.rq_also:
        errors.append(f"rq_also repeats {indicator.rq}")
    if not indicator.triangulate_with:
        errors.append("triangulate_with is empty")
    errors += [
        f"triangulates with {other}, which is no other indicator"
        for other in indicator.triangulate_with
        if other not in book.indicators or other == indicator.id
    ]
    if not indicator.theory:
        errors.append("theory is empty")
    errors += [f"no source {s}" for s in indicator.theory if s not in book.sources]
    return errors


def check_report(book: Codebook) -> list[str]:
    """Check questions, sentences and what is never claimed.

    Args:
        book: The codebook.

    Returns:
        One line an error, unsorted.
    """
    return _question_errors(book) + _sentence_errors(book)


def _question_errors(book: Codebook) -> list[str]:
    file = "report_questions.yaml"
    errors = [
        f"{file}: {rq}: the research question is missing"
        for rq in set(get_args(ResearchQuestion)) - set(book.research_questions)
    ]
    asked: dict[str, set[str]] = {}
    for rq, entry in book.research_questions.items():
        errors += text_errors(f"{file}: {rq}", entry)
        if not 2 <= len(entry.questions) <= 4:
            errors.append(f"{file}: {rq}: {len(entry.questions)} questions; 2 to 4 are wanted")
        if not entry.discussion:
            errors.append(f"{file}: {rq}: no questions for discussion")
        for number, question in enumerate(entry.discussion, start=1):
            errors += text_errors(f"{file}: {rq}, discussion {number}", question)
        for question in entry.questions:
            where = f"{file}: question {question.id}"
            errors += text_errors(where, question)
            if not question.indicators:
                errors.append(f"{where}: no indicator answers it")
            for indicator in question.indicators:
                asked.setdefault(indicator, set()).add(rq)
                if indicator not in book.indicators:
                    errors.append(f"{where}: no indicator {indicator}")
    questions = [q for entry in book.research_questions.values() for q in entry.questions]
    errors += id_errors(f"{file}: question", questions)
    errors += [
        f"indicators.yaml: indicator {indicator.id}: answers no question under {rq}"
        for indicator in book.indicators.values()
        for rq in (indicator.rq,)
        if rq not in asked.get(indicator.id, ())
    ]
    return errors


def _sentence_errors(book: Codebook) -> list[str]:
    file = "report_questions.yaml"
    rules = book.files["report_questions"].sentence_rules
    errors = id_errors(f"{file}: sentence", rules)
    for rule in rules:
        where = f"{file}: sentence {rule.id}"
        errors += text_errors(where, rule)
        for other in ("nn", "en"):
            text = getattr(rule, other)
            if text and slots(rule.nb) != slots(text):
                errors.append(f"{where}: the slots differ between nb and {other}")
        for language in _LANGUAGES:
            text = getattr(rule, language).lower()
            errors += [
                f"{where}: «{pattern}» is forbidden in {language}"
                for pattern in book.forbidden_patterns.get(language, [])
                if pattern in text
            ]
    errors += [
        f"{file}: forbidden_patterns: none in {language}"
        for language in _LANGUAGES
        if not book.forbidden_patterns.get(language)
    ]
    claims = book.files["report_questions"].never_claim
    errors += id_errors(f"{file}: never_claim", claims)
    errors += [
        f"{file}: never_claim {claim.id}: {key} is empty"
        for claim in claims
        for key in ("nb", "why")
        if not getattr(claim, key).strip()
    ]
    return errors
