"""Which council was in office on a day."""

from __future__ import annotations

from datetime import date

import pandas as pd


def councils_in_office(councils: pd.DataFrame, day: date) -> pd.DataFrame:
    """Find the council of each municipality that was in office on a day.

    Args:
        councils: Table ``councils``.
        day: The day, usually a wave's cut-off date.

    Returns:
        Rows of ``councils`` indexed by kommune_id: the last constituted on or before the day.
        Municipalities without such a council are left out.
    """
    ordered = councils.sort_values(["constituted_on", "kommune_id"])
    sat = ordered[ordered["constituted_on"] <= pd.Timestamp(day)]
    return sat.drop_duplicates("kommune_id", keep="last").set_index("kommune_id").sort_index()
