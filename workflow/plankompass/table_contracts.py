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
    "publishable_contract",
]

CONTRACTS: dict[str, Contract] = {
    c.name: c for c in (*TIDY, *INDICATORS, *INTERVIEW_RESULTS, *DISCLOSURE, *PROBLEMS)
}

_PUBLISHABLE_AS = {
    "estimates": "publishable_estimates",
    "nonresponse": "publishable_nonresponse",
    "response": "publishable_response",
}


def publishable_contract(file: str) -> str:
    """Name of the contract of a file in the publishable folder.

    Args:
        file: The file's name without its ending.

    Returns:
        The contract; the file's own name where they are the same.
    """
    return _PUBLISHABLE_AS.get(file, file)
