"""The page of coded passages: what stands behind each code, and the ids by which quotations are cleared."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import pandas as pd

from plankompass.indicators.coder_pages.texts import page_head, set_page, texts_of
from plankompass.study.codebook import Codebook, load_codebook
from plankompass.tables import read_table

_TABLES = ("interviews", "segments", "transcripts", "cleared_quotes")


def write_excerpts_page(
    inputs: Mapping[str, Path], outputs: Mapping[str, Path], params: Mapping[str, Any]
) -> None:
    """Write the restricted page of every coded passage, by code.

    Args:
        inputs: ``interviews``, ``segments``, ``transcripts``, ``cleared_quotes``.
        outputs: ``page`` (HTML).
        params: ``language``, ``title`` (texts of the study's title), ``example``, ``codebook``.
    """
    book = load_codebook(params["codebook"])
    tables = {name: read_table(name, inputs[name]) for name in _TABLES}
    page = excerpts_page(tables, book, params)
    Path(outputs["page"]).write_text(
        set_page("excerpts.html.j2", page, params["language"]), encoding="utf-8"
    )


def excerpts_page(
    tables: Mapping[str, pd.DataFrame], book: Codebook, params: Mapping[str, Any]
) -> dict[str, Any]:
    """What the page of coded passages says.

    Args:
        tables: ``interviews``, ``segments``, ``transcripts``, ``cleared_quotes``.
        book: The codebook.
        params: As in :func:`write_excerpts_page`.

    Returns:
        Plain values for the template.
    """
    language = params["language"]
    say = texts_of(language)
    own = say["excerpts"]
    sources = {row.interview: row for row in tables["interviews"].itertuples(index=False)}
    scripts = {row.interview: row for row in tables["transcripts"].itertuples(index=False)}
    cleared = {
        row.passage: own["cleared"].format(name=row.cleared_by, date=row.cleared_on.date())
        for row in tables["cleared_quotes"].itertuples(index=False)
    }
    by_code: dict[str, list[dict[str, Any]]] = {}
    segments = tables["segments"]
    keys = ["code", "interview", "segment"]
    ordered = segments.sort_values(keys, kind="stable")[[*keys, "start", "end", "coder"]]
    rows = ordered.itertuples(index=False, name=None)
    for (code, interview, passage), grouped in groupby(rows, key=itemgetter(0, 1, 2)):
        part = list(grouped)
        source, script = sources[interview], scripts.get(interview)
        *_, start, end, _ = part[0]
        placed = script is not None and not pd.isna(start)
        about = [
            script.name if script is not None and script.name else interview,
            source.kommune_id,
            say["role"].get(source.role, source.role),
            say["kind"][source.source_kind],
            source.wave,
        ]
        by_code.setdefault(str(code), []).append(
            {
                "order": (about[0], interview, -1 if pd.isna(start) else int(start), passage),
                "id": passage,
                "about": ", ".join(filter(None, about)),
                "text": script.text[int(start) : int(end)] if placed else "",
                "without": say["no_text"] if script is None else say["no_place"],
                "coders": ", ".join(
                    say["coder"].format(name=c) for c in sorted(row[-1] for row in part)
                ),
                "cleared": cleared.get(passage, ""),
            }
        )
    lead = own["none"]
    if by_code:
        lead = own["lead"].format(
            passages=segments["segment"].nunique(), sources=segments["interview"].nunique()
        )
    return page_head(params, own["title"]) | {
        "lead": lead,
        "categories": _categories(by_code, book, own, language),
    }


def _categories(
    by_code: Mapping[str, list[dict[str, Any]]],
    book: Codebook,
    own: Mapping[str, Any],
    language: str,
) -> list[dict[str, Any]]:
    """Codes with their passages, under their categories, in the codebook's order."""
    out: dict[str, list[dict[str, Any]]] = {}
    for code in book.codes.values():
        if code.id in by_code:
            passages = sorted(by_code[code.id], key=lambda p: p["order"])
            out.setdefault(code.id.partition("/")[0], []).append(
                {
                    "name": code.text(language),
                    "definition": code.definition,
                    "count": own["count"].format(count=len(passages)),
                    "passages": passages,
                }
            )
    return [{"name": book.codes[c].text(language), "codes": codes} for c, codes in out.items()]
