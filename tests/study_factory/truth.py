"""The planted truth: what a correct analysis of the raw files must find, saved apart from them."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from tests.study_factory.design import REPORT_WAVE, WAVE_DAYS, StudyDesign
from tests.study_factory.faults import PlantedFault
from tests.study_factory.goal_register import LinkTruth
from tests.study_factory.interviews import Interview, codes_present
from tests.study_factory.plan_facts import TERM, PlanFacts
from tests.study_factory.populations import Cell
from tests.study_factory.refi import ProjectFaults
from tests.study_factory.registers import attendance_of

from plankompass.study.codebook import Codebook

CELL_COLUMNS = (
    "wave",
    "group",
    "kommune_id",
    "gathering",
    "indicator",
    "component",
    "quantity",
    "value",
    "population",
    "respondents",
)


class StudyTruth:
    """The truth of one study.

    Attributes:
        design: The study.
        cells: One row a population quantity: the mean or share over all N members (columns as in
            :data:`CELL_COLUMNS`); items are turned the right way in scale means only.
        facts: Everything else, as plain values by name.
    """

    def __init__(self, design: StudyDesign) -> None:
        self.design = design
        self._rows: list[tuple] = []
        self.facts: dict[str, object] = {}

    def add_cells(self, rows: list[tuple]) -> None:
        """Add population quantities."""
        self._rows += rows

    @property
    def cells(self) -> pd.DataFrame:
        """Population quantities, sorted by key."""
        frame = pd.DataFrame(self._rows, columns=list(CELL_COLUMNS))
        return frame.sort_values(list(CELL_COLUMNS[:7]), ignore_index=True)

    def network(self) -> pd.DataFrame:
        """The same quantities for the whole network, two ways.

        Returns:
            Columns wave, group, gathering, indicator, component, quantity, ``pooled`` (over all
            members), ``of_municipalities`` (unweighted mean of the municipalities) and population.
        """
        keys = ["wave", "group", "gathering", "indicator", "component", "quantity"]
        cells = self.cells.assign(total=lambda c: c["value"] * c["population"])
        joined = cells.groupby(keys, as_index=False).agg(
            total=("total", "sum"),
            population=("population", "sum"),
            of_municipalities=("value", "mean"),
        )
        joined["pooled"] = joined["total"] / joined["population"]
        return joined[[*keys, "pooled", "of_municipalities", "population"]]

    def save(self, folder: Path | str) -> None:
        """Write ``planted_truth.parquet`` (cells) and ``planted_truth.json`` (everything else).

        Args:
            folder: A folder that is not the raw folder.
        """
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        self.cells.to_parquet(folder / "planted_truth.parquet", index=False)
        text = json.dumps(self.facts, ensure_ascii=False, indent=1, sort_keys=True, default=_plain)
        (folder / "planted_truth.json").write_text(text + "\n", encoding="utf-8", newline="\n")


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(type(value).__name__)


def cell_truths(cell: Cell, codebook: Codebook) -> list[tuple]:
    """Population quantities of one cell, for every indicator that reads its items.

    The truth is over all N members, also those who would answer don't know: don't know is drawn
    independently of the answer, so the valid answers are a random sample of all.

    Args:
        cell: The population.
        codebook: The instrument.

    Returns:
        Rows as in :data:`CELL_COLUMNS`.
    """
    answers, size = cell.members.answers, cell.members.size
    key = (cell.wave, cell.group, cell.municipality.kommune_id, cell.gathering)
    rows: list[tuple] = []
    for indicator in codebook.indicators.values():
        if cell.group not in indicator.groups or indicator.kind not in (
            "survey_scale",
            "survey_proportion",
            "perception_gap",
        ):
            continue
        items = [i for i in indicator.inputs.items if cell.group in codebook.items[i].groups]
        present = [i for i in items if i in answers]
        threshold = indicator.params.get("threshold")
        if indicator.operator == "mean_of_items" and present:
            turned = [
                6.0 - answers[i] if codebook.items[i].reverse else answers[i].astype(float)
                for i in present
            ]
            rows.append((*key, indicator.id, "total", "mean", float(np.mean(turned)), size, cell.n))
        for item in items:
            for column in codebook.answer_columns(item):
                if column not in answers:
                    continue
                values = answers[column]
                if indicator.operator == "share_selected":
                    rows.append(
                        (*key, indicator.id, column, "share", float(values.mean()), size, cell.n)
                    )
                    continue
                if indicator.operator != "share_at_least":
                    rows.append(
                        (*key, indicator.id, column, "mean", float(values.mean()), size, cell.n)
                    )
                if threshold is not None:
                    share = float((values >= threshold).mean())
                    rows.append((*key, indicator.id, column, "share_at_least", share, size, cell.n))
    return rows


def _months(start: date, end: date) -> int:
    """Whole months from one day to another."""
    months = (end.year - start.year) * 12 + end.month - start.month
    return months - (end.day < start.day)


def _one_year_after(day: date) -> date:
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, day=28)


def _timing(fact: PlanFacts) -> dict[str, object]:
    start = fact.municipality.constituted[TERM]
    adopted = fact.community_part_on
    as_of = WAVE_DAYS[REPORT_WAVE][2]
    happened = adopted is not None and start < adopted <= as_of
    return {
        "constituted_on": start,
        "strategy_adopted_on": fact.strategy_on,
        "strategy_within_one_year": fact.strategy_on <= _one_year_after(start),
        "community_part": fact.community_part,
        "community_part_adopted_on": adopted,
        "months_to_community_part": _months(start, adopted) if happened else None,
        "censored_at_months": None
        if happened or fact.community_part == "not_collected"
        else _months(start, as_of),
    }


def _shares(
    links: list[LinkTruth], facts: list[PlanFacts]
) -> dict[str, dict[str, dict[str, object]]]:
    """Numerators and denominators that a correct reading of the goal register gives."""
    needs_money = {
        (f.municipality.kommune_id, g.id): g.needs_money for f in facts for g in f.points
    }
    result: dict[str, dict[str, dict[str, object]]] = {}
    for link in links:
        if (
            link.measure == "plattform_med_budsjettlinje"
            and not needs_money[(link.kommune_id, link.goal)]
        ):
            continue
        entry = result.setdefault(link.kommune_id, {}).setdefault(
            link.measure, {"numerator": 0, "denominator": 0, "confirmed": 0, "coders_disagree": 0}
        )
        entry["denominator"] += 1
        entry["confirmed"] += link.confirmed is not None
        entry["coders_disagree"] += link.confirmed is None and link.coders > 1
        entry["numerator"] += bool(link.confirmed)
    for measures in result.values():
        for entry in measures.values():
            complete = entry["confirmed"] == entry["denominator"]
            entry["share"] = entry["numerator"] / entry["denominator"] if complete else None
    return result


def register_faults(links: list[LinkTruth]) -> list[PlantedFault]:
    """Links of the goal register that nobody confirmed or that the coders disagree on (D5)."""
    counts: dict[tuple[str, str, str], int] = {}
    for link in links:
        if link.confirmed is None:
            note = "the coders disagree" if link.coders > 1 else "suggested, not confirmed"
            key = (link.kommune_id, link.measure, note)
            counts[key] = counts.get(key, 0) + 1
    file = "plans/goal_register.csv"
    return [
        PlantedFault("D5", "reject", file, (kommune,), measure, count, note)
        for (kommune, measure, note), count in sorted(counts.items())
    ]


def _interview_facts(
    interviews: list[Interview], faults: dict[str, ProjectFaults]
) -> list[dict[str, object]]:
    """Codes present in each interview that counts, after the planted faults."""
    rejected = {name for f in faults.values() for name in f.without_municipality}
    result = []
    for interview in interviews:
        lost = {
            code for f in faults.values() for name, code in f.beyond_text if name == interview.name
        }
        coded = {
            coder: sorted({s.code for s in selections if not (coder == "A" and s.code in lost)})
            for coder, selections in interview.coded.items()
        }
        present = set(codes_present(interview)) - {c for c in lost if "A" in interview.coded}
        result.append({
            "name": interview.name, "kommune_id": interview.municipality.kommune_id, "role": interview.role,
            "wave": interview.wave, "counts": interview.name not in rejected, "coded": coded,
            "agreed": interview.agreed, "present": sorted(present), "spoken": sorted(interview.spoken),
        })  # fmt: skip
    return result


def finish_truth(
    truth: StudyTruth,
    facts: list[PlanFacts],
    links: list[LinkTruth],
    measures: dict[tuple[str, str, str], float | None],
    interviews: list[Interview],
    project_faults: dict[str, ProjectFaults],
    planted: list[PlantedFault],
) -> None:
    """Add everything that is not a survey cell.

    Args:
        truth: The truth, with its cells.
        facts: Plan facts of every municipality.
        links: Goal links.
        measures: Agreed values of coded measures.
        interviews: Interviews with their coding.
        project_faults: Faults of the coders' projects.
        planted: Planted faults of every stage.
    """
    design = truth.design
    attendance = {}
    for m in design.municipalities:
        rows = attendance_of(design, m)
        invited = [r for r in rows if r["invited"]]
        given = [r for r in invited if r["homework_given"]]
        attendance[m.kommune_id] = {
            "attended": sum(
                r["political_leaders"] > 0 and r["administrative_leaders"] > 0 for r in invited
            ),
            "invited": len(invited),
            "homework_delivered": sum(bool(r["in_time"]) for r in given),
            "homework_given": len(given),
        }
    truth.facts = {
        "study": design.study,
        "seed": design.seed,
        "municipalities": [
            {
                "kommune_id": m.kommune_id, "code": m.code, "name": m.name, "language": m.language,
                "traits": sorted(m.traits), "codes_by_wave": {w: list(c) for w, c in m.codes_by_wave.items()},
                "seats": m.seats, "later_codes": list(m.later_codes),
            }
            for m in design.municipalities
        ],
        "timing": {f.municipality.kommune_id: _timing(f) for f in facts},
        "goal_counts": {f.municipality.kommune_id: {"samfunnsdel": len(f.goals), "plattform": len(f.points)} for f in facts},
        "goal_links": [asdict(link) for link in links],
        "goal_shares": _shares(links, facts),
        "coded_measures": [
            {"kommune_id": k, "wave": w, "measure": m, "value": v} for (k, w, m), v in sorted(measures.items())
        ],
        "attendance": attendance,
        "interviews": _interview_facts(interviews, project_faults),
        "faults": [p.record() for p in [*planted, *register_faults(links)]],
    }  # fmt: skip
