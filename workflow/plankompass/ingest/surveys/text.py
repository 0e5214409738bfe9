"""CSV exports: encoding and delimiter are found, tested and stated; every cell is kept as text."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pandas as pd

from plankompass.ingest.surveys.model import (
    RawSurvey,
    RawVariable,
    SurveyReadError,
    text_faults,
    unique_names,
)

# Windows-1252 before the others: exports that are not UTF-8 nearly always are. Latin-1 differs from
# it in control characters only, which are never valid; the last two are old DOS and Macintosh files.
_OLDER_ENCODINGS = ("cp1252", "cp865", "mac_roman")
_DELIMITERS = ";,\t|"
_SNIFF_ROWS = 200


def decode(content: bytes, shown: str, encoding: str | None = None) -> tuple[str, str, list[str]]:
    """Decode a text file in the encoding that gives valid text.

    Args:
        content: The file.
        shown: The file's name in messages.
        encoding: Declared encoding; found when left out.

    Returns:
        The text, the encoding's name, and notes for people.

    Raises:
        SurveyReadError: It is no text, or not in the declared encoding.
    """
    for mark, name in (
        (b"\xef\xbb\xbf", "utf-8"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if content.startswith(mark):
            try:
                return content.decode("utf-8-sig" if name == "utf-8" else name), name, []
            except UnicodeDecodeError:
                raise SurveyReadError(f"{shown}: damaged {name} text") from None
    if b"\x00" in content:
        raise SurveyReadError(f"{shown}: not a text file (it holds zero bytes)")
    if encoding:
        try:
            return content.decode(encoding), encoding, []
        except (UnicodeDecodeError, LookupError):
            raise SurveyReadError(
                f"{shown}: not text in the declared encoding {encoding}; "
                "leave `encoding` out to have it found"
            ) from None
    try:
        return _unicode(content.decode("utf-8"), shown)
    except UnicodeDecodeError:
        pass
    for name in _OLDER_ENCODINGS:
        try:
            text = content.decode(name)
        except UnicodeDecodeError:
            continue
        if text_faults(_pieces(text)) == 0:
            return text, name, [f"the text is not UTF-8; read as {name}"]
    raise SurveyReadError(
        f"{shown}: the text is not valid in UTF-8, Windows-1252 or older encodings; "
        "say which it is with `encoding`, or save the file as UTF-8"
    )


def _unicode(text: str, shown: str) -> tuple[str, str, list[str]]:
    """Text whose bytes are valid UTF-8: right, encoded twice, or with a few damaged words."""
    pieces = _pieces(text)
    faults = text_faults(pieces, unicode=True)
    if "\x00" in pieces:
        raise SurveyReadError(f"{shown}: not a text file (it holds control characters)")
    if not faults:
        return text, "utf-8", []
    if (mended := _unmojibake(text)) is not None:
        return mended, "utf-8", ["the text was UTF-8 encoded twice; the second time is undone"]
    return text, "utf-8", [f"{faults} words look damaged by a wrong encoding; kept as they are"]


def _pieces(text: str) -> set[str]:
    """The distinct words of a text that hold more than ASCII."""
    return set(re.findall(r"[^\s;,\t|\"]*[^\x00-\x7f][^\s;,\t|\"]*", text)) | (
        {"\x00"} if re.search("[\x00-\x08\x0e-\x1f]", text) else set()
    )


def _unmojibake(text: str) -> str | None:
    """Undo UTF-8 that was read as Windows-1252 and saved as UTF-8; None when that is not it."""
    try:
        mended = text.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return None
    return mended if text_faults(_pieces(mended), unicode=True) == 0 else None


def find_delimiter(text: str, header_row: int = 1) -> str:
    """Find the delimiter: the one that parts the header and most rows alike.

    Args:
        text: The file's text.
        header_row: Row of the header, from 1.

    Returns:
        ``;``, ``,``, tab or ``|``; a comma for a file of one column.
    """
    sample = "".join(text.splitlines(keepends=True)[: _SNIFF_ROWS + header_row])
    best, best_score = ",", (0.0, 0)
    for delimiter in _DELIMITERS:
        try:
            rows = [r for r in csv.reader(io.StringIO(sample), delimiter=delimiter) if r]
        except csv.Error:
            continue
        rows = rows[header_row - 1 :]
        if not rows or len(rows[0]) < 2:
            continue
        width = len(rows[0])
        score = (sum(len(r) == width for r in rows) / len(rows), width)
        if score > best_score:
            best, best_score = delimiter, score
    return best


def read_csv_survey(
    path: Path,
    shown: str,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    header_row: int = 1,
) -> RawSurvey:
    """Read a CSV export; every cell as text, blank cells as missing.

    Args:
        path: The file.
        shown: The file's name in messages.
        encoding: Declared encoding; found when left out.
        delimiter: Declared delimiter; found when left out.
        header_row: Row of the header, from 1.

    Returns:
        The survey; all variables are text.

    Raises:
        SurveyReadError: No text, no header, or rows with another number of cells than the header.
    """
    text, used, notes = decode(path.read_bytes(), shown, encoding)
    delimiter = delimiter or find_delimiter(text, header_row)
    header, rows = _cells(text, shown, delimiter, header_row)
    names, name_notes = unique_names(header)
    columns = zip(*rows, strict=True) if rows else ([] for _ in names)
    frame = pd.DataFrame(
        {
            name: pd.Series(list(cells), dtype="str")
            for name, cells in zip(names, columns, strict=True)
        }
    )
    return RawSurvey(
        shown,
        "csv",
        blank_to_missing(frame),
        [RawVariable(name, type="text") for name in names],
        encoding=used,
        delimiter=delimiter,
        notes=notes + name_notes,
    )


def _cells(
    text: str, shown: str, delimiter: str, header_row: int
) -> tuple[list[str], list[list[str]]]:
    """Header and rows, every row as wide as the header: a short row would lose answers unseen."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[list[str]] = []
    try:
        for _ in range(header_row - 1):
            next(reader, None)
        header = next(reader, [])
        rows = [row for row in reader if row]
    except csv.Error as error:
        raise SurveyReadError(
            f"{shown}: line {reader.line_num}: not well-formed CSV ({error}): a quotation mark that "
            "is not closed, or another delimiter; export the file again"
        ) from None
    if not any(name.strip() for name in header):
        raise SurveyReadError(f"{shown}: no header in row {header_row}; the file is empty")
    uneven = [row for row in rows if len(row) != len(header)]
    if uneven:
        raise SurveyReadError(
            f"{shown}: {len(uneven)} row(s) have not as many cells as the header ({len(header)}); "
            "the file may be cut off, or its delimiter another; export it again"
        )
    return header, rows


def blank_to_missing(frame: pd.DataFrame) -> pd.DataFrame:
    """Text columns with cells of nothing but space as missing."""
    out = {}
    for position, name in enumerate(frame.columns):
        column = frame.iloc[:, position].astype("str")
        out[name] = column.mask(column.str.strip() == "")
    return pd.DataFrame(out, index=frame.index, columns=frame.columns)
