"""Two coders' projects in, interviews and segments out; a fixture for each case Q1 to Q5."""

from __future__ import annotations

import copy
import unicodedata

import pandas as pd
import pytest
from tests.unit.ingest.qda_projects import (
    MadeProject,
    MadeSource,
    codebook_codes,
    guid,
    write_qdpx,
)

from plankompass.ingest.interviews.codes import code_guid
from plankompass.ingest.interviews.projects import ingest_interviews
from plankompass.study.codebook import load_codebook
from plankompass.study.problems import StageFailedError
from plankompass.tables import empty_table, read_table, write_table

WAVES = {
    "T0": {"first_day": "2019-04-01", "last_day": "2019-09-30", "as_of": "2019-09-30"},
    "T2": {"first_day": "2023-02-01", "last_day": "2023-05-31", "as_of": "2023-05-31"},
}
ANNA, BO = guid("user", "anna"), guid("user", "bo")
TEXT = "Vi rekker aldri årshjulet. Budsjettet er låst når vi får det. Tilliten er god."


def municipalities() -> pd.DataFrame:
    rows = [
        ("k01", "9901", "Eksempelvik", "Eksempelvik", ""),
        ("k02", "9902", "Prøvestad", "Ovdamearka – Prøvestad", "9921 9922"),
    ]
    frame = pd.DataFrame(
        rows, columns=["kommune_id", "code", "name", "official_name", "before_codes"]
    )
    return frame.assign(
        county="Eksempelfylket",
        peer_group="a",
        size_class="s",
        language="nb",
        territory_from="2020-01-01",
        territory_note="",
        splits_on=pd.NaT,
    )


def span(passage: str, text: str = TEXT) -> tuple[int, int]:
    start = text.index(passage)
    return start, start + len(passage)


class Study:
    """Four interviews of two municipalities, the first two coded by both coders."""

    def __init__(self, tmp_path, root):
        self.tmp, self.book_folder = tmp_path, root / "codebook"
        self.book = load_codebook(self.book_folder)
        codes = codebook_codes(self.book)
        both = [
            MadeSource(
                f"Intervju {n}",
                TEXT,
                [],
                {"kommune": k, "rolle": r, "bolge": "T2"},
            )
            for n, k, r in (
                (1, "9901", "ordforer"),
                (2, "9902", "planlegger"),
                (3, "9901", "kommunedirektor"),
                (4, "k02", "ordforer"),
            )
        ]
        a, b = copy.deepcopy(both), copy.deepcopy(both[:2])
        arshjul, budsjett = code_guid("barrierer/arshjul"), code_guid("barrierer/budsjettprosess")
        for source in a:
            source.codings.append((*span("aldri årshjulet"), arshjul, ANNA))
        for source in b:
            source.codings.append((*span("årshjulet"), arshjul, BO))
        b[0].codings.append((*span("Budsjettet er låst"), budsjett, BO))
        users = [(ANNA, "Anna"), (BO, "Bo")]
        self.a = MadeProject(a, list(codes), users)
        self.b = MadeProject(b, list(codes), users)
        self.more = {}
        self.config = {"projects": ["interviews/a.qdpx", "interviews/b.qdpx"]}

    def run(self):
        raw, out = self.tmp / "raw", self.tmp / "out"
        for name, project in (("a", self.a), ("b", self.b)):
            if project is not None:
                write_qdpx(raw / "interviews" / f"{name}.qdpx", project)
        write_table("municipalities", municipalities(), out / "municipalities.parquet")
        names = ("interviews", "segments", "consensus")
        outputs = {name: out / f"{name}.parquet" for name in names}
        outputs["avvik"] = out / "avvik.csv"
        ingest_interviews(
            {"municipalities": out / "municipalities.parquet"},
            outputs,
            {
                "raw": str(raw),
                "interviews": self.config,
                "waves": WAVES,
                "limits": {},
                "codebook": str(self.book_folder),
                **self.more,
            },
        )
        return {name: read_table(name, path) for name, path in outputs.items()}


