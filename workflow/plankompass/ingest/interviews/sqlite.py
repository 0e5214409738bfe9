"""Projects kept in SQLite: QualCoder folders (``data.qda``) and Taguette databases.

The database comes from outside: it is opened read-only and never changed, only plain tables are read
(a view could run without end), and reading stops at the time limit.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from plankompass.ingest.interviews.model import (
    Medium,
    ProjectRefusedError,
    QdaCode,
    QdaCoder,
    QdaCoding,
    QdaProject,
    QdaSelection,
    QdaSource,
)

_STEPS_BETWEEN_CHECKS = 100_000
_MOST_LEVELS = 50
_QUALCODER_TABLES = {"code_text", "code_name", "source"}
_TAGUETTE_TABLES = {"documents", "highlights", "tags", "highlight_tags"}


class _Database:
    """The plain tables of a database, read as rows of names and values."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        self.tables = {str(name).casefold() for (name,) in names}

    def rows(self, table: str, wanted: tuple[str, ...], order: str) -> list[dict[str, Any]]:
        """Rows of a table, with None for columns that it has not; none when it is not there."""
        if table not in self.tables:
            return []
        info = self._connection.execute(f"PRAGMA table_info({table})").fetchall()
        have = {str(column[1]).casefold() for column in info}
        columns = [c for c in wanted if c in have]
        sort = f" ORDER BY {order}" if order in have else ""
        if not columns:
            return []
        names = ", ".join(f'"{column}"' for column in columns)
        query = f"SELECT {names} FROM {table}{sort}"
        missing = dict.fromkeys(set(wanted) - set(columns))
        return [
            dict(zip(columns, row, strict=True)) | missing
            for row in self._connection.execute(query)
        ]


@contextmanager
def _opened(path: Path, seconds: int) -> Iterator[_Database]:
    deadline = time.monotonic() + seconds
    address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    refused = f"{path.name}: not a readable SQLite database; copy it again with the program closed"
    try:
        with closing(sqlite3.connect(address, uri=True)) as connection:
            connection.text_factory = lambda raw: raw.decode("utf-8", errors="replace")
            connection.set_progress_handler(
                lambda: time.monotonic() > deadline, _STEPS_BETWEEN_CHECKS
            )
            connection.execute("PRAGMA trusted_schema = OFF")
            yield _Database(connection)
    except sqlite3.OperationalError as error:
        if "interrupted" in str(error):
            raise ProjectRefusedError(
                f"{path.name}: reading took longer than {seconds} s (limits.seconds_per_file)"
            ) from None
        raise ProjectRefusedError(refused) from None
    except (sqlite3.Error, OverflowError, UnicodeError):
        # a message about damaged names may itself not be text
        raise ProjectRefusedError(refused) from None


def read_sqlite_project(path: Path, *, seconds: int) -> QdaProject:
    """Read a QualCoder or Taguette project.

    Args:
        path: QualCoder's project folder or its ``data.qda``, or Taguette's ``.sqlite3``.
        seconds: Longest time reading may take.

    Returns:
        The project.

    Raises:
        ProjectRefusedError: The database is broken, takes too long, or is of neither program.
    """
    file = path / "data.qda" if path.is_dir() else path
    if not file.is_file():
        raise ProjectRefusedError(f"{path.name}: the folder holds no QualCoder project (data.qda)")
    with _opened(file, seconds) as database:
        if database.tables >= _QUALCODER_TABLES:
            project = _read_qualcoder(database)
        elif database.tables >= _TAGUETTE_TABLES:
            project = _read_taguette(database)
        else:
            raise ProjectRefusedError(
                f"{path.name}: a SQLite database, but of neither QualCoder nor Taguette; "
                "export a REFI-QDA project (.qdpx)"
            )
    log = file.with_name(f"{file.name}-wal")
    if log.is_file() and log.stat().st_size:
        project.problems.append(
            "the program had not written all changes into the file; close it and copy again"
        )
    return project


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)


def _whole(value: Any) -> int | None:
    """A position, also one that was kept as text or with decimals."""
    if isinstance(value, str) and value.strip().isdecimal():
        return int(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) else None


