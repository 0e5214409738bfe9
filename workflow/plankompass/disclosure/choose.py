"""What may be published together: waves against change, secondary suppression, and what follows."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from plankompass.disclosure.answer_sets import shares_that_tell
from plankompass.disclosure.components import TOTAL, part_of
from plankompass.disclosure.distributions import distributions_that_tell, not_whole
from plankompass.disclosure.ledger import KEY as LEDGER_KEY
from plankompass.disclosure.ledger import published_before
from plankompass.disclosure.rows import row_tuples
from plankompass.disclosure.rules import SOURCES, SURVEY_GROUPS, RuleBook
from plankompass.disclosure.secondary import Protection, protect
from plankompass.disclosure.study_system import build_study_system

SEED = 20190510
PRIVATE_REASONS = frozenset(
    {"too_few_answers", "small_population", "unanimous", "count_at_edge", "secondary"}
)
_SAME = ["indicator", "level", "unit", "group", "gathering"]


def choose_published(
    marked: pd.DataFrame, rules: RuleBook, ledger: pd.DataFrame | None = None
) -> tuple[pd.DataFrame, Protection]:
    """Hide what must be hidden because of everything else that is published.

    Args:
        marked: Rows from ``mark_rows``.
        rules: Thresholds.
        ledger: Earlier releases, whose numbers everyone has.

    Returns:
        The rows with more of them hidden, and what secondary suppression did.
    """
    frame = hide_beside(marked, rules, ledger)
    study = build_study_system(frame, rules, ledger=ledger)
    found = protect(
        study.system,
        study.candidates,
        min_remainder=rules.config.min_hidden_remainder,
        min_share=rules.config.min_interval_share,
        restarts=rules.config.restarts,
        seed=SEED,
    )
    hidden = [at for at, row in study.row_of.items() if row in found.hidden]
    frame = _hide(frame, hidden, "secondary")
    return hide_dependents(frame, rules), found


def _hide(frame: pd.DataFrame, rows: Collection[int], reason: str) -> pd.DataFrame:
    out = frame.copy()
    at = out.index[sorted(rows)]
    out.loc[at, "status"] = "hidden"
    out.loc[at, "reason"] = reason
    out.loc[at, "display"] = ""
    return out


def hide_beside(
    marked: pd.DataFrame, rules: RuleBook, ledger: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Hide what may not stand beside another published number, whatever else is published.

    Args:
        marked: Rows from ``mark_rows``.
        rules: Scales of the items.
        ledger: Earlier releases.

    Returns:
        The rows without earlier waves beside their change, and without shares and distributions that
        together with a mean tell the answers.
    """
    frame = choose_wave_or_change(marked, ledger)
    frame = _hide(frame, shares_that_tell(frame, rules), "secondary")
    return _hide(frame, distributions_that_tell(frame, rules), "secondary")


