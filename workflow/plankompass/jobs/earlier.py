"""Earlier results stay until new ones take their place, also when a build fails.

The workflow engine removes a job's old outputs before it starts the job. So the old files get a second
name (a hard link: no copy, no space) for as long as a build lasts, and what a failed build took away
without replacing it is put back.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

PARTIAL_PREFIX = ".partial-"

#: Time stamp of a file that was put back (1 January 2000, UTC): older than what it is made from, so
#: that the next build makes it anew and never takes it for up to date.
PUT_BACK = 946_684_800


def _second_name(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:  # another disk, or one without hard links; a copy must not be half of one
        partial = target.with_name(PARTIAL_PREFIX + target.name)
        try:
            shutil.copy2(source, partial)
            partial.replace(target)
        finally:
            partial.unlink(missing_ok=True)


def result_folders(study: str) -> list[Path]:
    """What leaves a study: files there outlive a failed build.

    Args:
        study: The study's id.

    Returns:
        Folders relative to the checkout.
    """
    return [Path("reports") / study, Path("data/processed") / study / "publishable"]


def keep_earlier(root: Path, folders: Iterable[Path], store: Path) -> None:
    """Give every file of some folders a second name.

    Args:
        root: The checkout.
        folders: Folders of results, relative to it; those that do not exist are passed over.
        store: Folder of the second names, relative to it; what lay there is removed.
    """
    shutil.rmtree(root / store, ignore_errors=True)
    for folder in folders:
        for path in sorted((root / folder).rglob("*")):
            if path.is_file() and not path.name.startswith(PARTIAL_PREFIX):
                _second_name(path, root / store / path.relative_to(root))


def put_back(root: Path, store: Path) -> list[Path]:
    """Put back what is gone and was not replaced, and remove the second names.

    Args:
        root: The checkout.
        store: As given to :func:`keep_earlier`.

    Returns:
        The files that were put back, relative to the checkout, sorted. What cannot be put back now
        (a full disk, a folder that became read-only) waits for :func:`put_back_pending`.
    """
    back, waiting = [], False
    for kept in sorted((root / store).rglob("*")):
        path = root / kept.relative_to(root / store)
        if kept.is_file() and not path.exists():
            try:
                os.utime(kept, (PUT_BACK, PUT_BACK))
                _second_name(kept, path)
                back.append(path.relative_to(root))
            except OSError:
                waiting = True
                continue
        if kept.is_file():
            kept.unlink()
    if waiting:
        (root / store).rename(_pending(root / store))
    else:
        shutil.rmtree(root / store, ignore_errors=True)
    return back


def put_back_pending(root: Path, store: Path) -> list[Path]:
    """Put back what an earlier :func:`put_back` could not.

    Args:
        root: The checkout.
        store: As given to :func:`keep_earlier`.

    Returns:
        The files, relative to the checkout.
    """
    pending = _pending(store)
    return put_back(root, pending) if (root / pending).is_dir() else []


def _pending(store: Path) -> Path:
    return store if store.name.startswith("pending-") else store.with_name(f"pending-{store.name}")


def drop_put_back(root: Path, folders: Iterable[Path]) -> int:
    """Remove files that were put back, so that the workflow engine makes them anew.

    The engine may hold a record that says they are new: it had finished the job when the disk ran full.

    Args:
        root: The checkout.
        folders: Folders of results, relative to it, whose files have second names.

    Returns:
        How many were removed.
    """
    old = [
        path
        for folder in folders
        for path in sorted((root / folder).rglob("*"))
        if path.is_file() and path.stat().st_mtime == PUT_BACK
    ]
    for path in old:
        path.unlink()
    return len(old)


def sweep_partial(root: Path, folders: Iterable[Path]) -> int:
    """Remove half-written files that a killed build left behind.

    Args:
        root: The checkout.
        folders: Folders of results, relative to it.

    Returns:
        How many were removed.
    """
    count = 0
    for folder in folders:
        for path in sorted((root / folder).rglob(f"{PARTIAL_PREFIX}*")):
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
            count += 1
    return count
