"""Faults planted on purpose, one or more for each stage, all of a kind that the pipeline handles.

Rows that are to be rejected are extra rows, so that what is left is still the random sample; values
that are to be repaired to missing are picked at random.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date

import numpy as np
import pandas as pd
from tests.study_factory.design import StudyDesign
from tests.study_factory.exports import (
    DAY,
    KEY,
    MUNICIPALITY,
    NO_ANSWER,
    SurveyExport,
    answer_columns,
)
from tests.study_factory.interviews import Interview
from tests.study_factory.randomness import stream
from tests.study_factory.refi import ProjectFaults

from plankompass.study.codebook import Codebook


@dataclass(frozen=True)
class PlantedFault:
    """One fault and the outcome it should have.

    Attributes:
        case: Case id in the catalogue of dirty data.
        outcome: ``repair`` or ``reject``.
        file: Raw file.
        rows: Row keys, document files or interview names.
        column: Column, code or field; empty when it is the whole row.
        count: Rows, selections or documents touched.
        note: What was done.
    """

    case: str
    outcome: str
    file: str
    rows: tuple[str, ...]
    column: str
    count: int
    note: str

    def record(self) -> dict[str, object]:
        """As plain values."""
        return asdict(self) | {"rows": list(self.rows)}


class FaultPlanter:
    """Plants survey faults into exports, and remembers them.

    Args:
        design: The study.
        codebook: The instrument.
    """

    def __init__(self, design: StudyDesign, codebook: Codebook) -> None:
        self.design = design
        self.codebook = codebook
        self.planted: list[PlantedFault] = []

    def _note(
        self, case: str, outcome: str, export: SurveyExport, rows: list, column: str, note: str
    ) -> None:
        self.planted.append(
            PlantedFault(case, outcome, export.file, tuple(map(str, rows)), column, len(rows), note)
        )

    def _append(self, export: SurveyExport, rows: pd.DataFrame) -> None:
        export.frame = pd.concat([export.frame, rows], ignore_index=True)

    def plant(self, export: SurveyExport) -> None:
        """Plant what belongs to one export.

        Args:
            export: The export; its frame is changed.
        """
        planters = {
            "folkevalgte_t0": [self._stray_value],
            "folkevalgte_t1": [
                self._duplicate,
                self._outside_window,
                self._prefixed_codes,
                self._old_code,
                self._blanks,
            ],
            "folkevalgte_t2": [
                self._exclusive,
                self._duplicate,
                self._later_codes,
                self._after_split,
            ],
            "administrasjon_t2": [self._blanks],
            "innbyggere_t2": [self._blanks],
            "samling_s3": [self._labels],
        }
        for planter in planters.get(export.id, []):
            planter(export, stream(self.design.seed, "fault", export.id, planter.__name__))

    def _stray_value(self, export: SurveyExport, rng: np.random.Generator) -> None:
        row = int(rng.integers(0, len(export.frame)))
        export.frame.loc[row, "rf_adm_over"] = 6
        self._note(
            "S3",
            "repair",
            export,
            [export.frame.loc[row, KEY]],
            "rf_adm_over",
            "a single 6 on a 1-5 scale, to missing",
        )

    def _duplicate(self, export: SurveyExport, rng: np.random.Generator) -> None:
        """The same person twice: first broken off after some questions, then whole."""
        row = export.frame.iloc[[int(rng.integers(0, len(export.frame)))]].copy()
        answers = answer_columns(self.codebook, export.group)
        row[answers[12:]] = NO_ANSWER
        self._append(export, row)
        self._note(
            "S1",
            "repair",
            export,
            [row[KEY].iloc[0]],
            "",
            "answered twice; the row with most valid answers is kept",
        )

    def _outside_window(self, export: SurveyExport, rng: np.random.Generator) -> None:
        if len(export.frame) < 60:
            return  # one row would be over the limit of two per cent
        row = export.frame.iloc[[int(rng.integers(0, len(export.frame)))]].copy()
        row[KEY], row[DAY] = "f-99000001", date(2019, 5, 10)
        codes = {
            m.codes_by_wave["T1"][0]
            for m in self.design.municipalities
            if not m.has("recoded_2020")
        }
        row[MUNICIPALITY] = min(
            codes - {c for m in self.design.municipalities if m.has("merger") for c in (m.code,)}
        )
        self._append(export, row)
        self._note("S6", "reject", export, ["f-99000001"], DAY, "answered in 2019, marked T1")

    def _prefixed_codes(self, export: SurveyExport, rng: np.random.Generator) -> None:
        for position, form in enumerate(("K-{}", "{}.0")):
            if position >= len(self.design.municipalities):
                return
            code = self.design.municipalities[position].codes_by_wave[export.wave][0]
            rows = np.flatnonzero(export.frame[MUNICIPALITY].eq(code))[:3]
            if not len(rows):
                continue
            export.frame.loc[rows, MUNICIPALITY] = form.format(code)
            self._note(
                "K1",
                "repair",
                export,
                export.frame.loc[rows, KEY].tolist(),
                MUNICIPALITY,
                "code with a prefix or .0",
            )

    def _old_code(self, export: SurveyExport, rng: np.random.Generator) -> None:
        m = self.design.with_trait("recoded_2020")
        if m is None:
            return
        rows = np.flatnonzero(export.frame[MUNICIPALITY].eq(m.code))[:2]
        export.frame.loc[rows, MUNICIPALITY] = m.codes_by_wave["T0"][0]
        self._note(
            "K2",
            "repair",
            export,
            export.frame.loc[rows, KEY].tolist(),
            MUNICIPALITY,
            "code of 2019 in 2021, territory unchanged",
        )

    def _later_codes(self, export: SurveyExport, rng: np.random.Generator) -> None:
        m = self.design.with_trait("split")
        if m is None:
            return
        rows = np.flatnonzero(export.frame[MUNICIPALITY].eq(m.code))[:4]
        export.frame.loc[rows, MUNICIPALITY] = [m.later_codes[i % 2] for i in range(len(rows))]
        self._note(
            "K2",
            "repair",
            export,
            export.frame.loc[rows, KEY].tolist(),
            MUNICIPALITY,
            "codes of 2024 for answers of 2023; one common past",
        )

    def _after_split(self, export: SurveyExport, rng: np.random.Generator) -> None:
        m = self.design.with_trait("split")
        if m is None or len(export.frame) < 60:
            return
        row = export.frame[export.frame[MUNICIPALITY].eq(m.code)].iloc[[0]].copy()
        row[KEY], row[DAY] = "f-99000002", date(2024, 2, 6)
        self._append(export, row)
        self._note(
            "K3",
            "reject",
            export,
            ["f-99000002"],
            MUNICIPALITY,
            "old code on a day after the split (also outside the wave)",
        )

    def _exclusive(self, export: SurveyExport, rng: np.random.Generator) -> None:
        """'None of these' together with another choice, and a row with five choices."""
        columns = self.codebook.answer_columns("st_behov")
        asked = np.flatnonzero(export.frame[columns[0]].isin([0, 1]))
        if len(asked) < 2:
            return
        first, second = rng.choice(asked, size=2, replace=False)
        export.frame.loc[first, columns] = 0
        export.frame.loc[first, ["st_behov__ingen", "st_behov__nettverk"]] = 1
        export.frame.loc[second, columns] = 0
        export.frame.loc[second, columns[:5]] = 1
        keys = export.frame.loc[[first, second], KEY].tolist()
        self._note(
            "S9",
            "repair",
            export,
            keys,
            "st_behov",
            "exclusive option with another, and five of three choices",
        )

    def _blanks(self, export: SurveyExport, rng: np.random.Generator) -> None:
        """Blanks in required questions: to be read as no answer."""
        items = [
            i.id
            for i in self.codebook.items_of_group(export.group)
            if i.battery not in ("bakgrunn", "stotte")
        ]
        for column in rng.choice(items, size=2, replace=False):
            rows = rng.choice(len(export.frame), size=min(3, len(export.frame)), replace=False)
            export.frame.loc[rows, column] = pd.NA
            self._note(
                "S4",
                "repair",
                export,
                export.frame.loc[rows, KEY].tolist(),
                str(column),
                "blank in a required question",
            )

    def _labels(self, export: SurveyExport, rng: np.random.Generator) -> None:
        """Labels in nynorsk in one file, one with a trailing blank and one with a decomposed letter."""
        export.extra["texts"] = {
            (0, "sv_relevans"): "Litt samd ",
            (1, "sv_erfaringer"): "Heilt samd",
        }
        export.frame.loc[0, "sv_relevans"], export.frame.loc[1, "sv_erfaringer"] = 4, 5
        self._note(
            "S2",
            "repair",
            export,
            export.frame[KEY].tolist(),
            "*",
            "nynorsk labels, one with a trailing blank",
        )


def interview_faults(
    design: StudyDesign, interviews: list[Interview]
) -> tuple[dict[str, ProjectFaults], list[PlantedFault]]:
    """Faults of the two coders' projects.

    Args:
        design: The study.
        interviews: All interviews.

    Returns:
        Coder to faults, and the record of them.
    """
    files = {"A": "interviews/koder_A.qdpx", "B": "interviews/koder_B.qdpx"}
    if not design.faults or len(interviews) < 12:
        return {c: ProjectFaults.none() for c in files}, []
    planted: list[PlantedFault] = []
    synonym = next((i for i in interviews if i.role == "kommunedirektor"), None)
    homeless = interviews[-1].name
    long = next(
        i for i in interviews if "A" in i.coded and len(i.coded["A"]) > 5 and i.name != homeless
    )
    roles = {synonym.name: "Rådmann"} if synonym else {}
    projects = {
        "A": ProjectFaults(
            {}, roles, frozenset({homeless}), frozenset({(long.name, long.coded["A"][0].code)})
        ),
        "B": ProjectFaults(
            {"barrierer/arshjul": "Årshjul "}, roles, frozenset({homeless}), frozenset()
        ),
    }
    for coder, file in files.items():
        if synonym and coder in synonym.coded:
            planted.append(
                PlantedFault(
                    "Q4", "repair", file, (synonym.name,), "rolle", 1, "listed synonym of a role"
                )
            )
        if coder in interviews[-1].coded:
            planted.append(
                PlantedFault(
                    "Q4",
                    "reject",
                    file,
                    (homeless,),
                    "kommune",
                    1,
                    "interview without municipality",
                )
            )
    planted.append(
        PlantedFault(
            "Q5",
            "reject",
            files["A"],
            (long.name,),
            long.coded["A"][0].code,
            1,
            "selection ends after the text",
        )
    )
    planted.append(
        PlantedFault(
            "Q2",
            "repair",
            files["B"],
            (),
            "barrierer/arshjul",
            1,
            "label with a trailing blank, GUID unknown",
        )
    )
    return projects, planted
