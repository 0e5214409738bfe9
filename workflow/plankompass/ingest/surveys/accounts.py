"""Accounts of the survey stage: what became of every row, and who was found again in a later wave."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import pandas as pd

from plankompass.ingest.surveys.source import SourceRows
from plankompass.tables import empty_table


def source_rows(parts: Sequence[SourceRows]) -> pd.DataFrame:
    """What became of the rows of each source.

    Args:
        parts: The sources, with the rows each rule left out.

    Returns:
        Table ``source_rows``: rows read, kept, of these repaired, and left out by case. For every
        source read = kept + left out.
    """
    rows = []
    for part in parts:
        kept = part.rows_in - sum(part.left_out.values())
        repaired = int(part.repaired.sum())
        outcomes = {"read": part.rows_in, "kept": kept, "repaired": repaired, **part.left_out}
        spec = part.source
        rows += [
            (spec.id, spec.file, spec.format, part.encoding, outcome, count)
            for outcome, count in outcomes.items()
        ]
    names = ["source", "file", "format", "encoding", "outcome", "rows"]
    return pd.DataFrame(rows, columns=names) if rows else empty_table("source_rows")


def panel_links(respondents: pd.DataFrame) -> pd.DataFrame:
    """How many persons of a wave are found again in a later one.

    Participants of gatherings are counted once a wave. T0 is the outgoing council: links between T0
    and later waves are counted like others, and it is for the reader to know that they are few.

    Args:
        respondents: Table ``respondents``.

    Returns:
        Table ``panel_links``, one row a group and pair of waves.
    """
    people = respondents.drop_duplicates(["group", "wave", "person"])
    rows = []
    for group, members in people.groupby("group"):
        waves = {
            wave: part.set_index("person")["kommune_id"] for wave, part in members.groupby("wave")
        }
        for first, second in combinations(sorted(waves), 2):
            both = waves[first].index.intersection(waves[second].index)
            moved = waves[first][both].to_numpy() != waves[second][both].to_numpy()
            size = len(waves[first])
            rows.append(
                (group, first, second, size, len(waves[second]), len(both), len(both) / size, moved.sum())
            )  # fmt: skip
    names = [
        "group", "first_wave", "second_wave", "first", "second", "linked", "rate", "moved",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=names) if rows else empty_table("panel_links")
