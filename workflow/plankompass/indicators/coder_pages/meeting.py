"""The page over which coders meet, and a draft of the consensus list with every open question."""

from __future__ import annotations

import csv
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from plankompass.indicators.coder_pages.disagreements import (
    Disagreement,
    Passage,
    find_disagreements,
)
from plankompass.indicators.coder_pages.texts import number, page_head, set_page, texts_of
from plankompass.study.codebook import Codebook, load_codebook
from plankompass.tables import read_table

log = logging.getLogger(__name__)

_TABLES = ("interviews", "segments", "transcripts", "text_units", "consensus", "unit_agreement")


def write_meeting_page(
    inputs: Mapping[str, Path], outputs: Mapping[str, Path], params: Mapping[str, Any]
) -> None:
    """Write the page of disagreements and the draft of the consensus list; both restricted.

    Args:
        inputs: ``interviews``, ``segments``, ``transcripts``, ``text_units``, ``consensus``,
            ``unit_agreement``.
        outputs: ``page`` (HTML), ``draft`` (CSV).
        params: ``language``, ``title`` (texts of the study's title), ``example``, ``codebook``.
    """
    book = load_codebook(params["codebook"])
    tables = {name: read_table(name, inputs[name]) for name in _TABLES}
    found = find_disagreements(*(tables[name] for name in _TABLES[:-1]))
    page = meeting_page(found, tables, book, params)
    Path(outputs["page"]).write_text(
        set_page("disagreements.html.j2", page, params["language"]), encoding="utf-8"
    )
    names = _names(tables["interviews"], tables["transcripts"])
    with Path(outputs["draft"]).open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["interview", "code", "present", "name"])
        writer.writerows(
            (d.interview, d.code, "", _plain(names.get(d.interview, "")))
            for d in sorted(found, key=lambda d: (names.get(d.interview, ""), d.interview, d.code))
            if d.presence and d.agreed is None
        )
    log.info("%d disagreements, %d about presence", len(found), sum(d.presence for d in found))


def _plain(text: str) -> str:
    """A name that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text


def _names(interviews: pd.DataFrame, transcripts: pd.DataFrame) -> dict[str, str]:
    given = dict(zip(transcripts["interview"], transcripts["name"], strict=True))
    return {i: given.get(i) or i for i in interviews["interview"]}


def meeting_page(
    found: Sequence[Disagreement],
    tables: Mapping[str, pd.DataFrame],
    book: Codebook,
    params: Mapping[str, Any],
) -> dict[str, Any]:
    """What the page of disagreements says.

    Args:
        found: The disagreements.
        tables: ``interviews``, ``transcripts``, ``text_units``, ``unit_agreement``.
        book: The codebook.
        params: As in :func:`write_meeting_page`.

    Returns:
        Plain values for the template.
    """
    language = params["language"]
    say = texts_of(language)
    own = say["disagreements"]
    interviews = tables["interviews"].set_index("interview")
    names = _names(tables["interviews"], tables["transcripts"])
    kinds = tables["text_units"]["kind"]
    kind = str(kinds.iloc[0]) if len(kinds) else "paragraph"
    parts = []
    for interview in dict.fromkeys(d.interview for d in found):
        mine = [d for d in found if d.interview == interview]
        row = interviews.loc[interview]
        about = [str(row["kommune_id"]), say["role"].get(row["role"], row["role"]), row["wave"]]
        groups = [
            {"title": own[key], "cases": [_case(d, book, say, language, kind) for d in cases]}
            for key, cases in (
                ("presence_title", [d for d in mine if d.presence]),
                ("place_title", [d for d in mine if not d.presence]),
            )
            if cases
        ]
        parts.append(
            {"id": interview, "name": names[interview], "about": ", ".join(filter(None, about)),
             "count": len(mine), "groups": groups}
        )  # fmt: skip
    double = int(((interviews["coders"] >= 2) & (interviews["source_kind"] == "interview")).sum())
    lead = own["none"]
    if found:
        lead = own["lead"].format(
            differing=len(found), interviews=double, presence=sum(d.presence for d in found)
        )
    return page_head(params, own["title"]) | {
        "lead": lead,
        "agreement": _agreement(tables["unit_agreement"], book, say, language),
        "interviews": sorted(parts, key=lambda part: (part["name"], part["id"])),
    }


def _case(
    found: Disagreement, book: Codebook, say: Mapping[str, Any], language: str, kind: str
) -> dict[str, Any]:
    own = say["disagreements"]
    code = book.codes[found.code]
    state = ""
    if found.presence:
        state = {None: own["open"], True: own["agreed_yes"], False: own["agreed_no"]}[found.agreed]

    def who(coders: Sequence[str]) -> str:
        return ", ".join(say["coder"].format(name=name) for name in coders)

    return {
        "code": code.text(language),
        "above": book.codes[code.parent].text(language) if code.parent else "",
        "set_by": who(found.set_by),
        "not_set_by": who(found.not_set_by),
        "state": state,
        "passages": [_passage(p, say, kind) for p in found.passages],
    }


def _passage(passage: Passage, say: Mapping[str, Any], kind: str) -> dict[str, Any]:
    place = say["no_place"]
    if passage.first:
        pattern = say[f"place_{kind}" if passage.first == passage.last else f"places_{kind}"]
        place = pattern.format(first=passage.first, last=passage.last)
    return {"place": place, "before": passage.before, "pieces": passage.pieces}


def _agreement(
    table: pd.DataFrame, book: Codebook, say: Mapping[str, Any], language: str
) -> dict[str, Any]:
    """The table of coefficients, in the codebook's order."""
    own = say["disagreements"]
    limits = book.coding_rules["reliability"]
    kind = next((u for u in ("paragraph", "sentence") if u in set(table["unit"])), "")
    rows = table.set_index(["unit", "code"])
    out = []
    for code in book.codes:
        if ("interview", code) not in rows.index:
            continue
        whole = rows.loc[("interview", code)]
        cells = [_with_interval(whole, say, language)]
        last = whole
        if kind:
            last = rows.loc[(kind, code)]
            cells.append(_with_interval(last, say, language))
        cells += [
            number(float(last[c]), language) or say["none"] for c in ("gwet_ac1", "cohen_kappa")
        ]
        cells.append(f"{last['units_differing']} / {last['units_with_code']}")
        out.append(
            {"label": book.codes[code].text(language), "category": bool(last["category"]),
             "rare": last["rare"] is not pd.NA and bool(last["rare"]), "cells": cells}
        )  # fmt: skip
    columns = [own["code"], own["alpha_interview"], *([own[f"alpha_{kind}"]] if kind else [])]
    return {
        "caption": own["agreement_caption"].format(
            firm=number(float(limits["firm"]), language),
            tentative=number(float(limits["tentative"]), language, 3),
        ),
        "columns": [*columns, own["ac1"], own["kappa"], own["differing"]],
        "rows": out,
    }


def _with_interval(row: pd.Series, say: Mapping[str, Any], language: str) -> str:
    if row["alpha"] != row["alpha"]:
        return say["none"]
    text = number(row["alpha"], language)
    if row["lower"] != row["lower"]:
        return text
    return f"{text} ({number(row['lower'], language)}–{number(row['upper'], language)})"
