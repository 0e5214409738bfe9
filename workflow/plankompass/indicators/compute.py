"""Entry of the stage: compute one indicator of the codebook."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from plankompass.indicators.registry import (
    OPERATOR_MODULES,
    input_indicators,
    needed_inputs,
    operator_function,
)

if TYPE_CHECKING:
    from plankompass.indicators.task import Task

__all__ = [
    "OPERATOR_MODULES",
    "compute_indicator",
    "input_indicators",
    "needed_inputs",
    "operator_function",
    "prepare",
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
    from plankompass.tables import write_table

    task, operator = prepare(inputs, params)
    frame = operator(task).frame()
    shown = int((frame["status"] == "published").sum())
    log.info("%s: %d estimates, %d with a number", task.indicator.id, len(frame), shown)
    write_table("estimates", frame, outputs["estimates"])


def prepare(
    inputs: Mapping[str, Path | list[Path]], params: Mapping[str, Any]
) -> tuple[Task, Callable[[Task], Any]]:
    """What one indicator is computed from, and the operator that does it.

    Args:
        inputs: As for :func:`compute_indicator`.
        params: As for :func:`compute_indicator`.

    Returns:
        The task, and the function that makes the rows of it.

    Raises:
        PlankompassError: The indicator is not in the codebook.
    """
    from plankompass.indicators.task import StudyTables, Task
    from plankompass.study.codebook import load_codebook
    from plankompass.study.config_models import StatisticsConfig, WaveConfig
    from plankompass.study.problems import PlankompassError

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
    return task, getattr(importlib.import_module(module), function)
