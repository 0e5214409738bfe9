"""The audit of a folder: published files alone, and every number that should not stand there."""

from __future__ import annotations

import csv

import numpy as np
import pandas as pd
import pytest
from tests.unit.disclosure.made_study import ROOT
from tests.unit.disclosure.test_gate import Line, _unhide

from plankompass.disclosure.audit import audit_folder
from plankompass.disclosure.gate import attack_estimates
from plankompass.study.problems import PlankompassError
from plankompass.tables import write_table

CODEBOOK = ROOT / "codebook"
KEY = ["level", "unit", "wave", "group", "gathering", "indicator", "component"]
HEADER = [f"c{i}" for i in range(24)]
WORDS = {
    "nb": {"folkevalgte": "Folkevalgte", "administrasjon": "Administrasjon", "intervju": "Intervju",
           "under_20": "under 20 prosent", "over_80": "over 80 prosent",
           "under_50": "under halvparten", "over_50": "over halvparten",
           "at_least_three": "minst tre intervju", "fewer_than_three": "færre enn tre"},
    "nn": {"folkevalgte": "Folkevalde", "administrasjon": "Administrasjon", "intervju": "Intervju",
           "under_20": "under 20 prosent", "over_80": "over 80 prosent",
           "under_50": "under halvparten", "over_50": "over halvparten",
           "at_least_three": "minst tre intervju", "fewer_than_three": "færre enn tre"},
}  # fmt: skip


@pytest.fixture(scope="module")
def line() -> Line:
    return Line(municipalities=9, seed=1)


def _folder(tmp_path, table):
    write_table("publishable_estimates", table, tmp_path / "estimates.parquet")
    return tmp_path


def _audit(tmp_path, table):
    return audit_folder(_folder(tmp_path, table), codebook=CODEBOOK)


def _decimal(value, percent=False):
    if pd.isna(value):
        return ""
    return f"{round(100 * value)}" if percent else f"{value:.1f}".replace(".", ",")


def _reports(tmp_path, table, language):
    """Write the same numbers as the reports do: one folder a municipality, words for reasons."""
    words = WORDS[language]
    table = table[table["status"].isin(["published", "hidden"])]
    for unit, rows in table.groupby("unit"):
        folder = tmp_path / ("nettverk" if unit == "network" else f"99{unit[1:]}")
        folder.mkdir(parents=True)
        with (folder / "tall.csv").open("w", encoding="utf-8-sig", newline="") as file:
            out = csv.writer(file, delimiter=";")
            out.writerow(HEADER)
            for row in rows.itertuples(index=False):
                share = row.component.startswith("share:")
                few = share and row.status == "published" and row.n < 20
                line = [""] * 24
                line[4], line[5] = words[row.group], {"T1": "2021", "T2": "2023"}[row.wave]
                line[7] = "prosent" if share or row.group == "intervju" else "1–5"
                if row.status == "published":
                    percent = line[7] == "prosent"
                    line[8:11] = [_decimal(v, percent) for v in (row.value, row.lower, row.upper)]
                    if row.group != "intervju":
                        line[11], line[12] = str(row.n), str(row.population)
                    if few and unit != "network":
                        line[8], line[14] = "", f"{round(row.value * row.n)} av {row.n}"
                line[14] = words.get(row.display or row.class_value, line[14])
                line[22] = row.reason
                line[18] = "" if unit == "network" else f"99{unit[1:]}"
                line[20], line[21] = row.indicator, row.component
                out.writerow(line)
    return tmp_path


def test_what_the_gate_let_out_passes_the_audit(line, tmp_path):
    audit = _audit(tmp_path, line.table)
    assert audit.passed, audit.messages()
    assert audit.files == ["estimates.parquet"]
    assert audit.result.targets > 50


@pytest.mark.parametrize("language", ["nb", "nn"])
def test_the_reports_own_files_are_read_alike(line, tmp_path, language):
    audit = audit_folder(_reports(tmp_path, line.table, language), codebook=CODEBOOK)
    assert audit.passed, audit.messages()
    assert len(audit.files) == 10
    table = audit_folder(_folder(tmp_path / "table", line.table), codebook=CODEBOOK)
    assert (audit.result.rows, audit.result.targets) == (table.result.rows, table.result.targets)


