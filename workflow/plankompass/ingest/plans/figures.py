"""Figures on the quality of plan reading, written into the page on the method.

Run ``python -m plankompass.ingest.plans.figures TIDY REGISTER PAGE``: the tables stand between two marks of the
page, so that no figure is typed by hand.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pandas as pd

from plankompass.ingest.plans.goal_candidates import find_goals, find_points
from plankompass.ingest.plans.quality import (
    coder_agreement,
    made_suggestions,
    quality_table,
    suggestion_quality,
)
from plankompass.ingest.plans.review_study import PlanTables, load_plan_tables
from plankompass.ingest.plans.suggest import blocks_of
from plankompass.study.codebook import load_codebook
from plankompass.study.problems import PlankompassError

BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"


def goal_quality(tables: PlanTables) -> pd.DataFrame:
    """How many goals of the register are among the candidates, by register.

    Args:
        tables: The study's tables.

    Returns:
        One row a register: ``documents`` read, ``goals`` in the register, ``recall`` (share of them
        among the candidates that count) and ``precision`` (share of those candidates that are goals).
    """
    rows = []
    used = tables.documents[tables.documents["used"].fillna(False)]
    for register, finder in (("samfunnsdel", find_goals), ("plattform", find_points)):
        found = wanted = made = read = 0
        for document in used.loc[used["kind"] == register, "document"]:
            blocks = blocks_of(tables.blocks[tables.blocks["document"] == document])
            if not blocks:
                continue
            candidates = {_squeezed(c.text) for c in finder(blocks) if c.counts}
            own = tables.goals.loc[tables.goals["document"] == document, "text"]
            goals = {_squeezed(t) for t in own}
            read, found = read + 1, found + len(goals & candidates)
            wanted, made = wanted + len(goals), made + len(candidates)
        rows.append({
            "register": register, "documents": read, "goals": wanted,
            "recall": found / wanted if wanted else float("nan"),
            "precision": found / made if made else float("nan"),
        })  # fmt: skip
    return pd.DataFrame(rows)


def _squeezed(text: str) -> str:
    return re.sub(r"\W+", "", text.casefold())


def register_answers(register: Path) -> pd.DataFrame:
    """Every coder's answers in a goal register.

    Args:
        register: ``goal_register.csv``.

    Returns:
        The table of :func:`plankompass.ingest.plans.quality.coder_agreement`.
    """
    rows = pd.read_csv(register, dtype=str, keep_default_na=False)
    rows = rows[(rows["confirmed"] != "") & (rows["coder"] != "")]
    return pd.DataFrame({
        "kommune_id": rows["kommune_id"], "register": rows["register"], "goal": rows["goal_id"],
        "measure": rows["measure_id"], "coder": rows["coder"], "confirmed": rows["confirmed"] == "1",
    })  # fmt: skip


def figures(tidy: Path, register: Path, codebook: Path) -> str:
    """The tables as Markdown.

    Args:
        tidy: ``data/processed/<study>/tidy``.
        register: ``goal_register.csv`` of the study.
        codebook: The codebook's folder.

    Returns:
        Text with four tables: goals, links with goal numbers, links by words and meaning alone, the
        coders' agreement.
    """
    tables = load_plan_tables(tidy)
    book = load_codebook(codebook)
    parts = ["Goals among the candidates:", quality_table(goal_quality(tables))]
    for use_numbers, title in (
        (True, "Suggested links against the confirmed:"),
        (False, "The same without goal numbers, by words and meaning alone:"),
    ):
        made = made_suggestions(
            tables.goals, tables.documents, tables.blocks, book, use_numbers=use_numbers
        )
        parts += [title, quality_table(suggestion_quality(made, tables.goal_links))]
    parts += ["The coders' agreement:", quality_table(coder_agreement(register_answers(register)))]
    return "\n\n".join(parts)


def write_figures(page: Path, text: str) -> None:
    """Put the tables between the page's marks.

    Args:
        page: The page.
        text: The tables.

    Raises:
        PlankompassError: The page has no marks.
    """
    old = page.read_text(encoding="utf-8")
    if BEGIN not in old or END not in old:
        raise PlankompassError(f"{page.name}: the marks for the figures are missing")
    before, rest = old.split(BEGIN, 1)
    _, after = rest.split(END, 1)
    new = f"{before}{BEGIN}\n{text}\n{END}{after}"
    page.write_text(new, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write_figures(
        Path(sys.argv[3]), figures(Path(sys.argv[1]), Path(sys.argv[2]), Path("codebook"))
    )
