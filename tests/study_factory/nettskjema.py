"""Residents' answers as Nettskjema exports them: CSV with BOM, all quoted, and the form's codebook."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
from tests.study_factory.design import StudyDesign
from tests.study_factory.exports import DAY, KEY, MUNICIPALITY, SurveyExport
from tests.study_factory.randomness import stream

from plankompass.study.codebook import Codebook

MATRIX = "pastander"
BLANK = -1
_ELEMENT = {
    "elementId": None, "questionId": None, "text": None, "description": None, "elementType": None,
    "dateFormat": None, "sequence": None, "maxSelectedAnswerOptions": None, "imageUrl": None,
    "altText": None, "linearScaleType": None, "nationalIdNumberType": None,
    "repeatedNationalIdRequired": None, "nationalIdNumberOfLetters": None,
    "nationalIdNumberOfDigits": None, "isAutofill": None, "image": None, "isMandatory": False,
    "isHorizontal": False, "isRangeMarksShown": False, "externalElementId": None,
    "minimumValue": None, "maximumValue": None, "sendAdditionalRecipientEmail": False,
    "useForRedirectToForm": False, "minimumValueText": None, "midValueText": None,
    "maximumValueText": None, "numberOfDecimals": None, "routingReferenceIds": [],
    "answerOptions": [], "answerOptionsVisibilityFilter": [], "subElements": [],
    "validationScripts": [], "isAnswerHashed": False, "maxNumberOfCharacters": None,
    "isRandomizedOrder": False,
}  # fmt: skip


def matrix_items(codebook: Codebook) -> list[str]:
    """Items that stand in the form's matrix of statements."""
    return [i.id for i in codebook.items_of_group("innbyggere") if i.battery != "bakgrunn"]


def column_names(codebook: Codebook) -> dict[str, str]:
    """Item to its column in the export."""
    return {i: f"{MATRIX}.{i}" for i in matrix_items(codebook)}


def _option(number: int, sequence: int, code: str, text: str, element: str | None) -> dict:
    return {
        "answerOptionId": number, "sequence": sequence, "text": text, "redirectToForm": None,
        "isPreselected": False, "isCorrect": False, "additionalRecipientEmail": None,
        "externalAnswerOptionId": code, "image": None, "imageUrl": None, "altText": None,
        "externalElementId": element, "textOrAltText": text,
    }  # fmt: skip


def form_codebook(export: SurveyExport, codebook: Codebook, design: StudyDesign) -> list[dict]:
    """The form's elements as Nettskjema's own codebook says them.

    Args:
        export: The export.
        codebook: The instrument.
        design: The study, for the municipalities one could choose.

    Returns:
        One mapping an element, in the form's order.
    """
    start = 4_000_000 + 10_000 * int(export.wave[1])
    elements: list[dict] = []

    def add(kind: str, **rest: object) -> dict:
        number = start + 10 * len(elements)
        element = _ELEMENT | {"elementId": number, "questionId": number + 1, "elementType": kind,
                              "sequence": len(elements) + 1} | rest  # fmt: skip
        elements.append(element)
        return element

    def options(values: list[tuple[str, str]], element: str | None) -> list[dict]:
        base = 9_000_000 + 1000 * len(elements) + start % 100_000
        return [_option(base + i, i, c, t, element) for i, (c, t) in enumerate(values, start=1)]

    add("HEADING", questionId=None, text="Spørreundersøkelse til innbyggere (eksempeldata)")
    add("SELECT", text="Hvilken kommune bor du i?", isMandatory=True, externalElementId=MUNICIPALITY,
        answerOptions=options([(m.code, m.name) for m in design.municipalities], MUNICIPALITY))  # fmt: skip
    for item in codebook.items_of_group("innbyggere"):
        if item.battery == "bakgrunn":
            values = [(str(i), o.nb) for i, o in enumerate(item.options, start=1)]
            add("RADIO", text=item.nb, isMandatory=True, externalElementId=item.id,
                answerOptions=options(values, item.id))  # fmt: skip
    scale = codebook.scales["likert5"]
    values = [(str(code), label.nb) for code, label in scale.labels.items()]
    values += [("8", codebook.missing_codes[8].nb), (str(BLANK), "Ønsker ikke å svare")]
    matrix = add("MATRIX_RADIO", questionId=None, text="Hvor enig er du i disse påstandene?",
                 isMandatory=True, externalElementId=MATRIX, answerOptions=options(values, None))  # fmt: skip
    matrix["subElements"] = [
        {"subElementId": matrix["elementId"] + 1000 + i, "questionId": matrix["elementId"] + 1000 + i,
         "sequence": i, "description": None, "text": codebook.items[item].nb, "isMandatory": True,
         "externalElementId": item, "sendAdditionalRecipientEmail": False}
        for i, item in enumerate(matrix_items(codebook), start=1)
    ]  # fmt: skip
    add("NUMBER", text="Vekt (lagt til etter innsamling)", isAutofill=True, numberOfDecimals=4,
        externalElementId="vekt", minimumValue=0, maximumValue=100)  # fmt: skip
    return elements


def write_nettskjema(
    path: Path, export: SurveyExport, codebook: Codebook, design: StudyDesign
) -> None:
    """Write the CSV report and, beside it, the form's codebook.

    No answer (9) is exported as -1, as the form's alternative for not wishing to answer; a true
    blank stays empty.

    Args:
        path: The CSV file.
        export: The export.
        codebook: The instrument.
        design: The study.
    """
    rng = stream(design.seed, "nettskjema", export.wave)
    frame = export.frame
    size = len(frame)
    seconds = rng.integers(7 * 3600, 23 * 3600, size)
    days = np.array([d.toordinal() for d in frame[DAY]])
    seconds = seconds[np.lexsort((seconds, days))]  # the frame is in order of the day
    columns: dict[str, pd.Series] = {"$submission_id": frame[KEY]}
    columns["$created"] = pd.Series([
        f"{d.isoformat()}T{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}{'+02:00' if 4 <= d.month <= 9 else '+01:00'}"
        for d, s in zip(frame[DAY], seconds, strict=True)
    ])  # fmt: skip
    columns[MUNICIPALITY] = frame[MUNICIPALITY]
    for item in codebook.items_of_group("innbyggere"):
        text = frame[item.id].replace(9, BLANK).astype("string").fillna("")
        columns[column_names(codebook).get(item.id, item.id)] = text
    columns["vekt"] = frame["vekt"].map(lambda w: f"{w:.4f}")
    columns["$answer_time_ms"] = pd.Series(rng.integers(40_000, 600_000, size).astype(str))
    order = ["$submission_id", "$created", MUNICIPALITY, "bg_aldersgruppe", "bg_kjonn",
             *(column_names(codebook)[i] for i in matrix_items(codebook)), "vekt", "$answer_time_ms"]  # fmt: skip
    rows = pd.DataFrame(columns)[order]
    lines = [";".join(f'"{name}"' for name in order)]
    lines += [";".join(f'"{value}"' for value in row) for row in rows.itertuples(index=False)]
    path.write_bytes(("\ufeff" + "\n".join(lines) + "\n").encode("utf-8"))
    elements = form_codebook(export, codebook, design)
    path.with_name(path.stem + "_kodebok.json").write_text(
        json.dumps(elements, ensure_ascii=False, separators=(",", ":")), encoding="utf-8"
    )
