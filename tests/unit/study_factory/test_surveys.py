"""Survey files are read back as exported, and the planted truth fits them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pyreadstat
import pytest
from scipy import stats
from tests.study_factory import MadeStudy

KEYS = ["wave", "group", "kommune_id"]


def _clean(made: MadeStudy, frame: pd.DataFrame, file: str) -> pd.DataFrame:
    """Undo the planted faults with the record of them, independently of the pipeline."""
    frame = frame.copy()
    frame["kommune"] = frame["kommune"].str.extract(r"(\d{4})", expand=False)
    for fault in made.truth.facts["faults"]:
        if fault["file"] != file:
            continue
        if fault["case"] in ("S6", "K3"):
            frame = frame[~frame["nokkel"].isin(fault["rows"])]
        elif fault["case"] == "S1":
            double = frame["nokkel"].isin(fault["rows"])
            valid = frame.drop(columns=["nokkel", "kommune", "svart"]).le(5).sum(axis=1)
            keep = valid.where(double).groupby(frame["nokkel"]).transform("max")
            frame = frame[~double | valid.eq(keep)]
        elif fault["case"] == "S9":
            columns = [c for c in frame.columns if c.startswith("st_behov__")]
            frame.loc[frame["nokkel"].isin(fault["rows"]), columns] = 9
        elif fault["case"] == "S3":
            frame.loc[frame["nokkel"].isin(fault["rows"]), fault["column"]] = np.nan
    owners = {
        code: m.kommune_id
        for m in made.design.municipalities
        for code in (
            m.code,
            *m.later_codes,
            *(c for codes in m.codes_by_wave.values() for c in codes),
        )
    }
    return frame.assign(kommune_id=frame["kommune"].map(owners))


@cache
def _read(raw: Path, file: str) -> pd.DataFrame:
    return pyreadstat.read_sav(raw / file, user_missing=True)[0]


def _answers(made: MadeStudy, group: str, wave: str) -> pd.DataFrame:
    file = f"surveys/{group}_{wave}.sav"
    return _clean(made, _read(made.raw, file), file)


@pytest.mark.parametrize("group", ["folkevalgte", "administrasjon"])
@pytest.mark.parametrize("wave", ["T0", "T1", "T2"])
def test_sav_keeps_labels_and_user_missing_codes(made: MadeStudy, codebook, group, wave):
    path = made.raw / f"surveys/{group}_{wave}.sav"
    frame, meta = pyreadstat.read_sav(path, user_missing=True)
    lost, _ = pyreadstat.read_sav(path)
    for item in codebook.items_of_group(group):
        for column in codebook.answer_columns(item.id):
            ranges = {r["lo"] for r in meta.missing_ranges[column]}
            assert ranges == {8, 9, 97}
            labels = meta.variable_value_labels[column]
            assert (
                labels[8] == "Vet ikke"
                and labels[9] == "Ubesvart"
                and labels[97] == "Ikke relevant"
            )
            if codebook.scales[item.scale].type == "ordinal":
                assert {k: v for k, v in labels.items() if k <= 5} == {
                    k: v.nb for k, v in codebook.scales[item.scale].labels.items()
                }
                assert meta.column_names_to_labels[column] == item.nb
            missing = frame[column].isin([8, 9])
            assert lost[column][missing].isna().all()
    assert frame["ps_prioriterer"].isin([8, 9]).any()
    assert meta.original_variable_types["svart"].startswith("DATE")


def test_respondents_and_populations_are_as_the_truth_says(made: MadeStudy):
    cells = made.truth.cells
    frames = pd.read_csv(made.raw / "registers/frames.csv", dtype={"population": int}).fillna("")
    councils = pd.read_csv(made.raw / "registers/councils.csv").set_index(["kommune_id", "term"])[
        "seats"
    ]
    for (group, wave), own in cells[cells["group"].isin(["folkevalgte", "administrasjon"])].groupby(
        ["group", "wave"]
    ):
        counted = _answers(made, group, wave).groupby("kommune_id").size()
        said = own.groupby("kommune_id")[["respondents", "population"]].first()
        assert counted.to_dict() == said["respondents"].to_dict()
        assert (said["respondents"] <= said["population"]).all()
        for kommune, population in said["population"].items():
            if group == "folkevalgte":
                expected = councils[(kommune, "2015-2019" if wave == "T0" else "2019-2023")]
            else:
                row = frames[
                    (frames.kommune_id == kommune) & (frames.wave == wave) & (frames.group == group)
                ]
                expected = row["population"].item()
            assert population == expected


def _interval(values: np.ndarray, population: int) -> tuple[float, float]:
    """A 95 % interval for the mean of a finite population, simple random sample."""
    n = len(values)
    half = stats.t.ppf(0.975, n - 1) * np.sqrt((1 - n / population) * values.var(ddof=1) / n)
    return values.mean() - half, values.mean() + half


def test_intervals_from_the_files_cover_the_planted_means(made: MadeStudy):
    """About 95 of 100 intervals must hold the truth; far fewer would mean that the truth is wrong."""
    hits = []
    cells = made.truth.cells
    means = cells[
        (cells["quantity"] == "mean") & cells["group"].isin(["folkevalgte", "administrasjon"])
    ]
    means = means[(means["component"] != "total") & (means["respondents"] >= 5)]
    for (group, wave), own in means.groupby(["group", "wave"]):
        frame = _answers(made, group, wave)
        by_place = {place: rows for place, rows in frame.groupby("kommune_id")}  # noqa: C416
        for row in own.drop_duplicates(["kommune_id", "component"]).itertuples():
            values = by_place[row.kommune_id][row.component]
            values = values[values <= 5].to_numpy()
            if len(values) >= 5 and values.var() > 0:
                low, high = _interval(values, row.population)
                hits.append(low <= row.value <= high)
    assert len(hits) > 1000
    assert 0.92 <= np.mean(hits) <= 0.98


def test_scale_truth_equals_the_mean_of_turned_items(made: MadeStudy, codebook):
    """Scale means over all members against item means over all members: the same by another road."""
    cells = made.truth.cells
    items = cells[(cells["indicator"] == "role_clarity") & (cells["component"] == "total")]
    assert len(items) == 2 * 3 * 12
    scores = {}
    for group, wave in (("folkevalgte", "T1"), ("administrasjon", "T2")):
        frame = _answers(made, group, wave)
        columns = codebook.indicators["role_clarity"].inputs.items
        valid = frame[columns].where(frame[columns] <= 5)
        for column in columns:
            if codebook.items[column].reverse:
                valid[column] = 6 - valid[column]
        score = valid.mean(axis=1).where(valid.notna().sum(axis=1) >= 3)
        for kommune, own in score.dropna().groupby(frame["kommune_id"]):
            scores[(wave, group, kommune)] = own
    inside = []
    for row in items.itertuples():
        own = scores.get((row.wave, row.group, row.kommune_id))
        if own is not None and len(own) >= 5:
            low, high = _interval(own.to_numpy(), row.population)
            inside.append(low - 0.15 <= row.value <= high + 0.15)
    assert np.mean(inside) > 0.9


def _alpha(frame: pd.DataFrame) -> float:
    frame = frame.dropna()
    k = frame.shape[1]
    return k / (k - 1) * (1 - frame.var().sum() / frame.sum(axis=1).var())


def test_scales_hold_together_but_for_the_weak_one(made: MadeStudy, codebook):
    found = {}
    for group in ("folkevalgte", "administrasjon"):
        frame = _answers(made, group, "T2")
        for indicator in codebook.indicators.values():
            if indicator.operator == "mean_of_items" and group in indicator.groups:
                columns = indicator.inputs.items
                valid = frame[columns].where(frame[columns] <= 5)
                for column in columns:
                    if codebook.items[column].reverse:
                        valid[column] = 6 - valid[column]
                found[(indicator.id, group)] = _alpha(valid)
    assert found.pop(("policy_codevelopment", "administrasjon")) < 0.65
    assert min(found.values()) > 0.70 and max(found.values()) < 0.92
    assert 0.76 < np.mean(list(found.values())) < 0.86


def test_reversed_items_are_stored_as_answered(made: MadeStudy):
    frame = _answers(made, "folkevalgte", "T2")
    pair = frame[["gj_vedtak_utfort", "gj_treghet"]]
    assert pair[(pair <= 5).all(axis=1)].corr().iloc[0, 1] < -0.3


def test_what_the_reports_must_meet_is_there(made: MadeStudy):
    councillors = _answers(made, "folkevalgte", "T2")
    share = councillors["ps_prioriterer"].eq(8).groupby(councillors["kommune_id"]).mean()
    assert share["k08"] > 0.25 and share.drop("k08").median() < 0.2
    staff = _answers(made, "administrasjon", "T2")
    same = staff.loc[staff["kommune_id"] == "k02", "gr_plan_styrer_budsjett"]
    assert set(same[same <= 5]) == {5}
    assert councillors["kommune_id"].value_counts()["k04"] < 5
    assert staff["kommune_id"].value_counts()["k08"] < 5
    locus = ["bo_agenda", "bo_mal", "bo_prioritering", "bo_budsjett", "bo_oppfolging"]
    cells = made.truth.cells
    means = cells[
        cells["component"].isin(locus)
        & (cells["wave"] == "T2")
        & (cells["indicator"] == "locus_profile")
    ]
    table = means.groupby(["kommune_id", "group"])["value"].mean().unstack()
    gap = table["folkevalgte"] - table["administrasjon"]
    planted = [m.kommune_id for m in made.design.municipalities if m.has("locus_gap")]
    assert gap[planted].min() > gap.drop(planted).max() - 0.35
    assert gap[planted].mean() - gap.drop(planted).mean() > 0.5


def test_nettskjema_export_has_the_real_shape(made: MadeStudy):
    content = (made.raw / "surveys/innbyggere_T2.csv").read_bytes()
    assert content.startswith(b'\xef\xbb\xbf"$submission_id";"$created";')
    frame = pd.read_csv(
        made.raw / "surveys/innbyggere_T2.csv",
        sep=";",
        dtype=str,
        encoding="utf-8-sig",
        keep_default_na=False,
    )
    assert frame["pastander.pa_hort"].isin(["1", "2", "3", "4", "5", "8", "-1", ""]).all()
    assert (frame["pastander.pa_hort"] == "-1").any()
    assert frame["$submission_id"].is_unique and frame["$created"].is_monotonic_increasing
    form = json.loads((made.raw / "surveys/innbyggere_T2_kodebok.json").read_text(encoding="utf-8"))
    matrix = next(e for e in form if e["elementType"] == "MATRIX_RADIO")
    assert {f"pastander.{s['externalElementId']}" for s in matrix["subElements"]} <= set(
        frame.columns
    )
    assert "-1" in {o["externalAnswerOptionId"] for o in matrix["answerOptions"]}


def test_weighted_residents_cover_the_truth(made: MadeStudy):
    frame = pd.read_csv(
        made.raw / "surveys/innbyggere_T1.csv", sep=";", dtype=str, encoding="utf-8-sig"
    )
    owners = {
        c: m.kommune_id
        for m in made.design.municipalities
        for c in (m.code, *m.codes_by_wave["T1"])
    }
    cells = made.truth.cells
    hits, shift = [], []
    for row in cells[
        (cells["group"] == "innbyggere") & (cells["wave"] == "T1") & (cells["component"] != "total")
    ].itertuples():
        own = frame[frame["kommune"].map(owners) == row.kommune_id]
        value, weight = own[f"pastander.{row.component}"].astype(float), own["vekt"].astype(float)
        age = own["bg_aldersgruppe"]
        valid = value.between(1, 5)
        value, weight, age = value[valid], weight[valid], age[valid]
        mean = np.average(value, weights=weight)
        residual = (value - value.groupby(age).transform("mean")) * weight
        error = np.sqrt((residual**2).sum()) / weight.sum()
        hits.append(abs(mean - row.value) < 1.96 * error)
        shift.append(value.mean() - row.value)
    assert np.mean(hits) > 0.88
    assert np.mean(shift) > 0.02  # without weights the old count too much, and they answer higher


def test_gatherings_are_text_labels_under_title_rows(made: MadeStudy, codebook):
    sheet = openpyxl.load_workbook(made.raw / "surveys/samling_s3.xlsx")["Svar"]
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][0].startswith("Evaluering av samling") and rows[2][0] is None
    column = rows[3].index("sv_relevans")
    said = {r[column] for r in rows[4:]}
    known = {label.nn for label in codebook.scales["likert5"].labels.values()} | {
        m.nn for m in codebook.missing_codes.values()
    }
    assert said - known == {"Litt samd "}
    first = openpyxl.load_workbook(made.raw / "surveys/samling_s1.xlsx")["Svar"]
    assert "sv_tatt_i_bruk" not in [c.value for c in first[4]]
    wording = [
        c.value for c in openpyxl.load_workbook(made.raw / "surveys/samling_s2.xlsx")["Svar"][4]
    ]
    assert codebook.items["sv_relevans"].nb in wording
