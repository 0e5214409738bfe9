"""Codings as a plain table (CSV or XLSX): interview, coder, code, and start, end, text where known.

Also reads the tables that coding programs export, as far as their columns say the same things. Further
columns (municipality, role, wave) are variables of the interview.
"""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path
from typing import Any

import pandas as pd

from plankompass.ingest.interviews.model import (
    ProjectRefusedError,
    QdaCode,
    QdaCoder,
    QdaCoding,
    QdaProject,
    QdaSelection,
    QdaSource,
)
from plankompass.ingest.interviews.text import decode_text
from plankompass.ingest.safe_archive import SafeArchive
from plankompass.ingest.safe_xml import declares_type

_COLUMNS = {
    "interview": ("interview", "intervju", "document", "dokument", "document name", "source", "file",
                  "kilde"),
    "coder": ("coder", "koder", "kodar", "user", "owner", "created by", "coder name",
              "author", "forfatter", "forfattar"),
    "code": ("code", "kode", "codename", "code name", "tag", "tags", "codes"),
    "start": ("start", "start position", "begin", "pos0", "fra", "frå"),
    "end": ("end", "slutt", "end position", "pos1", "til"),
    "text": ("text", "tekst", "content", "segment", "coded text", "quotation", "quotation content",
             "sitat"),
}  # fmt: skip
_NEEDED = ("interview", "code")
_MOST_CHARACTERS = 10**9


def _roles(columns: list[str]) -> dict[str, str]:
    """What each known column is: our name to the table's own."""
    plain = {" ".join(str(c).casefold().replace("_", " ").split()): c for c in reversed(columns)}
    out = {}
    for role, names in _COLUMNS.items():
        hit = next((plain[name] for name in names if name in plain), None)
        if hit is not None:
            out[role] = hit
    if "beginning" in plain:
        # a program that gives numbers of paragraphs there, which are no places in a text
        out = {role: name for role, name in out.items() if role not in ("start", "end")}
    return out


def _is_coding(columns: list[str]) -> bool:
    roles = _roles(columns)
    return all(role in roles for role in _NEEDED) and ("coder" in roles or "text" in roles)


def is_coding_table(path: Path) -> bool:
    """Whether a CSV or XLSX file has the columns of a table of codings.

    Args:
        path: The file.

    Returns:
        True when it names interview and code, and coder or text.
    """
    try:
        if path.suffix.casefold() == ".xlsx":
            return _is_coding(list(_read_xlsx(path, rows=1).columns))
        with path.open("rb") as file:
            line = decode_text(file.read(1 << 16)).splitlines()[:1]
        return bool(line) and _is_coding(next(csv.reader(line, delimiter=_delimiter(line[0]))))
    except (ProjectRefusedError, OSError, csv.Error, ValueError):
        return False


def _delimiter(header: str) -> str:
    return max((",", ";", "\t"), key=header.count)


def _read_csv(path: Path) -> pd.DataFrame:
    text = decode_text(path.read_bytes())
    header = text.partition("\n")[0]
    try:
        return pd.read_csv(
            io.StringIO(text), sep=_delimiter(header), dtype="str", keep_default_na=False
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError, ValueError):
        raise ProjectRefusedError(
            f"{path.name}: not readable as a table; save it as CSV with one header row"
        ) from None


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _read_xlsx(path: Path, rows: int | None = None) -> pd.DataFrame:
    import openpyxl

    refused = ProjectRefusedError(f"{path.name}: not readable as an XLSX workbook; save it again")
    try:
        workbook = openpyxl.load_workbook(path, read_only=True, data_only=True)
        try:
            cells = workbook.worksheets[0].iter_rows(values_only=True, max_row=rows)
            table = [[_cell(value) for value in row] for row in cells]
        finally:
            workbook.close()
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, IndexError, OSError, SyntaxError):
        raise refused from None
    if not table:
        raise refused
    header, *body = table
    width = len(header)
    frame = pd.DataFrame([row[:width] for row in body], columns=header, dtype="str")
    return frame.loc[:, [name != "" for name in header]]


def _guard_workbook(path: Path, max_members: int, max_bytes: int) -> None:
    """Refuse a workbook outside the limits before a library unpacks it."""
    with SafeArchive(path, max_members=max_members, max_bytes=max_bytes) as archive:
        for name in archive.names:
            if name.casefold().endswith((".xml", ".rels")) and declares_type(archive.read(name)):
                raise ProjectRefusedError(
                    f"{path.name}: the workbook declares XML entities; refused"
                )


def _whole(text: str) -> int | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return int(number) if abs(number) < _MOST_CHARACTERS else None


def read_coding_table(path: Path, *, max_members: int, max_bytes: int) -> QdaProject:
    """Read a table of codings.

    Args:
        path: CSV (comma, semicolon or tab) or XLSX; the first sheet, header in the first row.
        max_members: Most members of an XLSX archive.
        max_bytes: Most bytes it may unpack to.

    Returns:
        The project. Positions are taken as code points; without the texts they cannot be checked.

    Raises:
        ProjectRefusedError: A needed column is missing, or the file is no table.
        ArchiveRefusedError: The workbook is broken or outside the limits.
    """
    if path.suffix.casefold() == ".xlsx":
        _guard_workbook(path, max_members, max_bytes)
        frame, form = _read_xlsx(path), "xlsx"
    else:
        frame, form = _read_csv(path), "csv"
    roles = _roles(list(frame.columns))
    if missing := [name for name in _NEEDED if name not in roles]:
        raise ProjectRefusedError(
            f"{path.name}: line 1: no column {missing[0]}; a table of codings has the columns "
            "interview, coder, code, start, end, text"
        )
    project = QdaProject(format=form, tool="table", fixed_unit="codepoint")
    _fill(project, frame, roles)
    return project


def _fill(project: QdaProject, frame: pd.DataFrame, roles: dict[str, str]) -> None:
    variables = [c for c in frame.columns if c not in roles.values()]
    empty = half = 0
    columns = {
        role: frame[roles[role]].tolist() if role in roles else [""] * len(frame)
        for role in _COLUMNS
    }
    extra = {name: frame[name].tolist() for name in variables}
    for index in range(len(frame)):
        row = {role: values[index].strip() for role, values in columns.items() if role != "text"}
        name, label = row["interview"], row["code"]
        if not name:
            empty += bool(label)
            continue
        source = project.sources.setdefault(name, QdaSource(name, "", name, "text"))
        for variable, values in extra.items():
            if value := values[index].strip():
                source.variables.setdefault(variable, set()).add(value)
        if not label:
            continue  # an interview listed without a coding
        # one cell may hold several codes, one a line
        labels = [part.strip() for part in label.splitlines() if part.strip()]
        for label in labels:
            project.codes.setdefault(label, QdaCode(label, "", (label,)))
        coder = row["coder"]
        project.coders.setdefault(coder, QdaCoder(coder, "", coder, defined=bool(coder)))
        start, end = _whole(row["start"]), _whole(row["end"])
        if (start is None) != (end is None):
            half += 1
            start = end = None
        quoted = columns["text"][index] or None
        key = f"{start}:{end}" if start is not None else f"{quoted or index}"
        project.selections.append(
            QdaSelection(
                key, name, start, end, tuple(QdaCoding(label, coder) for label in labels), quoted
            )
        )
    if empty:
        project.problems.append(f"{empty} row(s) name no interview and are left out")
    if half:
        project.problems.append(f"{half} row(s) have only one of start and end")
