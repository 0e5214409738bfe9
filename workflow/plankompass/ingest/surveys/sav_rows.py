"""Whether a .sav holds more rows than its head promises: the reader stops at the promised number and says nothing."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

# The head's count of rows; -1 stands for "not said", and the reader then reads to the end
_COUNT = range(80, 84)


class MoreRowsError(Exception):
    """A file holds more rows than its head says."""


class _Uncounted:
    """A .sav as a stream whose head does not say how many rows there are."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.seek, self.tell = file.seek, file.tell

    def read(self, size: int = -1) -> bytes:
        start = self._file.tell()
        content = self._file.read(size)
        if start >= _COUNT.stop or start + len(content) <= _COUNT.start:
            return content
        changed = bytearray(content)
        for place in _COUNT:
            if start <= place < start + len(content):
                changed[place - start] = 0xFF
        return bytes(changed)


def check_no_more_rows(path: Path, encoding: str | None, rows: int, variable: str) -> None:
    """Look for a row after the last one promised.

    Args:
        path: The .sav or .zsav.
        encoding: Its encoding; the file's own when None.
        rows: Rows that its head promises.
        variable: Name of any of its variables; no other is read.

    Raises:
        MoreRowsError: There is one.
    """
    import pyreadstat

    with path.open("rb") as file:
        try:
            frame, _ = pyreadstat.read_sav(
                _Uncounted(file), encoding=encoding, row_offset=rows, row_limit=1,
                usecols=[variable], disable_datetime_conversion=True,
            )  # fmt: skip
        except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, ValueError, IndexError):
            return  # what stands after the rows is no row
    if len(frame):
        raise MoreRowsError