def _coder(project: QdaProject, name: str) -> str:
    project.coders.setdefault(name, QdaCoder(name, "", name, defined=bool(name)))
    return name


# -- QualCoder ---------------------------------------------------------------------------------


def _qualcoder_medium(mediapath: str) -> Medium:
    kind = mediapath.casefold().lstrip("/").replace(":", "/").partition("/")[0]
    if mediapath.casefold().endswith(".pdf"):
        return "pdf"
    return {"images": "picture", "audio": "audio", "video": "video"}.get(kind, "text")


def _read_qualcoder(database: _Database) -> QdaProject:
    about = database.rows("project", ("about", "databaseversion", "codername"), "about")
    tool = _text(about[0]["about"]) if about else ""
    version = _text(about[0]["databaseversion"]) if about else ""
    project = QdaProject("qualcoder", tool or f"QualCoder ({version or 'unknown version'})")
    _qualcoder_codes(project, database)
    for row in database.rows("source", ("id", "name", "fulltext", "mediapath"), "id"):
        medium = _qualcoder_medium(_text(row["mediapath"]))
        full = row["fulltext"] if isinstance(row["fulltext"], str) else None
        if medium not in ("text", "pdf") and not full:
            full = None
        key = f"source:{row['id']}"
        project.sources[key] = QdaSource(key, "", _text(row["name"]), medium, full)
    for row in database.rows(
        "code_text", ("ctid", "cid", "fid", "seltext", "pos0", "pos1", "owner"), "ctid"
    ):
        _add_qualcoder(project, f"text:{row['ctid']}", row["fid"], row, text=True)
    for table, number in (("code_image", "imid"), ("code_av", "avid")):
        for row in database.rows(table, (number, "id", "cid", "owner"), number):
            _add_qualcoder(project, f"{table}:{row[number]}", row["id"], row, text=False)
    if not project.coders:
        names = [_text(row["name"]) for row in database.rows("coder_names", ("name",), "name")]
        names = names or ([_text(about[0]["codername"])] if about else [])
        for name in filter(None, names):
            _coder(project, name)
    _qualcoder_cases(project, database)
    return project


def _qualcoder_codes(project: QdaProject, database: _Database) -> None:
    categories = {
        row["catid"]: (_text(row["name"]), row["supercatid"])
        for row in database.rows("code_cat", ("catid", "name", "supercatid"), "catid")
    }
    codes = {
        row["cid"]: (_text(row["name"]), row["catid"], row["supercid"])
        for row in database.rows("code_name", ("cid", "name", "catid", "supercid"), "cid")
    }
    for number in codes:
        path: list[str] = []
        code, category = number, None
        for _ in range(_MOST_LEVELS):  # a damaged project may nest in a ring
            if code not in codes:
                break
            name, category, code = codes[code]
            path.insert(0, name)
        for _ in range(_MOST_LEVELS):
            if category not in categories:
                break
            name, category = categories[category]
            path.insert(0, name)
        key = f"code:{number}"
        project.codes[key] = QdaCode(key, "", tuple(path))


def _add_qualcoder(
    project: QdaProject, key: str, source: Any, row: dict[str, Any], *, text: bool
) -> None:
    source_key, code_key = f"source:{source}", f"code:{row['cid']}"
    if source_key not in project.sources:
        note = "codings on sources that were deleted are left out"
        if note not in project.problems:
            project.problems.append(note)
        return
    if code_key not in project.codes:
        project.codes[code_key] = QdaCode(code_key, "", (), defined=False)
    coding = QdaCoding(code_key, _coder(project, _text(row["owner"])))
    start = end = quoted = None
    if text:
        start, end = _whole(row["pos0"]), _whole(row["pos1"])
        start, end = (-1, -1) if start is None or end is None else (start, end)
        quoted = row["seltext"] if isinstance(row["seltext"], str) else None
    project.selections.append(QdaSelection(key, source_key, start, end, (coding,), quoted))


