"""A small made-up study for these tests: persons' answers, and the estimates made of them.

Written apart from the indicators stage, so that the tests know every single answer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from plankompass.disclosure.rules import RuleBook
from plankompass.study.codebook import load_codebook
from plankompass.study.config_models import DisclosureConfig
from plankompass.tables import check_table

ROOT = Path(__file__).resolve().parents[3]
WAVES = ("T1", "T2")
GROUPS = ("folkevalgte", "administrasjon")
STEERING = ("ps_brukt_i_saker", "ps_prioriterer", "ps_styrer_budsjett", "ps_liten_betydning")
REVERSED = "ps_liten_betydning"
BARRIERS = ("hi_arshjul", "hi_budsjettprosess", "hi_kapasitet")
TRUST = ("sp_tillit_f_til_a", "sp_tillit_a_til_f")
CODES = ("roller/politisk_lederskap", "roller/tillit")


def rule_book(**thresholds: Any) -> RuleBook:
    """Thresholds with the project's own codebook."""
    return RuleBook.of(DisclosureConfig(**thresholds), load_codebook(ROOT / "codebook"))


@dataclass
class MadeStudy:
    """Tables of a made-up study.

    Attributes:
        estimates, response, quality: As the contracts have them.
        answers: (wave, group, unit, item) to the persons' answers.
    """

    estimates: pd.DataFrame
    response: pd.DataFrame
    quality: pd.DataFrame
    answers: dict[tuple[str, str, str, str], np.ndarray] = field(default_factory=dict)


