"""Docs written from the code: data dictionary, configuration, indicators, pages of the method."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from plankompass.study.codebook import Codebook, load_codebook
from plankompass.study.config_models import StudyConfig
from plankompass.table_contracts import CONTRACTS, Contract

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


def data_dictionary() -> str:
    """The data dictionary: every table between stages, from the contracts.

    Returns:
        Markdown.
    """
    lines = ["# Data dictionary\n", _NOTE]
    for stage in sorted({c.stage for c in CONTRACTS.values()}, key=_stage_order):
        lines.append(f"## Written by {stage}\n")
        for contract in CONTRACTS.values():
            if contract.stage == stage:
                lines.extend(_table(contract))
    return "\n".join(lines).rstrip() + "\n"


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
        folder / "data_dictionary.md": data_dictionary(),
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
