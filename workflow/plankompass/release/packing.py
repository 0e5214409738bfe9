"""Zip files whose bytes depend on what is in them alone: fixed times and rights, no name of the machine."""

from __future__ import annotations

import zipfile

_EARLIEST = (1980, 1, 1, 0, 0, 0)
_READABLE, _EXECUTABLE = 0o644 << 16, 0o755 << 16
_UNIX = 3


def add_entry(
    archive: zipfile.ZipFile, name: str, content: bytes, *, executable: bool = False
) -> None:
    """Add one file to an archive.

    Args:
        archive: The archive, open for writing.
        name: The file's name in it.
        content: The file's bytes.
        executable: Whether it is a program.
    """
    entry = zipfile.ZipInfo(name, _EARLIEST)
    entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, _UNIX
    entry.external_attr = _EXECUTABLE if executable else _READABLE
    archive.writestr(entry, content, compresslevel=6)
