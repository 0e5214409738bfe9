"""What every made-up plan document shares: wording drawn from the texts, cover, made-up places."""

from __future__ import annotations

from datetime import date

import numpy as np
from tests.study_factory.design import Municipality
from tests.study_factory.plan_blocks import PlanDocument
from tests.study_factory.plan_facts import PlanFacts
from tests.study_factory.randomness import stream
from tests.study_factory.texts import texts

_MONTHS = (
    "januar",
    "februar",
    "mars",
    "april",
    "mai",
    "juni",
    "juli",
    "august",
    "september",
    "oktober",
    "november",
    "desember",
)
BUDGET_YEARS = (2023, 2024, 2025, 2026)
BUDGET_PERIOD = "2023–2026"


def long_date(day: date) -> str:
    """A date written out in Norwegian."""
    return f"{day.day}. {_MONTHS[day.month - 1]} {day.year}"


class PlanWriter:
    """Writes the documents of one municipality.

    Args:
        facts: The facts.
        seed: The study's seed.
    """

    def __init__(self, facts: PlanFacts, seed: int) -> None:
        self.facts = facts
        self.m: Municipality = facts.municipality
        self.bank = texts(f"plans_{self.m.language}")
        self.words = self.bank["words"]
        self.seed = seed
        places = stream(seed, "places", self.m.kommune_id).permutation(self.bank["places"])
        self.sted, self.sted2 = str(places[0]), str(places[1])
        if self.m.official_name != self.m.name:
            self.sted, self.sted2 = texts("goals")["places"]["sami"][:2]

    def section(self, rng: np.random.Generator, name: str, **slots: object) -> list[str]:
        """The paragraphs of a section, one wording of each sentence drawn."""
        values = {
            "k": self.m.name, "innb": f"{round(self.m.residents * 0.012) * 100:,}".replace(",", " "),
            "sted": self.sted, "sted2": self.sted2, "slutt": 2033, "periode": BUDGET_PERIOD, **slots,
        }  # fmt: skip
        paragraphs = []
        for sentences in self.bank["sections"][name]:
            chosen = [
                s if isinstance(s, str) else s[int(rng.integers(0, len(s)))] for s in sentences
            ]
            paragraphs.append(" ".join(chosen).format(**values))
        return paragraphs

    def add(
        self, document: PlanDocument, rng: np.random.Generator, name: str, **slots: object
    ) -> None:
        for paragraph in self.section(rng, name, **slots):
            document.paragraph(paragraph)

    def document(
        self, kind: str, title: str, period: str, decided: date | None, *, draft: date | None = None
    ) -> PlanDocument:
        cover = []
        if decided is not None:
            case = f"{decided.toordinal() % 140 + 3}/{decided.year % 100}"
            cover.append(self.words["adopted"].format(dato=long_date(decided), sak=case))
        if draft is not None:
            cover.append(self.words["draft_line"].format(dato=long_date(draft)))
        cover.append(self.words["example"])
        return PlanDocument(
            kind, title, period, self.m.name, tuple(cover), self.m.language, self.words["contents"]
        )
