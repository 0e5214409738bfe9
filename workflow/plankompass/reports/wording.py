"""From estimates to words: numbers as shown, why a number is not there, names in the report's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from plankompass.reports import formats
from plankompass.reports.catalogue import Catalogue, catalogue
from plankompass.reports.publishable import NETWORK, TOTAL, Comparison, Estimate
from plankompass.reports.schema_parts import Shown, Verdict
from plankompass.study.codebook import Codebook

#: How a number is written: mean and gap with one decimal, share as per cent or count of count,
#: index always as per cent, yes or no in words (per cent where several municipalities are behind).
MEAN, GAP, SHARE, INDEX, YES_NO, COUNT, MONTHS, RANK, CORRELATION = (
    "mean", "gap", "share", "index", "yes_no", "count", "months", "rank", "correlation",
)  # fmt: skip
_UNIT_OF_OPERATOR = {
    "mean_of_items": MEAN,
    "ranked_means": MEAN,
    "profile_of_means": MEAN,
    "share_at_least": SHARE,
    "share_selected": SHARE,
    "group_difference": GAP,
    "share_of_interviews_with_code": SHARE,
    "ratio": SHARE,
    "mean_of_shares": INDEX,
    "additive_index": COUNT,
    "within_deadline": YES_NO,
    "months_to_event": MONTHS,
    "rank_agreement": CORRELATION,
    "convergence_class": COUNT,
}
_PER_CENT = (SHARE, INDEX, YES_NO)
_PLACES = {MEAN: 1, GAP: 1, MONTHS: 0, COUNT: 0, RANK: 0, CORRELATION: 2}
_PERSONS = ("folkevalgte", "administrasjon", "innbyggere", "deltakere")
PER_CENT_FROM = 20


@lru_cache(maxsize=1 << 10)
def _in_words(text: str, status: str) -> Shown:
    """What stands in a number's place; the same for every number that is not shown for one reason."""
    return Shown(text=text, status=status)  # type: ignore[arg-type]


def unit_of(book: Codebook, indicator: str, component: str = TOTAL) -> str:
    """What a component's value is measured in.

    Args:
        book: The codebook.
        indicator: Indicator id.
        component: Component of the estimate.

    Returns:
        One of the module's unit names.
    """
    prefix = component.partition(":")[0]
    if prefix == "rank":
        return RANK
    if prefix in ("share", "answers"):
        return SHARE
    if prefix == "level":
        return MEAN
    entry = book.indicators[indicator]
    if component in entry.inputs.measures and entry.operator in (
        "mean_of_shares",
        "additive_index",
    ):
        measure = book.measures[component]
        if entry.operator == "additive_index" or measure.unit == "binary":
            return YES_NO
        return SHARE if measure.level == "goal" else INDEX
    return _UNIT_OF_OPERATOR[entry.operator]


