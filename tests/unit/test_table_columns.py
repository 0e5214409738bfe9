"""Tables written from plain values: the same bytes as from a frame, and the same refusals."""

from datetime import datetime

import pandas as pd
import pytest

from plankompass.study.problems import ProblemLog
from plankompass.table_columns import write_columns
from plankompass.tables import ContractError, write_table

BLOCKS = {
    "document": ["a", "a", "b"],
    "page": [1, 1, 1],
    "order": [0, 1, 0],
    "kind": ["heading", "paragraph", "list_item"],
    "level": [1, 0, 0],
    "text": ["Mål", "Kommunen skal «alt»", ""],
}
DOCUMENT = {
    "document": "a", "file": "plans/a.pdf", "kommune_id": "k1", "kind": "samfunnsdel",
    "title": "Plan, \"ny\"", "period": "", "status": "adopted", "adopted_on": datetime(2020, 5, 1), "used": True,
    "reason": "", "pages": 3, "pages_with_text": 2, "words": 7, "language": "nb", "lix": None,
}  # fmt: skip


def _both(tmp_path, name, columns, ending):
    ours, theirs = tmp_path / f"ours{ending}", tmp_path / f"theirs{ending}"
    write_columns(name, columns, ours)
    write_table(name, pd.DataFrame(columns), theirs)
    return ours.read_bytes(), theirs.read_bytes()


@pytest.mark.parametrize("order", [[0, 1, 2], [2, 0, 1]])
def test_blocks_have_the_bytes_of_a_frame_in_any_order(tmp_path, order):
    columns = {name: [values[i] for i in order] for name, values in BLOCKS.items()}
    ours, theirs = _both(tmp_path, "blocks", columns, ".parquet")
    assert ours == theirs
    sorted_rows, _ = _both(tmp_path, "blocks", BLOCKS, ".parquet")
    assert ours == sorted_rows


def test_missing_days_and_numbers_have_the_bytes_of_a_frame(tmp_path):
    rows = [DOCUMENT, DOCUMENT | {"document": "b", "adopted_on": None, "pages": None, "lix": 41.5}]
    columns = {name: [row[name] for row in rows] for name in DOCUMENT}
    for ending in (".parquet", ".csv"):
        ours, theirs = _both(tmp_path, "documents", columns, ending)
        assert ours == theirs


def test_problems_have_the_bytes_of_a_frame(tmp_path):
    log = ProblemLog("ingest plans")
    for rule in ('a "sign", and\na line', "æøå", ""):
        log.add("D1", "repair", "plans/a.pdf", rule, count=2)
    ours, theirs = tmp_path / "ours.csv", tmp_path / "theirs.csv"
    for problems in (log, ProblemLog("nothing found")):
        write_columns("avvik", problems.columns(), ours)
        write_table("avvik", problems.frame(), theirs)
        assert ours.read_bytes() == theirs.read_bytes()


@pytest.mark.parametrize(
    "change",
    [
        {"kind": ["heading", "paragraph", "verse"]},
        {"page": [1, 1, 0]},
        {"order": [0, 0, 0]},
        {"text": ["a", None, "c"]},
        {"page": ["one", 1, 1]},
    ],
)
def test_what_does_not_keep_the_contract_is_refused_and_not_written(tmp_path, change):
    with pytest.raises(ContractError):
        write_columns("blocks", BLOCKS | change, tmp_path / "blocks.parquet")
    assert not list(tmp_path.iterdir())
