"""The thresholds a row is held against: configuration and codebook together, the stricter holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from plankompass.disclosure.components import TOTAL, part_of
from plankompass.study.codebook import Codebook
from plankompass.study.codebook_models import Indicator
from plankompass.study.config_models import DisclosureConfig

SURVEY_GROUPS = ("folkevalgte", "administrasjon", "innbyggere", "deltakere")
RESIDENTS = "innbyggere"
INTERVIEWS = "intervju"
DOCUMENTS = "dokument"
SOURCES = "kilder"

# Counts 0, 1, n-1 and n are shown as classes, and so are 2 and n-2: were only 0 and 1 in a class, the
# one who answered yes would know that nobody else did. From 11 answers on three neighbouring counts
# lie under 20 %; below that the true statement about all three is "under half".
CLASS_COUNTS = 2
CLASS_MIN_N = 11
# Under 20 answers a mean that allows all answers to be equal is hidden, whether they are or not:
# hidden only when they are equal, the hiding itself would say so.
SMALL_N = 20

AT_LEAST_THREE = "at_least_three"
FEWER_THAN_THREE = "fewer_than_three"

_CODEBOOK_KEYS = {INTERVIEWS: "interviews", DOCUMENTS: "goals"}
_KIND_UNITS = {
    "answers": "share",
    "gap": "gap",
    "level": "mean",
    "rank": "rank",
    "share": "share",
    "source": "class",
    "sensitivity": "class",
}
_OPERATOR_UNITS = {
    "mean_of_items": "mean",
    "ranked_means": "mean",
    "profile_of_means": "mean",
    "group_difference": "gap",
    "share_at_least": "share",
    "share_selected": "share",
    "share_of_interviews_with_code": "share",
    "ratio": "share",
    "mean_of_shares": "share",
    "additive_index": "index",
    "within_deadline": "share",
    "months_to_event": "months",
    "rank_agreement": "correlation",
    "convergence_class": "class",
}


@dataclass(frozen=True)
class RuleBook:
    """Thresholds by indicator, level and group.

    Attributes:
        config: The study's thresholds.
        indicators: The codebook's indicators by id.
        reverse: Items whose answers are turned before they are averaged.
        item_range: Lowest and highest answer of each item with an ordinal scale.
        most_selected: Alternatives one may choose of each multiple-response item.
        parallel: Items of each set that gaps may be summed over.
        compared: Items that groups are compared on.
    """

    config: DisclosureConfig
    indicators: Mapping[str, Indicator]
    reverse: frozenset[str]
    item_range: Mapping[str, tuple[float, float]]
    most_selected: Mapping[str, int]
    parallel: Mapping[str, tuple[str, ...]]
    compared: frozenset[str] = frozenset()

    @classmethod
    def of(cls, config: DisclosureConfig, book: Codebook) -> RuleBook:
        """Bring configuration and codebook together."""
        items = book.items.values()
        values = {i.id: book.scales[i.scale].values for i in items}
        sets = sorted({i.parallel_set for i in items if i.parallel_set})
        return cls(
            config,
            book.indicators,
            reverse=frozenset(i.id for i in items if i.reverse),
            item_range={k: (float(min(v)), float(max(v))) for k, v in values.items() if v},
            most_selected={i.id: i.max_selected for i in items if i.max_selected},
            parallel={s: tuple(i.id for i in items if i.parallel_set == s) for s in sets},
            compared=frozenset(
                item
                for indicator in book.indicators.values()
                if indicator.operator == "group_difference"
                for item in indicator.inputs.items
            ),
        )

    def min_n(self, indicator: str, level: str, group: str) -> int:
        """Fewest units behind a number: the stricter of configuration and codebook.

        Args:
            indicator: Indicator id.
            level: ``municipality``, ``peer_group`` or ``network``.
            group: Group of respondents or kind of source.

        Returns:
            Respondents for survey groups, interviews for codes, goals for documents.
        """
        own = self.indicators[indicator].min_n
        key = _CODEBOOK_KEYS.get(group, group)
        codebook = int(own.get(key, own.get("municipalities", 1)))
        if group == RESIDENTS:
            floor = max(self.config.min_n_residents, self.config.min_n)
        elif group in SURVEY_GROUPS:
            floor = self.config.min_n
        elif group == INTERVIEWS:
            floor = self.config.min_interviews
        else:
            return codebook
        if level != "municipality":
            floor = max(floor, self.config.min_n_network)
        return max(floor, codebook)

    def unit(self, indicator: str, component: str) -> str:
        """What a row's value is measured in.

        Args:
            indicator: Indicator id.
            component: The row's component.

        Returns:
            ``mean``, ``gap``, ``change``, ``share``, ``share_change``, ``rank``, ``index``,
            ``months``, ``correlation`` or ``class``.
        """
        part = part_of(component)
        own = _OPERATOR_UNITS[self.indicators[indicator].operator]
        if own == "index" and part.base != TOTAL:
            own = "share"  # one point of an index: reached or not, over municipalities a share
        if part.kind == "change":
            return "share_change" if own == "share" else "change"
        return _KIND_UNITS.get(part.kind, own)

    def network_only(self, indicator: str, component: str) -> bool:
        """Whether a number is meant for the network alone and may not be shown for a municipality."""
        entry = self.indicators[indicator]
        codes = entry.params.get("network_only_codes", ())
        return "municipality" not in entry.levels or component in codes

    def value_range(self, indicator: str, component: str) -> tuple[float, float]:
        """Lowest and highest value a row can have.

        Args:
            indicator: Indicator id.
            component: The row's component.

        Returns:
            The two ends; infinite ends for values without a range, such as classes.
        """
        part, unit = part_of(component), self.unit(indicator, component)
        if unit == "share":
            return 0.0, 1.0
        if unit == "share_change":
            return -1.0, 1.0
        if unit not in ("mean", "gap", "change"):
            return -float("inf"), float("inf")
        item = part.base if part.base in self.item_range else self.parallel.get(part.base, ("",))[0]
        low, high = self.item_range.get(item) or map(float, self.indicators[indicator].range)
        return (low, high) if unit == "mean" else (low - high, high - low)