@pytest.fixture
def study(tmp_path, root):
    return Study(tmp_path, root)


def test_clean_study_gives_every_coding_and_no_problem(study):
    tables = study.run()
    assert len(tables["avvik"]) == 0
    interviews, segments = tables["interviews"], tables["segments"]
    assert sorted(zip(interviews["kommune_id"], interviews["role"], strict=True)) == [
        ("k01", "kommunedirektor"),
        ("k01", "ordforer"),
        ("k02", "ordforer"),
        ("k02", "planlegger"),
    ]
    assert sorted(interviews["coders"]) == [1, 1, 2, 2]
    assert set(interviews["characters"]) == {len(TEXT)}
    assert len(segments) == 7
    found = {TEXT[s.start : s.end] for s in segments.itertuples() if s.code == "barrierer/arshjul"}
    assert found == {"aldri årshjulet", "årshjulet"}
    assert set(segments["coder"]) == {"A", "B"}


def test_no_interviews_configured_gives_empty_tables(study):
    study.config = None
    tables = study.run()
    assert len(tables["interviews"]) == len(tables["segments"]) == len(tables["avvik"]) == 0
    assert list(tables["segments"].columns) == list(empty_table("segments").columns)


def test_Q1_texts_that_differ_stop_the_run(study):
    study.b.sources[0].text = TEXT.replace("god", "veldig god")
    with pytest.raises(StageFailedError, match=r"Q1.*Give both coders the same text") as error:
        study.run()
    assert f"{len(TEXT)} and {len(TEXT) + 7} characters" in str(error.value)
    assert "Intervju 1" not in str(error.value)


def test_Q1_line_ends_and_composed_letters_are_the_same_text(study):
    windows = TEXT.replace(". ", ".\r\n")
    study.a.sources[0].text = TEXT.replace(". ", ".\n")
    study.b.sources[0].text = unicodedata.normalize("NFD", windows)
    decomposed = study.b.sources[0].text
    study.b.sources[0].codings = [
        (
            *span(unicodedata.normalize("NFD", "når vi får det"), decomposed),
            code_guid("barrierer/tid"),
            BO,
        )
    ]
    segments = study.run()["segments"]
    row = segments[segments["code"] == "barrierer/tid"].iloc[0]
    assert study.a.sources[0].text[row["start"] : row["end"]] == "når vi får det"


@pytest.mark.parametrize(
    "name", ["Årshjul", "barrierer / arshjul", "arshjul ", unicodedata.normalize("NFD", "Årshjul")]
)
def test_Q2_one_possible_code_is_a_repair(study, name):
    own = guid("own code")
    study.b.codes = [c for c in study.b.codes if c[1] != "Årshjul"] + [(own, name, None)]
    for source in study.b.sources:
        source.codings = [
            (s, e, own if "årsh" in TEXT[s:e] else c, u) for s, e, c, u in source.codings
        ]
    tables = study.run()
    assert len(tables["segments"]) == 7
    (row,) = tables["avvik"].to_dict("records")
    assert (row["case"], row["severity"], row["count"]) == ("Q2", "repair", 2)
    assert "barrierer/arshjul" in row["rule"]


def test_Q2_unknown_code_stops_the_run_with_all_of_them(study):
    for name in ("Diverse", "Løst og fast"):
        study.b.codes.append((guid(name), name, None))
        study.b.sources[0].codings.append((0, 5, guid(name), BO))
    with pytest.raises(StageFailedError) as error:
        study.run()
    assert "diverse" in str(error.value)
    assert "løst og fast" in str(error.value)


def test_Q2_label_under_the_wrong_category_is_no_match(study):
    roller = code_guid("roller")
    study.b.codes.append((guid("x"), "Rolleuklarhet", roller))
    study.b.sources[0].codings.append((0, 5, guid("x"), BO))
    with pytest.raises(StageFailedError, match="roller/rolleuklarhet"):
        study.run()


