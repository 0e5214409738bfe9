"""The steering chain: where a goal is found again in action part, economic plan, budget and report.

For each goal the passages of a document are ranked by number, heading and meaning (lemmas of bokmål
and nynorsk with BM25, shared parts of compounds, character n-grams). A suggestion follows the
codebook's rule ``machine_match``: 60 per cent of the goal's content words in one paragraph, or the
goal's number cited. Suggestions never count by themselves; people confirm them.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from plankompass.ingest.plans.goal_facts import parse_amount, row_sums, split_cells
from plankompass.ingest.plans.models import Block
from plankompass.ingest.plans.words import content_lemmas, related

COUPLING = ("none", "mentioned", "with_measure", "with_money", "reported")
"""Ordinal strength of the coupling between a goal and a document."""

_BUDGETS = ("okonomiplan", "arsbudsjett", "handlingsdel")
MATCH_SHARE = 0.60
"""Share of a goal's content words that one paragraph must hold (codebook, ``machine_match``)."""

_K1, _B = 1.2, 0.6
_WEIGHTS = {
    "number": 3.0,
    "meaning": 2.0,
    "covered": 2.0,
    "grams": 1.5,
    "heading": 0.8,
    "measure": 0.5,
}
_STATUS_WORDS = re.compile(
    r"\b(?:status|ikke nådd|nådd|oppnådd|oppnått|resultat|gjennomført|ferdig|økte|økt|auka|auke[tn]?|redusert|gikk ned|gjekk ned|"
    r"er i rute|i arbeid|forsinket|forseinka|påbegynt|igangsatt|starta|startet|åpnet|opna|ble|vart|blei|har (?:vi|blitt)|var)\b",
    re.IGNORECASE,
)  # fmt: skip
_MONEY = re.compile(
    r"(?<![\d.,])(?!0+(?:[.,]0+)?\s?(?:kr|mill))\d[\d\s\u00a0.]*(?:,\d+)?\s?(?:(?:mill(?:ion(?:er|ar)?)?|mrd|milliard(?:er|ar)?)\b\.?|"
    r"(?:tusen )?(?:kroner|kr)\b)",
    re.IGNORECASE,
)
_WITHIN_FRAME = re.compile(
    r"inn?enfor (?:(?:vedtatte?|eksisterende|gjeldende) )?ramme|innanfor ramm", re.IGNORECASE
)
_COST_COLUMN = re.compile(r"kostnad|beløp|budsjett|\bkr\b|1\s?000", re.IGNORECASE)
_MEASURE_HEADING = re.compile(
    r"tiltak|handlingsdel|handlingsplan|investering|oppfølging|oppfylging|slik gj[øe]r",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class ChainGoal:
    """A goal, or a point of the platform, that is looked for.

    Attributes:
        goal: Its id in the register.
        number: Its number as printed, empty when there is none.
        text: Its text.
        area: The satsingsområde it stands under.
    """

    goal: str
    number: str
    text: str
    area: str = ""


@dataclass(frozen=True)
class Passage:
    """A stretch of a document that may answer to a goal.

    Attributes:
        page, order: Its place.
        kind: Kind of block.
        text: Its text.
        headings: The headings it stands under, from above.
        header: Header of the table it stands in, empty outside tables.
    """

    page: int
    order: int
    kind: str
    text: str
    headings: tuple[str, ...] = ()
    header: str = ""

    @property
    def is_measure(self) -> bool:
        """Whether it is a row or item of measures."""
        if re.search(r"tiltak|investering", self.header, re.IGNORECASE):
            return True
        return self.kind in ("list_item", "table_row") and any(
            _MEASURE_HEADING.search(h) for h in self.headings[-2:]
        )

    @property
    def sums(self) -> tuple[float, ...]:
        """Sums of four years, when the row ends in them."""
        return row_sums(split_cells(self.text)) if self.kind == "table_row" else ()

    @property
    def has_money(self) -> bool:
        """Whether it says a sum that is not zero; «innenfor ramme» is none."""
        if any(amount != 0 for amount in self.sums):
            return True
        if _WITHIN_FRAME.search(self.text):
            return False
        if self.kind == "table_row" and _COST_COLUMN.search(self.header):
            return any(parse_amount(cell) for cell in split_cells(self.text)[1:])
        return bool(_MONEY.search(self.text))


@dataclass(frozen=True)
class LinkCandidate:
    """One passage suggested for one goal.

    Attributes:
        goal: The goal's id.
        rank: 1 for the best.
        score: Higher is better; comparable within a document.
        page: Page of the passage.
        quotation: Its text, at most 400 characters.
        reasons: What spoke for it: ``number``, ``words``, ``heading``, ``similar``.
        suggested: Whether the rule ``machine_match`` is met.
        coupling: A value of :data:`COUPLING`.
    """

    goal: str
    rank: int
    score: float
    page: int
    quotation: str
    reasons: tuple[str, ...]
    suggested: bool
    coupling: str
    place: tuple[int, int] = field(default=(0, 0))


def passages_of(blocks: Sequence[Block]) -> list[Passage]:
    """The passages of a document: paragraphs, list items and table rows under their headings.

    Args:
        blocks: The document's blocks in reading order.

    Returns:
        Passages in reading order; header rows of tables are no passages of their own.
    """
    passages: list[Passage] = []
    stack: list[tuple[int, str]] = []
    header = ""
    last_kind = ""
    for block in blocks:
        if block.kind in ("running_head", "contents"):
            continue
        if block.kind == "heading":
            while stack and stack[-1][0] >= block.level:
                stack.pop()
            stack.append((block.level, block.text))
            last_kind = "heading"
            continue
        is_header = False
        if block.kind == "table_row":
            is_header = _is_header(block.text)
            if is_header or last_kind != "table_row":
                header = block.text if is_header else ""
        headings = tuple(text for _, text in stack)
        if not is_header:
            passages.append(Passage(
                block.page, block.order, block.kind, block.text, headings,
                header if block.kind == "table_row" else "",
            ))  # fmt: skip
        last_kind = block.kind
    return passages


def _is_header(text: str) -> bool:
    cells = [c for c in split_cells(text) if c]
    years = sum(bool(re.fullmatch(r"\D{0,12}20\d\d\D{0,3}", c)) for c in cells)
    named = sum(bool(re.match(r"(?:del-?|hove?d-?|hovud-?)?mål\b|tiltak|ansvar|frist|strategi|indikator|punkt|politisk", c, re.I)) and len(c) < 30
                for c in cells)  # fmt: skip
    return (years >= 2 and named + years >= len(cells) - 1) or named >= 2


class ChainIndex:
    """A document's passages, ready to be searched.

    Args:
        blocks: The document's blocks.
        kind: Kind of document; an annual report couples by status.
    """

    def __init__(self, blocks: Sequence[Block], kind: str) -> None:
        self.kind = kind
        self.passages = passages_of(blocks)
        self._lemmas = [content_lemmas(p.text) for p in self.passages]
        self._counts = [Counter(x) for x in self._lemmas]
        self._mean = max(1.0, sum(map(len, self._lemmas)) / max(1, len(self._lemmas)))
        frequency: Counter[str] = Counter()
        for counts in self._counts:
            frequency.update(counts.keys())
        self._idf = {
            word: math.log(1 + (len(self._lemmas) - n + 0.5) / (n + 0.5))
            for word, n in frequency.items()
        }
        self._unseen = math.log(1 + (len(self._lemmas) + 0.5) / 0.5)
        self._grams = [_grams(p.text) for p in self.passages]
        gram_frequency: Counter[str] = Counter()
        for grams in self._grams:
            gram_frequency.update(grams.keys())
        total = len(self._grams)
        self._gram_weight = {g: math.log(1 + total / n) for g, n in gram_frequency.items()}
        self._gram_norm = [self._norm(g) for g in self._grams]
        self._related: dict[str, dict[str, float]] = {}

    def search(self, goal: ChainGoal, *, top: int = 3) -> list[LinkCandidate]:
        """Rank the passages for one goal.

        Args:
            goal: The goal.
            top: How many candidates to give.

        Returns:
            The best candidates, best first; none without any sign of the goal.
        """
        query = list(dict.fromkeys(content_lemmas(goal.text)))
        weights = [self._idf.get(q, self._unseen) for q in query]
        full = sum(w * (_K1 + 1) for w in weights) or 1.0
        grams = _grams(goal.text)
        norm = self._norm(grams)
        scored = []
        for index, passage in enumerate(self.passages):
            hits = [self._hit(q, self._counts[index]) for q in query]
            parts = {
                "number": _cites(goal.number, passage),
                "meaning": self._bm25(weights, hits, index) / full,
                "covered": sum(hits) / len(hits) if hits else 0.0,
                "grams": self._cosine(grams, norm, index),
                "heading": _heading_score(goal, passage),
                "measure": float(passage.is_measure or bool(passage.sums)),
            }
            signal = parts["number"] or parts["covered"] > 0 or parts["grams"] > 0.12
            if not signal:
                continue
            score = sum(_WEIGHTS[name] * value for name, value in parts.items())
            scored.append((score, -index, parts))
        scored.sort(key=lambda s: (-s[0], -s[1]))
        return [
            self._candidate(goal, rank, score, self.passages[-negative], parts)
            for rank, (score, negative, parts) in enumerate(scored[:top], start=1)
        ]

    def _candidate(
        self,
        goal: ChainGoal,
        rank: int,
        score: float,
        passage: Passage,
        parts: Mapping[str, float],
    ) -> LinkCandidate:
        reasons = [
            name
            for name, there in (
                ("number", parts["number"] >= 0.6), ("words", parts["covered"] >= MATCH_SHARE),
                ("heading", parts["heading"] > 0.5), ("similar", parts["grams"] >= 0.3),
            )
            if there
        ]  # fmt: skip
        suggested = parts["number"] >= 0.6 or parts["covered"] >= MATCH_SHARE
        return LinkCandidate(
            goal.goal, rank, round(score, 4), passage.page, passage.text[:400], tuple(reasons),
            suggested, self._coupling(goal, passage) if suggested else "none",
            (passage.page, passage.order),
        )  # fmt: skip

    def _coupling(self, goal: ChainGoal, passage: Passage) -> str:
        if self.kind == "arsmelding":
            return "mentioned" if _only_restates(goal.text, passage.text) else "reported"
        if passage.has_money and (passage.kind != "paragraph" or self.kind in _BUDGETS):
            return "with_money"
        return "with_measure" if passage.is_measure or passage.sums else "mentioned"

    def _hit(self, word: str, counts: Counter[str]) -> float:
        if word in counts:
            return 1.0
        near = self._related.get(word)
        if near is None:
            near = {w: r for w in self._idf if (r := related(word, w)) > 0 and w != word}
            self._related[word] = near
        return max((r for w, r in near.items() if w in counts), default=0.0)

    def _bm25(self, weights: Sequence[float], hits: Sequence[float], index: int) -> float:
        length = len(self._lemmas[index])
        damp = _K1 * (1 - _B + _B * length / self._mean)
        return sum(w * h * (_K1 + 1) / (h + damp) for w, h in zip(weights, hits, strict=True))

    def _norm(self, grams: Mapping[str, int]) -> float:
        return (
            math.sqrt(sum((n * self._gram_weight.get(g, 1.0)) ** 2 for g, n in grams.items()))
            or 1.0
        )

    def _cosine(self, grams: Mapping[str, int], norm: float, index: int) -> float:
        other = self._grams[index]
        small, large = (grams, other) if len(grams) < len(other) else (other, grams)
        product = sum(
            n * large[g] * self._gram_weight.get(g, 1.0) ** 2
            for g, n in small.items()
            if g in large
        )
        return product / (norm * self._gram_norm[index])


def _only_restates(goal: str, passage: str) -> bool:
    """Whether a passage of an annual report says the goal again and nothing on status or result.

    A figure that the goal does not have, or two content words of its own beside a word of status, is
    more than the goal; a wish («skal», «vil») without either is not.
    """
    cited = re.sub(
        r"\(?\b(?:del|hove?d|hovud)?mål\s*(?:nr\.?\s*)?[\d.]+(?:\s*(?:,|og)\s*[\d.]+)*\)?",
        " ",
        passage,
        flags=re.I,
    )
    figures = set(re.findall(r"\d+(?:[.,]\d+)?", cited)) - set(re.findall(r"\d+(?:[.,]\d+)?", goal))
    wanted = set(content_lemmas(goal))
    own = [w for w in content_lemmas(cited) if not any(related(w, x) for x in wanted)]
    wishes = bool(re.search(r"\b(?:skal|vil)\b", cited))
    if figures and (own or not wishes):
        return False
    if _STATUS_WORDS.search(cited) and len(own) >= 1:
        return False
    return len(own) < 2 or wishes


def _grams(text: str) -> Counter[str]:
    """Character 4-grams of the content words, with word edges."""
    counts: Counter[str] = Counter()
    for word in content_lemmas(text):
        padded = f"<{word}>"
        counts.update(padded[i : i + 4] for i in range(max(1, len(padded) - 3)))
    return counts


def _cites(number: str, passage: Passage) -> float:
    """How surely a passage cites a goal's number: 1 with the word goal or in a cell of its own."""
    if not number:
        return 0.0
    plain = re.escape(number)
    worded = rf"\b(?:del-?|hove?d-?|hovud-?)?(?:mål(?:ene|a|et)?|h|d|nr\.?)\s*(?:nr\.?\s*)?(?:[\d.]+\s*(?:,|og|–|-)\s*)*{plain}(?![\d.]*\d)"
    if re.search(worded, passage.text, re.IGNORECASE):
        return 1.0
    if "." not in number:
        return 0.0
    cells = split_cells(passage.text)
    if any(re.match(rf"{plain}\.?(?:\s|$)", c) for c in cells):
        return 1.0 if re.search(r"mål|punkt", passage.header, re.IGNORECASE) else 0.7
    if re.search(rf"\({plain}\)", passage.text):
        return 0.7
    return 0.0


def _heading_score(goal: ChainGoal, passage: Passage) -> float:
    """Whether the passage stands under the goal's text or its area."""
    best = 0.0
    for wanted, worth in ((goal.text, 1.0), (goal.area, 0.6)):
        words = set(content_lemmas(wanted))
        if not words:
            continue
        for heading in passage.headings:
            there = set(content_lemmas(heading))
            share = len(words & there) / len(words)
            if share >= 0.6:
                best = max(best, worth * share)
    return best
