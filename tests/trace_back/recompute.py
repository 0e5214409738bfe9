"""One printed number, worked out anew from the raw files that its trace names."""

from __future__ import annotations

from functools import cached_property

from scipy.stats import kendalltau
from tests.trace_back.documents import Documents
from tests.trace_back.interviews import Interviews
from tests.trace_back.raw_files import RawFiles
from tests.trace_back.surveys import GROUPS, NETWORK, Found, Place, Surveys


class Recompute:
    """All the ways of working a number out.

    Args:
        raw: The raw files.
    """

    def __init__(self, raw: RawFiles) -> None:
        self.raw = raw
        self.surveys = Surveys(raw)
        self.documents = Documents(raw)
        self._known: dict[tuple[Place, str], Found | None] = {}

    @cached_property
    def interviews(self) -> Interviews:
        """The coded interviews, read when first asked for."""
        return Interviews(self.raw)

    def work_out(self, place: Place, component: str) -> Found | None:
        """A number anew; None for a kind that is not worked out."""
        key = (place, component)
        if key not in self._known:
            self._known[key] = self._work_out(place, component)
        return self._known[key]

    def _work_out(self, place: Place, component: str) -> Found | None:
        about = self.raw.indicators[place.indicator]
        if about["operator"] == "convergence_class":
            return self._convergence(place, component)
        if about["operator"] == "rank_agreement":
            return self._rank_agreement(place)
        if place.group in GROUPS:
            return self.surveys.work_out(place, component)
        if about["operator"] == "share_of_interviews_with_code":
            unit = "" if place.unit == NETWORK else place.unit
            count, total = self.interviews.present(component, place.wave, unit)
            return Found(count / total, total, count=count) if total else None
        return self.documents.work_out(place.unit, place.indicator, component, place.wave)

    def _rank_agreement(self, place: Place) -> Found:
        ranked, mentioned = self.raw.indicators[place.indicator]["inputs"]["indicators"]
        means, shares = [], []
        for item in self.raw.indicators[ranked]["inputs"]["items"]:
            code = next(
                c for c in self.raw.indicators[mentioned]["inputs"]["codes"]
                if c == f"barrierer/{item.partition('_')[2]}"
            )  # fmt: skip
            here = Place(place.unit, ranked, place.group, place.wave)
            means.append(self.surveys.work_out(here, item).value)
            count, total = self.interviews.present(code, place.wave)
            shares.append(count / total)
        return Found(float(kendalltau(means, shares, variant="b").statistic))

    def _convergence(self, place: Place, component: str) -> Found | None:
        """Low, middle or high of one source (0, 1, 2), or how far the sources lie apart."""
        kind, _, name = component.partition(":")
        if kind == "sensitivity":
            return None
        sources = {
            source: self._source(place, source)
            for source in ("survey", "interview_balance", "document")
        }
        if kind == "source":
            level = sources[name]
            return None if level is None else Found(float(level))
        levels = [level for level in sources.values() if level is not None]
        if len(levels) < self.raw.indicators[place.indicator]["min_valid_items"]:
            return Found(3.0)
        return Found(float(max(levels) - min(levels)))

    def _source(self, place: Place, source: str) -> int | None:
        """Level of one source; None where too little stands behind it."""
        about = self.raw.indicators[place.indicator]
        asked, goals = about["inputs"]["indicators"]
        params, least = about["params"], about["min_n"]
        if source == "survey":
            group = params["survey_group"]
            here = Place(place.unit, asked, group, place.wave)
            found = self.surveys.work_out(here, "total")
            value, enough = found.value, (found.n or 0) >= least[group]
        elif source == "document":
            parts = [
                self.documents.work_out(place.unit, goals, component, place.wave)
                for component in params["document_components"]
            ]
            known = [p for p in parts if p is not None]
            last = place.wave == self.raw.config["report"]["wave"]
            if len(known) < len(parts) or not last:
                return None
            value = sum(p.value for p in known) / len(known)
            enough = min(p.n or 0 for p in known) >= least["goals"]
        else:
            unit = "" if place.unit == NETWORK else place.unit
            valence = {c["id"]: c.get("valence") for c in self.raw.codes}
            balance, total = 0, 0
            for sign, wanted in ((1, "positive"), (-1, "negative")):
                codes = [c for c in about["inputs"]["codes"] if valence[c] == wanted]
                count, total = self.interviews.any_present(codes, place.wave, unit)
                balance += sign * count
            value, enough = balance / total if total else 0.0, total >= least["interviews"]
        low, high = params["cut_points"][source]
        return int(value >= low) + int(value >= high) if enough else None
