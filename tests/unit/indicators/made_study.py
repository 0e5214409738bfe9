"""Small tidy tables made by hand or by a seed, and a call that computes an indicator from them."""

from __future__ import annotations

import importlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from plankompass.indicators.compute import (
    compute_indicator,
    input_indicators,
    needed_inputs,
    operator_function,
)
from plankompass.indicators.task import StudyTables, Task
from plankompass.study.codebook import Codebook, load_codebook
from plankompass.study.codebook_models import Indicator
from plankompass.study.config_models import StatisticsConfig, WaveConfig
from plankompass.tables import CONTRACTS, read_table, write_table

ROOT = Path(__file__).resolve().parents[3]
WAVES = {
    "T0": {"first_day": "2019-04-01", "last_day": "2019-09-30", "as_of": "2019-09-30"},
    "T1": {"first_day": "2021-02-01", "last_day": "2021-05-31", "as_of": "2021-05-31"},
    "T2": {"first_day": "2023-02-01", "last_day": "2023-05-31", "as_of": "2023-05-31"},
}
TERMS = {"2015-2019": "2015-10-14", "2019-2023": "2019-10-16"}

_DEFAULTS: dict[str, dict[str, Any]] = {
    "municipalities": {
        "official_name": "", "county": "Eksempelfylket", "peer_group": "a", "size_class": "liten",
        "language": "nb", "territory_from": "2018-01-01", "territory_note": "",
        "before_codes": "", "splits_on": None,
    },
    "frames": {"gathering": ""},
    "plan_dates": {"source": "møteprotokoll"},
    "respondents": {"gathering": "", "answered_on": None, "weight": 1.0, "before_merger": False},
    "answers": {"missing": "valid", "wording": "codebook"},
    "interviews": {
        "role": "ordforer", "source_kind": "interview", "coders": 1, "characters": 1000,
        "offset_unit": "codepoint",
    },
    "segments": {"start": 0, "end": 10},
    "documents": {
        "title": "Plan", "period": "2020-2032", "status": "adopted", "adopted_on": None,
        "used": True, "reason": "", "pages": 20, "pages_with_text": 20, "words": 5000,
        "language": "nb", "lix": 45.0,
    },
    "goals": {"document": "sha", "text": "Et mål", "page": 1, "area": "", "needs_money": True},
    "goal_links": {"suggested": None, "confirmed": None, "coders": 2, "evidence_page": None},
    "measures": {"value": None, "date": None, "status": "confirmed"},
}  # fmt: skip