def _qualcoder_cases(project: QdaProject, database: _Database) -> None:
    project.cases = len(database.rows("cases", ("caseid",), "caseid"))
    files: dict[Any, set[str]] = {}
    for row in database.rows("case_text", ("caseid", "fid"), "caseid"):
        files.setdefault(row["caseid"], set()).add(f"source:{row['fid']}")
    for row in database.rows("attribute", ("name", "attr_type", "value", "id"), "name"):
        name, value = _text(row["name"]), _text(row["value"]).strip()
        if not value:
            continue
        of_case = row["attr_type"] == "case"
        targets = files.get(row["id"], set()) if of_case else {f"source:{row['id']}"}
        for key in sorted(targets & set(project.sources)):
            project.sources[key].variables.setdefault(name, set()).add(value)


# -- Taguette ----------------------------------------------------------------------------------


class _PlainText(HTMLParser):
    """The text of a document that Taguette keeps as HTML."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        """Keep text as it stands."""
        self.parts.append(data)


def _plain_text(html: str) -> str:
    parser = _PlainText()
    parser.feed(html)
    parser.close()
    # white space before the first element belongs to no node of the page
    return "".join(parser.parts).lstrip(" \t\r\n\f")


def _read_taguette(database: _Database) -> QdaProject:
    project = QdaProject("taguette", "Taguette", fixed_unit="utf8")
    projects = len(database.rows("projects", ("id",), "id"))
    if projects > 1:
        project.problems.append(f"the database holds {projects} projects; all are read as one")
    tags = database.rows("tags", ("id", "path"), "id")
    paths = {_text(tag["path"]) for tag in tags}
    for tag in tags:
        key, path = f"code:{tag['id']}", _text(tag["path"])
        # a full stop makes a child only where its parent is a tag too
        above, dot, own = path.rpartition(".")
        steps = (*above.split("."), own) if dot and above in paths else (path,)
        project.codes[key] = QdaCode(key, "", steps)
    for row in database.rows("documents", ("id", "name", "contents"), "id"):
        key = f"source:{row['id']}"
        text = _plain_text(_text(row["contents"]))
        project.sources[key] = QdaSource(key, "", _text(row["name"]), "text", text)
    _taguette_highlights(project, database)
    return project


def _taguette_authors(database: _Database) -> dict[int, str]:
    """Who made each highlight, from the log of commands; an exported database has no log."""
    authors = {}
    for row in database.rows("commands", ("id", "user_login", "payload"), "id"):
        try:
            payload = json.loads(_text(row["payload"]) or "{}")
        except ValueError:
            continue
        if isinstance(payload, dict) and payload.get("type") == "highlight_add":
            # a later change by somebody else is not a new coding
            authors.setdefault(payload.get("highlight_id"), _text(row["user_login"]))
    return authors


def _taguette_highlights(project: QdaProject, database: _Database) -> None:
    authors = _taguette_authors(database)
    users = [_text(u["login"]) for u in database.rows("users", ("login",), "login")]
    only = users[0] if len(users) == 1 else ""
    codes: dict[Any, list[str]] = {}
    for row in database.rows("highlight_tags", ("highlight_id", "tag_id"), "highlight_id"):
        if (key := f"code:{row['tag_id']}") in project.codes:
            codes.setdefault(row["highlight_id"], []).append(key)
    wanted = ("id", "document_id", "start_offset", "end_offset", "snippet")
    for row in database.rows("highlights", wanted, "id"):
        source = f"source:{row['document_id']}"
        if source not in project.sources:
            continue
        coder = _coder(project, authors.get(row["id"], only))
        codings = tuple(QdaCoding(code, coder) for code in sorted(codes.get(row["id"], [])))
        start, end = _whole(row["start_offset"]), _whole(row["end_offset"])
        start, end = (-1, -1) if start is None or end is None else (start, end)
        project.selections.append(
            QdaSelection(
                f"highlight:{row['id']}", source, start, end, codings,
                _plain_text(_text(row["snippet"])) or None,
            )
        )  # fmt: skip
    for name in users:
        if not project.coders or len(users) == 1:
            _coder(project, name)
