"""The appendix that makes a made-up plan document as long as real ones are."""

from __future__ import annotations

import numpy as np
from tests.study_factory.plan_blocks import PlanDocument
from tests.study_factory.plan_writer import PlanWriter
from tests.study_factory.randomness import stream

# As plan.typ sets a page of running text and tables; held by the factory's test of lengths.
# Pages beside a document's own few, by kind: about what municipalities print. A platform is short.
APPENDIX_PAGES = {
    "samfunnsdel": 40, "planstrategi": 20, "handlingsdel": 20, "okonomiplan": 60, "arsmelding": 50,
}  # fmt: skip
_PAGE_CHARACTERS, _HEADING_CHARACTERS, _TABLE_CHARACTERS = 3_900, 200, 700
# A table on three of ten pages, as in the documents without the appendix.
_TABLE_EVERY, _PLACES = 11, 6
_SECTIONS = ("utgangspunkt", "arealstrategi", "oppfolging", "om_planen")
_FIRST_YEAR, _LAST_YEAR = 2011, 2022


class AppendixWriter(PlanWriter):
    """Writes pages of described areas and of figures, none of which says anything about a goal."""

    def append(self, document: PlanDocument) -> None:
        """Add an appendix that makes a document about as long as real ones of its kind.

        Args:
            document: The document; a platform stays as it is.
        """
        pages = APPENDIX_PAGES.get(document.kind, 0)
        if not pages:
            return
        rng = stream(self.seed, "appendix", self.m.kommune_id, document.kind, document.period)
        document.heading(1, self.words["appendix"])
        areas = sorted(self.bank["areas"])
        left = pages * _PAGE_CHARACTERS
        number = 0
        while left > 0:
            area = areas[number % len(areas)]
            section = _SECTIONS[int(rng.integers(0, len(_SECTIONS)))]
            values = {"k": self.m.name, "sted": self.sted, "sted2": self.sted2}
            paragraphs = [
                " ".join(self.bank["areas"][area]).format(**values),
                *self.section(rng, section),
            ]
            number += 1
            document.heading(3, f"{self.words['appendix']} {number}")
            for paragraph in paragraphs:
                document.paragraph(paragraph)
            left -= sum(map(len, paragraphs)) + _HEADING_CHARACTERS
            if number % _TABLE_EVERY == 0:
                self._figures(document, rng)
                left -= _TABLE_CHARACTERS

    def _figures(self, document: PlanDocument, rng: np.random.Generator) -> None:
        rows = [("", *map(str, range(_FIRST_YEAR, _LAST_YEAR + 1, 3)))]
        for place in rng.permutation(self.bank["places"])[:_PLACES]:
            figures = rng.integers(20, 9_000, size=len(rows[0]) - 1)
            rows.append((str(place), *(f"{v:,}".replace(",", " ") for v in figures)))
        document.table(rows)
