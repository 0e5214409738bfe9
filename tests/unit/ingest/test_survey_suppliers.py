"""Exports shaped like those of survey suppliers, and other shapes in which the same answers come, give
the same tables as the plain SPSS file."""

from __future__ import annotations

import json

import numpy as np
import openpyxl
import pandas as pd
import pyreadstat
import pytest
from tests.unit.ingest.mini_study import BOOK, MiniStudy, answers, source

from plankompass.tables import read_table

ROLES = ["nokkel", "kommune", "svart"]


def residents(n=40):
    frame = answers(n, group="innbyggere", kommune="0301")
    frame.loc[3, "pa_hort"] = 8.0
    frame.loc[4, "in_kontakt"] = 9.0
    frame.loc[5, "pa_forstaelig"] = 97.0
    return frame


def councillors():
    frame = answers(24)
    frame.loc[3, "gj_treghet"] = frame.loc[4, "bo_mal"] = 8.0
    frame.loc[5, "hi_tid"] = frame.loc[6, "bg_posisjon"] = 9.0
    return frame


@pytest.fixture
def expected(tmp_path):
    """The tables that the plain file gives."""
    frames = {}
    for group, frame in (("innbyggere", residents()), ("folkevalgte", councillors())):
        study = MiniStudy(tmp_path / group)
        study.add(frame, group=group, file="surveys/plain.sav")
        study.run()
        frames[group] = read_table("answers", study.out / "answers.parquet")
    return frames


def labels_of(item, language="nb"):
    scale = BOOK.scales[item.scale]
    labels = {c: getattr(t, language) for c, t in scale.labels.items()}
    if scale.type == "nominal":
        labels = {i: getattr(o, language) for i, o in enumerate(item.options, 1)}
    return labels | {c: getattr(t, language) for c, t in BOOK.missing_codes.items()}


def check(study, spec, expected, cases=()):
    study.sources.append(spec)
    result = study.run()
    pd.testing.assert_frame_equal(result.answers, expected[spec["group"]])
    assert set(result.avvik["case"]) <= set(cases)
    return result


def write_csv(study, frame, name="surveys/x.csv", **options):
    path = study.raw / name
    path.parent.mkdir(parents=True, exist_ok=True)
    frame.to_csv(path, index=False, **options)
    return path


def test_nettskjema_with_matrix_checkboxes_and_codebook(tmp_path, expected):
    """Semicolons, all quoted, byte order mark, -1 for no answer, alternatives as a.b."""
    frame = councillors()
    out = pd.DataFrame({"$submission_id": frame["nokkel"]})
    out["$created"] = frame["svart"] + "T10:02:11+02:00"
    out["kommune"] = frame["kommune"]
    elements = []
    for item in BOOK.items_of_group("folkevalgte"):
        options = [
            {"externalAnswerOptionId": str(c), "text": t}
            for c, t in labels_of(item).items()
            if c != 9
        ]
        if item.options and BOOK.scales[item.scale].type == "multiple_response":
            for option in item.options:
                out[f"{item.id}.{option.id}"] = frame[f"{item.id}__{option.id}"].astype(int)
            options = [{"externalAnswerOptionId": o.id, "text": o.nb} for o in item.options]
            elements.append({"elementType": "CHECKBOX", "externalElementId": item.id,
                             "text": item.nb, "answerOptions": options})  # fmt: skip
        else:
            options.append({"externalAnswerOptionId": "-1", "text": "Ubesvart"})
            out[f"pastander.{item.id}"] = frame[item.id].astype(int).replace(9, -1)
            elements.append({"elementType": "MATRIX_RADIO", "externalElementId": "pastander",
                             "text": "", "answerOptions": options,
                             "subElements": [{"externalElementId": item.id, "text": item.nb}]})  # fmt: skip
    out["$answer_time_ms"] = 74630
    study = MiniStudy(tmp_path)
    path = write_csv(study, out, sep=";", quoting=1, encoding="utf-8-sig")
    book = path.with_name("form_codebook.json")
    book.write_text(json.dumps(elements, ensure_ascii=False), encoding="utf-8")
    spec = source(
        format="nettskjema", file="surveys/x.csv", codebook="surveys/form_codebook.json",
        respondent_key="$submission_id", answered_on="$created",
    )  # fmt: skip
    check(study, spec, expected, cases={"S2"})


