"""The researchers' page on data quality: what became of every row, and every problem found.

It is made from tidy tables, not from publishable ones, and is therefore no part of a delivery; the rule
that makes it stands apart from those of the reports (``workflow/rules/quality.smk``).
"""

from __future__ import annotations

import csv
import io
import logging
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from plankompass.reports import formats
from plankompass.reports.catalogue import Catalogue, catalogue
from plankompass.reports.html_page import render_page
from plankompass.reports.internal_page import page_facts, page_meta
from plankompass.reports.schema_parts import Column, Row, Table
from plankompass.reports.who_answered import category_text
from plankompass.study.cases import CASES
from plankompass.study.codebook import Codebook, load_codebook
from plankompass.tables import read_table

log = logging.getLogger(__name__)

#: Cases in which the file's own labels differ from the codebook's.
LABEL_CASES = ("label", "S5")
_PSEUDONYM = re.compile(r"[0-9a-f]{20}")
_ACCOUNTS = ("read", "kept", "repaired")


def accounts(rows: pd.DataFrame) -> pd.DataFrame:
    """What became of the rows of each source.

    Args:
        rows: Table ``source_rows``.

    Returns:
        One row a source: source, file, format, encoding, read, untouched, repaired, left_out and why
        (case to rows); read = untouched + repaired + left_out.
    """
    out = []
    for (source, file, form, encoding), part in rows.groupby(
        ["source", "file", "format", "encoding"], sort=True
    ):
        count = {str(k): int(v) for k, v in zip(part["outcome"], part["rows"], strict=True)}
        why = {case: n for case, n in sorted(count.items()) if case not in _ACCOUNTS and n}
        repaired = count.get("repaired", 0)
        out.append(
            {
                "source": source, "file": file, "format": form, "encoding": encoding,
                "read": count["read"], "untouched": count["kept"] - repaired,
                "repaired": repaired, "left_out": sum(why.values()), "why": why,
            }
        )  # fmt: skip
    names = [
        "source", "file", "format", "encoding", "read", "untouched", "repaired", "left_out", "why",
    ]  # fmt: skip
    return pd.DataFrame(out, columns=names)


def _place(problem: Any, text: Catalogue) -> str:
    """Where a problem stands; a person's pseudonym is not shown."""
    key = problem.row_key
    if _PSEUDONYM.fullmatch(key):
        key = text("quality.one_person")
    return ", ".join(part for part in (problem.column, key) if part) or text("quality.whole_file")


def _case_name(case: str, text: Catalogue) -> str:
    return text(f"quality.case_{case}") if case in CASES else text("quality.case_other", case=case)


def _number(value: Any, language: str) -> str:
    return formats.number(int(value), language, 0)


def _account_table(table: pd.DataFrame, text: Catalogue) -> Table:
    rows = []
    for row in table.itertuples():
        why = "; ".join(f"{case}: {_number(n, text.language)}" for case, n in row.why.items())
        cells = [_number(getattr(row, n), text.language)
                 for n in ("read", "untouched", "repaired", "left_out")]  # fmt: skip
        read_as = ", ".join(part for part in (row.format, row.encoding) if part)
        rows.append(Row(header=row.file, sub=read_as, cells=[*cells, why or "–"]))
    names = ("read", "untouched", "repaired", "left_out")
    return Table(
        caption=text("quality.rows_title"),
        corner=text("quality.file"),
        corner_width=3.0,
        columns=[
            *(Column(label=text(f"quality.{name}"), align="right") for name in names),
            Column(label=text("quality.why"), width=1.6),
        ],
        rows=rows,
        notes=[text("quality.rows_note"), text("quality.repaired_note")],
    )


def _problem_table(caption: str, problems: pd.DataFrame, text: Catalogue) -> Table:
    rows = [
        Row(
            header=p.file,
            cells=[
                _place(p, text),
                p.rule,
                _number(p.count, text.language),
                text(f"quality.severity_{p.severity}"),
                p.hint or "–",
            ],
        )
        for p in problems.itertuples()
    ]
    return Table(
        caption=caption,
        corner=text("quality.file"),
        corner_width=2.0,
        columns=[
            Column(label=text("quality.place"), width=1.6),
            Column(label=text("quality.rule"), width=3.0),
            Column(label=text("quality.count"), align="right", width=0.5),
            Column(label=text("quality.outcome"), width=0.9),
            Column(label=text("quality.hint"), width=2.0),
        ],
        rows=rows,
    )


