"""The human loop of a whole study: forms out, answers back, agreement and quality with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from plankompass.ingest.plans.chain import ChainGoal
from plankompass.ingest.plans.goal_candidates import find_goals, find_points
from plankompass.ingest.plans.quality import coder_agreement, made_suggestions, suggestion_quality
from plankompass.ingest.plans.review_answers import ReviewForm, read_review_form, register_rows
from plankompass.ingest.plans.review_forms import form_rows, write_review_form
from plankompass.ingest.plans.suggest import MunicipalitySuggestions, blocks_of, measures_of
from plankompass.study.codebook import Codebook
from plankompass.study.config_models import LimitConfig
from plankompass.study.problems import ProblemLog
from plankompass.tables import empty_table, read_table


@dataclass(frozen=True)
class PlanTables:
    """The tidy tables the human loop needs.

    Attributes:
        municipalities, goals, goal_links: As their contracts say.
        documents, blocks: Of all municipalities.
    """

    municipalities: pd.DataFrame
    goals: pd.DataFrame
    goal_links: pd.DataFrame
    documents: pd.DataFrame
    blocks: pd.DataFrame


def load_plan_tables(tidy: Path) -> PlanTables:
    """Read the tables from a study's ``tidy`` folder.

    Args:
        tidy: ``data/processed/<study>/tidy``.

    Returns:
        The tables.

    Raises:
        ContractError: A table is missing or does not keep its contract.
    """
    municipalities = read_table("municipalities", tidy / "municipalities.parquet")
    parts: dict[str, list[pd.DataFrame]] = {"documents": [], "blocks": []}
    for code in sorted(municipalities["code"]):
        for name, frames in parts.items():
            frames.append(read_table(name, tidy / "plans" / code / f"{name}.parquet"))
    joined = {n: pd.concat(f, ignore_index=True) if f else empty_table(n) for n, f in parts.items()}
    return PlanTables(
        municipalities,
        read_table("goals", tidy / "goals.parquet"),
        read_table("goal_links", tidy / "goal_links.parquet"),
        joined["documents"],
        joined["blocks"],
    )


def write_study_forms(
    tables: PlanTables, folder: Path, *, study: str, coders: Sequence[str], codebook: Codebook
) -> list[Path]:
    """Write one form a municipality and coder: ``<folder>/<code>/<coder>.xlsx``.

    Args:
        tables: The study's tables.
        folder: Where to write.
        study: Study id.
        coders: Names of the coders as they shall stand in the register.
        codebook: The instrument.

    Returns:
        The files written, sorted. A municipality without goals in the register gets none.
    """
    written = []
    for row in tables.municipalities.itertuples():
        goals = tables.goals[tables.goals["kommune_id"] == row.kommune_id]
        if goals.empty:
            continue
        documents = tables.documents[tables.documents["kommune_id"] == row.kommune_id]
        blocks = tables.blocks[tables.blocks["document"].isin(documents["document"])]
        rows = form_rows(goals, documents, blocks, codebook)
        for coder in sorted(coders):
            path = folder / row.code / f"{coder}.xlsx"
            write_review_form(
                path, rows, study=study, kommune_id=row.kommune_id, name=row.name, coder=coder,
                language=row.language, codebook=codebook,
            )  # fmt: skip
            written.append(path)
    return sorted(written)


@dataclass(frozen=True)
class ReviewResult:
    """What filled-in forms give.

    Attributes:
        rows: Rows of the goal register.
        agreement: Agreement of the coders by measure.
        quality: Precision and recall of the suggestions against answers that coders agree on.
    """

    rows: list[dict[str, str]]
    agreement: pd.DataFrame
    quality: pd.DataFrame


def read_study_forms(
    tables: PlanTables, folder: Path, *, study: str, codebook: Codebook, log: ProblemLog,
    limits: LimitConfig | None = None,
) -> ReviewResult:  # fmt: skip
    """Read all forms of a study back.

    Args:
        tables: The study's tables.
        folder: The folder of :func:`write_study_forms`.
        study: Study id; forms of another study are failures.
        codebook: The instrument.
        log: Takes everything that is wrong with the forms.
        limits: Limits on files.

    Returns:
        Register rows, agreement and quality of the forms without errors; call
        ``log.raise_failures()`` before using the rows.
    """
    forms: list[ReviewForm] = []
    for path in sorted(folder.glob("*/*.xlsx")):
        if path.name.startswith("~$"):
            continue  # the lock file of an open workbook
        form = read_review_form(path, log, limits)
        if form is not None and form.study != study:
            log.add("FORM", "fail", path.name, "a form of another study", hint="move it away")
        elif form is not None:
            forms.append(form)
    made = made_suggestions(tables.goals, tables.documents, tables.blocks, codebook)
    said = {
        (r.kommune_id, r.register, r.goal, r.measure): None if pd.isna(r.suggested) else bool(r.suggested)
        for r in made.itertuples()
    }  # fmt: skip
    rows = register_rows(forms, tables.goals, tables.documents, said, log)
    answers = pd.DataFrame(
        [
            {"kommune_id": r["kommune_id"], "register": r["register"], "goal": r["goal_id"],
             "measure": r["measure_id"], "coder": r["coder"], "confirmed": r["confirmed"] == "1"}
            for r in rows
            if r["confirmed"]
        ],
        columns=["kommune_id", "register", "goal", "measure", "coder", "confirmed"],
    )  # fmt: skip
    return ReviewResult(rows, coder_agreement(answers), suggestion_quality(made, _agreed(answers)))


def _agreed(answers: pd.DataFrame) -> pd.DataFrame:
    """Answers that all coders of a goal and measure agree on, as links."""
    keys = ["kommune_id", "goal", "measure"]
    grouped = answers.groupby(keys)["confirmed"]
    links = grouped.agg(["min", "max"]).reset_index()
    links = links[links["min"] == links["max"]]
    return links[keys].assign(
        confirmed=links["min"].astype("boolean"),
        evidence_page=pd.array([pd.NA] * len(links), dtype="Int64"),
    )


def suggested_register(tables: PlanTables, codebook: Codebook) -> list[dict[str, str]]:
    """A goal register to begin with, where people have none yet: candidates, nothing confirmed.

    Args:
        tables: The study's tables; goals are looked for in the documents in use.
        codebook: The instrument.

    Returns:
        Rows of the goal register, one a goal and measure, with ``suggested`` filled in, ``confirmed``
        and ``coder`` empty. Goals without a printed number are called S1, S2 ... or P1, P2 ...
    """
    rows: list[dict[str, str]] = []
    used = tables.documents[tables.documents["used"].fillna(False)]
    for kommune in sorted(tables.municipalities["kommune_id"]):
        own = tables.documents[tables.documents["kommune_id"] == kommune]
        maker = MunicipalitySuggestions(
            own, tables.blocks[tables.blocks["document"].isin(own["document"])]
        )
        for register, finder, letter in (
            ("samfunnsdel", find_goals, "S"), ("plattform", find_points, "P"),
        ):  # fmt: skip
            mine = used[(used["kommune_id"] == kommune) & (used["kind"] == register)]
            for document in mine.itertuples():
                blocks = blocks_of(tables.blocks[tables.blocks["document"] == document.document])
                found = [c for c in finder(blocks) if c.counts]
                names = _names([c.number for c in found], letter)
                goals = [
                    ChainGoal(n, c.number if "." in c.number else "", c.text, c.area)
                    for n, c in zip(names, found, strict=True)
                ]
                pages = dict(zip(names, (c.page for c in found), strict=True))
                texts = {g.goal: g for g in goals}
                for made in maker.suggest(goals, measures_of(register, codebook.measures)):
                    goal = texts[made.goal]
                    flag = "" if made.suggested is None else str(int(made.suggested))
                    rows.append({
                        "kommune_id": kommune, "register": register, "document": document.file,
                        "goal_id": goal.goal, "goal_text": goal.text, "area": goal.area,
                        "page": str(pages[goal.goal]), "needs_money": "1",
                        "measure_id": made.measure, "suggested": flag, "confirmed": "",
                        "coder": "", "evidence_page": "",
                    })  # fmt: skip
    return rows


def _names(numbers: Sequence[str], letter: str) -> list[str]:
    """Goal ids: the printed number where it is one and stands once, else a letter and a count."""
    names, count = [], 0
    for number in numbers:
        if number and numbers.count(number) == 1 and letter == "S":
            names.append(number)
        else:
            count += 1
            names.append(f"{letter}{count}")
    return names
