"""Rows of the goal register (målregister): one goal, measure and coder a row."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from plankompass.ingest.plans.csv_files import parse_flag, parse_page, read_rows
from plankompass.study.codebook import Codebook
from plankompass.study.problems import ProblemLog

REGISTER_COLUMNS = (
    "kommune_id", "register", "document", "goal_id", "goal_text", "area", "page", "needs_money",
    "measure_id", "suggested", "confirmed", "coder", "evidence_page",
)  # fmt: skip
REGISTERS = ("samfunnsdel", "plattform")


@dataclass(frozen=True)
class GoalRow:
    """One row of the register.

    Attributes:
        line: Line in the file.
        kommune_id, register, goal, text, area, page, needs_money: The goal.
        document: sha256 of the document it stands in.
        measure: Measure at goal level; empty for a goal without questions.
        suggested, confirmed: The machine's and the coder's answer; None when empty.
        coder: Who answered.
        evidence_page: Page of the evidence.
    """

    line: int
    kommune_id: str
    register: str
    goal: str
    text: str
    area: str
    page: int | None
    needs_money: bool
    document: str
    measure: str
    suggested: bool | None
    confirmed: bool | None
    coder: str
    evidence_page: int | None


def read_goal_rows(
    raw: Path, name: str, known: set[str], documents: pd.DataFrame, codebook: Codebook,
    log: ProblemLog,
) -> list[GoalRow]:  # fmt: skip
    """Read the goal register.

    Args:
        raw: The raw folder.
        name: The register's path in it.
        known: ``kommune_id`` of the participating municipalities.
        documents: All documents, for the file or sha256 a row names.
        codebook: The instrument.
        log: Takes rows that cannot be read; each is a failure.

    Returns:
        The rows that could be read.
    """
    measures = {
        m.id: "plattform" if m.documents[0] == "plattform" else "samfunnsdel"
        for m in codebook.measures.values()
        if m.level == "goal"
    }
    finder = _DocumentFinder(documents)
    rows = []
    for line, values in read_rows(raw / name, name, REGISTER_COLUMNS, log):
        wrong = _errors(values, known, measures)
        document = finder.find(values["kommune_id"], values["register"], values["document"])
        if not document:
            wrong.append(("document", "no document of the municipality with that name or sha256",
                          "name the file as in documents.csv"))  # fmt: skip
        for column, rule, hint in wrong:
            log.add("D5", "fail", name, rule, row_key=f"line {line}", column=column, hint=hint)
        needs_money = parse_flag(values["needs_money"], name, line, "needs_money", log)
        suggested = parse_flag(values["suggested"], name, line, "suggested", log)
        confirmed = parse_flag(values["confirmed"], name, line, "confirmed", log)
        page = parse_page(values["page"], name, line, "page", log)
        evidence = parse_page(values["evidence_page"], name, line, "evidence_page", log)
        if wrong:
            continue
        row = GoalRow(
            line, values["kommune_id"], values["register"], values["goal_id"],
            values["goal_text"], values["area"], page,
            True if needs_money is None else needs_money, document, values["measure_id"],
            suggested, confirmed, values["coder"], evidence,
        )  # fmt: skip
        rows.append(row)
    return rows


def _errors(
    values: dict[str, str], known: set[str], measures: dict[str, str]
) -> list[tuple[str, str, str]]:
    wrong = []
    if values["kommune_id"] not in known:
        wrong.append(("kommune_id", "not a participating municipality",
                      "use the id of participants.csv, not the code"))  # fmt: skip
    if values["register"] not in REGISTERS:
        wrong.append(("register", "no register that is known", "write samfunnsdel or plattform"))
    if not values["goal_id"]:
        wrong.append(("goal_id", "the goal has no id", "give each goal its own id"))
    if not values["goal_text"]:
        wrong.append(
            ("goal_text", "the goal has no text", "copy the goal's text from the document")
        )
    measure = values["measure_id"]
    if measure and measure not in measures:
        wrong.append(("measure_id", "no measure at goal level in the codebook",
                      f"measures are {', '.join(sorted(measures))}"))  # fmt: skip
    elif measure and values["register"] in REGISTERS and measures[measure] != values["register"]:
        wrong.append(
            ("measure_id", f"belongs to the register {measures[measure]}", "correct one of them")
        )
    if values["confirmed"] and not values["coder"]:
        wrong.append(("coder", "an answer without a coder", "write who answered"))
    return wrong


class _DocumentFinder:
    """Finds a document by sha256, by its file, or by the file's name when that is one."""

    def __init__(self, documents: pd.DataFrame) -> None:
        self._by_hash: set[tuple[str, str]] = set()
        self._by_name: dict[tuple[str, str], set[str]] = {}
        for kommune, document, file in zip(
            documents["kommune_id"], documents["document"], documents["file"], strict=True
        ):
            self._by_hash.add((kommune, document))
            parts = file.split("/")
            for start in range(len(parts)):
                key = (kommune, "/".join(parts[start:]))
                self._by_name.setdefault(key, set()).add(document)
        used = documents[documents["used"]]
        self._used = {
            (k, kind): d
            for k, kind, d in zip(used["kommune_id"], used["kind"], used["document"], strict=True)
        }

    def find(self, kommune: str, register: str, name: str) -> str:
        if not name:
            return self._used.get((kommune, register), "")
        if (kommune, name.lower()) in self._by_hash:
            return name.lower()
        found = self._by_name.get((kommune, name), set())
        return next(iter(found)) if len(found) == 1 else ""
