"""What leaves the restricted tables: the publishable folder, and the gate in front of it.

Every table that a report reads is written here and nowhere else. The gate attacks exactly these
rows; when it finds anything, nothing is written.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from plankompass.disclosure.attack import AttackResult
from plankompass.disclosure.gate import (
    attack_estimates,
    check_comparisons,
    check_rows,
    gate_report,
)
from plankompass.disclosure.ledger import TABLE as LEDGER
from plankompass.disclosure.ledger import ledger_rows, next_release, read_ledger
from plankompass.disclosure.primary import ledger_input, one_path, read_estimates
from plankompass.disclosure.quotes import check_quotes, publish_quotes
from plankompass.disclosure.rounding import DECIMALS, round_half_away
from plankompass.disclosure.row_rules import STAGE, mark_rows, row_units
from plankompass.disclosure.rows import row_tuples
from plankompass.disclosure.rules import RuleBook
from plankompass.disclosure.who_answered import check_nonresponse, publish_nonresponse
from plankompass.study.codebook import load_codebook
from plankompass.study.config_models import DisclosureConfig
from plankompass.study.problems import StageFailedError
from plankompass.table_contracts import publishable_contract
from plankompass.tables import CONTRACTS, empty_table, read_table, read_tables, write_table

log = logging.getLogger(__name__)

# Public facts from documents and registers, and quality of the method at network level: they leave
# as they are.
PUBLIC_TABLES = (
    "coder_agreement",
    "councils",
    "documents",
    "gatherings",
    "goal_agreement",
    "goal_links",
    "goals",
    "municipalities",
    "plan_dates",
    "plan_duties",
    "scale_quality",
)
# Public numbers leave with so many decimals: enough for any reader, and without a float's last bits,
# which differ from one processor to the next.
PUBLIC_DECIMALS = 6


def release_tables(
    inputs: Mapping[str, Path | list[Path]], outputs: Mapping[str, Path], params: Mapping[str, Any]
) -> None:
    """Attack what is about to leave and write it when nothing was found.

    Args:
        inputs: ``primary``, ``comparisons``, ``estimates`` (list), ``response``, ``nonresponse``,
            ``scale_quality``, ``avvik``, ``cleared_quotes``, the public tables by their names, and ``ledger`` when there were releases
            before.
        outputs: ``estimates``, ``comparisons``, ``response``, ``nonresponse``, ``suppressed``, ``problem_counts``,
            ``quotes``, ``gate`` and public tables by their names; ``ledger_rows``, restricted: what the ledger
            gets when this release is handed over.
        params: ``disclosure`` (thresholds), ``codebook`` (folder).

    Raises:
        StageFailedError: A protected number can be derived, a row is published without being
            allowed, or an output is asked for that may not leave. Nothing is written then.
    """
    rules = RuleBook.of(
        DisclosureConfig.model_validate(params["disclosure"]), load_codebook(params["codebook"])
    )
    tables = collect_tables(inputs, outputs, rules)
    estimates = without_se(read_table("publishable_estimates", one_path(inputs["primary"])))
    response = _read(inputs, "response")
    ledger = read_ledger(ledger_input(inputs))
    marked = mark_rows(
        read_estimates(inputs["estimates"]), response, _read(inputs, "scale_quality"), rules, ledger
    )
    wrong = check_rows(marked, estimates, response, rules, ledger)
    if "comparisons" in tables:
        wrong += check_comparisons(tables["comparisons"], estimates, rules)
    if "quotes" in tables:
        wrong += check_quotes(tables["quotes"], _read(inputs, "cleared_quotes"))
    background = AttackResult()
    if "nonresponse" in tables:
        found, background = check_nonresponse(
            tables["nonresponse"], _read(inputs, "nonresponse"), rules
        )
        wrong += found
    if wrong:
        raise StageFailedError(STAGE, wrong)
    result = attack_estimates(marked, estimates, rules, ledger)
    if result.found:
        raise StageFailedError(STAGE, result.messages())
    gate = gate_report(result, estimates, rules, ledger)
    gate["attacked"]["who_answered"] = {
        "published_rows": background.rows,
        "protected_numbers": background.targets,
    }
    log.info("gate: %d rows, %d protected numbers, nothing found", result.rows, result.targets)
    for name, frame in sorted(tables.items()):
        write_table(publishable_contract(name), frame, outputs[name])
    if "ledger_rows" in outputs:
        rows = ledger_rows(
            marked, estimates, release=next_release(ledger), name="not yet delivered"
        )
        write_table(LEDGER, rows, outputs["ledger_rows"])
    if "gate" in outputs:
        path = Path(outputs["gate"])
        path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(gate, ensure_ascii=False, indent=2, sort_keys=True)
        path.write_text(text + "\n", encoding="utf-8")


def collect_tables(
    inputs: Mapping[str, Path | list[Path]], outputs: Mapping[str, Path], rules: RuleBook
) -> dict[str, pd.DataFrame]:
    """Make every publishable table that is asked for.

    Args:
        inputs: As in ``release_tables``.
        outputs: As in ``release_tables``.
        rules: Thresholds.

    Returns:
        Table name to rows.

    Raises:
        StageFailedError: An output is restricted, or the input it is made from is missing.
    """
    primary = read_table("publishable_estimates", one_path(inputs["primary"]))
    makers = {
        "estimates": lambda: without_se(primary),
        "comparisons": lambda: publish_comparisons(_read(inputs, "comparisons"), primary, rules),
        "response": lambda: publish_response(_read(inputs, "response"), rules),
        "nonresponse": lambda: publish_nonresponse(_read(inputs, "nonresponse"), rules),
        "suppressed": lambda: count_suppressed(primary),
        "problem_counts": lambda: count_problems(_read(inputs, "avvik")),
        "quotes": lambda: publish_quotes(
            _read(inputs, "cleared_quotes"), read_estimates(inputs["estimates"]), rules
        ),
    }
    tables, wrong = {}, []
    for name in sorted(set(outputs) - {"gate", "ledger_rows"}):
        if name in makers:
            tables[name] = makers[name]()
        elif name in PUBLIC_TABLES and not CONTRACTS[name].restricted and name in inputs:
            frame = _read(inputs, name)
            numbers = frame.select_dtypes("float64").columns
            frame[numbers] = frame[numbers].round(PUBLIC_DECIMALS)
            # what only the machine suggested never reaches a report
            tables[name] = frame.assign(suggested=pd.NA) if name == "goal_links" else frame
        else:
            wrong.append(f"{name}: not a table that may leave, or not among the inputs")
    if wrong:
        raise StageFailedError(STAGE, wrong)
    return tables


def _read(inputs: Mapping[str, Path | list[Path]], name: str) -> pd.DataFrame:
    paths = inputs[name]
    files = [paths] if isinstance(paths, str | Path) else sorted(paths)
    return read_tables(name, files)


def without_se(primary: pd.DataFrame) -> pd.DataFrame:
    """Estimates without standard errors: unrounded, they give the group's own spread away."""
    return primary.assign(se=np.nan)


