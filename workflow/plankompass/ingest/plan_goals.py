"""Goal candidates of a plan: areas, goals, sub-goals, strategies and measures, with what belongs to them.

Everything found here is a suggestion with page and quotation; people confirm it. What counts as one
goal follows the codebook's rule ``goal_unit``: the lowest numbered or bulleted text that the plan
itself calls goal, main goal or sub-goal; without such words, each sentence with «skal» or «vil» under
a heading about goals or satsing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from plankompass.ingest.plan_goal_facts import attach_facts, table_candidates
from plankompass.ingest.plan_labels import GOAL_LEVELS, Label, Level, read_label, split_number
from plankompass.ingest.plan_language import WORD, split_sentences
from plankompass.ingest.plan_models import Block

_LONGEST_GOAL = 420
_WISH = re.compile(r"\b(?:skal|vil|ønsker å|ønskjer å|må)\b", re.IGNORECASE)
_ABOUT_GOALS = re.compile(
    r"\bmål|satsing|satsning|fokusområd|innsatsområd|ambisjon|hva vil vi|kva vil vi", re.IGNORECASE
)
_INTRODUCES = re.compile(r":\s*$")
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


@dataclass
class GoalCandidate:
    """One candidate.

    Attributes:
        level: ``area``, ``main_goal``, ``goal``, ``sub_goal``, ``strategy``, ``measure`` or ``point``
            (a point of a political platform).
        number: Number as printed, empty when there is none.
        text: The text without label and number.
        page, order: Where its block stands.
        quotation: The block's text, at most 400 characters.
        area: Heading of the satsingsområde it stands under.
        parent: Index in the list of the goal or area it stands under; -1 when none.
        counts: Whether it is one goal by the rule ``goal_unit`` (or one point).
        indicator, responsible, deadline: What the text beside it says, empty when nothing.
        sums: Sums of four years as printed, in the table's unit; empty when there are none.
        sdg: Numbers of the UN goals named beside it.
    """

    level: Level | str
    number: str
    text: str
    page: int
    order: int
    quotation: str
    area: str = ""
    parent: int = -1
    counts: bool = False
    indicator: str = ""
    responsible: str = ""
    deadline: str = ""
    sums: tuple[float, ...] = ()
    sdg: tuple[int, ...] = field(default=())


def find_goals(blocks: Sequence[Block]) -> list[GoalCandidate]:
    """Find the goal candidates of a community part, action part or economic plan.

    Args:
        blocks: The document's blocks in reading order.

    Returns:
        Candidates in reading order, each text once.
    """
    body = [b for b in blocks if b.kind not in ("running_head", "contents")]
    candidates = _Walker(body).walk()
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
                _WISH.search(rest) or _INFINITIVE.match(rest) or number
            ):
                continue
            points.append(GoalCandidate("point", number, rest, block.page, block.order,
                                        block.text[:400], area=heading, counts=True))  # fmt: skip
    return _once(points)


class _Walker:
    """Reads blocks in order, keeping the headings above and what the last label announced."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self._blocks = blocks
        self._headings: list[
            tuple[int, str, Label | None]
        ] = []  # level, text, label when only that
        self._mode: Level | None = None
        self._mode_number = ""
        self._mode_taken = 0
        self._found: list[GoalCandidate] = []

    def walk(self) -> list[GoalCandidate]:
        rows: list[Block] = []
        for block in [*self._blocks, None]:
            if block is not None and block.kind == "table_row":
                rows.append(block)
                continue
            if rows:
                self._take_table(rows)
                rows = []
            if block is None:
                break
            if block.kind == "heading":
                self._take_heading(block)
            else:
                self._take_text(block)
        return self._found

    def _area(self) -> str:
        named = [text for _, text, label in self._headings if label is None]
        return _without_area_word(named[-1]) if named else ""

    def _take_heading(self, block: Block) -> None:
        while self._headings and self._headings[-1][0] >= block.level:
            self._headings.pop()
        number, rest = split_number(block.text)
        label = read_label(block.text) or (read_label(rest) if number else None)
        self._mode = None
        above = self._headings[-1][2] if self._headings else None
        if label is None:
            if above and above.level in GOAL_LEVELS and len(rest) <= _LONGEST_GOAL:
                # bold lines under «Delmål» are the goals themselves
                self._add(above.level, number, rest, block)
                self._headings.append((block.level, block.text, above))
                return
            self._headings.append((block.level, block.text, None))
            if above and above.level == "area":
                self._add("area", number, rest, block)
            return
        if label.rest and label.level == "area":
            self._add("area", label.number or number, label.rest, block)
            self._headings.append((block.level, label.rest, None))
            return
        if label.rest and label.level in (*GOAL_LEVELS, "strategy", "measure"):
            self._add(label.level, label.number or number, label.rest, block)
        elif not label.rest:
            self._announce(label, label.number or ("" if label.level == "other" else number))
        self._headings.append((block.level, block.text, label))

    def _announce(self, label: Label, number: str = "") -> None:
        self._mode = label.level
        self._mode_number = number
        self._mode_taken = 0

    def _take_text(self, block: Block) -> None:
        text = block.text
        label = read_label(text)
        number, rest = split_number(text)
        if label is None and number:
            label = read_label(rest)
        if label and not label.rest and len(text) < 120:
            self._announce(label, label.number)
            return
        if label and label.rest and label.level in (*GOAL_LEVELS, "strategy", "measure"):
            self._mode = None
            for piece_label, piece in _pieces(label):
                self._add(piece_label.level, piece_label.number or number, piece, block)
            return
        if label and label.level in ("indicator", "responsible", "deadline"):
            return  # belongs to the goal above; see attach_facts
        introduces = block.kind == "paragraph" and _INTRODUCES.search(text) and len(text) < 200
        if introduces and (announced := _announced(text)):
            self._mode, self._mode_number, self._mode_taken = announced, "", 0
            return
        if self._mode in (*GOAL_LEVELS, "strategy", "measure"):
            self._take_announced(block, number, rest)

    def _take_announced(self, block: Block, number: str, rest: str) -> None:
        assert self._mode is not None
        if len(rest) > _LONGEST_GOAL or len(WORD.findall(rest)) < 2:
            if block.kind == "paragraph" and len(rest) > _LONGEST_GOAL:
                self._mode_taken += 1
            return
        if block.kind == "list_item" or number:
            self._add(self._mode, number, rest, block)
        elif self._mode_taken == 0 or (len(split_sentences(rest)) == 1 and _WISH.search(rest)):
            self._add(self._mode, self._mode_number, rest, block)
        else:
            self._mode_taken += 1
            return
        self._mode_taken += 1
        self._mode_number = ""

    def _take_table(self, rows: list[Block]) -> None:
        for entry in table_candidates(rows):
            self._add(entry.level, entry.number, entry.text, entry.block)
            candidate = self._found[-1]
            candidate.indicator, candidate.responsible = entry.indicator, entry.responsible
            candidate.deadline, candidate.sums = entry.deadline, entry.sums

    def _add(self, level: Level | str, number: str, text: str, block: Block) -> None:
        clean = text.strip(" –—-•").strip()
        if clean:
            self._found.append(GoalCandidate(
                level, number, clean, block.page, block.order, block.text[:400], self._area(),
            ))  # fmt: skip


