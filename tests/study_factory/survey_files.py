"""The survey exports as files: SPSS with user-missing codes, Excel with text labels."""

from __future__ import annotations

import io
from collections import Counter
from datetime import datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pyreadstat
from openpyxl.styles import Font
from tests.study_factory.design import WAVE_DAYS, StudyDesign
from tests.study_factory.exports import DAY, KEY, MUNICIPALITY, SurveyExport
from tests.study_factory.files import fixed_office_file

from plankompass.study.codebook import Codebook
from plankompass.study.codebook_models import Item

# offsets of date and time in the header of an SPSS system file
_SAV_DATE = slice(92, 109)
_SAV_WRITTEN = b"01 Jun 2312:00:00"
_MISSING = (8, 9, 97)
XLSX_HEADER_ROW = 4


def item_of(codebook: Codebook, column: str) -> Item:
    """The item an answer column belongs to."""
    return codebook.items[column.split("__")[0]]


def value_labels(codebook: Codebook, column: str, language: str) -> dict[int, str]:
    """Labels of an answer column's codes, with those of the missing codes."""
    item = item_of(codebook, column)
    scale = codebook.scales[item.scale]
    if scale.type == "nominal":
        labels = {i: o.text(language) for i, o in enumerate(item.options, start=1)}
    else:
        labels = {code: label.text(language) for code, label in scale.labels.items()}
    missing = {code: label.text(language) for code, label in codebook.missing_codes.items()}
    return labels | missing


def column_label(codebook: Codebook, column: str, language: str) -> str:
    """The wording of an answer column, with the alternative for multiple response."""
    item = item_of(codebook, column)
    if "__" in column:
        option = next(o for o in item.options if o.id == column.split("__")[1])
        return f"{item.text(language)} – {option.text(language)}"
    return item.text(language)


def write_sav(path: Path, export: SurveyExport, codebook: Codebook) -> None:
    """Write an SPSS system file with labels and user-missing codes 8, 9 and 97.

    Args:
        path: The file.
        export: The export.
        codebook: The instrument, for labels.
    """
    answers = [c for c in export.frame.columns if c not in (KEY, MUNICIPALITY, DAY)]
    frame = export.frame.copy()
    frame[answers] = frame[answers].astype("float64")
    labels = {c: column_label(codebook, c, export.language) for c in answers}
    labels |= {KEY: "Respondentnøkkel", MUNICIPALITY: "Kommunenummer", DAY: "Svardato"}
    pyreadstat.write_sav(
        frame,
        str(path),
        file_label=f"Eksempeldata {export.group} {export.wave}",
        column_labels=labels,
        variable_value_labels={c: value_labels(codebook, c, export.language) for c in answers},
        missing_ranges={c: list(_MISSING) for c in answers},
        variable_measure={
            c: "ordinal"
            if codebook.scales[item_of(codebook, c).scale].type == "ordinal"
            else "nominal"
            for c in answers
        },
        variable_format=dict.fromkeys(answers, "F2.0"),
    )
    content = bytearray(path.read_bytes())
    content[_SAV_DATE] = _SAV_WRITTEN
    path.write_bytes(content)


def _sheet_title(export: SurveyExport) -> tuple[str, str]:
    if export.language == "nn":
        return (
            f"Evaluering av samling {export.gathering} (eksempeldata)",
            "Svara er henta ut etter samlinga. Ei rad for kvart svar.",
        )
    return (
        f"Evaluering av samling {export.gathering} (eksempeldata)",
        "Svarene er hentet ut etter samlingen. Én rad for hvert svar.",
    )


def unambiguous_names(design: StudyDesign, wave: str) -> dict[str, str]:
    """Code to name, for the names that only one municipality had on the wave's cut-off date."""
    day = WAVE_DAYS[wave][2].isoformat()
    in_force = [
        (c, n) for c, n, _, first, last in design.codes if first <= day and (not last or day < last)
    ]
    count = Counter(name for _, name in in_force)
    return {code: name for code, name in in_force if count[name] == 1}


def write_xlsx(path: Path, export: SurveyExport, codebook: Codebook, design: StudyDesign) -> None:
    """Write an Excel export: title rows above the header, labels as text, names of municipalities.

    Args:
        path: The file.
        export: The export.
        codebook: The instrument, for labels.
        design: The study, for names.
    """
    headers = export.extra.get("headers", {})
    names = unambiguous_names(design, export.wave)
    book = openpyxl.Workbook()
    about = book.active
    about.title = "Om eksporten"
    about["A1"] = "Eksempeldata. Oppdiktede svar."
    sheet = book.create_sheet("Svar")
    title, note = _sheet_title(export)
    sheet["A1"], sheet["A2"] = title, note
    sheet["A1"].font = Font(bold=True)
    sheet.merge_cells("A1:F1")
    shown = [
        c
        for c in export.frame.columns
        if not (export.frame[c].eq(97).all() if c not in (KEY, MUNICIPALITY, DAY) else False)
    ]
    for position, column in enumerate(shown, start=1):
        sheet.cell(XLSX_HEADER_ROW, position, headers.get(column, column)).font = Font(bold=True)
    labels = {
        c: value_labels(codebook, c, export.language)
        for c in shown
        if c not in (KEY, MUNICIPALITY, DAY)
    }
    texts = export.extra.get("texts", {})
    for row, record in enumerate(
        export.frame[shown].itertuples(index=False), start=XLSX_HEADER_ROW + 1
    ):
        for position, (column, value) in enumerate(zip(shown, record, strict=True), start=1):
            if column == DAY:
                value = datetime(value.year, value.month, value.day)
            elif column == MUNICIPALITY:
                value = names.get(value, value)
            elif column != KEY:
                value = None if pd.isna(value) else labels[column].get(int(value), str(int(value)))
                value = texts.get((row - XLSX_HEADER_ROW - 1, column), value)
            cell = sheet.cell(row, position, value)
            if column == DAY:
                cell.number_format = "DD.MM.YYYY"
    fixed = datetime(2023, 6, 1, 12)
    book.properties.created = book.properties.modified = fixed
    book.properties.creator = "Eksempeldata"
    buffer = io.BytesIO()
    book.save(buffer)
    path.write_bytes(fixed_office_file(buffer.getvalue()))
