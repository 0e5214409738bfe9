"""What every part of a report is written with: the data, the voice, and sentences with their trace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from plankompass.reports import formats
from plankompass.reports.publishable import TOTAL, Comparison, Estimate, Publishable
from plankompass.reports.schema_parts import Sentence, Shown, Tone, Trace
from plankompass.reports.wording import GAP, Voice
from plankompass.study.codebook import Codebook

JOIN = "; "  # between the groups of one trace
_TONE = {
    ("higher_is_better", "above"): "positive",
    ("higher_is_better", "below"): "negative",
    ("lower_is_better", "above"): "negative",
    ("lower_is_better", "below"): "positive",
}
_RULE_OF_VERDICT = {
    "above": "above_peer_mean",
    "below": "below_peer_mean",
    "indistinguishable": "overlaps_peer_mean",
    "few_peers": "few_peers",
}
_RULE_OF_REASON = {
    "too_few_answers": "below_min_n",
    "small_population": "below_min_n",
    "too_few_municipalities": "few_peers",
    "unanimous": "unanimous",
    "no_document": "document_absent",
    "document_not_collected": "document_not_collected",
    "before_deadline": "not_yet_due",
}


@dataclass
class Writer:
    """Writes one report.

    Attributes:
        data: The publishable tables.
        voice: Language, codebook and catalogue.
        params: The rule's params.
        wave: Wave the report is about.
        kommune_id: The municipality; empty in the network report.
        name: The municipality's name.
    """

    data: Publishable
    voice: Voice
    params: Mapping[str, Any]
    wave: str
    kommune_id: str = ""
    name: str = ""
    _sentences: int = field(default=0, repr=False)

    @property
    def book(self) -> Codebook:
        """The codebook."""
        return self.voice.book

    @property
    def language(self) -> str:
        """Language of the report."""
        return self.voice.language

    def own(
        self, indicator: str, group: str, component: str = TOTAL, wave: str = ""
    ) -> Estimate | None:
        """The municipality's estimate in the report's wave."""
        return self.data.own(self.kommune_id, indicator, wave or self.wave, group, component)

    def network(self, indicator: str, group: str, component: str = TOTAL) -> Estimate | None:
        """The network's estimate in the report's wave."""
        return self.data.network(indicator, self.wave, group, component)

    def comparison(self, estimate: Estimate | None) -> Comparison | None:
        """The estimate against its peers."""
        return self.data.comparison(estimate) if estimate else None

    def shown(self, estimate: Estimate | None) -> Shown:
        """The estimate as the reader sees it."""
        return self.voice.shown(estimate)

    def rule(
        self,
        rule: str,
        estimate: Estimate | None = None,
        *,
        lead: str = "",
        tone: Tone = "neutral",
        **slots: str,
    ) -> Sentence:
        """A sentence by a rule of the codebook, with its trace.

        Args:
            rule: Sentence rule.
            estimate: The number behind it.
            lead: What is said before, ending with a mark of punctuation.
            tone: Whether it is good news.
            **slots: Values of the rule's slots; ``kommune`` is filled in.

        Returns:
            The sentence.
        """
        self._sentences += 1
        text = self.book.sentence_rules[rule].text(self.language)
        text = text.format(**{"kommune": self.name, **slots})
        shown = self.shown(estimate) if estimate else None
        key = estimate.key if estimate else None
        return Sentence(
            id=f"s-{self._sentences:03d}",
            text=_capital(f"{lead} {text}".strip()),
            tone=tone,
            trace=Trace(
                rule=rule,
                indicator=key.indicator if key else "",
                indicator_name=self.voice.indicator(key.indicator) if key else "",
                group=self.voice.group(key.group) if key else "",
                wave=key.wave if key else self.wave,
                value=shown.text if shown else "",
                interval=shown.interval if shown else "",
                n=shown.n if shown else "",
            ),
        )

    def lead(self, estimate: Estimate, label: str = "") -> str:
        """What a number is about and the number itself: "Samspill, folkevalgte: 3,4 (2,9–3,8)."."""
        shown = self.shown(estimate)
        what = label or self.voice.indicator(estimate.key.indicator)
        if estimate.key.group in self.book.groups:
            what = f"{what}, {self.voice.group(estimate.key.group).lower()}"
        interval = f" ({shown.interval})" if shown.interval else ""
        return f"{what}: {shown.text}{interval}." if estimate.shown else f"{what}:"

    def finding(self, estimate: Estimate | None, label: str = "") -> Sentence | None:
        """The one sentence a number allows: against the peers, or why it is not shown.

        Args:
            estimate: The municipality's estimate.
            label: What the number is about; the indicator's name when left out.

        Returns:
            The sentence, or None when the codebook has no rule for the case.
        """
        if estimate is None:
            return None
        if not estimate.shown:
            rule = _RULE_OF_REASON.get(estimate.reason)
            return self.rule(rule, estimate, lead=self.lead(estimate, label)) if rule else None
        comparison = self.comparison(estimate)
        rule = _RULE_OF_VERDICT.get(comparison.verdict) if comparison else None
        if rule is None or comparison is None:
            return None
        direction = self.book.indicators[estimate.key.indicator].direction
        tone: Any = _TONE.get((direction, comparison.verdict), "neutral")
        return self.rule(rule, estimate, lead=self.lead(estimate, label), tone=tone)

    def findings(self, indicator: str, groups: Sequence[str]) -> list[Sentence]:
        """What a number of several groups allows: one sentence where the same holds for all of them.

        Args:
            indicator: Indicator id.
            groups: The groups.

        Returns:
            Sentences in the order of the groups.
        """
        found = [(e, s) for g in groups if (s := self.finding(e := self.own(indicator, g)))]
        if any(e is not None and e.shown for e, _ in found):
            # that another group's number is not shown, and why, stands in the profile
            found = [(e, s) for e, s in found if e is not None and e.shown]
        rules = {sentence.trace.rule for _, sentence in found}
        if len(found) < 2 or len(rules) > 1 or not found[0][0].shown:  # type: ignore[union-attr]
            return [sentence for _, sentence in found]
        first = found[0][1]
        numbers = []
        for estimate, sentence in found:
            interval = f" ({sentence.trace.interval})" if sentence.trace.interval else ""
            group = self.voice.group(estimate.key.group).lower()  # type: ignore[union-attr]
            numbers.append(f"{group} {sentence.trace.value}{interval}")
        said = f"{self.voice.indicator(indicator)}: {', '.join(numbers)}."
        rule = self.book.sentence_rules[first.trace.rule].text(self.language)
        together = {
            field: JOIN.join(getattr(s.trace, field) for _, s in found)
            for field in ("group", "value", "interval", "n")
        }
        return [
            first.model_copy(
                update={
                    "text": f"{said} {rule.format(kommune=self.name)}",
                    "trace": first.trace.model_copy(update=together),
                }
            )
        ]

    def sure(self, estimate: Estimate | None) -> bool | None:
        """Whether a gap or a change stands after allowing for all that the report says.

        Args:
            estimate: The gap or change.

        Returns:
            None where nothing may be said of it: not shown, or without an interval.
        """
        if estimate is None or not estimate.shown:
            return None
        comparison = self.comparison(estimate)
        if comparison is None or comparison.verdict not in ("clear", "unclear"):
            return None
        return comparison.verdict == "clear"

    def gap_finding(self, estimate: Estimate | None, label: str) -> Sentence | None:
        """Whether two groups see something differently, or None when that is not known."""
        sure = self.sure(estimate)
        if estimate is None or sure is None:
            return None
        first, second = estimate.key.group, estimate.key.component.rpartition("|")[2]
        lead = self.voice.say(
            "gap.lead",
            label=label,
            value=self.voice.amount(estimate.value or 0.0, GAP),
            interval=self.voice.interval(estimate.lower, estimate.upper, GAP),
        )
        if not sure:
            return self.rule("gap_unclear", estimate, lead=lead)
        return self.rule(
            "gap_clear", estimate, lead=lead,
            gruppe_a=_capital(self.voice.group_named(first)), gruppe_b=self.voice.group_named(second),
        )  # fmt: skip

    def dont_know(self, estimate: Estimate | None) -> Sentence | None:
        """A sentence on many who don't know, or None when they are few."""
        limit = float(self.params["statistics"]["dont_know_flag"])
        if estimate is None or not estimate.shown or (estimate.dont_know or 0.0) < limit:
            return None
        share = formats.per_cent(estimate.dont_know or 0.0, self.language)
        what = f"{self.voice.indicator(estimate.key.indicator)}, {self.voice.group(estimate.key.group).lower()}:"
        return self.rule("high_dont_know", estimate, lead=what, andel=share)


def _capital(text: str) -> str:
    """The text with a capital first letter."""
    return text[:1].upper() + text[1:]


def present(*sentences: Sentence | None) -> list[Sentence]:
    """The sentences that are there."""
    return [s for s in sentences if s is not None]