def test_Q2_mapping_table_says_what_the_rest_means(study):
    study.b.codes += [(guid("Diverse"), "Diverse", None), (guid("Tull"), "Tull", None)]
    study.b.sources[0].codings += [(0, 5, guid("Diverse"), BO), (0, 5, guid("Tull"), BO)]
    study.config["code_mapping"] = "mapping.csv"
    (study.tmp / "raw").mkdir()
    (study.tmp / "raw" / "mapping.csv").write_text("label,code\nDIVERSE,barrierer/tid\nTull,\n")
    segments = study.run()["segments"]
    assert len(segments) == 8
    assert (segments["code"] == "barrierer/tid").sum() == 1


@pytest.mark.parametrize("name", ["Administrator", "Anna"])
def test_Q3_coders_that_cannot_be_told_apart_count_as_one(study, name):
    for project in (study.a, study.b):
        project.users = [(ANNA, name), (BO, name)]
    # two of four double-coded interviews are lost: the share falls to 0
    with pytest.raises(StageFailedError, match="Q3"):
        study.run()


def test_Q3_is_a_repair_while_enough_is_double_coded(study):
    twin = copy.deepcopy(study.a.sources[2])
    twin.codings = [(s, e, c, ANNA) for s, e, c, _ in twin.codings]
    study.b.sources.append(twin)
    tables = study.run()
    assert tables["avvik"][["case", "severity", "count"]].values.tolist() == [["Q3", "repair", 1]]
    assert sorted(tables["interviews"]["coders"]) == [1, 1, 2, 2]


@pytest.mark.parametrize(
    ("text", "role"),
    [("Ordfører", "ordforer"), ("ORDFORER", "ordforer"), ("Rådmann", "kommunedirektor")],
)
def test_Q4_listed_synonym_is_a_repair(study, text, role):
    for project in (study.a, study.b):
        project.sources[0].variables["rolle"] = text
    tables = study.run()
    assert len(tables["interviews"]) == 4
    (row,) = tables["avvik"].to_dict("records")
    assert (row["case"], row["severity"]) == ("Q4", "repair")
    assert role in row["rule"]
    counts = tables["interviews"].groupby("kommune_id")["role"].agg(sorted)
    assert role in counts["k01"]


@pytest.mark.parametrize("change", [{"rolle": "varaordfører"}, {"kommune": None}, {"bolge": "T7"}])
def test_Q4_source_that_cannot_be_placed_is_left_out(study, change):
    key, value = next(iter(change.items()))
    source = study.a.sources[2]
    if value is None:
        del source.variables[key]
    else:
        source.variables[key] = value
    tables = study.run()
    assert len(tables["interviews"]) == 3
    assert len(tables["segments"]) == 6
    (row,) = tables["avvik"].to_dict("records")
    assert (row["case"], row["severity"]) == ("Q4", "reject")
    assert "varaordf" not in str(row)


def test_Q5_one_bad_selection_is_left_out(study):
    study.a.sources[0].codings.append((10, len(TEXT) + 9, code_guid("roller/tillit"), ANNA))
    for number in range(30):
        study.a.sources[1].codings.append((number, number + 2, code_guid("barrierer/tid"), ANNA))
    tables = study.run()
    assert "roller/tillit" not in set(tables["segments"]["code"])
    (row,) = tables["avvik"].to_dict("records")
    assert (row["case"], row["severity"], row["count"]) == ("Q5", "reject", 1)


def test_Q5_many_bad_selections_stop_the_run(study):
    study.b.sources[0].codings.append((9, 9, code_guid("barrierer/tid"), BO))
    with pytest.raises(StageFailedError, match=r"25% of the selections.*\[Q5, 1\]"):
        study.run()


