"""A handful of publishable rows, each chosen for what the reader should see of it.

The values are made for the tests of layout; no test takes them for results.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from plankompass.reports.publishable import TABLES
from plankompass.tables import CONTRACTS, write_table

TOWN, OTHER = "k01", "k02"
#: A number that a hidden row still carries by mistake; it must come out nowhere.
LEAK = 4.8765
HOSTILE = ("=HYPERLINK(0)", "+1+1", "-2+3", "@SUM(A1)", "\tknapp")
HOSTILE_NAME = "=Farlig & <kommune>"
CAPACITY, BARRIERS, NEEDS = (
    "policy_implementation_capacity",
    "barrier_severity_ranking",
    "support_needs",
)


def estimate(
    indicator: str, component: str = "total", group: str = "folkevalgte", **changes: Any
) -> dict[str, Any]:
    """One publishable row of the town in the report's wave."""
    row = {
        "level": "municipality",
        "unit": TOWN,
        "wave": "T2",
        "group": group,
        "gathering": "",
        "indicator": indicator,
        "component": component,
        "value": None,
        "class_value": "",
        "lower": None,
        "upper": None,
        "se": None,
        "n": None,
        "population": None,
        "dont_know": None,
        "method": "made",
        "status": "published",
        "reason": "",
        "display": "",
    }
    return row | changes


def hidden(indicator: str, component: str, reason: str, **changes: Any) -> dict[str, Any]:
    """A row whose number is not shown."""
    return estimate(indicator, component, **({"status": "hidden", "reason": reason} | changes))


# fmt: off
ESTIMATES = [
    estimate(CAPACITY, value=3.6, lower=3.4, upper=3.9, n=16, population=27, dont_know=0.1),
    estimate(CAPACITY, wave="T0", value=4.0, lower=3.9, upper=4.4, n=16, population=27),
    hidden(CAPACITY, "total", "change_shown", wave="T1", n=21, population=27),
    hidden(CAPACITY, "gj_treghet", "secondary", value=LEAK, lower=LEAK, upper=LEAK, n=17),
    hidden(CAPACITY, "gj_tidlig_preg", "too_few_answers"),
    estimate(CAPACITY, "change:T1|total", value=-0.3, lower=-0.5, upper=0.0, n=16, population=27),
    estimate(BARRIERS, "hi_tid", value=3.2, lower=2.9, upper=3.5, n=16, population=27),
    estimate(BARRIERS, "rank:hi_tid", value=2.0, lower=1.0, upper=4.0, n=16, population=27),
    estimate(BARRIERS, "share:hi_tid", "administrasjon", value=0.375, lower=0.3, upper=0.44, n=8, population=9),
    hidden(BARRIERS, "share:hi_tid", "count_at_edge", display="under_20"),
    estimate(NEEDS, "st_behov__verktoy", value=0.38, lower=0.31, upper=0.46, n=24, population=27),
    estimate(NEEDS, "change:T1|st_behov__verktoy", value=-0.12, lower=-0.2, upper=-0.04, n=16, population=27),
    estimate("citizen_perception_gap", "pa_hort|innbyggere", value=0.4, lower=0.1, upper=0.7, n=16, population=27),
    estimate("citizen_perception_gap", "level:pa_hort", value=3.4, lower=3.1, upper=3.7, n=16, population=27),
    estimate("months_to_political_plan", group="dokument", value=43.0, class_value="not_yet"),
    estimate("planning_strategy_on_time", group="dokument", value=1.0),
    estimate("implementation_interview_share", "barrierer/tid", "intervju", class_value="at_least_three"),
    estimate("plan_use_convergence", "total", "kilder", class_value="delvis"),
    estimate("plan_use_convergence", "sensitivity:up", "kilder", class_value="sprik"),
    estimate("goal_chain_share", "mal_i_handlingsdel", "dokument", value=2 / 3, n=3),
    estimate("support_interview_share", "stotte/fagressurs", "intervju", status="not_applicable", reason="network_only"),
    estimate(CAPACITY, level="network", unit="network", value=3.3, lower=3.2, upper=3.4, n=160, population=300),
    estimate(CAPACITY, unit=OTHER, value=2.9, lower=2.6, upper=3.2, n=20, population=35),
]