def publish_comparisons(
    comparisons: pd.DataFrame, primary: pd.DataFrame, rules: RuleBook
) -> pd.DataFrame:
    """Blank each comparison whose own number is hidden, and round the others as their numbers are.

    Args:
        comparisons: Rows of the contract ``comparisons``.
        primary: What may be published.
        rules: Units of the values.

    Returns:
        The comparisons that may leave.
    """
    keys = ["wave", "group", "gathering", "indicator", "component"]
    own = primary[primary["status"] == "published"]
    shown = set(row_tuples(own, ["unit", *keys]))
    rows = row_tuples(comparisons, ["kommune_id", *keys])
    hidden = np.fromiter((row not in shown for row in rows), bool, count=len(comparisons))
    out = comparisons.copy()
    numbers = [
        "peer_mean",
        "difference",
        "lower",
        "upper",
        "pooled",
        "pooled_lower",
        "pooled_upper",
    ]
    out.loc[hidden, [*numbers, "p_value"]] = np.nan
    out.loc[hidden, "verdict"] = "hidden"
    units = row_units(out, rules)
    for unit in sorted(set(units)):
        rows_of_unit = units == unit
        for column in numbers:
            values = out.loc[rows_of_unit, column].to_numpy(np.float64)
            out.loc[rows_of_unit, column] = round_half_away(values, DECIMALS[unit])
    # a p value would give the standard error away, and with it the group's own spread
    return out.assign(p_value=np.nan)


def publish_response(response: pd.DataFrame, rules: RuleBook) -> pd.DataFrame:
    """Response of each population, with small numbers of answers hidden.

    Args:
        response: Restricted response table.
        rules: Thresholds.

    Returns:
        Rows of the contract ``publishable_response``.
    """
    hidden = (response["n"] < rules.config.min_n).to_numpy()
    out = response.assign(status=np.where(hidden, "hidden", "published"))
    out["rate"] = np.round(out["rate"].to_numpy(np.float64), 2)
    out.loc[hidden, "n"] = pd.NA
    out.loc[hidden, "rate"] = np.nan
    return out


def count_suppressed(primary: pd.DataFrame) -> pd.DataFrame:
    """Count hidden numbers by unit and reason."""
    gone = primary[primary["status"].isin(["hidden", "unreliable"])]
    counts = gone.groupby(["level", "unit", "reason"]).size().rename("count").reset_index()
    return counts if len(counts) else empty_table("suppressed")


def count_problems(avvik: pd.DataFrame) -> pd.DataFrame:
    """Count problems by kind of source and case, without saying which rows."""
    source = avvik["file"].astype("object").str.split("/").str[0].where(
        avvik["file"].str.contains("/"), "other"
    )  # fmt: skip
    grouped = avvik.assign(source=source.fillna("other")).groupby(["source", "case", "severity"])
    counts = grouped["count"].sum().reset_index()
    return counts if len(counts) else empty_table("problem_counts")
