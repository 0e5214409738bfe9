"""How the answers to an item spread: under the middle of its scale, at the middle, over it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from plankompass.indicators.survey_answers import COUNCILLORS, RESIDENTS, GroupAnswers
from plankompass.indicators.survey_rows import Variable, add_rows
from plankompass.indicators.task import NETWORK, Rows, Task

#: Parts of a scale, from its lower to its upper end. Each single answer of a council would nearly
#: always be told by too few; put together like this, many distributions may be shown.
PARTS = ("lower", "middle", "upper")
#: Groups whose distribution is made for each municipality; the administration is too small for it.
MUNICIPAL_GROUPS = (COUNCILLORS, RESIDENTS)


def answer_parts(
    values: NDArray[np.float64], levels: Sequence[float]
) -> dict[str, NDArray[np.float64]]:
    """Which part of the scale each answer lies in.

    Args:
        values: Answers of shape (persons,); NaN is missing.
        levels: Values of the answer scale.

    Returns:
        Part to 1 and 0 (NaN where the answer is missing); no ``middle`` where the scale has none.
    """
    middle = (min(levels) + max(levels)) / 2
    found = {"lower": values < middle, "middle": values == middle, "upper": values > middle}
    if middle not in levels:
        del found["middle"]
    return {part: np.where(np.isnan(values), np.nan, hit) for part, hit in found.items()}


def add_answer_shares(rows: Rows, task: Task, answers: GroupAnswers) -> None:
    """Note the distribution of the answers to each of the indicator's items in the report's wave.

    Args:
        rows: Where the rows go: components ``answers:<part>|<item>``, shares of all valid answers,
            for the network and, for :data:`MUNICIPAL_GROUPS`, for each municipality.
        task: The computation.
        answers: One group's answers at one occasion; participants, who answer by gathering, and
            other waves are passed over.
    """
    if answers.occasion.gathering or answers.occasion.wave != task.report_wave:
        return
    variables, columns = [], []
    for item in task.indicator.inputs.items:
        levels = task.codebook.scales[task.codebook.items[item].scale].values
        for part, hits in answer_parts(answers.column(item), levels).items():
            variables.append(Variable(f"answers:{part}|{item}", (item,), share=True))
            columns.append(hits)
    found = Rows(rows.indicator)
    add_rows(found, task, answers, variables, np.column_stack(columns))
    municipal = answers.group in MUNICIPAL_GROUPS
    rows.rows += [row for row in found.rows if municipal or row["level"] == NETWORK]
