"""Inspect: what the pipeline sees in one file."""

from __future__ import annotations

import json
from pathlib import Path

from plankompass.study.config_models import LimitConfig


def inspect_one(file: Path, *, as_json: bool) -> int:
    """Print what the pipeline sees in one file.

    Args:
        file: The file.
        as_json: Whether to print JSON instead of words.

    Returns:
        0 when the file is readable, 2 when it is refused.
    """
    from plankompass.inspection import inspect_file, render_inspection

    result = inspect_file(file, LimitConfig())
    if as_json:
        print(json.dumps(result, ensure_ascii=False, indent=2, sort_keys=True))
    else:
        print(render_inspection(result))
    return 2 if result.get("refused") else 0