def _panel_table(links: pd.DataFrame, book: Codebook, text: Catalogue) -> Table | None:
    if links.empty:
        return None
    rows = []
    for link in links.itertuples():
        counts = [_number(getattr(link, n), text.language) for n in ("first", "second", "linked")]
        rate = "–" if pd.isna(link.rate) else formats.per_cent(link.rate, text.language)
        group = book.groups[link.group].text(text.language)
        cells = [*counts, rate, _number(link.moved, text.language)]
        rows.append(Row(header=f"{link.first_wave} – {link.second_wave}", group=group, cells=cells))
    names = ("first", "second", "linked", "rate", "moved")
    return Table(
        caption=text("quality.panel_title"),
        corner=text("quality.waves"),
        columns=[Column(label=text(f"quality.{name}"), align="right") for name in names],
        rows=rows,
        notes=[text("quality.panel_note")],
    )


def _nonresponse_table(table: pd.DataFrame, book: Codebook, text: Catalogue) -> Table | None:
    """Those who answered beside the frame, for each group, wave and background item."""
    if table.empty:
        return None
    rows = []
    order = {  # as the questionnaire has them
        (item.id, option.id): place
        for item in book.items.values()
        for place, option in enumerate(item.options)
    }
    table = table.assign(
        place=[order[key] for key in zip(table["item"], table["category"], strict=True)]
    )
    for row in table.sort_values(["group", "item", "wave", "place"]).itertuples():
        group = book.groups[row.group].text(text.language)
        about = book.items[row.item].text(text.language)
        shares = [
            "–" if pd.isna(v) else formats.per_cent(v, text.language)
            for v in (row.rate, row.frame_share, row.answered_share)
        ]
        counts = [_number(v, text.language) for v in (row.population, row.n)]
        header = category_text(book, row.item, row.category, text.language)
        rows.append(Row(header=header, group=f"{group}, {row.wave}: {about}", cells=[*counts, *shares]))  # fmt: skip
    names = ("frame", "answered", "response_rate", "frame_share", "answered_share")
    return Table(
        caption=text("quality.nonresponse_title"),
        corner=text("quality.category"),
        corner_width=2.4,
        columns=[Column(label=text(f"quality.{name}"), align="right") for name in names],
        rows=rows,
        notes=[text("quality.nonresponse_note")],
    )


def _break_off_table(table: pd.DataFrame, book: Codebook, text: Catalogue) -> Table | None:
    """Who began and did not finish, by municipality, group and wave."""
    if table.empty:
        return None
    rows = []
    for row in table.sort_values(["group", "wave", "gathering", "kommune_id"]).itertuples():
        group = ", ".join(
            part for part in (book.groups[row.group].text(text.language), row.wave, row.gathering) if part
        )  # fmt: skip
        population = "–" if pd.isna(row.population) else _number(row.population, text.language)
        rate = "–" if pd.isna(row.response) else formats.per_cent(row.response, text.language)
        cells = [population, _number(row.n, text.language), rate, _number(row.broke_off, text.language)]  # fmt: skip
        rows.append(Row(header=row.kommune_id, group=group, cells=cells))
    names = ("frame", "began", "response_rate", "broke_off")
    return Table(
        caption=text("quality.break_off_title"),
        corner=text("quality.municipality"),
        columns=[Column(label=text(f"quality.{name}"), align="right") for name in names],
        rows=rows,
        notes=[text("quality.break_off_note")],
    )


