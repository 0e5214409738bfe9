"""What both renderers lay out: the document, its figures, its tables, its fixed text.

HTML and PDF are two layouts of one view, so that neither can say what the other does not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from plankompass.reports.catalogue import Catalogue, catalogue
from plankompass.reports.charts import ChartTable, chart_table, spine_heights
from plankompass.reports.figures import Chart, Drawing, draw_multiples, draw_spine
from plankompass.reports.schema import MunicipalReport, NetworkReport, Section
from plankompass.reports.schema_blocks import AnyBlock, FigureBlock, SmallMultiples, TableBlock
from plankompass.reports.schema_parts import Column, Fact, Row, Sentence, Table, Trace
from plankompass.reports.tabulate import table_of, without_empty_columns


@dataclass(frozen=True)
class View:
    """A document ready to be laid out.

    Attributes:
        report: The document.
        text: Fixed text in the document's language.
        charts: Block id to the chart with its table.
        figures: Block id to figures that stand by themselves.
        tables: Block id to a table of its own, or to the one below such a figure.
        spines: Strips of the profile, one chart a group.
        sentences: All findings in reading order, for the appendix.
    """

    report: MunicipalReport | NetworkReport
    text: Catalogue
    charts: dict[str, ChartTable]
    figures: dict[str, list[Drawing]]
    tables: dict[str, Table]
    spines: list[Chart]
    sentences: list[Sentence]


def all_sections(report: MunicipalReport | NetworkReport) -> list[Section]:
    """Sections in reading order, the change section included.

    Args:
        report: The document.

    Returns:
        The sections.
    """
    sections = list(report.sections)
    if isinstance(report, MunicipalReport) and report.change is not None:
        sections.append(report.change)
    return sections


def section_blocks(section: Section) -> Iterator[AnyBlock]:
    """Blocks of a section in reading order.

    Args:
        section: The section.

    Yields:
        Each block.
    """
    for question in section.questions:
        yield from question.blocks
    yield from section.blocks


def all_sentences(report: MunicipalReport | NetworkReport) -> list[Sentence]:
    """Findings in reading order.

    Args:
        report: The document.

    Returns:
        The sentences.
    """
    found = list(report.front.key_sentences)
    for section in all_sections(report):
        for question in section.questions:
            found += question.answer
            for block in question.blocks:
                found += block.intro
        for block in section.blocks:
            found += block.intro
    return found


def numbered(sentences: list[Sentence]) -> tuple[dict[str, int], list[Sentence]]:
    """Numbers that lead from sentences to the appendix; a sentence said twice has one number.

    Args:
        sentences: Findings in reading order.

    Returns:
        Sentence id to number, and the sentences of the appendix in the order of their numbers.
    """
    numbers: dict[str, int] = {}
    first: dict[tuple[str, Trace], int] = {}
    appendix: list[Sentence] = []
    for sentence in sentences:
        said = (sentence.text, sentence.trace)
        if said not in first:
            appendix.append(sentence)
            first[said] = len(appendix)
        numbers[sentence.id] = first[said]
    return numbers, appendix


def head_facts(report: MunicipalReport | NetworkReport) -> list[Fact]:
    """What stands under the title: where, who it is compared with, when.

    Args:
        report: The document.

    Returns:
        Labels and values.
    """
    text, meta = catalogue(report.meta.language), report.meta
    facts: list[Fact] = []
    if isinstance(report, MunicipalReport):
        town = report.municipality
        facts += [
            Fact(label=text("common.code"), value=town.code),
            Fact(label=text("common.county"), value=town.county),
            Fact(label=text("common.peer_group"), value=town.peer_group),
        ]
    return [
        *facts,
        Fact(label=text("common.wave"), value=meta.wave_text),
        Fact(label=text("common.as_of"), value=meta.as_of_text),
        Fact(label=text("common.dated"), value=meta.dated_text),
    ]


def official_name(report: MunicipalReport | NetworkReport) -> str:
    """The name with its Sami and Kven parts, where the title does not say it.

    Args:
        report: The document.

    Returns:
        The name; empty when the title says it.
    """
    if not isinstance(report, MunicipalReport):
        return ""
    name = report.municipality.official_name
    return "" if name == report.meta.title else name


def closing_facts(report: MunicipalReport | NetworkReport) -> list[Fact]:
    """What stands at the end of Om tallene: publisher, contact, version, hash.

    Args:
        report: The document.

    Returns:
        Labels and values.
    """
    text, meta = catalogue(report.meta.language), report.meta
    facts = [Fact(label=text("common.publisher"), value=meta.publisher)]
    if meta.addressee:
        facts.append(Fact(label=text("common.addressee"), value=meta.addressee))
    if meta.contact:
        facts.append(Fact(label=text("common.contact"), value=meta.contact))
    return facts + list(report.about.facts)


def sources_table(report: MunicipalReport, text: Catalogue) -> Table | None:
    """Kildene side ved side as a table.

    Args:
        report: The document.
        text: The catalogue of the report's language.

    Returns:
        The table; None when the report has no such rows.
    """
    if report.sources is None or not report.sources.rows:
        return None
    columns = [
        Column(label=text(f"sources.{key}"), width=width)
        for key, width in (("survey", 1), ("interviews", 1), ("documents", 1), ("verdict", 1.4))
    ]
    rows = [
        Row(header=r.label, cells=[r.survey, r.interviews, r.documents, r.verdict_text])
        for r in report.sources.rows
    ]
    return Table(
        caption=report.sources.title, corner=text("sources.theme"), corner_width=1.6,
        columns=columns, rows=rows,
    )  # fmt: skip


def make_view(report: MunicipalReport | NetworkReport) -> View:
    """Draw the figures and set the tables of a document.

    Args:
        report: The document.

    Returns:
        The view that both renderers lay out.
    """
    text = catalogue(report.meta.language)
    charts: dict[str, ChartTable] = {}
    figures: dict[str, list[Drawing]] = {}
    tables: dict[str, Table] = {}
    for section in all_sections(report):
        for block in section_blocks(section):
            if isinstance(block, SmallMultiples):
                figures[block.id] = draw_multiples(block, text, block.id)
                tables[block.id] = table_of(block, text)
            elif isinstance(block, FigureBlock):
                charts[block.id] = chart_table(block, text)
            elif isinstance(block, TableBlock):
                tables[block.id] = without_empty_columns(block.table)
    spines: list[Chart] = []
    if isinstance(report, MunicipalReport):
        spines = [
            draw_spine(group, text, f"profil-{i}", spine_heights(group))
            for i, group in enumerate(report.profile.groups)
        ]
    return View(report, text, charts, figures, tables, spines, all_sentences(report))