def choose_wave_or_change(marked: pd.DataFrame, ledger: pd.DataFrame | None = None) -> pd.DataFrame:
    """Keep two waves' means or their change of a municipality, never all three (rule 7).

    The latest wave's number and the change into it are kept and the earlier wave's number gives way,
    unless an earlier release has shown it: then the change gives way.

    Args:
        marked: Rows with status.
        ledger: Earlier releases.

    Returns:
        The rows, earlier waves hidden with reason ``change_shown``, changes with ``waves_shown``.
    """
    before = set() if ledger is None else published_before(ledger)
    shown = ((marked["level"] == "municipality") & (marked["status"] == "published")).to_numpy()
    keys = list(row_tuples(marked, [*_SAME, "wave", "component"]))
    ledger_keys = list(row_tuples(marked, LEDGER_KEY)) if before else []
    place = {key: at for at, key in enumerate(keys)}
    open_rows = shown.copy()
    change = marked["component"].str.startswith("change:").to_numpy() & open_rows
    earlier_gone, change_gone = [], []
    # from the latest wave backwards, so that a number that gave way frees the change before it
    for at in sorted(np.flatnonzero(change), key=lambda i: (keys[i][-2], -i), reverse=True):
        *same, wave, component = keys[at]
        part = part_of(component)
        later = place.get((*same, wave, part.base))
        earlier = place.get((*same, part.before, part.base))
        if later is None or earlier is None or not open_rows[later]:
            continue
        if before and ledger_keys[earlier] in before:
            open_rows[at] = False
            change_gone.append(at)
        elif open_rows[earlier]:
            open_rows[earlier] = False
            earlier_gone.append(earlier)
    # a change that readers have already stands beside the later wave, whatever becomes of it now
    for at, key in enumerate(ledger_keys):
        *same, wave, component = keys[at]
        part = part_of(component)
        if part.kind != "change" or key not in before or marked["level"].iat[at] != "municipality":
            continue
        later = place.get((*same, wave, part.base))
        earlier = place.get((*same, part.before, part.base))
        if later is None or earlier is None or not open_rows[earlier]:
            continue
        if ledger_keys[earlier] not in before and (
            open_rows[later] or ledger_keys[later] in before
        ):
            open_rows[earlier] = False
            earlier_gone.append(earlier)
    return _hide(_hide(marked, earlier_gone, "change_shown"), change_gone, "waves_shown")


def hide_dependents(frame: pd.DataFrame, rules: RuleBook) -> pd.DataFrame:
    """Hide what is made of a hidden number without being a row of the system.

    A rank places a hidden mean between its neighbours; a class of agreement between sources, and how
    it moves with the cut points, bounds the survey's mean. Both go when what they are made of is
    hidden because of persons. A distribution of answers goes whole when one of its parts is hidden.

    Args:
        frame: Rows with status.
        rules: What each class is made of.

    Returns:
        The rows with ranks, classes and distributions hidden where needed.
    """
    private = (frame["status"] == "hidden") & frame["reason"].isin(PRIVATE_REASONS)
    cell = ["indicator", "level", "unit", "wave", "group", "gathering"]
    shown = (frame["status"] == "published").to_numpy()
    prefix = frame["component"].str.partition(":")[0]
    whole = frame["component"].str.contains(":", regex=False)
    ranked = (whole & (prefix == "rank")).to_numpy()
    own = private & ~whole & (frame["level"] == "municipality")
    broken = set(row_tuples(frame[own], cell))
    in_broken = np.fromiter((key in broken for key in row_tuples(frame, cell)), bool, len(frame))
    frame = _hide(frame, np.flatnonzero(ranked & shown & in_broken), "secondary")
    frame = _hide(frame, not_whole(frame, shown), "secondary")
    return _hide(frame, _classes_on_hidden(frame, private, shown, rules), "secondary")


def _classes_on_hidden(
    frame: pd.DataFrame, private: pd.Series, shown: np.ndarray, rules: RuleBook
) -> list[int]:
    """Rows of classes whose survey source is hidden because of persons."""
    totals = frame[private & (frame["component"] == TOTAL)]
    hidden = set(row_tuples(totals, ["unit", "wave", "indicator", "group"]))
    rows = (frame["group"] == SOURCES).to_numpy() & shown
    rows &= (frame["component"] != "source:document").to_numpy()
    places = row_tuples(frame[rows], ["unit", "wave", "indicator"])
    return [
        at
        for at, (unit, wave, indicator) in zip(np.flatnonzero(rows).tolist(), places, strict=True)
        if any((unit, wave, *source) in hidden for source in _survey_sources(indicator, rules))
    ]


def _survey_sources(indicator: str, rules: RuleBook) -> list[tuple[str, str]]:
    """The survey indicators and groups that a class of agreement is made of."""
    entry = rules.indicators[indicator]
    groups = [entry.params["survey_group"]] if "survey_group" in entry.params else entry.groups
    surveys = [i for i in entry.inputs.indicators if rules.indicators[i].kind.startswith("survey")]
    return [(i, g) for i in surveys for g in groups if g in SURVEY_GROUPS]