def compose_quality(
    problems: pd.DataFrame,
    rows: pd.DataFrame,
    links: pd.DataFrame,
    who: Mapping[str, pd.DataFrame],
    params: Mapping[str, Any],
) -> dict[str, Any]:
    """Everything the page says.

    Args:
        problems: Table ``avvik`` of all stages.
        rows: Table ``source_rows``.
        links: Table ``panel_links``.
        who: Tables ``nonresponse``, ``break_off`` and ``response``.
        params: As in :func:`write_quality_page`.

    Returns:
        Plain values and tables for the template.

    Raises:
        PlankompassError: A text is not in the catalogue.
    """
    language = params["language"]
    text = catalogue(language)
    table = accounts(rows)
    total = {name: _number(table[name].sum(), language) for name in ("read", "untouched", "repaired", "left_out")}  # fmt: skip
    book = load_codebook(params["codebook"])
    cell = ["kommune_id", "wave", "group", "gathering"]
    asked = who["response"][[*cell, "population", "rate"]].rename(columns={"rate": "response"})
    began = who["break_off"].drop(columns="rate").merge(asked, on=cell, how="left")
    labels = problems[problems["case"].isin(LABEL_CASES)]
    order = {case: number for number, case in enumerate(CASES)}
    found = sorted(set(problems["case"]), key=lambda c: (order.get(c, len(order)), c))
    return {
        "meta": page_meta(text, "quality", params),
        "lead": text("quality.lead", files=len(table), **total),
        "found": text(
            "quality.found", problems=_number(len(problems), language), cases=len(found)
        ),
        "rows": _account_table(table, text) if len(table) else None,
        "panel": _panel_table(links, book, text),
        "nonresponse": _nonresponse_table(who["nonresponse"], book, text),
        "break_off": _break_off_table(began, book, text),
        "labels": _problem_table(text("quality.labels_title"), labels, text)
        if len(labels)
        else None,
        "cases": [
            (case, _case_name(case, text), _problem_table(
                f"{case}: {_case_name(case, text)}", problems[problems["case"] == case], text))
            for case in found
        ],
        "facts": page_facts(text, params),
    }  # fmt: skip


def quality_csv(problems: pd.DataFrame, rows: pd.DataFrame, text: Catalogue) -> str:
    """The same in a table for machines: one line an account of rows, and one a problem.

    Args:
        problems: Table ``avvik`` of all stages.
        rows: Table ``source_rows``.
        text: The catalogue.

    Returns:
        CSV with semicolons; ``kind`` is rows or problem.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    writer.writerow(["kind", "file", "source", "case", "outcome", "place", "rule", "count", "hint"])
    for row in accounts(rows).itertuples():
        for name in ("read", "untouched", "repaired"):
            writer.writerow(
                ["rows", row.file, row.source, "", name, "", "", getattr(row, name), ""]
            )
        for case, count in row.why.items():
            writer.writerow(["rows", row.file, row.source, case, "left_out", "", "", count, ""])
    for p in problems.itertuples():
        writer.writerow(
            ["problem", p.file, "", p.case, p.severity, _place(p, text), p.rule, p.count, p.hint]
        )
    return buffer.getvalue()


def write_quality_page(
    inputs: Mapping[str, Path | list[Path]], outputs: Mapping[str, Path], params: Mapping[str, Any]
) -> None:
    """Write the researchers' page on data quality as HTML and CSV.

    Args:
        inputs: ``avvik``, ``source_rows``, ``panel_links``, ``response``, ``nonresponse``,
            ``break_off``: restricted tables, for researchers only.
        outputs: ``html`` and ``csv``; only their owner may read them.
        params: ``language``, ``title``, ``example``, ``report``, ``codebook``, ``version``,
            ``input_hash``.

    Raises:
        PlankompassError: A table is missing, or a text is not in the catalogue.
    """
    names = ("avvik", "source_rows", "panel_links")
    problems, rows, links = (read_table(n, Path(inputs[n])) for n in names)  # type: ignore[arg-type]
    text = catalogue(params["language"])
    who = {n: read_table(n, Path(inputs[n])) for n in ("response", "nonresponse", "break_off")}  # type: ignore[arg-type]
    page = compose_quality(problems, rows, links, who, params)
    html = render_page(
        "data_quality.html.j2", text, page=page, meta=page["meta"], official="",
        head_facts=page["facts"][:1], tone_marks={},
    )  # fmt: skip
    for name, content in (
        ("html", html.encode()),
        ("csv", b"\xef\xbb\xbf" + quality_csv(problems, rows, text).encode()),
    ):
        path = Path(outputs[name])
        path.write_bytes(content)
        path.chmod(0o600)
    log.info("data quality: %d sources, %d problems", rows["source"].nunique(), len(problems))
