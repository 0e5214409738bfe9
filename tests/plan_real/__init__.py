"""Real plans held against answer keys that a person wrote by reading them.

Nothing of the plans is part of the project: ``keys.yaml`` holds, for each goal, its page and a hash of
how it begins. The texts are published by the municipalities; they lie in a folder of one's own.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from plankompass.ingest.plans.chain import ChainGoal, ChainIndex
from plankompass.ingest.plans.goal_candidates import find_goals
from plankompass.ingest.plans.models import Block
from plankompass.ingest.plans.reader import PlanReader
from plankompass.ingest.plans.suggest import TOP
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


@dataclass(frozen=True)
class LinkResult:
    """What the linker found of one plan's links.

    Attributes:
        name: The plans, as the key names them.
        links: Goals of the answer key, each with the page of the action plan that holds its measures.
        among: Goals with that page among their first three candidates.
        measures_only: The same where the action plan's own lines that repeat the goals are taken out.
        pages: Pages of the action plan that hold measures.
    """

    name: str
    links: int
    among: int
    measures_only: int
    pages: int


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


def measure_links(folder: Path, keys: Path = KEYS) -> Iterator[LinkResult]:
    """Link the goals of the answer keys to the action plans that are in a folder.

    Args:
        folder: Where the plans lie, and each one's goals, one a line, as a person typed them.
        keys: The answer keys.

    Yields:
        One result a plan that is there.
    """
    known: dict[str, Any] = yaml.safe_load(keys.read_text(encoding="utf-8"))
    with PlanReader(LimitConfig()) as reader:
        for key in known.get("links", ()):
            register, action = folder / key["register"], folder / key["action_plan"]
            if not register.is_file() or not action.is_file():
                continue
            page_of = {goal: page for page, goals in key["pages"].items() for goal in goals}
            texts = [t for t in register.read_text(encoding="utf-8").splitlines() if t.strip()]
            goals = {goal_hash(text): text for text in texts if goal_hash(text) in page_of}
            blocks = reader.read(action).blocks
            bare = [replace(b, text=_without(b.text, goals.values())) for b in blocks]
            yield LinkResult(
                key["name"], len(page_of), _found(goals, page_of, blocks),
                _found(goals, page_of, [b for b in bare if b.text]), len(key["pages"]),
            )  # fmt: skip


def _found(goals: Mapping[str, str], page_of: Mapping[str, int], blocks: Sequence[Block]) -> int:
    index = ChainIndex(blocks, "handlingsdel")
    return sum(
        page_of[known] in {c.page for c in index.search(ChainGoal(known, "", text), top=TOP)}
        for known, text in goals.items()
    )


def _without(text: str, goals: Iterable[str]) -> str:
    """A block's text without the goals it repeats."""
    for goal in goals:
        text = text.replace(goal.rstrip("."), "")
    return text.strip(" .")
