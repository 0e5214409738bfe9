"""Walking through a plan in reading order: what each label announces, and what follows it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from plankompass.ingest.plans.goal_facts import table_candidates
from plankompass.ingest.plans.goal_models import GoalCandidate
from plankompass.ingest.plans.goal_pieces import (
    WISH,
    announced_level,
    label_pieces,
    unfold_blocks,
    without_area_word,
)
from plankompass.ingest.plans.labels import (
    GOAL_LEVELS,
    Codes,
    Label,
    Level,
    read_label,
    split_number,
)
from plankompass.ingest.plans.language import WORD, split_sentences
from plankompass.ingest.plans.models import Block

LONGEST_GOAL = 420
ABOUT_GOALS = re.compile(
    r"\bmål|satsing|satsning|fokusområd|innsatsområd|ambisjon|hva vil vi|kva vil vi", re.IGNORECASE
)
_LEVELS = (*GOAL_LEVELS, "strategy", "wish", "measure")
_ITEM_LETTER = re.compile(r"^[a-zæøå][.)]\s+")
_MEANS = re.compile(r"\b(?:dette|det) (?:betyr|inneb[æe]rer?|vil si) at\W*$", re.IGNORECASE)
_STATE = re.compile(r"\b(?:skal|vil|er|har|får|blir|blei|kan|må)\b", re.IGNORECASE)
_WISH_SENTENCE = re.compile(r"\b(?:skal|vil)\b", re.IGNORECASE)
_INTRODUCES = re.compile(r":\s*$")
_EXPLAINS = re.compile(
    r"^(?:dette |hove?d|hovud)?målet (?:er valgt|er vald|er valt|handler om|handlar om|innebærer|inneber|betyr|omfatter|omfattar)\b",
    re.IGNORECASE,
)
_REFERS = re.compile(
    r"^(?:se også|sjå også|sjå òg|jf\.|klikk på|trykk på|for (?:mål|strategi)\w* .*\bsj?[eå]\b)",
    re.IGNORECASE,
)


class PlanWalker:
    """Reads blocks in order, keeping the headings above and what the last label announced.

    Args:
        blocks: The document's blocks without running heads and contents.
    """

    def __init__(self, blocks: Sequence[Block]) -> None:
        self._blocks = unfold_blocks(blocks)
        self._codes = Codes(b.text for b in self._blocks)
        self._sentences = False  # the mode takes those sentences that are wishes
        self._by_text = False  # the mode was announced by a line of text, and not by a heading
        self._listed = False  # what the mode took were items of a list
        self._headings: list[_Heading] = []
        self._mode: Level | None = None
        self._mode_number = ""
        self._mode_taken = 0
        self._standing: Level | None = None  # announced for all themes that follow as headings
        self._depths: dict[tuple[int, str], Level] = {}  # numbering depth and prefix to level
        self._found: list[GoalCandidate] = []
        self._areas: set[tuple[int, int]] = set()

    def walk(self) -> list[GoalCandidate]:
        """Walk from the first block to the last.

        Returns:
            Candidates in reading order; a heading that goals or strategies stand under is an area.
        """
        rows: list[Block] = []
        for position, block in enumerate(self._blocks):
            if block.kind == "table_row":
                rows.append(block)
                continue
            if rows:
                self._take_table(rows)
                rows = []
            if block.kind == "heading":
                self._take_heading(block, position)
            else:
                self._take_text(block)
        if rows:
            self._take_table(rows)
        return self._found

    def _area(self) -> str:
        named = [h.text for h in self._headings if h.label is None]
        return without_area_word(named[-1]) if named else ""

    def _take_heading(self, block: Block, position: int) -> None:
        if coded := self._codes.read(block.text):
            self._take_coded(block, *coded)
            return
        number, rest = split_number(block.text)
        label = read_label(block.text) or (read_label(rest) if number else None)
        waiting = self._mode in GOAL_LEVELS and bool(self._mode_number) and self._mode_taken == 0
        if label is None and waiting and len(rest) <= LONGEST_GOAL:
            # «Mål 1» on a line of its own, the goal on the next
            self._add(self._mode, self._mode_number, rest, block)
            self._mode_taken, self._mode = 1, None
            return
        if label is None and self._alone_after_label(position, rest):
            self._add(self._mode, number, rest, block)
            self._mode = None
            return
        while self._headings and self._headings[-1].level >= block.level:
            self._headings.pop()
        above = self._headings[-1].label if self._headings else None
        mode, self._mode = self._mode, None
        lost = label is None and "." in number and mode in GOAL_LEVELS
        under = above is not None and above.level in GOAL_LEVELS
        if lost and not under and len(WORD.findall(rest)) >= 4 and _STATE.search(rest):
            # texts without marks: a goal on a line of its own looks like a heading
            self._add(mode, number, rest, block)
            self._mode = mode
            return
        if label is None:
            self._take_plain_heading(block, position, number, rest, above)
            return
        self._standing = None
        if label.level == "area" and label.rest:
            self._add("area", label.number or number, label.rest, block)
            self._headings.append(_Heading(block.level, label.rest, None))
        else:
            if label.rest and label.level in _LEVELS:
                self._add(label.level, label.number or number, label.rest, block)
            elif not label.rest:
                self._announce(label.level, label.number)
            self._headings.append(_Heading(block.level, block.text, label))

    def _alone_after_label(self, position: int, rest: str) -> bool:
        """Whether a text is the one goal of «Hovedmål:» above it, on a line of its own like a heading."""
        return (
            self._mode in GOAL_LEVELS and self._by_text and self._mode_taken == 0
            and len(WORD.findall(rest)) >= 5 and len(rest) <= LONGEST_GOAL
            and self._next_kind(position) == "paragraph"
        )  # fmt: skip

    def _take_coded(self, block: Block, level: Level, code: str, rest: str) -> None:
        if rest:
            self._add(level, code, rest, block)
            self._mode = None
        else:
            self._announce(level, code)

    def _take_plain_heading(
        self, block: Block, position: int, number: str, rest: str, above: Label | None
    ) -> None:
        under_goals = above is not None and above.level in GOAL_LEVELS and not above.rest
        if under_goals and above is not None and len(rest) <= LONGEST_GOAL:
            groups = self._next_kind(position) == "list_item" and not number
            if len(WORD.findall(rest)) <= 3 and self._wishes_follow(position):
                # a theme whose text holds the goals
                self._headings.append(_Heading(block.level, block.text, above, block))
                self._announce(above.level)
                self._sentences = True
                return
            if not groups and not above.number:
                # bold lines under «Delmål» are the goals themselves
                self._add(above.level, number, rest, block)
                self._headings.append(_Heading(block.level, block.text, above))
                return
            if groups:  # a theme with its goals as bullets
                self._headings.append(_Heading(block.level, block.text, None, block))
                self._announce(above.level)
                return
        if self._standing is not None and self._next_kind(position) == "list_item":
            self._headings.append(_Heading(block.level, block.text, None, block))
            self._announce(self._standing)
            return
        self._standing = None
        self._headings.append(_Heading(block.level, block.text, None, block))

    def _next_kind(self, position: int) -> str:
        following = self._blocks[position + 1 : position + 2]
        return following[0].kind if following else ""

    def _wishes_follow(self, position: int) -> bool:
        following = self._blocks[position + 1 : position + 2]
        return any(b.kind == "paragraph" and _WISH_SENTENCE.search(b.text) for b in following)

    def _announce(self, level: Level, number: str = "", *, by_text: bool = False) -> None:
        self._by_text = by_text
        self._mode, self._mode_number, self._mode_taken = level, number, 0
        self._sentences = self._listed = False

    def _take_text(self, block: Block) -> None:
        text = block.text
        if coded := self._codes.read(text):
            self._take_coded(block, *coded)
            return
        number, rest = split_number(text)
        label = read_label(text) or (read_label(rest) if number else None)
        if label and not label.rest and len(text) < 140:
            self._announce(label.level, label.number or number, by_text=True)
            self._standing = (
                label.level if label.level in GOAL_LEVELS and not self._mode_number else None
            )
            return
        if _REFERS.match(rest):
            return
        if self._mode in GOAL_LEVELS and self._mode_taken and _EXPLAINS.match(rest):
            self._mode = None  # what follows is about the goal above
            return
        if label and label.level in _LEVELS:
            self._take_labelled(block, label, number)
            return
        if label and label.level in ("indicator", "responsible", "deadline"):
            return  # belongs to the goal above; see attach_facts
        introduces = block.kind == "paragraph" and _INTRODUCES.search(text) and len(text) < 220
        if introduces and _MEANS.search(text) and self._mode in ("main_goal", "goal"):
            self._announce("sub_goal")
            return
        if introduces and (announced := announced_level(text)):
            self._announce(announced, by_text=True)
            return
        if number and (level := self._sibling_level(number)):
            self._add(level, number, rest, block)
            return
        if self._mode in _LEVELS:
            self._take_announced(block, number, rest)
        elif self._mode is None and block.kind == "list_item" and self._under_goals():
            fits = len(WORD.findall(rest)) >= 3 and len(rest) <= LONGEST_GOAL
            self._add("wish" if fits else None, number, rest, block)

    def _under_goals(self) -> bool:
        return any(ABOUT_GOALS.search(h.text) for h in self._headings)

    def _sibling_level(self, number: str) -> Level | None:
        """The level of a numbered text whose sisters stood before: «1.1.2» after «1.1.1»."""
        return (
            self._depths.get((number.count("."), number.rpartition(".")[0]))
            if "." in number
            else None
        )

    def _take_labelled(self, block: Block, label: Label, number: str) -> None:
        self._mode = None
        given = label.number or number
        for position, (inner, piece) in enumerate(label_pieces(label)):
            level = inner.level
            self._add(level, inner.number if position else given, piece, block)
        if label.level in ("strategy", "wish", "measure") or (
            label.level in GOAL_LEVELS and not given
        ):
            self._mode, self._mode_number, self._mode_taken = label.level, "", 1

    def _take_announced(self, block: Block, number: str, rest: str) -> None:
        assert self._mode is not None
        if len(WORD.findall(rest)) < 2 or rest.endswith(":"):
            return
        sentences = split_sentences(rest)
        if self._sentences and block.kind == "paragraph":
            for sentence in sentences:
                if _WISH_SENTENCE.search(sentence) and len(WORD.findall(sentence)) >= 4:
                    self._add(self._mode, "", sentence, block)
        elif block.kind == "list_item" or number:
            if len(rest) <= LONGEST_GOAL:
                self._add(self._mode, number, rest, block)
            self._listed = True
        elif self._listed and not WISH.search(rest):
            return  # what is said of the list above
        elif self._mode_taken == 0 and len(sentences) >= 3 and not self._mode_number:
            # bullets that lost their marks: every sentence is one
            for sentence in sentences:
                if len(WORD.findall(sentence)) >= 3 and len(sentence) <= LONGEST_GOAL:
                    self._add(self._mode, "", sentence, block)
        elif len(rest) <= LONGEST_GOAL and (
            self._mode_taken == 0
            or (len(sentences) == 1 and not self._mode_number and self._like_the_others(rest))
        ):
            self._add(self._mode, self._mode_number, rest, block)
        self._mode_taken += 1
        if self._mode_number:
            self._mode = None  # one number, one goal

    def _like_the_others(self, text: str) -> bool:
        """Whether a further paragraph reads like one more goal and not like an explanation."""
        return bool(WISH.search(text)) or len(text) < 160

    def _take_table(self, rows: list[Block]) -> None:
        for entry in table_candidates(rows, self._codes):
            self._add(entry.level, entry.number, entry.text, entry.block)
            candidate = self._found[-1]
            candidate.indicator, candidate.responsible = entry.indicator, entry.responsible
            candidate.deadline, candidate.sums = entry.deadline, entry.sums

    def _add(self, level: Level | str | None, number: str, text: str, block: Block) -> None:
        clean = _ITEM_LETTER.sub("", text.strip(" –—-•").strip())
        if not clean or level is None:
            return
        if level in (*GOAL_LEVELS, "strategy", "wish"):
            self._name_area()
        if level in GOAL_LEVELS and "." in number:
            self._depths[(number.count("."), number.rpartition(".")[0])] = level  # type: ignore[assignment]
        self._found.append(
            GoalCandidate(
                level, number, clean, block.page, block.order, block.text[:400], self._area()
            )
        )

    def _name_area(self) -> None:
        """The heading a goal stands under is an area, once."""
        named = [h for h in self._headings if h.label is None and h.block is not None]
        if not named or named[-1].block is None:
            return
        block = named[-1].block
        if (block.page, block.order) in self._areas:
            return
        self._areas.add((block.page, block.order))
        number, text = split_number(block.text)
        label = read_label(block.text)
        if label is None or label.level != "area":
            self._found.append(
                GoalCandidate("area", number, text, block.page, block.order, block.text[:400], text)
            )


@dataclass(frozen=True)
class _Heading:
    """A heading above the text: its label when it is one."""

    level: int
    text: str
    label: Label | None
    block: Block | None = None
