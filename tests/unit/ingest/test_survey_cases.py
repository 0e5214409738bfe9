"""Cases S1 to S5 of the catalogue of dirty data, one fixture a case: outcome, avvik line, and the rest
of the numbers unmoved."""

from __future__ import annotations

import numpy as np
import openpyxl
import pandas as pd
import pytest
from tests.unit.ingest.case_pair import Pair, line, moved, outside, pair
from tests.unit.ingest.mini_study import BOOK, MiniStudy, answers, source

from plankompass.study.problems import StageFailedError

__all__ = ["pair"]
ROLES = ("nokkel", "kommune", "svart")


def test_a_number_that_moves_without_an_answer_is_seen(pair):
    pair.frame["gj_treghet"] = pair.frame["gj_treghet"].iloc[::-1].to_numpy()
    result = pair.run()
    assert outside(pair.before, result) == []
    one = result.respondents.index[0]
    result.respondents.loc[one, "weight"] = 2.0
    place = result.respondents.loc[one, "kommune_id"]
    assert {kommune for kommune, _ in outside(pair.before, result)} == {place}


# -- S1 ------------------------------------------------------------------------------------------


def test_S1_duplicate_key_keeps_the_answer_with_most_valid_items(pair):
    broken_off = pair.frame.iloc[[3]].copy()
    items = [c for c in broken_off.columns if c not in ROLES]
    broken_off[items[6:]] = 9.0
    broken_off[items[0]] = 6 - broken_off[items[0]]
    pair.frame = pd.concat([broken_off, pair.frame], ignore_index=True)
    result = pair.run()
    assert moved(pair.before, result) == {}
    assert len(result.respondents) == 24
    one = line(result, "S1")
    assert (one["severity"], one["count"]) == ("repair", 1)
    assert one["row_key"] in set(result.respondents["person"])
    assert "f-3048" not in result.avvik.to_csv()


def test_S1_equal_answers_keep_the_latest(pair):
    later = pair.clean_frame.iloc[[3]].copy()
    pair.frame.loc[3, "svart"] = "2023-02-20"
    pair.frame.loc[3, "gj_treghet"] = 6 - pair.frame.loc[3, "gj_treghet"]
    pair.frame = pd.concat([later, pair.frame], ignore_index=True)
    result = pair.run()
    assert moved(pair.before, result) == {}


def test_S1_order_of_rows_never_decides(tmp_path):
    frames = []
    for order in (slice(None), slice(None, None, -1)):
        pair = Pair(tmp_path / str(order.step))
        twin = pair.frame.iloc[[3]].copy()
        twin["gj_treghet"] = twin["gj_treghet"].map({1: 2}).fillna(1)
        pair.frame = pd.concat([pair.frame, twin], ignore_index=True).iloc[order]
        frames.append(pair.run())
    assert moved(*frames) == {}


def test_S1_key_of_two_municipalities_fails(pair):
    other = pair.frame.iloc[[3]].copy()
    other["kommune"] = "0301"
    pair.frame = pd.concat([pair.frame, other], ignore_index=True)
    pair.fails(r"more than one municipality \[S1, 1\]")


# -- S2 ------------------------------------------------------------------------------------------


def labelled(frame, language="nb"):
    """The frame with texts instead of codes."""
    out = frame[list(ROLES)].copy()
    for item in BOOK.items_of_group("folkevalgte"):
        scale = BOOK.scales[item.scale]
        for column in BOOK.answer_columns(item.id):
            labels = {c: getattr(t, language) for c, t in scale.labels.items()}
            labels |= (
                {i: getattr(o, language) for i, o in enumerate(item.options, 1)}
                if scale.type == "nominal"
                else {}
            )
            labels |= {c: getattr(t, language) for c, t in BOOK.missing_codes.items()}
            out[column] = frame[column].map(labels)
    return out


def write_xlsx(frame, path, title_rows=3, sheet="Svar"):
    book = openpyxl.Workbook()
    book.active.title = "Om"
    page = book.create_sheet(sheet)
    page["A1"] = "Uttrekk"
    page.merge_cells("A1:D1")
    for row, values in enumerate([frame.columns, *frame.itertuples(index=False)], title_rows + 1):
        for column, value in enumerate(values, 1):
            page.cell(row, column, None if pd.isna(value) else value)
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)


