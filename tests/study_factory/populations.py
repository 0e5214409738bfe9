"""Populations, samples and response: who was asked, who answered, and what everybody would have said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from tests.study_factory.answer_model import AnswerModel, Members
from tests.study_factory.design import (
    RESIDENT_WAVES,
    TERM_OF_WAVE,
    WAVE_DAYS,
    WAVES,
    Municipality,
    StudyDesign,
)
from tests.study_factory.randomness import stream

NO_ANSWER_SHARE = 0.015
# Chance to answer by age group: the young answer less, so weights matter.
_RESPONSE_BY_AGE = np.array([0.6, 0.85, 1.1, 1.3])


@dataclass(frozen=True)
class Cell:
    """One population and its sample.

    Attributes:
        municipality, group, wave, gathering: Which population.
        members: Everyone in it.
        sampled: Positions of those who answered, in order of the export.
        keys: Respondent keys of those who answered, as the export has them.
        codes: Municipality code each answer carries.
        answered_on: Day of each answer.
        weights: Survey weights; None where everybody was asked.
        unanswered: Item to respondents (positions within ``sampled``) who left it open.
    """

    municipality: Municipality
    group: str
    wave: str
    gathering: str
    members: Members
    sampled: np.ndarray
    keys: list[str]
    codes: list[str]
    answered_on: list[date]
    weights: np.ndarray | None
    unanswered: dict[str, np.ndarray]

    @property
    def n(self) -> int:
        """Respondents."""
        return len(self.sampled)


def population_size(
    m: Municipality, group: str, wave: str, gathering: str = "", seed: int = 1
) -> int:
    """Members (N) of one population."""
    if group == "folkevalgte":
        return m.seats[TERM_OF_WAVE[wave]]
    if group == "administrasjon":
        return m.administration
    if group == "innbyggere":
        growth = {"T0": 0.985, "T1": 1.0, "T2": 1.012}[wave]
        return round(m.residents * growth)
    return int(stream(seed, "participants", m.kommune_id, gathering).integers(4, 9))


def _response_rate(seed: int, m: Municipality, group: str, wave: str, gathering: str) -> float:
    rng = stream(seed, "response", m.kommune_id, group, wave, gathering)
    if group == "folkevalgte":
        if wave == "T2" and m.has("low_response_councillors"):
            return 0.2
        return float(rng.uniform(0.52, 0.8))
    if group == "administrasjon":
        if wave == "T2" and m.has("low_response_administration"):
            return 0.4
        return float(rng.uniform(0.65, 0.92))
    return float(rng.uniform(0.6, 0.95))


def _key(seed: int, m: Municipality, group: str, wave: str, member: int) -> str:
    """The respondent key: the same person has the same key at T1 and T2, never across the election."""
    panel = "T0" if wave == "T0" else "T1"
    if group == "administrasjon":
        # some three of ten posts have a new holder after each wave
        for step in WAVES[1 : WAVES.index(wave) + 1]:
            if stream(seed, "turnover", m.kommune_id, member, step).random() < 0.3:
                panel = step
    number = int(stream(seed, "key", m.kommune_id, group, panel, member).integers(0, 10**8))
    return f"{group[0]}-{number:08d}"


def _weights(members: Members, sampled: np.ndarray) -> np.ndarray:
    """Post-stratification to the population's age groups, mean 1."""
    age = members.background["bg_aldersgruppe"]
    population = np.bincount(age, minlength=5)
    answered = np.bincount(age[sampled], minlength=5)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = (population / members.size) / (answered / len(sampled))
    return np.round(ratio[age[sampled]], 4)


def _draw(
    rng: np.random.Generator, members: Members, group: str, rate: float, resident_sample: int
) -> np.ndarray:
    if group == "innbyggere":
        size = min(resident_sample + int(rng.integers(-20, 21)), members.size // 4)
        chance = _RESPONSE_BY_AGE[members.background["bg_aldersgruppe"] - 1]
        chance = chance / chance.sum()
        return np.sort(rng.choice(members.size, size=size, replace=False, p=chance))
    size = max(1, min(members.size, round(rate * members.size)))
    return np.sort(rng.choice(members.size, size=size, replace=False))


def _codes(m: Municipality, wave: str, members: int, sampled: np.ndarray) -> list[str]:
    """The code each answer carries: before a merger, each member's own old municipality."""
    codes = m.codes_by_wave[wave]
    return [codes[int(position) * len(codes) // members] for position in sampled]


def draw_cell(
    model: AnswerModel, m: Municipality, group: str, wave: str, gathering: str = ""
) -> Cell:
    """Draw one population and the sample that answered.

    Args:
        model: The answer model.
        m: The municipality.
        group: Group of respondents.
        wave: Wave.
        gathering: Gathering id for participants; else empty.

    Returns:
        The population with its sample.
    """
    seed = model.design.seed
    size = population_size(m, group, wave, gathering, seed)
    members = model.members(m, group, wave, size, gathering)
    rng = stream(seed, "sample", m.kommune_id, group, wave, gathering)
    rate = _response_rate(seed, m, group, wave, gathering)
    sampled = _draw(rng, members, group, rate, model.design.resident_sample)
    sampled = rng.permutation(sampled)
    n = len(sampled)
    first, last, _ = WAVE_DAYS[wave]
    if gathering:
        held = next(g.held_on for g in model.design.gatherings if g.id == gathering)
        days = [held + timedelta(days=int(d)) for d in rng.integers(0, 7, n)]
    else:
        # most answer in the first six weeks; the council of T0 is asked before the election
        span = min(45, (last - first).days)
        days = [first + timedelta(days=14 + int(d)) for d in rng.integers(0, span, n)]
    if group == "innbyggere":
        keys = [""] * n
    elif group == "deltakere":
        keys = [_key(seed, m, group, gathering, int(i)) for i in sampled]
    else:
        keys = [_key(seed, m, group, wave, int(i)) for i in sampled]
    unanswered = {
        item: rng.random(n) < NO_ANSWER_SHARE
        for item in [
            *members.dont_know,
            *(["st_behov"] if "st_behov__ingen" in members.answers else []),
        ]
    }
    return Cell(
        m, group, wave, gathering, members, sampled, keys,
        _codes(m, wave, members.size, sampled), sorted(days),
        _weights(members, sampled) if group == "innbyggere" else None, unanswered,
    )  # fmt: skip


def draw_cells(model: AnswerModel, group: str, wave: str, gathering: str = "") -> Iterator[Cell]:
    """One cell a municipality, in the order of the design."""
    for m in model.design.municipalities:
        yield draw_cell(model, m, group, wave, gathering)


def asked(design: StudyDesign) -> list[tuple[str, str, str]]:
    """Every data collection as (group, wave, gathering), in order."""
    result = [(group, wave, "") for group in ("folkevalgte", "administrasjon") for wave in WAVES]
    result += [("innbyggere", wave, "") for wave in RESIDENT_WAVES]
    return result + [("deltakere", g.wave, g.id) for g in design.gatherings]
