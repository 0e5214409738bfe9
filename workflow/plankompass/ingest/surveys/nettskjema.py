"""Nettskjema's CSV with its codebook: question texts and alternatives from the JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from plankompass.ingest.surveys.model import (
    MultipleResponseSet,
    RawSurvey,
    RawVariable,
    SurveyReadError,
    normal,
)
from plankompass.ingest.surveys.text import read_csv_survey


def read_nettskjema(
    path: Path, shown: str, codebook: Path | None, shown_codebook: str = "", **options: Any
) -> RawSurvey:
    """Read a Nettskjema export.

    Args:
        path: The CSV report.
        shown: The report's name in messages.
        codebook: The form's elements as JSON; without it the columns have no labels.
        shown_codebook: The codebook's name in messages.
        **options: As for :func:`read_csv_survey`.

    Returns:
        The survey with labels and multiple-response sets; columns starting with ``$`` are the
        tool's own (submission id, time of the answer, time used).

    Raises:
        SurveyReadError: One of the files cannot be read.
    """
    survey = read_csv_survey(path, shown, **options)
    survey.format = "nettskjema"
    if codebook is None:
        return survey
    described, sets = _describe(_elements(codebook, shown_codebook or codebook.name))
    names = set(survey.table.columns)
    survey.variables = [
        RawVariable(name, *described[name]) if name in described else RawVariable(name, type="text")
        for name in survey.table.columns
    ]
    survey.sets = [s for s in sets if set(s.variables) <= names]
    absent = sorted(set(described) - names)
    if absent:
        survey.notes.append(f"{len(absent)} questions of the codebook are not in the report")
    return survey


def codebook_variables(
    path: Path, shown: str
) -> tuple[list[RawVariable], list[MultipleResponseSet]]:
    """What a Nettskjema codebook describes.

    Args:
        path: The form's elements as JSON.
        shown: The file's name in messages.

    Returns:
        One variable a column of the report, and the sets of checkboxes.

    Raises:
        SurveyReadError: It is no Nettskjema codebook.
    """
    columns, sets = _describe(_elements(path, shown))
    return [RawVariable(name, *described) for name, described in columns.items()], sets


def _elements(path: Path, shown: str) -> list[dict[str, Any]]:
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError:
        raise SurveyReadError(f"{shown}: the file does not exist") from None
    except ValueError:
        raise SurveyReadError(
            f"{shown}: not a Nettskjema codebook (no valid JSON); download it anew"
        ) from None
    if isinstance(content, dict):
        content = content.get("elements")
    described = isinstance(content, list) and all(isinstance(e, dict) for e in content)
    if not described or not any("elementType" in e for e in content):
        raise SurveyReadError(
            f"{shown}: not a Nettskjema codebook: no list of elements; answers are read from the "
            "CSV report, together with the form's codebook"
        )
    return content


def _describe(
    elements: list[dict[str, Any]],
) -> tuple[dict[str, tuple[str, str, dict]], list[MultipleResponseSet]]:
    """Column name to label, type and value labels; and the sets of checkboxes."""
    columns: dict[str, tuple[str, str, dict]] = {}
    sets: list[MultipleResponseSet] = []
    for element in elements:
        name = element.get("externalElementId")
        kind = str(element.get("elementType") or "")
        if not name:
            continue
        text = normal(str(element.get("text") or ""))
        options = _options(element)
        parts = _sub_elements(element)
        if kind == "CHECKBOX":
            members = [f"{name}.{value}" for value in options]
            for member, label in zip(members, options.values(), strict=True):
                columns[member] = (f"{text}: {label}", "text", {"0": "", "1": label})
            sets.append(MultipleResponseSet(name, "dichotomy", members, text))
        elif kind == "MATRIX_CHECKBOX":
            for part, part_text in parts.items():
                members = [f"{name}.{part}.{value}" for value in options]
                for member, label in zip(members, options.values(), strict=True):
                    columns[member] = (
                        f"{text} {part_text}: {label}",
                        "text",
                        {"0": "", "1": label},
                    )
                sets.append(
                    MultipleResponseSet(
                        f"{name}.{part}", "dichotomy", members, f"{text} {part_text}"
                    )
                )
        elif parts:
            for part, part_text in parts.items():
                columns[f"{name}.{part}"] = (f"{text} {part_text}".strip(), "text", options)
        else:
            columns[name] = (text, "text", options)
    return columns, sets


def _options(element: dict[str, Any]) -> dict[str, str]:
    return {
        str(option.get("externalAnswerOptionId") or option.get("sequence")): normal(
            str(option.get("text") or "")
        )
        for option in element.get("answerOptions") or []
        if isinstance(option, dict)
    }


def _sub_elements(element: dict[str, Any]) -> dict[str, str]:
    return {
        str(part.get("externalElementId")): normal(str(part.get("text") or ""))
        for part in element.get("subElements") or []
        if isinstance(part, dict) and part.get("externalElementId")
    }
