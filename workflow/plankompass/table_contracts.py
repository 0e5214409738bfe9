"""The tables between the stages, by name."""

from __future__ import annotations

from plankompass.contract_model import (
    GROUPS,
    LEVELS,
    MISSING_KINDS,
    STATUSES,
    Column,
    Contract,
)
from plankompass.interview_contracts import INTERVIEW_RESULTS
from plankompass.result_contracts import DISCLOSURE, INDICATORS
from plankompass.tidy_contracts import PROBLEMS, TIDY

__all__ = [
    "CONTRACTS",
    "GROUPS",
    "LEVELS",
    "MISSING_KINDS",
    "STATUSES",
    "Column",
    "Contract",
]

CONTRACTS: dict[str, Contract] = {
    c.name: c for c in (*TIDY, *INDICATORS, *INTERVIEW_RESULTS, *DISCLOSURE, *PROBLEMS)
}