def test_supplier_workbook_with_wordings_as_headers_and_labels_as_text(tmp_path, expected):
    """As labelled exports of survey suppliers: question texts as headers, labels in the cells."""
    frame = residents()
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Dataset"
    columns = {"Respondent": frame["nokkel"], "Kommunenr.": frame["kommune"].astype(int)}
    columns["Svardato"] = pd.to_datetime(frame["svart"])
    items = {}
    for item in BOOK.items_of_group("innbyggere"):
        columns[item.nb] = frame[item.id].map(labels_of(item))
        items[item.nb] = item.id
    for place, (name, values) in enumerate(columns.items(), 1):
        sheet.cell(1, place, name)
        for row, value in enumerate(values, 2):
            sheet.cell(
                row, place, value.to_pydatetime() if isinstance(value, pd.Timestamp) else value
            )
    study = MiniStudy(tmp_path)
    (study.raw / "surveys").mkdir(parents=True)
    book.save(study.raw / "surveys/x.xlsx")
    spec = source(
        format="xlsx", file="surveys/x.xlsx", group="innbyggere", respondent_key="Respondent",
        municipality="Kommunenr.", answered_on="Svardato", items=items,
    )  # fmt: skip
    check(study, spec, expected, cases={"K1"})  # 301 instead of 0301


def test_supplier_sav_with_numbered_variables_sets_and_own_missing_codes(tmp_path, expected):
    """As SPSS exports of survey suppliers: q1 ..., q5_1 ..., 98 and 99 with labels, old encoding."""
    frame = councillors()
    names, labels, items = {}, {}, {}
    for number, item in enumerate(BOOK.items_of_group("folkevalgte"), 1):
        columns = BOOK.answer_columns(item.id)
        for part, column in enumerate(columns, 1):
            name = f"q{number}" if len(columns) == 1 else f"q{number}_{part}"
            names[column] = name
            items[name] = column
            own = {8: 98, 9: 99}
            labels[name] = {float(own.get(c, c)): t for c, t in labels_of(item).items() if c != 97}
    out = frame.rename(columns=names)
    for name in labels:
        out[name] = out[name].replace({8.0: 98.0, 9.0: 99.0})
    study = MiniStudy(tmp_path)
    path = study.raw / "surveys/x.sav"
    path.parent.mkdir(parents=True)
    out["svart"] = pd.to_datetime(out["svart"]).dt.date
    pyreadstat.write_sav(
        out, path, variable_value_labels=labels, missing_ranges={n: [98, 99] for n in labels},
        column_labels={names[c]: BOOK.items[c.split("__")[0]].nb for c in names},
    )  # fmt: skip
    check(study, source(file="surveys/x.sav", items=items), expected, cases={"S2"})


def test_stata_with_tagged_missings(tmp_path, expected):
    frame = residents()
    kinds = {8.0: "a", 9.0: "b", 97.0: "c"}
    labels = {"a": "Vet ikke", "b": "Ubesvart", "c": "Ikke relevant"}
    items = [i.id for i in BOOK.items_of_group("innbyggere")]
    out = frame.copy()
    for item in items:
        out[item] = out[item].astype(object).replace(kinds)
    study = MiniStudy(tmp_path)
    path = study.raw / "surveys/x.dta"
    path.parent.mkdir(parents=True)
    out["svart"] = pd.to_datetime(out["svart"]).dt.date
    pyreadstat.write_dta(
        out, path, version=15,
        variable_value_labels=dict.fromkeys(items, labels),
        missing_user_values={i: list("abc") for i in items},
    )  # fmt: skip
    spec = source(format="dta", file="surveys/x.dta", group="innbyggere")
    check(study, spec, expected, cases={"S2"})


