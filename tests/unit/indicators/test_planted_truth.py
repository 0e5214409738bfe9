"""Intervals against the truth they are meant to hold: whole councils are known, samples are drawn."""

from __future__ import annotations

import numpy as np
import pytest
from tests.unit.indicators.made_study import MadeStudy, one

COUNCILS = 80
ITEMS = ["bo_agenda", "bo_mal", "bo_prioritering", "bo_budsjett", "bo_oppfolging"]


def _plant(study: MadeStudy, item_names: list[str], seed: int) -> dict[str, np.ndarray]:
    """Councils of 17 to 59, near consensus and split among them; 20 to 90 % answer."""
    rng = np.random.default_rng(seed)
    truth = {}
    for number in range(COUNCILS):
        unit = f"k{number:03d}"
        seats = int(rng.integers(17, 60))
        study.municipality(unit, seats=seats)
        shape = rng.choice([[1, 2, 4, 2, 1], [0, 0, 1, 8, 1], [4, 1, 1, 1, 4]], p=[0.5, 0.25, 0.25])
        shape = np.array(shape) / np.sum(shape)
        whole = rng.choice([1, 2, 3, 4, 5], size=(seats, len(item_names)), p=shape)
        truth[unit] = whole
        answered = rng.permutation(seats)[: max(3, round(seats * rng.uniform(0.2, 0.9)))]
        for person in answered:
            answers = {i: int(v) for i, v in zip(item_names, whole[person], strict=True)}
            study.answer(unit, "T2", "folkevalgte", answers)
    return truth


def _covered(study: MadeStudy, indicator: str, truth: dict[str, np.ndarray], items: list[str]):
    frame = study.compute(indicator)
    frame = frame[(frame["wave"] == "T2") & (frame["group"] == "folkevalgte")]
    hits = []
    for number, item in enumerate(items):
        part = frame[frame["component"] == item].set_index("unit")
        for unit, values in truth.items():
            row = part.loc[unit]
            target = values[:, number].mean()
            hits.append(row["lower"] - 1e-9 <= target <= row["upper"] + 1e-9)
    return np.mean(hits), frame


def test_mean_intervals_cover_the_councils_own_means(study: MadeStudy) -> None:
    truth = _plant(study, ITEMS, seed=17)
    covered, frame = _covered(study, "locus_profile", truth, ITEMS)
    assert 0.93 <= covered <= 0.99
    everyone = np.concatenate(list(truth.values()))
    for number, item in enumerate(ITEMS):
        row = one(frame, unit="network", component=item)
        assert abs(row["value"] - everyone[:, number].mean()) < 4 * row["se"]


@pytest.mark.parametrize("seed", [5, 23])
def test_share_intervals_never_cover_less_than_they_say(study: MadeStudy, seed: int) -> None:
    items = study.codebook.indicators["strategy_uptake"].inputs.items
    truth = {u: v >= 4 for u, v in _plant(study, items, seed).items()}
    covered, _ = _covered(study, "strategy_uptake", truth, items)
    assert covered >= 0.95