@dataclass
class MadeStudy:
    """A study's tidy tables as lists of rows, completed with defaults when they are written.

    Attributes:
        folder: Where tables are written.
        codebook_folder: The instrument.
        rows: Table name to rows.
        statistics: The configuration's statistics.
        report_wave: The report wave.
        finished: Whether no row will change any more, so that tables are written once.
    """

    folder: Path
    codebook_folder: Path = ROOT / "codebook"
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    statistics: dict[str, Any] = field(default_factory=lambda: {"bootstrap_draws": 200})
    report_wave: str = "T2"
    finished: bool = False

    @property
    def codebook(self) -> Codebook:
        return load_codebook(self.codebook_folder)

    def add(self, table: str, **row: Any) -> None:
        self.rows.setdefault(table, []).append(row)

    def municipality(self, unit: str, *, seats: int = 25, **rest: Any) -> None:
        self.add(
            "municipalities", kommune_id=unit, code=f"99{len(self.rows.get('municipalities', [])):02d}",
            name=f"Eksempel {unit}", **rest,
        )  # fmt: skip
        for term, day in TERMS.items():
            self.add("councils", kommune_id=unit, term=term, seats=seats, constituted_on=day)

    def answer(
        self,
        unit: str,
        wave: str,
        group: str,
        answers: dict[str, int | str],
        *,
        person: str | None = None,
        wording: str = "codebook",
        **rest: Any,
    ) -> None:
        """One questionnaire; a text in place of a code is the kind of missing."""
        number = len(self.rows.get("respondents", []))
        respondent = f"r{number:06d}"
        self.add(
            "respondents", respondent=respondent, person=person or f"p{number:06d}",
            kommune_id=unit, wave=wave, group=group, **rest,
        )  # fmt: skip
        for item, value in answers.items():
            valid = not isinstance(value, str)
            self.add(
                "answers", item=item, respondent=respondent, value=value if valid else None,
                missing="valid" if valid else value, wording=wording,
            )  # fmt: skip

    def frame(self, table: str) -> pd.DataFrame:
        rows = [_DEFAULTS.get(table, {}) | row for row in self.rows.get(table, [])]
        columns = [c.name for c in CONTRACTS[table].columns]
        return pd.DataFrame(rows, columns=columns)

    def write(self, table: str) -> Path:
        path = self.folder / f"{table}.parquet"
        if self.finished and path.is_file():
            return path
        write_table(table, self.frame(table), path)
        return path

    def compute_task(self, indicator: Indicator, book: Codebook) -> pd.DataFrame:
        """Compute an indicator that no codebook file holds, through its operator."""
        module, _, function = operator_function(indicator.operator).partition(":")
        paths = {table: self.write(table) for table in needed_inputs(indicator, book)}
        task = Task(
            indicator, book, StudyTables(paths),
            {k: WaveConfig.model_validate(v) for k, v in WAVES.items()}, self.report_wave,
            StatisticsConfig.model_validate(self.statistics),
        )  # fmt: skip
        return getattr(importlib.import_module(module), function)(task).frame()

    def compute(self, indicator: str) -> pd.DataFrame:
        """Compute an indicator, with the indicators it rests on, through the entry function."""
        book = self.codebook
        inputs: dict[str, Any] = {}
        for table in needed_inputs(indicator, book):
            path = self.write(table)
            inputs[table] = [path] if table == "documents" else path
        if others := input_indicators(indicator, book):
            for other in others:
                self.compute(other)
            inputs["indicators"] = [self.folder / f"{other}.parquet" for other in others]
        output = self.folder / f"{indicator}.parquet"
        compute_indicator(
            inputs,
            {"estimates": output},
            {
                "indicator": indicator,
                "statistics": self.statistics,
                "waves": WAVES,
                "report_wave": self.report_wave,
                "codebook": self.codebook_folder,
            },
        )
        return read_table("estimates", output)


def one(frame: pd.DataFrame, **where: Any) -> pd.Series:
    """The single row of a table where columns have certain values."""
    for column, value in where.items():
        frame = frame[frame[column] == value]
    assert len(frame) == 1, f"{len(frame)} rows where one was expected: {where}"
    return frame.iloc[0]


