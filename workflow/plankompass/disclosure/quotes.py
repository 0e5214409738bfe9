"""Quotations that leave: cleared ones, at network level, where enough persons stand behind the wave."""

from __future__ import annotations

import pandas as pd

from plankompass.disclosure.rules import INTERVIEWS, RuleBook
from plankompass.tables import empty_table

_COLUMNS = ["wave", "codes", "text"]


def publish_quotes(cleared: pd.DataFrame, estimates: pd.DataFrame, rules: RuleBook) -> pd.DataFrame:
    """The quotations that may stand in the network report.

    A quotation leaves without municipality, role, interview and the name of who cleared it, and only
    from a wave whose interviews are as many, from as many municipalities, as any network number
    needs: fewer, and a reader could tell who spoke.

    Args:
        cleared: Table ``cleared_quotes``.
        estimates: Restricted estimates, with the interviews behind each code share.
        rules: Thresholds.

    Returns:
        Rows of ``quotes``, by wave and words, numbered: the order tells nothing of the interviews.
    """
    if cleared.empty:
        return empty_table("quotes")
    behind = estimates[(estimates["level"] == "network") & (estimates["group"] == INTERVIEWS)]
    enough = behind[
        (behind["n"].fillna(0) >= rules.config.min_n_network)
        & (behind["municipalities"].fillna(0) >= rules.config.min_municipalities)
    ]
    kept = cleared[cleared["wave"].isin(set(enough["wave"]))]
    kept = kept[_COLUMNS].drop_duplicates().sort_values(_COLUMNS).reset_index(drop=True)
    return kept.assign(quote=range(1, len(kept) + 1))


def check_quotes(quotes: pd.DataFrame, cleared: pd.DataFrame) -> list[str]:
    """What the gate holds against quotations: each must be one that somebody cleared.

    Args:
        quotes: What would be published.
        cleared: Table ``cleared_quotes``.

    Returns:
        Problems in words, without the quotations.
    """
    allowed = set(cleared.loc[cleared["cleared_by"] != "", "text"])
    return [
        f"quotes: number {row.quote} was cleared by nobody"
        for row in quotes.itertuples(index=False)
        if row.text not in allowed
    ]
