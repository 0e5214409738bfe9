"""Entry of the stage: compute one indicator of the codebook."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from plankompass.indicators.registry import (
    OPERATOR_MODULES,
    input_indicators,
    needed_inputs,
    operator_function,
)

__all__ = [
    "OPERATOR_MODULES",
    "compute_indicator",
    "input_indicators",
    "needed_inputs",
    "operator_function",
]

log = logging.getLogger(__name__)


def compute_indicator(
    inputs: Mapping[str, Path | list[Path]],
    outputs: Mapping[str, Path],
    params: Mapping[str, Any],
) -> None:
    """Compute one indicator for every municipality and the network.

    The operator's module is imported by name, so that a rule which fingerprints
    :func:`operator_function` reruns only when that operator's own code changes.

    Args:
        inputs: The tidy tables that :func:`needed_inputs` names; for triangulated indicators also
            ``indicators``, the estimates of the indicators that :func:`input_indicators` names.
        outputs: ``estimates``.
        params: ``indicator`` (id), ``statistics``, ``waves``, ``report_wave`` and ``codebook``.

    Raises:
        PlankompassError: The indicator is not in the codebook, or the tables contradict each other.
        ContractError: A table is missing or does not keep its contract.
    """
    from plankompass.indicators.task import StudyTables, Task
    from plankompass.study.codebook import load_codebook
    from plankompass.study.config_models import StatisticsConfig, WaveConfig
    from plankompass.study.problems import PlankompassError
    from plankompass.tables import write_table

    codebook = load_codebook(params["codebook"])
    indicator = codebook.indicators.get(params["indicator"])
    if indicator is None:
        raise PlankompassError(
            f"indicators.yaml: {params['indicator']}: no indicator has this id; see the ids in the "
            "codebook"
        )
    waves = {k: WaveConfig.model_validate(v) for k, v in params["waves"].items()}
    task = Task(
        indicator=indicator,
        codebook=codebook,
        tables=StudyTables(inputs),
        waves=dict(sorted(waves.items(), key=lambda wave: wave[1].as_of)),
        report_wave=params["report_wave"],
        settings=StatisticsConfig.model_validate(params.get("statistics") or {}),
    )
    module, _, function = operator_function(indicator.operator).partition(":")
    rows = getattr(importlib.import_module(module), function)(task)
    frame = rows.frame()
    shown = int((frame["status"] == "published").sum())
    log.info("%s: %d estimates, %d with a number", indicator.id, len(frame), shown)
    write_table("estimates", frame, outputs["estimates"])
