"""Docs written from the code: data dictionary, configuration, indicators, pages of the method."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from plankompass.study.cases import CASES
from plankompass.study.codebook import Codebook, load_codebook
from plankompass.study.config_models import StudyConfig
from plankompass.table_contracts import CONTRACTS, Contract

_OWN_CODES = "alternatives of the item, from 1"
_NOTE = "Written by `./plankompass docs`; do not edit by hand.\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _table(contract: Contract) -> Iterator[str]:
    access = "restricted" if contract.restricted else "may be published"
    yield f"### `{contract.name}`\n"
    yield f"One row: {contract.grain}. Key: {', '.join(contract.key) or 'none'}. {access.capitalize()}.\n"
    yield "| column | type | may be missing | meaning |"
    yield "|---|---|---|---|"
    for column in contract.columns:
        meaning = column.description
        if column.values:
            listed = ", ".join(f"`{v}`" if v else "empty" for v in column.values)
            meaning += f" ({listed})"
        yield f"| {column.name} | {column.type} | {'yes' if column.nullable else 'no'} | {_cell(meaning)} |"
    yield ""


def data_dictionary(book: Codebook) -> str:
    """The data dictionary: every table between stages, and what its ids stand for.

    Args:
        book: The codebook.

    Returns:
        Markdown.
    """
    lines = ["# Data dictionary\n", _NOTE]
    lines.append(
        "Tables come from the contracts in the code, ids from the codebook: "
        "[items](#survey-items), [interview codes](#interview-codes), "
        "[document measures](#document-measures), [indicators](indicators.md).\n"
    )
    for stage in sorted({c.stage for c in CONTRACTS.values()}, key=_stage_order):
        lines.append(f"## Written by {stage}\n")
        for contract in CONTRACTS.values():
            if contract.stage == stage:
                lines.extend(_table(contract))
    lines += [*_cases(), *_items(book), *_codes(book), *_measures(book)]
    return "\n".join(lines).rstrip() + "\n"


def _cases() -> Iterator[str]:
    yield "## Cases\n"
    yield (
        "Column `case` of `avvik`. Ids of a letter and a number are the catalogue's of dirty data; "
        "the others are the project's own.\n"
    )
    yield "| case | what it stands for |"
    yield "|---|---|"
    for case, meaning in CASES.items():
        yield f"| `{case}` | {_cell(meaning)} |"
    yield ""


def _items(book: Codebook) -> Iterator[str]:
    yield "## Survey items\n"
    yield (
        "Column `item` of `answers`; a multiple response has one column an alternative, "
        "`item__alternative`. Answers are kept as exported: reversed items are turned in the analysis.\n"
    )
    yield "| item | asked | scale | reversed | wording |"
    yield "|---|---|---|---|---|"
    for item in book.items.values():
        columns = ", ".join(f"`{c}`" for c in book.answer_columns(item.id))
        turned = "yes" if item.reverse else "no"
        asked = ", ".join(item.groups)
        yield f"| {columns} | {asked} | {item.scale} | {turned} | {_cell(item.nb)} |"
    yield "\n### Answer scales\n"
    yield "| scale | codes |"
    yield "|---|---|"
    for name, scale in book.scales.items():
        codes = ", ".join(f"{code} {label.nb}" for code, label in scale.labels.items())
        yield f"| {name} | {_cell(codes) or _OWN_CODES} |"
    kinds = ", ".join(f"{code} {label.nb}" for code, label in book.missing_codes.items())
    yield f"| missing, every scale | {_cell(kinds)} |\n"


def _codes(book: Codebook) -> Iterator[str]:
    yield "## Interview codes\n"
    yield "Column `code` of `segments` and `consensus`.\n"
    yield "| code | meaning |"
    yield "|---|---|"
    for code in book.codes.values():
        yield f"| `{code.id}` | {_cell(code.definition)} |"
    yield ""


def _measures(book: Codebook) -> Iterator[str]:
    yield "## Document measures\n"
    yield "Column `measure` of `measures` (level municipality or document) and `goal_links` (goal).\n"
    yield "| measure | level | unit | read from | definition |"
    yield "|---|---|---|---|---|"
    for measure in book.measures.values():
        read = ", ".join(measure.documents)
        yield f"| `{measure.id}` | {measure.level} | {measure.unit} | {read} | {_cell(measure.definition)} |"
    yield ""


def _stage_order(stage: str) -> int:
    return ["ingest", "indicators", "disclosure"].index(stage)


def _type_name(annotation: Any) -> str:
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        return _type_name(typing.get_args(annotation)[0])
    if origin is typing.Literal:
        return " or ".join(f"`{v}`" for v in typing.get_args(annotation))
    if origin in (typing.Union, types.UnionType):
        return " or ".join(
            _type_name(a) for a in typing.get_args(annotation) if a is not type(None)
        )
    if origin is list:
        return f"list of {_type_name(typing.get_args(annotation)[0])}"
    if origin is dict:
        key, value = typing.get_args(annotation)
        return f"mapping of {_type_name(key)} to {_type_name(value)}"
    names = {str: "text", int: "whole number", float: "number", bool: "true or false"}
    return names.get(annotation, getattr(annotation, "__name__", str(annotation)))


def _inner_models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [m for part in typing.get_args(annotation) for m in _inner_models(part)]


def _model_rows(model: type[BaseModel], seen: list[type[BaseModel]]) -> Iterator[str]:
    seen.append(model)
    yield f"## {model.__name__}\n\n{(model.__doc__ or '').strip()}\n"
    yield "| key | type | default | meaning |"
    yield "|---|---|---|---|"
    inner: list[type[BaseModel]] = []
    for name, field in model.model_fields.items():
        nested = _inner_models(field.annotation)
        inner += nested
        if field.is_required():
            default = "required"
        elif field.default is None:
            default = "none"
        elif nested or field.default_factory is not None:
            default = "see there" if nested else f"`{field.get_default(call_default_factory=True)}`"
        else:
            default = f"`{field.default}`"
        yield f"| `{name}` | {_cell(_type_name(field.annotation))} | {_cell(default)} | {_cell(field.description or '')} |"
    yield ""
    for nested_model in inner:
        if nested_model not in seen:
            yield from _model_rows(nested_model, seen)


def configuration() -> str:
    """Every key of a study's configuration, from the models.

    Returns:
        Markdown.
    """
    head = ["# Configuration of a study\n", _NOTE]
    return "\n".join([*head, *_model_rows(StudyConfig, [])]).rstrip() + "\n"


def indicator_list(book: Codebook) -> str:
    """Every indicator of the codebook.

    Args:
        book: The codebook.

    Returns:
        Markdown.
    """
    lines = ["# Indicators\n", _NOTE]
    for indicator in book.indicators.values():
        lines += [
            f"## `{indicator.id}`: {indicator.name.text('en')}\n",
            f"{indicator.definition.en}\n",
            f"- Research question: {', '.join([indicator.rq, *indicator.rq_also])}",
            f"- Operator: `{indicator.operator}`: {book.operators[indicator.operator]}",
            f"- Formula: {indicator.formula}",
            f"- Groups: {', '.join(indicator.groups)}; levels: {', '.join(indicator.levels)}",
            f"- Fewest behind a number: {', '.join(f'{k} {v}' for k, v in indicator.min_n.items())}",
            f"- What it does not say: {indicator.caveat_nb}\n",
        ]
    return "\n".join(lines).rstrip() + "\n"


def documents(root: Path) -> dict[Path, str]:
    """The generated documents.

    Args:
        root: The checkout.

    Returns:
        Path to text.
    """
    from plankompass.commands.method_pages import operator_page, statistics_page

    folder = root / "docs"
    book = load_codebook(root / "codebook")
    return {
        folder / "data_dictionary.md": data_dictionary(book),
        folder / "configuration.md": configuration(),
        folder / "indicators.md": indicator_list(book),
        folder / "method" / "statistics.md": statistics_page(),
        folder / "method" / "operators.md": operator_page(book),
    }


def write_documentation(root: Path, *, check_only: bool = False) -> int:
    """Write the generated documents, or tell whether they are true.

    Args:
        root: The checkout.
        check_only: Write nothing.

    Returns:
        0 when all are true (after writing: always), 1 when one is out of date.
    """
    stale = [
        path
        for path, text in documents(root).items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]
    for path in stale:
        print(f"{path.relative_to(root)}: {'out of date' if check_only else 'written'}")
        if not check_only:
            path.write_text(documents(root)[path], encoding="utf-8")
    return 1 if check_only and stale else 0