_MEMBERS, _STAFF, _PLANS = "Folkevalgte", "Administrasjon", "Dokumenter"
_NONE = (None,) * 5
#: What the sheet of numbers must hold, written by hand: value, lower, upper, n, N, status, words.
EXPECTED = {
    (CAPACITY, "total", _MEMBERS, 2023): (3.6, 3.4, 3.9, 16, 27, "Vises", None),
    (CAPACITY, "total", _MEMBERS, 2019): (4.0, 3.9, 4.4, 16, 27, "Vises", None),
    (CAPACITY, "total", _MEMBERS, 2021): (*_NONE, "Endringen vises i stedet", None),
    (CAPACITY, "gj_treghet", _MEMBERS, 2023): (*_NONE, "Skjermet", None),
    (CAPACITY, "gj_tidlig_preg", _MEMBERS, 2023): (*_NONE, "For få svar", None),
    (CAPACITY, "change:T1|total", _MEMBERS, 2023): (-0.3, -0.5, 0.0, 16, 27, "Vises", None),
    (BARRIERS, "hi_tid", _MEMBERS, 2023): (3.2, 2.9, 3.5, 16, 27, "Vises", None),
    (BARRIERS, "rank:hi_tid", _MEMBERS, 2023): (None, 1, 4, 16, 27, "Vises", "1–4"),
    (BARRIERS, "share:hi_tid", _STAFF, 2023): (37.5, 30, 44, 8, 9, "Vises", "3\u00a0av\u00a08"),
    (BARRIERS, "share:hi_tid", _MEMBERS, 2023): (*_NONE, "Vises", "under 20 prosent"),
    (NEEDS, "st_behov__verktoy", _MEMBERS, 2023): (38, 31, 46, 24, 27, "Vises", None),
    (NEEDS, "change:T1|st_behov__verktoy", _MEMBERS, 2023): (-12, -20, -4, 16, 27, "Vises", None),
    ("citizen_perception_gap", "pa_hort|innbyggere", _MEMBERS, 2023): (0.4, 0.1, 0.7, 16, 27, "Vises", None),
    ("citizen_perception_gap", "level:pa_hort", _MEMBERS, 2023): (3.4, 3.1, 3.7, 16, 27, "Vises", None),
    ("months_to_political_plan", "total", _PLANS, 2023): (*_NONE, "Vises", "mer enn 43 måneder"),
    ("planning_strategy_on_time", "total", _PLANS, 2023): (*_NONE, "Vises", "ja"),
    ("implementation_interview_share", "barrierer/tid", "Intervju", 2023): (*_NONE, "Vises", "minst tre intervju"),
    ("plan_use_convergence", "total", "Kildene samlet", 2023): (*_NONE, "Vises", "Delvis samsvar"),
    ("goal_chain_share", "mal_i_handlingsdel", _PLANS, 2023): (66.7, None, None, 3, None, "Vises", "2\u00a0av\u00a03"),
}
# fmt: on


def _response(kommune_id: str, group: str, size: int, n: int | None, rate: float | None) -> dict:
    return {
        "kommune_id": kommune_id, "wave": "T2", "group": group, "gathering": "", "population": size,
        "n": n, "rate": rate, "status": "hidden" if n is None else "published",
    }  # fmt: skip


def _town(kommune_id: str, code: str, name: str) -> dict[str, Any]:
    return {
        "kommune_id": kommune_id, "code": code, "name": name, "official_name": name,
        "county": "Eksempelfylket", "peer_group": "Kystkommuner", "size_class": "under 5 000",
        "language": "nb", "territory_from": datetime(2018, 1, 1), "territory_note": "",
        "before_codes": "", "splits_on": None,
    }  # fmt: skip


def _rows() -> dict[str, list[dict[str, Any]]]:
    chain = ("mal_i_handlingsdel", "mal_med_budsjettlinje", "mal_i_arsmelding")
    goals = {f"M{n}": text for n, text in enumerate(HOSTILE, start=1)}
    compared = {
        "kommune_id": TOWN, "wave": "T2", "group": "folkevalgte", "gathering": "", "peers": 6,
        "indicator": CAPACITY, "component": "total", "peer_mean": 3.2, "difference": 0.4,
        "lower": 0.2, "upper": 0.6, "p_value": None, "verdict": "above",
    }  # fmt: skip
    stands = {"kommune_id": TOWN, "document": "d" * 64, "register": "samfunnsdel", "page": 4}
    link = {"kommune_id": TOWN, "suggested": None, "coders": 2, "evidence_page": 7}
    return {
        "estimates": ESTIMATES,
        "comparisons": [compared],
        "response": [
            _response(TOWN, "folkevalgte", 27, 16, 0.59),
            _response(TOWN, "administrasjon", 9, None, None),
            _response(TOWN, "innbyggere", 11480, 251, 0.02),
            _response(OTHER, "folkevalgte", 35, 20, 0.57),
        ],
        "suppressed": [{"level": "municipality", "unit": TOWN, "reason": "secondary", "count": 1}],
        "municipalities": [_town(TOWN, "0301", HOSTILE_NAME), _town(OTHER, "9902", "Prøvestad")],
        "goals": [
            stands | {"goal": goal, "text": text, "area": "", "needs_money": True}
            for goal, text in goals.items()
        ],
        "goal_links": [
            link
            | {"goal": goal, "measure": stage}
            | {"confirmed": stage == chain[0] if goal != "M3" else None}
            for goal in goals
            for stage in chain
        ],
    }


def write_publishable(folder: Path) -> dict[str, Path]:
    """Write the made tables, all that a report's rule is given.

    Args:
        folder: Where to write.

    Returns:
        Input name to file.
    """
    rows = _rows()
    paths = {}
    for name, contract in TABLES.items():
        columns = [c.name for c in CONTRACTS[contract].columns]
        paths[name] = folder / f"{name}.parquet"
        write_table(contract, pd.DataFrame(rows.get(name, []), columns=columns), paths[name])
    return paths


def workbook_params(root: Path, **changes: Any) -> dict[str, Any]:
    """Params of a workbook's rule."""
    return {
        "study": "provestudie",
        "title": {"nb": "Prøvestudie", "nn": "Prøvestudie", "en": "Trial"},
        "example": True,
        "kommune_id": TOWN,
        "language": "nb",
        "codebook": str(root / "codebook"),
        "waves": {
            w: {"as_of": f"{y}-05-31"} for w, y in (("T0", 2019), ("T1", 2021), ("T2", 2023))
        },
        "report": {"wave": "T2", "publisher": "Prøve", "contact": "", "dated": "2023-06-15"},
        "statistics": {"false_discovery_rate": 0.1, "dont_know_flag": 0.25},
        "disclosure": {"min_n": 5, "min_population": 8, "min_n_residents": 30},
        "version": "0.1.0",
        "input_hash": "0123456789abcdef",
    } | changes
