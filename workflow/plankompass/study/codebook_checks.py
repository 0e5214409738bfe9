"""Checks across the five codebook files: every id referenced exists, and every id is used.

This module checks items, codes, document measures and their use;
:mod:`plankompass.study.codebook_indicator_checks` the indicators and what reports ask of them.
"""

from __future__ import annotations

from plankompass.study.codebook import Codebook
from plankompass.study.codebook_indicator_checks import check_indicators, check_report
from plankompass.study.codebook_models import Code, Item, Measure
from plankompass.study.codebook_texts import id_errors, language_errors, repeated, text_errors

_CODE_ID = r"[a-z_]+(/[a-z_]+)?"
_MOST_WORDS = 15
_SCALE_ITEMS = range(3, 6)
# Items and codes that speak of the same barriers and strategies.
_FAMILIES = (("hi_", "barrierer/"), ("gr_", "grep/"))
# Items in which «og» joins parts of one idea.
_ONE_IDEA = {
    "gr_plan_styrer_budsjett", "hi_rolleuklarhet", "sp_uenighet_apent", "sp_tidlig_dialog",
}  # fmt: skip


def check_codebook(book: Codebook) -> list[str]:
    """Find what does not fit together in the codebook.

    Args:
        book: The codebook, each file valid by itself.

    Returns:
        One line an error, sorted: file, id and what is wrong. Empty when all is well.
    """
    errors = _check_scales(book) + _check_items(book) + _check_batteries(book)
    errors += _check_parallel_sets(book) + _check_barriers(book)
    errors += _check_codes(book) + _check_roles(book) + _check_measures(book) + _check_use(book)
    errors += check_indicators(book) + check_report(book)
    return sorted(set(errors))


def codebook_remarks(book: Codebook) -> list[str]:
    """What a person should look at, though it is no error.

    Args:
        book: The codebook.

    Returns:
        One line a remark, sorted.
    """
    return sorted(
        f"items.yaml: item {item.id}: «og» in the text; check that it asks about one idea"
        for item in book.items.values()
        if " og " in item.nb and item.id not in _ONE_IDEA
    )


def _check_scales(book: Codebook) -> list[str]:
    errors = []
    for name, scale in book.scales.items():
        where = f"items.yaml: scale {name}"
        errors += [f"{where}: no label for {v}" for v in scale.values if v not in scale.labels]
        errors += [
            f"{where}: a label for {v}, which is no value of the scale"
            for v in scale.labels
            if v not in scale.values
        ]
        errors += [
            f"{where}: the value {v} is also a missing code"
            for v in scale.values
            if v in book.missing_codes
        ]
        if repeated(map(str, scale.values)):
            errors.append(f"{where}: a value stands twice")
        for value, label in scale.labels.items():
            errors += text_errors(f"{where}, {value}", label, english=True)
    for code, missing in book.missing_codes.items():
        errors += text_errors(f"items.yaml: missing code {code}", missing, english=True)
    return errors


def _check_items(book: Codebook) -> list[str]:
    items = book.files["items"].items
    errors = id_errors("items.yaml: item", items)
    for item in items:
        errors += _item_errors(book, item)
    return errors


def _item_errors(book: Codebook, item: Item) -> list[str]:
    where = f"items.yaml: item {item.id}"
    errors = text_errors(where, item)
    scale = book.scales.get(item.scale)
    if item.battery not in book.batteries:
        errors.append(f"{where}: no battery {item.battery}")
    if scale is None:
        errors.append(f"{where}: no scale {item.scale}")
    elif item.reverse and scale.reverse_rule == "none":
        errors.append(f"{where}: reversed on the scale {item.scale}, which has no rule for it")
    if not item.groups:
        errors.append(f"{where}: no group is asked")
    errors += [f"{where}: no group {g}" for g in item.groups if g not in book.groups]
    if item.rq == "none" and not item.descriptive:
        errors.append(f"{where}: no research question, and not marked descriptive")
    if len(item.nb.split()) > _MOST_WORDS:
        errors.append(f"{where}: more than {_MOST_WORDS} words in nb")
    for target in item.addresses:
        if target not in book.items or book.items[target].battery != "hinder":
            errors.append(f"{where}: addresses {target}, which is no barrier")
    for option in item.options:
        errors += text_errors(f"{where}, option {option.id}", option, english=True)
    errors += id_errors(f"{where}: option", item.options)
    asks_options = scale is not None and scale.type in ("multiple_response", "nominal")
    if asks_options and not item.options:
        errors.append(f"{where}: no options")
    if scale is not None and not asks_options and item.options:
        errors.append(f"{where}: options on the scale {item.scale}, which has its own answers")
    options = {option.id for option in item.options}
    if item.exclusive_option is not None and item.exclusive_option not in options:
        errors.append(f"{where}: the exclusive option {item.exclusive_option} is no option")
    if item.max_selected is not None and not 1 <= item.max_selected <= len(options):
        errors.append(f"{where}: max_selected is outside the number of options")
    return errors


