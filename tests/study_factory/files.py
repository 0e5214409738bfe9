"""Writing files whose bytes depend on their content only: no clock in any header."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

ZIP_DAY = (2023, 6, 1, 12, 0, 0)


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a UTF-8 CSV with comma and line feeds.

    Args:
        path: The file.
        columns: Header.
        rows: Rows; None is written as an empty field.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(["" if v is None else v for v in row] for row in rows)


def zip_bytes(members: Mapping[str, bytes]) -> bytes:
    """A zip archive with fixed times, members in the order given."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name, ZIP_DAY)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            info.create_system = 3
            archive.writestr(info, content)
    return buffer.getvalue()


def fixed_office_file(content: bytes) -> bytes:
    """An office file (XLSX, DOCX) with the time of saving replaced by a fixed one.

    Args:
        content: The file as its library wrote it.

    Returns:
        The same file, whose bytes depend on what is in it only.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    core = members["docProps/core.xml"].decode("utf-8")
    core = re.sub(r"(<dcterms:(?:created|modified)[^>]*>)[^<]*", r"\g<1>2023-06-01T12:00:00Z", core)
    members["docProps/core.xml"] = core.encode("utf-8")
    return zip_bytes(members)
