"""Response: how many answered, of how many."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from plankompass.indicators.councils import councils_in_office
from plankompass.study.config_models import WaveConfig
from plankompass.study.problems import StageFailedError
from plankompass.tables import empty_table, read_table, write_table

log = logging.getLogger(__name__)

_CELL = ["kommune_id", "wave", "group", "gathering"]


def compute_response(
    inputs: Mapping[str, Path], outputs: Mapping[str, Path], params: Mapping[str, Any]
) -> None:
    """Count answered questionnaires in every population.

    Args:
        inputs: ``respondents``, ``answers``, ``frames``, ``councils``.
        outputs: ``response``.
        params: ``waves``, for the council in office at each cut-off date.

    Raises:
        StageFailedError: Somewhere more persons answered than the population holds.
    """
    waves = {k: WaveConfig.model_validate(v).as_of for k, v in params["waves"].items()}
    respondents = read_table("respondents", inputs["respondents"])
    table = response_table(
        respondents[_have_valid_answer(respondents["respondent"], inputs["answers"])],
        read_table("frames", inputs["frames"]),
        read_table("councils", inputs["councils"]),
        waves,
    )
    log.info("%d populations, %d questionnaires", len(table), int(table["n"].sum()))
    write_table("response", table, outputs["response"])


def _have_valid_answer(respondents: pd.Series, path: Path) -> np.ndarray:
    """Who has a valid answer; one column of the file is enough, it is the largest table."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    table = pq.read_table(path, columns=["respondent"], filters=[("missing", "==", "valid")])
    answered = table["respondent"].unique()
    asked = pa.array(respondents, type=answered.type)
    return pc.is_in(asked, value_set=answered).to_numpy(zero_copy_only=False)


def response_table(
    respondents: pd.DataFrame,
    frames: pd.DataFrame,
    councils: pd.DataFrame,
    waves: Mapping[str, date],
) -> pd.DataFrame:
    """Put counts and population sizes together.

    Args:
        respondents: Questionnaires with at least one valid answer.
        frames: Population sizes; councillors may be left out.
        councils: Seats of each council.
        waves: Wave to its cut-off date.

    Returns:
        One row a population that was asked or answered. Councils count where any councillor of any
        municipality answered in the wave. The population is missing where no register has it.

    Raises:
        StageFailedError: Somewhere more persons answered than the population holds.
    """
    counts = respondents.groupby(_CELL, observed=True).size().rename("n").reset_index()
    asked = set(counts.loc[counts["group"] == "folkevalgte", "wave"])
    seats = [
        councils_in_office(councils, waves[wave])
        .reset_index()[["kommune_id", "seats"]]
        .rename(columns={"seats": "population"})
        .assign(wave=wave, group="folkevalgte", gathering="")
        for wave in sorted(asked)
    ]
    sizes = pd.concat([frames, *seats]).drop_duplicates(_CELL, keep="first")
    table = sizes.merge(counts, on=_CELL, how="outer")
    if table.empty:
        return empty_table("response")
    table["n"] = table["n"].fillna(0).astype("Int64")
    table["population"] = table["population"].astype("Int64")
    too_many = (table["n"] > table["population"]).fillna(False)
    # Units merged away since are not in the registers; the size there is another unit's.
    before = respondents.loc[respondents["before_merger"].fillna(False), _CELL]
    merged = pd.MultiIndex.from_frame(table[_CELL]).isin(pd.MultiIndex.from_frame(before))
    table.loc[too_many & merged, "population"] = pd.NA
    over = table[too_many & ~merged]
    if len(over):
        raise StageFailedError(
            "indicators response",
            [
                f"frames: {row.kommune_id}, {row.group}, {row.wave} {row.gathering}".rstrip()
                + ": more answers than persons in the group; check the size in the register, and "
                "deputies or forwarded links among the answers [S8]"
                for row in over.itertuples()
            ],
        )
    size = table["population"].to_numpy(float, na_value=np.nan)
    n = table["n"].to_numpy(float)
    table["rate"] = np.divide(n, size, out=np.full(len(n), np.nan), where=size > 0)
    return table[[*_CELL, "population", "n", "rate"]]
