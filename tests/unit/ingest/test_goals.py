"""The goal register: only what people confirmed counts; case D5; measures that people coded."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from tests.unit.ingest.plan_files import WAVES, PlanStudy, write_csv

from plankompass.ingest.plans.dated_measures import revised_share
from plankompass.ingest.plans.goal_register import ingest_goal_register
from plankompass.study.problems import StageFailedError
from plankompass.tables import read_table, write_table

SHA = "a" * 64
WAVE_DAY = date.fromisoformat(str(WAVES["T2"]["as_of"]))
DRAFT = "b" * 64


class GoalStudy(PlanStudy):
    """A register of goals over two documents, one of them a draft."""

    def __init__(self, folder, codebook):
        super().__init__(folder, codebook)
        self.goals: list[dict[str, str]] = []
        self.coded: list[dict[str, str]] = []

    def goal(self, goal, coder, confirmed, measure="mal_i_handlingsdel", **values):
        base = {
            "kommune_id": "k01", "register": "samfunnsdel", "document": SHA, "goal_id": goal,
            "goal_text": f"Mål {goal}", "area": "Oppvekst", "page": "12", "needs_money": "1",
            "measure_id": measure, "suggested": "1", "confirmed": confirmed, "coder": coder,
            "evidence_page": "40" if confirmed == "1" else "",
        }  # fmt: skip
        self.goals.append({**base, **values})

    def code(self, measure, value, coder, status="confirmed", wave="T2"):
        self.coded.append({"kommune_id": "k01", "wave": wave, "measure_id": measure, "value": value,
                           "status": status, "coder": coder})  # fmt: skip

    def run(self):
        goal_columns = [
            "kommune_id",
            "register",
            "document",
            "goal_id",
            "goal_text",
            "area",
            "page",
            "needs_money",
            "measure_id",
            "suggested",
            "confirmed",
            "coder",
            "evidence_page",
        ]
        code_columns = ["kommune_id", "wave", "measure_id", "value", "status", "coder"]
        for name, rows, columns in (
            ("goal_register", self.goals, goal_columns),
            ("coded_measures", self.coded, code_columns),
        ):
            write_csv(self.raw / f"plans/{name}.csv", rows or [dict.fromkeys(columns, "")])
        base = {
            "kommune_id": "k01", "kind": "samfunnsdel", "title": "t", "period": "", "adopted_on": pd.NaT,
            "pages": 20, "pages_with_text": 20, "words": 9000, "language": "nb", "lix": 45.0,
        }  # fmt: skip
        documents = pd.DataFrame([
            {**base, "document": SHA, "file": "plans/9901/s.pdf", "status": "adopted", "used": True, "reason": ""},
            {**base, "document": DRAFT, "file": "plans/9901/u.pdf", "status": "draft", "used": False, "reason": "draft"},
        ])  # fmt: skip
        write_table("documents", documents, self.out / "documents.parquet")
        inputs = {**self._inputs(), "documents": [self.out / "documents.parquet"]}
        outputs = {
            n: self.out / f"{n}.parquet"
            for n in ("goals", "goal_links", "measures", "goal_agreement")
        }
        outputs["avvik"] = self.out / "avvik.csv"
        ingest_goal_register(inputs, outputs, {
            "raw": self.raw, "plans": self.plans(), "waves": WAVES, "report_wave": "T2", "codebook": self.codebook,
        })  # fmt: skip
        return {n: read_table(n, p) for n, p in outputs.items()}


@pytest.fixture
def study(tmp_path, root):
    return GoalStudy(tmp_path, root / "codebook")


def answers(tables):
    frame = tables["goal_links"]
    return {
        g: (None if pd.isna(c) else bool(c), n)
        for g, c, n in zip(frame["goal"], frame["confirmed"], frame["coders"], strict=True)
    }


def test_D5_two_coders_who_agree_confirm_and_the_suggestion_never_counts(study):
    study.goal("1.1", "A", "1"), study.goal("1.1", "B", "1")
    study.goal("1.2", "A", "1"), study.goal("1.2", "B", "0")
    study.goal("1.3", "A", ""), study.goal("1.3", "B", "")
    study.goal("1.4", "A", "0"), study.goal("1.4", "B", "0")
    tables = study.run()
    assert answers(tables) == {
        "1.1": (True, 2),
        "1.2": (None, 2),
        "1.3": (None, 0),
        "1.4": (False, 2),
    }
    assert bool(tables["goal_links"]["suggested"].all())
    avvik = tables["avvik"]
    assert set(avvik["case"]) == {"D5"} and set(avvik["severity"]) == {"reject"}
    assert sorted(avvik["count"]) == [1, 1]
    assert len(tables["goals"]) == 4


def test_D5_one_coder_is_enough_only_while_the_double_coding_rule_is_kept(study):
    for number in range(5):
        study.goal(f"1.{number}", "A", "1")
    study.goal("1.0", "B", "1")  # 1 of 5 = 20 %
    assert all(value for value, _ in answers(study.run()).values())
    study.goal("2.1", "A", "1")  # 1 of 6
    tables = study.run()
    assert answers(tables) == {
        "1.0": (True, 2),
        **{f"1.{n}": (None, 1) for n in range(1, 5)},
        "2.1": (None, 1),
    }
    assert any("20%" in rule for rule in tables["avvik"]["rule"])


def test_D5_main_goal_and_sub_goals_count_once(study):
    for goal in ("1", "1.1", "1.2", "2"):
        study.goal(goal, "A", "1"), study.goal(goal, "B", "1")
    tables = study.run()
    assert list(tables["goals"]["goal"]) == ["1.1", "1.2", "2"]
    assert tables["measures"].set_index("measure").at["mal_antall", "value"] == 3
    assert list(tables["avvik"]["row_key"]) == ["k01, 1"]


def test_D5_more_confirmed_than_goals_stops_the_stage(study):
    for goal in ("1", "2", "3"):
        study.goal(goal, "A", "1"), study.goal(goal, "B", "1")
    study.code("mal_antall", "2", "A")
    with pytest.raises(StageFailedError, match="more goals are confirmed"):
        study.run()
    assert not (study.out / "goals.parquet").exists()


def test_D1_goals_of_a_draft_are_left_out(study):
    study.goal("1", "A", "1"), study.goal("1", "B", "1")
    (
        study.goal("2", "A", "1", document=DRAFT),
        study.goal("2", "B", "1", document="plans/9901/u.pdf"),
    )
    tables = study.run()
    assert list(tables["goals"]["goal"]) == ["1"] and list(tables["goal_links"]["goal"]) == ["1"]
    assert list(tables["avvik"]["case"]) == ["D1"]


def test_every_error_of_the_register_is_listed_at_once(study):
    study.goal("1", "A", "1", goal_text="En tekst"), study.goal("1", "B", "1", goal_text="En annen")
    study.goal("2", "A", "kanskje")
    study.goal("3", "A", "1", measure="mal_antall")
    study.goal("4", "A", "1", measure="plattform_i_samfunnsdel")
    study.goal("5", "A", "1", document="finnes_ikke.pdf")
    study.goal("6", "A", "1"), study.goal("6", "A", "0")
    study.goal("7", "", "1")
    study.goal("8", "A", "1", kommune_id="9901")
    with pytest.raises(StageFailedError) as failure:
        study.run()
    text = str(failure.value)
    for part in ("goal_text, lines 2 and 3", "confirmed, line 4", "measure_id, line 5", "measure_id, line 6",
                 "document, line 7", "lines 8 and 9", "coder, line 10", "kommune_id, line 11"):  # fmt: skip
        assert part in text, part
    assert "kanskje" not in text


def test_coded_measures_agree_disagree_or_wait_for_the_second_coder(study):
    study.code("medvirkning_niva", "2", "A"), study.code("medvirkning_niva", "2", "B")
    study.code("innspill_gjort_rede", "1", "A"), study.code("innspill_gjort_rede", "0", "B")
    study.code("prioritering_eksplisitt", "1", "A")
    study.code("budsjett_alternativer", "1", "A"), study.code("budsjett_alternativer", "0", "B")
    study.code("budsjett_alternativer", "0", "konsensus")
    study.code("planstrategi_tar_stilling", "1", "A")
    study.code("samfunnsdel_vedtaksdato", "2020-12-17", "A")
    study.code("okonomiplan_er_handlingsdel", "", "A", status="absent")
    tables = study.run()
    rows = {r["measure"]: r for r in tables["measures"].to_dict("records")}
    assert "prioritering_eksplisitt" not in rows
    said = {k: (v["status"], None if pd.isna(v["value"]) else v["value"]) for k, v in rows.items()}
    assert said == {
        "medvirkning_niva": ("confirmed", 2), "innspill_gjort_rede": ("disagreement", None),
        "budsjett_alternativer": ("confirmed", 0), "planstrategi_tar_stilling": ("confirmed", 1),
        "samfunnsdel_vedtaksdato": ("confirmed", None), "okonomiplan_er_handlingsdel": ("absent", None),
        "samfunnsdel_alder_aar": ("confirmed", 2.5),
    }  # fmt: skip
    assert rows["samfunnsdel_vedtaksdato"]["date"] == pd.Timestamp("2020-12-17")


@pytest.mark.parametrize(
    ("measure", "value", "part"),
    [("medvirkning_niva", "4", "outside 0 to 3"), ("budsjett_alternativer", "0.5", "not a whole number"),
     ("samfunnsdel_vedtaksdato", "desember", "not a date"), ("mal_i_handlingsdel", "1", "a measure at goal level"),
     ("finnes_ikke", "1", "no measure of the codebook"), ("medvirkning_niva", "", "confirmed without a value")],
)  # fmt: skip
def test_a_coded_value_outside_its_measure_stops_the_stage(study, measure, value, part):
    study.code(measure, value, "A")
    with pytest.raises(StageFailedError, match=part):
        study.run()


def test_the_yearly_revision_is_worked_out_from_the_register_of_dates(study):
    """Nobody coded it: 2020 and 2022 of the three full years after 2019; a coded value is kept."""
    study.dates = [
        {"kommune_id": "k01", "document_kind": kind, "event": "adopted", "date": pd.Timestamp(day),
         "source": "protokoll"}
        for kind, day in (("handlingsdel", "2020-12-10"), ("okonomiplan", "2021-12-10"),
                          ("handlingsdel", "2022-12-10"))
    ]  # fmt: skip
    name = "handlingsdel_revidert_andel"

    def share(tables):
        own = tables["measures"].set_index(["wave", "measure"])
        return own.loc[("T2", name), "value"]

    first = study.run()
    assert share(first) == pytest.approx(2 / 3)
    assert first["avvik"].empty
    study.code("okonomiplan_er_handlingsdel", "1", "A")
    assert share(study.run()) == 1, "the economic plan is the action part too"
    study.code(name, "0.67", "A")
    told = study.run()
    assert share(told) == pytest.approx(0.67)
    (problem,) = told["avvik"].itertuples()
    assert (problem.column, problem.severity) == (name, "repair")
    assert "another share" in problem.rule


@pytest.mark.parametrize(
    ("decided", "as_of", "expected"),
    [
        (["2020-12-10"], "2020-12-30", None),  # no full year yet
        (["2020-12-10"], "2020-12-31", 1.0),
        (
            ["2019-12-10", "2020-12-10"],
            "2022-03-01",
            None,
        ),  # the register ends before the last year
        (["2020-12-10", "2020-06-10", "2022-02-10"], "2022-03-01", 0.5),
        (["2022-12-10"], "2022-03-01", None),  # decided after the cut-off
    ],
)
def test_full_years_with_a_decision(decided, as_of, expected):
    days = [date.fromisoformat(day) for day in decided]
    assert revised_share(days, date(2019, 10, 16), date.fromisoformat(as_of)) == expected


def test_the_age_of_the_samfunnsdel_comes_from_the_register_or_says_why_not(study):
    def row(kind, event, day):
        return {"kommune_id": "k01", "document_kind": kind, "event": event,
                "date": pd.Timestamp(day) if day else pd.NaT, "source": "protokoll"}  # fmt: skip

    def ages():
        own = study.run()["measures"]
        own = own[own["measure"] == "samfunnsdel_alder_aar"].set_index("wave")
        return {
            w: (r["status"], None if pd.isna(r["value"]) else r["value"]) for w, r in own.iterrows()
        }

    study.dates = [row("samfunnsdel", "adopted", "2014-06-01"), row("samfunnsdel", "continued", "2020-06-01"),
                   row("samfunnsdel", "readopted", "2021-06-01")]  # fmt: skip
    found = ages()
    assert found["T2"] == ("confirmed", round((WAVE_DAY - date(2021, 6, 1)).days / 365.25, 1))
    study.dates = [row("samfunnsdel", "not_collected", None)]
    assert ages()["T2"] == ("not_collected", None)
    study.code("samfunnsdel_vedtaksdato", "2020-12-17", "A")
    assert ages()["T2"][0] == "confirmed"
