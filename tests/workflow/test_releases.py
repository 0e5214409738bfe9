"""Two deliveries of one study: what came in between cannot be worked out from both together."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import yaml
from tests.workflow.checkout import plankompass

from plankompass.disclosure.ledger import read_ledger
from plankompass.disclosure.primary import suppress_primary
from plankompass.jobs.ledger_file import ledger_path

PERSONS = ("folkevalgte", "administrasjon", "innbyggere", "deltakere", "intervju")
PROCESSED = Path("data/processed/eksempel")
SURVEY = Path("data/raw/eksempel/surveys/folkevalgte_T2.sav")
ABOUT = ["unit", "wave", "group", "gathering", "indicator", "component"]


def _add_late_answer(checkout: Path) -> str:
    """One more councillor answers, in the municipality with most answers."""
    frame, meta = pyreadstat.read_sav(checkout / SURVEY)
    code = frame["kommune"].value_counts().index[0]
    late = frame[frame["kommune"] == code].iloc[[0]].copy()
    late["nokkel"] = "kom-for-sent"
    late["svart"] = frame["svart"].max()
    for column in frame.columns[frame.dtypes.map(lambda t: t.kind == "f")]:
        # every answer another one than the neighbour's, within the scale
        if frame[column].between(1, 5).all():
            late[column] = 6 - late[column]
    pyreadstat.write_sav(
        pd.concat([frame, late], ignore_index=True), checkout / SURVEY,
        column_labels=meta.column_names_to_labels, variable_value_labels=meta.variable_value_labels,
        missing_ranges=meta.missing_ranges, variable_measure=meta.variable_measure,
        variable_format=meta.original_variable_types,
    )  # fmt: skip
    return str(code)


def _means(table: pd.DataFrame) -> pd.DataFrame:
    # plain means of councillors: what one late answer moves
    mean = table["method"].str.startswith("mean_fpc") & (table["group"] == "folkevalgte")
    shown = table[mean & (table["level"] == "municipality") & table["value"].notna()]
    return shown.set_index(ABOUT)


def _found_by_subtraction(before: pd.DataFrame, after: pd.DataFrame) -> int:
    """Single answers that two releases leave in an interval of at most one step of the scale."""
    both = _means(before).join(_means(after), how="inner", lsuffix="_old", rsuffix="_new")
    late = both[both["n_new"] - both["n_old"] == 1]
    width = 0.05 * (late["n_new"].astype(float) + late["n_old"].astype(float))
    answer = late["n_new"] * late["value_new"] - late["n_old"] * late["value_old"]
    low, high = np.ceil(np.maximum(answer - width, 1)), np.floor(np.minimum(answer + width, 5))
    return int((high - low < 3).sum())


def _protect_without_ledger(checkout: Path, out: Path) -> pd.DataFrame:
    """What the stage would publish today if it had forgotten the delivery."""
    config = yaml.safe_load((checkout / "config.yaml").read_text(encoding="utf-8"))
    tables = checkout / PROCESSED / "indicators"
    suppress_primary(
        {
            "estimates": sorted(tables.glob("*.parquet")),
            "response": tables / "response/response.parquet",
            "scale_quality": tables / "quality/scale_quality.parquet",
        },
        {"primary": out / "primary.parquet"},
        {"disclosure": config["disclosure"], "codebook": checkout / "codebook"},
    )
    return pd.read_parquet(out / "primary.parquet")


def test_a_late_answer_cannot_be_found_by_subtraction(checkout: Path, tmp_path: Path):
    done = plankompass(checkout, "deliver", "eksempel")
    assert done.returncode == 0, done.stderr[-3000:]
    ledger = read_ledger(ledger_path(checkout / PROCESSED))
    first = pd.read_parquet(checkout / PROCESSED / "publishable/estimates.parquet")
    shown = first[(first["status"] == "published") & first["group"].isin(PERSONS)]
    assert (ledger["status"] == "published").sum() == len(shown)

    _add_late_answer(checkout)
    done = plankompass(checkout, "build", (PROCESSED / "publishable/gate.json").as_posix())
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-3000:]
    gate = json.loads((checkout / PROCESSED / "publishable/gate.json").read_text("utf-8"))
    assert len(gate["attacked"]["earlier_releases"]) == 1
    second = pd.read_parquet(checkout / PROCESSED / "publishable/estimates.parquet")
    assert _found_by_subtraction(first, second) == 0
    # a stage that has forgotten the delivery gives the answer away
    assert _found_by_subtraction(first, _protect_without_ledger(checkout, tmp_path)) > 0
