"""YAML read strictly: no duplicate keys, no silently mangled municipality codes, line numbers kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from plankompass.study.problems import PlankompassError

# YAML 1.1 reads an unquoted 0301 as the octal number 193; a codebook or a configuration never needs
# an integer with a leading zero, so such a scalar can only be a code that lost its quotes.
_INT_TAG = "tag:yaml.org,2002:int"


# The C loader is ten times faster where PyYAML was built with it; both read the same.
_FastLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _StrictLoader(_FastLoader):
    """Safe loader that refuses duplicate keys and numbers with leading zeros."""


def _mapping_without_duplicates(loader: _StrictLoader, node: yaml.MappingNode, deep: bool = False):
    seen: set[Any] = set()
    for key_node, _ in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in seen:
            raise yaml.constructor.ConstructorError(
                None, None, f"the key {key!r} stands twice", key_node.start_mark
            )
        seen.add(key)
    loader.flatten_mapping(node)
    return yaml.SafeLoader.construct_mapping(loader, node, deep=True)


def _integer_without_leading_zero(loader: _StrictLoader, node: yaml.ScalarNode):
    text = node.value
    if len(text) > 1 and text.lstrip("+-").startswith("0") and text.lstrip("+-").isdigit():
        raise yaml.constructor.ConstructorError(
            None,
            None,
            f'{text} has a leading zero and would be read as another number; write it in quotes: "{text}"',
            node.start_mark,
        )
    return loader.construct_yaml_int(node)


_StrictLoader.add_constructor(
    yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping_without_duplicates
)
_StrictLoader.add_constructor(_INT_TAG, _integer_without_leading_zero)


def load_yaml(path: Path | str, *, name: str | None = None) -> dict[str, Any]:
    """Read one YAML file strictly.

    Args:
        path: The file.
        name: How the file is named in messages; the path as given when left out.

    Returns:
        The document's top-level mapping; an empty file gives an empty mapping.

    Raises:
        PlankompassError: The file is missing, is not UTF-8 or YAML, has a duplicate key, an unquoted
            code with a leading zero, or is no mapping at the top. The text names file and line.
    """
    path = Path(path)
    shown = name or path.as_posix()
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise PlankompassError(f"{shown}: the file does not exist") from None
    except UnicodeDecodeError:
        raise PlankompassError(f"{shown}: not UTF-8 text; save the file as UTF-8") from None
    try:
        document = yaml.load(text, _StrictLoader)  # the loader is a SafeLoader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = f" line {mark.line + 1}" if mark else ""
        raise PlankompassError(f"{shown}:{line} {error.problem}") from None
    except yaml.YAMLError:
        raise PlankompassError(f"{shown}: not readable as YAML") from None
    if document is None:
        return {}
    if not isinstance(document, dict):
        raise PlankompassError(f"{shown}: the top level must be keys with values")
    return document
