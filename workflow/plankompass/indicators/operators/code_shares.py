"""Shares of interviews in which a code is present."""

from __future__ import annotations

import numpy as np

from plankompass.indicators.code_presence import coded_interviews, presence
from plankompass.indicators.interviews import unusable_codes
from plankompass.indicators.task import NETWORK, Rows, Task

GROUP = "intervju"


def share_of_interviews_with_code(task: Task) -> Rows:
    """Interviews with the code divided by all coded interviews, code by code.

    Interviews are chosen, not drawn, so there is no interval. A code on which the coders agree too
    little is not given for single municipalities.

    Args:
        task: The computation; the indicator's param ``network_only_codes``, if any.

    Returns:
        One component a code, for each municipality and the network.
    """
    rows = Rows(task.indicator.id)
    codes = task.indicator.inputs.codes
    interviews = coded_interviews(task.tables.table("interviews"))
    segments = task.tables.table("segments")
    present = presence(interviews, segments, codes, task.tables.table("consensus"))
    rules = task.codebook.coding_rules["reliability"]
    disputed = unusable_codes(
        task.tables.table("interviews"), segments, codes, tentative=float(rules["tentative"])
    )
    network_only = set(task.indicator.params.get("network_only_codes", []))
    for wave in task.waves:
        in_wave = (interviews["wave"] == wave).to_numpy()
        for unit in [*task.tables.municipalities(), NETWORK]:
            here = in_wave if unit == NETWORK else in_wave & (interviews["kommune_id"] == unit)
            n = int(here.sum())
            behind = interviews.loc[here, "kommune_id"].nunique()
            for number, code in enumerate(codes):
                missing = None
                if unit != NETWORK and (
                    "municipality" not in task.indicator.levels or code in network_only
                ):
                    missing = ("not_applicable", "network_only")
                elif n == 0:
                    missing = ("not_collected", "not_asked")
                elif unit != NETWORK and code in disputed:
                    missing = ("hidden", "disagreement_coders")
                if missing is not None:
                    rows.add(unit, wave, GROUP, code, status=missing[0], reason=missing[1])
                    continue
                count = int(np.asarray(present[np.asarray(here), number]).sum())
                rows.add(
                    unit, wave, GROUP, code, value=count / n, n=n, method="count_interviews",
                    numerator=count, unanimous=count in (0, n), municipalities=behind,
                )  # fmt: skip
    return rows
