"""What both renderers lay out: the document, its figures, its tables, its fixed text.

HTML and PDF are two layouts of one view, so that neither can say what the other does not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from plankompass.reports.catalogue import Catalogue, catalogue
from plankompass.reports.figures import Drawing, draw_block, draw_spine
from plankompass.reports.schema import MunicipalReport, NetworkReport, Section
from plankompass.reports.schema_blocks import AnyBlock, FigureBlock
from plankompass.reports.schema_parts import Sentence, Table
from plankompass.reports.tabulate import table_of

# Figures whose table is content of its own, not only the figure in numbers.
OPEN_TABLES = frozenset({"steering_chain", "timeline"})


@dataclass(frozen=True)
class View:
    """A document ready to be laid out.

    Attributes:
        report: The document.
        text: Fixed text in the document's language.
        figures: Block id to figure.
        tables: Block id to the table beside the figure.
        spines: Strips of the profile, one drawing a group.
        sentences: All findings in reading order, for the appendix.
    """

    report: MunicipalReport | NetworkReport
    text: Catalogue
    figures: dict[str, Drawing]
    tables: dict[str, Table]
    spines: list[Drawing]
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


def make_view(report: MunicipalReport | NetworkReport) -> View:
    """Draw the figures and set the tables of a document.

    Args:
        report: The document.

    Returns:
        The view that both renderers lay out.
    """
    text = catalogue(report.meta.language)
    figures: dict[str, Drawing] = {}
    tables: dict[str, Table] = {}
    for section in all_sections(report):
        for block in section_blocks(section):
            if isinstance(block, FigureBlock):
                figures[block.id] = draw_block(block, text)
                tables[block.id] = table_of(block, text)
    spines: list[Drawing] = []
    if isinstance(report, MunicipalReport):
        groups = report.profile.groups
        spines = [draw_spine(group, f"profil-{i}") for i, group in enumerate(groups)]
    return View(report, text, figures, tables, spines, all_sentences(report))
