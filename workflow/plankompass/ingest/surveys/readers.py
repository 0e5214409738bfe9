"""One way in to every survey format: path to frame with labels and missing codes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from plankompass.ingest.safe_archive import ArchiveRefusedError, SafeArchive
from plankompass.ingest.surveys.model import RawSurvey, SurveyReadError
from plankompass.ingest.surveys.nettskjema import read_nettskjema
from plankompass.ingest.surveys.sheets import read_xlsx_survey
from plankompass.ingest.surveys.statfiles import read_statfile
from plankompass.ingest.surveys.text import read_csv_survey
from plankompass.study.config_models import LimitConfig

STATFILES = ("sav", "zsav", "por", "dta")
FORMATS = (*STATFILES, "csv", "xlsx", "nettskjema")


def read_survey(
    path: Path | str,
    format_: str,
    *,
    shown: str | None = None,
    limits: LimitConfig | None = None,
    codebook: Path | str | None = None,
    sheet: str | None = None,
    header_row: int = 1,
    encoding: str | None = None,
    delimiter: str | None = None,
) -> RawSurvey:
    """Read a survey export of any supported format.

    Args:
        path: The file.
        format_: One of :data:`FORMATS`.
        shown: The file's name in messages; its own name when left out.
        limits: Limits on what is read.
        codebook: Nettskjema's codebook.
        sheet: Worksheet of an XLSX file.
        header_row: Row of the header in CSV and XLSX, from 1.
        encoding: Declared encoding; found when left out.
        delimiter: Declared delimiter of a CSV; found when left out.

    Returns:
        The survey as read: no code is changed, no row left out.

    Raises:
        SurveyReadError: The file is missing, too large, damaged, or not of the format.
    """
    path = Path(path)
    shown = shown or path.name
    limits = limits or LimitConfig()
    if format_ not in FORMATS:
        raise SurveyReadError(f"{shown}: unknown format; known are {', '.join(FORMATS)}")
    check_file(path, shown, limits)
    if format_ in STATFILES:
        return read_statfile(path, shown, format_, encoding, seconds=limits.seconds_per_file)
    if format_ == "xlsx":
        check_archive(path, shown, limits)
        return read_xlsx_survey(path, shown, sheet=sheet, header_row=header_row)
    text: dict[str, Any] = {
        "encoding": encoding,
        "delimiter": delimiter,
        "header_row": header_row,
    }
    if format_ == "csv":
        return read_csv_survey(path, shown, **text)
    book = Path(codebook) if codebook else None
    return read_nettskjema(path, shown, book, **text)


def check_file(path: Path, shown: str, limits: LimitConfig) -> None:
    """Refuse a file that is not there, empty, or larger than the limit.

    Args:
        path: The file.
        shown: The file's name in messages.
        limits: Limits on what is read.

    Raises:
        SurveyReadError: It is refused.
    """
    if not path.is_file():
        raise SurveyReadError(f"{shown}: the file does not exist")
    size = path.stat().st_size
    if size == 0:
        raise SurveyReadError(f"{shown}: the file is empty")
    if size > limits.megabytes_per_file * 1_000_000:
        raise SurveyReadError(
            f"{shown}: larger than {limits.megabytes_per_file} MB; "
            "raise limits.megabytes_per_file if that is right"
        )


def check_archive(path: Path, shown: str, limits: LimitConfig) -> None:
    """Refuse a workbook that unpacks to more than the limits, before it is unpacked.

    Args:
        path: The file.
        shown: The file's name in messages.
        limits: Limits on what is read.

    Raises:
        SurveyReadError: It is no archive, or outside the limits.
    """
    try:
        with SafeArchive(
            path,
            max_members=limits.archive_members,
            max_bytes=limits.megabytes_per_file * 1_000_000,
        ):
            pass
    except ArchiveRefusedError as error:
        reason = str(error).removeprefix(f"{path.name}: ")
        raise SurveyReadError(f"{shown}: not a readable .xlsx workbook: {reason}") from None
