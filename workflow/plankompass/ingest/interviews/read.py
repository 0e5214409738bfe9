"""Reading an interview project whatever program wrote it, by what the file is."""

from __future__ import annotations

from pathlib import Path

from plankompass.ingest.interviews.model import NATIVE_FORMATS, ProjectRefusedError, QdaProject
from plankompass.ingest.interviews.refi_qda import read_qdc, read_qde, read_qdpx
from plankompass.ingest.interviews.sqlite import read_sqlite_project
from plankompass.ingest.interviews.table import read_coding_table
from plankompass.study.config_models import LimitConfig

_HEAD_BYTES = 4096


def read_interview_project(path: Path | str, limits: LimitConfig) -> QdaProject:
    """Read one interview project.

    Args:
        path: A REFI-QDA project (.qdpx, .qde) or codebook (.qdc), a QualCoder folder or database, a
            Taguette database, or a table of codings (CSV, XLSX).
        limits: Limits on size and members.

    Returns:
        The project; nothing is written and nothing outside the file is opened.

    Raises:
        PlankompassError: The file is missing, too large, broken, of a native format (the text says how
            to export it), or of no known format.
    """
    path = Path(path)
    suffix = path.suffix.casefold()
    if not path.exists():
        raise ProjectRefusedError(f"{path.name}: the file does not exist")
    if suffix in NATIVE_FORMATS:
        raise ProjectRefusedError(
            f"{path.name}: the program's own format is not readable from outside. "
            f"{NATIVE_FORMATS[suffix]}"
        )
    max_bytes = limits.megabytes_per_file * 1_000_000
    if path.is_file() and path.stat().st_size > max_bytes:
        raise ProjectRefusedError(
            f"{path.name}: larger than {limits.megabytes_per_file} MB; raise "
            "limits.megabytes_per_file in the configuration if the file is yours"
        )
    head = b""
    if path.is_file():
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    if path.is_dir() or head.startswith(b"SQLite format 3\x00"):
        return read_sqlite_project(path, seconds=limits.seconds_per_file)
    if suffix in (".csv", ".tsv", ".xlsx"):
        return read_coding_table(path, max_members=limits.archive_members, max_bytes=max_bytes)
    if suffix == ".qdpx" or head.startswith(b"PK\x03\x04"):
        return read_qdpx(path, max_members=limits.archive_members, max_bytes=max_bytes)
    if suffix == ".qdc":
        return read_qdc(path)
    if suffix == ".qde" or b"<Project" in head:
        return read_qde(path)
    raise ProjectRefusedError(
        f"{path.name}: not a format of interview projects that is read; "
        "export a REFI-QDA project (.qdpx)"
    )