def test_code_on_a_whole_source_is_presence_without_place(study):
    study.a.sources[0].codings.append((None, None, code_guid("roller/tillit"), ANNA))
    segments = study.run()["segments"]
    (row,) = segments[segments["code"] == "roller/tillit"].to_dict("records")
    assert pd.isna(row["start"])
    assert pd.isna(row["end"])


def test_codings_copied_into_the_other_project_count_once(study):
    study.b.sources[0].codings += study.a.sources[0].codings
    assert len(study.run()["segments"]) == 7


def test_order_of_projects_changes_nothing_but_who_is_called_A(study):
    first = study.run()
    study.config["projects"].reverse()
    second = study.run()
    renamed = second["segments"].assign(
        coder=second["segments"]["coder"].map({"A": "B", "B": "A"}).astype("str")
    )
    key = ["interview", "coder", "code", "segment"]
    pd.testing.assert_frame_equal(
        first["segments"].sort_values(key, ignore_index=True),
        renamed.sort_values(key, ignore_index=True),
    )
    pd.testing.assert_frame_equal(first["interviews"], second["interviews"])


def test_missing_and_native_projects_are_named_together(study):
    study.config["projects"] = ["interviews/a.qdpx", "interviews/x.qdpx", "interviews/y.mx24"]
    (study.tmp / "raw" / "interviews").mkdir(parents=True)
    (study.tmp / "raw" / "interviews" / "y.mx24").write_bytes(b"x")
    with pytest.raises(StageFailedError) as error:
        study.run()
    assert "interviews/x.qdpx: the file does not exist" in str(error.value)
    assert "MAXQDA" in str(error.value)


def write_list(study, text):
    study.config["consensus"] = "enighet.csv"
    (study.tmp / "raw").mkdir(exist_ok=True)
    (study.tmp / "raw" / "enighet.csv").write_text(text, encoding="utf-8")


def test_consensus_list_by_name_guid_and_id(study):
    first = study.run()
    assert len(first["consensus"]) == 0
    by_id = first["interviews"].loc[first["interviews"]["coders"] == 2, "interview"]
    write_list(
        study,
        "interview,code,present\n"
        "intervju 1.docx,Budsjettprosess,nei\n"
        f"{study.a.sources[1].guid.upper()},barrierer/arshjul,ja\n"
        f"{by_id.iloc[0]},roller/tillit,1\n",
    )
    consensus = study.run()["consensus"]
    assert sorted(zip(consensus["code"], consensus["present"], strict=True)) == [
        ("barrierer/arshjul", True),
        ("barrierer/budsjettprosess", False),
        ("roller/tillit", True),
    ]
    assert set(consensus["interview"]) <= set(first["interviews"]["interview"])


def test_consensus_list_that_cannot_be_read_stops_with_every_line(study):
    write_list(
        study,
        "interview,code,present\nIntervju 99,Tull,kanskje\nIntervju 1,Tillit,ja\n"
        "Intervju 1,Tillit,nei\n",
    )
    with pytest.raises(StageFailedError) as error:
        study.run()
    text = str(error.value)
    assert text.count("line 2") == 3
    assert "line 4: an earlier row says the opposite" in text
    assert "99" not in text


def test_consensus_list_without_its_columns_stops(study):
    write_list(study, "intervju;kode\n1;2\n")
    with pytest.raises(StageFailedError, match="interview, line 1: the column is missing"):
        study.run()


def test_consensus_rows_without_an_answer_are_undecided(study):
    write_list(
        study, "interview,code,present,name\nintervju 1,Tillit,,x\nintervju 1,Årshjul,ja,x\n"
    )
    tables = study.run()
    assert tables["consensus"]["code"].tolist() == ["barrierer/arshjul"]
    rows = tables["avvik"][tables["avvik"]["case"] == "consensus"]
    assert rows[["severity", "count"]].to_numpy().tolist() == [["repair", 1]]
