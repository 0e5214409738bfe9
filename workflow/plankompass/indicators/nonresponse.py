"""Who answered and who did not, against what the frame knows; and who broke off. Network level and restricted.

Compared are background items of the questionnaire (age group, gender, whether a councillor's party belongs
to the majority) with the frame's own counts of the same categories (``registers/margins.csv``).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from plankompass.study.codebook import Codebook, load_codebook
from plankompass.study.problems import StageFailedError
from plankompass.tables import empty_table, read_table, write_table

log = logging.getLogger(__name__)

STAGE = "indicators nonresponse"
#: Kinds of missing that are answers too: the respondent was there.
GIVEN = ("valid", "dont_know", "not_relevant")
#: The last part of the questionnaire, in the codebook's order of items.
LAST_SHARE = 0.25
_CELL = ["kommune_id", "wave", "group", "gathering"]


def compute_nonresponse(
    inputs: Mapping[str, Path], outputs: Mapping[str, Path], params: Mapping[str, Any]
) -> None:
    """Compare those who answered with the frame, and count who broke off.

    Args:
        inputs: ``respondents``, ``answers``, ``margins``.
        outputs: ``nonresponse``, ``break_off``.
        params: ``codebook``.

    Raises:
        StageFailedError: A margin names an item or category that the codebook has not, or fewer persons
            than answered; all are listed.
    """
    book = load_codebook(params["codebook"])
    respondents = read_table("respondents", inputs["respondents"])
    margins = read_table("margins", inputs["margins"])
    given = _given(Path(inputs["answers"]))
    items = sorted(set(margins["item"]))
    answers = read_table("answers", inputs["answers"], filters=[("item", "in", items)]) if items else empty_table("answers")  # fmt: skip
    table = nonresponse_table(respondents, answers, margins, book)
    broke = break_off_table(respondents, given, book)
    write_table("nonresponse", table, outputs["nonresponse"])
    write_table("break_off", broke, outputs["break_off"])
    log.info("%d categories compared, %d broke off", len(table), int(broke["broke_off"].sum()))


def _given(path: Path) -> pd.DataFrame:
    """Item and respondent of every answer of any kind, as numbers of categories."""
    import pyarrow.parquet as pq

    table = pq.read_table(
        path, columns=["item", "respondent"], filters=[("missing", "in", list(GIVEN))],
        read_dictionary=["item", "respondent"],
    )  # fmt: skip
    return table.unify_dictionaries().to_pandas()


def nonresponse_table(
    respondents: pd.DataFrame, answers: pd.DataFrame, margins: pd.DataFrame, book: Codebook
) -> pd.DataFrame:
    """Those who answered beside the frame, by category of a background item.

    Args:
        respondents: Questionnaires.
        answers: Answers to the items that the margins name.
        margins: The frame's counts.
        book: The codebook.

    Returns:
        Table ``nonresponse``: one row a wave, group, item and category. Shares are of those whose
        category is known.

    Raises:
        StageFailedError: A margin does not fit the codebook or the answers.
    """
    if margins.empty:
        return empty_table("nonresponse")
    wrong = []
    rows = []
    valid = answers[answers["missing"] == "valid"].merge(
        respondents[["respondent", "wave", "group", "kommune_id"]], on="respondent"
    )
    places = valid.groupby(["wave", "group", "item", "value", "kommune_id"]).size()
    counts = places.groupby(level=[0, 1, 2, 3]).agg(["sum", "count", "max"])
    found = dict(zip(counts.index, counts.itertuples(index=False, name=None), strict=True))
    for margin in margins.itertuples():
        place = f"margins: {margin.wave}, {margin.group}, {margin.item}, {margin.category}"
        item = book.items.get(margin.item)
        codes = {option.id: code for code, option in enumerate(item.options, 1)} if item else {}
        if item is None or book.scales[item.scale].type != "nominal" or margin.group not in item.groups:  # fmt: skip
            wrong.append(f"{place}: not an item of alternatives that the group is asked")
            continue
        if margin.category not in codes:
            wrong.append(f"{place}: unknown alternative; known are {', '.join(codes)}")
            continue
        key = (margin.wave, margin.group, margin.item, codes[margin.category])
        n, towns, largest = map(int, found.get(key, (0, 0, 0)))
        if n > margin.population:
            wrong.append(f"{place}: more answers than persons in the frame")
        place = (margin.wave, margin.group, margin.item, margin.category)
        rows.append((*place, margin.population, n, towns, largest))
    if wrong:
        raise StageFailedError(STAGE, wrong)
    names = ["wave", "group", "item", "category", "population", "n", "municipalities", "largest"]
    table = pd.DataFrame(rows, columns=names)
    together = table.groupby(["wave", "group", "item"])[["population", "n"]].transform("sum")
    size = table["population"].to_numpy(float)
    table["rate"] = np.divide(table["n"], size, out=np.full(len(table), np.nan), where=size > 0)
    for name, column in (("frame_share", "population"), ("answered_share", "n")):
        whole = together[column].to_numpy(float)
        table[name] = np.divide(
            table[column].to_numpy(float), whole, out=np.full(len(table), np.nan), where=whole > 0
        )
    table["difference"] = table["answered_share"] - table["frame_share"]
    return table


def break_off_table(respondents: pd.DataFrame, given: pd.DataFrame, book: Codebook) -> pd.DataFrame:
    """How many began and did not reach the end.

    A questionnaire is broken off when it has an answer, but none of any kind to the last fourth of the
    items that the group is asked, in the codebook's order.

    Args:
        respondents: Questionnaires.
        given: Item column and respondent of every answer of any kind (valid, don't know, not relevant).
        book: The codebook.

    Returns:
        Table ``break_off``: one row a municipality, wave, group and gathering with answers.
    """
    if respondents.empty:
        return empty_table("break_off")
    began = _among(respondents["respondent"], given["respondent"])
    finished = np.zeros(len(respondents), dtype=bool)
    used = set(given["item"].unique())
    for group, places in respondents.groupby("group").indices.items():
        columns = [c for item in book.items_of_group(group) for c in book.answer_columns(item.id)]
        columns = [column for column in columns if column in used]
        last = columns[-max(1, round(LAST_SHARE * len(columns))) :]
        at_end = given.loc[given["item"].isin(last), "respondent"]
        finished[places] = _among(respondents["respondent"].iloc[places], at_end)
    table = respondents.assign(broke_off=~finished)[began]
    out = table.groupby(_CELL)["broke_off"].agg(n="size", broke_off="sum").reset_index()
    return out.assign(rate=out["broke_off"] / out["n"])


def _among(texts: pd.Series, others: pd.Series) -> np.ndarray:
    """Whether each text is one of the others, which may be given by categories."""
    return pd.Index(others.unique()).astype("str").get_indexer(texts) >= 0