XLSX = {"format": "xlsx", "file": "surveys/f.xlsx", "sheet": "Svar", "header_row": 4}


def run_xlsx(tmp_path, frame, **spec):
    study = MiniStudy(tmp_path)
    write_xlsx(frame, study.raw / XLSX["file"])
    study.sources.append(source(**XLSX, **spec))
    return study.run()


@pytest.mark.parametrize("language", ["nb", "nn"])
def test_S2_labels_of_a_whole_file(tmp_path, pair, language):
    frame = pair.clean_frame
    frame.loc[2, "gj_treghet"] = 8.0
    frame.loc[3, "gj_treghet"] = 97.0
    before = pair.run()
    result = run_xlsx(tmp_path / "x", labelled(frame, language))
    assert moved(pair.before, result) == {}
    assert result.kinds("gj_treghet").value_counts()["dont_know"] == 1
    assert set(result.avvik["case"]) <= {"S2"}
    assert len(before.answers) == len(result.answers)


def test_S2_mixed_languages_spaces_and_decomposed_letters(tmp_path, pair):
    before = pair.run()
    texts = labelled(pair.clean_frame)
    nn = labelled(pair.clean_frame, "nn")
    texts.loc[0, "gj_treghet"] = nn.loc[0, "gj_treghet"] + " "
    texts.loc[1, "hi_tid"] = "Svært stort hinder"
    before_code = pair.clean_frame.loc[1, "hi_tid"]
    result = run_xlsx(tmp_path / "x", texts)
    assert set(moved(before, result)) <= {"hi_tid"}
    assert sum(moved(before, result).values()) == (0 if before_code == 5 else 1)
    lines = result.lines("S2").set_index("column")
    assert lines.loc["gj_treghet", "severity"] == "repair"
    assert lines.loc["gj_treghet", "count"] == 1


def test_S2_near_match_fails_without_showing_the_text(tmp_path):
    texts = labelled(answers(24))
    texts.loc[0, "gj_treghet"] = "Ganske enig"
    with pytest.raises(StageFailedError, match=r"gj_treghet.*no label of the item.*S2, 1") as error:
        run_xlsx(tmp_path, texts)
    assert "Ganske" not in str(error.value)


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-8-sig", "utf-16", "twice"])
def test_S2_bytes_in_other_encodings(tmp_path, pair, encoding):
    before = pair.run()
    texts = labelled(pair.clean_frame)
    content = texts.to_csv(index=False, sep=";")
    assert "Svært" in content
    if encoding == "twice":
        data = content.encode("utf-8").decode("cp1252").encode("utf-8")
    else:
        data = content.encode(encoding)
    study = MiniStudy(tmp_path / "csv")
    path = study.raw / "surveys/f.csv"
    path.parent.mkdir(parents=True)
    path.write_bytes(data)
    study.sources.append(source(format="csv", file="surveys/f.csv"))
    assert moved(before, study.run()) == {}


# -- S3 ------------------------------------------------------------------------------------------


def test_S3_single_stray_value_becomes_missing(pair):
    pair.frame.loc[5, "rf_adm_over"] = 6.0
    result = pair.run()
    assert moved(pair.before, result) == {"rf_adm_over": 1}
    assert result.kinds("rf_adm_over").value_counts()["no_answer"] == 1
    one = line(result, "S3")
    assert (one["severity"], one["column"], one["count"]) == ("repair", "rf_adm_over", 1)


def test_S3_shifted_columns_fail(tmp_path):
    pair = Pair(tmp_path)
    columns = [c for c in pair.frame if c.startswith("ps_")]
    pair.frame.loc[0, columns], pair.frame.loc[1, columns] = 1.0, 5.0
    pair.frame[columns] -= 1
    message = pair.fails("S3")
    assert all(c in message for c in columns)


def test_S3_many_strays_fail(pair):
    pair.frame.loc[:3, "rf_adm_over"] = 7.0
    pair.fails(r"rf_adm_over.*S3, 4")


