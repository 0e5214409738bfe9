"""The release ledger: every number of every release, so that a new one is held against all earlier ones.

Two releases that are safe by themselves can give a person away together: a late answer is the
difference of two sums. The ledger is restricted: it keeps how many answered where that was hidden.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd

from plankompass.disclosure.rows import plain_values, row_tuples
from plankompass.disclosure.rules import INTERVIEWS, SURVEY_GROUPS
from plankompass.study.problems import PlankompassError
from plankompass.tables import CONTRACTS, check_table, empty_table, read_table, write_table

TABLE = "release_ledger"
KEY = [c for c in CONTRACTS[TABLE].key if c != "release"]
_FROM_PUBLISHED = ["value", "class_value", "status", "reason", "display"]


def digest(value: float, n: int) -> str:
    """A fingerprint of a number and the answers behind it; equal only when neither changed."""
    return hashlib.sha256(f"{value:.12g} {n}".encode()).hexdigest()


def read_ledger(path: Path | str | None) -> pd.DataFrame:
    """Read the ledger; without one there were no releases.

    Args:
        path: The ledger, or None.

    Returns:
        Rows of the contract ``release_ledger``.
    """
    if path is None or not Path(path).is_file():
        return empty_table(TABLE)
    return read_table(TABLE, path)


def ledger_rows(
    marked: pd.DataFrame, published: pd.DataFrame, *, release: int, name: str
) -> pd.DataFrame:
    """The numbers about persons of one release.

    Args:
        marked: Restricted rows.
        published: The same rows as they leave, in the same order.
        release: Number of the release.
        name: What it is called.

    Returns:
        Rows of the contract ``release_ledger``.
    """
    persons = marked["group"].isin({*SURVEY_GROUPS, INTERVIEWS})
    rows = (persons & marked["value"].notna() & marked["n"].notna()).to_numpy()
    truth, out = marked[rows], published[rows]
    frame = truth[KEY].reset_index(drop=True)
    for column in ("n", "population"):
        frame[column] = truth[column].to_numpy()
    for column in _FROM_PUBLISHED:
        frame[column] = out[column].to_numpy()
    numbers = zip(plain_values(truth["value"]), plain_values(truth["n"]), strict=True)
    frame["digest"] = [digest(value, n) for value, n in numbers]
    return check_table(TABLE, frame.assign(release=release, name=name))


def next_release(ledger: pd.DataFrame) -> int:
    """The number that the next release gets."""
    return int(ledger["release"].max()) + 1 if len(ledger) else 1


def append_release(path: Path | str, rows: pd.DataFrame, *, name: str) -> int:
    """Note a release that was handed over. Nothing in the ledger is ever changed.

    Args:
        path: The ledger; made when it does not exist, for its owner alone.
        rows: The numbers of the release, from ``ledger_rows``; their own number and name do not count.
        name: What the release is called.

    Returns:
        The release's number.

    Raises:
        PlankompassError: A release of that name is in the ledger with other numbers.
    """
    before = read_ledger(path)
    same = before[before["name"] == name].reset_index(drop=True)
    if len(same):
        number = int(same["release"].iloc[0])
        again = rows.reset_index(drop=True).assign(release=number, name=name)
        if check_table(TABLE, again).equals(same):
            return number
        raise PlankompassError(
            f"ledger: the release {name} was handed over with other numbers; give the new one "
            "another name"
        )
    release = next_release(before)
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_name(f".{path.name}.new")
    after = pd.concat([before, rows.assign(release=release, name=name)], ignore_index=True)
    write_table(TABLE, after, fresh)
    fresh.chmod(0o600)
    fresh.replace(path)
    return release


def published_before(ledger: pd.DataFrame) -> set[tuple]:
    """Keys of the numbers that were shown in some release."""
    shown = ledger[(ledger["status"] == "published") & ledger["value"].notna()]
    return set(row_tuples(shown, KEY))


def earlier_releases(ledger: pd.DataFrame) -> list[tuple[int, pd.DataFrame]]:
    """The releases one by one, oldest first."""
    return [(int(k), rows) for k, rows in ledger.groupby("release", sort=True)]


def changed_answers(old_n: int, new_n: int) -> int:
    """How many answers a late or withdrawn answer, or a correction, is about, at least."""
    return int(max(abs(np.int64(new_n) - np.int64(old_n)), 1))
