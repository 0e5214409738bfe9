"""What a report says, word for word in reading order: the third layout, in plain text.

HTML and PDF are held to it, so that each number and each sentence stands where it should, and nothing
stands there that the document does not say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from plankompass.reports.html_page import contents
from plankompass.reports.schema import About, MunicipalReport, Section
from plankompass.reports.schema_blocks import AnyBlock
from plankompass.reports.schema_parts import Sentence, Table
from plankompass.reports.style import TONE_MARKS
from plankompass.reports.view import (
    View,
    closing_facts,
    head_facts,
    numbered,
    official_name,
    sources_table,
)

Medium = Literal["html", "pdf"]


class Said(NamedTuple):
    """One piece of text.

    Attributes:
        place: Where it stands, for whoever mends it.
        text: The text; may be empty.
    """

    place: str
    text: str


def said(view: View, medium: Medium) -> list[Said]:
    """Everything a report says.

    Args:
        view: The document with tables.
        medium: ``html`` (all text of the body but that of figures) or ``pdf`` (all tagged text but
            that of figures; running heads and feet are not tagged).

    Returns:
        The texts in reading order, empty ones left out.
    """
    speaker = _Speaker(view, medium)
    return [Said(place, text) for place, text in speaker.all() if text]


class _Speaker:
    def __init__(self, view: View, medium: Medium) -> None:
        self.view, self.html = view, medium == "html"
        self.report, self.t = view.report, view.text
        self.numbers, self.appendix = numbered(view.sentences)

    def all(self) -> Iterator[tuple[str, str]]:
        report = self.report
        yield from self.head()
        yield from self.front()
        if isinstance(report, MunicipalReport):
            yield from self.profile(report)
        for section in report.sections:
            yield from self.section(section)
        if isinstance(report, MunicipalReport):
            yield from self.sources(report)
            if report.change is not None:
                yield from self.section(report.change)
            yield from self.discussion(report)
        yield from self.about(report.about)
        if self.html:
            meta = report.meta
            parts = [meta.publisher, meta.study_title, meta.dated_text]
            yield "foot", " · ".join([*parts, meta.example_word] if meta.example else parts)

    def head(self) -> Iterator[tuple[str, str]]:
        meta, t = self.report.meta, self.t
        municipal = isinstance(self.report, MunicipalReport)
        if self.html:
            yield "head", t("common.skip")
        kind = t("front.report_kind") if municipal else t("front.network_kind")
        yield "head", f"{t('common.brand')} · {kind}{meta.example_word}"
        yield "title", meta.title
        yield "official name", official_name(self.report)
        yield "subtitle", meta.subtitle
        facts = head_facts(self.report)
        pairs = (
            [text for f in facts for text in (f.label, f.value)]
            if self.html
            else [*(f.label for f in facts), *(f.value for f in facts)]
        )
        for text in pairs:
            yield "facts under the title", text
        if self.html:
            yield from self.example()
            for _, label in contents(self.report):
                yield "contents", label

    def example(self) -> Iterator[tuple[str, str]]:
        meta = self.report.meta
        if meta.example:
            colon = "" if self.html else ":"
            yield "example", f"{meta.example_word}{colon} {self.t('common.example_note')}"

    def front(self) -> Iterator[tuple[str, str]]:
        front, t = self.report.front, self.t
        yield "front", front.lead
        yield "front", t("front.in_short")
        for s in front.key_sentences:
            if self.html:
                yield s.id, TONE_MARKS[s.tone]
            yield s.id, t(f"tone.{s.tone}")
            yield from self.sentence(s)
        yield "who answered", t("front.who_answered")
        for a in front.answered:
            for text in (a.label, a.rate, a.text):
                yield f"who answered, {a.label}", text
        for key, text in (("documents", front.documents), ("interviews", front.interviews)):
            if text:
                yield key, t(f"front.{key}")
                yield key, text
        if not self.html:
            yield from self.example()

    def sentence(self, s: Sentence) -> Iterator[tuple[str, str]]:
        yield s.id, s.text
        if not self.html:
            yield f"number of {s.id}", str(self.numbers[s.id])
            return
        trace, t = s.trace, self.t
        named = (
            ("rule", trace.rule), ("indicator", trace.indicator_name or trace.indicator),
            ("group", trace.group), ("value", trace.value), ("interval", trace.interval),
        )  # fmt: skip
        parts = [f"{t(f'trace.{key}')}: {value}" for key, value in named if value]
        yield f"trace of {s.id}", ". ".join([*parts, trace.n] if trace.n else parts) + "."

    def findings(self, sentences: Iterable[Sentence]) -> Iterator[tuple[str, str]]:
        for s in sentences:
            if self.html:
                yield s.id, f"{TONE_MARKS[s.tone]}{self.t(f'tone.{s.tone}')}: "
            yield from self.sentence(s)

    def profile(self, report: MunicipalReport) -> Iterator[tuple[str, str]]:
        profile, t = report.profile, self.t
        yield "profile", profile.title
        yield from (("profile", p) for p in profile.intro)
        yield from (("profile's legend", key.label) for key in self.view.spines[0].keys)
        heads = [t(f"profile.{k}") for k in ("strip", "own")]
        heads += ["n", *(t(f"profile.{k}") for k in ("peers", "network", "verdict"))]
        if self.html:
            yield "profile", profile.title
            yield from (("profile's head", text) for text in (t("profile.indicator"), *heads))
        for group in profile.groups:
            if self.html:
                yield "profile", f"{group.title}. {group.alt}"
            else:
                yield from (("profile's head", text) for text in (group.title, *heads))
            for row in group.rows:
                others = [s.text if s else "" for s in (row.peer_mean, row.network_mean)]
                cells = [row.own.text, row.own.interval, row.own.n, *others, row.verdict_text]
                for text in (row.label, row.sub, *cells):
                    yield f"profile, {row.label} ({row.sub})", text
        yield from (("profile", note) for note in profile.notes)

    def section(self, section: Section) -> Iterator[tuple[str, str]]:
        place = section.title
        yield place, section.title
        yield place, section.research_question
        yield from ((place, p) for p in section.intro)
        for question in section.questions:
            yield place, question.title
            yield from self.findings(question.answer)
            for block in question.blocks:
                yield from self.block(block)
        for block in section.blocks:
            yield from self.block(block)

    def block(self, block: AnyBlock) -> Iterator[tuple[str, str]]:
        view, place = self.view, block.title or block.id
        yield place, block.title
        yield from self.findings(block.intro)
        if block.kind == "text":
            yield from ((place, p) for p in block.paragraphs)
        elif block.kind == "table":
            table = view.tables[block.id]
            caption = self.html or table.caption != block.title
            yield from self.table(table, caption=caption)
        elif block.id in view.figures:
            first = view.figures[block.id][0]
            yield from self.legend(place, first)
            yield from self.table(view.tables[block.id], caption=self.html)
        else:
            yield from self.chart(block)
        yield from ((place, note) for note in block.notes)

    def legend(self, place: str, drawn) -> Iterator[tuple[str, str]]:
        yield from ((f"{place}, legend", key.label) for key in drawn.keys)
        yield from ((f"{place}, legend", words) for words in drawn.words)

    def chart(self, block: AnyBlock) -> Iterator[tuple[str, str]]:
        item, place = self.view.charts[block.id], block.title or block.id
        table = item.table
        yield from self.legend(place, item.chart)
        if self.html:
            yield f"{place}, caption", f"{block.title}. {block.alt}"
        yield f"{place}, head", table.corner
        if self.html:
            yield f"{place}, head", self.t("common.figure")
        yield from ((f"{place}, head", column.label) for column in table.columns)
        for row in table.rows:
            for text in (row.header, row.sub, *row.cells):
                yield f"{place}, row {row.header}", text
        yield from ((place, note) for note in table.notes)

    def table(self, table: Table, *, caption: bool) -> Iterator[tuple[str, str]]:
        place = table.caption
        if caption:
            yield place, table.caption
        yield from (
            (f"{place}, head", x) for x in (table.corner, *(c.label for c in table.columns))
        )
        group = ""
        for row in table.rows:
            if row.group and row.group != group:
                group = row.group
                yield place, group
            for text in (row.header, row.sub, *row.cells):
                yield f"{place}, row {row.header}", text
        yield from ((place, note) for note in table.notes)

    def sources(self, report: MunicipalReport) -> Iterator[tuple[str, str]]:
        table = sources_table(report, self.t)
        if report.sources is None or (table is None and not self.html):
            return
        place = report.sources.title
        yield place, place
        yield from ((place, p) for p in report.sources.intro)
        if table is not None:
            yield from self.table(table, caption=self.html)
        yield from ((place, note) for note in report.sources.notes)

    def discussion(self, report: MunicipalReport) -> Iterator[tuple[str, str]]:
        place = report.discussion.title
        yield place, place
        yield from ((place, p) for p in report.discussion.intro)
        for group in report.discussion.groups:
            yield place, group.title
            yield from ((place, question) for question in group.questions)

    def about(self, about: About) -> Iterator[tuple[str, str]]:
        place = about.title
        yield place, about.title
        yield from ((place, p) for p in about.paragraphs)
        response = [(place, about.response.caption), *self.table(about.response, caption=self.html)]
        hidden: list[tuple[str, str]] = []
        if about.hidden is not None:
            hidden = [(place, about.hidden.caption), *self.table(about.hidden, caption=self.html)]
        never = [(place, text) for text in (about.never_claim_title, *about.never_claim)]
        facts = [(place, self.t("common.facts"))]
        for fact in closing_facts(self.report):
            facts += [
                (f"{place}, {fact.label}", fact.label),
                (f"{place}, {fact.label}", fact.value),
            ]
        if self.html:
            yield from [*response, *hidden, *never, *self.appendix_html(), *facts]
        else:
            yield from [*response, *never, *hidden, *facts, *self.appendix_pdf()]

    def appendix_html(self) -> Iterator[tuple[str, str]]:
        t = self.t
        if not self.view.sentences:
            return
        for key in ("title", "intro", "title"):
            yield "appendix", t(f"trace.{key}")
        for key in ("sentence", "rule", "indicator", "group", "value", "interval", "n"):
            yield "appendix, head", t(f"trace.{key}")
        for s in self.view.sentences:
            trace = s.trace
            name = trace.indicator_name or trace.indicator
            cells = [trace.rule, name, trace.group, trace.value, trace.interval, trace.n]
            for text in (s.text, *cells):
                yield f"appendix, {s.id}", text

    def appendix_pdf(self) -> Iterator[tuple[str, str]]:
        if not self.view.sentences:
            return
        yield "appendix", self.t("trace.title")
        yield "appendix", self.t("trace.intro_numbers")
        for number, s in enumerate(self.appendix, start=1):
            trace = s.trace
            value = f"{trace.value} ({trace.interval})" if trace.interval else trace.value
            name = trace.indicator_name or trace.indicator
            parts = [p for p in (trace.rule, name, trace.group, value, trace.n) if p]
            yield f"appendix, {s.id}", f"{number}{'. '.join(parts)}."