# -- S4 ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [99.0, -1.0, 98.0])
def test_S4_unknown_missing_code_fails(pair, code):
    pair.frame.loc[2, "gj_treghet"] = code
    pair.fails(r"gj_treghet.*S4, 1")


def test_S4_blank_becomes_no_answer(pair):
    pair.frame.loc[[2, 7], "gj_treghet"] = np.nan
    result = pair.run()
    assert moved(pair.before, result) == {"gj_treghet": 2}
    assert result.kinds("gj_treghet").value_counts()["no_answer"] == 2
    one = line(result, "S4")
    assert (one["severity"], one["column"], one["count"]) == ("repair", "gj_treghet", 2)


def test_S4_every_known_kind_of_missing_is_kept(pair):
    for row, code in enumerate((8.0, 9.0, 97.0)):
        pair.frame.loc[row, "gj_treghet"] = code
    columns = [c for c in pair.frame if c not in ROLES]
    result = pair.run(options={"missing_ranges": {c: [8, 9, 97] for c in columns}})
    kinds = result.kinds("gj_treghet").value_counts()
    assert (kinds["dont_know"], kinds["no_answer"], kinds["not_relevant"]) == (1, 1, 1)
    assert result.avvik.empty


def test_S4_code_with_the_codebooks_own_label_is_known(pair):
    pair.frame.loc[[2, 7], "gj_treghet"] = 99.0
    labels = {"variable_value_labels": {"gj_treghet": {99.0: "Vet ikke"}}}
    result = pair.run(options=labels)
    assert moved(pair.before, result) == {"gj_treghet": 2}
    assert result.kinds("gj_treghet").value_counts()["dont_know"] == 2
    assert line(result, "S2")["count"] == 2


def test_S4_recode_in_the_configuration(pair):
    pair.frame.loc[[2, 7], "gj_treghet"] = 99.0
    result = pair.run(recodes={"gj_treghet": {"99": 8}})
    assert result.kinds("gj_treghet").value_counts()["dont_know"] == 2
    assert result.avvik.empty


def test_S4_valid_code_declared_missing_fails(pair):
    pair.frame.loc[3, "gj_treghet"] = 5.0
    pair.fails(r"gj_treghet.*S4", options={"missing_ranges": {"gj_treghet": [{"lo": 5, "hi": 9}]}})


def test_S4_choices_marked_only_where_made(pair):
    columns = BOOK.answer_columns("st_behov")
    pair.frame[columns] = pair.frame[columns].replace(0.0, np.nan)
    pair.frame.loc[4, columns] = np.nan
    result = pair.run()
    assert moved(pair.before, result) == dict.fromkeys(columns, 1)
    assert result.kinds("st_behov__nettverk").value_counts()["no_answer"] == 1


# -- S5 ------------------------------------------------------------------------------------------


def test_S5_items_reversed_by_the_supplier_fail(tmp_path):
    pair = Pair(tmp_path, rows=60, kommune="0301", seed=4)
    pair.frame["kommune"] = ["0301"] * 40 + ["3048"] * 20
    names = ["gj_treghet", "ah_budsjett_last", "ps_liten_betydning"]
    pair.frame[names] = 6 - pair.frame[names]
    message = pair.fails("S5")
    assert all(name in message for name in names)
    assert "rf_adm_over" not in message


def test_S5_few_answers_are_not_judged(pair):
    pair.frame["gj_treghet"] = 6 - pair.frame["gj_treghet"]
    assert pair.run().lines("S5").empty  # 24 answers


def test_S5_labels_on_turned_codes_fail(pair):
    turned = {1: "Helt enig", 2: "Litt enig", 4: "Litt uenig", 5: "Helt uenig"}
    message = pair.fails("S5", options={"variable_value_labels": {"gj_treghet": turned}})
    assert "gj_treghet" in message


def test_labels_in_other_words_are_noted(pair):
    labels = {"variable_value_labels": {"gj_treghet": {1: "Svært uenig", 5: "Helt enig"}}}
    result = pair.run(options=labels)
    assert moved(pair.before, result) == {}
    one = line(result, "label")
    assert (one["severity"], one["column"], one["count"]) == ("repair", "gj_treghet", 1)