def _check_batteries(book: Codebook) -> list[str]:
    errors = []
    for kind, entries in (("group", book.groups), ("battery", book.batteries)):
        for name, entry in entries.items():
            errors += text_errors(f"items.yaml: {kind} {name}", entry, english=True)
    for name, battery in book.batteries.items():
        where = f"items.yaml: battery {name}"
        errors += language_errors(f"{where}, stem", battery.stem_nb, battery.stem_nn)
        if (battery.stem_nb is None) != (battery.stem_nn is None):
            errors.append(f"{where}: a stem in one language only")
        members = [item for item in book.items.values() if item.battery == name]
        if not members:
            errors.append(f"{where}: no items")
        if battery.kind == "multi_item_scale" and len(members) not in _SCALE_ITEMS:
            errors.append(f"{where}: {len(members)} items; a scale wants 3 to 5")
        if battery.kind != "background" and len({item.scale for item in members}) > 1:
            errors.append(f"{where}: items on different answer scales")
        errors += [
            f"items.yaml: item {item.id}: {item.rq}, but its battery {name} is {battery.rq}"
            for item in members
            if item.rq != battery.rq and battery.kind != "parallel_items"
        ]
    return errors


def _check_parallel_sets(book: Codebook) -> list[str]:
    sets: dict[str, list[Item]] = {}
    for item in book.items.values():
        if item.parallel_set is not None:
            sets.setdefault(item.parallel_set, []).append(item)
    errors = []
    for name, members in sets.items():
        where = f"items.yaml: parallel set {name}"
        if len({(item.scale, tuple(sorted(item.groups))) for item in members}) > 1:
            errors.append(f"{where}: its items differ in scale or groups")
        if len(members[0].groups) < 2:
            errors.append(f"{where}: asked of one group only")
    return errors


def _check_barriers(book: Codebook) -> list[str]:
    barriers = {item.id for item in book.items.values() if item.battery == "hinder"}
    addressed = {target for item in book.items.values() for target in item.addresses}
    errors = [
        f"items.yaml: item {barrier}: no strategy addresses this barrier"
        for barrier in barriers - addressed
    ]
    for prefix, family in _FAMILIES:
        asked = {i.removeprefix(prefix) for i in book.items if i.startswith(prefix)}
        coded = {c.removeprefix(family) for c in book.codes if c.startswith(family)}
        errors += [f"codes.yaml: code {family}{x}: no item {prefix}{x}" for x in coded - asked]
        errors += [f"items.yaml: item {prefix}{x}: no code {family}{x}" for x in asked - coded]
    return errors


def _check_codes(book: Codebook) -> list[str]:
    codes = book.files["codes"].codes
    errors = id_errors("codes.yaml: code", codes, _CODE_ID)
    for code in codes:
        errors += _code_errors(book, code)
    return errors


