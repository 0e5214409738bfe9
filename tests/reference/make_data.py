"""Make the data sets that ``make_reference.R`` feeds to R: made up, seeded, nobody's answers.

Run ``python -m tests.reference.make_data`` from the checkout, then ``Rscript make_reference.R`` in
this folder.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

FOLDER = Path(__file__).parent
SEED = 20190510


def council(rng: np.random.Generator) -> pd.DataFrame:
    """31 of 47 councillors of one council: answers in two waves, camp, gender."""
    n = 31
    bloc = rng.choice(["a", "b", "c"], n, p=[0.45, 0.35, 0.2])
    gender = rng.choice(["k", "m"], n)
    before = np.round(rng.normal(3.2, 0.9, n) + 0.5 * (bloc == "a"), 2)
    after = np.round(0.6 * before + rng.normal(1.5, 0.6, n), 2)
    return pd.DataFrame(
        {
            "bloc": bloc,
            "gender": gender,
            "before": before,
            "after": after,
            "yes": (rng.random(n) < 0.7).astype(int),
        }
    )


def residents(rng: np.random.Generator) -> pd.DataFrame:
    """240 residents in four strata and clusters, with weights and two margins."""
    n = 240
    stratum = np.sort(rng.choice(["n", "s", "v", "o"], n, p=[0.4, 0.3, 0.2, 0.1]))
    age = rng.choice(["18-39", "40-66", "67+"], n, p=[0.3, 0.5, 0.2])
    education = rng.choice(["low", "high"], n)
    level = {"n": 3.1, "s": 3.6, "v": 2.8, "o": 3.3}
    y = np.array([level[s] for s in stratum]) + rng.normal(0, 0.8, n)
    return pd.DataFrame(
        {
            "stratum": stratum,
            "cluster": [f"{s}{k}" for s, k in zip(stratum, rng.integers(0, 9, n), strict=True)],
            "age": age,
            "education": education,
            "weight": np.round(rng.lognormal(3, 0.5, n), 3),
            "y": np.round(y, 3),
            "yes": (rng.random(n) < 0.35 + 0.2 * (age == "67+")).astype(int),
        }
    )


def scales(rng: np.random.Generator) -> pd.DataFrame:
    """260 councillors in 18 councils, five items from 1 to 5; some answers missing."""
    n, groups = 260, 18
    group = rng.integers(0, groups, n)
    factor = rng.normal(0, 0.4, groups)[group] + rng.normal(0, 0.7, n)
    loading = np.array([0.9, 0.8, 0.7, 1.0, 0.6])
    answers = 3.2 + factor[:, None] * loading + rng.normal(0, 0.8, (n, 5))
    items = np.clip(np.round(answers), 1, 5)
    items[rng.random(items.shape) < 0.04] = np.nan
    table = pd.DataFrame(items, columns=[f"i{k}" for k in range(1, 6)]).astype("Int64")
    return pd.concat([pd.DataFrame({"group": [f"g{g:02d}" for g in group]}), table], axis=1)


def areas(rng: np.random.Generator) -> pd.DataFrame:
    """36 municipalities with a direct estimate, its variance and one explanatory variable."""
    n = 36
    x = np.round(rng.normal(0, 1, n), 3)
    variance = np.round(rng.uniform(0.03, 0.3, n), 4)
    y = 3.3 + 0.25 * x + rng.normal(0, 0.3, n) + rng.normal(0, np.sqrt(variance))
    return pd.DataFrame({"y": np.round(y, 4), "variance": variance, "x": x})


def ordinal(rng: np.random.Generator) -> pd.DataFrame:
    """500 answers from 1 to 5 with two explanatory variables, in 25 municipalities."""
    n, groups = 500, 25
    group = rng.integers(0, groups, n)
    leader = rng.integers(0, 2, n)
    years = np.round(rng.gamma(2, 3, n), 1)
    latent = 0.7 * leader - 0.05 * years + rng.normal(0, 0.5, groups)[group]
    answer = 1 + np.searchsorted([-2, -0.8, 0.4, 1.8], latent + rng.logistic(size=n))
    return pd.DataFrame(
        {"answer": answer, "leader": leader, "years": years, "group": [f"g{g:02d}" for g in group]}
    )


def coders(rng: np.random.Generator) -> pd.DataFrame:
    """28 units rated from 1 to 4 by four coders, some missing; and three scores without gaps."""
    units = 28
    true = rng.integers(1, 5, units)
    ratings = true[:, None] + (rng.random((units, 4)) < 0.3) * rng.choice([-1, 1], (units, 4))
    ratings = np.clip(ratings, 1, 4).astype(float)
    whole = ratings.copy()
    ratings[rng.random(ratings.shape) < 0.12] = np.nan
    table = pd.DataFrame(ratings, columns=["c1", "c2", "c3", "c4"]).astype("Int64")
    full = pd.DataFrame(whole.astype(int), columns=["f1", "f2", "f3", "f4"])
    score = true[:, None] + rng.normal(0, 0.5, (units, 3)) + np.array([0, 0.3, -0.2])
    return pd.concat(
        [table, full, pd.DataFrame(np.round(score, 2), columns=["s1", "s2", "s3"])], axis=1
    )


def events(rng: np.random.Generator) -> pd.DataFrame:
    """60 municipalities: months to a new plan, some without one yet."""
    months = np.ceil(rng.weibull(1.6, 60) * 26)
    last = rng.integers(14, 44, 60)
    return pd.DataFrame(
        {"months": np.minimum(months, last).astype(int), "adopted": (months <= last).astype(int)}
    )


def cells(rng: np.random.Generator) -> pd.DataFrame:
    """900 councillors in 40 councils, three items; the size of each council beside."""
    rows = []
    for number in range(40):
        size = int(rng.integers(17, 60))
        n = round(size * rng.uniform(0.3, 0.9))
        answers = np.clip(np.round(rng.normal(rng.normal(3.3, 0.4), 0.9, (n, 3))), 1, 5).astype(int)
        rows += [(f"k{number:02d}", size, *row) for row in answers]
    return pd.DataFrame(rows, columns=["council", "size", "a", "b", "c"])


TABLES = {
    f.__name__: f for f in (council, residents, scales, areas, ordinal, coders, events, cells)
}


def main() -> None:
    """Write every table as CSV beside this file."""
    for number, (name, make) in enumerate(TABLES.items()):
        table = make(np.random.default_rng([SEED, number]))
        table.to_csv(FOLDER / f"{name}.csv", index=False, lineterminator="\n")


if __name__ == "__main__":
    main()
