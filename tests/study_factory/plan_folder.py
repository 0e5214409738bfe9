"""The folder of plan documents of a study: which file of which kind in which format, and its faults."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from tests.study_factory.design import Municipality, StudyDesign
from tests.study_factory.faults import PlantedFault
from tests.study_factory.files import write_csv
from tests.study_factory.plan_appendix import AppendixWriter
from tests.study_factory.plan_blocks import PlanDocument
from tests.study_factory.plan_budget import BudgetWriter
from tests.study_factory.plan_content import CommunityWriter
from tests.study_factory.plan_facts import PlanFacts, spare_goals
from tests.study_factory.plan_files import TypstWriter, docx_bytes, markdown_bytes, scan

DOCUMENT_COLUMNS = ("file", "kommune_id", "kind", "title", "period", "adopted_on", "status")
# From this size on, only every twelfth municipality's documents are PDF and DOCX, the rest Markdown,
# unless every format is asked for.
MANY = 40


@dataclass
class PlanFolder:
    """What was written.

    Attributes:
        rows: Rows of ``documents.csv``.
        files: (kommune_id, kind) to the file that is coded.
        pages: (kommune_id, mark) to page, where the format has pages.
        faults: Planted faults.
    """

    rows: list[tuple] = field(default_factory=list)
    files: dict[tuple[str, str], str] = field(default_factory=dict)
    pages: dict[tuple[str, str], int] = field(default_factory=dict)
    faults: list[PlantedFault] = field(default_factory=list)


class PlanFolderWriter:
    """Writes ``plans/`` of a raw folder.

    Args:
        raw: The raw folder.
        design: The study.
        write: Whether to write the documents; without, only ``documents.csv``'s content is decided.
        every_format: Write PDF and DOCX in a big study too.
        real_lengths: Give documents an appendix that makes them as long as real ones.
    """

    def __init__(
        self,
        raw: Path,
        design: StudyDesign,
        *,
        write: bool = True,
        every_format: bool = False,
        real_lengths: bool = False,
    ) -> None:
        self.raw = raw
        self.design = design
        self.write = write
        self.every_format = every_format
        self.real_lengths = real_lengths
        self.result = PlanFolder()
        self._typst = TypstWriter() if write else None

    def _format(self, m: Municipality, kind: str) -> str:
        many = len(self.design.municipalities) > MANY and not self.every_format
        if many and m.number % 12 != 1:
            return "md"
        word = {
            "samfunnsdel": (3, 8),
            "planstrategi": (2, 3, 6, 9, 11),
            "arsmelding": (4, 8, 0),
            "plattform": (4, 9),
        }
        return "docx" if m.number % 12 in word.get(kind, ()) else "pdf"

    def _put(
        self, m: Municipality, document: PlanDocument, name: str, decided: date | None, *, status: str = "adopted",
        ending: str = "", scanned: set[int] | bool | None = False, coded: bool = True,
    ) -> str:  # fmt: skip
        """Write one document and its line in documents.csv; give its path."""
        ending = ending or self._format(m, document.kind)
        if self.real_lengths and coded and scanned is False:
            self._appendix.append(document)
        file = f"plans/{m.code}/{name}.{ending}"
        if self.write:
            path = self.raw / file
            path.parent.mkdir(parents=True, exist_ok=True)
            if ending == "pdf":
                content, pages = self._typst.pdf(document)
                if scanned is not False:
                    content = scan(content, scanned)
                if coded:
                    for mark, page in pages.items():
                        self.result.pages.setdefault((m.kommune_id, mark), page)
                path.write_bytes(content)
            else:
                path.write_bytes(
                    docx_bytes(document) if ending == "docx" else markdown_bytes(document)
                )
        if coded:
            self.result.files[(m.kommune_id, document.kind)] = file
        self.result.rows.append(
            (file, m.kommune_id, document.kind, document.title, document.period, decided, status)
        )
        return file

    def _fault(self, case: str, outcome: str, file: str, count: int, note: str) -> None:
        self.result.faults.append(PlantedFault(case, outcome, file, (file,), "", count, note))

    def _community_part(self, facts: PlanFacts, writer: CommunityWriter) -> None:
        m = facts.municipality
        if facts.community_part == "adopted":
            scanned: set[int] | bool | None = None if m.has("scanned_samfunnsdel") else False
            ending = "pdf" if m.has("scanned_samfunnsdel") else ""
            file = self._put(m, writer.community_part(facts.goals, facts.community_part_on), "samfunnsdel",
                             facts.community_part_on, scanned=scanned, ending=ending)  # fmt: skip
            if scanned is None:
                self._fault("D2", "repair", file, 1, "a scan without text")
        elif facts.community_part == "several":
            codes = m.codes_by_wave["T0"]
            names = {code: name for code, name, *_ in self.design.codes}
            for code, day in zip(codes, facts.extra_dates.values(), strict=True):
                goals = spare_goals(m, self.design.seed, f"old {code}")
                document = writer.community_part(goals, day, name=names[code], short=True)
                file = self._put(m, document, f"samfunnsdel_{code}", day, coded=False)
                self._fault(
                    "D4", "repair", file, 2, "plans of both old municipalities still in force"
                )
        elif facts.community_part == "not_collected":
            goals = spare_goals(m, self.design.seed, "draft")
            document = writer.community_part(goals, None, draft=date(2022, 3, 15))
            file = self._put(
                m, document, "samfunnsdel_hoeringsforslag_2022", None, status="", coded=False
            )
            self._fault("D1", "reject", file, 1, "a draft filed without adoption date")

    def add(self, facts: PlanFacts) -> None:
        """Write the documents of one municipality.

        Args:
            facts: Its facts.
        """
        m = facts.municipality
        writer = CommunityWriter(facts, self.design.seed)
        self._appendix = AppendixWriter(facts, self.design.seed)
        budget = BudgetWriter(facts, self.design.seed)
        self._community_part(facts, writer)
        for document in budget.budget():
            name = "handlings_og_okonomiplan" if facts.merged else document.kind
            pictures = {4} if m.has("mixed_text") and document.kind == "okonomiplan" else False
            file = self._put(m, document, name, facts.budget_on, scanned=pictures)
            if pictures:
                self._fault("D2", "repair", file, 1, "one page is a picture, the others hold text")
        self._put(m, budget.annual_report(), "arsmelding", facts.annual_report_on)
        self._put(m, writer.strategy(), "planstrategi", facts.strategy_on)
        if m.has("old_strategy_delivered") and self.design.faults:
            document = writer.strategy(old=True)
            decided = next(d[2] for d in facts.dates if d[0] == "planstrategi")
            file = self._put(m, document, "planstrategi_2016-2019", decided, coded=False)
            self._fault("D3", "reject", file, 1, "the strategy of the council before")
        if facts.platform == "adopted":
            published = next(d[2] for d in facts.dates if d[0] == "plattform")
            self._put(m, writer.platform(), "politisk_plattform", published)

    def finish(self) -> PlanFolder:
        """Write ``documents.csv`` and give what was written."""
        rows = sorted(self.result.rows, key=lambda r: r[0])
        write_csv(self.raw / "plans" / "documents.csv", DOCUMENT_COLUMNS, rows)
        return self.result
