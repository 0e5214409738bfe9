"""QualCoder and Taguette projects: made with the programs' own tables, read back by checking."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest

from plankompass.ingest.interviews.inspect import inspect_interviews
from plankompass.ingest.interviews.model import ProjectRefusedError
from plankompass.ingest.interviews.positions import check_positions
from plankompass.ingest.interviews.read import read_interview_project
from plankompass.study.config_models import LimitConfig

LIMITS = LimitConfig()
TEXT = "Vi rekker 😀 aldri årshjulet.\nBudsjettet er låst 👩‍🚒 når vi får det."

QUALCODER = """
CREATE TABLE project (databaseversion text, date text, memo text, about text, codername text);
CREATE TABLE source (id integer primary key, name text, fulltext text, mediapath text, memo text);
CREATE TABLE code_cat (catid integer primary key, name text, supercatid integer);
CREATE TABLE code_name (cid integer primary key, name text, catid integer, color text);
CREATE TABLE code_text (ctid integer primary key, cid integer, fid integer, seltext text,
  pos0 integer, pos1 integer, owner text, date text, memo text);
CREATE TABLE code_image (imid integer primary key, id integer, x1 integer, cid integer, owner text);
CREATE TABLE code_av (avid integer primary key, id integer, pos0 integer, cid integer, owner text);
CREATE TABLE cases (caseid integer primary key, name text);
CREATE TABLE case_text (id integer primary key, caseid integer, fid integer, pos0 integer);
CREATE TABLE attribute (attrid integer primary key, name text, attr_type text, value text, id integer);
INSERT INTO project VALUES ('v6', '', '', 'QualCoder 3.5', 'anna');
INSERT INTO source VALUES (1, 'Intervju 1', NULL, NULL, '');
INSERT INTO source VALUES (2, 'tavle.png', '', '/images/tavle.png', '');
INSERT INTO source VALUES (3, 'plan.pdf', 'hele planen', '/docs/plan.pdf', '');
INSERT INTO code_cat VALUES (1, 'Kodebok', NULL);
INSERT INTO code_cat VALUES (2, 'Barrierer', 1);
INSERT INTO code_name VALUES (1, 'Årshjul', 2, '#fff');
INSERT INTO code_name VALUES (2, 'Budsjettprosess', 2, '#fff');
INSERT INTO cases VALUES (1, 'sak');
INSERT INTO case_text VALUES (1, 1, 1, 0);
INSERT INTO attribute VALUES (1, 'rolle', 'case', 'Ordfører', 1);
INSERT INTO attribute VALUES (2, 'kommune', 'file', '9901', 1);
INSERT INTO attribute VALUES (3, 'bolge', 'case', '', 1);
INSERT INTO code_image VALUES (1, 2, 5, 1, 'bo');
INSERT INTO code_text VALUES (9, 1, 77, 'borte', 0, 5, 'anna', '', '');
"""


def units(text: str, unit: str) -> int:
    return len(text) if unit == "codepoint" else len(text.encode("utf-16-le")) // 2


def qualcoder(folder, unit="codepoint", extra=""):
    folder.mkdir()
    with closing(sqlite3.connect(folder / "data.qda")) as connection:
        connection.executescript(QUALCODER + extra)
        connection.execute("UPDATE source SET fulltext = ? WHERE id = 1", (TEXT,))
        for number, (passage, code, owner) in enumerate(
            [("aldri årshjulet", 1, "anna"), ("låst", 2, "bo"), ("når vi får det", 2, "anna")], 1
        ):
            start = TEXT.index(passage)
            connection.execute(
                "INSERT INTO code_text VALUES (?, ?, 1, ?, ?, ?, ?, '', '')",
                (
                    number,
                    code,
                    passage,
                    units(TEXT[:start], unit),
                    units(TEXT[: start + len(passage)], unit),
                    owner,
                ),
            )
        connection.commit()
    return folder


@pytest.mark.parametrize("unit", ["codepoint", "utf16"])
@pytest.mark.parametrize("inner", ["", "data.qda"])
def test_qualcoder_project_whole(tmp_path, unit, inner):
    folder = qualcoder(tmp_path / "studie.qda", unit)
    before = sorted(p.name for p in folder.iterdir())
    project = read_interview_project(folder / inner if inner else folder, LIMITS)
    assert sorted(p.name for p in folder.iterdir()) == before
    assert project.tool == "QualCoder 3.5"
    assert {c.path for c in project.codes.values()} == {
        ("Kodebok", "Barrierer", "Årshjul"),
        ("Kodebok", "Barrierer", "Budsjettprosess"),
    }
    assert sorted(c.name for c in project.coders.values()) == ["anna", "bo"]
    assert [s.medium for s in project.sources.values()] == ["text", "picture", "pdf"]
    assert project.sources["source:1"].variables == {"rolle": {"Ordfører"}, "kommune": {"9901"}}
    assert project.codings == 4
    assert project.cases == 1
    positions = check_positions(project)
    assert positions.unit == unit
    for index, span in positions.spans.items():
        assert TEXT[slice(*span)] == project.selections[index].quoted
    assert len(positions.spans) == 3
    assert any("deleted" in p for p in project.problems)


def test_qualcoder_counts_in_the_inspection(tmp_path):
    result = inspect_interviews(qualcoder(tmp_path / "studie.qda"))
    assert (result["codes"], result["coders"], result["sources"], result["segments"]) == (
        2,
        2,
        3,
        4,
    )
    assert result["selections_equal_to_stored_text"] == result["selections_with_stored_text"] == 3


def test_view_in_place_of_a_table_is_not_run(tmp_path):
    folder = tmp_path / "p.qda"
    folder.mkdir()
    with closing(sqlite3.connect(folder / "data.qda")) as connection:
        connection.executescript(
            QUALCODER.replace("CREATE TABLE code_av (avid integer primary key, id integer, "
                              "pos0 integer, cid integer, owner text);", "")
            + "CREATE VIEW code_av AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x FROM n) "
            "SELECT x AS avid, x AS id, x AS cid, x AS owner FROM n;"
        )  # fmt: skip
    assert read_interview_project(folder, LIMITS).codings == 1


def test_categories_in_a_ring_end(tmp_path):
    folder = qualcoder(
        tmp_path / "p.qda", extra="UPDATE code_cat SET supercatid = 2 WHERE catid = 1;"
    )
    assert len(read_interview_project(folder, LIMITS).codes) == 2


def test_reading_stops_at_the_time_limit(tmp_path):
    folder = qualcoder(
        tmp_path / "p.qda",
        extra="WITH RECURSIVE n(x) AS (SELECT 100 UNION ALL SELECT x+1 FROM n LIMIT 300000) "
        "INSERT INTO code_cat SELECT x, 'k' || x, NULL FROM n;",
    )
    from plankompass.ingest.interviews.sqlite import read_sqlite_project

    with pytest.raises(ProjectRefusedError, match="longer than 0 s"):
        read_sqlite_project(folder, seconds=0)


@pytest.mark.parametrize(
    "content", [b"SQLite format 3\x00", b"SQLite format 3\x00" + b"\xff" * 5000]
)
def test_broken_database_is_refused(tmp_path, content):
    path = tmp_path / "p.sqlite3"
    path.write_bytes(content)
    with pytest.raises(ProjectRefusedError, match=r"p\.sqlite3: "):
        read_interview_project(path, LIMITS)


def test_database_with_damaged_names_is_refused(tmp_path):
    folder = qualcoder(tmp_path / "p.qda")
    raw = (folder / "data.qda").read_bytes()
    (folder / "data.qda").write_bytes(raw.replace(b"TABLE code_cat", b"TABL\xe8 code_cat"))
    with pytest.raises(ProjectRefusedError, match="not a readable SQLite database"):
        read_interview_project(folder, LIMITS)


def test_database_of_another_program_is_refused(tmp_path):
    path = tmp_path / "p.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("CREATE TABLE t (a); INSERT INTO t VALUES (1);")
    with pytest.raises(ProjectRefusedError, match="neither QualCoder nor Taguette"):
        read_interview_project(path, LIMITS)


def test_folder_that_is_no_project_is_refused(tmp_path):
    with pytest.raises(ProjectRefusedError, match=r"data\.qda"):
        read_interview_project(tmp_path, LIMITS)


HTML = "\n<p>Vi rekker <b>aldri</b> årshjulet &amp; 😀 budsjettet.</p>\n<p>Slutt.</p>"
PLAIN = "Vi rekker aldri årshjulet & 😀 budsjettet.\nSlutt."


def test_taguette_counts_bytes_of_text_and_finds_the_coder_in_the_log(tmp_path):
    path = tmp_path / "p.sqlite3"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            """
            CREATE TABLE users (login text primary key);
            CREATE TABLE projects (id integer primary key, name text);
            CREATE TABLE documents (id integer primary key, name text, contents text);
            CREATE TABLE tags (id integer primary key, path text);
            CREATE TABLE highlights (id integer primary key, document_id integer,
              start_offset integer, end_offset integer, snippet text);
            CREATE TABLE highlight_tags (highlight_id integer, tag_id integer);
            CREATE TABLE commands (id integer primary key, user_login text, payload text);
            INSERT INTO users VALUES ('anna'); INSERT INTO users VALUES ('bo');
            INSERT INTO projects VALUES (1, 'p');
            INSERT INTO tags VALUES (1, 'barrierer'); INSERT INTO tags VALUES (2, 'barrierer.arshjul');
            INSERT INTO tags VALUES (3, 'St. Olav');
            """
        )
        connection.execute("INSERT INTO documents VALUES (1, 'Intervju', ?)", (HTML,))
        for number, (passage, snippet, tags, owner) in enumerate(
            [
                ("aldri årshjulet", "<b>aldri</b> årshjulet", [2], "anna"),
                ("budsjettet", "budsjettet", [2, 3], "bo"),
                ("Slutt", "Slutt", [], "bo"),
            ],
            1,
        ):
            start = len(PLAIN[: PLAIN.index(passage)].encode())
            end = start + len(passage.encode())
            connection.execute(
                "INSERT INTO highlights VALUES (?, 1, ?, ?, ?)", (number, start, end, snippet)
            )
            for tag in tags:
                connection.execute("INSERT INTO highlight_tags VALUES (?, ?)", (number, tag))
            payload = {"type": "highlight_add", "highlight_id": number}
            connection.execute(
                "INSERT INTO commands VALUES (?, ?, ?)", (number, owner, json.dumps(payload))
            )
        connection.commit()
    project = read_interview_project(path, LIMITS)
    assert [c.path for c in project.codes.values()] == [
        ("barrierer",),
        ("barrierer", "arshjul"),
        ("St. Olav",),
    ]
    assert project.sources["source:1"].text == PLAIN
    positions = check_positions(project)
    assert (positions.unit, positions.decided_by) == ("utf8", "format")
    found = {
        (PLAIN[slice(*positions.spans[i])], c.code, c.coder)
        for i, s in enumerate(project.selections)
        for c in s.codings
    }
    assert found == {
        ("aldri årshjulet", "code:2", "anna"),
        ("budsjettet", "code:2", "bo"),
        ("budsjettet", "code:3", "bo"),
    }
    result = inspect_interviews(path)
    assert (result["segments"], result["selections"], result["offset_unit"]) == (3, 3, "utf8")
    assert result["selections_equal_to_stored_text"] == 3