def test_tagged_missing_without_a_known_label_fails(tmp_path):
    frame = residents()
    frame["pa_hort"] = frame["pa_hort"].astype(object).replace({8.0: "d"})
    study = MiniStudy(tmp_path)
    path = study.raw / "surveys/x.dta"
    path.parent.mkdir(parents=True)
    pyreadstat.write_dta(frame, path, version=15, missing_user_values={"pa_hort": ["d"]})
    study.sources.append(source(format="dta", file="surveys/x.dta", group="innbyggere"))
    with pytest.raises(Exception, match=r"pa_hort.*S4, 1"):
        study.run()


@pytest.mark.parametrize("suffix", ["zsav", "por"])
def test_other_spss_formats(tmp_path, expected, suffix):
    frame = residents()
    study = MiniStudy(tmp_path)
    path = study.raw / f"surveys/x.{suffix}"
    path.parent.mkdir(parents=True)
    spec = source(format=suffix, file=f"surveys/x.{suffix}", group="innbyggere")
    if suffix == "zsav":
        frame["svart"] = pd.to_datetime(frame["svart"]).dt.date
        pyreadstat.write_sav(frame, path, compress=True)
    else:
        # the portable format has names of eight capital letters
        short = {c: f"V{i}" for i, c in enumerate(frame.columns)}
        pyreadstat.write_por(frame.rename(columns=short), path)
        spec |= {"respondent_key": "V0", "municipality": "V1", "answered_on": "V2"}
        spec["items"] = {s: c for c, s in short.items() if c not in ROLES}
    check(study, spec, expected)


@pytest.mark.parametrize(
    ("options", "spec"),
    [
        ({"sep": ";", "encoding": "cp1252"}, {}),
        ({"sep": "\t", "encoding": "utf-8"}, {}),
        ({"sep": ",", "encoding": "utf-16"}, {}),
        ({"sep": "|", "encoding": "cp1252"}, {"delimiter": "|", "encoding": "cp1252"}),
    ],
)
def test_csv_with_codes_labels_and_norwegian_dates(tmp_path, expected, options, spec):
    frame = councillors()
    out = frame[ROLES].copy()
    out["svart"] = pd.to_datetime(out["svart"]).dt.strftime("%d.%m.%Y kl. %H:%M")
    for place, item in enumerate(BOOK.items_of_group("folkevalgte")):
        for column in BOOK.answer_columns(item.id):
            codes = frame[column].astype(int)
            out[column] = codes.map(labels_of(item)) if place % 2 else codes.astype(str)
    study = MiniStudy(tmp_path)
    write_csv(study, out, **options)
    check(study, source(format="csv", file="surveys/x.csv", **spec), expected)


def test_workbook_with_numbers_as_text_and_dates_as_numbers(tmp_path, expected):
    frame = residents()
    out = frame.copy()
    items = [c for c in frame.columns if c not in ROLES]
    out[items] = out[items].astype(int).astype(str)
    days = (pd.to_datetime(frame["svart"]) - pd.Timestamp("1899-12-30")).dt.days
    out["svart"] = days + 0.4180439815
    study = MiniStudy(tmp_path)
    (study.raw / "surveys").mkdir(parents=True)
    out.to_excel(study.raw / "surveys/x.xlsx", index=False)
    spec = source(format="xlsx", file="surveys/x.xlsx", group="innbyggere")
    result = check(study, spec, expected)
    assert result.respondents["answered_on"].dt.strftime("%Y-%m-%d").unique().tolist() == [
        "2023-03-01"
    ]


def test_weights_with_comma_are_read(tmp_path):
    frame = residents().assign(vekt=[f"{w:.3f}".replace(".", ",") for w in np.linspace(0.5, 2, 40)])
    study = MiniStudy(tmp_path)
    write_csv(study, frame, sep=";")
    study.sources.append(
        source(format="csv", file="surveys/x.csv", group="innbyggere", weight="vekt")
    )
    weights = study.run().respondents["weight"]
    assert sorted(weights) == pytest.approx(np.round(np.linspace(0.5, 2, 40), 3))