def full_study(folder: Path, seed: int = 1, municipalities: int = 7) -> MadeStudy:
    """A study with something in every table, drawn with a seed."""
    rng = np.random.default_rng(seed)
    study = MadeStudy(folder)
    book = study.codebook
    units = [f"k{number:02d}" for number in range(1, municipalities + 1)]
    for gathering, wave, day, first in (
        ("s1", "T0", "2019-05-10", True), ("s2", "T0", "2019-09-20", False),
        ("s3", "T1", "2021-03-12", False), ("s4", "T2", "2023-03-10", False),
    ):  # fmt: skip
        study.add(
            "gatherings", gathering=gathering, wave=wave, held_on=day,
            homework_given=gathering in ("s1", "s3"), first=first,
        )  # fmt: skip
    for unit in units:
        seats = int(rng.choice([19, 25, 31]))
        study.municipality(unit, seats=seats)
        lean = rng.normal(0, 0.4)
        for wave in WAVES:
            sizes = {"folkevalgte": seats, "administrasjon": 10, "innbyggere": 5000}
            for group, size in sizes.items():
                if group != "folkevalgte":
                    study.add("frames", kommune_id=unit, wave=wave, group=group, population=size)
                answered = 60 if group == "innbyggere" else int(rng.integers(size // 2, size + 1))
                for person in rng.permutation(size)[:answered]:
                    study.answer(
                        unit, wave, group, _questionnaire(book, group, rng, lean),
                        person=f"{unit}-{group}-{person}",
                        weight=float(rng.choice([0.7, 1.0, 1.6])) if group == "innbyggere" else 1.0,
                    )  # fmt: skip
        for gathering in study.rows["gatherings"]:
            place = {"kommune_id": unit, "gathering": gathering["gathering"]}
            study.add("frames", **place, wave=gathering["wave"], group="deltakere", population=6)
            study.add(
                "attendance", **place, invited=True, political_leaders=int(rng.integers(0, 3)),
                administrative_leaders=1, homework_delivered_on="2019-08-20",
            )  # fmt: skip
            for _ in range(4):
                study.answer(
                    unit, gathering["wave"], "deltakere",
                    _questionnaire(book, "deltakere", rng, lean), gathering=gathering["gathering"],
                )  # fmt: skip
        _add_sources(study, unit, rng)
    return study


def _questionnaire(
    book: Codebook, group: str, rng: np.random.Generator, lean: float
) -> dict[str, int | str]:
    out: dict[str, int | str] = {}
    trait = rng.normal(lean, 1)
    for item in book.items_of_group(group):
        scale = book.scales[item.scale]
        if scale.type == "nominal":
            continue
        for column in book.answer_columns(item.id):
            if rng.random() < 0.05:
                out[column] = str(rng.choice(["dont_know", "no_answer"]))
            elif scale.type == "multiple_response":
                out[column] = int(rng.random() < 0.3)
            else:
                push = -trait if item.reverse else trait
                value = round(3 + push + rng.normal(0, 0.7))
                out[column] = int(np.clip(value, min(scale.values), max(scale.values)))
    return out


def _add_sources(study: MadeStudy, unit: str, rng: np.random.Generator) -> None:
    codes = [c.id for c in study.codebook.codes.values() if not c.descriptive]
    for wave in ("T1", "T2"):
        for number in range(6):
            interview = f"{unit}-{wave}-{number}"
            coders = ["A", "B"] if number % 2 else ["A"]
            study.add(
                "interviews", interview=interview, kommune_id=unit, wave=wave, coders=len(coders)
            )
            for code in codes:
                if rng.random() < 0.4:
                    for coder in coders:
                        if coder == "A" or rng.random() < 0.9:
                            study.add(
                                "segments", interview=interview, coder=coder, code=code,
                                segment=f"{interview}-{code}-{coder}",
                            )  # fmt: skip
    study.add(
        "documents", document=f"sha-{unit}", file="a.pdf", kommune_id=unit, kind="samfunnsdel"
    )
    study.add("documents", document=f"shb-{unit}", file="b.pdf", kommune_id=unit, kind="plattform")
    study.add(
        "plan_dates", kommune_id=unit, document_kind="planstrategi", event="adopted",
        date=str(rng.choice(["2020-06-15", "2020-12-01"])),
    )  # fmt: skip
    study.add(
        "plan_dates", kommune_id=unit, document_kind="samfunnsdel", event="adopted",
        date=str(rng.choice(["2014-06-15", "2021-12-01", "2022-03-03"])),
    )  # fmt: skip
    for register in ("samfunnsdel", "plattform"):
        prefix = {"samfunnsdel": "mal_", "plattform": "plattform_"}[register]
        measures = [
            m.id for m in study.codebook.measures.values()
            if m.level == "goal" and m.id.startswith(prefix)
        ]  # fmt: skip
        for number in range(int(rng.integers(6, 15))):
            goal = f"{register[:1]}{number:02d}"
            study.add(
                "goals", kommune_id=unit, goal=goal, register=register,
                needs_money=register == "samfunnsdel" or number % 4 != 0,
            )  # fmt: skip
            for measure in measures:
                study.add(
                    "goal_links", kommune_id=unit, goal=goal, measure=measure,
                    confirmed=bool(rng.random() < 0.5),
                )  # fmt: skip
    for wave in WAVES:
        for measure in study.codebook.measures.values():
            if measure.unit in ("date", "pages", "index", "years") or measure.level == "goal":
                continue
            value = (
                float(rng.integers(0, 2))
                if measure.unit != "ordinal"
                else float(rng.integers(0, 4))
            )
            study.add("measures", kommune_id=unit, wave=wave, measure=measure.id, value=value)