def _pieces(label: Label) -> list[tuple[Label, str]]:
    """Part «Hovedmål: A. Delmål 1: B» written in one block."""
    parts = re.split(
        r"(?<=[.;])\s+(?=(?:delmål|hovedmål|hovudmål|mål)\s*\d)", label.rest, flags=re.IGNORECASE
    )
    pieces = [(label, parts[0])]
    for part in parts[1:]:
        inner = read_label(part)
        if inner and inner.rest:
            pieces.append((inner, inner.rest))
    return pieces


def _announced(text: str) -> Level | None:
    """What an introduction that ends with a colon announces: «Målene for området er:»."""
    low = text.casefold()
    if re.search(r"\bfor å (?:nå|få|lykkes|oppnå)|strategi|slik (?:skal|vil) vi (?:nå|få)", low):
        return "strategy"
    if re.search(r"\btiltak\b|\baktivitet", low):
        return "measure"
    if re.search(r"\bdelmål", low):
        return "sub_goal"
    if re.search(r"\bhov[eu]d?d?mål|\bhovedmål|\bhovudmål", low):
        return "main_goal"
    if re.search(r"\bmål(?:ene|a|et)?\b|\bmålsetting", low):
        return "goal"
    return None


def _without_area_word(text: str) -> str:
    label = read_label(text)
    if label and label.level == "area" and label.rest:
        return label.rest
    return split_number(text)[1]


def _wishes(blocks: Sequence[Block]) -> list[GoalCandidate]:
    """Plans that use no word for goals: each sentence with «skal» or «vil» under goals or satsing."""
    found = []
    headings: list[tuple[int, str]] = []
    for block in blocks:
        if block.kind == "heading":
            while headings and headings[-1][0] >= block.level:
                headings.pop()
            headings.append((block.level, block.text))
            continue
        above = " / ".join(text for _, text in headings)
        if not _ABOUT_GOALS.search(above) or block.kind == "table_row":
            continue
        last = read_label(split_number(headings[-1][1])[1])
        if last and last.level in ("strategy", "measure", "vision", "other"):
            continue
        for sentence in split_sentences(block.text):
            number, rest = split_number(sentence)
            if re.search(r"\b(?:skal|vil)\b", rest) and len(WORD.findall(rest)) >= 4:
                found.append(GoalCandidate("goal", number, rest, block.page, block.order,
                                           block.text[:400], split_number(headings[-1][1])[1]))  # fmt: skip
    return found


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
