"""A full disk or a folder that cannot be written: said in one line, with what to do."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

_FULL = {errno.ENOSPC, errno.EDQUOT}
_READ_ONLY = {errno.EROFS, errno.EACCES, errno.EPERM}
#: Below this many free bytes a disk counts as full when something could not be written.
_NOTHING_LEFT = 1_000_000
_PROBE_BYTES = 65_536


def _existing(path: Path) -> Path:
    """The nearest folder above a path that is there."""
    path = path.absolute()
    while not path.is_dir() and path != path.parent:
        path = path.parent
    return path


def _shown(path: Path, parts: int | None = None) -> str:
    try:
        return Path(*path.absolute().relative_to(Path.cwd()).parts[:parts]).as_posix()
    except ValueError:
        return path.name


def _full(path: Path) -> str:
    return (
        f"{_shown(path, 2)}: the disk is full where this is to be written; "
        "free some space and run again, what is done already is kept"
    )


def describe_storage_error(error: BaseException, path: Path) -> str | None:
    """Tell of a full or read-only disk, where that is what lies behind an error.

    Args:
        error: Any error; its causes are looked at too.
        path: Where something was to be written.

    Returns:
        One line for the user; None when the error is about something else.
    """
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, OSError) and seen.errno in _FULL:
            return _full(path)
        if isinstance(seen, OSError) and seen.errno in _READ_ONLY and not _can_write(path):
            return _read_only(path)
        seen = seen.__cause__ or seen.__context__
    # some libraries wrap the error in one of their own, without its number
    if shutil.disk_usage(_existing(path)).free < _NOTHING_LEFT:
        return _full(path)
    return None


def _read_only(path: Path) -> str:
    return (
        f"{_shown(path)}: cannot be written: the folder is read-only or belongs to another user; "
        "give yourself the right to write there, and run again"
    )


def _can_write(path: Path) -> bool:
    return os.access(_existing(path), os.W_OK | os.X_OK)


def storage_problems(folders: Iterable[Path]) -> list[str]:
    """Try to write a little in each folder.

    Args:
        folders: Folders that will be written; they are made where they are not there.

    Returns:
        One line a folder that cannot be written; of a full disk one line in all.
    """
    found = []
    full: set[int] = set()
    for folder in folders:
        probe = folder / f".partial-probe-{os.getpid()}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            try:
                probe.write_bytes(b"\0" * _PROBE_BYTES)
            finally:
                probe.unlink(missing_ok=True)
        except OSError as error:
            if error.errno in _FULL:
                disk = _existing(folder).stat().st_dev
                if disk not in full:
                    found.append(_full(folder))
                full.add(disk)
            elif error.errno in _READ_ONLY:
                found.append(_read_only(folder))
            else:
                found.append(f"{_shown(folder)}: cannot be written: {os.strerror(error.errno)}")
    return found


def write_cache(path: Path, document: Any) -> None:
    """Write notes for the next run, whole or not at all; a disk that cannot be written costs time only.

    Args:
        path: The file; it may be removed at any time.
        document: What JSON can hold.
    """
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(json.dumps(document, sort_keys=True), encoding="utf-8")
        temporary.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def sweep_caches(folder: Path) -> None:
    """Remove half-written notes of processes that were killed.

    Args:
        folder: Where :func:`write_cache` writes.
    """
    for path in folder.glob("*.json.*"):
        owner = path.suffix[1:]
        if owner.isdigit() and not Path(f"/proc/{owner}").exists():
            path.unlink(missing_ok=True)
