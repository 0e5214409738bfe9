"""A difference is named by its place: the row and column of a table, the sentence of a report."""

from __future__ import annotations

import json
import zipfile
from datetime import date

import pandas as pd
import pytest

from plankompass.release.contents import (
    Content,
    packed_digest,
    read_content,
    read_record,
    write_record,
)
from plankompass.release.differences import first_difference
from plankompass.study.problems import PlankompassError

KEY = ("unit", "wave")


def table(*rows):
    return Content("table", {"": [["unit", "wave", "value"], *map(list, rows)]})


def text(*sentences):
    return Content("text", {"": [[f"sentence {i}", s] for i, s in enumerate(sentences, 1)]})


def test_the_first_differing_cell_is_named_by_row_and_column():
    before = table(("k02", "T2", "3.1"), ("k01", "T2", "3.4"))
    after = table(("k01", "T2", "3.5"), ("k02", "T2", "3.2"))
    said = first_difference(before, after, KEY)
    assert said == "row k01, T2: column value: was 3.4, is 3.5 (and 1 more rows)"


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (table(("k01", "T1", "1")), table(), "row k01, T1: stands only in the release"),
        (table(), table(("k01", "T1", "1")), "row k01, T1: is not in the release"),
        (table(("k01", "T1", "")), table(("k01", "T1", "2")),
         "row k01, T1: column value: was empty, is 2"),
        (table(("a", "b", "c"), ("d", "e", "f")), table(("d", "e", "f"), ("a", "b", "c")),
         "the rows stand in another order"),
    ],
)  # fmt: skip
def test_rows_that_come_and_go(before, after, said):
    assert first_difference(before, after, KEY) == said


def test_a_column_that_came_or_went_is_named():
    after = Content("table", {"": [["unit", "wave", "method"]]})
    said = first_difference(table(), after, KEY)
    assert said == "column value stands only in the release; column method is not in the release"


def test_without_a_key_rows_are_held_by_position():
    before, after = table(("x", "y", "1")), table(("x", "y", "2"))
    assert first_difference(before, after) == "row 1, column value: was 1, is 2"
    longer = table(("x", "y", "1"), ("z", "", "3"))
    assert first_difference(before, longer) == "row 2 is not in the release: z, 3"


def test_the_first_differing_sentence_is_quoted():
    said = first_difference(text("Likt.", "Verdien er 3,4.", "Slutt."),
                            text("Likt.", "Verdien er 3,5.", "Slutt."))  # fmt: skip
    assert said == "sentence 2: was «Verdien er 3,4.», is «Verdien er 3,5.»"


def test_sentences_that_come_and_go():
    assert first_difference(text("A.", "B."), text("A.")) == "sentence 2: only in the release: «B.»"
    assert first_difference(text("A."), text("A.", "B.")) == "sentence 2: not in the release: «B.»"
    said = first_difference(text("A.", "B.", "C."), text("A.", "X.", "B.", "D."))
    assert said.startswith("sentence 2: was «B.», is «X.»") and said.endswith("(and 1 more)")


def test_equal_contents_have_no_difference():
    assert first_difference(text("A."), text("A.")) == ""
    assert first_difference(table(("a", "b", "c")), table(("a", "b", "c")), KEY) == ""


def test_a_sheet_is_named():
    one = Content("table", {"Tall": [["A"], ["1"]]})
    two = Content("table", {"Tall": [["A"], ["2"]]})
    assert first_difference(one, two) == "sheet Tall, row 1, column A: was 1, is 2"
    assert "sheet Tall stands only" in first_difference(one, Content("table", {}))


def test_every_kind_of_file_is_read(tmp_path):
    frame = pd.DataFrame({"a": ["x"], "b": [1.5], "c": [pd.Timestamp(2023, 1, 2)], "d": [None]})
    frame.to_parquet(tmp_path / "t.parquet")
    rows = read_content(tmp_path / "t.parquet").parts[""]
    assert rows == [["a", "b", "c", "d"], ["x", "1.5", date(2023, 1, 2).isoformat(), ""]]
    (tmp_path / "t.csv").write_text("\ufeffA;B\r\nx;«1;2»\r\n", encoding="utf-8")
    assert read_content(tmp_path / "t.csv").parts[""][0] == ["A", "B"]
    (tmp_path / "t.json").write_text(json.dumps({"a": [{"text": "Ja."}], "n": None}))
    assert read_content(tmp_path / "t.json").parts[""] == [["a[0].text", "Ja."], ["n", ""]]
    (tmp_path / "t.html").write_text(
        "<html><head><style>p{}</style></head><body><p>Ja <b>nå</b>. Nei da.</p>"
        "<ul><li>En</li><li>To</li></ul><svg><text>3,4</text></svg><script>x=1</script></body></html>",
        encoding="utf-8",
    )
    said = [row[1] for row in read_content(tmp_path / "t.html").parts[""]]
    assert said == ["Ja nå.", "Nei da.", "En", "To", "3,4"]
    (tmp_path / "t.txt").write_text("x")
    assert read_content(tmp_path / "t.txt") is None


def test_a_damaged_file_is_told(tmp_path):
    for name in ("x.pdf", "x.xlsx", "x.parquet", "x.json"):
        (tmp_path / name).write_bytes(b"no such thing")
        with pytest.raises(PlankompassError, match="damaged"):
            read_content(tmp_path / name)
    (tmp_path / "texts.xz").write_bytes(b"no such thing")
    with pytest.raises(PlankompassError, match="fetch the release"):
        read_record(tmp_path / "texts.xz")


def test_the_record_gives_back_what_was_written(tmp_path):
    contents = {"b.html": text("Å ja.", "Nei."), "a.csv": table(("k", "T", "1"))}
    write_record(contents, tmp_path / "texts.xz")
    assert read_record(tmp_path / "texts.xz") == contents


def _zip(path, level, content=b"abc" * 500):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        archive.writestr(zipfile.ZipInfo("a"), content)
    return path


def test_another_compression_library_does_not_make_another_content(tmp_path):
    one, two = _zip(tmp_path / "1.xlsx", 1), _zip(tmp_path / "2.xlsx", 9)
    one.write_bytes(one.read_bytes() + b"")
    assert packed_digest(one) == packed_digest(two)
    assert packed_digest(one) != packed_digest(_zip(tmp_path / "3.xlsx", 9, b"abd" * 500))
    for name, inner in (("4.zip", one), ("5.zip", two)):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            archive.writestr("mappe/tall.xlsx", inner.read_bytes())
            archive.writestr("mappe/SHA256SUMS", name)
    assert packed_digest(tmp_path / "4.zip") == packed_digest(tmp_path / "5.zip")
    assert packed_digest(tmp_path / "x.html") == ""