@pytest.fixture(scope="module")
def followed(line) -> int:
    """A row hidden so that a number of few answers does not follow exactly."""
    few = line.table[line.table["reason"].isin(["too_few_answers", "small_population"])]
    places = set(few[KEY].itertuples(index=False, name=None))
    for at in line.rows(status="hidden", reason="secondary", level="municipality"):
        if ":" in line.table["component"][at]:
            continue
        found = attack_estimates(line.marked, _unhide(line.table, line, at), line.rules)
        if {label for label, _ in found.exact} & places:
            return int(at)
    raise AssertionError("the study is made so that something follows by subtraction")


@pytest.mark.parametrize("kind", ["table", "reports"])
def test_one_number_shown_again_is_found_and_named(line, followed, tmp_path, kind):
    table = _unhide(line.table, line, followed)
    folder = _folder(tmp_path, table) if kind == "table" else _reports(tmp_path, table, "nb")
    audit = audit_folder(folder, codebook=CODEBOOK)
    assert not audit.passed
    assert any("follows exactly from" in m for m in audit.messages())


def test_a_change_beside_both_waves_is_found(line, tmp_path):
    at = int(line.rows(status="hidden", reason="change_shown")[0])
    audit = _audit(tmp_path, _unhide(line.table, line, at))
    assert audit.waves_and_change


def test_a_folder_without_numbers_says_what_is_missing(tmp_path):
    with pytest.raises(PlankompassError, match="no published numbers found"):
        audit_folder(tmp_path, codebook=CODEBOOK)


def test_a_file_of_another_kind_is_named(tmp_path):
    (tmp_path / "9901").mkdir()
    (tmp_path / "9901" / "tall.csv").write_text("a;b\n1;2\n", encoding="utf-8")
    with pytest.raises(PlankompassError, match="line 1: not the columns"):
        audit_folder(tmp_path, codebook=CODEBOOK)


def test_no_value_stands_in_a_message(line, followed, tmp_path):
    audit = _audit(tmp_path, _unhide(line.table, line, followed))
    numbers = {f"{v:.1f}" for v in line.study.estimates["value"].dropna() if not np.isnan(v)}
    assert not any(word.strip(";,") in numbers for m in audit.messages() for word in m.split())


def _interviews(line, counts, share):
    """A code in five interviews of each of three municipalities, and the network's share."""
    classes = ["at_least_three" if c >= 3 else "fewer_than_three" for c in counts]
    rows = [
        {"level": "municipality", "unit": f"k{i + 1:02d}", "class_value": c, "value": np.nan, "n": None}
        for i, c in enumerate(classes)
    ] + [{"level": "network", "unit": "network", "class_value": "", "value": share, "n": 15}]  # fmt: skip
    first = line.table[line.table["group"] == "intervju"].iloc[[0]]
    wide = pd.concat([first] * len(rows), ignore_index=True)
    for column in rows[0]:
        wide[column] = pd.Series([r[column] for r in rows], dtype=wide[column].dtype)
    return wide.assign(status="published", reason="", population=pd.NA)


@pytest.mark.parametrize(
    ("counts", "share", "found"),
    [((3, 3, 3), 0.60, 3), ((4, 3, 4), 0.73, 0), ((0, 0, 0), 0.0, 3), ((1, 2, 0), 0.20, 0)],
)
def test_a_count_of_interviews_that_follows_from_the_network_is_found(
    line, tmp_path, counts, share, found
):
    audit = _audit(tmp_path, _interviews(line, counts, share))
    assert len(audit.interviews) == found


def test_a_number_of_one_municipalitys_interviews_is_found(line, tmp_path):
    table = _interviews(line, (4, 3, 4), 0.73)
    table.loc[0, "value"] = 0.8
    assert "more is published" in _audit(tmp_path, table).interviews[0]
    table = _interviews(line, (4, 3, 4), 0.73).assign(component="roller/tillit")
    assert any("network alone" in m for m in _audit(tmp_path, table).interviews)
