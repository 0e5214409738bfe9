"""Real plans held against answer keys that a person wrote by reading them.

Nothing of the plans is part of the project: ``keys.yaml`` holds, for each goal, its page and a hash of
how it begins. The texts are published by the municipalities; they lie in a folder of one's own.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from plankompass.ingest.plans.goal_candidates import find_goals
from plankompass.ingest.plans.reader import PlanReader
from plankompass.study.config_models import LimitConfig

KEYS = Path(__file__).parent / "keys.yaml"
_LETTERS = 40


@dataclass(frozen=True)
class RealResult:
    """What was found of one plan.

    Attributes:
        name: The plan, as the key names it.
        goals: Goals of the answer key.
        among: Those among the candidates, whatever the candidate is taken for.
        counting: Those among the candidates that count as goals.
        candidates: Candidates that count as goals.
    """

    name: str
    goals: int
    among: int
    counting: int
    candidates: int


def goal_hash(text: str) -> str:
    """The hash by which a goal is known: of its first forty letters and digits, in lower case."""
    letters = re.sub(r"[\W_]+", "", text.casefold())[:_LETTERS]
    return hashlib.sha256(letters.encode()).hexdigest()[:16]


def measure_real(folder: Path, keys: Path = KEYS) -> Iterator[RealResult]:
    """Look for the goals of the answer keys in the plans that are in a folder.

    Args:
        folder: Where the plans lie, named as in the keys.
        keys: The answer keys.

    Yields:
        One result a plan that is there.
    """
    known: dict[str, Any] = yaml.safe_load(keys.read_text(encoding="utf-8"))
    with PlanReader(LimitConfig()) as reader:
        for file, key in known["plans"].items():
            path = folder / file
            if not path.is_file():
                continue
            wanted = {goal for goals in key["goals"].values() for goal in goals}
            found = find_goals(reader.read(path).blocks)
            counting = [goal_hash(c.text) for c in found if c.counts]
            yield RealResult(
                key["name"], len(wanted), len(wanted & {goal_hash(c.text) for c in found}),
                len(wanted & set(counting)), len(counting),
            )  # fmt: skip
