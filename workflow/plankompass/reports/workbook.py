"""The workbook: the numbers of a report as XLSX and CSV, with goals, response and codebook."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from plankompass.reports.catalogue import catalogue
from plankompass.reports.publishable import Publishable, read_publishable
from plankompass.reports.who_answered import who_answered_sheet
from plankompass.reports.wording import Voice, report_texts
from plankompass.reports.workbook_file import write_csv, write_xlsx
from plankompass.reports.workbook_numbers import NumberRows, number_columns
from plankompass.reports.workbook_parts import (
    about_sheet,
    codebook_sheet,
    goals_sheet,
    municipalities_sheet,
    response_sheet,
)
from plankompass.reports.workbook_sheets import Sheet
from plankompass.reports.writer import Writer
from plankompass.study.codebook import load_codebook

_LOG = logging.getLogger(__name__)


def compose_workbook(data: Publishable, params: Mapping[str, Any]) -> list[Sheet]:
    """The sheets of one workbook.

    Args:
        data: The publishable tables.
        params: As in :func:`write_workbook`.

    Returns:
        Numbers, then goals (a municipality) or municipalities side by side (the network), response, who
        answered (the network), codebook, about.
    """
    voice = Voice.of(params["language"], load_codebook(params["codebook"]))
    kommune_id = str(params.get("kommune_id") or "")
    town = data.municipality(kommune_id) if kommune_id else None
    name = town.name if town is not None else voice.say("network_text.title")
    writer = Writer(data, voice, params, params["report"]["wave"], kommune_id, name)
    note = voice.say("front_text.example_word") if params["example"] else ""
    rows = NumberRows(writer, note)
    year = str(params["waves"][writer.wave]["as_of"])[:4]
    subtitle = f"{report_texts(params, voice.language)} · {voice.say('front_text.wave', year=year)}"

    def title(sheet: str) -> str:
        return f"{name} – {voice.say(f'workbook.sheet_{sheet}')}"

    numbers = Sheet(
        voice.say("workbook.sheet_numbers"),
        title("numbers"),
        subtitle,
        number_columns(writer),
        rows.of_municipality(kommune_id) if town is not None else rows.of_network(),
        frozen=3,
    )
    if town is not None:
        second = goals_sheet(writer, title("goals"), subtitle)
        towns = [town]
    else:
        second = municipalities_sheet(writer, title("municipalities"), subtitle)
        towns = data.rows("municipalities")
    answered = [response_sheet(writer, title("response"), subtitle, towns)]
    if town is None and len(data.tables["nonresponse"]):
        answered.append(who_answered_sheet(writer, title("who_answered"), subtitle))
    return [
        numbers,
        second,
        *answered,
        codebook_sheet(writer, title("codebook"), subtitle),
        about_sheet(writer, title("about"), subtitle),
    ]


def write_workbook(
    inputs: Mapping[str, Path | list[Path]], outputs: Mapping[str, Path], params: Mapping[str, Any]
) -> None:
    """Write the workbook of a municipality, or of the network.

    Args:
        inputs: The publishable tables by name; nothing else is read.
        outputs: ``xlsx`` (all sheets) and ``csv`` (the sheet of numbers).
        params: ``kommune_id`` (empty or left out: the network), and as for ``build_report``:
            ``language``, ``study``, ``title``, ``example``, ``waves``, ``report``, ``statistics``,
            ``disclosure``, ``codebook``, ``version``, ``input_hash``.

    Raises:
        PlankompassError: A table is missing, or a text is not in the catalogue.
    """
    sheets = compose_workbook(read_publishable(inputs), params)
    language = params["language"]
    example = catalogue(language)("front_text.example_word") if params["example"] else ""
    content = write_xlsx(
        sheets,
        title=f"{sheets[0].title} ({example})" if example else sheets[0].title,
        creator=str(params["report"]["publisher"]),
        dated=date.fromisoformat(str(params["report"]["dated"])),
        language=language,
        example_word=example,
    )
    outputs["xlsx"].write_bytes(content)
    outputs["csv"].write_bytes(write_csv(sheets[0]))
    _LOG.info("workbook: %d numbers, %d bytes", len(sheets[0].rows), len(content))
