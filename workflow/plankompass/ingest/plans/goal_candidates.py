"""Goal candidates of a plan: areas, goals, sub-goals, strategies and measures, with what belongs to them.

Everything found here is a suggestion with page and quotation; people confirm it. What counts as one
goal follows the codebook's rule ``goal_unit``: the lowest numbered or bulleted text that the plan
itself calls goal, main goal or sub-goal; without such words, each sentence with «skal» or «vil» under
a heading about goals or satsing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from plankompass.ingest.plans.goal_facts import attach_facts
from plankompass.ingest.plans.goal_models import GoalCandidate
from plankompass.ingest.plans.goal_pieces import WISH
from plankompass.ingest.plans.goal_walk import ABOUT_GOALS, PlanWalker
from plankompass.ingest.plans.labels import GOAL_LEVELS, read_label, split_number
from plankompass.ingest.plans.language import WORD, split_sentences
from plankompass.ingest.plans.models import Block

_POINT_HEADING = re.compile(
    r"visjon|verdi|innledning|innleiing|forord|om avtalen|samarbeidsform|prosedyre|underskrift",
    re.I,
)
_BELIEF = re.compile(
    r"^(?:vi|partiene|partia|samarbeidspartiene|kommunen)\s+(?:tror|trur|mener|meiner|er opptatt av|er oppteken av|"
    r"bygger på|byggjer på|verdsetter|verdset|ser|er enige|er samde|har tro på)\b", re.IGNORECASE,
)  # fmt: skip
_INFINITIVE = re.compile(
    r"^(?:ikke |ikkje |fortsatt |framleis )?(?:å )?[a-zæøå]+(?:e|a|å)\b|^(?:gi|se|si|la|få|gå|stå|bli|ta|ha)\b",
    re.IGNORECASE,
)


def find_goals(blocks: Sequence[Block]) -> list[GoalCandidate]:
    """Find the goal candidates of a community part, action part or economic plan.

    Args:
        blocks: The document's blocks in reading order.

    Returns:
        Candidates in reading order, each text once.
    """
    body = [b for b in blocks if b.kind not in ("running_head", "contents")]
    candidates = PlanWalker(body).walk()
    labelled = any(c.level in GOAL_LEVELS for c in candidates)
    for candidate in candidates:
        if (
            candidate.level == "wish"
        ):  # «Vi vil ...»: the goals, unless the plan names goals of its own
            candidate.level = "strategy" if labelled else "goal"
    if not any(c.level in GOAL_LEVELS for c in candidates):
        candidates += _wishes(body)
        candidates.sort(key=lambda c: (c.page, c.order))
    candidates = _once(candidates)
    _set_parents(candidates)
    _set_counts(candidates)
    attach_facts(candidates, body)
    return candidates


def find_points(blocks: Sequence[Block]) -> list[GoalCandidate]:
    """Find the points of a political platform: one commitment to an act or state each.

    Args:
        blocks: The document's blocks.

    Returns:
        Candidates at level ``point``; statements of belief are left out.
    """
    points: list[GoalCandidate] = []
    heading = ""
    for block in blocks:
        if block.kind == "heading":
            heading = block.text
            continue
        if block.kind in ("running_head", "contents") or _POINT_HEADING.search(heading):
            continue
        if block.kind == "paragraph":
            texts = [s for s in split_sentences(block.text) if re.search(r"\b(?:skal|vil)\b", s)]
        else:
            texts = [block.text.split(" | ")[0] if block.kind == "table_row" else block.text]
        for text in texts:
            number, rest = split_number(text)
            if len(WORD.findall(rest)) < 2 or _BELIEF.match(rest) or rest.endswith(":"):
                continue
            if block.kind != "paragraph" and not (
                WISH.search(rest) or _INFINITIVE.match(rest) or number
            ):
                continue
            points.append(GoalCandidate("point", number, rest, block.page, block.order,
                                        block.text[:400], area=heading, counts=True))  # fmt: skip
    return _once(points)


def _wishes(blocks: Sequence[Block]) -> list[GoalCandidate]:
    """Plans that use no word for goals: each sentence with «skal» or «vil» under goals or satsing.

    Where there is no such heading either, headings that are wishes themselves, and single sentences
    with «skal» right under a heading.
    """
    found: list[GoalCandidate] = []
    bare: list[GoalCandidate] = []
    headings: list[tuple[int, str]] = []
    after_heading = False
    for block in blocks:
        if block.kind == "heading":
            while headings and headings[-1][0] >= block.level:
                headings.pop()
            number, rest = split_number(block.text)
            if re.search(r"\bskal\b", rest) and len(WORD.findall(rest)) >= 6:
                bare.append(_wish("main_goal", number, rest, block, headings))
            headings.append((block.level, block.text))
            after_heading = True
            continue
        above = " / ".join(text for _, text in headings)
        last = read_label(split_number(headings[-1][1])[1]) if headings else None
        spoken_for = last is not None and last.level in ("strategy", "measure", "vision", "other")
        sentences = split_sentences(block.text)
        first, after_heading = after_heading, False
        if block.kind == "table_row" or spoken_for:
            continue
        wishes = [
            s for s in sentences if re.search(r"\b(?:skal|vil)\b", s) and len(WORD.findall(s)) >= 4
        ]
        if ABOUT_GOALS.search(above):
            found += [_wish("goal", *split_number(s), block, headings) for s in wishes]
        elif first and len(sentences) == 1 and wishes and " skal " in sentences[0]:
            bare.append(_wish("goal", *split_number(sentences[0]), block, headings))
    return found or bare


def _wish(
    level: str, number: str, text: str, block: Block, headings: Sequence[tuple[int, str]]
) -> GoalCandidate:
    area = split_number(headings[-1][1])[1] if headings else ""
    return GoalCandidate(level, number, text, block.page, block.order, block.text[:400], area)


def _once(candidates: list[GoalCandidate]) -> list[GoalCandidate]:
    """Each text once: the first place, unless a later one carries a number and the first does not."""
    kept: dict[tuple[str, str], int] = {}
    out: list[GoalCandidate] = []
    for candidate in candidates:
        own = candidate.level in GOAL_LEVELS or candidate.level == "point"
        group = "goal" if own else f"{candidate.level} {candidate.area}"
        key = (group, re.sub(r"\W+", "", candidate.text.casefold()))
        if key not in kept:
            kept[key] = len(out)
            out.append(candidate)
            continue
        first = out[kept[key]]
        first.number = first.number or candidate.number
        for name in ("indicator", "responsible", "deadline", "sums"):
            setattr(first, name, getattr(first, name) or getattr(candidate, name))
    return out


_RANK = {"area": 0, "main_goal": 1, "goal": 2, "sub_goal": 3, "strategy": 4, "measure": 5}


def _set_parents(candidates: list[GoalCandidate]) -> None:
    by_number = {
        c.number: i
        for i, c in enumerate(candidates)
        if c.number and c.level in ("area", *GOAL_LEVELS)
    }
    last: dict[int, int] = {}
    for index, candidate in enumerate(candidates):
        rank = _RANK.get(str(candidate.level), 6)
        prefix = candidate.number.rpartition(".")[0]
        if prefix and prefix in by_number and by_number[prefix] != index:
            candidate.parent = by_number[prefix]
        else:
            above = [
                last[r] for r in last
                if r < rank and (candidates[last[r]].area == candidate.area or candidates[last[r]].level == "area")
            ]  # fmt: skip
            candidate.parent = max(above, default=-1)
        last[rank] = index
        for lower in [r for r in last if r > rank]:
            del last[lower]


def _set_counts(candidates: list[GoalCandidate]) -> None:
    with_children = {c.parent for c in candidates if c.level in GOAL_LEVELS and c.parent >= 0}
    for index, candidate in enumerate(candidates):
        candidate.counts = candidate.level in GOAL_LEVELS and index not in with_children
