"""Reading an interview project whatever program wrote it, by what the file is."""

from __future__ import annotations

from pathlib import Path

from plankompass.ingest.qda_model import NATIVE_FORMATS, ProjectRefusedError, QdaProject
from plankompass.ingest.refi_qda import read_qdc, read_qde, read_qdpx
from plankompass.study.config_models import LimitConfig


def read_interview_project(path: Path | str, limits: LimitConfig) -> QdaProject:
    """Read one interview project.

    Args:
        path: A REFI-QDA project (.qdpx, .qde) or codebook (.qdc).
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
    if suffix == ".qdpx":
        return read_qdpx(path, max_members=limits.archive_members, max_bytes=max_bytes)
    if suffix == ".qde":
        return read_qde(path)
    if suffix == ".qdc":
        return read_qdc(path)
    raise ProjectRefusedError(
        f"{path.name}: not a format of interview projects that is read; "
        "export a REFI-QDA project (.qdpx)"
    )
