"""What changed since the last delivery, number by number; for researchers, before anything is sent."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from plankompass.study.problems import PlankompassError

#: Kept of each delivery: name of the file to the table's contract.
KEPT = {
    "estimates": "publishable_estimates",
    "comparisons": "comparisons",
    "response": "publishable_response",
}
#: Kinds of change, the weightiest first.
KINDS = ("changed", "withdrawn", "new", "reason")
RECORD = "delivery.json"
CHANGES = "changes.csv"
_KEYS = ("level", "unit", "wave", "group", "gathering", "indicator", "component")
_NUMBERS = {
    "estimates": (
        "value", "class_value", "display", "lower", "upper", "n", "population", "dont_know",
    ),
    "comparisons": ("peer_mean", "peers", "difference", "lower", "upper", "verdict"),
    "response": ("population", "n", "rate"),
}  # fmt: skip
_PRIVATE_FOLDER, _PRIVATE_FILE = 0o700, 0o600


@dataclass(frozen=True)
class Delivery:
    """One delivery that was made.

    Attributes:
        number: From 1.
        folder: Where its tables are kept.
        sha256: Hash of the zip that was sent.
    """

    number: int
    folder: Path
    sha256: str


def deliveries(folder: Path) -> list[Delivery]:
    """The deliveries of a study so far.

    Args:
        folder: The study's folder of deliveries; it need not be there.

    Returns:
        The deliveries in order.

    Raises:
        PlankompassError: A record cannot be read.
    """
    found = []
    for path in sorted(folder.glob("[0-9][0-9][0-9][0-9]")):
        try:
            record = json.loads((path / RECORD).read_text(encoding="utf-8"))
            found.append(Delivery(int(path.name), path, record["sha256"]))
        except (OSError, ValueError, KeyError, TypeError):
            raise PlankompassError(
                f"{path.as_posix()}/{RECORD}: cannot be read; restore it, or move the folder away to "
                "begin anew"
            ) from None
    return found


def _keyed(name: str, frame: pd.DataFrame) -> dict[tuple[str, ...], list[str]]:
    """A table's rows by the keys of :data:`_KEYS`: what readers see, as text, with status and reason."""
    frame = frame.rename(columns={"kommune_id": "unit"})
    if "level" not in frame:
        frame = frame.assign(level="municipality")
    # a table has only the keys it needs; one of an older version may lack a column
    columns = [*_KEYS, *_NUMBERS[name], "reason"]
    frame = frame.assign(**dict.fromkeys((c for c in columns if c not in frame), ""))[columns]
    count = len(_KEYS)
    return {
        tuple(map(str, row[:count])): [_text(value) for value in row[count:]]
        for row in frame.itertuples(index=False, name=None)
    }


def _text(value: Any) -> str:
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return ""
    if isinstance(value, float):
        return repr(int(value)) if value.is_integer() else repr(value)
    return str(value)


def _differences(name: str, before: pd.DataFrame, after: pd.DataFrame) -> list[dict[str, str]]:
    columns = (*_NUMBERS[name], "reason")
    old, new = _keyed(name, before), _keyed(name, after)
    nothing = [""] * len(columns)
    rows = []
    for key in sorted(set(old) | set(new)):
        was, now = old.get(key, nothing), new.get(key, nothing)
        if was == now:
            continue
        for column, b, a in zip(columns, was, now, strict=True):
            # a reason that comes or goes is told by the number that goes or comes
            if b == a or (column == "reason" and not (b and a)):
                continue
            kind = "new" if not b else "withdrawn" if not a else "changed"
            rows.append(_row(name, "reason" if column == "reason" else kind, key, column, b, a))
    return rows


def _row(
    name: str, kind: str, key: tuple[str, ...], column: str, before: str, after: str
) -> dict[str, str]:
    about = dict(zip(_KEYS, key, strict=True))
    return {"table": name, "change": kind, **about, "column": column, "before": before, "after": after}  # fmt: skip


def compare_deliveries(
    before: Mapping[str, pd.DataFrame], after: Mapping[str, pd.DataFrame]
) -> pd.DataFrame:
    """Compare what readers have with what they would get.

    Args:
        before: The kept tables by name, as in :data:`KEPT`.
        after: The publishable tables of today.

    Returns:
        One row a number that differs, with both texts: ``changed`` (another value), ``withdrawn``
        (was shown, is not), ``new`` (was not shown), or ``reason`` (not shown for another reason).
        The weightiest kind first, then by table and key.
    """
    rows: list[dict[str, str]] = []
    for name in KEPT:
        rows += _differences(name, before[name], after[name])
    rows.sort(key=lambda r: (KINDS.index(r["change"]), tuple(r.values())))
    return pd.DataFrame(
        rows, columns=["table", "change", *_KEYS, "column", "before", "after"], dtype="str"
    )


def read_kept(folder: Path) -> dict[str, pd.DataFrame]:
    """The tables of a folder: a delivery's, or the publishable ones of today.

    Args:
        folder: The folder.

    Returns:
        Name to table. They are read as they are, since an earlier version may have written them.

    Raises:
        PlankompassError: A table is missing or cannot be read.
    """
    tables = {}
    for name in KEPT:
        path = folder / f"{name}.parquet"
        try:
            tables[name] = pd.read_parquet(path)
        except (OSError, ValueError):
            raise PlankompassError(f"{path.as_posix()}: the table cannot be read") from None
    return tables


def write_changes(changes: pd.DataFrame, path: Path) -> None:
    """Write the list of changes where only the owner can read it.

    Args:
        changes: As :func:`compare_deliveries` gives them.
        path: The CSV file to write (semicolon, UTF-8 with byte order mark).
    """
    private_folder(path.parent)
    partial = path.with_name(f".partial-{path.name}")
    partial.unlink(missing_ok=True)
    partial.touch(mode=_PRIVATE_FILE)
    text = changes.to_csv(sep=";", index=False, lineterminator="\r\n")
    partial.write_bytes(text.encode("utf-8-sig"))
    partial.replace(path)


def private_folder(path: Path) -> None:
    """Make a folder that only its owner can open."""
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(_PRIVATE_FOLDER)


def keep_delivery(
    publishable: Path, folder: Path, changes: pd.DataFrame, record: Mapping[str, Any]
) -> Delivery:
    """Keep the tables of a delivery, so that the next one can be held against it.

    Args:
        publishable: The study's publishable tables.
        folder: The study's folder of deliveries.
        changes: What changed since the one before.
        record: ``sha256`` of the zip, and what else tells how it was made.

    Returns:
        The delivery, with the next number.
    """
    done = deliveries(folder)
    number = done[-1].number + 1 if done else 1
    private_folder(folder)
    partial, final = folder / f".partial-{number:04d}", folder / f"{number:04d}"
    shutil.rmtree(partial, ignore_errors=True)
    private_folder(partial)
    for name in KEPT:
        shutil.copyfile(publishable / f"{name}.parquet", partial / f"{name}.parquet")
    write_changes(changes, partial / CHANGES)
    text = json.dumps(dict(record), ensure_ascii=False, indent=1, sort_keys=True)
    (partial / RECORD).write_text(text + "\n", encoding="utf-8", newline="\n")
    for path in partial.iterdir():
        path.chmod(_PRIVATE_FILE)
    partial.rename(final)
    return Delivery(number, final, str(record["sha256"]))