def _code_errors(book: Codebook, code: Code) -> list[str]:
    where = f"codes.yaml: code {code.id}"
    errors = text_errors(where, code, english=True)
    parent = code.id.rsplit("/", 1)[0] if "/" in code.id else None
    if code.parent != parent:
        errors.append(f"{where}: the parent {code.parent} does not match the id")
    elif parent is not None and parent not in book.codes:
        errors.append(f"{where}: no parent {parent}")
    elif parent is not None and book.codes[parent].rq != code.rq:
        errors.append(f"{where}: another research question than its parent")
    errors += [
        f"{where}: {key} is empty"
        for key in ("definition", "use_when", "not_when")
        if not getattr(code, key).strip()
    ]
    if code.descriptive != (parent is None):
        errors.append(f"{where}: categories, and only they, are descriptive")
    for indicator in code.feeds:
        if indicator not in book.indicators:
            errors.append(f"{where}: feeds {indicator}, which is no indicator")
        elif code.id not in book.indicators[indicator].inputs.codes:
            errors.append(f"{where}: feeds {indicator}, which does not list it")
    return errors


def _check_roles(book: Codebook) -> list[str]:
    errors = [
        f"codes.yaml: interview_roles: {role} stands twice"
        for role in repeated(book.interview_roles)
    ]
    errors += [
        f"codes.yaml: role_synonyms: {role} is none of interview_roles"
        for role in book.role_synonyms
        if role not in book.interview_roles
    ]
    for key, table in (("role_synonyms", book.role_synonyms), ("source_kinds", book.source_kinds)):
        words = [word.strip().casefold() for synonyms in table.values() for word in synonyms]
        errors += [f"codes.yaml: {key}: «{word}» stands twice" for word in repeated(words)]
        other = {word.strip().casefold(): owner for owner, ws in table.items() for word in ws}
        names = book.interview_roles if key == "role_synonyms" else list(table)
        errors += [
            f"codes.yaml: {key}: «{name}» is an id of its own and stands under {other[name]}"
            for name in names
            if other.get(name, name) != name
        ]
    share = book.coding_rules.get("double_coded_share_min")
    if not isinstance(share, int | float) or not 0 <= share <= 1:
        errors.append("codes.yaml: coding_rules: double_coded_share_min is no share from 0 to 1")
    return errors


def _check_measures(book: Codebook) -> list[str]:
    file = book.files["document_measures"]
    errors = id_errors("document_measures.yaml: measure", file.measures)
    for measure in file.measures:
        errors += _measure_errors(book, measure, set(file.confirmation_values))
    return errors


def _measure_errors(book: Codebook, measure: Measure, confirmations: set[str]) -> list[str]:
    where = f"document_measures.yaml: measure {measure.id}"
    errors = text_errors(where, measure, english=True)
    errors += [
        f"{where}: no document kind {kind}"
        for kind in measure.documents
        if kind not in book.document_kinds
    ]
    if measure.confirmation not in confirmations:
        errors.append(f"{where}: no confirmation {measure.confirmation}")
    errors += [
        f"{where}: {key} is empty"
        for key in ("definition", "source")
        if not getattr(measure, key).strip()
    ]
    low, high = measure.range
    if type(low) is not type(high) or not low < high:
        errors.append(f"{where}: the range is empty")
    elif measure.unit in ("share", "binary") and [low, high] != [0, 1]:
        errors.append(f"{where}: the range of a {measure.unit} is 0 to 1")
    if measure.level == "goal":
        if measure.denominator not in book.measures:
            errors.append(f"{where}: the denominator is no measure")
        if not measure.numerator:
            errors.append(f"{where}: no numerator")
    if measure.source_ref is not None and measure.source_ref not in book.sources:
        errors.append(f"{where}: no source {measure.source_ref}")
    return errors


def _check_use(book: Codebook) -> list[str]:
    errors = []
    for file, kind, pool in (
        ("items.yaml", "items", book.items),
        ("codes.yaml", "codes", book.codes),
        ("document_measures.yaml", "measures", book.measures),
    ):
        used = {x for i in book.indicators.values() for x in getattr(i.inputs, kind)}
        for entry in pool.values():
            where = f"{file}: {kind.removesuffix('s')} {entry.id}"
            if entry.id not in used and not entry.descriptive:
                errors.append(f"{where}: used by no indicator and not marked descriptive")
            if entry.id in used and entry.descriptive:
                errors.append(f"{where}: marked descriptive and used by an indicator")
            if entry.descriptive and kind != "codes" and not entry.descriptive_reason:
                errors.append(f"{where}: descriptive without descriptive_reason")
    return errors