@dataclass(frozen=True)
class Voice:
    """One language, with the codebook's names and the catalogue's sentences.

    Attributes:
        language: ``nb``, ``nn`` or ``en``.
        book: The codebook.
        say: The message catalogue.
    """

    language: str
    book: Codebook
    say: Catalogue

    @classmethod
    def of(cls, language: str, book: Codebook) -> Voice:
        """The voice of a language."""
        return cls(language, book, catalogue(language))

    def indicator(self, indicator: str) -> str:
        """Name of an indicator."""
        return self.book.indicators[indicator].name.text(self.language)

    def definition(self, indicator: str) -> str:
        """The one sentence that says what an indicator means."""
        definition = self.book.indicators[indicator].definition
        return getattr(definition, self.language) or definition.nb

    def caveat(self, indicator: str) -> str:
        """What an indicator does not say."""
        entry = self.book.indicators[indicator]
        return getattr(entry, f"caveat_{self.language}") or entry.caveat_nb

    def group(self, group: str) -> str:
        """Name of a group of respondents or a kind of source."""
        if group in self.book.groups:
            return self.book.groups[group].text(self.language)
        return self.say(f"source.{group}")

    def group_named(self, group: str) -> str:
        """A group inside a sentence, in definite form: "de folkevalgte"."""
        return self.say(f"group_named.{group}")

    def item(self, item: str) -> str:
        """Wording of an item, or of an alternative (``item__option``)."""
        base, _, option = item.partition("__")
        entry = self.book.items[base]
        if option:
            return next(o for o in entry.options if o.id == option).text(self.language)
        return entry.text(self.language)

    def component(self, indicator: str, component: str) -> str:
        """A component in words: item, code, measure or alternative; the indicator's name for total."""
        if component.startswith("answers:"):
            return self.item(component.partition("|")[2])
        name = component.partition("|")[0].rpartition(":")[2]
        if name == TOTAL:
            return self.indicator(indicator)
        if name.partition("__")[0] in self.book.items:
            return self.item(name)
        if name in self.book.codes:
            return self.book.codes[name].text(self.language)
        if name in self.book.measures:
            return self.book.measures[name].text(self.language)
        return self.say(f"component.{name}")

    def scale_ends(self, scale: str) -> tuple[str, str]:
        """Words at the ends of an answer scale."""
        entry = self.book.scales[scale]
        first, last = entry.values[0], entry.values[-1]
        return entry.labels[first].text(self.language), entry.labels[last].text(self.language)

    def why_not(self, estimate: Estimate | None) -> str:
        """Why a number is not shown, in the reader's words."""
        if estimate is None:
            return self.say("reason.not_collected")
        if estimate.status == "published":
            return self.say("reason.not_collected")
        if estimate.reason and f"reason.{estimate.reason}" in self.say.texts:
            return self.say(f"reason.{estimate.reason}")
        return self.say(f"status.{estimate.status}")

    def amount(self, value: float, unit: str, n: int | None = None, *, signed: bool = False) -> str:
        """A value in its unit, as text."""
        if unit == YES_NO and value in (0.0, 1.0) and n in (None, 1):
            return self.say("yes_no.yes_word" if value else "yes_no.no_word")
        if unit == SHARE and n is not None and 0 < n < PER_CENT_FROM:
            return formats.count_of(round(value * n), n, self.language)
        if unit in _PER_CENT:
            return formats.per_cent_sign(value, self.language)
        return formats.number(value, self.language, _PLACES[unit], signed=signed or unit == GAP)

    def change(self, value: float, unit: str) -> str:
        """A change with its sign; of shares in percentage points."""
        if unit in _PER_CENT:
            points = formats.number(100 * value, self.language, 0, signed=True)
            return self.say("change.points", value=points)
        return formats.number(value, self.language, _PLACES[unit], signed=True)

    def interval(self, lower: float | None, upper: float | None, unit: str) -> str:
        """An interval in its unit, as text; empty where there is none."""
        if lower is None or upper is None:
            return ""
        if unit in _PER_CENT:
            low, high = 100 * max(0.0, lower), 100 * min(1.0, upper)
            return f"{formats.interval(low, high, self.language, 0)}{formats.SPACE}%"
        return formats.interval(lower, upper, self.language, _PLACES[unit])

    def shown(self, estimate: Estimate | None, unit: str = "") -> Shown:
        """An estimate as the reader sees it.

        Args:
            estimate: The estimate; None where no row was made.
            unit: What :func:`unit_of` says of it, where that is known already.

        Returns:
            Text, and the rounded numbers that a figure draws; shares are 0 to 100.
        """
        if estimate is None:
            return Shown(text=self.say("reason.not_collected"), status="not_collected")
        key = estimate.key
        unit = unit or unit_of(self.book, key.indicator, key.component)
        if estimate.display:
            return _in_words(self.say(f"display.{estimate.display}"), "class")
        if not estimate.shown:
            status = "hidden" if estimate.status == "published" else estimate.status
            return _in_words(self.why_not(estimate), status)
        if estimate.class_value and unit != MONTHS:
            return Shown(text=self.say(f"class.{estimate.class_value}"), status="class")
        value = float(estimate.value or 0.0)
        if unit == MONTHS and not key.component.startswith("change:"):
            # not adopted by the cut-off date: the time so far is a lower limit
            kind = "months.more" if estimate.class_value else "months.exact"
            months = formats.number(value, self.language, 0)
            return Shown(
                text=self.say(kind, months=months),
                value=None if estimate.class_value else formats.rounded(value, 0),
                status="class" if estimate.class_value else "published",
            )
        factor, places = (100.0, 0) if unit in _PER_CENT else (1.0, _PLACES[unit])

        def drawn(limit: float | None) -> float | None:
            return None if limit is None else formats.rounded(factor * limit, places)

        n = estimate.n if key.group in _PERSONS else None
        # a share of the network weighs municipalities: it is no count of a count, however few answered
        weighted = n is not None and key.level == NETWORK and unit == SHARE
        of = None if weighted else estimate.n
        change = key.component.startswith("change:")
        return Shown(
            text=self.change(value, unit) if change else self.amount(value, unit, of),
            value=formats.rounded(factor * value, 1 if unit in _PER_CENT else places),
            lower=drawn(estimate.lower),
            upper=drawn(estimate.upper),
            interval=self.interval(estimate.lower, estimate.upper, unit),
            n="" if n is None else formats.sample_size(n, self.language),
        )

    def verdict(
        self, comparison: Comparison | None, estimate: Estimate | None
    ) -> tuple[Verdict, str]:
        """How a value stands against the others, as a class and in words."""
        if estimate is None or not estimate.shown:
            return "hidden", self.say("verdict.hidden")
        verdict = comparison.verdict if comparison else "none"
        if verdict == "none":
            return "none", self.say("verdict.none")
        if verdict in ("clear", "unclear"):
            kind = "change" if estimate.key.component.startswith("change:") else "gap"
            return verdict, self.say(f"{kind}.{verdict}")  # type: ignore[return-value]
        return verdict, self.say(f"verdict.{verdict}")  # type: ignore[return-value]

    def peer_mean(
        self, comparison: Comparison | None, indicator: str, component: str
    ) -> Shown | None:
        """The other municipalities' mean, or None where it is not shown."""
        if comparison is None or comparison.peer_mean is None:
            return None
        unit = unit_of(self.book, indicator, component)
        factor, places = (
            (100.0, 0)
            if unit in _PER_CENT
            else (1.0, 1 if unit in (COUNT, MONTHS) else _PLACES[unit])
        )
        value = comparison.peer_mean
        text = (
            formats.per_cent_sign(value, self.language)
            if unit in _PER_CENT
            else formats.number(value, self.language, places, signed=unit == GAP)
        )
        return Shown(text=text, value=formats.rounded(factor * value, places))


def drawn_values(values: list[float], unit: str) -> list[float]:
    """Values as a figure draws them: shares as per cent."""
    return [
        formats.rounded(100 * v, 1) if unit in _PER_CENT else formats.rounded(v, 1) for v in values
    ]


def quartiles(values: list[float]) -> tuple[float, float] | None:
    """The middle half of some values, or None for fewer than five.

    Args:
        values: Sorted published values of other municipalities.

    Returns:
        First and third quartile by linear interpolation.
    """
    if len(values) < 5:
        return None

    def at(share: float) -> float:
        place = share * (len(values) - 1)
        low = int(place)
        high = min(low + 1, len(values) - 1)
        return values[low] + (place - low) * (values[high] - values[low])

    return at(0.25), at(0.75)


def report_texts(params: Mapping[str, Any], language: str) -> str:
    """The study's title in a language."""
    title = params["title"]
    return str(title.get(language) or title["nb"])
