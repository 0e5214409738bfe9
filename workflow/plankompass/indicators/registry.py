"""Which function carries out each operator, and which tables it reads.

Kept free of heavy imports: the workflow asks it while it is being read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plankompass.study.codebook import Codebook
    from plankompass.study.codebook_models import Indicator

_PACKAGE = "plankompass.indicators.operators"

OPERATOR_MODULES: dict[str, str] = {
    "mean_of_items": f"{_PACKAGE}.survey_means:mean_of_items",
    "profile_of_means": f"{_PACKAGE}.survey_means:profile_of_means",
    "ranked_means": f"{_PACKAGE}.ranked_means:ranked_means",
    "share_at_least": f"{_PACKAGE}.survey_shares:share_at_least",
    "share_selected": f"{_PACKAGE}.survey_shares:share_selected",
    "group_difference": f"{_PACKAGE}.gaps:group_difference",
    "share_of_interviews_with_code": f"{_PACKAGE}.code_shares:share_of_interviews_with_code",
    "ratio": f"{_PACKAGE}.document_shares:ratio",
    "mean_of_shares": f"{_PACKAGE}.document_indices:mean_of_shares",
    "additive_index": f"{_PACKAGE}.document_indices:additive_index",
    "within_deadline": f"{_PACKAGE}.events:within_deadline",
    "months_to_event": f"{_PACKAGE}.events:months_to_event",
    "rank_agreement": f"{_PACKAGE}.triangulation:rank_agreement",
    "convergence_class": f"{_PACKAGE}.triangulation:convergence_class",
}
"""Operator of the codebook to the function that carries it out, ``module:function``."""

_SURVEY = ("municipalities", "councils", "frames", "respondents", "answers")
_INTERVIEWS = ("municipalities", "interviews", "segments", "consensus")
_GOALS = ("municipalities", "documents", "goal_links", "goals", "measures", "plan_dates")
_DATES = ("municipalities", "councils", "measures", "plan_dates")
NETWORK_LOG = "nettverkslogg"
"""Kind of document whose measures are counted from gatherings and attendance."""


def operator_function(operator: str) -> str:
    """Name the function behind an operator, so that a rule can fingerprint just that code.

    Args:
        operator: Operator id of the codebook.

    Returns:
        ``package.module:function``.

    Raises:
        KeyError: If no function carries out the operator.
    """
    return OPERATOR_MODULES[operator]


def needed_inputs(indicator: Indicator | str, codebook: Codebook) -> list[str]:
    """Name the tidy tables that computing one indicator reads.

    Args:
        indicator: The indicator, or its id.
        codebook: The codebook.

    Returns:
        Table names, sorted. The estimates of other indicators are not among them; see
        :func:`input_indicators`.
    """
    if isinstance(indicator, str):
        indicator = codebook.indicators[indicator]
    needed: set[str] = set()
    if indicator.inputs.items:
        needed.update(_SURVEY)
        if "deltakere" in indicator.groups:
            needed.add("gatherings")
    if indicator.inputs.codes:
        needed.update(_INTERVIEWS)
    measures = [codebook.measures[m] for m in indicator.inputs.measures]
    if indicator.kind == "event_timing":
        needed.update(_DATES)
    elif measures and all(NETWORK_LOG in m.documents for m in measures):
        needed.update(("municipalities", "gatherings", "attendance"))
    elif any(m.level == "goal" for m in measures):
        needed.update(_GOALS)
    elif measures:
        needed.update(("municipalities", "measures", "plan_dates"))
    if indicator.operator == "rank_agreement":
        needed.update(_SURVEY)
    if indicator.inputs.indicators:
        needed.add("municipalities")
    return sorted(needed)


def input_indicators(indicator: Indicator | str, codebook: Codebook) -> list[str]:
    """Name the indicators whose estimates an indicator is computed from.

    Args:
        indicator: The indicator, or its id.
        codebook: The codebook.

    Returns:
        Indicator ids in the codebook's order; empty for all but triangulated indicators.
    """
    if isinstance(indicator, str):
        indicator = codebook.indicators[indicator]
    return list(indicator.inputs.indicators)
