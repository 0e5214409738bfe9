"""Put docstrings, codebook and worked examples together."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from plankompass.commands.method_pages import operator_examples, statistics_examples
from plankompass.commands.method_pages.edges import edge_table
from plankompass.indicators.registry import operator_function
from plankompass.study.codebook import Codebook

_NOTE = "Written by `./plankompass docs` from the docstrings, the codebook and the program; do not edit by hand.\n"

MODULES = (
    "scores", "reliability", "congruence", "finite_population", "spread", "pooling", "linearisation",
    "weighting", "bootstrap", "ranking", "peers", "multiplicity", "ordinal", "agreement", "kappa",
    "survival",
)  # fmt: skip
_HIDDEN = {"satterthwaite"}

_HEAD = """# Statistics

{note}
Every method is a function of `plankompass.statistics`: arrays in, numbers out. Missing answers are NaN everywhere. The
numbers are held to R ([tests/reference](../../tests/reference/README.md)) and to planted truth ([simulation](simulation.md)).

## Where data are thin

Six respondents answer three items from 1 to 5 (2 3 2; 4 4 5; 3 3 4; 5 4 4; 3 2 3; 4 5 5), in a population of twelve;
the means are of the first item, the share is of 4 and 5. Order of rows and names of groups never matter. A respondent who
stands in the data twice counts as two: ingest finds and removes duplicates before.
"""


def statistics_page() -> str:
    """The page of methods.

    Returns:
        Markdown.
    """
    lines = [_HEAD.format(note=_NOTE), *edge_table(), ""]
    for name in MODULES:
        module = importlib.import_module(f"plankompass.statistics.{name}")
        lines += [f"## `{name}`\n", _paragraphs(module.__doc__ or ""), ""]
        for function in _functions(module):
            lines += _function_lines(function)
    return "\n".join(lines).rstrip() + "\n"


def _functions(module: ModuleType) -> Iterator[Any]:
    for name, member in vars(module).items():
        public = not name.startswith("_") and name not in _HIDDEN
        if public and inspect.isfunction(member) and member.__module__ == module.__name__:
            yield member


def _function_lines(function: Any) -> list[str]:
    told, returns = _docstring(function)
    arguments = ", ".join(
        f"{p.name}={p.default!r}" if p.default is not p.empty else p.name
        for p in inspect.signature(function).parameters.values()
        if p.kind is not p.VAR_KEYWORD
    )
    lines = [f"### `{function.__name__}({arguments})`\n", told, ""]
    if returns:
        lines += [f"*Gives.* {returns}", ""]
    example = statistics_examples.EXAMPLES.get(function.__name__)
    return lines + (example().lines() if example else [])


def _docstring(function: Any) -> tuple[str, str]:
    """What a Google docstring says before its arguments, and what it returns."""
    text = inspect.getdoc(function) or ""
    told = re.split(r"^(?:Args|Returns|Raises|Yields):$", text, maxsplit=1, flags=re.MULTILINE)[0]
    found = re.search(r"^(?:Returns|Yields):\n((?:    .*\n?|\n)+)", text + "\n", re.MULTILINE)
    returns = inspect.cleandoc("\n" + found.group(1)) if found else ""
    return _paragraphs(told), _paragraphs(returns)


def _paragraphs(text: str) -> str:
    """Lines of a docstring joined to paragraphs; lists keep their lines."""
    out = []
    for part in re.split(r"\n\s*\n", inspect.cleandoc(text).strip()):
        rows = part.splitlines()
        if any(re.match(r"\s*(\*|``\w+``\s{2,})", row) for row in rows):
            out.append("\n".join(rows))
        else:
            out.append(" ".join(row.strip() for row in rows))
    return re.sub(r"``(.+?)``", r"`\1`", "\n\n".join(out))


def operator_page(book: Codebook) -> str:
    """The page of operators: what each does, on what it rests, who uses it, a worked example.

    Args:
        book: The codebook.

    Returns:
        Markdown.
    """
    lines = [
        "# Operators: from answers, codes and documents to indicators\n",
        _NOTE,
        "Every indicator of the codebook is one operator applied to its inputs. Numbers from councillors, administration "
        "and participants are about *these* persons, the finite group that was asked (n of N); those from residents about "
        "the municipality's residents; those from documents and dates count everything there is. An indicator with `target: "
        "culture` in the codebook is about what such persons are drawn from instead, and its intervals do not shrink to nothing "
        f"when all have answered ({_cultures(book)}). Groups stand side by side and are never pooled. Theory is cited as the "
        "codebook has it.\n",
    ]
    for operator, words in book.operators.items():
        module, _, name = operator_function(operator).partition(":")
        function = getattr(importlib.import_module(module), name)
        told, returns = _docstring(function)
        lines += [
            f"## `{operator}`\n",
            f"Codebook: *{words}*\n",
            told,
            "",
            f"*Gives.* {returns}",
            "",
        ]
        lines += operator_examples.EXAMPLES[operator]().lines()
        lines += ["| indicator | formula | sources |", "|---|---|---|"]
        for indicator in book.indicators.values():
            if indicator.operator == operator:
                refs = "; ".join(book.sources[s].ref for s in indicator.theory)
                lines.append(f"| `{indicator.id}` | {indicator.formula} | {refs} |")
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _cultures(book: Codebook) -> str:
    names = [f"`{i.id}`" for i in book.indicators.values() if i.target == "culture"]
    return "here: " + ", ".join(names) if names else "none of this codebook's"
