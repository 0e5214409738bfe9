"""The process that inspects one file: tells what kind it is, asks that kind's inspector, prints JSON.

Called as ``python -m plankompass.inspection_worker FILE`` with the limits as JSON on standard input.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from pathlib import Path
from typing import Any, Literal

from plankompass.inspection import _MEMORY_BYTES, _refused
from plankompass.study.config_models import LimitConfig
from plankompass.study.problems import PlankompassError

Kind = Literal["survey", "interviews", "plan", "unsupported"]

_BY_SUFFIX: dict[str, Kind] = {
    **dict.fromkeys((".sav", ".zsav", ".por", ".dta", ".csv", ".tsv", ".xlsx", ".json"), "survey"),
    **dict.fromkeys((".qdpx", ".qde", ".qdc", ".qda", ".sqlite3", ".sqlite", ".db"), "interviews"),
    **dict.fromkeys((".pdf", ".docx", ".html", ".htm", ".xhtml", ".txt", ".md"), "plan"),
    ".markdown": "plan",
}
_SPSS = (b"$FL2", b"$FL3")
_HEAD_BYTES = 4096


def detect_kind(path: Path, limits: LimitConfig) -> Kind:
    """Tell what a file is by its content, and by its ending where the content does not tell.

    Args:
        path: The file or folder.
        limits: Limits on archives.

    Returns:
        The kind; ``unsupported`` when nothing fits.
    """
    if path.is_dir():
        return "interviews"
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    suffix = path.suffix.casefold()
    if head.startswith(_SPSS) or head.startswith(b"<stata_dta>"):
        return "survey"
    if b"%PDF-" in head[:1024]:
        return "plan"
    if head.startswith(b"SQLite format 3\x00"):
        return "interviews"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _archive_kind(path, suffix, limits)
    if b"QDA-XML" in head.replace(b"\x00", b""):
        return "interviews"
    if suffix in (".csv", ".tsv") and _is_coding_table(path):
        return "interviews"
    return _BY_SUFFIX.get(suffix, "unsupported")


def _archive_kind(path: Path, suffix: str, limits: LimitConfig) -> Kind:
    from plankompass.ingest.safe_archive import ArchiveRefusedError, SafeArchive

    try:
        with SafeArchive(
            path,
            max_members=limits.archive_members,
            max_bytes=limits.megabytes_per_file * 1_000_000,
        ) as archive:
            names = {name.casefold() for name in archive.names}
    except ArchiveRefusedError:
        if suffix in _BY_SUFFIX:
            return _BY_SUFFIX[suffix]  # its reader says what is wrong
        raise
    if any(name.endswith(".qde") for name in names):
        return "interviews"
    if "word/document.xml" in names:
        return "plan"
    if "xl/workbook.xml" in names:
        return "interviews" if _is_coding_table(path) else "survey"
    return _BY_SUFFIX.get(suffix, "unsupported")


def _is_coding_table(path: Path) -> bool:
    from plankompass.ingest.interviews.table import is_coding_table

    return is_coding_table(path)


def inspect_here(path: Path, limits: LimitConfig) -> dict[str, Any]:
    """Inspect a file in this process.

    Args:
        path: The file.
        limits: Limits on time and size.

    Returns:
        The inspection; see :func:`plankompass.inspection.inspect_file`.
    """
    kind = "unsupported"
    try:
        kind = detect_kind(path, limits)
        if kind == "survey":
            from plankompass.ingest.surveys.inspect import inspect_survey

            return inspect_survey(path, limits)
        if kind == "interviews":
            from plankompass.ingest.interviews.inspect import inspect_interviews

            return inspect_interviews(path, limits)
        if kind == "plan":
            from plankompass.ingest.plans.inspect import inspect_plan

            return inspect_plan(path, limits)
    except PlankompassError as error:
        reason = str(error).splitlines()[0].removeprefix(f"{path.name}: ")
        return _refused(path, reason, kind)
    except MemoryError:
        return _refused(path, "reading the file takes more memory than is allowed", kind)
    except RecursionError:
        return _refused(path, "the file is nested too deep", kind)
    except OSError:
        return _refused(path, "the file cannot be opened", kind)
    except Exception as error:  # whatever a library trips over, the user gets one line
        reason = (
            f"the file cannot be read ({type(error).__name__}); it is damaged or not what it says"
        )
        return _refused(path, reason, kind)
    return _refused(path, "not a format that is read; see docs for surveys, interviews and plans")


def _limit_memory() -> None:
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    except (ImportError, ValueError, OSError):
        return  # not on this system; the time limit still holds


def _watch_parent() -> None:
    """End this process when the one that started it is gone."""
    if hasattr(os, "getppid"):
        parent = os.getppid()

        def watch() -> None:
            while os.getppid() == parent:
                threading.Event().wait(1)
            os._exit(1)

        threading.Thread(target=watch, daemon=True).start()


def main() -> None:
    """Inspect the file named on the command line."""
    # libraries that print must not spoil the answer
    answer = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    limits = LimitConfig.model_validate_json(sys.stdin.buffer.read() or b"{}")
    _limit_memory()
    _watch_parent()
    result = inspect_here(Path(sys.argv[1]), limits)
    answer.write(json.dumps(result, default=str).encode("ascii"))
    answer.close()


if __name__ == "__main__":
    main()
