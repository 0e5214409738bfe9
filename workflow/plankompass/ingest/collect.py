"""All problems of ingest in one table."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from plankompass.tables import empty_table, read_table, write_table


def collect_problems(
    inputs: Mapping[str, Any], outputs: Mapping[str, Path], params: Mapping[str, Any]
) -> None:
    """Join the stages' problem tables into ``avvik.csv``.

    Args:
        inputs: avvik: the tables, in any order.
        outputs: avvik: the joined table.
        params: None are used.

    Raises:
        ContractError: A table is missing or broken.
    """
    paths = inputs["avvik"]
    if isinstance(paths, str | Path):
        paths = [paths]
    frames = [read_table("avvik", path) for path in sorted(map(str, paths))]
    frames = [frame for frame in frames if len(frame)]
    joined = pd.concat(frames, ignore_index=True) if frames else empty_table("avvik")
    write_table("avvik", joined.drop_duplicates(), outputs["avvik"])
