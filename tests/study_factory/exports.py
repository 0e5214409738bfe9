"""Survey exports as tables, before they are written: one table a questionnaire and wave."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from tests.study_factory.populations import Cell

from plankompass.study.codebook import Codebook

DONT_KNOW, NO_ANSWER, NOT_ASKED = 8, 9, 97
KEY, MUNICIPALITY, DAY = "nokkel", "kommune", "svart"


@dataclass
class SurveyExport:
    """One export file.

    Attributes:
        id: The source's name in the configuration.
        file: Path within the raw folder.
        format: Format in the configuration.
        group, wave, gathering: Who was asked, when.
        frame: Rows with ``nokkel``, ``kommune``, ``svart``, perhaps ``vekt``, and one column an
            answer with codes as in the codebook; pandas' missing value is a blank.
        language: Language of text labels.
        extra: What the configuration says beyond the file's name.
    """

    id: str
    file: str
    format: str
    group: str
    wave: str
    gathering: str
    frame: pd.DataFrame
    language: str = "nb"
    extra: dict = field(default_factory=dict)


def answer_columns(codebook: Codebook, group: str) -> list[str]:
    """Answer columns of a group's questionnaire in the instrument's order."""
    return [c for item in codebook.items_of_group(group) for c in codebook.answer_columns(item.id)]


def cell_frame(cell: Cell, codebook: Codebook) -> pd.DataFrame:
    """The sampled answers of one cell as an export's rows, codes 8, 9 and 97 put in.

    Args:
        cell: The population and its sample.
        codebook: The instrument.

    Returns:
        One row a respondent.
    """
    columns: dict[str, object] = {KEY: cell.keys, MUNICIPALITY: cell.codes, DAY: cell.answered_on}
    if cell.weights is not None:
        columns["vekt"] = cell.weights
    for item in codebook.items_of_group(cell.group):
        for column in codebook.answer_columns(item.id):
            if item.id in cell.members.background:
                values = cell.members.background[item.id][cell.sampled].astype(np.int16)
            elif column not in cell.members.answers:
                values = np.full(cell.n, NOT_ASKED, dtype=np.int16)
            else:
                values = cell.members.answers[column][cell.sampled].astype(np.int16)
                if item.id in cell.members.dont_know:
                    values[cell.members.dont_know[item.id][cell.sampled]] = DONT_KNOW
                values[cell.unanswered[item.id]] = NO_ANSWER
            columns[column] = values
    return pd.DataFrame(columns)


def build_export(
    cells: list[Cell], codebook: Codebook, group: str, wave: str, gathering: str = ""
) -> SurveyExport:
    """Join the cells of one data collection to one export, in order of the day answered.

    Args:
        cells: The cells, in the design's order.
        codebook: The instrument.
        group: Group of respondents.
        wave: Wave.
        gathering: Gathering id for participants; else empty.

    Returns:
        The export, without faults.
    """
    frame = pd.concat([cell_frame(c, codebook) for c in cells], ignore_index=True)
    frame = frame.sort_values([DAY, MUNICIPALITY, KEY], kind="stable", ignore_index=True)
    answers = answer_columns(codebook, group)
    frame[answers] = frame[answers].astype("Int64")
    if group == "innbyggere":
        start = 27_000_000 + 1_000_000 * int(wave[1])
        frame[KEY] = [str(start + 7 * i) for i in range(len(frame))]
    if group in ("folkevalgte", "administrasjon"):
        return SurveyExport(
            f"{group}_{wave.lower()}", f"surveys/{group}_{wave}.sav", "sav", group, wave, "", frame
        )
    if group == "innbyggere":
        extra = {"codebook": f"surveys/innbyggere_{wave}_kodebok.json", "weight": "vekt"}
        return SurveyExport(
            f"innbyggere_{wave.lower()}", f"surveys/innbyggere_{wave}.csv", "nettskjema", group, wave, "", frame,
            extra=extra,
        )  # fmt: skip
    return SurveyExport(
        f"samling_{gathering}", f"surveys/samling_{gathering}.xlsx", "xlsx", group, wave, gathering, frame,
        language="nn" if gathering == "s3" else "nb",
    )  # fmt: skip
