"""From raw values to codes and kinds of missing: cases S2 (labels), S3 (scale), S4 (missing).

A column is reduced to its distinct values, each is read once, and the result is spread over the rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import pandas as pd

from plankompass.ingest.surveys.model import Codes, RawVariable, is_codes, normal, plain
from plankompass.study.codebook import Codebook
from plankompass.study.codebook_models import Item
from plankompass.study.problems import Problem
from plankompass.table_contracts import MISSING_KINDS

VALID, DONT_KNOW, NO_ANSWER, NOT_RELEVANT, NOT_ASKED, SYSTEM = range(len(MISSING_KINDS))
KIND_OF_CODE = {8: DONT_KNOW, 9: NO_ANSWER, 97: NOT_RELEVANT}

# Results of reading one distinct value that are no kind of missing
_BLANK, _STRAY, _UNKNOWN_MISSING, _LEFT_OVER, _CONFLICT = range(10, 15)

# How a label was matched when it was not the codebook's bokmål
_NYNORSK, _SPACED, _OWN_CODE = 1, 2, 3
_MENDED = {
    _NYNORSK: "labels in nynorsk, matched exactly",
    _SPACED: "labels with outer spaces or decomposed letters, matched exactly when these are mended",
    _OWN_CODE: "codes of the export's own, read by their labels, which are the codebook's",
}

# A single stray value is mended; more than this share of a column is no accident
STRAY_SHARE = 0.02
# Numbers from here on, and below zero, are read as an undeclared missing code, not as a slip
_MISSING_LIKE = 20


@dataclass(frozen=True)
class ItemScale:
    """The codes an item column may hold, and what each label means.

    Attributes:
        codes: Valid codes.
        labels: Exact label (bokmål or nynorsk, or an option's id) to code, missing codes included.
        nb: The bokmål labels among them.
        ordinal: Whether the codes are in order.
    """

    codes: tuple[int, ...]
    labels: Mapping[str, int]
    nb: frozenset[str]
    ordinal: bool


@cache
def item_scale(book: Codebook, item_id: str, option_id: str = "") -> ItemScale:
    """The scale of an item column.

    Args:
        book: The codebook.
        item_id: The item.
        option_id: The alternative, for a column of a multiple-response item.

    Returns:
        Its codes and labels. Nominal alternatives are numbered from 1 in the codebook's order.
    """
    item: Item = book.items[item_id]
    scale = book.scales[item.scale]
    pairs: list[tuple[str, str, int]] = []
    if scale.type == "nominal":
        codes = tuple(range(1, len(item.options) + 1))
        for code, option in zip(codes, item.options, strict=True):
            pairs += [("nb", option.nb, code), ("nn", option.nn, code), ("id", option.id, code)]
    else:
        codes = tuple(scale.values)
        for code, label in scale.labels.items():
            pairs += [("nb", label.nb, code), ("nn", label.nn, code)]
    for option in item.options if option_id else []:
        if option.id == option_id:
            # exports with the chosen alternative's own text in its column
            pairs += [("nb", option.nb, 1), ("nn", option.nn, 1)]
    for code, missing in book.missing_codes.items():
        pairs += [("nb", missing.nb, code), ("nn", missing.nn, code)]
    meanings: dict[str, set[int]] = {}
    for _, label, code in pairs:
        meanings.setdefault(normal(label), set()).add(code)
    labels = {label: codes_.copy().pop() for label, codes_ in meanings.items() if len(codes_) == 1}
    nb = frozenset(normal(label) for kind, label, _ in pairs if kind != "nn")
    return ItemScale(codes, labels, nb, scale.type == "ordinal")


@dataclass
class CodedColumn:
    """One item column as codes.

    Attributes:
        values: Codes; 0 where not valid. Shape (rows,), int16.
        kinds: Index into ``MISSING_KINDS``. Shape (rows,), int8.
        blank: Which rows are blank (kind system until they are settled). Shape (rows,), bool.
        mended: Which rows hold a value that a rule changed or read with a note. Shape (rows,), bool.
        below: Whether values one step below an ordinal scale are there, and none at its top.
        problems: What was found; file is filled in by the caller.
    """

    values: np.ndarray
    kinds: np.ndarray
    blank: np.ndarray
    mended: np.ndarray
    below: bool = False
    problems: list[Problem] = field(default_factory=list)


@dataclass
class _Meaning:
    """What one distinct raw value means."""

    code: int = 0
    kind: int = VALID
    mended: int = 0


def _as_number(text: str) -> float | None:
    try:
        return float(text.replace(",", ".")) if text[:1] in "-+0123456789" else None
    except ValueError:
        return None


def _of_code(number: float, scale: ItemScale, declared_missing: bool) -> _Meaning:
    if number.is_integer():
        code = int(number)
        if code in scale.codes:
            return _Meaning(code, _CONFLICT if declared_missing else VALID)
        if code in KIND_OF_CODE:
            return _Meaning(0, KIND_OF_CODE[code])
        if declared_missing or code < 0 or code >= _MISSING_LIKE:
            return _Meaning(0, _UNKNOWN_MISSING)
        return _Meaning(code, _STRAY)
    return _Meaning(0, _UNKNOWN_MISSING if declared_missing else _STRAY)


def _of_label(text: str, scale: ItemScale, raw: str) -> _Meaning:
    code = scale.labels.get(text)
    if code is None:
        return _Meaning(0, _LEFT_OVER)
    mended = _SPACED if raw != text else 0 if text in scale.nb else _NYNORSK
    if code in KIND_OF_CODE and code not in scale.codes:
        return _Meaning(0, KIND_OF_CODE[code], mended)
    return _Meaning(code, VALID, mended)


def _read_value(
    raw: object, variable: RawVariable, scale: ItemScale, recodes: Mapping[str, int]
) -> _Meaning:
    text = normal(plain(raw)) if not pd.isna(raw) else ""
    if not text:
        return _Meaning(0, _BLANK)
    label = normal(str(variable.value_labels.get(raw, variable.value_labels.get(text, ""))))
    for key in (text, label):
        if key and key in recodes:
            return _of_code(float(recodes[key]), scale, False)
    declared = variable.is_user_missing(raw)  # type: ignore[arg-type]
    number = float(raw) if isinstance(raw, int | float) else _as_number(text)
    if number is None:
        by_own_label = label and text not in scale.labels and label in scale.labels
        return _of_label(label if by_own_label else text, scale, str(raw))
    meaning = _of_code(number, scale, declared)
    if meaning.kind in (_STRAY, _UNKNOWN_MISSING) and label in scale.labels:
        # a code of the export's own whose label is the codebook's, letter by letter
        found = _of_label(label, scale, label)
        return _Meaning(found.code, found.kind, _OWN_CODE)
    return meaning


def code_column(
    series: pd.Series,
    variable: RawVariable,
    scale: ItemScale,
    *,
    column: str,
    recodes: Mapping[str, int],
    tags: pd.Series | None = None,
) -> CodedColumn:
    """Read one item column.

    Args:
        series: Raw values, shape (rows,).
        variable: What the file declares about it.
        scale: The codes it may hold.
        column: The column's name in problems.
        recodes: The export's code or label (as text) to the codebook's code.
        tags: Stata's tagged missings of the column, or None.

    Returns:
        Codes and kinds of missing for every row, with the problems found (S2, S3, S4). Blank rows
        have the kind system; :func:`settle_blanks` gives them their kind.
    """
    indices, distinct = _distinct(series)
    meanings = [_read_value(raw, variable, scale, recodes) for raw in distinct]
    meanings.append(_Meaning(0, _BLANK))  # factorize gives missing the index -1
    codes = np.array([m.code for m in meanings], dtype="int16")[indices]
    kinds = np.array([m.kind for m in meanings], dtype="int8")[indices]
    how = np.array([m.mended for m in meanings], dtype="int8")
    mended = how[indices] if how.any() or tags is not None else np.zeros(0, dtype="int8")
    if tags is not None:
        _read_tags(kinds, mended, tags, variable, scale)
    changed = (kinds == _BLANK) | (kinds == _STRAY)
    if len(mended):
        changed |= mended > 0
    result = CodedColumn(codes, kinds, kinds == _BLANK, changed)
    if scale.ordinal:
        strays = codes[kinds == _STRAY]
        top = ((kinds == VALID) & (codes == max(scale.codes))).any()
        result.below = bool((strays == min(scale.codes) - 1).any() and not top)
    _judge(result, mended, scale, column)
    result.values[result.kinds != VALID] = 0
    return result


def _distinct(series: pd.Series) -> tuple[np.ndarray, Sequence[object]]:
    """Index of each row's value among the distinct ones, -1 for missing; and the distinct values."""
    if is_codes(series):
        return series.cat.codes.to_numpy(), series.cat.categories.tolist()
    codes = Codes.of(series.to_numpy()) if series.dtype == "float64" else None
    return (codes.places, codes.distinct.tolist()) if codes else pd.factorize(series)


def _read_tags(
    kinds: np.ndarray, mended: np.ndarray, tags: pd.Series, variable: RawVariable, scale: ItemScale
) -> None:
    """Give tagged missings (.a to .z) the kind that their label says."""
    for letter in sorted(set(tags.dropna())):
        label = normal(str(variable.value_labels.get(letter, "")))
        rows = (tags == letter).to_numpy()
        code = scale.labels.get(label)
        known = code in KIND_OF_CODE
        kinds[rows] = KIND_OF_CODE[code] if known else _UNKNOWN_MISSING
        mended[rows] = _OWN_CODE if known else 0


def _judge(result: CodedColumn, mended: np.ndarray, scale: ItemScale, column: str) -> None:
    """Repair what has one possible result, and note what fails."""
    kinds = result.kinds
    count = {kind: int((kinds == kind).sum()) for kind in range(_BLANK, _CONFLICT + 1)}

    def note(case: str, severity: str, rule: str, number: int, hint: str = "") -> None:
        result.problems.append(Problem(case, severity, "", "", column, rule, number, hint))  # type: ignore[arg-type]

    for how, rule in _MENDED.items() if len(mended) else ():
        if number := int((mended == how).sum()):
            note("S2", "repair", rule, number)
    if count[_LEFT_OVER]:
        rule = "text that is no label of the item"
        hint = "the labels are in codebook/items.yaml; give others under recodes in config.yaml"
        note("S2", "fail", rule, count[_LEFT_OVER], hint)
    if count[_UNKNOWN_MISSING]:
        rule = "a code for missing that the codebook does not know"
        hint = "say what it means under recodes in config.yaml: 8 vet ikke, 9 ubesvart, 97 ikke relevant"
        note("S4", "fail", rule, count[_UNKNOWN_MISSING], hint)
    if count[_CONFLICT]:
        rule = "the file declares a valid code of the scale as missing"
        note("S4", "fail", rule, count[_CONFLICT], "correct the missing values in the raw file")
    if count[_STRAY]:
        _judge_strays(result, scale, count[_STRAY], note)
    kinds[kinds == _BLANK] = SYSTEM
    kinds[kinds > _BLANK] = NO_ANSWER


def _judge_strays(result: CodedColumn, scale: ItemScale, strays: int, note) -> None:
    answered = int((result.kinds == VALID).sum()) + strays
    if strays > max(1, int(STRAY_SHARE * answered)):
        rule = "values outside the scale, more than a slip; the column may have another scale"
        hint = "compare with the questionnaire; give the codes under recodes in config.yaml"
        note("S3", "fail", rule, strays, hint)
    else:
        note("S3", "repair", "value outside the scale, counted as 9, ubesvart", strays)


def settle_blanks(result: CodedColumn, column: str) -> None:
    """Count blank rows as not answered and note how many (S4).

    Args:
        result: The column; its blank rows change.
        column: The column's name in problems.
    """
    if count := int(result.blank.sum()):
        result.kinds[result.blank] = NO_ANSWER
        rule = "blank; counted as 9, ubesvart"
        result.problems.append(Problem("S4", "repair", "", "", column, rule, count))


def settle_selections(columns: Mapping[str, CodedColumn]) -> list[Problem]:
    """Read blanks of a multiple-response question whose export marks chosen alternatives only.

    Where no column of the question holds a 0, a blank beside a chosen alternative can only mean
    "not chosen". A row without any choice stays blank.

    Args:
        columns: The question's columns by name; blank rows change.

    Returns:
        The problem to note (S4), if there is one.
    """
    parts = list(columns.values())
    if any(((c.kinds == VALID) & (c.values == 0)).any() for c in parts):
        return []
    chosen = np.zeros(len(parts[0].values), dtype=bool)
    for part in parts:
        chosen |= (part.kinds == VALID) & (part.values == 1)
    count = 0
    for part in parts:
        rows = part.blank & chosen
        part.kinds[rows] = VALID
        part.values[rows] = 0
        part.blank[rows] = False
        count += int(rows.sum())
    if not count:
        return []
    rule = "the export marks chosen alternatives only; blanks beside a choice read as not chosen"
    name = next(iter(columns)).split("__")[0]
    return [Problem("S4", "repair", "", "", name, rule, count)]


def join_nynorsk(problems: list[Problem]) -> list[Problem]:
    """One line for a file whose columns hold labels in nynorsk, instead of one a column.

    Args:
        problems: One source's problems.

    Returns:
        The problems, the notes on nynorsk labels joined.
    """
    rule = _MENDED[_NYNORSK]
    nynorsk = [p for p in problems if p.rule == rule]
    if len(nynorsk) < 2:
        return problems
    place, total = f"{len(nynorsk)} item columns", sum(p.count for p in nynorsk)
    joined = Problem("S2", "repair", nynorsk[0].file, "", place, rule, total)
    return [p for p in problems if p.rule != rule] + [joined]
