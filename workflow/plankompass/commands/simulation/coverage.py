"""How often intervals of means, differences and changes hold the truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from plankompass.commands.simulation.councils import (
    SHAPES,
    USUAL,
    Councils,
    answered,
    council,
    design,
)
from plankompass.disclosure.rounding import DECIMALS, round_half_away
from plankompass.indicators.changes import WaveEstimates, municipal_change
from plankompass.indicators.survey_answers import GroupAnswers
from plankompass.indicators.survey_estimates import (
    municipal_means,
    municipal_parts,
    municipal_shares,
    one_cell,
)
from plankompass.statistics.cells import means_by_cell
from plankompass.statistics.estimate import CellEstimates
from plankompass.statistics.finite_population import difference
from plankompass.statistics.spread import floored_sd_mean_interval, pooled_sd_mean_interval
from plankompass.study.config_models import StatisticsConfig

FloatArray = NDArray[np.float64]
SETTINGS = StatisticsConfig()
VARIABLES = ("one item", "scale of four")
ADMINISTRATION = (8, 12, 18, 30)
_ENDS = ("lower", "upper")


@dataclass(frozen=True)
class Inside:
    """Whether limits hold the truth, exactly and as they are printed.

    Attributes:
        exact: With all digits.
        printed: With limits rounded as they are published.
    """

    exact: NDArray[np.bool_]
    printed: NDArray[np.bool_]


def inside(lower: FloatArray, upper: FloatArray, truth: FloatArray, unit: str = "mean") -> Inside:
    """Compare limits with the truth.

    Args:
        lower: Lower limits.
        upper: Upper limits.
        truth: What they should hold.
        unit: Unit of the value; decides how limits are printed.

    Returns:
        Flags in the shape of the limits.
    """
    slack = 1e-9
    low, high = (round_half_away(end, DECIMALS[unit]) for end in (lower, upper))
    return Inside(
        (lower <= truth + slack) & (truth <= upper + slack),
        (low <= truth + slack) & (truth <= high + slack),
    )


def means(rounds: int, seed: int, mix: tuple[float, ...] = USUAL) -> pd.DataFrame:
    """Cover the means of councils, by the pipeline's own rule and by three others.

    Args:
        rounds: Networks to simulate, of two councils a size and response each.
        seed: Seed.
        mix: Share of councils of each shape.

    Returns:
        One row a council and variable: shape, size, response, n, variable, held and printed (the
        pipeline), own, pooled and floored (other rules), width.
    """
    rng = np.random.default_rng(seed)
    parts = []
    for _ in range(rounds):
        councils = design(rng, mix=mix)
        answers, values, _ = answered(councils, rng)
        truth = councils.truth()
        cells = municipal_means(answers, values, SETTINGS)
        held = inside(cells.lower, cells.upper, truth)
        columns = {
            "held": held.exact,
            "printed": held.printed,
            "width": cells.upper - cells.lower,
        }
        given = (values, answers.codes, answers.population)
        others = {
            "own": means_by_cell(*given),
            "pooled": pooled_sd_mean_interval(*given, below=None),
            "floored": floored_sd_mean_interval(*given),
        }
        columns |= {
            name: inside(other.lower, other.upper, truth).exact for name, other in others.items()
        }
        parts.append(_long(councils, cells.n, columns))
    return pd.concat(parts, ignore_index=True)


def _long(
    councils: Councils, n: NDArray[np.int64], columns: dict[str, NDArray], names=VARIABLES
) -> pd.DataFrame:
    repeat = len(names)
    return pd.DataFrame(
        {
            "shape": np.repeat(np.array(SHAPES)[councils.shape], repeat),
            "size": np.repeat(councils.size, repeat),
            "response": np.repeat(councils.response, repeat),
            "n": n.ravel(),
            "variable": np.tile(names, len(councils.size)),
            **{name: column.ravel() for name, column in columns.items()},
        }
    )


def differences(rounds: int, seed: int) -> pd.DataFrame:
    """Cover the difference between councillors and administration.

    Args:
        rounds: Networks to simulate.
        seed: Seed.

    Returns:
        One row a municipality and variable: shape (of the council), size, response, n (of the group
        with fewer answers), variable, held, printed.
    """
    rng = np.random.default_rng(seed)
    parts = []
    for _ in range(rounds):
        first, second = design(rng), design(rng, sizes=ADMINISTRATION)
        cells, truth = [], []
        for councils in (first, second):
            answers, values, _ = answered(councils, rng)
            cells.append(municipal_means(answers, values, SETTINGS))
            truth.append(councils.truth())
        gaps = [
            difference(one_cell(cells[0], at), one_cell(cells[1], at))
            for at in np.ndindex(cells[0].estimate.shape)
        ]
        shape = cells[0].estimate.shape
        lower, upper = (np.array([getattr(g, end) for g in gaps]).reshape(shape) for end in _ENDS)
        held = inside(lower, upper, truth[0] - truth[1], "gap")
        fewer = np.minimum(cells[0].n, cells[1].n)
        parts.append(_long(first, fewer, {"held": held.exact, "printed": held.printed}))
    return pd.concat(parts, ignore_index=True)


def changes(rounds: int, seed: int, *, same_council: bool) -> pd.DataFrame:
    """Cover the change from one wave to the next.

    Within a council term the same members are asked again: most answers stay, some move up, some
    are exchanged for another member's. Across an election the council is a new one.

    Args:
        rounds: Pairs of networks to simulate.
        seed: Seed.
        same_council: Whether the council is the same in both waves.

    Returns:
        One row a council and variable (two means, and the share of 4 and 5): shape, size, response,
        n (of the wave with fewer answers), variable, held, printed, method.
    """
    rng = np.random.default_rng(seed)
    names = (*VARIABLES, "share of 4 and 5")
    parts = []
    for _ in range(rounds):
        before = design(rng)
        after = _later(before, rng) if same_council else _successor(before, rng)
        answers, values, members = answered(before, rng, wave="T1")
        again = members if same_council else None
        answers2, values2, _ = answered(after, rng, wave="T2", again=again)
        for share in (False, True):
            one, two = (
                _estimates(a, v, share) for a, v in ((answers, values), (answers2, values2))
            )
            truth = _truth(after, share) - _truth(before, share)
            found = [
                municipal_change(SETTINGS, unit, k, one, two, same_council, share)
                for unit, k in np.ndindex(truth.shape)
            ]
            lower, upper = (np.array([f[i] for f in found]).reshape(truth.shape) for i in (3, 4))
            held = inside(lower, upper, truth, "share_change" if share else "change")
            fewer = np.minimum(one.cells.n, two.cells.n)
            method = np.array([f[5] for f in found]).reshape(truth.shape)
            columns = {"held": held.exact, "printed": held.printed, "method": method}
            parts.append(_long(before, fewer, columns, names[2:] if share else names[:2]))
    return pd.concat(parts, ignore_index=True)


def _estimates(answers: GroupAnswers, values: FloatArray, share: bool) -> WaveEstimates:
    used = (values[:, [0]] >= 4).astype(float) if share else values
    cells = (municipal_shares if share else municipal_means)(answers, used, SETTINGS)
    parts: CellEstimates = municipal_parts(answers, used, SETTINGS)
    return WaveEstimates(answers, used, cells, parts)


def _truth(councils: Councils, share: bool) -> FloatArray:
    if not share:
        return councils.truth()
    return np.array([[(a[:, 0] >= 4).mean()] for a in councils.answers])


def _later(councils: Councils, rng: np.random.Generator) -> Councils:
    later = []
    for answers in councils.answers:
        other = answers[rng.permutation(len(answers))]
        moved = np.where(rng.random((len(answers), 1)) < 0.3, other, answers)
        up = rng.random(moved.shape) < rng.uniform(0, 0.3)
        later.append(np.clip(moved + up, 1, 5))
    return Councils(councils.shape, councils.size, councils.response, later)


def _successor(councils: Councils, rng: np.random.Generator) -> Councils:
    new = [
        council(SHAPES[s], int(n), rng) for s, n in zip(councils.shape, councils.size, strict=True)
    ]
    return Councils(councils.shape, councils.size, councils.response, new)
