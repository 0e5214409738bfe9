"""Document measures coded by people: one value a municipality, wave and measure.

Measures at document level are coded in ``coded_measures.csv``; the number of goals and the age of
the community part are counted from what is confirmed already.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from plankompass.ingest.plans.csv_files import Row, read_rows
from plankompass.ingest.plans.dated_measures import add_age, add_revised
from plankompass.study.codebook import Codebook
from plankompass.study.codebook_models import Measure
from plankompass.study.config_models import WaveConfig
from plankompass.study.problems import ProblemLog
from plankompass.tables import empty_table

MEASURE_COLUMNS = ("kommune_id", "wave", "measure_id", "value", "status", "coder")
_STATUS = {
    "": "", "confirmed": "confirmed", "bekreftet": "confirmed", "stadfesta": "confirmed",
    "absent": "absent", "finnes ikke": "absent", "finst ikkje": "absent",
    "not_collected": "not_collected", "ikke innhentet": "not_collected",
    "ikkje innhenta": "not_collected",
    "several_in_force": "several_in_force",
}  # fmt: skip
_CONSENSUS = {"consensus", "konsensus"}
_COUNTS = {"mal_antall": "samfunnsdel", "plattform_punkt_antall": "plattform"}


@dataclass(frozen=True)
class _Answer:
    line: int
    coder: str
    status: str
    value: float | None
    day: date | None

    @property
    def said(self) -> tuple[str, float | None, date | None]:
        return self.status, self.value, self.day


def measure_table(
    raw: Path, name: str, known: set[str], waves: Mapping[str, WaveConfig], report_wave: str,
    codebook: Codebook, goals: pd.DataFrame, links: pd.DataFrame, log: ProblemLog,
    *, councils: pd.DataFrame, dates: pd.DataFrame,
) -> pd.DataFrame:  # fmt: skip
    """Build the measures table.

    Args:
        raw: The raw folder.
        name: Path of the coded measures in it.
        known: ``kommune_id`` of the participating municipalities.
        waves: Waves with their cut-off dates.
        report_wave: The wave that the goal register is about.
        codebook: The instrument.
        goals: The goals of the register.
        links: Their links.
        log: Takes rows that cannot be read and coders who disagree.
        councils: The councils, and
        dates: the register of plan dates, that stand in where nobody coded a measure made of dates.

    Returns:
        One row a municipality, wave and measure.
    """
    answers: dict[tuple[str, str, str], list[_Answer]] = {}
    for row in read_rows(raw / name, name, MEASURE_COLUMNS, log):
        if parsed := _answer(row, name, known, waves, codebook, log):
            key, answer = parsed
            answers.setdefault(key, []).append(answer)
    rows: dict[tuple[str, str, str], dict[str, Any]] = {}
    for key, given in sorted(answers.items()):
        if settled := _settle(given, codebook.measures[key[2]], key, name, log):
            rows[key] = settled
    _check_counts(rows, goals, links, report_wave, name, log)
    _add_counts(rows, report_wave, goals)
    add_age(rows, waves, dates)
    add_revised(rows, waves, councils, dates, name, log)
    if not rows:
        return empty_table("measures")
    return pd.DataFrame(
        [
            {"kommune_id": k, "wave": w, "measure": m,
             "value": v["value"], "date": pd.Timestamp(v["date"]) if v["date"] else pd.NaT,
             "status": v["status"]}
            for (k, w, m), v in sorted(rows.items())
        ]
    )  # fmt: skip


def _answer(
    row: Row, name: str, known: set[str], waves: Mapping[str, WaveConfig], codebook: Codebook,
    log: ProblemLog,
) -> tuple[tuple[str, str, str], _Answer] | None:  # fmt: skip
    line, values = row
    wrong: list[tuple[str, str, str]] = []
    if values["kommune_id"] not in known:
        wrong.append(
            ("kommune_id", "not a participating municipality", "use the id of participants.csv")
        )
    if values["wave"] not in waves:
        wrong.append(("wave", "no wave of the study", f"waves are {', '.join(sorted(waves))}"))
    measure = codebook.measures.get(values["measure_id"])
    if measure is None:
        wrong.append(("measure_id", "no measure of the codebook", "see document_measures.yaml"))
    elif measure.level == "goal":
        wrong.append(("measure_id", "a measure at goal level", "code it in the goal register"))
    status = _STATUS.get(values["status"].lower())
    if status is None:
        wrong.append(
            ("status", "no status that is known", "write confirmed, absent or not_collected")
        )
    value, day = None, None
    if measure is not None and values["value"]:
        value, day, error = _value(values["value"], measure)
        if error:
            wrong.append(("value", error, f"the unit is {measure.unit}"))
    if status in ("confirmed", "") and not values["value"]:
        status = "" if status == "" else status
        if status == "confirmed":
            wrong.append(
                ("value", "confirmed without a value", "write the value, or why there is none")
            )
    if status in ("absent", "not_collected", "several_in_force") and values["value"]:
        wrong.append(("value", f"a value beside the status {status}", "keep one of them"))
    for column, rule, hint in wrong:
        log.add("MEASURE", "fail", name, rule, row_key=f"line {line}", column=column, hint=hint)
    if wrong or measure is None:
        return None
    if not values["value"] and not status:
        return None  # not answered yet
    key = (values["kommune_id"], values["wave"], measure.id)
    return key, _Answer(line, values["coder"], status or "confirmed", value, day)


def _value(text: str, measure: Measure) -> tuple[float | None, date | None, str]:
    low, high = measure.range
    if measure.unit == "date":
        try:
            day = date.fromisoformat(text[:10])
        except ValueError:
            return None, None, "not a date; write it as YYYY-MM-DD"
        if not date.fromisoformat(str(low)) <= day <= date.fromisoformat(str(high)):
            return None, None, f"outside {low} to {high}"
        return None, day, ""
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        return None, None, "not a number"
    if not float(low) <= number <= float(high):
        return None, None, f"outside {low} to {high}"
    if measure.unit in ("binary", "count", "ordinal", "pages") and number != int(number):
        return None, None, "not a whole number"
    return number, None, ""


def _settle(
    given: Sequence[_Answer], measure: Measure, key: tuple[str, str, str], name: str,
    log: ProblemLog,
) -> dict[str, Any] | None:  # fmt: skip
    """One value from the coders' answers: they agree, or their consensus decides."""
    place = f"{key[0]}, {key[1]}"
    consensus = [a for a in given if a.coder.lower() in _CONSENSUS]
    coders = {a.coder for a in given}
    if len(coders) < len(given):
        log.add("MEASURE", "fail", name, "one coder answers the same measure twice",
                row_key=f"lines {given[0].line} to {given[-1].line}", column=measure.id,
                hint="keep the row that is right")  # fmt: skip
        return None
    said = {a.said for a in (consensus or given)}
    if len(said) > 1:
        log.add("D5", "reject", name, "the coders disagree; the measure has no value until they agree",
                row_key=place, column=measure.id, count=len(given),
                hint="add a row with coder 'konsensus'")  # fmt: skip
        return {"value": None, "date": None, "status": "disagreement"}
    status, value, day = said.pop()
    judged = measure.confirmation == "human_only" and status == "confirmed"
    if judged and not consensus and len(coders) < 2:
        log.add("D5", "reject", name, "coded by one coder only, and the measure needs two",
                row_key=place, column=measure.id, hint="add the second coder's row")  # fmt: skip
        return None
    return {"value": value, "date": day, "status": status}


