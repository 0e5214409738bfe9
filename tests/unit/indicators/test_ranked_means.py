"""Barriers ordered by mean, with rank intervals."""

from __future__ import annotations

import numpy as np
from tests.unit.indicators.made_study import MadeStudy, one

from plankompass.statistics.ranking import rank_confidence_sets

RANKING = "barrier_severity_ranking"


def _barriers(study: MadeStudy) -> list[str]:
    return study.codebook.indicators[RANKING].inputs.items


def _rank(frame, item: str, unit: str = "k01"):
    return one(frame, unit=unit, wave="T2", group="folkevalgte", component=f"rank:{item}")


def test_clearly_largest_barrier_is_first_and_the_rest_share_the_order(study: MadeStudy) -> None:
    rng = np.random.default_rng(2)
    items = _barriers(study)
    study.municipality("k01", seats=43)
    for _ in range(30):
        answers = {item: int(rng.integers(1, 4)) for item in items}
        study.answer("k01", "T2", "folkevalgte", answers | {items[4]: 5})
    frame = study.compute(RANKING)
    top = _rank(frame, items[4])
    assert (top["value"], top["lower"], top["upper"]) == (1, 1, 1)
    others = [_rank(frame, item) for item in items if item != items[4]]
    assert all(row["lower"] <= row["value"] <= row["upper"] for row in others)
    assert max(row["upper"] - row["lower"] for row in others) >= 3
    share = one(frame, unit="k01", wave="T2", group="folkevalgte", component=f"share:{items[4]}")
    assert (share["value"], share["unanimous"]) == (1.0, True)


def test_ranks_are_known_when_everybody_answered(study: MadeStudy) -> None:
    items = _barriers(study)
    study.municipality("k01", seats=3)
    order = [5, 5, 4, 4, 3, 3, 2, 2, 1, 1]
    for _ in range(3):
        study.answer("k01", "T2", "folkevalgte", dict(zip(items, order, strict=True)))
    frame = study.compute(RANKING)
    for item, value in zip(items, order, strict=True):
        row = _rank(frame, item)
        first = 1 + 2 * (5 - value)
        assert (row["value"], row["lower"], row["upper"]) == (first, first, first + 1)


def test_only_persons_with_enough_items_count(study: MadeStudy) -> None:
    items = _barriers(study)
    study.municipality("k01")
    study.answer("k01", "T2", "folkevalgte", dict.fromkeys(items[:7], 2))
    study.answer("k01", "T2", "folkevalgte", dict.fromkeys(items[:6], 5))
    row = one(
        study.compute(RANKING), unit="k01", wave="T2", group="folkevalgte", component=items[0]
    )
    assert (row["value"], row["n"]) == (2.0, 1)


def test_same_seed_gives_the_same_ranks_and_order_of_rows_does_not_matter(
    study: MadeStudy,
) -> None:
    rng = np.random.default_rng(9)
    items = _barriers(study)
    study.municipality("k01")
    for _ in range(12):
        answers = {item: int(rng.integers(1, 6)) for item in items}
        study.answer("k01", "T2", "folkevalgte", answers)
    first = study.compute(RANKING)
    for table in ("respondents", "answers"):
        rng.shuffle(study.rows[table])
    assert study.compute(RANKING).equals(first)


def test_ranks_are_joint_confidence_sets(study: MadeStudy) -> None:
    """The sets hold all true ranks at once, and the indicator gives them as they are."""
    rng = np.random.default_rng(12)
    items = _barriers(study)
    study.municipality("k01", seats=27)
    level = np.linspace(2, 4.4, len(items))
    given = np.clip(np.rint(rng.normal(level, 0.7, (18, len(items)))), 1, 5).astype(int)
    for person in given:
        study.answer("k01", "T2", "folkevalgte", dict(zip(items, person.tolist(), strict=True)))
    study.statistics["bootstrap_draws"] = 500
    study.statistics["seed"] = 7
    frame = study.compute(RANKING)
    rows = [_rank(frame, item) for item in items]
    assert {row["method"] for row in rows} == {"rank_confidence_set"}
    # The draws depend on the order of persons, which is that of their pseudonyms; the sets hardly do.
    expected = rank_confidence_sets(given.astype(float), 27, replicates=500, seed=7)
    assert [row["value"] for row in rows] == expected.rank.tolist()
    for side in ("lower", "upper"):
        found = np.array([row[side] for row in rows])
        assert np.abs(found - getattr(expected, side)).max() <= 1
    # Joint sets: a pair of items is only told apart by a difference well beyond its own error.
    gap = given[:, 9] - given[:, 8]
    own = gap.mean() / (np.sqrt(1 - 18 / 27) * gap.std(ddof=1) / np.sqrt(18))
    overlap = rows[9]["upper"] >= rows[8]["lower"]
    assert overlap or own > 2.5
