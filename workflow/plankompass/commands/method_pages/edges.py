"""What the main methods give where data are thin: run, not described."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from plankompass.commands.method_pages.example import number
from plankompass.statistics.agreement import gwet_ac1, krippendorff_alpha
from plankompass.statistics.finite_population import mean_fpc, share_interval
from plankompass.statistics.linearisation import weighted_mean
from plankompass.statistics.reliability import cronbach_alpha, icc_one_two, omega_total, rwg_j
from plankompass.statistics.spread import council_mean_interval

_ROWS = np.array([[2.0, 3, 2], [4, 4, 5], [3, 3, 4], [5, 4, 4], [3, 2, 3], [4, 5, 5]])
_GROUPS = np.array([0, 1, 0, 1, 0, 1])
_CASES = ("one respondent", "all missing", "all alike", "n = N", "every respondent twice")


def _share(rows: np.ndarray, size: float) -> Any:
    answers = rows[:, 0][~np.isnan(rows[:, 0])]
    return share_interval(int((answers >= 4).sum()), len(answers), size)


_METHODS: dict[str, Callable[[np.ndarray, np.ndarray, float], Any]] = {
    "mean_fpc": lambda rows, _, size: mean_fpc(rows[:, 0], size),
    "council_mean_interval": lambda rows, _, size: council_mean_interval(
        rows[:, 0], np.zeros(len(rows), dtype=int), [size]
    ),
    "share_interval": lambda rows, _, size: _share(rows, size),
    "weighted_mean": lambda rows, _, size: weighted_mean(
        rows[:, 0], np.ones(len(rows)), population=size
    ),
    "cronbach_alpha": lambda rows, _, __: cronbach_alpha(rows),
    "omega_total": lambda rows, _, __: omega_total(rows),
    "rwg_j": lambda rows, groups, _: rwg_j(rows, groups, 5),
    "icc_one_two": lambda rows, groups, _: icc_one_two(rows.mean(axis=1), groups),
    "krippendorff_alpha": lambda rows, _, __: krippendorff_alpha(rows.T, "interval", replicates=0),
    "gwet_ac1": lambda rows, _, __: gwet_ac1(rows.T, categories=[1, 2, 3, 4, 5]),
}


def edge_table() -> list[str]:
    """The table of edges.

    Returns:
        Lines of Markdown.
    """
    size = 12
    cases = {
        "one respondent": (_ROWS[1:2], _GROUPS[1:2], size),
        "all missing": (np.full(_ROWS.shape, np.nan), _GROUPS, size),
        "all alike": (np.full(_ROWS.shape, 4.0), _GROUPS, size),
        "n = N": (_ROWS, _GROUPS, len(_ROWS)),
        "every respondent twice": (np.vstack([_ROWS, _ROWS]), np.tile(_GROUPS, 2), 2 * size),
    }
    return [
        f"| method | as given | {' | '.join(_CASES)} |",
        f"|---|{'---|' * (len(_CASES) + 1)}",
        *_lines(cases, size),
    ]


def _lines(cases: dict[str, tuple[np.ndarray, np.ndarray, float]], size: float) -> Iterator[str]:
    for name, method in _METHODS.items():
        usual = _told(method(_ROWS, _GROUPS, size))
        cells = [_told(method(*cases[case])) for case in _CASES]
        yield f"| `{name}` | {usual} | {' | '.join(cells)} |"


def _told(result: Any) -> str:
    estimate = np.atleast_1d(np.asarray(result.estimate, float))
    if np.isnan(estimate).all():
        return "NaN"
    text = ", ".join(number(float(v)) for v in estimate)
    lower = np.atleast_1d(np.asarray(getattr(result, "lower", np.nan), float))
    upper = np.atleast_1d(np.asarray(getattr(result, "upper", np.nan), float))
    if estimate.size > 1 or not hasattr(result, "lower"):
        return text
    if np.isnan(lower[0]):
        return f"{text}, no interval"
    return f"{text} ({number(float(lower[0]))} to {number(float(upper[0]))})"
