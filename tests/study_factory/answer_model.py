"""How the made-up people answer: means, reliability, differences between places, groups and waves.

An answer is a latent continuous value, rounded to the scale: group mean + municipality's effect +
person's disposition for the battery + noise. The numbers are chosen so that Cronbach's alpha of
most scales is .75-.85, intraclass correlation about .10, and the patterns that the study looks for
are there to be found.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from tests.study_factory.design import Municipality, StudyDesign
from tests.study_factory.randomness import stream

from plankompass.study.codebook import Codebook
from plankompass.study.codebook_models import Item

GROUPS = ("folkevalgte", "administrasjon", "innbyggere", "deltakere")
LATENT_SD = 1.05

# Mean of the battery's items (turned the right way) by group.
_BATTERY_MEANS = {
    "gjennomforing": {"folkevalgte": 3.2, "administrasjon": 3.5},
    "arshjul_budsjett": {"folkevalgte": 2.8, "administrasjon": 3.3},
    "grep": {"folkevalgte": 3.1, "administrasjon": 3.4},
    "planstyring": {"folkevalgte": 3.0, "administrasjon": 3.3},
    "eierskap": {"folkevalgte": 3.0, "administrasjon": 3.4},
    "oppfolging": {"folkevalgte": 2.9, "administrasjon": 3.1},
    "rolle": {"folkevalgte": 3.4, "administrasjon": 3.1},
    "samspill": {"folkevalgte": 3.6, "administrasjon": 3.7},
    "politikkutvikling": {"folkevalgte": 2.9, "administrasjon": 3.0},
    "parallell": {"folkevalgte": 3.5, "administrasjon": 3.4, "innbyggere": 2.8},
    "innbygger": {"innbyggere": 2.9},
    "samling": {"deltakere": 4.1},
    "overforing": {"deltakere": 3.5},
}
_ITEM_MEANS = {
    "hi_arshjul": 2.6, "hi_budsjettprosess": 2.9, "hi_kapasitet": 3.7, "hi_okonomi": 4.0,
    "hi_statlige_foringer": 3.4, "hi_politisk_uenighet": 2.3, "hi_rolleuklarhet": 2.4,
    "hi_kompetanse": 2.6, "hi_tid": 3.1, "hi_sektorisering": 3.0,
    "bo_agenda": 3.3, "bo_mal": 3.1, "bo_prioritering": 2.6, "bo_budsjett": 2.9, "bo_oppfolging": 3.8,
}  # fmt: skip
_ADMINISTRATION_SEES = {
    "hi_kapasitet": 0.4,
    "hi_tid": -0.4,
    "hi_politisk_uenighet": 0.4,
    "hi_arshjul": -0.3,
}

# Correlation of two items of a battery within a municipality, before rounding.
_ITEM_CORRELATION = {
    "gjennomforing": 0.56, "arshjul_budsjett": 0.62, "planstyring": 0.58, "eierskap": 0.64,
    "oppfolging": 0.62, "rolle": 0.55, "samspill": 0.58, "politikkutvikling": 0.62,
    "parallell": 0.45, "innbygger": 0.60, "samling": 0.64, "overforing": 0.35,
    "grep": 0.15, "hinder": 0.20, "beslutningssted": 0.30,
}  # fmt: skip
# The scale that shall not hold: its items hardly hang together in this group.
_WEAK_SCALE = ("politikkutvikling", "administrasjon", 0.22)
_MUNICIPALITY_SD = 0.30
_GENERAL_SHARE = 0.4
_PERSISTENCE = 0.7
_DONT_KNOW = {"planstyring": 0.05, "eierskap": 0.05, "oppfolging": 0.06, "parallell": 0.06}
_PLAN_BATTERIES = ("planstyring", "eierskap", "oppfolging")
LOCUS_GAP = 0.9
CHANGE = {
    "change_up": ("planstyring", "eierskap", 0.55),
    "change_down": ("samspill", "rolle", -0.5),
}
_SUPPORT = {
    "prosessveiledning": 0.9, "fagressurs": 0.3, "nettverk": 1.0, "verktoy": 0.6,
    "kunnskapsgrunnlag": 0.4, "rolleopplaering": 0.3, "budsjettkobling": 1.1, "annet": -1.6,
}  # fmt: skip


@dataclass(frozen=True)
class Members:
    """All members of one population, with the answer each would give.

    Attributes:
        answers: Column name to codes as exported (reversed items unturned), for every member.
        dont_know: Item to members who would answer don't know.
        background: Background item to codes from 1.
        size: Members (N).
    """

    answers: dict[str, np.ndarray]
    dont_know: dict[str, np.ndarray]
    background: dict[str, np.ndarray]
    size: int


class AnswerModel:
    """Draws whole populations of one study.

    Args:
        design: The study.
        codebook: The instrument.
    """

    def __init__(self, design: StudyDesign, codebook: Codebook) -> None:
        self.design = design
        self.codebook = codebook
        self._offsets = {
            item.id: float(stream(7, "item", item.id).uniform(-0.3, 0.3))
            for item in codebook.items.values()
        }

    def _effect(self, m: Municipality, wave: str, battery: str) -> float:
        """What this municipality answers above the others: stable, plus a little each wave."""
        seed = self.design.seed
        general = stream(seed, "place", m.kommune_id).normal()
        own = stream(seed, "place", m.kommune_id, battery).normal()
        term = "T0" if wave == "T0" else "T1-T2"
        council = stream(seed, "place", m.kommune_id, battery, term).normal()
        value = _MUNICIPALITY_SD * (0.5 * general + 0.62 * own + 0.6 * council)
        if wave == "T2":
            for trait, (first, second, change) in CHANGE.items():
                if m.has(trait) and battery in (first, second):
                    value += change
        return value

    def _mean(self, m: Municipality, group: str, wave: str, item: Item) -> float:
        """Latent mean of one item in one population, turned the right way."""
        mean = _ITEM_MEANS.get(item.id)
        if mean is None:
            mean = _BATTERY_MEANS[item.battery][group] + self._offsets[item.id]
        elif group == "administrasjon":
            mean += _ADMINISTRATION_SEES.get(item.id, 0.0)
        effect = self._effect(m, wave, item.battery)
        if item.battery in ("hinder", "beslutningssted"):
            effect = 0.7 * self._effect(m, wave, item.id)
        if item.battery == "beslutningssted" and m.has("locus_gap"):
            effect += LOCUS_GAP * (0.6 if group == "folkevalgte" else -0.4)
        return float(np.clip(mean + effect, 1.2, 4.8))

    def _dispositions(
        self, m: Municipality, group: str, wave: str, size: int, batteries: list[str]
    ):
        """Persons' standing on each battery, unit variance; most of it the same at T1 and T2."""
        seed = self.design.seed
        panel = "T0" if wave == "T0" else "T1-T2"
        result = {}
        lasting = stream(seed, "lasting", m.kommune_id, group, panel)
        passing = stream(seed, "passing", m.kommune_id, group, wave)
        fixed, moved = np.sqrt(_PERSISTENCE), np.sqrt(1 - _PERSISTENCE)
        general = fixed * lasting.normal(size=size) + moved * passing.normal(size=size)
        for battery in batteries:
            own = fixed * lasting.normal(size=size) + moved * passing.normal(size=size)
            result[battery] = np.sqrt(_GENERAL_SHARE) * general + np.sqrt(1 - _GENERAL_SHARE) * own
        return result

    def _support(self, m: Municipality, group: str, wave: str, size: int, item: Item):
        """At most three wished-for kinds of support a person, or none of them."""
        rng = stream(self.design.seed, "support", m.kommune_id, group, wave)
        options = [o.id for o in item.options if o.id != item.exclusive_option]
        place = stream(self.design.seed, "support place", m.kommune_id).normal(0, 0.4, len(options))
        utility = np.array([_SUPPORT.get(o, 0.0) for o in options]) + place
        noise = rng.gumbel(size=(size, len(options)))
        order = np.argsort(-(utility + noise), axis=1)
        count = rng.choice([1, 2, 3], p=[0.1, 0.25, 0.65], size=size)
        chosen = np.zeros((size, len(options)), dtype=np.int8)
        rank = np.argsort(order, axis=1)
        chosen[rank < count[:, None]] = 1
        nothing = rng.random(size) < 0.03
        chosen[nothing] = 0
        columns = {f"{item.id}__{o}": chosen[:, i] for i, o in enumerate(options)}
        columns[f"{item.id}__{item.exclusive_option}"] = nothing.astype(np.int8)
        return columns

    def background(self, m: Municipality, group: str, wave: str, size: int):
        """Background of everyone in a population, codes from 1 in the codebook's order of options."""
        panel = "T0" if wave == "T0" else "T1-T2"
        rng = stream(self.design.seed, "background", m.kommune_id, group, panel)
        if group == "folkevalgte":
            first = 0.7 if m.has("new_council") and wave != "T0" else 0.4
            return {
                "bg_forste_periode": np.where(rng.random(size) < first, 1, 2).astype(np.int8),
                "bg_posisjon": rng.choice([1, 2, 3], p=[0.58, 0.34, 0.08], size=size).astype(
                    np.int8
                ),
            }
        if group == "innbyggere":
            ages = rng.choice([1, 2, 3, 4], p=[0.2, 0.23, 0.35, 0.22], size=size)
            sex = rng.choice([1, 2, 3, 4], p=[0.49, 0.49, 0.005, 0.015], size=size)
            return {"bg_aldersgruppe": ages.astype(np.int8), "bg_kjonn": sex.astype(np.int8)}
        return {}

    def members(
        self, m: Municipality, group: str, wave: str, size: int, gathering: str = ""
    ) -> Members:
        """Everyone in one population with the answer each would give.

        Args:
            m: The municipality.
            group: Group of respondents.
            wave: Wave.
            size: Members (N).
            gathering: Gathering that participants were at; else empty.

        Returns:
            The population.
        """
        items = [i for i in self.codebook.items_of_group(group) if i.battery != "bakgrunn"]
        if group == "deltakere":
            first = any(g.first for g in self.design.gatherings if g.id == gathering)
            items = [i for i in items if not (first and i.not_first_gathering)]
        rng = stream(self.design.seed, "answers", m.kommune_id, group, wave, gathering)
        background = self.background(m, group, wave, size)
        likert = [i for i in items if self.codebook.scales[i.scale].type == "ordinal"]
        batteries = sorted({i.battery for i in likert})
        standing = self._dispositions(m, group, f"{wave}{gathering}", size, batteries)
        answers: dict[str, np.ndarray] = {}
        dont_know: dict[str, np.ndarray] = {}
        older = background.get("bg_aldersgruppe")
        for item in likert:
            correlation = _ITEM_CORRELATION[item.battery]
            if (item.battery, group) == _WEAK_SCALE[:2]:
                correlation = _WEAK_SCALE[2]
            latent = np.sqrt(correlation) * standing[item.battery]
            latent = latent + np.sqrt(1 - correlation) * rng.normal(size=size)
            latent = self._mean(m, group, wave, item) + LATENT_SD * latent
            if older is not None:
                latent = latent + 0.25 * (older - 2.6)
            values = np.clip(np.rint(latent), 1, 5).astype(np.int8)
            if (
                m.has("unanimous")
                and item.id == "gr_plan_styrer_budsjett"
                and group == "administrasjon"
            ):
                values[:] = 5
            answers[item.id] = (6 - values).astype(np.int8) if item.reverse else values
            share = np.full(size, 0.15 if group == "innbyggere" and item.battery == "parallell"
                            else _DONT_KNOW.get(item.battery, 0.03))  # fmt: skip
            if (
                item.battery in _PLAN_BATTERIES
                and "bg_forste_periode" in background
                and wave != "T0"
            ):
                new = background["bg_forste_periode"] == 1
                share = np.where(new, 0.55 if m.has("new_council") else 0.16, share)
            dont_know[item.id] = rng.random(size) < share
        for item in items:
            if self.codebook.scales[item.scale].type == "multiple_response":
                answers.update(self._support(m, group, f"{wave}{gathering}", size, item))
        return Members(answers, dont_know, background, size)
