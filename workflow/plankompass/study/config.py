"""Reading a study's configuration: errors name the file, the key and a hint, all of them at once."""

from __future__ import annotations

import difflib
import types
import typing
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ValidationError

from plankompass.study.config_models import StudyConfig
from plankompass.study.problems import PlankompassError
from plankompass.study.strict_yaml import load_yaml


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    """The pydantic models an annotation may hold, through unions, lists and mappings."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    if typing.get_origin(annotation) in (
        typing.Union,
        types.UnionType,
        list,
        dict,
        tuple,
        Annotated,
    ):
        return [m for part in typing.get_args(annotation) for m in _models_in(part)]
    return []


def _known_keys(model: type[BaseModel], location: tuple[Any, ...]) -> list[str]:
    """The keys that are allowed beside the last part of an error's location."""
    current = [model]
    for part in location[:-1]:
        if isinstance(part, str) and any(part in m.model_fields for m in current):
            current = [
                inner
                for m in current
                if part in m.model_fields
                for inner in _models_in(m.model_fields[part].annotation)
            ]
    return sorted({name for m in current for name in m.model_fields})


def explain_validation(error: ValidationError, model: type[BaseModel], file: str) -> list[str]:
    """Say each validation error as one line with file, key and hint.

    Args:
        error: What pydantic found.
        model: The model that was validated, for hints on misspelt keys.
        file: The file's name in messages.

    Returns:
        One line an error, sorted; values are left out.
    """
    lines = []
    for item in error.errors(include_url=False, include_input=False):
        key = ".".join(str(part) for part in item["loc"]) or "(whole file)"
        if item["type"] == "extra_forbidden":
            near = difflib.get_close_matches(
                str(item["loc"][-1]), _known_keys(model, item["loc"]), 1
            )
            hint = f"; did you mean '{near[0]}'?" if near else ""
            lines.append(f"{file}: {key}: unknown key{hint}")
        elif item["type"] == "missing":
            lines.append(f"{file}: {key}: the key is missing")
        else:
            lines.append(f"{file}: {key}: {item['msg'].removeprefix('Value error, ')}")
    return sorted(lines)


def validate_config(document: dict[str, Any], *, file: str = "config.yaml") -> StudyConfig:
    """Validate a configuration that was read already.

    Args:
        document: The configuration's mapping.
        file: The file's name in messages.

    Returns:
        The typed configuration.

    Raises:
        PlankompassError: Listing every error with file, key and hint.
    """
    empty = sorted(key for key, value in document.items() if value is None)
    if empty:
        raise PlankompassError(
            "\n".join(
                f"{file}: {key}: the key has no value; fill it in or remove it" for key in empty
            )
        )
    try:
        return StudyConfig.model_validate(document)
    except ValidationError as error:
        raise PlankompassError("\n".join(explain_validation(error, StudyConfig, file))) from None


def load_config(path: Path | str = "config.yaml") -> StudyConfig:
    """Read and validate a study's configuration file.

    Args:
        path: The YAML file.

    Returns:
        The typed configuration.

    Raises:
        PlankompassError: The file is missing, not YAML, or has errors; all of them are listed.
    """
    path = Path(path)
    return validate_config(load_yaml(path), file=path.name)