def make_study(
    municipalities: int = 12,
    *,
    seed: int = 1,
    alpha: float = 0.85,
    late: float = 0.0,
    fewest: int = 2,
) -> MadeStudy:
    """Draw answers and estimate what the indicators would.

    Args:
        municipalities: Their number.
        seed: Seed of the answers.
        alpha: Reliability of the scale.
        late: Share of the groups of the last wave where one or two more have answered; nothing
            else differs from the study without them.

    Returns:
        The study.
    """
    draw = np.random.default_rng(seed)
    units = [f"k{i + 1:02d}" for i in range(municipalities)]
    answers: dict[tuple[str, str, str, str], np.ndarray] = {}
    sizes: dict[tuple[str, str], int] = {}
    rows: list[dict[str, Any]] = []
    for group in GROUPS:
        for unit in units:
            size = int(draw.integers(17, 40) if group == "folkevalgte" else draw.integers(6, 13))
            sizes[(group, unit)] = size
    for wave in WAVES:
        for group in GROUPS:
            for unit in units:
                size = sizes[(group, unit)]
                least = max(2, size // 3) if fewest > 1 else 1
                n = int(draw.integers(least, size + 1))
                centre = draw.normal(0, 0.5)
                for item in (*STEERING, *BARRIERS, *TRUST):
                    drawn = np.clip(np.round(draw.normal(3.2 + centre, 1.0, n)), 1, 5)
                    answers[(wave, group, unit, item)] = drawn
    _late_answers(answers, sizes, units, late, seed)
    for wave in WAVES:
        for group in GROUPS:
            _means(rows, answers, sizes, units, wave, group)
            _barriers(rows, answers, sizes, units, wave, group)
            if wave == WAVES[-1]:
                _spread(rows, answers, sizes, units, wave, group)
        _gaps(rows, answers, sizes, units, wave)
    for group in GROUPS:
        _changes(rows, units, group)
    _codes(rows, units, draw)
    response = pd.DataFrame(
        [
            {
                "kommune_id": unit,
                "wave": wave,
                "group": group,
                "gathering": "",
                "population": sizes[(group, unit)],
                "n": len(answers[(wave, group, unit, TRUST[0])]),
                "rate": len(answers[(wave, group, unit, TRUST[0])]) / sizes[(group, unit)],
            }
            for wave in WAVES
            for group in GROUPS
            for unit in units
        ]
    )
    quality = pd.DataFrame(
        [
            {
                "indicator": "plan_steering_use",
                "group": group,
                "wave": wave,
                "n": 100,
                "alpha": alpha,
                "alpha_lower": 0.6,
                "alpha_upper": 0.9,
                "omega": alpha,
                "acceptable": alpha >= 0.7,
                "municipalities": 8,
                "rwg_j": 0.8,
                "agreement_a": 0.4,
                "icc1": 0.1,
                "icc2": 0.6,
            }
            for wave in WAVES
            for group in GROUPS
        ]
    )
    return MadeStudy(
        check_table("estimates", pd.DataFrame(rows)),
        check_table("response", response),
        check_table("scale_quality", quality),
        answers,
    )


def _late_answers(answers, sizes, units, late: float, seed: int) -> None:
    draw = np.random.default_rng([seed, 2])
    for group in GROUPS:
        for unit in units:
            n, size = len(answers[(WAVES[-1], group, unit, TRUST[0])]), sizes[(group, unit)]
            more = min(int(draw.integers(1, 3)), size - n)
            if draw.random() >= late or not more:
                continue
            for item in (*STEERING, *BARRIERS, *TRUST):
                key = (WAVES[-1], group, unit, item)
                answers[key] = np.append(answers[key], draw.integers(1, 6, more).astype(float))


def estimate_row(**given: Any) -> dict[str, Any]:
    """One row of the table estimates; what is not given is a published mean of nine answers."""
    row = {
        "level": "municipality",
        "unit": "k01",
        "wave": "T2",
        "group": "folkevalgte",
        "gathering": "",
        "indicator": "plan_steering_use",
        "component": "total",
        "value": 3.4,
        "class_value": "",
        "lower": 2.9,
        "upper": 3.9,
        "se": 0.2,
        "n": 9,
        "population": 25,
        "dont_know": np.nan,
        "method": "mean_fpc_pooled_sd",
        "status": "published",
        "reason": "",
        "numerator": None,
        "unanimous": False,
        "municipalities": 1,
    }
    return row | given


def _summary(values: np.ndarray, size: int) -> dict[str, Any]:
    half = 2.1 * np.sqrt((1 - len(values) / size) / len(values))
    mean = float(values.mean())
    return {
        "value": mean,
        "lower": mean - half,
        "upper": mean + half,
        "se": half / 2.1,
        "n": len(values),
        "population": size,
        "unanimous": bool(np.ptp(values) == 0),
    }


def _network(rows: list[dict[str, Any]], start: int, **place: Any) -> None:
    """Add the network's row: municipalities weighted by their number of persons."""
    cells = rows[start:]
    weight = np.array([c["population"] for c in cells], float)
    value = float((weight * [c["value"] for c in cells]).sum() / weight.sum())
    rows.append(
        estimate_row(
            **place,
            level="network",
            unit="network",
            value=value,
            lower=value - 0.15,
            upper=value + 0.15,
            se=0.07,
            n=sum(c["n"] for c in cells),
            population=int(weight.sum()),
            municipalities=len(cells),
            method="stratified_mean",
        )
    )


def _means(rows, answers, sizes, units, wave, group) -> None:
    for component in ("total", *STEERING):
        start = len(rows)
        place = {"wave": wave, "group": group, "component": component}
        for unit in units:
            got = {i: answers[(wave, group, unit, i)] for i in STEERING}
            scored = [6 - v if i == REVERSED else v for i, v in got.items()]
            values = np.mean(scored, axis=0) if component == "total" else got[component]
            rows.append(estimate_row(**place, unit=unit, **_summary(values, sizes[(group, unit)])))
        _network(rows, start, **place)


def _barriers(rows, answers, sizes, units, wave, group) -> None:
    for item in BARRIERS:
        for prefix in ("", "share:"):
            start = len(rows)
            place = {
                "wave": wave,
                "group": group,
                "component": f"{prefix}{item}",
                "indicator": "barrier_severity_ranking",
            }
            for unit in units:
                values = answers[(wave, group, unit, item)]
                if prefix:
                    values = (values >= 4).astype(float)
                more = {"numerator": int(values.sum())} if prefix else {}
                rows.append(
                    estimate_row(
                        **place, unit=unit, **_summary(values, sizes[(group, unit)]), **more
                    )
                )
            _network(rows, start, **place)
    for unit in units:
        means = [answers[(wave, group, unit, i)].mean() for i in BARRIERS]
        for rank, item in zip(np.argsort(np.argsort(means)), BARRIERS, strict=True):
            rows.append(
                estimate_row(
                    wave=wave,
                    group=group,
                    unit=unit,
                    component=f"rank:{item}",
                    indicator="barrier_severity_ranking",
                    value=float(rank + 1),
                    lower=1.0,
                    upper=3.0,
                    se=np.nan,
                    n=len(answers[(wave, group, unit, BARRIERS[0])]),
                    population=sizes[(group, unit)],
                    method="rank_confidence_set",
                )
            )


def _spread(rows, answers, sizes, units, wave, group) -> None:
    parts = {"lower": (1, 2), "middle": (3, 3), "upper": (4, 5)}
    for item in STEERING:
        for part, (low, high) in parts.items():
            start = len(rows)
            place = {"wave": wave, "group": group, "component": f"answers:{part}|{item}"}
            for unit in units:
                values = answers[(wave, group, unit, item)]
                hits = ((values >= low) & (values <= high)).astype(float)
                summary = _summary(hits, sizes[(group, unit)])
                rows.append(estimate_row(**place, unit=unit, **summary, numerator=int(hits.sum())))
            _network(rows, start, **place)


def _gaps(rows, answers, sizes, units, wave) -> None:
    indicator = "politics_administration_gap"
    of: dict[tuple[str, str, str], dict[str, Any]] = {}
    for component in (*TRUST, "tillit"):
        for group in GROUPS:
            start = len(rows)
            place = {
                "wave": wave,
                "group": group,
                "component": f"level:{component}",
                "indicator": indicator,
            }
            for unit in units:
                got = [answers[(wave, group, unit, i)] for i in TRUST]
                values = (
                    np.mean(got, axis=0) if component == "tillit" else got[TRUST.index(component)]
                )
                row = estimate_row(**place, unit=unit, **_summary(values, sizes[(group, unit)]))
                of[(component, group, unit)] = row
                rows.append(row)
            _network(rows, start, **place)
            of[(component, group, "network")] = rows[-1]
        for unit in (*units, "network"):
            one, two = (of[(component, group, unit)] for group in GROUPS)
            fewer = one if one["n"] <= two["n"] else two
            gap = one["value"] - two["value"]
            rows.append(
                estimate_row(
                    level=one["level"],
                    unit=unit,
                    wave=wave,
                    group=GROUPS[0],
                    indicator=indicator,
                    component=f"{component}|{GROUPS[1]}",
                    value=gap,
                    lower=gap - 0.6,
                    upper=gap + 0.6,
                    n=fewer["n"],
                    population=fewer["population"],
                    municipalities=one["municipalities"],
                    unanimous=one["unanimous"] or two["unanimous"],
                )
            )


def _changes(rows, units, group) -> None:
    place = {(r["unit"], r["wave"], r["group"], r["indicator"], r["component"]): r for r in rows}
    for component in ("total", *STEERING):
        for unit in (*units, "network"):
            old, new = (place[(unit, w, group, "plan_steering_use", component)] for w in WAVES)
            change = new["value"] - old["value"]
            rows.append(
                estimate_row(
                    level=new["level"],
                    unit=unit,
                    wave="T2",
                    group=group,
                    component=f"change:T1|{component}",
                    value=change,
                    lower=change - 0.5,
                    upper=change + 0.5,
                    n=min(old["n"], new["n"]),
                    population=new["population"],
                    municipalities=new["municipalities"],
                    method="change_overlapping",
                )
            )


def _codes(rows, units, draw) -> None:
    for code in CODES:
        start = len(rows)
        place = {
            "wave": "T2",
            "group": "intervju",
            "component": code,
            "lower": np.nan,
            "upper": np.nan,
            "se": np.nan,
            "indicator": "interplay_interview_share",
            "population": None,
            "method": "count_interviews",
        }
        for unit in units:
            n = 4 if unit == "k01" else int(draw.integers(5, 8))
            count = int(draw.integers(0, n + 1))
            rows.append(estimate_row(**place, unit=unit, value=count / n, n=n, numerator=count))
        cells = rows[start:]
        n, count = (sum(c[k] for c in cells) for k in ("n", "numerator"))
        rows.append(
            estimate_row(
                **place,
                level="network",
                unit="network",
                value=count / n,
                n=n,
                numerator=count,
                municipalities=len(units),
            )
        )
