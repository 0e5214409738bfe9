"""Review: forms for the coders who confirm goals and links, written and read back."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from plankompass.commands.build import config_of_study
from plankompass.ingest.plans.review_answers import write_goal_register
from plankompass.ingest.plans.review_study import (
    load_plan_tables,
    read_study_forms,
    suggested_register,
    write_study_forms,
)
from plankompass.study.codebook import load_codebook
from plankompass.study.config import load_config
from plankompass.study.problems import PlankompassError, ProblemLog

REGISTER = "goal_register.csv"


def review_study(study: str, root: Path, *, coders: Sequence[str], read_back: bool) -> int:
    """Write the review forms of a study, or read them back.

    Args:
        study: The study's id; its plan documents must have been read by a build.
        root: The checkout.
        coders: Names of the coders as they shall stand in the register.
        read_back: Read the filled-in forms instead of writing them.

    Returns:
        0 when all went well.

    Raises:
        PlankompassError: The study has not been built, or the forms have mistakes; all are listed.
    """
    config = load_config(config_of_study(study, root))
    os.chdir(root)
    processed = Path("data/processed") / study
    if not (processed / "tidy").is_dir():
        raise PlankompassError(
            f"{study}: read the plan documents first: ./plankompass build {study}"
        )
    book = load_codebook(config.codebook)
    tables = load_plan_tables(processed / "tidy")
    folder = processed / "review"
    if not read_back:
        forms = write_study_forms(tables, folder, study=study, coders=coders, codebook=book)
        if not forms:
            register = folder / REGISTER
            register.parent.mkdir(parents=True, exist_ok=True)
            write_goal_register(register, suggested_register(tables, book))
            print(f"no goals are registered yet: {register} holds those the documents suggest;")
            print("check it, put it in the study's raw folder, build, and write the forms then")
            return 0
        print(f"{len(forms)} forms in {folder}/, one a municipality and coder")
        print(f"when they are filled in: ./plankompass review {study} --read")
        return 0
    log = ProblemLog("review")
    result = read_study_forms(
        tables, folder, study=study, codebook=book, log=log, limits=config.limits
    )
    log.raise_failures()
    write_goal_register(folder / REGISTER, result.rows)
    answered = sum(bool(row["confirmed"]) for row in result.rows)
    print(
        f"{answered} of {len(result.rows)} rows are answered; they stand in {folder / REGISTER}: "
        "put it in the raw folder and build"
    )
    for title, table in (
        ("agreement between the coders", result.agreement),
        ("quality of the suggestions", result.quality),
    ):
        if answered and len(table):
            print(f"\n{title}\n{table.to_string(index=False)}")
    return 0