def _check_counts(
    rows: Mapping[tuple[str, str, str], Mapping[str, Any]], goals: pd.DataFrame,
    links: pd.DataFrame, report_wave: str, name: str, log: ProblemLog,
) -> None:  # fmt: skip
    """A numerator larger than its denominator shows that the register is broken (D5)."""
    if goals.empty or links.empty:
        return
    merged = links.merge(goals[["kommune_id", "goal", "register"]], on=["kommune_id", "goal"])
    counted = merged[merged["confirmed"].fillna(False).astype(bool)]
    counts = counted.groupby(["kommune_id", "register", "measure"]).size()
    for (kommune, register, measure), count in counts.items():
        total = next((m for m, r in _COUNTS.items() if r == register), "")
        stated = rows.get((kommune, report_wave, total))
        if stated and stated["value"] is not None and count > stated["value"]:
            log.add("D5", "fail", name, f"more goals are confirmed for {measure} than {total} says there are",
                    row_key=kommune, column=total,
                    hint="correct the number of goals or the goal register")  # fmt: skip


def _add_counts(
    rows: dict[tuple[str, str, str], dict[str, Any]], report_wave: str, goals: pd.DataFrame
) -> None:
    """The number of goals is counted from the register where people coded none.

    Why there are no goals is said by the documents and the register of plan dates, not here.
    """
    for measure, register in _COUNTS.items():
        own = goals[goals["register"] == register]
        for kommune, count in own.groupby("kommune_id").size().items():
            rows.setdefault(
                (str(kommune), report_wave, measure),
                {"value": float(count), "date": None, "status": "confirmed"},
            )
