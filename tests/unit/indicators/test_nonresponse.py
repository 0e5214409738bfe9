"""Those who answered beside the frame, and questionnaires that were broken off."""

from __future__ import annotations

import pandas as pd
import pytest

from plankompass.indicators.nonresponse import (
    break_off_table,
    compute_nonresponse,
    nonresponse_table,
)
from plankompass.study.codebook import load_codebook
from plankompass.study.problems import StageFailedError
from plankompass.tables import check_table, empty_table, read_table, write_table


@pytest.fixture(scope="module")
def book(root):
    return load_codebook(root / "codebook")


def people(n=10, group="folkevalgte", kommune="k01"):
    return pd.DataFrame(
        {
            "respondent": [f"r{i}" for i in range(n)], "person": [f"p{i}" for i in range(n)],
            "kommune_id": kommune, "wave": "T2", "group": group, "gathering": "",
            "answered_on": pd.Timestamp("2023-03-01"), "weight": 1.0, "before_merger": False,
        }
    )  # fmt: skip


def answers(codes, item="bg_posisjon"):
    """One answer a respondent; None is not answered."""
    frame = pd.DataFrame({"item": item, "respondent": [f"r{i}" for i in range(len(codes))]})
    frame["value"] = pd.array([pd.NA if c is None else c for c in codes], dtype="Int64")
    frame["missing"] = ["no_answer" if c is None else "valid" for c in codes]
    return frame.assign(wording="codebook")


def margins(item="bg_posisjon", group="folkevalgte", **populations):
    rows = [("T2", group, item, category, n) for category, n in populations.items()]
    return pd.DataFrame(rows, columns=["wave", "group", "item", "category", "population"])


def test_shares_of_the_frame_and_of_those_who_answered(book):
    codes = [1, 1, 1, 1, 1, 1, 2, 2, None, None]
    table = nonresponse_table(people(), answers(codes), margins(ja=10, nei=10), book)
    table = check_table("nonresponse", table).set_index("category")
    assert table["n"].to_dict() == {"ja": 6, "nei": 2}
    assert table["rate"].to_dict() == {"ja": 0.6, "nei": 0.2}
    where = people().assign(kommune_id=["k01"] * 4 + ["k02"] * 6)
    spread = nonresponse_table(where, answers(codes), margins(ja=10, nei=10), book)
    assert spread["municipalities"].tolist() == [2, 1]
    assert spread["largest"].tolist() == [4, 2]
    assert table["frame_share"].to_dict() == {"ja": 0.5, "nei": 0.5}
    assert table["answered_share"].to_dict() == {"ja": 0.75, "nei": 0.25}
    assert table["difference"].to_dict() == {"ja": 0.25, "nei": -0.25}


def test_nobody_answered_or_nobody_is_there(book):
    table = nonresponse_table(people(2), answers([None, None]), margins(ja=4, nei=0), book)
    assert table["n"].tolist() == [0, 0]
    assert table["rate"].tolist()[0] == 0
    assert table["rate"].isna().tolist() == [False, True]
    assert table["answered_share"].isna().all()
    assert nonresponse_table(people(), answers([1]), empty_table("margins"), book).empty


def test_all_margins_that_do_not_fit_are_told_at_once(book):
    wrong = pd.concat(
        [
            margins(kanskje=4),
            margins(item="bg_ukjent", ja=4),
            margins(item="gj_treghet", ja=4),
            margins(group="innbyggere", ja=4),
            margins(ja=1),
        ]
    )
    with pytest.raises(StageFailedError) as caught:
        nonresponse_table(people(), answers([1, 1]), wrong, book)
    assert len(caught.value.messages) == 5
    assert any("known are ja, nei, uavklart" in m for m in caught.value.messages)
    assert any("more answers than persons" in m for m in caught.value.messages)


def test_broken_off_is_nothing_in_the_last_fourth(book, root, tmp_path):
    columns = [c for i in book.items_of_group("folkevalgte") for c in book.answer_columns(i.id)]
    rows = []
    for number, until in enumerate((len(columns), 5, 0)):
        for place, column in enumerate(columns):
            kind = "valid" if place < until else "no_answer"
            rows.append((column, f"r{number}", 1 if kind == "valid" else pd.NA, kind, "codebook"))
    # one who only said "don't know" at the end did not break off
    rows += [(c, "r3", pd.NA, "dont_know" if c == columns[-1] else "no_answer", "codebook") for c in columns]  # fmt: skip
    table = pd.DataFrame(rows, columns=["item", "respondent", "value", "missing", "wording"])
    inputs = {n: tmp_path / f"{n}.parquet" for n in ("answers", "respondents", "margins")}
    write_table("answers", table.astype({"value": "Int64"}), inputs["answers"])
    write_table("respondents", people(4), inputs["respondents"])
    write_table("margins", margins(ja=3, nei=9), inputs["margins"])
    outputs = {n: tmp_path / f"{n}.parquet" for n in ("nonresponse", "break_off")}
    compute_nonresponse(inputs, outputs, {"codebook": root / "codebook"})
    (row,) = read_table("break_off", outputs["break_off"]).to_dict("records")
    assert (row["n"], row["broke_off"], row["rate"]) == (3, 1, pytest.approx(1 / 3))
    assert read_table("nonresponse", outputs["nonresponse"])["n"].tolist() == [1, 0]
    assert break_off_table(people(0), table[["item", "respondent"]], book).empty
